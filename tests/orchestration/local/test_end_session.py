"""Ending the session of a killed scheduler also ends its task, which leads a process group of its own."""

import os
import subprocess
import sys

import psutil
import pytest

from redress.orchestration.local.processes import end_session

pytestmark = pytest.mark.needs("kill")

LEADER = """
import os, subprocess, sys
task = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
print(task.pid, flush=True)
task.wait()
"""
"""A program that, like the scheduler, starts a task which leads a process group of its own."""


def test_a_task_ends_with_the_session_of_a_scheduler_that_was_killed() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LEADER], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as leader:
        assert leader.stdout is not None
        task = psutil.Process(int(leader.stdout.readline()))
        assert os.getpgid(task.pid) == task.pid
        leader.kill()
        leader.wait()
        assert task.is_running()
        end_session(leader.pid)
        assert not task.is_running() or task.status() == psutil.STATUS_ZOMBIE
