"""Find the block that an average belongs to. Each block words the sentence with its average alike, so only the
place of this sentence on the page shows the block.

An average counts as a block's average in two cases. Either the average follows the block's rate in the same column.
Or every block has its average, and each average stands in one column with its block's own sentences, clearly nearer
to them than to any other block. In any other case the average is withheld. A design may put averages above the
headings, on bands between blocks, beside the headings or in a separate column. Then all averages of a season could
be assigned wrongly in the same way, and no rule that compares letters would notice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from redress.model.letter import Conflict
from redress.read.page.blocks import Block
from redress.read.page.document import Document, Word
from redress.read.page.headings import Heading
from redress.read.page.sentences import Found, Sentence, find

MOST_GAP_EMS = 2.5
"""The largest gap between a rate and the average that stands below the rate and belongs to it, in units of type
size."""
CLEARLY_NEARER = 1.2
"""A place is clearly nearer than another place if the distance to the other place is more than this many times as
large."""
ALIGNED_EMS = 1.5
"""The left edges, or the middles, of lines of one column differ by no more than this, in units of type size."""


@dataclass(frozen=True)
class BlockReading:
    """A block, with the sentences that it may hold and the sentences that were found in it.

    `own` has the sentences that no other block can hold.
    """

    block: Block
    sentences: tuple[Sentence, ...]
    own: tuple[Sentence, ...]
    found: tuple[Found, ...]

    @property
    def averages(self) -> Iterator[Found]:
        """The sentences found in the block that state an average. They are worded alike in every block."""
        return (one for one in self.found if average_of(one.sentence) is not None)

    @property
    def rate(self) -> Found | None:
        """The block's own sentence that states its rate; None if that sentence was not found."""
        return next((one for one in self.found if one.sentence in self.own and one.sentence.is_prose), None)


