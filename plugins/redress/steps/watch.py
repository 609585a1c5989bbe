"""The publication watch: what a source has that a season's last run had not, and which letters are missing.

A source is asked as a run asks it, only for what has changed since; what comes goes to the archive, where the run
that it starts finds it. Landing, the warehouse and the records of the season's runs stay as they are.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from redress.acquire.archive import Archive
from redress.acquire.fetching import OF_THE_SOURCE, acquire_references, without_listing
from redress.acquire.outcomes import AcquisitionState, Outcome, Summary, now
from redress.acquire.source import ReferenceKind, Source, SourceUnavailableError
from redress.acquire.sources.by_name import source_of
from redress.model.authorities import Authorities
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.steps.record import step_summaries
from redress.steps.run import WatchRun, latest_landed_summary

_log = logging.getLogger(__name__)

SHOWN_MISSING_COUNT = 5


class SeasonConf(TypedDict):
    """The params with which a watch starts a season's run."""

    season: int
    source: str


@dataclass(frozen=True)
class News:
    """The letters for which a season is to be run again, each once.

    `new` and `changed` are those whose bytes the season's last run had not, at an address that gave it nothing or
    others; `mended` could not be had then, and came now.
    """

    new: tuple[Outcome, ...]
    changed: tuple[Outcome, ...]
    mended: tuple[Outcome, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.mended)

    def __str__(self) -> str:
        counts = (("new", self.new), ("changed", self.changed), ("failed before and came now", self.mended))
        return ", ".join(f"{len(letters)} {what}" for what, letters in counts if letters) or "nothing new"


@dataclass(frozen=True)
class RunDecision:
    """Whether to start the season's run, with the reason for people, and the run's configuration."""

    is_due: bool
    told: str
    conf: SeasonConf


@dataclass(frozen=True)
class SeasonProgress:
    """How many of a season's expected letters are in.

    `missing` are the names of the councils without a letter, in the order of the seed; None if the source does not
    say whose its letters are, so that letters can only be counted.
    """

    season: Season
    in_count: int
    expected_count: int
    missing: tuple[str, ...] | None

    @property
    def missing_count(self) -> int:
        return max(0, self.expected_count - self.in_count)

    def __str__(self) -> str:
        return f"{self.in_count} of {self.expected_count} letters in"


@dataclass(frozen=True)
class Told:
    """What a watch ends in: its line, and the warning where letters are missing past their date, else None."""

    line: str
    warning: str | None


def named_source(run: WatchRun, name: str) -> Source:
    """The source of a name, or of REDRESS_SOURCE where it is empty. Raises SourceError where it cannot be used."""
    with run.record.step("source") as note:
        source = source_of(name or run.settings.source, run.settings)
        note.told = source.name
    return source


def look(run: WatchRun, source: Source) -> News:
    """Ask a source for the season's letters, each only if it has changed; what is new against the last run.

    Statistics pages and data tables are not asked for: a page's bytes change with the site's design, and the run of
    the season takes both. A letter that cannot be had is told, and stops nothing. Raises SourceUnavailableError
    where no letter could be asked for, SourceError where the source is of no use, and ArchiveError where the
    archive cannot be written to.
    """
    with run.record.step("look") as note:
        wanted = [one for one in source.references(run.season) if one.kind is ReferenceKind.LETTER]
        began_at = now()
        asked = acquire_references(source, Archive(run.settings.archive_address), wanted, lambda outcome: None)
        if asked and all(one.cause in OF_THE_SOURCE for one in asked):
            raise SourceUnavailableError(
                f"{source.name}: none of {len(asked)} letters of season {run.season} could be asked for; "
                f"the first, {asked[0].reference.address}: {asked[0].detail}"
            )
        outcomes = asked + without_listing(asked, run.season, _authorities(run))
        found = Summary(run.season, run.run_id, source.name, began_at, now(), outcomes)
        found.write(run.watched_path)
        news = _news(found, _last_run(run))
        note.counts = found.counts
        note.told = f"{news}; at the source: {_told(found.counts)}"
        for one in found.failed:
            _log.warning("%s: %s", one.reference.authority_id or one.reference.address, one.detail)
    return news


