"""The marts that dbt builds from a small landing have the letters' figures, their places, and the coverage."""

from decimal import Decimal

import duckdb
import pytest

from redress.model.measures import HEADLINE_NAMES
from tests.warehouse.invented import LETTERS, THREE_STATISTICS, ask

pytestmark = pytest.mark.needs("dbt")


def test_a_letter_without_compliance_has_no_rate_and_says_why(marts: duckdb.DuckDBPyConnection) -> None:
    [row] = ask(
        marts,
        """
        select
            upheld_count, uphold_rate_pct, recomputed_uphold_rate_pct,
            compliance_rate_pct, compliance_rate_absence_code,
            satisfactory_remedy_rate_pct, satisfactory_remedy_rate_absence_code,
            recomputed_satisfactory_remedy_rate_pct, upheld_per_100k, upheld_per_100k_absence_code
        from marts.fct_annual_review
        where authority_key = 'SAMPLE-ALDERMOOR@origin' and season = 2021
        """,
    )
    assert row == (0, 0, 0, None, "none_due", None, "none_upheld", None, None, "not_in_layout")


def test_every_headline_measure_is_in_the_review_as_stated(marts: duckdb.DuckDBPyConnection) -> None:
    cursor = marts.cursor().execute(
        f"""
        select {", ".join(HEADLINE_NAMES)}
        from marts.fct_annual_review
        where authority_key = 'SAMPLE-BRINDLE@origin' and season = 2021
        """  # noqa: S608 - the names are our own
    )
    assert cursor.description is not None
    [row] = cursor.fetchall()
    assert dict(zip(HEADLINE_NAMES, row, strict=True)) == {
        measure: Decimal(THREE_STATISTICS[measure]) if measure in THREE_STATISTICS else None
        for measure in HEADLINE_NAMES
    }


