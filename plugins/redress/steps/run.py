"""A run: its kind, its season, its settings, and the place of each of its files.

Below the place of the state (REDRESS_STATE, or else REDRESS_HOME) are:

runs/<season>/<run>.jsonl                      the record of a run of a season
runs/<season>/<run>.*                          what else is kept of the run: reports, checks, summaries
runs/upkeep/<run>.jsonl                        the record of a run of upkeep that is about no season
runs/publication_watch/<season>/<run>.jsonl    the record of a watch
runs/without_season/<run>.jsonl                the record of a run that failed because it did not say its season
work/seasons/<season>/<run>/                   what the steps of a run hand on; removed at the run's end
work/readings/<season>.parquet                 the season's readings, for later runs
work/acquiring/<season>/<run>/                 the journal of a run that acquires; removed at the run's end
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from redress.acquire.journal import JOURNAL_NAME, Journal
from redress.acquire.outcomes import Summary
from redress.files.places import Place, matching
from redress.model.season import Season, season_from_name
from redress.settings import Settings
from redress.steps.readings import Readings
from redress.steps.record import RunRecord
from redress.warehouse.landing import Landing
from redress.warehouse.writer_lock import WriterLock

RECORD_ENDING = ".jsonl"
REPORT_ENDING = ".md"
SUMMARY_ENDING = ".acquired.json"
LANDED_ENDING = ".landed.json"


class SeasonError(Exception):
    """A season cannot be run. The message says what was found, and what to do."""


class RunKind(StrEnum):
    """The kind of a run. The records of runs of a season are in the season's folder. The records of runs of any
    other kind are in a folder with the name of the kind.
    """

    SEASON = "season"
    UPKEEP = "upkeep"
    WATCH = "publication_watch"
    WITHOUT_SEASON = "without_season"
    """A run that should say its season and does not. It fails."""


@dataclass(frozen=True)
class Run:
    """One run: its kind, its id and its season. Make a run with `of_season`, `of_upkeep`, `of_watch` or
    `without_season`.

    The names of the run's files begin with `run_id`. `stated_season` is None for a run about no season.
    """

    kind: RunKind
    run_id: str
    settings: Settings
    stated_season: Season | None = None

    @classmethod
    def of_season(cls, season: Season, run_id: str, settings: Settings) -> "Run":
        """Return a run that takes a season to the warehouse, the whole way or a part of it."""
        return cls(RunKind.SEASON, run_id, settings, season)

    @classmethod
    def of_upkeep(cls, run_id: str, settings: Settings) -> "Run":
        """Return a run of upkeep that is about no season: a rebuild or a rollback."""
        return cls(RunKind.UPKEEP, run_id, settings)

    @classmethod
    def of_watch(cls, season: Season, run_id: str, settings: Settings) -> "Run":
        """Return a run that watches a season: it asks the source which letters are new."""
        return cls(RunKind.WATCH, run_id, settings, season)

    @classmethod
    def without_season(cls, run_id: str, settings: Settings) -> "Run":
        """Return a run that did not say its season. It has a record, and no other files."""
        return cls(RunKind.WITHOUT_SEASON, run_id, settings)

    @property
    def season(self) -> Season:
        """The season that the run is about. Raises ValueError for a run about no season."""
        if self.stated_season is None:
            raise ValueError(f"run {self.run_id} of the kind {self.kind} is about no season")
        return self.stated_season

    @property
    def folder(self) -> Place:
        """The folder of the run's record, and of all other files that are kept of the run."""
        if self.kind is RunKind.SEASON:
            return season_folder(self.settings, self.season)
        folder = self.settings.runs_folder / self.kind
        return folder if self.stated_season is None else folder / str(self.stated_season)

    @property
    def record(self) -> RunRecord:
        return RunRecord(self._kept(RECORD_ENDING))

    @property
    def summary_path(self) -> Place:
        """The file of the run's summary, which has the outcome of each reference."""
        return self._kept(SUMMARY_ENDING)

    @property
    def landed_path(self) -> Place:
        """The file of the run's summary as it was when the run landed its season."""
        return self._kept(LANDED_ENDING)

    @property
    def before_path(self) -> Place:
        """The file that says which letter files the season had in landing before the run, each with its
        disposition.
        """
        return self._kept(".before.json")

    @property
    def checks_path(self) -> Place:
        """The file of all checks that the run made: of its letters, and of the season as a whole."""
        return self._kept(".checks.parquet")

    @property
    def report_path(self) -> Place:
        """The file of the run's report as Markdown."""
        return self._kept(REPORT_ENDING)

    @property
    def page_path(self) -> Place:
        """The file of the run's report as a page of HTML."""
        return self._kept(".html")

    @property
    def watched_path(self) -> Place:
        """The file of what a watch found at the source, for the later steps of the watch."""
        return self._kept(".watched.json")

    @property
    def started_run_id(self) -> str:
        """The id of the season's run that this watch starts. If the watch is repeated, the id is the same, so that
        no second run is started.
        """
        return f"{self.kind}__{self.season}__{self.run_id}"

    @property
    def work_folder(self) -> Place:
        """The folder of the files that the run's steps hand on to each other."""
        return self.settings.work_folder / "seasons" / str(self.season) / self.run_id

    def part(self, name: str) -> Readings:
        """Return the readings of one batch. `name` is what the step `read` returned for the batch."""
        return Readings(self.work_folder / name)

    @property
    def kept_readings(self) -> Readings:
        """The season's readings. They are kept from run to run, so that the same bytes are not read again."""
        return Readings(self.settings.work_folder / "readings" / f"{self.season}.parquet")

    @property
    def data_tables(self) -> Landing:
        """The figures that the run read from the season's data tables. They are kept here, in the form of landing,
        until the run lands them.
        """
        return Landing(self.work_folder / "data_tables")

    @property
    def refused(self) -> Landing:
        """The season that `check` refused to land, in the form of landing; empty if `check` did not refuse the
        season.
        """
        return Landing(self.work_folder / "refused")

    @property
    def journal(self) -> Journal:
        """The journal of this run: the references that the run planned, and their outcomes so far."""
        return Journal(self._journals_folder / self.run_id, self.season)

    def journals(self) -> tuple[Journal, ...]:
        """Return the journals of all runs of the season that are fetching letters, or were interrupted while they
        fetched.
        """
        folders = sorted(path.parent for path in self._journals_folder.glob(f"*/{JOURNAL_NAME}"))
        return tuple(Journal(folder, self.season) for folder in folders)

    @property
    def acquiring_lock_place(self) -> Place:
        """The place of a lock. A process holds the lock while it fetches the season's letters, so that no other
        process with this state fetches them at the same time.
        """
        return self.settings.work_folder / "acquiring" / f"{self.season}.lock"

    @property
    def data_docs_folder(self) -> Path:
        """The folder of Great Expectations' pages about the season. The season's next run replaces the pages."""
        return self.settings.data_docs_folder / str(self.season)

    def writer_lock(self) -> WriterLock:
        """Return the lock that a process must hold while it replaces landing, or builds or publishes a
        warehouse.
        """
        return WriterLock(self.settings)

    @property
    def _journals_folder(self) -> Place:
        return self.settings.work_folder / "acquiring" / str(self.season)

    def _kept(self, ending: str) -> Place:
        return self.folder / f"{self.run_id}{ending}"


