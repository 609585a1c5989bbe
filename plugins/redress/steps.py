"""The steps of a season's run, in the order of a letter's way: plan, acquire, read, check, build, release, report.

Each is a plain function of what lies left of it; the dag and the command line call the same ones. What a step
hands to the next is small: names, hashes and paths.
"""

import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from filelock import FileLock

from redress.acquire.archive import Archive
from redress.acquire.folder import FolderSource
from redress.acquire.source import DataTableReference, Reference, Source, SourceError
from redress.authorities import Authorities
from redress.decisions import read_decisions
from redress.letters.workers import File, Readers
from redress.runs import RunRecord
from redress.seasons import Season
from redress.settings import Settings
from redress.source_doubt import doubt
from redress.warehouse.build import build, warehouse_identity
from redress.warehouse.landing import LandedLetter, Landing, read_letters, write_checks, write_letters
from redress.warehouse.releases import Releases
from redress.warehouse.writer import writer_lock
from redress.witnesses.pages import set_pages_apart
from redress.witnesses.records import WitnessKind
from redress.witnesses.season import DATA_TABLE_CITATION, MAPPING_CITATION, FetchedTable, read_tables, told


class Archived(TypedDict):
    """One letter in the archive, as steps hand it on."""

    address: str
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

    def writer_lock(self) -> FileLock:
        """The lock under which landing is replaced, and a warehouse built and published."""
        return writer_lock(self.settings)


def source_of(text: str) -> Source:
    """The source that a text names: "folder:<path>", or a path. Raises SourceError for any other."""
    if not text:
        raise SourceError("say where the letters come from: --from <folder>, or REDRESS_SOURCE=folder:<path>")
    kind, separator, place = text.partition(":")
    if separator and kind == "folder":
        return FolderSource(Path(place).absolute())
    if not separator:
        return FolderSource(Path(text).absolute())
    raise SourceError(f'"{text}" names no source that is known; name a folder of letters: folder:<path>')


def plan(run: SeasonRun, source: Source) -> list[list[str]]:
    """The addresses of the season's letters in batches. Raises SeasonError where the source has none."""
    with run.record.step("plan") as note:
        addresses = [reference.address for reference in source.references(run.season)]
        if not addresses:
            raise SeasonError(
                f"{source.name} has no letters of season {run.season}; put them in a folder named {run.season}"
            )
        size = run.settings.read_batch_letters
        batches = [addresses[start : start + size] for start in range(0, len(addresses), size)]
        note.told = f"letters: {len(addresses)}, batches: {len(batches)}"
        note.counts = {"letters": len(addresses), "batches": len(batches)}
    return batches


def land_data_tables(run: SeasonRun, source: Source) -> int:
    """The season's data tables and their mappings into the archive, what they say into landing; how many figures.

    A table without a mapping is reported with a start of one, and the season goes on. Raises WitnessError where a
    table and its mapping do not fit; landing is as it was then.
    """
    with run.record.step("data tables") as note:
        tables = [_archived_table(run, source, table) for table in source.data_tables(run.season)]
        authorities = Authorities.load(additional=run.settings.additional_authorities)
        read = read_tables(tables, run.season, authorities)
        with run.writer_lock():
            landing = Landing(run.settings.landing_folder)
            landing.replace_witnesses(run.season, WitnessKind.DATA_TABLE, read.figures, read.reports)
        note.told = told(read)
        note.counts = {"tables": len(tables), "figures": len(read.figures), "reports": len(read.reports)}
    return len(read.figures)


def acquire(run: SeasonRun, source: Source, addresses: Sequence[str], batch: int) -> list[Archived]:
    """The bytes of a batch into the archive. A file that cannot be had fails the step: a season is whole."""
    archive = Archive(run.settings.archive_folder)
    with run.record.step(f"acquire {batch + 1}") as note:
        archived: list[Archived] = []
        for address in addresses:
            content = _fetched(source, run.season, address)
            card = archive.store(content, run.season, source.name, address)
            archived.append({"address": address, "sha256": card.sha256})
        note.told = f"{len(archived)} letters in the archive"
        note.counts = {"letters": len(archived)}
    return archived


