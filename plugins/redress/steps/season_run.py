"""A season's run, and one about no season: settings, and where the record and the work between steps are kept."""

from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from redress.acquire.outcomes import JOURNAL_NAME, LANDED_ENDING, SUMMARY_ENDING, Journal
from redress.runs import RunRecord
from redress.seasons import Season
from redress.settings import Settings
from redress.warehouse.landing import Landing
from redress.warehouse.writer import writer_lock


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
