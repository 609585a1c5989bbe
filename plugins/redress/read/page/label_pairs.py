"""Read tables with numbers in unusual places: before or above their labels, or beside the middle of a long label.

Every label of such a table has a distinguishing word, which no other label has ("highways", "referred"). If a table
has as many of these words as numbers, words and numbers are paired in order, down a column or along a row. The
pairs count only if the numbers add up to their total. So a wrong pairing gives no numbers rather than wrong
numbers.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby, pairwise

from redress.read.page.document import Segment, Word
from redress.read.page.numbers import NUMBER_IN_A_WORD, read_number

_LEADERS = re.compile(r"[.…·_]{2,}")
_LIST = re.compile(rf"(?P<label>[^\d.…·_]+)[.…·_]{{3,}}(?P<number>{NUMBER_IN_A_WORD.pattern})", re.ASCII)
SAME_LINE_EMS = 0.6
"""If the middles of two numbers differ in height by at most this, in units of type size, the numbers stand on one
line."""
SAME_COLUMN_EMS = 1.5
"""The numbers of one column have equal left edges, right edges or middles, to within this, in units of type
size."""


@dataclass(frozen=True)
class Pair:
    """A number with its label. `name` is the label's name. `label` is the text of the line with the label's
    distinguishing word, which no other label has. `label_words` are the words that give the number its meaning.
    """

    name: str
    label: str
    number: Word
    label_words: tuple[Word, ...]


@dataclass(frozen=True)
class _Mark:
    """A label's distinguishing word (`word`), the label's name, and the text of the word's line (`label`)."""

    name: str
    label: str
    word: Word
    label_words: tuple[Word, ...]

    def paired_with(self, number: Word) -> Pair:
        return Pair(self.name, self.label, number, self.label_words)


def paired(
    run: Sequence[Segment], marks: dict[str, re.Pattern[str]], is_confirmed: Callable[[dict[str, Decimal]], bool]
) -> tuple[Pair, ...] | None:
    """Pair the labels and numbers of a table in several ways. Return the pairs that `is_confirmed` accepts. Return
    None if it accepts none, or if two accepted ways give a label different numbers.

    `marks` has, by the label's name, a regular expression for each label's distinguishing word in small letters.
    `is_confirmed` is called with the numbers by name.
    """
    words = list(_words(run))
    numbers = [word for word, _ in words if NUMBER_IN_A_WORD.fullmatch(word.text)]
    found = list(_marks(words, marks))
    if not numbers or len(found) != len(numbers) or len({mark.name for mark in found}) != len(found):
        return None
    readings: list[list[Pair]] = []
    for pairing in (_behind, _before_each, _down_columns, _below, _above):
        pairs = pairing(found, numbers)
        if pairs is not None and is_confirmed({pair.name: read_number(pair.number.text) for pair in pairs}):
            readings.append(pairs)
    distinct = {tuple(sorted((pair.name, pair.number.text) for pair in pairs)) for pairs in readings}
    return tuple(readings[0]) if len(distinct) == 1 else None


def _words(run: Sequence[Segment]) -> Iterator[tuple[Word, Segment]]:
    """Yield each word of the segments, with the segment that it stands in. Rows of dots (leaders) are left out, but
    a number at the end of such a row is kept.
    """
    for segment in run:
        for word in segment.words:
            listed = _LIST.fullmatch(word.text)
            if listed is None:
                if not _LEADERS.fullmatch(word.text):
                    yield word, segment
                continue
            share = (word.x1 - word.x0) / len(word.text)
            edge = word.x1 - share * len(listed["number"])
            box = word.box and (round(word.box[2] - share * len(listed["number"]), 2), *word.box[1:])
            yield _with(word, listed["label"], word.x0, word.x0 + share * len(listed["label"])), segment
            yield _with(word, listed["number"], edge, word.x1, box), segment


def _with(word: Word, text: str, x0: float, x1: float, box: tuple[float, ...] | None = None) -> Word:
    placed = None if box is None else (box[0], box[1], box[2], box[3])
    return replace(word, text=text, x0=x0, x1=x1, box=placed or word.box)


def _marks(words: Sequence[tuple[Word, Segment]], marks: dict[str, re.Pattern[str]]) -> Iterator[_Mark]:
    """Yield the distinguishing words. `marks` has a regular expression for each label, by the label's name.

    The regular expression must match two words: the distinguishing word and the word before it, such as "not
    upheld". `_before` finds the word before.
    """
    for word, line in words:
        before = _before(word, line, [segment for _, segment in words])
        said = f"{'' if before is None else before.text} {word.text}".casefold().strip(" :*")
        for name, pattern in marks.items():
            if pattern.fullmatch(said):
                beside = [one for one in line.words if not any(map(str.isdigit, one.text))]
                yield _Mark(name, line.text, word, (word, *beside) if before is None else (before, word, *beside))
                break


