"""Measure how long `redress wording` takes, and how well it explains seasons with changed words.

With --seasons, the script first prints a table of the changed seasons of tests/read/wording/changes.py. Then it
prints the time for a whole season of PDFs in the archive, in which every sentence is reworded. See RESULTS.md.

    python -m benchmarks.wording [--letters 330] [--seasons]
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from redress.acquire.archive import Archive
from redress.acquire.source import Fetched, Reference
from redress.model.season import Season
from redress.settings import Settings
from redress.steps.wording import wording_of_season
from samples.press.setting import one_column
from tests.read.wording.changes import CHANGES, EVERYTHING, Change, words
from tests.read.wording.judged import judged
from tests.read.wording.printed import SEED, analysis, councils_of, printed

YEAR = 2023


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=330)
    parser.add_argument("--seasons", action="store_true", help="explain all changed seasons too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.seasons:
            print("| change | letters | proven | the right one first | wrongly proven |\n|---|---:|---|---|---:|")
            for change in CHANGES:
                print(_row(change, folder), flush=True)
            print()
        seconds = _timed(folder, arguments.letters)
        cores = len(os.sched_getaffinity(0))
        print(f"{arguments.letters} PDFs, every sentence reworded, {cores} cores: {seconds:.1f} s")


def _row(change: Change, folder: Path) -> str:
    letters = change.letters()
    result = judged(change, letters, analysis(folder, letters))
    stated = dict.fromkeys(name for names in change.states.values() for name in names)
    proven = ", ".join(name for name in stated if name in result.proven) or "none"
    is_first = "yes" if not (result.not_first or result.not_found) else "no"
    return f"| {change.name} | {len(letters)} | {proven} | {is_first} | {len(result.wrongly_proven)} |"


def _timed(folder: Path, count: int) -> float:
    """Put a season into an archive, explain its words, and return how many seconds the explanation takes."""
    councils_of(folder, count)
    settings = Settings(home=folder / "home", additional_authorities=folder / f"authorities-{SEED}.csv")
    archive = Archive(settings.archive_address)
    for letter in printed(YEAR, count, words(*EVERYTHING), arrange=one_column):
        archive.store(Reference(Season(YEAR), letter.name), Fetched(letter.file, letter.name), "benchmark")
    started = time.monotonic()
    found = wording_of_season(Season(YEAR), settings)
    seconds = time.monotonic() - started
    if found.trial is None or found.trial.extracted.after < count:
        raise ValueError(f"of {count} letters {found.trial} could be read with the proposals")
    return seconds


if __name__ == "__main__":
    main()
