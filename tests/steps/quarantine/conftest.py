"""Fixtures: settings with a home for each test, and the desk, which is the quarantine in that home."""

from pathlib import Path

import pytest

from redress.settings import Settings
from redress.steps.quarantine import Quarantine
from tests.made import SAMPLE_AUTHORITIES


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, additional_authorities=SAMPLE_AUTHORITIES)


@pytest.fixture
def desk(settings: Settings) -> Quarantine:
    return Quarantine(settings)
