"""Tables: find which label belongs to which number, by where they stand. A table need not have ruled lines.

Two forms are known. In a table of rows each number has its label on its left, on one line or wrapped over a few
lines. In a table of columns the numbers stand side by side, and each has its label above it, often wrapped.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from redress.read.page.document import Segment, Word, first_doubt
from redress.read.page.numbers import NUMBER_IN_A_CELL

_WRAPPED_LINE_EMS = 0.9
"""The largest gap between two lines of a label, in units of its type size."""
CELL_GAP_EMS = 0.5
"""If the gap between a number and its label is at least this, in units of the number's type size, the number is in
another cell."""
HEADER_LINES = 16
"""The most lines that the label of a column has."""


@dataclass(frozen=True)
class LabelledNumber:
    """One number of a table with its possible labels, the likeliest first.

    A number has several possible labels if a label may go on in the line above or below. A layout uses the first
    label that it knows. `line` is the index of the number's line among the lines that were searched. So all numbers
    of one line have an equal `line`.
    """

    labels: tuple[str, ...]
    text: str
    words: tuple[Word, ...]
    line: int
    label_words: tuple[Word, ...] = ()
    """The words of all possible labels."""

    @property
    def doubt(self) -> str | None:
        """The first doubt of the number's own words, or else of the words that give the number its meaning."""
        return first_doubt((*self.words, *self.label_words))


def labelled_numbers(segments: Sequence[Segment]) -> tuple[LabelledNumber, ...]:
    """Return each number of one page's tables that has a label, from top to bottom and from left to right.

    If two rows of numbers stand below one row of labels (this year's and last year's), the numbers of both rows are
    left out, because nobody can say which row is meant.
    """
    lines = _lines([cell for segment in segments for cell in cells(segment)])
    found: list[LabelledNumber] = []
    above: list[list[Segment]] = []
    in_columns = 0
    for index, line in enumerate(lines):
        numbers = [segment for segment in line if _is_number(segment)]
        if not numbers:
            above.append(line)
            continue
        if len(numbers) == 1 or _has_label_each(line):
            found += [_in_row(number, lines, index) for number in numbers]
            in_columns = 0
        elif in_columns and not above:
            del found[len(found) - in_columns :]
        else:
            columns = list(_in_columns(line, above[-HEADER_LINES:], index))
            found += columns
            in_columns = len(columns)
        above = []
    return tuple(number for number in found if number.labels)


def cells(segment: Segment) -> Iterator[Segment]:
    """Yield the cells of a line.

    If a line has only numbers, each number is a cell, however narrow the gaps are. If the first or the last word of
    a line is a number, and the gap between the number and its label is wider than a space, the number and the label
    are two cells.
    """
    first, *rest = segment.words
    is_number_first = (
        bool(rest) and NUMBER_IN_A_CELL.fullmatch(first.text) and not NUMBER_IN_A_CELL.fullmatch(rest[0].text)
    )
    if is_number_first and rest[0].x0 - first.x1 > CELL_GAP_EMS * first.size:
        yield Segment((first,))
        yield from cells(Segment(tuple(rest)))
        return
    *label, last = segment.words
    if label and all(NUMBER_IN_A_CELL.fullmatch(word.text) for word in segment.words):
        yield from (Segment((word,)) for word in segment.words)
    elif label and NUMBER_IN_A_CELL.fullmatch(last.text) and last.x0 - label[-1].x1 > CELL_GAP_EMS * last.size:
        yield Segment(tuple(label))
        yield Segment((last,))
    else:
        yield segment


def _is_number(segment: Segment) -> bool:
    return NUMBER_IN_A_CELL.fullmatch(segment.text) is not None


