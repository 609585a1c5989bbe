"""The gate: judge a season's letters, and have Great Expectations validate the judgement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import great_expectations as gx
import pandas as pd

from expectations.suite import (
    COLUMNS,
    EXPECTED_AUTHORITY_COLUMN,
    KEY_COLUMN,
    RULE,
    RULES_WITH_COLUMN,
    season_suite,
)
from redress.check.decisions import NO_DECISIONS, Decisions
from redress.check.judge import Judgement, judge
from redress.check.rule import Check
from redress.check.season_rules import expected_authority_id
from redress.model.authorities import Authorities
from redress.model.landed import Disposition, LandedLetter
from redress.model.season import Season
from redress.model.witness import WitnessFigure

Failure = tuple[str, str | None]
"""A broken rule: its name, and the sha256 of the letter that breaks it. If the season as a whole breaks the rule,
None stands in place of the sha256."""


class GateError(Exception):
    """The gate itself failed: an expectation raised an error, or the frame (the table that Great Expectations
    validates) does not have its expected form. The run stops.
    """


@dataclass(frozen=True)
class Gated:
    """The result of the gate: each check with its letter's sha256, and a disposition for each letter.

    A check with None in place of a sha256 is about the season as a whole. `validation` is Great Expectations' suite
    and result as JSON; the season's Data Docs are made from it.
    """

    checks: tuple[tuple[str | None, Check], ...]
    dispositions: tuple[Disposition, ...]
    validation: str


def gate(
    season: Season,
    letters: Sequence[LandedLetter],
    authorities: Authorities,
    decisions: Decisions = NO_DECISIONS,
    run_name: str = "",
    witnesses: Sequence[WitnessFigure] = (),
) -> Gated:
    """Judge a season's letters, and have Great Expectations validate the judgement.

    `run_name` is the run's name in the result of Great Expectations. `witnesses` are the figures that second
    witnesses of the season print.

    Raise RuleError if a rule raised an error, and GateError if an expectation raised an error: neither is ever a
    letter's fault. Raise GateError too if the frame does not have its expected form, or if Great Expectations finds
    other failures than the judge.
    """
    judgement = judge(season, [landed.letter for landed in letters], authorities, decisions, witnesses)
    suite = season_suite(season, len(judgement.expected))
    result = _validate(season_frame(letters, judgement), suite, run_name)
    found, judged = _failures(season, result), _failed_checks(judgement)
    for rule, sha256 in found.symmetric_difference(judged):
        about = f"season {season}" if sha256 is None else f"letter {sha256}"
        detail = judged.get((rule, sha256), "the rule found nothing wrong")
        raise GateError(f"the suite and the rule {rule} disagree on {about}: {detail}")
    validation = json.dumps({"suite": suite.to_json_dict(), "result": result.to_json_dict()})
    return Gated(judgement.checks, judgement.dispositions, validation)


def season_frame(letters: Sequence[LandedLetter], judgement: Judgement) -> pd.DataFrame:
    """Return the frame that Great Expectations validates. It has one row for each letter, with season, sha256,
    verdict, reason, address, expected authority and checks.

    Each rule has a column: true, false, or null if the rule does not apply to the letter. `judgement` must be about
    `letters`, in this order. No column holds what a letter states, so no page of Great Expectations can show an
    official's name.
    """
    expected = frozenset(authority.authority_id for authority in judgement.expected)
    rows = [
        {
            "season": landed.season.year,
            KEY_COLUMN: landed.letter.sha256,
            "verdict": str(landed.letter.verdict),
            "reason": landed.letter.reason,
            "source_address": landed.source_address,
            EXPECTED_AUTHORITY_COLUMN: expected_authority_id(standing, expected),
            **{check.rule: check.is_passed for check in standing.checks},
        }
        for landed, standing in zip(letters, judgement.standings, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({rule.name: "boolean" for rule in RULES_WITH_COLUMN})


def quiet_context() -> Any:
    """Return a context of Great Expectations that keeps nothing, shows no progress bars and reports nothing to
    anybody.
    """
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    return context


def _validate(frame: pd.DataFrame, suite: gx.ExpectationSuite, run_name: str) -> Any:
    """Validate a frame once. Return the result, which names each failing row by the letter's sha256."""
    context = quiet_context()
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(
            name=suite.name,
            data=context.data_sources.add_pandas(name=suite.name)
            .add_dataframe_asset(name="letters")
            .add_batch_definition_whole_dataframe("season"),
            suite=context.suites.add(suite),
        )
    )
    return definition.run(
        batch_parameters={"dataframe": frame},
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": [KEY_COLUMN],
            "return_unexpected_index_query": False,
        },
        run_id=gx.RunIdentifier(run_name=run_name),
    )


def _failed_checks(judgement: Judgement) -> dict[Failure, str]:
    """Return what each failed check says, by the check's rule and letter."""
    return {(check.rule, sha256): check.detail for sha256, check in judgement.checks if not check.is_passed}


def _failures(season: Season, result: Any) -> set[Failure]:
    """Return which rules failed, and for which letters, according to a result of Great Expectations.

    Raise GateError if an expectation raised an error, or if an expectation about the form of the frame failed.
    """
    for outcome in result.results:
        raised = _raised(outcome.exception_info)
        if raised:
            raise GateError(f"the expectation {_name(outcome)} of season {season} raised: {raised}")
    failed = [outcome for outcome in result.results if not outcome.success]
    broken = sorted({_name(outcome) for outcome in failed if RULE not in (outcome.expectation_config.meta or {})})
    if broken:
        raise GateError(f"season {season}: the landing frame is not what reading makes: {broken}")
    return {
        (_name(outcome), None if row is None else row[KEY_COLUMN])
        for outcome in failed
        for row in outcome.result.get("unexpected_index_list", [None])
    }


def _name(outcome: Any) -> str:
    """Return the name of the rule that an expectation stands for. If the expectation is about the form of the
    frame, return the expectation's type and column, as text.
    """
    configuration = outcome.expectation_config
    own = " of ".join(filter(None, (configuration.type, configuration.kwargs.get("column"))))
    return str((configuration.meta or {}).get(RULE, own))


def _raised(exception_info: dict[str, Any]) -> str:
    """Return the messages of the errors that an expectation raised, as one text. Great Expectations may nest them
    under a metric's id.
    """
    nested = [exception_info] if "raised_exception" in exception_info else list(exception_info.values())
    return "; ".join(str(info.get("exception_message")) for info in nested if info.get("raised_exception"))
