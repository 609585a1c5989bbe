"""The desk of a test: settings of its own, and the quarantine below them."""

from pathlib import Path

import pytest

from redress.quarantine import Quarantine
from redress.settings import Settings
from tests.made import SAMPLE_AUTHORITIES


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, additional_authorities=SAMPLE_AUTHORITIES)


@pytest.fixture
def desk(settings: Settings) -> Quarantine:
    return Quarantine(settings)
