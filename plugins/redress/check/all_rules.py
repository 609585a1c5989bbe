"""All rules in one table. The table is also written as a seed (a CSV file for dbt), so that the warehouse can say
what each rule asks.

`python -m redress.check.all_rules` writes the seed. A test fails if the seed differs from the rules.
"""

import csv
import io

from redress.check.letter_rules import LETTER_RULES
from redress.check.rule import LetterRule
from redress.check.season_rules import SEASON_RULES, WHOLE_SEASON_RULES
from redress.check.standing import SeasonRule, WholeSeasonRule
from redress.model.reference import SEEDS_FOLDER

RULES_SEED = SEEDS_FOLDER / "rules.csv"
RULES: dict[str, tuple[LetterRule | SeasonRule | WholeSeasonRule, ...]] = {
    "letter": LETTER_RULES,
    "letters_of_season": SEASON_RULES,
    "season": WHOLE_SEASON_RULES,
}
"""The rules by what they look at: one letter alone, a letter among the letters of its season, or the whole
season."""

SENTENCES = {rule.name: rule.sentence for rules in RULES.values() for rule in rules}
"""What each rule demands, in a sentence for people, by the rule's name."""


def rules_csv() -> str:
    """Return all rules as the text of a CSV file, in the order in which they are reported."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("rule", "severity", "looks_at", "sentence"))
    for looks_at, rules in RULES.items():
        writer.writerows((rule.name, rule.severity, looks_at, rule.sentence) for rule in rules)
    return text.getvalue()


if __name__ == "__main__":
    RULES_SEED.write_text(rules_csv(), encoding="utf-8")
