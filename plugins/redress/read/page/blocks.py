"""Blocks: find which words of a page belong to which heading, by where the words stand.

A block is everything below its heading in the heading's column, down to the column's next heading. A block may go
on at the top of the next column or page. The lines of a block are joined into passages by where they stand, so that
a label beside a sentence never gets between the lines of the sentence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from redress.read.page.document import Document, Page, Segment, are_of_one_size
from redress.read.page.headings import NARROWEST_GUTTER_EMS, SPREAD_GAP_EMS, Heading, is_same_line
from redress.read.page.numbers import NUMBER_BESIDE_A_PARAGRAPH
from redress.read.page.sentences import Passage

BESIDE_GAP_EMS = 3.0
"""The largest gap between a number and the paragraph on its right, in units of the number's type size."""
LARGE_SHARE = 1.3
"""If a number's type is larger than that of the words after it by this factor, the number may stand beside several
lines of these words."""
HEADING_SIZE_SHARE = 0.05
"""A heading that no layout knows has larger type than the text, by more than this share of the type size."""
MOST_HEADING_WORDS = 8
_HEADING_WORDS = re.compile(r"(?!(?:In|This|The|We|Of|No|Statistics|Adjusted|Between)\b)[A-Z][^\d.%]*")
"""A line that may be a heading: it has no number, and it does not begin as sentences of the letters do."""
GUTTER_POINTS = 1.0
"""The distance from a column's border to the left edge of its lines."""
COLUMN_SHARE = 0.2
"""If the left edges of two headings are further apart than this share of the page's width, the headings stand in
two columns."""


