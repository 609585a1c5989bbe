"""The quick way: turn a PDF into a document with pdfium alone, if nothing in the letter is unusual.

pdfminer takes ten times as long as pdfium to find the characters of a page. So pdfium finds the characters of the
first page, for the header, and of the pages that may have figures. From the other pages only the text is used. If
anything is unusual, the quick way gives up, and `pdf.py` measures all pages. The quick way never decides a verdict.
"""

import ctypes
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redress.read.files.opened import OpenedPdf
from redress.read.files.page_text import PageText
from redress.read.files.pdf_sheet import SPACES, PdfSheet, quick_call
from redress.read.files.pdf_words import (
    DESCENT_EMS,
    SAME_LINE_POINTS,
    SOFT_HYPHEN,
    WORD_GAP_EMS,
    hyphen,
    is_on_page,
    is_ordinary,
)
from redress.read.files.printed_rows import HYPHENS_AT_A_LINE_END, Row, printed_rows
from redress.read.files.visible_ink import INVISIBLE_MODES, only_what_shows
from redress.read.page.document import Document, Page, Segment, Word, plain, segments_of
from redress.read.running_lines import without_running_lines
from redress.read.signatory import is_signature

_LINE_POINTS = 12.0
_LIGATURE = re.compile("[A-Za-z]{2,3}")
_LETTERS_OF_A_LIGATURE = 4
_SOFT_HYPHEN = ord(SOFT_HYPHEN)
_LEFT, _RIGHT = 0, 2
"""The indexes of the left and the right edge in pdfium's box of a character."""
_object_of = quick_call(pdfium_c.FPDFText_GetTextObject, ctypes.c_void_p)
_is_unmapped = quick_call(pdfium_c.FPDFText_HasUnicodeMapError, ctypes.c_int)
_box_of = quick_call(pdfium_c.FPDFText_GetLooseCharBox, ctypes.c_int, ctypes.c_void_p)


class _UnusualError(Exception):
    """A page has something that only the thorough way can read."""


def every_page(texts: Sequence[PageText]) -> tuple[int, ...]:
    """Return the numbers of all pages."""
    return tuple(text.number for text in texts)


def quick_document(
    pdf: OpenedPdf,
    pages_to_read: Callable[[Sequence[PageText]], Collection[int]] = every_page,
    *,
    places_all: bool = False,
) -> Document | None:
    """Return the document of a PDF by the quick way, or None if `pdf.py` has to measure the pages.

    The document has the pages that `pages_to_read` selects by the text of all pages. Words have places only on the
    first of these pages, on pages with landmarks, and on the page after each page with landmarks. If `places_all`
    is True, the words of all selected pages have places.

    The result is None if no selected page has a landmark of a layout, unless `places_all` is True. It is also None
    if a selected page is turned or has no text (it may be a picture of text), or if pdfium cannot read or draw the
    page. It is also None if words get places, and their text is turned, is uncommonly small or large, has words
    that touch, or is marked as standing for other text.
    """
    texts = pdf.texts()
    if texts is None:
        return None
    wanted = pages_to_read(texts)
    sheets = [pdf.sheet(text.number) for text in texts if text.number in wanted]
    if any(sheet.page.get_rotation() != 0 or not sheet.text.lines for sheet in sheets):
        return None
    worth = [sheet.number for sheet in sheets if places_all or sheet.text.landmark_count]
    if not worth:
        return None
    # A block may go on on the next page, so the next page counts too.
    to_place = {min(wanted)} | {number + step for number in worth for step in (0, 1)}
    try:
        signed = next((sheet.number for sheet in sheets if any(map(is_signature, sheet.text.lines))), len(texts))
        pages = {
            sheet.number: _placed(sheet)
            if sheet.number in to_place
            else _listed(sheet, has_prose=sheet.number <= signed)
            for sheet in sheets
        }
        pages |= only_what_shows(pdf, [page for number, page in pages.items() if number in to_place])
    except (pdfium.PdfiumError, _UnusualError):
        return None
    return Document(pages=without_running_lines(tuple(pages.values())), page_count=len(texts))


