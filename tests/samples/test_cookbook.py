"""Each question of the cookbook has a query, and shows what the query gives on the samples."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from samples.cookbook.__main__ import COOKBOOK
from samples.cookbook.questions import CookbookError, read_questions, with_outputs

pytestmark = pytest.mark.needs("dbt")

QUESTION = "## 1. How many\n\n```sql\nselect 41 + 1 as answer, null as reason\n```\n\n| old |\n"


@pytest.fixture(scope="module")
def text() -> str:
    return COOKBOOK.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def release(cookbook_release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(cookbook_release / "warehouse.duckdb"), read_only=True) as connection:
        yield connection


def test_every_output_shown_is_what_its_query_gives(text: str, release: duckdb.DuckDBPyConnection) -> None:
    now = with_outputs(text, release)
    for shown, given in zip(read_questions(text), read_questions(now), strict=True):
        assert (
            text[shown.output_start : shown.output_end].splitlines()
            == now[given.output_start : given.output_end].splitlines()
        ), f"question {shown.number}; write it again: .venv/bin/python -m samples.cookbook"
    assert now == text


def test_there_are_at_least_ten_questions_numbered_in_order(text: str) -> None:
    numbers = [question.number for question in read_questions(text)]
    assert len(numbers) >= 10
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_question_says_what_to_beware_of_and_how_far_to_trust_it(text: str) -> None:
    for question in read_questions(text):
        assert "**Beware.**" in question.prose, f"question {question.number}"
        assert "trust" in question.sql + question.prose, f"question {question.number}"


@pytest.mark.parametrize("flag", ["is_small_number", "comparability_note", "trust", "coverage_state"])
def test_the_flags_of_a_row_stand_in_the_outputs(text: str, flag: str) -> None:
    heads = [text[one.output_start : one.output_end].splitlines()[0] for one in read_questions(text)]
    assert any(f" {flag} " in head for head in heads)


def test_an_output_is_written_anew_with_absent_values_named() -> None:
    with duckdb.connect() as connection:
        assert with_outputs(QUESTION, connection).endswith("| answer | reason |\n| ---: | ---: |\n| 42 | null |\n")


def test_decimals_truth_and_bars_are_shown_as_people_write_them() -> None:
    asked = QUESTION.replace(
        "41 + 1 as answer, null as reason",
        "82.500 as a, 100.0 as b, true as c, 'x|y' as d, 0.0 as e, 1000::double as f",
    )
    with duckdb.connect() as connection:
        last = with_outputs(asked, connection).splitlines()[-1]
    assert last == "| 82.5 | 100 | true | x\\|y | 0 | 1000 |"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (QUESTION.replace("```sql", "```text"), 'question 1, "How many", has 0 queries'),
        (QUESTION + "\n```sql\nselect 1\n```\n", 'question 1, "How many", has 2 queries'),
        (QUESTION.replace("| old |\n", ""), 'question 1, "How many", shows no output'),
        (QUESTION.replace("41 + 1", "no_column"), 'question 1, "How many", fails: .*no_column'),
        (QUESTION.replace("reason\n", "reason where false\n"), 'question 1, "How many", gives no row'),
    ],
)
def test_a_question_that_is_not_answered_is_named(text: str, told: str) -> None:
    with duckdb.connect() as connection, pytest.raises(CookbookError, match=told):
        with_outputs(text, connection)
