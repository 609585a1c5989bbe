"""The commands of `redress quarantine` list and show the letter that waits, and record what a person decides."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from redress.acquire.sources.folder import FolderSource
from redress.check.decisions import FILE_NAME, Ruling, read_decisions
from redress.cli import app
from redress.settings import Settings
from redress.steps import Run, acquire_and_read, check
from redress.steps.quarantine import Case, Quarantine
from redress.warehouse.landing import Landing
from redress.warehouse.writer_lock import WriterLock
from tests.made import PROJECT, SAMPLE_AUTHORITIES, SAMPLES, SEASON
from tests.steps.quarantine.desk import BY, RATE_RULE, WHY

pytestmark = pytest.mark.needs("processes")

IN_A_PROCESS = (sys.executable, "-m", "redress.cli", "quarantine")
TARNBECK = "2021/tarnbeck-metropolitan-borough-council.pdf"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the sample letters of 2021 have been read, checked and landed."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, additional_authorities=SAMPLE_AUTHORITIES)
    run, source = Run.of_season(SEASON, "first", settings), FolderSource(SAMPLES / "letters")
    check(run, acquire_and_read(run, source))
    return home


@pytest.fixture
def home(samples: Path, tmp_path: Path) -> Path:
    shutil.copytree(samples, tmp_path / "home")
    return tmp_path / "home"


def environment(home: Path) -> dict[str, str]:
    return {"REDRESS_HOME": str(home), "REDRESS_ADDITIONAL_AUTHORITIES": str(SAMPLE_AUTHORITIES)}


def quarantine(home: Path, *arguments: str) -> Result:
    """Run a command of the quarantine in this process."""
    return CliRunner().invoke(app, ["quarantine", *arguments], env=environment(home))


def tarnbeck(home: Path) -> Case:
    desk = Quarantine(Settings(home=home, additional_authorities=SAMPLE_AUTHORITIES))
    (case,) = (case for case in desk.cases() if case.landed.source_address == TARNBECK)
    return case


def test_the_list_names_what_waits_and_why(home: Path) -> None:
    done = quarantine(home, "list")
    assert (done.exit_code, done.stderr) == (0, "")
    sha = tarnbeck(home).landed.letter.sha256
    assert f"2021  {sha[:12]}  Tarnbeck Metropolitan Borough Council (SAMPLE-03)" in done.stdout
    assert f"file: {TARNBECK}" in done.stdout
    assert f"{RATE_RULE}: The stated uphold rate is upheld / investigations" in done.stdout
    assert (
        "found: the letter contradicts itself: upheld 14 of investigations 21 is 67%, and 76% is printed"
        in done.stdout
    )
    assert "1 letter waits for a person." in done.stdout
    assert "Ostlebridge" not in done.stdout


def test_show_gives_the_figures_with_their_pages_and_bytes_that_can_be_read_again(home: Path) -> None:
    sha = tarnbeck(home).landed.letter.sha256
    done = quarantine(home, "show", sha[:10])
    assert done.exit_code == 0
    assert [line.split()[1:4] for line in done.stdout.splitlines() if "uphold_rate_pct" in line] == [
        ["76%", "page", "2"]
    ]
    assert TARNBECK in done.stdout
    (hint,) = (line.split() for line in done.stdout.splitlines() if "redress read --evidence" in line)
    read_again = CliRunner().invoke(app, ["read", hint[-1], "--json"], env=environment(home))
    assert json.loads(read_again.stdout)["sha256"] == sha


def test_accept_reject_and_withdraw_do_what_they_say(home: Path) -> None:
    sha = tarnbeck(home).landed.letter.sha256[:12]
    done = quarantine(home, "accept", sha, "--reason", WHY, "--by", BY, "--rule", RATE_RULE)
    assert done.exit_code == 0, done.stderr
    assert f"recorded: accept, by {BY}" in done.stdout
    assert "redress run 2021" in done.stdout
    assert tarnbeck(home).disposition.disposition == "accepted"
    assert "0 letters wait for a person." in quarantine(home, "list").stdout
    listed = quarantine(home, "list", "--all").stdout
    assert f"UTC, {BY}: accept for {RATE_RULE}: {WHY}" in listed

    done = quarantine(home, "reject", sha, "--reason", "a draft")
    assert done.exit_code == 0, done.stderr
    assert tarnbeck(home).decisions[-1].decided_by != BY
    assert tarnbeck(home).disposition.reason.endswith(": a draft")

    done = quarantine(home, "withdraw", sha, "--reason", "no draft", "--by", BY)
    assert done.exit_code == 0, done.stderr
    assert tarnbeck(home).is_waiting
    assert [one.ruling for one in tarnbeck(home).decisions] == [Ruling.ACCEPT, Ruling.REJECT, Ruling.WITHDRAW]


def test_what_cannot_be_decided_ends_in_a_sentence(home: Path) -> None:
    for arguments, told in {
        ("accept", "nothing", "--reason", WHY): 'has a sha256 beginning with "nothing"',
        ("reject", "", "--reason", WHY): "letters have a sha256 beginning with",
        ("list", "--season", "1999"): "1999 is not a season",
    }.items():
        done = quarantine(home, *arguments)
        assert done.exit_code == 1
        assert told in done.stderr
        assert "Traceback" not in done.stderr


def test_decisions_wait_for_whoever_is_writing_and_for_each_other_and_none_is_lost(home: Path) -> None:
    settings = Settings(home=home, additional_authorities=SAMPLE_AUTHORITIES)
    letters = sorted(Landing(settings.landing_folder).dispositions(SEASON))[:3]
    with WriterLock(settings):
        deciding = [
            subprocess.Popen(
                [*IN_A_PROCESS, "reject", sha, "--reason", "all at once", "--by", BY],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=PROJECT,
                env=os.environ | environment(home),
            )
            for sha in letters
        ]
        for process in deciding:
            assert process.stderr is not None
            assert "waiting for another run or decision to end" in process.stderr.readline()
        assert not (settings.landing_folder / FILE_NAME).exists()
        assert tarnbeck(home).is_waiting
    for process in deciding:
        process.communicate(timeout=120)
        assert process.returncode == 0
    assert {one.letter_sha256 for one in read_decisions(settings.landing_folder).history} == set(letters)
    dispositions = Landing(settings.landing_folder).dispositions(SEASON)
    assert {dispositions[sha].decided_by for sha in letters} == {BY}
