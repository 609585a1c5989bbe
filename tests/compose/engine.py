"""A stack of docker-compose.yml on a Docker engine, with a name, images, ports and secrets of its own."""

import os
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml

from redress.settings import PROJECT_FOLDER
from tests.compose.airflow_api import TrialError
from tests.compose.composition import COMPOSE_FILE, raw
from tests.compose.processes import free_ports

RUNBOOK = PROJECT_FOLDER / "docs" / "runbooks" / "compose.md"
LOGS = PROJECT_FOLDER / "var" / "compose-trial.log"
IMAGES = ("redress-bi", "redress")
LEFT_OUT = ("AIRFLOW", "AWS_", "COMPOSE_", "REDRESS_")
COMMAND_SECONDS = 3600
HEALTHY_SECONDS = 600
SAID_LINES = 20

Ended = subprocess.CompletedProcess[str]


@contextmanager
def step(words: str) -> Iterator[None]:
    """Print the words of a step before the block, and the seconds that the step took after the block."""
    started = time.monotonic()
    print(f"{words} ...", flush=True)
    yield
    print(f"{words}: {time.monotonic() - started:.1f} s", flush=True)


def ended(
    *command: str,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    seconds: float = COMMAND_SECONDS,
    fails: bool = False,
) -> Ended:
    """Run a command to its end.

    Raises TrialError where the program is missing or takes too long, and, unless `fails` is true, where it fails.
    """
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            input=None if stdin is None else stdin.decode(),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError as error:
        raise TrialError(f"{command[0]} is not on PATH") from error
    except subprocess.TimeoutExpired as error:
        raise TrialError(f"`{_shown(command)}` took longer than {seconds:.0f} s") from error
    if done.returncode != 0 and not fails:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-SAID_LINES:])
        raise TrialError(f"`{_shown(command)}` ended with {done.returncode}:\n{said}")
    return done


def _shown(command: Iterable[str]) -> str:
    return textwrap.shorten(" ".join(command), 200)


def run(*command: str) -> str:
    """Run a command, and return what the command prints. Raises TrialError where the command fails."""
    return ended(*command).stdout


def docker(*arguments: str, fails: bool = False) -> Ended:
    return ended("docker", *arguments, fails=fails)


def require_engine() -> str:
    """Return the versions of the Docker engine and of Compose. Raises TrialError that says what is missing."""
    version = docker("version", "--format", "{{.Server.Version}}", fails=True)
    if version.returncode != 0:
        raise TrialError(f"no Docker engine answers (DOCKER_HOST names another): {version.stderr.strip()}")
    for plugin, package in (("compose", "docker-compose"), ("buildx", "docker-buildx")):
        if docker(plugin, "version", fails=True).returncode != 0:
            raise TrialError(f"`docker {plugin}` is missing; Debian 13 has it as {package}")
    compose = docker("compose", "version", "--short").stdout.strip()
    return f"Docker engine {version.stdout.strip()}, Compose {compose}"


