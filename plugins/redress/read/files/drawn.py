"""Draw a page with pdfium: the whole page, the page without some of its text, or only some of its text.

What a letter states is what a person sees on its page. The text of a PDF and its drawing can differ in many ways: a
picture lies over the text, a layer is off, a corrected figure is typed over the old figure. A comparison of the
drawings shows all such differences, whatever their cause. `visible_ink.py` and `seen.py` compare them.
"""

import ctypes
import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium_c

from redress.model.letter import Box
from redress.read.files.pdf_sheet import SPACES, PdfSheet

Shades = npt.NDArray[np.uint8]
"""Grey pixels by row and column, from 0 (black) to 255 (white)."""
PIXELS_TO_A_POINT = 2
PIXELS_OF_A_PAGE = PIXELS_TO_A_POINT**2 * 595 * 842
"""The number of pixels of a drawn page: A4 at two pixels to a point. A page of any other size gets as many
pixels."""
PIXELS_AT_A_GLANCE = 1.25 * 595 * 1.25 * 842
"""The number of pixels of a drawing that is only to show whether a word is visible."""
LEAST_CONTRAST = 24
"""Print that differs from its background by fewer than this of 256 shades cannot be seen."""
LEAST_INK_SHARE = 0.1
"""A character is visible if at least this share of its box changes when its text is left out of the drawing. If
less changes, only the edge of a covered character is seen."""
SAME_PLACE_SHARE = 0.15
"""If a text is drawn a second time, at a distance of at most this share of the text's height, both are the same
text, drawn twice to look bold."""
MARKS = frozenset(".,%")
"""The characters of a number that are not digits."""
_DIGITS = frozenset(map(ord, "0123456789"))
_UNDRAWN = {
    pdfium_c.FPDF_ANNOT_LINE: "line",
    pdfium_c.FPDF_ANNOT_POLYLINE: "polyline",
    pdfium_c.FPDF_ANNOT_POLYGON: "polygon",
    pdfium_c.FPDF_ANNOT_STAMP: "stamp",
    pdfium_c.FPDF_ANNOT_REDACT: "redaction",
    pdfium_c.FPDF_ANNOT_CARET: "caret",
}
"""The kinds of annotations that pdfium draws only if the file has a drawing of the annotation. Other viewers draw
such an annotation even if the file has no drawing of it."""
_HIDDEN_ANNOTATION = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW
_FINE = 4096
"""The scale, in pixels to a point, at which pdfium is asked for places on a page. It is large because pdfium
returns places in whole pixels."""
_MOST_NESTED = 20


