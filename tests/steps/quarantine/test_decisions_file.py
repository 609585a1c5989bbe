"""Decisions are kept in a file, a line for each, and a release's identity depends on the decisions in force."""

import datetime as dt
from pathlib import Path

import pytest

from redress.check.decisions import (
    FILE_NAME,
    Decision,
    DecisionError,
    Decisions,
    Ruling,
    read_decisions,
    record_decision,
)
from redress.settings import Settings
from redress.steps.quarantine import Quarantine
from redress.warehouse.build import warehouse_identity
from tests.made import GOOD, WRONG_RATE
from tests.steps.quarantine.desk import BY, WHY, decision, land

pytestmark = pytest.mark.needs("processes")


def test_a_decision_comes_back_as_it_was_made_with_its_time_in_utc(tmp_path: Path) -> None:
    record_decision(tmp_path, decision())
    record_decision(tmp_path, decision(ruling=Ruling.WITHDRAW))
    assert [one.ruling for one in read_decisions(tmp_path).history] == [Ruling.REJECT, Ruling.WITHDRAW]
    assert read_decisions(tmp_path).history[0] == decision()
    assert '"decided_at":"2021-08-02T10:05:00+00:00"' in (tmp_path / FILE_NAME).read_text()
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_no_character_of_a_reason_cuts_its_line(tmp_path: Path) -> None:
    line = decision().model_dump_json().replace(WHY, "one\u2028two\x85three")
    (tmp_path / FILE_NAME).write_text(f"{line}\n", encoding="utf-8")
    (read,) = read_decisions(tmp_path).history
    assert read.reason == "one two three"


def test_a_reason_of_bytes_that_are_no_text_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"reason\n.*it holds bytes that are no text in UTF-8"):
        Decision.model_validate(decision().model_dump() | {"reason": "caf\udce9"})


BROKEN = {
    "half a line": ('{"season": 2021, "letter_sh', "EOF while parsing"),
    "an empty line": ("", "EOF while parsing"),
    "another verdict": (decision().model_dump_json().replace('"reject"', '"perhaps"'), "ruling: Input should be"),
    "a hash cut short": (decision().model_dump_json().replace(WRONG_RATE.sha256, "ab12"), "letter_sha256: String"),
    "no reason": (decision().model_dump_json().replace(WHY, " "), "reason: Value error, it is empty"),
    "a time of no zone": (decision().model_dump_json().replace("+00:00", ""), "decided_at: Input should have time"),
    "a word nobody knows": (decision().model_dump_json()[:-1] + ',"colour":"red"}', "colour: Extra inputs"),
    "an accept of nothing": (
        decision().model_dump_json().replace('"reject"', '"accept"'),
        "an accept needs the rules",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_line_is_named_and_nothing_is_decided_until_it_is_put_right(
    settings: Settings, desk: Quarantine, what: str
) -> None:
    landing = land(settings, WRONG_RATE)
    line, fault = BROKEN[what]
    path = landing.folder / FILE_NAME
    path.write_text(decision(GOOD).model_dump_json() + "\n" + line + "\n")
    content = path.read_bytes()
    with pytest.raises(DecisionError, match=f"{FILE_NAME}, line 2 is no decision.*{fault}"):
        desk.reject(WRONG_RATE.sha256, reason=WHY, by=BY)
    with pytest.raises(DecisionError, match="line 2"):
        warehouse_identity(settings)
    assert path.read_bytes() == content


def test_the_content_of_decisions_is_what_is_in_force_about_what_is_landed() -> None:
    here = {(2021, WRONG_RATE.sha256)}
    none = Decisions().content_hash(here)
    rejected = Decisions((decision(),))
    assert rejected.content_hash(here) != none
    assert rejected.content_hash({(2022, WRONG_RATE.sha256)}) == none
    assert rejected.and_(decision(ruling=Ruling.WITHDRAW)).content_hash(here) == none
    later = decision().model_copy(update={"decided_at": dt.datetime(2030, 1, 1, tzinfo=dt.UTC)})
    assert Decisions((later,)).content_hash(here) == rejected.content_hash(here)


def test_a_release_is_named_by_its_decisions_and_not_by_their_time(settings: Settings, desk: Quarantine) -> None:
    land(settings, GOOD, WRONG_RATE)
    undecided = warehouse_identity(settings)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    accepted = warehouse_identity(settings)
    assert accepted != undecided
    desk.withdraw(WRONG_RATE.sha256, reason=WHY, by=BY)
    assert warehouse_identity(settings) == undecided
    path = settings.landing_folder / FILE_NAME
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    path.write_text(path.read_text().replace('"decided_at":"20', '"decided_at":"19'))
    assert warehouse_identity(settings) == accepted


def test_a_decision_that_landing_does_not_show_yet_is_in_the_name_already(settings: Settings) -> None:
    landing = land(settings, WRONG_RATE)
    undecided = warehouse_identity(settings)
    record_decision(landing.folder, decision())
    assert warehouse_identity(settings) != undecided
