"""Arithmetic: what must hold between the figures of one letter, and how likely it holds by coincidence.

The odds of a coincidence are those of shuffled letters: how often the relation would hold if each letter had the
number of another letter, of any or of its own council's type, whichever is likelier. So a number that is the same
in all letters proves nothing, and neither do five letters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb, log10

import numpy as np
import numpy.typing as npt

from redress.read.wording.facts import Facts, SlotPlace, Values

Truths = npt.NDArray[np.bool_]
LEAST_LETTERS = 3
MOST_FAILING_SHARE = 0.02
"""One letter in a hundred contradicts itself, by the Ombudsman's own slip."""
_ROUNDING = 1e-6


def share_holds(part: Values, whole: Values, rate: Values) -> Truths:
    """Return whether a rate is the part as a share of the whole, in per cent, rounded half up as it is printed."""
    with np.errstate(invalid="ignore", divide="ignore"):
        exact = 100 * part / whole
        whole_pct = np.floor(exact + 0.5 + _ROUNDING) == rate
        one_place = np.abs(np.floor(10 * exact + 0.5 + _ROUNDING) / 10 - rate) < _ROUNDING
        is_decimal = rate != np.floor(rate)
        return np.asarray((part <= whole) & np.where(is_decimal, one_place, whole_pct))


def share_is_asked(part: Values, whole: Values, rate: Values) -> Truths:
    """Return whether a letter has all three numbers, and the whole is not zero."""
    return ~np.isnan(part) & ~np.isnan(rate) & (whole > 0)


def a_share_is_possible(whole: Values, rate: Values) -> Truths:
    """Return whether some part of a whole is the rate."""
    with np.errstate(invalid="ignore"):
        near = np.floor(rate * whole / 100)
    found = share_holds(near, whole, rate)
    return found | share_holds(near + 1, whole, rate) | share_holds(near - 1, whole, rate)


def sum_holds(total: Values, *parts: Values) -> Truths:
    """Return whether parts add up to a total."""
    added = parts[0]
    for part in parts[1:]:
        added = added + part
    return np.asarray(total == added)


def all_are_there(*values: Values) -> Truths:
    found = ~np.isnan(values[0])
    for one in values[1:]:
        found = found & ~np.isnan(one)
    return np.asarray(found)


@dataclass(frozen=True)
class Relation:
    """What must hold between some figures. `holds` and `is_asked` take their values in the order of `figures`."""

    name: str
    figures: tuple[str, ...]
    holds: Callable[..., Truths]
    is_asked: Callable[..., Truths]
    sentence: str


@dataclass(frozen=True)
class Proof:
    """A relation with the slots that stand for some of its figures, and in how many letters it holds.

    `odds` has for each slot the decimal logarithm of the odds that it holds by coincidence.
    """

    relation: Relation
    slots: tuple[tuple[str, SlotPlace], ...]
    asked: int
    held: int
    odds: tuple[tuple[SlotPlace, float], ...]

    @property
    def places(self) -> frozenset[SlotPlace]:
        """The slots that the proof is about."""
        return frozenset(place for _, place in self.slots)

    @property
    def worst_odds(self) -> float:
        """The odds of the slot that is proven least."""
        return max(odds for _, odds in self.odds)


def holds_mostly(held: int, asked: int) -> bool:
    """Return whether a relation fails in no more letters than the Ombudsman's own slips explain."""
    return asked >= LEAST_LETTERS and asked - held <= MOST_FAILING_SHARE * asked


def proof_of(facts: Facts, relation: Relation, slots: dict[str, SlotPlace]) -> Proof | None:
    """Return the proof that slots stand for figures of a relation; None if it fails in too many letters."""
    values = [facts.values(figure, slots.get(figure)) for figure in relation.figures]
    asked = relation.is_asked(*values)
    holds = relation.holds(*values) & asked
    if not holds_mostly(int(holds.sum()), int(asked.sum())):
        return None
    odds = tuple(
        (place, _log_odds(facts, relation, values, relation.figures.index(figure), asked, holds))
        for figure, place in slots.items()
    )
    return Proof(relation, tuple(slots.items()), int(asked.sum()), int(holds.sum()), odds)


def _log_odds(
    facts: Facts, relation: Relation, values: Sequence[Values], place: int, asked: Truths, holds: Truths
) -> float:
    """Return the logarithm of the odds that a relation holds where one figure's values are shuffled."""
    letters = np.flatnonzero(asked)
    rows = [one[letters][:, None] for one in values]
    rows[place] = values[place][letters][None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        shuffled = relation.holds(*rows) & np.ones((len(letters), len(letters)), dtype=bool)
    return log_odds(facts, letters, shuffled, holds[letters])


def log_odds(facts: Facts, letters: npt.NDArray[np.int64], shuffled: Truths, holds: Truths) -> float:
    """Return the logarithm of the odds by the table of which letter's number would fit which letter.

    The row is the letter, the column the letter that the number comes from.
    """
    chance = shuffled.mean(axis=1)
    for group in facts.groups:
        members = np.flatnonzero(np.isin(letters, group))
        if len(members) >= LEAST_LETTERS:
            within = shuffled[np.ix_(members, members)].mean(axis=1)
            chance[members] = np.maximum(chance[members], within)
    failing = int((~holds).sum())
    told = chance[holds & (chance > 0)]
    return float(np.log10(told).sum()) + log10(comb(len(letters), failing))
