"""Kill Airflow's scheduler, its workers and their tasks at random points of a season's run; part of `make soak`.

Each run acquires, reads, builds and publishes the season into an empty home. On the run's way, once or several
times, something is killed: the scheduler alone, while its tasks go on; the scheduler with all that it started; a
worker, while its task goes on; or a task. A scheduler is started again at once. A run that Airflow gives up after a
task's retries is cleared, as a person would do it. In the end the home must have the release of an undisturbed run,
with nothing lost, nothing twice, and nothing half written.

    python -m tests.orchestration.local.soak [--kills 50] [--seed 1]
"""

import argparse
import random
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from filelock import Timeout

from redress.acquire.archive import Archive
from redress.model.season import Season
from redress.steps.record import step_summaries
from redress.warehouse.build import warehouse_identity
from redress.warehouse.landing import Landing
from redress.warehouse.releases.checksums import damage
from redress.warehouse.releases.history import Happening
from redress.warehouse.releases.listing import known_releases
from redress.warehouse.releases.releases import Releases
from redress.warehouse.writer_lock import WriterLock
from tests.interrupted import SoakError
from tests.orchestration.local.running import RUN_SECONDS, RunningAirflow, running_airflow

SEASON = Season(2022)
KINDS = ("scheduler alone", "scheduler with all", "worker", "task")
LEAST_SECONDS = 0.5
KILLS_ON_THE_WAY = 6
"""The average number of kills in the time that an undisturbed run takes, and the most kills of one run."""
STEPS = (
    "plan",
    "acquire 1",
    "take stock",
    "data tables",
    "read 1",
    "check",
    "build",
    "release",
    "data docs",
    "site",
    "report",
)
KEPT = "airflow_up"
"""The folder that stays when a home is emptied: Airflow's own folder."""


@dataclass(frozen=True)
class Whole:
    """The result of an undisturbed run of the season."""

    identity: str
    landed: str
    archived_count: int
    seconds: float


@dataclass(frozen=True)
class Kill:
    """One kill: what was killed, how far the run was, and which tasks were at work."""

    kind: str
    after_seconds: float
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class Killed:
    """A run that was killed on its way: each kill, how often the run was cleared, and how long it took in all."""

    kills: tuple[Kill, ...]
    cleared_count: int
    seconds: float


def empty(airflow: RunningAirflow) -> None:
    """Remove the results of runs from a home. No run may be at work in the home."""
    for path in airflow.settings.home.iterdir():
        if path.is_dir() and path.name != KEPT:
            shutil.rmtree(path)


def undisturbed(airflow: RunningAirflow) -> Whole:
    """Run the season into an empty home, and return the result."""
    empty(airflow)
    started = time.monotonic()
    run_id = airflow.trigger(season=SEASON.year)
    if airflow.wait(run_id) != "success":
        raise SoakError(f"undisturbed, {run_id} failed")
    seconds = time.monotonic() - started
    settings = airflow.settings
    verified = Archive(settings.archive_address).verify()
    identity, landed = warehouse_identity(settings), Landing(settings.landing_folder).content_hash()
    whole = Whole(identity, landed, verified.files_count, seconds)
    check(airflow, run_id, whole)
    return whole


def kill_on_the_way(airflow: RunningAirflow, whole: Whole, chance: random.Random, kinds: Sequence[str]) -> Killed:
    """Run the season into an empty home, and do these kills one after the other until the run ends.

    Raises SoakError if anything is incomplete afterwards.
    """
    empty(airflow)
    started = time.monotonic()
    run_id = airflow.trigger(season=SEASON.year)
    kills: list[Kill] = []
    cleared_count = 0
    for kind in kinds:
        killed_at = time.monotonic() + chance.uniform(LEAST_SECONDS, 2 * whole.seconds / KILLS_ON_THE_WAY)
        while time.monotonic() < killed_at and not _is_over(airflow, run_id):
            time.sleep(0.05)
        tasks = _at_work(airflow, run_id)
        if _is_over(airflow, run_id) or not _kill(airflow, run_id, kind, chance):
            break
        kills.append(Kill(kind, time.monotonic() - started, tasks))
    while airflow.wait(run_id) != "success":
        if cleared_count == len(kinds):
            raise SoakError(f"{run_id} failed {len(kinds) + 1} times: {kills}")
        airflow.clear(run_id, only_failed=True)
        airflow.wait_for(lambda: airflow.state(run_id) != "failed", f"{run_id} was cleared and does not begin")
        cleared_count += 1
    seconds = time.monotonic() - started
    check(airflow, run_id, whole)
    return Killed(tuple(kills), cleared_count, seconds)


