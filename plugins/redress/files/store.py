"""Whole files below an address, which is a local folder or an object store.

Locally a file is written under a temporary name and renamed; in an object store a file is written by one PUT, and
no other guarantee of the store is needed. A file's name in `WholeFiles` is relative, with "/" between its parts.
"""

import os
import re
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from redress.files.replacing import renamed
from redress.model.printable import has_password

OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az"})
"""The schemes of addresses of object stores in which a PUT shows an object whole or not at all."""
INCOMING = "incoming"
"""The folder, directly below the address, for files that are being written."""
ABANDONED_AFTER_SECONDS = 24 * 3600
"""If another machine's temporary file is older than this, the file counts as abandoned, because this machine
cannot look up whether the writer still runs."""
_TEMPORARY_NAME = re.compile(r"([0-9]+)@([^@]+)@[a-z0-9_]+")
"""The temporary names that this module gives: process id, machine, random characters. Files with other names
were not made by this module."""


class StoreError(Exception):
    """No file can be kept at an address, or a file there cannot be written, read, listed or removed. The message
    says why.
    """


@dataclass(frozen=True)
class WholeFiles:
    """Files below an address: a local folder, or an object store's address such as "s3://bucket/prefix"."""

    address: str

    @cached_property
    def folder(self) -> Path | None:
        """The local folder; None if the files lie in an object store."""
        return None if "://" in self.address else Path(self.address)

    def place(self, name: str) -> str:
        """Return the whole address of a file, to be shown to people and given to other tools; the file need not
        exist.
        """
        return f"{self.address.rstrip('/')}/{name}"

    def write(self, name: str, content: bytes, *, is_synced: bool = False) -> None:
        """Write a file under a name, and replace the file that has the name.

        If `is_synced` is True, a local file's bytes are on the disk before the file has its name, so that not even
        a power cut leaves half a file. Raise StoreError if the file cannot be written.
        """
        if self.folder is not None:
            with self._told("written", name):
                self._write_locally(self.folder, name, content, is_synced)
            return
        try:
            with self._told("written", name):
                self.file_system.pipe_file(self._path(name), content)
        except FileNotFoundError as error:  # what S3 says of a bucket that does not exist
            raise StoreError(f"{self.place(name)} cannot be written: {error}") from error

    def read(self, name: str) -> bytes:
        """Return a file's bytes. Raise FileNotFoundError if there is no such file, and StoreError if it cannot be
        read.
        """
        with self._told("read", name):
            if self.folder is not None:
                return (self.folder / name).read_bytes()
            content: bytes = self.file_system.cat_file(self._path(name))
            return content

    def fetch(self, below: str, names: Iterable[str], folder: Path) -> None:
        """Copy files of an object store into a local folder, several at a time. `names` are the files' names below
        the store's folder `below`.

        Raise FileNotFoundError if a file is not there, and StoreError if a file cannot be read or the address is
        not that of an object store.
        """
        wanted = list(names)
        with self._told("read", below):
            self.file_system.get(
                [self._path(f"{below}/{name}") for name in wanted], [str(folder / name) for name in wanted]
            )

    def size_bytes(self, name: str) -> int | None:
        """Return the size of a file; None if there is no such file."""
        try:
            with self._told("looked at", name):
                if self.folder is not None:
                    return (self.folder / name).stat().st_size
                return int(self.file_system.info(self._path(name))["size"])
        except FileNotFoundError:
            return None

    def names(self, below: str) -> Iterator[str]:
        """Yield the names of all files below the folder `below`, sorted. Each name begins with `below`. If there is
        no such folder, yield none.
        """
        if self.folder is not None:
            found = [path.relative_to(self.folder).as_posix() for path in (self.folder / below).rglob("*")]
            yield from sorted(name for name in found if (self.folder / name).is_file())
            return
        with self._told("listed", below):
            paths: list[str] = self.file_system.find(self._path(below))
        yield from sorted(path.removeprefix(self._path("")) for path in paths)

    def sizes_bytes(self, below: str) -> dict[str, int]:
        """Return the size of each file below a folder, by the file's name. An object store is listed only once."""
        if self.folder is not None:
            return {name: (self.folder / name).stat().st_size for name in self.names(below)}
        with self._told("listed", below):
            found: dict[str, dict[str, Any]] = self.file_system.find(self._path(below), detail=True)
        return {path.removeprefix(self._path("")): int(one["size"]) for path, one in sorted(found.items())}

    def remove(self, name: str) -> None:
        """Remove a file, if it exists. Raise StoreError if it cannot be removed."""
        with suppress(FileNotFoundError), self._told("removed", name):
            if self.folder is not None:
                (self.folder / name).unlink()
            else:
                self.file_system.rm_file(self._path(name))

    def clear_incoming(self) -> int:
        """Remove the temporary files of writers that have ended; return the number of files removed. An object
        store has no temporary files.

        Files that this module did not make are kept. If the folder INCOMING is a link, nothing is removed.
        """
        if self.folder is None or (self.folder / INCOMING).is_symlink():
            return 0
        count = 0
        for path in (self.folder / INCOMING).glob("*"):
            with suppress(FileNotFoundError):
                if _is_abandoned(path):
                    path.unlink()
                    count += 1
        return count

    def _write_locally(self, folder: Path, name: str, content: bytes, is_synced: bool) -> None:
        place, incoming = folder / name, folder / INCOMING
        place.parent.mkdir(parents=True, exist_ok=True)
        incoming.mkdir(exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=incoming, prefix=f"{os.getpid()}@{socket.gethostname()}@")
        with renamed(Path(temporary), place, is_synced), os.fdopen(handle, "wb") as file:
            file.write(content)

    @cached_property
    def file_system(self) -> Any:
        """The client of the object store. Raise StoreError if no file can be kept at the address."""
        if has_password(self.address):
            raise StoreError(
                "the address of an object store holds its keys, and would show them wherever it is told: name the "
                "bucket alone, and give the keys as its client takes them (such as AWS_SECRET_ACCESS_KEY)"
            )
        scheme = self.address.partition("://")[0]
        if scheme not in OBJECT_STORES:
            known = ", ".join(f"{scheme}://" for scheme in sorted(OBJECT_STORES))
            raise StoreError(
                f"files cannot be kept at {self.address}: {scheme}:// is no object store that shows a file whole "
                f"or not at all; name a local folder, or an address that starts with one of {known}"
            )
        import fsspec  # takes long to import: only where files lie in an object store

        try:
            return fsspec.filesystem(scheme, use_listings_cache=False)
        except ImportError as error:
            raise StoreError(f"files cannot be kept at {self.address}: {error}") from error

    def _path(self, name: str) -> str:
        return f"{self.address.partition('://')[2].rstrip('/')}/{name}"

    @contextmanager
    def _told(self, what: str, name: str) -> Iterator[None]:
        """During the block, raise each error of the file system or of the store's client as a StoreError. The
        message says that `name` cannot be `what`, such as "written". FileNotFoundError is raised unchanged.
        """
        try:
            yield
        except (FileNotFoundError, StoreError):
            raise
        except OSError as error:
            raise StoreError(f"{self.place(name)} cannot be {what}: {error.strerror or error}") from error
        except Exception as error:
            if self.folder is not None:
                raise
            raise StoreError(f"{self.place(name)} cannot be {what}: {type(error).__name__}: {error}") from error


def _is_abandoned(path: Path) -> bool:
    """Return whether a file counts as an abandoned temporary file: its process has ended, or the file comes from
    another machine and is older than ABANDONED_AFTER_SECONDS.
    """
    name = _TEMPORARY_NAME.fullmatch(path.name)
    if name is None or path.is_symlink() or not path.is_file():
        return False
    writer, host = name.groups()
    if host != socket.gethostname():
        return time.time() - path.stat().st_mtime > ABANDONED_AFTER_SECONDS
    try:
        os.kill(int(writer), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
