"""The project's rules about a letter as a Great Expectations expectation: one class, the rule is its parameter."""

from typing import Any, ClassVar, Literal

import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    column_condition_partial,
)
from pydantic import TypeAdapter

from redress.letters.records import Letter
from redress.rules import LETTER_RULES, YEARS_AGREE, Rule, applied

STATEMENT = TypeAdapter(Letter)
"""A letter as JSON text and back: the form in which a frame's column holds what a letter states."""

_RULES: dict[str, Rule] = {rule.name: rule for rule in (*LETTER_RULES, YEARS_AGREE)}


class LetterObeysRule(ColumnMapMetricProvider):  # type: ignore[misc]
    """For each letter of a column of statements, whether it obeys a rule."""

    condition_metric_name = "column_values.letter_obeys_rule"
    condition_value_keys = ("rule",)

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(self, column: "pd.Series[str]", rule: str, **_: Any) -> "pd.Series[bool]":
        return column.map(lambda text: applied(_RULES[rule], STATEMENT.validate_json(text)).is_passed).astype(bool)


class ExpectLettersToObeyRule(ColumnMapExpectation):  # type: ignore[misc]
    """Expect every letter of a column of statements to obey one of the project's rules."""

    rule: str
    map_metric: ClassVar[Literal["column_values.letter_obeys_rule"]] = "column_values.letter_obeys_rule"
    success_keys: ClassVar[tuple[str, ...]] = ("rule", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "rule")
