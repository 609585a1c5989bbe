"""The judge asks each rule once, finds the same for any order of the letters, and names a rule that raises."""

import dataclasses
from collections import Counter
from typing import Any

import pytest

from redress.check import judge as judge_module
from redress.check import letter_rules, season_rules
from redress.check.all_rules import RULES
from redress.check.judge import judge
from redress.check.rule import LetterRule, RuleError
from redress.model.letter import Letter, Verdict
from tests.made import sha256, without_statistics
from tests.planted import AUTHORITIES, GOOD, PLANTS, SEASON, season_with

OTHERS = [
    without_statistics("bare", authority="Quillshire County Council", season=SEASON.year),
    Letter(sha256("torn"), Verdict.UNREADABLE, "damaged: no trailer"),
]
RULES_IN_MODULES = (
    (letter_rules, "LETTER_RULES", "letter"),
    (judge_module, "SEASON_RULES", "letters_of_season"),
    (season_rules, "WHOLE_SEASON_RULES", "season"),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """A count of the times that the judge asks each rule; a rule about one letter is counted for each letter."""
    counts: Counter[str] = Counter()

    def counted(rule: Any) -> Any:
        def question(*arguments: Any) -> Any:
            counts[f"{rule.name} {arguments[0].sha256}" if isinstance(rule, LetterRule) else rule.name] += 1
            return rule.question(*arguments)

        return dataclasses.replace(rule, question=question)

    for module, name, looks_at in RULES_IN_MODULES:
        monkeypatch.setattr(module, name, tuple(map(counted, RULES[looks_at])))
    return counts


def test_each_rule_is_asked_once(asked: Counter[str]) -> None:
    good = list(GOOD.values())
    judge(SEASON, [*good, *OTHERS], AUTHORITIES)
    expected = {f"{rule.name} {one.sha256}" for rule in RULES["letter"] for one in good}
    expected |= {f"years_agree {OTHERS[0].sha256}"}
    expected |= {rule.name for rule in (*RULES["letters_of_season"], *RULES["season"])}
    assert asked == dict.fromkeys(expected, 1)


def test_the_checks_are_those_of_each_letter_in_order_and_then_of_the_season() -> None:
    letters = [*GOOD.values(), *OTHERS]
    judgement = judge(SEASON, letters, AUTHORITIES)
    of_letter = [check.rule for key, check in judgement.checks if key == letters[0].sha256]
    assert of_letter == [rule.name for rule in (*RULES["letter"], *RULES["letters_of_season"])]
    assert [check.rule for key, check in judgement.checks if key is None] == [rule.name for rule in RULES["season"]]
    assert judgement.checks[-1][0] is None
    assert [one.letter_sha256 for one in judgement.dispositions] == [one.sha256 for one in letters]


@pytest.mark.parametrize("rule", PLANTS)
def test_the_order_of_the_letters_decides_nothing(rule: str) -> None:
    letters = [one.letter for one in season_with(PLANTS[rule])]
    found = [judge(SEASON, order, AUTHORITIES) for order in (letters, letters[::-1])]
    fates = [{one.letter_sha256: one.disposition for one in judgement.dispositions} for judgement in found]
    assert fates[0] == fates[1]
    checks = [{(key, one.rule, one.is_passed) for key, one in judgement.checks} for judgement in found]
    assert checks[0] == checks[1]


@pytest.mark.parametrize(("module", "name", "looks_at"), RULES_IN_MODULES)
def test_a_rule_that_raises_is_named(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, looks_at: str
) -> None:
    def raising(*_: Any) -> Any:
        raise RuntimeError("a fault of its own")

    rule: Any = RULES[looks_at][-1]
    monkeypatch.setattr(module, name, (dataclasses.replace(rule, question=raising),))
    with pytest.raises(RuleError, match=f"the rule {rule.name} raised RuntimeError: a fault of its own"):
        judge(SEASON, list(GOOD.values()), AUTHORITIES)
