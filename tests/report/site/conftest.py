"""Fixtures: the site of the cookbook's release, built once, and a running Chromium."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from redress.settings import Settings
from tests.report.site.watching import started_chromium
from tests.shared import made_once

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def settings_of(release: Path, home: Path) -> Settings:
    """Return settings with a home of their own, and with the archive and the warehouse of the release's home."""
    of_release = release.parents[2]
    return Settings(home=home, archive=str(of_release / "archive"), warehouse=str(of_release / "warehouse"))


@pytest.fixture(scope="session")
def site(cookbook_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site of the cookbook's release. Tests only read the folder."""

    def make(folder: Path) -> None:
        from redress.report.site.building import build_site  # the charts' engine takes a while to start

        build_site(settings_of(cookbook_release, folder))

    return made_once(tmp_path_factory, "site", make) / "site"


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    with started_chromium() as browser:
        yield browser