@dataclass
class Block:
    """A heading and the segments below it. `runs` has a list of segments for each column of a page.

    Add all lists to `runs` before you use `passages`.
    """

    heading: Heading
    runs: list[list[Segment]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.heading.name

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The passages that the block's lines can form when they are joined in the four ways of `passages_of`."""
        return passages_of(self.runs)


def passages_of(runs: Sequence[Sequence[Segment]]) -> tuple[Passage, ...]:
    """Return the passages that lines can form when they are joined in four ways. `runs` has the segments of each
    column.

    First, lines of one type size are joined, so that a caption in small type between two lines does not divide
    them. Second, lines of any size are joined, so that a large number on its own line belongs to its words. Third,
    the pieces of justified lines in a narrow column are joined. Fourth, a number on the left of a few lines is put
    before these lines.
    """
    spread = [_unspread(run) for run in runs]
    strung = (
        *_strung(runs, by_size=True),
        *_strung(runs, by_size=False),
        *_strung(spread, by_size=True),
        *(passage for run in runs for passage in _beside_numbers(run)),
    )
    seen: dict[tuple[int, ...], Passage] = {}
    for passage in strung:
        key = tuple(id(word) for segment in passage.segments for word in segment.words)
        seen.setdefault(key, passage)
    return tuple(seen.values())


def _unspread(run: Sequence[Segment]) -> list[Segment]:
    """Join the pieces of each justified line of a column."""
    lines: list[list[Segment]] = []
    for segment in run:
        for line in reversed(lines[-4:]):
            gap = segment.x0 - line[-1].x1
            if is_same_line(line[-1], segment) and 0 <= gap <= SPREAD_GAP_EMS * segment.size:
                line.append(segment)
                break
        else:
            lines.append([segment])
    return [Segment(tuple(word for segment in line for word in segment.words)) for line in lines]


def _strung(runs: Sequence[Sequence[Segment]], *, by_size: bool) -> list[Passage]:
    strings: list[list[Segment]] = []
    for run in runs:
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


def _beside_numbers(run: Sequence[Segment]) -> Iterator[Passage]:
    """Yield each number that stands alone, followed by the paragraph on its right.

    Only a paragraph that begins with a small letter counts, because then its sentence begins with the number.
    """
    run = [piece for segment in run for piece in _large_number_apart(segment)]
    beginnings = [segment for segment in run if segment.text[0].islower()]
    for number in run:
        if not NUMBER_BESIDE_A_PARAGRAPH.fullmatch(number.text):
            continue
        middle = (number.top + number.bottom) / 2
        firsts = [
            segment
            for segment in beginnings
            if segment.page == number.page and 0 <= segment.x0 - number.x1 <= BESIDE_GAP_EMS * number.size
        ]
        right = [s for s in run if firsts and s.page == number.page and s.x0 >= number.x1]
        for first in firsts:
            paragraph = [first]
            for segment in sorted(right, key=lambda segment: segment.top):
                if _is_next_line(paragraph[-1], segment):
                    paragraph.append(segment)
            if first.top - 0.3 * first.size <= middle <= paragraph[-1].bottom + 0.3 * first.size:
                yield Passage((number, *paragraph))


def _large_number_apart(segment: Segment) -> Iterator[Segment]:
    """If a line begins with a number in large type, yield the number and the rest of the line as two segments;
    otherwise yield the line. Such a number may stand beside a paragraph, and then it belongs to all lines of the
    paragraph.
    """
    first, *rest = segment.words
    is_large = (
        bool(rest) and NUMBER_BESIDE_A_PARAGRAPH.fullmatch(first.text) and first.size > LARGE_SHARE * rest[-1].size
    )
    if not is_large:
        yield segment
        return
    cut = 2 if rest[0].text == "%" and len(rest) > 1 else 1
    yield Segment(segment.words[:cut])
    yield Segment(segment.words[cut:])


def _is_next_line(above: Segment, below: Segment) -> bool:
    """Return whether a line follows directly below another line, in the same column and in the same type size."""
    return (
        -0.3 * above.size < below.top - above.bottom <= 0.8 * above.size
        and are_of_one_size(above, below)
        and above.overlap(below) > 0
    )


def blocks_of(document: Document, headings: Sequence[Heading]) -> tuple[Block, ...]:
    """Return the block of each heading: the lines below the heading in its column, and the lines at the top of the
    next column or page if the block goes on there.
    """
    blocks = [Block(heading) for heading in headings]
    if not blocks:
        return ()
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
                elif id(segment) in heading_segments:
                    continue
                elif (
                    open_block is not None
                    and run
                    and _is_unknown_heading(segment, open_block.heading, run[-1], page)
                ):
                    _close(open_block, run)
                    open_block, run = None, []
                else:
                    run.append(segment)
            _close(open_block, run)
    return tuple(blocks)


def _is_unknown_heading(segment: Segment, heading: Heading, above: Segment, page: Page) -> bool:
    """Return whether a line in a block is the heading of another block, which no layout knows. Such a line has the
    type size of the block's own heading, and this size is larger than that of the text.
    """
    size = heading.segments[0].size
    return (
        heading.page == segment.page
        and len(segment.words) <= MOST_HEADING_WORDS
        and abs(segment.size - size) <= 0.03 * size
        and not are_of_one_size(above, segment)  # otherwise it is the rest of the heading itself
        and size > (1 + HEADING_SIZE_SHARE) * page.text_size
        and _HEADING_WORDS.fullmatch(segment.text) is not None
    )


def _close(block: Block | None, run: list[Segment]) -> None:
    if block is not None and run:
        block.runs.append(run)


def _columns(page: Page, blocks: Sequence[Block]) -> list[list[Segment]]:
    """Return the page's segments by column. The headings of the blocks show where the columns are. A page without
    headings is one column.
    """
    headings = sorted((block.heading for block in blocks), key=lambda heading: heading.x0)
    edges: list[float] = []
    for left, right in pairwise(headings):
        if right.x0 - left.x0 > COLUMN_SHARE * max(page.width, 1.0) or is_same_line(
            left.segments[0], right.segments[0]
        ):
            edges.append(_gutter(page, left.x0, right.x0, min(heading.top for heading in headings)))
    columns: list[list[Segment]] = [[] for _ in range(len(edges) + 1)]
    for segment in (piece for whole in page.segments for piece in _cut(whole, edges)):
        centre_or_left = segment.x0 + 0.25 * (segment.x1 - segment.x0)
        columns[sum(centre_or_left >= edge for edge in edges)].append(segment)
    return columns


def _cut(segment: Segment, edges: Sequence[float]) -> Iterator[Segment]:
    """Cut a line that crosses narrow gutters (gaps between columns). `edges` are the borders between the columns.
    The line is cut where a word begins beside such a border.
    """
    begins = 0
    for index, word in enumerate(segment.words):
        is_first_of_a_column = any(abs(word.x0 - GUTTER_POINTS - edge) <= GUTTER_POINTS for edge in edges)
        if (
            index > begins
            and is_first_of_a_column
            and word.x0 - segment.words[index - 1].x1 > NARROWEST_GUTTER_EMS * word.size
        ):
            yield Segment(segment.words[begins:index])
            begins = index
    yield segment if begins == 0 else Segment(segment.words[begins:])


def _gutter(page: Page, left: float, right: float, top: float) -> float:
    """Return the border between two columns: the position between `left` and `right` that cuts the fewest lines
    below `top`. If several positions cut equally few lines, return the position nearest to `right`.
    """
    lines = [segment for segment in page.segments if segment.bottom >= top]
    candidates = sorted({segment.x0 for segment in lines if left < segment.x0 <= right} | {right}, reverse=True)
    return min(
        (edge - GUTTER_POINTS for edge in candidates),
        key=lambda edge: (sum(segment.x0 < edge < segment.x1 for segment in lines), right - edge),
    )


def _nearest_above(segment: Segment, strings: Sequence[list[Segment]], *, by_size: bool) -> list[Segment] | None:
    fits = [
        string
        for string in strings
        if string[-1].overlap(segment) > 0
        and string[-1].bottom <= segment.top + 0.35 * segment.size
        and (not by_size or are_of_one_size(string[-1], segment))
    ]
    return max(fits, key=lambda string: string[-1].bottom, default=None)


def _gone_on_with(segment: Segment, strings: Sequence[list[Segment]], *, by_size: bool) -> list[Segment] | None:
    """Return the list of lines that a segment may continue. If there are several, return the last of them; if there
    is none, return None.

    `strings` are the lists, from earlier columns or pages. A segment may continue a list if the segment does not
    begin with a capital letter, and the list's last line does not end like a sentence. If `by_size` is set, this
    last line must also have the segment's type size.
    """
    for string in reversed(strings):
        last = string[-1]
        is_unfinished = not last.text.endswith((".", ":"))
        if is_unfinished and not segment.text[:1].isupper() and (not by_size or are_of_one_size(last, segment)):
            return string
    return None
