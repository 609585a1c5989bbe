"""Data Docs after a decision say what is landed."""

import html
import re
from pathlib import Path

import pytest

from redress.settings import Settings
from redress.steps import Run, build_data_docs
from redress.steps.quarantine import Quarantine
from tests.made import SEASON as DESK_SEASON
from tests.steps.quarantine.desk import BY, FIRST, OTHER, WHY, land

pytestmark = pytest.mark.needs("processes")


def data_docs(settings: Settings) -> str:
    """Build the Data Docs of the season, and return the words of the page with the season's results."""
    index = Path(build_data_docs(Run.of_season(DESK_SEASON, "the run", settings)))
    (page,) = index.parent.glob("validations/season/*/*/*.html")
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.read_text()).split()))


def test_data_docs_after_a_decision_say_what_the_decision_made(settings: Settings, desk: Quarantine) -> None:
    landing = land(settings, FIRST, OTHER)
    assert landing.validation(DESK_SEASON) is not None
    before = data_docs(settings)
    assert FIRST.sha256 in before
    assert OTHER.sha256 in before

    desk.reject(OTHER.sha256, reason=WHY, by=BY)
    assert landing.validation(DESK_SEASON) is None
    after = data_docs(settings)
    assert FIRST.sha256 not in after
    assert OTHER.sha256 in after  # a rejected letter is still asked