def read(run: SeasonRun, archived: Sequence[Archived], batch: int) -> str:
    """A batch of archived letters read, into two Parquet files; their folder is the answer."""
    archive = Archive(run.settings.archive_folder)
    folder = run.work_folder / f"read-{batch:04d}"
    with run.record.step(f"read {batch + 1}") as note:
        files = (File(Path(one["address"]).name, archive.read(one["sha256"])) for one in archived)
        with Readers(run.settings.reading_limits) as readers:
            letters = [
                LandedLetter(run.season, one["address"], letter)
                for one, letter in zip(archived, readers.read(files), strict=True)
            ]
        folder.mkdir(parents=True, exist_ok=True)
        write_letters(letters, *_part_paths(folder))
        figures = sum(len(landed.letter.figures) for landed in letters)
        note.told = f"{len(letters)} letters read, {figures} figures"
        note.counts = {"letters": len(letters), "figures": figures}
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
            raise SeasonError(why_not)
        landing = Landing(run.settings.landing_folder)
        landing.replace_season(run.season, letters, gated.checks, gated.dispositions)
        landing.replace_witnesses(run.season, WitnessKind.STATISTICS_PAGE, page_figures)
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
    """The warehouse of all that is landed, built and tested; its identity, or None where it is current already."""
    releases = Releases(run.settings.warehouse_folder)
    with run.record.step("build") as note, run.writer_lock():
        identity = warehouse_identity(run.settings)
        current = releases.current()
        if current is not None and current.name == identity:
            note.told = f"release {identity} holds all of this already"
            return None
        if releases.release_folder(identity).is_dir():
            note.told = f"release {identity} was built before"
            return identity
        build(run.settings, releases.clear_incoming(identity))
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
        current = releases.current()
    shutil.rmtree(run.work_folder, ignore_errors=True)
    if current is None:
        raise SeasonError(f"nothing has been published in {releases.folder}, although the build says it is current")
    return str(current)


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


def run_season(run: SeasonRun, source: Source) -> str:
    """The whole way of one season in this process; the folder of the current release.

    Pages that cannot be written are noted in the run's record: the release is out by then.
    """
    parts = []
    batches = plan(run, source)
    land_data_tables(run, source)
    for batch, addresses in enumerate(batches):
        parts.append(read(run, acquire(run, source, addresses, batch), batch))
    with run.writer_lock():
        check(run, parts)
        folder = release(run, build_warehouse(run))
    with suppress(Exception):
        build_data_docs(run)
    return folder


def _archived_table(run: SeasonRun, source: Source, table: DataTableReference) -> FetchedTable:
    archive = Archive(run.settings.archive_folder)
    content = _fetched(source, run.season, table.address)
    archive.store(content, run.season, source.name, table.address, DATA_TABLE_CITATION)
    if not table.has_mapping:
        return FetchedTable(table.address, content, table.mapping_address, None)
    mapping = _fetched(source, run.season, table.mapping_address)
    archive.store(mapping, run.season, source.name, table.mapping_address, MAPPING_CITATION)
    return FetchedTable(table.address, content, table.mapping_address, mapping)


def _fetched(source: Source, season: Season, address: str) -> bytes:
    """The bytes at an address. Raises SourceError where they cannot be had: a season is whole."""
    try:
        return source.fetch(Reference(season, address))
    except OSError as error:
        raise SourceError(
            f"{address} cannot be read from {source.name} ({error.strerror}); mend it, or take it out of "
            "the source, and run the season again: nothing has been changed"
        ) from error


def _part_paths(folder: Path) -> tuple[Path, Path]:
    return folder / "letters.parquet", folder / "figures.parquet"


def _without_duplicates(letters: Iterable[LandedLetter]) -> tuple[LandedLetter, ...]:
    """One row for each file: byte-identical files are one letter, under the first of their addresses."""
    unique: dict[str, LandedLetter] = {}
    for landed in sorted(letters, key=lambda landed: landed.source_address):
        unique.setdefault(landed.letter.sha256, landed)
    return tuple(unique.values())
