"""Find the places of printed rows on a page from only two characters of each row: the first and the last."""

import ctypes
import re

import pypdfium2.raw as pdfium_c

from redress.model.letter import Box
from redress.read.files.pdf_sheet import PdfSheet, quick_call
from redress.read.files.pdf_words import DESCENT_EMS, is_on_page
from redress.read.files.visible_ink import INVISIBLE_MODES
from redress.read.page.document import plain

HYPHENS_AT_A_LINE_END = "\x02\ufffe"
"""pdfium's codes for a hyphen that divides a word at the end of a row. At such a hyphen, pdfium's text has no line
end."""
_LIGHTEST_INK = 0xE0
"""Ink with red, green and blue all above this, of 255, is hardly visible on paper."""
_ROW = re.compile(f"[^{HYPHENS_AT_A_LINE_END}]+[{HYPHENS_AT_A_LINE_END}]?")

Row = tuple[str, Box]


_box_of = quick_call(pdfium_c.FPDFText_GetLooseCharBox, ctypes.c_int, ctypes.c_void_p)
_origin_of = quick_call(pdfium_c.FPDFText_GetCharOrigin, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
_matrix_of = quick_call(pdfium_c.FPDFText_GetMatrix, ctypes.c_int, ctypes.c_void_p)


def printed_rows(sheet: PdfSheet) -> list[tuple[Row, ...]]:
    """Return the printed rows of each of the page's lines, in the order of `sheet.text.lines`. A line has several
    rows if hyphens divide words at the ends of its rows.

    If a row may be invisible, because it is not drawn, is white or lies beside the page, it is left out. If
    pdfium's text does not show which characters belong to which row, all rows are left out.
    """
    drawn = sheet.characters.get_text_range()
    lines = sheet.text.lines
    if len(drawn) != sheet.characters.count_chars():
        return [()] * len(lines)
    looks = _Looks(sheet)
    found: list[tuple[Row, ...]] = []
    texts: list[str] = []
    start = 0
    for line in drawn.splitlines(keepends=True):
        shown = [stripped for piece in plain(line).splitlines() if (stripped := piece.strip())]
        if shown:
            rows = (looks.row(start + row.start(), row.group()) for row in _ROW.finditer(line))
            found += [tuple(row for row in rows if row is not None), *([()] * (len(shown) - 1))]
            texts += shown
        start += len(line)
    return found if tuple(texts) == lines else [()] * len(lines)


class _Looks:
    """Ask pdfium for the place and the look of single characters of a page. The C variables for pdfium's answers
    are made once and used for all characters.
    """

    def __init__(self, sheet: PdfSheet) -> None:
        self._sheet = sheet
        self._box = pdfium_c.FS_RECTF()
        self._matrix = pdfium_c.FS_MATRIX()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._ink = [ctypes.c_uint() for _ in range(4)]
        self._from_left, _, _, self._upper = sheet.page.get_bbox()
        self._width, self._height = sheet.page.get_size()

    def row(self, start: int, text: str) -> Row | None:
        """Return the text and place of a row; `start` is the index of the row's first character. Return None if the
        row is not visible.
        """
        if text[-1] in HYPHENS_AT_A_LINE_END:
            text = f"{text[:-1]}-"
        spelled = " ".join(plain(text).split())
        if not spelled:
            return None
        first, last = start + len(text) - len(text.lstrip()), start + len(text.rstrip()) - 1
        characters, box = self._sheet.address, ctypes.addressof(self._box)
        if not _box_of(characters, last, box):
            return None
        x1 = self._box.right - self._from_left
        if (
            not _box_of(characters, first, box)
            or not _origin_of(characters, first, ctypes.addressof(self._x), ctypes.addressof(self._y))
            or not _matrix_of(characters, first, ctypes.addressof(self._matrix))
            or not self._is_seen(first)
        ):
            return None
        x0 = self._box.left - self._from_left
        size = pdfium_c.FPDFText_GetFontSize(self._sheet.characters, first) * self._matrix.d
        bottom = self._upper - self._y.value + DESCENT_EMS * size
        top = bottom - size
        if size <= 0 or x1 <= x0 or not is_on_page(x0, x1, top, bottom, self._width, self._height):
            return None
        return spelled, (round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2))

    def _is_seen(self, index: int) -> bool:
        """Return whether a character is drawn, in an ink that shows on paper."""
        text_object = pdfium_c.FPDFText_GetTextObject(self._sheet.characters, index)
        if not text_object or pdfium_c.FPDFTextObj_GetTextRenderMode(text_object) in INVISIBLE_MODES:
            return False
        if not pdfium_c.FPDFPageObj_GetFillColor(text_object, *self._ink):
            return False
        *colours, alpha = (part.value for part in self._ink)
        return alpha > 0 and min(colours) <= _LIGHTEST_INK
