"""Measure acquiring 400 letters from a loopback server without gaps, beside a bare loop of the same client.

The bare loop asks the same client for the same addresses with as many threads, and drops what comes. Redress looks
each letter up in its archive, stores it under its hash, synced to the disk, writes its cards, and keeps a journal.
The server runs in a process of its own. Each way is timed in turn, several times over; the medians are compared.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from redress.acquire.sources.by_name import allowed_addresses, http_rules, source_of
from redress.acquire.web.client import HttpClient
from redress.settings import Settings
from redress.steps import Run, acquire, plan, take_stock
from tests.acquire.letters_server import FETCHES_AT_A_TIME, SEASON, letters_server

LETTERS = 400
TIMES = 5


def main() -> None:
    """Start the server, time the bare loop and Redress, and print a Markdown table with the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.acquire", "--serve", folder],
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        try:
            if server.stdout is None:
                raise RuntimeError("the server's output is not a pipe")
            url = server.stdout.readline().strip()
            _compare(url, Path(folder))
        finally:
            server.terminate()
            server.wait()


def _compare(url: str, folder: Path) -> None:
    bare: list[float] = []
    fresh: list[float] = []
    unchanged: list[float] = []
    for number in range(TIMES):
        settings = _settings(url, folder / str(number))
        bare.append(_timed(partial(_bare, settings)))
        fresh.append(_timed(partial(_redress, settings, folder, "fresh")))
        unchanged.append(_timed(partial(_redress, settings, folder, "unchanged")))
    print(f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}; {LETTERS} letters,")
    print(f"{FETCHES_AT_A_TIME} at a time, median of {TIMES}\n")
    print("| way | seconds | times the bare loop |\n|---|---:|---:|")
    base = statistics.median(bare)
    for name, seconds in (("bare loop", bare), ("Redress", fresh), ("Redress, unchanged season", unchanged)):
        print(f"| {name} | {statistics.median(seconds):.2f} | {statistics.median(seconds) / base:.2f} |")


def _settings(url: str, home: Path) -> Settings:
    return Settings(
        home=home, site_url=url, contact="bench@example.org", fetch_at_a_time=FETCHES_AT_A_TIME, fetch_gap_seconds=0
    )


def _bare(settings: Settings) -> None:
    client = HttpClient(allowed_addresses(settings), http_rules(settings))
    addresses = [f"{settings.site_url}/letters/{number}.pdf" for number in range(LETTERS)]
    with ThreadPoolExecutor(FETCHES_AT_A_TIME) as threads:
        answers = list(threads.map(client.get, addresses))
    if not all(answer.content for answer in answers):
        raise RuntimeError("the bare loop did not get all letters")


def _redress(settings: Settings, folder: Path, name: str) -> None:
    run = Run.of_season(SEASON, name, settings)
    source = source_of(f"manifest:{folder / 'manifest.csv'}", settings)
    for number, references in enumerate(plan(run, source)):
        acquire(run, source, references, number)
    if sum(len(batch) for batch in take_stock(run, source)) != LETTERS:
        raise RuntimeError("Redress did not get all letters")
    run.journal.end()


def _timed(what: Callable[[], None]) -> float:
    started = time.monotonic()
    what()
    return time.monotonic() - started


def _serve(folder: Path) -> None:
    with letters_server(folder, LETTERS) as server:
        print(server.site.url, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        _serve(Path(sys.argv[2]))
    else:
        main()
