"""A build that leaves out, adds or changes something that is landed is found by counts and sums."""

import re
import shutil
from pathlib import Path

import duckdb
import pytest

from redress.settings import Settings
from redress.warehouse.contents import not_held, shown
from redress.warehouse.dbt_artifacts import not_run
from tests.warehouse.invented import LETTERS, write_landing

pytestmark = pytest.mark.needs("dbt")

REPORTED = "insert into audit.witness_reports values (2021, 'data_table', 'a.csv', 'ab12', 1, null, 'a row')"
CASES = [
    ("delete from marts.fct_figure where season = 2025", "figures of season 2025: 7 expected, 0 found"),
    (
        "update marts.fct_figure set printed_value = printed_value + 1",
        "sum of the printed figures of season 2013: 17",
    ),
    (
        "delete from marts.dim_letter where season = 2013",
        "letters of season 2013 that are accepted: 1 expected, 0 ",
    ),
    (
        "update marts.dim_letter set disposition = 'accepted'",
        "letters of season 2021 that are quarantined: 1 expecte",
    ),
    (
        "update marts.dim_letter set letter_sha256 = letter_key",
        "letters of season 2013 with the files of landing: 1",
    ),
    ("delete from marts.fct_annual_review where season = 2018", "reviews of season 2018: 1 expected, 0 found"),
    (
        "delete from audit.check_results where not is_passed",
        "checks of season 2021 that failed: 1 expected, 0 found",
    ),
    (REPORTED, "reports about data tables of season 2021: 0"),
    ("delete from marts.dim_authority where is_sample", "authorities: 457 expected, 449 found"),
    ("delete from seeds.rules", "rows of the seed rules: "),
    (
        "drop table marts.fct_reconciliation",
        "its contents cannot be counted: Catalog Error: Table with name fct_rec",
    ),
]


@pytest.fixture
def built(build_file: Path, tmp_path: Path) -> Path:
    """A copy of a whole build that a test may change."""
    return Path(shutil.copy(build_file, tmp_path / "copy.duckdb"))


def settings_of(build_file: Path, landing: Path) -> Settings:
    return Settings(landing=landing, additional_authorities=build_file.parent / "councils.csv")


def test_a_whole_build_holds_what_is_landed(build_file: Path) -> None:
    assert not_held(settings_of(build_file, build_file.parent / "landing"), build_file) == ()
    assert not_run(build_file.parent / "target") == ()


@pytest.mark.parametrize(("change", "sentence"), CASES)
def test_a_build_that_lost_or_changed_something_does_not_hold_what_is_landed(
    build_file: Path, built: Path, change: str, sentence: str
) -> None:
    with duckdb.connect(str(built)) as warehouse:
        warehouse.execute(change)
    found = not_held(settings_of(build_file, build_file.parent / "landing"), built)
    assert sentence in shown(found)


def test_a_build_of_another_landing_with_the_same_numbers_is_found(build_file: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    write_landing(landing, [type(one)(**{**vars(one), "name": f"{one.name} of a neighbour"}) for one in LETTERS])
    found = not_held(settings_of(build_file, landing), build_file)
    assert "letters of season 2013 with the files of landing: 1 expected, 0 found" in found
    assert {one.partition(" of season")[0] for one in found} == {"letters", "own passages"}


def test_a_build_without_its_tests_is_found(build_file: Path, tmp_path: Path) -> None:
    text = (build_file.parent / "target" / "run_results.json").read_text()
    (tmp_path / "run_results.json").write_text(text.replace('"status": "pass"', '"status": "skipped"'))
    shutil.copy(build_file.parent / "target" / "manifest.json", tmp_path)
    (sentence,) = not_run(tmp_path)
    assert re.fullmatch(r"data tests that were run and passed: \d{3} expected, 1 found", sentence)
