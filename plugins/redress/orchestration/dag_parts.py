"""What the dags share: pools, retries, the asset of a release, and the fields that more than one form has."""

import datetime as dt
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Asset, Param

from redress.model.season import FIRST_SEASON, LAST_SEASON

WRITER_POOL = "warehouse_writer"
"""One slot: whatever runs side by side, one task at a time changes landing or the warehouse."""
SITE_POOL = "ombudsman_site"
"""One slot: one task at a time asks a source; within it the source keeps its own pace."""
RETRIES: dict[str, Any] = {"retries": 2, "retry_delay": dt.timedelta(seconds=30), "retry_exponential_backoff": True}
"""For a task whose process was ended, a full disk, a database that restarts: every task can be run again."""
SOURCE_RETRIES: dict[str, Any] = {
    "retries": 5,
    "retry_delay": dt.timedelta(minutes=2),
    "retry_exponential_backoff": True,
    "max_retry_delay": dt.timedelta(minutes=30),
}
"""A source that is down for an hour is up again by the fifth: 2, 4, 8, 16 and 30 minutes."""
RELEASE = Asset("redress_release")
"""A release is before its readers. Other dags can be scheduled on it."""
BEFORE_ALL_LETTERS = dt.datetime(FIRST_SEASON, 1, 1, tzinfo=dt.UTC)
"""From when on a dag can be dated, and so a backfill begin."""


def end_of_run(**more: Any) -> EmptyOperator:
    """A task that does nothing and takes no process: a run has failed where a task right before it has.

    The report is written whatever has failed, and by itself would end a failed run as a success.
    """
    return EmptyOperator(task_id="end", doc_md="Fails the run where a task right before it has failed.", **more)


def season_param(description: str, **more: Any) -> Param:
    """The field of a form for the season, which may be empty."""
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
    """The field of a form for the source, which may be empty."""
    return Param(
        "",
        type="string",
        title="Source",
        description="Where the letters come from: site, manifest:<address>, or folder:<path> with a subfolder for "
        "each season. Empty is what REDRESS_SOURCE says.",
    )
