"""Reading within a process that is marked as a daemon, as those of a Celery worker are."""

import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

from redress.letters.records import Verdict
from redress.letters.workers import File, Readers
from redress.settings import PROJECT_FOLDER

LETTER = PROJECT_FOLDER / "samples" / "letters" / "2021" / "pellonshire-county-council.pdf"


def test_a_daemon_reads_letters_in_workers_of_its_own() -> None:
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    daemon = context.Process(target=_read_one, args=(LETTER, sending), daemon=True)
    daemon.start()
    sending.close()
    assert receiving.poll(60)
    assert receiving.recv() is Verdict.EXTRACTED
    daemon.join(10)
    assert daemon.exitcode == 0


def _read_one(path: Path, sending: Connection) -> None:
    with Readers() as readers:
        [letter] = readers.read([File(path.name, path.read_bytes())])
    sending.send(letter.verdict)