@dataclass(frozen=True)
class DrawnCharacter:
    """A character with the box of its shape, in points from the upper left corner of the page as shown.

    `text_object` is the memory address of the text object that draws the character. `quarter_turns` is the
    character's anticlockwise turn on the page as shown.
    """

    text: str
    box: Box
    text_object: int
    quarter_turns: int

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the box: x and y."""
        x0, top, x1, bottom = self.box
        return (x0 + x1) / 2, (top + bottom) / 2

    @property
    def height(self) -> float:
        """The height of the character when it is upright, in points."""
        x0, top, x1, bottom = self.box
        return x1 - x0 if self.quarter_turns % 2 else bottom - top


class DrawnPage:
    """One page of a PDF and its drawings. A drawing is made when it is first asked for.

    The drawings show the whole page, or only the box `window`, in points from the page's upper left corner.
    `leave_alone` removes everything but some text from the page; later drawings show only that text.
    """

    def __init__(self, sheet: PdfSheet, pixels: float = PIXELS_OF_A_PAGE, window: Box | None = None) -> None:
        self._sheet = sheet
        self._page = sheet.page
        self.width, self.height = sheet.page.get_size()
        self.scale = math.sqrt(pixels / max(self.width * self.height, 0.01))
        self._window = window or (0.0, 0.0, self.width, self.height)

    @cached_property
    def _objects(self) -> tuple[dict[int, pdfium_c.FPDF_PAGEOBJECT], list[pdfium_c.FPDF_PAGEOBJECT]]:
        """The page's text objects by their memory addresses, and the page's other objects that draw something."""
        texts: dict[int, pdfium_c.FPDF_PAGEOBJECT] = {}
        others: list[pdfium_c.FPDF_PAGEOBJECT] = []
        for one in _drawing_objects(self._page.raw):
            if pdfium_c.FPDFPageObj_GetType(one) == pdfium_c.FPDF_PAGEOBJ_TEXT:
                texts[_address(one)] = one
            else:
                others.append(one)
        return texts, others

    @cached_property
    def as_it_is(self) -> Shades:
        """The page with its annotations, as a person sees it."""
        return self._drawn(self._window, self.scale)

    @cached_property
    def without_text(self) -> Shades:
        """The page with its annotations, and without any text object."""
        return self.without(self._objects[0])

    def without(self, text_objects: Collection[int]) -> Shades:
        """Draw the page with its annotations and without these text objects."""
        before = self.as_it_is
        texts, _ = self._objects
        dropped = [texts[one] for one in text_objects if one in texts]
        if not dropped:
            return before
        _set_active(dropped, is_active=False)
        try:
            return self._drawn(self._window, self.scale)
        finally:
            _set_active(dropped, is_active=True)

    def seen(self, characters: Iterable[DrawnCharacter]) -> list[DrawnCharacter]:
        """Return the visible characters. A character is visible if its box changes when its text object is left out
        of the drawing.
        """
        kept = []
        for key, group in groupby(characters, key=lambda one: one.text_object):
            without = self.without([key])
            kept += [one for one in group if self._differs(without, one.box)]
        return kept

    def is_printed(self, box: Box) -> bool:
        """Return whether text is visible in a box. It is visible if the box changes when all text is left out of
        the drawing.
        """
        return self._differs(self.without_text, box)

    def _differs(self, other: Shades, box: Box) -> bool:
        """Return whether a box on the page as it is differs from the same box in another drawing of the page. A
        difference as small as the edge of a character does not count.
        """
        changed = differs(*(self.part(shades, box) for shades in (self.as_it_is, other)))
        return changed.size > 0 and float(changed.mean()) >= LEAST_INK_SHARE

    def with_twins(self, text_objects: Collection[int]) -> set[int]:
        """Return the given text objects, and all other text objects that are drawn in the same places.

        Some printers draw a text twice to make it bold, and pdfium's text names only one of the two objects.
        """
        texts, _ = self._objects
        keys = list(texts)
        bounds = np.array([_bounds(one) for one in texts.values()]).reshape(-1, 4)
        found = set(text_objects)
        for key in text_objects:
            if key in texts:
                own = bounds[keys.index(key)]
                near = np.abs(bounds - own).max(axis=1) <= SAME_PLACE_SHARE * (own[3] - own[1])
                found.update(keys[index] for index in np.flatnonzero(near))
        return found

    def leave_alone(self, text_objects: Collection[int]) -> None:
        """Remove everything from the page except the given text objects, and paint these in opaque black."""
        texts, others = self._objects
        _set_active([*others, *texts.values()], is_active=False)
        for key in text_objects:
            if key in texts:
                pdfium_c.FPDFPageObj_SetIsActive(texts[key], True)
                pdfium_c.FPDFPageObj_SetFillColor(texts[key], 0, 0, 0, 255)
                pdfium_c.FPDFTextObj_SetTextRenderMode(texts[key], pdfium_c.FPDF_TEXTRENDERMODE_FILL)

    def bare(self, box: Box | None = None, scale: float | None = None) -> Shades:
        """Draw a box of the page without annotations. If no box is given, draw the part of the page that the other
        drawings show. `scale` is in pixels to a point.
        """
        return self._drawn(box or self._window, scale or self.scale, draw_annots=False)

    def part(self, shades: Shades, box: Box) -> Shades:
        """Cut the part of the page that lies in a box out of a drawing of the page; the box is in points."""
        return cut(shades, box, self.scale, self._window)

    @cached_property
    def digits(self) -> tuple[DrawnCharacter, ...]:
        """The page's digits in the order in which they are drawn."""
        return tuple(self._characters(index for index, code in enumerate(self._sheet.codes) if code in _DIGITS))

    @cached_property
    def marks(self) -> tuple[DrawnCharacter, ...]:
        """The page's points, commas and percentage signs in the order in which they are drawn."""
        return tuple(self._characters(index for index, code in enumerate(self._sheet.codes) if chr(code) in MARKS))

    @cached_property
    def characters(self) -> tuple[DrawnCharacter, ...]:
        """All characters of the page but spaces, in the order in which they are drawn."""
        return tuple(self._characters(index for index, code in enumerate(self._sheet.codes) if code not in SPACES))

    def _characters(self, indexes: Iterable[int]) -> Iterator[DrawnCharacter]:
        text = self._sheet.characters
        a, b, c, d, e, f = self._to_shown
        edges = [ctypes.c_double() for _ in range(4)]
        left, right, lower, upper = edges
        matrix = pdfium_c.FS_MATRIX()
        for index in indexes:
            if not pdfium_c.FPDFText_GetCharBox(text, index, *edges):
                continue
            pdfium_c.FPDFText_GetMatrix(text, index, matrix)
            turned = math.atan2(-(b * matrix.a + d * matrix.b), a * matrix.a + c * matrix.b)
            corners = ((left.value, lower.value), (right.value, upper.value))
            xs, ys = [a * x + c * y + e for x, y in corners], [b * x + d * y + f for x, y in corners]
            text_object = pdfium_c.FPDFText_GetTextObject(text, index)
            yield DrawnCharacter(
                chr(self._sheet.codes[index]),
                (min(xs), min(ys), max(xs), max(ys)),
                _address(text_object) if text_object else 0,
                round(turned / (math.pi / 2)) % 4,
            )

    @cached_property
    def _to_shown(self) -> tuple[float, float, float, float, float, float]:
        """The matrix that converts the page's own coordinates into points from the upper left corner of the page as
        shown.

        pdfium is asked for the places of three points, and the matrix is made from these places. So the matrix is
        right for all page boxes and for turned pages.
        """
        size = (round(self.width * _FINE), round(self.height * _FINE))
        places = []
        for x, y in ((0, 0), (1000, 0), (0, 1000)):
            column, row = ctypes.c_int(), ctypes.c_int()
            pdfium_c.FPDF_PageToDevice(self._page, 0, 0, *size, 0, x, y, column, row)
            places.append((column.value / _FINE, row.value / _FINE))
        (e, f), (ax, bx), (cy, dy) = places
        return (ax - e) / 1000, (bx - f) / 1000, (cy - e) / 1000, (dy - f) / 1000, e, f

    @cached_property
    def undrawn_annotations(self) -> tuple[tuple[str, Box], ...]:
        """The kinds and boxes of the annotations that other viewers draw and pdfium does not."""
        a, b, c, d, e, f = self._to_shown
        found = []
        for index in range(pdfium_c.FPDFPage_GetAnnotCount(self._page)):
            one = pdfium_c.FPDFPage_GetAnnot(self._page, index)
            if not one:
                continue
            kind, edges = _UNDRAWN.get(pdfium_c.FPDFAnnot_GetSubtype(one)), pdfium_c.FS_RECTF()
            is_hidden = pdfium_c.FPDFAnnot_GetFlags(one) & _HIDDEN_ANNOTATION
            has_drawing = pdfium_c.FPDFAnnot_HasKey(one, b"AP")
            if kind and not is_hidden and not has_drawing and pdfium_c.FPDFAnnot_GetRect(one, edges):
                corners = ((edges.left, edges.bottom), (edges.right, edges.top))
                xs, ys = [a * x + c * y + e for x, y in corners], [b * x + d * y + f for x, y in corners]
                found.append((kind, (min(xs), min(ys), max(xs), max(ys))))
            pdfium_c.FPDFPage_CloseAnnot(one)
        return tuple(found)

    def pixels_of(self, boxes: npt.NDArray[np.float64]) -> Iterator[tuple[slice, slice]]:
        """Yield, for each box, the rows and the columns of pixels that `part` would cut out. Each row of `boxes` is
        one box, in points.
        """
        origin = np.floor(np.maximum(np.array(self._window[:2]) * self.scale, 0))
        begins = np.maximum(np.floor(boxes[:, :2] * self.scale) - origin, 0).astype(int).tolist()
        ends = np.maximum(np.ceil(boxes[:, 2:] * self.scale) - origin, 0).astype(int).tolist()
        for (left, upper), (right, lower) in zip(begins, ends, strict=True):
            yield slice(upper, lower), slice(left, right)

    def _drawn(self, box: Box, scale: float, **how: Any) -> Shades:
        x0, top, x1, bottom = box
        edges = (x0, self.height - bottom, self.width - x1, top)
        # pdfium's binding rounds the cropped margins up to whole pixels, and no pixel of the box may be lost
        margins = tuple(max(math.floor(edge * scale) - 0.01, 0) / scale for edge in edges)
        bitmap = self._page.render(scale=scale, grayscale=True, crop=margins, **how)
        shades: Shades = bitmap.to_numpy()
        return shades.reshape(shades.shape[:2])


