"""A season's run, and one about no season: settings, and where the record and the work between steps are kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from redress.acquire.journal import JOURNAL_NAME, Journal
from redress.acquire.outcomes import LANDED_ENDING, SUMMARY_ENDING, Summary
from redress.model.season import Season
from redress.settings import Settings
from redress.steps.record import RunRecord
from redress.warehouse.landing import Landing, writer_lock


class SeasonError(Exception):
    """A season cannot be run; the message says what was found and what to do."""


@dataclass(frozen=True)
class SeasonRun:
    """One run of one season: its settings, and where its record and its work between steps are kept."""

    season: Season
    run_id: str
    settings: Settings

    @property
    def record(self) -> RunRecord:
        return RunRecord(self.settings.runs_folder / str(self.season) / f"{self.run_id}.jsonl")

    @property
    def work_folder(self) -> Path:
        return self.settings.work_folder / "seasons" / str(self.season) / self.run_id

    @property
    def journal(self) -> Journal:
        """What this run has had so far of the season that it acquires."""
        return Journal(self._journals_folder / self.run_id, self.season)

    def journals(self) -> tuple[Journal, ...]:
        """Those of all runs of the season that are acquiring, or were interrupted."""
        folders = sorted(path.parent for path in self._journals_folder.glob(f"*/{JOURNAL_NAME}"))
        return tuple(Journal(folder, self.season) for folder in folders)

    @property
    def _journals_folder(self) -> Path:
        return self.settings.work_folder / "acquiring" / str(self.season)

    @property
    def data_tables(self) -> Landing:
        """What the run has read of the season's data tables, laid out as landing is, until it is landed."""
        return Landing(self.work_folder / "data_tables")

    @property
    def refused(self) -> Landing:
        """What `check` refused to land, laid out as landing is; nothing where it landed the season."""
        return Landing(self.work_folder / "refused")

    @property
    def summary_path(self) -> Path:
        """Where it is kept what became of each reference in this run."""
        return self.record.path.with_suffix(SUMMARY_ENDING)

    @property
    def landed_path(self) -> Path:
        """Where the same is kept of what this run put into landing, as it was then."""
        return self.record.path.with_suffix(LANDED_ENDING)

    def writer_lock(self) -> FileLock:
        """The lock under which landing is replaced, and a warehouse built and published."""
        return writer_lock(self.settings)


@dataclass(frozen=True)
class UpkeepRun:
    """One run about no season: its settings, and where its record is kept."""

    run_id: str
    settings: Settings

    @property
    def record(self) -> RunRecord:
        return RunRecord(self.settings.runs_folder / "upkeep" / f"{self.run_id}.jsonl")

    def writer_lock(self) -> FileLock:
        """The lock under which a warehouse is built and published."""
        return writer_lock(self.settings)


Run = SeasonRun | UpkeepRun
"""A run that publishes."""


def latest_summary(folder: Path) -> Summary | None:
    """What the run had that asked last among those of a folder, or None where there is none."""
    return _latest(folder.glob(f"*{SUMMARY_ENDING}"))


def latest_checked_summary(folder: Path) -> Summary | None:
    """The same of the runs that came to their check, whatever it said: they had all that they asked for."""
    checked = (path for path in folder.glob(f"*{SUMMARY_ENDING}") if _has_come_to_check(path))
    return _latest([*checked, *folder.glob(f"*{LANDED_ENDING}")])


def latest_landed_summary(folder: Path) -> Summary | None:
    """The same of the runs that put the season into landing: what others had was refused, or never read."""
    return _latest(folder.glob(f"*{LANDED_ENDING}"))


def _latest(summaries: Iterable[Path]) -> Summary | None:
    return max(map(Summary.read, summaries), key=lambda summary: summary.ended_at, default=None)


def _has_come_to_check(summary: Path) -> bool:
    record = RunRecord(summary.with_name(f"{summary.name.removesuffix(SUMMARY_ENDING)}.jsonl"))
    return any(event["step"] == "check" for event in record.events())


WATCH_FOLDER = "publication_watch"
"""Below the folder of run records: a watch is no run of its season."""


WATCHED_ENDING = ".watched.json"


@dataclass(frozen=True)
class WatchRun:
    """One watch of one season; `run_id` is a file's name too."""

    season: Season
    run_id: str
    settings: Settings

    @property
    def record(self) -> RunRecord:
        folder = self.settings.runs_folder / WATCH_FOLDER / str(self.season)
        return RunRecord(folder / f"{self.run_id}.jsonl")

    @property
    def watched_path(self) -> Path:
        """Where it is kept what this watch found, for its later steps."""
        return self.record.path.with_suffix(WATCHED_ENDING)

    @property
    def season_run_id(self) -> str:
        """The id of the run that this watch starts: one and the same, however often the watch is done again."""
        return f"{WATCH_FOLDER}__{self.season}__{self.run_id}"
