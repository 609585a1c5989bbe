"""Drop the words that a page holds but does not show: white on white, covered, transparent, switched off.

The page is drawn with and without its text, and a word counts if its place differs between the two. A letter does
not state a figure that nobody can see. Both `pdf.py` and `pdf_quick.py` use this module; `seen.py` looks at the
figures more closely.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redress.model.letter import Box
from redress.read.files.drawn import PIXELS_AT_A_GLANCE, DrawnPage, cut, differs
from redress.read.page.document import Page, Segment, Word

INVISIBLE_MODES = frozenset({pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP})
_EDGE_SHARE = 0.2
"""The share of a word's height, above and below, into which the lines beside it may reach."""


def only_what_shows(pdf: pdfium.PdfDocument, pages: Iterable[Page]) -> dict[int, Page]:
    """Return the pages by number, without the words that cannot be seen. Raise PdfiumError if drawing fails."""
    return {page.number: _only_what_shows(pdf, page) if page.segments else page for page in pages}


def _only_what_shows(pdf: pdfium.PdfDocument, page: Page) -> Page:
    drawn = DrawnPage(pdf[page.number - 1], PIXELS_AT_A_GLANCE)
    changed = differs(drawn.as_it_is, drawn.without_text)
    segments = tuple(_seen(page.segments, changed, drawn.scale))
    count = sum(len(segment.words) for segment in segments)
    if count == sum(len(segment.words) for segment in page.segments):
        return page
    kept = {id(word) for segment in segments for word in segment.words}
    unseen = (word for segment in page.segments for word in segment.words if id(word) not in kept)
    return replace(page, segments=segments, hides_a_number=any(map(_has_digit, unseen)))


def _seen(segments: Iterable[Segment], changed: npt.NDArray[np.bool_], scale: float) -> Iterator[Segment]:
    for segment in segments:
        words = tuple(word for word in segment.words if _is_seen(word, changed, scale))
        if len(words) == len(segment.words):
            yield segment
        elif words:
            yield Segment(words)


def _is_seen(word: Word, changed: npt.NDArray[np.bool_], scale: float) -> bool:
    return word.box is None or bool(cut(changed, _core(word.box), scale).any())


def _core(box: Box) -> Box:
    """Return the part of a box into which no line beside it reaches, however the text is turned."""
    x0, top, x1, bottom = box
    edge = _EDGE_SHARE * min(bottom - top, x1 - x0)
    return x0 + edge, top + edge, x1 - edge, bottom - edge


def _has_digit(word: Word) -> bool:
    return any(character.isdigit() for character in word.text)
