"""What the tests of authorities share."""

from pathlib import Path

import pytest


@pytest.fixture
def additional(tmp_path: Path) -> Path:
    """The place of a file of additional authorities, which a test writes."""
    return tmp_path / "additional.csv"