def test_rates_are_recomputed_half_up_beside_the_gap_to_the_average(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    [row] = ask(
        marts,
        """
        select
            recomputed_uphold_rate_pct, uphold_rate_gap_points, compliance_rate_gap_points,
            recomputed_satisfactory_remedy_rate_pct, satisfactory_remedy_rate_gap_points, is_small_number
        from marts.fct_annual_review
        where letter_key = ?
        """,
        LETTERS[0].key,
    )
    assert row == (83, 12, -3, 9, 1, False)


def test_a_failed_warning_flags_the_review_and_the_season_brings_its_note(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    rows = ask(
        marts,
        """
        select authority_key, trust, comparability_note is not null
        from marts.fct_annual_review where season = 2021 order by all
        """,
    )
    assert rows == [
        ("SAMPLE-ALDERMOOR@origin", "flagged", True),
        ("SAMPLE-BRINDLE@origin", "stated", True),
        ("SAMPLE-CARROW@origin", "stated", True),
    ]


def test_coverage_names_what_is_there_and_what_is_missing(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select coverage.season, authorities.authority_id, coverage.coverage_state, coverage.letters_count
        from marts.fct_coverage as coverage
        inner join marts.dim_authority as authorities on coverage.authority_key = authorities.authority_key
        where
            coverage.season in (2021, 2022)
            and (authorities.is_sample or authorities.authority_key = 'unknown')
        order by all
        """,
    )
    assert rows == [
        (2021, "SAMPLE-ALDERMOOR", "accepted", 1),
        (2021, "SAMPLE-BRINDLE", "accepted", 1),
        (2021, "SAMPLE-CARROW", "accepted", 1),  # its last day is the period's last day
        (2021, "SAMPLE-ELMSTEAD", "quarantined", 1),
        (2021, "SAMPLE-FERNLEY", "not_published", 0),
        (2021, "SAMPLE-GRESTON", "not_published", 0),
        (2021, "SAMPLE-HOLTBY", "not_published", 0),
        (2022, "SAMPLE-ALDERMOOR", "not_published", 0),
        (2022, "SAMPLE-BRINDLE", "accepted", 1),
        (2022, "SAMPLE-CARROW", "not_expected", 1),
        (2022, "SAMPLE-DENHOLT", "accepted", 1),
        (2022, "SAMPLE-ELMSTEAD", "no_statistics", 1),
        (2022, "SAMPLE-FERNLEY", "not_published", 0),
        (2022, "SAMPLE-GRESTON", "not_published", 0),
        (2022, "SAMPLE-HOLTBY", "not_published", 0),
        (2022, "unknown", "unidentified", 2),
    ]


def test_real_councils_without_a_letter_are_not_published(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select distinct coverage.season, coverage.coverage_state, years.letters_expected_count > 300
        from marts.fct_coverage as coverage
        inner join marts.dim_authority as authorities on coverage.authority_key = authorities.authority_key
        inner join marts.dim_year as years on coverage.season = years.season
        where
            coverage.season in (2021, 2022)
            and not authorities.is_sample and authorities.authority_key <> 'unknown'
        order by all
        """,
    )
    assert rows == [(2021, "not_published", True), (2022, "not_published", True)]


def test_a_quarantined_letter_is_in_no_fact_but_coverage(marts: duckdb.DuckDBPyConnection) -> None:
    quarantined = [letter.key for letter in LETTERS if letter.disposition != "accepted"]
    rows = ask(
        marts,
        """
        with facts as (
            select letter_key from marts.fct_annual_review union all select letter_key from marts.fct_figure
        )
        select letter_key from facts where list_contains(?, letter_key)
        """,
        quarantined,
    )
    assert rows == []
    [(state, reason)] = ask(
        marts,
        "select coverage_state, reason from marts.fct_coverage where letter_key = ?",
        next(letter.key for letter in LETTERS if letter.name == "elmstead"),
    )
    assert (state, reason) == ("quarantined", "rate is no rate")


def test_a_superseded_letter_points_at_the_one_that_stands(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select later.letter_key, later.disposition
        from marts.dim_letter as earlier
        inner join marts.dim_letter as later on earlier.superseded_by_letter_key = later.letter_key
        """,
    )
    assert rows == [(next(one.key for one in LETTERS if (one.name, one.season) == ("brindle", 2022)), "accepted")]


def test_the_same_bytes_in_two_seasons_are_two_letters(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        "select season, letter_key from marts.dim_letter where letter_sha256 = ? order by season",
        LETTERS[0].sha256,
    )
    assert rows == [(season, f"{season}-{LETTERS[0].sha256}") for season in (2021, 2022)]


def test_a_fact_leads_to_the_place_it_was_read_from(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select reviews.uphold_rate_pct, figures.printed_text, figures.page, figures.box_x0_points
        from marts.fct_annual_review as reviews
        inner join marts.fct_figure as figures on reviews.letter_key = figures.letter_key
        where reviews.letter_key = ? and figures.measure = 'uphold_rate_pct'
        """,
        LETTERS[0].key,
    )
    assert rows == [(83, "83", 2, 72.0)]


def test_every_column_is_described_in_the_file_itself(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select table_name, column_name from duckdb_columns()
        where schema_name in ('marts', 'audit', 'seeds') and coalesce(comment, '') = ''
        """,
    )
    assert rows == []


def test_the_file_stands_on_its_own_and_names_no_official(marts: duckdb.DuckDBPyConnection) -> None:
    assert ask(marts, "select view_name from duckdb_views() where not internal") == []
    assert ask(marts, "select distinct schema_name from duckdb_tables() order by all") == [
        ("audit",),
        ("marts",),
        ("seeds",),
    ]
    assert ask(marts, "select column_name from duckdb_columns() where column_name like '%addressee%'") == []


def test_a_client_with_duckdb_1_can_open_the_file(marts: duckdb.DuckDBPyConnection) -> None:
    [(tags,)] = ask(marts, "select tags from duckdb_databases() where not internal")
    assert tags["storage_version"].startswith("v1.0.0")
