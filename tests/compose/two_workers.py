"""Compare two workers, which share only an object store and the databases, with one machine, on a Docker engine.

The letters of some seasons are printed and taken to releases twice: by `redress run` in one container, and by
Airflow on two workers with a disk each, beside moto's S3 server. On the two workers, the seasons are disturbed in
turn while letters are read: the first is left alone, then a worker is killed, the store is away for two minutes,
PostgreSQL is restarted, and a worker is added. After each season the tables of both releases must be the same, byte
for byte, PostgreSQL must serve the release of the two workers, and the archive must be whole. At the end the trial
prints the most memory that each container has had.

    .venv/bin/python -m tests.compose.two_workers [--letters 400] [--seasons 5] [--name redress-two]
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

from benchmarks.printed_seasons import print_seasons
from redress.settings import PROJECT_FOLDER
from tests.compose.airflow_api import TrialError, log_in, require, start_season, tasks_of, unpause, wait_for
from tests.compose.bases import bases, python_base
from tests.compose.engine import Stack, docker, removed, require_engine, step

OVERRIDES = (PROJECT_FOLDER / "compose" / "two-workers.yml", Path(__file__).parent / "object_store.yml")
STORE_FOLDER = Path(__file__).parent / "object_store"
FIRST_YEAR = 2019
LETTERS = "/srv/incoming"
COUNCILS = {"REDRESS_ADDITIONAL_AUTHORITIES": f"{LETTERS}/authorities.csv"}
STATE = "s3://redress/state"
SEASON_SECONDS = 3600
STORE_AWAY_SECONDS = 120
WORKERS = ("worker", "worker-two")
STORE = {
    "REDRESS_STATE": STATE,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL": "http://object-store:5000",
}
MAKE_BUCKET = "import s3fs; s3fs.S3FileSystem().mkdir('redress')"
READ_SUMS = """
import json, fsspec
store = fsspec.filesystem("s3")
pointer = json.loads(store.cat_file("redress/state/warehouse/current.json"))
print(store.cat_file(f"redress/state/warehouse/{pointer['path']}/SHA256SUMS").decode())
"""
READ_CURRENT = """
import json, fsspec
pointer = json.loads(fsspec.filesystem("s3").cat_file("redress/state/warehouse/current.json"))
print(pointer["path"].rpartition("/")[2])
"""
SERVED = "select release_id from marts.release"
TABLE = re.compile(r"^(\w{64})  (\S+\.parquet)$", re.MULTILINE)
"""A line of a release's SHA256SUMS that names a table's Parquet file. The trial compares the Parquet files alone,
because they hold each published table."""


@dataclass(frozen=True)
class Printed:
    """The letters that were printed on this machine: `folder`/<season>/<council>.pdf."""

    folder: Path
    seasons: tuple[int, ...]
    letters_count: int

    @property
    def settings(self) -> dict[str, str]:
        return COUNCILS | {"INCOMING_FOLDER": str(self.folder), "REDRESS_BUILD_SITE": "false"}


def printed(folder: Path, seasons_count: int, letters_count: int) -> Printed:
    seasons = tuple(range(FIRST_YEAR, FIRST_YEAR + seasons_count))
    print_seasons(folder, seasons, letters_count)
    for path in (folder.parent, folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return Printed(folder, seasons, letters_count)


@contextmanager
def one_machine(stack: Stack, letters: Printed) -> Iterator[Callable[[int], dict[str, str]]]:
    """Yield a function that takes a season to a release in one container, and returns the release's tables."""
    volume = f"{stack.name}_one-machine"
    mounts = ("--volume", f"{volume}:/var/lib/redress", "--volume", f"{letters.folder}:{LETTERS}:ro")
    given = [word for name, value in letters.settings.items() for word in ("--env", f"{name}={value}")]
    command = ("run", "--rm", "--network", "none", *mounts, *given, stack.image)

    def take(season: int) -> dict[str, str]:
        docker(*command, "redress", "run", str(season), "--from", f"folder:{LETTERS}")
        return tables(docker(*command, "cat", "/var/lib/redress/warehouse/current/SHA256SUMS").stdout)

    try:
        yield take
    finally:
        docker("volume", "rm", volume, fails=True)


def tables(checksums: str) -> dict[str, str]:
    found = {name: sha256 for sha256, name in TABLE.findall(checksums)}
    require("a release has tables", bool(found), True)
    return found


@contextmanager
def two_workers(stack: Stack) -> Iterator[httpx.Client]:
    """Start both workers, the store and Airflow, wait until they are healthy, and yield a logged-in client."""
    stack.compose("up", "--detach", "object-store")
    stack.wait_until_healthy()
    stack.compose("run", "--rm", "--no-deps", "-T", "worker", "python", "-c", MAKE_BUCKET)
    stack.compose("up", "--detach")
    stack.wait_until_healthy()
    with stack.client() as client:
        log_in(client, stack.secret("AIRFLOW_ADMIN_PASSWORD"))
        unpause(client)
        yield client


def run_season(client: httpx.Client, season: int, disturb: Callable[[str], None]) -> list[dict[str, Any]]:
    """Run a season, call `disturb` with a host that reads letters, and return the run's task instances."""
    run = start_season(client, season, f"folder:{LETTERS}")
    deadline = time.monotonic() + SEASON_SECONDS
    while not (reading := [task for task in tasks_of(client, run) if _is_reading(task)]):
        if time.monotonic() > deadline:
            raise TrialError(f"no letter of {season} was read after {SEASON_SECONDS} s")
        time.sleep(0.5)
    disturb(reading[0]["hostname"])
    return wait_for(client, run, SEASON_SECONDS, retries=True)


