"""`make compose-trial`: run docker-compose.yml on a Docker engine, from the images to `down`, as the runbook says.

The trial has a project, images, ports and secrets of its own, and removes them at the end. Each step is printed
with its seconds, and the first step that fails ends the trial with a code that is not 0. Where no registry of
images is reached, base images are stand-ins (`bases.py`).

    .venv/bin/python -m tests.compose.trial_on_engine [--superset] [--faults] [--name redress-trial]
"""

import argparse
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.compose.airflow_api import DAG, TrialError, answer, log_in, require, start_season, unpause, wait_for
from tests.compose.bases import bases
from tests.compose.engine import Stack, docker, removed, require_engine, step
from tests.compose.faults import SOURCE, full_disk, stopped_during_a_task, without_the_api_server

SMALL_DISK = Path(__file__).parent / "small_disk.yml"
SEASON = 2021
SETTINGS = {"REDRESS_ADDITIONAL_AUTHORITIES": "/srv/incoming/authorities.csv"}
SEASON_SECONDS = 1200
READER = "bi_tool"
REACHED_BY = {
    ("postgres", 5432): {"api-server", "bi", "dag-processor", "postgres", "scheduler", "triggerer", "worker"},
    ("redis", 6379): {"redis", "scheduler", "worker"},
    ("api-server", 8080): {
        *("api-server", "dag-processor", "postgres", "scheduler", "triggerer", "worker"),
    },
}
"""For each server and its port, the services that reach the server, because they share a network with it."""
SERVED = (
    f"select release_id, count(*) from marts.release, marts.fct_annual_review where season = {SEASON} group by 1"  # noqa: S608 - a number of ours
)
STARTED = "select pg_postmaster_start_time()"
GREEDY = "select length(string_agg(repeat('x', 1000000), '')) from generate_series(1, 900)"
FORBIDDEN = {
    "redress": (
        "delete from marts.fct_annual_review",
        "create table marts.mine (one integer)",
        "create table public.mine (one integer)",
        "create temporary table mine (one integer)",
        "select lo_create(0)",
    ),
    "airflow": ("select 1",),
    "postgres": ("select 1",),
}
"""The statements that are refused to a reader's login, by the database that gets them."""


def trial(stack: Stack, superset: bool, faults: bool) -> None:
    """Take a stack through all steps. Raises TrialError at the first thing that is not as it should be."""
    nameless = _volumes_without_a_name()
    start(stack)
    with step("ports are published on loopback alone"):
        _require_loopback(stack)
    with step("each service reaches what it needs, and nothing else"):
        _require_apart(stack)
    with stack.client() as client:
        with step(f"a season through the Celery worker ({SEASON})"):
            log_in(client, stack.secret("AIRFLOW_ADMIN_PASSWORD"))
            unpause(client)
            wait_for(client, start_season(client, SEASON, SOURCE), SEASON_SECONDS)
        runs = answer(client, "GET", f"{DAG}/dagRuns")["dag_runs"]
        require("runs that nobody has asked for", [run for run in runs if run["run_type"] != "manual"], [])
        with step("reports: 200 with the login, 401 without"):
            _require_reports(client, stack)
        if faults:
            with step("a minute without the api-server while a release is built"):
                print(f"  {without_the_api_server(stack, client, SEASON + 1)}")
            with step("`docker compose stop` while a release is built, and up again"):
                print(f"  {stopped_during_a_task(stack, client, SEASON + 2)}")
    reader = secrets.token_hex(16)
    with step("a login of a BI tool reads, and writes nothing"):
        create = f"create role {READER} login password '{reader}' connection limit 10 in role redress_reader"
        stack.execute("postgres", "psql", "--username", "postgres", "--quiet", "--command", create)
        served = _require_reader(stack, reader)
    with step("a query that takes too much memory ends, and the server goes on"):
        before = stack.psql(STARTED, (READER, reader)).stdout
        require("out of memory", "out of memory" in stack.psql(GREEDY, (READER, reader)).stderr, True)
        require("the start of the server", stack.psql(STARTED, (READER, reader)).stdout, before)
    if superset:
        with step("Superset: build, up, healthy"):
            stack.compose("--profile", "bi", "build", "bi")
            stack.compose("--profile", "bi", "up", "--detach")
            stack.wait_until_healthy()
            _require_apart(stack)
    stack.print_peaks()
    with step("down and up again, with the volumes"):
        stack.compose("--profile", "*", "down")
        require("volumes without a name", _volumes_without_a_name() - nameless, set())
        stack.compose("up", "--detach")
        stack.wait_until_healthy()
    with step("back up, by the runbook"):
        stack.follow("Back up")
    with step("down, volumes too"):
        stack.compose("--profile", "*", "down", "--volumes")
    with step("restore, by the runbook"):
        stack.follow("Restore")
    with step("what was restored"):
        stack.execute("worker", "redress", "releases", "verify")
        require("release and rows for the login of the BI tool", _require_reader(stack, reader), served)
    with step("down, and nothing is left"):
        stack.compose("--profile", "*", "down", "--volumes")
        require("volumes without a name", _volumes_without_a_name() - nameless, set())
        require("what is left", _left(stack), {"container": "", "volume": "", "network": ""})


