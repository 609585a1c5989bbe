"""Shared paragraphs: how many councils' letters of one season have each paragraph, word for word or nearly.

A sign replaces each name, number and date. Then paragraphs are compared by their runs: every three words that
follow each other. If more than half of the councils have a paragraph in about the same words, the paragraph is the
Ombudsman's standard wording. A council has such a paragraph if its letters have at least half of the paragraph's
runs, so a page break or an edit does not hide the paragraph. If fewer councils have a paragraph, about the same
words may say different things to two of them. So such a paragraph counts as shared only if nearly all its words
agree.
"""

import calendar
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from redress.model.landed import Disposition, LandedLetter

RUN_WORDS = 3
LEAST_SHARE = 0.5
"""A council's letters have a paragraph in about the same words only if they have at least this share of its runs of
words. Another paragraph has nearly the same words only if it, too, has at least this share of the runs."""
LEAST_SENTENCE_SHARE = 0.3
"""A council's letters must also have at least this share of the runs of each long sentence of the paragraph. If a
sentence was added for one council, the letters of other councils have a smaller share of its runs."""
LONG_SENTENCE_RUNS = 10
STANDARD_SHARE = 0.5
"""If more than this share of the councils have a paragraph in their letters, the paragraph is standard wording."""
OTHER_WORDS_SHARE = 0.1
"""If a paragraph is not standard wording, another paragraph has nearly the same words only if it lacks at most this
share of the paragraph's words, or one word."""
LEAST_LETTERS = 4
"""A word with fewer characters is not compared, because short words say little about the topic of a paragraph."""

_NUMBER, _NAME = "#", "@"
_TOKEN = re.compile(r"\d[\d.,]*(?:st|nd|rd|th)?|[A-Za-z]+(?:'[a-z]+)?|[.!?]+(?=[\"')\]]*\s)")
_MONTHS = frozenset(name.casefold() for name in calendar.month_name[1:])
_KINDS = frozenset(
    ["council", "borough", "city", "county", "district", "metropolitan", "london", "royal", "authority"]
)
"""Words that many councils have in their names, and that many sentences have too."""
_COMMON = frozenset(["i", "council", "councils", "authority", "ombudsman"])
"""Words that are not names, although they can begin with a capital letter."""
_SAYING_LITTLE = frozenset(
    ["that", "this", "with", "from", "have", "been", "were", "your", "they", "their", "which", "about", "when"]
)

Run = tuple[str, ...]


@dataclass(frozen=True)
class Sharing:
    """How many councils have a paragraph in their letters (the letter's own council included), and how many
    councils were compared.
    """

    shared_by_count: int
    compared_count: int