def _lines(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Group the segments that stand on one line of the page, even if they stand in different columns."""
    lines: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda segment: segment.top + segment.bottom):
        middle = (segment.top + segment.bottom) / 2
        if lines and lines[-1][0].top < middle < lines[-1][0].bottom:
            lines[-1].append(segment)
        else:
            lines.append([segment])
    for line in lines:
        line.sort(key=lambda segment: segment.x0)
    return lines


def _has_label_each(line: Sequence[Segment]) -> bool:
    """Return whether every number of a line has its own label on its left."""
    is_label_before = False
    for segment in line:
        if _is_number(segment) and not is_label_before:
            return False
        is_label_before = not _is_number(segment)
    return True


def _in_row(number: Segment, lines: Sequence[Sequence[Segment]], index: int) -> LabelledNumber:
    left = [segment for segment in lines[index] if segment.x0 < number.x0 and not _is_number(segment)]
    beside = left[-1:]
    near = left[-1] if left else number
    before, after = _beside(near, lines, index - 1), _beside(near, lines, index + 1)
    candidates = [beside, [*beside, *after], [*before, *beside], [*before, *beside, *after]]
    labels = dict.fromkeys(" ".join(segment.text for segment in candidate) for candidate in candidates)
    label_words = tuple(word for segment in candidates[-1] for word in segment.words)
    return LabelledNumber(tuple(filter(None, labels)), number.text, number.words, index, label_words)


def _beside(near: Segment, lines: Sequence[Sequence[Segment]], index: int) -> list[Segment]:
    """Return the segments with which a label, `near`, may go on in the line above or below: the line `index`.

    These segments are close to the label and begin left of the label's right edge. If the line has a number, no
    segment is returned.
    """
    if not 0 <= index < len(lines) or any(_is_number(segment) for segment in lines[index]):
        return []
    return [
        segment
        for segment in lines[index]
        if max(segment.top - near.bottom, near.top - segment.bottom) <= _WRAPPED_LINE_EMS * segment.size
        and segment.x0 < near.x1
    ]


def _in_columns(
    line: Sequence[Segment], above: Sequence[Sequence[Segment]], index: int
) -> Iterator[LabelledNumber]:
    """Yield the numbers of one line, each with its possible labels from the lines above. Labels count only if they
    form as many columns as there are numbers.

    A heading that spans several columns hides the gaps between those columns. So first all lines above the numbers
    are tried, then all but the uppermost line, and so on.
    """
    labels: list[dict[str, list[Word]]] = [{} for _ in line]
    for first in range(len(above)):
        columns = _cut([word for row in above[first:] for segment in row for word in segment.words], len(line))
        if columns is None or not all(map(_stands_in, line, columns)):
            continue
        for label_lines, column in zip(labels, columns, strict=True):
            label_lines.setdefault(" ".join(word.text for word in column), column)
    for segment, label_lines in zip(line, labels, strict=True):
        if _is_number(segment):
            words = tuple(word for column in label_lines.values() for word in column)
            yield LabelledNumber(tuple(label_lines), segment.text, segment.words, index, words)


def _cut(words: Sequence[Word], count: int) -> list[list[Word]] | None:
    """Divide words into `count` columns at the widest gaps that no word crosses. Return None if there are too few
    such gaps.
    """
    ordered = sorted(words, key=lambda word: word.x0)
    gaps: list[tuple[float, int]] = []
    reach = float("-inf")
    for position, word in enumerate(ordered):
        if position and word.x0 > reach:
            gaps.append((word.x0 - reach, position))
        reach = max(reach, word.x1)
    if not ordered or len(gaps) < count - 1:
        return None
    widest = sorted(gaps, reverse=True)[: count - 1]
    cuts = [0, *sorted(position for _, position in widest), len(ordered)]
    columns = [ordered[start:end] for start, end in pairwise(cuts)]
    return [sorted(column, key=lambda word: (round(word.top), word.x0)) for column in columns]


def _stands_in(number: Segment, column: Sequence[Word]) -> bool:
    left = min(word.x0 for word in column)
    right = max(word.x1 for word in column)
    return number.x1 > left - number.size and number.x0 < right + number.size
