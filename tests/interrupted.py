"""Help for tests that kill a process at a chosen point: count the points, run the process, and judge its end."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from tests.made import PROJECT


class SoakError(AssertionError):
    """After a kill something is not as it should be; the message says what was found."""


class KillPoint:
    """A counter of points in this process that kills the process at a chosen point, so that nothing can clean up.

    The points are numbered from 1; a `kill_at` of 0 lets the process run to its end.
    """

    def __init__(self, kill_at: int) -> None:
        self.count = 0
        self._kill_at = kill_at

    def reached(self) -> None:
        """Count one more point."""
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def at_audit_events(self, counted: frozenset[str]) -> None:
        """Count as a point, from now on, each of Python's audit events with one of these names, such as `open`."""

        def seen(event: str, _: tuple[object, ...]) -> None:
            if event in counted:
                self.reached()

        sys.addaudithook(seen)


def run_module(
    module: str, *arguments: object, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a module in a process of its own until the process ends or is killed.

    `environment` is added to the variables of this process.
    """
    return subprocess.run(
        _command(module, arguments),
        cwd=PROJECT,
        env=_environment(environment),
        capture_output=True,
        text=True,
        check=False,
    )


def start_module(
    module: str, *arguments: object, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a module in a process group of its own, to be killed from outside."""
    return subprocess.Popen(
        _command(module, arguments),
        cwd=PROJECT,
        env=_environment(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def last_line(done: subprocess.CompletedProcess[str], when: str = "undisturbed") -> str:
    """Return the last line that a process printed. Raises SoakError if the process failed."""
    if done.returncode != 0:
        raise SoakError(f"{when}, a run ended with {done.returncode}\n{done.stderr}")
    return done.stdout.splitlines()[-1]


def require_killed(killed: subprocess.CompletedProcess[str], kill_at: int) -> None:
    """Raise SoakError if a process ended in any way other than by its kill."""
    if killed.returncode != -signal.SIGKILL:
        raise SoakError(f"not killed at {kill_at}: it ended with {killed.returncode}\n{killed.stderr}")


def _command(module: str, arguments: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-m", module, *map(str, arguments)]


def _environment(more: Mapping[str, str] | None) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'plugins'}"} | dict(more or {})
