"""Blocks: which words of a page belong under which heading, judged by where they stand.

A block is everything below its heading in the heading's column, down to the column's next heading; a block may
go on at the top of the next column or page. Its words are then strung into passages by what stands below what,
so that a label beside a sentence never gets between the sentence's lines.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from redress.letters.document import SAME_SIZE_SHARE, Document, Page, Segment
from redress.letters.sentences import Passage

HEADING_LINES = 3
"""A heading may run over this many lines of a narrow column."""
COLUMN_SHARE = 0.2
"""Headings whose left edges are further apart than this share of the page's width stand in two columns."""


@dataclass(frozen=True)
class Heading:
    """A line, or a few, that says exactly what a block is about."""

    name: str
    segments: tuple[Segment, ...]

    @property
    def page(self) -> int:
        return self.segments[0].page

    @property
    def x0(self) -> float:
        return min(segment.x0 for segment in self.segments)

    @property
    def top(self) -> float:
        return self.segments[0].top


@dataclass
class Block:
    """A heading and the segments that belong to it, each run of them in one column of one page."""

    heading: Heading
    runs: list[list[Segment]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.heading.name

    def passages(self) -> tuple[Passage, ...]:
        """The ways in which the block's words can be read as running text.

        Once with lines of one type size strung together (a caption in small type between two lines does not
        part them), and once whatever their size (a number set large on a line of its own belongs to its words).
        """
        strung = [self._strung(by_size=True), self._strung(by_size=False)]
        seen: dict[tuple[int, ...], Passage] = {}
        for passages in strung:
            for passage in passages:
                seen.setdefault(tuple(id(segment) for segment in passage.segments), passage)
        return tuple(seen.values())

    def _strung(self, *, by_size: bool) -> list[Passage]:
        strings: list[list[Segment]] = []
        for run in self.runs:
            earlier = list(strings)
            here: list[list[Segment]] = []
            for segment in run:
                string = _nearest_above(segment, here, by_size=by_size)
                if string is None:
                    string = _gone_on_with(segment, earlier, by_size=by_size)
                    if string is None:
                        string = []
                        strings.append(string)
                    else:
                        earlier.remove(string)
                    here.append(string)
                string.append(segment)
        return [Passage(tuple(string)) for string in strings]


def headings_of(document: Document, patterns: dict[str, re.Pattern[str]]) -> tuple[Heading, ...]:
    """All headings of a document: runs of one to three lines whose words are exactly a heading's."""
    found: list[Heading] = []
    for page in document.pages:
        taken: set[int] = set()
        for index, segment in enumerate(page.segments):
            if id(segment) in taken:
                continue
            lines = [segment]
            below = page.segments[index + 1 :]
            while True:
                text = " ".join(line.text for line in lines).rstrip(" :")
                name = next((name for name, pattern in patterns.items() if pattern.fullmatch(text)), None)
                if name is not None:
                    found.append(Heading(name, tuple(lines)))
                    taken.update(id(line) for line in lines)
                    break
                following = _next_line(lines[-1], below)
                if following is None or len(lines) == HEADING_LINES:
                    break
                lines.append(following)
    return tuple(found)


def blocks_of(document: Document, headings: Sequence[Heading], ends: Iterable[Segment] = ()) -> tuple[Block, ...]:
    """Each heading's block. A segment in `ends` closes the block above it: what follows belongs to none."""
    blocks = [Block(heading) for heading in headings]
    if not blocks:
        return ()
    closing = {id(segment) for segment in ends}
    heading_segments = {id(segment) for heading in headings for segment in heading.segments}
    open_block: Block | None = None
    for page in document.pages:
        here = [block for block in blocks if block.heading.page == page.number]
        for column in _columns(page, here):
            run: list[Segment] = []
            starts = {id(block.heading.segments[0]): block for block in here}
            for segment in column:
                if id(segment) in starts:
                    _close(open_block, run)
                    open_block, run = starts[id(segment)], []
                elif id(segment) in closing:
                    _close(open_block, run)
                    open_block, run = None, []
                elif id(segment) not in heading_segments:
                    run.append(segment)
            _close(open_block, run)
    return tuple(blocks)


def _close(block: Block | None, run: list[Segment]) -> None:
    if block is not None and run:
        block.runs.append(run)


def _next_line(line: Segment, below: Sequence[Segment]) -> Segment | None:
    """The line right below in the same column, of the same type size."""
    for segment in below:
        gap = segment.top - line.bottom
        if gap > line.size:
            return None
        if gap > -0.3 * line.size and segment.overlap(line) > 0 and _is_same_size(segment, line):
            return segment
    return None


def _columns(page: Page, blocks: Sequence[Block]) -> list[list[Segment]]:
    """The page's segments by column. Columns are where headings stand; a page without them is one column."""
    lefts = sorted(block.heading.x0 for block in blocks)
    edges: list[float] = []
    for left, right in pairwise(lefts):
        if right - left > COLUMN_SHARE * max(page.width, 1.0):
            edges.append(_gutter(page, left, right, min(block.heading.top for block in blocks)))
    columns: list[list[Segment]] = [[] for _ in range(len(edges) + 1)]
    for segment in page.segments:
        centre_or_left = segment.x0 + 0.25 * (segment.x1 - segment.x0)
        columns[sum(centre_or_left >= edge for edge in edges)].append(segment)
    return columns


def _gutter(page: Page, left: float, right: float, top: float) -> float:
    """Where one column ends and the next begins: the edge, near the right heading, that cuts fewest lines."""
    lines = [segment for segment in page.segments if segment.bottom >= top]
    candidates = sorted({segment.x0 for segment in lines if left < segment.x0 <= right} | {right}, reverse=True)
    return min(
        (edge - 1.0 for edge in candidates),
        key=lambda edge: (sum(segment.x0 < edge < segment.x1 for segment in lines), right - edge),
    )


def _nearest_above(segment: Segment, strings: Sequence[list[Segment]], *, by_size: bool) -> list[Segment] | None:
    fits = [
        string
        for string in strings
        if string[-1].overlap(segment) > 0
        and string[-1].bottom <= segment.top + 0.35 * segment.size
        and (not by_size or _is_same_size(string[-1], segment))
    ]
    return max(fits, key=lambda string: string[-1].bottom, default=None)


def _gone_on_with(segment: Segment, strings: Sequence[list[Segment]], *, by_size: bool) -> list[Segment] | None:
    """The unfinished string of an earlier column or page that goes on with this segment."""
    for string in reversed(strings):
        last = string[-1]
        is_unfinished = not last.text.endswith((".", ":"))
        if is_unfinished and not segment.text[:1].isupper() and (not by_size or _is_same_size(last, segment)):
            return string
    return None


def _is_same_size(one: Segment, other: Segment) -> bool:
    return abs(one.size - other.size) <= SAME_SIZE_SHARE * max(one.size, other.size)
