"""The gate: a season's letters through the suites, and which are accepted, which quarantined, and why."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import pandas as pd

from expectations.letter_rules import STATEMENT
from expectations.suites import (
    KEY_COLUMN,
    STATEMENT_COLUMN,
    extracted_letters_suite,
    frame_suite,
    letters_without_statistics_suite,
)
from redress.authorities import Authorities
from redress.letters.records import Letter, Verdict
from redress.rules import Check, Severity, check_letter
from redress.season_rules import Standing, stand
from redress.seasons import Season
from redress.warehouse.landing import Disposition, LandedLetter


class GateError(Exception):
    """The gate itself failed: an expectation raised, or a frame is not what landing makes. The run stops."""


@dataclass(frozen=True)
class Gated:
    """What the gate made of a season: every check with its letter's sha256, and a disposition for each letter."""

    checks: tuple[tuple[str, Check], ...]
    dispositions: tuple[Disposition, ...]


def gate(season: Season, letters: Sequence[LandedLetter], authorities: Authorities) -> Gated:
    """Check a season. Raises GateError where an expectation raised, which is never a letter's fault."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    frame = season_frame(letters)
    broken = list(_failures(context, frame, frame_suite(season)))
    if broken:
        raise GateError(f"season {season}: the landing frame is not what reading makes: {broken}")
    failed = set(_failures(context, frame[frame["verdict"] == Verdict.EXTRACTED], extracted_letters_suite()))
    failed |= set(
        _failures(context, frame[frame["verdict"] == Verdict.NO_STATISTICS], letters_without_statistics_suite())
    )
    standings = stand([landed.letter for landed in letters], season, authorities)
    checks = {standing.letter.sha256: _checks(standing, failed) for standing in standings}
    return Gated(
        checks=tuple((sha256, check) for sha256, found in checks.items() for check in found),
        dispositions=tuple(_disposition(standing, checks[standing.letter.sha256]) for standing in standings),
    )


def season_frame(letters: Sequence[LandedLetter]) -> pd.DataFrame:
    """One row per letter: its key, season, verdict, reason, address, and all it states as JSON."""
    return pd.DataFrame(
        [
            {
                "season": landed.season.year,
                KEY_COLUMN: landed.letter.sha256,
                "verdict": str(landed.letter.verdict),
                "reason": landed.letter.reason,
                "source_address": landed.source_address,
                STATEMENT_COLUMN: STATEMENT.dump_json(landed.letter).decode(),
            }
            for landed in letters
        ]
    )


def _failures(context: Any, frame: pd.DataFrame, suite: gx.ExpectationSuite) -> Iterator[tuple[str, str]]:
    """For each failed expectation and row, what was expected (a rule's name) and the row's letter_sha256."""
    if frame.empty:
        return
    source = context.data_sources.add_or_update_pandas(name=suite.name)
    batch = (
        source.add_dataframe_asset(name="letters")
        .add_batch_definition_whole_dataframe("season")
        .get_batch(batch_parameters={"dataframe": frame.reset_index(drop=True)})
    )
    result = batch.validate(
        suite,
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": [KEY_COLUMN],
            "return_unexpected_index_query": False,
        },
    )
    for outcome in result.results:
        expected = outcome.expectation_config.kwargs.get("rule") or outcome.expectation_config.type
        raised = _raised(outcome.exception_info)
        if raised:
            raise GateError(f"the expectation {expected} of suite {suite.name} raised: {raised}")
        if outcome.success:
            continue
        rows = outcome.result.get("unexpected_index_list")
        if rows is None:
            yield expected, "(the whole frame)"
            continue
        for row in rows:
            yield expected, row[KEY_COLUMN]


def _raised(exception_info: dict[str, Any]) -> str:
    """The messages of what an expectation raised; Great Expectations nests them under a metric's id."""
    nested = [exception_info] if "raised_exception" in exception_info else list(exception_info.values())
    return "; ".join(str(info.get("exception_message")) for info in nested if info.get("raised_exception"))


def _checks(standing: Standing, failed: set[tuple[str, str]]) -> tuple[Check, ...]:
    """All checks of a letter: whether a rule passed is the suite's word, the detail is the rule's own."""
    own = check_letter(standing.letter)
    for check in own:
        if check.is_passed == ((check.rule, standing.letter.sha256) in failed):
            raise GateError(
                f"the suite and the rule {check.rule} disagree on letter {standing.letter.sha256}: {check.detail}"
            )
    return own + standing.checks


def _disposition(standing: Standing, checks: tuple[Check, ...]) -> Disposition:
    letter = standing.letter
    resolution = standing.resolution
    authority = None if resolution is None or resolution.authority is None else resolution.authority.authority_id
    broken = [check for check in checks if check.severity is Severity.CRITICAL and not check.is_passed]
    if letter.verdict in (Verdict.EXTRACTED, Verdict.NO_STATISTICS) and broken:
        reason = "; ".join(f"{check.rule}: {check.detail}" for check in broken)
        return Disposition(letter.sha256, "quarantined", reason, authority)
    if letter.verdict is not Verdict.EXTRACTED:
        return Disposition(letter.sha256, str(letter.verdict), letter.reason, authority)
    if standing.superseded_by is not None:
        reason = f"another letter to the same authority stands: {standing.superseded_by[:12]}..."
        return Disposition(letter.sha256, "superseded", reason, authority, standing.superseded_by)
    return Disposition(letter.sha256, "accepted", "every critical rule passed", authority)


def accepted_letters(letters: Sequence[LandedLetter], gated: Gated) -> tuple[Letter, ...]:
    """The letters whose figures are loaded."""
    accepted = {d.letter_sha256 for d in gated.dispositions if d.disposition == "accepted"}
    return tuple(landed.letter for landed in letters if landed.letter.sha256 in accepted)
