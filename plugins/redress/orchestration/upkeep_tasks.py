"""What a task of warehouse_upkeep needs to know: what a person asked for in the run's params."""

from airflow.sdk import get_current_context

from redress.orchestration.context import run_task
from redress.steps.upkeep import Action, Upkeep


def asked() -> Upkeep:
    """Return what a person asked for. Raise ValueError if the run's params contradict each other."""
    context = get_current_context()
    return Upkeep.of_params(context["params"], context["dag_run"].triggering_user_name)


def choose() -> Action:
    """Return the action that a person asked for. Begin the run's record with the action, who asked for it,
    and why.
    """
    with run_task() as run, run.record.step("asked") as note:
        upkeep = asked()
        note.message = upkeep.sentence
    return upkeep.action
