"""The steps of a season's run, in the order of a letter's way.

Plan, acquire, take stock, data tables, read, check, build, release, serve, report.

Each is a plain function of what lies left of it; the dag and the command line call the same ones. What a step
hands to the next is small: names, hashes and paths.
"""

import datetime as dt
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TypedDict, TypeVar
from urllib.parse import unquote, urlsplit

from filelock import FileLock, Timeout

from redress.acquire.archive import Archive
from redress.acquire.folder import FolderSource
from redress.acquire.outcomes import (
    SUMMARY_ENDING,
    AcquisitionState,
    Journal,
    Outcome,
    Summary,
    latest_summary,
    now,
)
from redress.acquire.season import acquire_references, without_listing
from redress.acquire.source import DataTableReference, Reference, ReferenceJson, ReferenceKind, Source
from redress.authorities import Authorities
from redress.decisions import read_decisions
from redress.letters.reader import HTML_ENDINGS
from redress.letters.records import Letter
from redress.letters.workers import File, Readers
from redress.readings import Readings, ending
from redress.runs import RunRecord
from redress.seasons import Season
from redress.settings import Settings
from redress.source_doubt import doubt
from redress.warehouse.build import build, warehouse_identity
from redress.warehouse.delivery import deliver
from redress.warehouse.landing import Acquisition, LandedLetter, Landing, read_letters, write_checks, write_letters
from redress.warehouse.release_list import taken_back
from redress.warehouse.releases import Releases
from redress.warehouse.writer import writer_lock
from redress.witnesses.pages import set_pages_apart
from redress.witnesses.records import WitnessKind
from redress.witnesses.season import FetchedTable, read_tables, told

_log = logging.getLogger(__name__)
_Item = TypeVar("_Item")
SHOWN_FAILURES_COUNT = 3


class Archived(TypedDict):
    """One letter in the archive, as steps hand it on.

    `address` is where its bytes were had, `name` what they are called there: its ending has a say in whether a text
    is taken for a letter.
    """

    address: str
    name: str
    sha256: str


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
        """What the season that is being acquired has had so far, in this run or in one that was interrupted."""
        return Journal(self.settings.work_folder / "acquiring" / str(self.season), self.season)

    @property
    def summary_path(self) -> Path:
        """Where it is kept what became of each reference in this run."""
        return self.record.path.with_suffix(SUMMARY_ENDING)

    def writer_lock(self) -> FileLock:
        """The lock under which landing is replaced, and a warehouse built and published."""
        return writer_lock(self.settings)


def last_source(settings: Settings, season: Season) -> str:
    """The name of the source of the season's last run, or nothing where none is known."""
    summary = latest_summary(SeasonRun(season, "", settings).record.path.parent)
    return "" if summary is None else summary.source


def plan(run: SeasonRun, source: Source, *, retry_failed: bool = False) -> list[list[ReferenceJson]]:
    """What the source has for the season, in batches.

    A run that was interrupted is continued: what it has had already is not fetched again. With `retry_failed` what
    the season's last run acquired stands, and only what failed there is asked for.

    Raises SeasonError where the source has nothing of the season, or nothing can be retried.
    """
    with run.record.step("plan") as note:
        Archive(run.settings.archive_address).clear_incoming()
        journal = run.journal
        begun = _begun_before(run, source)
        if begun is not None and retry_failed:
            references = journal.references()
        elif retry_failed:
            references, settled = _all_but_failed(run, source)
            journal.begin(source.name, references, settled)
        else:
            references = source.references(run.season)
            if not references:
                hint = f"; put them in a folder named {run.season}" if isinstance(source, FolderSource) else ""
                raise SeasonError(f"{source.name} has no letters of season {run.season}{hint}")
            if begun is None:
                journal.begin(source.name, references)
            else:
                journal.continue_with(references)
        batches = _batches([one.as_json() for one in references], run.settings)
        note.told = f"letters: {len(references)}, batches: {len(batches)}"
        note.counts = {"letters": len(references), "batches": len(batches)}
        if begun is not None:
            settled_count = sum(one.is_settled for one in journal.outcomes().values())
            note.told += f"; goes on with what began at {begun:%Y-%m-%d %H:%M} UTC: {settled_count} are there"
    return batches


