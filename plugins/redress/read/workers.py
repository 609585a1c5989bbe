"""Worker processes for reading: no file can stop, slow or kill the reading of the others.

Each letter is read in a worker with a limit of time and of memory. A worker that runs out of one is ended and
replaced, and its letter gets the verdict that says so.
"""

import hashlib
import multiprocessing
import resource
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError as OutOfTimeError
from dataclasses import dataclass
from multiprocessing.process import AuthenticationString  # type: ignore[attr-defined]
from types import TracebackType
from typing import Any, Self

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from redress.model.letter import Letter, Verdict
from redress.read.reader import read_letter
from redress.settings import Limits

LETTERS_TO_A_WORKER = 500
"""A worker is replaced after this many letters, so that nothing a parser leaks can gather."""


@dataclass(frozen=True)
class File:
    """One file to be read: its name, which says whether text may be a letter's, and its bytes."""

    name: str
    content: bytes


class Readers:
    """A pool of reading workers; a context manager, so that no worker outlives its work."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        _allow_children()
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["redress.read.reader"])
        self._pool = ProcessPool(
            max_workers=self._limits.worker_count,
            max_tasks=LETTERS_TO_A_WORKER,
            initializer=_limit_memory,
            initargs=(self._limits.memory_mebibytes,),
            context=context,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.close()  # type: ignore[no-untyped-call]
        self._pool.join()

    def read(self, files: Iterable[File]) -> Iterator[Letter]:
        """Yield the letters of files in their order; each file gets a verdict, whatever it does to its worker.

        Files are taken as workers come free, so that a season's bytes are never in memory together.
        """
        waiting: list[tuple[File, ProcessFuture[Letter]]] = []
        for file in files:
            future = self._pool.schedule(
                read_letter, args=(file.content, file.name), timeout=self._limits.time_seconds
            )
            waiting.append((file, future))
            if len(waiting) > 2 * self._limits.worker_count:
                yield self._letter(*waiting.pop(0))
        for file, future in waiting:
            yield self._letter(file, future)

    def _letter(self, file: File, future: ProcessFuture[Letter]) -> Letter:
        limits = self._limits
        try:
            try:
                return future.result()
            except ProcessExpired:
                # pdfium ends its process where memory runs out or it meets a fault; without it the cause is told
                return self._pool.schedule(
                    read_letter, args=(file.content, file.name, False), timeout=limits.time_seconds
                ).result()
        except OutOfTimeError:
            reason = f"timed out: reading took more than {limits.time_seconds:g} seconds"
        except MemoryError:
            reason = f"out of memory: reading needs more than {limits.memory_mebibytes} MiB"
        except ProcessExpired as error:
            reason = f"damaged: the process that read it broke down (exit code {error.exitcode})"
        return Letter(hashlib.sha256(file.content).hexdigest(), Verdict.UNREADABLE, reason)


def _allow_children() -> None:
    """Let this process have workers even if Celery started it: a task of Airflow's is a fork of such a process.

    Celery's pool makes the current process of multiprocessing a daemon. A daemon may have no children, and its key
    cannot be passed to children; there is no public way to set the key. Our workers end with the process that
    started them, and Airflow ends a task's whole process group.
    """
    current: Any = multiprocessing.current_process()
    if current.daemon:
        current.daemon = False
        current._config["authkey"] = AuthenticationString(current.authkey)


def _limit_memory(mebibytes: int) -> None:
    """Limit the memory of a worker: allocations beyond the limit raise MemoryError."""
    limit = mebibytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
