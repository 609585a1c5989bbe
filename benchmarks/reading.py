"""Measure the letters a second of Redress, of the plain way, and of taking the raw text alone, in one run.

The plain way takes pdfplumber's words of every page of every letter, in one process. The raw text is pdfium's text
of all pages, taken by one process for each core. The script prints a Markdown table; see RESULTS.md.

    python -m benchmarks.reading [--letters 1000] [--growth 500,5000]
"""

import argparse
import io
import multiprocessing
import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pdfplumber
import psutil
import pypdfium2 as pdfium

from benchmarks.corpus import print_corpus
from redress.read.workers import File, Readers
from redress.settings import Limits


def plain_way(content: bytes) -> int:
    """Take pdfplumber's words of every page, and return the number of words."""
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        return sum(len(page.extract_words()) for page in pdf.pages)


def raw_text(content: bytes) -> int:
    """Take pdfium's text of every page, and return the number of characters."""
    with pdfium.PdfDocument(content) as pdf:
        return sum(len(page.get_textpage().get_text_range()) for page in pdf)


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=1000)
    parser.add_argument("--plain-letters", type=int, default=100, help="how many of them the plain way reads")
    parser.add_argument("--growth", default="", help="two numbers of letters whose cost for each is compared")
    arguments = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        letters = print_corpus(Path(folder), arguments.letters)
        print(f"{platform.system()}, {cores} cores, Python {platform.python_version()}; {len(letters)} letters\n")
        started = time.perf_counter()
        peak = _read(letters, Limits())
        redress = (time.perf_counter() - started) / len(letters)
        one_core = _seconds_a_letter(lambda: _read(letters, Limits(workers=1)), len(letters))
        few = letters[:: max(1, len(letters) // arguments.plain_letters)]
        plain = _seconds_a_letter(lambda: [plain_way(path.read_bytes()) for path in few], len(few))
        text = _seconds_a_letter(lambda: _raw(letters, cores), len(letters))
        print("| way | letters a second | Redress is |")
        print("|---|---:|---:|")
        print(f"| Redress, {cores} workers | {1 / redress:.1f} | |")
        print(
            f"| Redress, one worker | {1 / one_core:.1f} | {plain / one_core:.1f} times as fast as the plain way |"
        )
        print(
            f"| plain: pdfplumber, every page, one process ({len(few)} letters) | {1 / plain:.1f} "
            f"| {plain / redress:.1f} times as fast |"
        )
        print(
            f"| raw text alone: pdfium, {cores} processes | {1 / text:.1f} | {redress / text:.1f} times as slow |"
        )
        print(f"\nThe largest worker held {peak:.0f} MiB at the end; its limit is {Limits().memory_mebibytes} MiB.")
    if arguments.growth:
        _growth([int(count) for count in arguments.growth.split(",")])


def _growth(counts: Sequence[int]) -> None:
    print("\n| letters | milliseconds a letter |\n|---:|---:|")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            letters = print_corpus(Path(folder), count)
            started = time.perf_counter()
            _read(letters, Limits())
            print(f"| {count} | {1000 * (time.perf_counter() - started) / count:.1f} |")


def _read(letters: Sequence[Path], limits: Limits) -> float:
    """Read all letters, and return the mebibytes that the largest worker holds at the end."""
    with Readers(limits) as readers:
        read = sum(len(letter.figures) for letter in readers.read(File(p.name, p.read_bytes()) for p in letters))
        workers = psutil.Process().children(recursive=True)
        peak: float = max(worker.memory_info().rss for worker in workers) / 1024**2
    if not read:
        raise SystemExit("no figure was read: the corpus or the reader is broken")
    return peak


def _raw(letters: Sequence[Path], cores: int) -> None:
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("forkserver")) as pool:
        sum(pool.map(raw_text, (path.read_bytes() for path in letters), chunksize=20))


def _seconds_a_letter(work: Callable[[], object], count: int) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) / count


if __name__ == "__main__":
    main()
