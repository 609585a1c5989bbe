"""Places: files and folders of this machine, or of an object store, with the same methods.

A place is a `pathlib.Path`, or a `upath.UPath` for an address such as "s3://bucket/prefix". Code that reads and
lists works on both kinds. Code that writes uses `replaced` or `add_json_line`; code that deletes uses
`remove_tree`.
"""

import hashlib
import io
import shutil
import time
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Union, cast

from redress.files.replacing import replaced
from redress.files.store import StoreError, WholeFiles

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem
    from upath import UPath

Place: TypeAlias = Union[Path, "UPath"]


COPIES_KEPT_SECONDS = 7 * 24 * 3600
"""If nobody has used the local copy of a store's file for this time, in seconds, the copy is removed."""


def whole_address(stated: str | Path) -> str:
    """Return a place in one form: a local path as an absolute path, an object store's address without a slash at
    its end.
    """
    address = str(stated).removeprefix("file://")
    return address.rstrip("/") if is_address(address) else str(Path(address).absolute())


def is_address(stated: str | Path) -> bool:
    """Return whether a text is an object store's address, not a local path."""
    return "://" in str(stated).removeprefix("file://")


def place_at(address: str | Path) -> Place:
    """Return the place at a local path or at an object store's address. Raise StoreError if no file can be kept
    there.
    """
    stated = whole_address(address)
    if not is_address(stated):
        return Path(stated)
    from upath import UPath  # takes long to import: only where files lie in an object store

    place = UPath(stated)
    place._fs_cached = cast("AbstractFileSystem", _Told(WholeFiles(stated).file_system, stated))
    return place


class _Told:
    """The client of an object store. Any error of the client that is neither an OSError nor a NotImplementedError
    is raised as a StoreError.

    A file is read by one GET, so a reader gets the whole old file or the whole new file, even while another process
    puts the new file.
    """

    def __init__(self, client: "AbstractFileSystem", address: str) -> None:
        self._client, self._address = client, address

    def open(self, path: str, mode: str = "rb", **named: Any) -> Any:
        """Open a file for reading, as bytes or as text. Files are never opened for writing: other methods of the
        client put whole files.
        """
        content = io.BytesIO(self.cat_file(path))
        return content if "b" in mode else io.TextIOWrapper(content, named.get("encoding"), named.get("errors"))

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._client, name)
        if not callable(value):
            return value

        @wraps(value)
        def told(*arguments: Any, **named: Any) -> Any:
            try:
                return value(*arguments, **named)
            except (OSError, NotImplementedError):
                raise
            except Exception as error:
                raise StoreError(f"{self._address} cannot be used: {type(error).__name__}: {error}") from error

        return told


def matching(folder: Place, pattern: str) -> list[Place]:
    """Return the files and folders that a glob pattern finds below a folder, sorted by path."""
    found: list[Place] = [*folder.glob(pattern)]
    return sorted(found, key=str)


def remove_tree(place: Place) -> None:
    """Remove a folder with its content; in an object store, `place` may also be a file. If nothing is at the place,
    do nothing. Local files that cannot be removed stay.
    """
    if isinstance(place, Path):
        shutil.rmtree(place, ignore_errors=True)
    elif place.exists():
        place.fs.rm(place.path, recursive=True)


def moved(place: Place, to: Place) -> None:
    """Rename a file or folder. In an object store, which has no folders, rename the file, or the files of the
    folder one by one.
    """
    if isinstance(place, Path):
        place.rename(str(to))
    else:
        for path in place.fs.find(place.path):
            place.fs.mv(path, f"{str(to).partition('://')[2]}{path.removeprefix(place.path)}")


def local_copy(place: Place, copies: Path) -> Path:
    """Return a local path to a file: the file itself if it is local, otherwise a copy of the file in the folder
    `copies`.

    Each version of a store's file is fetched only once; versions are told apart by what the store says of the file,
    such as its checksum.
    """
    if isinstance(place, Path):
        return place
    copies.mkdir(parents=True, exist_ok=True)
    version = hashlib.sha256(f"{place} {place.fs.ukey(place.path)}".encode()).hexdigest()
    copy = copies / f"{version}{place.suffix}"
    if not copy.exists():
        with replaced(copy, is_shared=True) as incoming:
            incoming.write_bytes(place.read_bytes())
    copy.touch()  # the time of the copy says that it is in use
    return copy


def forget_old_copies(copies: Path) -> None:
    """Remove the local copies that nobody has used for COPIES_KEPT_SECONDS. The folder may be missing."""
    for copy in copies.glob("*"):
        if time.time() - copy.stat().st_mtime > COPIES_KEPT_SECONDS:
            copy.unlink(missing_ok=True)
