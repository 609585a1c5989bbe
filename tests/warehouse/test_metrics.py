"""The metrics of dbt's manifest give the same rates and counts on a warehouse as its marts state."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import duckdb
import pytest

from redress.warehouse.dbt_artifacts import Manifest

pytestmark = pytest.mark.needs("dbt")

RATES = {
    # metric: the rate and the count of letters of marts.fct_type_average
    "uphold_rate_pooled_share": ("uphold_rate_pooled_pct", "uphold_rate_pooled_letters_count"),
    "satisfactory_remedy_rate_pooled_share": (
        "satisfactory_remedy_rate_pooled_pct",
        "satisfactory_remedy_rate_pooled_letters_count",
    ),
    "compliance_rate_mean_share": ("compliance_rate_mean_pct", "compliance_rate_mean_letters_count"),
}
WARNINGS = {"small_numbers", "incomparable_seasons", "doubtful_figures", "missing_letters", "invented_councils"}
DIMENSIONS = {"council_type_name", "region_name", "season", "comparable_since_season", "trust", "is_sample"}
Groups = dict[tuple[Any, ...], Any]


class Layer:
    """A reader of the manifest's semantic layer, as a tool that knows nothing of the marts would read it."""

    def __init__(self, manifest: Manifest, warehouse: duckdb.DuckDBPyConnection) -> None:
        self.metrics = {metric["name"]: metric for metric in manifest["metrics"].values()}
        (self.model,) = manifest["semantic_models"].values()
        self.measures = {measure["name"]: measure for measure in self.model["measures"]}
        self.dimensions = {one["name"]: one["expr"] or one["name"] for one in self.model["dimensions"]}
        self._warehouse = warehouse

    def groups(self, columns: Sequence[str], split_by: Sequence[str]) -> Groups:
        """Return the values of SQL columns for each group, by the group's values of the dimensions `split_by`."""
        keys = [self.dimensions[name] for name in split_by]
        relation = self.model["node_relation"]
        table = self._warehouse.table(f"{relation['schema_name']}.{relation['alias']}")
        rows = table.aggregate(", ".join([*keys, *columns]), ", ".join(keys)).fetchall()
        return {row[: len(keys)]: row[len(keys) :] for row in rows}

    def counted(self, metric: str, split_by: Sequence[str]) -> Groups:
        """Return the exact value of a metric of one measure for each group: a count, a sum, or a mean of shares."""
        measure = self.measures[self.metrics[metric]["type_params"]["measure"]["name"]]
        match measure["agg"]:
            case "sum" | "count" as aggregate:
                found = self.groups([f"{aggregate}({measure['expr']})"], split_by)
                return {key: value for key, (value,) in found.items()}
            case "average":
                found = self.groups([f"list({measure['expr']})"], split_by)
                values = {key: [share for share in shares if share is not None] for key, (shares,) in found.items()}
                return {
                    key: sum(Fraction(str(share)) for share in shares) / len(shares) if shares else None
                    for key, shares in values.items()
                }
            case other:
                raise AssertionError(f"{metric} is aggregated by {other}")

    def value(self, metric: str, split_by: Sequence[str]) -> Groups:
        """Return a metric's exact value for each group, or None for a group in which nothing is counted."""
        found = self.metrics[metric]
        if found["type"] == "simple":
            return self.counted(metric, split_by)
        assert found["type"] == "ratio"
        parts, wholes = (
            self.counted(found["type_params"][role]["name"], split_by) for role in ("numerator", "denominator")
        )
        return {key: Fraction(parts[key], whole) if whole else None for key, whole in wholes.items()}


def per_cent(share: Fraction | None) -> Decimal | None:
    """Return a share in per cent with one decimal place, rounded half up, or None for None."""
    return None if share is None else Decimal(floor(share * 1000 + Fraction(1, 2))) / 10


@pytest.fixture(scope="module")
def layer(dbt_manifest: Manifest, marts: duckdb.DuckDBPyConnection) -> Layer:
    return Layer(dbt_manifest, marts)


def stated(marts: duckdb.DuckDBPyConnection, column: str) -> Groups:
    averages = marts.table("marts.fct_type_average")
    rows = averages.join(marts.table("marts.dim_council_type"), "council_type_key").project(
        f"council_type_name, season, is_sample, {column}"
    )
    return {row[:-1]: row[-1] for row in rows.fetchall()}


@pytest.mark.parametrize("metric", RATES)
def test_a_rate_and_its_letters_by_type_and_season_are_those_of_the_marts(
    metric: str, layer: Layer, marts: duckdb.DuckDBPyConnection
) -> None:
    split_by = ("council_type_name", "season", "is_sample")
    rate, letters = RATES[metric]
    shares, expected = layer.value(metric, split_by), stated(marts, rate)
    assert sum(value is not None for value in expected.values()) >= 2
    counts = layer.counted(layer.metrics[metric]["config"]["meta"]["letters_counted_by"], split_by)
    for group, value in expected.items():
        assert per_cent(shares.get(group)) == value, group
        assert counts.get(group, 0) == stated(marts, letters)[group], group


def test_a_letter_with_one_of_two_counts_is_in_neither_sum(dbt_manifest: Manifest) -> None:
    with duckdb.connect() as made:
        made.execute(
            "create schema marts; create table marts.council_performance as from (values (2021, 4, 10, 1), "
            "(2021, 90, null, null), (2021, null, 90, 50)) as rows (season, upheld_count, uphold_rate_base_count, "
            "satisfactory_remedies_count)"
        )
        layer = Layer(dbt_manifest, made)
        assert layer.value("uphold_rate_pooled_share", ["season"]) == {(2021,): Fraction(4, 10)}
        assert layer.value("satisfactory_remedy_rate_pooled_share", ["season"]) == {(2021,): Fraction(1, 4)}
        for name in ("uphold_rate_letters_count", "satisfactory_remedy_rate_letters_count"):
            assert layer.counted(name, ["season"]) == {(2021,): 1}


def test_every_dimension_splits_a_metric_into_parts_of_the_whole(layer: Layer) -> None:
    assert set(layer.dimensions) > DIMENSIONS
    (whole,) = layer.counted("uphold_rate_investigations_count", []).values()
    for name in layer.dimensions:
        parts = layer.counted("uphold_rate_investigations_count", [name])
        assert sum(part for part in parts.values() if part is not None) == whole, name


def test_the_year_by_which_metrics_are_dated_is_the_season(layer: Layer) -> None:
    defaults: Mapping[str, str] = layer.model["defaults"]
    dated_by = layer.dimensions[defaults["agg_time_dimension"]]
    assert set(layer.groups([f"max(year({dated_by}) - season)"], []).values()) == {(0,)}
    assert set(layer.groups([f"min(year({dated_by}) - season)"], []).values()) == {(0,)}


def test_every_rate_says_its_unit_its_letters_and_what_to_beware_of(layer: Layer) -> None:
    rates = {name for name, metric in layer.metrics.items() if "warnings" in metric["config"]["meta"]}
    assert rates == set(RATES)
    assert all(name.endswith("_count") for name in set(layer.metrics) - rates)
    for name in rates:
        meta = layer.metrics[name]["config"]["meta"]
        assert meta["unit"] == "share"
        assert meta["letters_counted_by"] in layer.metrics
        assert set(meta["warnings"]) == WARNINGS
