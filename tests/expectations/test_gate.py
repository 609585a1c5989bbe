"""The gate stops a run if a rule or expectation raises, or if Great Expectations and the judge disagree."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
import pandas as pd
import pytest

from expectations import gate as gate_module
from expectations.gate import Failure, Gated, GateError, gate, season_frame
from expectations.suite import RULES_WITH_COLUMN, season_suite
from redress.check import judge as judge_module
from redress.check import letter_rules
from redress.check.all_rules import RULES
from redress.check.judge import judge
from redress.check.letter_rules import LETTER_RULES, check_letter
from redress.check.rule import Finding, RuleError
from redress.check.season_rules import SEASON_RULES
from redress.check.standing import Standing
from redress.model.authorities import Authorities
from redress.model.landed import Fate, LandedLetter
from redress.model.letter import Letter, Verdict
from redress.model.measures import Absence
from redress.model.season import Season
from tests.made import GOOD, SEASON, WRONG_RATE, landed, letter, sha256, without_statistics

pytestmark = pytest.mark.needs("great_expectations")

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


def dispositions(gated: Gated) -> dict[str, Fate]:
    return {one.letter_sha256: one.disposition for one in gated.dispositions}


def test_every_letter_gets_one_disposition(gated: Gated) -> None:
    assert dispositions(gated) == {
        GOOD.sha256: Fate.ACCEPTED,
        WRONG_RATE.sha256: Fate.QUARANTINED,
        INCOMPLETE.sha256: Fate.ACCEPTED,
        BARE.sha256: Fate.NO_STATISTICS,
        FOREIGN.sha256: Fate.NOT_A_LETTER,
        TORN.sha256: Fate.UNREADABLE,
    }
    assert len(gated.dispositions) == len(LETTERS)


def test_quarantine_says_which_rule_and_which_numbers(gated: Gated) -> None:
    (reason,) = (one.reason for one in gated.dispositions if one.disposition is Fate.QUARANTINED)
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


def results(gated: Gated) -> dict[str, dict[str, Any]]:
    """Return the result that Great Expectations kept for each rule, by the rule's name."""
    kept = json.loads(gated.validation)["result"]["results"]
    told = {one["expectation_config"]["meta"].get("rule"): one for one in kept if one["expectation_config"]["meta"]}
    return {rule: one for rule, one in told.items() if rule is not None}


def test_great_expectations_itself_finds_the_broken_letter(gated: Gated) -> None:
    found = {
        (rule, row["letter_sha256"])
        for rule, one in results(gated).items()
        if not one["success"]
        for row in one["result"]["unexpected_index_list"]
    }
    assert found == {
        ("uphold_rate_is_upheld_over_investigations", WRONG_RATE.sha256),
        ("blocks_complete", INCOMPLETE.sha256),
    }


def test_great_expectations_is_told_each_rule_with_its_severity_and_sentence(gated: Gated) -> None:
    told = results(gated)
    rules = {rule.name: rule for rules in RULES.values() for rule in rules}
    assert told.keys() == rules.keys()
    for name, rule in rules.items():
        assert told[name]["expectation_config"]["severity"] == rule.severity
        assert told[name]["expectation_config"]["description"] == f"{name} ({rule.severity}): {rule.sentence}"


@pytest.mark.parametrize(
    ("rule", "sha256"),
    [
        ("uphold_rate_is_upheld_over_investigations", WRONG_RATE.sha256),  # not found any more
        ("uphold_rate_is_upheld_over_investigations", GOOD.sha256),  # found beside the others
        ("letters_as_expected", None),
    ],
)
def test_a_suite_that_finds_other_failures_than_the_judge_stops_the_run(
    monkeypatch: pytest.MonkeyPatch, authorities: Authorities, rule: str, sha256: str | None
) -> None:
    original = gate_module._failures

    def other(*arguments: Any) -> set[Failure]:
        return original(*arguments) ^ {(rule, sha256)}

    monkeypatch.setattr(gate_module, "_failures", other)
    about = f"season {SEASON}" if sha256 is None else f"letter {sha256}"
    with pytest.raises(GateError, match=f"the suite and the rule {rule} disagree on {about}"):
        gate(SEASON, LETTERS, authorities)


