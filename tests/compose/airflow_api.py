"""Use Airflow's API as a person with the login does: log in, start a season, wait for the run's end."""

import time
from typing import Any

import httpx

from redress.orchestration.names import ANNUAL_LETTERS, POOLS

DAG = f"/api/v2/dags/{ANNUAL_LETTERS}"
KNOWN_SECONDS = 180


class TrialError(Exception):
    """Something is not as it should be; the message says what was found."""


class AwayError(TrialError):
    """The api-server or its database does not answer now; the message says how."""


def log_in(client: httpx.Client, password: str) -> None:
    """Log a client in as `admin`.

    Raises TrialError where the API answers a client without the password, or where a pool is missing or does not
    have exactly one slot.
    """
    require("pools without a login", client.get("/api/v2/pools").status_code, 401)
    wrong = client.post("/auth/token", json={"username": "admin", "password": "wrong"})
    require("a login with a wrong password", wrong.status_code, 401)
    right = client.post("/auth/token", json={"username": "admin", "password": password})
    require("a login with the password", right.status_code, 201)
    client.headers["Authorization"] = f"Bearer {right.json()['access_token']}"
    pools = {pool["name"]: pool["slots"] for pool in answer(client, "GET", "/api/v2/pools")["pools"]}
    require("the pools", {name: pools.get(name) for name in POOLS}, dict.fromkeys(POOLS, 1))


def unpause(client: httpx.Client) -> None:
    """Unpause the dag once Airflow knows it."""
    deadline = time.monotonic() + KNOWN_SECONDS
    while client.get(DAG).status_code == 404 and time.monotonic() < deadline:
        time.sleep(1)
    answer(client, "PATCH", DAG, {"is_paused": False})


def start_season(client: httpx.Client, season: int, source: str) -> str:
    """Trigger a run of `annual_letters` for a season, and return the run's path in the API."""
    body = {"logical_date": None, "conf": {"season": season, "source": source}}
    return f"{DAG}/dagRuns/" + str(answer(client, "POST", f"{DAG}/dagRuns", body)["dag_run_id"])


def run_state(client: httpx.Client, run: str) -> str:
    return str(answer(client, "GET", run)["state"])


def tasks_of(client: httpx.Client, run: str) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = answer(client, "GET", f"{run}/taskInstances?limit=500")["task_instances"]
    return tasks


def wait_for(client: httpx.Client, run: str, seconds: float, *, retries: bool = False) -> list[dict[str, Any]]:
    """Wait until a run is a success, and return the run's task instances.

    Raises TrialError if the run fails or takes longer than `seconds`, and, unless `retries` is true, if a task
    fails or waits for another try.
    """
    stopping = set() if retries else {"failed", "upstream_failed", "up_for_retry"}
    deadline = time.monotonic() + seconds
    while True:
        try:
            tasks, state = tasks_of(client, run), run_state(client, run)
        except (httpx.TransportError, AwayError):  # the api-server or its database starts again
            if time.monotonic() > deadline:
                raise
            time.sleep(1)
            continue
        states = {f"{task['task_id']} {task['map_index']}": task["state"] for task in tasks}
        if state == "success":
            return tasks
        if state == "failed" or stopping & set(states.values()) or time.monotonic() > deadline:
            raise TrialError(f"{run} is {state} and no success; its tasks are {states}")
        time.sleep(1)


def answer(client: httpx.Client, method: str, path: str, body: Any = None) -> Any:
    """Ask the API, and return the answer.

    Raises AwayError where the server has a fault, and TrialError for any other failure.
    """
    response = client.request(method, path, json=body)
    if not response.is_success:
        error = AwayError if response.is_server_error else TrialError
        raise error(f"{method} {path}: {response.status_code} {response.text}")
    return response.json()


def require(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise TrialError(f"{what}: found {found}, expected {expected}")