def trial_of_a_full_disk(stack: Stack) -> None:
    """Fill the disk while a release is built. Raises TrialError if the stack does not outlive a full disk."""
    start(stack)
    with stack.client() as client:
        log_in(client, stack.secret("AIRFLOW_ADMIN_PASSWORD"))
        unpause(client)
        wait_for(client, start_season(client, SEASON, SOURCE), SEASON_SECONDS)
        with step("a full disk while a release is built"):
            print(f"  {full_disk(stack, client, SEASON + 1)}")


def start(stack: Stack) -> None:
    """Write the secrets, build the images, start the services, and wait until all services are healthy."""
    with step(".env by the runbook's command"):
        stack.prepare(SETTINGS)
    with step("build"):
        stack.compose("build")
    with step("up"):
        stack.compose("up", "--detach")
    with step("healthy"):
        took = stack.wait_until_healthy()
    print("  " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in took.items()))


def _require_loopback(stack: Stack) -> None:
    published = [
        line
        for identity in stack.compose("ps", "--quiet").split()
        for line in docker("port", identity).stdout.splitlines()
    ]
    require("the number of published ports", len(published), 2)
    require("ports beyond loopback", [line for line in published if "-> 127.0.0.1:" not in line], [])


def _require_apart(stack: Stack) -> None:
    """Require that a server is reached from the containers of REACHED_BY, and from no other container."""
    running = set(stack.compose("ps", "--services").split())
    for (server, port), clients in REACHED_BY.items():
        knock = ("timeout", "5", "bash", "-c", f"</dev/tcp/{server}/{port}")
        reaching = {service for service in running if stack.succeeds(service, *knock)}
        require(f"services that reach {server}", sorted(reaching), sorted(clients & running))


def _require_reports(client: httpx.Client, stack: Stack) -> None:
    shown = client.get("/redress/reports/")
    require("reports with the login", shown.status_code, 200)
    require(f"a report of {SEASON} is named", str(SEASON) in shown.text, True)
    require("reports without a login", httpx.get(f"{stack.api_address}/redress/reports/").status_code, 401)


def _require_reader(stack: Stack, password: str) -> str:
    """Require that a reader's login reads the release and changes nothing.

    Return what the login reads: the release's name, and how many reviews of the season the release has.
    """
    read = stack.psql(SERVED, (READER, password))
    require(f"what a login of a BI tool reads ({read.stderr.strip()})", read.returncode, 0)
    for database, statements in FORBIDDEN.items():
        for statement in statements:
            done = stack.psql(statement, (READER, password), database)
            require(f"`{statement}` in {database} is refused", "denied" in done.stderr, True)
    print(f"  release and reviews of {SEASON}: {read.stdout.strip()}")
    return read.stdout


def _volumes_without_a_name() -> set[str]:
    names = docker("volume", "ls", "--quiet").stdout.split()
    return {name for name in names if len(name) == 64}


def _left(stack: Stack) -> dict[str, str]:
    label = f"label=com.docker.compose.project={stack.name}"
    listed = {"container": ("ls", "--all"), "volume": ("ls",), "network": ("ls",)}
    return {kind: docker(kind, *words, "--quiet", "--filter", label).stdout for kind, words in listed.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="redress-trial", help="of the project and its images")
    parser.add_argument(
        "--faults", action="store_true", help="the api-server away, a stop during a task, a full disk"
    )
    parser.add_argument("--superset", action="store_true", help="the profile `bi` too")
    given = parser.parse_args()
    started = time.monotonic()
    try:
        print(require_engine())
        with tempfile.TemporaryDirectory(prefix="redress-trial-") as temporary, bases() as origins:
            for name, origin in origins.items():
                print(f"  {name}: {origin}")
            stack = Stack(given.name, Path(temporary))
            with removed(stack):
                trial(stack, given.superset, given.faults)
        if given.faults:
            with tempfile.TemporaryDirectory(prefix="redress-trial-") as temporary, bases():
                small = Stack(given.name, Path(temporary), (SMALL_DISK,))
                with removed(small):
                    trial_of_a_full_disk(small)
    except (TrialError, subprocess.SubprocessError) as error:
        sys.exit(f"the trial failed after {time.monotonic() - started:.0f} s: {error}")
    print(f"the trial held, in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
