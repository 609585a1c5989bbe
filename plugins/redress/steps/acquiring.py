"""From the source into the archive: the steps plan, acquire (in batches), take stock and data tables."""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypedDict, TypeVar
from urllib.parse import unquote, urlsplit

from redress.acquire.archive import Archive
from redress.acquire.fetching import acquire_references, without_listing
from redress.acquire.journal import Journal
from redress.acquire.outcomes import AcquisitionState, Outcome, Summary, now
from redress.acquire.source import DataTableReference, Reference, ReferenceJson, ReferenceKind, Source
from redress.acquire.sources.folder import FolderSource
from redress.model.file_kinds import HTML_ENDINGS
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.model.witness import WitnessKind
from redress.read.data_tables.season import FetchedTable, read_tables, told
from redress.settings import Settings
from redress.steps.letter_changes import forget_before
from redress.steps.readings import ending
from redress.steps.record import StepNote, step_summaries
from redress.steps.run import (
    Run,
    SeasonError,
    correct_times_to_come,
    damaged_records,
    latest_checked_summary,
    latest_summary,
    season_folder,
)

_log = logging.getLogger(__name__)
_Item = TypeVar("_Item")
SHOWN_FAILURES_COUNT = 3
FORGET_AFTER = dt.timedelta(days=7)
"""A journal is kept for this time, or for REDRESS_RESUME_WITHIN_HOURS if that is longer. Then it is removed."""
HOW_TO_START_OVER = "clear plan and downstream, or start a new run"
NOTHING_YET = "nothing_yet"
"""A key in a step's facts. If the facts have this key, the run is over: nobody asked for it, and no source is named
or the source has no letter of the season yet."""


class Archived(TypedDict):
    """One archived file that will be read as a letter, in the form in which steps hand on files.

    `address` is where the bytes came from. `name` is the file's name there, with an ending for the kind of file.
    """

    address: str
    name: str
    sha256: str


def last_source(settings: Settings, season: Season) -> str:
    """Return the name of the source of the season's last run; "" if no run is known."""
    summary = latest_summary(season_folder(settings, season))
    return "" if summary is None else summary.source


def plan(
    run: Run, source: Source, *, retry_failed: bool = False, is_asked: bool = True
) -> list[list[ReferenceJson]]:
    """List the references (files) that the source has for the season, in batches.

    Files that an interrupted run has fetched are not fetched again by the run's next try, or by the next run from
    the same source. If a run has published and is done again under its id (a backfill that reprocesses), it starts
    over with a new record. With `retry_failed`, only the references that failed in the season's last run are
    fetched; the outcomes of the others are kept. If the schedule alone started the run (`is_asked` is False) and
    the source does not have the season yet, the result is empty.

    Damaged lines of earlier records are left out. If an earlier run seems to end in the future, because a clock was
    wrong, its end is set to now. The step's message names the records with damaged lines and the corrected runs.
    Raises SeasonError if the source has nothing of the season, or if nothing can be retried.
    """
    _set_aside_if_ended(run)
    with run.record.step("plan") as note:
        Archive(run.settings.archive_address).clear_incoming()
        corrected = correct_times_to_come(run.folder)
        interrupted = _interrupted(run, source, retry_failed=retry_failed)
        outcomes = () if interrupted is None else tuple(interrupted.outcomes().values())
        began_at = None if interrupted is None else interrupted.began_at()
        if retry_failed and interrupted is not None:
            references = interrupted.references()
        elif retry_failed:
            references, outcomes = _all_but_failed(run, source)
        else:
            references = source.references(run.season)
            if not references:
                if not is_asked:
                    note_nothing_yet(note, f"{source.name} has no letters of season {run.season} yet")
                    return []
                hint = f"; put them in a folder named {run.season}" if isinstance(source, FolderSource) else ""
                raise SeasonError(f"{source.name} has no letters of season {run.season}{hint}")
        run.journal.begin(source.name, references, outcomes, began_at, is_retry=retry_failed)
        batches = in_batches([reference.as_json() for reference in references], run.settings)
        note.message = f"letters: {len(references)}, batches: {len(batches)}"
        note.facts = {"letters": len(references), "batches": len(batches)}
        if began_at is not None:
            settled_count = sum(outcome.is_settled for outcome in outcomes)
            note.message += f"; goes on with what began at {began_at:%Y-%m-%d %H:%M} UTC: {settled_count} are there"
        note.message = "; ".join((note.message, *corrected, *damaged_records(run.folder)))
    return batches


