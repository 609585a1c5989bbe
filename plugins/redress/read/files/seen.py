"""Confirm each figure on its drawn page, because a letter states what a person sees.

The digits of the page's text in the figure's box must spell the figure. Then the page is drawn with and without
these digits. If nothing changes, the digits are not seen. If the drawing without them is not plain, something else
is drawn in their place. If the change has another shape than the digits drawn alone, a part of them is covered.
Last, the shapes of the digits must fit the digits that the text names. If the page's text does not spell the
figure, the shapes in the figure's box must do so.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pypdfium2 as pdfium

from redress.model.letter import Box, Conflict, Figure, Letter
from redress.model.measures import Absence
from redress.read.files.digit_shapes import likeliest_digit, other_digit, pieces
from redress.read.files.drawn import (
    LEAST_CONTRAST,
    MARKS,
    PIXELS_TO_A_POINT,
    SAME_PLACE_SHARE,
    DrawnCharacter,
    DrawnPage,
    Shades,
    cut,
    share_place,
)
from redress.read.files.ink_beside import shape_beside
from redress.read.files.opened import OpenedPdf

MOST_OTHER_INK_SHARE = 0.5
"""What is drawn under a digit must have less contrast than LEAST_CONTRAST or this share of the digit's contrast."""
MOST_COVERED_SHARE = 0.04
"""The largest share of the pixels of a digit's box that may differ from the digit drawn alone."""
MOST_COVERED_SHARE_OF_A_SIGN = 0.25
"""For a percentage sign, this takes the place of MOST_COVERED_SHARE: the sign is recognised even if a digit beside
it covers its edge."""
PIXELS_OF_A_DIGIT = 26
"""If the shape of a digit is compared, the digit is drawn at least this high, in pixels."""
TOUCHING_SHARE = 0.3
"""A figure and a digit that are no further apart than this share of a digit's height are parts of one number."""
SAME_SIZE_SHARE = 0.15
ONE_PLACE_SHARE = 0.3
"""The largest overlap of two digits of one number, as a share of the narrower digit's width, in any typeface."""
LEAST_STEP_SHARE = 0.4
"""The least distance between the middles of two digits of one number, in units of their height."""
LEAST_DIGIT_POINTS = 3.2
"""The least height of a digit in a letter on A4, in points. Lower digits have type of less than 4.5 points. Type
that small may be hidden beside a picture of another number."""
LEAST_FIGURE_CONTRAST = 48
"""If a figure differs from its background by fewer than this of 256 shades, it is hardly seen. It may be hidden
beside a picture of another number."""
PIECES_OF_A_SIGN = 3
"""The most connected shapes that a percentage sign consists of."""

_Key = tuple[str, str | None]


def confirmed(pdf: OpenedPdf | None, letter: Letter) -> Letter:
    """Withhold the figures that the drawn pages do not confirm; a conflict says why for each figure.

    Figures of a text file, and figures read from a picture, are kept. `pdf` is None if pdfium, which draws pages,
    cannot open the file. Confirming changes the pages of `pdf`, so they cannot be drawn again afterwards.
    """
    placed = _placed(letter)
    doubts: dict[_Key, str] = {}
    for number in sorted({one.page for one in placed if one.page is not None}):
        figures = [one for one in placed if one.page == number]
        try:
            if pdf is None:
                raise pdfium.PdfiumError("pdfium cannot open the file")
            doubts |= _doubts_on_page(DrawnPage(pdf.sheet(number), window=_window(figures)), figures)
        except pdfium.PdfiumError as error:
            doubts |= {_key(one): f"{_named(one)}, and the page cannot be drawn ({error})" for one in figures}
    return _without(letter, doubts) if doubts else letter


def unconfirmed(letter: Letter) -> Letter:
    """Withhold all figures that have to be confirmed (see `confirmed`), because drawing the file broke down."""
    doubts = {_key(one): f"{_named(one)}, and drawing the file broke down" for one in _placed(letter)}
    return _without(letter, doubts) if doubts else letter


def _placed(letter: Letter) -> list[Figure]:
    return [one for one in letter.figures if one.box is not None and not one.is_ocr]


def _key(figure: Figure) -> _Key:
    return figure.measure, figure.category


def _without(letter: Letter, doubts: Mapping[_Key, str]) -> Letter:
    return replace(
        letter,
        figures=tuple(one for one in letter.figures if _key(one) not in doubts),
        absences=tuple((dict(letter.absences) | {name: Absence.NOT_READ for name, _ in doubts}).items()),
        conflicts=(*letter.conflicts, *(Conflict(name, why) for (name, _), why in doubts.items())),
    )