@dataclass(frozen=True)
class _Prose:
    """A paragraph in the form in which paragraphs are compared: for each of its sentences, the runs (three words in
    a row).
    """

    sentences: tuple[tuple[Run, ...], ...]

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        return tuple(run for sentence in self.sentences for run in sentence)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that say what the paragraph is about. Short words and very common words are left out."""
        return frozenset(word for run in self.runs for word in run if len(word) >= LEAST_LETTERS) - _SAYING_LITTLE


def shared_paragraphs(
    letters: Sequence[LandedLetter], dispositions: Iterable[Disposition]
) -> dict[tuple[str, int], Sharing]:
    """Return how widely each paragraph of a season's letters is shared, by the sha256 of the letter and the
    paragraph's position in the letter (from 0).

    All letters to one council count once, because a re-issued letter repeats the paragraphs of the first letter. If
    the council of a letter is not known, the letter counts as a letter to one more council.
    """
    council_of = {one.letter_sha256: one.authority_id or one.letter_sha256 for one in dispositions}
    written = {one.letter.sha256: one.letter for one in letters if one.letter.paragraphs}
    councils = {
        council: number
        for number, council in enumerate(sorted({council_of.get(sha256, sha256) for sha256 in written}))
    }
    known: dict[tuple[str, frozenset[str]], _Prose] = {}
    masks: dict[_Prose, int] = {}
    stands: list[tuple[tuple[str, int], _Prose]] = []
    for sha256, letter in written.items():
        mask = 1 << councils[council_of.get(sha256, sha256)]
        name = letter.header.authority_name or ""
        for place, paragraph in enumerate(letter.paragraphs):
            own_words = _words_of_name(name, paragraph.text)
            key = paragraph.text, own_words
            if key not in known:
                known[key] = _prose(paragraph.text, own_words)
            prose = known[key]
            masks[prose] = masks.get(prose, 0) | mask
            stands.append(((sha256, place), prose))
    counts = _standard_counts(masks, len(councils))
    counts |= _near_counts(masks, [prose for prose, count in counts.items() if not count])
    return {key: Sharing(counts[prose], len(councils)) for key, prose in stands}


def _words_of_name(name: str, text: str) -> frozenset[str]:
    """Return the words of a council's name that stand in a text. Words that many councils have in their names are
    left out.
    """
    words = (word for word in re.findall(r"[A-Za-z]+", name) if word in text)
    return frozenset(word.casefold() for word in words if word[0].isupper()) - _KINDS


def _prose(text: str, own_words: frozenset[str]) -> _Prose:
    """Return a text in the form in which paragraphs are compared. A run of words that goes over the end of a
    sentence belongs to the sentence in which the run begins. `own_words` are the words of the council's name, in
    lower case.
    """
    tokens: list[str] = []
    begins: list[int] = [0]
    is_first = True
    for token in _TOKEN.findall(text):
        if token[0] in ".!?":
            if begins[-1] != len(tokens):
                begins.append(len(tokens))
            is_first = True
            continue
        small = token.casefold().removesuffix("'s")
        if token[0].isdigit() or (small in _MONTHS and token[0].isupper()):
            small = _NUMBER
        elif small in own_words or (token[0].isupper() and not is_first and small not in _COMMON):
            small = _NAME
        is_first = False
        if small not in (_NUMBER, _NAME) or tokens[-1:] != [small]:
            tokens.append(small)
    runs = [tuple(tokens[at : at + RUN_WORDS]) for at in range(max(len(tokens) - RUN_WORDS + 1, 1))]
    ends = [*begins[1:], len(tokens)]
    return _Prose(tuple(tuple(runs[begin:end]) for begin, end in zip(begins, ends, strict=True) if runs[begin:end]))


def _standard_counts(masks: Mapping[_Prose, int], councils_count: int) -> dict[_Prose, int]:
    """Return a number for each paragraph: if the paragraph is standard wording, how many councils have it;
    otherwise 0.

    `masks` has a number for each paragraph, with one bit for each council whose letters have the paragraph word for
    word.
    """
    having: dict[Run, int] = {}
    for prose, mask in masks.items():
        for run in prose.runs:
            having[run] = having.get(run, 0) | mask
    several = {run: row for row, run in enumerate(run for run, mask in having.items() if mask & (mask - 1))}
    nobody = len(several)
    presence = np.zeros((nobody + 1, councils_count), np.uint8)
    for run, row in several.items():
        packed = np.frombuffer(having[run].to_bytes(-(-councils_count // 8), "little"), np.uint8)
        presence[row] = np.unpackbits(packed, count=councils_count, bitorder="little")
    counts = {}
    for prose in masks:
        rows = [[several.get(run, nobody) for run in sentence] for sentence in prose.sentences]
        count = int(np.count_nonzero(_have(rows, presence)))
        counts[prose] = count if count > STANDARD_SHARE * councils_count else 0
    return counts


def _have(sentences: Sequence[Sequence[int]], presence: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Return, for each council, whether its letters have a paragraph in about the same words.

    `sentences` has, for each sentence of the paragraph, the rows of its runs in `presence`. A row of `presence`
    says which councils have the run.
    """
    found = [presence[rows].sum(axis=0, dtype=np.int32) for rows in sentences]
    have: npt.NDArray[np.bool_] = np.sum(found, axis=0) >= LEAST_SHARE * sum(map(len, sentences))
    for rows, count in zip(sentences, found, strict=True):
        if len(rows) >= LONG_SENTENCE_RUNS:
            have &= count >= LEAST_SENTENCE_SHARE * len(rows)
    return have


def _near_counts(masks: Mapping[_Prose, int], proses: Sequence[_Prose]) -> dict[_Prose, int]:
    """Return, for each paragraph of `proses`, how many councils have it in nearly the same words.

    `masks` is as for `_standard_counts`.
    """
    others = list(masks.items())
    having: dict[Run, list[int]] = {}
    for number, (other, _) in enumerate(others):
        for run in set(other.runs):
            having.setdefault(run, []).append(number)
    counts = {}
    for prose in proses:
        runs = Counter(prose.runs)
        common: Counter[int] = Counter()
        for run, times in runs.items():
            for number in having[run]:
                common[number] += times
        mask = 0
        allowed = max(1, OTHER_WORDS_SHARE * len(prose.words))
        for number, count in common.items():
            other, of_other = others[number]
            if count >= LEAST_SHARE * len(prose.runs) and len(prose.words - other.words) <= allowed:
                mask |= of_other
        counts[prose] = mask.bit_count()
    return counts
