"""What a task of Airflow needs to know about itself: its run, the run's source, and the name of the task's step.

The run is found by the date, the params and the id of the dag run.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from redress.acquire.source import Source, SourceError, SourceUnavailableError
from redress.acquire.sources.by_name import source_of
from redress.model.season import season_of_run
from redress.orchestration.names import DATED_RUN_TYPES, SCHEDULED
from redress.settings import Settings
from redress.steps import Run, SeasonError
from redress.steps.acquiring import note_nothing_yet, why_nothing_to_do
from redress.steps.record import record_name
from redress.steps.run import RunKind
from redress.steps.upkeep import Action
from redress.warehouse.build import BuildError

NAME_CHARACTERS = 100
"""How long the name of a letter may be in the name of a batch. Airflow's database keeps 250 characters for two such
names and a number."""


def season_run() -> Run:
    """Return the run of a season that the current task belongs to.

    Raise ValueError if the dag run states no season, or if its date and its params state different seasons. The
    run's first task then writes the error to a record that belongs to no season.
    """
    context = get_current_context()
    run, settings, run_id = context["dag_run"], Settings(), record_name(context["run_id"])
    logical_date = run.logical_date if run.run_type in DATED_RUN_TYPES else None
    try:
        season = season_of_run(logical_date, context["params"]["season"])
    except ValueError:
        record = Run.without_season(run_id, settings).record
        if record.path.exists():  # the run's first task has written the error
            raise
        with record.step(_step_name()):
            raise
    return Run.of_season(season, run_id, settings)


def current_run() -> Run:
    """Return the run that the current task belongs to. A run of warehouse_upkeep has a season only if it reads a
    season again.

    Raise ValueError as `season_run` does.
    """
    context = get_current_context()
    params = context["params"]
    if "action" in params and (params["action"] != Action.REREAD or params["season"] is None):
        return Run.of_upkeep(record_name(context["run_id"]), Settings())
    return season_run()


def is_asked() -> bool:
    """Return whether a person or another dag asked for the run. If only the schedule started the run, nobody asked
    for it.
    """
    return get_current_context()["dag_run"].run_type != SCHEDULED


def source(run: Run) -> Source:
    """Return the source that the run's params name. If the params name no source, return the source of
    REDRESS_SOURCE.

    If only the schedule has started the run and no source is named anywhere, skip the task. Raise SourceError if
    the source cannot be used, and write the error to the task's step in the record.
    """
    name = str(get_current_context()["params"]["source"]) or run.settings.source
    if not name and not is_asked():
        with run.record.step(_step_name()) as note:
            note_nothing_yet(note, f"no source of season {run.season} is named (REDRESS_SOURCE)")
        raise AirflowSkipException(note.message)
    try:
        return source_of(name, run.settings)
    except SourceError:
        with run.record.step(_step_name()):
            raise


def retry_failed() -> bool:
    """Return whether the run fetches only the letters that failed in the season's last run."""
    return bool(get_current_context()["params"]["retry_failed"])


def is_anew() -> bool:
    """Return whether the run reads again even the files that the present reader has read before."""
    return bool(get_current_context()["params"].get("anew"))


def skip_if_nothing_to_do(run: Run) -> None:
    """Skip the current task if the run has nothing to do: nobody asked for the run, and no source is named or the
    source does not have the season yet.
    """
    reason = why_nothing_to_do(run)
    if reason is not None:
        raise AirflowSkipException(reason)


@contextmanager
def season_task() -> Iterator[Run]:
    """Yield the current task's run to the block that does the work. If the run is not a run of a season, skip the
    task.

    For how errors of the block are handled see `failing_at_once`.
    """
    with run_task() as run:
        if run.kind is not RunKind.SEASON:
            raise AirflowSkipException("only a run of a season has this task to do")
        yield run


@contextmanager
def run_task() -> Iterator[Run]:
    """Yield the current task's run to the block that does the work.

    For how errors of the block are handled see `failing_at_once`.
    """
    with failing_at_once():
        yield current_run()


@contextmanager
def failing_at_once() -> Iterator[None]:
    """If the block raises an error that a person has to correct, fail the task without retries. Airflow retries the
    task after any other error.

    A source that is down may answer later, so the task is retried. A source with a wrong name will not get better.
    """
    try:
        yield
    except SourceUnavailableError:
        raise
    except (BuildError, SeasonError, SourceError, ValueError) as error:
        raise AirflowFailException(str(error)) from error


def batch_name(batch: int, items: Sequence[Mapping[str, Any]]) -> str:
    """Return the name that Airflow's pages show for the task of a batch: the batch's number (from 1), and its first
    and last letter. A letter is named by its authority's id, or else by the last part of its address.
    """
    ends = (items[0], items[-1])
    names = (item.get("authority_id") or str(item["address"]).rpartition("/")[2] for item in ends)
    first, last = (_shortened(name) for name in names)
    return f"{batch + 1}: {first} to {last}"


def _step_name() -> str:
    """Return the name that the current task's step has in the run's record."""
    task = get_current_context()["ti"]
    name = task.task_id.replace("_", " ")
    return name if task.map_index is None or task.map_index < 0 else f"{name} {task.map_index + 1}"


def _shortened(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 3]}..."
