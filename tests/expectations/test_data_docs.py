"""Data Docs: pages about each suite, replaced with each run, without the names of officials."""

import re
from pathlib import Path

import pytest

from expectations.data_docs import write_data_docs
from redress.check.decisions import NO_DECISIONS
from redress.check.letter_rules import LETTER_RULES
from redress.check.season_rules import SEASON_RULES
from redress.model.reference import load_authorities
from redress.model.season import Season
from tests.made import SAMPLE_AUTHORITIES, WEXMARSH, landed, letter, without_statistics

SEASON = Season(2021)
LETTERS = [
    landed(letter("good")),
    landed(letter("wrong rate", authority=WEXMARSH, changes={"uphold_rate_pct": "82"})),
    landed(without_statistics("bare", authority="Ostlebridge Council")),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "data_docs" / "2021"
    authorities = load_authorities(additional=SAMPLE_AUTHORITIES)
    write_data_docs(SEASON, LETTERS, authorities, NO_DECISIONS, folder, "an earlier run")
    return write_data_docs(SEASON, LETTERS, authorities, NO_DECISIONS, folder, "the run")


def page(index: Path, suite: str) -> str:
    """The words of the page of a suite's results."""
    (found,) = (index.parent / "validations" / suite).rglob("*.html")
    return re.sub(r"<[^>]+>", " ", found.read_text())


def test_there_is_a_first_page_that_names_every_suite_and_the_run(index: Path) -> None:
    text = index.read_text()
    for suite in ("season_frame", "extracted_letters", "letters_without_statistics", "season"):
        assert f"validations/{suite}/" in text
    assert "the run" in text


def test_each_rule_is_told_with_its_sentence(index: Path) -> None:
    letters, season = page(index, "extracted_letters"), page(index, "season")
    assert all(rule.sentence in letters for rule in LETTER_RULES)
    assert all(rule.sentence.replace("'", "&#39;") in season or rule.sentence in season for rule in SEASON_RULES)


def test_the_rule_that_failed_is_shown_as_failed(index: Path) -> None:
    text = " ".join(page(index, "extracted_letters").split())
    assert "1 unexpected values found. 50% of 2 total rows" in text
    assert "Unsuccessful Expectations 1" in text


def test_pages_of_an_earlier_run_are_gone(index: Path) -> None:
    assert not list(index.parent.rglob("*an earlier run*"))
    assert [path.name for path in index.parent.parent.iterdir()] == ["2021"]


def test_no_page_names_an_official(index: Path) -> None:
    assert not [path for path in index.parent.rglob("*.html") if "Larkhall" in path.read_text()]
