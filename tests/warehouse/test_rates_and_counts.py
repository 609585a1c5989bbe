"""A rate that its counts do not give fails the build, unless a person or a witness vouches for the rate."""

import re

import duckdb
import pytest

from tests.warehouse.invented import PROJECT_DIR

TEST = PROJECT_DIR / "tests" / "rates_are_what_their_counts_give.sql"
TABLES = """
    create table fct_annual_review (
        letter_key varchar, is_uphold_rate_confirmed boolean, is_satisfactory_remedy_rate_confirmed boolean,
        is_accepted_by_decision boolean
    );
    create table stg_checks (letter_key varchar, rule varchar, is_passed boolean);
    create table fct_figure (letter_key varchar, measure varchar, is_corrected boolean);
"""
UPHOLD, REMEDY = "uphold_rate_pct", "satisfactory_remedy_rate_pct"


@pytest.mark.parametrize(
    ("uphold", "remedy", "is_decided", "is_witnessed", "corrected", "found"),
    [
        pytest.param(True, True, False, False, None, set(), id="both agree"),
        pytest.param(None, None, False, False, None, set(), id="nothing to compare"),
        pytest.param(False, True, False, False, None, {UPHOLD}, id="nobody vouches for it"),
        pytest.param(None, False, False, False, None, {REMEDY}, id="nobody vouches for the remedies"),
        pytest.param(False, False, True, False, None, set(), id="a person accepted it"),
        pytest.param(False, True, False, True, None, set(), id="a witness prints it too"),
        pytest.param(False, True, False, True, "investigations_count", {UPHOLD}, id="a count is corrected alone"),
        pytest.param(True, False, False, True, "upheld_count", {REMEDY}, id="a base is corrected alone"),
        pytest.param(False, True, False, True, "compliance_rate_pct", set(), id="another figure is corrected"),
    ],
)
def test_a_rate_that_its_counts_do_not_give_fails_the_build_unless_somebody_vouches_for_it(
    uphold: bool | None,
    remedy: bool | None,
    is_decided: bool,
    is_witnessed: bool,
    corrected: str | None,
    found: set[str],
) -> None:
    test = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", TEST.read_text(encoding="utf-8"))
    with duckdb.connect() as warehouse:
        warehouse.execute(TABLES)
        warehouse.execute("insert into fct_annual_review values ('a', ?, ?, ?)", [uphold, remedy, is_decided])
        warehouse.execute("insert into stg_checks values ('a', 'source_agrees_with_itself', ?)", [not is_witnessed])
        warehouse.execute("insert into fct_figure values ('a', ?, true)", [corrected])
        assert {rate for _, rate in warehouse.execute(test).fetchall()} == found
