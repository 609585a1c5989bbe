"""Find shapes beside or between the digits of a number that are not text, but may be a part of the number.

A pen stroke, a drawn path or a picture can be a digit before or after a number, or a point within it. Rules, bands
and rings around numbers are larger than digits, and bullets are smaller or further away.
"""

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from redress.model.letter import Box
from redress.read.files.drawn import LEAST_CONTRAST, DrawnPage, Shades, differs

DIGIT_HEIGHTS = (0.5, 1.7)
"""The least and the greatest height of a shape that may be a digit, in units of the number's height."""
DIGIT_WIDTH = 1.5
"""The greatest width of a shape that may be a digit, in units of the number's height."""
BESIDE_SHARE = 0.45
"""The largest gap between two digits of a number, as a share of the number's height."""
POINT_SIZES = (0.08, 0.5)
"""The least and the greatest height and width of a shape that may be a point between two digits, in units of the
number's height."""
RULE_HEIGHT = 0.3
"""The greatest thickness of a rule, in units of the number's height. A rule is a line across the whole part of the
page that is looked at."""
RULE_SHARE = 0.95
"""A line is a rule if it has ink on at least this share of its length."""
_LOOKED_AT_SHARE = 1.45
"""How far around a number the page is looked at, in units of the number's height. A shape that reaches further is
larger than a digit."""

_Mask = npt.NDArray[np.bool_]


def shape_beside(page: DrawnPage, number: Box, without: Shades, *, is_turned: bool) -> str | None:
    """If a shape other than text may be a part of a number, return in words which shape. Otherwise return None.

    `number` is the box around the number's digits. `without` is the drawing of the page without the number's own
    text. `is_turned` says whether the number runs up or down its page.
    """
    height = number[2] - number[0] if is_turned else number[3] - number[1]
    beside = _wider(number, BESIDE_SHARE * height, is_turned=is_turned)
    if _is_plain(page.part(without, beside)) or _is_plain(page.part(page.without_text, beside)):
        return None
    x0, top, x1, bottom = (edge * page.scale for edge in number)
    away = _LOOKED_AT_SHARE * height
    seen = (max(number[0] - away, 0), max(number[1] - away, 0), number[2] + away, number[3] + away)
    drawn = page.part(page.without_text, seen)
    column, row = math.floor(seen[0] * page.scale), math.floor(seen[1] * page.scale)
    edges = (x0 - column, top - row, x1 - column, bottom - row)
    if is_turned:
        drawn, edges = drawn.T, (edges[1], edges[0], edges[3], edges[2])
    return _part_of_number(drawn, edges, height * page.scale)


def _wider(box: Box, by: float, *, is_turned: bool) -> Box:
    x0, top, x1, bottom = box
    return (x0, top - by, x1, bottom + by) if is_turned else (x0 - by, top, x1 + by, bottom)


def _is_plain(shades: Shades) -> bool:
    return not shades.size or int(shades.max()) - int(shades.min()) < LEAST_CONTRAST


def _part_of_number(drawn: Shades, number: Box, height: float) -> str | None:
    """Return in words which shape may be a part of a number; None if no shape may be. `drawn` is a drawing without
    the number's text. All measures are in pixels.
    """
    x0, top, x1, bottom = number
    beside = BESIDE_SHARE * height
    lines = slice(math.floor(top), math.ceil(bottom))
    edges = [max(round(edge), 0) for edge in (x0 - beside, x0, x1, x1 + beside)]
    places = [drawn[lines, left:right] for left, right in pairwise(edges)]
    for ground in {int(np.median(place)) for place in places if place.size}:
        is_ink = _without_rules(differs(drawn, np.full_like(drawn, ground)), RULE_HEIGHT * height)
        for rows, columns in _shapes(is_ink, (lines, slice(edges[0], edges[-1]))):
            high, wide = (rows.stop - rows.start) / height, (columns.stop - columns.start) / height
            if wide <= DIGIT_WIDTH and DIGIT_HEIGHTS[0] <= high <= DIGIT_HEIGHTS[1]:
                return "a shape that is no text, and may be a digit, stands beside its digits"
            is_between = x0 < columns.start and columns.stop < x1
            if is_between and all(POINT_SIZES[0] <= size <= POINT_SIZES[1] for size in (high, wide)):
                return "a shape that is no text, and may be a decimal point, stands between its digits"
    return None


def _without_rules(is_ink: _Mask, thickest: float) -> _Mask:
    """Return the ink without its rules, so that a digit that touches a rule becomes a separate shape. `thickest` is
    the greatest thickness of a rule, in pixels.
    """
    left = is_ink.copy()
    for across, lines in ((1, left), (0, left.T)):
        is_full = np.concatenate(([False], is_ink.mean(axis=across) >= RULE_SHARE, [False]))
        edges = np.flatnonzero(np.diff(is_full))
        for begin, end in zip(edges[::2], edges[1::2], strict=True):
            if end - begin <= thickest:
                lines[begin:end] = False
    return left


def _shapes(is_ink: _Mask, place: tuple[slice, slice]) -> Iterator[tuple[slice, slice]]:
    """Yield the rows and columns of each connected shape that touches `place` but does not touch the edge of the
    drawing.
    """
    left = is_ink.copy()
    while (starts := np.argwhere(left[place])).size:
        shape = np.zeros_like(left)
        shape[place][tuple(starts[0])] = True
        size = 0
        while (grown := int(shape.sum())) > size:
            size = grown
            padded = np.pad(shape, 1)
            shape = left & (
                padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
            )
        left &= ~shape
        rows, columns = (np.flatnonzero(shape.any(axis=axis)) for axis in (1, 0))
        if rows[0] and columns[0] and rows[-1] < len(shape) - 1 and columns[-1] < shape.shape[1] - 1:
            yield slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
