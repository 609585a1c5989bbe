"""A rejected letter stays out of the warehouse and no longer waits, until a person takes the decision back."""

import pytest

from redress.check.decisions import DecisionError, Ruling
from redress.model.landed import Fate
from redress.model.letter import Letter, Verdict
from redress.settings import Settings
from redress.steps.quarantine import Quarantine
from tests.made import GOOD, WRONG_RATE, sha256
from tests.steps.quarantine.desk import BY, WHY, disposition, land, waiting

pytestmark = pytest.mark.needs("processes")


def test_a_rejected_letter_stays_out_and_waits_no_longer(settings: Settings, desk: Quarantine) -> None:
    land(settings, WRONG_RATE)
    desk.reject(WRONG_RATE.sha256, reason="a draft", by=BY)
    for _ in range(2):
        found = disposition(settings, WRONG_RATE)
        assert (found.disposition, found.reason) == (Fate.QUARANTINED, "rejected by a person's decision: a draft")
        assert found.decided_by == BY
        assert waiting(desk) == []
        land(settings, WRONG_RATE)
    with pytest.raises(DecisionError, match=f"is rejected already, by {BY}"):
        desk.reject(WRONG_RATE.sha256, reason="a draft", by="B. Clerk")


def test_a_letter_that_breaks_no_rule_can_be_rejected_and_comes_back(settings: Settings, desk: Quarantine) -> None:
    landing = land(settings, GOOD)
    content = landing.content_hash()
    desk.reject(GOOD.sha256, reason="the Ombudsman withdrew it", by=BY)
    assert disposition(settings, GOOD).disposition == Fate.QUARANTINED
    with pytest.raises(DecisionError, match="breaks no rule, and is held back by a decision: withdraw that"):
        desk.accept(GOOD.sha256, reason=WHY, by=BY)
    desk.withdraw(GOOD.sha256, reason="it was sent again", by=BY)
    assert landing.content_hash() == content


def test_a_letter_without_figures_has_nothing_to_reject(settings: Settings, desk: Quarantine) -> None:
    land(settings, torn := Letter(sha256("torn"), Verdict.UNREADABLE, "damaged: no trailer"))
    with pytest.raises(DecisionError, match=r"is unreadable .*: it has no figures that could be kept out"):
        desk.reject(torn.sha256, reason=WHY, by=BY)


def test_a_newer_decision_replaces_an_older_one_and_both_are_kept(settings: Settings, desk: Quarantine) -> None:
    land(settings, WRONG_RATE)
    desk.reject(WRONG_RATE.sha256, reason="a draft", by=BY)
    desk.accept(WRONG_RATE.sha256, reason="not a draft after all", by="B. Clerk")
    assert disposition(settings, WRONG_RATE).decided_by == "B. Clerk"
    assert [one.ruling for one in desk.case(WRONG_RATE.sha256).decisions] == [Ruling.REJECT, Ruling.ACCEPT]


def test_taking_back_what_nobody_decided_is_refused(settings: Settings, desk: Quarantine) -> None:
    land(settings, WRONG_RATE)
    with pytest.raises(DecisionError, match=r"nobody has decided about letter .*: there is nothing to take back"):
        desk.withdraw(WRONG_RATE.sha256, reason=WHY, by=BY)
