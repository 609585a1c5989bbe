"""Commands give answers that a program can read, and errors that a person can act on."""

import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from redress.acquire.archive import Archive
from redress.acquire.outcomes import AcquisitionState, Outcome, Summary
from redress.acquire.source import FailureCause, Fetched, Reference
from redress.check.letter_rules import check_letter
from redress.cli import app
from redress.model.season import Season
from redress.read.answer import answer, number
from redress.settings import Settings
from redress.steps import Run
from tests.made import PROJECT, SAMPLE_AUTHORITIES, SAMPLES, letter

pytestmark = pytest.mark.needs("processes")

SAMPLE = SAMPLES / "letters" / "2021" / "pellonshire-county-council.pdf"
CONTRADICTING = SAMPLES / "letters" / "2021" / "tarnbeck-metropolitan-borough-council.pdf"
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""The environment variables of the locale C, which has ASCII characters alone. The two variables of Python keep
Python from using UTF-8 in this locale."""
BARE = SAMPLES / "letters" / "2021" / "ostlebridge-council.pdf"


def environment(home: Path) -> dict[str, str]:
    return os.environ | {"REDRESS_HOME": str(home), "PYTHONPATH": str(PROJECT / "plugins")}


def redress(home: Path, *arguments: object) -> Result:
    """Run a command in this process; a test of output, locale or encoding starts a process of its own instead."""
    return CliRunner().invoke(app, [str(one) for one in arguments], env={"REDRESS_HOME": str(home)})


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    path = tmp_path / "torn.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 8)
    return path


def test_read_gives_one_object_a_line_for_each_file_a_broken_one_too(tmp_path: Path, torn: Path) -> None:
    done = redress(tmp_path, "read", SAMPLE, torn, CONTRADICTING, BARE, "--json")
    assert done.exit_code == 0
    assert done.stderr == ""
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["file"] for one in answers] == [str(path) for path in (SAMPLE, torn, CONTRADICTING, BARE)]
    assert [one["verdict"] for one in answers] == ["extracted", "unreadable", "extracted", "no_statistics"]
    whole, broken, contradicting, bare = answers
    assert whole["figures"]["uphold_rate_pct"]["value"] == 83
    assert whole["figures"]["uphold_rate_pct"]["page"] == 2
    assert len(whole["figures"]["uphold_rate_pct"]["box"]) == 4
    assert all(check["passed"] for check in whole["checks"])
    assert broken["reason"].startswith("damaged:")
    assert broken["figures"] == {}
    failed = [check for check in contradicting["checks"] if not check["passed"]]
    assert [check["rule"] for check in failed] == ["uphold_rate_is_upheld_over_investigations"]
    assert set(bare["absent"].values()) == {"no_statistics"}


def test_read_names_a_file_that_is_not_there_and_reads_the_others(tmp_path: Path) -> None:
    done = redress(tmp_path, "read", tmp_path / "nowhere.pdf", SAMPLE, "--json")
    assert done.exit_code == 2
    assert "nowhere.pdf cannot be opened: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr
    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()] == ["extracted"]


def test_read_shows_a_person_the_figures_and_what_disagrees(tmp_path: Path) -> None:
    done = redress(tmp_path, "read", CONTRADICTING)
    assert done.exit_code == 0
    assert "Tarnbeck Metropolitan Borough Council, season 2021" in done.stdout
    assert "upheld 14 of investigations 21 is 67%, and 76% is printed" in done.stdout


def test_reading_leaves_nothing_behind(tmp_path: Path) -> None:
    redress(tmp_path, "read", SAMPLE, "--json")
    assert list(tmp_path.iterdir()) == []


def test_read_json_is_utf_8_whatever_the_name_of_the_file_and_the_locale(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9 \xe2\x80\x9c.pdf"
    Path(os.fsdecode(name)).write_bytes(b"%PDF-1.7\n")
    done = subprocess.run(
        [sys.executable, "-m", "redress.cli", "read", "--json", name],
        capture_output=True,
        cwd=PROJECT,
        env=environment(tmp_path) | ASCII,
        check=True,
    )
    read = json.loads(done.stdout.decode("utf-8", errors="strict"))
    assert read["file"] == f"{tmp_path}/caf\\xe9 “.pdf"
    assert read["verdict"] == "unreadable"


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (">/dev/full", "redress: standard output cannot be written: No space left on device\n"),
        (">&-", "redress: standard output is closed, so there is nowhere to answer to\n"),
        ("| true", ""),
    ],
)
def test_output_that_is_closed_or_full_ends_a_command_in_one_line(tmp_path: Path, output: str, said: str) -> None:
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"set -o pipefail; {{ sleep 0.2; {sys.executable} -m redress.cli archive verify; }} {output}",
        ],
        capture_output=True,
        encoding="utf-8",
        cwd=PROJECT,
        env=environment(tmp_path),
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, said)


def test_an_output_in_another_encoding_shows_what_it_lacks_as_an_escape(tmp_path: Path) -> None:
    code = "import typer; from redress.cli import Commands; app = Commands(); "
    code += "app.command()(lambda: print('\u201cBlaby\u201d')); app()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        env=environment(tmp_path) | {"PYTHONIOENCODING": "latin-1"},
        check=True,
    )
    assert done.stdout == b"\\u201cBlaby\\u201d\n"


def test_ingest_of_a_folder_without_seasons_says_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(SAMPLE.read_bytes())
    done = redress(tmp_path / "home", "ingest", folder)
    assert done.exit_code == 1
    assert "no subfolder named for a season" in done.stderr
    assert "--season 2021" in done.stderr
    assert "Traceback" not in done.stderr


def test_ingest_of_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    done = redress(tmp_path / "home", "ingest", tmp_path / "nowhere")
    assert done.exit_code == 1
    assert "does not exist" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("year", ["1999", "2009"])
def test_a_year_that_is_no_season_is_refused_in_words(tmp_path: Path, year: str) -> None:
    done = redress(tmp_path / "home", "run", year, "--from", SAMPLES / "letters")
    assert done.exit_code == 1
    assert f"{year} is not a season" in done.stderr


@pytest.mark.long
@pytest.mark.needs("dbt")
def test_a_season_is_run_in_a_locale_without_curly_quotation_marks_and_where_warnings_are_errors(
    tmp_path: Path,
) -> None:
    councils = {"REDRESS_ADDITIONAL_AUTHORITIES": str(SAMPLE_AUTHORITIES)}
    done = subprocess.run(
        [sys.executable, "-m", "redress.cli", "run", "2021", "--from", SAMPLES / "letters"],
        capture_output=True,
        cwd=PROJECT,
        env=environment(tmp_path) | ASCII | councils | {"PYTHONWARNINGS": "error"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u201c" in done.stdout


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PYTHONWARNINGS", "error", "went on []"),
        ("PYTHONOPTIMIZE", "2", "redress: Python leaves out docstrings here"),
    ],
)
def test_what_the_shell_says_of_python_ends_no_command_in_a_traceback(
    tmp_path: Path, variable: str, value: str, said: str
) -> None:
    code = (
        "import sys, warnings\nfrom redress.cli.terminal import settle_python\nsettle_python()\n"
        "warnings.warn('old', DeprecationWarning)\nprint('went on', sys.warnoptions)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        cwd=PROJECT,
        env=environment(tmp_path) | {variable: value},
        check=False,
    )
    assert (done.stdout + done.stderr).startswith(said)
    assert "Traceback" not in done.stderr


def test_run_from_a_source_of_an_unknown_kind_is_refused_in_words(tmp_path: Path) -> None:
    done = redress(tmp_path / "home", "run", "2021", "--from", "pigeon:loft")
    assert done.exit_code == 1
    assert "names no source; expected site" in done.stderr


def test_an_answer_has_the_names_and_the_order_of_the_design() -> None:
    made = letter()
    told = answer("a.pdf", made, check_letter(made))
    assert list(told) == [
        "file",
        "sha256",
        "verdict",
        "reason",
        "header",
        "figures",
        "absent",
        "received",
        "decisions",
        "remedied",
        "checks",
    ]
    assert list(told["figures"])[:3] == ["upheld_count", "investigations_count", "uphold_rate_pct"]
    assert told["header"]["letter_date"] == "2021-07-21"
    assert json.loads(json.dumps(told)) == told


@given(st.decimals(0, 99_999, places=1))
def test_a_value_is_whole_in_json_where_it_is_whole(value: Decimal) -> None:
    written = number(value)
    assert Decimal(str(written)) == value
    assert isinstance(written, int) == (value == int(value))


def test_archive_verify_says_how_much_there_is_and_fails_where_something_is_wrong(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    reference = Reference(Season(2021), "2021/a.pdf")
    card = archive.store(reference, Fetched(b"%PDF-1.4 a letter", "2021/a.pdf"), "folder:letters")
    done = redress(tmp_path, "archive", "verify")
    assert done.exit_code == 0
    assert f"{tmp_path}/archive: 1 files, 1 cards, 0 not as they should be" in done.stdout
    Path(archive.bytes_address(card.sha256)).write_bytes(b"%PDF-1.4 another")
    done = redress(tmp_path, "archive", "verify")
    assert done.exit_code == 1
    assert f"{archive.bytes_address(card.sha256)}: the bytes have the hash" in done.stdout
    assert "Traceback" not in done.stderr


def test_archive_verify_writes_the_index_of_addresses_anew(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    reference = Reference(Season(2021), "2021/a.pdf")
    archive.store(reference, Fetched(b"%PDF-1.4 a letter", "2021/a.pdf"), "folder:letters")
    shutil.rmtree(tmp_path / "archive" / "addresses")
    assert redress(tmp_path, "archive", "verify").exit_code == 1
    done = redress(tmp_path, "archive", "verify", "--rebuild-addresses")
    assert done.exit_code == 0
    assert "addresses written anew: 1" in done.stdout
    assert archive.latest(reference) is not None


def test_what_failed_is_retried_from_the_source_of_the_last_run(tmp_path: Path) -> None:
    letters = tmp_path / "letters" / "2021"
    letters.mkdir(parents=True)
    done = redress(tmp_path / "home", "run", "2021", "--retry-failed")
    assert done.exit_code == 1
    assert "say where the letters come from" in done.stderr
    done = redress(tmp_path / "home", "run", "2021", "--from", letters.parent, "--retry-failed")
    assert done.exit_code == 1
    assert "no run of season 2021 is known whose failures could be retried" in done.stderr
    run = Run.of_season(Season(2021), "first", Settings(home=tmp_path / "home"))
    failed = Outcome(Reference(Season(2021), "2021/gone.pdf"), AcquisitionState.FAILED, cause=FailureCause.FILE)
    at = "2021-07-28T09:00:00+00:00"
    Summary(Season(2021), "first", f"folder:{letters.parent}", at, at, (failed,)).write(run.summary_path)
    done = redress(tmp_path / "home", "run", "2021", "--retry-failed")
    assert done.exit_code == 1
    assert "none of 1 letters could be had" in done.stderr
    assert "2021/gone.pdf: No such file or directory" in done.stderr
