"""Run Apache Superset with the dashboard of this folder, on loopback, until Ctrl-C: `make bi`.

Superset runs in an environment of its own (.venv-bi), because it needs an older SQLAlchemy than Redress. The folder
`bi` of the working folder keeps Superset's metadata, the user, and the charts that a person adds.
"""

import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import Annotated

import httpx
import typer
from filelock import FileLock, Timeout

from bi.prepare import USER
from redress.cli.terminal import plain_errors
from redress.orchestration.local.processes import (
    STOP_SECONDS,
    ProcessList,
    UpError,
    end_left,
    end_session,
    require_free_port,
    rotate,
)
from redress.orchestration.local.secrets import kept_private
from redress.settings import PROJECT_FOLDER, Settings
from redress.warehouse.releases.shared import releases_of
from redress.warehouse.serving.postgres import Postgres

ENVIRONMENT = PROJECT_FOLDER / ".venv-bi"
CONFIG = Path(__file__).with_name("superset_config.py")
PREPARE = Path(__file__).with_name("prepare.py")
PREPARE_SECONDS = 600
READY_SECONDS = 120
POLL_SECONDS = 0.3
THREADS = 8
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "PGPASSFILE")
"""The variables of the shell that are passed on to Superset. Superset's own variables (SUPERSET__...) are not,
because they could change what superset_config.py says."""


@dataclass(frozen=True)
class Login:
    """The password of Superset's one user, and the key that signs sessions."""

    password: str
    secret_key: str


@dataclass(frozen=True)
class SupersetUp:
    """Superset on this machine, with a folder below the home. `port` is the port of the pages on loopback."""

    settings: Settings
    port: int = 8088

    @property
    def folder(self) -> Path:
        return self.settings.home.absolute() / "bi"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "superset.log"

    @cached_property
    def database(self) -> str:
        """The address of the database that Superset shows: REDRESS_BI_URL, or the file of the current release.

        Raise UpError if there is no release. Raise ServeError if PostgreSQL cannot be asked or serves no release,
        or if the login may change the release.
        """
        if self.settings.bi_url:
            served = Postgres(self.settings.bi_url.get_secret_value(), setting="REDRESS_BI_URL")
            served.require_a_release_to_read_only()
            return served.url().set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
        releases = releases_of(self.settings)
        if releases.current() is None:
            raise UpError(f"there is no release in {self.settings.warehouse_folder} yet: make run makes one")
        return f"duckdb:///{releases.current_link}/warehouse.duckdb"

    @cached_property
    def login(self) -> Login:
        """The login from its private file, which is made at the first start."""
        new = Login(secrets.token_urlsafe(12), secrets.token_urlsafe(48))
        return Login(**json.loads(kept_private(self.folder / "secrets.json", json.dumps(asdict(new), indent=1))))

    def environment(self) -> Mapping[str, str]:
        """Return the environment of Superset's processes."""
        return {
            **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            "BI_DATABASE": self.database,
            "BI_FOLDER": str(self.folder),
            "BI_PASSWORD": self.login.password,
            "BI_SECRET_KEY": self.login.secret_key,
            "PYTHONDONTWRITEBYTECODE": "1",
            "SUPERSET_CONFIG_PATH": str(CONFIG),
            "SUPERSET_HOME": str(self.folder),
        }

    @contextmanager
    def alone(self) -> Iterator[None]:
        """During the block, let no other `make bi` run in this home. Raise UpError if another one runs already.

        Before the block, end the processes that a killed `make bi` left.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)  # the metadata has the password's hash
        listed = ProcessList(self.folder / "processes.json")
        lock = FileLock(self.folder / "up.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise UpError(f"Superset is up in this home already: {self.settings.home.absolute()}") from None
        try:
            end_left(listed.read(), print, "make bi")
            yield
            listed.clear()
        finally:
            lock.release()

    def prepare(self) -> None:
        """Run prepare.py, which makes Superset's metadata and imports the dashboard if that has to be done. Raise
        UpError if prepare.py fails.
        """
        with self._running([str(ENVIRONMENT / "bin" / "python"), str(PREPARE)]) as process:
            try:
                code: int | str = process.wait(PREPARE_SECONDS)
            except subprocess.TimeoutExpired:
                code = f"no end after {PREPARE_SECONDS} s"
        if code != 0:
            raise UpError(f"Superset cannot be prepared ({code}); its log: {self.log}\n{self._last_lines()}")

    def serve(self) -> None:
        """Run Superset's server, print the login when the server answers, and wait until Ctrl-C or SIGTERM.

        Raise UpError if the server ends by itself, or takes too long to answer.
        """
        command = [
            *(str(ENVIRONMENT / "bin" / "gunicorn"), "superset.app:create_app()"),
            *("--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--worker-class", "gthread"),
            *("--threads", str(THREADS), "--timeout", "300", "--graceful-timeout", "5"),
        ]
        with self._running(command) as process:
            self._wait_until_ready(process)
            print(f"Superset is up: {self.address}/superset/dashboard/redress/")
            print(f"user {USER}, password {self.login.password}")
            print(f"it shows {self._shown()}; log: {self.log}")
            print("Ctrl-C ends it.", flush=True)
            code = process.wait()
            raise UpError(f"Superset has ended with {code}; its log: {self.log}\n{self._last_lines()}")

    def _shown(self) -> str:
        if self.settings.bi_url:
            return f"the release that {Postgres(self.settings.bi_url.get_secret_value()).place} serves"
        return f"the current release of {self.settings.warehouse_folder}"

    @contextmanager
    def _running(self, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
        """Run a process in a session of its own during the block. Then end this process and all processes that it
        started.
        """
        with self.log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - the command is ours
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment()),
                cwd=self.folder,
                start_new_session=True,
            )
        ProcessList(self.folder / "processes.json").add("superset", process.pid)
        try:
            yield process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            end_session(process.pid)
            process.wait()

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and process.poll() is None:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.address}/health", timeout=5).is_success:
                    return
            time.sleep(POLL_SECONDS)
        raise UpError(f"Superset does not answer at {self.address}; its log: {self.log}\n{self._last_lines()}")

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])


def run_until_stopped(up: SupersetUp) -> None:
    """Prepare Superset, and serve its pages until Ctrl-C or SIGTERM. Then end all of Superset's processes.

    Raise UpError or ServeError if something is missing or does not start.
    """
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, _stop)
    up.environment()
    with up.alone():
        require_free_port(up.port, "make bi PORT=8089")
        rotate(up.log)
        try:
            print("starting Superset (ten seconds; most of a minute the first time)", flush=True)
            up.prepare()
            up.serve()
        except KeyboardInterrupt:
            print("ending")


def _stop(_signal: int, _frame: FrameType | None) -> None:
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, signal.SIG_IGN)  # a second Ctrl-C would leave processes running
    raise KeyboardInterrupt


def main(
    port: Annotated[int, typer.Option(help="Where the pages are, on loopback.", min=1024, max=65535)] = 8088,
) -> None:
    """Show the current release in Apache Superset, until Ctrl-C."""
    with plain_errors():
        run_until_stopped(SupersetUp(Settings(), port))


if __name__ == "__main__":
    typer.run(main)
