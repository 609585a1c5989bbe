"""Arithmetic: relations that must hold between the figures of one letter, and how likely they hold by coincidence.

The odds of a coincidence come from shuffled letters: how often would the relation hold if each letter had another
letter's number? The other letter is any letter, or a letter to a council of the same type, whichever gives the
higher odds. So a number that is equal in all letters proves nothing, and five letters prove nothing either.
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
"""The largest share of letters in which a proven relation may fail. In one letter in a hundred the Ombudsman made a
slip, and the numbers contradict each other."""
_ROUNDING = 1e-6


def share_holds(part: Values, whole: Values, rate: Values) -> Truths:
    """Return, for each letter, whether the rate is the part as a percentage of the whole. The percentage is rounded
    half up to a whole number, or to one decimal place if the rate has decimals.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        exact = 100 * part / whole
        whole_pct = np.floor(exact + 0.5 + _ROUNDING) == rate
        one_place = np.abs(np.floor(10 * exact + 0.5 + _ROUNDING) / 10 - rate) < _ROUNDING
        is_decimal = rate != np.floor(rate)
        return np.asarray((part <= whole) & np.where(is_decimal, one_place, whole_pct))


def share_is_asked(part: Values, whole: Values, rate: Values) -> Truths:
    """Return, for each letter, whether its share can be checked: the letter has the part, the whole and the rate,
    and the whole is not zero.
    """
    return ~np.isnan(part) & ~np.isnan(rate) & (whole > 0)


def a_share_is_possible(whole: Values, rate: Values) -> Truths:
    """Return, for each letter, whether the rate is possible: whether some count, as a percentage of the whole,
    gives the rate.
    """
    with np.errstate(invalid="ignore"):
        near = np.floor(rate * whole / 100)
    found = share_holds(near, whole, rate)
    return found | share_holds(near + 1, whole, rate) | share_holds(near - 1, whole, rate)


def sum_holds(total: Values, *parts: Values) -> Truths:
    """Return, for each letter, whether parts add up to a total."""
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
    """A relation that must hold between some figures of a letter. `holds` says in which letters the relation holds,
    and `is_asked` in which letters it can be checked. Both take the figures' values in the order of `figures`.
    """

    name: str
    figures: tuple[str, ...]
    holds: Callable[..., Truths]
    is_asked: Callable[..., Truths]
    sentence: str


@dataclass(frozen=True)
class Proof:
    """A proof that some slots (numbers printed in sentences) hold the figures of a relation. `slots` has the slot
    of each such figure. The relation was checked in `asked` letters and holds in `held` of them.

    `odds` has, for each slot, the decimal logarithm of the odds that the relation holds by coincidence.
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
        """The highest odds of a coincidence among the proof's slots, as a decimal logarithm."""
        return max(odds for _, odds in self.odds)


def holds_mostly(held: int, asked: int) -> bool:
    """Return whether a relation was checked in enough letters (`asked`), and fails in so few of them that slips of
    the Ombudsman explain the failures.
    """
    return asked >= LEAST_LETTERS and asked - held <= MOST_FAILING_SHARE * asked


def proof_of(facts: Facts, relation: Relation, slots: dict[str, SlotPlace]) -> Proof | None:
    """Return the proof that slots hold the figures of a relation; `slots` has the slot of each figure. Return None
    if the relation can be checked in too few letters, or fails in too many.
    """
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
    """Return the decimal logarithm of the odds that a relation holds by coincidence. They are found by shuffling
    the values of one figure of the relation: the figure with the index `place`.
    """
    letters = np.flatnonzero(asked)
    rows = [one[letters][:, None] for one in values]
    rows[place] = values[place][letters][None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        shuffled = relation.holds(*rows) & np.ones((len(letters), len(letters)), dtype=bool)
    return log_odds(facts, letters, shuffled, holds[letters])


def log_odds(facts: Facts, letters: npt.NDArray[np.int64], shuffled: Truths, holds: Truths) -> float:
    """Return the decimal logarithm of the odds of a coincidence.

    `letters` has the indexes of the letters in which the relation can be checked. `holds` says in which of them the
    relation holds. `shuffled` has a row and a column for each of these letters: it says whether the relation still
    holds in the row's letter if one of its numbers is replaced by the number in the column's letter.
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
