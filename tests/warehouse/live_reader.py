"""A program that reads without pause: it opens the current release, queries the release, and begins again.

    python -m tests.warehouse.live_reader duckdb|parquet WAREHOUSE STOP_FILE

The program prints the number of each release when it first sees the release, and its counts as JSON once STOP_FILE
is there. It imports nothing of the package, and does what docs/runbooks/reading-releases.md tells a client to do.
"""

import json
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

QUERIES_WHILE_OPEN = 3


def read_duckdb(current: Path) -> list[tuple[int, int]]:
    """Return a pair for each of a few queries on one connection: the release's number in two tables."""
    with duckdb.connect(str(current / "warehouse.duckdb"), read_only=True) as connection:
        return [
            connection.execute(
                "select (select value::int from marts.fct_figure), (select number from audit.release_number)"
            ).fetchall()[0]
            for _ in range(QUERIES_WHILE_OPEN)
        ]


def read_parquet(current: Path) -> list[tuple[int, int]]:
    """Return one pair: the release's number in two Parquet files, which are read one after the other."""
    figures = pq.read_table(current / "parquet" / "fct_figure.parquet").to_pylist()
    numbers = pq.read_table(current / "parquet" / "release_number.parquet").to_pylist()
    return [(int(figures[0]["value"]), int(numbers[0]["number"]))]


def main(kind: str, warehouse: Path, stop: Path) -> None:
    """Read until the stop file is there, then print the counts."""
    read = {"duckdb": read_duckdb, "parquet": read_parquet}[kind]
    seen: list[int] = []
    failures: list[str] = []
    queries = mixed = changed_while_open = 0
    while not stop.exists():
        try:
            found = read((warehouse / "current").resolve())
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}")
            continue
        queries += len(found)
        mixed += sum(one != other for one, other in found)
        changed_while_open += len(set(found)) > 1
        if not seen or seen[-1] != found[-1][0]:
            seen.append(found[-1][0])
            print(seen[-1], flush=True)
    counts = {"queries": queries, "failures": failures, "mixed": mixed, "changed_while_open": changed_while_open}
    print(json.dumps({"kind": kind, **counts, "seen": seen}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
