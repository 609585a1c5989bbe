"""Releases: put a built warehouse before its readers, whole or not at all.

<warehouse>/incoming/...            what is being made; the next build clears what a crash left there
<warehouse>/releases/<identity>/    warehouse.duckdb, csv/<table>.csv, parquet/<table>.parquet, datapackage.json,
                                    changes.json, RELEASE.md and SHA256SUMS, which is written last
<warehouse>/current                 a link to one of the releases, swapped by one atomic rename
<warehouse>/history.json            which release became current when
"""

import datetime as dt
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from redress.files import exchange, replaced
from redress.warehouse.releases.changes import compared, write_changes
from redress.warehouse.releases.checksums import CHECKSUMS_NAME, NOTES_NAME, write_checksums
from redress.warehouse.releases.history import Happening, History
from redress.warehouse.releases.history import ReleaseError as ReleaseError
from redress.warehouse.releases.notes import release_notes
from redress.warehouse.releases.package import write_package


@dataclass(frozen=True)
class Releases:
    """The folder of a warehouse's releases."""

    folder: Path

    @property
    def current_link(self) -> Path:
        return self.folder / "current"

    def current(self) -> Path | None:
        """Return the folder of the current release, or None before the first release."""
        return self.current_link.resolve() if self.current_link.exists() else None

    @property
    def history(self) -> History:
        return History(self.folder)

    @contextmanager
    def reading(self) -> Iterator[Path]:
        """Yield the folder of the current release, which is not removed while the block runs.

        A DuckDB connection to the release's file keeps it as well. Raises ReleaseError where there is no release.
        """
        while (folder := self.current()) is not None:
            try:
                opened = (folder / CHECKSUMS_NAME).open("rb")
            except FileNotFoundError:
                if self.current() == folder:
                    raise
                continue  # pruned after it was resolved: another one is current by now
            with opened:
                fcntl.lockf(opened, fcntl.LOCK_SH)
                if folder.is_dir():
                    yield folder
                    return
        raise ReleaseError(f"there is no release in {self.folder}")

    def release_folder(self, identity: str) -> Path:
        return self.folder / "releases" / identity

    def incoming_file(self, identity: str) -> Path:
        """Return the file of a warehouse that is built and not yet published, on the same disk as the releases."""
        return self.folder / "incoming" / identity / "warehouse.duckdb"

    def clear(self, but: str = "") -> None:
        """Remove what a crash left: unfinished builds, and a release that had its name but was never current.

        The built warehouse of the identity `but` stays: another run waits to publish it.
        """
        for path in (self.folder / "incoming").glob("*"):
            if path.name != but:
                shutil.rmtree(path, ignore_errors=True)
        for waiting in self.folder.glob(".current.*"):
            waiting.unlink()
        current = self.current()
        begun = self.history.begun()
        if begun is not None:
            if current is None or current.name != begun:
                shutil.rmtree(self.release_folder(begun), ignore_errors=True)
            self.history.forget_begun()
        if current is not None and self.history.last_current() != current.name:
            swapped_at = dt.datetime.fromtimestamp(self.current_link.lstat().st_mtime, dt.UTC)
            self.history.add(current.name, Happening.CURRENT, at=swapped_at)

    @contextmanager
    def building(self, identity: str) -> Iterator[Path]:
        """Yield a file to build a warehouse in; it counts as built only when the block ends without an error.

        Its folder has a new name each time, so that a dbt that outlived a killed run writes into no other build.
        """
        self.clear()
        incoming = self.folder / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=incoming, prefix=f"{identity}."))
        folder.chmod(0o755)  # mkdtemp's are for their owner alone, and a release is for readers
        file = folder / "warehouse.duckdb"
        yield file
        _onto_disk(*folder.iterdir())  # a power cut leaves no half of what counts as built
        folder.rename(self.incoming_file(identity).parent)

    def publish(self, identity: str) -> Path:
        """Complete the release beside the built file, give it its final name, and point `current` at it.

        A release that has this name already is damaged, or it would not have been built again. The two change
        places in one step, so that readers of `current` always find a release. Returns the folder of the release.
        Raises ReleaseError where no warehouse of that identity has been built.
        """
        built = self.incoming_file(identity)
        if not built.exists():
            raise ReleaseError(f"there is no built warehouse {built}: run the build step again")
        staged = built.parent
        target = self.release_folder(identity)
        previous = self._before(identity)
        with duckdb.connect(str(built), read_only=True) as connection:
            write_package(identity, connection, staged)
            changes = compared(identity, connection, previous)
            write_changes(changes, staged)
            (staged / NOTES_NAME).write_text(release_notes(changes), encoding="utf-8")
        write_checksums(staged)
        _onto_disk(staged)
        target.parent.mkdir(parents=True, exist_ok=True)
        self.history.add(identity, Happening.BEGUN)
        if target.exists():
            _replace(target, staged)
        else:
            staged.rename(target)
        for path in target.rglob("*"):
            if path.is_file():
                path.chmod(0o444)  # a client that opens it to write is refused
        self.point_at(identity)
        return target

    def point_at(self, identity: str) -> None:
        """Make a release the current one, by one atomic rename. Raises ReleaseError where it is not there."""
        target = self.release_folder(identity)
        if not target.is_dir():
            raise ReleaseError(f"there is no release {identity} in {target.parent}")
        with replaced(self.current_link, is_shared=True) as incoming:
            incoming.symlink_to(Path("releases") / identity)
        _onto_disk(self.folder, self.folder / "releases")
        if self.history.last_current() != identity:
            self.history.add(identity, Happening.CURRENT)

    def _before(self, identity: str) -> Path | None:
        """Return the release that was current before a release was first published; None for the first release."""
        current = self.current()
        if current is not None and current.name != identity:
            return current
        names = [event.release for event in self.history.events() if event.what is Happening.CURRENT]
        earlier = names[: names.index(identity)] if identity in names else names
        return self.release_folder(earlier[-1]) if earlier else None


def _replace(folder: Path, by: Path) -> None:
    """Put a folder in the place of another folder in one step, and remove the other folder."""
    # under its own name, what lies there after a crash would be taken for a built warehouse
    aside = by.rename(by.with_name(f"{by.name}.replaced"))
    _exchange(aside, folder)
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> None:
    """Exchange two folders in one step. Raise ReleaseError where the file system has no such step."""
    try:
        exchange(one, other)
    except OSError as error:
        raise ReleaseError(
            f"the damaged release {other} cannot be replaced in one step ({error.strerror}): go back to "
            "another one (redress rollback), remove this one's folder, and rebuild"
        ) from error


def _onto_disk(*folders: Path) -> None:
    """Write files and renames through to the disk, so that a power cut takes nothing of them back."""
    for folder in folders:
        for path in (folder, *(folder.rglob("*") if (folder / CHECKSUMS_NAME).exists() else ())):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
