"""A process that is marked as a daemon, like a process of a Celery worker, reads letters in workers of its own.

The test runs this module as a new process, and the new process forks the daemon. A fork of the tests' own process
would use the fork server of the readers that other tests have started.
"""

import multiprocessing
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from redress.model.letter import Verdict
from redress.read.workers import File, Readers
from redress.settings import PROJECT_FOLDER

pytestmark = pytest.mark.needs("processes")

LETTER = PROJECT_FOLDER / "samples" / "letters" / "2021" / "pellonshire-county-council.pdf"


def test_a_daemon_reads_letters_in_workers_of_its_own() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.read.test_workers_of_a_daemon"],
        capture_output=True,
        text=True,
        cwd=PROJECT_FOLDER,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == [Verdict.EXTRACTED]


def _read_one(path: Path, sending: Connection) -> None:
    with Readers() as readers:
        [letter] = readers.read([File(path.name, path.read_bytes())])
    sending.send(letter.verdict)


def main() -> None:
    """Read a letter in a daemon process, and print the letter's verdict."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    daemon = context.Process(target=_read_one, args=(LETTER, sending), daemon=True)
    daemon.start()
    sending.close()
    print(receiving.recv())
    daemon.join()
    sys.exit(daemon.exitcode)


if __name__ == "__main__":
    main()
