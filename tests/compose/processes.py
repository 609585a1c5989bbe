"""The services of docker-compose.yml as plain processes on loopback. Their files are below one folder."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redress.settings import PROJECT_FOLDER
from tests.compose.composition import Command, command, composition, health_check
from tests.compose.password_server import PROGRAMS, PasswordServer, run

REDIS_IS_MISSING = "redis-server and redis-cli are not on PATH; Debian has both: apt-get install redis-server"
STOP_SECONDS = 60


class ServiceError(Exception):
    """A service ended, or was not healthy in time. The message names the service and its log."""


def redis_is_here() -> bool:
    return bool(shutil.which("redis-server") and shutil.which("redis-cli"))


@dataclass
class Processes:
    """The services of docker-compose.yml as processes. `environment` is the folder of their Python environment."""

    folder: Path
    server: PasswordServer
    environment: Path
    ports: dict[str, int] = field(
        default_factory=lambda: free_ports("api", "scheduler", "redis", "worker", "trigger", "bi")
    )
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def services(self) -> Mapping[str, Any]:
        services: Mapping[str, Any] = composition()["services"]
        return services

    @property
    def places(self) -> dict[str, str]:
        """The replacements, on this machine, for the containers' paths and addresses."""
        api, scheduler, redis = (self.ports[name] for name in ("api", "scheduler", "redis"))
        return self.server.places | {
            "http://api-server:8080": f"http://127.0.0.1:{api}",
            "http://localhost:8080": f"http://localhost:{api}",
            "http://127.0.0.1:8080": f"http://127.0.0.1:{api}",
            "http://127.0.0.1:8974": f"http://127.0.0.1:{scheduler}",
            "0.0.0.0:8088": f"127.0.0.1:{self.ports['bi']}",
            "http://127.0.0.1:8088": self.bi_address,
            "@redis:6379": f"@127.0.0.1:{redis}",
            "port 6379": f"port {redis}\nbind 127.0.0.1",
            "-p 6379": f"-p {redis}",
            "dir /data": f"dir {self.below('redis')}",
            "/var/lib/airflow": str(self.below("airflow")),
            "/var/lib/superset": str(self.below("superset")),
            "/var/lib/redress": str(self.below("redress")),
            "/srv/incoming": str(PROJECT_FOLDER / "samples"),
            "/opt/redress": str(PROJECT_FOLDER),
        }

    @property
    def additional(self) -> dict[str, str]:
        """The variables for what each container has to itself in Docker, such as its name and its ports."""
        return {
            "HOSTNAME": socket.gethostname(),
            "PGHOST": str(self.server.folder),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.ports["api"]),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.ports["scheduler"]),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(self.ports["worker"]),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.ports["trigger"]),
            "REDRESS_ADDITIONAL_AUTHORITIES": str(PROJECT_FOLDER / "samples" / "authorities.csv"),
        }

    @property
    def api_address(self) -> str:
        return f"http://127.0.0.1:{self.ports['api']}"

    @property
    def bi_address(self) -> str:
        return f"http://127.0.0.1:{self.ports['bi']}"

    def below(self, name: str) -> Path:
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def run_to_end(self, name: str) -> None:
        """Run a service that does its work and ends. Raises ServiceError where the service fails."""
        ended = run(self._here(command(self.services, name)))
        if ended.returncode != 0:
            raise ServiceError(f"{name} ended with {ended.returncode}:\n{ended.stdout}\n{ended.stderr}")

    def execute(self, name: str, *arguments: str) -> str:
        """Run a command in a service's environment, as `docker compose exec` does, and return what it prints.

        Raises ServiceError where the command fails.
        """
        ended = run(self._here(Command(arguments, command(self.services, name).environment)))
        if ended.returncode != 0:
            raise ServiceError(f"{' '.join(arguments)} ended with {ended.returncode}:\n{ended.stderr}")
        return ended.stdout

    def start(self, name: str) -> None:
        """Start a service that stays, in a session of its own, and let it print into its log."""
        called = self._here(command(self.services, name))
        with self.log(name).open("wb") as log:
            self.running[name] = subprocess.Popen(
                called.arguments,
                env=called.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.folder,
            )

    def is_healthy(self, name: str) -> bool:
        """Run the health check of a service, and return whether the service is healthy."""
        return run(self._here(health_check(self.services, name))).returncode == 0

    def wait_until_healthy(self, name: str, seconds: float) -> float:
        """Wait until a service is healthy, and return the seconds that this took.

        Raises ServiceError where the service ends, or is not healthy after `seconds`.
        """
        started = time.monotonic()
        while not self.is_healthy(name):
            taken = time.monotonic() - started
            if self.running[name].poll() is not None:
                raise ServiceError(f"{name} ended; its log: {self.log(name)}")
            if taken > seconds:
                raise ServiceError(f"{name} was not healthy within {seconds:.0f} s; its log: {self.log(name)}")
            time.sleep(0.2)
        return time.monotonic() - started

    def stop(self, name: str) -> None:
        """End a service as Docker does, by a signal to its first process. After a minute, kill its processes."""
        process = self.running.pop(name)
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _here(self, called: Command) -> Command:
        return called.here(self.places, self.additional, [self.environment / "bin", PROGRAMS])

    def log(self, name: str) -> Path:
        """Return the path of the file into which a service prints."""
        return self.below("processes") / f"{name}.log"


@contextmanager
def processes(folder: Path, server: PasswordServer, environment: Path) -> Iterator[Processes]:
    """Yield the services below a folder, none of them started yet.

    At the end of the block the services that still run are stopped, the last one first.
    """
    started = Processes(folder, server, environment)
    try:
        yield started
    finally:
        for name in reversed(list(started.running)):
            started.stop(name)


def free_ports(*names: str) -> dict[str, int]:
    """Return a port for each name. Nobody listens on these ports now."""
    sockets = {name: socket.socket() for name in names}
    try:
        for opened in sockets.values():
            opened.bind(("127.0.0.1", 0))
        return {name: opened.getsockname()[1] for name, opened in sockets.items()}
    finally:
        for opened in sockets.values():
            opened.close()
