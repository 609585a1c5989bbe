"""Measure how long it takes to put the marts of 5,000 letters before readers, as files and in PostgreSQL.

The letters are invented, see stated_letters.py. dbt builds their warehouse first, and the time of the build is not
measured here (see warehouse.py). The script prints a Markdown table; see RESULTS.md.

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
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
from sqlalchemy import ARRAY, Text, create_engine
from sqlalchemy.schema import CreateSchema, CreateTable

from benchmarks.stated_letters import SEASONS
from benchmarks.warehouse import fresh_home, land
from redress.warehouse.build import build
from redress.warehouse.release_schema import PUBLISHED_SCHEMAS
from redress.warehouse.releases.keys import Keys
from redress.warehouse.releases.releases import Releases
from redress.warehouse.serving.incoming import copy_rows
from redress.warehouse.serving.postgres import Postgres
from redress.warehouse.serving.statements import INCOMING
from redress.warehouse.serving.tables import declared, served_tables
from tests.warehouse.postgres_server import running_server

FILES_LIMIT_SECONDS = 5.0
POSTGRES_LIMIT_SECONDS = 10.0
TO_SQL_TIMES = 5
"""How many times as fast as pandas' `to_sql` the rows have to be copied, at least."""


@dataclass(frozen=True)
class BuiltWarehouse:
    """A warehouse that dbt has built: its file, the tables that a release publishes, the number of rows in these
    tables, and the number of letters.
    """

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
        measure_postgres(built, Path(folder), arguments.times)


def build_warehouse(home: Path, letters: int) -> BuiltWarehouse:
    """Build a warehouse of invented letters, by way of the gate, landing and dbt."""
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
    """Time three things, and print the times: writing the tables to a DuckDB file, publishing a release, and moving
    `current` alone.
    """
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
        releases.clear()
        place = releases.incoming_file(identity)
        place.parent.mkdir(parents=True)
        shutil.copyfile(built.file, place)
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


def measure_postgres(built: BuiltWarehouse, folder: Path, times: int) -> None:
    """Time three ways into PostgreSQL by turns, and print the times: serving a release, copying its rows alone, and
    writing its tables with pandas' `to_sql`.

    `to_sql` and copying the rows alone do the same work. Serving also makes keys, comments and indexes, and
    compares each table with the file's table. All three ways read the tables from DuckDB.
    """
    release = Releases(folder / "warehouse").current()
    if release is None:
        raise SystemExit("no release was published to be served")
    served, copied, written = [], [], []
    with running_server() as server:
        for number in range(times):
            to_serve, to_copy, to_write = (
                server.new_database(f"{name}_{number}")
                .address("postgres")
                .replace("postgresql:", "postgresql+psycopg:")
                for name in ("served", "copied", "written")
            )
            served.append(timed(partial(Postgres(to_serve).serve, release)))
            copied.append(timed(partial(copy_alone, release, to_copy)))
            written.append(timed(partial(write_with_pandas, built, to_write)))
    show(f"served: rows, keys, indexes, compared, swapped (at most {POSTGRES_LIMIT_SECONDS:.0f})", served)
    show("the rows alone, by COPY", copied)
    show("the rows alone, by pandas' `to_sql`", written)
    by_copy, whole = (statistics.median(written) / statistics.median(seconds) for seconds in (copied, served))
    print(
        f"\nThe rows go {by_copy:.1f} times as fast by COPY as by `to_sql` (at least {TO_SQL_TIMES}); "
        f"all of serving is {whole:.1f} times as fast. Load at the end: {os.getloadavg()[0]:.1f}."
    )
    if statistics.median(served) > POSTGRES_LIMIT_SECONDS or by_copy < TO_SQL_TIMES:
        print("\nPostgreSQL takes more than it may.")


def copy_alone(release: Path, address: str) -> None:
    """Create the tables of a release in PostgreSQL, without their keys, and copy their rows."""
    engine = create_engine(address)
    with (
        duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as warehouse,
        engine.begin() as connection,
    ):
        connection.execute(CreateSchema(INCOMING))
        tables = tuple(replace(table, keys=Keys()) for table in served_tables(release, warehouse))
        for table, made in zip(tables, declared(tables, INCOMING).values(), strict=True):
            connection.execute(CreateTable(made))
            copy_rows(connection, warehouse, table)
    engine.dispose()


def write_with_pandas(built: BuiltWarehouse, address: str) -> None:
    """Write each table to PostgreSQL as a frame, with `to_sql` as pandas has it by default: executemany, and one
    transaction for each table.
    """
    engine = create_engine(address)
    with duckdb.connect(str(built.file), read_only=True) as warehouse:
        for schema, table in built.tables:
            frame = warehouse.table(f"{schema}.{table}").df()
            lists = [name for name in frame if frame[name].map(lambda value: isinstance(value, np.ndarray)).any()]
            for name in lists:
                frame[name] = [list(value) if isinstance(value, np.ndarray) else None for value in frame[name]]
            frame.to_sql(table, engine, index=False, dtype={name: ARRAY(Text) for name in lists})
    engine.dispose()


def timed(what: Callable[[], object]) -> float:
    """Return how many seconds a function takes."""
    started = time.perf_counter()
    what()
    return time.perf_counter() - started


def show(what: str, seconds: list[float]) -> None:
    """Print a line of the table: the median, the least and the most of some seconds."""
    print(f"| {what} | {statistics.median(seconds):.2f} | {min(seconds):.2f} | {max(seconds):.2f} |", flush=True)


if __name__ == "__main__":
    main()