def decide(run: WatchRun, unfinished_count: int) -> RunDecision:
    """Whether to start the season's run for what `look` found, by what its last run has had until now.

    `unfinished_count` is how many runs of `annual_letters` are queued or running. While there is any, none is
    started: of a queued one nobody can tell the season, and the next watch finds what is new still new.
    """
    with run.record.step("decide") as note:
        found = Summary.read(run.watched_path)
        news = _news(found, _last_run(run))
        if not news:
            told = "nothing new: no run is started"
        elif unfinished_count:
            told = f"{news}: no run is started while annual_letters has {unfinished_count} queued or running"
        else:
            told = f"{news}: run {run.season_run_id} of annual_letters is started"
        note.told = told
    return RunDecision(
        bool(news) and not unfinished_count, told, {"season": run.season.year, "source": found.source}
    )


def tell(run: WatchRun, today: dt.date) -> Told:
    """How the season stands after a watch, and whether letters are missing past REDRESS_LETTERS_EXPECTED_BY."""
    with run.record.step("tell") as note:
        found = Summary.read(run.watched_path)
        progress = _progress(found, _authorities(run))
        warning = _warning(progress, found.source, run.settings.letters_due_date(run.season.year), today)
        lost = _told({state: count for state, count in found.counts.items() if state in ("failed", "gone")})
        decided = [step.told for step in step_summaries(run.record) if step.name == "decide"]
        line = "; ".join(filter(None, (f"season {run.season}: {progress}", lost, *decided)))
        note.told = line
        note.counts = {"letters": progress.in_count, "expected": progress.expected_count}
    _log.info("%s", line)
    if warning is not None:
        _log.warning("%s", warning)
    return Told(line, warning)


def _news(found: Summary, before: Summary | None) -> News:
    """What a watch found that the season's last run had not, or could not have.

    Letters are told apart by their bytes: a run from another source, or from before a file was renamed, had them
    all the same. One that is gone is no news: a season is not run again in order to lose a letter.
    """
    outcomes = () if before is None else before.outcomes
    had = {one.sha256 for one in outcomes if one.is_had}
    answered = {one.reference for one in outcomes if one.is_had}
    failed = {one.reference for one in outcomes if one.state is AcquisitionState.FAILED}
    came = [one for one in found.outcomes if one.is_had and one.state is not AcquisitionState.FAILED]
    others = [one for one in came if one.sha256 not in had]
    return News(
        new=tuple(one for one in others if one.reference not in answered),
        changed=tuple(one for one in others if one.reference in answered),
        mended=tuple(one for one in came if one.sha256 in had and one.reference in failed),
    )


def _progress(found: Summary, authorities: Authorities) -> SeasonProgress:
    in_archive = [one for one in found.outcomes if one.is_had]
    there = {one.reference.authority_id for one in in_archive if one.reference.authority_id is not None}
    expected = authorities.expected_beside(found.season, there)
    if all(one.reference.authority_id is None for one in found.outcomes):
        return SeasonProgress(found.season, len(in_archive), len(expected), None)
    missing = tuple(one.name for one in expected if one.authority_id not in there)
    return SeasonProgress(found.season, len(expected) - len(missing), len(expected), missing)


def _warning(progress: SeasonProgress, source: str, due_date: dt.date, today: dt.date) -> str | None:
    if today <= due_date or not progress.missing_count:
        return None
    if progress.missing is None:
        which = f"{source} does not say whose its letters are; fct_coverage says which, once they are read"
    else:
        which = _shown(progress.missing)
    by = f"{due_date:%-d %B %Y}"
    return f"season {progress.season}: {progress} after {by}; {progress.missing_count} missing: {which}"


def _shown(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - SHOWN_MISSING_COUNT
    return ", ".join(names[:SHOWN_MISSING_COUNT]) + (f" and {more} more" if more > 0 else "")


def _last_run(run: WatchRun) -> Summary | None:
    return latest_landed_summary(run.settings.runs_folder / str(run.season))


def _authorities(run: WatchRun) -> Authorities:
    return load_authorities(additional=run.settings.additional_authorities)


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counts.items())
