"""The work of publication_watch's tasks. The run's params, date and id say which watch a task belongs to."""

import datetime as dt
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from redress.model.season import Season
from redress.orchestration.alerts import alert_missing_letters
from redress.orchestration.context import failing_at_once
from redress.orchestration.names import ANNUAL_LETTERS, UNFINISHED_STATES
from redress.settings import Settings
from redress.steps import watch
from redress.steps.record import record_name
from redress.steps.run import Run


def watch_run() -> Run:
    """Return the watch that the current task belongs to. Its season is in the params of the dag run; if the params
    have no season, it is the year of the dag run's date.
    """
    context = get_current_context()
    run = context["dag_run"]
    stated = context["params"]["season"]
    year = (run.logical_date or run.run_after).year if stated is None else int(stated)
    return Run.of_watch(Season(year), record_name(context["run_id"]), Settings())


def look() -> str:
    """Ask the source for letters that are new. Return a sentence that says how many letters are new or changed."""
    run = watch_run()
    with failing_at_once():
        source = watch.named_source(run, str(get_current_context()["params"]["source"]))
        return str(watch.look(run, source))


def decide() -> dict[str, Any]:
    """Return the id (`run_id`) and the params (`conf`) with which to start a run of the season. If no run is to be
    started, skip the task.
    """
    run = watch_run()
    unfinished_count = get_current_context()["ti"].get_dr_count(
        dag_id=ANNUAL_LETTERS, states=list(UNFINISHED_STATES)
    )
    decision = watch.decide(run, unfinished_count)
    if not decision.is_due:
        raise AirflowSkipException(decision.reason)
    return {"run_id": run.started_run_id, "conf": dict(decision.conf)}


def tell() -> str:
    """Return the line that says how the watch ended. If letters are missing after the date on which they were
    expected, mail a warning.
    """
    run = watch_run()
    end = watch.tell(run, dt.datetime.now(dt.UTC).date())
    if end.warning is not None:
        alert_missing_letters(run.record, end.warning, run.settings, get_current_context())
    return end.line
