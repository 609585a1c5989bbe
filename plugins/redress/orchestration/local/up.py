"""Airflow on one machine, for a person: PostgreSQL, scheduler, dag processor, triggerer, and the pages.

The metadata are in a PostgreSQL below the home, because SQLite fails if several tasks write. PostgreSQL listens on
a Unix socket only, and the pages listen on loopback. Tasks run side by side, in processes of the scheduler.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from filelock import FileLock, Timeout

from redress.orchestration.environment import airflow_environment
from redress.orchestration.local.postgresql import PostgreSQL
from redress.orchestration.local.processes import (
    STOP_SECONDS,
    ProcessList,
    UpError,
    end_left,
    end_session,
    require_free_port,
    rotate,
)
from redress.orchestration.local.secrets import Secrets, write_private
from redress.orchestration.names import POOLS
from redress.settings import PROJECT_FOLDER, Settings

USER = "admin"
COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
"""Airflow's processes, and the command of each. Logs are read from the disk, so no process serves logs on a
port."""
OURSELVES = "redress up"
READY_SECONDS = 180.0
POLL_SECONDS = 0.5
PARALLEL_TASKS = 4
LOST_TASK_SECONDS = 60
"""If a task gives no sign of life for this long, it counts as killed and is retried."""


@dataclass(frozen=True)
class AirflowUp:
    """An Airflow on this machine. A folder below the home has its database, its secrets and its logs. `port` is the
    port of Airflow's pages.
    """

    settings: Settings
    port: int = 8080

    @property
    def folder(self) -> Path:
        return self.settings.home.absolute() / "airflow_up"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def postgresql(self) -> PostgreSQL:
        return PostgreSQL(self.folder / "postgresql")

    @property
    def process_list(self) -> ProcessList:
        return ProcessList(self.folder / "processes.json")

    @property
    def secrets(self) -> Secrets:
        return Secrets.kept_in(self.folder / "secrets.json")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """During the block, let no other `redress up` run in this home. Raise UpError if another `redress up` runs
        in this home already.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / "up.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            other = self.process_list.read().get(OURSELVES)
            named = f" (process {other.pid})" if other else ""
            raise UpError(f"Airflow is up in this home already{named}: {self.settings.home.absolute()}") from None
        try:
            yield
        finally:
            lock.release()

    def take_over(self, tell: Callable[[str], None]) -> None:
        """End the processes that a killed `redress up` left. Then list this process as the running `redress up`."""
        left = self.process_list.read()
        end_left({name: one for name, one in left.items() if name in COMPONENTS}, tell)
        self.process_list.clear()
        self.process_list.add(OURSELVES, os.getpid())

    def database(self) -> AbstractContextManager[str]:
        """Return a context manager that runs PostgreSQL for Airflow's metadata during the block and yields the
        address of the database.

        It raises UpError if PostgreSQL does not start.
        """
        return self.postgresql.in_use()

    def environment(self, database: str) -> Mapping[str, str]:
        """Return the environment for all of Airflow's processes, and write the private file with the password of
        Airflow's user. `database` is the address of Airflow's metadata database.
        """
        known = self.secrets
        passwords = self.folder / "passwords.json"
        write_private(passwords, json.dumps({USER: known.password}))
        ours = {
            "AIRFLOW__API__BASE_URL": self.address,
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": self.port,
            "AIRFLOW__API__SECRET_KEY": known.api_secret_key,
            "AIRFLOW__API_AUTH__JWT_SECRET": known.jwt_secret,
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.address}/execution/",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__FERNET_KEY": known.fernet_key,
            "AIRFLOW__CORE__PARALLELISM": PARALLEL_TASKS,
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": passwords,
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": database,
            "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": LOST_TASK_SECONDS,
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": LOST_TASK_SECONDS,
        }
        return {
            **airflow_environment(self.settings, self.folder, database),
            **{name: str(value) for name, value in ours.items()},
        }

    def prepare(self, environment: Mapping[str, str]) -> None:
        """Create or migrate the metadata, and create the pools. Raise UpError if a command of Airflow fails."""
        rotate(self.log("prepare"))
        self._airflow(["db", "migrate"], environment)
        pools = self.folder / "pools.json"
        stated = {name: {"slots": 1, "description": purpose} for name, purpose in POOLS.items()}
        pools.write_text(json.dumps(stated), encoding="utf-8")
        self._airflow(["pools", "import", str(pools)], environment)  # one start of Airflow for all pools

    @contextmanager
    def processes(self, environment: Mapping[str, str]) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
        """Run Airflow's processes during the block. Yield the processes by name. Each process has a log that is
        named after the process and is empty at first.
        """
        self.logs.mkdir(parents=True, exist_ok=True)
        for name in COMPONENTS:
            rotate(self.log(name))
        running: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for name in COMPONENTS:
                running[name] = self.start(name, environment)
            yield running
        finally:
            for process in running.values():
                stop(process)
            for process in running.values():
                _wait(process)
            self.process_list.clear()

    def start(self, component: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start a process of Airflow in a session of its own, so that everything that it starts can be ended with
        it.
        """
        with self.log(component).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - the command is ours
                [sys.executable, "-m", "airflow", *COMPONENTS[component]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=PROJECT_FOLDER,
                start_new_session=True,
            )
        self.process_list.add(component, process.pid)
        return process

    def check_port(self) -> None:
        """Raise UpError if the port of the pages cannot be had, such as if another program listens there."""
        require_free_port(self.port, "redress up --port 8090, or make up PORT=8090")

    def log(self, component: str) -> Path:
        return self.logs / f"{component}.log"

    def wait_until_ready(self, running: Mapping[str, subprocess.Popen[bytes]]) -> None:
        """Wait until every process is healthy. Raise UpError if a process ends, or if READY_SECONDS pass before all
        are healthy.
        """
        until = time.monotonic() + READY_SECONDS
        missing: list[str] = []
        while time.monotonic() < until:
            self.check(running)
            missing = self._not_healthy()
            if not missing:
                return
            time.sleep(POLL_SECONDS)
        raise UpError(
            f"after {READY_SECONDS:g} s there is no sign of {', '.join(missing)}; the logs are in {self.logs}"
        )

    def check(self, running: Mapping[str, subprocess.Popen[bytes]]) -> None:
        """Raise UpError if a process has ended by itself."""
        for name, process in running.items():
            if process.poll() is not None:
                last = self.log(name).read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
                raise UpError(
                    f"Airflow's {name} has ended with {process.returncode}; its log: {self.log(name)}\n"
                    + "\n".join(last)
                )

    def _not_healthy(self) -> list[str]:
        try:
            answer = httpx.get(f"{self.address}/api/v2/monitor/health", timeout=5)
            parts = answer.json() if answer.status_code == httpx.codes.OK else {}
        except (httpx.HTTPError, ValueError):
            return ["the pages"]
        wanted = ("metadatabase", "scheduler", "dag_processor", "triggerer")
        return [name for name in wanted if parts.get(name, {}).get("status") != "healthy"]

    def run(self, arguments: Sequence[str]) -> int:
        """Run a command of Airflow in this terminal, and return its exit code.

        Raise UpError if Airflow has never been up in this home.
        """
        if not self.postgresql.is_made:
            raise UpError(
                f"Airflow has never been up in {self.settings.home.absolute()}: make up (or redress up) there first"
            )
        with self.database() as database:
            done = subprocess.run(  # noqa: S603 - the command is what the person typed
                [sys.executable, "-m", "airflow", *arguments],
                env=dict(self.environment(database)),
                cwd=PROJECT_FOLDER,
                check=False,
            )
        return done.returncode

    def _airflow(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.log("prepare")
        with log.open("ab") as output:
            done = subprocess.run(  # noqa: S603 - the command is ours
                [sys.executable, "-m", "airflow", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=PROJECT_FOLDER,
                check=False,
            )
        if done.returncode != 0:
            raise UpError(f"airflow {' '.join(arguments)} ended with {done.returncode}; its log: {log}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, by SIGTERM."""
    if process.poll() is None:
        process.terminate()


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Wait at most STOP_SECONDS until a process has ended. Then kill the process and all that is left of its
    session.

    To kill the process group is not enough: tasks lead groups of their own, and a killed scheduler leaves its
    workers. Only the session holds every process that a process started.
    """
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    end_session(process.pid)