def check(airflow: RunningAirflow, run_id: str, whole: Whole) -> None:
    """Raise SoakError unless a home holds all that an undisturbed run leaves, exactly once, and nothing else."""
    settings = airflow.settings
    _wait_for_writers(airflow)
    releases = Releases(settings.warehouse_folder)
    current = releases.current()
    verified = Archive(settings.archive_address).verify()
    summaries = step_summaries(airflow.record(run_id))
    became = [one.release for one in releases.history.events() if one.what is Happening.CURRENT]
    rubbish = [
        str(path.relative_to(settings.home))
        for pattern in (
            "landing/**/*.incoming",
            "warehouse/incoming/*",
            "warehouse/.current.*",
            "archive/incoming/*",
        )
        for path in settings.home.glob(pattern)
    ]
    rubbish += [str(path) for path in (settings.work_folder / "acquiring").glob("*/*")]
    found = {
        "the current release": (None if current is None else current.name, whole.identity),
        "what is damaged in it": (() if current is None else damage(current), ()),
        "the releases": ([one.identity for one in known_releases(releases)], [whole.identity]),
        "what became current": (became, [whole.identity]),
        "what is landed": (Landing(settings.landing_folder).content_hash(), whole.landed),
        "the archive's files": (verified.files_count, whole.archived_count),
        "the archive's cards": (verified.cards_count, whole.archived_count),
        "what verify finds": (verified.findings, ()),
        "what is half written": (rubbish, []),
        "the steps that are recorded": (sorted(one.name for one in summaries), sorted(STEPS)),
        "the steps that did not end well": ([one.name for one in summaries if one.state != "done"], []),
    }
    wrong = [
        f"{what}: {is_so}, and not {expected}" for what, (is_so, expected) in found.items() if is_so != expected
    ]
    if wrong:
        raise SoakError(f"after {run_id} in {settings.home}\n" + "\n".join(wrong))


def _kill(airflow: RunningAirflow, run_id: str, kind: str, chance: random.Random) -> bool:
    """Kill a process of this kind as soon as there is one. Return False if the run ends before.

    Raise SoakError if neither happens within RUN_SECONDS.
    """
    if kind.startswith("scheduler"):
        airflow.kill_scheduler(is_alone=kind == "scheduler alone")
        return True
    until = time.monotonic() + RUN_SECONDS
    while not _is_over(airflow, run_id):
        found = airflow.at_work(kind)
        if found:
            chance.choice(found).kill()
            return True
        if time.monotonic() > until:
            raise SoakError(f"for {RUN_SECONDS:g} s {run_id} is not over and has no {kind} to kill")
        time.sleep(0.05)
    return False


def _is_over(airflow: RunningAirflow, run_id: str) -> bool:
    return airflow.state(run_id) in ("success", "failed")


def _at_work(airflow: RunningAirflow, run_id: str) -> tuple[str, ...]:
    return tuple(one.task_id for one in airflow.tasks(run_id) if one.state == "running")


def _wait_for_writers(airflow: RunningAirflow) -> None:
    """Wait until no task that outlived its scheduler or its worker holds the writer lock."""
    try:
        with WriterLock(airflow.settings).acquire(timeout=RUN_SECONDS):
            pass
    except Timeout:
        raise SoakError(f"after {RUN_SECONDS:g} s somebody still writes in {airflow.settings.home}") from None


def main() -> None:
    """Do this many kills, each at another random point, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - not for secrets
    done: list[Killed] = []
    with running_airflow() as airflow:
        whole = undisturbed(airflow)
        print(f"season {SEASON}; undisturbed {whole.seconds:.1f} s; seed {options.seed}\n")
        print("| kill | run | killed | after s | tasks at work |\n|---:|---:|---|---:|---|", flush=True)
        count = 0
        while count < options.kills:
            kinds = chance.choices(KINDS, k=min(KILLS_ON_THE_WAY, options.kills - count))
            one = kill_on_the_way(airflow, whole, chance, kinds)
            done.append(one)
            for kill in one.kills:
                count += 1
                cells = (count, len(done), kill.kind, f"{kill.after_seconds:.1f}", ", ".join(kill.tasks) or "none")
                print(f"| {' | '.join(map(str, cells))} |", flush=True)
    killed = Counter(kill.kind for one in done for kill in one.kills)
    print(f"\nkilled: {', '.join(f'{killed[kind]} times {kind}' for kind in KINDS)}")
    print(f"runs: {len(done)}, cleared: {sum(one.cleared_count for one in done)} times")
    print("after each run: the release of an undisturbed one, nothing lost, nothing twice, nothing half written")


if __name__ == "__main__":
    main()
