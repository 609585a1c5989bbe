"""The process in which Airflow runs `annual_letters` once for each of several seasons; `dag_runs` starts it.

Airflow is started once, and the dag is parsed once. Each season has a real dag run in the metadata. The runs go one
after the other up to their build. From there they go side by side, task by task: the first run builds what all runs
have landed, and the other runs find that build, as in a backfill.

Airflow's `DAG.test` does nearly this, but it runs one dag run to its end before it begins another.
"""

import datetime as dt
import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from redress.files.places import place_at
from redress.orchestration.names import ANNUAL_LETTERS, BUILD_TASK
from redress.steps.record import RunRecord, step_line

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk import DAG
    from airflow.serialization.definitions.dag import SerializedDAG
    from sqlalchemy.orm import Session

POLL_SECONDS = 0.1
"""The pause before the next look at a run that has no task to do. Airflow needs several looks to pass a failure on
to later tasks."""


@dataclass(frozen=True)
class PlannedRun:
    """A dag run to be made: its season, its id, the path of its record, and the path of the log for Airflow's
    output.
    """

    season: int
    run_id: str
    record: str
    log: str


@dataclass(frozen=True)
class StepEnd:
    """The end of a step of a season's run, as a line of text. `is_joint` is True from the build on, when the runs
    of all seasons go side by side.
    """

    season: int
    line: str
    is_joint: bool


@dataclass
class _Run:
    """A dag run, with what is needed to do its tasks in this process."""

    planned: PlannedRun
    dag: "DAG"
    serialized: "SerializedDAG"
    session: "Session"
    shown: TextIO
    is_running: bool = True
    has_come_to_build: bool = False
    _shown_count: int = 0

    def go_on_to_build(self) -> None:
        """Do the tasks of this run until the run comes to its build, has ended, or waits before it retries a
        task.
        """
        while self.is_running:
            tasks = self._tasks_to_do()
            self.has_come_to_build = any(task.task_id == BUILD_TASK for task in tasks)
            if self.has_come_to_build or (not tasks and self._waits_for_retry()):
                return
            self._do(tasks)

    def do_next_tasks(self) -> None:
        """Do the tasks that Airflow would start now."""
        self._do(self._tasks_to_do())

    def create(self, conf: Mapping[str, object]) -> None:
        """Write the run to Airflow's metadata, as a run that a person started and that has no logical date."""
        from airflow.utils.state import DagRunState
        from airflow.utils.types import DagRunTriggeredByType, DagRunType

        now = dt.datetime.now(dt.UTC)
        self.serialized.create_dagrun(
            run_id=self.planned.run_id,
            run_after=now,
            start_date=now,
            conf=dict(conf),
            run_type=DagRunType.MANUAL,
            triggered_by=DagRunTriggeredByType.CLI,
            state=DagRunState.RUNNING,
            session=self.session,
        )

    def _tasks_to_do(self) -> "list[TaskInstance]":
        """Let Airflow update the state of the run. Return the tasks that Airflow would start now."""
        from airflow.utils.state import DagRunState, TaskInstanceState

        dag_run = self._dag_run()
        with _printing_to(Path(self.planned.log)):  # if the run has failed, this calls the dag's callback
            ready, _ = dag_run.update_state(session=self.session)
        for task in ready:
            task.try_number += 1
            task.state = TaskInstanceState.SCHEDULED
            task.scheduled_dttm = dt.datetime.now(dt.UTC)
        self.session.commit()
        self.is_running = dag_run.state == DagRunState.RUNNING
        return dag_run.get_task_instances(TaskInstanceState.SCHEDULED, session=self.session)

    def _waits_for_retry(self) -> bool:
        from airflow.utils.state import TaskInstanceState

        return bool(self._dag_run().get_task_instances(TaskInstanceState.UP_FOR_RETRY, session=self.session))

    def _dag_run(self) -> "DagRun":
        """Return the dag run as the metadata have it now. Read it again at each call: each task closes the session,
        so what was read before a task is out of date.
        """
        from airflow.models.dagrun import DagRun
        from sqlalchemy import select

        self.session.expire_all()
        this_run = select(DagRun).where(DagRun.dag_id == ANNUAL_LETTERS, DagRun.run_id == self.planned.run_id)
        found = self.session.scalars(this_run).one()
        found.dag = self.serialized
        return found

    def _do(self, tasks: "Sequence[TaskInstance]") -> None:
        """Do tasks one after the other in this process. If there are none, pause for a moment."""
        from airflow.sdk.definitions.dag import _run_task

        for task in tasks:
            with _printing_to(Path(self.planned.log)):
                _run_task(ti=task, task=self.dag.task_dict[task.task_id])
            self._show()
        if not tasks:
            time.sleep(POLL_SECONDS)

    def _show(self) -> None:
        """Print each step that has ended since the last call, as one line of JSON."""
        events = RunRecord(place_at(self.planned.record)).events()
        for event in events[self._shown_count :]:
            if event["state"] != "began":
                one = StepEnd(self.planned.season, step_line(event), self.has_come_to_build)
                print(json.dumps(vars(one)), file=self.shown, flush=True)
        self._shown_count = len(events)


