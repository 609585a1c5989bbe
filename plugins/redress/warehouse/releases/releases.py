"""Releases: put a built warehouse before its readers, whole or not at all.

<warehouse>/incoming/redress-...    what is being made; the next build clears what a crash left there
<warehouse>/releases/<identity>/    warehouse.duckdb, csv/<table>.csv, parquet/<table>.parquet, datapackage.json,
                                    changes.json, RELEASE.md and SHA256SUMS, which is written last
<warehouse>/current                 a link to one of the releases, swapped by one atomic rename
<warehouse>/history.json            which release became current when
"""

import datetime as dt
import errno
import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import duckdb

from redress.files.replacing import exchange, replaced
from redress.files.store import INCOMING
from redress.model.printable import printable
from redress.warehouse.releases.changes import compared, write_changes
from redress.warehouse.releases.checksums import CHECKSUMS_NAME, NOTES_NAME, write_checksums
from redress.warehouse.releases.history import Happening, History, is_identity
from redress.warehouse.releases.history import ReleaseError as ReleaseError
from redress.warehouse.releases.notes import release_notes
from redress.warehouse.releases.package import write_package

_MARK = "redress-"
"""The beginning of every name that Redress makes in `incoming`, because people may have a folder named `incoming`
too."""
_OURS = re.compile(rf"{_MARK}(removed-)?[0-9a-f]{{16}}(\.[0-9a-f]{{8}})?(\.replaced)?")
_WAITING_LINK = re.compile(r"\.current\.[0-9]+(@.+)?\.incoming")
_PUT_ASIDE = "current.copied"
_NAMES_SHOWN = 3


@dataclass(frozen=True)
class Held:
    """What a release holds: the number of letters of each season, whether it has changes.json, and a sentence for
    each thing that is wrong with it.
    """

    letters: Mapping[int, int]
    has_changes: bool
    damage: tuple[str, ...]