def acquire(
    run: SeasonRun,
    source: Source,
    batch_references: Sequence[ReferenceJson],
    batch: int,
    watch: Callable[[], None] = lambda: None,
) -> int:
    """The bytes of a batch into the archive, and what became of each into the journal; how many there are bytes of.

    `watch` is called for each as it is done. A letter that cannot be had does not stop the others. Raises
    ArchiveError where the archive cannot be written to, SourceError where the source is of no use; done again, the
    step goes on where it was.
    """
    with run.record.step(f"acquire {batch + 1}") as note:
        archive, journal = Archive(run.settings.archive_address), run.journal
        references = [Reference.from_json(run.season, one) for one in batch_references]
        before = journal.outcomes()
        outcomes = [
            before[one]
            for one in references
            if one in before and before[one].is_settled and _is_there(before[one], archive)
        ]
        for _ in outcomes:
            watch()
        settled = {one.reference for one in outcomes}

        def noted(outcome: Outcome) -> None:
            journal.note(outcome)
            watch()

        wanted = [one for one in references if one not in settled]
        outcomes += acquire_references(source, archive, wanted, noted)
        had = sum(one.is_had for one in outcomes)
        note.counts = _counts(outcomes)
        note.told = f"{had} letters in the archive ({_told(note.counts)})"
        if settled:
            note.told += f"; {len(settled)} were there before"
        _log.info("season %s, batch %s: %s", run.season, batch + 1, note.told)
    return had


def take_stock(run: SeasonRun, source: Source) -> list[list[Archived]]:
    """What the archive has of the season, in batches to be read; what became of each is kept with the run's record.

    Raises SeasonError where too many could not be had, or none at all: landing stays as it was, and the next run
    asks for those again.
    """
    with run.record.step("take stock") as note:
        summary = _summary(run, source)
        summary.write(run.summary_path)
        note.counts = summary.counts
        note.told = _told(summary.counts)
        why_not = _why_not_go_on(summary, run.settings)
        if why_not is not None:
            raise SeasonError(why_not)
        archived = [_archived(one) for one in summary.outcomes if one.is_had]
    return _batches(archived, run.settings)


def land_data_tables(run: SeasonRun, source: Source) -> int:
    """The season's data tables and their mappings into the archive, what they say into landing; how many figures.

    A table without a mapping is reported with a start of one, and the season goes on, as it does where a table
    cannot be had: the bytes that came before stand for it. Raises WitnessError where a table and its mapping do
    not fit; landing is as it was then.
    """
    with run.record.step("data tables") as note:
        tables, failed = _fetched_tables(run, source)
        authorities = Authorities.load(additional=run.settings.additional_authorities)
        read = read_tables(tables, run.season, authorities)
        with run.writer_lock():
            landing = Landing(run.settings.landing_folder)
            landing.replace_witnesses(run.season, WitnessKind.DATA_TABLE, read.figures, read.reports)
        note.told = "; ".join([told(read), *(_with_address(one) for one in failed)])
        note.counts = {"tables": len(tables), "figures": len(read.figures), "reports": len(read.reports)}
    return len(read.figures)


