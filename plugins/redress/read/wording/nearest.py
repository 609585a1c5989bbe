"""Find the known sentence that is most like a new sentence, and where the two differ."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from redress.read.layouts.known import SENTENCES
from redress.read.page.sentences import Sentence
from redress.read.wording.patterns import Pattern

LEAST_NEARNESS = 0.15
_SLOT = re.compile(r"\{\w+:\w+\}|\{\}")
_OPTIONAL = re.compile(r"\[[^\]]*\]\s*")
_CHOICE = re.compile(r"\(([^|)]*)[^)]*\)")


@dataclass(frozen=True)
class Nearest:
    """A known sentence in its simplest form, its likeness to a new sentence (0 to 1), and what has changed in the
    new sentence.
    """

    template: str
    plain: str
    likeness: float
    changes: tuple[str, ...]


def plain_of(template: str) -> str:
    """Return a template in its simplest form: with the first of the words in each choice, and without optional
    words.
    """
    return " ".join(_CHOICE.sub(r"\1", _OPTIONAL.sub("", template)).split())


def words_of_text(text: str) -> list[str]:
    """Return the words of a sentence in small letters. Each slot becomes the same mark."""
    return [word.casefold().strip(".,;:") for word in _SLOT.sub("{}", text).split()]


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how similar two sentences are, from 0 to 1: the share of their words that stand in both, in the same
    order.
    """
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def nearest_to(pattern: Pattern, stating: Sequence[Sentence]) -> Nearest | None:
    """Return the known sentence that is most like a pattern. Return None if even that sentence is hardly like it.

    `stating` are the sentences that state the figures that the pattern may state. If there are none, the pattern is
    compared with all known sentences.
    """
    own = words_of_text(pattern.text(["{}"] * len(pattern.slots)))
    plain = {sentence.template: plain_of(sentence.template) for sentence in stating or SENTENCES}
    scored = [(likeness(own, words_of_text(words)), template, words) for template, words in plain.items()]
    best = max(scored, key=lambda one: one[0], default=None)
    if best is None or best[0] <= LEAST_NEARNESS:
        return None
    return Nearest(best[1], best[2], best[0], tuple(_changes(words_of_text(best[2]), own)))


def _changes(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    for what, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old, new = " ".join(before[a:b]), " ".join(after[c:d])
        if what == "replace":
            yield f'"{old}" is now "{new}"'
        elif what == "delete":
            yield f'"{old}" is gone'
        elif what == "insert":
            yield f'"{new}" is new'
