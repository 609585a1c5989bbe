"""Fixtures: a home with a landed season and its release, built once, and a copy of the home for each test."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath

import pytest
from typer.testing import CliRunner

from redress.acquire.source import Reference, ReferenceKind
from redress.acquire.sources.folder import FolderSource
from redress.cli import app
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, acquire_and_read, check, rebuild
from redress.warehouse.build import warehouse_identity
from redress.warehouse.releases.releases import Releases
from tests.made import PROJECT, SAMPLE_AUTHORITIES, SAMPLES, SEASON
from tests.shared import made_once
from tests.steps.upkeep.runs import PAGE, settings_of, upkeep_run
from tests.warehouse.small_warehouse import build

GOLDEN = PROJECT / "tests" / "read" / "golden"

WRONG_RATE = 99
WHOSE = {"pellonshire": "SAMPLE-01", "wexmarsh": "SAMPLE-02", "tarnbeck": "SAMPLE-03", "ostlebridge": "SAMPLE-04"}


class NamedLetters(FolderSource):
    """A source that takes letters from a folder, names the authority of each letter, and has a statistics page."""

    def references(self, season: Season) -> tuple[Reference, ...]:
        found = []
        for one in super().references(season):
            kind = ReferenceKind.STATISTICS_PAGE if one.address == PAGE else ReferenceKind.LETTER
            whose = WHOSE.get(PurePath(one.address).name.partition("-")[0], "SAMPLE-05")
            found.append(replace(one, authority_id=whose, kind=kind))
        return tuple(found)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one landed season: letters with their authorities, a statistics page, and a data table.

    First a release was published whose figures are not those of landing. Then the run `mending` replaced it.
    """
    return made_once(tmp_path_factory, "upkeep", _build) / "home"


def _build(folder: Path) -> None:
    letters, home = folder / "letters", folder / "home"
    shutil.copytree(SAMPLES / "letters" / "2021", letters / "2021")
    page = (GOLDEN / "three_statistics" / "2023-web-page.html").read_text(encoding="utf-8")
    page = page.replace("Oxlipstead Council", "Pellonshire County Council")
    (letters / PAGE).write_text(page.replace("2022", "2020").replace("2023", "2021"), encoding="utf-8")
    home.mkdir()
    shutil.copy(SAMPLE_AUTHORITIES, home / "councils.csv")
    settings = settings_of(home)
    run = Run.of_season(SEASON, "first", settings)
    check(run, acquire_and_read(run, NamedLetters(letters)))
    releases, identity = Releases(settings.warehouse_folder), warehouse_identity(settings)
    build(releases, identity, rate=WRONG_RATE)
    releases.publish(identity)
    rebuild(upkeep_run(settings, "mending"))


@pytest.fixture
def settings(built: Path, tmp_path: Path) -> Settings:
    """Settings of a copy of the home, which a test may damage."""
    home = tmp_path / "home"
    shutil.copytree(built, home, symlinks=True)
    return settings_of(home)


@pytest.fixture
def releases(settings: Settings) -> Releases:
    return Releases(settings.warehouse_folder)


@pytest.fixture
def redress(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """A function that runs a command in the home of the test, and returns the exit code and all that is printed."""
    monkeypatch.setenv("REDRESS_HOME", str(settings.home))
    monkeypatch.setenv("REDRESS_ADDITIONAL_AUTHORITIES", str(settings.additional_authorities))

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, arguments)
        return done.exit_code, done.output

    return run
