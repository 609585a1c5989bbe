"""The rules about a season's letters together: whose each letter is, that no council has two, that they agree.

Like the rules about one letter they are plain functions. They need the reference of authorities, or the season's
other letters, and so run in the gate only, which has Great Expectations ask the same functions.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from redress.authorities import OTHER_TYPE_ID, Authorities, Authority, Population, Resolution
from redress.decisions import NO_DECISIONS, Decisions
from redress.letters.records import Letter, Verdict
from redress.measures import HEADLINE_NAMES
from redress.rules import Check, Outcome, Severity, check_letter
from redress.seasons import FIRST_SEASON, LAST_SEASON, Season

AVERAGE_MEASURES = frozenset(name for name in HEADLINE_NAMES if "_type_average" in name)
"""What a letter prints as the average of similar authorities."""
MAJORITY_LETTERS_COUNT = 3
"""So many letters to one type have to print an average before most of them can outvote one."""
POPULATION_YEARS = 4
"""A rate per 100,000 may rest on the estimate for the middle of any of so many years before the letter. The one
letter that could be checked uses the second of them, and an office that takes what is published may lag more."""
POPULATION_REVISION_PCT = Decimal(5)
"""How far the estimate that was used may lie from those known now: estimates are revised after each census."""


@dataclass(frozen=True)
class Standing:
    """One letter of a season with what its authority's name means in that season.

    `decided_authority` is whose letter a person said it is, whatever its name means. `broken_rules` are the
    critical rules about the letter alone that it breaks. `populations` are those of its authority in
    the years before the letter.
    """

    letter: Letter
    season: Season
    resolution: Resolution | None
    decided_authority: Authority | None = None
    is_rejected: bool = False
    broken_rules: tuple[str, ...] = ()
    populations: tuple[Population, ...] = ()
    superseded_by: str | None = None
    checks: tuple[Check, ...] = ()

    @property
    def authority(self) -> Authority | None:
        """Whose letter it is: by a person's decision, else by its name; None where nobody knows."""
        return self.decided_authority or (self.resolution.authority if self.resolution else None)


@dataclass(frozen=True)
class SeasonRule:
    """One rule about a season's letters: its name, what its failure does, what it asks, and who asks it.

    `check` takes all letters of a season and gives what it found for each that it applies to, by sha256.
    """

    name: str
    severity: Severity
    sentence: str
    check: Callable[[Sequence[Standing]], Mapping[str, Outcome]]


def stand(
    letters: Sequence[Letter], season: Season, authorities: Authorities, decisions: Decisions = NO_DECISIONS
) -> tuple[Standing, ...]:
    """Each letter with its authority as of the period's end, the letter that supersedes it, and its checks.

    A letter that a person rejected stands in no other's way; it is still checked itself.
    """
    alive = {authority.authority_id: authority for authority in authorities.alive_on(season.period_end)}
    placed = tuple(_placed(letter, season, authorities, alive, decisions) for letter in letters)
    found = [(rule, rule.check(placed)) for rule in SEASON_RULES]
    superseded_by = {sha256: rivalry.superseded_by for sha256, rivalry in _rivalries(placed).items()}
    return tuple(
        replace(
            standing,
            superseded_by=superseded_by.get(standing.letter.sha256),
            checks=tuple(
                Check(rule.name, rule.severity, outcome.is_passed, outcome.detail)
                for rule, outcomes in found
                if (outcome := outcomes.get(standing.letter.sha256)) is not None
            ),
        )
        for standing in placed
    )


def _placed(
    letter: Letter,
    season: Season,
    authorities: Authorities,
    alive: Mapping[str, Authority],
    decisions: Decisions,
) -> Standing:
    """A letter with whose it is and what is known of that authority, before it is compared with the others."""
    if letter.verdict not in (Verdict.EXTRACTED, Verdict.NO_STATISTICS, Verdict.UNKNOWN_LAYOUT):
        return Standing(letter, season, None)
    standing = Standing(
        letter,
        season,
        _resolved(letter, season, authorities),
        decided_authority=alive.get(decisions.authority_id(season, letter.sha256) or ""),
        is_rejected=decisions.rejects(season, letter.sha256),
        broken_rules=tuple(
            check.rule
            for check in check_letter(letter)
            if check.severity is Severity.CRITICAL and not check.is_passed
        ),
    )
    if standing.authority is None:
        return standing
    return replace(standing, populations=_populations(standing.authority, season, authorities))