def acquire(
    run: Run,
    source: Source,
    batch_references: Sequence[ReferenceJson],
    batch: int,
    watch: Callable[[], None] = lambda: None,
) -> int:
    """Fetch a batch, and note each outcome in the journal. Return for how many references the archive has bytes.

    `watch` is called after each reference. If a letter cannot be fetched, the step goes on with the next letter.
    Raises ArchiveError if the archive cannot be written, SourceError if the source cannot be used, and SeasonError
    if the run has no journal any more. A repeated step goes on where it stopped.
    """
    with run.record.step(f"acquire {batch + 1}") as note:
        archive, journal = Archive(run.settings.archive_address), run.journal
        if journal.source() is None:
            _require_its_plan_here(run)
            raise SeasonError(f"this run of season {run.season} has ended its acquiring; {HOW_TO_START_OVER}")
        references = [Reference.from_json(run.season, reference) for reference in batch_references]
        before = journal.outcomes()
        outcomes = [
            before[reference]
            for reference in references
            if reference in before and before[reference].is_settled and _is_there(before[reference], archive)
        ]
        for _ in outcomes:
            watch()
        settled = {outcome.reference for outcome in outcomes}

        def noted(outcome: Outcome) -> None:
            journal.note(outcome)
            watch()

        wanted = [reference for reference in references if reference not in settled]
        outcomes += acquire_references(source, archive, wanted, noted)
        had = sum(outcome.is_had for outcome in outcomes)
        note.facts = _counts(outcomes)
        note.message = f"{had} letters in the archive ({_in_words(note.facts)})"
        if settled:
            note.message += f"; {len(settled)} were there before"
        _log.info("season %s, batch %s: %s", run.season, batch + 1, note.message)
    return had


def take_stock(run: Run, source: Source, *, is_asked: bool = True) -> list[list[Archived]]:
    """Write the run's summary, which has the outcome of each reference. Return the archived files of the season, in
    batches to read.

    Raises SeasonError if too many files, or all files, could not be fetched. Landing then stays as it was, and the
    next run fetches these files again. `is_asked` is as for `plan`.
    """
    with run.record.step("take stock") as note:
        summary = _summary(run, source)
        summary.write(run.summary_path)
        note.facts = summary.counts
        note.message = _in_words(summary.counts)
        if not is_asked and _has_nothing_published(summary):
            note_nothing_yet(note, f"{source.name} has published no letter of season {run.season} yet")
            run.journal.end()
            return []
        why_not = _why_not_go_on(summary, run.settings)
        if why_not is not None:
            raise SeasonError(why_not)
    return in_batches(had_files(summary), run.settings)


def read_data_tables(run: Run, source: Source) -> int:
    """Fetch the Ombudsman's data tables of the season into the archive, and read them. A mapping (what a table's
    columns mean) is fetched too if there is one. Return the number of figures in the tables.

    `check` lands both the tables and the season's letters, or neither. None of the following stops the season:

    - A table has no mapping: the report has a draft of a mapping.
    - A table cannot be fetched: the bytes of an earlier fetch are used.
    - A table cannot be read: the report says why.

    Raises WitnessError if a table and its mapping do not fit.
    """
    with run.record.step("data tables") as note:
        tables, failed = _fetched_tables(run, source)
        authorities = load_authorities(additional=run.settings.additional_authorities)
        read = read_tables(tables, run.season, authorities, run.settings.reading_limits)
        run.data_tables.folder.mkdir(parents=True, exist_ok=True)
        run.data_tables.replace_witnesses(run.season, WitnessKind.DATA_TABLE, read.figures, read.reports)
        note.message = "; ".join([told(read), *(_with_address(outcome) for outcome in failed)])
        note.facts = {"tables": len(tables), "figures": len(read.figures), "reports": len(read.reports)}
    return len(read.figures)


def note_nothing_yet(note: StepNote, reason: str) -> None:
    """Write into a step's note why a run that nobody asked for has nothing to do."""
    note.message = f"{reason}, and nobody has asked for it: there is nothing to do"
    note.facts = {NOTHING_YET: True}


def why_nothing_to_do(run: Run) -> str | None:
    """If a run's last step noted that there is nothing to do, return why; otherwise return None."""
    ends = [event for event in run.record.events() if event["state"] != "began"]
    return str(ends[-1]["told"]) if ends and ends[-1].get("counts", {}).get(NOTHING_YET) else None


