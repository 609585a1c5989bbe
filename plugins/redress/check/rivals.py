"""Rivals: the letters of one season to one authority. Find out which of them stands (replaces the others)."""

from collections.abc import Sequence

from redress.check.rule import Finding
from redress.check.standing import Rivalry, Standing
from redress.model.letter import Letter, Verdict


def one_letter_per_authority(standings: Sequence[Standing]) -> dict[str, Finding]:
    return {
        standing.letter.sha256: standing.rivalry.finding for standing in standings if standing.rivalry is not None
    }


def rivalries_of(standings: Sequence[Standing]) -> dict[str, Rivalry]:
    """Return how each extracted letter to a known authority compares with its rivals, by the letter's sha256.

    A letter that a person rejected is no rival of other letters. But the other letters are still its rivals.
    """
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


def _rivalry(letter: Letter, rivals: Sequence[Letter]) -> Rivalry:
    """Compare a letter with its rivals, and return how it compares.

    If two letters state the same, the letter that has boxes on a page stands. If they state different things, the
    letter with the later date stands. If no date decides (the dates are equal, or a date is missing), both letters
    fail: a person has to choose.
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
        return Rivalry(Finding(False, detail))
    if superseded_by is not None:
        detail = f"superseded by the letter with sha256 {superseded_by[:12]}..."
    elif rivals:
        detail = "stands for its authority; another letter is superseded by it"
    else:
        detail = "the only letter to its authority in this season"
    return Rivalry(Finding(True, detail), superseded_by)


def _order(one: Letter, other: Letter) -> int | None:
    """Compare two letters. Return a positive number if the first letter stands, a negative number if the second
    letter stands, and None if only a person can choose.
    """
    if _statement(one) == _statement(other):
        # One letter in two renditions: the rendition with places on a page as evidence stands.
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
