"""The sentences that letters print: how a sentence is written here, and how it is found in a passage.

A sentence is written as the letter prints it. A name in braces stands for a number, date or name. Words in square
brackets may be left out. Round brackets hold a choice: the letter prints one of the alternatives.

    Sentence("[In] {compliance_rate_pct:percent} of cases we were satisfied the (authority|Council) had ...")

A sentence is searched without the spaces within a line (see `squeezed`). It is found only where a sentence can end,
and where a sentence can begin: at the start of a passage, at the start of a paragraph, or after the end of another
sentence. So "Nationally, 66% of complaints we investigated were upheld." does not count as a sentence about the
council.
"""

import bisect
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from redress.model.letter import Box, Figure
from redress.read.page.dates import read_date
from redress.read.page.document import Segment, Word, first_doubt
from redress.read.page.numbers import BEGINNING_OF_A_NUMBER, TENS, read_number
from redress.read.page.templates import Phrase, pattern_of, phrases_of

_PARAGRAPH_GAP_EMS = 0.9
"""If the gap between two lines is wider than this, in units of their type size, the lower line begins a
paragraph."""
_PARTS_OF_A_NUMBER = frozenset("0123456789.,")
_SENTENCE_END = re.compile(r"[.!?]$")
"""The end of a sentence. A colon does not end a sentence: "Last year: 53% of complaints we investigated were
upheld." is about another year."""
_DIGITS_GO_ON = re.compile(r"\d(?:,|\s?-|\ufffc)?$")
"""The end of a text if the digits that begin the next line may be the rest of its number: "1", "1,", "1-", "1" and
a picture."""
_DIGITS_GO_ON_IN_A_BOX = re.compile(
    r"(?:(?<![\d/-])\d{1,3}(?:[^\w\s)\]}>%\"?!;|]|[_ʼ])"
    r"|(?:^|\s)[-−‒➖+±~<>≈≤≥£$=])$"
)
"""The same in a text or a web page, which do not say whether two lines stand above or beside each other: "1.", and
a sign alone on its line. The end of a year or a season, such as "2019-20.", does not match."""
_WORDS_GO_ON = re.compile(rf"(?:hundred|thousand|million|{'|'.join(TENS)})\s?(?:and|-)?$", re.IGNORECASE)
"""The end of a text if the number that begins the next line may be the rest of a number in words."""
LETTERS_BEFORE = 20
"""How many letters before a sentence are looked at, to see whether they are the beginning of its number."""
LEAST_SENTENCE_LETTERS = 20
"""If a text before a sentence has fewer letters than this, it is not a sentence itself, but introduces the
sentence."""


@dataclass(frozen=True)
class Passage:
    """Segments that are read as one text. Each character of the text can be traced back to its word."""

    segments: tuple[Segment, ...]

    @cached_property
    def _layout(
        self,
    ) -> tuple[str, tuple[tuple[int, int, Word], ...], frozenset[int], frozenset[int], frozenset[int]]:
        text = ""
        places: list[tuple[int, int, Word]] = []
        starts: set[int] = {0}
        lines: set[int] = {0}
        parts: set[int] = {0}
        right_edge = max((segment.x1 for segment in self.segments), default=0.0)
        previous: Segment | None = None
        for segment in self.segments:
            for index, word in enumerate(segment.words):
                if index == 0 and previous is not None and text.endswith("-") and word.text[:1].islower():
                    text = text[:-1]  # a word divided at the end of a line
                elif text and (index == 0 or (text[-1] in _PARTS_OF_A_NUMBER and word.text[0].isdigit())):
                    text += " "
                if index == 0 and previous is not None:
                    lines.add(len(text))
                    if _is_paragraph(previous, segment, right_edge):
                        starts.add(len(text))
                    if _is_set_apart(previous, segment):
                        parts.add(len(text))
                places.append((len(text), len(text) + len(word.text), word))
                text += word.text
            previous = segment
        return text, tuple(places), frozenset(starts), frozenset(lines), frozenset(parts)

    @property
    def text(self) -> str:
        """The words of the passage as one text. The words of a line follow each other without spaces, but two
        numbers have a space between them. Two lines have a space between them, unless a hyphen divides a word at
        the end of the upper line.
        """
        return self._layout[0]

    @property
    def placed_words(self) -> tuple[tuple[int, int, Word], ...]:
        """The words in the order of print. Each has the offset of its first letter and the offset after its last
        letter.
        """
        return self._layout[1]

    @cached_property
    def folded(self) -> str:
        """The text in small letters."""
        return self.text.casefold()

    @property
    def paragraph_starts(self) -> frozenset[int]:
        """The offsets in the text at which a paragraph begins; `_is_paragraph` says how a paragraph is
        recognised.
        """
        return self._layout[2]

    @property
    def line_starts(self) -> frozenset[int]:
        """The offsets in the text at which a line begins."""
        return self._layout[3]

    @property
    def part_starts(self) -> frozenset[int]:
        """The offsets in the text at which a part begins. A part is a paragraph with a gap above it, or in another
        type size than the text above it.
        """
        return self._layout[4]

    def up_to_a_word(self, pattern: re.Pattern[str], match: re.Match[str]) -> re.Match[str] | None:
        """Return a match of the regular expression that begins where `match` begins and ends where a word ends.
        Return None if there is no such match.

        So the text "1 upheld decision Statistics" does not match "1 upheld decisions", although spaces do not
        count.
        """
        ends = [end for _, end, _ in self._layout[1]]
        index = bisect.bisect_left(ends, match.end())
        for end in reversed(ends[max(0, index - 1) : index + 1]):
            end -= len(self.text[:end]) - len(self.text[:end].rstrip(".,;:)"))
            if (whole := pattern.fullmatch(self.text, match.start(), end)) is not None:
                return whole
        return None

    def words(self, start: int, end: int) -> tuple[Word, ...]:
        """Return the words that lie wholly or partly between two offsets of the text."""
        return tuple(word for first, last, word in self._layout[1] if first < end and last > start)


