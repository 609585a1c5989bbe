"""The gate: a season's letters through the suites, and which are accepted, which quarantined, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import great_expectations as gx
import pandas as pd

from expectations.rules import STANDING, STATEMENT
from expectations.suites import (
    EXPECTED_AUTHORITY_COLUMN,
    KEY_COLUMN,
    RULE,
    STANDING_COLUMN,
    STATEMENT_COLUMN,
    extracted_letters_suite,
    frame_suite,
    letters_without_statistics_suite,
    season_suite,
)
from redress.check.decisions import NO_DECISIONS, Decisions
from redress.check.dispose import dispose
from redress.check.judge import stand
from redress.check.letter_rules import check_letter
from redress.check.rule import Check
from redress.check.season_rules import check_season, expected_authorities, expected_authority_id
from redress.check.standing import Standing
from redress.model.authorities import Authorities
from redress.model.landed import Disposition, LandedLetter
from redress.model.letter import Letter, Verdict
from redress.model.season import Season

Failure = tuple[str, str | None]
"""What was expected (a rule's name), and the letter_sha256 of the row that failed; None for the whole frame."""


class GateError(Exception):
    """The gate itself failed: an expectation raised, or a frame is not what landing makes. The run stops."""


@dataclass(frozen=True)
class Gated:
    """What the gate made of a season: every check with its letter's sha256, and a disposition for each letter.

    A check with None for a letter is one of the season as a whole.
    """

    checks: tuple[tuple[str | None, Check], ...]
    dispositions: tuple[Disposition, ...]


def gate(
    season: Season,
    letters: Sequence[LandedLetter],
    authorities: Authorities,
    decisions: Decisions = NO_DECISIONS,
) -> Gated:
    """Check a season. Raises GateError where an expectation raised, which is never a letter's fault."""
    standings = stand([landed.letter for landed in letters], season, authorities, decisions)
    failed = failures(quiet_context(), season, letters, standings, authorities)
    checks = {standing.letter.sha256: check_letter(standing.letter) + standing.checks for standing in standings}
    found: list[tuple[str | None, Check]] = [
        (sha256, check) for sha256, of_letter in checks.items() for check in of_letter
    ]
    found += [(None, check) for check in check_season(standings, season, authorities)]
    for sha256, check in found:
        if check.is_passed == ((check.rule, sha256) in failed):
            about = f"season {season}" if sha256 is None else f"letter {sha256}"
            raise GateError(f"the suite and the rule {check.rule} disagree on {about}: {check.detail}")
    return Gated(tuple(found), dispose(season, standings, checks, decisions))


def quiet_context() -> Any:
    """An ephemeral context of Great Expectations, without its progress bars and its analytics."""
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    return context


def failures(
    context: Any,
    season: Season,
    letters: Sequence[LandedLetter],
    standings: Sequence[Standing],
    authorities: Authorities,
    run_name: str = "",
) -> frozenset[Failure]:
    """All suites over a season in a context, which keeps their results; what failed.

    Raises GateError where an expectation raised, or where the frame is not what landing makes.
    """
    expected = frozenset(
        authority.authority_id for authority in expected_authorities(standings, season, authorities)
    )
    frame = season_frame(letters, standings, expected)
    broken = _validate(context, frame, frame_suite(season), run_name)
    if broken:
        raise GateError(f"season {season}: the landing frame is not what reading makes: {sorted(map(str, broken))}")
    extracted = frame[frame["verdict"] == Verdict.EXTRACTED]
    bare = frame[frame["verdict"] == Verdict.NO_STATISTICS]
    return frozenset(
        _validate(context, extracted, extracted_letters_suite(), run_name)
        | _validate(context, bare, letters_without_statistics_suite(), run_name)
        | _validate(context, frame, season_suite(len(expected)), run_name)
    )


def season_frame(
    letters: Sequence[LandedLetter], standings: Sequence[Standing], expected: frozenset[str]
) -> pd.DataFrame:
    """One row per letter: its key, season, verdict, reason, address; as JSON all it states, and how it stands.

    `standings` are those of the letters, in their order; `expected` are the ids of the authorities that a letter
    must have come to.
    """
    return pd.DataFrame(
        [
            {
                "season": landed.season.year,
                KEY_COLUMN: landed.letter.sha256,
                "verdict": str(landed.letter.verdict),
                "reason": landed.letter.reason,
                "source_address": landed.source_address,
                STATEMENT_COLUMN: STATEMENT.dump_json(landed.letter).decode(),
                STANDING_COLUMN: STANDING.dump_json(replace(standing, checks=(), superseded_by=None)).decode(),
                EXPECTED_AUTHORITY_COLUMN: expected_authority_id(standing, expected),
            }
            for landed, standing in zip(letters, standings, strict=True)
        ]
    )


def _validate(context: Any, frame: pd.DataFrame, suite: gx.ExpectationSuite, run_name: str) -> set[Failure]:
    """One suite over a frame, its result kept in the context; what failed."""
    if frame.empty:
        return set()
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(
            name=suite.name,
            data=context.data_sources.add_pandas(name=suite.name)
            .add_dataframe_asset(name="letters")
            .add_batch_definition_whole_dataframe("season"),
            suite=context.suites.add(suite),
        )
    )
    result = definition.run(
        batch_parameters={"dataframe": frame.reset_index(drop=True)},
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": [KEY_COLUMN],
            "return_unexpected_index_query": False,
            "exclude_unexpected_values": True,  # they hold officials' names, and nobody reads them here
        },
        run_id=gx.RunIdentifier(run_name=run_name),
    )
    return {failure for outcome in result.results for failure in _failures(suite.name, outcome)}


def _failures(suite_name: str, outcome: Any) -> Iterator[Failure]:
    configuration = outcome.expectation_config
    expected = (configuration.meta or {}).get(RULE) or configuration.type
    raised = _raised(outcome.exception_info)
    if raised:
        raise GateError(f"the expectation {expected} of suite {suite_name} raised: {raised}")
    if outcome.success:
        return
    rows = outcome.result.get("unexpected_index_list")
    if rows is None:
        yield expected, None
        return
    for keys in rows:  # without the values themselves, one entry holds the keys of all rows
        yield from ((expected, key) for key in keys[KEY_COLUMN])


def _raised(exception_info: dict[str, Any]) -> str:
    """The messages of what an expectation raised; Great Expectations nests them under a metric's id."""
    nested = [exception_info] if "raised_exception" in exception_info else list(exception_info.values())
    return "; ".join(str(info.get("exception_message")) for info in nested if info.get("raised_exception"))


def accepted_letters(letters: Sequence[LandedLetter], gated: Gated) -> tuple[Letter, ...]:
    """The letters whose figures are loaded."""
    accepted = {d.letter_sha256 for d in gated.dispositions if d.disposition == "accepted"}
    return tuple(landed.letter for landed in letters if landed.letter.sha256 in accepted)