def main(source: str, planned: Sequence[PlannedRun]) -> None:
    """Make a dag run for each season, and do all runs. If a run fails, the other runs go on.

    `source` is the source's name. Each end of a step is printed to standard output. Airflow's output goes to
    standard error, or to the log of the season that it is about. When standard input is closed, this process ends
    at once, with all processes that it has started.
    """
    os.setpgid(0, 0)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    shown = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    from airflow.utils.cli import get_bagged_dag, get_db_dag
    from airflow.utils.session import create_session

    _migrate()
    dag = get_bagged_dag(None, ANNUAL_LETTERS)
    serialized = get_db_dag(None, ANNUAL_LETTERS)
    # the dag in the metadata lacks the callback
    serialized.on_failure_callback = dag.on_failure_callback  # type: ignore[attr-defined]
    with create_session() as session:
        runs = [_Run(run, dag, serialized, session, shown) for run in planned]
        for run in runs:
            run.create({"season": run.planned.season, "source": source})
        while going := [run for run in runs if run.is_running]:
            for run in going:
                if not run.has_come_to_build:
                    run.go_on_to_build()
            at_build = [run for run in going if run.is_running and run.has_come_to_build]
            for run in at_build:
                run.do_next_tasks()
            if not at_build:
                time.sleep(POLL_SECONDS)


def _end_with_parent() -> None:
    """Wait until the parent process closes the pipe or is gone. Then kill this process's group.

    A signal handler in Python is not enough: while a task runs, Airflow handles SIGTERM itself, and goes on.
    """
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.killpg(0, signal.SIGKILL)


def _migrate() -> None:
    """Create Airflow's metadata, or migrate them to the form that this version of Airflow needs. If they have this
    form already, do nothing.
    """
    from airflow.cli.cli_parser import get_parser
    from airflow.utils.db import _REVISION_HEADS_MAP
    from airflow.utils.session import create_session
    from alembic.migration import MigrationContext

    with create_session() as session:
        revision = MigrationContext.configure(session.connection()).get_current_revision()
    if revision != list(_REVISION_HEADS_MAP.values())[-1]:
        arguments = get_parser().parse_args(["db", "migrate"])
        arguments.func(arguments)


@contextmanager
def _printing_to(log: Path) -> Iterator[None]:
    """During the block, append to a log all that this process and its child processes print."""
    kept = os.dup(1)
    with log.open("ab") as file:
        for standard in (1, 2):
            os.dup2(file.fileno(), standard)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for standard in (1, 2):
            os.dup2(kept, standard)
        os.close(kept)


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    main(asked["source"], [PlannedRun(**run) for run in asked["runs"]])
    gc.freeze()  # as Python ends, it looks through all objects for garbage: after Airflow that takes two seconds
