"""The trial reading: read a season's letters again as if the layouts had the proposed sentences (the additions),
and compare what is read with what was read without them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from redress.check.letter_rules import check_letter
from redress.model.letter import Letter, Verdict
from redress.read.page.document import Document
from redress.read.reader import letter_of
from redress.read.wording.blocks import Additions, layouts_with


@dataclass(frozen=True)
class BeforeAfter:
    """A count without the additions to the layouts, and the same count with the additions."""

    before: int
    after: int


@dataclass(frozen=True)
class Trial:
    """What the additions to the layouts change: how many letters and figures are read from a season, and how many
    rules fail, without and with the additions. `letters` are the letters as read with the additions.
    """

    letters: tuple[Letter, ...]
    extracted: BeforeAfter
    figures: dict[str, BeforeAfter]
    failed_rules: dict[str, BeforeAfter]


def read_with(document: Document, additions: Additions) -> Letter:
    """Return the letter that is read from a document with additions to the layouts."""
    return letter_of(document, layouts_with(additions))


def compared(before: Sequence[Letter], after: Sequence[Letter]) -> Trial:
    """Return what differs between two readings of a season: without and with the additions."""
    return Trial(
        tuple(after),
        BeforeAfter(*(sum(letter.verdict is Verdict.EXTRACTED for letter in read) for read in (before, after))),
        _changed(_figures(before), _figures(after)),
        _counts(_failed(before), _failed(after)),
    )


def _counts(before: Counter[str], after: Counter[str]) -> dict[str, BeforeAfter]:
    return {name: BeforeAfter(before[name], after[name]) for name in sorted({*before, *after})}


def _changed(before: Counter[str], after: Counter[str]) -> dict[str, BeforeAfter]:
    return {name: count for name, count in _counts(before, after).items() if count.before != count.after}


def _figures(letters: Sequence[Letter]) -> Counter[str]:
    return Counter(
        figure.measure if figure.category is None else f"{figure.measure}:{figure.category}"
        for letter in letters
        for figure in letter.figures
    )


def _failed(letters: Sequence[Letter]) -> Counter[str]:
    return Counter(
        check.rule
        for letter in letters
        if letter.verdict is Verdict.EXTRACTED
        for check in check_letter(letter)
        if not check.is_passed
    )