def test_an_expectation_that_raises_stops_the_run(
    monkeypatch: pytest.MonkeyPatch, authorities: Authorities
) -> None:
    def suite(season: Season, expected_authorities_count: int) -> gx.ExpectationSuite:
        made = season_suite(season, expected_authorities_count)
        made.add_expectation(
            gxe.ExpectColumnValuesToBeInSet(column="no such column", value_set=[True], meta={"rule": "a_rule"})
        )
        return made

    monkeypatch.setattr(gate_module, "season_suite", suite)
    with pytest.raises(GateError, match=r"the expectation a_rule of season 2021 raised: .*no such column"):
        gate(SEASON, LETTERS, authorities)


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"another_column": 1}, "expect_table_columns_to_match_set"),
        ({"reason": None}, "expect_column_values_to_not_be_null of reason"),
        ({"season": "2021"}, "expect_column_values_to_be_of_type of season"),
        ({"verdict": "good"}, "expect_column_values_to_be_in_set of verdict"),
    ],
)
def test_each_expectation_of_the_frame_itself_stops_the_run(
    monkeypatch: pytest.MonkeyPatch, authorities: Authorities, changes: dict[str, Any], broken: str
) -> None:
    monkeypatch.setattr(gate_module, "season_frame", lambda *of: season_frame(*of).assign(**changes))
    with pytest.raises(GateError, match=f"the landing frame is not what reading makes: .*{broken}"):
        gate(SEASON, LETTERS, authorities)


def test_a_rule_that_raises_stops_the_run(monkeypatch: pytest.MonkeyPatch, authorities: Authorities) -> None:
    def raising(_: Letter) -> Finding:
        raise RuntimeError("this rule has a fault of its own")

    rule = LETTER_RULES[1]
    rules = tuple(dataclasses.replace(one, question=raising) if one is rule else one for one in LETTER_RULES)
    monkeypatch.setattr(letter_rules, "LETTER_RULES", rules)
    with pytest.raises(RuleError, match=f"{rule.name}.*this rule has a fault of its own"):
        gate(SEASON, LETTERS, authorities)


def test_a_season_rule_that_raises_stops_the_run(monkeypatch: pytest.MonkeyPatch, authorities: Authorities) -> None:
    def raising(_: Sequence[Standing]) -> dict[str, Finding]:
        raise RuntimeError("this rule has a fault of its own")

    rule = SEASON_RULES[-1]
    monkeypatch.setattr(judge_module, "SEASON_RULES", (dataclasses.replace(rule, question=raising),))
    with pytest.raises(RuleError, match=f"{rule.name}.*this rule has a fault of its own"):
        gate(SEASON, LETTERS, authorities)


def test_a_season_of_files_that_no_rule_applies_to_is_validated(authorities: Authorities) -> None:
    outcome = gate(SEASON, [landed(TORN), landed(FOREIGN)], authorities)
    assert dispositions(outcome) == {TORN.sha256: Fate.UNREADABLE, FOREIGN.sha256: Fate.NOT_A_LETTER}


def test_a_season_of_sample_letters_waits_for_no_council(gated: Gated) -> None:
    (check,) = (check for key, check in gated.checks if key is None)
    assert check.is_passed
    assert "only letters to councils of samples" in check.detail


def test_a_letter_without_statistics_with_years_that_disagree_is_quarantined(authorities: Authorities) -> None:
    bare = without_statistics("another season", authority=OSTLEBRIDGE, season=2020)
    outcome = gate(SEASON, [landed(bare)], authorities)
    assert dispositions(outcome) == {bare.sha256: Fate.QUARANTINED}


FRAMES: dict[str, list[LandedLetter]] = {
    "one letter twice": [landed(GOOD), landed(GOOD, address="again.pdf")],
    "a letter of another season": [landed(GOOD, season=2022)],
    "a key that is no hash": [landed(dataclasses.replace(GOOD, sha256="good"))],
}


@pytest.mark.parametrize("what", FRAMES)
def test_a_frame_that_reading_cannot_make_stops_the_run(authorities: Authorities, what: str) -> None:
    with pytest.raises(GateError, match="the landing frame is not what reading makes"):
        gate(SEASON, FRAMES[what], authorities)


def test_a_frame_has_one_row_for_each_letter_and_a_column_for_each_rule(authorities: Authorities) -> None:
    judgement = judge(SEASON, [one.letter for one in LETTERS], authorities)
    frame = season_frame(LETTERS, judgement)
    assert list(frame["letter_sha256"]) == [one.letter.sha256 for one in LETTERS]
    assert {str(frame[rule.name].dtype) for rule in RULES_WITH_COLUMN} == {"boolean"}
    for standing, (_, row) in zip(judgement.standings, frame.iterrows(), strict=True):
        asked = {check.rule: check.is_passed for check in standing.checks}
        for rule in RULES_WITH_COLUMN:
            assert row[rule.name] is asked.get(rule.name, pd.NA) or row[rule.name] == asked[rule.name]


def test_no_column_of_the_frame_holds_what_a_letter_states(authorities: Authorities) -> None:
    frame = season_frame(LETTERS, judge(SEASON, [one.letter for one in LETTERS], authorities))
    assert "Larkhall" in str(GOOD)
    assert "Larkhall" not in frame.to_csv()
