"""Real Airflow dag runs of a folder's seasons, one after the other, for `make run`.

Airflow works in a home of its own below the working folder, with SQLite; what it prints goes to a log that is
named when something fails, and what a run does is shown from the run's own record while it goes on.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from redress.acquire.sources.folder import FolderSource
from redress.model.season import Season
from redress.orchestration.environment import DAG_ID, airflow_environment
from redress.settings import PROJECT_FOLDER, Settings
from redress.steps.record import RunRecord, last_failure, step_line, step_summaries

POLL_SECONDS = 0.2


class DagRunError(Exception):
    """A dag run failed; the message says at which step, why, and where Airflow's log is."""


@dataclass(frozen=True)
class DagRuns:
    """Airflow in a home of its own, running `annual_letters` season by season."""

    settings: Settings

    @property
    def airflow_home(self) -> Path:
        return PROJECT_FOLDER / "var" / "airflow"

    @property
    def log_folder(self) -> Path:
        return self.settings.home.absolute() / "logs"

    def prepare(self) -> None:
        """Create or migrate Airflow's metadata. Raises DagRunError where that fails."""
        log = self.log_folder / "airflow-db-migrate.log"
        code = self._airflow(["db", "migrate"], log, _nothing)
        if code != 0:
            raise DagRunError(f"airflow db migrate ended with {code}\nits log: {log}")

    def run(self, season: Season, source: FolderSource, tell: Callable[[str], None]) -> RunRecord:
        """One real dag run of a season; `tell` gets a line for each step as it ends.

        Raises DagRunError where the run does not succeed.
        """
        before = set(self._records(season))
        seen = 0

        def watch() -> None:
            nonlocal seen
            for path in set(self._records(season)) - before:
                events = RunRecord(path).events()
                for event in events[seen:]:
                    if event["state"] != "began":
                        tell(step_line(event))
                seen = len(events)

        conf = json.dumps({"season": season.year, "source": source.name})
        log = self.log_folder / f"season-{season}.log"
        code = self._airflow(["dags", "test", DAG_ID, "--conf", conf], log, watch)
        watch()
        new = sorted(set(self._records(season)) - before)
        record = RunRecord(new[-1]) if new else None
        failure = None if record is None else last_failure(record)
        if failure is not None:
            why = f"failed at {failure.name}: {failure.told}"
        elif record is None or "report" not in {one.name for one in step_summaries(record) if one.state == "done"}:
            why = "ended before its report"
        else:
            return record
        raise DagRunError(f"the run of season {season} {why}\nAirflow (exit code {code}) logged to {log}")

    def _records(self, season: Season) -> list[Path]:
        return list((self.settings.runs_folder / str(season)).glob("*.jsonl"))

    def _airflow(self, arguments: Sequence[str], log: Path, watch: Callable[[], None]) -> int:
        """Run a command of Airflow's, its output to a log; its exit code."""
        self.airflow_home.mkdir(parents=True, exist_ok=True)
        self.log_folder.mkdir(parents=True, exist_ok=True)
        with log.open("w") as output:
            process = subprocess.Popen(  # noqa: S603 - the command is ours; the source's name is one argument
                [sys.executable, "-m", "airflow", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=airflow_environment(
                    self.settings, self.airflow_home, f"sqlite:///{self.airflow_home / 'airflow.db'}"
                ),
                cwd=PROJECT_FOLDER,
            )
            try:
                while process.poll() is None:
                    watch()
                    time.sleep(POLL_SECONDS)
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
        return process.returncode


def _nothing() -> None:
    """For a command with nothing to watch."""
