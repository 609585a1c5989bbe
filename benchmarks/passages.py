"""Measure how many planted passages are found, and what passages add to reading, landing and building.

Passages are planted in the letters of a printed season. The work with passages and the work without passages are
measured by turns, in processor time, because other work on the machine lengthens the time by the clock. The script
prints Markdown tables; see RESULTS.md.

    python -m benchmarks.passages [--councils 330] [--seeds 3] [--letters 100] [--built 5000]
"""

import argparse
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

from benchmarks import warehouse
from benchmarks.corpus import print_corpus
from benchmarks.planted_passages import compared, planted_season, random_passages
from benchmarks.stated_letters import SEASONS, season_letters
from redress.model.landed import LandedLetter
from redress.model.letter import Paragraph
from redress.model.season import Season
from redress.read.reader import read_letter
from redress.warehouse.landing import Landing
from samples.press.places import SAMPLES

ROUNDS = 3
SHARED_PARAGRAPHS = 14
"""The number of paragraphs that all letters share: as many as a real letter of 2021 has."""


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--councils", type=int, default=330, help="letters of a planted season")
    parser.add_argument("--seeds", type=int, default=3, help="planted seasons")
    parser.add_argument("--letters", type=int, default=100, help="letters to read with and without passages")
    parser.add_argument("--built", type=int, default=5000, help="letters to build with and without passages")
    arguments = parser.parse_args()
    print(
        f"{platform.system()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}; "
        f"load before {os.getloadavg()[0]:.1f}\n"
    )
    if arguments.seeds:
        _planted(arguments.councils, arguments.seeds)
    if arguments.letters:
        _reading(arguments.letters)
    if arguments.built:
        _building(arguments.built)
    print(f"\nLoad at the end: {os.getloadavg()[0]:.1f}.")


def _planted(councils_count: int, seeds: int) -> None:
    print("| season | letters | planted | in the mart | shared | taken for own | comparing, CPU s |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for seed in range(1, seeds + 1):
        planted = planted_season(councils_count, seed)
        read = [read_letter(one.content, "letter.pdf") for one in planted]
        started = time.process_time()
        found = compared(planted, read)
        seconds = time.process_time() - started
        print(
            f"| {seed} | {found.letters} | {found.planted} | {found.found_whole} "
            f"({100 * found.found_whole / found.planted:.1f}%) | {found.shared} | {found.taken_for_own} "
            f"| {seconds:.2f} |"
        )


@contextmanager
def _without_passages() -> Iterator[None]:
    """During the block, let reading find no paragraphs, and none of the printed rows that only paragraphs need."""
    with (
        patch("redress.read.reader.paragraphs_of", lambda document, name: ()),
        patch("redress.read.files.pdf_quick.printed_rows", lambda sheet: [()] * len(sheet.text.lines)),
    ):
        yield


def _reading(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        contents = [path.read_bytes() for path in print_corpus(Path(folder), count)]

    def read() -> None:
        for content in contents:
            read_letter(content, "letter.pdf")

    read()
    seconds: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(ROUNDS):
        with _without_passages():
            seconds["without"].append(_cpu_seconds(read))
        seconds["with"].append(_cpu_seconds(read))
    without, with_ = (1000 * statistics.median(seconds[name]) / count for name in ("without", "with"))
    print(f"\n| reading, {count} letters of five pages, median of {ROUNDS} | CPU ms a letter |\n|---|---:|")
    print(f"| without passages | {without:.1f} |\n| with | {with_:.1f} ({100 * (with_ / without - 1):+.1f}%) |")


def _building(count: int) -> None:
    councils = -(-count // len(SEASONS))
    print(f"\n| {councils * len(SEASONS)} letters | landing, CPU s | identity, CPU s | build, CPU s | build, s |")
    print("|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for name, is_with in (("without passages", False), ("with", True), ("without, again", False)):
            settings = warehouse.fresh_home(Path(folder) / name.replace(" ", "-"), councils)
            letters = with_prose if is_with else season_letters
            with patch.object(warehouse, "season_letters", letters):
                landing = _cpu_seconds(partial(warehouse.land, settings, councils))
            identity = _cpu_seconds(Landing(settings.landing_folder).content_hash)
            built = warehouse.build_once(settings)
            print(
                f"| {name} | {landing:.1f} | {identity:.1f} | {built.cpu_seconds:.1f} | {built.wall_seconds:.1f} |"
            )


def with_prose(season: Season, count: int, seed: int = 1) -> list[LandedLetter]:
    """Return a season's letters, with paragraphs that all letters have, and 0 to 6 own passages in each letter."""
    prose = (SAMPLES / "prose" / "2021.txt").read_text(encoding="utf-8").split("\n\n")
    whole = [one for one in prose if not one.startswith("#")]
    shared = [f"{one.strip()} Part {'abc'[turn]}." for turn in range(3) for one in whole][:SHARED_PARAGRAPHS]
    place = (68.2, 275.1, 519.9, 344.1)
    letters = season_letters(season, count, seed)
    return [
        replace(
            landed,
            letter=replace(
                landed.letter,
                paragraphs=tuple(Paragraph(text, 1, place) for text in (*shared, *own)),
            ),
        )
        for landed, own in zip(letters, random_passages(count, seed), strict=True)
    ]


def _cpu_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
