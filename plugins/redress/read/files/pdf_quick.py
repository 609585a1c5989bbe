"""The quick way: a PDF to a document with pdfium alone, for letters in which nothing is unusual.

pdfminer takes ten times as long as pdfium to give the characters of a page. So pdfium gives the characters of the
first page, for the header, and of the pages on which figures can stand; of the other pages only the text is taken.
If anything is unusual the quick way gives up, and `pdf.py` measures all pages. The quick way decides no verdict.
"""

import ctypes
import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redress.read.files.page_text import UNNAMED, PageText
from redress.read.files.pdf_words import (
    SAME_LINE_POINTS,
    SOFT_HYPHEN,
    WORD_GAP_EMS,
    hyphen,
    is_on_page,
    is_ordinary,
)
from redress.read.files.visible_ink import INVISIBLE_MODES, only_what_shows
from redress.read.page.document import Document, Page, Segment, Word, plain, segments_of
from redress.read.running_lines import without_running_lines

PICTURE_SHARE = 0.25
"""Pictures that cover at least this share of a page can be what the page has to say."""
OUTLINED_CURVES = 300
"""Text drawn as outlines has a curve or two for each letter; no drawing beside text has as many."""
CHARACTERS_OF_A_SAMPLE = 60
PIXELS_AT_A_GLANCE = 300 * 420
SHADES_OF_PAPER = 64
"""Of 256; the paper of a page, however unevenly it was lit, has no more shades."""
LEAST_INK_SHARE, MOST_INK_SHARE = 0.001, 0.35
_LINE_POINTS = 12.0
_DESCENT_EMS = 0.21
"""How far a box reaches below its base line, in units of the type size."""
_SPACES = frozenset(code for code in range(0x3001) if chr(code).isspace())
_LIGATURE = re.compile("[A-Za-z]{2,3}")
_LETTERS_OF_A_LIGATURE = 4
_SOFT_HYPHEN = ord(SOFT_HYPHEN)
_HYPHENS_AT_A_LINE_END = frozenset({0x02, 0xFFFE})
"""What pdfium gives for a hyphen that divides a word at the end of a line."""


class _UnusualError(Exception):
    """A page holds what the quick look cannot be trusted with."""


def page_texts(content: bytes) -> list[PageText] | None:
    """Return the text of every page of a PDF, or None if pdfium cannot open it."""
    try:
        with pdfium.PdfDocument(content) as pdf:
            return [_sheet(pdf, index)[2] for index in range(len(pdf))]
    except pdfium.PdfiumError:
        return None


def every_page(texts: Sequence[PageText]) -> tuple[int, ...]:
    """Return the numbers of all pages."""
    return tuple(text.number for text in texts)


def quick_document(
    content: bytes, pages_to_read: Callable[[Sequence[PageText]], Collection[int]] = every_page
) -> Document | None:
    """Return a PDF's document by a quick look, or None if `pdf.py` has to measure its pages.

    The document has the pages that `pages_to_read` names when it sees the text of all pages. The result is None if
    pdfium cannot open the file, if such a page or its text is turned, if its type is uncommonly small or large, if
    such a page has no text (it may be a picture of text), if text stands for other text than it shows, or if no
    page has a landmark of a layout. The document leaves out the places of words on pages without figures.
    """
    try:
        with pdfium.PdfDocument(content) as pdf:
            every = [_sheet(pdf, index) for index in range(len(pdf))]
            wanted = pages_to_read([text for _, _, text in every])
            sheets = [sheet for sheet in every if sheet[2].number in wanted]
            if any(page.get_rotation() != 0 or not text.lines for page, _, text in sheets):
                return None
            worth = [text.number for _, _, text in sheets if text.landmark_count]
            if not worth:
                return None
            # A block may go on over the page, so the page behind counts too.
            to_place = {min(wanted)} | {number + step for number in worth for step in (0, 1)}
            pages = {
                text.number: _placed(page, characters, text.number)
                if text.number in to_place
                else _listed(page, plain(text.text), text.number)
                for page, characters, text in sheets
            }
            pages |= only_what_shows(pdf, [page for number, page in pages.items() if number in to_place])
    except (pdfium.PdfiumError, _UnusualError):
        return None
    return Document(pages=without_running_lines(tuple(pages.values())), page_count=len(every))


def _sheet(pdf: pdfium.PdfDocument, index: int) -> tuple[pdfium.PdfPage, pdfium.PdfTextPage, PageText]:
    """Return a page, its characters, and its text."""
    page = pdf[index]
    characters = page.get_textpage()
    drawn = characters.get_text_range() or UNNAMED * characters.count_chars()
    if _is_told_from_below(page, characters):
        drawn = "\n".join(reversed(drawn.splitlines()))
    text = PageText(index + 1, drawn)
    return page, characters, replace(text, has_picture=_may_be_a_picture(page)) if text.has_few_words else text


