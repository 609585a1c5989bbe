"""Releases in an object store: a release is whole before the pointer names it, and the pointer is one PUT.

<address>/releases/<identity>/...    the files of a release as they are locally, SHA256SUMS last
<address>/current.json               the pointer: which release is current, where, and which are kept

A store has no rename and no links. A release is put, read back and compared; `current.json` is put after it.
Readers read `current.json` once, and then the files below the path that it names.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from redress.files.lines import stated_json
from redress.files.store import StoreError, WholeFiles
from redress.warehouse.releases.checksums import CHECKSUMS_NAME, damage, read_checksums
from redress.warehouse.releases.history import ReleaseError, is_identity

POINTER_NAME = "current.json"


@dataclass(frozen=True)
class StoredReleases:
    """The releases at an address, such as "s3://bucket/prefix". One home writes there; many may read."""

    address: str

    def current(self) -> str | None:
        """Return the identity of the current release, or None before the first; raise ReleaseError on failure."""
        pointer = self._pointer()
        return None if pointer is None else str(pointer["release"])

    def publish(self, folder: Path, kept_count: int) -> bool:
        """Make a local release current in the store; return False if it was current already and nothing was sent.

        A release that is whole in the store is not sent again. The store's current release counts as whole if the
        names and sizes in one listing are right; if they are not, its checksums are compared. The last `kept_count`
        releases that were current stay; others are removed, with what a crash left of any. Raises ReleaseError if a
        file cannot be put or read, or differs in the store from the local file: readers then keep the release that
        they had.
        """
        identity = folder.name
        with _release_errors():
            pointer = self._pointer()
            if pointer is not None and pointer["release"] == identity:
                sizes_bytes = self._files.sizes_bytes("releases")
                is_sent = not _is_as_here(folder, sizes_bytes) and self._send(folder)
                self._remove_all_but(pointer["kept"], sizes_bytes)
                return is_sent
            self._send(folder)
            before = [] if pointer is None else pointer["kept"]
            kept = [identity, *(release for release in before if release != identity)][:kept_count]
            pointer = {
                "release": identity,
                "path": f"releases/{identity}",
                "since": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
                "kept": kept,
            }
            self._files.write(POINTER_NAME, json.dumps(pointer, indent=1).encode())
            if self._pointer() != pointer:
                raise ReleaseError(f"{self._files.place(POINTER_NAME)} is not what was put: who else writes there?")
            self._remove_all_but(kept, self._files.sizes_bytes("releases"))
        return True

    @cached_property
    def _files(self) -> WholeFiles:
        return WholeFiles(self.address)

    def _pointer(self) -> dict[str, Any] | None:
        with _release_errors():
            try:
                content = self._files.read(POINTER_NAME)
            except FileNotFoundError:
                return None
        try:
            found: dict[str, Any] = stated_json(content)
            is_pointer = all(is_identity(name) for name in (found["release"], *found["kept"]))
        except (ValueError, KeyError, TypeError):
            is_pointer = False
        if not is_pointer:
            raise ReleaseError(
                f"{self._files.place(POINTER_NAME)} is broken: put a copy of it back, or remove it, and the next "
                "run writes it again. Without it, only the current release in the store is kept"
            )
        return found

    def _send(self, folder: Path) -> bool:
        """Put each file that is not right and read it back, then put SHA256SUMS: only with it is a release whole.

        Return False if all files were right. A release that was built again has the same content, but perhaps other
        bytes: the files in the store are compared with the SHA256SUMS in the store.
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
        """Read all files below a place; return the names of those that are missing or differ from their sha256."""
        found = []
        for name, sha256 in sha256s.items():
            try:
                is_right = hashlib.sha256(self._files.read(f"{place}/{name}")).hexdigest() == sha256
            except FileNotFoundError:
                is_right = False
            if not is_right:
                found.append(name)
        return found

    def _remove_all_but(self, kept: list[str], names: Iterable[str]) -> None:
        """Remove releases that are not kept, SHA256SUMS first, so that half a release never counts as whole.

        Other files beside the releases stay.
        """
        going = [name for name in names if is_identity(name.split("/")[1]) and name.split("/")[1] not in kept]
        for name in sorted(going, key=lambda one: not one.endswith(f"/{CHECKSUMS_NAME}")):
            self._files.remove(name)


def _is_as_here(folder: Path, sizes_bytes: dict[str, int]) -> bool:
    """Say whether a store has an object of the same name and size for each file of a local release."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return all(
        sizes_bytes.get(f"releases/{folder.name}/{path.relative_to(folder).as_posix()}") == path.stat().st_size
        for path in files
    )


@contextmanager
def _release_errors() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise ReleaseError(str(error)) from error
