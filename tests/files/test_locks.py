"""One process at a time holds a lock, on this machine and in an object store."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from filelock import Timeout

from redress.files import locks
from redress.files.locks import Lock
from redress.files.places import Place, matching, place_at
from tests.made import PROJECT

LEASE_SECONDS = 4.0
Start = Callable[[Place], "subprocess.Popen[str]"]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """A function that starts another process that holds a lock; the started processes end with the test."""
    monkeypatch.setattr(locks, "LEASE_SECONDS", LEASE_SECONDS)
    monkeypatch.setattr(locks, "POLL_SECONDS", 0.1)
    started: list[subprocess.Popen[str]] = []

    def holder(place: Place) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.files.lock_holder", str(place), str(LEASE_SECONDS)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        return process

    yield holder
    for process in started:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def test_a_lock_that_another_process_holds_is_not_had_until_it_is_given_back(folder: Place, start: Start) -> None:
    holder, lock = start(folder / "one.lock"), Lock(folder / "one.lock")
    with pytest.raises(Timeout):
        lock.acquire(timeout=0)
    assert holder.communicate()[0] == "held\n"
    with lock.acquire(timeout=10), Lock(folder / "one.lock").acquire(timeout=0):
        lock.require_held()


def test_a_lock_stays_with_a_holder_that_works_longer_than_a_lease(
    store: str, tmp_path: Path, start: Start
) -> None:
    place = place_at(f"{store}/{tmp_path.name}/one.lock")
    holder = start(place)
    with pytest.raises(Timeout):
        Lock(place).acquire(timeout=2 * LEASE_SECONDS)
    assert holder.communicate()[0] == "held\n"


def test_the_lock_of_a_killed_process_is_had_after_a_lease(folder: Place, start: Start) -> None:
    start(folder / "one.lock").kill()
    began = time.monotonic()
    with Lock(folder / "one.lock").acquire(timeout=30):
        if not isinstance(folder, Path):
            assert time.monotonic() - began >= LEASE_SECONDS
            assert [place.name for place in matching(folder / "one.lock", "*")] == ["0000000002.json"]


def test_a_holder_that_was_stopped_for_a_lease_finds_that_the_lock_is_lost(
    store: str, tmp_path: Path, start: Start
) -> None:
    place = place_at(f"{store}/{tmp_path.name}/one.lock")
    holder = start(place)
    os.kill(holder.pid, signal.SIGSTOP)
    with Lock(place).acquire(timeout=30) as lock:
        os.kill(holder.pid, signal.SIGCONT)
        told = holder.communicate()[0]
        lock.require_held()
    assert told.startswith("lost: the lock s3://")
    assert f"process {os.getpid()}" in told


def test_of_many_that_want_a_free_lock_one_has_it(store: str, tmp_path: Path, start: Start) -> None:
    place = place_at(f"{store}/{tmp_path.name}/one.lock")
    with Lock(place):
        pass
    holders = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.files.lock_holder", str(place), "60"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    try:
        for holder in holders:
            assert holder.stdin is not None
            holder.stdin.close()
        told = [holder.stdout.read() for holder in holders if holder.stdout is not None]
    finally:
        for holder in holders:
            holder.kill()
    assert told == ["taken\nheld\n"] * 3
    assert [one.name for one in matching(place, "*")] == ["0000000004.json"]
