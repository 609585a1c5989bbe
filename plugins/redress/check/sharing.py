"""Shared paragraphs: in how many councils' letters of one season each paragraph stands, word for word or nearly.

Most of a letter stands in all letters of its season. A paragraph is taken apart into runs of three words, after
names, numbers and dates have become signs. Another council's letters have the paragraph if they have most of its
runs, and some runs of each long sentence. So no page's end and no small edit makes a shared paragraph an own one.
"""

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from redress.model.landed import Disposition, LandedLetter

RUN_WORDS = 3
LEAST_SHARE = 0.5
"""Letters that have at least this share of a paragraph's runs have the paragraph."""
LEAST_SENTENCE_SHARE = 0.3
"""Of each long sentence such letters have at least this share of the runs; a sentence that was put in has fewer."""
LONG_SENTENCE_RUNS = 10

_NUMBER, _NAME = "#", "@"
_TOKEN = re.compile(r"\d[\d.,]*(?:st|nd|rd|th)?|[A-Za-z]+(?:'[a-z]+)?|[.!?]+(?=[\"')\]]*\s)")
_MONTHS = frozenset(name.casefold() for name in calendar.month_name[1:])
_KINDS = frozenset(
    ["council", "borough", "city", "county", "district", "metropolitan", "london", "royal", "authority"]
)
"""Words that many councils' names have, and many sentences too."""
_COMMON = frozenset(["i", "council", "councils", "authority", "ombudsman"])
"""Words that are no name although they begin with a capital letter."""

Run = tuple[str, ...]


@dataclass(frozen=True)
class Sharing:
    """In how many councils' letters a paragraph stands, its own among them, and how many councils were compared."""

    shared_by_count: int
    compared_count: int


def shared_paragraphs(
    letters: Sequence[LandedLetter], dispositions: Iterable[Disposition]
) -> dict[tuple[str, int], Sharing]:
    """Return the sharing of each paragraph of a season, by its letter's sha256 and its place in the letter.

    Letters to one council count once: a letter that was issued again has the paragraphs of the first. A letter
    without a known council stands for a council of its own.
    """
    council_of = {one.letter_sha256: one.authority_id or one.letter_sha256 for one in dispositions}
    written = {one.letter.sha256: one.letter for one in letters if one.letter.paragraphs}
    councils = {
        council: number
        for number, council in enumerate(sorted({council_of.get(sha256, sha256) for sha256 in written}))
    }
    sentences_of: dict[tuple[str, frozenset[str]], tuple[tuple[Run, ...], ...]] = {}
    masks: dict[tuple[tuple[Run, ...], ...], int] = {}
    stands: list[tuple[tuple[str, int], tuple[tuple[Run, ...], ...]]] = []
    for sha256, letter in written.items():
        mask = 1 << councils[council_of.get(sha256, sha256)]
        name = letter.header.authority_name or ""
        for place, paragraph in enumerate(letter.paragraphs):
            own_words = _words_of_name(name, paragraph.text)
            key = paragraph.text, own_words
            if key not in sentences_of:
                sentences_of[key] = _sentences(paragraph.text, own_words)
            sentences = sentences_of[key]
            masks[sentences] = masks.get(sentences, 0) | mask
            stands.append(((sha256, place), sentences))
    counts = _counts(masks, len(councils))
    return {key: Sharing(counts[sentences], len(councils)) for key, sentences in stands}


def _words_of_name(name: str, text: str) -> frozenset[str]:
    """Return the words of a council's name that stand in a text and that no other council's name need have."""
    words = (word for word in re.findall(r"[A-Za-z]+", name) if word in text)
    return frozenset(word.casefold() for word in words if word[0].isupper()) - _KINDS


def _sentences(text: str, own_words: frozenset[str]) -> tuple[tuple[Run, ...], ...]:
    """Return the runs of words of each sentence; a run that goes on in the next sentence belongs to the first."""
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
    return tuple(tuple(runs[begin:end]) for begin, end in zip(begins, ends, strict=True) if runs[begin:end])


def _counts(
    masks: Mapping[tuple[tuple[Run, ...], ...], int], councils_count: int
) -> dict[tuple[tuple[Run, ...], ...], int]:
    """Return for each paragraph in how many councils' letters it stands; `masks` has a bit for each that has it."""
    having: dict[Run, int] = {}
    for sentences, mask in masks.items():
        for sentence in sentences:
            for run in sentence:
                having[run] = having.get(run, 0) | mask
    several = {run: row for row, run in enumerate(run for run, mask in having.items() if mask & (mask - 1))}
    presence = np.zeros((len(several) + 1, councils_count), np.uint8)
    bytes_count = -(-councils_count // 8)
    for run, row in several.items():
        packed = np.frombuffer(having[run].to_bytes(bytes_count, "little"), np.uint8)
        presence[row] = np.unpackbits(packed, count=councils_count, bitorder="little")
    nobody = len(several)
    return {
        sentences: _count(
            [[several.get(run, nobody) for run in sentence] for sentence in sentences], presence, mask
        )
        for sentences, mask in masks.items()
    }


def _count(sentences: Sequence[Sequence[int]], presence: npt.NDArray[np.uint8], mask: int) -> int:
    """Return how many councils have a paragraph; the councils of `mask` have it word for word."""
    found = [presence[rows].sum(axis=0, dtype=np.int32) for rows in sentences]
    whole = sum(len(rows) for rows in sentences)
    have = np.sum(found, axis=0) >= LEAST_SHARE * whole
    for rows, count in zip(sentences, found, strict=True):
        if len(rows) >= LONG_SENTENCE_RUNS:
            have &= count >= LEAST_SENTENCE_SHARE * len(rows)
    others = int(np.count_nonzero(have))
    own = np.unpackbits(
        np.frombuffer(mask.to_bytes(-(-len(have) // 8), "little"), np.uint8), count=len(have), bitorder="little"
    )
    return others + int(np.count_nonzero((own == 1) & ~have))
