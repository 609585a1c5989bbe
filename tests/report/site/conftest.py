"""Fixtures: the site of the cookbook's release, built once."""

from pathlib import Path

import pytest

from redress.settings import Settings
from tests.shared import made_once


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
