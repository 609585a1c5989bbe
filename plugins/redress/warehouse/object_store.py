"""Releases in an object store: whole before anything points at them, and the pointer put in one PUT.

<address>/releases/<identity>/...    the files of a release as they are locally, SHA256SUMS last
<address>/current.json               the pointer: which release is current, where, and which are kept

A store has no rename and no links. A release is put, read back and compared first; `current.json` follows. Readers
take `current.json` once, and then the files below the path that it names.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from redress.acquire.whole_files import StoreError, WholeFiles
from redress.warehouse.checksums import CHECKSUMS_NAME, damage, read_checksums
from redress.warehouse.releases import ReleaseError

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
        """Make a local release the current one of the store; False where it was so already.

        A release that is whole in the store is not sent again. The last `kept_count` that were current stay;
        others go, and what a crash left of one goes with them. Raises ReleaseError where a file cannot be put or
        read, or is not in the store what it is here: readers then have what they had.
        """
        identity = folder.name
        with _release_errors():
            pointer = self._pointer()
            if pointer is not None and pointer["release"] == identity:
                self._remove_all_but(pointer["kept"])
                return False
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
            self._remove_all_but(kept)
        return True

    @cached_property
    def _files(self) -> WholeFiles:
        return WholeFiles(self.address)

    def _pointer(self) -> dict[str, Any] | None:
        with _release_errors():
            try:
                found: dict[str, Any] = json.loads(self._files.read(POINTER_NAME))
            except FileNotFoundError:
                return None
        return found

    def _send(self, folder: Path) -> None:
        """Put every file, read each back, and put SHA256SUMS when all are right: only then it is whole."""
        found = damage(folder)
        if found:
            raise ReleaseError(f"release {folder} is damaged and goes nowhere: {'; '.join(found)}")
        place = f"releases/{folder.name}"
        sums_name = f"{place}/{CHECKSUMS_NAME}"
        if self._files.size_bytes(sums_name) is None:
            sums = (folder / CHECKSUMS_NAME).read_bytes()
            for name in read_checksums(sums.decode()):
                self._files.write(f"{place}/{name}", (folder / name).read_bytes())
        else:
            sums = self._files.read(sums_name)  # as it was built then: the same content, and perhaps other bytes
        for name, sha256 in read_checksums(sums.decode()).items():
            try:
                is_right = hashlib.sha256(self._files.read(f"{place}/{name}")).hexdigest() == sha256
            except FileNotFoundError:
                is_right = False
            if not is_right:
                self._files.remove(sums_name)  # the next run sends it anew
                raise ReleaseError(
                    f"{self._files.place(f'{place}/{name}')} is not what was put there; the current release is as "
                    "it was, and the next run sends this one again"
                )
        self._files.write(sums_name, sums)

    def _remove_all_but(self, kept: list[str]) -> None:
        """Remove releases that nothing points at; their SHA256SUMS first, so that half of one is never whole."""
        spared = {f"releases/{identity}" for identity in kept}
        names = [name for name in self._files.names("releases") if "/".join(name.split("/")[:2]) not in spared]
        for name in sorted(names, key=lambda one: not one.endswith(f"/{CHECKSUMS_NAME}")):
            self._files.remove(name)


@contextmanager
def _release_errors() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise ReleaseError(str(error)) from error
