"""The seed of rules says what the rules in the code say, and no two rules have the same name."""

import csv
import io

from redress.check.all_rules import RULES, RULES_SEED, rules_csv


def test_the_seed_says_what_the_rules_say() -> None:
    assert RULES_SEED.read_text(encoding="utf-8") == rules_csv(), (
        "write it again: .venv/bin/python -m redress.check.all_rules"
    )


def test_every_rule_is_in_the_table_once_with_a_sentence() -> None:
    rows = list(csv.DictReader(io.StringIO(rules_csv())))
    names = [row["rule"] for row in rows]
    assert len(names) == len(set(names)) == sum(len(rules) for rules in RULES.values())
    assert all(row["sentence"].endswith(".") for row in rows)
    assert {row["severity"] for row in rows} == {"critical", "warning"}
