"""The measures: what a figure can be about, the unit of each measure, and why a letter may lack a figure."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Absence(StrEnum):
    """Why a letter gives no value for a measure. Absent is not zero."""

    NOT_IN_LAYOUT = "not_in_layout"
    """Letters of this layout never state the measure."""
    NOT_STATED = "not_stated"
    """Letters of this layout can state the measure. This letter does not, and no sentence says why."""
    NOT_READ = "not_read"
    """The letter states the measure, and the number could not be read for certain."""
    NONE_DUE = "none_due"
    """The letter says that no recommendations were due, so the rate does not exist."""
    NONE_UPHELD = "none_upheld"
    """The letter says that nothing was upheld, so the rate does not exist."""
    NONE_INVESTIGATED = "none_investigated"
    """The letter says that nothing was investigated, so there is nothing to uphold and no rate."""
    NOT_AVAILABLE = "not_available"
    """The letter prints "n/a" in the place of the number."""
    NO_STATISTICS = "no_statistics"
    """The letter came without its statistics page."""


class Unit(StrEnum):
    """The unit of a measure."""

    COUNT = "count"
    PER_CENT = "pct"
    PER_100K = "per_100k"


@dataclass(frozen=True)
class Measure:
    """One thing that a letter can state a number for. The name contains the unit."""

    name: str
    unit: Unit


SERVICES = (
    "adult_social_care",
    "benefits_and_tax",
    "corporate_and_other",
    "education_and_childrens",
    "environment",
    "highways_and_transport",
    "housing",
    "planning_and_development",
    "other",
    "total",
)
DECISIONS = (
    "incomplete_or_invalid",
    "advice_given",
    "referred_back",
    "closed_after_initial_enquiries",
    "not_upheld",
    "upheld",
    "total",
)
REMEDIES = ("by_ombudsman", "by_authority")

HEADLINE_MEASURES: tuple[Measure, ...] = (
    Measure("upheld_count", Unit.COUNT),
    Measure("investigations_count", Unit.COUNT),
    Measure("uphold_rate_pct", Unit.PER_CENT),
    Measure("uphold_rate_type_average_pct", Unit.PER_CENT),
    Measure("compliance_outcomes_count", Unit.COUNT),
    Measure("compliance_rate_pct", Unit.PER_CENT),
    Measure("compliance_rate_type_average_pct", Unit.PER_CENT),
    Measure("satisfactory_remedies_count", Unit.COUNT),
    Measure("satisfactory_remedy_rate_pct", Unit.PER_CENT),
    Measure("satisfactory_remedy_rate_type_average_pct", Unit.PER_CENT),
    Measure("satisfactory_remedy_printed_base_count", Unit.COUNT),
    Measure("upheld_per_100k", Unit.PER_100K),
    Measure("upheld_per_100k_type_average", Unit.PER_100K),
    Measure("dealt_with_count", Unit.COUNT),
    Measure("not_for_us_count", Unit.COUNT),
    Measure("assessed_and_closed_count", Unit.COUNT),
)
"""The measures of which a letter states one number, in the order in which letters state them."""

TABLE_MEASURES: dict[str, tuple[str, ...]] = {
    "received_count": SERVICES,
    "decided_count": DECISIONS,
    "remedied_count": REMEDIES,
}
"""The measures that the letters of 2014-2018 state in tables, each with its categories: one number for each
category."""

HEADLINE_NAMES: tuple[str, ...] = tuple(measure.name for measure in HEADLINE_MEASURES)
UNIT_OF: dict[str, Unit] = {measure.name: measure.unit for measure in HEADLINE_MEASURES} | dict.fromkeys(
    TABLE_MEASURES, Unit.COUNT
)
MEASURE_NAMES: tuple[str, ...] = tuple(UNIT_OF)
"""All measures, the headline measures first."""


def half_up_pct(part: Decimal, whole: Decimal) -> int:
    """Return a share as a whole per cent, rounded half up as the Ombudsman does: 33 of 40 is 82.5, printed as 83.

    The result is exact. Raise ZeroDivisionError if `whole` is zero.
    """
    if whole == 0:
        raise ZeroDivisionError(f"{part} of nothing is no share")
    return int((200 * part + whole) // (2 * whole))
