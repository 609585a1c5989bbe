"""`make soak-compose`: kill services of two workers without a common disk at random points, on a Docker engine.

Before each run the state in the object store is removed, so that the run does everything again. After a random time
a random service is killed (SIGKILL, and started again), or the store is away for a random time. The run must
succeed, the tables of its release must be those of a run on one machine, byte for byte, and the archive must be
whole. If Airflow gives a run up, because a task has used up its tries, the run's failed tasks are cleared once, as
a person would do it. The first run that does not end so ends the soak.

    .venv/bin/python -m tests.compose.soak [--kills 20] [--letters 40] [--seed 1] [--name redress-soak]
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.compose.airflow_api import DAG, TrialError, answer, require, start_season, tasks_of, wait_for
from tests.compose.bases import bases
from tests.compose.engine import Stack, docker, removed, require_engine, step
from tests.compose.two_workers import (
    LETTERS,
    OVERRIDES,
    Printed,
    cut_off,
    one_machine,
    prepare,
    printed,
    read_tables,
    two_workers,
)

IMPATIENT = Path(__file__).parent / "impatient.yml"
VICTIMS = ("api-server", "object-store", "postgres", "redis", "scheduler", "worker", "worker-two")
LONGEST_AWAY_SECONDS = 60
RUN_SECONDS = 1800
REMOVE_STATE = "import s3fs; s3fs.S3FileSystem().rm('redress/state', recursive=True)"


def soak(stack: Stack, letters: Printed, kills: int, chance: random.Random) -> None:
    """Run the season undisturbed, then once for each kill, and print a line for each.

    Raises TrialError at the first run that does not succeed or leaves other tables than one machine.
    """
    [season] = letters.seasons
    with step("images, and the season on one machine"):
        prepare(stack, letters)
        with one_machine(stack, letters) as take:
            expected = take(season)
    with two_workers(stack) as client:
        started = time.monotonic()
        wait_for(client, start_season(client, season, f"folder:{LETTERS}"), RUN_SECONDS)
        undisturbed = time.monotonic() - started
        require("tables without a kill", read_tables(stack), expected)
        print(
            f"undisturbed: {undisturbed:.0f} s\n\n| kill | killed | after s | tasks at work | tries | cleared | s |"
        )
        print("|---:|---|---:|---|---|---:|---:|", flush=True)
        for number in range(1, kills + 1):
            stack.execute("worker", "python", "-c", REMOVE_STATE)
            cells = _killed(stack, client, season, chance.choice(VICTIMS), chance.uniform(0, undisturbed), chance)
            require(f"tables after kill {number}", read_tables(stack), expected)
            stack.execute("worker", "redress", "archive", "verify")
            print(f"| {number} | {' | '.join(cells)} |", flush=True)


def _killed(
    stack: Stack, client: httpx.Client, season: int, victim: str, after: float, chance: random.Random
) -> tuple[str, ...]:
    started = time.monotonic()
    run = start_season(client, season, f"folder:{LETTERS}")
    time.sleep(after)
    at_work = sorted({task["task_id"] for task in tasks_of(client, run) if task["state"] == "running"})
    if victim == "object-store":
        away = chance.uniform(5, LONGEST_AWAY_SECONDS)
        cut_off(stack, victim, away)
        victim = f"{victim}, away for {away:.0f} s"
    else:
        docker("restart", "--time", "0", stack.container(victim))
    cleared = 0
    while True:
        try:
            tasks = wait_for(client, run, RUN_SECONDS, retries=True)
            break
        except TrialError:
            if cleared == 1:
                raise
            cleared += 1
            body = {"dry_run": False, "dag_run_id": run.rpartition("/")[2], "only_failed": True}
            answer(client, "POST", f"{DAG}/clearTaskInstances", body)
    stack.wait_until_healthy()
    again = [f"{task['task_id']} {task['try_number']}" for task in tasks if task["try_number"] > 1]
    seconds = time.monotonic() - started
    names = (", ".join(at_work) or "none", ", ".join(again) or "1")
    return victim, f"{after:.0f}", *names, str(cleared), f"{seconds:.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--letters", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--name", default="redress-soak", help="of the project and its images")
    given = parser.parse_args()
    chance = random.Random(given.seed)  # noqa: S311 - repeatable, and nothing is secret
    try:
        print(f"{require_engine()}; seed {given.seed}, {given.letters} letters")
        with tempfile.TemporaryDirectory(prefix="redress-soak-") as temporary, bases():
            letters = printed(Path(temporary) / "letters", 1, given.letters)
            stack = Stack(given.name, Path(temporary), (*OVERRIDES, IMPATIENT))
            with removed(stack):
                soak(stack, letters, given.kills, chance)
    except (TrialError, subprocess.SubprocessError) as error:
        sys.exit(f"the soak failed: {error}")
    print("\nall held")


if __name__ == "__main__":
    main()
