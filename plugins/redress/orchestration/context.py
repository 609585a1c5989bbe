"""Within a task of Airflow: which season run the task belongs to, by the run's date, params and id."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException

from redress.acquire.source import Source, SourceError, SourceUnavailableError
from redress.acquire.sources.by_name import source_of
from redress.model.season import season_of_run
from redress.settings import Settings
from redress.steps import SeasonError, SeasonRun
from redress.steps.record import WITHOUT_SEASON, RunRecord, record_name
from redress.warehouse.build import BuildError

NAME_CHARACTERS = 100
DATED_RUN_TYPES = ("scheduled", "backfill")
"""The types of run whose logical date says the season. Any other is dated, if at all, by when it was started."""


def season_run() -> SeasonRun:
    """The season run of the task that is running now.

    Raises ValueError where the run does not say its season, or says two; a record of no season's keeps it.
    """
    context = get_current_context()
    run, settings, run_id = context["dag_run"], Settings(), record_name(context["run_id"])
    logical_date = run.logical_date if run.run_type in DATED_RUN_TYPES else None
    try:
        season = season_of_run(logical_date, context["params"]["season"])
    except ValueError:
        record = RunRecord(settings.runs_folder / WITHOUT_SEASON / f"{run_id}.jsonl")
        if record.path.exists():  # the run's first task has said it
            raise
        with record.step(_step_name()):
            raise
    return SeasonRun(season, run_id, settings)


def source(run: SeasonRun) -> Source:
    """The source that the run's params name, or REDRESS_SOURCE where they name none.

    Raises SourceError where it cannot be used; the run's record says so of the step that needed it.
    """
    try:
        return source_of(str(get_current_context()["params"]["source"]) or run.settings.source, run.settings)
    except SourceError:
        with run.record.step(_step_name()):
            raise


def retry_failed() -> bool:
    """Whether the run is to ask only for what failed in the season's last run."""
    return bool(get_current_context()["params"]["retry_failed"])


@contextmanager
def season_task() -> Iterator[SeasonRun]:
    """The season run of the task that is running now, for the block that does its work; see `failing_at_once`."""
    with failing_at_once():
        yield season_run()


@contextmanager
def failing_at_once() -> Iterator[None]:
    """What a person has to put right fails the task at once; what may pass by itself is tried again.

    A source that is down is asked again; one that cannot be used as it is named never gets better by that.
    """
    try:
        yield
    except SourceUnavailableError:
        raise
    except (BuildError, SeasonError, SourceError, ValueError) as error:
        raise AirflowFailException(str(error)) from error


def batch_name(batch: int, items: Sequence[Mapping[str, Any]]) -> str:
    """What a mapped task is called where people look for it: its number, and its first and last letter."""
    ends = (items[0], items[-1])
    names = (item.get("authority_id") or str(item["address"]).rpartition("/")[2] for item in ends)
    first, last = (_shortened(name) for name in names)
    return f"{batch + 1}: {first} to {last}"


def _step_name() -> str:
    """The step of the task that is running now, as the run's record calls it."""
    task = get_current_context()["ti"]
    name = task.task_id.replace("_", " ")
    return name if task.map_index is None or task.map_index < 0 else f"{name} {task.map_index + 1}"


def _shortened(name: str) -> str:
    """A name that fits: Airflow's database has 250 characters for two of them and a number."""
    return name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 3]}..."