@dataclass(frozen=True)
class Stack:
    """The services of docker-compose.yml as one project of Compose, with names of its own.

    `folder` holds .env, the override file with this stack's images, and the files that the runbook's commands
    write.
    """

    name: str
    folder: Path
    overrides: tuple[Path, ...] = ()
    ports: Mapping[str, int] = field(default_factory=lambda: free_ports("AIRFLOW_PORT", "SERVING_PORT", "BI_PORT"))

    @property
    def environment(self) -> dict[str, str]:
        """This machine's environment, with the stack's name and files for Compose.

        This machine's own variables of Airflow, AWS, Compose and Redress are left out; the stack's settings are in
        .env.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
        files = (COMPOSE_FILE, *self.overrides, self._images_file)
        return kept | {
            "COMPOSE_PROJECT_NAME": self.name,
            "COMPOSE_FILE": os.pathsep.join(map(str, files)),
            "COMPOSE_ENV_FILES": str(self._env_file),
        }

    @property
    def api_address(self) -> str:
        return f"http://127.0.0.1:{self.ports['AIRFLOW_PORT']}"

    @property
    def image(self) -> str:
        """The stack's name for the image of Redress and Airflow."""
        return self.own(raw()["services"]["worker"]["image"])

    @property
    def _images_file(self) -> Path:
        return self.folder / "images.yml"

    @property
    def _env_file(self) -> Path:
        return self.folder / ".env"

    def prepare(self, settings: Mapping[str, str]) -> None:
        """Write .env by the runbook's command, with the stack's ports and settings added, and an override file with
        the stack's names of images.
        """
        ended("bash", "-euc", runbook_blocks("Set up, once")[0], folder=self.folder)
        values = {name: str(port) for name, port in self.ports.items()} | dict(settings)
        with self._env_file.open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in values.items())
        images = {name: service["image"] for name, service in raw()["services"].items()}
        for override in self.overrides:
            added = yaml.safe_load(override.read_text(encoding="utf-8")).get("services", {})
            images |= {name: images[one["extends"]["service"]] for name, one in added.items() if "extends" in one}
        ours = {name: {"image": self.own(image)} for name, image in images.items() if image.startswith(IMAGES)}
        self._images_file.write_text(yaml.safe_dump({"services": ours}), encoding="utf-8")

    def own(self, text: str) -> str:
        """Return a text with the stack's names of images and volumes in place of the project's names."""
        return re.sub(r"\bredress(?=(-bi)?:\d)", self.name, text.replace("redress_", f"{self.name}_"))

    def secret(self, name: str) -> str:
        lines = self._env_file.read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)[name]

    def compose(self, *arguments: str, stdin: bytes | None = None, fails: bool = False) -> str:
        """Run a command of `docker compose`, and return what the command prints.

        Raises TrialError where the command fails, unless `fails` is true.
        """
        command = ("docker", "compose", "--progress", "quiet", *arguments)
        done = ended(*command, folder=self.folder, environment=self.environment, stdin=stdin, fails=fails)
        return done.stdout

    def execute(self, service: str, *command: str) -> str:
        return self.compose("exec", "-T", service, *command)

    def succeeds(self, service: str, *command: str) -> bool:
        """Say whether a command in a service's container ends with 0."""
        words = ("docker", "compose", "exec", "-T", service, *command)
        return ended(*words, folder=self.folder, environment=self.environment, fails=True).returncode == 0

    def follow(self, heading: str) -> None:
        """Run the commands below a heading of the runbook. Raises TrialError at the first command that fails."""
        for block in runbook_blocks(heading):
            script = f"exec < /dev/null\n{self.own(block)}"
            ended("bash", "-euo", "pipefail", "-c", script, folder=self.folder, environment=self.environment)

    def states(self) -> dict[str, str]:
        """Return the health of each container, or the state of a container that has no health check.

        Containers without a health check that have ended are left out.
        """
        lines = self.compose("ps", "--all", "--format", "{{.Name}} {{.State}} {{.Health}}").splitlines()
        return {words[0]: words[-1] for words in map(str.split, lines) if len(words) == 3 or words[1] != "exited"}

    def wait_until_healthy(self, seconds: float = HEALTHY_SECONDS) -> dict[str, float]:
        """Wait until all services that stay are healthy, and return the seconds that each container took.

        Raises TrialError where a container is not healthy in time.
        """
        started = time.monotonic()
        healthy: dict[str, float] = {}
        while time.monotonic() < started + seconds:
            states = self.states()
            for name, state in states.items():
                if state == "healthy":
                    healthy.setdefault(name, time.monotonic() - started)
            if states and set(states.values()) == {"healthy"}:
                return healthy
            time.sleep(1)
        raise TrialError(f"not healthy after {seconds:.0f} s: {self.states()}")

    def container(self, service: str) -> str:
        return self.compose("ps", "--all", "--quiet", service).strip()

    def host(self, service: str) -> str:
        """Return the name by which Airflow knows a service's container."""
        return docker("inspect", "--format", "{{.Config.Hostname}}", self.container(service)).stdout.strip()

    def write_logs(self) -> Path:
        """Write all that the services have printed into a file, and return the file's path."""
        LOGS.parent.mkdir(parents=True, exist_ok=True)
        LOGS.write_text(self.compose("logs", "--no-color", fails=True), encoding="utf-8")
        return LOGS

    def psql(self, statement: str, login: tuple[str, str], database: str = "redress") -> Ended:
        """Run a statement by psql as a login with its password, and return how psql ended, even if it failed."""
        name, password = login
        command = ("docker", "compose", "exec", "-T", "-e", "PGPASSWORD", "postgres", "psql", "--host", "postgres")
        options = ("--username", name, "--dbname", database, "--no-psqlrc", "--tuples-only", "--no-align")
        given = self.environment | {"PGPASSWORD": password}
        return ended(*command, *options, "--command", statement, folder=self.folder, environment=given, fails=True)

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.api_address, timeout=60)

    def remove(self) -> None:
        """Remove containers, networks, volumes and images of the stack; layers stay for the next build."""
        if not self._images_file.exists():
            return
        self.compose("--profile", "*", "down", "--volumes", "--timeout", "20", "--remove-orphans", fails=True)
        images = yaml.safe_load(self._images_file.read_text(encoding="utf-8"))["services"].values()
        docker("image", "rm", *{one["image"] for one in images}, fails=True)

    def print_peaks(self) -> None:
        """Print the most memory that each container has had, and its limit."""
        containers = self.compose("ps", "--format", "{{.Service}} {{.ID}}").splitlines()
        for service, identity in map(str.split, sorted(containers)):
            peak, limit = _peak(identity)
            print(f"  {service}: {peak:.0f} MiB at the most, limit {limit:.0f} MiB")


@contextmanager
def removed(stack: Stack) -> Iterator[None]:
    """Remove a stack at the end of the block.

    If the block fails, what the services printed is written into a file before.
    """
    try:
        yield
    except Exception:
        print(f"what the services said: {stack.write_logs()}", file=sys.stderr)
        raise
    finally:
        stack.remove()


def _peak(container: str) -> tuple[float, float]:
    """Return the most memory that a container has had, and the container's limit, both in mebibytes."""
    folders = (("memory.peak", "memory.max"), ("memory/memory.max_usage_in_bytes", "memory/memory.limit_in_bytes"))
    for peak, limit in folders:
        read = docker("exec", container, "cat", f"/sys/fs/cgroup/{peak}", f"/sys/fs/cgroup/{limit}", fails=True)
        if read.returncode == 0:
            used, most = (float(value) / 2**20 for value in read.stdout.split())
            return used, most
    raise TrialError(f"container {container} does not say how much memory it has had")


def runbook_blocks(heading: str) -> list[str]:
    """Return the blocks of commands below a heading of docs/runbooks/compose.md."""
    page = RUNBOOK.read_text(encoding="utf-8")
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert section is not None, heading
    return re.findall(r"^```\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
