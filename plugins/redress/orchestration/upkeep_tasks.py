"""What a task of warehouse_upkeep needs to know: what a person asked for in the run's params."""

from airflow.sdk import get_current_context

from redress.orchestration.context import run_task
from redress.steps.upkeep import Action, Upkeep


def asked() -> Upkeep:
    """Return what a person asked for. Raise ValueError if a param is missing, or if the action does not use a param
    that is set.
    """
    context = get_current_context()
    return Upkeep.of_params(context["params"], context["dag_run"].triggering_user_name)


def choose() -> Action:
    """Return the action that a person asked for. Also write the first step of the run's record: the action, who
    asked for it, and why.
    """
    with run_task() as run, run.record.step("asked") as note:
        upkeep = asked()
        note.message = upkeep.sentence
    return upkeep.action
