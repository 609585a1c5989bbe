"""The gate: Great Expectations and the rules give one answer, and a raising expectation stops the run."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from expectations import gate as gate_module
from expectations import rules as wrapped_rules
from expectations.gate import Failure, Gated, GateError, accepted_letters, gate, season_frame
from redress.check.judge import stand
from redress.check.letter_rules import LETTER_RULES, check_letter
from redress.check.rule import Outcome
from redress.check.season_rules import SEASON_RULES
from redress.check.standing import Standing
from redress.model.authorities import Authorities
from redress.model.landed import LandedLetter
from redress.model.letter import Letter, Verdict
from redress.model.measures import Absence
from tests.made import GOOD, SEASON, WRONG_RATE, landed, letter, sha256, without_statistics

TARNBECK = "Tarnbeck Metropolitan Borough Council"
OSTLEBRIDGE = "Ostlebridge Council"
INCOMPLETE = letter(
    "incomplete", authority=TARNBECK, changes={"compliance_rate_type_average_pct": Absence.NOT_STATED}
)
BARE = without_statistics("bare", authority=OSTLEBRIDGE)
FOREIGN = Letter(sha256("foreign"), Verdict.NOT_A_LETTER, "an invoice")
TORN = Letter(sha256("torn"), Verdict.UNREADABLE, "damaged: no trailer")
LETTERS = [landed(one) for one in (GOOD, WRONG_RATE, INCOMPLETE, BARE, FOREIGN, TORN)]


@pytest.fixture(scope="module")
def gated(authorities: Authorities) -> Gated:
    return gate(SEASON, LETTERS, authorities)


def dispositions(gated: Gated) -> dict[str, str]:
    return {one.letter_sha256: one.disposition for one in gated.dispositions}


def test_every_letter_gets_one_disposition(gated: Gated) -> None:
    assert dispositions(gated) == {
        GOOD.sha256: "accepted",
        WRONG_RATE.sha256: "quarantined",
        INCOMPLETE.sha256: "accepted",
        BARE.sha256: "no_statistics",
        FOREIGN.sha256: "not_a_letter",
        TORN.sha256: "unreadable",
    }
    assert len(gated.dispositions) == len(LETTERS)


def test_quarantine_says_which_rule_and_which_numbers(gated: Gated) -> None:
    (reason,) = (one.reason for one in gated.dispositions if one.disposition == "quarantined")
    assert "uphold_rate_is_upheld_over_investigations" in reason
    assert "82%" in reason


def test_a_warning_loads_the_letter_and_is_kept(gated: Gated) -> None:
    failed = [check for key, check in gated.checks if key == INCOMPLETE.sha256 and not check.is_passed]
    assert [check.rule for check in failed] == ["blocks_complete"]


def test_the_suites_word_is_the_rules_word_for_every_letter_and_rule(gated: Gated) -> None:
    for landed_letter in LETTERS:
        one = landed_letter.letter
        told = {check.rule: check for key, check in gated.checks if key == one.sha256}
        for check in check_letter(one):
            assert told[check.rule] == check


def test_only_accepted_letters_are_loaded(gated: Gated) -> None:
    assert accepted_letters(LETTERS, gated) == (GOOD, INCOMPLETE)


def test_each_disposition_names_the_authority_that_it_is_about(gated: Gated) -> None:
    told = {one.letter_sha256: one.authority_id for one in gated.dispositions}
    assert told == {
        GOOD.sha256: "SAMPLE-01",
        WRONG_RATE.sha256: "SAMPLE-02",
        INCOMPLETE.sha256: "SAMPLE-03",
        BARE.sha256: "SAMPLE-04",
        FOREIGN.sha256: None,
        TORN.sha256: None,
    }


def test_great_expectations_itself_finds_the_broken_letter(
    monkeypatch: pytest.MonkeyPatch, authorities: Authorities
) -> None:
    found: set[Failure] = set()
    original = gate_module.failures

    def seen(*arguments: Any) -> frozenset[Failure]:
        failed = original(*arguments)
        found.update(failed)
        return failed

    monkeypatch.setattr(gate_module, "failures", seen)
    gate(SEASON, LETTERS, authorities)
    assert found == {
        ("uphold_rate_is_upheld_over_investigations", WRONG_RATE.sha256),
        ("blocks_complete", INCOMPLETE.sha256),
    }


def test_a_suite_that_passes_what_the_rule_fails_stops_the_run(
    monkeypatch: pytest.MonkeyPatch, authorities: Authorities
) -> None:
    monkeypatch.setattr(gate_module, "failures", lambda *_: frozenset())
    with pytest.raises(
        GateError, match="the suite and the rule uphold_rate_is_upheld_over_investigations disagree"
    ):
        gate(SEASON, LETTERS, authorities)


def test_an_expectation_that_raises_stops_the_run(
    monkeypatch: pytest.MonkeyPatch, authorities: Authorities
) -> None:
    def raising(_: Letter) -> Outcome:
        raise RuntimeError("this rule has a fault of its own")

    rule = LETTER_RULES[1]
    monkeypatch.setitem(wrapped_rules._RULES, rule.name, dataclasses.replace(rule, check=raising))
    with pytest.raises(GateError, match=f"{rule.name}.*this rule has a fault of its own"):
        gate(SEASON, LETTERS, authorities)


def test_a_season_rule_that_raises_stops_the_run(monkeypatch: pytest.MonkeyPatch, authorities: Authorities) -> None:
    def raising(_: Sequence[Standing]) -> dict[str, Outcome]:
        raise RuntimeError("this rule has a fault of its own")

    rule = SEASON_RULES[-1]
    monkeypatch.setitem(wrapped_rules._SEASON_RULES, rule.name, dataclasses.replace(rule, check=raising))
    with pytest.raises(GateError, match=f"{rule.name}.*this rule has a fault of its own"):
        gate(SEASON, LETTERS, authorities)


def test_a_season_of_sample_letters_waits_for_no_council(gated: Gated) -> None:
    (check,) = (check for key, check in gated.checks if key is None)
    assert check.is_passed
    assert "only letters to councils of samples" in check.detail


def test_a_letter_without_statistics_with_years_that_disagree_is_quarantined(authorities: Authorities) -> None:
    bare = without_statistics("another season", authority=OSTLEBRIDGE, season=2020)
    outcome = gate(SEASON, [landed(bare)], authorities)
    assert dispositions(outcome) == {bare.sha256: "quarantined"}


FRAMES: dict[str, list[LandedLetter]] = {
    "one letter twice": [landed(GOOD), landed(GOOD, address="again.pdf")],
    "a letter of another season": [landed(GOOD, season=2022)],
    "a key that is no hash": [landed(dataclasses.replace(GOOD, sha256="good"))],
}


@pytest.mark.parametrize("what", FRAMES)
def test_a_frame_that_reading_cannot_make_stops_the_run(authorities: Authorities, what: str) -> None:
    with pytest.raises(GateError, match="the landing frame is not what reading makes"):
        gate(SEASON, FRAMES[what], authorities)


def test_a_frame_has_one_row_for_each_letter_and_gives_it_back(authorities: Authorities) -> None:
    standings = stand([one.letter for one in LETTERS], SEASON, authorities)
    frame: pd.DataFrame = season_frame(LETTERS, standings, frozenset())
    assert list(frame["letter_sha256"]) == [one.letter.sha256 for one in LETTERS]
    assert [wrapped_rules.STATEMENT.validate_json(text) for text in frame["statement"]] == [
        one.letter for one in LETTERS
    ]
    assert [wrapped_rules.STANDING.validate_json(text) for text in frame["standing"]] == [
        dataclasses.replace(standing, checks=(), superseded_by=None) for standing in standings
    ]
