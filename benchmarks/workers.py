"""Measure one worker and two: fetching letters from a source that takes a second for each letter, and reading.

A worker is a process with a scratch folder of its own; what is handed on lies in an object store (moto's server).
The workers take a season's batches from one queue, as many at a time as the pool has slots. Airflow's own time for
each task is left out (orchestration.py has it). The script prints a Markdown table; see docs/scaling.md.

    python -m benchmarks.workers [--letters 400] [--waiting-letters 120]
"""

import argparse
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.printed_seasons import print_seasons
from redress.acquire.sources.by_name import source_of
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, acquire, plan, read, take_stock
from tests.acquire.s3_server import BUCKET, s3_server

SEASON = Season(2022)
SOURCE_SECONDS = 1.0
WARM_SECONDS = 0.5
HOUR_SECONDS = 3600
BATCH_LETTERS = 10
"""The number of letters in a batch to fetch from the slow source. Batches to read have 50 letters, which is the
default of Redress."""
AT_ONCE = "a source of a second a letter"
POLITE = "the same, with a gap between requests"


@dataclass(frozen=True)
class Measured:
    """How long one way of doing a season's work took. `most_at_a_time` is the most requests that the source had at
    once; None for reading, which asks no source.
    """

    work: str
    way: str
    letters: int
    seconds: float
    most_at_a_time: int | None = None

    @property
    def letters_an_hour(self) -> float:
        return self.letters / self.seconds * HOUR_SECONDS


@contextmanager
def slow_source(folder: Path, authority_ids: Sequence[str]) -> Iterator[tuple[str, str, list[int]]]:
    """Serve the letters of a folder during the block, each letter in a second. Yield the server's address, the name
    of the source, and a list with one number: the most requests at once so far.
    """
    at_once, most = 0, [0]
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            nonlocal at_once
            file = folder / Path(self.path).name
            with lock:
                at_once += 1
                most[0] = max(most[0], at_once)
            if file.suffix == ".pdf":
                time.sleep(SOURCE_SECONDS)
            content = file.read_bytes() if file.suffix == ".pdf" else b""
            with lock:
                at_once -= 1
            self.send_response(200 if content else 404)
            self.send_header("Content-Type", "application/pdf")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    manifest = folder / "manifest.csv"
    rows = [f"{SEASON},{authority},{url}/{authority.lower()}.pdf" for authority in authority_ids]
    manifest.write_text("\n".join(["season,authority,address", *rows]), encoding="utf-8")
    try:
        yield url, f"manifest:{manifest}", most
    finally:
        server.shutdown()


class Worker:
    """The settings of the worker in this process, with a scratch folder of its own."""

    settings: Settings

    @classmethod
    def begin(cls, homes: Path, stated: Mapping[str, Any]) -> None:
        cls.settings = Settings(home=homes / str(os.getpid()), **stated)


def acquire_batch(run_id: str, source: str, batch: tuple[int, Any]) -> int:
    run = Run.of_season(SEASON, run_id, Worker.settings)
    return acquire(run, source_of(source, Worker.settings), batch[1], batch[0])


def read_batch(run_id: str, batch: tuple[int, Any]) -> str:
    run = Run.of_season(SEASON, run_id, Worker.settings)
    return read(run, batch[1], batch[0], anew=True)


def warm(_number: int) -> None:
    time.sleep(WARM_SECONDS)


def divided(count: int, homes: Path, stated: Mapping[str, Any], task: Any, batches: Sequence[Any]) -> float:
    """Let `count` workers do a task for each batch. Return the seconds, without the start of the workers."""
    with ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=Worker.begin, initargs=(homes, stated)
    ) as workers:
        list(workers.map(warm, range(count)))
        started = time.perf_counter()
        list(workers.map(task, list(enumerate(batches))))
        return time.perf_counter() - started


