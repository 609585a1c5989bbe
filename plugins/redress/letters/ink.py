"""Ink: words that a page holds but does not show (white on white, covered, transparent, switched off) are no words.

The page is drawn, and a word counts where its box is not all of one shade. A figure that nobody can see on the
page is not one that the letter states.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

from redress.letters.document import Page, Segment, Word

PIXELS_TO_A_POINT = 1.25
LEAST_SHADES = 24
"""Of 256; print that is this little darker than what it stands on cannot be seen."""
MOST_SQUARE_POINTS = 8 * 595 * 842
"""Larger pages are not drawn: their words count as they are."""


def only_what_shows(pdf: pdfium.PdfDocument, pages: Iterable[Page]) -> dict[int, Page]:
    """Pages by number, without the words that cannot be seen. Raises PdfiumError where they cannot be drawn."""
    by_number = {page.number: page for page in pages}
    for number, page in by_number.items():
        if page.segments and page.width * page.height <= MOST_SQUARE_POINTS:
            drawn = pdf[number - 1].render(scale=PIXELS_TO_A_POINT, grayscale=True).to_numpy()
            shades = drawn.reshape(drawn.shape[:2])
            by_number[number] = replace(page, segments=tuple(_shown(page.segments, shades)))
    return by_number


def _shown(segments: Iterable[Segment], shades: npt.NDArray[np.uint8]) -> Iterable[Segment]:
    for segment in segments:
        words = tuple(word for word in segment.words if _shows(word, shades))
        if len(words) == len(segment.words):
            yield segment
        elif words:
            yield Segment(words)


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
