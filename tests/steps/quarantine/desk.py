"""Letters for tests of the quarantine, and functions that land letters, look at them, and make decisions."""

import datetime as dt

from expectations.gate import gate
from redress.check.decisions import Decision, Ruling, read_decisions
from redress.model.landed import Disposition
from redress.model.letter import Letter
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.settings import Settings
from redress.steps.quarantine import Quarantine
from redress.warehouse.landing import Landing
from tests.made import SEASON, WRONG_RATE, landed, letter

RATE_RULE = "uphold_rate_is_upheld_over_investigations"
FIRST = letter("first")
OTHER = letter("other", changes={"uphold_rate_type_average_pct": "72"})
"""A second letter to the same council, with the same date and other figures."""
STRANGER = letter("stranger", authority="Pellonshire and Wexmarsh Council")
BY, WHY = "A. Lister", "the council confirmed the counts"


def land(settings: Settings, *letters: Letter, season: Season = SEASON) -> Landing:
    """Check letters in the gate with the decisions of the landing, and land them, as the step `check` does."""
    landing = Landing(settings.landing_folder)
    read_letters = [landed(one, season.year) for one in letters]
    authorities = load_authorities(additional=settings.additional_authorities)
    gated = gate(season, read_letters, authorities, read_decisions(landing.folder))
    landing.replace_season(season, read_letters, gated.checks, gated.dispositions, gated.validation)
    return landing


def disposition(settings: Settings, one: Letter, season: Season = SEASON) -> Disposition:
    return Landing(settings.landing_folder).dispositions(season)[one.sha256]


def waiting(desk: Quarantine) -> list[str]:
    return [case.landed.letter.sha256 for case in desk.cases() if case.is_waiting]


def decision(one: Letter = WRONG_RATE, ruling: Ruling = Ruling.REJECT, reason: str = WHY) -> Decision:
    return Decision(
        season=2021,
        letter_sha256=one.sha256,
        ruling=ruling,
        decided_by=BY,
        decided_at=dt.datetime(2021, 8, 2, 11, 5, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        reason=reason,
    )