class _DoubtError(Exception):
    """The page does not confirm a figure; the message says what the page shows instead."""


@dataclass(frozen=True)
class _Spelling:
    """A figure and the characters in its box; `is_named` says whether these characters spell the figure."""

    figure: Figure
    characters: list[DrawnCharacter]
    is_named: bool


def _doubts_on_page(page: DrawnPage, figures: Sequence[Figure]) -> dict[_Key, str]:
    """Return, by measure and category, the reason for each figure that the page does not confirm."""
    doubts: dict[_Key, str] = {}
    spellings = []
    for figure in figures:
        try:
            spellings.append(_spelling(figure, page))
        except _DoubtError as doubt:
            doubts[_key(figure)] = str(doubt)
    drawings = _Drawings(page, spellings)
    for spelling in spellings:
        try:
            drawings.confirm(spelling)
        except _DoubtError as doubt:
            doubts[_key(spelling.figure)] = str(doubt)
    return doubts


def _window(figures: Sequence[Figure]) -> Box:
    """Return the box around figures and their surroundings."""
    boxes = [one.box for one in figures if one.box is not None]
    away = max(max(x1 - x0, bottom - top) for x0, top, x1, bottom in boxes)
    x0s, tops, x1s, bottoms = zip(*boxes, strict=True)
    return min(x0s) - 2 * away, min(tops) - 2 * away, max(x1s) + 2 * away, max(bottoms) + 2 * away


def _spelling(figure: Figure, page: DrawnPage) -> _Spelling:
    """Return a figure with the characters in its box: all visible characters if the digits do not spell the figure.

    Raise _DoubtError if the box has no visible characters, if a sign or a letter is missing, if two digits stand in
    one place, if the digits are too small, if another digit stands directly beside the figure, or if an annotation
    lies on the figure.
    """
    _confirm_annotations(figure, page)
    said = _said(figure)
    if not said:
        return _Spelling(figure, _in_words(figure, page), is_named=True)
    near = _near(figure.box, page.digits)
    within = [digit for digit in near if _holds(figure.box, digit)]
    digits = _once(within)
    if [digit.text for digit in digits] != said:
        digits = _once(page.seen(within))
    is_spelled = [digit.text for digit in digits] == said
    for one, other in combinations(digits, 2):
        if (is_spelled or one.text != other.text) and _are_in_one_place(one, other):
            texts = f"{one.text} and {other.text}"
            raise _DoubtError(f"{_named(figure)}, where the digits {texts} stand in one place on the page")
    if not is_spelled:
        characters = page.seen(one for one in page.characters if _holds(figure.box, one))
        if not characters:
            raise _DoubtError(f"{_named(figure)}, where the page shows no text")
        return _Spelling(figure, characters, is_named=False)
    ends = (digits[0], digits[-1])
    beside = [one for one in near if one not in within and any(_is_next_to(one, end) for end in ends)]
    if beside and (seen := page.seen(beside)):
        raise _DoubtError(f"{_named(figure)}, where the digit {seen[0].text} stands right beside it on the page")
    lowest = min(digit.height for digit in digits)
    if max(lowest, lowest * page.scale / PIXELS_TO_A_POINT) < LEAST_DIGIT_POINTS:
        raise _DoubtError(f"{_named(figure)}, in type too small to be read")
    return _Spelling(figure, [*digits, *_marks(figure, page)], is_named=True)


def _marks(figure: Figure, page: DrawnPage) -> list[DrawnCharacter]:
    """Return a figure's points, commas and percentage signs in its box. Raise _DoubtError if a sign is not seen."""
    said = Counter(one for one in figure.text if one in MARKS)
    if not said:
        return []
    within = [mark for mark in page.marks if mark.text in said and _holds(figure.box, mark)]
    if Counter(mark.text for mark in within) <= said:
        return within
    marks = _once(page.seen(within))
    missing = said - Counter(mark.text for mark in marks)
    if missing and not all(page.is_printed(mark.box) for mark in within if mark.text in missing):
        raise _DoubtError(f"{_named(figure)}, where the page does not show the sign {min(missing)}")
    return marks


def _confirm_annotations(figure: Figure, page: DrawnPage) -> None:
    """Raise _DoubtError if an annotation lies on a figure, and other viewers draw the annotation, but pdfium does
    not.
    """
    for kind, box in page.undrawn_annotations:
        if figure.box is not None and _touch(box, figure.box):
            raise _DoubtError(
                f"{_named(figure)}, where a {kind} annotation lies that has no drawing of its own (/AP): "
                "viewers show it in different ways"
            )