def _resolved(letter: Letter, season: Season, authorities: Authorities) -> Resolution:
    name = letter.header.authority_name
    if name is None:
        return Resolution(None, (), "the letter names no authority that the reader could find")
    return authorities.resolve(name, season.period_end)


def _populations(authority: Authority, season: Season, authorities: Authorities) -> tuple[Population, ...]:
    """What is known of an authority's population in the four years before the season's letters.

    Which estimate a season is given by `Authorities.population` is itself an inference, so its neighbours are
    taken too: the next season's is that of the year before the letter, and older ones follow.
    """
    oldest = season.year - POPULATION_YEARS
    years = range(max(FIRST_SEASON, oldest), min(LAST_SEASON, season.year + 1) + 1)
    known = (authorities.population(authority.authority_id, Season(year)) for year in years)
    return tuple(
        dict.fromkeys(
            population for population in known if population is not None and population.mid_year >= oldest
        )
    )


# --- Whose letter, and of which season ------------------------------------------------------------------


def _season_is_the_one_fetched(standings: Sequence[Standing]) -> dict[str, Outcome]:
    return {
        standing.letter.sha256: Outcome(
            _is_of_its_season(standing),
            f"the letter is of season {standing.letter.header.season or '(none stated)'}, and it was fetched for "
            f"season {standing.season}",
        )
        for standing in standings
        if standing.resolution is not None
    }


def _is_of_its_season(standing: Standing) -> bool:
    return standing.letter.header.season == standing.season.year


def _authority_is_known(standings: Sequence[Standing]) -> dict[str, Outcome]:
    return {
        standing.letter.sha256: Outcome(standing.resolution.authority is not None, standing.resolution.reason)
        for standing in standings
        if standing.resolution is not None
    }


# --- One letter for each authority ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Rivalry:
    """How a letter stands to the others to its authority: what was found, and which of them supersedes it."""

    outcome: Outcome
    superseded_by: str | None = None


def _one_letter_per_authority(standings: Sequence[Standing]) -> dict[str, Outcome]:
    return {sha256: rivalry.outcome for sha256, rivalry in _rivalries(standings).items()}


def _rivalries(standings: Sequence[Standing]) -> dict[str, _Rivalry]:
    to_one: dict[tuple[str, int | None], list[Standing]] = {}
    for standing in standings:
        if standing.authority is not None and standing.letter.verdict is Verdict.EXTRACTED:
            key = standing.authority.authority_id, standing.letter.header.season
            to_one.setdefault(key, []).append(standing)
    return {
        standing.letter.sha256: _rivalry(
            standing.letter,
            [other.letter for other in same if other is not standing and not other.is_rejected],
        )
        for same in to_one.values()
        for standing in same
    }


def _rivalry(letter: Letter, rivals: Sequence[Letter]) -> _Rivalry:
    """Of two letters to one authority the later stands; of two that say the same, the one with its page.

    Two that differ and have the same date, or none, are for a person: both fail.
    """
    collisions: list[str] = []
    superseded_by: str | None = None
    for rival in rivals:
        order = _order(letter, rival)
        if order is None:
            collisions.append(rival.sha256[:12])
        elif order < 0 and superseded_by is None:
            superseded_by = rival.sha256
    if collisions:
        detail = (
            f"another letter to the same authority in this season says something else under the same date, or "
            f"one of them has no date (sha256 {', '.join(collisions)}...): a person has to choose"
        )
        return _Rivalry(Outcome(False, detail))
    if superseded_by is not None:
        detail = f"superseded by the letter with sha256 {superseded_by[:12]}..."
    elif rivals:
        detail = "stands for its authority; another letter is superseded by it"
    else:
        detail = "the only letter to its authority in this season"
    return _Rivalry(Outcome(True, detail), superseded_by)


