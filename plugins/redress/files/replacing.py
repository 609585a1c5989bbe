"""Write a file or a folder so that a reader finds the old content or the new content, each whole.

Locally a file is written under a temporary name and renamed. In an object store a file is one PUT.
"""

import ctypes
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redress.files.places import Place


_WORKING_FOLDER, _EXCHANGE = -100, 2
"""The values of AT_FDCWD and RENAME_EXCHANGE in <linux/fcntl.h> and <linux/fs.h>."""


@contextmanager
def replaced(place: "Place", *, is_synced: bool = False, is_shared: bool = False) -> Iterator[Path]:
    """Yield a free local path; at the end of the block, replace a file with what was written there.

    A reader finds the old file or the new file, each whole. After an error the old file stays, and what was written
    is removed. Locally the free path lies beside the file and is renamed. What a killed process wrote stays under
    its temporary name, which ends in ".incoming"; the next write under that name removes it. The file's folder is
    made if it is missing.

    With `is_synced` the content is on the disk before the rename, so that not even a power cut leaves half a file.
    With `is_shared` the temporary name holds the process's id and its machine, for a file that two processes may
    write at the same time. Two containers on one volume have the same ids. An object store needs neither.
    """
    if not isinstance(place, Path):
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / place.name
            yield written
            place.fs.pipe_file(place.path, written.read_bytes())
        return
    path = place
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _incoming(path, is_shared)
    temporary.unlink(missing_ok=True)
    with renamed(temporary, path, is_synced):
        yield temporary


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside a folder; at the end of the block, replace that folder with it.

    Where the file system can exchange two folders in one step, a reader finds the old folder or the new folder,
    each whole; elsewhere (network file systems) a reader may find no folder for a moment. Errors and kills are as
    for `replaced`.
    """
    temporary = _incoming(folder, is_shared=False)
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        if folder.exists():
            with suppress(OSError):
                exchange(temporary, folder)
                return
            shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def exchange(one: Path, other: Path) -> None:
    """Exchange two folders in one step, by Linux's renameat2, which Python has no function for.

    Raise OSError where the file system has no such step; network file systems have none.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(_WORKING_FOLDER, os.fsencode(one), _WORKING_FOLDER, os.fsencode(other), _EXCHANGE) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextmanager
def renamed(temporary: Path, place: Path, is_synced: bool) -> Iterator[Path]:
    """Rename a temporary file to its place once the block has written it; remove the temporary file on an error."""
    try:
        yield temporary
        if is_synced:
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
        temporary.replace(place)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _incoming(path: Path, is_shared: bool) -> Path:
    writer = f".{os.getpid()}@{socket.gethostname()}" if is_shared else ""
    return path.with_name(f".{path.name}{writer}.incoming")