def _touch(one: Box, other: Box) -> bool:
    return all(one[edge] <= other[edge + 2] and other[edge] <= one[edge + 2] for edge in (0, 1))


def _in_words(figure: Figure, page: DrawnPage) -> list[DrawnCharacter]:
    """Return the letters of a number in words, from the figure's box. Raise _DoubtError if the page shows other
    letters there.

    If the number goes on in the next line, its box also holds other words of both lines.
    """
    letters = page.seen(one for one in page.characters if _holds(figure.box, one) and one.text.isalpha())
    shown = Counter(one.text.casefold() for one in letters)
    said = Counter(filter(str.isalpha, figure.text.casefold()))
    is_of_two_lines = any(one.box[1] > letters[0].box[3] or one.box[3] < letters[0].box[1] for one in letters)
    if not (said <= shown if is_of_two_lines else said == shown):
        raise _DoubtError(f"{_named(figure)}, where the page shows other words")
    return letters


def _said(figure: Figure) -> list[str]:
    return [character for character in figure.text if character.isdigit()]


def _named(figure: Figure) -> str:
    name = figure.measure if figure.category is None else f"{figure.measure} of {figure.category}"
    return f"{name} is read as {figure.text} on page {figure.page}"


def _near(box: Box | None, digits: Iterable[DrawnCharacter]) -> list[DrawnCharacter]:
    """Return the digits in a box or near it: no further away than the box's longer side."""
    if box is None:
        return []
    x0, top, x1, bottom = box
    away = max(bottom - top, x1 - x0)
    return [
        digit
        for digit in digits
        if x0 - away < digit.box[2]
        and digit.box[0] < x1 + away
        and top - away < digit.box[3]
        and digit.box[1] < bottom + away
    ]


def _holds(box: Box | None, one: DrawnCharacter) -> bool:
    x, y = one.middle
    return box is not None and box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _once(digits: Iterable[DrawnCharacter]) -> list[DrawnCharacter]:
    """Return digits in reading order. A digit that is printed twice in one place counts once."""
    kept: list[DrawnCharacter] = []
    for digit in sorted(digits, key=_reading_place):
        if not any(_is_same_print(digit, other) for other in kept):
            kept.append(digit)
    return kept


def _reading_place(one: DrawnCharacter) -> float:
    x, y = one.middle
    return (x, -y, -x, y)[one.quarter_turns]


def _is_same_print(one: DrawnCharacter, other: DrawnCharacter) -> bool:
    away = SAME_PLACE_SHARE * one.height
    (x, y), (other_x, other_y) = one.middle, other.middle
    return one.text == other.text and abs(x - other_x) <= away and abs(y - other_y) <= away


def _are_in_one_place(one: DrawnCharacter, other: DrawnCharacter) -> bool:
    """Return whether two digits are so close that they belong to two numbers, one printed over the other."""
    step = math.dist(one.middle, other.middle)
    is_close = step < LEAST_STEP_SHARE * min(one.height, other.height)
    return is_close or share_place(one.box, other.box, ONE_PLACE_SHARE)


def _is_next_to(one: DrawnCharacter, other: DrawnCharacter) -> bool:
    """Return whether two digits of one line and size are so close that they belong to one number."""
    if one.quarter_turns != other.quarter_turns or _is_same_print(one, other):
        return False
    if abs(one.height - other.height) > SAME_SIZE_SHARE * other.height:
        return False
    along, across = ((1, 3), (0, 2)) if one.quarter_turns % 2 else ((0, 2), (1, 3))
    gap = max(other.box[along[0]] - one.box[along[1]], one.box[along[0]] - other.box[along[1]])
    level = abs(one.box[across[1]] - other.box[across[1]])
    return gap <= TOUCHING_SHARE * other.height and level <= SAME_SIZE_SHARE * other.height