def season_folder(settings: Settings, season: Season) -> Place:
    """Return the folder of the records and other kept files of a season's runs."""
    return settings.runs_folder / str(season)


def reported_runs(settings: Settings) -> Iterator[Run]:
    """Yield each run of a season that has a report."""
    for report in settings.runs_folder.glob(f"*/*{REPORT_ENDING}"):
        season = season_from_name(report.parent.name)
        if season is not None:
            yield Run.of_season(season, report.name.removesuffix(REPORT_ENDING), settings)


def latest_summary(folder: Place) -> Summary | None:
    """Return the summary of the run that asked its source last. Return None if no run has a summary.

    `folder` is the folder of the runs of a season.
    """
    return _latest(folder.glob(f"*{SUMMARY_ENDING}"))


def latest_checked_summary(folder: Place) -> Summary | None:
    """Return the latest summary among the runs that came to their check, whatever the check found. Return None if
    there is no such run.

    A run that has come to its check has asked its source for all of its references.
    """
    checked = (path for path in folder.glob(f"*{SUMMARY_ENDING}") if _has_come_to_check(path))
    return _latest([*checked, *folder.glob(f"*{LANDED_ENDING}")])


def latest_landed_summary(folder: Place) -> Summary | None:
    """Return the latest summary among the runs that landed the season. Return None if there is no such run.

    The letters of a run that did not land the season were refused, or never came to the check.
    """
    return _latest(folder.glob(f"*{LANDED_ENDING}"))


def damaged_records(folder: Place) -> tuple[str, ...]:
    """Look at the records of all runs in a folder. Return a sentence for each record that has damaged lines."""
    lines = {path: RunRecord(path).damaged_lines() for path in matching(folder, f"*{RECORD_ENDING}")}
    return tuple(
        f"{path} is damaged in line {', '.join(map(str, numbers))}, which is left out"
        for path, numbers in lines.items()
        if numbers
    )


def correct_times_to_come(folder: Place) -> tuple[str, ...]:
    """If a summary says that its run asked the source until a time in the future, correct that time to now. Return
    a sentence for each run with such a summary.

    The run has ended, because its summary is there: the clock was ahead when the run wrote the summary, or the
    clock is behind now. Without the correction, the summary would count as the latest until the time that it says.
    If several summaries are corrected, they keep their order. `folder` is the folder of the runs of a season.
    """
    clock = dt.datetime.now(dt.UTC)
    ahead = [
        (summary, path)
        for path in sorted((*folder.glob(f"*{SUMMARY_ENDING}"), *folder.glob(f"*{LANDED_ENDING}")))
        if dt.datetime.fromisoformat((summary := Summary.read(path)).ended_at) > clock
    ]
    ahead.sort(key=lambda found: found[0].ended_at)
    for place, (summary, path) in enumerate(ahead):
        ended_at = (clock - dt.timedelta(milliseconds=len(ahead) - place)).isoformat(timespec="milliseconds")
        replace(summary, began_at=min(summary.began_at, ended_at), ended_at=ended_at).write(path)
    return tuple(
        f"run {run_id} says that it asked its source until {ended_at}, and the clock says "
        f"{clock:%Y-%m-%d %H:%M} UTC: a clock was ahead, or is behind now; that run counts as one before this run"
        for run_id, ended_at in {summary.run_id: shown_time(summary.ended_at) for summary, _ in ahead}.items()
    )


def shown_time(at: str) -> str:
    """Return a time from a summary in a form for people."""
    return f"{dt.datetime.fromisoformat(at):%Y-%m-%d %H:%M} UTC"


def _latest(summaries: Iterable[Place]) -> Summary | None:
    return max(map(Summary.read, summaries), key=lambda summary: summary.ended_at, default=None)


def _has_come_to_check(summary: Place) -> bool:
    record = RunRecord(summary.with_name(f"{summary.name.removesuffix(SUMMARY_ENDING)}{RECORD_ENDING}"))
    return any(event["step"] == "check" for event in record.events())
