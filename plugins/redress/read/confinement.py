"""Confine reading processes: no secrets in the environment, no network, and only one folder to write in.

The parsers of letters are large programs in C. Whoever abuses a fault in a parser must not reach the passwords,
files and network of the person who reads. Linux lets a process give up rights for good without being root: Landlock
takes the right to change files, and a seccomp filter takes the right to make sockets. Both also bind the programs
that the process starts.
"""

import ctypes
import logging
import os
import platform
import resource
import struct
import tempfile
from functools import partial
from multiprocessing import forkserver

LARGEST_FILE_BYTES = 256 * 1024 * 1024
"""The most bytes that a reading process may write to a temporary file."""
KEPT_VARIABLES = frozenset(
    {
        "PATH",  # where tesseract is
        "LD_LIBRARY_PATH",
        "TZ",
        "PYTHONDONTWRITEBYTECODE",
        "MALLOC_ARENA_MAX",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
    }
)
"""The variables that a reading process keeps from its caller's environment."""
LONGEST_TEMPORARY_FOLDER_BYTES = 75
"""The most bytes that the name of the folder for temporary files may have. Linux allows 107 bytes for the name of a
socket, and the server that forks reading processes adds 32 bytes to the folder's name for its socket."""
OWN_VARIABLES = {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}

_log = logging.getLogger(__name__)

_SET_NO_NEW_PRIVILEGES, _GET_SECCOMP, _SET_SECCOMP, _FILTER = 38, 21, 22, 2
"""The constants for prctl in <linux/prctl.h> and <linux/seccomp.h>."""
_CAPABILITIES_VERSION, _FILES_OF_OTHERS = 0x20080522, 0b110
"""The constants for capset: the version of its tables, and the two rights to open files despite their modes."""
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""The numbers of Landlock's system calls, which are equal on all kinds of machines."""
_GET_VERSION, _PATH_BENEATH = 1, 1
_WRITE_FILE, _TRUNCATE = 1 << 1, 1 << 14
_FIRST_CHANGES = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))
"""The rights to write, remove and make files and folders, as bits in <linux/landlock.h>."""
_CHANGES_SINCE = {2: 1 << 13, 3: _TRUNCATE}
"""Further rights by the version of Landlock that introduced them: to move a file to another folder, to truncate a
file."""
_SCOPES_SINCE_VERSION, _SCOPES = 6, 0b11
"""Two further bans: to use abstract sockets of unconfined processes, and to send signals to such processes. First
the version of Landlock that introduced both bans, then their bits."""

