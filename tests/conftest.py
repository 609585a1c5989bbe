"""Fixtures for tests of several folders, and pytest's hooks that order modules and make a quick run shorter."""

import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from redress.model.authorities import Authorities
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.settings import Settings
from tests.chromium import started_chromium
from tests.made import SAMPLE_AUTHORITIES, SAMPLES
from tests.needs import is_module_left_out, programs_started
from tests.order import place_of
from tests.shared import made_once

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.two_releases import TwoReleases

os.environ["REDRESS_BUILD_SITE"] = "false"
"""Runs build no site, except in tests of the site. Otherwise each run of each other test would build one."""


gc.set_threshold(20_000, 20, 50)
"""Python looks for garbage after 20,000 new objects. By default Python 3.11 looks after 700, which takes a tenth of
the processor time of a test run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out what needs dbt, PostgreSQL, Airflow or kills")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out of a quick run each module in which every test needs something that tests/needs.py lists."""
    return True if config.getoption("quick") and is_module_left_out(collection_path) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest modules first, and leave out of a quick run the single tests that are marked with `needs`."""
    tests = Path(__file__).parent
    items.sort(key=lambda item: place_of(item.path.relative_to(tests).as_posix()))
    if config.getoption("quick"):
        left_out = [item for item in items if item.get_closest_marker("needs")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def pytest_collection_finish() -> None:
    """Keep the search for garbage away from the thousands of tests and their modules, which live until the end."""
    gc.freeze()


@contextmanager
def _needing_nothing(item: pytest.Item) -> Iterator[None]:
    """Fail the test if, in a quick run, a program of tests/needs.py is started during the block."""
    if not item.config.getoption("quick"):
        yield
        return
    with programs_started() as started:
        yield
    assert not started, f"the test starts {', '.join(started)}: mark it with pytest.mark.needs"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Fail a test of a quick run also if one of its fixtures, of any scope, starts a program of tests/needs.py."""
    with _needing_nothing(item):
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    with _needing_nothing(item):
        yield


@pytest.fixture(scope="session")
def cookbook_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the release that docs/cookbook.md queries, built once, below a home with the name `home`."""

    def make(folder: Path) -> None:
        from samples.cookbook.release import build_release  # the press and dbt take a while: only where it is used

        build_release(folder / "home")

    from redress.warehouse.releases.releases import Releases

    current = Releases(made_once(tmp_path_factory, "cookbook", make) / "home" / "warehouse").current()
    assert current is not None
    return current


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder, made once, with two copies of a home in which the sample letters of 2021 and 2022 are built.

    The copy `built` has no release, as after a run that was killed before the step release. The copy `home` has the
    release. Season 2022 is landed before 2021.
    """

    def make(folder: Path) -> None:
        from redress.acquire.sources.folder import FolderSource
        from redress.steps import (
            Run,
            acquire_and_read,
            build_warehouse,
            check,
            release,
        )  # they take a while to import

        settings = Settings(home=folder / "home", additional_authorities=SAMPLE_AUTHORITIES)
        for year in (2022, 2021):
            run = Run.of_season(Season(year), "run", settings)
            check(run, acquire_and_read(run, FolderSource(SAMPLES / "letters")))
        identity = build_warehouse(run)
        shutil.copytree(folder / "home", folder / "built", symlinks=True)
        release(run, identity)

    return made_once(tmp_path_factory, "samples", make)


@pytest.fixture(scope="session")
def samples_release(samples: Path) -> Path:
    """The folder of the release of the sample letters of 2021 and 2022, in the copy `home` of `samples`."""
    from redress.warehouse.releases.releases import Releases

    current = Releases(samples / "home" / "warehouse").current()
    assert current is not None
    return current


@pytest.fixture(scope="session")
def two_releases(tmp_path_factory: pytest.TempPathFactory) -> "TwoReleases":
    """A home of several seasons with two releases, made once; tests/two_releases.py says how."""
    from tests.two_releases import TwoReleases, make_two_releases  # the steps take a while to import

    return TwoReleases(made_once(tmp_path_factory, "two releases", make_two_releases))


@pytest.fixture(scope="session")
def airflow_metadata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Airflow's metadata before its first run, as an SQLite file to copy to the AIRFLOW_HOME of a test."""

    def make(folder: Path) -> None:
        own = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        environment = own | {"AIRFLOW_HOME": str(folder), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
        command = [sys.executable, "-m", "airflow", "db", "migrate"]
        subprocess.run(command, env=environment, check=True, capture_output=True)

    return made_once(tmp_path_factory, "airflow metadata", make) / "airflow.db"


@pytest.fixture(scope="session")
def dbt_manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The manifest that dbt makes of the project in this repository. Tests only read the manifest."""

    def make(folder: Path) -> None:
        from redress.report.dbt_pages import manifest  # dbt takes a while: only where it is used

        (folder / "manifest.json").write_text(json.dumps(manifest()))

    return dict(json.loads((made_once(tmp_path_factory, "manifest", make) / "manifest.json").read_text()))


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """A running Chromium. A test opens pages of its own, and closes them."""
    with started_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def authorities() -> Authorities:
    """The authorities of England, and the invented authorities of the samples."""
    return load_authorities(additional=SAMPLE_AUTHORITIES)