def _placed(sheet: PdfSheet) -> Page:
    """Return a page on which each word has its position, measured from the word's characters. Raise _UnusualError
    if words touch, if the type is uncommonly small or large, or if a character has no place or is turned.
    """
    width, height = sheet.page.get_size()
    words = [
        Word(
            spelled,
            sheet.number,
            x0,
            top,
            x1,
            bottom,
            size,
            (round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)),
        )
        for text, x0, top, x1, bottom, size in _words(sheet)
        if is_on_page(x0, x1, top, bottom, width, height)
        for spelled in plain(text).split()
    ]
    if _touch(words) or not _is_of_ordinary_type(words):
        raise _UnusualError
    return Page(sheet.number, width, height, segments_of(words))


def _words(sheet: PdfSheet) -> Iterator[tuple[str, float, float, float, float, float]]:
    """Yield a page's words in the order in which they are drawn: text, x0, top, x1, bottom, type size.

    A word ends at a space, or if the next character does not follow closely on the same base line.
    """
    indexes = [index for index, code in enumerate(sheet.codes) if code not in SPACES]
    if not indexes:
        return
    x0s, x1s = _sides(sheet, indexes)
    runs, run_of = _runs(sheet, indexes)
    sizes = np.array([run.size for run in runs])[run_of]
    bottoms = np.array([run.bottom for run in runs])[run_of]
    has_no_space_between = np.diff(indexes) == 1
    goes_on = (
        (sizes[1:] == sizes[:-1])
        & (np.abs(np.diff(bottoms)) <= SAME_LINE_POINTS)
        & (np.abs((x0s[1:] - x1s[:-1]) / sizes[1:]) <= WORD_GAP_EMS)
    )
    is_same_glyph = (x0s[1:] == x0s[:-1]) & (x1s[1:] == x1s[:-1])  # the second letter of a ligature
    begins = np.flatnonzero(~(has_no_space_between & (goes_on | is_same_glyph))) + 1
    codes = [sheet.codes[index] for index in indexes]
    texts = list(map(chr, codes))
    for place, code in enumerate(codes):
        if chr(code) in HYPHENS_AT_A_LINE_END:
            texts[place] = "-"
        elif code == _SOFT_HYPHEN:
            texts[place] = hyphen(x1s[place] - x0s[place], sizes[place])
    lefts, rights = x0s.tolist(), x1s.tolist()
    for first, following in pairwise([0, *begins.tolist(), len(indexes)]):
        run = runs[run_of[following - 1]]
        yield "".join(texts[first:following]), lefts[first], run.top, rights[following - 1], run.bottom, run.size


