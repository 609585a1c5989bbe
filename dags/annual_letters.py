"""annual_letters: take a season's letters from a source to a published warehouse. One run takes one season."""

import datetime as dt
from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, get_current_context, task

from redress.orchestration.dag_parts import (
    RETRIES,
    SOURCE_RETRIES,
    build_and_test,
    data_docs,
    end_of_run,
    failed_run_alerts,
    read,
    release,
    report,
    season_param,
    serve,
    site,
    source_param,
)
from redress.orchestration.names import ANNUAL_LETTERS, SITE_POOL, WRITER_POOL

AFTER_PUBLICATION = CronTriggerTimetable("0 6 15 8 *", timezone="UTC", run_immediately=dt.timedelta(days=1))
"""15 August, 06:00 UTC. Letters came out at the end of July until 2024, and come in May since 2025.

The first run is on the next 15 August, so that unpausing the dag does not start a season that nobody asked for. If
the scheduler is late by less than a day, it still starts the run. The dag has no start date: if it had a start date
in the past, Airflow would start the latest run as soon as the dag is unpaused.
"""


@dag(
    dag_id=ANNUAL_LETTERS,
    schedule=AFTER_PUBLICATION,
    catchup=False,
    max_active_runs=1,
    default_args=RETRIES,
    tags=["redress"],
    doc_md=__doc__,
    on_failure_callback=failed_run_alerts(),
    params={
        "season": season_param(
            "The year of the letters: 2021 is 2020-21. A run by hand has to say it; a scheduled one and a backfill "
            "take the year of their date."
        ),
        "source": source_param(),
        "retry_failed": Param(
            False,
            type="boolean",
            title="Retry failed",
            description="Ask only for what failed in the season's last run; the rest is as it was acquired there.",
        ),
    },
)
def annual_letters() -> None:
    """Take a season from its source to a release: plan, acquire, take stock, read, check, build and test, release,
    report.
    """

    @task(pool=SITE_POOL, **SOURCE_RETRIES)
    def plan() -> list[dict[str, Any]]:
        """List the season's letters at the source, in batches. If an earlier run was interrupted, go on with it.

        If the schedule started the run and the source does not have the season yet, this task and the later tasks
        are skipped.
        """
        from redress.orchestration.context import is_asked, retry_failed, season_task, skip_if_nothing_to_do, source
        from redress.steps import plan

        with season_task() as run:
            batches = plan(run, source(run), retry_failed=retry_failed(), is_asked=is_asked())
            skip_if_nothing_to_do(run)
        return [{"batch": number, "references": references} for number, references in enumerate(batches)]

    @task(map_index_template="{{ batch_name }}", pool=SITE_POOL, **SOURCE_RETRIES)
    def acquire(batch: dict[str, Any]) -> int:
        """Fetch a batch of letters into the archive. If a letter cannot be fetched, go on with the next letter."""
        from redress.orchestration.context import batch_name, season_task, source
        from redress.steps import acquire

        references = batch["references"]
        get_current_context()["batch_name"] = batch_name(batch["batch"], references)  # type: ignore[typeddict-unknown-key]
        with season_task() as run:
            return acquire(run, source(run), references, batch["batch"])

    @task
    def take_stock(_had: list[int]) -> list[dict[str, Any]]:
        """List the season's letters in the archive, in batches to read. If too many letters could not be fetched,
        stop the season here.
        """
        from redress.orchestration.context import is_asked, season_task, skip_if_nothing_to_do, source
        from redress.steps import take_stock

        with season_task() as run:
            batches = take_stock(run, source(run), is_asked=is_asked())
            skip_if_nothing_to_do(run)
        return [{"batch": number, "letters": letters} for number, letters in enumerate(batches)]

    @task(pool=SITE_POOL, **SOURCE_RETRIES)
    def data_tables() -> int:
        """Fetch the season's data tables into the archive, and read them."""
        from redress.orchestration.context import season_task, source
        from redress.steps import read_data_tables

        with season_task() as run:
            return read_data_tables(run, source(run))

    @task(pool=WRITER_POOL)
    def check(parts: list[str]) -> dict[str, int]:
        """Check the season's letters in the gate, and write the season to landing."""
        from redress.orchestration.context import season_task
        from redress.steps import check

        with season_task() as run:
            return check(run, parts)

    had: Any = acquire.expand(batch=plan())
    acquired: Any = take_stock(had)
    tables: Any = data_tables()
    parts: Any = read.expand(batch=acquired)
    counts: Any = check(parts)
    acquired >> tables >> counts
    built: Any = build_and_test()
    counts >> built
    released: Any = release(built)
    shown: Any = [serve(), data_docs(), site()]
    released >> shown
    reported: Any = report()
    shown >> reported
    [*shown, reported] >> end_of_run()


annual_letters()
