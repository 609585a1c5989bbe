"""A program that kills the building, publishing and serving of releases at random points; part of `make soak`.

After each kill the earlier release must be current and undamaged, or the new release current and whole. Then
another run goes to its end: after that run the new release must be current, and nothing may be left of the killed
run. The same must be true of the release that PostgreSQL serves.

    python -m tests.warehouse.soak [--small 20] [--whole 10] [--served 30] [--seed 1]
"""

import argparse
import os
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import duckdb

from redress.settings import Settings
from redress.warehouse.releases.checksums import damage
from redress.warehouse.releases.releases import Releases
from redress.warehouse.serving.postgres import serve_current
from redress.warehouse.serving.statements import RELEASE_TABLE, SCHEMA
from redress.warehouse.serving.tables import served_tables
from tests.interrupted import SoakError, last_line, require_killed, run_module, start_module
from tests.warehouse.invented import write_councils, write_landing
from tests.warehouse.numbered import identity_of, number_of
from tests.warehouse.postgres_server import BI_TOOL, Database, running_server
from tests.warehouse.served_releases import served_number, small_release

INTERRUPTED = "tests.warehouse.interrupted_release"
KEPT = 2
SERVED_COUNCILS_COUNT = 200
"""The number of councils in a release that is served: so many rows in one mart, and four times as many in the
other."""


def small(warehouse: Path, number: int, kill_at: int) -> subprocess.CompletedProcess[str]:
    """Publish a small release in a process that is killed at the point `kill_at`, or not killed if that is 0."""
    return run_module(INTERRUPTED, "small", warehouse, number, kill_at)


def points(warehouse: Path) -> int:
    """Return at how many points publishing can be killed, once there are enough releases to remove an old one."""
    counts = [int(last_line(small(warehouse, number, 0))) for number in range(1, KEPT + 2)]
    return counts[-1]


def kill_small(warehouse: Path, number: int, kill_at: int) -> str:
    """Kill a run on the way from release `number - 1` to `number`, and let another run end.

    Return which release readers had between the two runs.
    """
    require_killed(small(warehouse, number, kill_at), kill_at)
    releases = Releases(warehouse)
    current = require_intact(releases)
    had = number_of(current)
    if current.name != identity_of(had) or had not in (number - 1, number):
        raise SoakError(f"killed at {kill_at} on the way to {number}, {current.name} is current and says {had}")
    # a release that is current already is not built again: then the next run that publishes makes `number + 1`
    following = number if had == number - 1 else number + 1
    last_line(small(warehouse, following, 0), f"killed at {kill_at}")
    if number_of(require_intact(releases)) != following:
        raise SoakError(f"killed at {kill_at}, the next run did not make {following} current")
    require_nothing_left(releases)
    return "the one before" if had == number - 1 else "the new one"


class WholeHome:
    """A home with letters to invented councils. For each council that is added, dbt builds another release."""

    def __init__(self, home: Path) -> None:
        self.home = home
        write_landing(home / "landing")
        write_councils(home / "councils.csv")
        self.releases = Releases(home / "warehouse")
        started = time.monotonic()
        self.run()
        self.seconds = time.monotonic() - started

    def start(self) -> subprocess.Popen[str]:
        """Start a run in a process group of its own, and return its process."""
        ours = {
            "REDRESS_HOME": str(self.home),
            "REDRESS_ADDITIONAL_AUTHORITIES": str(self.home / "councils.csv"),
            "REDRESS_RELEASES_KEPT": str(KEPT),
        }
        return start_module(INTERRUPTED, "whole", environment=ours)

    def run(self) -> str:
        """Let a run go to its end, and return the identity of the release that is current then."""
        process = self.start()
        out, error = process.communicate()
        return last_line(subprocess.CompletedProcess(process.args, process.returncode, out, error))

    def kill_once(self, number: int, after_seconds: float, *, is_alone: bool) -> str:
        """Add a council, kill a run after some seconds, alone or with its dbt, and let another run end.

        Return which release readers had between the two runs.
        """
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


