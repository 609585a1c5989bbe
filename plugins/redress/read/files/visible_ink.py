"""Drop the words that a page has but does not show: white on white, covered, transparent, or switched off.

The page is drawn with and without its text, and a word counts if its place differs between the two drawings. A
letter does not state a figure that nobody can see. Both `pdf.py` and `pdf_quick.py` use this module. `seen.py` then
looks at the figures more closely.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium_c

from redress.read.files.drawn import PIXELS_AT_A_GLANCE, DrawnPage, differs
from redress.read.files.opened import OpenedPdf
from redress.read.page.document import Page, Segment, Word
from redress.read.page.sentences import around

INVISIBLE_MODES = frozenset({pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP})
_EDGE_SHARE = 0.2
"""How much is left out along each edge of a word's box, as a share of the box's shorter side, because the lines
above and below may reach into the box."""


def only_what_shows(pdf: OpenedPdf, pages: Iterable[Page]) -> dict[int, Page]:
    """Return the pages by number, without the words that cannot be seen. Raise PdfiumError if drawing a page
    fails.
    """
    return {page.number: _only_what_shows(pdf, page) for page in pages}


def _only_what_shows(pdf: OpenedPdf, page: Page) -> Page:
    placed = [word for segment in page.segments for word in segment.words if word.box is not None]
    if not placed:
        return page
    boxes = np.array([word.box for word in placed])
    drawn = DrawnPage(pdf.sheet(page.number), PIXELS_AT_A_GLANCE, window=around(placed))
    changed = differs(drawn.as_it_is, drawn.without_text)
    parts = zip(placed, drawn.pixels_of(_cores(boxes)), strict=True)
    unseen = [word for word, pixels in parts if not changed[pixels].any()]
    if not unseen:
        return page
    segments = tuple(_without(page.segments, frozenset(map(id, unseen))))
    return replace(page, segments=segments, hides_a_number=any(map(_has_digit, unseen)))


def _without(segments: Iterable[Segment], dropped: frozenset[int]) -> Iterator[Segment]:
    """Yield segments without the words that have these ids. If no words are left in a segment, leave it out."""
    for segment in segments:
        words = tuple(word for word in segment.words if id(word) not in dropped)
        if len(words) == len(segment.words):
            yield segment
        elif words:
            yield Segment(words)


def _cores(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the inner parts of boxes; each row of an array is one box. No neighbouring line reaches into an inner
    part, however the text is turned.
    """
    sides = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    edges: npt.NDArray[np.float64] = np.outer(_EDGE_SHARE * sides, [1, 1, -1, -1])
    return boxes + edges


def _has_digit(word: Word) -> bool:
    return any(character.isdigit() for character in word.text)
