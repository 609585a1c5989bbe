"""Locks that one process at a time can hold: file locks of the system on this machine, leases in an object store.

A lease is an object <lock>/<number>.json that only its holder writes. A process that wants the lock creates the
object with the next number. The store refuses to create an object that exists, so only one of two processes gets
the lock. The holder writes its object again every few seconds. If the object stays unchanged for LEASE_SECONDS by
the clock of a waiting process, the holder has ended or cannot reach the store, and the waiting process creates the
object with the next number. A holder that comes back finds the higher number, and stops before it changes anything.
"""

import json
import os
import re
import socket
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from filelock import FileLock, Timeout

from redress.files.places import Place, remove_tree

if TYPE_CHECKING:
    from upath import UPath

LEASE_SECONDS = 60.0
"""How long the holder's object must stay unchanged before another process takes the lock."""
BEATS = 6
"""How many times a holder writes its object within LEASE_SECONDS."""
POLL_SECONDS = 1.0
NO_END = -1
"""The timeout that means: wait for as long as another process holds the lock."""
_NAME = re.compile(r"([0-9]{10})\.json")


class LockLostError(Exception):
    """This process held a lock, and another process has taken it since. The message names the other process. The
    step of this process can be run again.
    """


class Lock:
    """A lock at a place, for use in a `with` statement. A process that holds the lock may take it again."""

    def __init__(self, place: Place) -> None:
        self._lock: FileLock | _Lease
        if isinstance(place, Path):
            place.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(place, is_singleton=True)
        else:
            self._lock = _Lease.of(place)

    def acquire(self, timeout: float = NO_END) -> Self:
        """Take the lock; by default, wait without end. Raise filelock's Timeout if the lock cannot be had within
        `timeout` seconds.
        """
        self._lock.acquire(timeout=timeout)
        return self

    def release(self) -> None:
        """Give the lock back. Call this once for each `acquire`."""
        self._lock.release()

    def require_held(self) -> None:
        """Raise LockLostError if this process no longer has the lock. Call this before each change to what the lock
        protects. Only a lease can be lost: a file lock stays with a process until that process releases it or ends.
        """
        if isinstance(self._lock, _Lease):
            self._lock.require_held()

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class _Lease:
    """A lease on a place of an object store. Each process has one lease for each place."""

    _known: ClassVar[dict[tuple[int, str], "_Lease"]] = {}

    def __init__(self, place: "UPath") -> None:
        self._place = place
        self._holder = f"{socket.gethostname()}, process {os.getpid()}, {uuid.uuid4().hex[:8]}"
        self._within = threading.RLock()
        self._times_taken = 0
        self._number = 0
        self._beats = 0
        self._stop = threading.Event()
        self._beating: threading.Thread | None = None

    @classmethod
    def of(cls, place: "UPath") -> "_Lease":
        return cls._known.setdefault((os.getpid(), str(place)), cls(place))

    def acquire(self, timeout: float) -> None:
        until = time.monotonic() + timeout if timeout >= 0 else None
        is_free = self._within.acquire(timeout=timeout if timeout >= 0 else NO_END)
        if not is_free:
            raise Timeout(str(self._place))
        try:
            if self._times_taken == 0:
                self._take(until)
            self._times_taken += 1
        except BaseException:
            self._within.release()
            raise

    def release(self) -> None:
        self._times_taken -= 1
        try:
            if self._times_taken == 0:
                self._give_back()
        finally:
            self._within.release()

    def require_held(self) -> None:
        last = self._last_number()
        if last != self._number:
            held_by = self._stated(last) or {}
            raise LockLostError(
                f"the lock {self._place} was taken by {held_by.get('holder', 'nobody known')}, because nothing was "
                f"heard of this process ({self._holder}) for {LEASE_SECONDS:g} seconds: run the step again"
            )

    def _take(self, until: float | None) -> None:
        """Take the lease: wait until the holder of the object with the highest number has given the lease back or
        has been silent for LEASE_SECONDS. Then create the object with the next number. Raise Timeout if the time
        `until` of the monotonic clock comes first.
        """
        seen: tuple[int, object] | None = None
        unchanged_seconds, looked_at = 0.0, time.monotonic()
        while True:
            last = self._last_number()
            stated = self._stated(last) if last else {"is_held": False}
            now = time.monotonic()
            # a look that took long, or that failed, does not show that the holder has ended
            unchanged_seconds = (
                unchanged_seconds + min(now - looked_at, 2 * POLL_SECONDS) if seen == (last, stated) else 0
            )
            seen, looked_at = (last, stated), now
            is_free = stated is not None and not stated["is_held"]
            if (is_free or unchanged_seconds >= LEASE_SECONDS) and self._is_put(last + 1):
                self._begin(last + 1)
                return
            if until is not None and time.monotonic() >= until:
                raise Timeout(str(self._place))
            time.sleep(POLL_SECONDS if until is None else max(0.0, min(POLL_SECONDS, until - time.monotonic())))

    def _is_put(self, number: int) -> bool:
        """Create the object of a number, and return True; return False if another process has created it."""
        try:
            self._write(number, is_new=True)
        except FileExistsError:
            return False
        return True

    def _begin(self, number: int) -> None:
        self._number = number
        for earlier in self._numbers():
            if earlier < number:
                with suppress(FileNotFoundError):
                    remove_tree(self._place / _name(earlier))
        self._stop = threading.Event()
        self._beating = threading.Thread(target=self._beat, args=(self._stop,), daemon=True)
        self._beating.start()

    def _beat(self, stop: threading.Event) -> None:
        while not stop.wait(LEASE_SECONDS / BEATS):
            with suppress(Exception):  # the store may be away for a moment; `require_held` asks before a change
                self._write(self._number)

    def _give_back(self) -> None:
        self._stop.set()
        if self._beating is not None:
            self._beating.join()
        with suppress(Exception):  # a waiting process takes the lease after LEASE_SECONDS
            if self._last_number() == self._number:
                self._write(self._number, is_held=False)

    def _write(self, number: int, *, is_new: bool = False, is_held: bool = True) -> None:
        self._beats += 1
        stated = {"holder": self._holder, "is_held": is_held, "beat": self._beats}
        path = (self._place / _name(number)).path
        self._place.fs.pipe_file(path, json.dumps(stated).encode(), mode="create" if is_new else "overwrite")

    def _numbers(self) -> list[int]:
        paths = self._place.fs.find(self._place.path)
        return sorted(int(found[1]) for path in paths if (found := _NAME.fullmatch(path.rpartition("/")[2])))

    def _last_number(self) -> int:
        numbers = self._numbers()
        return numbers[-1] if numbers else 0

    def _stated(self, number: int) -> dict[str, object] | None:
        try:
            stated: dict[str, object] = json.loads((self._place / _name(number)).read_bytes())
        except FileNotFoundError:
            return None
        return stated


def _name(number: int) -> str:
    return f"{number:010d}.json"