def cut(shades: Shades, box: Box, scale: float, drawn: Box = (0.0, 0.0, 0.0, 0.0)) -> Shades:
    """Cut a box out of a drawing, with every pixel that the box touches. If the box is off the drawing, return an
    empty drawing.

    `drawn` is the part of the page that `shades` shows. Both boxes are in points; `scale` is in pixels to a point.
    """
    left, upper = (max(math.floor(edge * scale), 0) for edge in drawn[:2])
    x0, top, x1, bottom = (edge * scale for edge in box)
    rows = slice(max(math.floor(top) - upper, 0), max(math.ceil(bottom) - upper, 0))
    columns = slice(max(math.floor(x0) - left, 0), max(math.ceil(x1) - left, 0))
    return shades[rows, columns]


def differs(one: Shades, other: Shades) -> npt.NDArray[np.bool_]:
    """Compare two drawings pixel by pixel; an element is True if a person sees a difference there."""
    return np.maximum(one, other) - np.minimum(one, other) >= LEAST_CONTRAST


def share_place(one: Box, other: Box, share: float) -> bool:
    """Return whether two boxes overlap by more than `share` of the smaller width and of the smaller height."""
    wide, high = (min(one[edge + 2], other[edge + 2]) - max(one[edge], other[edge]) for edge in (0, 1))
    return wide > share * min(one[2] - one[0], other[2] - other[0]) and high > share * min(
        one[3] - one[1], other[3] - other[1]
    )


