"""What tests of several folders share."""

from pathlib import Path
from typing import Any

import pytest

from redress.model.authorities import Authorities
from redress.model.reference import load_authorities
from tests.made import SAMPLE_AUTHORITIES


@pytest.fixture(scope="session")
def cookbook_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release that docs/cookbook.md is shown on, built once; its folder, below the working folder `home`."""
    from samples.cookbook.release import build_release  # the press and dbt take a while: only where it is used

    return build_release(tmp_path_factory.mktemp("cookbook") / "home")


@pytest.fixture(scope="session")
def dbt_manifest() -> dict[str, Any]:
    """The manifest of the dbt project as it stands, to read."""
    from redress.report.dbt_pages import manifest  # dbt takes a while: only where it is used

    return dict(manifest())


@pytest.fixture(scope="session")
def authorities() -> Authorities:
    """The authorities of England, and those of the samples."""
    return load_authorities(additional=SAMPLE_AUTHORITIES)
