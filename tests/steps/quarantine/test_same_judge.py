"""Quarantine judges as the gate does, and Data Docs after a decision say what is landed."""

import html
import re
from pathlib import Path

import pytest

from expectations.gate import gate
from redress.check.decisions import read_decisions
from redress.check.judge import judge
from redress.check.rule import Check
from redress.settings import Settings
from redress.steps import Run, build_data_docs
from redress.steps import quarantine as quarantine_module
from redress.steps.quarantine import Quarantine
from redress.warehouse.landing import Landing
from tests.made import SEASON as DESK_SEASON
from tests.planted import AUTHORITIES, PLANTS, SEASON, season_with
from tests.steps.quarantine.desk import BY, FIRST, OTHER, WHY, land

pytestmark = pytest.mark.needs("processes")


def by_letter(checks: tuple[tuple[str | None, Check], ...]) -> dict[str | None, tuple[Check, ...]]:
    found: dict[str | None, tuple[Check, ...]] = {}
    for sha256, check in checks:
        found[sha256] = (*found.get(sha256, ()), check)
    return found


@pytest.mark.parametrize("rule", PLANTS)
def test_a_season_is_judged_alike_by_the_gate_and_after_each_decision(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, desk: Quarantine, rule: str
) -> None:
    monkeypatch.setattr(quarantine_module, "load_authorities", lambda **_: AUTHORITIES)
    landing = Landing(settings.landing_folder)
    letters = season_with(PLANTS[rule])
    gated = gate(SEASON, letters, AUTHORITIES)
    landing.replace_season(SEASON, letters, gated.checks, gated.dispositions)
    last = letters[-1].letter.sha256

    desk.reject(last, reason=WHY, by=BY)
    decisions = read_decisions(settings.landing_folder)
    rejected = judge(SEASON, [landed.letter for landed in letters], AUTHORITIES, decisions)
    assert landing.checks(SEASON) == by_letter(rejected.checks)
    assert tuple(landing.dispositions(SEASON).values()) == rejected.dispositions
    assert rejected.dispositions != gated.dispositions

    desk.withdraw(last, reason=WHY, by=BY)
    assert landing.checks(SEASON) == by_letter(gated.checks)
    assert tuple(landing.dispositions(SEASON).values()) == gated.dispositions


def data_docs(settings: Settings) -> str:
    """The words of the page of a season's results."""
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