def _drawing_objects(page: pdfium_c.FPDF_PAGE) -> Iterator[pdfium_c.FPDF_PAGEOBJECT]:
    """Yield the objects of a page that draw something, in the order of drawing. Objects within forms count too."""
    waiting = [
        (pdfium_c.FPDFPage_GetObject(page, index), 0)
        for index in reversed(range(pdfium_c.FPDFPage_CountObjects(page)))
    ]
    while waiting:
        one, depth = waiting.pop()
        if pdfium_c.FPDFPageObj_GetType(one) != pdfium_c.FPDF_PAGEOBJ_FORM or depth > _MOST_NESTED:
            yield one
            continue
        waiting += [
            (pdfium_c.FPDFFormObj_GetObject(one, index), depth + 1)
            for index in reversed(range(pdfium_c.FPDFFormObj_CountObjects(one)))
        ]


def _set_active(objects: list[pdfium_c.FPDF_PAGEOBJECT], *, is_active: bool) -> None:
    for one in objects:
        pdfium_c.FPDFPageObj_SetIsActive(one, is_active)


def _address(page_object: pdfium_c.FPDF_PAGEOBJECT) -> int:
    return ctypes.addressof(page_object.contents)


def _bounds(page_object: pdfium_c.FPDF_PAGEOBJECT) -> tuple[float, float, float, float]:
    edges = [ctypes.c_float() for _ in range(4)]
    pdfium_c.FPDFPageObj_GetBounds(page_object, *edges)
    left, lower, right, upper = (edge.value for edge in edges)
    return left, lower, right, upper
