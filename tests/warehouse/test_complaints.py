"""fct_complaints counts complaints by service and outcome, and the wide table has all figures of a council."""

from decimal import Decimal

import duckdb
import pytest

from redress.model.measures import TABLE_MEASURES
from tests.warehouse.invented import LETTERS, ask

pytestmark = pytest.mark.needs("dbt")


def test_every_layout_gives_the_complaints_that_it_counts(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select season, complaint_kind, complaint_category, complaints_count, share_of_total_pct
        from marts.fct_complaints order by season, complaint_kind, category_position
        """,
    )
    assert rows == [
        (2013, "received", "total", 17, 100),
        (2018, "decided", "advice_given", 9, Decimal("52.9")),
        (2018, "decided", "not_upheld", 5, Decimal("29.4")),
        (2018, "decided", "upheld", 3, Decimal("17.6")),
        (2018, "decided", "total", 17, 100),
        (2018, "received", "housing", 11, Decimal("68.8")),  # 68.75
        (2018, "received", "planning_and_development", 5, Decimal("31.3")),  # 31.25
        (2018, "received", "other", 0, 0),
        (2018, "received", "total", 16, 100),
        (2018, "remedied", "by_ombudsman", 2, None),
        (2018, "remedied", "by_authority", 1, None),
        (2025, "overview", "not_for_us", 8, 25),
        (2025, "overview", "assessed_and_closed", 12, Decimal("37.5")),
        (2025, "overview", "investigated", 12, Decimal("37.5")),
        (2025, "overview", "total", 32, 100),
    ]


def test_every_category_that_a_letter_can_state_has_a_name(marts: duckdb.DuckDBPyConnection) -> None:
    named = ask(marts, "select measure, category from seeds.complaint_categories where category is not null")
    assert set(named) == {
        (measure, category) for measure, categories in TABLE_MEASURES.items() for category in categories
    }


def test_a_count_leads_to_the_figure_that_it_was_read_as(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select figures.printed_text, figures.page
        from marts.fct_complaints as complaints
        inner join marts.fct_figure as figures on complaints.figure_key = figures.figure_key
        where complaints.complaint_kind = 'overview' and complaints.complaint_category = 'investigated'
        """,
    )
    assert rows == [("12", 2)]


def test_the_wide_table_has_names_figures_and_source_of_a_council(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select
            season_label, authority_name, council_type_name, coverage_state, dealt_with_count,
            uphold_rate_pct, uphold_rate_type_average_pct, uphold_rate_gap_points, uphold_rate_rank,
            type_uphold_rate_stated_average_pct, trust, source_address, uphold_rate_page, attribution
        from marts.council_performance where season = 2025 and authority_id = 'SAMPLE-ALDERMOOR'
        """,
    )
    assert rows == [
        (
            *("2024-25", "Aldermoor Borough Council", "District Councils", "accepted", 32, 50, 66, -16, 1, 66),
            *("stated", "letters/aldermoor 2025.pdf", 2),
            "An invented sample letter, which says nothing about a real council.",
        )
    ]


def test_the_wide_table_counts_what_was_received_and_decided_apart(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select season, received_count, decided_count, dealt_with_count, uphold_rate_base_count
        from marts.council_performance where coverage_state = 'accepted' and season in (2013, 2018, 2025)
        order by season
        """,
    )
    assert rows == [(2013, 17, None, None, None), (2018, 16, 17, None, 8), (2025, None, None, 32, 12)]


def test_a_council_without_an_accepted_letter_has_its_row_without_figures(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    rows = ask(
        marts,
        """
        select season, coverage_state, uphold_rate_pct, trust, attribution, letter_key
        from marts.council_performance
        where authority_id = 'SAMPLE-ELMSTEAD' and season in (2021, 2022, 2024) order by season
        """,
    )
    keys = {letter.season: letter.key for letter in LETTERS if letter.authority_id == "SAMPLE-ELMSTEAD"}
    assert rows == [
        (2021, "quarantined", None, None, None, keys[2021]),
        (2022, "no_statistics", None, None, None, keys[2022]),
        (2024, "not_published", None, None, None, None),
    ]
