"""Keep Airflow's components running until Ctrl-C."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from redress.orchestration.local.postgresql import ROOT_NOTE
from redress.orchestration.local.processes import UpError, end_session, rotate_if_large
from redress.orchestration.local.up import POLL_SECONDS, USER, AirflowUp

RESTARTS_COUNT = 5
RESTARTS_WITHIN_SECONDS = 600.0
"""A process is restarted at most RESTARTS_COUNT times within this time."""
LOGS_SECONDS = 60.0
"""The time between two looks at the size of the logs."""


@dataclass
class Keeper:
    """What restarts processes that ended by themselves, and keeps logs short.

    PostgreSQL is restarted first, because most of Airflow's processes end if PostgreSQL ends.
    """

    up: AirflowUp
    environment: Mapping[str, str]
    running: dict[str, subprocess.Popen[bytes]]
    tell: Callable[[str], None]
    _ended_at: dict[str, list[float]] = field(default_factory=dict)
    _logs_seen_at: float = field(default_factory=time.monotonic)

    def look(self) -> None:
        """Restart each process that has ended, and once a minute shorten large logs. Raise UpError if a process
        ends again and again.
        """
        server = self.up.postgresql
        if not server.is_running():
            if self._ends_too_often("PostgreSQL"):
                raise UpError(f"PostgreSQL has ended again and again; its log: {server.log}")
            self.tell(f"PostgreSQL has ended, and is started again; its log: {server.log}.1")
            server.start_unless_running()
        for name, process in self.running.items():
            if process.poll() is None:
                continue
            if self._ends_too_often(name):
                self.up.check({name: process})
            end_session(process.pid)
            log = self.up.log(name)
            self.tell(f"Airflow's {name} has ended with {process.returncode}, and is started again; its log: {log}")
            self.running[name] = self.up.start(name, self.environment)
        if time.monotonic() - self._logs_seen_at > LOGS_SECONDS:
            self._logs_seen_at = time.monotonic()
            for log in (server.log, *map(self.up.log, self.running)):
                rotate_if_large(log)

    def _ends_too_often(self, name: str) -> bool:
        """Note that a process has ended. Return whether it had already ended RESTARTS_COUNT times in the last
        RESTARTS_WITHIN_SECONDS.
        """
        now = time.monotonic()
        lately = [at for at in self._ended_at.get(name, []) if now - at < RESTARTS_WITHIN_SECONDS]
        self._ended_at[name] = [*lately, now]
        return len(lately) >= RESTARTS_COUNT


def run_until_stopped(up: AirflowUp, tell: Callable[[str], None]) -> None:
    """Start PostgreSQL and Airflow, print the login, and wait for Ctrl-C or SIGTERM. Then end what was started.

    Raise UpError if a process does not start, or if a process ends by itself again and again.
    """
    is_stopping = False

    def stop_now(_signal: int, _frame: object) -> None:
        nonlocal is_stopping
        is_stopping = True

    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, stop_now)
    with up.alone():
        up.take_over(tell)
        up.check_port()
        tell("starting PostgreSQL and Airflow (half a minute; longer the first time)")
        if os.geteuid() == 0:
            tell(ROOT_NOTE)
        with up.database() as database:
            environment = up.environment(database)
            up.prepare(environment)
            with up.processes(environment) as running:
                up.wait_until_ready(running)
                for line in _welcome(up):
                    tell(line)
                keeper = Keeper(up, environment, running, tell)
                while not is_stopping:
                    keeper.look()
                    time.sleep(POLL_SECONDS)
                tell("ending")


def _welcome(up: AirflowUp) -> tuple[str, ...]:
    return (
        f"Airflow is up: {up.address}",
        f"user {USER}, password {up.secrets.password}",
        f"logs: {up.logs}",
        "Ctrl-C ends it.",
    )
