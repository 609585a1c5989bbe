"""The suites: what is expected of a season's landing frame, Great Expectations' own and the project's rules."""

import great_expectations as gx
import great_expectations.expectations as gxe

from expectations.letter_rules import ExpectLettersToObeyRule
from redress.letters.records import Verdict
from redress.rules import LETTER_RULES, YEARS_AGREE
from redress.seasons import Season

STATEMENT_COLUMN = "statement"
KEY_COLUMN = "letter_sha256"


def frame_suite(season: Season) -> gx.ExpectationSuite:
    """What holds of every season's frame by the way it is made: a failure is our error, not a letter's."""
    return gx.ExpectationSuite(
        name="season_frame",
        expectations=[
            gxe.ExpectTableRowCountToBeBetween(min_value=1),
            gxe.ExpectColumnValuesToBeInSet(column="season", value_set=[season.year]),
            gxe.ExpectColumnValuesToBeUnique(column=KEY_COLUMN),
            gxe.ExpectColumnValuesToMatchRegex(column=KEY_COLUMN, regex="^[0-9a-f]{64}$"),
            gxe.ExpectColumnValuesToBeInSet(column="verdict", value_set=[str(verdict) for verdict in Verdict]),
            gxe.ExpectColumnValuesToNotBeNull(column="reason"),
            gxe.ExpectColumnValuesToNotBeNull(column="source_address"),
            gxe.ExpectColumnValuesToNotBeNull(column=STATEMENT_COLUMN),
        ],
    )


def extracted_letters_suite() -> gx.ExpectationSuite:
    """Every rule about one letter, asked of the letters that state figures."""
    return gx.ExpectationSuite(
        name="extracted_letters",
        expectations=[
            ExpectLettersToObeyRule(
                column=STATEMENT_COLUMN, rule=rule.name, severity=str(rule.severity), notes=rule.sentence
            )
            for rule in LETTER_RULES
        ],
    )


def letters_without_statistics_suite() -> gx.ExpectationSuite:
    """The rules that a letter without its statistics page can still be asked."""
    return gx.ExpectationSuite(
        name="letters_without_statistics",
        expectations=[
            ExpectLettersToObeyRule(
                column=STATEMENT_COLUMN,
                rule=YEARS_AGREE.name,
                severity=str(YEARS_AGREE.severity),
                notes=YEARS_AGREE.sentence,
            )
        ],
    )
