"""Run the dag `annual_letters` once for each season of a folder, for `make run`. The runs are real dag runs, in one
process of Airflow.

Airflow works in a home of its own, with SQLite. Its output goes to a log, which error messages name.
"""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from redress.acquire.sources.folder import FolderSource
from redress.model.season import Season
from redress.orchestration.environment import airflow_environment
from redress.orchestration.season_runs import PlannedRun, StepEnd
from redress.settings import PROJECT_FOLDER, Settings
from redress.steps import Run
from redress.steps.record import RunRecord, last_failure, record_name, step_summaries


class DagRunError(Exception):
    """A dag run failed. The message says which step failed, why, and where Airflow's log is."""


@dataclass(frozen=True)
class DagRun:
    """A dag run that has ended: its season, its id in Airflow's metadata, its record, and the log with what Airflow
    printed.
    """

    season: Season
    run_id: str
    record: RunRecord
    log: Path

    def require_success(self) -> None:
        """Raise DagRunError if the run did not succeed."""
        failure = last_failure(self.record)
        if failure is not None:
            why = f"failed at {failure.name}: {failure.message}"
        elif "report" not in {step.name for step in step_summaries(self.record) if step.state == "done"}:
            why = "ended before its report"
        else:
            return
        raise DagRunError(f"the run of season {self.season} {why}\nAirflow logged to {self.log}")


@dataclass(frozen=True)
class DagRuns:
    """An Airflow in a home of its own. It runs `annual_letters` for seasons."""

    settings: Settings

    @property
    def airflow_home(self) -> Path:
        return PROJECT_FOLDER / "var" / "airflow"

    @property
    def log_folder(self) -> Path:
        return self.settings.home.absolute() / "logs"

    def run(
        self, seasons: Sequence[Season], source: FolderSource, tell: Callable[[StepEnd], None]
    ) -> tuple[DagRun, ...]:
        """Run the dag once for each season, and build once what all runs landed. Return the runs in the order of
        the seasons.

        `tell` gets the end of each step as soon as the step ends. If a run fails, the other runs go on. Raises
        DagRunError if Airflow ends before any run has begun. Airflow's process ends with this process, even if this
        process is killed.
        """
        self.log_folder.mkdir(parents=True, exist_ok=True)
        runs, planned = [], []
        now = dt.datetime.now(dt.UTC)
        for number, season in enumerate(seasons):
            at = now + dt.timedelta(microseconds=number)
            run_id = f"manual__{at.isoformat(timespec='microseconds')}"
            record = Run.of_season(season, record_name(run_id), self.settings).record
            log = self.log_folder / f"season-{season}.log"
            log.unlink(missing_ok=True)
            runs.append(DagRun(season, run_id, record, log))
            planned.append(PlannedRun(season.year, run_id, str(record.path.absolute()), str(log)))
        log = self.log_folder / "airflow.log"
        code = self._work_off(
            json.dumps({"source": source.name, "runs": [asdict(run) for run in planned]}), log, tell
        )
        if not any(run.record.path.exists() for run in runs):
            raise DagRunError(f"Airflow ended with {code} before the first step of a run\nits log: {log}")
        return tuple(runs)

    def _work_off(self, asked: str, log: Path, tell: Callable[[StepEnd], None]) -> int:
        """Do the planned runs in a process of Airflow, and return the exit code of that process. `asked` is JSON
        with the source's name and the planned runs. The process ends when this process ends.
        """
        self.airflow_home.mkdir(parents=True, exist_ok=True)
        with (
            log.open("w", encoding="utf-8") as output,
            subprocess.Popen(  # noqa: S603 - the command is ours; the source's name is a part of one argument
                [sys.executable, "-m", "redress.orchestration.season_runs", asked],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                encoding="utf-8",
                env=airflow_environment(
                    self.settings, self.airflow_home, f"sqlite:///{self.airflow_home / 'airflow.db'}"
                ),
                cwd=PROJECT_FOLDER,
            ) as process,
        ):
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("the pipes to Airflow's process are missing")
            try:
                for line in process.stdout:
                    tell(StepEnd(**json.loads(line)))
                process.wait()
            finally:
                process.stdin.close()
        return process.returncode