def _is_paragraph(above: Segment, below: Segment, right_edge: float) -> bool:
    """Return whether a line, `below`, begins a paragraph. It does in three cases: the gap above it is wide, its
    type size differs from that of the line `above`, or the line `above` had room for the first word of `below`.
    """
    if above.page != below.page:
        return False
    first = below.words[0]
    return _is_set_apart(above, below) or above.x1 + above.size + (first.x1 - first.x0) < right_edge - min(
        above.size, below.size
    )


def _is_set_apart(above: Segment, below: Segment) -> bool:
    size = min(above.size, below.size)
    return above.page == below.page and (
        below.top - above.bottom > _PARAGRAPH_GAP_EMS * size or abs(above.size - below.size) > 0.1 * size
    )


@dataclass(frozen=True)
class Found:
    """A sentence that was found, with its place in a passage."""

    sentence: "Sentence"
    match: re.Match[str]
    passage: Passage

    @property
    def start(self) -> int:
        """The offset of the sentence's first letter. If an optional first word is missing, the match may begin with
        a space, which is not counted as a part of the sentence.
        """
        start = self.match.start()
        return start + (self.passage.text[start : start + 1] == " ")

    @property
    def end(self) -> int:
        return self.match.end()

    @property
    def following(self) -> int:
        """The offset of the words that follow the sentence."""
        return self.end + 1 if self.passage.text[self.end : self.end + 1] == " " else self.end

    @property
    def text(self) -> str:
        """The sentence as printed."""
        return " ".join(word.text for word in self.words).rstrip(" .,;:").replace(" %", "%")

    @property
    def words(self) -> tuple[Word, ...]:
        return self.passage.words(self.start, self.end)

    def stated(self, name: str) -> str | None:
        """Return what is printed in the place of a name in braces. Return None if the sentence has no such name, or
        if the words with the name are left out in print.
        """
        return self.match.groupdict().get(name)

    def date(self, name: str) -> dt.date | None:
        """Return the date that is printed in the place of a name in braces. Return None if nothing is printed in
        this place, or if `read_date` finds no date in the words.
        """
        text = self.stated(name)
        return None if text is None else read_date(text)

    def figure(self, name: str, measure: str | None = None, category: str | None = None) -> Figure:
        """Return the figure that is printed in the place of a name in braces. If no `measure` is given, the name is
        the figure's measure. If the figure is in a table, `category` is its category.
        """
        words = self.passage.words(*self.match.span(name))
        text = " ".join(self.match.group(name).split())
        value = read_number(text)
        if not text[0].isdigit():  # a number in words has spaces between its words
            text = " ".join(word.text for word in words).strip(".,;:")
        return Figure(
            measure=measure or name,
            category=category,
            value=value,
            text=text,
            sentence=self.text,
            page=None if words[0].box is None else words[0].page,
            box=around(words),
            line=words[0].line,
            is_ocr=any(word.is_ocr for word in words),
            doubt=self._doubt(words),
        )

    def _doubt(self, number: Sequence[Word]) -> str | None:
        """Return the first doubt of the number's own words, or else of the sentence's words without digits, which
        give the number its meaning. Return None if none of these words has a doubt.
        """
        meaning = (word for word in self.words if not any(map(str.isdigit, word.text)))
        return first_doubt((*number, *meaning))