def read(run: SeasonRun, archived: Sequence[Archived], batch: int) -> str:
    """A batch of archived letters read, into two Parquet files; their folder is the answer.

    Bytes that this reader has read for the season before are not read again.
    """
    archive = Archive(run.settings.archive_address)
    folder = run.work_folder / f"read-{batch:04d}"
    with run.record.step(f"read {batch + 1}") as note:
        known = _readings(run).find(run.season, {one["sha256"] for one in archived})
        new = [one for one in archived if (one["sha256"], ending(one["name"])) not in known]
        found = known | _newly_read(archive, new, run.settings)
        letters = [
            LandedLetter(run.season, one["address"], found[one["sha256"], ending(one["name"])]) for one in archived
        ]
        folder.mkdir(parents=True, exist_ok=True)
        write_letters(letters, *_part_paths(folder))
        figures = sum(len(landed.letter.figures) for landed in letters)
        note.told = f"{len(letters)} letters read, {figures} figures"
        if len(new) < len(archived):
            note.told += f"; {len(archived) - len(new)} of them are as they were read before"
        note.counts = {"letters": len(letters), "newly_read": len(new), "figures": figures}
    return str(folder)


def check(run: SeasonRun, parts: Iterable[str]) -> dict[str, int]:
    """The season's parts through the gate and into landing; the number of letters by disposition.

    All checks are kept beside the run's record too, whatever comes of them. Raises SeasonError where most files are
    refused: the source looks wrong then, and landing stays as it was.
    """
    with run.record.step("check") as note, run.writer_lock():
        from expectations.gate import gate  # Great Expectations takes seconds to import: only where it is used

        files = [landed for part in parts for landed in read_letters(*_part_paths(Path(part)))]
        authorities = Authorities.load(additional=run.settings.additional_authorities)
        unique = _without_duplicates(files)
        letters, page_figures = set_pages_apart(unique, run.season, authorities)
        decisions = read_decisions(run.settings.landing_folder)
        gated = gate(run.season, letters, authorities, decisions)
        write_checks(run.season, gated.checks, run.record.path.with_suffix(".checks.parquet"))
        why_not = doubt(run.season, gated.checks, gated.dispositions, run.settings)
        if why_not is not None:
            run.journal.end()  # the next run asks the source again, which may have been put right
            raise SeasonError(why_not)
        landing = Landing(run.settings.landing_folder)
        landing.replace_season(run.season, letters, gated.checks, gated.dispositions)
        landing.replace_witnesses(run.season, WitnessKind.STATISTICS_PAGE, page_figures)
        landing.replace_acquisitions(run.season, _acquisitions(run))
        _readings(run).keep(run.season, files)
        counts: dict[str, int] = {}
        for disposition in gated.dispositions:
            counts[disposition.disposition] = counts.get(disposition.disposition, 0) + 1
        note.told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        for sha256, found in gated.checks:
            if sha256 is None and not found.is_passed:
                note.told += f"; {found.severity}: {found.detail}"
        if len(files) > len(unique):
            note.told += f"; copies of another file, byte for byte: {len(files) - len(unique)}"
        if len(unique) > len(letters):
            note.told += f"; statistics pages beside a letter, taken as witnesses: {len(unique) - len(letters)}"
        note.counts = dict(counts)
    return counts


def build_warehouse(run: SeasonRun) -> str | None:
    """The warehouse of all that is landed, built and tested; its identity, or None where there is none to publish.

    There is none where it is current already, and where a person took the release of just that content back.
    """
    releases = Releases(run.settings.warehouse_folder)
    with run.record.step("build") as note, run.writer_lock():
        releases.clear()
        identity = warehouse_identity(run.settings)
        current = releases.current()
        if current is not None and current.name == identity:
            note.told = f"release {identity} holds all of this already"
            return None
        withdrawn = taken_back(releases, identity)
        if current is not None and withdrawn is not None:
            note.told = (
                f"what is landed is that of release {identity}, which {withdrawn.by} took back on "
                f"{withdrawn.told_at}; {current.name} stays current (redress rollback {identity} gives it back)"
            )
            return None
        if releases.release_folder(identity).is_dir():
            note.told = f"release {identity} was built before"
            return identity
        with releases.building(identity) as file:
            build(run.settings, file)
        note.told = f"warehouse {identity} built, and its tests passed"
    return identity


