"""The writer's lock: one process at a time changes landing or the warehouse."""

from typing import Self

from filelock import FileLock

from redress.settings import Settings

NO_END = -1
"""Wait for the lock for as long as another process holds it."""


class WriterLock:
    """The locks of a home and of its warehouse, for `with`. A process that holds them may take them again.

    Every process takes the home's lock first, so that no two wait for each other.
    """

    def __init__(self, settings: Settings) -> None:
        for place in settings.writer_locks:
            place.parent.mkdir(parents=True, exist_ok=True)
        self._locks = [FileLock(place, is_singleton=True) for place in settings.writer_locks]

    def acquire(self, timeout: float = NO_END) -> Self:
        """Take the locks. Raise filelock's Timeout, and hold none, if one stays taken for `timeout` seconds."""
        home, warehouse = self._locks
        home.acquire(timeout=timeout)
        try:
            warehouse.acquire(timeout=timeout)
        except BaseException:
            home.release()
            raise
        return self

    def release(self) -> None:
        """Give the locks back, once for each time that they were taken."""
        for lock in reversed(self._locks):
            lock.release()

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