def _set_aside_if_ended(run: Run) -> None:
    """If this run has published and is done again, set its record aside, and remove what `keep_before` noted."""
    ended = [event["step"] for event in run.record.events() if event["state"] == "done"]
    if "release" in ended:
        run.record.set_aside()
        forget_before(run)


def _interrupted(run: Run, source: Source, *, retry_failed: bool) -> Journal | None:
    """Return the journal that this run continues: its own, or the journal of another run from this source. Return
    None if no journal fits.

    A journal fits if it began at most REDRESS_RESUME_WITHIN_HOURS ago, and no run of the season has come to its
    check since. A run of the whole season does not continue the journal of a run that fetched failures only.
    Journals that are damaged or too old (FORGET_AFTER) are removed.
    """
    now_at, resumed = dt.datetime.now(dt.UTC), dt.timedelta(hours=run.settings.resume_within_hours)
    checked = latest_checked_summary(run.folder)
    found = []
    for journal in run.journals():
        if journal.is_damaged():
            journal.end()
            continue
        age = now_at - journal.began_at()
        if age > max(FORGET_AFTER, resumed):
            journal.end()
        elif (
            journal.source() == source.name
            and (retry_failed or not journal.is_retry())
            and dt.timedelta() <= age <= resumed  # if a clock was ahead, nobody knows when the journal began
            and (checked is None or dt.datetime.fromisoformat(checked.ended_at) < journal.began_at())
        ):
            found.append(journal)
    return max(found, key=lambda journal: (journal.began_at(), len(journal.outcomes())), default=None)


def _all_but_failed(run: Run, source: Source) -> tuple[tuple[Reference, ...], tuple[Outcome, ...]]:
    """Return the references that the season's last run asked for, and the outcomes of those references that did not
    fail. Raises SeasonError if no run is known, if the last run had another source, or if nothing failed in it.
    """
    summary = latest_summary(run.folder)
    again = f"take the whole season: redress run {run.season} --from {source.name}"
    if summary is None:
        raise SeasonError(f"no run of season {run.season} is known whose failures could be retried; {again}")
    if summary.source != source.name:
        raise SeasonError(
            f"the last run of season {run.season} was from {summary.source}, and its failures cannot be retried "
            f"from {source.name}; {again}"
        )
    if not summary.failed:
        raise SeasonError(f"nothing failed in the last run of season {run.season} ({summary.run_id}); {again}")
    asked = [outcome for outcome in summary.outcomes if outcome.state is not AcquisitionState.NOT_LISTED]
    settled = (
        replace(outcome, is_settled=True) for outcome in asked if outcome.state is not AcquisitionState.FAILED
    )
    return tuple(outcome.reference for outcome in asked), tuple(settled)


def _require_its_plan_here(run: Run) -> None:
    """Raise SeasonError if the run's record has no step `plan`: a machine with another state planned the run."""
    if not any(step.name == "plan" for step in step_summaries(run.record)):
        raise SeasonError(
            f"the journal of run {run.run_id} of season {run.season} is not here: {run.settings.state_address} "
            "knows no plan of the run, which another machine has made. All workers need one common REDRESS_STATE, "
            "at an object store or in a folder that all of them reach"
        )


def _is_there(outcome: Outcome, archive: Archive) -> bool:
    """Return whether the archive has the bytes that an outcome names, or the outcome names no bytes."""
    return outcome.sha256 is None or archive.holds(outcome.sha256)


def _summary(run: Run, source: Source) -> Summary:
    """Return the run's summary, which has the outcome of each planned reference. Raises SeasonError if a reference
    has no outcome yet, or if another source was planned.
    """
    journal = run.journal
    if journal.source() is None and run.summary_path.exists():
        return Summary.read(run.summary_path)
    if journal.source() is None:
        _require_its_plan_here(run)
    if journal.source() != source.name:
        raise SeasonError(f"season {run.season} has not been acquired from {source.name}: run it again")
    references, outcomes = journal.references(), journal.outcomes()
    missing = [reference.address for reference in references if reference not in outcomes]
    if missing:
        raise SeasonError(
            f"season {run.season} is not acquired yet: nothing is known of {len(missing)} of {len(references)} "
            f"letters, the first {missing[0]}; run it again"
        )
    asked = tuple(outcomes[reference] for reference in references)
    authorities = load_authorities(additional=run.settings.additional_authorities)
    return Summary(
        run.season,
        run.run_id,
        source.name,
        journal.began_at().isoformat(timespec="milliseconds"),
        now(),
        asked + without_listing(asked, run.season, authorities),
    )


