"""The whole way of a season in one process: the same steps that the dag's tasks take."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from filelock import FileLock, Timeout

from redress.acquire.source import Source
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
    """The whole way of one season in this process; the folder of the current release.

    `watch` is told how many references have been acquired, and of how many. Pages that cannot be written are noted
    in the run's record: the release is out by then. Serving it is a step of its own, once for several seasons.
    """
    parts = acquire_and_read(run, source, retry_failed=retry_failed, watch=watch)
    with run.writer_lock():
        check(run, parts)
        folder = release(run, build_warehouse(run))
    with suppress(Exception):
        build_data_docs(run)
    return folder


def reread_season(run: Run, *, anew: bool = False) -> str:
    """A season read again from the archive, in this process; the folder of the current release.

    Files that the same reader has read before are not read again, unless all are to be read `anew`. Pages and
    serving as of `run_season`.
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
    """The first half of the way, up to the check: the folders of what was read. `watch` as of `run_season`.

    Raises SeasonError where another process acquires the same season.
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
    """No other process of this home acquires the season meanwhile; a process that is killed holds nothing."""
    place = run.acquiring_lock_path
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(place, timeout=0):
            yield
    except Timeout:
        raise SeasonError(
            f"season {run.season} is being acquired by another process in {run.settings.home}; wait for it to end"
        ) from None