def release(run: SeasonRun, identity: str | None) -> str:
    """A built warehouse published; the folder of the current release."""
    releases = Releases(run.settings.warehouse_folder)
    with run.record.step("release") as note, run.writer_lock():
        current = releases.current()
        if identity is None:
            note.told = "nothing changed, nothing published"
        elif identity != warehouse_identity(run.settings):
            note.told = f"another season has been landed since {identity} was built; its own run publishes both"
        elif releases.release_folder(identity).is_dir():
            releases.point_at(identity)
            note.told = f"release {identity} is current again"
        else:
            releases.publish(identity)
            note.told = f"release {identity} published"
        note.told = "; ".join([note.told, *deliver(run.settings)])
        current = releases.current()
    shutil.rmtree(run.work_folder, ignore_errors=True)
    if run.summary_path.exists():
        run.journal.end()
    if current is None:
        raise SeasonError(f"nothing has been published in {releases.folder}, although the build says it is current")
    return str(current)


def serve(run: SeasonRun) -> str | None:
    """The current release into the PostgreSQL that serves it; what was done there, or None where none is set.

    Raises ServeError where that fails: the release is out as files, and PostgreSQL has the one before.
    """
    if not run.settings.serve_url:
        return None
    with run.record.step("serve") as note, run.writer_lock():
        from redress.warehouse.postgres import serve_current  # only where it is used

        note.told = str(serve_current(run.settings))
    return note.told


def build_data_docs(run: SeasonRun) -> str:
    """Great Expectations' pages about the season as it is landed; their first page."""
    with run.record.step("data docs") as note:
        from expectations.data_docs import write_data_docs

        landing = Landing(run.settings.landing_folder)
        index = write_data_docs(
            run.season,
            landing.letters(run.season),
            Authorities.load(additional=run.settings.additional_authorities),
            read_decisions(run.settings.landing_folder),
            run.settings.data_docs_folder / str(run.season),
            run.run_id,
        )
        note.told = str(index)
    return str(index)


def run_season(
    run: SeasonRun,
    source: Source,
    *,
    retry_failed: bool = False,
    watch: Callable[[int, int], None] = lambda done, of: None,
) -> str:
    """The whole way of one season in this process; the folder of the current release.

    `watch` is told how many references have been acquired, and of how many. Pages that cannot be written are noted
    in the run's record: the release is out by then. So it is where PostgreSQL fails, which comes last.
    """
    parts = acquire_and_read(run, source, retry_failed=retry_failed, watch=watch)
    with run.writer_lock():
        check(run, parts)
        folder = release(run, build_warehouse(run))
    with suppress(Exception):
        build_data_docs(run)
    serve(run)
    return folder


def acquire_and_read(
    run: SeasonRun,
    source: Source,
    *,
    retry_failed: bool = False,
    watch: Callable[[int, int], None] = lambda done, of: None,
) -> list[str]:
    """The first half of the way, up to the check: the folders of what was read. `watch` as of `run_season`.

    Raises SeasonError where another process acquires the same season.
    """
    done = 0
    with _acquiring_alone(run):
        batches = plan(run, source, retry_failed=retry_failed)
        total = sum(len(batch) for batch in batches)

        def count() -> None:
            nonlocal done
            done += 1
            watch(done, total)

        for number, references in enumerate(batches):
            acquire(run, source, references, number, count)
        acquired = take_stock(run, source)
        land_data_tables(run, source)
    return [read(run, archived, number) for number, archived in enumerate(acquired)]


@contextmanager
def _acquiring_alone(run: SeasonRun) -> Iterator[None]:
    """No other process of this home acquires the season meanwhile; a process that is killed holds nothing."""
    place = run.settings.work_folder / "acquiring" / f"{run.season}.lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(place, timeout=0):
            yield
    except Timeout:
        raise SeasonError(
            f"season {run.season} is being acquired by another process in {run.settings.home}; wait for it to end"
        ) from None


