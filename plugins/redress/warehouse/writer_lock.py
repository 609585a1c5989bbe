"""The writer's lock: only one process at a time changes landing or the warehouse."""

import time
from contextlib import ExitStack
from typing import Self

from redress.files.locks import NO_END, Lock
from redress.settings import Settings


class WriterLock:
    """The locks that keep other writers out, to be held during a `with` block: the lock of the state and, unless
    the state is shared, the lock of the warehouse folder. A process that holds the locks may take them again.

    Every process takes the state's lock first, so that no two processes wait for each other.
    """

    def __init__(self, settings: Settings) -> None:
        self._locks = [Lock(place) for place in settings.writer_locks]

    def acquire(self, timeout: float = NO_END) -> Self:
        """Take all locks. If another process holds a lock for `timeout` seconds, raise filelock's Timeout and hold
        no lock.
        """
        until = time.monotonic() + timeout
        with ExitStack() as taken:
            for lock in self._locks:
                left = NO_END if timeout == NO_END else max(0.0, until - time.monotonic())
                taken.callback(lock.acquire(timeout=left).release)
            taken.pop_all()
        return self

    def release(self) -> None:
        """Give the locks back. Call this once for each `acquire`."""
        for lock in reversed(self._locks):
            lock.release()

    def require_held(self) -> None:
        """Raise LockLostError if another process has taken one of the locks from this process. Call this before
        each lasting change.
        """
        for lock in self._locks:
            lock.require_held()

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