@dataclass(frozen=True)
class Sentence:
    """The template of a sentence; the module's docstring says how to write it."""

    template: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(pattern_of(self.template), re.IGNORECASE)

    @cached_property
    def longest_word(self) -> str:
        """The longest word that the sentence always has, in small letters. If there is no such word, an empty text.

        If a text does not have the word, the sentence need not be searched in it.
        """
        words = (word.strip(".,") for phrase in self.phrases for word in phrase.words)
        return max(words, key=lambda word: (len(word), word), default="")

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        """The phrases of the sentence. A phrase is a group of words that always follow each other directly. Between
        two phrases stands a name in braces, a choice or an optional word.
        """
        return phrases_of(self.template)

    def may_stand_in(self, text: str) -> bool:
        """Return whether a text may have the words of the sentence, on one line or divided over two lines. The text
        must have the form that `ruled` returns.

        The result may be true for a text without the sentence, but is never false for a text with the sentence.
        """
        return "-\n" in text or all(phrase.may_stand_in(text) for phrase in self.phrases)

    @property
    def is_prose(self) -> bool:
        """Whether the sentence belongs to running text. It does if it gives a percentage."""
        return ":percent}" in self.template

    @property
    def names(self) -> tuple[str, ...]:
        """The names in braces, of numbers, dates and other words, in the order of print."""
        return tuple(self.pattern.groupindex)


def find(sentences: Sequence[Sentence], passage: Passage) -> tuple[Found, ...]:
    """Return the sentences that a passage has, in the order of print. A sentence counts only where a sentence can
    begin and end.

    If several sentences begin in one place, the longest counts: "17 upheld decisions per 100,000 residents" is not
    "17 upheld decisions".
    """
    found: list[Found] = []
    candidates = sorted(
        (
            Found(sentence, whole, passage)
            for sentence in sentences
            if sentence.longest_word in passage.folded
            for match in sentence.pattern.finditer(passage.text)
            if (whole := passage.up_to_a_word(sentence.pattern, match)) is not None
        ),
        key=lambda candidate: (candidate.start, -candidate.end),
    )
    starts = {candidate.start for candidate in candidates}
    for candidate in candidates:
        if found and candidate.start < found[-1].end:
            continue
        if _can_begin(candidate, found) and (_can_end(candidate) or candidate.following in starts):
            found.append(candidate)
    return tuple(found)


def _can_begin(candidate: Found, found: Sequence[Found]) -> bool:
    before = candidate.passage.text[: candidate.start].rstrip()
    paragraph = max(start for start in candidate.passage.paragraph_starts if start <= candidate.start)
    if not before:
        return True
    if found and not candidate.passage.text[found[-1].end : candidate.start].strip(" ."):
        return True
    if _may_be_cut(candidate, before):
        return False  # two numbers in a row: nobody can say which one is meant, or whether they are one
    if candidate.start == paragraph:
        return True
    return _SENTENCE_END.search(before) is not None and not _is_introduction(before[paragraph:])


def _may_be_cut(candidate: Found, before: str) -> bool:
    """Return whether a sentence begins with a number that may be only the rest of a number. Then the text before
    the sentence ends with the number's beginning.
    """
    first, end = candidate.words[0], before[-LETTERS_BEFORE:]
    if not first.text[0].isdigit():
        begins = re.match(BEGINNING_OF_A_NUMBER, first.text, re.IGNORECASE) is not None
        return begins and _WORDS_GO_ON.search(end) is not None
    ends = (_DIGITS_GO_ON, _WORDS_GO_ON) if first.box else (_DIGITS_GO_ON, _WORDS_GO_ON, _DIGITS_GO_ON_IN_A_BOX)
    return any(pattern.search(end) for pattern in ends)


def _is_introduction(text: str) -> bool:
    """Return whether the text before a sentence in its paragraph, such as "Last year.", only introduces the
    sentence.
    """
    *_, last = re.split(r"[.:;!?](?!\d)", text.rstrip(".!?"))
    return len(last) < LEAST_SENTENCE_LETTERS


def _can_end(candidate: Found) -> bool:
    """Return whether a found sentence ends after its last word. It does not end there if the print goes on, as in
    "... in similar authorities in 2019-20."

    A sentence of prose gives a percentage. It ends with a full stop, with the passage, or where a part of the
    passage begins (see `Passage.part_starts`). A short line of counts also ends where a paragraph begins, and where
    a line begins that does not start with a small letter.
    """
    passage, start = candidate.passage, candidate.following
    mark = passage.text[candidate.end : candidate.end + 1]
    if not mark or mark == "." or start in passage.part_starts:
        return True
    if candidate.sentence.is_prose:
        return False
    is_new_line = start in passage.line_starts and not passage.text[start : start + 1].islower()
    return is_new_line or start in passage.paragraph_starts


def around(words: Sequence[Word]) -> Box | None:
    """Return the smallest box, in points, around those words that stand on the first word's page. Return None if
    the words have no boxes.
    """
    boxes = [word.box for word in words if word.box is not None and word.page == words[0].page]
    if not boxes:
        return None
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
