"""The warehouse and `redress.model.authorities` agree on authorities, their names over time, and populations."""

import shutil
from collections.abc import Iterator
from contextlib import chdir

import duckdb
import pyarrow.parquet as pq
import pytest

from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.warehouse.landing_tables import TABLES
from tests.made import SAMPLE_AUTHORITIES
from tests.warehouse.invented import BUILT, ask, dbt_build

pytestmark = pytest.mark.needs("dbt")

AUTHORITIES = load_authorities(additional=SAMPLE_AUTHORITIES)
SEASONS = tuple(Season(year) for year in range(2010, 2027))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with dim_authority and the models that the tests ask, built over a landing without letters."""
    folder = tmp_path_factory.mktemp("authorities")
    for table, schema in TABLES.items():
        path = folder / "landing" / table / "season=2021" / "part.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(schema.empty_table(), path)
    shutil.copy(SAMPLE_AUTHORITIES, folder / "councils.csv")
    wanted = ("+dim_authority", "+dim_council_type", "+int_authority_populations", "+int_authority_seasons")
    build = dbt_build(folder, "--select", *wanted, "--indirect-selection", "buildable")
    assert build.returncode == 0, build.stdout + build.stderr
    for test in ("a_name_means_one_authority_on_a_day", "a_successor_takes_over_on_the_day_after"):
        assert f"PASS {test}" in build.stdout, f"the test {test} did not run"
    with chdir(folder), duckdb.connect(BUILT, read_only=True) as connection:  # views reach landing from here
        yield connection


def test_a_renamed_council_has_a_row_for_each_name(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        warehouse,
        """
        select
            authority_key, authority_name, short_name, gss_code,
            strftime(valid_from_date, '%x'), strftime(valid_to_date, '%x'), is_current
        from marts.dim_authority where authority_id = 'SHE' order by valid_from_date nulls first
        """,
    )
    assert rows == [
        ("SHE@origin", "Shepway District Council", "Shepway", "E07000112", None, "2018-03-31", False),
        (
            *("SHE@2018-04-01", "Folkestone and Hythe District Council", "Folkestone and Hythe", "E07000112"),
            *("2018-04-01", None, True),
        ),
    ]


def test_an_authority_has_a_row_for_each_code_of_its_boundary(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        warehouse,
        """
        select authority_key, gss_code from marts.dim_authority
        where authority_id in ('BNS', 'COR', 'BUC', 'PARK-LAKE-DISTRICT', 'TRANSPORT-LONDON') order by all
        """,
    )
    assert rows == [
        ("BNS@2025-04-01", "E08000038"),
        ("BNS@origin", "E08000016"),
        ("BUC@2020-04-01", "E06000060"),
        ("COR@origin", "E07000150"),
        ("PARK-LAKE-DISTRICT@2016-08-01", "E26000011"),
        ("PARK-LAKE-DISTRICT@origin", "E26000003"),
        ("TRANSPORT-LONDON@origin", None),
    ]


def test_predecessors_and_successors_are_lists_of_ids_and_names_for_people(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = ask(
        warehouse,
        """
        select authority_id, predecessor_ids, predecessor_names, successor_ids, successor_names
        from marts.dim_authority where authority_id in ('SWT', 'CMA', 'BLA') order by all
        """,
    )
    assert rows == [
        ("BLA", None, None, None, None),
        ("CMA", None, None, ["CBD", "WAF"], "Cumberland Council; Westmorland and Furness Council"),
        (
            *("SWT", ["TAU", "WSO"], "Taunton Deane Borough Council; West Somerset District Council"),
            *(["SMT"], "Somerset Council"),
        ),
    ]


def test_the_dimension_and_the_package_know_the_same_successions(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        warehouse,
        """
        select authority_id, coalesce(predecessor_ids, []), coalesce(successor_ids, []) from marts.dim_authority
        where authority_key <> 'unknown'
        """,
    )
    for authority_id, predecessor_ids, successor_ids in rows:
        assert predecessor_ids == [one.authority_id for one in AUTHORITIES.predecessors(authority_id)]
        assert successor_ids == [one.authority_id for one in AUTHORITIES.successors(authority_id)]


def test_the_name_of_a_version_means_its_authority_in_each_of_its_seasons(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    versions = ask(
        warehouse,
        """
        select authority_id, authority_name, short_name, valid_from_date, valid_to_date, is_sample
        from marts.dim_authority where authority_key <> 'unknown'
        """,
    )
    seen = {season: set[str]() for season in SEASONS}
    for authority_id, name, short_name, valid_from, valid_to, _ in versions:
        for season in SEASONS:
            day = season.period_end
            if (valid_from is None or valid_from <= day) and (valid_to is None or day <= valid_to):
                assert authority_id not in seen[season], f"{authority_id} has two versions on {day}"
                seen[season].add(authority_id)
                for each in (name, short_name):
                    candidates = AUTHORITIES.resolve(each, day).candidates
                    assert [one.authority_id for one in candidates] == [authority_id], (each, day)
    for season in SEASONS:
        assert seen[season] == {one.authority_id for one in AUTHORITIES.alive_on(season.period_end)}
    assert any(is_sample for *_, is_sample in versions)


def test_the_same_authorities_are_expected_in_a_season_here_and_in_the_package(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for season in SEASONS:
        rows = ask(
            warehouse,
            """
            select versions.authority_id from intermediate.int_authority_seasons as seasons
            inner join marts.dim_authority as versions on seasons.authority_key = versions.authority_key
            where seasons.season = ?
            """,
            season.year,
        )
        assert sorted(row[0] for row in rows) == sorted(one.authority_id for one in AUTHORITIES.expected_in(season))


def test_a_season_has_the_same_populations_here_and_in_the_package(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        warehouse,
        """
        select season, authority_id, population_count, population_mid_year
        from intermediate.int_authority_populations
        """,
    )
    there = {
        (season.year, council.authority_id, population.count, population.mid_year)
        for season in SEASONS
        for council in AUTHORITIES.expected_in(season)
        if (population := AUTHORITIES.population(council.authority_id, season)) is not None
    }
    assert set(rows) == there
    assert (2024, "BUC", 561180, 2022) in there


def test_letters_of_nobody_known_have_a_member_of_their_own(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        warehouse,
        """
        select authority_id, council_type_key, gss_code, predecessor_ids, successor_names
        from marts.dim_authority where authority_key = 'unknown'
        """,
    )
    assert rows == [("unknown", None, None, None, None)]
