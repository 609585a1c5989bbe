"""Worker processes for reading: no file can stop, slow or kill the reading of other files.

Each letter and each data table is read in a worker with a limit of processor time and of memory. A letter that
exceeds a limit gets the verdict unreadable, with a reason that names the limit. The system counts processor time,
and ends the worker even in the middle of pdfium's code; another worker replaces it. So a verdict does not depend on
how busy the machine is.
"""

import ctypes
import hashlib
import logging
import multiprocessing
import resource
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import TimeoutError as OutOfClockTimeError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from multiprocessing.process import AuthenticationString  # type: ignore[attr-defined]
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from redress.model.letter import Letter, Verdict
from redress.model.printable import printable, shortened
from redress.read.confinement import confine, lower_limit, missing, start_server
from redress.read.files.seen import unconfirmed
from redress.read.reader import read_letter
from redress.settings import Limits

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")
_Key = TypeVar("_Key")
OUT_OF_TIME = signal.SIGPROF
"""The signal that the system's timer of processor time sends; it ends a process that does not catch it."""
LETTERS_TO_A_WORKER = 500
"""A worker is replaced after this many letters, so that memory that parsers leak does not accumulate."""
LARGEST_DRAWING_BYTES = 32 * 1024 * 1024
"""If the parsers ask for at most this many bytes at a time, glibc keeps the memory for later use. A larger piece
goes back to the system as soon as it is free."""
KEPT_BYTES = 128 * 1024 * 1024
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""The numbers of the options M_TRIM_THRESHOLD and M_MMAP_THRESHOLD in glibc's malloc.h."""


class WorkerError(Exception):
    """A worker gave no result. The message begins with the kind of fault and a colon, and ends with the reason."""


def fault_of_ours(error: Exception) -> str:
    """Return the message for an error that the reader's own code raised. It says that the reader is at fault, and
    not the file.
    """
    return (
        f"the reader has a fault that this file shows ({type(error).__name__}: {shortened(printable(str(error)))})"
    )


class _BrokenDownError(WorkerError):
    """The worker process broke down."""


@dataclass(frozen=True)
class File:
    """One file to read: its name and its bytes. A PDF is recognised by its bytes, a text or a web page by the
    ending of the name.
    """

    name: str
    content: bytes


