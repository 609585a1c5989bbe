"""Measure what Airflow costs: seasons through the real scheduler, beside the same seasons in one process.

Scheduler, dag processor, triggerer and pages run as `redress up` runs them (LocalExecutor, PostgreSQL). Airflow's
metadata say when a run started and ended. The one process is `redress run`, and its seconds include its start. The
script prints Markdown tables; see RESULTS.md.

    python -m benchmarks.orchestration [--letters 400] [--each 100] [--seasons 12] [--season-letters 20]
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from benchmarks.printed_seasons import FIRST_YEAR, print_seasons
from redress.orchestration.local.up import AirflowUp
from redress.orchestration.names import ANNUAL_LETTERS
from redress.settings import PROJECT_FOLDER, Settings

YEAR = 2022
BATCH_LETTERS = 50
"""The number of letters to a task: the default of the setting `read_batch_letters`."""
POLL_SECONDS = 0.5
LONGEST_START_SECONDS = 120.0
LONGEST_RUN_SECONDS = 3600.0


@dataclass(frozen=True)
class Running:
    """An Airflow that is up: the environment of its commands, and the address of its metadata database."""

    environment: Mapping[str, str]
    database: str

    def airflow(self, *arguments: str) -> None:
        """Run a command of Airflow. Raise CalledProcessError if the command fails."""
        subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=dict(self.environment),
            cwd=PROJECT_FOLDER,
            check=True,
            capture_output=True,
        )

    def season_seconds(self, name: str, year: int) -> float:
        """Start a run of a season by hand, wait for its end, and return the seconds that the run took."""
        self.airflow("dags", "trigger", ANNUAL_LETTERS, "--run-id", name, "--conf", json.dumps({"season": year}))
        self.wait(name, 1)
        return self.ended_seconds(name)[-1]

    def wait(self, run_ids: str, count: int) -> None:
        """Wait until `count` runs have succeeded. Their ids fit `run_ids`, a pattern of SQL's `like`.

        Raise RuntimeError if a run fails, or if the runs take longer than LONGEST_RUN_SECONDS.
        """
        until = time.monotonic() + LONGEST_RUN_SECONDS
        while time.monotonic() < until:
            states = [state for (state,) in self.ask("select state from dag_run where run_id like %s", run_ids)]
            if "failed" in states:
                raise RuntimeError(f"a run failed ({run_ids}); the logs are below the home")
            if states.count("success") == count:
                return
            time.sleep(POLL_SECONDS)
        raise RuntimeError(f"after {LONGEST_RUN_SECONDS:g} s not all of {count} runs have ended ({run_ids})")

    def ended_seconds(self, run_ids: str) -> list[float]:
        """Return when each run ended, the earliest end first, in seconds from the start of the first run. `run_ids`
        is as for `wait`.
        """
        rows = self.ask(
            "select extract(epoch from end_date - min(start_date) over ())::float from dag_run "
            "where run_id like %s order by end_date",
            run_ids,
        )
        return [seconds for (seconds,) in rows]

    def ask(self, query: LiteralString, *values: str) -> list[tuple[Any, ...]]:
        """Ask Airflow's metadata database a query, and return the rows."""
        with psycopg.connect(self.database.replace("+psycopg", "")) as connection:
            return connection.execute(query, values).fetchall()


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=400, help="letters of the one season")
    parser.add_argument("--each", type=int, default=100, help="letters where each is a task of its own")
    parser.add_argument("--seasons", type=int, default=12, help="seasons of the longest backfill")
    parser.add_argument("--season-letters", type=int, default=20, help="letters of each of them")
    parser.add_argument("--port", type=int, default=8097)
    arguments = parser.parse_args()
    print(f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # PostgreSQL is another user where root starts it
        _one_season(Path(folder), arguments.letters, arguments.each, arguments.port)
        _backfills(Path(folder), arguments.seasons, arguments.season_letters, arguments.port)


def _one_season(folder: Path, letters: int, each: int, port: int) -> None:
    corpus, few = folder / "letters", folder / "few"
    settings = _settings(folder / "scheduled", corpus, print_seasons(corpus, [YEAR], letters))
    plain = _settings(folder / "plain", corpus, corpus / "authorities.csv")
    alone = _plain_seconds(plain)
    again = _plain_seconds(plain)
    with _up(settings, port) as running:
        first = running.season_seconds("first", YEAR)
        unchanged = running.season_seconds("unchanged", YEAR)
    print("| way | letters | seconds | times one process |\n|---|---:|---:|---:|")
    print(f"| `redress run`, one process | {letters} | {alone:.0f} | |")
    print(f"| the scheduler, {settings.read_batch_letters} letters to a task | {letters} | {first:.0f} "
          f"| {first / alone:.1f} |")  # fmt: skip
    print(f"| `redress run`, unchanged season | {letters} | {again:.0f} | |")
    print(f"| the scheduler, unchanged season | {letters} | {unchanged:.0f} | {unchanged / again:.1f} |")
    councils = print_seasons(few, [YEAR], each)
    seconds = {}
    for batch in (settings.read_batch_letters, 1):
        with _up(_settings(folder / f"each-{batch}", few, councils, batch), port) as running:
            seconds[batch] = running.season_seconds("first", YEAR)
    base = seconds[settings.read_batch_letters]
    print("\n| letters to a task | letters | seconds | times batches |\n|---|---:|---:|---:|")
    for batch, taken in seconds.items():
        print(f"| {batch} | {each} | {taken:.0f} | {taken / base:.1f} |")


def _backfills(folder: Path, seasons: int, letters: int, port: int) -> None:
    """Run a backfill of a quarter of the seasons, of half of them, and of all, each in a home of its own."""
    corpus = folder / "seasons"
    years = range(FIRST_YEAR, FIRST_YEAR + seasons)
    councils = print_seasons(corpus, years, letters)
    print(f"\n| seasons of a backfill, {letters} letters each | seconds | seconds a season |\n|---:|---:|---:|")
    for count in sorted({max(1, seasons // 4), max(1, seasons // 2), seasons}):
        with _up(_settings(folder / f"backfill-{count}", corpus, councils), port) as running:
            running.airflow(
                "backfill", "create", "--dag-id", ANNUAL_LETTERS, "--from-date", f"{years[0]}-01-01",
                "--to-date", f"{years[count - 1]}-12-31",
            )  # fmt: skip
            running.wait("backfill%", count)
            taken = running.ended_seconds("backfill%")[-1]
        print(f"| {count} | {taken:.0f} | {taken / count:.1f} |", flush=True)


def _settings(home: Path, corpus: Path, councils: Path, batch: int = BATCH_LETTERS) -> Settings:
    return Settings(home=home, source=f"folder:{corpus}", additional_authorities=councils, read_batch_letters=batch)


def _plain_seconds(settings: Settings) -> float:
    """Run `redress run` for the season, and return the seconds, which include the start of the process."""
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "redress.cli", "run", str(YEAR)],
        env=os.environ
        | {
            "REDRESS_HOME": str(settings.home),
            "REDRESS_SOURCE": settings.source,
            "REDRESS_ADDITIONAL_AUTHORITIES": str(settings.additional_authorities),
        },
        cwd=PROJECT_FOLDER,
        check=True,
        capture_output=True,
    )
    return time.monotonic() - started


@contextmanager
def _up(settings: Settings, port: int) -> Iterator[Running]:
    """Run Airflow with these settings during the block. The dag annual_letters is unpaused, and no run of a dag is
    queued or running at first.
    """
    up = AirflowUp(settings, port)
    with up.database() as database:
        environment = up.environment(database)
        up.prepare(environment)
        with up.processes(environment) as processes:
            up.wait_until_ready(processes)
            running = Running(environment, database)
            _unpause(running)
            yield running


def _unpause(running: Running) -> None:
    """Unpause annual_letters, as soon as the dag processor has read the dag. Unpausing starts no season."""
    until = time.monotonic() + LONGEST_START_SECONDS
    while True:
        try:
            running.airflow("dags", "unpause", ANNUAL_LETTERS, "--yes")
            return
        except subprocess.CalledProcessError as error:
            if time.monotonic() > until:
                raise RuntimeError(f"{ANNUAL_LETTERS} cannot be unpaused: {error.stderr.decode()}") from None
            time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    main()
