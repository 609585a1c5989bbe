"""Drop the words that a page holds but does not show: white on white, covered, transparent, switched off.

The page is drawn with and without its text, and a word counts if its place differs between the two. A letter does
not state a figure that nobody can see. Both `pdf.py` and `pdf_quick.py` use this module; `seen.py` looks at the
figures more closely.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium_c

from redress.read.files.drawn import PIXELS_AT_A_GLANCE, DrawnPage, differs, pixels_of
from redress.read.files.opened import OpenedPdf
from redress.read.page.document import Page, Segment, Word

INVISIBLE_MODES = frozenset({pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP})
_EDGE_SHARE = 0.2
"""The lines beside a word may reach into this share of the word's height, above and below."""


def only_what_shows(pdf: OpenedPdf, pages: Iterable[Page]) -> dict[int, Page]:
    """Return the pages by number, without the words that cannot be seen. Raise PdfiumError if drawing fails."""
    return {page.number: _only_what_shows(pdf, page) if page.segments else page for page in pages}


def _only_what_shows(pdf: OpenedPdf, page: Page) -> Page:
    drawn = DrawnPage(pdf.sheet(page.number), PIXELS_AT_A_GLANCE)
    changed = differs(drawn.as_it_is, drawn.without_text)
    segments = tuple(_seen(page.segments, changed, drawn.scale))
    count = sum(len(segment.words) for segment in segments)
    if count == sum(len(segment.words) for segment in page.segments):
        return page
    kept = {id(word) for segment in segments for word in segment.words}
    unseen = (word for segment in page.segments for word in segment.words if id(word) not in kept)
    return replace(page, segments=segments, hides_a_number=any(map(_has_digit, unseen)))


def _seen(segments: Sequence[Segment], changed: npt.NDArray[np.bool_], scale: float) -> Iterator[Segment]:
    placed = [word for segment in segments for word in segment.words if word.box is not None]
    cores = _cores(np.array([word.box for word in placed]).reshape(-1, 4))
    unseen = {
        id(word) for word, pixels in zip(placed, pixels_of(cores, scale), strict=True) if not changed[pixels].any()
    }
    for segment in segments:
        words = tuple(word for word in segment.words if id(word) not in unseen)
        if len(words) == len(segment.words):
            yield segment
        elif words:
            yield Segment(words)


def _cores(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the parts of boxes, one box a row, that no line beside them reaches, however the text is turned."""
    sides = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    edges: npt.NDArray[np.float64] = np.outer(_EDGE_SHARE * sides, [1, 1, -1, -1])
    return boxes + edges


def _has_digit(word: Word) -> bool:
    return any(character.isdigit() for character in word.text)
