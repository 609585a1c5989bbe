"""Recognise averages of similar authorities. All letters to councils of one type have the same value of an average.
This value is near the rate over these letters together: the sum of their parts as a percentage of the sum of their
wholes.
"""

from collections import Counter
from dataclasses import dataclass
from math import log10, sqrt

import numpy as np

from redress.read.wording.arithmetic import MOST_FAILING_SHARE
from redress.read.wording.facts import Facts, SlotPlace, Values

AVERAGES = {
    "uphold_rate_type_average_pct": ("upheld_count", "investigations_count"),
    "satisfactory_remedy_rate_type_average_pct": ("satisfactory_remedies_count", "upheld_count"),
    "compliance_rate_type_average_pct": ("compliance_rate_pct", "compliance_outcomes_count"),
}
"""For each average: the two measures from which the rate of a letter is computed, a part and a whole. The average
for compliance has the letter's rate in place of the part."""
LEAST_TYPES = 2
_POINTS = 5.0
"""By how many percentage points an average may differ from the rate of our letters, in addition to what chance
explains. The Ombudsman's average includes letters that the season may lack."""
_ERRORS = 3.0


@dataclass(frozen=True)
class TypeConstant:
    """The values of a slot that has one value for each council type.

    `asked` letters have the slot, and in `held` of them the slot has the usual value of the council's type.
    `log_odds` is the decimal logarithm of the odds of a coincidence.
    """

    asked: int
    held: int
    log_odds: float
    by_type: dict[int, float]


def type_constant(facts: Facts, place: SlotPlace) -> TypeConstant | None:
    """Return the usual value of a slot for each council type. Return None if too many letters have another value
    than the usual value of their type, or if no two types have different usual values.
    """
    values, types = facts.slots[place], facts.type_of
    there = ~np.isnan(values) & (types >= 0)
    if not there.any():
        return None
    by_type: dict[int, float] = {}
    held = 0
    log_odds = 0.0
    shares = Counter(values[there].tolist())
    for number in sorted(set(types[there].tolist())):
        counts = Counter(values[there & (types == number)].tolist())
        value, count = counts.most_common(1)[0]
        held += count
        if counts.total() > 1:
            by_type[number] = value
        log_odds += (count - 1) * log10(shares[value] / there.sum())
    asked = int(there.sum())
    is_one_value = asked - held <= MOST_FAILING_SHARE * asked
    if not is_one_value or len(by_type) < LEAST_TYPES or len(set(by_type.values())) < LEAST_TYPES:
        return None
    return TypeConstant(asked, held, log_odds, by_type)


def is_near(facts: Facts, constant: TypeConstant, part: Values, whole: Values, *, is_rate: bool) -> bool | None:
    """Return whether the value of each council type is near the rate of the letters to councils of that type. The
    rate is computed from two measures, `part` and `whole`; if `is_rate` is set, `part` is each letter's own rate.

    Return None if rates can be computed for too few council types.
    """
    there = ~np.isnan(part) & (whole > 0)
    told = 0
    for number, average in constant.by_type.items():
        members = there & (facts.type_of == number)
        people = float(whole[members].sum())
        if people == 0:
            continue
        counted = (part[members] * whole[members]).sum() / 100 if is_rate else part[members].sum()
        share = min(max(average / 100, 0.005), 0.995)
        allowed = _POINTS + _ERRORS * 100 * sqrt(share * (1 - share) / people)
        if abs(average - 100 * counted / people) > allowed:
            return False
        told += 1
    return True if told >= LEAST_TYPES else None
