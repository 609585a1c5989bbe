"""Data Docs show the suite and its result, are replaced with each run, and name no official."""

import html
import re
from pathlib import Path

import pytest

from expectations.data_docs import write_data_docs
from expectations.gate import gate
from redress.check.all_rules import RULES
from redress.check.letter_rules import LETTER_RULES
from redress.model.reference import load_authorities
from redress.model.season import Season
from tests.made import SAMPLE_AUTHORITIES, WEXMARSH, landed, letter, without_statistics

pytestmark = pytest.mark.needs("great_expectations")

SEASON = Season(2021)
WRONG = letter("wrong rate", authority=WEXMARSH, changes={"uphold_rate_pct": "82"})
LETTERS = [
    landed(letter("good")),
    landed(WRONG),
    landed(without_statistics("bare", authority="Ostlebridge Council")),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "data_docs" / "2021"
    authorities = load_authorities(additional=SAMPLE_AUTHORITIES)
    for run_name in ("an earlier run", "the run"):
        gated = gate(SEASON, LETTERS, authorities, run_name=run_name)
        first_page = write_data_docs(gated.validation, folder)
    return first_page


def page(index: Path) -> str:
    """Return the words of the page with the suite's results."""
    (found,) = (index.parent / "validations" / "season").rglob("*.html")
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", found.read_text()).split()))


def test_there_is_a_first_page_that_names_the_suite_and_the_run(index: Path) -> None:
    text = index.read_text()
    assert "validations/season/" in text
    assert "the run" in text


def test_each_rule_is_told_with_its_severity_and_sentence(index: Path) -> None:
    text = page(index)
    for rules in RULES.values():
        assert all(f"{rule.name} ({rule.severity}): {rule.sentence}" in text for rule in rules)


def test_the_rule_that_failed_is_shown_as_failed_with_the_letter_that_breaks_it(index: Path) -> None:
    text = page(index)
    assert "Unsuccessful Expectations 1 " in text
    (rule,) = (rule for rule in LETTER_RULES if rule.name == "uphold_rate_is_upheld_over_investigations")
    _, _, told = text.partition(f"{rule.name} (critical): {rule.sentence} ")
    # of three letters one has no statistics, and is not asked
    assert told.startswith("1 unexpected values found. 50% of 3 total rows.")
    assert WRONG.sha256 in told[:200]
    assert text.count(WRONG.sha256) == 1


def test_pages_of_an_earlier_run_are_gone(index: Path) -> None:
    assert not list(index.parent.rglob("*an earlier run*"))
    assert [path.name for path in index.parent.parent.iterdir()] == ["2021"]


def test_no_page_names_an_official(index: Path) -> None:
    assert not [path for path in index.parent.rglob("*.html") if "Larkhall" in path.read_text()]
