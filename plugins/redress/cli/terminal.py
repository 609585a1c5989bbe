"""What the commands share: output to a terminal, errors as sentences, and the writer lock (a person who has to wait
for the lock is told so).
"""

import getpass
import io
import json
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from redress.model.printable import printable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from redress.model.season import Season
    from redress.settings import Settings


class PrintingConsole(Console):
    """A console on which untrusted text is safe to print: control characters are shown as escapes."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment("\n".join(printable(line) for line in segment.text.split("\n")), segment.style)


console = PrintingConsole(highlight=False, width=None if sys.stdout is not None and sys.stdout.isatty() else 160)


def settle_python() -> None:
    """Make Python behave as the libraries need, whatever environment variables of Python the caller's shell sets.

    A library's warning stops no command, in this process or in a process that this process starts. If Python was
    told to leave out docstrings, end with a one-line message, because libraries fail without their docstrings.
    """
    if sys.flags.optimize > 1:
        print(
            "redress: Python leaves out docstrings here (PYTHONOPTIMIZE=2 or -OO), and Great Expectations fails "
            "without them: unset PYTHONOPTIMIZE",
            file=sys.stderr,
            flush=True,
        )
        raise SystemExit(1)
    if any(action == "error" for action, *_ in warnings.filters):
        warnings.simplefilter("ignore")
        sys.warnoptions.clear()  # the processes of multiprocessing get them as options
        os.environ.pop("PYTHONWARNINGS", None)


@contextmanager
def plain_output() -> Iterator[None]:
    """Run a command. If standard output is closed, full or broken, end the command with a one-line message.

    If the terminal's encoding does not have a character, an escape is printed. If the reader of a pipe has ended,
    as `head` does, the command ends without a message.
    """
    if sys.stdout is None:
        print("redress: standard output is closed, so there is nowhere to answer to", file=sys.stderr, flush=True)
        raise SystemExit(1)
    try:
        descriptor = sys.stdout.fileno()
    except io.UnsupportedOperation:  # it is no file of the system's, but a caller's object that takes text
        yield
        return
    output = _Output(descriptor, "wb", closefd=False)
    is_unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    sys.stdout = io.TextIOWrapper(
        output if is_unbuffered else io.BufferedWriter(output),
        encoding=sys.stdout.encoding,
        errors="backslashreplace",
        line_buffering=sys.stdout.isatty(),
        write_through=is_unbuffered,
    )
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        if not _Output.is_broken:
            raise
        if not isinstance(error, BrokenPipeError):
            reason = f"standard output cannot be written: {error.strerror}"
            print(f"redress: {reason}", file=sys.stderr, flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())  # Python writes the rest when it ends
        raise SystemExit(1) from None


class _Output(io.FileIO):
    """Standard output. If writing to it fails, `is_broken` is set, because the error itself does not say whether it
    came from standard output or from another file.
    """

    is_broken: ClassVar[bool] = False

    def write(self, data: "ReadableBuffer", /) -> int:
        try:
            return super().write(data)
        except OSError:
            _Output.is_broken = True
            raise


def print_json(value: object) -> None:
    """Print a value as one line of JSON, in UTF-8 whatever the terminal's encoding is."""
    line = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    sys.stdout.flush()
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def print_error(error: Exception) -> None:
    """Print an error to standard error. If settings are wrong, print only which settings, and why. If a file or
    folder is in the way of another, print which, and what to do.
    """
    from pydantic import ValidationError

    told = str(error)
    if isinstance(error, ValidationError) and error.title == "Settings":
        told = "; ".join(
            f"REDRESS_{str(wrong['loc'][0]).upper()}: {wrong['msg'].removeprefix('Value error, ')}"
            for wrong in error.errors()
        )
    elif isinstance(error, FileExistsError | NotADirectoryError | IsADirectoryError) and error.filename:
        told = f"{_in_the_way(Path(error.filename))}: move it away, and run the command again"
    lines = "\n".join(printable(line) for line in told.splitlines())
    print(f"redress: {lines}", file=sys.stderr, flush=True)


def _in_the_way(place: Path) -> str:
    """Return a sentence about what is in the way: a file where Redress needs a folder, or a folder where Redress
    needs a file.
    """
    for path in reversed((place, *place.parents)):
        if path.is_file():
            return f"{path} is a file, and a folder belongs there"
    return f"{place} is {'a folder' if place.is_dir() else 'something else'}, and a file belongs there"


By = Annotated[str, typer.Option("--by", help="Who decides.", show_default="the login name")]


@contextmanager
def plain_errors() -> Iterator[None]:
    """If the block raises an error that a person can act on, end the command with the error's message, without a
    traceback.
    """
    try:
        yield
    except plain_error_types() as error:
        if isinstance(error, OSError) and _Output.is_broken:
            raise
        print_error(error)
        raise typer.Exit(1) from None


class Failures:
    """Counts errors that a person can act on, while the work goes on with the next item."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def printed(self) -> Iterator[None]:
        """If the block raises an error that a person can act on, print it, count it, and go on."""
        try:
            yield
        except plain_error_types() as error:
            if isinstance(error, OSError) and _Output.is_broken:
                raise
            print_error(error)
            self.count += 1

    def end(self) -> None:
        """If there was a failure, end the command with exit status 1."""
        if self.count:
            raise typer.Exit(1)


def plain_error_types() -> tuple[type[Exception], ...]:
    """Return the types of errors that a person can act on. Their messages say what was found, where, and what to
    do.
    """
    from redress.acquire.archive import ArchiveError
    from redress.acquire.source import SourceError
    from redress.check.decisions import DecisionError
    from redress.files.locks import LockLostError
    from redress.files.store import StoreError
    from redress.model.reference import SeedError
    from redress.orchestration.dag_runs import DagRunError
    from redress.orchestration.local.processes import UpError
    from redress.steps import SeasonError
    from redress.warehouse.build import BuildError, BuildInterruptedError
    from redress.warehouse.releases.releases import ReleaseError

    return (
        ArchiveError,
        BuildError,
        BuildInterruptedError,
        DagRunError,
        DecisionError,
        LockLostError,
        OSError,
        ReleaseError,
        SeasonError,
        SeedError,
        SourceError,
        StoreError,
        UpError,
        ValueError,
    )


@contextmanager
def writing(settings: "Settings") -> Iterator[None]:
    """Hold the writer lock during the block. If the person has to wait for the lock, print a message."""
    from filelock import Timeout

    from redress.warehouse.writer_lock import WriterLock

    lock = WriterLock(settings)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("redress: waiting for another run or decision to end", file=sys.stderr, flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def current_release() -> Path:
    """Return the folder of the current release. Raise ReleaseError if there is none."""
    from redress.settings import Settings
    from redress.warehouse.releases.releases import ReleaseError
    from redress.warehouse.releases.shared import releases_of

    releases = releases_of(Settings())
    current = releases.current()
    if current is None:
        raise ReleaseError(
            f"there is no release in {releases.folder} yet: make run makes one of the sample letters, "
            "redress run one of yours; or say where yours is with REDRESS_HOME"
        )
    return current


def season_of(year: int | None) -> "Season | None":
    from redress.model.season import Season

    return None if year is None else Season(year)


def login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise ValueError("nobody is logged in by a name: say who decides with --by NAME") from None


def from_here(place: str | Path) -> str:
    """If a path lies below the working folder, return it relative to that folder. Return any other path, or an
    address, unchanged.
    """
    return (
        os.path.relpath(place) if "://" not in str(place) and Path(place).is_relative_to(Path.cwd()) else str(place)
    )
