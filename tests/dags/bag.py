"""Print the dags as Airflow parses them, as JSON.

The module runs in a process of its own, so that nothing else has imported what only tasks need.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

NEEDED_BY_TASKS_ALONE = (
    "redress.settings",
    "redress.acquire",
    "redress.read",
    "redress.steps",
    "redress.warehouse",
    "pdfplumber",
    "great_expectations",
    "dbt",
    "duckdb",
    "pandas",
    "pyarrow",
)


def main(dags: Path) -> None:
    """Import each dag file, let Airflow parse the folder, and print what was found."""
    import airflow.sdk  # noqa: F401 - its own time is not ours

    sys.path.insert(0, str(dags))
    seconds: dict[str, float] = {}
    for file in sorted(dags.glob("*.py")):
        began = time.process_time()
        __import__(file.stem)
        seconds[file.stem] = time.process_time() - began
    heavy = [name for name in NEEDED_BY_TASKS_ALONE if name in sys.modules]

    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(dags))
    described = {
        "seconds": seconds,
        "heavy": heavy,
        "errors": {path: str(error) for path, error in bag.import_errors.items()},
        "dags": {name: _described(dag) for name, dag in bag.dags.items()},
    }
    print(json.dumps(described))


def _described(dag: Any) -> dict[str, Any]:
    tasks = {task.task_id: task for task in dag.tasks}
    params = {name: dag.params.get_param(name) for name in dag.params}
    return {
        "schedule": getattr(dag.schedule, "expression", dag.schedule),
        "first_run": _first_run(dag),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "alerts": [one.__name__ for one in dag.on_failure_callback],
        "downstream": {name: sorted(task.downstream_task_ids) for name, task in tasks.items()},
        "pools": {name: task.pool for name, task in tasks.items() if task.pool != "default_pool"},
        "mapped": sorted(name for name, task in tasks.items() if task.is_mapped),
        "undocumented": [name for name, task in tasks.items() if not _is_documented(task)],
        "outlets": {name: [one.name for one in task.outlets] for name, task in tasks.items() if task.outlets},
        "retries": {name: task.retries for name, task in tasks.items()},
        "minutes": {
            name: task.execution_timeout and task.execution_timeout.total_seconds() / 60
            for name, task in tasks.items()
        },
        "retry_minutes": {name: _retry_minutes(task) for name, task in tasks.items()},
        "params": {name: param.schema for name, param in params.items()},
        "helps": {name: param.description or param.schema.get("description_md") for name, param in params.items()},
        "defaults": {name: param.value for name, param in params.items()},
    }


def _first_run(dag: Any) -> str | None:
    """Return when the scheduler would start the first run of a dag that is unpaused now, or None for never."""
    from airflow.serialization.serialized_objects import DagSerialization

    found = DagSerialization.from_dict(DagSerialization.to_dict(dag)).next_dagrun_info(last_automated_run_info=None)
    return found and found.run_after.isoformat()


def _is_documented(task: Any) -> bool:
    return bool(task.doc_md or (hasattr(task, "python_callable") and task.python_callable.__doc__))


def _retry_minutes(task: Any) -> float:
    """Return the minutes that the delays between a task's tries take in all."""
    first = task.retry_delay.total_seconds() / 60
    longest = task.max_retry_delay.total_seconds() / 60 if task.max_retry_delay else float("inf")
    growth = 2 if task.retry_exponential_backoff else 1
    return float(sum(min(first * growth**number, longest) for number in range(task.retries)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
