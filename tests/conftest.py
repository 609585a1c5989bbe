"""What tests of several folders share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cookbook_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release that docs/cookbook.md is shown on, built once; its folder, below the working folder `home`."""
    from samples.cookbook.release import build_release  # the press and dbt take a while: only where it is used

    return build_release(tmp_path_factory.mktemp("cookbook") / "home")