def _order(one: Letter, other: Letter) -> int | None:
    """Which of two letters stands: above nought the one, below nought the other, None where nobody can say."""
    if _statement(one) == _statement(other):
        # The same letter in two renditions: the one whose evidence is a place on a page stands.
        return 1 if _preference(one) > _preference(other) else -1
    first, second = one.header.letter_date, other.header.letter_date
    if first is None or second is None or first == second:
        return None
    return 1 if first > second else -1


def _statement(letter: Letter) -> tuple[object, ...]:
    header = letter.header
    figures = frozenset((figure.measure, figure.category, figure.value) for figure in letter.figures)
    return (
        header.authority_name,
        header.letter_date,
        header.period_end,
        header.layout,
        figures,
        frozenset(letter.absences),
    )


def _preference(letter: Letter) -> tuple[bool, str]:
    return any(figure.box is not None for figure in letter.figures), letter.sha256


# --- The averages of a type -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Vote:
    """What the letters to one type of council print as one average: how many print each value."""

    letters_by_value: Counter[Decimal]

    @property
    def letters_count(self) -> int:
        return self.letters_by_value.total()

    @property
    def majority(self) -> Decimal | None:
        """The value that more than half of at least three letters print, or None where there is none."""
        value, letters_count = self.letters_by_value.most_common(1)[0]
        is_strict = 2 * letters_count > self.letters_count
        return value if self.letters_count >= MAJORITY_LETTERS_COUNT and is_strict else None


@dataclass(frozen=True)
class _Averages:
    """The averages that one letter prints, each with the vote of the letters to its type (None: none votes)."""

    council_type_id: str
    printed: tuple[tuple[str, Decimal, _Vote | None], ...]


def _averages(standings: Sequence[Standing]) -> dict[str, _Averages]:
    """Every letter that is asked about its averages.

    Asked are letters to councils that state this season and are not superseded; other bodies have no average.
    Only those that no other critical rule holds back have a vote: a letter misread elsewhere may be misread here,
    and of two letters to one council neither counts until a person has chosen. The others are still compared with
    the vote, because a person who looks at them in quarantine has to know all that is wrong.
    """
    rivalries = _rivalries(standings)
    asked = [
        (standing, standing.authority.council_type_id, rivalries[standing.letter.sha256])
        for standing in standings
        if standing.authority is not None
        and standing.authority.council_type_id != OTHER_TYPE_ID
        and standing.letter.verdict is Verdict.EXTRACTED
        and _is_of_its_season(standing)
        and rivalries[standing.letter.sha256].superseded_by is None
    ]
    votes: dict[tuple[str, str], Counter[Decimal]] = {}
    for standing, council_type_id, rivalry in asked:
        if rivalry.outcome.is_passed and not standing.broken_rules and not standing.is_rejected:
            for measure, value in _printed_averages(standing.letter):
                votes.setdefault((council_type_id, measure), Counter())[value] += 1
    return {
        standing.letter.sha256: _Averages(
            council_type_id,
            tuple(
                (measure, value, _Vote(vote) if (vote := votes.get((council_type_id, measure))) else None)
                for measure, value in _printed_averages(standing.letter)
            ),
        )
        for standing, council_type_id, _ in asked
    }


def _printed_averages(letter: Letter) -> Iterator[tuple[str, Decimal]]:
    for figure in letter.figures:
        if figure.measure in AVERAGE_MEASURES:
            yield figure.measure, figure.value


def _type_average_agrees(standings: Sequence[Standing]) -> dict[str, Outcome]:
    return {sha256: _agreement(averages) for sha256, averages in _averages(standings).items()}


