"""Releases of a state that several machines share: the object store is the truth, and this machine has copies.

<warehouse>/copies_of           the address whose releases are copied here
<warehouse>/copies.lock         held while the copies change
<warehouse>/releases            copies of the current release and of a few earlier releases
<warehouse>/current             a link to the copy of the current release

Every step finds the releases by `releases_of`. This function asks the store which release is current (one GET), and
fetches the current release if this machine does not have it.
"""

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from redress.files.locks import Lock
from redress.files.replacing import replaced
from redress.settings import Settings
from redress.warehouse.releases.checksums import CHANGES_NAME, CHECKSUMS_NAME, damage, differing
from redress.warehouse.releases.history import HISTORY_NAME, Event
from redress.warehouse.releases.listing import prune, remove_unless_read
from redress.warehouse.releases.object_store import StoredReleases
from redress.warehouse.releases.releases import Held, ReleaseError, Releases

COPIES_KEPT = 2
"""How many releases a machine keeps as copies. Most rollbacks go to the release before, so two are enough."""
_MARKER_NAME = "copies_of"


def releases_of(settings: Settings, *, is_loss_left: bool = False) -> Releases:
    """Return the releases of the warehouse in the settings. If the store's current release is not on this machine,
    fetch it.

    If the state is not shared, return the releases of the local folder. Raises ReleaseError if the store cannot be
    read, or if the current release is damaged both in the store and on this machine. If `is_loss_left` is True, a
    damaged release raises no error: then there is no current release, and `loss` says what is wrong.
    """
    address = settings.warehouse_store_address
    if not settings.is_shared or address is None:
        return Releases(settings.warehouse_folder)
    releases = SharedReleases(settings.warehouse_folder, store=StoredReleases(address))
    loss = releases.take()
    if loss and not is_loss_left:
        raise ReleaseError(
            f"the current release in {address} is damaged ({'; '.join(loss)}): the next run builds it again, and "
            "redress rebuild does so now"
        )
    return replace(releases, loss=loss)


@dataclass(frozen=True)
class SharedReleases(Releases):
    """The releases of a store, with copies of some of them in a local folder."""

    store: StoredReleases = field(kw_only=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """During the block, keep other processes of this machine from changing the copies."""
        with Lock(self.folder / "copies.lock"):
            yield

    def take(self) -> tuple[str, ...]:
        """Make the local history, `current` and the current release equal to those in the store.

        If the current release cannot be fetched, remove `current` on this machine, and return a sentence for each
        thing that is wrong with the release. If a process made a release current on this machine and ended before
        the release became current in the store, the local history and `current` go back to those in the store.
        """
        with self.alone():
            self._require_copies()
            pointer = self.store.pointer()
            if pointer is None:
                self.current_link.unlink(missing_ok=True)
                (self.folder / HISTORY_NAME).unlink(missing_ok=True)
                return ()
            if not self._has_events(pointer.events):
                self.history.replace(pointer.events)
            loss = self._copy(pointer.release)
            if loss:
                self.current_link.unlink(missing_ok=True)
                return loss
            self._link_again()
            if self.current_link.resolve() != self.release_folder(pointer.release).resolve():
                self.link(pointer.release)
                forget_copies(Releases(self.folder), pointer.kept)
        return ()

    def identities(self) -> frozenset[str]:
        pointer = self.store.pointer()
        return frozenset() if pointer is None else frozenset(pointer.kept)

    def held(self, identity: str) -> Held | None:
        """Return what the store says about a release; None if the pointer (`current.json`) does not say how many
        letters the release has.
        """
        pointer = self.store.pointer()
        if pointer is None or identity not in pointer.letters:
            return None
        names = self.store.files_of(identity)
        found = () if CHECKSUMS_NAME in names else (f"{CHECKSUMS_NAME} is not there",)
        return Held(pointer.letters[identity], CHANGES_NAME in names, found)

    def bring(self, identity: str) -> tuple[str, ...]:
        """Fetch a release as `Releases.bring` says. If the store does not list the release, for example because the
        store was restored from a backup, a copy on this machine does not count: no other machine has it.
        """
        if identity not in self.identities():
            return (f"{self.store.address} does not list it",)
        return self._copy(identity)

    def _copy(self, identity: str) -> tuple[str, ...]:
        folder = self.release_folder(identity)
        if not damage(folder):
            return ()
        with self.alone(), self._fetched(identity) as fetched:
            found = self.store.fetch(identity, fetched)
            if found:
                return found
            self.put_in_place(fetched, identity)
        return ()

    def has_built(self, identity: str) -> bool:
        return self.store.built(identity) is not None

    @contextmanager
    def building(self, identity: str) -> Iterator[Path]:
        """Build as in a local warehouse, then put the built warehouse into the store. The warehouse counts as built
        only when it is in the store.
        """
        with super().building(identity) as file:
            yield file
        self.store.put_built(identity, self.incoming_file(identity).parent)

    def publish(self, identity: str) -> Path:
        """Publish, on this machine, a warehouse that any machine has built; `deliver` then makes it current for all
        machines.
        """
        sha256s = self.store.built(identity)
        folder = self.incoming_file(identity).parent
        if sha256s is None:
            shutil.rmtree(folder, ignore_errors=True)
        elif differing(folder, sha256s):
            shutil.rmtree(folder, ignore_errors=True)
            with self._fetched(identity) as fetched:
                found = self.store.fetch_built(identity, fetched)
                if found:
                    self.store.remove_built(only=identity)
                    raise ReleaseError(
                        f"the built warehouse {identity} in {self.store.address} was damaged ({'; '.join(found)}), "
                        "and is removed: run the build step again"
                    )
                fetched.rename(folder)
        return super().publish(identity)

    def clear(self, but: str = "") -> None:
        with self.alone():
            super().clear(but)
        self.store.remove_built(but=but)

    def _before(self, identity: str) -> Path | None:
        folder = super()._before(identity)
        if folder is not None:
            self.bring(folder.name)
        return folder

    def _has_events(self, events: tuple[Event, ...]) -> bool:
        try:
            return self.history.events() == events
        except ReleaseError:  # a copy that is broken is written again
            return False

    def _require_copies(self) -> None:
        """Raise ReleaseError if the folder has releases that are not copies, or copies from another store."""
        marker = self.folder / _MARKER_NAME
        copied: str | None
        try:
            copied = marker.read_text(encoding="utf-8")
        except FileNotFoundError:
            copied = "" if self.current_link.is_symlink() or self.history.events() else None
        if copied is None:
            with replaced(marker, is_shared=True) as incoming:
                incoming.write_text(self.store.address, encoding="utf-8")
        elif copied != self.store.address:
            whose = f"copies of the releases in {copied}" if copied else "releases of its own"
            raise ReleaseError(
                f"{self.folder} has {whose}, and the state is shared in {self.store.address}: move that folder "
                "away, or name another REDRESS_HOME"
            )

    @contextmanager
    def _fetched(self, identity: str) -> Iterator[Path]:
        """Yield the path of a folder to fetch files into; the folder need not exist yet. At the end of the block
        the folder is removed, unless it was renamed.
        """
        folder = self.new_incoming(identity)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def forget_copies(copies: Releases, kept: Collection[str]) -> None:
    """Remove the copies of releases that the store no longer keeps, except copies that are being read. Then let
    `prune` remove older copies; it keeps COPIES_KEPT copies, and those that it never removes. `kept` has the
    identities of the releases that the store keeps.
    """
    for identity in copies.identities().difference(kept):
        remove_unless_read(copies, identity)
    prune(copies, COPIES_KEPT)
