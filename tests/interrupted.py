"""Processes that are killed on their way: how they count to the point, and how a test runs and judges them."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from tests.made import PROJECT


class SoakError(AssertionError):
    """After a kill something is not as it should be; the message says what was found."""


class KillPoint:
    """Counts points on the way of this process, and ends it with SIGKILL before one of them.

    So nothing can clean up. The points are numbered from 1; a `kill_at` of 0 lets the process go on to its end.
    """

    def __init__(self, kill_at: int) -> None:
        self.count = 0
        self._kill_at = kill_at

    def reached(self) -> None:
        """One more point has been reached."""
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def at_audit_events(self, counted: frozenset[str]) -> None:
        """Count what Python does with files and sockets from now on: the audit events of these names."""

        def seen(event: str, _: tuple[object, ...]) -> None:
            if event in counted:
                self.reached()

        sys.addaudithook(seen)


def run_module(
    module: str, *arguments: object, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a module in a process of its own to its end, or to its kill; the environment besides ours."""
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
    """What a process printed last. Raises SoakError where it did not come to its end."""
    if done.returncode != 0:
        raise SoakError(f"{when}, a run ended with {done.returncode}\n{done.stderr}")
    return done.stdout.splitlines()[-1]


def require_killed(killed: subprocess.CompletedProcess[str], kill_at: int) -> None:
    """Raise SoakError where a process ended otherwise than by its kill."""
    if killed.returncode != -signal.SIGKILL:
        raise SoakError(f"not killed at {kill_at}: it ended with {killed.returncode}\n{killed.stderr}")


def _command(module: str, arguments: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-m", module, *map(str, arguments)]


def _environment(besides: Mapping[str, str] | None) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'plugins'}"} | dict(besides or {})