def _begun_before(run: SeasonRun, source: Source) -> dt.datetime | None:
    """When the run began that this one continues, or None where there is none from this source, or not lately."""
    journal = run.journal
    if journal.source() != source.name:
        return None
    began_at = journal.began_at()
    age = dt.datetime.now(dt.UTC) - began_at
    return began_at if age <= dt.timedelta(hours=run.settings.resume_within_hours) else None


def _all_but_failed(run: SeasonRun, source: Source) -> tuple[tuple[Reference, ...], tuple[Outcome, ...]]:
    """What the last run of the season asked for, and what became of it where it did not fail."""
    summary = latest_summary(run.record.path.parent)
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
    asked = [one for one in summary.outcomes if one.state is not AcquisitionState.NOT_LISTED]
    settled = (replace(one, is_settled=True) for one in asked if one.state is not AcquisitionState.FAILED)
    return tuple(one.reference for one in asked), tuple(settled)


def _is_there(outcome: Outcome, archive: Archive) -> bool:
    """Whether the archive still has what a settled outcome says."""
    return outcome.sha256 is None or archive.holds(outcome.sha256)


def _summary(run: SeasonRun, source: Source) -> Summary:
    """What became of every reference that was planned; the summary of this run where it was made before."""
    journal = run.journal
    if journal.source() is None and run.summary_path.exists():
        return Summary.read(run.summary_path)
    if journal.source() != source.name:
        raise SeasonError(f"season {run.season} has not been acquired from {source.name}: run it again")
    references, outcomes = journal.references(), journal.outcomes()
    missing = [one.address for one in references if one not in outcomes]
    if missing:
        raise SeasonError(
            f"season {run.season} is not acquired yet: nothing is known of {len(missing)} of {len(references)} "
            f"letters, the first {missing[0]}; run it again"
        )
    asked = tuple(outcomes[reference] for reference in references)
    authorities = Authorities.load(additional=run.settings.additional_authorities)
    return Summary(
        run.season,
        run.run_id,
        source.name,
        journal.began_at().isoformat(timespec="milliseconds"),
        now(),
        asked + without_listing(asked, run.season, authorities),
    )


def _why_not_go_on(summary: Summary, settings: Settings) -> str | None:
    """Why a season must not be read as it was acquired, for a person; None where nothing speaks against it."""
    asked = [one for one in summary.outcomes if one.state is not AcquisitionState.NOT_LISTED]
    lost = [one for one in asked if one.state in (AcquisitionState.FAILED, AcquisitionState.GONE)]
    found = _told(summary.counts)
    shown = "; ".join(_with_address(one) for one in lost[:SHOWN_FAILURES_COUNT])
    if not any(one.is_had for one in asked):
        detail = shown or "; ".join(_with_address(one) for one in asked[:SHOWN_FAILURES_COUNT])
        return (
            f"season {summary.season}: none of {len(asked)} letters could be had from {summary.source} ({found}). "
            f"{detail}. Nothing has been landed, and the season is as it was before"
        )
    is_too_many = 100 * len(lost) > settings.stop_above_failed_pct * len(asked)
    if not is_too_many or len(lost) < settings.stop_from_failed_count:
        return None
    causes = Counter(str(one.cause or one.state) for one in lost)
    return (
        f"season {summary.season}: {len(lost)} of {len(asked)} letters could not be had from {summary.source} "
        f"({', '.join(f'{count} {cause}' for cause, count in causes.most_common())}), and no more than "
        f"{settings.stop_above_failed_pct:g}% may fail. The first: {shown}. Nothing has been landed. What came is "
        "in the archive: put the cause right and run the season again, which asks for the others alone; or set "
        "REDRESS_STOP_ABOVE_FAILED_PCT=100 to go on without them"
    )


def _with_address(outcome: Outcome) -> str:
    """Why something did not come, and from where, said once."""
    address = outcome.reference.address
    return outcome.detail if address in outcome.detail else f"{address}: {outcome.detail}"


