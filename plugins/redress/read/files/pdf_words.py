"""Make words from the characters of a PDF's page: upright, without double prints, and at the places where the page
shows them.

`pdf.py` makes all its words with this module. `pdf_quick.py` makes its own words, but uses this module's constants
for distances, such as WORD_GAP_EMS.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypedDict

from pdfplumber.utils import dedupe_chars, extract_words

from redress.model.letter import Box
from redress.read.files.turned_headings import TurnedText, headings, pieces_of
from redress.read.page.document import Page, Word, plain, segments_of

WORD_GAP_EMS = 0.2
"""Letters further apart than this, in units of their size, belong to two words."""
DESCENT_EMS = 0.21
"""How far the box of a letter reaches below its base line, in units of the type size."""
SAME_LINE_POINTS = 2.0
"""The largest distance between the base lines of two letters of one word."""
DOUBLE_POINTS = 1.0
"""If a letter is drawn again within this distance, in points, it is the same letter, drawn twice to look bold."""
SOFT_HYPHEN = "\u00ad"
DOUBLE_EMS = 0.15
"""In small type, this share of the type size takes the place of DOUBLE_POINTS, which would be too large: two
neighbouring letters "l" are 0.22 of the type size apart."""
MOST_DIGITS_SHARE = 2 / 3
LEAST_MAIN_SHARE = 0.1
"""Turned text is a page's main text, and not a mark along an edge, if it has most digits of the page and at least
this share of the characters."""
ORDINARY_SIZES = (6.0, 24.0)
"""The least and the greatest ordinary type size, in points."""
ORDINARY_SIZE = 10.0
LEAST_HYPHEN_EMS = 0.1
"""A soft hyphen that is at least this wide, in units of its size, is drawn, and counts as an ordinary hyphen."""


class Char(TypedDict):
    """One character in the form that pdfplumber's functions take. Its edges are in points from the upper left
    corner of the page as shown.

    `quarter_turns` is how far the character is turned anticlockwise.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    doctop: float
    size: float
    upright: bool
    quarter_turns: int


def char(text: str, x0: float, x1: float, top: float, bottom: float, quarter_turns: int = 0) -> Char:
    """Return a character with these edges."""
    size = round(x1 - x0 if quarter_turns % 2 else bottom - top, 1)
    width = bottom - top if quarter_turns % 2 else x1 - x0
    return Char(
        text=hyphen(width, size) if text == SOFT_HYPHEN else text,
        x0=x0,
        x1=x1,
        top=top,
        bottom=bottom,
        doctop=top,
        size=size,
        upright=True,
        quarter_turns=quarter_turns,
    )


def hyphen(width: float, size: float) -> str:
    """Return what a soft hyphen of a width and type size shows: a hyphen or nothing."""
    return "-" if width >= LEAST_HYPHEN_EMS * size else ""


def is_on_page(x0: float, x1: float, top: float, bottom: float, width: float, height: float) -> bool:
    """Return whether the middle of a character's box lies on the shown part of the page."""
    return -1 <= (x0 + x1) / 2 <= width + 1 and -1 <= (top + bottom) / 2 <= height + 1


def page_of(chars: list[Char], number: int, width: float, height: float, *, has_picture: bool) -> Page:
    """Return a page with these characters as upright words; `width` and `height` are the size of the page as shown.

    A page with uncommonly small or large type may have a unit of its own (UserUnit), or be drawn for other paper.
    Such a page is measured in a unit that makes its type ordinary. The boxes of its words stay in points.
    """
    points = _points_to_a_unit(chars)
    if points != 1.0:
        chars = [_in_units(one, points) for one in chars]
        width, height = width / points, height / points
    chars = _printed_once(chars)
    turn = _Turn(_main_quarter_turns(chars), width, height)
    words = list(_words(chars, turn, number, points))
    words += headings(list(_turned_text(chars, turn, number, points)), words)
    is_turned = turn.quarter_turns % 2 == 1
    return Page(
        number=number,
        width=height if is_turned else width,
        height=width if is_turned else height,
        segments=segments_of(words),
        has_picture=has_picture,
    )