def measure(letters: int, waiting_letters: int) -> Iterator[Measured]:
    """Yield how long each way took. If a number of letters is 0, the work on these letters is left out."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # moto's server would log each request
    with tempfile.TemporaryDirectory() as temporary, s3_server():
        folder = Path(temporary)
        councils = print_seasons(folder / "letters", [SEASON.year], max(letters, waiting_letters))
        ids = [path.stem.upper() for path in sorted((folder / "letters" / str(SEASON)).glob("*.pdf"))]
        common = {
            "contact": "bench@example.org",
            "additional_authorities": councils,
            "read_workers": 1,
        }
        if waiting_letters:
            yield from _waiting(folder, ids[:waiting_letters], common)
        if letters:
            yield from _reading(folder, common)


def _waiting(folder: Path, ids: Sequence[str], common: Mapping[str, Any]) -> Iterator[Measured]:
    few = ids[: len(ids) // 2]
    ways = (
        (AT_ONCE, ids, "one worker, pool of one slot", 1, 1, 0),
        (AT_ONCE, ids, "one worker, pool of one slot, REDRESS_FETCH_AT_A_TIME=2", 1, 2, 0),
        (AT_ONCE, ids, "two workers, pool of two slots", 2, 1, 0),
        (POLITE, few, "one worker, pool of one slot, gap of 2 s", 1, 1, 2),
        (POLITE, few, "two workers, pool of two slots, gap of 2 s", 2, 1, 2),
        (POLITE, few, "two workers, pool of two slots, gap of 4 s", 2, 1, 4),
    )
    for number, (work, asked, way, workers, at_a_time, gap) in enumerate(ways):
        with slow_source(folder / "letters" / str(SEASON), asked) as (url, source, most):
            stated = {
                **common,
                "site_url": url,
                "state": f"s3://{BUCKET}/waiting-{number}",
                "read_batch_letters": BATCH_LETTERS,
                "fetch_at_a_time": at_a_time,
                "fetch_gap_seconds": gap,
            }
            settings = Settings(home=folder / f"planner-{number}", **stated)
            run_id = f"waiting-{number}"
            run = Run.of_season(SEASON, run_id, settings)
            batches = plan(run, source_of(source, settings))
            task = partial(acquire_batch, run_id, source)
            seconds = divided(workers, folder / f"homes-{number}", stated, task, batches)
            had = sum(len(batch) for batch in take_stock(run, source_of(source, settings)))
        if had != len(asked):
            raise SystemExit(f"{way}: {had} of {len(asked)} letters were acquired")
        yield Measured(work, way, had, seconds, most[0])


def _reading(folder: Path, common: Mapping[str, Any]) -> Iterator[Measured]:
    stated = {**common, "state": f"s3://{BUCKET}/reading"}
    settings = Settings(home=folder / "reader", **stated)
    source = f"folder:{folder / 'letters'}"
    run = Run.of_season(SEASON, "reading", settings)
    for number, references in enumerate(plan(run, source_of(source, settings))):
        acquire(run, source_of(source, settings), references, number)
    batches = take_stock(run, source_of(source, settings))
    count = sum(map(len, batches))
    ways = (
        ("one worker, one process", 1, 1),
        ("one worker, two processes", 1, 2),
        ("two workers, one process each", 2, 1),
    )
    for number, (way, workers, processes) in enumerate(ways):
        task = partial(read_batch, "reading")
        homes = folder / f"readers-{number}"
        seconds = divided(workers, homes, {**stated, "read_workers": processes}, task, batches)
        yield Measured("reading", way, count, seconds)


def main() -> None:
    """Measure, and print each row of the table as it comes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=400, help="letters to read")
    parser.add_argument("--waiting-letters", type=int, default=120, help="letters of the source that is waited for")
    given = parser.parse_args()
    print(f"Load before: {os.getloadavg()[0]:.1f}\n")
    print("| work | way | letters | seconds | letters an hour | times the first | asked at once |")
    print("|---|---|---:|---:|---:|---:|---:|")
    first: dict[str, Measured] = {}
    for one in measure(given.letters, given.waiting_letters):
        base = first.setdefault(one.work, one)
        print(
            f"| {one.work} | {one.way} | {one.letters} | {one.seconds:.1f} | {one.letters_an_hour:,.0f} "
            f"| {one.letters_an_hour / base.letters_an_hour:.2f} | {one.most_at_a_time or ''} |",
            flush=True,
        )
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
