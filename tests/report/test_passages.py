"""`redress find` finds passages of a release by their words, by season and by council."""

import datetime as dt
import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from redress.cli import app
from redress.model.season import Season
from redress.report.council import ShowError
from redress.report.passages import find_passages

pytestmark = pytest.mark.needs("dbt")

TODAY = dt.date(2026, 1, 1)
HARROWMERE, OXGARTH = "Harrowmere County Council", "Oxgarth County Council"


@pytest.fixture(scope="module")
def file(cookbook_release: Path) -> Path:
    return cookbook_release / "warehouse.duckdb"


def councils(file: Path, *words: str, season: int | None = None, council: str | None = None) -> list[str]:
    """Return the name of the council of each passage that is found."""
    found = find_passages(file, words, None if season is None else Season(season), council, TODAY)
    return [row["authority_name"] for row in found]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("free early education",), [HARROWMERE]),
        (("FREE   Early education",), [HARROWMERE]),
        (("free education",), []),
        (("education", "free"), [HARROWMERE]),
        (("educat",), []),
        (("educat*",), [HARROWMERE]),
        (("£4,300",), [OXGARTH]),
        (("your council",), [HARROWMERE, OXGARTH]),
        (("statistics",), []),
        (("time:",), [HARROWMERE]),
        (("c.ncerned",), []),
    ],
)
def test_words_are_whole_words_in_any_case_and_spaces_make_a_phrase(
    file: Path, words: tuple[str, ...], found: list[str]
) -> None:
    assert councils(file, *words) == found


def test_a_season_and_a_council_narrow_what_is_found(file: Path) -> None:
    assert councils(file, "your council", season=2021, council="Oxgarth") == [OXGARTH]
    assert councils(file, "your council", season=2022) == []
    with pytest.raises(ShowError, match="Nowhere"):
        councils(file, "your council", council="Nowhere")


@pytest.mark.parametrize("words", ["", " ", "*"])
def test_nothing_to_look_for_is_refused(file: Path, words: str) -> None:
    with pytest.raises(ShowError, match="no word to look for"):
        councils(file, words)


def test_a_release_of_an_earlier_version_says_what_to_do(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "older.duckdb")) as older:
        older.execute("create schema marts")
    with pytest.raises(ShowError, match="an earlier version made it: run redress reread"):
        councils(tmp_path / "older.duckdb", "education")


def test_the_command_quotes_passages_with_their_place_and_what_they_name(
    cookbook_release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDRESS_WAREHOUSE", str(cookbook_release.parent.parent))
    shown = CliRunner().invoke(app, ["find", "free early education"], env={"COLUMNS": "300"})
    assert shown.exit_code == 0
    assert f"2021 {HARROWMERE}  page 1  non-compliance" in shown.output
    assert "education and children's services" in shown.output
    assert shown.output.rstrip().endswith("1 passage has free early education.")
    [line] = CliRunner().invoke(app, ["find", "--json", "free early education"]).output.splitlines()
    told = json.loads(line)
    assert (told["season"], told["authority_name"], told["page"]) == (2021, HARROWMERE, 1)
    assert (told["shared_by_count"], told["compared_count"]) == (1, 8)
    assert told["passage_text"].startswith("I was concerned that your Council did not comply")
    none = CliRunner().invoke(app, ["find", "swimming"])
    assert (none.exit_code, none.output.strip()) == (0, "No passage has swimming.")
