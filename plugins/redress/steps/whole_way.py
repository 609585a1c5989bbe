"""Take a season the whole way in one process, by the steps that the dag's tasks do too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from filelock import Timeout

from redress.acquire.source import Source
from redress.files.locks import Lock
from redress.steps.acquiring import acquire, plan, read_data_tables, take_stock
from redress.steps.publishing import build_data_docs, build_warehouse, release
from redress.steps.reading import check, read
from redress.steps.run import Run, SeasonError
from redress.steps.upkeep import check_reread, plan_reread


def run_season(
    run: Run,
    source: Source,
    *,
    retry_failed: bool = False,
    watch: Callable[[int, int], None] = lambda done, of: None,
) -> str:
    """Take one season the whole way in this process. Return the folder of the current release.

    `watch` is called after each reference, with two numbers: how many references have been acquired so far, and how
    many there are in all. If the Data Docs cannot be written, the run's record says so, and the run goes on,
    because the release is already published. The release is not served: the caller serves it, once for several
    seasons.
    """
    parts = acquire_and_read(run, source, retry_failed=retry_failed, watch=watch)
    with run.writer_lock():
        check(run, parts)
        folder = release(run, build_warehouse(run))
    with suppress(Exception):
        build_data_docs(run)
    return folder


def reread_season(run: Run, *, anew: bool = False) -> str:
    """Read a season again from the archive in this process. Return the folder of the current release.

    Files that the present reader has read before are not read again, unless `anew` is set. The Data Docs and
    serving are treated as in `run_season`.
    """
    parts = [read(run, archived, number, anew=anew) for number, archived in enumerate(plan_reread(run))]
    with run.writer_lock():
        check_reread(run, parts)
        folder = release(run, build_warehouse(run))
    with suppress(Exception):
        build_data_docs(run)
    return folder


def acquire_and_read(
    run: Run,
    source: Source,
    *,
    retry_failed: bool = False,
    watch: Callable[[int, int], None] = lambda done, of: None,
) -> list[str]:
    """Take a season the first half of the way: up to the check, without the check. Return the names of the files of
    readings, one for each batch; `check` takes these names.

    `watch` is called as in `run_season`. Raises SeasonError if another process acquires the same season.
    """
    done = 0
    with _acquiring_alone(run):
        batches = plan(run, source, retry_failed=retry_failed)
        total = sum(len(batch) for batch in batches)

        def count() -> None:
            nonlocal done
            done += 1
            watch(done, total)

        for number, references in enumerate(batches):
            acquire(run, source, references, number, count)
        acquired = take_stock(run, source)
        read_data_tables(run, source)
    return [read(run, archived, number) for number, archived in enumerate(acquired)]


@contextmanager
def _acquiring_alone(run: Run) -> Iterator[None]:
    """During the block, keep other processes with this state from acquiring the season.

    Raises SeasonError if another process is acquiring the season already. If a process that acquires is killed, its
    lock becomes free: at once if the state is a folder, after a minute if it is in an object store.
    """
    lock = Lock(run.acquiring_lock_place)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise SeasonError(
            f"season {run.season} is being acquired by another process in {run.settings.state_address}; wait for "
            "it to end"
        ) from None
    try:
        yield
    finally:
        lock.release()
