"""Within a task of publication_watch: which watch the task belongs to, by the run's params, date and id."""

import datetime as dt
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from redress.model.season import Season
from redress.orchestration.alerts import alert_missing_letters
from redress.orchestration.context import failing_at_once
from redress.settings import Settings
from redress.steps import watch
from redress.steps.record import record_name
from redress.steps.run import WatchRun

STARTED_DAG_ID = "annual_letters"
UNFINISHED = ["queued", "running"]


def watch_run() -> WatchRun:
    """The watch of the task that is running now: of the season that is stated, or of the run's year."""
    context = get_current_context()
    run = context["dag_run"]
    stated = context["params"]["season"]
    year = (run.logical_date or run.run_after).year if stated is None else int(stated)
    return WatchRun(Season(year), record_name(context["run_id"]), Settings())


def look() -> str:
    """Ask the source; what is new, for people."""
    run = watch_run()
    with failing_at_once():
        source = watch.named_source(run, str(get_current_context()["params"]["source"]))
        return str(watch.look(run, source))


def decide() -> dict[str, Any]:
    """The id and the params of the run that is to be started; the task is skipped where none is."""
    run = watch_run()
    unfinished_count = get_current_context()["ti"].get_dr_count(dag_id=STARTED_DAG_ID, states=UNFINISHED)
    decision = watch.decide(run, unfinished_count)
    if not decision.is_due:
        raise AirflowSkipException(decision.told)
    return {"run_id": run.season_run_id, "conf": dict(decision.conf)}


def tell() -> str:
    """The last line of the watch; letters that are missing past their date are mailed."""
    run = watch_run()
    told = watch.tell(run, dt.datetime.now(dt.UTC).date())
    if told.warning is not None:
        alert_missing_letters(run.record, told.warning, run.settings, get_current_context())
    return told.line
