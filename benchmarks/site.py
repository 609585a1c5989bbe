"""Measure how long building the site takes: built anew, after one new season, and with nothing changed.

Invented councils get letters of twelve seasons (printed_seasons.py). The letters are read, and two releases are
built: one without the last season, and one with all seasons. The script prints a Markdown table and the sizes of
pages; see RESULTS.md.

    python -m benchmarks.site [--councils 330] [--seasons 12]
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.printed_seasons import FIRST_YEAR, print_seasons
from redress.acquire.sources.by_name import source_of
from redress.model.season import Season
from redress.report.site.building import BuiltSite, build_site
from redress.settings import Settings
from redress.steps import Run, acquire_and_read, build_warehouse, check, release
from redress.steps.record import new_run_id


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--councils", type=int, default=330)
    parser.add_argument("--seasons", type=int, default=12)
    arguments = parser.parse_args()
    years = range(FIRST_YEAR, FIRST_YEAR + arguments.seasons)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        authorities = print_seasons(folder / "letters", years, arguments.councils)
        settings = Settings(home=folder / "home", additional_authorities=authorities)
        publish(settings, folder / "letters", years[:-1])
        rows = [measured(settings, f"{len(years) - 1} seasons, nothing there before")]
        publish(settings, folder / "letters", years[-1:])
        rows.append(measured(settings, "the same with one new season"))
        rows.append(measured(settings, "nothing changed"))
        shutil.rmtree(settings.home / "site")
        rows.append(measured(settings, f"{len(years)} seasons, nothing there before (the plain way)"))
        cores = len(os.sched_getaffinity(0))
        print(f"{arguments.councils} councils, {cores} cores\n")
        print("| build | s | files made | taken over |\n|---|---:|---:|---:|")
        print("\n".join(rows))
        print_sizes(settings.home / "site")


def publish(settings: Settings, letters: Path, years: Iterable[int]) -> None:
    """Read and check seasons, then build and publish one release, as a backfill does."""
    source = source_of(f"folder:{letters}", settings)
    run = None
    for year in years:
        run = Run.of_season(Season(year), new_run_id(), settings)
        check(run, acquire_and_read(run, source))
    if run is not None:
        release(run, build_warehouse(run))


def measured(settings: Settings, name: str) -> str:
    """Build the site, and return a row of the table with the seconds and the numbers of files."""
    started = time.monotonic()
    built: BuiltSite = build_site(settings)
    seconds = time.monotonic() - started
    return f"| {name} | {seconds:.1f} | {built.made_count:,} | {built.linked_count:,} |"


def print_sizes(site: Path) -> None:
    """Print how many files of each kind the site has, and their sizes."""
    print("\n| files | count | kB each, median | largest | all, MB |\n|---|---:|---:|---:|---:|")
    for name, pattern in (
        ("a council's page", "council/*.html"),
        ("a page of evidence", "council/*/*.html"),
        ("a season's page", "season/*.html"),
        ("a cut of a letter's page", "letters/*.png"),
        ("a chart", "charts/*.svg"),
        ("a season's PDF", "season/*.pdf"),
    ):
        sizes = [path.stat().st_size / 1000 for path in site.glob(pattern)]
        if sizes:
            print(
                f"| {name} | {len(sizes):,} | {statistics.median(sizes):.0f} | {max(sizes):.0f} "
                f"| {sum(sizes) / 1000:.1f} |"
            )


if __name__ == "__main__":
    main()
