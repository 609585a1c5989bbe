"""Run each service of docker-compose.yml as a plain process, and one season through the Celery worker.

This trial is for machines without Docker. Commands, environments and health checks are taken from the file, with
places of this machine in place of the containers' places (`processes.py` says which). PostgreSQL comes with pip;
Redis has to be installed. What needs Docker itself (volumes, the network, restarts) is not tried.

    python3.11 -m venv ENVIRONMENT
    ENVIRONMENT/bin/pip install --no-deps --require-hashes -r requirements-compose.lock
    ENVIRONMENT/bin/pip install --no-deps --no-build-isolation --editable .
    .venv/bin/python -m tests.compose.trial ENVIRONMENT
"""

import argparse
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from redress.orchestration.names import ANNUAL_LETTERS
from tests.compose.airflow_api import log_in, require, start_season, unpause, wait_for
from tests.compose.composition import SECRETS
from tests.compose.password_server import password_server
from tests.compose.processes import REDIS_IS_MISSING, Processes, processes, redis_is_here

SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer", "worker")
HEALTHY_SECONDS = 180
RUN_SECONDS = 600
LOG_SECONDS = 15
"""The most seconds to wait for the worker's log, because a run is a success before the worker has written that the
run's last task ended."""
SEASON = 2021

BACKFILL = (
    *("airflow", "backfill", "create", "--dag-id", ANNUAL_LETTERS),
    *("--from-date", "2022-01-01", "--to-date", "2023-12-31"),
)
YEARS = ["2022", "2023"]


def start_all(services: Processes) -> None:
    """Start each service after the services that it waits for, and wait until all of them are healthy."""
    services.start("redis")
    print(f"redis: healthy after {services.wait_until_healthy('redis', 10):.1f} s")
    for name in ("databases", "airflow-init"):
        started = time.monotonic()
        services.run_to_end(name)
        print(f"{name}: done in {time.monotonic() - started:.1f} s")
    for name in SERVICES:
        services.start(name)
    started = time.monotonic()
    for name in SERVICES:
        services.wait_until_healthy(name, HEALTHY_SECONDS)
        print(f"{name}: healthy {time.monotonic() - started:.1f} s after the start")


def run_season(services: Processes, client: httpx.Client) -> list[dict[str, Any]]:
    """Run `annual_letters` once over a season of the samples, and return the run's task instances.

    Raises TrialError where the run fails.
    """
    unpause(client)
    run = start_season(client, SEASON, f"folder:{services.places['/srv/incoming']}/letters")
    return wait_for(client, run, RUN_SECONDS)


def elsewhere(tasks: list[dict[str, Any]], services: Processes) -> list[str]:
    """Return the names of the tasks that did not end well in the worker, by the worker's log.

    The log gets some seconds, because the worker writes a task's end later than Airflow knows it. A task that does
    nothing is left out, because it runs in no process: the scheduler ends it by itself.
    """
    awaited = {task["id"]: task["task_id"] for task in tasks if task["operator_name"] != "EmptyOperator"}
    deadline = time.monotonic() + LOG_SECONDS
    while True:
        lines = services.log("worker").read_text().splitlines()
        ended = [line for line in lines if "Workload finished" in line and "final_state=success" in line]
        missing = [name for key, name in awaited.items() if not any(key in line for line in ended)]
        if not missing or time.monotonic() > deadline:
            return missing
        time.sleep(0.5)


def trial(environment: Path, folder: Path) -> None:
    """Start all services, run a season, look at what came of it, and stop the services.

    Raises TrialError or ServiceError at the first thing that is not as it should be.
    """
    with password_server() as server, processes(folder, server, environment) as services:
        start_all(services)
        with httpx.Client(base_url=services.api_address, timeout=30) as client:
            log_in(client, SECRETS["AIRFLOW_ADMIN_PASSWORD"])
            started = time.monotonic()
            tasks = run_season(services, client)
        print(f"{ANNUAL_LETTERS} of {SEASON}: {len(tasks)} task instances, {time.monotonic() - started:.0f} s")
        planned = services.execute("scheduler", *BACKFILL, "--dry-run")
        require("the years of a backfill", sorted(set(re.findall(r"\b(20\d\d)-08-15", planned))), YEARS)
        require("tasks that did not end in the Celery worker", elsewhere(tasks, services), [])
        with server.connect("redress_publisher", SECRETS["PUBLISHER_DB_PASSWORD"], "redress") as connection:
            [(served,)] = connection.execute("select release_id from marts.release").fetchall()
        require("what PostgreSQL serves", served, (folder / "redress/warehouse/current").resolve().name)
        print(f"release {served} is current, and PostgreSQL serves it")
        for name in reversed(list(services.running)):
            started = time.monotonic()
            services.stop(name)
            print(f"{name}: stopped in {time.monotonic() - started:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environment", type=Path, help="a Python environment with requirements-compose.lock")
    parser.add_argument("--logs", type=Path, help="a folder for everything that the services write; kept")
    given = parser.parse_args()
    if not redis_is_here():
        sys.exit(REDIS_IS_MISSING)
    if not (given.environment / "bin" / "celery").exists():
        sys.exit(f"{given.environment} is no environment with requirements-compose.lock: it has no bin/celery")
    with tempfile.TemporaryDirectory(prefix="redress-compose-") as temporary:
        trial(given.environment.absolute(), (given.logs or Path(temporary)).absolute())


if __name__ == "__main__":
    main()
