"""An accept loads a letter from quarantine, covers only what the person saw, and can be refused."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from redress.check.decisions import FILE_NAME, DecisionError, statement_hash
from redress.model.landed import Disposition, Fate
from redress.model.letter import StatedYear
from redress.settings import Settings
from redress.steps.quarantine import Quarantine
from tests.made import GOOD, SEASON, WEXMARSH, WRONG_RATE, letter, sha256
from tests.steps.quarantine.desk import BY, FIRST, OTHER, RATE_RULE, STRANGER, WHY, disposition, land, waiting

pytestmark = pytest.mark.needs("processes")


def test_an_accepted_letter_is_loaded_and_says_why_and_landing_by_whom(
    settings: Settings, desk: Quarantine
) -> None:
    landing = land(settings, GOOD, WRONG_RATE)
    effect = desk.accept(WRONG_RATE.sha256[:8], reason=WHY, by=BY)
    assert disposition(settings, WRONG_RATE) == Disposition(
        WRONG_RATE.sha256,
        Fate.ACCEPTED,
        f"accepted by a person's decision, although {RATE_RULE} failed: {WHY}",
        "SAMPLE-02",
        decided_by=BY,
    )
    assert disposition(settings, GOOD).decided_by is None
    assert [one.rule for one in landing.checks(SEASON)[WRONG_RATE.sha256] if not one.is_passed] == [RATE_RULE]
    assert waiting(desk) == []
    assert effect.others == ()


def test_the_record_says_who_when_why_and_which_rule(settings: Settings, desk: Quarantine) -> None:
    landing = land(settings, WRONG_RATE)
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    desk.accept(WRONG_RATE.sha256, reason=f"  {WHY}\n", by=BY)
    (line,) = (landing.folder / FILE_NAME).read_text().splitlines()
    told = json.loads(line)
    assert before <= dt.datetime.fromisoformat(told.pop("decided_at")) <= dt.datetime.now(dt.UTC)
    assert told == {
        "season": 2021,
        "letter_sha256": WRONG_RATE.sha256,
        "ruling": "accept",
        "rules": [RATE_RULE],
        "statement_hash": statement_hash(WRONG_RATE),
        "decided_by": BY,
        "reason": WHY,
    }


def test_a_decision_takes_effect_in_landing_as_a_run_of_the_season_would(
    settings: Settings, desk: Quarantine
) -> None:
    landing = land(settings, GOOD, WRONG_RATE, FIRST, OTHER, STRANGER)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    desk.reject(GOOD.sha256, reason=WHY, by=BY)
    decided = landing.content_hash()
    assert land(settings, GOOD, WRONG_RATE, FIRST, OTHER, STRANGER).content_hash() == decided


def test_an_accept_is_kept_while_the_bytes_are_the_same_and_ends_with_them(
    settings: Settings, desk: Quarantine
) -> None:
    land(settings, WRONG_RATE)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    land(settings, WRONG_RATE, GOOD)
    assert disposition(settings, WRONG_RATE).disposition == Fate.ACCEPTED
    again = replace(WRONG_RATE, sha256=sha256("issued again"))
    land(settings, again)
    assert disposition(settings, again).disposition == Fate.QUARANTINED
    land(settings, WRONG_RATE)
    assert disposition(settings, WRONG_RATE).disposition == Fate.ACCEPTED


def test_an_accept_does_not_cover_a_rule_that_a_later_reading_breaks(settings: Settings, desk: Quarantine) -> None:
    land(settings, WRONG_RATE)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    later = letter(
        "wrong rate",
        authority=WEXMARSH,
        changes={"uphold_rate_pct": "82"},
        stated_years=(StatedYear("the title", 2021, "2021"), StatedYear("the letter's date", 2020, "2020")),
    )
    assert later.sha256 == WRONG_RATE.sha256
    land(settings, later)
    found = disposition(settings, later)
    assert found.disposition == Fate.QUARANTINED
    assert found.decided_by is None
    assert f"accepted by a person's decision for {RATE_RULE}, and this rule is broken too" in found.reason
    assert found.reason.startswith("years_agree: ")
    assert waiting(desk) == [later.sha256]


def test_an_accept_does_not_cover_figures_that_nobody_saw(settings: Settings, desk: Quarantine) -> None:
    land(settings, WRONG_RATE)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    later = letter("wrong rate", authority=WEXMARSH, changes={"uphold_rate_pct": "28"})
    land(settings, later)
    found = disposition(settings, later)
    assert found.disposition == Fate.QUARANTINED
    assert "28% is printed" in found.reason
    assert "its authority, season or figures are read otherwise now" in found.reason


def test_a_letter_that_a_better_reading_clears_needs_its_accept_no_longer(
    settings: Settings, desk: Quarantine
) -> None:
    land(settings, WRONG_RATE)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    cleared = letter("wrong rate", authority=WEXMARSH)
    land(settings, cleared)
    assert disposition(settings, cleared).reason == "every critical rule passed"
    assert disposition(settings, cleared).decided_by is None


def test_rules_that_are_named_have_to_be_those_that_are_broken(settings: Settings, desk: Quarantine) -> None:
    landing = land(settings, WRONG_RATE)
    with pytest.raises(DecisionError, match=f"breaks {RATE_RULE}, and --rule names years_agree"):
        desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY, rules=["years_agree"])
    assert not (landing.folder / FILE_NAME).exists()
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY, rules=[RATE_RULE])
    assert disposition(settings, WRONG_RATE).disposition == Fate.ACCEPTED


@pytest.mark.parametrize(("reason", "by"), [(" ", BY), (WHY, "")])
def test_a_decision_without_a_reason_or_a_name_is_refused(
    settings: Settings, desk: Quarantine, reason: str, by: str
) -> None:
    land(settings, WRONG_RATE)
    with pytest.raises(DecisionError, match=r"who decides .* and why"):
        desk.accept(WRONG_RATE.sha256, reason=reason, by=by)


def test_a_letter_that_is_not_in_quarantine_cannot_be_accepted(settings: Settings, desk: Quarantine) -> None:
    land(settings, GOOD)
    with pytest.raises(DecisionError, match=r"is not in quarantine but accepted .*: there is nothing to accept"):
        desk.accept(GOOD.sha256, reason=WHY, by=BY)


def test_a_number_that_cannot_be_is_never_accepted(settings: Settings, desk: Quarantine) -> None:
    impossible = letter("impossible", changes={"compliance_rate_pct": "970"})
    landing = land(settings, impossible)
    with pytest.raises(DecisionError, match="a number that cannot be has no place in the warehouse: reject"):
        desk.accept(impossible.sha256, reason=WHY, by=BY)
    assert not (landing.folder / FILE_NAME).exists()
    assert waiting(desk) == [impossible.sha256]
