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
    """Yield a local path to write to; at the end of the block, what was written to this path becomes the file
    `place`.

    A reader finds the old file or the new file, each whole. After an error the old file stays, and what was written
    is removed. If the file is local, the path lies in the file's folder (which is made if it is missing) and ends
    in ".incoming"; at the end it is renamed to the file's name. If a process is killed, what it wrote stays until
    the same path is written again.

    If `is_synced` is True, the content is on the disk before the file gets its name, so that not even a power cut
    leaves half a file. `is_shared` is for a file that two processes may write at the same time. The path then holds
    the process's id and the machine's name too, because processes in two containers on one volume can have equal
    ids. In an object store neither option has an effect.
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
    """Yield an empty folder beside `folder`; at the end of the block, put the yielded folder in the place of
    `folder`.

    If the file system can exchange two folders in one step, a reader finds the old folder or the new folder, each
    whole. On other file systems (network file systems) a reader may find no folder for a moment. After an error the
    old folder stays. What a killed process wrote stays until the next call removes it.
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
    """Exchange two folders in one step, by Linux's renameat2, for which Python has no function.

    Raise OSError if the folders cannot be exchanged. Network file systems, for example, have no such step.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(_WORKING_FOLDER, os.fsencode(one), _WORKING_FOLDER, os.fsencode(other), _EXCHANGE) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@contextmanager
def renamed(temporary: Path, place: Path, is_synced: bool) -> Iterator[Path]:
    """Rename a temporary file to `place` once the block has written the file; remove the file on an error.

    If `is_synced` is True, the file is on the disk before it is renamed.
    """
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