class ServedHome:
    """A home with small releases, each of which PostgreSQL serves; for each kill there is another release."""

    def __init__(self, home: Path, database: Database) -> None:
        self.settings = Settings(home=home, serve_url=database.address())  # type: ignore[arg-type]
        self.releases = Releases(self.settings.warehouse_folder)
        self.database = database
        self.number = 0
        self.make_next_current()
        serve_current(self.settings)
        self.make_next_current()
        self.points = int(last_line(self.serve(0)))
        """The number of points at which serving can be killed, if another release is served already."""

    def make_next_current(self) -> None:
        """Make another release, and make it current in the home."""
        self.number += 1
        small_release(self.releases.folder / "releases", self.number, SERVED_COUNCILS_COUNT)
        self.releases.point_at(identity_of(self.number))

    def serve(self, kill_at: int) -> subprocess.CompletedProcess[str]:
        """Serve the current release in a process that is killed at `kill_at`, or not killed if that is 0."""
        ours = {"REDRESS_HOME": str(self.settings.home), "REDRESS_SERVE_URL": self.database.address()}
        return run_module("tests.warehouse.interrupted_serving", kill_at, environment=ours)

    def kill_once(self, kill_at: int) -> str:
        """Make another release, kill a process that is serving the release, and serve the release to the end.

        Return which release readers had after the kill.
        """
        self.make_next_current()
        require_killed(self.serve(kill_at), kill_at)
        had = self.require_served_whole()
        if had not in (self.number - 1, self.number):
            raise SoakError(f"killed at {kill_at} on the way to {self.number}, {had} is served")
        serve_current(self.settings)
        if self.require_served_whole() != self.number:
            raise SoakError(f"killed at {kill_at}, the next run did not serve {self.number}")
        left = self.database.schemas() - {SCHEMA}
        if left:
            raise SoakError(f"killed at {kill_at}, the next run left behind: {sorted(left)}")
        return "the one before" if had == self.number - 1 else "the new one"

    def require_served_whole(self) -> int:
        """Return the number of the served release, after comparing each table with the release's file.

        The number of rows and the checksum of each table must be the same in PostgreSQL as in the file.
        """
        number = served_number(self.database)
        folder = self.releases.folder / "releases" / identity_of(number)
        with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as warehouse:
            tables = {table.name: table for table in served_tables(folder, warehouse)}
            in_file = {name: warehouse.execute(one.checksum_in_duckdb()).fetchall() for name, one in tables.items()}
        found = {
            name for (name,) in self.database.ask("select tablename from pg_tables where schemaname = 'marts'")
        }
        if found != {*tables, RELEASE_TABLE}:
            raise SoakError(f"release {number} is served with the tables {sorted(found)}")
        for name, table in tables.items():
            # the number of rows, and sums over them
            [expected], [arrived] = in_file[name], self.database.ask(table.checksum_in_postgres(SCHEMA), BI_TOOL)
            if list(map(int, expected)) != list(map(int, arrived)):
                raise SoakError(f"{name} of release {number}: {expected} in the file, {arrived} in PostgreSQL")
        return number


def require_intact(releases: Releases) -> Path:
    """Return the current release. Raise SoakError if there is none, or if a file is not what its checksum says."""
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
    """Raise SoakError if a warehouse has more than the releases that are kept, or if one of them is damaged."""
    left = [path.name for path in (releases.folder / "incoming").glob("*")]
    left += [path.name for path in releases.folder.iterdir() if path.name.startswith(".")]
    kept = list((releases.folder / "releases").iterdir())
    damaged = {path.name: damage(path) for path in kept if damage(path)}
    if left or damaged or len(kept) > KEPT or releases.history.begun() is not None:
        raise SoakError(f"left behind: {left}; damaged: {damaged}; releases: {[path.name for path in kept]}")


def main() -> None:
    """Kill as many runs of each kind as the arguments say, each at a random point, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=20)
    parser.add_argument("--whole", type=int, default=10)
    parser.add_argument("--served", type=int, default=30)
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
        if options.served:
            with running_server() as server:
                served = ServedHome(Path(folder) / "served", server.new_database("soak"))
                print(f"\nserved by PostgreSQL: {served.points} points\n")
                print("| kill | at | readers had in between |\n|---:|---:|---|")
                for kill in range(options.served):
                    kill_at = chance.randint(1, served.points)
                    print(f"| {kill + 1} | point {kill_at} | {served.kill_once(kill_at)} |", flush=True)
    print("\nafter each: a whole release current, and after the next run the new one, and nothing left behind")


if __name__ == "__main__":
    main()
