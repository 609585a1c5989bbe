"""Drop the words that a page holds but does not show: white on white, covered, transparent, switched off.

The page is drawn, and a word counts if its box is not all of one shade. A letter does not state a figure that
nobody can see. Both `pdf.py` and `pdf_quick.py` use this module.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from redress.model.letter import Box
from redress.read.page.document import Page, Segment, Word

PIXELS_TO_A_POINT = 1.25
LEAST_SHADES = 24
"""Of 256; print that is this little darker than what it stands on cannot be seen."""
INVISIBLE_MODES = frozenset({pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium_c.FPDF_TEXTRENDERMODE_CLIP})
MOST_SQUARE_POINTS = 8 * 595 * 842
"""Larger pages are not drawn: their words count as they are."""


def only_what_shows(pdf: pdfium.PdfDocument, pages: Iterable[Page]) -> dict[int, Page]:
    """Return the pages by number, without the words that cannot be seen. Raise PdfiumError if drawing fails."""
    by_number = {page.number: page for page in pages}
    for number, page in by_number.items():
        if page.segments and page.width * page.height <= MOST_SQUARE_POINTS:
            drawn = pdf[number - 1].render(scale=PIXELS_TO_A_POINT, grayscale=True).to_numpy()
            shades = drawn.reshape(drawn.shape[:2])
            hidden = _invisible_boxes(pdf[number - 1])
            by_number[number] = replace(page, segments=tuple(_shown(page.segments, shades, hidden)))
    return by_number


def _invisible_boxes(page: pdfium.PdfPage) -> list[Box]:
    """Return the boxes of text that is not painted, such as the text layer of a scan; the scan's picture shows
    other ink.
    """
    left, _, _, upper = page.get_cropbox()
    boxes: list[Box] = []
    for text in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT]):
        if pdfium_c.FPDFTextObj_GetTextRenderMode(text.raw) in INVISIBLE_MODES:
            x0, bottom, x1, top = text.get_bounds()
            boxes.append((x0 - left, upper - top, x1 - left, upper - bottom))
    return boxes


def _shown(segments: Iterable[Segment], shades: npt.NDArray[np.uint8], hidden: list[Box]) -> Iterable[Segment]:
    for segment in segments:
        words = tuple(word for word in segment.words if _shows(word, shades) and not _is_in_one_of(hidden, word))
        if len(words) == len(segment.words):
            yield segment
        elif words:
            yield Segment(words)


def _is_in_one_of(boxes: list[Box], word: Word) -> bool:
    if word.box is None or not boxes:
        return False
    x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
    return any(x0 <= x <= x1 and top - 1 <= y <= bottom + 1 for x0, top, x1, bottom in boxes)


def _shows(word: Word, shades: npt.NDArray[np.uint8]) -> bool:
    if word.box is None:
        return True
    height, width = shades.shape
    x0, top, x1, bottom = (round(edge * PIXELS_TO_A_POINT) for edge in word.box)
    left, right = max(x0, 0), min(max(x1, x0 + 1), width)
    upper, lower = max(top, 0), min(max(bottom, top + 1), height)
    if left >= right or upper >= lower:
        return False
    seen = shades[upper:lower, left:right]
    return int(seen.max()) - int(seen.min()) >= LEAST_SHADES
