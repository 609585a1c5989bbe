"""Remove running lines: page numbers, and the headers and footers that several pages have in common."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from redress.read.layouts.known import SENTENCES
from redress.read.page.blocks import passages_of
from redress.read.page.document import Page, Segment
from redress.read.page.sentences import find

MARGIN_SHARE = 0.085
"""The height of the margins, as a share of the page's height. Running headers and page numbers stand in the
margins."""
_PAGE_NUMBER = re.compile(
    r"page\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?|\d{1,4}\s*(?:of|/)\s*\d{1,4}|\d{1,4}\s*\|\s*page|-\s*\d{1,4}\s*-",
    re.I,
)
_WORDS_OF_A_SENTENCE = re.compile(
    r"%|per ?cent|similar|upheld|investigat|compliance|recommendation|remed|statistics|period|complaint|total of",
    re.IGNORECASE,
)
"""Words of the sentences that state figures. If a line has none of these words, it is not part of such a
sentence."""


def without_running_lines(pages: Sequence[Page]) -> tuple[Page, ...]:
    """Return pages without page numbers, and without lines that stand in the same margin of several pages.

    A line of a sentence that states a figure stays, because two pages may begin with such a line.
    """
    seen: dict[str, set[int]] = {}
    for page in pages:
        for segment in _margin(page):
            seen.setdefault(_running_text(page, segment), set()).add(page.number)
    running = {text for text, numbers in seen.items() if len(numbers) > 1}
    stating = _lines_of_sentences(pages) if any(map(_WORDS_OF_A_SENTENCE.search, running)) else frozenset()

    def is_running(page: Page, segment: Segment) -> bool:
        is_repeated = _running_text(page, segment) in running and id(segment) not in stating
        return is_repeated or _PAGE_NUMBER.fullmatch(segment.text) is not None

    kept = []
    for page in pages:
        gone = {id(segment) for segment in _margin(page) if is_running(page, segment)}
        kept.append(replace(page, segments=tuple(s for s in page.segments if id(s) not in gone)))
    return tuple(kept)


def _lines_of_sentences(pages: Sequence[Page]) -> frozenset[int]:
    """Return the ids of the lines that belong to a sentence that states a figure."""
    words = {
        id(word)
        for passage in passages_of([page.segments for page in pages])
        for found in find(SENTENCES, passage)
        for word in found.words
    }
    return frozenset(
        id(line) for page in pages for line in page.segments if any(id(w) in words for w in line.words)
    )


def _margin(page: Page) -> Iterator[Segment]:
    upper, lower = page.height * MARGIN_SHARE, page.height * (1 - MARGIN_SHARE)
    return (segment for segment in page.segments if segment.bottom <= upper or segment.top >= lower)


def _running_text(page: Page, segment: Segment) -> str:
    """Return the text by which a line is compared with the lines of other pages. In a line of words, "#" replaces
    each number.

    If a line is only a number, the text has the difference between this number and the page's number, and the
    line's height on the page. So a figure that stands first on a page does not count as a page number.
    """
    if segment.text.isdigit():
        height = round(10 * segment.top / max(page.height, 1.0))
        return f"page number {int(segment.text) - page.number:+d} at {height}"
    return re.sub(r"\d+", "#", segment.text).casefold()
