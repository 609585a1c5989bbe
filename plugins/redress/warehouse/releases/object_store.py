"""Releases in an object store: whole before anything points at them, and the pointer put in one PUT.

<address>/releases/<identity>/...    the files of a release as they are locally, SHA256SUMS last
<address>/current.json               the pointer: which release is current, where, and which are kept

A store has no rename and no links. A release is put, read back and compared first; `current.json` follows. Readers
take `current.json` once, and then the files below the path that it names.
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

from redress.files import StoreError, WholeFiles
from redress.warehouse.releases.checksums import CHECKSUMS_NAME, damage, read_checksums
from redress.warehouse.releases.history import ReleaseError, is_identity

POINTER_NAME = "current.json"


@dataclass(frozen=True)
class StoredReleases:
    """The releases at an address, such as "s3://bucket/prefix". One home writes there; any number read."""

    address: str

    def current(self) -> str | None:
        """The identity of the current release, or None before the first. Raises ReleaseError on a failure."""
        pointer = self._pointer()
        return None if pointer is None else str(pointer["release"])

    def publish(self, folder: Path, kept_count: int) -> bool:
        """Make a local release the current one of the store; False where it was so already, and nothing was sent.

        A release that is whole in the store is not sent again; of the current one that is seen by the names and
        sizes of its objects, in one listing, and only where those differ by their checksums. The last
        `kept_count` that were current stay; others go, and what a crash left of one goes with them. Raises
        ReleaseError where a file cannot be put or read, or is not in the store what it is here: readers then have
        what they had.
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
            kept = [identity, *(one for one in before if one != identity)][:kept_count]
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
            found: dict[str, Any] = json.loads(content)
            is_pointer = all(is_identity(one) for one in (found["release"], *found["kept"]))
        except (ValueError, KeyError, TypeError):
            is_pointer = False
        if not is_pointer:
            raise ReleaseError(
                f"{self._files.place(POINTER_NAME)} is broken: put a copy of it back, or remove it, and the next "
                "run puts it anew. Without it, of the releases in the store only the current one is kept"
            )
        return found

    def _send(self, folder: Path) -> bool:
        """Put the files that are not right, read each back, and SHA256SUMS when all are: only then it is whole.

        False where all of it was right. A release that was built again here has the same content and perhaps other
        bytes: what the store has of it is measured by the SHA256SUMS that lies there.
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
        """The files below a place that are not there, or not what their checksums say: all are read."""
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
        """Remove releases that nothing points at; their SHA256SUMS first, so that half of one is never whole.

        What else lies beside them stays.
        """
        going = [name for name in names if is_identity(name.split("/")[1]) and name.split("/")[1] not in kept]
        for name in sorted(going, key=lambda one: not one.endswith(f"/{CHECKSUMS_NAME}")):
            self._files.remove(name)


def _is_as_here(folder: Path, sizes_bytes: dict[str, int]) -> bool:
    """Whether objects of the names and sizes of a local release's files are among those of a store."""
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