def _agreement(averages: _Averages) -> Outcome:
    contradicted = [
        f"{measure} {value} is printed, and {vote.majority} in {vote.letters_by_value[vote.majority]} of "
        f"{vote.letters_count} letters to councils of the type {averages.council_type_id}"
        for measure, value, vote in averages.printed
        if vote is not None and vote.majority is not None and vote.majority != value
    ]
    if contradicted:
        return Outcome(False, "; ".join(contradicted))
    return Outcome(
        True, f"no majority of letters to councils of the type {averages.council_type_id} contradicts it"
    )


def _type_average_is_settled(standings: Sequence[Standing]) -> dict[str, Outcome]:
    return {sha256: _settlement(averages) for sha256, averages in _averages(standings).items()}


def _settlement(averages: _Averages) -> Outcome:
    unsettled = [
        f"{measure} {value} is printed, and letters to councils of the type {averages.council_type_id} print "
        + ", ".join(
            f"{other} ({count} of {vote.letters_count})" for other, count in sorted(vote.letters_by_value.items())
        )
        for measure, value, vote in averages.printed
        if vote is not None and vote.majority is None and vote.letters_by_value.keys() | {value} != {value}
    ]
    if unsettled:
        return Outcome(False, f"{'; '.join(unsettled)}: too few letters, or no majority, to say which is right")
    return Outcome(True, "where letters differ, a majority says which average is right")


# --- Rates per 100,000 ----------------------------------------------------------------------------------


def _per_100k_fits_population(standings: Sequence[Standing]) -> dict[str, Outcome]:
    return {
        standing.letter.sha256: _fit(standing)
        for standing in standings
        if standing.authority is not None and standing.letter.verdict is Verdict.EXTRACTED
    }


def _fit(standing: Standing) -> Outcome:
    """Whether some population near those known gives the printed rate, rounded to the printed places.

    The vintage that the Ombudsman used is not known. So the rate is held against the whole range of the estimates
    of recent years, widened for revisions since.
    """
    upheld = standing.letter.value("upheld_count")
    rate = standing.letter.figure("upheld_per_100k")
    if upheld is None or rate is None:
        return Outcome(True, "upheld decisions, or their rate per 100,000, are not stated")
    if not standing.populations:
        return Outcome(True, "the authority's population is not known")
    smallest = min(standing.populations, key=lambda population: population.count)
    largest = max(standing.populations, key=lambda population: population.count)
    revision = POPULATION_REVISION_PCT / 100
    half_a_place = Decimal(5).scaleb(-_printed_places(rate.text) - 1)
    lowest = 100_000 * upheld / (largest.count * (1 + revision)) - half_a_place
    highest = 100_000 * upheld / (smallest.count * (1 - revision)) + half_a_place
    people = f"{smallest.count:,} (mid-{smallest.mid_year})"
    if largest != smallest:
        people += f" to {largest.count:,} (mid-{largest.mid_year})"
    return Outcome(
        lowest <= rate.value <= highest,
        f"{upheld} upheld decisions of {people} residents are {max(lowest, Decimal(0)):.2f} to {highest:.2f} per "
        f"100,000, and {rate.text} is printed",
    )


def _printed_places(text: str) -> int:
    """Decimal places of a printed rate: at least one, because a trailing ".0" is dropped ("11" is 11.0)."""
    _, _, places = text.partition(".")
    return max(1, sum(character.isdecimal() for character in places))


# --- The season as a whole ------------------------------------------------------------------------------


@dataclass(frozen=True)
class WholeSeasonRule:
    """One rule about a season as a whole, and about none of its letters."""

    name: str
    severity: Severity
    sentence: str
    check: Callable[[Sequence[Standing], Sequence[Authority]], Outcome]


def check_season(standings: Sequence[Standing], season: Season, authorities: Authorities) -> tuple[Check, ...]:
    """The checks of a season as a whole."""
    expected = expected_authorities(standings, season, authorities)
    outcomes = ((rule, rule.check(standings, expected)) for rule in WHOLE_SEASON_RULES)
    return tuple(Check(rule.name, rule.severity, outcome.is_passed, outcome.detail) for rule, outcome in outcomes)