def _has_nothing_published(summary: Summary) -> bool:
    """Return whether the source has no letter of the season: it lists none, or says that none is published."""
    without = (AcquisitionState.NOT_LISTED, AcquisitionState.NOT_PUBLISHED)
    return all(outcome.state in without for outcome in summary.outcomes)


def _why_not_go_on(summary: Summary, settings: Settings) -> str | None:
    """If the run cannot go on because too many files are missing, return a message that says so; otherwise None."""
    asked = [outcome for outcome in summary.outcomes if outcome.state is not AcquisitionState.NOT_LISTED]
    lost = [outcome for outcome in asked if outcome.state in (AcquisitionState.FAILED, AcquisitionState.GONE)]
    found = _in_words(summary.counts)
    shown = "; ".join(_with_address(outcome) for outcome in lost[:SHOWN_FAILURES_COUNT])
    if not any(outcome.is_had for outcome in asked):
        detail = shown or "; ".join(_with_address(outcome) for outcome in asked[:SHOWN_FAILURES_COUNT])
        return (
            f"season {summary.season}: none of {len(asked)} letters could be had from {summary.source} ({found}). "
            f"{detail}. Nothing has been landed, and the season is as it was before"
        )
    is_too_many = 100 * len(lost) > settings.stop_above_failed_pct * len(asked)
    if not is_too_many or len(lost) < settings.stop_from_failed_count:
        return None
    causes = Counter(str(outcome.cause or outcome.state) for outcome in lost)
    return (
        f"season {summary.season}: {len(lost)} of {len(asked)} letters could not be had from {summary.source} "
        f"({', '.join(f'{count} {cause}' for cause, count in causes.most_common())}), and no more than "
        f"{settings.stop_above_failed_pct:g}% may fail. The first: {shown}. Nothing has been landed. What came is "
        "in the archive: put the cause right and run the season again, which asks for the others alone; or set "
        "REDRESS_STOP_ABOVE_FAILED_PCT=100 to go on without them"
    )


def _with_address(outcome: Outcome) -> str:
    """Return why a file could not be fetched, with the file's address unless the reason names it."""
    address = outcome.reference.address
    return outcome.detail if address in outcome.detail else f"{address}: {outcome.detail}"


def had_files(summary: Summary) -> list[Archived]:
    """Return the archived files in a run's summary: a file for each reference for which the archive has bytes."""
    return [
        archived_file(outcome.found_address or outcome.reference.address, outcome.reference.kind, outcome.sha256)
        for outcome in summary.outcomes
        if outcome.sha256 is not None
    ]


def archived_file(address: str, kind: ReferenceKind, sha256: str) -> Archived:
    """Return a file in the form in which steps hand on files. A statistics page gets the ending of a web page."""
    name = PurePosixPath(unquote(urlsplit(address).path) if "://" in address else address).name
    if kind is ReferenceKind.STATISTICS_PAGE and ending(name) not in HTML_ENDINGS:
        name = f"{name or 'page'}.html"
    return {"address": address, "name": name, "sha256": sha256}


def _fetched_tables(run: Run, source: Source) -> tuple[list[FetchedTable], list[Outcome]]:
    """Fetch the data tables and their mappings. Return the tables for which the archive has bytes, and the outcomes
    of the files that could not be fetched.
    """
    archive = Archive(run.settings.archive_address)
    listed = source.data_tables(run.season)
    wanted = [listed_table.table for listed_table in listed] + [
        listed_table.mapping for listed_table in listed if listed_table.has_mapping
    ]
    outcomes = acquire_references(source, archive, wanted, lambda outcome: None)
    found = {outcome.reference: archive.read(outcome.sha256) for outcome in outcomes if outcome.sha256 is not None}
    places = {outcome.reference: outcome.found_address or outcome.reference.address for outcome in outcomes}
    tables = [_table(listed_table, places, found) for listed_table in listed if listed_table.table in found]
    return tables, [outcome for outcome in outcomes if outcome.detail]


def _table(listed: DataTableReference, places: dict[Reference, str], found: dict[Reference, bytes]) -> FetchedTable:
    mapping = found.get(listed.mapping) if listed.has_mapping else None
    return FetchedTable(places[listed.table], found[listed.table], listed.mapping_address, mapping)


def in_batches(items: Sequence[_Item], settings: Settings) -> list[list[_Item]]:
    """Return items in batches of at most REDRESS_READ_BATCH_LETTERS. Each batch is the work of one task."""
    size = settings.read_batch_letters
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def _counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    return dict(sorted(Counter(str(outcome.state) for outcome in outcomes).items()))


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counts.items())
