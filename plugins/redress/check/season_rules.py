"""The rules about a season's letters together: authorities, seasons, rivals, averages and rates per 100,000.

These rules need the list of authorities or the season's other letters. So only the judge asks them.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal

from redress.check.averages import type_average_agrees, type_average_is_settled
from redress.check.contradictions import source_agrees_with_itself
from redress.check.rivals import one_letter_per_authority
from redress.check.rule import Check, Finding, Severity
from redress.check.standing import SeasonRule, Standing, WholeSeasonRule, is_of_its_season
from redress.model.authorities import Authorities, Authority
from redress.model.letter import Verdict
from redress.model.season import Season

POPULATION_REVISION_PCT = Decimal(5)
"""By how many per cent the population estimate that the Ombudsman used may differ from today's. Estimates are
revised after each census."""


# --- Authority and season of a letter ------------------------------------------------------------------


def _season_is_the_one_fetched(standings: Sequence[Standing]) -> dict[str, Finding]:
    return {
        standing.letter.sha256: Finding(
            is_of_its_season(standing),
            f"the letter is of season {standing.letter.header.season or '(none stated)'}, and it was fetched for "
            f"season {standing.season}",
        )
        for standing in standings
        if standing.resolution is not None
    }


def _authority_is_known(standings: Sequence[Standing]) -> dict[str, Finding]:
    return {
        standing.letter.sha256: Finding(standing.resolution.authority is not None, standing.resolution.reason)
        for standing in standings
        if standing.resolution is not None
    }


# --- Rates per 100,000 ----------------------------------------------------------------------------------


def _per_100k_fits_population(standings: Sequence[Standing]) -> dict[str, Finding]:
    return {
        standing.letter.sha256: _fit(standing)
        for standing in standings
        if standing.authority is not None and standing.letter.verdict is Verdict.EXTRACTED
    }


def _fit(standing: Standing) -> Finding:
    """Return a finding that passes if a population near the known estimates gives the printed rate per 100,000,
    rounded as the rate is printed.

    Nobody knows which estimate the Ombudsman used. So the rate is compared with the whole range of recent years'
    estimates, made wider by POPULATION_REVISION_PCT on both sides.
    """
    upheld = standing.letter.value("upheld_count")
    rate = standing.letter.figure("upheld_per_100k")
    if upheld is None or rate is None:
        return Finding(True, "upheld decisions, or their rate per 100,000, are not stated")
    if not standing.populations:
        return Finding(True, "the authority's population is not known")
    smallest = min(standing.populations, key=lambda population: population.count)
    largest = max(standing.populations, key=lambda population: population.count)
    revision = POPULATION_REVISION_PCT / 100
    half_a_place = Decimal(5).scaleb(-_printed_places(rate.text) - 1)
    lowest = 100_000 * upheld / (largest.count * (1 + revision)) - half_a_place
    highest = 100_000 * upheld / (smallest.count * (1 - revision)) + half_a_place
    people = f"{smallest.count:,} (mid-{smallest.mid_year})"
    if largest != smallest:
        people += f" to {largest.count:,} (mid-{largest.mid_year})"
    return Finding(
        lowest <= rate.value <= highest,
        f"{upheld} upheld decisions of {people} residents are {max(lowest, Decimal(0)):.2f} to {highest:.2f} per "
        f"100,000, and {rate.text} is printed",
    )


def _printed_places(text: str) -> int:
    """Return the number of decimal places with which a rate is printed. The number is at least 1, because letters
    drop a trailing ".0" ("11" is 11.0).
    """
    _, _, places = text.partition(".")
    return max(1, sum(character.isdecimal() for character in places))


# --- The season as a whole ------------------------------------------------------------------------------


def check_season(standings: Sequence[Standing], expected: Sequence[Authority]) -> tuple[Check, ...]:
    """Ask each rule about the season as a whole, and return the checks. `expected` are the authorities that must
    have a letter.
    """
    return tuple(rule.check(rule.ask(standings, expected)) for rule in WHOLE_SEASON_RULES)


def expected_authorities(
    standings: Sequence[Standing], season: Season, authorities: Authorities
) -> tuple[Authority, ...]:
    """Return the councils that must have a letter in a season.

    An invented council of the samples is never expected. If all letters are to invented councils, no council is
    expected.
    """
    came = {standing.authority.is_sample for standing in standings if standing.authority is not None}
    if came == {True}:
        return ()
    return tuple(authority for authority in authorities.expected_in(season) if not authority.is_sample)


def expected_authority_id(standing: Standing, expected: Collection[str]) -> str | None:
    """Return the id of the authority that a letter of the season is to. If that authority is not expected, return
    None.

    `expected` has the ids of the expected authorities. A letter in quarantine and a letter without statistics count
    too, because they have come.
    """
    if standing.authority is None or not is_of_its_season(standing):
        return None
    authority_id = standing.authority.authority_id
    return authority_id if authority_id in expected else None


def _letters_as_expected(standings: Sequence[Standing], expected: Sequence[Authority]) -> Finding:
    if not expected:
        return Finding(True, "only letters to councils of samples have come, and none is expected")
    names = {authority.authority_id: authority.name for authority in expected}
    came = {expected_authority_id(standing, names) for standing in standings}
    missing = [name for authority_id, name in names.items() if authority_id not in came]
    detail = f"letters to {len(names) - len(missing)} of {len(names)} councils have come"
    if missing:
        detail += f"; none to {_first_of(missing)}"
    return Finding(not missing, detail)


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
        "The name in the letter is that of one authority, which existed on the last day of the period or had ended "
        "before.",
        _authority_is_known,
    ),
    SeasonRule(
        ONE_LETTER_PER_AUTHORITY,
        Severity.CRITICAL,
        "An authority has one letter in a season: a later date supersedes, and two that differ under one date are "
        "for a person.",
        one_letter_per_authority,
    ),
    SeasonRule(
        TYPE_AVERAGE_AGREES,
        Severity.CRITICAL,
        "The averages of similar authorities are those that most letters to councils of its type print, where at "
        "least three letters print them.",
        type_average_agrees,
    ),
    SeasonRule(
        TYPE_AVERAGE_IS_SETTLED,
        Severity.WARNING,
        "Letters to councils of one type print the same averages, or most of at least three letters do.",
        type_average_is_settled,
    ),
    SeasonRule(
        "source_agrees_with_itself",
        Severity.WARNING,
        "No letter is loaded although a rate that it states is not what its counts give, because a second witness "
        "prints the same figures.",
        source_agrees_with_itself,
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
