"""The review of a council's year has its rank, flags and trust, and an average counts the letters that state it."""

from decimal import Decimal

import duckdb
import pytest

from tests.warehouse.invented import ask

pytestmark = pytest.mark.needs("dbt")


def test_equal_rates_share_a_rank_and_a_small_number_has_none(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select split_part(authority_key, '@', 1), uphold_rate_pct, uphold_rate_rank, uphold_rate_ranked_count,
            is_small_number
        from marts.fct_annual_review where season = 2024 order by all
        """,
    )
    assert rows == [
        ("SAMPLE-ALDERMOOR", 50, 1, 3, False),
        ("SAMPLE-FERNLEY", 50, 1, 3, False),
        ("SAMPLE-GRESTON", 100, None, 3, True),  # 3 of 3
        ("SAMPLE-HOLTBY", 31, 3, 3, False),
    ]


def test_what_speaks_against_a_letter_is_said(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select split_part(authority_key, '@', 1), trust, trust_reason, is_ocr, is_accepted_by_decision
        from marts.fct_annual_review where season in (2021, 2024) order by season, authority_key
        """,
    )
    assert rows == [
        ("SAMPLE-ALDERMOOR", "flagged", "warnings: block_missing", False, False),
        ("SAMPLE-BRINDLE", "stated", None, False, False),
        ("SAMPLE-CARROW", "stated", None, False, False),
        ("SAMPLE-ALDERMOOR", "stated", None, False, False),
        ("SAMPLE-FERNLEY", "flagged", "figures were read from a picture", True, False),
        ("SAMPLE-GRESTON", "stated", None, False, False),
        ("SAMPLE-HOLTBY", "flagged", "accepted by a decision in spite of: uphold_rate", False, True),
    ]


def test_a_rate_that_its_counts_do_not_give_is_seen(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select uphold_rate_pct, recomputed_uphold_rate_pct, is_uphold_rate_confirmed
        from marts.fct_annual_review
        where season = 2024 and starts_with(authority_key, 'SAMPLE-HOLTBY')
        """,
    )
    assert rows == [(31, 30, False)]


def test_the_base_of_a_rate_of_2018_is_derived(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select
            investigations_count, uphold_rate_base_count, is_uphold_rate_base_derived, recomputed_uphold_rate_pct,
            is_small_number
        from marts.fct_annual_review where season = 2018
        """,
    )
    assert rows == [(None, 8, True, 38, True)]


def test_a_letter_of_2013_has_no_rates_and_is_no_letter_of_zeros(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select upheld_count, uphold_rate_pct, uphold_rate_absence_code, is_small_number, uphold_rate_rank
        from marts.fct_annual_review where season = 2013
        """,
    )
    assert rows == [(None, None, "not_in_layout", None, None)]


def test_averages_rest_on_the_letters_that_state_them(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select
            authorities_expected_count, letters_accepted_count,
            uphold_rate_stated_average_pct, uphold_rate_stating_letters_count, uphold_rate_agreeing_letters_count,
            uphold_rate_pooled_pct, uphold_rate_mean_pct, compliance_rate_mean_pct
        from marts.fct_type_average
        where season = 2024 and council_type_key = 'district' and is_sample
        """,
    )
    # pooled: 21 of 43 is 48.83...; mean: 231 / 4 = 57.75
    assert rows == [(4, 4, 66, 4, 3, Decimal("48.8"), Decimal("57.8"), None)]


def test_real_councils_have_averages_of_their_own(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select count(*), min(authorities_expected_count) > 20, sum(letters_accepted_count)
        from marts.fct_type_average where season = 2024 and not is_sample
        """,
    )
    assert rows == [(5, True, 0)]


def test_a_year_says_what_it_compares_with(marts: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        marts,
        """
        select season, comparable_since_season, letters_found_count, letters_accepted_count
        from marts.dim_year where season in (2014, 2015, 2022, 2023) order by season
        """,
    )
    assert rows == [(2014, 2010, 0, 0), (2015, 2015, 0, 0), (2022, 2015, 6, 2), (2023, 2023, 0, 0)]
