"""annual_letters: one season's letters from a source to a published warehouse; one run is one season."""

from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

from redress.orchestration.alerts import failed_run_alerts
from redress.orchestration.dag_parts import (
    BEFORE_ALL_LETTERS,
    RELEASE,
    RETRIES,
    SITE_POOL,
    SOURCE_RETRIES,
    WRITER_POOL,
    end_of_run,
    season_param,
    source_param,
)

AFTER_PUBLICATION = "0 6 15 8 *"
"""15 August, 06:00 UTC: letters came out at the end of July until 2024, and come in May since 2025."""


@dag(
    dag_id="annual_letters",
    schedule=AFTER_PUBLICATION,
    start_date=BEFORE_ALL_LETTERS,
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
    """plan, acquire in batches, take stock, read in batches, check, build and test, release, report."""

    @task(pool=SITE_POOL, **SOURCE_RETRIES)
    def plan() -> list[dict[str, Any]]:
        """What the source has for the season, in batches; an interrupted run is continued."""
        from redress.orchestration.context import retry_failed, season_task, source
        from redress.steps import plan

        with season_task() as run:
            batches = plan(run, source(run), retry_failed=retry_failed())
        return [{"batch": number, "references": references} for number, references in enumerate(batches)]

    @task(map_index_template="{{ batch_name }}", pool=SITE_POOL, **SOURCE_RETRIES)
    def acquire(batch: dict[str, Any]) -> int:
        """A batch of letters into the archive; one that cannot be had does not stop the others."""
        from redress.orchestration.context import batch_name, season_task, source
        from redress.steps import acquire

        references = batch["references"]
        get_current_context()["batch_name"] = batch_name(batch["batch"], references)  # type: ignore[typeddict-unknown-key]
        with season_task() as run:
            return acquire(run, source(run), references, batch["batch"])

    @task
    def take_stock(_had: list[int]) -> list[dict[str, Any]]:
        """What the archive has of the season, in batches to be read; too many failures stop the season here."""
        from redress.orchestration.context import season_task, source
        from redress.steps import take_stock

        with season_task() as run:
            batches = take_stock(run, source(run))
        return [{"batch": number, "letters": letters} for number, letters in enumerate(batches)]

    @task(pool=SITE_POOL, **SOURCE_RETRIES)
    def data_tables() -> int:
        """The data tables beside the letters, into the archive, and read."""
        from redress.orchestration.context import season_task, source
        from redress.steps import read_data_tables

        with season_task() as run:
            return read_data_tables(run, source(run))

    @task(map_index_template="{{ batch_name }}")
    def read(acquired: dict[str, Any]) -> str:
        """A batch of archived letters read."""
        from redress.orchestration.context import batch_name, season_task
        from redress.steps import read

        letters = acquired["letters"]
        get_current_context()["batch_name"] = batch_name(acquired["batch"], letters)  # type: ignore[typeddict-unknown-key]
        with season_task() as run:
            return read(run, letters, acquired["batch"])

    @task(pool=WRITER_POOL)
    def check(parts: list[str]) -> dict[str, int]:
        """The season through the gate and into landing."""
        from redress.orchestration.context import season_task
        from redress.steps import check

        with season_task() as run:
            return check(run, parts)

    @task(pool=WRITER_POOL)
    def build_and_test(_counts: dict[str, int]) -> str | None:
        """The warehouse of all that is landed, in a private file, tested."""
        from redress.orchestration.context import season_task
        from redress.steps import build_warehouse

        with season_task() as run:
            return build_warehouse(run)

    @task(pool=WRITER_POOL, outlets=[RELEASE])
    def release(identity: str | None) -> str:
        """The warehouse before its readers."""
        from redress.orchestration.context import season_task
        from redress.steps import release

        with season_task() as run:
            return release(run, identity)

    @task(pool=WRITER_POOL)
    def serve(_release: str) -> str | None:
        """The release into PostgreSQL, where one is set; the files are out, whatever becomes of it."""
        from redress.orchestration.context import season_task
        from redress.steps import serve

        with season_task() as run:
            return serve(run)

    @task
    def data_docs(_release: str) -> str:
        """Great Expectations' pages about the season; the release is out, whatever becomes of them."""
        from redress.orchestration.context import season_task
        from redress.steps import build_data_docs

        with season_task() as run:
            return build_data_docs(run)

    @task(trigger_rule="all_done")
    def report() -> str:
        """What became of each letter, as a page for people; also where the run failed, and why."""
        from redress.orchestration.context import season_task
        from redress.report import write_report

        with season_task() as run:
            return str(write_report(run))

    had: Any = acquire.expand(batch=plan())
    acquired: Any = take_stock(had)
    tables: Any = data_tables()
    parts: Any = read.expand(acquired=acquired)
    counts: Any = check(parts)
    acquired >> tables >> counts
    identity: Any = build_and_test(counts)
    folder: Any = release(identity)
    shown: Any = [serve(folder), data_docs(folder)]
    reported: Any = report()
    shown >> reported
    [*shown, reported] >> end_of_run()


annual_letters()