def _points_to_a_unit(chars: list[Char]) -> float:
    """Return how many points long the unit is in which a page is measured. The unit is 1 point if the page's type
    is ordinary; otherwise it is chosen so that the type has an ordinary size.
    """
    sizes = sorted(one["size"] for one in chars if not one["text"].isspace())
    size = sizes[len(sizes) // 2] if sizes else ORDINARY_SIZE
    return 1.0 if not size or is_ordinary(size) else size / ORDINARY_SIZE


def is_ordinary(size: float) -> bool:
    """Return whether a type size, in points, is ordinary for letters."""
    return ORDINARY_SIZES[0] <= size <= ORDINARY_SIZES[1]


def _in_units(one: Char, points: float) -> Char:
    edges = (one["x0"] / points, one["x1"] / points, one["top"] / points, one["bottom"] / points)
    return char(one["text"], *edges, one["quarter_turns"])


@dataclass(frozen=True)
class _Turn:
    """How content is turned on its page: the anticlockwise quarter turns, and the page's size in the unit of the
    content.
    """

    quarter_turns: int
    width: float
    height: float

    def to_reading(self, box: Box) -> Box:
        """Turn a box of the shown page so that the text is upright."""
        x0, top, x1, bottom = box
        match self.quarter_turns:
            case 1:
                return (self.height - bottom, x0, self.height - top, x1)
            case 2:
                return (self.width - x1, self.height - bottom, self.width - x0, self.height - top)
            case 3:
                return (top, self.width - x1, bottom, self.width - x0)
            case _:
                return box

    def to_shown(self, box: Box) -> Box:
        """Turn a box of upright text back to where the page shows it."""
        x0, top, x1, bottom = box
        match self.quarter_turns:
            case 1:
                return (top, self.height - x1, bottom, self.height - x0)
            case 2:
                return (self.width - x1, self.height - bottom, self.width - x0, self.height - top)
            case 3:
                return (self.width - bottom, x0, self.width - top, x1)
            case _:
                return box

    def upright(self, one: Char) -> Char:
        """Turn a character so that the text is upright."""
        if self.quarter_turns == 0:
            return one
        x0, top, x1, bottom = self.to_reading((one["x0"], one["top"], one["x1"], one["bottom"]))
        return char(one["text"], x0, x1, top, bottom)


def _printed_once(chars: list[Char]) -> list[Char]:
    """If characters are drawn twice in one place, drop the second print. Some printers draw twice to make type
    bold.
    """
    ordered = sorted(
        (one["text"], round(one["top"]), one["x0"], one["top"], _double_points(one["size"])) for one in chars
    )
    is_double = any(
        left[0] == right[0]
        and abs(right[2] - left[2]) <= left[4]
        and abs(left[3] - right[3]) <= left[4]
        and not left[0].isspace()
        for left, right in pairwise(ordered)
    )
    if not is_double:
        return chars
    by_points: dict[float, list[Char]] = {}
    for one in chars:
        by_points.setdefault(_double_points(one["size"]), []).append(one)
    once = [
        one for points, some in by_points.items() for one in dedupe_chars(some, tolerance=points, extra_attrs=())
    ]
    kept = {id(one) for one in once}
    return [one for one in chars if id(one) in kept]


def _double_points(size: float) -> float:
    """Return the largest distance, in points, between the two prints of a letter that is drawn twice to look
    bold.
    """
    return min(DOUBLE_POINTS, DOUBLE_EMS * size)


def _main_quarter_turns(chars: list[Char]) -> int:
    """Return by how many quarter turns anticlockwise the main text is turned. If most digits are turned alike, and
    enough of all characters with them, the main text is turned like these digits. Otherwise it is turned like most
    characters.

    Sometimes only the headings of columns are turned. A mark along an edge may have digits, but only a few.
    """
    turns = Counter(one["quarter_turns"] for one in chars if not one["text"].isspace())
    digits = Counter(one["quarter_turns"] for one in chars if one["text"].isdigit())
    if not turns:
        return 0
    if digits:
        turn, count = digits.most_common(1)[0]
        is_of_numbers = count >= MOST_DIGITS_SHARE * digits.total()
        if is_of_numbers and turns[turn] >= LEAST_MAIN_SHARE * turns.total():
            return turn
    return turns.most_common(1)[0][0]


def _words(chars: list[Char], turn: _Turn, page: int, points: float) -> Iterator[Word]:
    """Make words from the characters that are turned by `turn`. Yield each word with its place on the page turned
    so that the word is upright.
    """
    upright = [turn.upright(one) for one in chars if one["quarter_turns"] == turn.quarter_turns]
    words: list[dict[str, Any]] = extract_words(
        upright, x_tolerance_ratio=WORD_GAP_EMS, y_tolerance=SAME_LINE_POINTS, extra_attrs=["size"]
    )
    for word in words:
        x0, top, x1, bottom = word["x0"], word["top"], word["x1"], word["bottom"]
        left, upper, right, lower = (round(edge * points, 2) for edge in turn.to_shown((x0, top, x1, bottom)))
        box = (left, upper, right, lower)
        for text in plain(word["text"]).split():
            yield Word(text, page, x0, top, x1, bottom, float(word["size"]), box)


def _turned_text(chars: list[Char], main: _Turn, page: int, points: float) -> Iterator[TurnedText]:
    """Yield the text that is turned by 90 degrees from the main text, to the left or to the right."""
    for quarter_turns in sorted({one["quarter_turns"] for one in chars}):
        if (quarter_turns - main.quarter_turns) % 2 == 0:
            continue
        turn = _Turn(quarter_turns, main.width, main.height)
        for lines in pieces_of(list(_words(chars, turn, page, points))):
            level = (
                min(line.x0 for line in lines),
                min(line.top for line in lines),
                max(line.x1 for line in lines),
                max(line.bottom for line in lines),
            )
            shown = turn.to_shown(level)
            left, upper, right, lower = (round(edge * points, 2) for edge in shown)
            text = " ".join(line.text for line in lines)
            yield TurnedText(text, main.to_reading(shown), (left, upper, right, lower))
