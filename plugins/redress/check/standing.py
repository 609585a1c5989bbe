"""Standing: what the rules about a season see of a letter. Also the types of these rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from redress.check.decisions import Decisions
from redress.check.letter_rules import check_letter
from redress.check.rule import Check, Finding, Rule
from redress.model.authorities import Authorities, Authority, Population, Resolution
from redress.model.letter import Letter, Verdict
from redress.model.season import FIRST_SEASON, LAST_SEASON, Season

POPULATION_YEARS = 4
"""A rate per 100,000 may rest on the population estimate of any of this many years before the letter. The only
letter that could be checked uses the estimate of two years before, and other letters may use an older estimate."""


@dataclass(frozen=True)
class Rivalry:
    """How a letter compares with its rivals: the other letters to its authority in the season.

    `finding` fails if only a person can choose between the letter and a rival. `superseded_by` is the sha256 of the
    letter that replaces this letter, or None.
    """

    finding: Finding
    superseded_by: str | None = None


@dataclass(frozen=True)
class Standing:
    """One letter of a season, with its authority and its checks.

    `resolution` says what the printed name of the authority means in the season; it is None if the file is no
    letter. If a person decided which authority the letter is to, `decided_authority` is that authority, whatever
    name is printed. `populations` are the authority's populations in the years before the letter. `rivalry` is None
    if the authority is not known, or if the letter states no figures. `season_checks` are still empty while the
    rules about the season are asked.
    """

    letter: Letter
    season: Season
    resolution: Resolution | None
    decided_authority: Authority | None = None
    is_rejected: bool = False
    populations: tuple[Population, ...] = ()
    letter_checks: tuple[Check, ...] = ()
    rivalry: Rivalry | None = None
    season_checks: tuple[Check, ...] = ()
    contradictions: tuple[str, ...] = ()
    """In words: the contradictions within the letter that a second witness prints too."""

    @property
    def authority(self) -> Authority | None:
        """The authority that the letter is to: the authority that a person decided on, or else the authority that
        the printed name means. None if neither is known.
        """
        return self.decided_authority or (self.resolution.authority if self.resolution else None)

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks of the letter: first from rules about one letter, then from rules about the season's
        letters.
        """
        return self.letter_checks + self.season_checks

    @property
    def breaks_letter_rule(self) -> bool:
        """Whether the letter breaks a critical rule about one letter alone."""
        return any(check.holds_back for check in self.letter_checks)

    @property
    def superseded_by(self) -> str | None:
        """The sha256 of the letter that replaces this letter, or None."""
        return None if self.rivalry is None else self.rivalry.superseded_by


SeasonRule = Rule[[Sequence[Standing]], Mapping[str, Finding]]
"""A rule about a season's letters together. It takes all letters; it returns a finding for each letter that the
rule applies to, by the letter's sha256."""
WholeSeasonRule = Rule[[Sequence[Standing], Sequence[Authority]], Finding]
"""A rule about a season as a whole. It takes all letters, and the authorities that must have a letter."""


def placed_letter(
    letter: Letter,
    season: Season,
    authorities: Authorities,
    decisions: Decisions,
) -> Standing:
    """Return a letter with its authority, and with the checks that need no other letter. A file that is no letter
    has neither an authority nor checks.
    """
    if letter.verdict not in (Verdict.EXTRACTED, Verdict.NO_STATISTICS, Verdict.UNKNOWN_LAYOUT):
        return Standing(letter, season, None)
    standing = Standing(
        letter,
        season,
        _resolved(letter, season, authorities),
        decided_authority=_decided(season, authorities, decisions.authority_id(season, letter.sha256)),
        is_rejected=decisions.rejects(season, letter.sha256),
        letter_checks=check_letter(letter),
    )
    if standing.authority is None:
        return standing
    return replace(standing, populations=_populations(standing.authority, season, authorities))


def _decided(season: Season, authorities: Authorities, authority_id: str | None) -> Authority | None:
    """Return the authority that a person named, also if it has ended. Return None if nobody named an authority, if
    the authority is not known, or if it had not begun by the end of the season's period.
    """
    authority = None if authority_id is None else authorities.with_id(authority_id)
    return authority if authority is not None and authority.has_begun_by(season.period_end) else None


def _resolved(letter: Letter, season: Season, authorities: Authorities) -> Resolution:
    name = letter.header.authority_name
    if name is None:
        return Resolution(None, (), "the letter names no authority that the reader could find")
    return authorities.resolve(name, season.period_end)


def _populations(authority: Authority, season: Season, authorities: Authorities) -> tuple[Population, ...]:
    """Return the known population estimates of an authority from the four years before the season's letters.

    Nobody knows which of these estimates the letters of a season used, and the estimate that
    `Authorities.population` returns for the season is only the likeliest. So all of them are returned.
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
