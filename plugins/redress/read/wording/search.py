"""Find which slots hold which figures, for all slots together, so that as many relations as possible hold.

A slot is a number printed in a sentence that no layout knows. Each relation is tried with all slots that can hold
its figures, together with the figures that known sentences give. An explanation is a set of proofs that agree. The
explanations that explain most are kept. If all of them give a slot the same figure, the slot is proven; if they
give different figures, the slot is not proven.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import log10

import numpy as np

from redress.read.wording.arithmetic import Proof, Relation, proof_of
from redress.read.wording.facts import POPULATION, Facts, SlotPlace
from redress.read.wording.relations import relations_of
from redress.read.wording.tokens import SlotKind

PROVEN_LOG_ODDS = -6.0
"""The highest odds of a coincidence at which a proposal counts as proven, as a decimal logarithm: one in a million.
The odds allow for the number of combinations of slots that were tried."""
_WORTH_KEEPING = -2.0
_MOST_COUNTED = 20.0
"""If odds are below one in 10^20, they count as one in 10^20, because such a proof is certain in any case."""
_EQUAL = 3.0
"""If the weights of two explanations differ by no more than this (as decimal logarithms: by a factor of a
thousand), the explanations prove equally well."""
_MOST_PROOFS = 12
_MOST_SLOTS = 24
_MOST_TRIES = 60_000
MOST_ROWS_MISSING = 3
"""The most rows of one table that may have new labels. If there are more, the total cannot tell which row is
which."""


@dataclass(frozen=True)
class Explanation:
    """A set of proofs that agree: no slot (a number printed in a sentence) gets two figures, and no figure gets two
    slots.
    """

    proofs: tuple[Proof, ...]

    @property
    def figures(self) -> dict[SlotPlace, str]:
        """The figure that each slot holds, by slot."""
        return {place: figure for proof in self.proofs for figure, place in proof.slots}

    def weight(self, coincidences: Collection[frozenset[SlotPlace]]) -> float:
        """Return how much the explanation explains: the sum of the odds against a coincidence (as decimal
        logarithms), for each of its proofs and each of its slots, minus a penalty for each set of slots that it
        leaves unexplained.

        `coincidences` has a set of slots for each proof that was found and is hardly a coincidence. The explanation
        explains the set if one of its proofs has all slots of the set.
        """
        proofs = sum(min(-proof.worst_odds, _MOST_COUNTED) for proof in self.proofs)
        covered = [proof.places for proof in self.proofs]
        left = sum(not any(slots <= one for one in covered) for slots in coincidences)
        return proofs + sum(self.odds(place) for place in self.figures) - _MOST_COUNTED * left

    def odds(self, place: SlotPlace) -> float:
        """Return the odds against a coincidence for a slot, as a decimal logarithm. They come from the slot's best
        proof.
        """
        found = (-odds for proof in self.proofs for one, odds in proof.odds if one == place)
        return min(max(found, default=0.0), _MOST_COUNTED)


@dataclass(frozen=True)
class Result:
    """The explanations that explain most (`best`), and all proofs that were found."""

    best: tuple[Explanation, ...]
    proofs: tuple[Proof, ...]

    def figures_of(self, place: SlotPlace) -> list[str | None]:
        """Return the figures that a slot holds in the best explanations. If a best explanation leaves the slot out,
        None is among them.
        """
        return list(dict.fromkeys(one.figures.get(place) for one in self.best))

    def proof(self, place: SlotPlace, figure: str) -> Proof | None:
        """Return the strongest proof that a slot holds a figure. Return None if there is no proof."""
        found = [
            (odds, proof)
            for proof in self.proofs
            if (figure, place) in proof.slots
            for one, odds in proof.odds
            if one == place
        ]
        return min(found, key=lambda item: item[0], default=(0.0, None))[1]


def search(facts: Facts, places: Sequence[SlotPlace]) -> Result:
    """Find out, as far as possible, which figure each of the given slots holds. Return the explanations that
    explain most, and every proof that was found.
    """
    by_relation = [list(_proofs(facts, relation, places)) for relation in relations_of()]
    kept = [sorted(proofs, key=lambda proof: proof.worst_odds)[:_MOST_PROOFS] for proofs in by_relation]
    explanations = [
        Explanation(proofs) for proofs in _together([proofs for proofs in kept if proofs], (), {}, set())
    ]
    coincidences = {
        proof.places for proofs in by_relation for proof in proofs if proof.worst_odds <= PROVEN_LOG_ODDS
    }
    weights = [one.weight(coincidences) for one in explanations]
    most = max(weights, default=0.0)
    best = tuple(
        one for one, weight in zip(explanations, weights, strict=True) if weight >= most - _EQUAL and one.proofs
    )
    return Result(best, tuple(proof for proofs in by_relation for proof in proofs))


def _proofs(facts: Facts, relation: Relation, places: Sequence[SlotPlace]) -> Iterator[Proof]:
    """Yield the proofs of one relation that are unlikely to be coincidences. The odds of a coincidence are
    multiplied by the number of combinations of slots that were tried. If the reader has read too few rows of a
    table, so that more than MOST_ROWS_MISSING rows are missing, yield none.
    """
    choices = [list(_choices(facts, figure, places)) for figure in relation.figures]
    if ":" in relation.figures[0] and sum(None not in one for one in choices) > MOST_ROWS_MISSING:
        return
    tries = 0
    found: list[Proof] = []
    for chosen in product(*choices):
        slots = {figure: place for figure, place in zip(relation.figures, chosen, strict=True) if place is not None}
        if not slots or len(set(slots.values())) < len(slots):
            continue
        tries += 1
        if tries > _MOST_TRIES:
            break
        proof = proof_of(facts, relation, slots)
        if proof is not None:
            found.append(proof)
    for proof in found:
        odds = tuple((place, one + log10(tries)) for place, one in proof.odds)
        counted = Proof(relation, proof.slots, proof.asked, proof.held, odds)
        if counted.worst_odds <= _WORTH_KEEPING:
            yield counted


def _choices(facts: Facts, figure: str, places: Sequence[SlotPlace]) -> Iterator[SlotPlace | None]:
    """Yield the slots that can hold a figure, the slots with the most values first, and at most _MOST_SLOTS of
    them. Before them, yield None if known sentences give the figure.
    """
    if facts.is_read(figure):
        yield None
    if figure == POPULATION:
        return
    fits = [place for place in places if _fits(facts, figure, place)]
    yield from sorted(fits, key=lambda place: -int((~np.isnan(facts.slots[place])).sum()))[:_MOST_SLOTS]


def _fits(facts: Facts, figure: str, place: SlotPlace) -> bool:
    is_rate = figure.endswith("_pct")
    if is_rate != (facts.kind(place) is SlotKind.PER_CENT) or not facts.is_missing(figure, place):
        return False
    pattern = facts.patterns[place.pattern]
    if ":" in figure and pattern.row is None:
        return False
    return is_rate or "per_100k" in figure or not facts.has_decimals(place)


def _together(
    by_relation: Sequence[Sequence[Proof]],
    chosen: tuple[Proof, ...],
    slot_of: dict[str, SlotPlace],
    used: set[SlotPlace],
) -> Iterator[tuple[Proof, ...]]:
    """Yield all combinations of proofs that agree, with at most one proof of each relation.

    `by_relation` has the proofs of the relations that are left. `chosen` are the proofs chosen so far, `slot_of`
    has the slot of each of their figures, and `used` has these slots.
    """
    if not by_relation:
        yield chosen
        return
    yield from _together(by_relation[1:], chosen, slot_of, used)
    for proof in by_relation[0]:
        more = dict(proof.slots)
        goes_together = all(slot_of.get(figure, place) == place for figure, place in more.items()) and not any(
            place in used and slot_of.get(figure) != place for figure, place in more.items()
        )
        if goes_together:
            yield from _together(by_relation[1:], (*chosen, proof), slot_of | more, used | set(more.values()))
