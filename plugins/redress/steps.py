"""The steps of a season's run, in the order of a letter's way: plan, acquire, read, check, build, release, report.

Each is a plain function of what lies left of it; the dag and the command line call the same ones. What a step
hands to the next is small: names, hashes and paths.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from filelock import FileLock

from redress.acquire.archive import Archive
from redress.acquire.folder import FolderSource
from redress.acquire.source import Reference, Source, SourceError
from redress.authorities import Authorities
from redress.letters.workers import File, Readers
from redress.runs import RunRecord
from redress.seasons import Season
from redress.settings import Settings
from redress.warehouse.build import build, warehouse_identity
from redress.warehouse.landing import LandedLetter, Landing, read_letters, write_letters
from redress.warehouse.releases import Releases


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
        self.settings.writer_lock.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self.settings.writer_lock, is_singleton=True)


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


def acquire(run: SeasonRun, source: Source, addresses: Sequence[str], batch: int) -> list[Archived]:
    """The bytes of a batch into the archive. A file that cannot be had fails the step: a season is whole."""
    archive = Archive(run.settings.archive_folder)
    with run.record.step(f"acquire {batch + 1}") as note:
        archived: list[Archived] = []
        for address in addresses:
            try:
                content = source.fetch(Reference(run.season, address))
            except OSError as error:
                raise SourceError(
                    f"{address} cannot be read from {source.name} ({error.strerror}); mend it, or take it out of "
                    "the source, and run the season again: nothing has been changed"
                ) from error
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
    """The season's parts through the gate and into landing; the number of letters by disposition."""
    with run.record.step("check") as note, run.writer_lock():
        from expectations.gate import gate  # Great Expectations takes seconds to import: only where it is used

        files = [landed for part in parts for landed in read_letters(*_part_paths(Path(part)))]
        letters = _without_duplicates(files)
        authorities = Authorities.load(additional=run.settings.additional_authorities)
        gated = gate(run.season, letters, authorities)
        Landing(run.settings.landing_folder).replace_season(run.season, letters, gated.checks, gated.dispositions)
        counts: dict[str, int] = {}
        for disposition in gated.dispositions:
            counts[disposition.disposition] = counts.get(disposition.disposition, 0) + 1
        note.told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        if len(files) > len(letters):
            note.told += f"; copies of another file, byte for byte: {len(files) - len(letters)}"
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


def run_season(run: SeasonRun, source: Source) -> str:
    """The whole way of one season in this process; the folder of the current release."""
    parts = []
    for batch, addresses in enumerate(plan(run, source)):
        parts.append(read(run, acquire(run, source, addresses, batch), batch))
    with run.writer_lock():
        check(run, parts)
        return release(run, build_warehouse(run))


def _part_paths(folder: Path) -> tuple[Path, Path]:
    return folder / "letters.parquet", folder / "figures.parquet"


def _without_duplicates(letters: Iterable[LandedLetter]) -> tuple[LandedLetter, ...]:
    """One row for each file: byte-identical files are one letter, under the first of their addresses."""
    unique: dict[str, LandedLetter] = {}
    for landed in sorted(letters, key=lambda landed: landed.source_address):
        unique.setdefault(landed.letter.sha256, landed)
    return tuple(unique.values())
