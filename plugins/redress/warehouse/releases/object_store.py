"""Releases in an object store: a release is complete before the pointer names it, and one PUT writes the pointer.

<address>/releases/<identity>/...    the files of a release as they are locally, SHA256SUMS last
<address>/current.json               the pointer: the current release, where it lies, the kept releases, the history
<address>/incoming/<identity>/...    a built warehouse that a run has not published yet, SHA256SUMS last; only where
                                     several machines share a state

A store has no rename and no links. A release is put, read back and compared; `current.json` is put after it.
Readers read `current.json` once, and then the files below the path that it names.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from redress.files.lines import stated_json
from redress.files.store import INCOMING, StoreError, WholeFiles
from redress.warehouse.releases.checksums import CHECKSUMS_NAME, checksums_of, damage, differing, read_checksums
from redress.warehouse.releases.history import (
    Event,
    Happening,
    ReleaseError,
    events_as_json,
    is_identity,
    stated_events,
    taken_back_in,
)

POINTER_NAME = "current.json"


@dataclass(frozen=True)
class Pointer:
    """The content of `current.json`: the current release, since when it is current, which releases are kept, and
    the history.

    `events` is the history. `letters` has, for each kept release, the number of letters of each season. If an
    earlier version of Redress wrote the pointer, `events` only says that the current release became current, and
    `letters` is empty.
    """

    release: str
    since: str
    kept: tuple[str, ...]
    events: tuple[Event, ...]
    letters: Mapping[str, Mapping[int, int]]

    def as_json(self) -> dict[str, Any]:
        """Return the pointer in the form of `current.json`."""
        return {
            "release": self.release,
            "path": f"releases/{self.release}",
            "since": self.since,
            "kept": list(self.kept),
            "letters": self.letters,
            "history": events_as_json(self.events),
        }

    @classmethod
    def of_json(cls, stated: Mapping[str, Any]) -> "Pointer":
        """Return the pointer that a JSON object holds. Raises ValueError, KeyError, TypeError or AttributeError if
        the object holds no pointer.
        """
        release, since, kept = str(stated["release"]), str(stated["since"]), tuple(stated["kept"])
        if not all(is_identity(name) for name in (release, *kept)):
            raise ValueError("a name is no identity of a release")
        events = stated_events(stated.get("history", ()))
        letters = {
            str(identity): {int(season): int(count) for season, count in seasons.items()}
            for identity, seasons in stated.get("letters", {}).items()
        }
        return cls(release, since, kept, events or (Event(since, release, Happening.CURRENT),), letters)


@dataclass(frozen=True)
class StoredReleases:
    """The releases at an address, such as "s3://bucket/prefix".

    Only a process that holds the writer lock of its state may write to the address. If the state is not shared,
    only one home may write there. Many processes may read.
    """

    address: str

    def current(self) -> str | None:
        """Return the identity of the current release, or None before the first release. Raises ReleaseError as
        `pointer` does.
        """
        pointer = self.pointer()
        return None if pointer is None else pointer.release

    def pointer(self) -> Pointer | None:
        """Return what `current.json` says; None before the first release.

        Raises ReleaseError if the store cannot be read, or if `current.json` is broken.
        """
        with _release_errors():
            try:
                content = self._files.read(POINTER_NAME)
            except FileNotFoundError:
                return None
        try:
            return Pointer.of_json(stated_json(content))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ReleaseError(
                f"{self._files.place(POINTER_NAME)} is broken: put a copy of it back, or remove it, and the next "
                "run writes it again. Without it, only the current release in the store is kept"
            ) from None

    def publish(
        self,
        folder: Path,
        kept_count: int,
        *,
        events: tuple[Event, ...],
        letters: Callable[[], Mapping[int, int]],
        require_held: Callable[[], None],
    ) -> tuple[bool, Pointer]:
        """Make a local release current in the store. Return whether the release was sent or newly became current,
        and the pointer.

        `events` is the history. The pointer holds the history and the current release, so one PUT changes both.
        `letters` returns how many letters of each season the release has. `require_held` is called before the
        pointer is put, and raises an error if this process is no longer the writer.

        A release that is whole in the store is not sent again. If the release is current in the store already, it
        counts as whole if one listing shows the right names and sizes. Otherwise the checksums of its files are
        compared. The last `kept_count` releases that were current stay, and so do releases that a person took back.
        All other releases are removed, and so is what a crash left of a release. Raises ReleaseError if a file
        cannot be put or read, or if a file in the store differs from what was put there.
        """
        identity = folder.name
        with _release_errors():
            pointer = self.pointer()
            is_current = pointer is not None and pointer.release == identity
            is_sent = not (is_current and self._is_as_here(folder)) and self._send(folder)
            wanted = _next(pointer, identity, kept_count, events, letters)
            if wanted != pointer:
                require_held()
                self._files.write(POINTER_NAME, json.dumps(wanted.as_json(), indent=1).encode())
                if self.pointer() != wanted:
                    raise ReleaseError(
                        f"{self._files.place(POINTER_NAME)} is not what was put: who else writes there?"
                    )
            self._remove_all_but(wanted.kept)
        return is_sent or not is_current, wanted

    def fetch(self, identity: str, into: Path) -> tuple[str, ...]:
        """Fetch the files of a release into a folder; return a sentence for each thing that is wrong with them."""
        with _release_errors():
            return self._fetch(f"releases/{identity}", into) or damage(into)

    def files_of(self, identity: str) -> frozenset[str]:
        """Return the names of a release's files in the store."""
        place = f"releases/{identity}"
        with _release_errors():
            return frozenset(name.removeprefix(f"{place}/") for name in self._files.names(place))

    def put_built(self, identity: str, folder: Path) -> None:
        """Put a built warehouse into the store, before it is published. SHA256SUMS is put last; only then does the
        warehouse count as built.
        """
        place = f"{INCOMING}/{identity}"
        sums = checksums_of(folder)
        with _release_errors():
            self._files.remove(f"{place}/{CHECKSUMS_NAME}")
            for name in read_checksums(sums):
                self._files.write(f"{place}/{name}", (folder / name).read_bytes())
            self._files.write(f"{place}/{CHECKSUMS_NAME}", sums.encode())

    def built(self, identity: str) -> dict[str, str] | None:
        """Return the sha256 of each file of a built warehouse, by the file's name; None if the store has no built
        warehouse with this identity.
        """
        with _release_errors():
            try:
                return read_checksums(self._files.read(f"{INCOMING}/{identity}/{CHECKSUMS_NAME}").decode())
            except FileNotFoundError:
                return None

    def fetch_built(self, identity: str, into: Path) -> tuple[str, ...]:
        """Fetch a built warehouse into a folder; return a sentence for each thing that is wrong with its files."""
        with _release_errors():
            found = self._fetch(f"{INCOMING}/{identity}", into)
        (into / CHECKSUMS_NAME).unlink(missing_ok=True)  # the release writes its own
        return found

    def remove_built(self, *, but: str = "", only: str = "") -> None:
        """Remove built warehouses from the store. If `but` is given, the warehouse with that identity stays. If
        `only` is given, only the warehouse with that identity is removed. The SHA256SUMS of each warehouse is
        removed first, so that no half of a warehouse counts as built.
        """
        with _release_errors():
            names = [name for name in self._files.names(INCOMING) if is_identity(name.split("/")[1])]
            self._remove([name for name in names if name.split("/")[1] != but and only in ("", name.split("/")[1])])

    @cached_property
    def _files(self) -> WholeFiles:
        return WholeFiles(self.address)

    def _fetch(self, place: str, into: Path) -> tuple[str, ...]:
        """Fetch the SHA256SUMS at a place of the store, and the files that it names. Return a sentence for each
        file that differs or is missing.
        """
        try:
            sums = self._files.read(f"{place}/{CHECKSUMS_NAME}")
            sha256s = read_checksums(sums.decode(errors="replace"))
            into.mkdir(parents=True, exist_ok=True)
            there = {name.removeprefix(f"{place}/") for name in self._files.names(place)}
            missing = tuple(f"{name} is not there" for name in sha256s if name not in there)
            if missing:
                return missing
            self._files.fetch(place, sha256s, into)
        except FileNotFoundError:  # the release was removed, perhaps while it was read
            return (f"{self._files.place(f'{place}/{CHECKSUMS_NAME}')} is not there, or a file that it names",)
        (into / CHECKSUMS_NAME).write_bytes(sums)
        return tuple(f"{name} is not what was put there" for name in differing(into, sha256s))

    def _send(self, folder: Path) -> bool:
        """Put each missing or wrong file of a release and read it back. Then put SHA256SUMS, which makes the
        release whole, and return True. If the release was whole in the store already, put nothing and return False.

        A release that was built again has equal content but perhaps other bytes, so the files in the store are
        first compared with the SHA256SUMS in the store. Raises ReleaseError if the local release is damaged, or if
        a file that was read back differs.
        """
        found = damage(folder)
        if found:
            raise ReleaseError(f"release {folder} is damaged and goes nowhere: {'; '.join(found)}")
        place = f"releases/{folder.name}"
        sums_name = f"{place}/{CHECKSUMS_NAME}"
        sums = (folder / CHECKSUMS_NAME).read_bytes()
        sha256s = read_checksums(sums.decode())
        wrong = list(sha256s)
        try:
            stored = read_checksums(self._files.read(sums_name).decode(errors="replace"))
        except FileNotFoundError:
            pass
        else:
            if stored.keys() == sha256s.keys() and not self._wrong(place, stored):
                return False
            self._files.remove(sums_name)
            wrong = self._wrong(place, sha256s)
        for name in wrong:
            self._files.write(f"{place}/{name}", (folder / name).read_bytes())
        for name in self._wrong(place, sha256s):
            raise ReleaseError(
                f"{self._files.place(f'{place}/{name}')} is not what was put there; the next run sends this "
                "release again, and until then the store's current.json is as it was"
            )
        self._files.write(sums_name, sums)
        return True

    def _wrong(self, place: str, sha256s: dict[str, str]) -> list[str]:
        """Read the named files below a place of the store; return the names of the files that are missing or differ
        from their sha256.
        """
        found = []
        for name, sha256 in sha256s.items():
            try:
                is_right = hashlib.sha256(self._files.read(f"{place}/{name}")).hexdigest() == sha256
            except FileNotFoundError:
                is_right = False
            if not is_right:
                found.append(name)
        return found

    def _is_as_here(self, folder: Path) -> bool:
        """Return whether the store has, for each file of a local release, an object of the same name and size."""
        sizes_bytes = self._files.sizes_bytes(f"releases/{folder.name}")
        files = (path for path in folder.rglob("*") if path.is_file())
        return all(
            sizes_bytes.get(f"releases/{folder.name}/{path.relative_to(folder).as_posix()}") == path.stat().st_size
            for path in files
        )

    def _remove_all_but(self, kept: tuple[str, ...]) -> None:
        """Remove all releases but `kept`. Files that belong to no release stay."""
        names = self._files.names("releases")
        self._remove([name for name in names if is_identity(one := name.split("/")[1]) and one not in kept])

    def _remove(self, names: list[str]) -> None:
        """Remove files. Each SHA256SUMS is removed before all other files, so that half a folder never counts as
        whole.
        """
        for name in sorted(names, key=lambda one: not one.endswith(f"/{CHECKSUMS_NAME}")):
            self._files.remove(name)


def _next(
    pointer: Pointer | None,
    identity: str,
    kept_count: int,
    events: tuple[Event, ...],
    letters: Callable[[], Mapping[int, int]],
) -> Pointer:
    """Return the pointer that is to replace `pointer`, and that names the release `identity` as current."""
    before = () if pointer is None else pointer.kept
    last = [identity, *(release for release in before if release != identity)]
    taken_back = taken_back_in(events)
    kept = (*last[:kept_count], *(release for release in last[kept_count:] if release in taken_back))
    known = {} if pointer is None else dict(pointer.letters)
    if identity not in known:
        known[identity] = letters()
    since = (
        pointer.since
        if pointer is not None and pointer.release == identity
        else dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
    )
    return Pointer(identity, since, kept, events, {release: known[release] for release in kept if release in known})


@contextmanager
def _release_errors() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise ReleaseError(str(error)) from error