def _sides(sheet: PdfSheet, indexes: Sequence[int]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the left and right edges of characters, in points from the left edge of the page as shown.

    Raise _UnusualError if a character has no place, or if its font does not say which character it is.
    """
    boxes = np.empty((len(indexes), 4), np.float32)
    places = range(boxes.ctypes.data, boxes.ctypes.data + boxes.nbytes, boxes.itemsize * boxes.shape[1])
    address = repeat(sheet.address)
    if any(map(_is_unmapped, address, indexes)) or not all(map(_box_of, address, indexes, places)):
        raise _UnusualError
    left = sheet.page.get_bbox()[0]
    return boxes[:, _LEFT].astype(np.float64) - left, boxes[:, _RIGHT].astype(np.float64) - left


@dataclass(frozen=True)
class _Run:
    """The characters of one text object: they have one size and one base line. `top` and `bottom` are in points
    from the upper edge of the page.
    """

    size: float
    top: float
    bottom: float


def _runs(sheet: PdfSheet, indexes: Sequence[int]) -> tuple[list[_Run], npt.NDArray[np.int64]]:
    """Return the runs (see `_Run`) of characters, and for each character the index of its run.

    Raise _UnusualError if a run is turned or stands for other text.
    """
    text_objects = np.array([one or 0 for one in map(_object_of, repeat(sheet.address), indexes)])
    is_first = np.concatenate(([True], text_objects[1:] != text_objects[:-1]))
    upper = sheet.page.get_bbox()[3]
    runs = [_run(sheet, indexes[place], upper) for place in np.flatnonzero(is_first).tolist()]
    return runs, np.cumsum(is_first) - 1


def _run(sheet: PdfSheet, index: int, upper: float) -> _Run:
    """Return the run that begins with a character. Raise _UnusualError if the run is turned or stands for other
    text.
    """
    characters = sheet.characters
    text_object = pdfium_c.FPDFText_GetTextObject(characters, index)
    matrix, x, base_line = pdfium_c.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    if (
        not text_object
        or pdfium_c.FPDFTextObj_GetTextRenderMode(text_object) in INVISIBLE_MODES
        or _stands_for_other_text(text_object)
        or not pdfium_c.FPDFText_GetMatrix(characters, index, matrix)
        or not pdfium_c.FPDFText_GetCharOrigin(characters, index, x, base_line)
        or matrix.b
        or matrix.c
        or matrix.a <= 0
        or matrix.d <= 0
    ):
        raise _UnusualError
    size = round(pdfium_c.FPDFText_GetFontSize(characters, index) * matrix.d, 1)
    if size <= 0:
        raise _UnusualError
    bottom = upper - base_line.value + DESCENT_EMS * size
    return _Run(size, bottom - size, bottom)


def _is_of_ordinary_type(words: Sequence[Word]) -> bool:
    """Return whether the median type size of a page's words is ordinary. A page with another type size is left to
    `pdf_words.py`, which scales the page.
    """
    sizes = sorted(word.size for word in words)
    return not sizes or is_ordinary(sizes[len(sizes) // 2])


def _touch(words: Sequence[Word]) -> bool:
    """Return whether two words side by side on a line are so close that they may be one word, or one word printed
    twice.
    """
    places = list(enumerate(words))
    for shift in (0.0, 0.5):  # base lines a hair's breadth apart are one in the first rounding or in the second
        lines: dict[int, list[tuple[int, Word]]] = {}
        for place, word in places:
            lines.setdefault(round(word.bottom - DESCENT_EMS * word.size + shift), []).append((place, word))
        for line in lines.values():
            line.sort(key=lambda placed: placed[1].x0)
            for (one, left), (other, right) in pairwise(line):
                least_gap_ems = -WORD_GAP_EMS if other == one + 1 else WORD_GAP_EMS
                if right.x0 - left.x1 < least_gap_ems * right.size:
                    return True
    return False


def _stands_for_other_text(text_object: pdfium_c.FPDF_PAGEOBJECT) -> bool:
    """Return whether a mark in the file (ActualText) says that a text object stands for other text. If the other
    text only spells out a ligature, it does not count.
    """
    marks = range(pdfium_c.FPDFPageObj_CountMarks(text_object))
    return any(_actual_text(pdfium_c.FPDFPageObj_GetMark(text_object, mark)) for mark in marks)


def _actual_text(mark: pdfium_c.FPDF_PAGEOBJECTMARK) -> str:
    """Return the text that a mark gives in place of the shown text. Return an empty text if the mark gives none, or
    only spells out a ligature.
    """
    length = ctypes.c_ulong()
    buffer = (ctypes.c_ushort * _LETTERS_OF_A_LIGATURE)()
    if not pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", buffer, ctypes.sizeof(buffer), length):
        return ""
    if length.value > ctypes.sizeof(buffer):
        return "(a longer text)"
    text = bytes(buffer)[: length.value].decode("utf-16-le", errors="replace").rstrip("\0")
    return "" if _LIGATURE.fullmatch(text) else text


def _listed(sheet: PdfSheet, *, has_prose: bool) -> Page:
    """Return a page on which the whole text of each line is one `Word`, because single words are not measured. The
    lines are in their true order, one below the other, at made-up places.

    If the page has prose of the letter (`has_prose`), each line also keeps the true place of each row that was
    printed for it, as far as `printed_rows` finds the rows. Paragraphs are found by these places.
    """
    width, height = sheet.page.get_size()
    lines = [" ".join(line.split()) for line in sheet.text.lines]
    printed: list[tuple[Row, ...]] = printed_rows(sheet) if has_prose else [()] * len(lines)
    segments = (
        Segment(
            (Word(line, sheet.number, 0.0, place * _LINE_POINTS, 1.0, (place + 0.8) * _LINE_POINTS, 10.0),), rows
        )
        for place, (line, rows) in enumerate(zip(lines, printed, strict=True), start=1)
        if line
    )
    return Page(sheet.number, width, height, tuple(segments))