@dataclass(frozen=True)
class Releases:
    """The folder of a warehouse's releases."""

    folder: Path
    loss: tuple[str, ...] = ()
    """If the store's current release could not be fetched: a sentence for each thing that is wrong with it.
    Otherwise empty."""

    @property
    def current_link(self) -> Path:
        return self.folder / "current"

    def current(self) -> Path | None:
        """Return the folder of the current release. Return None if `current` is missing or leads to nothing.

        Raises ReleaseError if `current` is not a link to a release.
        """
        if not self.current_link.exists():
            return None
        if not self.current_link.is_symlink():
            raise ReleaseError(
                f"{self.current_link} is no link to a release, as in a home that was copied without its links: "
                "redress rebuild makes the link again"
            )
        folder = self.current_link.resolve()
        if not is_identity(folder.name):
            raise ReleaseError(
                f"{self.current_link} points at {folder}, which is no release: remove the link, and run redress "
                "rebuild, which makes it again"
            )
        return folder

    @property
    def history(self) -> History:
        return History(self.folder)

    @contextmanager
    def reading(self) -> Iterator[Path]:
        """Yield the folder of the current release, and keep it from being removed while the block runs.

        A DuckDB connection to the release's file protects the release too. Raises ReleaseError if there is no
        release.
        """
        while (folder := self.current()) is not None:
            try:
                opened = (folder / CHECKSUMS_NAME).open("rb")
            except FileNotFoundError:
                if self.current() == folder:
                    raise
                continue  # the release was removed meanwhile: another release is current by now
            with opened:
                fcntl.lockf(opened, fcntl.LOCK_SH)
                if folder.is_dir():
                    yield folder
                    return
        raise ReleaseError(f"there is no release in {self.folder}")

    def alone(self) -> AbstractContextManager[None]:
        """During the block, keep other processes from changing local copies of a store's releases. If there is no
        store, do nothing.
        """
        return nullcontext()

    def identities(self) -> frozenset[str]:
        """Return the identities of all releases that exist."""
        folders = (self.folder / "releases").glob("*")
        return frozenset(path.name for path in folders if is_identity(path.name) and path.is_dir())

    def bring(self, identity: str) -> tuple[str, ...]:
        """Fetch a release from the store if it is not whole on this machine. If it cannot be fetched, return a
        sentence for each thing that is wrong. If there is no store, do nothing.
        """
        return ()

    def held(self, identity: str) -> Held | None:
        """Return what the store says about the content of a release; None if the store does not say it, or if there
        is no store.
        """
        return None

    def has_built(self, identity: str) -> bool:
        """Return whether a warehouse with this identity is built and not yet published."""
        return self.incoming_file(identity).exists()

    def release_folder(self, identity: str) -> Path:
        return self.folder / "releases" / identity

    def incoming_file(self, identity: str) -> Path:
        """Return the path of the DuckDB file of a warehouse that is built and not yet published. The path is on the
        same disk as the releases.
        """
        return self._incoming / f"{_MARK}{identity}" / "warehouse.duckdb"

    def new_incoming(self, identity: str) -> Path:
        """Return the path of a new folder on the disk of the releases; the folder does not exist yet."""
        return self._incoming / f"{_MARK}{identity}.{uuid.uuid4().hex[:8]}"

    def bin_folder(self, identity: str) -> Path:
        """Return the path of a release while it is being removed; the path is on the disk of the releases."""
        folder = self._incoming
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{_MARK}removed-{identity}"

    def left_alone(self) -> tuple[str, ...]:
        """Return a sentence about files of other programs in the folder of builds, and a sentence about copies of
        releases that lay in the place of `current` and were put aside. Redress removes neither.
        """
        others = sorted(path.name for path in self._incoming.glob("*") if not _is_ours(path))
        copies = sorted(path.name for path in self.folder.glob(f"{_PUT_ASIDE}.*"))
        sentences = []
        if others:
            sentences.append(f"{_named(others)} in {self._incoming} is not of Redress, and stays")
        if copies:
            sentences.append(f"{_named(copies)} in {self.folder} lay where the link `current` is now: remove it")
        return tuple(sentences)

    def clear(self, but: str = "") -> None:
        """Remove what a crash left: builds, finished or not, and a release that got its final name but never became
        current. If the history does not say since when the current release is current, add that.

        The built warehouse with the identity `but` stays, because a run waits to publish it. Files of other
        programs stay too. If `current` is a copy of a release, replace the copy by a link.
        """
        for path in self._incoming.glob("*"):
            if _is_ours(path) and path.name != f"{_MARK}{but}":
                shutil.rmtree(path, ignore_errors=True)
        for waiting in self.folder.glob(".current.*"):
            if waiting.is_symlink() and _WAITING_LINK.fullmatch(waiting.name):
                waiting.unlink()
        self._link_again()
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
        """Yield the path of a file in which to build a warehouse. The warehouse counts as built only if the block
        ends without an error.

        The file's folder has a new name each time, so that a dbt process that outlives a killed run cannot write
        into another build. After an error the folder is removed at once, because the report of the run needs the
        space if the disk is full.
        """
        self.clear()
        self._check_one_disk()
        folder = self.new_incoming(identity)
        folder.mkdir()
        file = folder / "warehouse.duckdb"
        try:
            yield file
            _onto_disk(*folder.iterdir())  # a power cut leaves no half of what counts as built
            folder.rename(self.incoming_file(identity).parent)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def publish(self, identity: str) -> Path:
        """Write the other files of the release beside the built warehouse, rename the folder to its final name, and
        point `current` at the folder. Return the folder.

        If a release with this name exists, it must be damaged, or it would not have been built again; the new
        folder replaces it in one step, so that readers of `current` always find a release. Raises ReleaseError if
        no warehouse with that identity has been built.
        """
        built = self.incoming_file(identity)
        if not built.exists():
            raise ReleaseError(f"there is no built warehouse {built}: run the build step again")
        staged = built.parent
        previous = self._before(identity)
        with duckdb.connect(str(built), read_only=True) as connection:
            write_package(identity, connection, staged)
            changes = compared(identity, connection, previous)
            write_changes(changes, staged)
            (staged / NOTES_NAME).write_text(release_notes(changes), encoding="utf-8")
        write_checksums(staged)
        _onto_disk(staged)
        self.history.add(identity, Happening.BEGUN)
        self.put_in_place(staged, identity)
        self.point_at(identity)
        return self.release_folder(identity)

    def put_in_place(self, whole: Path, identity: str) -> None:
        """Rename the folder of a whole release to its place in one step, even if a damaged release lies there."""
        target = self.release_folder(identity)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            _replace(target, whole)
        else:
            whole.rename(target)
        for path in target.rglob("*"):
            if path.is_file():
                path.chmod(path.stat().st_mode & 0o444)  # a client that opens the file to write is refused

    def point_at(self, identity: str, *, by: str = "", reason: str = "") -> None:
        """Make a release current, by one atomic rename, and add the event CURRENT to the history. `by` and `reason`
        are as for `Event`. Raises ReleaseError if the release does not exist.
        """
        target = self.release_folder(identity)
        if not target.is_dir():
            raise ReleaseError(f"there is no release {identity} in {target.parent}")
        self.link(identity)
        if self.history.last_current() != identity:
            self.history.add(identity, Happening.CURRENT, by=by, reason=reason)

    def link(self, identity: str) -> None:
        """Point `current` at a release, by one atomic rename. Leave the history as it is."""
        with replaced(self.current_link, is_shared=True) as incoming:
            incoming.symlink_to(Path("releases") / identity)
        _onto_disk(self.folder, self.folder / "releases")

    @property
    def _incoming(self) -> Path:
        """The folder of warehouses that are being built or are not published yet. Raises ReleaseError if the folder
        is a link, because other files may lie behind the link.
        """
        folder = self.folder / INCOMING
        if folder.is_symlink():
            raise ReleaseError(
                f"{folder} is a link to {folder.readlink()}: builds are made in a folder of the warehouse's own, "
                "on the disk of its releases. Remove the link, and run again"
            )
        return folder

    def _check_one_disk(self) -> None:
        """Make the folders of builds and releases. Raise ReleaseError if they lie on different disks, because a
        rename between them then fails.
        """
        incoming, folder = self._incoming, self.folder / "releases"
        for made in (incoming, folder):
            made.mkdir(parents=True, exist_ok=True)
        probe = f"{_MARK}{uuid.uuid4().hex[:16]}"
        (incoming / probe).mkdir()
        try:
            (incoming / probe).rename(folder / probe)
            (folder / probe).rmdir()
        except OSError as error:
            (incoming / probe).rmdir()
            if error.errno != errno.EXDEV:
                raise
            raise ReleaseError(
                f"{incoming} and {folder} lie on different disks, and a release is put in its place by a rename: "
                "lay both on one disk, and run again"
            ) from error

    def _link_again(self) -> None:
        """If `current` is a copy of a release, put the copy aside and make `current` a link again.

        In a copied home, `current` can be a folder, because some programs copy what the link leads to. A network
        share or a ZIP file can make it a text file with the link's path. Raises ReleaseError if nothing tells which
        release was copied.
        """
        place = self.current_link
        if place.is_symlink() or not place.exists():
            return
        identity = self._copied()
        if identity is None:
            raise ReleaseError(
                f"{place} is neither a link nor a copy of a release: move it away, and run "
                "redress rebuild, which makes the link again"
            )
        aside = next(
            free for number in range(1, 1000) if not os.path.lexists(free := self.folder / f"{_PUT_ASIDE}.{number}")
        )
        aside.symlink_to(Path("releases") / identity)
        try:
            exchange(aside, place)
        except OSError:  # network file systems have no such step: readers find no release for a moment
            aside.unlink()
            place.rename(aside)
            self.point_at(identity)

    def _copied(self) -> str | None:
        """Return the identity of the release of which `current` is a copy; None if no release fits the copy."""
        place = self.current_link
        releases = {path.name: path for path in (self.folder / "releases").glob("*") if is_identity(path.name)}
        if place.is_file():
            name = Path(place.read_bytes()[:1000].decode(errors="replace").strip()).name
            return name if name in releases else None
        try:
            sums = (place / CHECKSUMS_NAME).read_bytes()
        except OSError:
            return None
        for name, folder in releases.items():
            if (folder / CHECKSUMS_NAME).is_file() and (folder / CHECKSUMS_NAME).read_bytes() == sums:
                return name
        return None

    def _before(self, identity: str) -> Path | None:
        """Return the folder of the release with which `identity` is compared: the current release. If `identity` is
        current itself, or no release is current, return the release that was current before `identity` first became
        current, or None if there was none.
        """
        current = self.current()
        if current is not None and current.name != identity:
            return current
        names = [event.release for event in self.history.events() if event.what is Happening.CURRENT]
        earlier = names[: names.index(identity)] if identity in names else names
        return self.release_folder(earlier[-1]) if earlier else None


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(printable(name) for name in names[:_NAMES_SHOWN]) + more


def _is_ours(path: Path) -> bool:
    """Return whether Redress made a folder in `incoming`, to judge by its name: only Redress gives such names."""
    return _OURS.fullmatch(path.name) is not None and path.is_dir() and not path.is_symlink()


def _replace(folder: Path, by: Path) -> None:
    """Replace a folder by another folder in one step, and remove the replaced folder."""
    # with its own name, the folder would count as a built warehouse after a crash
    aside = by.rename(by.with_name(f"{by.name}.replaced"))
    _exchange(aside, folder)
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> None:
    """Exchange two folders in one step. Raise ReleaseError if the file system cannot do that."""
    try:
        exchange(one, other)
    except OSError as error:
        raise ReleaseError(
            f"the damaged release {other} cannot be replaced in one step ({error.strerror}): go back to "
            "another one (redress rollback), remove this one's folder, and rebuild"
        ) from error


def _onto_disk(*folders: Path) -> None:
    """Force written files and renames onto the disk, so that a power cut cannot undo them. A folder's files are
    included if it has SHA256SUMS.
    """
    for folder in folders:
        for path in (folder, *(folder.rglob("*") if (folder / CHECKSUMS_NAME).exists() else ())):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
