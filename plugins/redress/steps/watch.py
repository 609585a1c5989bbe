"""The publication watch: find the letters of a season that are new since the last run that landed the season, and
the letters that are missing.

A watch asks the source for the season's letters, as a season's run does. The source sends only letters that have
changed since they last came. The watch puts these into the archive, where the run that the watch starts finds them.
Landing, the warehouse and the records of the season's runs stay as they are.
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
from redress.steps.run import Run, latest_landed_summary, season_folder

_log = logging.getLogger(__name__)

SHOWN_MISSING_COUNT = 5


class SeasonConf(TypedDict):
    """The params with which a watch starts a run of the season."""

    season: int
    source: str


@dataclass(frozen=True)
class News:
    """The letters that are a reason to run a season again. Each letter is named once, and compared with the last
    run that landed the season.

    `new`: that run had no bytes for the letter. `changed`: that run had different bytes. `mended`: that run could
    not fetch the letter and used the bytes of an earlier run. Now the letter could be fetched, and its bytes are
    the bytes that were used.
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
    """Whether to start a run of the season. `reason` says for people why the run is started or not; `conf` has the
    params with which the run is started.
    """

    is_due: bool
    reason: str
    conf: SeasonConf


@dataclass(frozen=True)
class SeasonProgress:
    """How many of a season's expected letters have come.

    `missing` has the names of the councils without a letter, in the order of the seed (dbt's list of authorities).
    If the source does not say to which council each letter is, `missing` is None, and only the numbers are
    compared.
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
class WatchEnd:
    """How a watch ended, in a line. `warning` is about letters that are missing after the expected date, or None if
    there is nothing to warn of.
    """

    line: str
    warning: str | None


def named_source(run: Run, name: str) -> Source:
    """Return the source that a name such as "site" or "folder:letters" stands for. An empty name means the source
    of REDRESS_SOURCE.

    Raises SourceError if the source cannot be used.
    """
    with run.record.step("source") as note:
        source = source_of(name or run.settings.source, run.settings)
        note.message = source.name
    return source


def look(run: Run, source: Source) -> News:
    """Ask a source for each letter of the season; the source sends only letters that have changed. Return what is
    new since the last run that landed the season.

    Statistics pages and data tables are left out: the bytes of a page change with the site's design, and a run of
    the season fetches pages and tables anyway. If a letter cannot be fetched, that is logged, and the step goes on
    with the next letter. Raises SourceUnavailableError if no letter could be asked for, or if many fetches failed
    one after the other. Raises SourceError if the source cannot be used, and ArchiveError if the archive cannot be
    written.
    """
    with run.record.step("look") as note:
        wanted = [
            reference for reference in source.references(run.season) if reference.kind is ReferenceKind.LETTER
        ]
        began_at = now()
        asked = acquire_references(source, Archive(run.settings.archive_address), wanted, lambda outcome: None)
        if asked and all(outcome.cause in OF_THE_SOURCE for outcome in asked):
            raise SourceUnavailableError(
                f"{source.name}: none of {len(asked)} letters of season {run.season} could be asked for; "
                f"the first, {asked[0].reference.address}: {asked[0].detail}"
            )
        outcomes = asked + without_listing(asked, run.season, _authorities(run))
        found = Summary(run.season, run.run_id, source.name, began_at, now(), outcomes)
        found.write(run.watched_path)
        news = _news(found, _last_run(run))
        note.facts = found.counts
        note.message = f"{news}; at the source: {_in_words(found.counts)}"
        for outcome in found.failed:
            _log.warning("%s: %s", outcome.reference.authority_id or outcome.reference.address, outcome.detail)
    return news


def decide(run: Run, unfinished_count: int) -> RunDecision:
    """Return whether to start a run of the season, from what `look` found.

    `unfinished_count` is the number of queued or running runs of `annual_letters`. If there are any, no run is
    started, because nobody can see the season of a queued run. The next watch finds the same news.
    """
    with run.record.step("decide") as note:
        found = Summary.read(run.watched_path)
        news = _news(found, _last_run(run))
        if not news:
            reason = "nothing new: no run is started"
        elif unfinished_count:
            reason = f"{news}: no run is started while annual_letters has {unfinished_count} queued or running"
        else:
            reason = f"{news}: run {run.started_run_id} of annual_letters is started"
        note.message = reason
    conf = SeasonConf(season=run.season.year, source=found.source)
    return RunDecision(bool(news) and not unfinished_count, reason, conf)


def tell(run: Run, today: dt.date) -> WatchEnd:
    """Return how the watch ended: how many letters have come, how many could not be fetched, and what was decided.
    If letters are missing after the date of REDRESS_LETTERS_EXPECTED_BY, return a warning too.
    """
    with run.record.step("tell") as note:
        found = Summary.read(run.watched_path)
        progress = _progress(found, _authorities(run))
        warning = _warning(progress, found.source, run.settings.letters_due_date(run.season.year), today)
        lost = _in_words({state: count for state, count in found.counts.items() if state in ("failed", "gone")})
        decided = [step.message for step in step_summaries(run.record) if step.name == "decide"]
        line = "; ".join(filter(None, (f"season {run.season}: {progress}", lost, *decided)))
        note.message = line
        note.facts = {"letters": progress.in_count, "expected": progress.expected_count}
    _log.info("%s", line)
    if warning is not None:
        _log.warning("%s", warning)
    return WatchEnd(line, warning)


def _news(found: Summary, before: Summary | None) -> News:
    """Return the letters which a watch found, and which the last run that landed the season did not have or could
    not fetch. `before` is the summary of that last run, or None if no run has landed the season.

    Letters are compared by their bytes, because the earlier run may have used another source or other file names. A
    letter that is gone is not news, because no season is run again in order to lose a letter.
    """
    outcomes = () if before is None else before.outcomes
    had = {outcome.sha256 for outcome in outcomes if outcome.is_had}
    answered = {outcome.reference for outcome in outcomes if outcome.is_had}
    failed = {outcome.reference for outcome in outcomes if outcome.state is AcquisitionState.FAILED}
    came = [
        outcome for outcome in found.outcomes if outcome.is_had and outcome.state is not AcquisitionState.FAILED
    ]
    others = [outcome for outcome in came if outcome.sha256 not in had]
    return News(
        new=tuple(outcome for outcome in others if outcome.reference not in answered),
        changed=tuple(outcome for outcome in others if outcome.reference in answered),
        mended=tuple(outcome for outcome in came if outcome.sha256 in had and outcome.reference in failed),
    )


def _progress(found: Summary, authorities: Authorities) -> SeasonProgress:
    in_archive = [outcome for outcome in found.outcomes if outcome.is_had]
    there = {outcome.reference.authority_id for outcome in in_archive if outcome.reference.authority_id is not None}
    expected = authorities.expected_beside(found.season, there)
    if all(outcome.reference.authority_id is None for outcome in found.outcomes):
        return SeasonProgress(found.season, len(in_archive), len(expected), None)
    missing = tuple(authority.name for authority in expected if authority.authority_id not in there)
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
    """Return the first few names, and how many further names there are."""
    more = len(names) - SHOWN_MISSING_COUNT
    return ", ".join(names[:SHOWN_MISSING_COUNT]) + (f" and {more} more" if more > 0 else "")


def _last_run(run: Run) -> Summary | None:
    return latest_landed_summary(season_folder(run.settings, run.season))


def _authorities(run: Run) -> Authorities:
    return load_authorities(additional=run.settings.additional_authorities)


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counts.items())