_SOCKETS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""For each kind of machine that has a filter here: the number of its architecture, and the number of its system
call `socket`."""
_IO_URING_SETUP, _OF_ANOTHER_KIND = 425, 0x40000000
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the error is EPERM


def start_server() -> None:
    """Start the server that forks the reading processes, unless the server runs already. The server's environment
    has only KEPT_VARIABLES and OWN_VARIABLES.

    Python gives the server the environment of the process that starts it. So this process has only these variables
    while the server starts.

    Raise ValueError if the name of the folder for temporary files is too long for a socket.
    """
    folder = tempfile.gettempdir()  # Python looks it up once, from the caller's TMPDIR
    if len(os.fsencode(folder)) > LONGEST_TEMPORARY_FOLDER_BYTES:
        raise ValueError(
            f"{folder} is too long for the sockets of the reading processes: set TMPDIR to a folder with a name of "
            f"at most {LONGEST_TEMPORARY_FOLDER_BYTES} bytes, such as /tmp"
        )
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update({name: value for name, value in before.items() if name in KEPT_VARIABLES} | OWN_VARIABLES)
    try:
        forkserver.ensure_running()
    finally:
        os.environ.clear()
        os.environ.update(before)


def missing() -> str | None:
    """Return words that say which rights a reading process cannot give up on this system, and why. Return None if
    the process can give up all of these rights.
    """
    found = []
    version = _landlock_version()
    if version < 1:
        found.append("change files (this kernel has no Landlock)")
    elif version < max(_CHANGES_SINCE):
        found.append(f"truncate files (this kernel has Landlock {version}, not {max(_CHANGES_SINCE)})")
    if platform.machine() not in _SOCKETS:
        found.append(f"use the network (no filter for {platform.machine()} is known)")
    elif _prctl(_GET_SECCOMP) < 0:
        found.append("use the network (this kernel has no seccomp filters)")
    return " and to ".join(found) or None


def confine(folder: str) -> None:
    """Take from this process the right to make sockets, and the right to change files outside `folder`. Make
    `folder` the folder for temporary files.

    Also remove the environment variables that are neither in KEPT_VARIABLES nor in OWN_VARIABLES, limit the size of
    each file that the process writes, and give up root's capabilities. If the system does not let a process give up
    a right, the process keeps the right. `missing` says which of the rights to change files and to use the network
    are kept so.
    """
    for name in os.environ.keys() - KEPT_VARIABLES - OWN_VARIABLES.keys():
        del os.environ[name]  # the server may have been started by others
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    lower_limit(resource.RLIMIT_FSIZE, LARGEST_FILE_BYTES)
    lower_limit(resource.RLIMIT_CORE, 0)
    _prctl(_SET_NO_NEW_PRIVILEGES, 1)
    for give_up in (_give_up_capabilities, partial(_give_up_changes, folder), _give_up_sockets):
        try:
            give_up()
        except OSError as error:
            _log.warning("a process that reads letters keeps a right: %s", error)


def lower_limit(kind: int, most: int) -> None:
    """Lower a resource limit of this process to `most`, unless the limit is lower already."""
    _, hard = resource.getrlimit(kind)
    lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (lowest, lowest))


def _give_up_capabilities() -> None:
    """Give up root's capabilities, such as reading the memory of other processes. Keep only the two capabilities
    that open files despite their modes.
    """
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITIES_VERSION, 0), 8)
    held = ctypes.create_string_buffer(24)
    _checked(_libc().capget(header, held))
    effective, permitted, _, *_ = struct.unpack("=6I", held.raw)
    kept = struct.pack("=6I", effective & _FILES_OF_OTHERS, permitted & _FILES_OF_OTHERS, 0, 0, 0, 0)
    _checked(_libc().capset(header, kept))


def _give_up_changes(folder: str) -> None:
    """Give up the rights to change files outside a folder, except to write to /dev/null. If this kernel's Landlock
    is new enough, also give up the right to truncate such files, and the rights to signal unconfined processes and
    to use their abstract sockets. Do nothing if this kernel has no Landlock.
    """
    version = _landlock_version()
    if version < 1:
        return
    changes = _FIRST_CHANGES | sum(right for since, right in _CHANGES_SINCE.items() if version >= since)
    scopes = _SCOPES if version >= _SCOPES_SINCE_VERSION else 0
    size = 24 if version >= _SCOPES_SINCE_VERSION else 8
    rules = ctypes.create_string_buffer(struct.pack("=QQQ", changes, 0, scopes)[:size], size)
    ruleset = _checked(_libc().syscall(_CREATE_RULESET, rules, ctypes.c_size_t(size), 0))
    for path, allowed in ((folder, changes), (os.devnull, changes & (_WRITE_FILE | _TRUNCATE))):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = ctypes.create_string_buffer(struct.pack("=Qi", allowed, place), 12)
        _checked(_libc().syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0))
        os.close(place)
    _checked(_libc().syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _give_up_sockets() -> None:
    """Refuse the system call that makes a socket, the call that prepares io_uring (which can make sockets too), and
    all calls of another architecture. Do nothing if no filter for this kind of machine is known, or if this kernel
    has no seccomp filters.
    """
    if platform.machine() not in _SOCKETS or _prctl(_GET_SECCOMP) < 0:
        return
    machine, socket = _SOCKETS[platform.machine()]
    steps = (
        (_LOAD, 0, 0, 4),  # which machine's calls
        (_IF_EQUAL, 0, 4, machine),
        (_LOAD, 0, 0, 0),  # which call
        (_IF_AT_LEAST, 2, 0, _OF_ANOTHER_KIND),
        (_IF_EQUAL, 1, 0, socket),
        (_IF_EQUAL, 0, 1, _IO_URING_SETUP),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    )
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    whole = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(program)))
    _checked(_prctl(_SET_SECCOMP, _FILTER, ctypes.addressof(whole)))


def _landlock_version() -> int:
    return int(_libc().syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _GET_VERSION))


def _prctl(what: int, value: int = 0, place: int = 0) -> int:
    words = (ctypes.c_ulong(word) for word in (value, place, 0, 0))
    return int(_libc().prctl(what, *words))


def _checked(result: int) -> int:
    """Return the result of a system call. Raise OSError if the call failed."""
    if result < 0:
        raise OSError(ctypes.get_errno(), f"this process cannot give up rights: {os.strerror(ctypes.get_errno())}")
    return result


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
