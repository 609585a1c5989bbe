"""Within a task of warehouse_upkeep: what the run was asked for, and the run itself, by its params and id."""

from collections.abc import Iterator
from contextlib import contextmanager

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from redress.model.season import Season
from redress.orchestration.context import failing_at_once
from redress.settings import Settings
from redress.steps import SeasonRun, UpkeepRun
from redress.steps.record import record_name
from redress.steps.run import Run
from redress.steps.upkeep import Action, Upkeep


def upkeep_run() -> Run:
    """The run of the task that is running now: of a season where one is read again, else of none."""
    context = get_current_context()
    run_id, params = record_name(context["run_id"]), context["params"]
    if params["action"] == Action.REREAD and params["season"] is not None:
        return SeasonRun(Season(int(params["season"])), run_id, Settings())
    return UpkeepRun(run_id, Settings())


def asked() -> Upkeep:
    """What the run was asked for. Raises ValueError where its params contradict each other."""
    context = get_current_context()
    return Upkeep.of_params(context["params"], context["dag_run"].triggering_user_name)


def choose() -> Action:
    """What the run is to do; who asked for it, and why, stands first in its record."""
    with upkeep_task() as run, run.record.step("asked") as note:
        upkeep = asked()
        note.told = upkeep.told
    return upkeep.action


def skip_unless_reread() -> None:
    """Skip the task that is running now unless a season is read again: only that has a report."""
    if not isinstance(upkeep_run(), SeasonRun):
        raise AirflowSkipException("only a season that is read again has a report")


@contextmanager
def upkeep_task() -> Iterator[Run]:
    """The run of the task that is running now, for the block that does its work; see `failing_at_once`."""
    with failing_at_once():
        yield upkeep_run()
