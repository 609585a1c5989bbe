"""Limit how many requests run at a time, and keep a gap between them."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Pace:
    """Limit the requests that run at a time, and keep a gap between their starts.

    The limit holds for all threads of one process. In Airflow, a pool with one slot sees to it that no two tasks
    fetch at the same time.
    """

    def __init__(self, at_a_time: int, gap_seconds: float) -> None:
        self._slots = threading.BoundedSemaphore(at_a_time)
        self._lock = threading.Lock()
        self._gap_seconds = gap_seconds
        self._next_at = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a request may begin; during the block the request counts as running."""
        with self._slots:
            self._wait()
            yield

    def hold(self, seconds: float) -> None:
        """Let no request begin for this many seconds, because the site asked for a pause."""
        with self._lock:
            self._next_at = max(self._next_at, time.monotonic() + seconds)

    def slow_down_to(self, gap_seconds: float) -> None:
        """Widen the gap between requests to the site's gap, if the site's gap is wider."""
        with self._lock:
            self._gap_seconds = max(self._gap_seconds, gap_seconds)

    def _wait(self) -> None:
        while True:
            with self._lock:
                seconds = self._next_at - time.monotonic()
                if seconds <= 0:
                    self._next_at = time.monotonic() + self._gap_seconds
                    return
            time.sleep(seconds)
