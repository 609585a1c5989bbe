"""Findings: for each sentence that no layout knows, which figures its slots can hold, and how far arithmetic proves
it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from redress.model.measures import HEADLINE_NAMES
from redress.read.wording.arithmetic import holds_mostly
from redress.read.wording.blocks import home_of, sentences_stating
from redress.read.wording.facts import Facts, SlotPlace
from redress.read.wording.nearest import Nearest, likeness, nearest_to, plain_of, words_of_text
from redress.read.wording.patterns import Pattern
from redress.read.wording.proposals import Proposal, Proposals, Strength, proposals_of
from redress.read.wording.search import search
from redress.read.wording.tokens import SlotKind

LEAST_LIKENESS = 0.4
MOST_GUESSES = 3
WORDS_BESIDE = 5
MOST_PLACES = 80
"""The most slots that arithmetic looks at; the most common slots come first. The letters of a season state about
twenty numbers."""
_OF_OTHERS = re.compile(
    r"\b(?:last year|previous(?:ly)?|year before|national(?:ly)?|england"
    r"|all (?:authorities|councils|organisations))\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b20\d\d\b")


@dataclass(frozen=True)
class SlotFinding:
    """One slot, and the proposals for the figure that the slot may hold, the best first. `note` says what else is
    known about the slot.
    """

    place: SlotPlace
    kind: SlotKind
    proposals: tuple[Proposal, ...]
    note: str = ""

    @property
    def first(self) -> Proposal | None:
        return self.proposals[0] if self.proposals else None


@dataclass(frozen=True)
class SentenceFinding:
    """A sentence with the findings for its slots, and the known sentence that is most like it."""

    pattern: Pattern
    slots: tuple[SlotFinding, ...]
    nearest: Nearest | None

    @property
    def strength(self) -> Strength | None:
        """The weakest strength among the first proposals of the slots. None if no slot's first proposal is a known
        measure.
        """
        found = [slot.first.strength for slot in self.slots if slot.first is not None and slot.first.figure]
        order = list(Strength)
        return max(found, key=order.index, default=None)


def findings_of(facts: Facts) -> list[SentenceFinding]:
    """Return a finding for each sentence that several letters of a season share: the figures that its slots may
    hold.
    """
    places = [
        place
        for place in facts.slots
        if not facts.patterns[place.pattern].slots[place.slot].is_constant
        and of_others(facts.patterns[place.pattern], facts.season.year) is None
    ][:MOST_PLACES]
    by_place = proposals_of(facts, search(facts, places), places)
    certain = {one.figure for found in by_place.values() for one in found if one.strength is Strength.PROVEN}
    _add_guesses(facts, by_place, certain)
    return [_finding(facts, index, by_place) for index in range(len(facts.patterns))]


def of_others(pattern: Pattern, year: int) -> str | None:
    """Return the words of a sentence that refer to another year or to other councils. Return None if there are
    none.
    """
    text = pattern.text(["{}"] * len(pattern.slots))
    match = _OF_OTHERS.search(text)
    if match is not None:
        return match.group()
    other = (one for one in _YEARS.findall(text) if int(one) not in (year, year - 1))
    return next(other, None)


def _add_guesses(facts: Facts, by_place: Proposals, certain: set[str | None]) -> None:
    """If a slot has no proposal, propose figures by the words of its sentence, except the figures in `certain`.
    Sort proposals of equal strength by how well the words fit.
    """
    for place in facts.slots:
        pattern = facts.patterns[place.pattern]
        if by_place[place]:
            by_place[place].sort(
                key=lambda one: (list(Strength).index(one.strength), -_fit(facts, place, one.figure or ""))
            )
            continue
        if not pattern.is_statistic or of_others(pattern, facts.season.year) is not None:
            continue
        kind = facts.kind(place)
        guesses = [
            (_fit(facts, place, figure), figure)
            for figure in HEADLINE_NAMES
            if figure not in certain
            and figure.endswith("_pct") == (kind is SlotKind.PER_CENT)
            and facts.is_missing(figure, place)
        ]
        for fit, figure in sorted(guesses, reverse=True)[:MOST_GUESSES]:
            if fit >= LEAST_LIKENESS:
                by_place[place].append(Proposal(figure, Strength.UNPROVEN, "by its words alone"))


def _fit(facts: Facts, place: SlotPlace, figure: str) -> float:
    """Return how well a slot fits a figure. Compare the words beside the slot with the words beside the figure in
    each known sentence that states the figure, and take the best likeness. If the slot stands in the figure's
    block, add a bonus.
    """
    pattern = facts.patterns[place.pattern]
    names = ["{}"] * len(pattern.slots)
    names[place.slot] = "{THIS}"
    own = _beside(pattern.text(names).split(), "{THIS}")
    best = 0.0
    for sentence in sentences_stating(figure):
        words = _beside(plain_of(sentence.template).split(), f"{{{figure}:")
        best = max(best, likeness(words_of_text(" ".join(own)), words_of_text(" ".join(words))))
    home = home_of(figure)
    return best + (0.3 if home is not None and pattern.block == home else 0.0)


def _beside(words: Sequence[str], name: str) -> list[str]:
    """Return the words of a sentence that stand close to the slot with the name `name`. In these words, "{}" takes
    the place of the slot.
    """
    place = next((index for index, word in enumerate(words) if name in word), 0)
    return [
        "{}" if name in word else word for word in words[max(0, place - WORDS_BESIDE) : place + WORDS_BESIDE + 1]
    ]


def _finding(facts: Facts, index: int, by_place: Proposals) -> SentenceFinding:
    pattern = facts.patterns[index]
    slots = []
    for number, slot in enumerate(pattern.slots):
        place = SlotPlace(index, number)
        slots.append(SlotFinding(place, slot.kind, tuple(by_place.get(place, ())), _note(facts, pattern, number)))
    first = next((one.first.figure for one in slots if one.first is not None and one.first.figure), None)
    nearest = None if pattern.row else nearest_to(pattern, sentences_stating(first) if first else ())
    return SentenceFinding(pattern, tuple(slots), nearest)


def _note(facts: Facts, pattern: Pattern, number: int) -> str:
    slot = pattern.slots[number]
    season = facts.season
    if slot.kind is SlotKind.DATE:
        days = [one.day for one in slot.by_letter.values()]
        for day, what in ((season.period_start, "period_start"), (season.period_end, "period_end")):
            count = sum(one == day for one in days)
            if holds_mostly(count, len(days)) or count == len(days):
                return f"{what}: {day:%-d %B %Y} in {count} of {len(days)} letters"
        return "a date"
    if slot.kind is SlotKind.YEARS:
        count = sum(_ends_in(one.text, season.year) for one in slot.by_letter.values())
        return f"the season's years in {count} of {len(slot.by_letter)} letters"
    others = of_others(pattern, season.year)
    if others is not None:
        return f'the sentence speaks of "{others}"'
    if slot.is_constant:
        return f"{next(iter(slot.by_letter.values())).text} in all letters, which proves nothing"
    return ""


def _ends_in(years: str, year: int) -> bool:
    """Return whether years in words, such as 2025-26, end in a year."""
    return years[-2:] == str(year)[-2:]
