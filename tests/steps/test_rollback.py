"""After `redress rollback` readers have an earlier release, and a later run publishes only what is new."""

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from redress.cli import app
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, build_warehouse, release
from redress.warehouse.releases.checksums import write_checksums
from redress.warehouse.releases.releases import Releases
from tests.warehouse.holding import publish_holding
from tests.warehouse.invented import write_councils, write_landing


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a home with landed letters and two releases; the second release holds what is landed."""
    write_landing(tmp_path / "landing")
    write_councils(tmp_path / "councils.csv")
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path))
    monkeypatch.setenv("REDRESS_ADDITIONAL_AUTHORITIES", str(tmp_path / "councils.csv"))
    settings = Settings()
    publish_holding(settings)
    change(settings)
    publish_holding(settings)
    return settings


def change(settings: Settings) -> None:
    """Add a council to the additional authorities, so that a build gives another release."""
    assert settings.additional_authorities is not None
    with settings.additional_authorities.open("a") as file:
        file.write("SOAK-1,Invented Soak Council,Soak,district,,1974-04-01,\n")


def redress(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    return done.output


def run_again(settings: Settings, run_id: str) -> dict[str, str]:
    """Run the steps build and release without any change, and return the message of each step."""
    run = Run.of_season(Season(2021), run_id, settings)
    release(run, build_warehouse(run))
    return {event["step"]: event["told"] for event in run.record.events() if event["state"] == "done"}


def current(settings: Settings) -> str:
    folder = Releases(settings.warehouse_folder).current()
    assert folder is not None
    return folder.name


def test_a_release_that_was_taken_back_is_not_published_again_by_a_run_that_changes_nothing(
    settings: Settings,
) -> None:
    second = current(settings)
    out = redress("rollback", "--by", "A. Person", "--reason", "one rate is wrong")
    first = current(settings)
    assert first != second
    assert f"release {first} is current" in out
    told = run_again(settings, "again")
    assert current(settings) == first
    assert f"what is landed is that of release {second}, which A. Person took back" in told["build"]
    assert told["release"] == "nothing changed, nothing published"


def test_a_release_is_given_back_by_going_to_it_and_stays(settings: Settings) -> None:
    second = current(settings)
    redress("rollback", "--by", "A. Person")
    redress("rollback", second[:8], "--by", "A. Person")
    assert current(settings) == second
    assert "holds all of this already" in run_again(settings, "again")["build"]


def test_something_new_is_published_after_a_rollback(settings: Settings) -> None:
    redress("rollback", "--by", "A. Person")
    change(settings)
    third = publish_holding(settings)
    assert current(settings) == third
    run_again(settings, "again")
    assert current(settings) == third


def test_releases_are_listed_with_what_became_of_them(settings: Settings) -> None:
    second = current(settings)
    redress("rollback", "--by", "A. Person", "--reason", "one rate is [wrong]")
    first = current(settings)
    lines = redress("releases").splitlines()
    assert [line.split()[:2] for line in lines if first in line] == [["current", first]]
    (taken,) = (line for line in lines if second in line)
    assert "2021" in taken
    assert "taken back by A. Person" in taken
    assert "[wrong]" in "".join(lines)


def test_without_an_earlier_release_there_is_nothing_to_go_back_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "empty"))
    done = CliRunner().invoke(app, ["rollback", "--by", "A. Person"])
    assert done.exit_code == 1
    assert "there is no release in" in done.output
    assert "There is no release in" in redress("releases")


def test_a_damaged_release_is_listed_as_damaged(settings: Settings) -> None:
    second = current(settings)
    redress("rollback", "--by", "A. Person")
    (Releases(settings.warehouse_folder).release_folder(second) / "SHA256SUMS").unlink()
    out = redress("releases")
    assert "damaged:" in out
    assert current(settings) in out


def test_a_release_that_does_not_hold_what_is_landed_is_not_verified(settings: Settings) -> None:
    assert "it holds what is landed" in redress("releases", "verify")
    folder = Releases(settings.warehouse_folder).release_folder(current(settings))
    (folder / "warehouse.duckdb").chmod(0o644)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute("delete from marts.fct_figure where season = 2025")
    write_checksums(folder)
    done = CliRunner().invoke(app, ["releases", "verify"])
    assert done.exit_code == 1
    assert f"{folder.name}: figures of season 2025: 7 expected, 0 found; sum of the printed" in done.output
    assert "releases: 2, not as they should be: 1" in done.output
    assert "redress rebuild does so now" in done.output