def _before(word: Word, line: Segment, lines: Sequence[Segment]) -> Word | None:
    """Return the word before a word on its line. If the word is the first on its line, return the last word of the
    line above. Return None if there is no line above, or if the line above is a number.
    """
    place = next(index for index, one in enumerate(line.words) if one.x0 <= word.x0 <= one.x1)
    if place > 0:
        return line.words[place - 1]
    above = [
        other
        for other in lines
        if other is not line and other.overlap(line) > 0 and 0 <= line.top - other.bottom <= 0.8 * line.size
    ]
    nearest = max(above, key=lambda other: other.bottom, default=None)
    return None if nearest is None or NUMBER_IN_A_WORD.fullmatch(nearest.text) else nearest.words[-1]


def _middle(word: Word) -> tuple[float, float]:
    return (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2


def _in_order(marks: Sequence[_Mark], numbers: Sequence[Word], place: Callable[[Word], float]) -> list[Pair] | None:
    """Pair distinguishing words and numbers in the order of their positions; `place` returns a word's position.

    Return None if there are not as many words as numbers. Also return None if a number does not lie between its
    word's two neighbours among the distinguishing words.
    """
    if len(marks) != len(numbers):
        return None
    ordered = sorted(marks, key=lambda mark: place(mark.word))
    sorted_numbers = sorted(numbers, key=place)
    for (mark, following), (number, next_number) in zip(pairwise(ordered), pairwise(sorted_numbers), strict=True):
        if place(number) >= place(following.word) or place(next_number) <= place(mark.word):
            return None
    return [mark.paired_with(number) for mark, number in zip(ordered, sorted_numbers, strict=True)]


def _behind(marks: Sequence[_Mark], numbers: Sequence[Word]) -> list[Pair] | None:
    """Pair labels and numbers if each number follows its label on one line. A line may have several labels."""
    return _in_turn(marks, numbers, 1)


def _before_each(marks: Sequence[_Mark], numbers: Sequence[Word]) -> list[Pair] | None:
    """Pair labels and numbers if each number stands before its label on one line. A line may have several
    labels.
    """
    return _in_turn(marks, numbers, -1)


def _in_turn(marks: Sequence[_Mark], numbers: Sequence[Word], direction: int) -> list[Pair] | None:
    """Pair each label with the next number on its line, to the right (1) or to the left (-1). Return None if a line
    does not consist of such pairs.
    """
    mark_of = {id(mark.word): mark for mark in marks}
    pairs: list[Pair] = []
    words = sorted([*numbers, *(mark.word for mark in marks)], key=lambda word: _middle(word)[1])
    for line in _lines(words, 1):
        ordered = sorted(line, key=lambda word: direction * word.x0)
        if len(ordered) % 2:
            return None
        for label, number in zip(ordered[::2], ordered[1::2], strict=True):
            if id(label) not in mark_of or id(number) in mark_of:
                return None
            pairs.append(mark_of[id(label)].paired_with(number))
    return pairs


def _down_columns(marks: Sequence[_Mark], numbers: Sequence[Word]) -> list[Pair] | None:
    """Pair labels and numbers if one column has all numbers, and each number stands beside some line of its label,
    to its left or right.
    """
    size = numbers[0].size
    edges = [[word.x0 for word in numbers], [word.x1 for word in numbers], [_middle(word)[0] for word in numbers]]
    if min(max(edge) - min(edge) for edge in edges) > SAME_COLUMN_EMS * size:
        return None
    return _in_order(marks, numbers, lambda word: _middle(word)[1])


def _below(marks: Sequence[_Mark], numbers: Sequence[Word]) -> list[Pair] | None:
    """Pair labels and numbers if each line of numbers stands below its labels."""
    return _along_lines(marks, numbers, 1)


def _above(marks: Sequence[_Mark], numbers: Sequence[Word]) -> list[Pair] | None:
    """Pair labels and numbers if each line of numbers stands above its labels."""
    return _along_lines(marks, numbers, -1)


def _along_lines(marks: Sequence[_Mark], numbers: Sequence[Word], direction: int) -> list[Pair] | None:
    """Pair each line of numbers, from left to right, with the labels directly above the line (`direction` is 1) or
    directly below the line (-1). Return None if a line of numbers does not fit its labels, or if a label
    remains.
    """

    def height(word: Word) -> float:
        return direction * _middle(word)[1]

    pairs: list[Pair] = []
    reached = float("-inf")
    for line in _lines(sorted(numbers, key=height), direction):
        own = height(line[0])
        labels = [mark for mark in marks if reached < height(mark.word) < own]
        along = _in_order(labels, line, lambda word: _middle(word)[0]) if labels else None
        if along is None:
            return None
        pairs += along
        reached = own
    return pairs if len(pairs) == len(marks) else None


def _lines(numbers: Sequence[Word], direction: int) -> list[list[Word]]:
    """Group numbers into lines. The numbers are sorted down the page (`direction` is 1) or up the page (-1). The
    lines have the same order.
    """
    line = 0
    keys: list[int] = []
    for index, word in enumerate(numbers):
        if index and direction * (_middle(word)[1] - _middle(numbers[index - 1])[1]) > SAME_LINE_EMS * word.size:
            line += 1
        keys.append(line)
    return [
        [word for _, word in group] for _, group in groupby(zip(keys, numbers, strict=True), key=lambda p: p[0])
    ]
