"""Places: files and folders of this machine, or of an object store, with the same methods.

A place is a `pathlib.Path`, or a `upath.UPath` for an address such as "s3://bucket/prefix". Code that reads and
lists works on both. Code that writes uses `replaced` or `add_json_line`, and deletes by `remove_tree`.
"""

import hashlib
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Union

from redress.files.replacing import replaced
from redress.files.store import WholeFiles

if TYPE_CHECKING:
    from upath import UPath

Place: TypeAlias = Union[Path, "UPath"]


COPIES_KEPT_SECONDS = 7 * 24 * 3600
"""After so long without use a local copy is removed."""


def place_at(address: str | Path) -> Place:
    """Return the place at a local path or at an object store's address. Raise StoreError if no file can be kept
    there.
    """
    stated = str(address).removeprefix("file://")
    if "://" not in stated:
        return Path(stated).absolute()
    from upath import UPath  # takes long to import: only where files lie in an object store

    place = UPath(stated.rstrip("/"))
    place._fs_cached = WholeFiles(stated).file_system
    return place


def matching(folder: Place, pattern: str) -> list[Place]:
    """Return the files and folders below a folder whose names fit a pattern, in the order of their names."""
    found: list[Place] = [*folder.glob(pattern)]
    return sorted(found, key=str)


def remove_tree(place: Place) -> None:
    """Remove a file or a folder with all that it holds, if it exists. What cannot be removed locally stays."""
    if isinstance(place, Path):
        shutil.rmtree(place, ignore_errors=True)
    elif place.exists():
        place.fs.rm(place.path, recursive=True)


def moved(place: Place, to: Place) -> None:
    """Rename a file, or in an object store all files below a name."""
    if isinstance(place, Path):
        place.rename(str(to))
    else:
        place.fs.mv(place.path, str(to).partition("://")[2], recursive=True)


def local_copy(place: Place, copies: Path) -> Path:
    """Return a local file with the content of a file: the file itself, or a copy in the folder `copies`.

    A file of an object store is fetched once for each version that the store tells apart by its checksum.
    """
    if isinstance(place, Path):
        return place
    copies.mkdir(parents=True, exist_ok=True)
    version = hashlib.sha256(f"{place} {place.fs.ukey(place.path)}".encode()).hexdigest()
    copy = copies / f"{version}{place.suffix}"
    if not copy.exists():
        with replaced(copy, is_shared=True) as incoming:
            incoming.write_bytes(place.read_bytes())
    copy.touch()  # says that it is in use
    for other in copies.iterdir():
        if time.time() - other.stat().st_mtime > COPIES_KEPT_SECONDS:
            other.unlink(missing_ok=True)
    return copy
