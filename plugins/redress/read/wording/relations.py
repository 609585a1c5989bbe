"""The relations that must hold between the figures of one letter."""

import numpy as np

from redress.model.measures import TABLE_MEASURES
from redress.read.wording.arithmetic import (
    Relation,
    Truths,
    a_share_is_possible,
    all_are_there,
    share_holds,
    share_is_asked,
    sum_holds,
)
from redress.read.wording.facts import POPULATION, Values

_POPULATION_SHARE = 0.03
"""The most by which a printed figure per 100,000 residents may differ, apart from rounding, from the figure
computed with the known population, as a share of the computed figure. Estimates of populations are revised."""


def relations_of() -> tuple[Relation, ...]:
    """Return all relations. The relations of the headline figures come first."""
    return (
        Relation(
            "uphold rate",
            ("upheld_count", "investigations_count", "uphold_rate_pct"),
            share_holds,
            share_is_asked,
            "upheld / investigations is the stated rate",
        ),
        Relation(
            "remedy rate",
            ("satisfactory_remedies_count", "upheld_count", "satisfactory_remedy_rate_pct"),
            share_holds,
            share_is_asked,
            "satisfactory remedies / upheld is the stated rate",
        ),
        Relation(
            "overview",
            ("dealt_with_count", "not_for_us_count", "assessed_and_closed_count", "investigations_count"),
            sum_holds,
            all_are_there,
            "not for us, assessed and closed, and investigated add up to those dealt with",
        ),
        Relation(
            "compliance rate",
            ("compliance_outcomes_count", "compliance_rate_pct"),
            a_share_is_possible,
            lambda whole, rate: ~np.isnan(rate) & (whole > 0),
            "some number of the compliance outcomes is the stated rate",
        ),
        Relation(
            "per 100,000 residents",
            ("upheld_count", "upheld_per_100k", POPULATION),
            _per_100k_holds,
            lambda upheld, rate, people: all_are_there(rate, people) & (upheld > 0),
            "upheld for each 100,000 of the council's residents is the stated rate",
        ),
        Relation(
            "uphold rate of the decisions",
            ("decided_count:upheld", "decided_count:not_upheld", "uphold_rate_pct"),
            lambda upheld, not_upheld, rate: share_holds(upheld, upheld + not_upheld, rate),
            lambda upheld, not_upheld, rate: share_is_asked(upheld, upheld + not_upheld, rate),
            "upheld / (upheld and not upheld) is the stated rate",
        ),
        *(_sum(measure) for measure in ("received_count", "decided_count")),
    )


def _sum(measure: str) -> Relation:
    parts = tuple(f"{measure}:{name}" for name in TABLE_MEASURES[measure] if name != "total")
    return Relation(
        f"total of {measure}",
        (f"{measure}:total", *parts),
        sum_holds,
        all_are_there,
        "the rows add up to the total",
    )


def _per_100k_holds(upheld: Values, rate: Values, people: Values) -> Truths:
    """Return, for each letter, whether a rate is the count for each 100,000 people. A difference is allowed if a
    revision of the population's estimate can explain it.
    """
    exact = 1e5 * upheld / people
    return np.asarray(np.abs(exact - rate) <= 0.05 + _POPULATION_SHARE * exact)
