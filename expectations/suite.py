"""The suite: what Great Expectations expects of a season's frame, the table with a row for each letter and a column
for each rule.
"""

from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe

from redress.check.letter_rules import LETTER_RULES
from redress.check.rule import LetterRule
from redress.check.season_rules import LETTERS_AS_EXPECTED, SEASON_RULES
from redress.check.standing import SeasonRule, WholeSeasonRule
from redress.model.letter import Verdict
from redress.model.season import Season

KEY_COLUMN = "letter_sha256"
EXPECTED_AUTHORITY_COLUMN = "expected_authority_id"
TEXT_COLUMNS = (KEY_COLUMN, "verdict", "reason", "source_address")
RULES_WITH_COLUMN: tuple[LetterRule | SeasonRule, ...] = (*LETTER_RULES, *SEASON_RULES)
"""The rules that have a column of results in the frame. The column has the rule's name."""
COLUMNS = ("season", *TEXT_COLUMNS, EXPECTED_AUTHORITY_COLUMN, *(rule.name for rule in RULES_WITH_COLUMN))
RULE = "rule"
"""An expectation's `meta` (facts that Great Expectations hands on) has the name of the expectation's rule under
this key."""


def season_suite(season: Season, expected_authorities_count: int) -> gx.ExpectationSuite:
    """Return the suite of a season: expectations about the form of the frame, then one expectation for each rule.

    Our code makes the frame. So if an expectation about its form fails, that is our error, not a letter's. The
    expectation for a rule names the rule in its meta.
    """
    return gx.ExpectationSuite(
        name="season",
        expectations=[
            gxe.ExpectTableColumnsToMatchSet(column_set=list(COLUMNS)),
            gxe.ExpectTableRowCountToBeBetween(min_value=1),
            gxe.ExpectColumnValuesToBeOfType(column="season", type_="int64"),
            gxe.ExpectColumnValuesToBeInSet(column="season", value_set=[season.year]),
            gxe.ExpectColumnValuesToBeUnique(column=KEY_COLUMN),
            gxe.ExpectColumnValuesToMatchRegex(column=KEY_COLUMN, regex="^[0-9a-f]{64}$"),
            gxe.ExpectColumnValuesToBeInSet(column="verdict", value_set=[str(verdict) for verdict in Verdict]),
            *(gxe.ExpectColumnValuesToNotBeNull(column=column) for column in TEXT_COLUMNS),
            *(
                gxe.ExpectColumnValuesToBeInSet(column=rule.name, value_set=[True], **_for_people(rule))
                for rule in RULES_WITH_COLUMN
            ),
            gxe.ExpectColumnUniqueValueCountToBeBetween(
                column=EXPECTED_AUTHORITY_COLUMN,
                min_value=expected_authorities_count,
                **_for_people(LETTERS_AS_EXPECTED),
            ),
        ],
    )


def _for_people(rule: LetterRule | SeasonRule | WholeSeasonRule) -> dict[str, Any]:
    """Return what an expectation says about its rule: a text for Great Expectations' pages, and the `meta` that
    names the rule for the gate.
    """
    return {
        "severity": str(rule.severity),
        "description": f"{rule.name} ({rule.severity}): {rule.sentence}",
        "meta": {RULE: rule.name},
    }
