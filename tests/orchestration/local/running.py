"""A real Airflow for tests: the processes of `redress up` in a home of the test's own, to ask and to kill."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, LiteralString

import httpx
import psutil
import psycopg

from redress.orchestration.local.keeper import Keeper
from redress.orchestration.local.processes import end_session
from redress.orchestration.local.up import USER, AirflowUp
from redress.orchestration.names import ANNUAL_LETTERS
from redress.settings import Settings
from redress.steps.record import RunRecord, record_name
from tests.made import PROJECT, SAMPLE_AUTHORITIES, SAMPLES

RUN_SECONDS = 300.0
"""The most seconds that a test waits for a run: twenty times as long as a run takes on a quiet machine."""
POLL_SECONDS = 0.3
IMPATIENT: Mapping[str, str] = {
    "AIRFLOW__CORE__MAX_TASK_RETRY_DELAY": "2",
    "AIRFLOW__CORE__MIN_HEARTBEAT_INTERVAL": "1",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "2",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "5",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "10",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
}
"""Settings of Airflow. With them, a task is tried again after two seconds at most, Airflow notices within seconds
that a process is lost, and a dag that does not change is parsed only every ten minutes.

The dag keeps its own retries and delays: `max_task_retry_delay` is Airflow's bound on every delay that grows.
"""


class RunError(AssertionError):
    """A run did not go as the test requires. The message says what was found, and where the logs are."""


@dataclass(frozen=True)
class Task:
    """One attempt of a task in Airflow's metadata; `map_index` is -1 for a task that is not mapped."""

    run_id: str
    task_id: str
    map_index: int
    name: str | None
    state: str | None
    try_number: int
    pool: str
    began_at: float | None
    ended_at: float | None