def _is_reading(task: dict[str, Any]) -> bool:
    return task["task_id"] == "read" and task["state"] == "running" and bool(task["hostname"])


def leave(stack: Stack, host: str) -> None:
    """Disturb nothing."""


def kill_worker(stack: Stack, host: str) -> None:
    [reading] = [service for service in WORKERS if stack.host(service) == host]
    docker("restart", "--time", "0", stack.container(reading))


def take_store_away(stack: Stack, host: str) -> None:
    cut_off(stack, "object-store", STORE_AWAY_SECONDS)


def cut_off(stack: Stack, service: str, seconds: float) -> None:
    """Disconnect a service from its networks for some seconds, and connect it again."""
    container = stack.container(service)
    form = "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}"
    networks = docker("inspect", "--format", form, container).stdout.split()
    for network in networks:
        docker("network", "disconnect", network, container)
    time.sleep(seconds)
    for network in networks:
        docker("network", "connect", "--alias", service, network, container)


def restart_database(stack: Stack, host: str) -> None:
    stack.compose("restart", "postgres")


def add_worker(stack: Stack, host: str) -> None:
    stack.compose("up", "--detach", "--no-deps", "worker-two")


DISTURBANCES: tuple[tuple[str, Callable[[Stack, str], None]], ...] = (
    ("undisturbed", leave),
    ("a worker is killed", kill_worker),
    (f"the store is away for {STORE_AWAY_SECONDS} s", take_store_away),
    ("PostgreSQL is restarted", restart_database),
    ("a worker is added", add_worker),
)


def read_tables(stack: Stack) -> dict[str, str]:
    """Return the sha256 of each table of the release that is current in the object store."""
    return tables(stack.execute("worker", "python", "-c", READ_SUMS))


def _require_served(stack: Stack) -> None:
    """Require that PostgreSQL serves the release that is current in the object store."""
    current = stack.execute("worker", "python", "-c", READ_CURRENT).strip()
    psql = ("psql", "--username", "postgres", "--dbname", "redress", "--tuples-only", "--no-align")
    served = stack.execute("postgres", *psql, "--command", SERVED).strip()
    require("the release that PostgreSQL serves", served, current)
    print(f"  PostgreSQL serves {served}")


def _print_work(tasks: list[dict[str, Any]], hosts: dict[str, str]) -> None:
    names = {host: service for service, host in hosts.items()}
    done = Counter(names.get(task["hostname"], "a worker that is gone") for task in tasks if task["hostname"])
    again = [f"{task['task_id']} ({task['try_number']} tries)" for task in tasks if task["try_number"] > 1]
    print(f"  tasks: {dict(done)}; tried again: {', '.join(again) or 'none'}", flush=True)


def build_store(stack: Stack) -> str:
    """Build an image of moto's server with the versions of requirements.lock, and return the image's name."""
    lock = (PROJECT_FOLDER / "requirements.lock").read_text(encoding="utf-8")
    versions = dict(re.findall(r"^(moto|flask|flask-cors)(?:\[.*\])?==([\w.]+)", lock, re.MULTILINE))
    packages = " ".join(f"{name}[s3]=={v}" if name == "moto" else f"{name}=={v}" for name, v in versions.items())
    image = f"{stack.name}-object-store"
    arguments = ("--build-arg", f"BASE={python_base()}", "--build-arg", f"PACKAGES={packages}")
    docker("build", "--quiet", "--network", "host", *arguments, "--tag", image, str(STORE_FOLDER))
    return image


def prepare(stack: Stack, letters: Printed) -> None:
    stack.prepare(letters.settings | STORE | {"OBJECT_STORE_IMAGE": build_store(stack)})
    stack.compose("build")


def trial(stack: Stack, letters: Printed) -> None:
    """Take each season to a release on one machine and on two workers, and compare both.

    Raises TrialError at the first thing that is not as it should be.
    """
    with step("images"):
        prepare(stack, letters)
    with one_machine(stack, letters) as take, two_workers(stack) as client:
        hosts = {service: stack.host(service) for service in WORKERS}
        for season, (words, disturb) in zip(letters.seasons, cycle(DISTURBANCES), strict=False):
            with step(f"{letters.letters_count} letters of {season} on one machine, by `redress run`"):
                expected = take(season)
            if disturb is add_worker:
                stack.compose("stop", "worker-two")
            with step(f"{letters.letters_count} letters of {season} on two workers, {words}"):
                tasks = run_season(client, season, partial(disturb, stack))
            hosts |= {service: stack.host(service) for service in WORKERS}
            _print_work(tasks, hosts)
            found = read_tables(stack)
            differing = sorted(name for name in expected | found if expected.get(name) != found.get(name))
            require(f"tables that differ after {season}", differing, [])
            print(f"  {len(found)} tables are the same as on one machine, byte for byte")
            _require_served(stack)
            verified = stack.execute("worker", "redress", "archive", "verify")
            print(f"  archive: {verified.strip().splitlines()[-1]}", flush=True)
        stack.print_peaks()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=400, help="of each season")
    parser.add_argument("--seasons", type=int, default=len(DISTURBANCES))
    parser.add_argument("--name", default="redress-two", help="of the project and its images")
    given = parser.parse_args()
    try:
        print(require_engine())
        with tempfile.TemporaryDirectory(prefix="redress-two-") as temporary, bases():
            with step(f"{given.seasons} seasons of {given.letters} letters are printed"):
                letters = printed(Path(temporary) / "letters", given.seasons, given.letters)
            stack = Stack(given.name, Path(temporary), OVERRIDES)
            with removed(stack):
                trial(stack, letters)
    except (TrialError, subprocess.SubprocessError) as error:
        sys.exit(f"the trial failed: {error}")


if __name__ == "__main__":
    main()
