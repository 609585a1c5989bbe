"""No figure that a person does not see comes into the warehouse, even from letters whose files lie."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from redress.model.landed import Fate
from redress.read.files import ocr
from tests.integration.planted_letters import LETTERS, OSTLEBRIDGE, Planted
from tests.two_releases import BY, TwoReleases

pytestmark = pytest.mark.needs("dbt")

FATES = """
    select source_address, disposition, coalesce(trust_reason, reason)
    from marts.dim_letter
    left join marts.fct_annual_review using (letter_key)
"""
FIGURES = "select source_address, measure, value from marts.fct_figure join marts.dim_letter using (letter_key)"
by_kind = pytest.mark.parametrize("planted", LETTERS, ids=lambda one: f"{one.year} {one.kind}")


@pytest.fixture(scope="module")
def warehouse(two_releases: TwoReleases) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse before a person decided about any letter."""
    with duckdb.connect(str(two_releases.first / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def asked(warehouse: duckdb.DuckDBPyConnection, question: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(question).fetchall()


def needs_tesseract(planted: Planted) -> None:
    if planted.kind == "under a scan" and not ocr.is_installed():
        pytest.skip("tesseract is not installed (Debian: tesseract-ocr)")


@by_kind
def test_a_letter_is_loaded_with_what_is_seen_of_it_or_held_back_for_a_true_reason(
    warehouse: duckdb.DuckDBPyConnection, planted: Planted
) -> None:
    needs_tesseract(planted)
    found = {address: (fate, why) for address, fate, why in asked(warehouse, FATES)}
    fate, why = found[planted.address]
    assert (fate, planted.why in why) == (planted.fate, True), why


@by_kind
def test_the_warehouse_has_the_figures_that_are_seen_and_no_others(
    warehouse: duckdb.DuckDBPyConnection, planted: Planted
) -> None:
    needs_tesseract(planted)
    figures = {
        measure: value for address, measure, value in asked(warehouse, FIGURES) if address == planted.address
    }
    assert figures == planted.figures


def test_the_place_of_a_letter_in_its_pack_is_in_the_warehouse(warehouse: duckdb.DuckDBPyConnection) -> None:
    places = asked(
        warehouse,
        "select source_address, letter_first_page, letter_last_page, page_count from marts.dim_letter "
        "where letter_first_page > 1 or letter_last_page < page_count",
    )
    assert places == [("2019/in-a-pack.pdf", 3, 4, 5)]


def test_a_season_of_one_design_gives_its_types_no_average(warehouse: duckdb.DuckDBPyConnection) -> None:
    averages = asked(
        warehouse,
        "select distinct coalesce(uphold_rate_stated_average_pct, compliance_rate_stated_average_pct, "
        "satisfactory_remedy_rate_stated_average_pct) from marts.fct_type_average where season = 2017",
    )
    assert averages == [(None,)]


def test_a_contradiction_that_a_witness_prints_too_is_flagged_with_both_rates(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    reviews = asked(
        warehouse,
        "select authority_name, trust, uphold_rate_pct, recomputed_uphold_rate_pct, is_uphold_rate_confirmed "
        "from marts.fct_annual_review join marts.dim_authority using (authority_key) "
        "where trust_reason like '%source_agrees_with_itself%'",
    )
    assert reviews == [(OSTLEBRIDGE, "flagged", 93, 92, False)]


def test_a_contradiction_without_a_witness_is_accepted_in_one_step(two_releases: TwoReleases) -> None:
    after = two_releases.accepted
    assert (after.disposition, after.decided_by) == (Fate.ACCEPTED, BY)