class Readers:
    """A pool of reading workers. It is a context manager, so that no worker outlives the `with` block."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        _say_what_is_missing()
        allow_children()
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["redress.read.reader"])
        start_server()
        self._temporary = tempfile.TemporaryDirectory(prefix="redress-reading-")
        self._pool = ProcessPool(
            max_workers=self._limits.worker_count,
            max_tasks=LETTERS_TO_A_WORKER,
            initializer=_prepare,
            initargs=(self._limits.memory_mebibytes, self._temporary.name),
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
        self._temporary.cleanup()

    def read(self, files: Iterable[File]) -> Iterator[Letter]:
        """Yield the letters of files in the order of the files. Each file gets a verdict, whatever it does to its
        worker.

        Files are taken from `files` a few at a time: at most two for each worker, and one more. So the bytes of a
        season are never all in memory.
        """
        waiting: list[tuple[File, ProcessFuture[Letter]]] = []
        for file in files:
            waiting.append((file, self._scheduled(read_letter, file.content, file.name)))
            if len(waiting) > 2 * self._limits.worker_count:
                yield self._letter(*waiting.pop(0))
        for file, future in waiting:
            yield self._letter(file, future)

    def results(
        self, function: Callable[..., _Result], wanted: Iterable[tuple[_Key, tuple[object, ...]]]
    ) -> Iterator[tuple[_Key, "_Result | WorkerError"]]:
        """Call a function in workers, which import it from its module. Yield the results, each with its key, in the
        order of `wanted`.

        `wanted` has a key and the arguments of each call; the calls are taken a few at a time. If a call raises an
        error, or has no result within the limits of a letter, its result is a WorkerError, and the other calls go
        on.
        """
        waiting: list[tuple[_Key, ProcessFuture[_Result]]] = []
        for key, arguments in wanted:
            waiting.append((key, self._scheduled(function, *arguments)))
            if len(waiting) > 2 * self._limits.worker_count:
                first, future = waiting.pop(0)
                result = self._result_or_error(future)
                yield first, result
        for key, future in waiting:
            last = self._result_or_error(future)
            yield key, last

    def result_of(self, function: Callable[..., _Result], *arguments: object) -> _Result:
        """Call a function in a worker, which imports it from its module, with the limits of a letter. Return the
        result.

        Raise what the function raises. Raise WorkerError if the worker gives no result.
        """
        return self._result(self._scheduled(function, *arguments))

    def _result_or_error(self, future: ProcessFuture[_Result]) -> "_Result | WorkerError":
        try:
            return self._result(future)
        except WorkerError as error:
            return error
        except BrokenProcessPool:
            raise
        except Exception as error:
            return WorkerError(f"damaged: {type(error).__name__}: {shortened(printable(str(error)))}")

    def _scheduled(self, function: Callable[..., _Result], *arguments: object) -> ProcessFuture[_Result]:
        limits = self._limits
        return self._pool.schedule(
            _in_time, args=(limits.time_seconds, function, *arguments), timeout=limits.clock_seconds
        )

    def _letter(self, file: File, future: ProcessFuture[Letter]) -> Letter:
        try:
            try:
                return self._result(future)
            except _BrokenDownError:
                # pdfium ends its process if memory runs out or on a fault; a try without pdfium shows the cause
                again = self._scheduled(read_letter, file.content, file.name, False)
                return unconfirmed(self._result(again))
        except WorkerError as error:
            reason = str(error)
        except BrokenProcessPool:
            raise
        except Exception as error:  # a fault of ours, which must cost no other letter
            _log.exception("reading %s failed", printable(file.name))
            reason = f"damaged: {fault_of_ours(error)}"
        return Letter(hashlib.sha256(file.content).hexdigest(), Verdict.UNREADABLE, reason)

    def _result(self, future: ProcessFuture[_Result]) -> _Result:
        limits = self._limits
        try:
            result: _Result = future.result()
        except OutOfClockTimeError:
            reason = f"timed out: reading took more than {limits.clock_seconds:g} seconds by the clock"
            raise WorkerError(reason) from None
        except MemoryError:
            raise WorkerError(f"out of memory: reading needs more than {limits.memory_mebibytes} MiB") from None
        except ProcessExpired as error:
            if error.exitcode == -OUT_OF_TIME:
                reason = f"timed out: reading took more than {limits.time_seconds:g} seconds of processor time"
                raise WorkerError(reason) from None
            reason = f"damaged: the process that read it broke down (exit code {error.exitcode})"
            raise _BrokenDownError(reason) from None
        return result


@cache
def _say_what_is_missing() -> None:
    """Warn once about rights that reading processes cannot give up on this system."""
    if (kept := missing()) is not None:
        _log.warning("the processes that read letters keep the right to %s", kept)


def _in_time(time_seconds: float, function: Callable[..., _Result], *arguments: object) -> _Result:
    """Call a function. If the function takes more than `time_seconds` of processor time, the system ends this
    process with OUT_OF_TIME.
    """
    signal.setitimer(signal.ITIMER_PROF, time_seconds)
    try:
        return function(*arguments)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def allow_children() -> None:
    """Let this process start workers even if it runs a task of Airflow under Celery, in a process of Celery's pool.

    Multiprocessing counts the processes of Celery's pool as daemons. A daemon may not start processes and cannot
    pass its authentication key to them, and there is no public way to set the key. Here starting processes is safe:
    our workers end with the process that started them, and Airflow ends a task's whole process group.
    """
    current: Any = multiprocessing.current_process()
    if current.daemon:
        current.daemon = False
        current._config["authkey"] = AuthenticationString(current.authkey)


def _prepare(mebibytes: int, temporary: str) -> None:
    """Prepare a worker: let OUT_OF_TIME end it, limit its memory to `mebibytes`, beyond which Python raises
    MemoryError, and let it write only in the folder `temporary`.
    """
    signal.signal(OUT_OF_TIME, signal.SIG_DFL)
    lower_limit(resource.RLIMIT_AS, mebibytes * 1024 * 1024)
    _keep_memory()
    confine(temporary)


def _keep_memory() -> None:
    """Let glibc keep the memory of one drawing for the next drawing. If a worker asked the system for the memory
    again, this would take a seventh of the worker's time.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_MMAP_THRESHOLD, LARGEST_DRAWING_BYTES)
        set_option(_TRIM_THRESHOLD, KEPT_BYTES)
