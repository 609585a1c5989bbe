"""annual_letters: one season's letters from a source to a published warehouse; one run is one season."""

from typing import Any

from airflow.sdk import Param, dag, get_current_context, task

WRITER_POOL = "warehouse_writer"
"""One slot: whatever runs side by side, one task at a time changes landing or the warehouse."""


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
    },
)
def annual_letters() -> None:
    """plan, then the data tables, then acquire and read in batches, then check, build and test, release, report."""

    @task
    def plan() -> list[dict[str, Any]]:
        """Which letters the source has, in batches."""
        from redress.airflow_run import season_run, source
        from redress.steps import plan

        batches = plan(season_run(), source())
        return [{"batch": number, "addresses": addresses} for number, addresses in enumerate(batches)]

    @task(pool=WRITER_POOL)
    def data_tables() -> int:
        """The data tables beside the letters, into the archive and into landing."""
        from redress.airflow_run import season_run, source
        from redress.steps import land_data_tables

        return land_data_tables(season_run(), source())

    @task(map_index_template="{{ batch_name }}", retries=2)
    def acquire(batch: dict[str, Any]) -> dict[str, Any]:
        """A batch of letters into the archive."""
        from redress.airflow_run import season_run, source
        from redress.steps import acquire

        get_current_context()["batch_name"] = f"letters from {batch['addresses'][0]}"  # type: ignore[typeddict-unknown-key]
        return {
            "batch": batch["batch"],
            "letters": acquire(season_run(), source(), batch["addresses"], batch["batch"]),
        }

    @task(map_index_template="{{ batch_name }}")
    def read(acquired: dict[str, Any]) -> str:
        """A batch of archived letters read."""
        from redress.airflow_run import season_run
        from redress.steps import read

        get_current_context()["batch_name"] = f"letters from {acquired['letters'][0]['address']}"  # type: ignore[typeddict-unknown-key]
        return read(season_run(), acquired["letters"], acquired["batch"])

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

    batches: Any = plan()
    tables: Any = data_tables()
    parts: Any = read.expand(acquired=acquire.expand(batch=batches))
    counts: Any = check(parts)
    batches >> tables >> counts
    identity: Any = build_and_test(counts)
    folder: Any = release(identity)
    report(folder)
    data_docs(folder)


annual_letters()
