"""The project's rules as Great Expectations expectations: one class for each kind, the rule is its parameter."""

from functools import lru_cache
from typing import Any, ClassVar, Literal

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from pydantic import TypeAdapter

from redress.check.letter_rules import LETTER_RULES, applied
from redress.check.rule import Rule
from redress.check.season_rules import SEASON_RULES
from redress.check.standing import SeasonRule, Standing
from redress.model.letter import Letter

STATEMENT = TypeAdapter(Letter)
"""A letter as JSON text and back: the form in which a frame's column holds what a letter states."""
STANDING = TypeAdapter(Standing)
"""The same for a letter with its authority, as the rules about a season see it."""
PARSED_COUNT = 1024
"""Texts that stay parsed from one rule to the next: more than a season has letters."""

_RULES: dict[str, Rule] = {rule.name: rule for rule in LETTER_RULES}
_SEASON_RULES: dict[str, SeasonRule] = {rule.name: rule for rule in SEASON_RULES}


@lru_cache(PARSED_COUNT)
def _letter(text: str) -> Letter:
    return STATEMENT.validate_json(text)


@lru_cache(PARSED_COUNT)
def _standing(text: str) -> Standing:
    return STANDING.validate_json(text)


class LetterObeysRule(ColumnMapMetricProvider):  # type: ignore[misc]
    """For each letter of a column of statements, whether it obeys a rule."""

    condition_metric_name = "column_values.letter_obeys_rule"
    condition_value_keys = ("rule",)

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(self, column: "pd.Series[str]", rule: str, **_: Any) -> "pd.Series[bool]":
        return column.map(lambda text: applied(_RULES[rule], _letter(text)).is_passed).astype(bool)


class ExpectLettersToObeyRule(ColumnMapExpectation):  # type: ignore[misc]
    """Expect every letter of a column of statements to obey one of the rules about a letter."""

    rule: str
    map_metric: ClassVar[Literal["column_values.letter_obeys_rule"]] = "column_values.letter_obeys_rule"
    success_keys: ClassVar[tuple[str, ...]] = ("rule", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "rule")


class LetterObeysSeasonRule(ColumnMapMetricProvider):  # type: ignore[misc]
    """For each letter of a column of standings, whether it obeys a rule about all of them together."""

    condition_metric_name = "column_values.letter_obeys_season_rule"
    condition_value_keys = ("rule",)

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(self, column: "pd.Series[str]", rule: str, **_: Any) -> "pd.Series[bool]":
        standings = [_standing(text) for text in column]
        outcomes = _SEASON_RULES[rule].check(standings)
        obeys = [
            outcome is None or outcome.is_passed
            for outcome in (outcomes.get(standing.letter.sha256) for standing in standings)
        ]
        return pd.Series(obeys, index=column.index, dtype=bool)


class ExpectLettersToObeySeasonRule(ColumnMapExpectation):  # type: ignore[misc]
    """Expect every letter of a column of standings to obey one of the rules about a season's letters."""

    rule: str
    map_metric: ClassVar[Literal["column_values.letter_obeys_season_rule"]] = (
        "column_values.letter_obeys_season_rule"
    )
    success_keys: ClassVar[tuple[str, ...]] = ("rule", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "rule")