def _is_told_from_below(page: pdfium.PdfPage, characters: pdfium.PdfTextPage) -> bool:
    """Return whether pdfium gives the lowest line first, as it does on some pages that are turned."""
    count = characters.count_chars()
    matrix, x, y = pdfium_c.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    if not count or not pdfium_c.FPDFText_GetMatrix(characters, 0, matrix):
        return False
    if page.get_rotation() == 0 and matrix.a > 0 and not matrix.b:
        return False
    sample = range(0, count, max(1, count // CHARACTERS_OF_A_SAMPLE))
    depths = [
        matrix.b * x.value - matrix.a * y.value
        for index in sample
        if pdfium_c.FPDFText_GetCharOrigin(characters, index, x, y)
    ]
    steps = [lower - upper for upper, lower in pairwise(depths)]
    return [step < 0 for step in steps].count(True) > [step > 0 for step in steps].count(True)


def _may_be_a_picture(page: pdfium.PdfPage) -> bool:
    """Return whether much of a page is a picture that is as plain as paper, or drawings that may be letters."""
    width, height = page.get_size()
    area, curves = 0.0, 0
    for drawn in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_PATH]):
        if drawn.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = drawn.get_bounds()
            area += (right - left) * (top - bottom)
        else:
            curves += pdfium_c.FPDFPath_CountSegments(drawn.raw)
    if curves > OUTLINED_CURVES:
        return True
    return area >= PICTURE_SHARE * width * height and _is_like_paper(page)


def _is_like_paper(page: pdfium.PdfPage) -> bool:
    """Return whether a page is drawn as dark print on light paper, which a photograph is not."""
    width, height = page.get_size()
    scale = math.sqrt(PIXELS_AT_A_GLANCE / max(width * height, 0.01))
    shades = page.render(scale=scale, grayscale=True).to_numpy()
    paper = np.percentile(shades, 95) - SHADES_OF_PAPER
    ink_share = float((shades < paper).mean())
    return LEAST_INK_SHARE <= ink_share <= MOST_INK_SHARE


def _placed(page: pdfium.PdfPage, characters: pdfium.PdfTextPage, number: int) -> Page:
    """A page's words where its characters stand."""
    width, height = page.get_size()
    left, _, _, upper = page.get_bbox()
    words = [
        Word(
            spelled,
            number,
            x0,
            top,
            x1,
            bottom,
            size,
            (round(x0, 2), round(top, 2), round(x1, 2), round(bottom, 2)),
        )
        for text, x0, top, x1, bottom, size in _words(characters, left, upper)
        if is_on_page(x0, x1, top, bottom, width, height)
        for spelled in plain(text).split()
    ]
    if _touch(words) or not _is_of_ordinary_type(words):
        raise _UnusualError
    return Page(number, width, height, segments_of(words))