@dataclass(frozen=True)
class _Place:
    """The place of words on one page: their edges, in points in reading direction."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float

    def gap_to(self, other: "_Place") -> float:
        """Return the distance between the nearest edges of two places, in points. The distance is infinite if the
        places are on different pages.
        """
        if self.page != other.page:
            return float("inf")
        across = max(self.x0 - other.x1, other.x0 - self.x1, 0.0)
        down = max(self.top - other.bottom, other.top - self.bottom, 0.0)
        return float(max(across, down))


def doubtful_averages(document: Document, readings: Sequence[BlockReading]) -> Iterator[tuple[Found, Conflict]]:
    """Yield each average that could belong to another block too, with the conflict that withholds the average.

    If a block has no average, each doubtful average and each average outside all blocks may belong to this block.
    So each of them is also yielded with a conflict about the measure of this block's average.
    """
    averages = [(average, reading) for reading in readings for average in reading.averages]
    behind = [one for one in averages if _is_behind_its_rate(*one, _others(readings, one[1]))]
    bare = [reading for reading in readings if reading.rate is not None and not any(reading.averages)]
    apart = _averages_apart(document, readings) if bare else ()
    near = [one for one in averages if one not in behind and _is_near_its_own(*one, _others(readings, one[1]))]
    is_whole = not bare and len(behind) + len(near) == len(averages)
    doubtful = [one for one in averages if one not in behind and not (is_whole and one in near)]
    for average, reading in doubtful:
        heading = " ".join(segment.text for segment in reading.block.heading.segments)
        said = f'"{average.text}" may belong to "{heading}" or to another block, by its place on the page'
        yield average, Conflict(average_of(average.sentence) or "", said)
    for reading in bare:
        for measure in filter(None, map(average_of, reading.sentences)):
            for average in (*apart, *(one for one, _ in doubtful)):
                said = f'"{average.text}" may belong to any block that has no average, by its place on the page'
                yield average, Conflict(measure, said)


def average_of(sentence: Sentence) -> str | None:
    """If a sentence that is worded alike in every block states an average, return the measure of the average.
    Otherwise return None.
    """
    names = (name for name in sentence.names if name.endswith("_type_average_pct"))
    return next(names, None)


def _others(readings: Sequence[BlockReading], reading: BlockReading) -> list[BlockReading]:
    return [other for other in readings if other.block.name != reading.block.name]


def _averages_apart(document: Document, readings: Sequence[BlockReading]) -> tuple[Found, ...]:
    """Return the averages that stand on a page with a block, but in none of the blocks."""
    pages = {segment.page for reading in readings for run in reading.block.runs for segment in run}
    pages |= {reading.block.heading.page for reading in readings}
    taken = {id(word) for reading in readings for average in reading.averages for word in average.words}
    sentence = next(one for reading in readings for one in reading.sentences if average_of(one) is not None)
    apart: dict[tuple[int, ...], Found] = {}
    for page in document.pages:
        if page.number in pages:
            whole = Block(readings[0].block.heading, [list(page.segments)])
            for average in (one for passage in whole.passages for one in find((sentence,), passage)):
                if not any(id(word) in taken for word in average.words):
                    apart.setdefault(tuple(map(id, average.words)), average)
    return tuple(apart.values())


def _is_behind_its_rate(average: Found, reading: BlockReading, others: Sequence[BlockReading]) -> bool:
    """Return whether an average follows the rate of its block: on the rate's line, or as the next line below the
    rate and clearly nearer to the rate than to any other block above or below the average.
    """
    rate = reading.rate
    if rate is None:
        return False
    if _is_in_one_line(rate, average):
        return True
    here = _place(average.words)
    gap = here.top - _place(rate.words).bottom
    is_next = _is_over(rate, average) and not _is_between(rate, average, reading.block)
    above_or_below = (place for place in _places(others) if place.x0 < here.x1 and here.x0 < place.x1)
    foreign = min(map(here.gap_to, above_or_below), default=float("inf"))
    return is_next and gap <= MOST_GAP_EMS * average.words[0].size and _is_clearly_nearer(gap, foreign)


def _is_near_its_own(average: Found, reading: BlockReading, others: Sequence[BlockReading]) -> bool:
    """Return whether an average stands in one column with its block's heading or own sentences, and clearly nearer
    to these than to other blocks. Return False if the block has no printed heading.
    """
    if not reading.block.heading.is_printed:
        return False  # its heading may be a picture that stands nearer
    here, size = _place(average.words), average.words[0].size
    own = [one.words for one in reading.found if one.sentence in reading.own]
    own.append(_words_of(reading.block.heading))
    near = [here.gap_to(_place(words)) for words in own if _is_aligned(words, average.words, size)]
    foreign = min(map(here.gap_to, _places(others)), default=float("inf"))
    return bool(near) and _is_clearly_nearer(min(near), foreign)


def _places(readings: Iterable[BlockReading]) -> Iterator[_Place]:
    """Yield the places of the headings of blocks, and of the sentences that only one block can hold."""
    for reading in readings:
        yield _place(_words_of(reading.block.heading))
        yield from (_place(one.words) for one in reading.found if one.sentence in reading.own)


def _place(words: Sequence[Word]) -> _Place:
    """Return the place of words. If the words stand on two pages, return the place of the words on the last
    page.
    """
    page = words[-1].page
    here = [word for word in words if word.page == page]
    return _Place(
        page,
        min(word.x0 for word in here),
        min(word.top for word in here),
        max(word.x1 for word in here),
        max(word.bottom for word in here),
    )


def _words_of(heading: Heading) -> tuple[Word, ...]:
    return tuple(word for segment in heading.segments for word in segment.words)


def _is_clearly_nearer(gap: float, foreign: float) -> bool:
    return max(gap, 0.0) * CLEARLY_NEARER < foreign


def _is_in_one_line(first: Found, second: Found) -> bool:
    """Return whether a sentence begins on the line on which another sentence ends."""
    last, next_ = first.words[-1], second.words[0]
    return any(
        any(word is last for word in segment.words) and any(word is next_ for word in segment.words)
        for segment in first.passage.segments
    )


def _is_over(upper: Found, lower: Found) -> bool:
    """Return whether a sentence stands above another sentence: in one column of a page, or on the page before."""
    above, below = _place(upper.words), _place(lower.words)
    if above.page != below.page:
        return above.page == below.page - 1
    return above.bottom <= below.top + 0.35 * lower.words[0].size and _is_aligned(
        upper.words, lower.words, lower.words[0].size
    )


def _is_between(upper: Found, lower: Found, block: Block) -> bool:
    """Return whether another line of the block stands between two sentences of the block, in their column."""
    above, below = _place(upper.words), _place(lower.words)
    words = {id(word) for word in (*upper.words, *lower.words)}
    return any(
        above.bottom <= (segment.top + segment.bottom) / 2 <= below.top
        and segment.x0 < below.x1
        and below.x0 < segment.x1
        for run in block.runs
        for segment in run
        if segment.page == below.page == above.page and not any(id(word) in words for word in segment.words)
    )


def _is_aligned(one: Sequence[Word], other: Sequence[Word], size: float) -> bool:
    """Return whether two groups of words stand in one column: from left to right they overlap, and their left edges
    or their middles are aligned.
    """
    here, there = _place(one), _place(other)
    # a word begins a line if it is left of the word before it, or follows a number in larger type
    is_over = here.x0 < there.x1 and there.x0 < here.x1
    lefts = [one[0].x0, *(word.x0 for left, word in pairwise(one) if word.x0 < left.x0 or word.size != left.size)]
    in_line = min(abs(left - there.x0) for left in lefts) <= ALIGNED_EMS * size
    middles = abs((here.x0 + here.x1) - (there.x0 + there.x1)) / 2
    return is_over and (in_line or middles <= ALIGNED_EMS * size)
