"""Standing: how a letter stands among the letters of its season."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from redress.check.decisions import Decisions
from redress.check.letter_rules import check_letter
from redress.check.rule import Check, Outcome, Severity
from redress.model.authorities import Authorities, Authority, Population, Resolution
from redress.model.letter import Letter, Verdict
from redress.model.season import FIRST_SEASON, LAST_SEASON, Season

POPULATION_YEARS = 4
"""A rate per 100,000 may rest on the estimate for the middle of any of so many years before the letter. The one
letter that could be checked uses the second of them, and an office that takes what is published may lag more."""


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


def placed_letter(
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


def is_of_its_season(standing: Standing) -> bool:
    return standing.letter.header.season == standing.season.year


@dataclass(frozen=True)
class WholeSeasonRule:
    """One rule about a season as a whole, and about none of its letters."""

    name: str
    severity: Severity
    sentence: str
    check: Callable[[Sequence[Standing], Sequence[Authority]], Outcome]
