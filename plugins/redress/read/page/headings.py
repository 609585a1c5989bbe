"""Headings: find the lines that say which block begins below or beside them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from redress.read.page.document import Document, Segment, are_of_one_size, squeezed

HEADING_LINES = 5
"""The most lines that a heading in a narrow column has."""
SPREAD_GAP_EMS = 7.0
"""The widest gap in a justified line of a narrow column, in units of its type size."""
LETTERS_TOLD = 5
"""The regular expression of each heading begins with at least this many plain letters."""
NARROWEST_GUTTER_EMS = 0.4
"""The narrowest gutter (gap between two columns), in units of type size. The space between two words is
narrower."""


@dataclass(frozen=True)
class Heading:
    """One or a few lines that are exactly the heading of a block.

    If a block has no heading in words, `segments` has the first line of the block.
    """

    name: str
    segments: tuple[Segment, ...]
    is_printed: bool = True

    @property
    def page(self) -> int:
        return self.segments[0].page

    @property
    def x0(self) -> float:
        return min(segment.x0 for segment in self.segments)

    @property
    def top(self) -> float:
        return self.segments[0].top


def heading_pattern(text: str) -> re.Pattern[str]:
    """Return the regular expression that recognises a heading in text without spaces (see `squeezed`). `text` is
    the heading; it may itself be a regular expression.
    """
    return re.compile(text.replace(" ", ""), re.IGNORECASE)


def headings_of(document: Document, patterns: dict[str, re.Pattern[str]]) -> tuple[Heading, ...]:
    """Return all headings of a document. A heading is a group of lines with exactly the words of a heading of some
    block. `patterns` has the regular expression of each block's heading, by the name of the block.
    """
    found: list[Heading] = []
    letters = " ".join(pattern.pattern for pattern in patterns.values()).casefold()
    for page in document.pages:
        taken: set[int] = set()
        for segment in page.segments:
            begins = segment.squeezed[:LETTERS_TOLD].casefold()
            if id(segment) in taken or begins not in letters:
                continue  # no heading begins with these letters
            heading = _heading_at(segment, page.segments, patterns)
            if heading is not None:
                found.append(heading)
                taken.update(id(line) for line in heading.segments)
    return tuple(found)


def with_gutters(document: Document, patterns: dict[str, re.Pattern[str]]) -> Document:
    """On each page, cut the lines at narrow gutters if more headings are found that way. Return the document with
    these pages.

    If two columns are close together, their headings make one line, in which no heading is found. If the headings
    of all blocks are found already, the document is returned unchanged. So is the document of a text file, which
    has no gaps other than spaces.
    """
    if all(word.box is None for segment in document.segments[:1] for word in segment.words):
        return document
    if len({heading.name for heading in headings_of(document, patterns)}) == len(patterns):
        return document
    pages = []
    for page in document.pages:
        cut = replace(page, segments=tuple(piece for line in page.segments for piece in _cut_at_gaps(line)))
        is_clearer = len(cut.segments) > len(page.segments) and len(headings_of(Document((cut,)), patterns)) > len(
            headings_of(Document((page,)), patterns)
        )
        pages.append(cut if is_clearer else page)
    return replace(document, pages=tuple(pages))


def _cut_at_gaps(line: Segment) -> Iterator[Segment]:
    begins = 0
    for index, (left, right) in enumerate(pairwise(line.words), start=1):
        if right.x0 - left.x1 > NARROWEST_GUTTER_EMS * right.size:
            yield Segment(line.words[begins:index])
            begins = index
    yield line if begins == 0 else Segment(line.words[begins:])


def _heading_at(
    first: Segment, segments: Sequence[Segment], patterns: dict[str, re.Pattern[str]]
) -> Heading | None:
    """Return the heading that begins with a segment. The heading is this segment alone, or this segment with other
    pieces of its line or with lines below. Return None if no heading begins there.
    """
    line = [first]
    while True:
        pieces = list(line)
        for _ in range(HEADING_LINES):
            text = squeezed(" ".join(piece.text.removesuffix("-") for piece in pieces)).rstrip(":.")
            for name, pattern in patterns.items():
                if pattern.fullmatch(text):
                    return Heading(name, tuple(pieces))
            following = _next_line(pieces, line, segments)
            if not following:
                break
            pieces += following
        beside = _next_piece(line[-1], segments)
        if beside is None or len(line) > HEADING_LINES:
            return None
        line.append(beside)


def _next_piece(left: Segment, segments: Sequence[Segment]) -> Segment | None:
    """Return the next piece to the right on a piece's line. Return None if there is none, or if the gap to it is
    wider than a gap in a justified line.
    """
    fits = [
        segment
        for segment in segments
        if 0 < segment.x0 - left.x1 <= SPREAD_GAP_EMS * left.size and is_same_line(left, segment)
    ]
    return min(fits, key=lambda segment: segment.x0, default=None)


def _next_line(pieces: Sequence[Segment], line: Sequence[Segment], segments: Sequence[Segment]) -> list[Segment]:
    """Return the pieces of the next line that may belong to a heading: they lie roughly within the width of the
    heading so far, and have the heading's type size.
    """
    last = max(pieces, key=lambda piece: piece.bottom)
    left = min(piece.x0 for piece in line) - last.size
    right = max(piece.x1 for piece in pieces) + SPREAD_GAP_EMS * last.size
    below = [
        segment
        for segment in segments
        if -0.3 * last.size < segment.top - last.bottom <= last.size
        and are_of_one_size(segment, last)
        and left <= segment.x0 <= right
    ]
    under = [segment for segment in below if segment.overlap(last) > 0 or segment.overlap(line[0]) > 0]
    if not under:
        return []
    first = min(under, key=lambda segment: (segment.top, segment.x0))
    return sorted((s for s in below if is_same_line(first, s) and s.x1 <= right), key=lambda s: s.x0) or [first]


def is_same_line(one: Segment, other: Segment) -> bool:
    """Return whether two pieces of one type size stand on one base line."""
    return (
        one.page == other.page
        and are_of_one_size(one, other)
        and abs(one.bottom - other.bottom) <= 0.3 * min(one.size, other.size)
    )
