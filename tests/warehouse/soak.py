"""Kill the building and publishing of releases at random points, each time another; part of `make soak`.

After each kill the release before it must be current and undamaged, or the new one whole. Then the same is run to
its end: the new release must be current, and nothing may be left of the one that was killed.

    python -m tests.warehouse.soak [--small 20] [--whole 10] [--seed 1]
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from redress.warehouse.checksums import damage
from redress.warehouse.releases import Releases
from tests.warehouse.invented import write_councils, write_landing
from tests.warehouse.numbered import identity_of, number_of

PROJECT = Path(__file__).resolve().parents[2]
KEPT = 2


class SoakError(AssertionError):
    """After a kill something is not as it should be; the message says what was found."""


def small(warehouse: Path, number: int, kill_at: int) -> subprocess.CompletedProcess[str]:
    """Publish a small release in a process of its own; killed at a point, or not at all where that is 0."""
    return subprocess.run(
        _command("small", str(warehouse), str(number), str(kill_at)),
        cwd=PROJECT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def points(warehouse: Path) -> int:
    """How many points there are at which publishing can be killed, once there are enough releases to prune."""
    for number in range(1, KEPT + 2):
        done = small(warehouse, number, 0)
        if done.returncode != 0:
            raise SoakError(done.stderr)
    return int(done.stdout.splitlines()[-1])


def kill_small(warehouse: Path, number: int, kill_at: int) -> str:
    """One kill on the way from release `number - 1` to `number`, one run to the end; what readers had."""
    killed = small(warehouse, number, kill_at)
    if killed.returncode != -signal.SIGKILL:
        raise SoakError(f"not killed at {kill_at}: it ended with {killed.returncode}\n{killed.stderr}")
    releases = Releases(warehouse)
    current = require_intact(releases)
    had = number_of(current)
    if current.name != identity_of(had) or had not in (number - 1, number):
        raise SoakError(f"killed at {kill_at} on the way to {number}, {current.name} is current and says {had}")
    # what is current already is not built again: then the run after it is the next that publishes
    following = number if had == number - 1 else number + 1
    done = small(warehouse, following, 0)
    if done.returncode != 0:
        raise SoakError(f"killed at {kill_at}, the next run ended with {done.returncode}\n{done.stderr}")
    if number_of(require_intact(releases)) != following:
        raise SoakError(f"killed at {kill_at}, the next run did not make {following} current")
    require_nothing_left(releases)
    return "the one before" if had == number - 1 else "the new one"


class WholeHome:
    """A home with invented letters landed, of which dbt builds another release for each number of councils."""

    def __init__(self, home: Path) -> None:
        self.home = home
        write_landing(home / "landing")
        write_councils(home / "councils.csv")
        self.releases = Releases(home / "warehouse")
        started = time.monotonic()
        self.run()
        self.seconds = time.monotonic() - started

    def start(self) -> subprocess.Popen[str]:
        """A run in a process group of its own."""
        ours = {
            "REDRESS_HOME": str(self.home),
            "REDRESS_ADDITIONAL_AUTHORITIES": str(self.home / "councils.csv"),
            "REDRESS_RELEASES_KEPT": str(KEPT),
        }
        return subprocess.Popen(
            _command("whole"),
            cwd=PROJECT,
            env=_environment() | ours,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self) -> str:
        """A run to its end; the identity of what is current then."""
        process = self.start()
        out, error = process.communicate()
        if process.returncode != 0:
            raise SoakError(error)
        return out.splitlines()[-1]

    def kill_once(self, number: int, after_seconds: float, *, is_alone: bool) -> str:
        """A change, a run that is killed after some seconds, alone or with its dbt, and a run to the end."""
        with (self.home / "councils.csv").open("a") as file:
            file.write(f"SOAK-{number},Invented Soak Council {number},Soak {number},district,,1974-04-01,\n")
        before = require_intact(self.releases)
        process = self.start()
        time.sleep(after_seconds)
        if is_alone:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        between = require_intact(self.releases)
        identity = self.run()
        if require_intact(self.releases).name != identity or identity == before.name:
            raise SoakError(f"killed after {after_seconds:.1f} s, the next run left {identity} current")
        require_nothing_left(self.releases)
        return "the one before" if between == before else "the new one"


def require_intact(releases: Releases) -> Path:
    """The current release, every file of which is what its checksums say."""
    current = releases.current()
    if current is None:
        raise SoakError("no release is current")
    found = damage(current)
    if found:
        raise SoakError(f"{current.name} is damaged: {found}")
    with duckdb.connect(str(current / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("select count(*) from marts.fct_figure")
    return current


def require_nothing_left(releases: Releases) -> None:
    """Nothing lies in a warehouse but the releases that are kept, whole, and what points at them."""
    left = [path.name for path in (releases.folder / "incoming").glob("*")]
    left += [path.name for path in releases.folder.iterdir() if path.name.startswith(".")]
    kept = list((releases.folder / "releases").iterdir())
    damaged = {path.name: damage(path) for path in kept if damage(path)}
    if left or damaged or len(kept) > KEPT or releases.history.begun() is not None:
        raise SoakError(f"left behind: {left}; damaged: {damaged}; releases: {[path.name for path in kept]}")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tests.warehouse.interrupted_release", *arguments]


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'plugins'}"}


def main() -> None:
    """So many kills of each kind, each at another random point; a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=20)
    parser.add_argument("--whole", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - not for secrets
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Path(folder) / "small"
        most = points(warehouse)
        print(f"small releases: {most} points; seed {options.seed}\n")
        print("| kill | at | readers had in between |\n|---:|---:|---|")
        number = KEPT + 1
        for kill in range(options.small):
            kill_at = chance.randint(1, most)
            had = kill_small(warehouse, number + 1, kill_at)
            number += 1 if had == "the one before" else 2
            print(f"| {kill + 1} | point {kill_at} | {had} |", flush=True)
        if options.whole:
            home = WholeHome(Path(folder) / "whole")
            print(f"\nbuilt by dbt: {home.seconds:.1f} s undisturbed\n")
            print("| kill | after, s | with its dbt | readers had in between |\n|---:|---:|---|---|")
        for kill in range(options.whole):
            after, is_alone = chance.uniform(0, home.seconds), kill % 2 == 0
            had = home.kill_once(kill, after, is_alone=is_alone)
            print(f"| {kill + 1} | {after:.1f} | {'no' if is_alone else 'yes'} | {had} |", flush=True)
    print("\nafter each: a whole release current, and after the next run the new one, and nothing left behind")


if __name__ == "__main__":
    main()
