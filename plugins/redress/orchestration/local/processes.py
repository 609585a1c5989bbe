"""The processes of `redress up`: found again after it was killed, ended whole, and their logs kept short."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

STOP_SECONDS = 30.0
POLL_SECONDS = 0.5
LOGS_KEPT = 3
LARGEST_LOG_BYTES = 10_000_000
BOOT = Path("/proc/sys/kernel/random/boot_id")


class UpError(Exception):
    """Airflow does not start, or a part of it has ended; the message says which, and where its log is."""


@dataclass(frozen=True)
class Process:
    """A process that no other is taken for: an id is given again, but not with the same start.

    `started` is the machine's start, and the clock ticks from there to the process's.
    """

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """That which has this id now; None where there is none, or it has ended and waits to be taken note of."""
        after_name = _after_name(pid)
        if after_name is None or after_name[0] in "ZX":
            return None
        return cls(pid, f"{BOOT.read_text().strip()} {after_name[19]}")

    @property
    def is_alive(self) -> bool:
        return Process.of(self.pid) == self


@dataclass(frozen=True)
class ProcessList:
    """A file that names the processes of a running Airflow, for whoever comes after one that was killed."""

    file: Path

    def read(self) -> dict[str, Process]:
        """The processes by name; none where there is no file, or no whole one."""
        try:
            listed = json.loads(self.file.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return {name: Process(**one) for name, one in listed.items()}

    def add(self, name: str, pid: int) -> None:
        """Name a process that runs, in place of one of the same name."""
        one = Process.of(pid)
        if one is None:
            return
        listed = {**self.read(), name: one}
        written = self.file.with_suffix(".new")
        written.write_text(json.dumps({name: asdict(one) for name, one in listed.items()}, indent=1))
        written.replace(self.file)

    def clear(self) -> None:
        self.file.unlink(missing_ok=True)


def end_left(left: Mapping[str, Process], tell: Callable[[str], None]) -> None:
    """End processes that lead sessions, with all that they started: asked first, killed where that is not enough.

    A process that has ended since, and whatever has its id now, is left alone.
    """
    alive = {name: one for name, one in left.items() if one.is_alive}
    if not alive:
        return
    named = ", ".join(f"{name} ({one.pid})" for name, one in alive.items())
    tell(f"a redress up that was killed has left these processes, which are ended now: {named}")
    for one in alive.values():
        with suppress(ProcessLookupError):
            os.kill(one.pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    for one in alive.values():
        while one.is_alive and time.monotonic() < until:
            time.sleep(POLL_SECONDS)
        end_session(one.pid)


def end_session(leader: int) -> None:
    """End what is left of all that the leader of a session started, itself among it."""
    while left := _session(leader):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def _session(leader: int) -> list[int]:
    """The processes of the session that a process leads, or led, which have not ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        after_name = _after_name(pid)
        if after_name is not None and int(after_name[3]) == leader and after_name[0] not in "ZX":
            found.append(pid)
    return found


def _after_name(pid: int) -> list[str] | None:
    """What /proc says of a process after its name: state, parent, group, session, and the rest (man 5 proc)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def rotate(log: Path) -> None:
    """Begin a log anew, and keep the last few: with `.1` at its end the newest.

    The file itself stays, so that a process that appends to it goes on in it. Lines that it writes while the file
    is copied, which takes milliseconds, can be lost.
    """
    if not log.exists() or log.stat().st_size == 0:
        return
    for number in range(LOGS_KEPT, 1, -1):
        with suppress(FileNotFoundError):
            _numbered(log, number - 1).replace(_numbered(log, number))
    shutil.copyfile(log, _numbered(log, 1))
    os.truncate(log, 0)


def rotate_if_large(log: Path) -> None:
    """Begin a log anew that has grown beyond its bound; on a full disk it grows on until there is room."""
    with suppress(OSError):
        if log.stat().st_size > LARGEST_LOG_BYTES:
            rotate(log)


def _numbered(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")
