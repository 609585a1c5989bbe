"""What it costs to put 5,000 letters' marts before readers, as DuckDB and Parquet.

The letters are invented, see stated_letters.py, and dbt builds their warehouse first, which is not part of what is
measured here (see warehouse.py). Prints a Markdown table; see RESULTS.md.

    python -m benchmarks.releases [--letters 5000] [--times 5]
"""

import argparse
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.stated_letters import SEASONS
from benchmarks.warehouse import fresh_home, land
from redress.warehouse.build import build
from redress.warehouse.releases import PUBLISHED_SCHEMAS, Releases

FILES_LIMIT_SECONDS = 5.0


@dataclass(frozen=True)
class BuiltWarehouse:
    """A warehouse as dbt left it, and how much is in what a release publishes of it."""

    file: Path
    tables: tuple[tuple[str, str], ...]
    rows: int
    letters: int


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--letters", type=int, default=5000, help="letters of twelve seasons together")
    parser.add_argument("--times", type=int, default=5, help="how often each is measured")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        built = build_warehouse(Path(folder) / "home", arguments.letters)
        print(
            f"{platform.system()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, "
            f"DuckDB {duckdb.__version__}; load {os.getloadavg()[0]:.1f}\n\n"
            f"{built.letters} letters, {len(built.tables)} tables, {built.rows} rows\n"
        )
        print(f"| what | median of {arguments.times}, s | least | most |\n|---|---:|---:|---:|")
        measure_files(built, Path(folder), arguments.times)


def build_warehouse(home: Path, letters: int) -> BuiltWarehouse:
    """A warehouse of invented letters, through the gate, landing and dbt."""
    councils = -(-letters // len(SEASONS))
    settings = fresh_home(home, councils)
    land(settings, councils)
    file = home / "warehouse.duckdb"
    build(settings, file)
    with duckdb.connect(str(file), read_only=True) as warehouse:
        tables = tuple(
            (schema, table)
            for schema, table in warehouse.execute(
                "select schema_name, table_name from duckdb_tables() order by all"
            ).fetchall()
            if schema in PUBLISHED_SCHEMAS
        )
        counts = {one: len(warehouse.table(".".join(one))) for one in tables}
    return BuiltWarehouse(file, tables, sum(counts.values()), counts["marts", "dim_letter"])


def measure_files(built: BuiltWarehouse, folder: Path, times: int) -> None:
    """The tables into a DuckDB file of their own; then a release of it, down to the disk; and the swap alone."""
    releases = Releases(folder / "warehouse")
    numbers = iter(range(1, 2 * times + 1))

    def write_duckdb() -> None:
        target = folder / "copy.duckdb"
        target.unlink(missing_ok=True)
        with duckdb.connect(str(target), config={"storage_compatibility_version": "v1.0.0"}) as copy:
            copy.execute(f"attach '{built.file}' as built (read_only)")
            for schema in sorted({schema for schema, _ in built.tables}):
                copy.execute(f"create schema if not exists {schema}")
            for schema, table in built.tables:
                copy.execute(f"create table {schema}.{table} as from built.{schema}.{table}")

    def publish() -> float:
        identity = f"{next(numbers):016x}"
        shutil.copyfile(built.file, releases.clear_incoming(identity))
        return timed(lambda: releases.publish(identity))

    to_duckdb = [timed(write_duckdb) for _ in range(times)]
    to_release = [publish() for _ in range(times)]
    names = sorted(path.name for path in (releases.folder / "releases").iterdir())
    swaps = [timed(partial(releases.point_at, name)) for name in names[:times]]
    show("tables into a DuckDB file", to_duckdb)
    show("release: Parquet, data package, what changed, checksums, on the disk, current", to_release)
    both = [one + other for one, other in zip(to_duckdb, to_release, strict=True)]
    show(f"both (at most {FILES_LIMIT_SECONDS:.0f})", both)
    show("of it moving `current`", swaps)
    if statistics.median(both) > FILES_LIMIT_SECONDS:
        print(f"\nDuckDB and Parquet take more than {FILES_LIMIT_SECONDS:.0f} s.")


def timed(what: Callable[[], object]) -> float:
    """How many seconds something takes."""
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def show(what: str, seconds: list[float]) -> None:
    """A line of the table."""
    print(f"| {what} | {statistics.median(seconds):.2f} | {min(seconds):.2f} | {max(seconds):.2f} |", flush=True)


if __name__ == "__main__":
    main()
