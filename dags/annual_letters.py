"""annual_letters: one season's letters from a source to a published warehouse; one run is one season."""

import datetime as dt
from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

WRITER_POOL = "warehouse_writer"
"""One slot: whatever runs side by side, one task at a time changes landing or the warehouse."""
SITE_POOL = "ombudsman_site"
"""One slot: one task at a time asks a source; within it the source keeps its own pace."""
RETRY_DELAY = dt.timedelta(minutes=2)
"""Before a batch is tried again: a source that is down may be up by then."""


@dag(
    dag_id="annual_letters",
    schedule=None,
    catchup=False,
    max_active_runs=1,
    tags=["redress"],
    doc_md=__doc__,
    params={
        "season": Param(
            2021,
            type="integer",
            minimum=2010,
            maximum=2099,
            description="the year of the letters: 2021 is 2020-21",
        ),
        "source": Param(
            "folder:samples/letters",
            type="string",
            minLength=1,
            description="where the letters come from: folder:<path>, with a subfolder for each season",
        ),
        "retry_failed": Param(
            False,
            type="boolean",
            description="ask only for what failed in the season's last run; the rest is as it was acquired there",
        ),
    },
)
def annual_letters() -> None:
    """plan, acquire in batches, take stock, read in batches, check, build and test, release, report."""

    @task(pool=SITE_POOL)
    def plan() -> list[dict[str, Any]]:
        """What the source has for the season, in batches; an interrupted run is continued."""
        from redress.airflow_run import retry_failed, season_run, source
        from redress.steps import plan

        batches = plan(season_run(), source(), retry_failed=retry_failed())
        return [{"batch": number, "references": references} for number, references in enumerate(batches)]

    @task(map_index_template="{{ batch_name }}", pool=SITE_POOL, retries=2, retry_delay=RETRY_DELAY)
    def acquire(batch: dict[str, Any]) -> int:
        """A batch of letters into the archive; one that cannot be had does not stop the others."""
        from redress.airflow_run import batch_name, season_run, source
        from redress.steps import acquire

        references = batch["references"]
        get_current_context()["batch_name"] = batch_name(batch["batch"], references)  # type: ignore[typeddict-unknown-key]
        return acquire(season_run(), source(), references, batch["batch"])

    @task
    def take_stock(_had: list[int]) -> list[dict[str, Any]]:
        """What the archive has of the season, in batches to be read; too many failures stop the season here."""
        from redress.airflow_run import season_run, source
        from redress.steps import take_stock

        batches = take_stock(season_run(), source())
        return [{"batch": number, "letters": letters} for number, letters in enumerate(batches)]

    @task(pool=SITE_POOL)
    def data_tables() -> int:
        """The data tables beside the letters, into the archive and into landing."""
        from redress.airflow_run import season_run, source
        from redress.steps import land_data_tables

        return land_data_tables(season_run(), source())

    @task(map_index_template="{{ batch_name }}")
    def read(acquired: dict[str, Any]) -> str:
        """A batch of archived letters read."""
        from redress.airflow_run import batch_name, season_run
        from redress.steps import read

        letters = acquired["letters"]
        get_current_context()["batch_name"] = batch_name(acquired["batch"], letters)  # type: ignore[typeddict-unknown-key]
        return read(season_run(), letters, acquired["batch"])

    @task(pool=WRITER_POOL)
    def check(parts: list[str]) -> dict[str, int]:
        """The season through the gate and into landing."""
        from redress.airflow_run import season_run
        from redress.steps import check

        return check(season_run(), parts)

    @task(pool=WRITER_POOL)
    def build_and_test(_counts: dict[str, int]) -> str | None:
        """The warehouse of all that is landed, in a private file, tested."""
        from redress.airflow_run import season_run
        from redress.steps import build_warehouse

        return build_warehouse(season_run())

    @task(pool=WRITER_POOL)
    def release(identity: str | None) -> str:
        """The warehouse before its readers."""
        from redress.airflow_run import season_run
        from redress.steps import release

        return release(season_run(), identity)

    @task(pool=WRITER_POOL, retries=2, retry_delay=RETRY_DELAY)
    def serve(_release: str) -> str | None:
        """The release into PostgreSQL, where one is set; the files are out, whatever becomes of it."""
        from redress.airflow_run import season_run
        from redress.steps import serve

        return serve(season_run())

    @task
    def report(_release: str) -> str:
        """What became of each letter, as a page for people."""
        from redress.airflow_run import season_run
        from redress.report import write_report

        return str(write_report(season_run()))

    @task
    def data_docs(_release: str) -> str:
        """Great Expectations' pages about the season; the release is out, whatever becomes of them."""
        from redress.airflow_run import season_run
        from redress.steps import build_data_docs

        return build_data_docs(season_run())

    had: Any = acquire.expand(batch=plan())
    acquired: Any = take_stock(had)
    tables: Any = data_tables()
    parts: Any = read.expand(acquired=acquired)
    counts: Any = check(parts)
    acquired >> tables >> counts
    identity: Any = build_and_test(counts)
    folder: Any = release(identity)
    serve(folder)
    report(folder)
    data_docs(folder)


annual_letters()
