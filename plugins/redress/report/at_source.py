"""Two parts of a season's report, as Markdown: what became of the season's references at the source, and the
warnings of the season's checks.
"""

import shlex
from pathlib import Path

from redress.acquire.outcomes import AcquisitionState, Outcome, Summary
from redress.check.rule import Severity
from redress.model.authorities import Authorities
from redress.model.markdown import code, table, text
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run
from redress.warehouse.landing import Landing

LOST = (AcquisitionState.FAILED, AcquisitionState.GONE)
"""The outcomes that may need a person. The report has a row for each reference with such an outcome."""
NOT_THERE = (AcquisitionState.NOT_PUBLISHED, AcquisitionState.NOT_LISTED)
"""The outcomes of references that the source does not have. For each such outcome, the report names the authorities
or addresses of its references in one paragraph."""


def retry_command(run: Run) -> str:
    """Return, as Markdown, the command that fetches only the references that failed in a season's last run."""
    return command(run.settings, f"run {run.season} --retry-failed")


def acquired_lines(run: Run) -> tuple[str, ...]:
    """Return what became of the season's references at the source: how many had each outcome, then each reference
    that failed, is gone, or is not at the source.
    """
    if not run.summary_path.exists():
        return ("Nothing was asked of a source.",)
    summary = Summary.read(run.summary_path)
    authorities = load_authorities(additional=run.settings.additional_authorities)
    counts = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in summary.counts.items())
    lines = [f"{text(summary.source)}: {counts}."]
    if summary.failed:
        lines += ["", f"To ask for what failed alone: {retry_command(run)}"]
    rows = [
        [
            text(outcome.reference.authority_id or outcome.reference.address),
            str(outcome.state),
            text(str(outcome.cause or "")),
            text(_name(outcome, authorities)),
            text(outcome.detail),
        ]
        for state in LOST
        for outcome in summary.outcomes
        if outcome.state is state
    ]
    if rows:
        lines += ["", *table(("id or address", "state", "cause", "authority", "what was found"), sorted(rows))]
    for state in NOT_THERE:
        names = sorted(
            _name(outcome, authorities) or outcome.reference.address
            for outcome in summary.outcomes
            if outcome.state is state
        )
        if names:
            lines += ["", f"{state.replace('_', ' ').capitalize()} ({len(names)}): {text(', '.join(names))}."]
    return tuple(lines)


def warning_lines(settings: Settings, season: Season) -> tuple[str, ...]:
    """Return the warnings of a season's checks as items of a Markdown list: first the warnings about the season as
    a whole, then the warnings about its letters. If there are no warnings, return the one line "None.".
    """
    landing = Landing(settings.landing_folder)
    names: dict[str | None, str] = {None: f"season {season}"} | {
        landed.letter.sha256: landed.letter.header.authority_name or landed.source_address
        for landed in landing.letters(season)
    }
    found = sorted(landing.checks(season).items(), key=lambda item: (item[0] is not None, names[item[0]]))
    lines = [
        f"- {text(names[sha256])}: {check.rule}. {text(check.detail)}"
        for sha256, checks in found
        for check in checks
        if check.severity is Severity.WARNING and not check.is_passed
    ]
    return tuple(lines) or ("None.",)


def _name(outcome: Outcome, authorities: Authorities) -> str:
    """Return the name of the authority that an outcome's reference belongs to. Return "" if the reference has no
    authority, or an authority that is not in the list of authorities.
    """
    found = authorities.with_id(outcome.reference.authority_id or "")
    return "" if found is None else found.name


def command(settings: Settings, words: str) -> str:
    """Return, as Markdown, the command line `redress` with the given words. If the home, the state or the file of
    further councils in the settings is not the default, the command line sets it as an environment variable.

    A terminal needs these variables, because it has neither the environment of Airflow nor that of `make run`.
    """
    stated = {
        "REDRESS_HOME": (settings.home, Settings.model_fields["home"].default),
        "REDRESS_STATE": (settings.state, None),
        "REDRESS_ADDITIONAL_AUTHORITIES": (settings.additional_authorities, None),
    }
    set_here = [
        f"{name}={_quoted(value)}" for name, (value, default) in stated.items() if value != default and value
    ]
    return code(" ".join([*set_here, ".venv/bin/redress", words]))


def _quoted(path: str | Path) -> str:
    return shlex.quote(str(path))
