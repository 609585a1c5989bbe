"""Headings of a table's columns that are turned by 90 degrees: make each heading one upright word above its number.

Other turned text is left out: marks along an edge, names of an axis, stamps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from redress.model.letter import Box
from redress.read.page.document import Segment, Word, segments_of
from redress.read.page.numbers import NUMBER_IN_A_CELL

LEAST_HEADINGS = 3
"""The fewest turned headings of a table. Each of them has a number of its own below it."""
LINE_GAP_EMS = 0.6
"""The largest gap between two lines of a heading, in units of its type size."""
REACH_EMS = 16.0
"""The largest distance from a heading down to its number, in units of the number's type size."""


@dataclass(frozen=True)
class TurnedText:
    """A piece of turned text. `place` is where it stands on the page turned so that the main text is upright; `box`
    is where it stands on the page as shown.
    """

    text: str
    place: Box
    box: Box


def pieces_of(turned: Sequence[Word]) -> list[list[Segment]]:
    """Gather turned words into pieces of text, and return the lines of each piece. The places of the words are
    those on the page turned so that these words are upright.
    """
    pieces: list[list[Segment]] = []
    for line in segments_of(turned):
        piece = next((piece for piece in pieces if _goes_on(piece[-1], line)), None)
        if piece is None:
            pieces.append([line])
        else:
            piece.append(line)
    return pieces


def _goes_on(above: Segment, line: Segment) -> bool:
    gap = line.top - above.bottom
    return abs(gap) <= LINE_GAP_EMS * line.size and above.overlap(line) > 0


def headings(pieces: Sequence[TurnedText], upright: Sequence[Word]) -> list[Word]:
    """Return the pieces that are headings of columns, as words. `upright` are the page's upright words, among them
    the numbers. All headings above one line of numbers get equal upper edges and equal lower edges.
    """
    numbers = [word for word in upright if NUMBER_IN_A_CELL.fullmatch(word.text)]
    headed = [(piece, number) for piece in pieces if (number := _number_below(piece, numbers)) is not None]
    words: list[Word] = []
    for _, group in groupby(sorted(headed, key=_height), key=_height):
        line = list(group)
        if len({id(number) for _, number in line}) < LEAST_HEADINGS:
            continue
        top, bottom = min(piece.place[1] for piece, _ in line), max(piece.place[3] for piece, _ in line)
        words += [
            Word(piece.text, number.page, piece.place[0], top, piece.place[2], bottom, number.size, piece.box)
            for piece, number in line
        ]
    return words


def _height(headed: tuple[TurnedText, Word]) -> int:
    return round(headed[1].bottom / max(headed[1].size, 1.0))


def _number_below(piece: TurnedText, numbers: Sequence[Word]) -> Word | None:
    x0, _, x1, bottom = piece.place
    below = [
        number
        for number in numbers
        if x0 - number.size <= (number.x0 + number.x1) / 2 <= x1 + number.size
        and 0 <= number.bottom - bottom <= REACH_EMS * number.size
    ]
    return min(below, key=lambda number: number.top, default=None)
