"""A killed process keeps no lock in Airflow's metadata for long, even if a child keeps the process's connection."""

import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from redress.orchestration.local import postgresql
from tests.warehouse.postgres_server import running_server

pytestmark = pytest.mark.needs("postgresql")

AS_A_SCHEDULER_DOES = """
import os, sys, time
import psycopg

connection = psycopg.connect(sys.argv[1])
connection.execute("select pg_advisory_xact_lock(1)")
child = os.fork()
if child:
    print(child, flush=True)
time.sleep(60)
"""
"""A program that takes a lock for a transaction, and starts a child process, which has the connection too."""
TRY = "select pg_try_advisory_xact_lock(1)"
MOST_SECONDS = 20


def test_a_lock_of_a_killed_process_is_given_up_although_its_child_keeps_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgresql, "IDLE_TRANSACTION_SECONDS", 2)
    with running_server() as server, psycopg.connect(server.address, autocommit=True) as waiting:
        command = [sys.executable, "-c", AS_A_SCHEDULER_DOES, server.address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            child = int(holder.stdout.readline())
            try:
                holder.kill()
                holder.wait()
                assert waiting.execute(TRY).fetchone() == (False,), "the child does not keep the connection open"
                until = time.monotonic() + MOST_SECONDS
                while waiting.execute(TRY).fetchone() == (False,):
                    assert time.monotonic() < until, "nobody can have the lock of a killed process"
                    time.sleep(0.2)
            finally:
                os.kill(child, signal.SIGKILL)
