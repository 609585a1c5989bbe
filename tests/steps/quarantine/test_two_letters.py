"""If two letters go to one authority, a decision about one letter also decides what becomes of the other letter."""

import datetime as dt

import pytest

from redress.check.decisions import DecisionError
from redress.model.landed import Disposition, Fate
from redress.settings import Settings
from redress.steps.quarantine import Quarantine
from tests.made import letter
from tests.steps.quarantine.desk import BY, FIRST, OTHER, WHY, disposition, land, waiting

pytestmark = pytest.mark.needs("processes")


def test_of_two_letters_that_collide_neither_is_accepted_until_one_is_rejected(
    settings: Settings, desk: Quarantine
) -> None:
    land(settings, FIRST, OTHER)
    assert len(waiting(desk)) == 2
    with pytest.raises(DecisionError, match=r"two letters cannot both stand .*: reject the other one"):
        desk.accept(FIRST.sha256, reason=WHY, by=BY)
    effect = desk.reject(OTHER.sha256, reason="withdrawn by the Ombudsman", by=BY)
    assert [case.landed.letter for case in effect.others] == [FIRST]
    assert disposition(settings, FIRST) == Disposition(
        FIRST.sha256, Fate.ACCEPTED, "every critical rule passed", "SAMPLE-01"
    )
    assert waiting(desk) == []
    desk.withdraw(OTHER.sha256, reason="that was the wrong one", by=BY)
    assert len(waiting(desk)) == 2


def test_two_letters_that_collide_can_be_about_two_authorities(settings: Settings, desk: Quarantine) -> None:
    # as in 2019, when Somerset West and Taunton received the letters of both its predecessors
    land(settings, FIRST, OTHER)
    desk.accept(OTHER.sha256, reason="it is the neighbour's, by its figures", by=BY, authority_id="SAMPLE-02")
    assert disposition(settings, FIRST).disposition == Fate.ACCEPTED
    assert disposition(settings, FIRST).decided_by is None
    found = disposition(settings, OTHER)
    assert (found.disposition, found.authority_id, found.decided_by) == (Fate.ACCEPTED, "SAMPLE-02", BY)


def test_rejecting_a_later_letter_lets_the_earlier_one_stand(settings: Settings, desk: Quarantine) -> None:
    earlier = letter("earlier", letter_date=dt.date(2021, 6, 30))
    later = letter("later", letter_date=dt.date(2021, 7, 21), changes={"uphold_rate_pct": "82"})
    land(settings, earlier, later)
    assert disposition(settings, earlier).superseded_by_sha256 == later.sha256
    desk.reject(later.sha256, reason=WHY, by=BY)
    assert disposition(settings, earlier).disposition == Fate.ACCEPTED


def test_a_letter_that_another_supersedes_cannot_be_accepted(settings: Settings, desk: Quarantine) -> None:
    earlier = letter("earlier", letter_date=dt.date(2021, 6, 30), changes={"uphold_rate_pct": "82"})
    land(settings, earlier, letter("later"))
    with pytest.raises(DecisionError, match="It would be superseded: another letter to the same authority stands"):
        desk.accept(earlier.sha256, reason=WHY, by=BY)