def _words(
    text: pdfium.PdfTextPage, left: float, upper: float
) -> Iterator[tuple[str, float, float, float, float, float]]:
    """Yield a page's words in the order in which they are drawn: text, x0, top, x1, bottom, type size.

    A word ends at a space, or if the next character does not follow closely on the same base line.
    """
    box = pdfium_c.FS_RECTF()
    run: _Run | None = None
    word, x0, start_before, x1 = "", 0.0, 0.0, 0.0
    for index in range(text.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(text, index)
        if code in _SPACES:
            if word and run:
                yield word, x0, run.top, x1, run.bottom, run.size
            word = ""
            continue
        before = run
        run = _run_of(text, index, run, upper)
        if pdfium_c.FPDFText_HasUnicodeMapError(text, index) or not pdfium_c.FPDFText_GetLooseCharBox(
            text, index, box
        ):
            raise _UnusualError
        start, end = box.left - left, box.right - left
        is_same_glyph = start == start_before and end == x1  # the second letter of a ligature
        if (
            word
            and before
            and not is_same_glyph
            and not (run.goes_on_from(before) and -WORD_GAP_EMS <= (start - x1) / run.size <= WORD_GAP_EMS)
        ):
            yield word, x0, before.top, x1, before.bottom, before.size
            word = ""
        if not word:
            x0 = start
        word += _spelled(code, end - start, run.size)
        start_before, x1 = start, end
    if word and run:
        yield word, x0, run.top, x1, run.bottom, run.size


def _spelled(code: int, width: float, size: float) -> str:
    if code == _SOFT_HYPHEN:
        return hyphen(width, size)
    return "-" if code in _HYPHENS_AT_A_LINE_END else chr(code)


@dataclass(frozen=True)
class _Run:
    """Characters drawn in one go (a text object): of one size, on one base line. Edges in points from above."""

    address: bytes
    size: float
    top: float
    bottom: float

    def goes_on_from(self, other: "_Run") -> bool:
        """Whether a word of the other can go on in this one."""
        return self is other or (self.size == other.size and abs(self.bottom - other.bottom) <= SAME_LINE_POINTS)


def _run_of(text: pdfium.PdfTextPage, index: int, before: _Run | None, upper: float) -> _Run:
    """The run of a character. Raises _UnusualError where it is turned or stands for other text."""
    text_object = pdfium_c.FPDFText_GetTextObject(text, index)
    address = bytes(text_object)
    if before is not None and address == before.address:
        return before
    if not text_object:
        raise _UnusualError
    matrix, x, base_line = pdfium_c.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    if (
        pdfium_c.FPDFTextObj_GetTextRenderMode(text_object) in INVISIBLE_MODES
        or _stands_for_other_text(text_object)
        or not pdfium_c.FPDFText_GetMatrix(text, index, matrix)
        or not pdfium_c.FPDFText_GetCharOrigin(text, index, x, base_line)
        or matrix.b
        or matrix.c
        or matrix.a <= 0
        or matrix.d <= 0
    ):
        raise _UnusualError
    size = round(pdfium_c.FPDFText_GetFontSize(text, index) * matrix.d, 1)
    if size <= 0:
        raise _UnusualError
    bottom = upper - base_line.value + _DESCENT_EMS * size
    return _Run(address, size, bottom - size, bottom)


def _is_of_ordinary_type(words: Sequence[Word]) -> bool:
    """Whether most text has an ordinary type size; `pdf_words.py` measures other pages in units of their own."""
    sizes = sorted(word.size for word in words)
    return not sizes or is_ordinary(sizes[len(sizes) // 2])


def _touch(words: Sequence[Word]) -> bool:
    """Return whether two words that are not drawn in a row stand so close that they may be one word, or print
    twice.
    """
    places = list(enumerate(words))
    for shift in (0.0, 0.5):  # base lines a hair's breadth apart are one in the first rounding or in the second
        lines: dict[int, list[tuple[int, Word]]] = {}
        for place, word in places:
            lines.setdefault(round(word.bottom - _DESCENT_EMS * word.size + shift), []).append((place, word))
        for line in lines.values():
            line.sort(key=lambda placed: placed[1].x0)
            for (one, left), (other, right) in pairwise(line):
                least_gap_ems = -WORD_GAP_EMS if other == one + 1 else WORD_GAP_EMS
                if right.x0 - left.x1 < least_gap_ems * right.size:
                    return True
    return False


def _stands_for_other_text(text_object: pdfium_c.FPDF_PAGEOBJECT) -> bool:
    """Return whether a run of text is marked as other text than it shows (ActualText), ligatures apart."""
    marks = range(pdfium_c.FPDFPageObj_CountMarks(text_object))
    return any(_actual_text(pdfium_c.FPDFPageObj_GetMark(text_object, mark)) for mark in marks)


def _actual_text(mark: pdfium_c.FPDF_PAGEOBJECTMARK) -> str:
    """Return the text that a mark gives instead of the text shown; empty if it spells a ligature's letters."""
    length = ctypes.c_ulong()
    buffer = (ctypes.c_ushort * _LETTERS_OF_A_LIGATURE)()
    if not pdfium_c.FPDFPageObjMark_GetParamStringValue(mark, b"ActualText", buffer, ctypes.sizeof(buffer), length):
        return ""
    if length.value > ctypes.sizeof(buffer):
        return "(a longer text)"
    text = bytes(buffer)[: length.value].decode("utf-16-le", errors="replace").rstrip("\0")
    return "" if _LIGATURE.fullmatch(text) else text


def _listed(page: pdfium.PdfPage, text: str, number: int) -> Page:
    """Return a page with each line as one word, one below the other: of a page of prose only the order of lines
    matters.
    """
    width, height = page.get_size()
    lines = (" ".join(line.split()) for line in text.splitlines())
    words = (
        Word(line, number, 0.0, place * _LINE_POINTS, 1.0, (place + 0.8) * _LINE_POINTS, 10.0)
        for place, line in enumerate(lines, start=1)
        if line
    )
    return Page(number, width, height, tuple(Segment((word,)) for word in words))
