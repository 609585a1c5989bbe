"""The rules about a season's letters together: whose each letter is, and that no council has two.

Like the rules about one letter they are plain functions; they need the reference of authorities, or the season's
other letters, and so run in the gate only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from redress.authorities import Authorities, Resolution
from redress.letters.records import Letter, Verdict
from redress.rules import Check, Severity
from redress.seasons import Season

SEASON_IS_THE_ONE_FETCHED = "season_is_the_one_fetched"
AUTHORITY_IS_KNOWN = "authority_is_known"
ONE_LETTER_PER_AUTHORITY = "one_letter_per_authority"


@dataclass(frozen=True)
class Standing:
    """One letter of a season with what its authority's name means in that season."""

    letter: Letter
    resolution: Resolution | None
    superseded_by: str | None = None
    checks: tuple[Check, ...] = ()


def stand(letters: Sequence[Letter], season: Season, authorities: Authorities) -> tuple[Standing, ...]:
    """Each letter with its authority as of the period's end, the letter that supersedes it, and its checks."""
    standings = [
        Standing(letter, _resolved(letter, season, authorities))
        if letter.verdict in (Verdict.EXTRACTED, Verdict.NO_STATISTICS, Verdict.UNKNOWN_LAYOUT)
        else Standing(letter, None)
        for letter in letters
    ]
    return tuple(
        Standing(standing.letter, standing.resolution, superseded_by, checks)
        for standing in standings
        for superseded_by, checks in [_checked(standing, standings, season)]
    )


def _resolved(letter: Letter, season: Season, authorities: Authorities) -> Resolution:
    name = letter.header.authority_name
    if name is None:
        return Resolution(None, (), "the letter names no authority that the reader could find")
    return authorities.resolve(name, season.period_end)


def _checked(
    standing: Standing, standings: Sequence[Standing], season: Season
) -> tuple[str | None, tuple[Check, ...]]:
    if standing.resolution is None:
        return None, ()
    letter = standing.letter
    checks = [_season_check(letter, season), _authority_check(standing.resolution)]
    superseded_by: str | None = None
    if standing.resolution.authority is not None and letter.verdict is Verdict.EXTRACTED:
        superseded_by, check = _rivals_check(standing, standings)
        checks.append(check)
    return superseded_by, tuple(checks)


def _season_check(letter: Letter, season: Season) -> Check:
    stated = letter.header.season
    return Check(
        SEASON_IS_THE_ONE_FETCHED,
        Severity.CRITICAL,
        stated == season.year,
        f"the letter is of season {stated or '(none stated)'}, and it was fetched for season {season}",
    )


def _authority_check(resolution: Resolution) -> Check:
    return Check(AUTHORITY_IS_KNOWN, Severity.CRITICAL, resolution.authority is not None, resolution.reason)


def _rivals_check(standing: Standing, standings: Sequence[Standing]) -> tuple[str | None, Check]:
    """Of two letters to one authority the later stands; of two that say the same, the one with its page.

    Two that differ and have the same date, or none, are for a person: both fail.
    """
    rivals = [
        other
        for other in standings
        if other is not standing
        and other.letter.verdict is Verdict.EXTRACTED
        and other.letter.header.season == standing.letter.header.season
        and _authority_id(other) == _authority_id(standing)
    ]
    collisions: list[str] = []
    superseded_by: str | None = None
    for rival in rivals:
        order = _order(standing.letter, rival.letter)
        if order is None:
            collisions.append(rival.letter.sha256[:12])
        elif order < 0 and superseded_by is None:
            superseded_by = rival.letter.sha256
    if collisions:
        detail = (
            f"another letter to the same authority in this season says something else under the same date, or "
            f"one of them has no date (sha256 {', '.join(collisions)}...): a person has to choose"
        )
        return None, Check(ONE_LETTER_PER_AUTHORITY, Severity.CRITICAL, False, detail)
    if superseded_by is not None:
        detail = f"superseded by the letter with sha256 {superseded_by[:12]}..."
    elif rivals:
        detail = "stands for its authority; another letter is superseded by it"
    else:
        detail = "the only letter to its authority in this season"
    return superseded_by, Check(ONE_LETTER_PER_AUTHORITY, Severity.CRITICAL, True, detail)


def _authority_id(standing: Standing) -> str | None:
    resolution = standing.resolution
    return None if resolution is None or resolution.authority is None else resolution.authority.authority_id


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
