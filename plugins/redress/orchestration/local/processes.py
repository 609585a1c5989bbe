"""Find the processes that a killed command left, end processes with all that they started, and keep logs short."""

import json
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from redress.files.replacing import replaced

STOP_SECONDS = 30.0
POLL_SECONDS = 0.5
LOGS_KEPT = 3
LARGEST_LOG_BYTES = 10_000_000
BOOT = Path("/proc/sys/kernel/random/boot_id")


class UpError(Exception):
    """A part of Airflow does not start, or has ended. The message names the part and its log."""


@dataclass(frozen=True)
class Process:
    """A process, by its pid and the time of its start. The pid alone is not enough, because pids are used again.

    `started` is the boot id of the machine, then the time of the start in clock ticks since the boot.
    """

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "Process | None":
        """Return the process that has this pid now. Return None if there is no such process, or if it has ended (a
        zombie).
        """
        after_name = _after_name(pid)
        if after_name is None or after_name[0] in "ZX":
            return None
        return cls(pid, f"{BOOT.read_text(encoding='ascii').strip()} {after_name[19]}")

    @property
    def is_alive(self) -> bool:
        return Process.of(self.pid) == self


@dataclass(frozen=True)
class ProcessList:
    """A file that lists the processes of a running Airflow. If `redress up` is killed, the next `redress up` learns
    from the file which processes are left.
    """

    file: Path

    def read(self) -> dict[str, Process]:
        """Return the listed processes by name. If the file is missing or incomplete, return no processes."""
        try:
            listed = json.loads(self.file.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return {name: Process(**one) for name, one in listed.items()}

    def add(self, name: str, pid: int) -> None:
        """List a running process under a name, in place of the process that had the name before. If the process has
        ended, change nothing.
        """
        one = Process.of(pid)
        if one is None:
            return
        listed = {**self.read(), name: one}
        with replaced(self.file) as incoming:
            incoming.write_text(
                json.dumps({name: asdict(one) for name, one in listed.items()}, indent=1), encoding="utf-8"
            )

    def clear(self) -> None:
        self.file.unlink(missing_ok=True)


def end_left(left: Mapping[str, Process], tell: Callable[[str], None], command: str = "redress up") -> None:
    """End processes that a killed command left, with every process that they started. Send SIGTERM to each process
    of `left`. When it has ended, or after STOP_SECONDS at most, send SIGKILL to all that is left of its session.

    The processes of `left` are the leaders of the sessions to end; `command` is the killed command. A leader that
    has ended meanwhile is left out, even if another process has its pid now.
    """
    alive = {name: process for name, process in left.items() if process.is_alive}
    if not alive:
        return
    named = ", ".join(f"{name} ({process.pid})" for name, process in alive.items())
    tell(f"a {command} that was killed has left these processes, which are ended now: {named}")
    for process in alive.values():
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    for process in alive.values():
        while process.is_alive and time.monotonic() < until:
            time.sleep(POLL_SECONDS)
        end_session(process.pid)


def end_session(leader: int) -> None:
    """Kill the leader of a session, and all processes that are left in the session."""
    while left := _session(leader):
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)


def _session(leader: int) -> list[int]:
    """Return the pids of a session's processes that have not ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        after_name = _after_name(pid)
        if after_name is not None and int(after_name[3]) == leader and after_name[0] not in "ZX":
            found.append(pid)
    return found


def _after_name(pid: int) -> list[str] | None:
    """Return what follows the name in /proc/<pid>/stat (man 5 proc): state, parent, group, session and so on.

    Return None if there is no such process.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def require_free_port(port: int, another: str) -> None:
    """Raise UpError if a port on loopback cannot be had, for example because another program listens there.
    `another` is a text that tells the person how to choose another port.
    """
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError as error:
            raise UpError(
                f"port {port} on loopback cannot be had: {error.strerror}. Another port: {another}"
            ) from None


def rotate(log: Path) -> None:
    """Empty a log. Its last LOGS_KEPT contents are kept in files beside it, the newest content in `<log>.1`.

    The log itself stays the same file, so that a process can go on appending to it. Lines that the process writes
    in the milliseconds of the copy can be lost.
    """
    if not log.exists() or log.stat().st_size == 0:
        return
    incoming = log.with_name(f"{log.name}.0")
    try:
        shutil.copyfile(log, incoming)  # first of all: on a full disk the earlier contents stay where they are
        for number in range(LOGS_KEPT, 1, -1):
            with suppress(FileNotFoundError):
                _numbered(log, number - 1).replace(_numbered(log, number))
        incoming.replace(_numbered(log, 1))
    finally:
        incoming.unlink(missing_ok=True)
    os.truncate(log, 0)


def rotate_if_large(log: Path) -> None:
    """Rotate a log that is larger than LARGEST_LOG_BYTES. On a full disk, the log is not emptied, and grows."""
    with suppress(OSError):
        if log.stat().st_size > LARGEST_LOG_BYTES:
            rotate(log)


def _numbered(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")
