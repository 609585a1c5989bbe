"""publication_watch: ask the source for a season's letters every week, and run the season if any are new."""

from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import dag, task

from redress.orchestration.dag_parts import (
    BEFORE_ALL_LETTERS,
    SOURCE_RETRIES,
    TIME_LIMIT,
    failed_run_alerts,
    season_param,
    source_param,
)
from redress.orchestration.names import ANNUAL_LETTERS, PUBLICATION_WATCH, SITE_POOL

WEEKLY_WHILE_LETTERS_COME = "0 6 * 5-10 1"
"""Mondays, 06:00 UTC, from May to October. Letters came out in July until 2024, and come in May since 2025."""


@dag(
    dag_id=PUBLICATION_WATCH,
    schedule=WEEKLY_WHILE_LETTERS_COME,
    start_date=BEFORE_ALL_LETTERS,
    catchup=False,
    max_active_runs=1,
    default_args=TIME_LIMIT,
    tags=["redress"],
    doc_md=__doc__,
    on_failure_callback=failed_run_alerts(),
    params={
        "season": season_param("The year of the letters: 2021 is 2020-21. Empty is the year of the run's date."),
        "source": source_param(),
    },
)
def publication_watch() -> None:
    """Watch a season at its source: look for new letters, decide, start the season's run if there are any, tell how
    many came.
    """

    @task(pool=SITE_POOL, **SOURCE_RETRIES)
    def look() -> str:
        """Ask the source for each letter of the season. The source sends only letters that have changed."""
        from redress.orchestration.watch_tasks import look

        return look()

    @task(retries=2)
    def decide(_news: str) -> dict[str, Any]:
        """Decide whether to run the season: not if nothing is new, and not while annual_letters has a queued or
        running run.
        """
        from redress.orchestration.watch_tasks import decide

        return decide()

    @task(trigger_rule="none_failed")
    def tell() -> str:
        """Count the letters that have come. If letters are missing after the expected date, log and mail a
        warning.
        """
        from redress.orchestration.watch_tasks import tell

        return tell()

    decided: Any = decide(look())  # type: ignore[arg-type]
    start = TriggerDagRunOperator(
        task_id="start",
        doc_md="Start the season's run for the new letters.",
        trigger_dag_id=ANNUAL_LETTERS,
        trigger_run_id=decided["run_id"],
        conf=decided["conf"],
        logical_date=None,
        skip_when_already_exists=True,
        retries=2,
    )
    start >> tell()


publication_watch()
