"""publication_watch: week by week, what a season has at its source, and a run of it for what is new."""

from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import dag, task

from redress.orchestration.alerts import failed_run_alerts
from redress.orchestration.dag_parts import (
    BEFORE_ALL_LETTERS,
    SITE_POOL,
    SOURCE_RETRIES,
    season_param,
    source_param,
)

WEEKLY_WHILE_LETTERS_COME = "0 6 * 5-10 1"
"""Mondays, 06:00 UTC, May to October: letters came out in July until 2024, and come in May since 2025."""


@dag(
    dag_id="publication_watch",
    schedule=WEEKLY_WHILE_LETTERS_COME,
    start_date=BEFORE_ALL_LETTERS,
    catchup=False,
    max_active_runs=1,
    tags=["redress"],
    doc_md=__doc__,
    on_failure_callback=failed_run_alerts(),
    params={
        "season": season_param("The year of the letters: 2021 is 2020-21. Empty is the year of the run's date."),
        "source": source_param(),
    },
)
def publication_watch() -> None:
    """look, decide, start the season's run where something is new, tell."""

    @task(pool=SITE_POOL, **SOURCE_RETRIES)
    def look() -> str:
        """The season's letters at the source, asked for only if they have changed."""
        from redress.orchestration.watch_tasks import look

        return look()

    @task(retries=2)
    def decide(_news: str) -> dict[str, Any]:
        """Whether the season is to be run: skipped where nothing is new, and while annual_letters has a run."""
        from redress.orchestration.watch_tasks import decide

        return decide()

    @task(trigger_rule="none_failed")
    def tell() -> str:
        """N of M letters in; a warning, and a mail, where letters are missing past their date."""
        from redress.orchestration.watch_tasks import tell

        return tell()

    decided: Any = decide(look())  # type: ignore[arg-type]
    start = TriggerDagRunOperator(
        task_id="start",
        doc_md="The season's run, for what is new.",
        trigger_dag_id="annual_letters",
        trigger_run_id=decided["run_id"],
        conf=decided["conf"],
        logical_date=None,
        skip_when_already_exists=True,
        retries=2,
    )
    start >> tell()


publication_watch()