def _acquisitions(run: SeasonRun) -> list[Acquisition]:
    """One row for each authority that the season's source knows of, or should."""
    if not run.summary_path.exists():
        return []
    by_authority: dict[str, list[Outcome]] = {}
    for one in Summary.read(run.summary_path).outcomes:
        if one.reference.authority_id is not None and one.reference.kind is ReferenceKind.LETTER:
            by_authority.setdefault(one.reference.authority_id, []).append(one)
    return [_acquisition(authority_id, outcomes) for authority_id, outcomes in sorted(by_authority.items())]


def _acquisition(authority_id: str, outcomes: Sequence[Outcome]) -> Acquisition:
    """What became of an authority's letters: one that is there speaks for it, then one that failed."""
    if any(one.is_had for one in outcomes):
        return Acquisition(authority_id, "acquired")
    for state in (AcquisitionState.FAILED, AcquisitionState.GONE, AcquisitionState.NOT_PUBLISHED):
        for one in outcomes:
            if one.state is state:
                told_state = "not_published" if state is AcquisitionState.GONE else str(state)
                return Acquisition(authority_id, told_state, None if one.cause is None else str(one.cause))
    return Acquisition(authority_id, str(AcquisitionState.NOT_LISTED))


def _archived(outcome: Outcome) -> Archived:
    address = outcome.found_address or outcome.reference.address
    name = PurePosixPath(unquote(urlsplit(address).path) if "://" in address else address).name
    if outcome.reference.kind is ReferenceKind.STATISTICS_PAGE and ending(name) not in HTML_ENDINGS:
        name = f"{name or 'page'}.html"
    return {"address": address, "name": name, "sha256": str(outcome.sha256)}


def _newly_read(
    archive: Archive, archived: Sequence[Archived], settings: Settings
) -> dict[tuple[str, str], Letter]:
    """Letters by their sha256 and their name's ending; where there is nothing to read no process is started."""
    if not archived:
        return {}
    files = (File(one["name"], archive.read(one["sha256"])) for one in archived)
    with Readers(settings.reading_limits) as readers:
        return {
            (one["sha256"], ending(one["name"])): letter
            for one, letter in zip(archived, readers.read(files), strict=True)
        }


def _readings(run: SeasonRun) -> Readings:
    return Readings(run.settings.work_folder / "readings")


def _fetched_tables(run: SeasonRun, source: Source) -> tuple[list[FetchedTable], list[Outcome]]:
    """The data tables that the archive has by now, and what could not be had of them."""
    archive = Archive(run.settings.archive_address)
    listed = source.data_tables(run.season)
    wanted = [one.table for one in listed] + [one.mapping for one in listed if one.has_mapping]
    outcomes = acquire_references(source, archive, wanted, lambda outcome: None)
    found = {one.reference: archive.read(one.sha256) for one in outcomes if one.sha256 is not None}
    places = {one.reference: one.found_address or one.reference.address for one in outcomes}
    tables = [_table(one, places, found) for one in listed if one.table in found]
    return tables, [one for one in outcomes if one.detail]


def _table(listed: DataTableReference, places: dict[Reference, str], found: dict[Reference, bytes]) -> FetchedTable:
    mapping = found.get(listed.mapping) if listed.has_mapping else None
    return FetchedTable(places[listed.table], found[listed.table], listed.mapping_address, mapping)


def _batches(items: Sequence[_Item], settings: Settings) -> list[list[_Item]]:
    size = settings.read_batch_letters
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def _counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    return dict(sorted(Counter(str(one.state) for one in outcomes).items()))


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counts.items())


def _part_paths(folder: Path) -> tuple[Path, Path]:
    return folder / "letters.parquet", folder / "figures.parquet"


def _without_duplicates(letters: Iterable[LandedLetter]) -> tuple[LandedLetter, ...]:
    """One row for each file: byte-identical files are one letter, under the first of their addresses."""
    unique: dict[str, LandedLetter] = {}
    for landed in sorted(letters, key=lambda landed: landed.source_address):
        unique.setdefault(landed.letter.sha256, landed)
    return tuple(unique.values())
