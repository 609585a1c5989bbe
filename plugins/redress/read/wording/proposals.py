"""Proposals: which figure a slot may hold, as far as arithmetic can tell.

Some proposals come from `search.py`, which looks for the figures of all slots together. The other proposals are
made here. They are for slots that hold averages of similar authorities, shares of other numbers, or a known figure
that is printed again.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import permutations
from math import log10

import numpy as np

from redress.model.measures import HEADLINE_NAMES, TABLE_MEASURES
from redress.read.wording.arithmetic import holds_mostly, log_odds, share_holds, share_is_asked
from redress.read.wording.averages import AVERAGES, is_near, type_constant
from redress.read.wording.blocks import states
from redress.read.wording.facts import Facts, SlotPlace, Values
from redress.read.wording.search import PROVEN_LOG_ODDS, Result
from redress.read.wording.tokens import SlotKind

BASE = "satisfactory_remedy_printed_base_count"


class Strength(StrEnum):
    """How far arithmetic proves a proposal."""

    PROVEN = "proven"
    EQUAL = "one of several that prove equally well"
    UNPROVEN = "unproven"


@dataclass(frozen=True)
class Proposal:
    """A proposal for a slot: the figure that the slot may hold, and why. The reason was checked in `asked` letters
    and holds in `held` of them. If a new measure is proposed, `figure` is None.
    """

    figure: str | None
    strength: Strength
    because: str
    held: int = 0
    asked: int = 0
    log_odds: float = 0.0


Proposals = dict[SlotPlace, list[Proposal]]


def proposals_of(facts: Facts, result: Result, places: Sequence[SlotPlace]) -> Proposals:
    """Return the proposals of arithmetic for some slots. If there is no proposal for a slot, its list is empty."""
    by_place: Proposals = defaultdict(list)
    untied = _untied(facts, result)
    for place in places:
        by_place[place] += _of_search(result, place, is_tied=place not in untied)
    _add_averages(facts, result, places, by_place)
    _add_bases(facts, result, places, by_place)
    _add_shares(facts, places, by_place)
    return by_place


def _untied(facts: Facts, result: Result) -> set[SlotPlace]:
    """Return the untied slots: the best explanations give these slots figures, but nothing around the slots
    supports the figures.

    A slot is supported if it stands below the heading of a block that states its figure, in a row of a table, or in
    a known sentence. In each explanation, a proof with an unsupported slot proves nothing. So the proof's other
    slots become unsupported too, and with them every other proof that has one of these slots. A slot is untied if
    it is supported in none of the best explanations that give it a figure.
    """
    explained: set[SlotPlace] = set()
    tied: set[SlotPlace] = set()
    for explanation in result.best:
        lost = {place for place, figure in explanation.figures.items() if not _is_at_home(facts, place, figure)}
        while more := {
            place for proof in explanation.proofs if proof.places & lost for place in proof.places - lost
        }:
            lost |= more
        explained |= explanation.figures.keys()
        tied |= explanation.figures.keys() - lost
    return explained - tied


def _is_at_home(facts: Facts, place: SlotPlace, figure: str) -> bool:
    pattern = facts.patterns[place.pattern]
    return ":" in figure or pattern.known is not None or states(pattern.block, figure)


def _of_search(result: Result, place: SlotPlace, *, is_tied: bool) -> Iterator[Proposal]:
    """Yield the figures that the best explanations give for a slot, as proposals. If `is_tied` is False (see
    `_untied`), the slot may hold a new measure instead. So a new measure is then proposed too, unless the figure is
    unproven.
    """
    figures = result.figures_of(place)
    for figure in (one for one in figures if one is not None):
        proof = result.proof(place, figure)
        if proof is None:
            continue
        odds = dict(proof.odds)[place]
        strength = Strength.PROVEN if len(figures) == 1 and is_tied else Strength.EQUAL
        if odds > PROVEN_LOG_ODDS:
            strength = Strength.UNPROVEN
        yield Proposal(figure, strength, proof.relation.sentence, proof.held, proof.asked, odds)
        if strength is Strength.EQUAL and not is_tied:
            because = "nothing known says that it is no other measure, which may be made alike"
            yield Proposal(None, Strength.EQUAL, because, proof.held, proof.asked, odds)


def _resolved(facts: Facts, result: Result, figure: str) -> Values | None:
    """Return the values of a figure. If the best explanations give the figure to slots, return the values of the
    slot with the most values, or None if the slots differ. If they give the figure to no slot, return the values
    that the reader has read, or None if it has read none.
    """
    slots = {place for one in result.best for place, name in one.figures.items() if name == figure}
    if len(slots) == 1:
        return facts.values(figure, next(iter(slots)))
    if len(slots) > 1:
        every = [facts.values(figure, place) for place in slots]
        fullest = max(every, key=lambda values: int((~np.isnan(values)).sum()))
        return fullest if all(_alike(fullest, other) for other in every) else None
    return facts.read.get(figure)


def _add_averages(facts: Facts, result: Result, places: Sequence[SlotPlace], by_place: Proposals) -> None:
    """Propose averages for slots that hold one value for each council type."""
    found: dict[str, list[tuple[SlotPlace, Proposal]]] = defaultdict(list)
    doubtful: set[SlotPlace] = set()
    for place in places:
        constant = type_constant(facts, place)
        if constant is None or by_place[place]:
            continue
        is_rate = facts.kind(place) is SlotKind.PER_CENT
        odds = constant.log_odds + log10(len(places) * len(AVERAGES))
        if not is_rate:
            figure = "upheld_per_100k_type_average"
            if facts.has_decimals(place) and facts.is_missing(figure, place):
                because = "one value for each type of council; nothing says what it is the average of"
                by_place[place].append(
                    Proposal(figure, Strength.UNPROVEN, because, constant.held, constant.asked, odds)
                )
            continue
        for figure, (part, whole) in AVERAGES.items():
            if not facts.is_missing(figure, place):
                continue
            parts, wholes = _resolved(facts, result, part), _resolved(facts, result, whole)
            near = None
            if parts is not None and wholes is not None:
                near = is_near(facts, constant, parts, wholes, is_rate=part.endswith("_pct"))
            if near is None:
                doubtful.add(place)
            if near is not False:
                because = "one value for each type of council" + (", near the rate of its letters" if near else "")
                is_tied = states(facts.patterns[place.pattern].block, figure)
                is_carried = near and is_tied and odds <= PROVEN_LOG_ODDS
                strength = Strength.PROVEN if is_carried else Strength.UNPROVEN
                proposal = Proposal(figure, strength, because, constant.held, constant.asked, odds)
                found[figure].append((place, proposal))
    for proposals in found.values():
        for place, proposal in proposals:
            by_place[place].append(proposal)
    for place in {place for proposals in found.values() for place, _ in proposals}:
        rivals = [one for one in by_place[place] if one.strength is Strength.PROVEN]
        is_shared = any(
            sum(
                other.strength is Strength.PROVEN and _overlap(facts, place, slot)
                for slot, other in found[str(one.figure)]
            )
            > 1
            for one in rivals
        )
        if place in doubtful:
            by_place[place] = [_weaker(one, Strength.UNPROVEN) for one in by_place[place]]
        elif len(rivals) > 1 or is_shared:
            by_place[place] = [_weaker(one, Strength.EQUAL) for one in by_place[place]]


def _overlap(facts: Facts, one: SlotPlace, other: SlotPlace) -> bool:
    return bool((~np.isnan(facts.slots[one]) & ~np.isnan(facts.slots[other])).any())


def _weaker(proposal: Proposal, strength: Strength) -> Proposal:
    order = list(Strength)
    weakest = max(proposal.strength, strength, key=order.index)
    return replace(proposal, strength=weakest)


def _add_bases(facts: Facts, result: Result, places: Sequence[SlotPlace], by_place: Proposals) -> None:
    """If the numbers in a slot equal a known figure in nearly all letters, propose that figure for the slot.

    Also propose the base of the rate of remedies for each slot that may hold it. The base is the number of cases
    that the rate counts, and letters print it beside the rate. The base always equals the number of investigations
    or of upheld decisions. So arithmetic cannot tell whether a slot holds the base or repeats that number. Nor can
    arithmetic tell apart two figures that are equal in all letters. Then all possible figures are proposed.
    """
    figures = (*HEADLINE_NAMES, *(f"{m}:{c}" for m, names in TABLE_MEASURES.items() for c in names))
    for place in places:
        if facts.kind(place) is not SlotKind.NUMBER:
            continue
        for figure in figures:
            values = _resolved(facts, result, figure)
            if figure == BASE or values is None or any(one.figure == figure for one in by_place[place]):
                continue
            equal = _equal(facts, place, values)
            if equal is None or equal[2] > PROVEN_LOG_ODDS:
                continue
            held, asked, odds = equal
            failing = min((one.asked - one.held for one in by_place[place]), default=asked)
            if asked - held <= failing:
                because = f"it equals {figure}: stated once more"
                by_place[place] = [_weaker(one, Strength.EQUAL) for one in by_place[place]]
                by_place[place].append(Proposal(figure, Strength.EQUAL, because, held, asked, odds))
    for place in places:
        found = [one for one in by_place[place] if one.figure in ("upheld_count", "investigations_count")]
        if (
            found
            and facts.is_missing(BASE, place)
            and (found[0].because.endswith("more") or _has_twin(facts, place, places))
        ):
            by_place[place] = [_weaker(one, Strength.EQUAL) for one in by_place[place]]
            because = f"it equals {found[0].figure}, which the base is in all letters of a season"
            by_place[place].append(replace(found[0], figure=BASE, strength=Strength.EQUAL, because=because))


def _has_twin(facts: Facts, place: SlotPlace, places: Sequence[SlotPlace]) -> bool:
    """Return whether another slot holds the same numbers as this slot."""
    own = facts.slots[place]
    others = (facts.slots[other] for other in places if other != place)
    return any(_alike(own, other) for other in others)


def _alike(one: Values, other: Values) -> bool:
    both = ~np.isnan(one) & ~np.isnan(other)
    return bool(both.any()) and holds_mostly(int((one[both] == other[both]).sum()), int(both.sum()))


def _equal(facts: Facts, place: SlotPlace, values: Values) -> tuple[int, int, float] | None:
    """Compare a slot with a figure. Return three numbers: how many letters have equal values, how many letters have
    both values, and the decimal logarithm of the odds of a coincidence. Return None if the values differ in too
    many letters.
    """
    own = facts.slots[place]
    letters = np.flatnonzero(~np.isnan(own) & ~np.isnan(values))
    held = own[letters] == values[letters]
    if not holds_mostly(int(held.sum()), len(letters)):
        return None
    shuffled = own[letters][None, :] == values[letters][:, None]
    return int(held.sum()), len(letters), log_odds(facts, letters, shuffled, held)


def _add_shares(facts: Facts, places: Sequence[SlotPlace], by_place: Proposals) -> None:
    """If a percentage is the share of one number in another number, propose a new measure for the percentage and
    for the two numbers.
    """
    read = ((name, values) for name, values in facts.read.items() if name.endswith("count"))
    numbers = [one for one in places if facts.kind(one) is SlotKind.NUMBER and not facts.has_decimals(one)]
    named: dict[str | SlotPlace, Values] = dict(read)
    named.update((place, facts.slots[place]) for place in numbers)
    for rate in [one for one in places if facts.kind(one) is SlotKind.PER_CENT and not by_place[one]]:
        found = [
            (part, whole, share)
            for part, whole in permutations(named, 2)
            if (share := _share(facts, named[part], named[whole], rate, len(named))) is not None
        ]
        strength = Strength.PROVEN if len(found) == 1 else Strength.EQUAL
        for part, whole, (held, asked, odds) in found:
            told = f"{_shown(facts, part)} as a share of {_shown(facts, whole)}"
            because = f"{told}, which no measure of the model is"
            for place in (rate, part, whole):
                if isinstance(place, SlotPlace) and not any(one.figure for one in by_place[place]):
                    by_place[place].append(Proposal(None, strength, because, held, asked, odds))


def _share(
    facts: Facts, part: Values, whole: Values, rate: SlotPlace, named_count: int
) -> tuple[int, int, float] | None:
    """Check whether a rate is one number as a share of another number. Return three numbers: in how many letters
    this holds, how many letters have all three numbers, and the decimal logarithm of the odds of a coincidence.
    Return None if this proves nothing. `named_count` is how many numbers were tried as the part and as the whole.
    """
    values = facts.slots[rate]
    asked = share_is_asked(part, whole, values)
    held = share_holds(part, whole, values) & asked
    if not holds_mostly(int(held.sum()), int(asked.sum())):
        return None
    letters = np.flatnonzero(asked)
    shuffled = share_holds(part[letters][:, None], whole[letters][:, None], values[letters][None, :])
    odds = log_odds(facts, letters, shuffled, held[letters]) + 2 * log10(named_count)
    return None if odds > PROVEN_LOG_ODDS else (int(held.sum()), len(letters), odds)


def _shown(facts: Facts, name: str | SlotPlace) -> str:
    """Return how a message names a figure or a slot. A figure is named by its name, a slot by its sentence, in
    which the slot is marked.
    """
    if isinstance(name, str):
        return name
    pattern = facts.patterns[name.pattern]
    shown = ["…"] * len(pattern.slots)
    shown[name.slot] = "THIS"
    return f'THIS in "{pattern.text(shown)}"'