class _Drawings:
    """The drawings of a page: as it is, without the text of its figures, and with only this text."""

    def __init__(self, page: DrawnPage, spellings: Sequence[_Spelling]) -> None:
        self._page = page
        self._own = page.with_twins({one.text_object for spelling in spellings for one in spelling.characters})
        self._with, self._without = page.as_it_is, page.without(self._own)
        self._beside = {_key(one.figure): self._shape_beside(one) for one in spellings}
        page.leave_alone(self._own)
        self._alone = page.bare()

    def _shape_beside(self, spelling: _Spelling) -> str | None:
        digits = [one for one in spelling.characters if one.text.isdigit()]
        if not digits:
            return None
        is_turned = digits[0].quarter_turns % 2 == 1
        return shape_beside(self._page, _around(digits), self._without, is_turned=is_turned)

    def confirm(self, spelling: _Spelling) -> None:
        """Raise _DoubtError unless the page shows a whole figure, on a plain background, in shapes that fit its
        digits.
        """
        figure, page = spelling.figure, self._page
        if shape := self._beside[_key(figure)]:
            raise _DoubtError(f"{_named(figure)}, where {shape}")
        if not spelling.is_named:
            self._confirm_pieces(spelling)
            return
        try:
            self._confirm_digits(figure, spelling.characters, self._alone)
        except _DoubtError:
            # another figure's text object may have hidden text in the same place
            objects = {digit.text_object for digit in spelling.characters}
            if len(objects) == len(self._own):
                raise
            try:
                for one in objects:
                    page.leave_alone(page.with_twins([one]))
                    digits = [digit for digit in spelling.characters if digit.text_object == one]
                    self._confirm_digits(figure, digits, page.bare())
            finally:
                page.leave_alone(self._own)

    def _confirm_digits(self, figure: Figure, digits: Sequence[DrawnCharacter], alone: Shades) -> None:
        page = self._page
        for digit in digits:
            parts = (page.part(shades, digit.box) for shades in (self._with, self._without, alone))
            _confirm_ink(
                figure,
                *parts,
                most_covered=MOST_COVERED_SHARE_OF_A_SIGN if digit.text == "%" else MOST_COVERED_SHARE,
            )
        if not (digits := [digit for digit in digits if digit.text not in MARKS]):
            return  # a text object that draws the sign alone
        scale = max(page.scale, PIXELS_OF_A_DIGIT / max(min(digit.height for digit in digits), 0.1))
        whole = _around(digits)
        drawn = page.bare(whole, scale)
        for digit in digits:
            shape = cut(drawn, digit.box, scale, whole)
            if not digit.text.isdigit():
                continue  # a letter of a number in words
            other = other_digit(np.rot90(shape, -digit.quarter_turns), digit.text)
            if other is not None:
                raise _DoubtError(
                    f"{_named(figure)}, where the page shows the shape of {other} for the digit {digit.text}: "
                    "the font names its digits wrongly"
                )

    def _confirm_pieces(self, spelling: _Spelling) -> None:
        """Raise _DoubtError unless the shapes in a figure's box fit the figure's digits, one after the other."""
        figure, page = spelling.figure, self._page
        box = _around(spelling.characters)
        _confirm_ink(figure, *(page.part(shades, box) for shades in (self._with, self._without, self._alone)))
        scale = max(page.scale, PIXELS_OF_A_DIGIT / max(max(one.height for one in spelling.characters), 0.1))
        drawn = np.rot90(page.bare(box, scale), -spelling.characters[0].quarter_turns)
        said, shapes = _said(figure), pieces(drawn)
        shown = "".join(map(likeliest_digit, shapes[: len(said)]))
        if shown != "".join(said) or len(shapes) > len(said) + PIECES_OF_A_SIGN:
            raise _DoubtError(f"{_named(figure)}, where the page shows {shown or 'no number'}")


def _around(characters: Sequence[DrawnCharacter]) -> Box:
    x0s, tops, x1s, bottoms = zip(*(one.box for one in characters), strict=True)
    return min(x0s), min(tops), max(x1s), max(bottoms)


def _confirm_ink(
    figure: Figure, with_: Shades, without: Shades, alone: Shades, *, most_covered: float = MOST_COVERED_SHARE
) -> None:
    """Raise _DoubtError unless a box shows its whole digit, on a plain background."""
    if not alone.size:
        raise _DoubtError(f"{_named(figure)}, which lies off the page")
    change = with_.astype(np.int16) - without
    strongest = int(np.abs(change).max())
    if strongest < LEAST_CONTRAST:
        raise _DoubtError(f"{_named(figure)}, but the page does not show it: it is covered, or not painted")
    if strongest < LEAST_FIGURE_CONTRAST:
        raise _DoubtError(f"{_named(figure)}, in hardly another colour than what is behind it")
    ink = (255 - alone.astype(np.float64)) / 255
    contrast = float(change.ravel() @ ink.ravel()) / float((ink * ink).sum() or 1.0)
    if int(without.max()) - int(without.min()) >= max(LEAST_CONTRAST, MOST_OTHER_INK_SHARE * abs(contrast)):
        raise _DoubtError(f"{_named(figure)}, and something else is drawn in its place, such as a line through it")
    off = np.abs(change / contrast - ink) > 0.5 if abs(contrast) >= LEAST_CONTRAST / 2 else np.ones_like(ink, bool)
    if off.mean() > most_covered:
        raise _DoubtError(f"{_named(figure)}, and part of it is covered on the page")