def expected_authorities(
    standings: Sequence[Standing], season: Season, authorities: Authorities
) -> tuple[Authority, ...]:
    """The councils that a season must have a letter to: none of samples, and none where only samples came."""
    came = {standing.authority.is_sample for standing in standings if standing.authority is not None}
    if came == {True}:
        return ()
    return tuple(authority for authority in authorities.expected_in(season) if not authority.is_sample)


def expected_authority_id(standing: Standing, expected: Collection[str]) -> str | None:
    """Which of the expected authorities, given by id, has its letter of the season in this file; None for none.

    Any letter counts, one in quarantine and one without statistics too: it has come.
    """
    if standing.authority is None or not _is_of_its_season(standing):
        return None
    authority_id = standing.authority.authority_id
    return authority_id if authority_id in expected else None


def _letters_as_expected(standings: Sequence[Standing], expected: Sequence[Authority]) -> Outcome:
    if not expected:
        return Outcome(True, "only letters to councils of samples have come, and none is expected")
    names = {authority.authority_id: authority.name for authority in expected}
    came = {expected_authority_id(standing, names) for standing in standings}
    missing = [name for authority_id, name in names.items() if authority_id not in came]
    detail = f"letters to {len(names) - len(missing)} of {len(names)} councils have come"
    if missing:
        detail += f"; none to {_first_of(missing)}"
    return Outcome(not missing, detail)


def _first_of(names: Sequence[str], count: int = 10) -> str:
    others = len(names) - count
    return ", ".join(names[:count]) + (f" and {others} more" if others > 0 else "")


SEASON_IS_THE_ONE_FETCHED = "season_is_the_one_fetched"
AUTHORITY_IS_KNOWN = "authority_is_known"
ONE_LETTER_PER_AUTHORITY = "one_letter_per_authority"
TYPE_AVERAGE_AGREES = "type_average_agrees"
TYPE_AVERAGE_IS_SETTLED = "type_average_is_settled"
PER_100K_FITS_POPULATION = "per_100k_fits_population"

SEASON_RULES: tuple[SeasonRule, ...] = (
    SeasonRule(
        SEASON_IS_THE_ONE_FETCHED,
        Severity.CRITICAL,
        "The season that the letter states is the one that it was fetched for.",
        _season_is_the_one_fetched,
    ),
    SeasonRule(
        AUTHORITY_IS_KNOWN,
        Severity.CRITICAL,
        "The name in the letter is that of one authority, which existed on the last day of the period.",
        _authority_is_known,
    ),
    SeasonRule(
        ONE_LETTER_PER_AUTHORITY,
        Severity.CRITICAL,
        "An authority has one letter in a season: a later date supersedes, and two that differ under one date are "
        "for a person.",
        _one_letter_per_authority,
    ),
    SeasonRule(
        TYPE_AVERAGE_AGREES,
        Severity.CRITICAL,
        "The averages of similar authorities are those that most letters to councils of its type print, where at "
        "least three letters print them.",
        _type_average_agrees,
    ),
    SeasonRule(
        TYPE_AVERAGE_IS_SETTLED,
        Severity.WARNING,
        "Letters to councils of one type print the same averages, or most of at least three letters do.",
        _type_average_is_settled,
    ),
    SeasonRule(
        PER_100K_FITS_POPULATION,
        Severity.WARNING,
        "The upheld decisions per 100,000 residents fit the upheld decisions and a population of the council in "
        "recent years.",
        _per_100k_fits_population,
    ),
)
"""Every rule about the letters of a season together, in the order in which they are reported."""
LETTERS_AS_EXPECTED = WholeSeasonRule(
    "letters_as_expected",
    Severity.WARNING,
    "Every council that existed on the last day of the period has a letter.",
    _letters_as_expected,
)
WHOLE_SEASON_RULES: tuple[WholeSeasonRule, ...] = (LETTERS_AS_EXPECTED,)
"""Every rule about a season as a whole."""
