"""The suites: what is expected of a season's landing frame, Great Expectations' own and the project's rules."""

from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe

from expectations.rules import ExpectLettersToObeyRule, ExpectLettersToObeySeasonRule
from redress.check.letter_rules import LETTER_RULES, YEARS_AGREE
from redress.check.rule import Rule
from redress.check.season_rules import LETTERS_AS_EXPECTED, SEASON_RULES
from redress.check.standing import SeasonRule, WholeSeasonRule
from redress.model.letter import Verdict
from redress.model.season import Season

KEY_COLUMN = "letter_sha256"
STATEMENT_COLUMN = "statement"
STANDING_COLUMN = "standing"
EXPECTED_AUTHORITY_COLUMN = "expected_authority_id"
RULE = "rule"
"""The key under which an expectation's meta holds the name of the rule that it asks."""


def frame_suite(season: Season) -> gx.ExpectationSuite:
    """What holds of every season's frame by the way it is made: a failure is our error, not a letter's."""
    texts = (KEY_COLUMN, "verdict", "reason", "source_address", STATEMENT_COLUMN, STANDING_COLUMN)
    return gx.ExpectationSuite(
        name="season_frame",
        expectations=[
            gxe.ExpectTableRowCountToBeBetween(min_value=1),
            gxe.ExpectColumnValuesToBeOfType(column="season", type_="int64"),
            gxe.ExpectColumnValuesToBeInSet(column="season", value_set=[season.year]),
            gxe.ExpectColumnValuesToBeUnique(column=KEY_COLUMN),
            gxe.ExpectColumnValuesToMatchRegex(column=KEY_COLUMN, regex="^[0-9a-f]{64}$"),
            gxe.ExpectColumnValuesToBeInSet(column="verdict", value_set=[str(verdict) for verdict in Verdict]),
            *(gxe.ExpectColumnValuesToNotBeNull(column=column) for column in texts),
        ],
    )


def extracted_letters_suite() -> gx.ExpectationSuite:
    """Every rule about one letter, asked of the letters that state figures."""
    return gx.ExpectationSuite(name="extracted_letters", expectations=[_of_letter(rule) for rule in LETTER_RULES])


def letters_without_statistics_suite() -> gx.ExpectationSuite:
    """The rules that a letter without its statistics page can still be asked."""
    return gx.ExpectationSuite(name="letters_without_statistics", expectations=[_of_letter(YEARS_AGREE)])


def season_suite(expected_authorities_count: int) -> gx.ExpectationSuite:
    """The rules about a season's letters together, asked of every file, and about the season as a whole."""
    return gx.ExpectationSuite(
        name="season",
        expectations=[
            *(
                ExpectLettersToObeySeasonRule(column=STANDING_COLUMN, rule=rule.name, **_told(rule))
                for rule in SEASON_RULES
            ),
            gxe.ExpectColumnUniqueValueCountToBeBetween(
                column=EXPECTED_AUTHORITY_COLUMN,
                min_value=expected_authorities_count,
                **_told(LETTERS_AS_EXPECTED),
            ),
        ],
    )


def _of_letter(rule: Rule) -> ExpectLettersToObeyRule:
    return ExpectLettersToObeyRule(column=STATEMENT_COLUMN, rule=rule.name, **_told(rule))


def _told(rule: Rule | SeasonRule | WholeSeasonRule) -> dict[str, Any]:
    """What a person reads of a rule in Great Expectations' pages, and the name by which the gate knows it."""
    return {
        "severity": str(rule.severity),
        "description": f"{rule.name} ({rule.severity}): {rule.sentence}",
        "meta": {RULE: rule.name},
    }
