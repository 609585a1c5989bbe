"""Parts that several dags share: retries, the asset of a release, tasks, fields of the forms that start runs, and
the alert about a failed run.

Airflow parses a dag file again and again, so this module imports nothing that only a task or an alert needs.
"""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Asset, Param, get_current_context, task

from redress.model.season import FIRST_SEASON, LAST_SEASON
from redress.model.source_forms import SOURCE_FORMS
from redress.orchestration.names import BUILD_TASK, WRITER_POOL

if TYPE_CHECKING:
    from airflow.sdk import Context

TIME_LIMIT: dict[str, Any] = {"execution_timeout": dt.timedelta(hours=2)}
"""Airflow ends a try of a task that takes longer than this, so that no task holds a slot of a pool for ever. The
longest task, the build with its tests, takes minutes for twelve seasons."""
READING_TIME_LIMIT: dict[str, Any] = {"execution_timeout": dt.timedelta(hours=12)}
"""The time limit of a task that reads a batch. A batch has 50 letters, unless REDRESS_READ_BATCH_LETTERS says more,
and a reading worker is ended after ten minutes with one letter. So a batch of 50 takes eight and a half hours at
most."""
RETRIES: dict[str, Any] = {
    "retries": 2,
    "retry_delay": dt.timedelta(seconds=30),
    "retry_exponential_backoff": True,
    **TIME_LIMIT,
}
"""The retries of a task after a killed process, a full disk or a restart of a database. Every task can be run
again."""
SOURCE_RETRIES: dict[str, Any] = {
    "retries": 5,
    "retry_delay": dt.timedelta(minutes=2),
    "retry_exponential_backoff": True,
    "max_retry_delay": dt.timedelta(minutes=30),
    "execution_timeout": dt.timedelta(hours=6),
}
"""The retries of a task after a failure of its source. The task waits 2, 4, 8, 16 and 30 minutes, an hour in all.

A try may take six hours. A season of 400 letters takes 1,200 requests, which take 40 minutes with the default of
REDRESS_FETCH_GAP_SECONDS. The next try goes on where the last try ended.
"""
RELEASE = Asset("redress_release")
"""The asset of the current release. Each task that publishes a release updates the asset. Other dags can be
scheduled on it."""
BEFORE_ALL_LETTERS = dt.datetime(FIRST_SEASON, 1, 1, tzinfo=dt.UTC)
"""The earliest date of a dag run, and so the earliest start of a backfill."""


# --- Tasks ------------------------------------------------------------------------------------------------


@task(map_index_template="{{ batch_name }}", **READING_TIME_LIMIT)
def read(batch: dict[str, Any]) -> str:
    """Read a batch of archived letters."""
    from redress.orchestration.context import batch_name, is_anew, season_task
    from redress.steps import read

    letters = batch["letters"]
    get_current_context()["batch_name"] = batch_name(batch["batch"], letters)  # type: ignore[typeddict-unknown-key]
    with season_task() as run:
        return read(run, letters, batch["batch"], anew=is_anew())


@task(task_id=BUILD_TASK, pool=WRITER_POOL)
def build_and_test() -> str | None:
    """Build the warehouse of all landed seasons in a private file, and test it."""
    from redress.orchestration.context import run_task
    from redress.steps import build_warehouse

    with run_task() as run:
        return build_warehouse(run)


@task(pool=WRITER_POOL, outlets=[RELEASE])
def release(identity: str | None) -> str:
    """Publish the warehouse that was built and tested, so that readers get it."""
    from redress.orchestration.context import run_task
    from redress.steps import release

    with run_task() as run:
        return release(run, identity)


@task(pool=WRITER_POOL)
def serve() -> str | None:
    """Copy the release to PostgreSQL if REDRESS_SERVE_URL is set. If that fails, the published files stay as they
    are.
    """
    from redress.orchestration.context import run_task
    from redress.steps import serve

    with run_task() as run:
        return serve(run)


@task
def data_docs() -> str:
    """Write Great Expectations' pages about the season. If that fails, the published release stays as it is."""
    from redress.orchestration.context import season_task
    from redress.steps import build_data_docs

    with season_task() as run:
        return build_data_docs(run)


@task
def site() -> str:
    """Build the site's pages of the current release. If that fails, the release and the site before stay as they
    are.
    """
    from redress.orchestration.context import run_task
    from redress.report.site.building import write_site

    with run_task() as run:
        return write_site(run)


@task(trigger_rule="all_done")
def report() -> str:
    """Write the report about each letter of the season, for people. If the run failed, the report says why."""
    from redress.orchestration.context import season_task, skip_if_nothing_to_do
    from redress.report import write_report

    with season_task() as run:
        skip_if_nothing_to_do(run)
        return str(write_report(run))


def end_of_run(**more: Any) -> EmptyOperator:
    """Return a task that does nothing and takes no process. If a task right before it failed, the run fails.

    Airflow takes the state of a run from the run's last tasks. The report is written even if tasks before it
    failed; so a run with the report as its last task would always succeed. `more` are further arguments of the
    operator.
    """
    return EmptyOperator(task_id="end", doc_md="Fails the run where a task right before it has failed.", **more)


# --- Fields of forms --------------------------------------------------------------------------------------


def season_param(description: str, **more: Any) -> Param:
    """Return a field of the form with which a person starts a run: the field for the season, which may be left
    empty. `more` are further parts of the field's schema.
    """
    return Param(
        None,
        type=["null", "integer"],
        minimum=FIRST_SEASON,
        maximum=LAST_SEASON,
        title="Season",
        description=description,
        **more,
    )


def source_param() -> Param:
    """Return a field of the form with which a person starts a run: the field for the source, which may be left
    empty.
    """
    return Param(
        "",
        type="string",
        title="Source",
        description=f"Where the letters come from: {SOURCE_FORMS}; a folder has a subfolder for each season. If it "
        "is empty, REDRESS_SOURCE says the source.",
    )


# --- Alerts -----------------------------------------------------------------------------------------------


def failed_run_alerts() -> list[Callable[["Context"], None]]:
    """Return the functions that Airflow is to call if a run of a dag has failed.

    Use: `on_failure_callback=failed_run_alerts()`. Under a scheduler, the dag processor calls the functions once
    for each failed run. In `make run` and `airflow dags test`, the process that does the tasks calls them.
    """
    return [alert_failed_run]


def alert_failed_run(context: "Context") -> None:
    """Mail that a run failed, and why. Raise nothing."""
    from redress.orchestration.alerts import mail_failed_run

    mail_failed_run(context)
