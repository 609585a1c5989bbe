"""What a task of warehouse_upkeep needs to know: what a person asked for, by the params of the run."""

from airflow.sdk import get_current_context

from redress.orchestration.context import run_task
from redress.steps.upkeep import Action, Upkeep


def asked() -> Upkeep:
    """Return what a person asked for. Raise ValueError if the params of the run contradict each other."""
    context = get_current_context()
    return Upkeep.of_params(context["params"], context["dag_run"].triggering_user_name)


def choose() -> Action:
    """Return the action of the run, and begin the run's record with who asked for the action, and why."""
    with run_task() as run, run.record.step("asked") as note:
        upkeep = asked()
        note.message = upkeep.sentence
    return upkeep.action
