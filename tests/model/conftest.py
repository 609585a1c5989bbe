"""The fixture that the tests of authorities share."""

from pathlib import Path

import pytest


@pytest.fixture
def additional(tmp_path: Path) -> Path:
    """The path of a file of additional authorities; the test writes the file."""
    return tmp_path / "additional.csv"
