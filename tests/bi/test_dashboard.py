"""The dashboard's export is whole, names only columns that a release has, and divides by the right counts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bi.prepare import export_files
from tests.bi.export import EXPORT, answer_query, columns_of, metrics_of

DATASETS = {dataset["table_name"]: dataset for dataset in EXPORT.datasets.values()}
OURS = {"council", "comparable_period", "beware", "about", "look_first"}
"""The columns that the SQL of the datasets makes. No mart has these columns, so no mart describes them."""


ROLES = ("all_columns", "groupby", "groupbyRows", "groupbyColumns", "x_axis")
"""The params of a chart that name columns of the chart's dataset."""


@pytest.fixture(scope="module")
def release(cookbook_release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(cookbook_release / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def test_every_chart_of_the_dashboard_is_in_the_export_and_asks_for_what_its_dataset_has() -> None:
    charts = {chart["uuid"]: chart for chart in EXPORT.of("charts").values()}
    placed = [
        item["meta"]["uuid"]
        for item in EXPORT.dashboard["position"].values()
        if isinstance(item, dict) and item["type"] == "CHART"
    ]
    assert sorted(placed) == sorted(charts)
    for chart in charts.values():
        dataset, params = EXPORT.datasets[chart["dataset_uuid"]], chart["params"]
        named = {name for role in ROLES for name in _in(params, role)}
        named |= {part["subject"] for part in params["adhoc_filters"]}
        assert named <= columns_of(dataset), chart["slice_name"]
        assert set(_in(params, "metrics")) <= set(metrics_of(dataset)), chart["slice_name"]
        assert chart["description"], chart["slice_name"]


def _in(params: dict[str, Any], role: str) -> list[str]:
    found = params.get(role, [])
    return [found] if isinstance(found, str) else found


def test_the_filters_are_for_a_council_a_type_and_a_season_and_always_have_a_value() -> None:
    filters = EXPORT.dashboard["metadata"]["native_filter_configuration"]
    assert [one["name"] for one in filters] == ["Council", "Type", "Season"]
    for one in filters:
        [target] = one["targets"]
        assert target["column"]["name"] in columns_of(EXPORT.datasets[target["datasetUuid"]])
        assert one["controlValues"]["defaultToFirstItem"]
        assert one["requiredFirst"]


def test_the_database_is_read_only_and_remembers_nothing() -> None:
    [database] = EXPORT.of("databases").values()
    assert database["sqlalchemy_uri"] == "duckdb:///current", "an address of one machine"
    assert not any(database[may] for may in ("allow_dml", "allow_ctas", "allow_cvas", "allow_file_upload"))
    arguments = {"read_only": True, "config": {"enable_external_access": "false"}}
    assert database["extra"]["engine_params"] == {"connect_args": arguments}
    assert database["cache_timeout"] == -1


def test_on_postgresql_the_same_dashboard_has_another_database_and_nothing_of_duckdbs() -> None:
    on_file, on_server = export_files("duckdb"), export_files("postgresql")
    assert {path for path in on_file if on_file[path] != on_server[path]} == {"databases/Redress.yaml"}
    assert "duckdb" not in on_server["databases/Redress.yaml"]
    assert "type: assets" in on_file["metadata.yaml"]


@pytest.mark.needs("dbt")
@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_has_the_columns_of_the_marts_in_the_words_of_the_marts(
    name: str, release: duckdb.DuckDBPyConnection
) -> None:
    dataset = DATASETS[name]
    assert set(release.sql(dataset["sql"]).columns) == columns_of(dataset)
    of_marts = "select column_name, comment from duckdb_columns() where schema_name = 'marts'"
    words = set(release.sql(of_marts).fetchall())
    for column in dataset["columns"]:
        about = (column["column_name"], column["description"])
        assert column["description"], about
        assert about in words or column["column_name"] in OURS, f"the marts say something else than {about}"


@pytest.mark.needs("dbt")
@pytest.mark.parametrize("name", DATASETS)
def test_every_metric_has_an_answer_for_a_council_in_a_season(
    name: str, release: duckdb.DuckDBPyConnection
) -> None:
    rows = release.sql(answer_query(DATASETS[name], "season_label, council")).fetchall()
    answers = zip(*(row[2:] for row in rows), strict=True)
    for metric, found in zip(metrics_of(DATASETS[name]), answers, strict=True):
        assert any(value is not None for value in found), metric


@pytest.mark.needs("dbt")
def test_the_pooled_rate_is_upheld_of_investigations_where_a_letter_states_both(
    release: duckdb.DuckDBPyConnection,
) -> None:
    expected = """
        select season_label, round(100.0 * sum(upheld_count) / sum(uphold_rate_base_count), 6)
        from marts.council_performance
        where upheld_count is not null and uphold_rate_base_count > 0
        group by season_label order by season_label
    """
    found = _by_season(release, "Uphold rate, pooled")
    assert {season: round(rate, 6) for season, rate in found.items() if rate is not None} == dict(
        release.sql(expected).fetchall()
    )


@pytest.mark.needs("dbt")
def test_a_stated_rate_is_of_one_letter_and_a_types_average_of_one_type_or_there_is_none(
    release: duckdb.DuckDBPyConnection,
) -> None:
    sql, metrics = DATASETS["councils_by_season"]["sql"], metrics_of(DATASETS["councils_by_season"])
    stated, average = metrics["Uphold rate"], metrics["Average of its type"]
    one = "council_type_name = 'County Councils' and season = 2021 and coverage_state = 'accepted'"
    query = f"select {stated}, {average} from ({sql}) as asked where {{}}"  # noqa: S608 - ours
    pellonshire = f"{one} and council like 'Pellonshire%'"
    assert release.sql(query.format(pellonshire)).fetchall() == [(83, 71)]
    assert release.sql(query.format(one)).fetchall() == [(None, 71)]
    assert release.sql(query.format(f"{one} or season = 2022")).fetchall() == [(None, None)]


def _by_season(release: duckdb.DuckDBPyConnection, metric: str) -> dict[str, Any]:
    dataset = DATASETS["councils_by_season"]
    place = list(metrics_of(dataset)).index(metric) + 1
    return {row[0]: row[place] for row in release.sql(answer_query(dataset, "season_label")).fetchall()}


@pytest.mark.needs("dbt")
def test_small_numbers_and_flags_stand_in_words_beside_a_figure(release: duckdb.DuckDBPyConnection) -> None:
    sql = DATASETS["councils_by_season"]["sql"]
    rows = release.sql(f"select is_small_number, trust, beware from ({sql}) as asked").fetchall()  # noqa: S608
    assert any(is_small for is_small, _, _ in rows)
    for is_small, trust, beware in rows:
        assert ("fewer than ten investigations" in beware) == bool(is_small)
        assert ("flagged: " in beware) == (trust == "flagged")