@dataclass
class RunningAirflow:
    """A running Airflow over a home, with methods that start runs, show them, and kill their processes."""

    up: AirflowUp
    environment: Mapping[str, str]
    database: str
    running: dict[str, subprocess.Popen[bytes]]
    gone: list[int] = field(default_factory=list)
    """The process ids of the schedulers that were killed. Processes that these schedulers started may still run."""
    _headers: dict[str, str] = field(default_factory=dict)

    @cached_property
    def keeper(self) -> Keeper:
        """The keeper that restarts processes that end by themselves, as in `redress up`."""
        return Keeper(self.up, self.environment, self.running, print)

    @property
    def settings(self) -> Settings:
        return self.up.settings

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Airflow to its end, and return how the command ended."""
        return subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=dict(self.environment),
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, path: str, method: str = "GET", **content: Any) -> Any:
        """Ask Airflow's API as the user of `redress up`, and return the answer.

        Raises RunError if the answer is an error.
        """
        if not self._headers:
            known = {"username": USER, "password": self.up.secrets.password}
            answer = httpx.post(f"{self.up.address}/auth/token", json=known, timeout=30).raise_for_status()
            self._headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        address = f"{self.up.address}/api/v2/{path}"
        answer = httpx.request(method, address, json=content or None, headers=self._headers, timeout=60)
        if answer.is_error:
            raise RunError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    def rows(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query to the metadata."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(query, values).fetchall()

    def unpause(self) -> None:
        """Let the scheduler work on annual_letters, as soon as it knows the dag."""
        until = time.monotonic() + RUN_SECONDS
        while not self.rows("select 1 from serialized_dag where dag_id = %s", ANNUAL_LETTERS):
            _wait_until(until, "annual_letters is not parsed", self)
        self.ask(f"dags/{ANNUAL_LETTERS}", "PATCH", is_paused=False)

    def trigger(self, **conf: object) -> str:
        """Start a run of annual_letters by hand with this conf, and return the run's id."""
        started = self.ask(f"dags/{ANNUAL_LETTERS}/dagRuns", "POST", logical_date=None, conf=conf)
        return str(started["dag_run_id"])

    def backfill(self, first: int, last: int, *arguments: str) -> float:
        """Create a backfill over seasons as soon as no other backfill runs. Return the time just before that."""
        self.wait_for(
            lambda: not self.rows("select 1 from backfill where completed_at is null"),
            "a backfill does not complete",
        )
        began_at = time.time()
        dates = ("--from-date", f"{first}-01-01", "--to-date", f"{last}-12-31")
        done = self.command("backfill", "create", "--dag-id", ANNUAL_LETTERS, *dates, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return began_at

    def clear(self, run_id: str, *, only_failed: bool) -> None:
        """Clear the failed tasks of a run, or all its tasks, as Airflow's pages do.

        `airflow tasks clear` finds a run only by its logical date, and a run by hand has none.
        """
        self.ask(f"dags/{ANNUAL_LETTERS}/dagRuns/{run_id}/clear", "POST", dry_run=False, only_failed=only_failed)

    def state(self, run_id: str) -> str:
        ((state,),) = self.rows(
            "select state from dag_run where dag_id = %s and run_id = %s", ANNUAL_LETTERS, run_id
        )
        return str(state)

    def runs(self, run_type: str) -> dict[str, str]:
        """Return the state of each run of a type ("backfill", "manual", "scheduled"), by the run's id."""
        return dict(
            self.rows(
                "select run_id, state from dag_run where dag_id = %s and run_type = %s", ANNUAL_LETTERS, run_type
            )
        )

    def tasks(self, run_id: str | None = None) -> list[Task]:
        """Return the last attempt of each task, of one run or of all runs, in the order of their beginnings."""
        return [
            Task(*row)
            for row in self.rows(
                "select run_id, task_id, map_index, rendered_map_index, state, try_number, pool, "
                "extract(epoch from start_date)::float, extract(epoch from end_date)::float "
                "from task_instance where dag_id = %s and (%s::text is null or run_id = %s) "
                "order by start_date, task_id",
                ANNUAL_LETTERS,
                run_id,
                run_id,
            )
        ]

    def wait(self, run_id: str) -> str:
        """Wait until a run has ended, and return the run's state."""
        self.wait_for(lambda: self.state(run_id) in ("success", "failed"), f"{run_id} does not end")
        return self.state(run_id)

    def wait_for(self, is_so: Callable[[], bool], otherwise: str) -> None:
        """Wait until a condition holds. Raises RunError with `otherwise` if that takes too long."""
        until = time.monotonic() + RUN_SECONDS
        while not is_so():
            self.keeper.look()
            _wait_until(until, otherwise, self)

    def at_work(self, kind: str) -> list[psutil.Process]:
        """Return the processes that do tasks now: the workers with a task ("worker"), or the tasks themselves."""
        try:
            workers = psutil.Process(self.running["scheduler"].pid).children()
            tasks = {worker: worker.children() for worker in workers}
        except psutil.NoSuchProcess:
            return []
        if kind == "worker":
            return [worker for worker, its in tasks.items() if its]
        return [task for its in tasks.values() for task in its]

    def kill_scheduler(self, *, is_alone: bool) -> None:
        """Kill the scheduler, alone or with all that it started; then start another scheduler."""
        scheduler = self.running["scheduler"]
        scheduler.kill()
        if not is_alone:
            end_session(scheduler.pid)
        scheduler.wait()
        self.gone.append(scheduler.pid)
        self.running["scheduler"] = self.up.start("scheduler", self.environment)

    @contextmanager
    def full_disk(self, largest_bytes: int) -> Iterator[None]:
        """Let no task write a file beyond a size, as on a full disk. Tasks inherit the limit of the workers."""
        workers = psutil.Process(self.running["scheduler"].pid).children()
        before = [(worker, worker.rlimit(psutil.RLIMIT_FSIZE)) for worker in workers]
        for worker, (_, hard) in before:
            worker.rlimit(psutil.RLIMIT_FSIZE, (largest_bytes, hard))
        try:
            yield
        finally:
            for worker, limits in before:
                worker.rlimit(psutil.RLIMIT_FSIZE, limits)

    def restart_database(self) -> None:
        """Stop the metadata's PostgreSQL, and start it again a second later."""
        self.up.postgresql.stop()
        time.sleep(1)
        self.up.postgresql.start_unless_running()

    def record(self, run_id: str) -> RunRecord:
        """Return the record of a run, whichever season the run has."""
        (path,) = self.settings.runs_folder.rglob(f"{record_name(run_id)}.jsonl")
        return RunRecord(path)

    def task_log(self, run_id: str, task_id: str) -> str:
        """Return the logs of all attempts of a task."""
        folder = self.up.folder / "logs" / f"dag_id={ANNUAL_LETTERS}" / f"run_id={run_id}" / f"task_id={task_id}"
        return "\n".join(path.read_text(errors="replace") for path in sorted(folder.rglob("*.log")))


def run_of(year: int) -> str:
    """Return the id that a backfill gives to the run of a season: the dag's date in the season's year."""
    return f"backfill__{year}-08-15T06:00:00+00:00"


def _wait_until(until: float, otherwise: str, airflow: RunningAirflow) -> None:
    if time.monotonic() > until:
        tasks = "\n".join(map(str, airflow.tasks()))
        raise RunError(f"after {RUN_SECONDS:g} s: {otherwise}; the logs are in {airflow.up.logs}\n{tasks}")
    time.sleep(POLL_SECONDS)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def running_airflow(
    source: str = f"folder:{SAMPLES / 'letters'}",
    home: Path | None = None,
    **changes: str,
) -> Iterator[RunningAirflow]:
    """Run Airflow over a home of its own, or over a copy of `home`, during the block; annual_letters is not paused.

    The home is in no folder of pytest's. The paths of pytest's folders are too long for a socket, and if root runs
    the tests, PostgreSQL runs as another user, who may not enter these folders.
    """
    with tempfile.TemporaryDirectory(prefix="redress-up-") as folder:
        Path(folder).chmod(0o755)
        settings = Settings(home=Path(folder) / "home", additional_authorities=SAMPLE_AUTHORITIES)
        if home is not None:
            shutil.copytree(home, settings.home, symlinks=True)
        up = AirflowUp(settings, free_port())
        with up.database() as database:
            environment = {**up.environment(database), "REDRESS_SOURCE": source, **IMPATIENT, **changes}
            up.prepare(environment)
            with up.processes(environment) as running:
                up.wait_until_ready(running)
                airflow = RunningAirflow(up, environment, database.replace("+psycopg", ""), running)
                airflow.unpause()
                try:
                    yield airflow
                finally:
                    for leader in airflow.gone:
                        end_session(leader)
