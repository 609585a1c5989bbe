"""Faults that a running stack has to outlive: the api-server away, a stop during a task, and a full disk."""

import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.compose.airflow_api import TrialError, require, start_season, tasks_of, wait_for
from tests.compose.engine import Stack

SOURCE = "folder:/srv/incoming/letters"
BUILD = "build_and_test"
AWAY_SECONDS = 60
RUN_SECONDS = 1200
FILLER = "/var/lib/redress/filler"
LEFT_KIBIBYTES = 4096


def without_the_api_server(stack: Stack, client: httpx.Client, season: int) -> str:
    """Stop the api-server for a minute while a release is built, and return words about the build.

    Raises TrialError unless the task that builds goes on and succeeds at its first try.
    """

    def disturb() -> None:
        stack.compose("stop", "api-server")
        time.sleep(AWAY_SECONDS)
        stack.compose("start", "api-server")
        stack.wait_until_healthy()

    return _disturbed(client, season, disturb)


def stopped_during_a_task(stack: Stack, client: httpx.Client, season: int) -> str:
    """Call `docker compose stop` while a release is built, start the stack again, and return words about the build.

    Raises TrialError unless the task that builds succeeds at its first try.
    """

    def disturb() -> None:
        stack.compose("stop")
        stack.compose("up", "--detach")
        stack.wait_until_healthy()

    return _disturbed(client, season, disturb)


def _disturbed(client: httpx.Client, season: int, disturb: Callable[[], None]) -> str:
    run = start_season(client, season, SOURCE)
    _wait_for_build(client, run, {"running"})
    disturb()
    build = _build(wait_for(client, run, RUN_SECONDS))
    require(f"tries of {BUILD}", build["try_number"], 1)
    return f"{BUILD} took {build['duration']:.0f} s, at its first try"


def full_disk(stack: Stack, client: httpx.Client, season: int) -> str:
    """Fill the disk before a release is built, make room after the build failed, and return words about the build.

    Raises TrialError if the failed build leaves anything behind, or if the run does not succeed with room.
    """
    free = int(stack.execute("worker", "df", "--output=avail", "/var/lib/redress").split()[-1])
    stack.execute("worker", "fallocate", "--length", f"{free - LEFT_KIBIBYTES}KiB", FILLER)
    run = start_season(client, season, SOURCE)
    _wait_for_build(client, run, {"up_for_retry"})
    left = stack.execute("worker", "sh", "-c", "ls /var/lib/redress/warehouse/incoming")
    require("what the failed build left", left, "")
    stack.execute("worker", "rm", FILLER)
    build = _build(wait_for(client, run, RUN_SECONDS, retries=True))
    return f"{BUILD} needed {build['try_number']} tries"


def _wait_for_build(client: httpx.Client, run: str, states: set[str]) -> None:
    deadline = time.monotonic() + RUN_SECONDS
    while _build(tasks_of(client, run))["state"] not in states:
        if time.monotonic() > deadline:
            raise TrialError(f"{BUILD} was never {' or '.join(states)}: {_build(tasks_of(client, run))['state']}")
        time.sleep(0.5)


def _build(tasks: list[dict[str, Any]]) -> dict[str, Any]:
    return next(task for task in tasks if task["task_id"] == BUILD)
