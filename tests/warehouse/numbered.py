"""Small releases with their number in two tables, by which a reader sees whether both tables are of one release."""

from pathlib import Path

import duckdb

from redress.warehouse.releases.releases import Releases
from tests.warehouse.small_warehouse import build

QUERY = "select (select value::int from {figures}), (select number from {numbers})"


def identity_of(number: int) -> str:
    return f"{number:016x}"


def build_numbered(releases: Releases, number: int) -> str:
    """Make a warehouse of one letter with the number in two tables, without publishing it. Return its identity."""
    identity = identity_of(number)
    with duckdb.connect(str(build(releases, identity, rate=number))) as connection:
        connection.execute(f"create table audit.release_number as select {number} as number")
    return identity


def publish_numbered(releases: Releases, number: int) -> Path:
    return releases.publish(build_numbered(releases, number))


def number_of(folder: Path) -> int:
    """Return the number of a release, and require the same number in its DuckDB file and its Parquet files."""
    parquet = QUERY.format(
        figures=f"'{folder}/parquet/fct_figure.parquet'", numbers=f"'{folder}/parquet/release_number.parquet'"
    )
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        found = (
            connection.execute(QUERY.format(figures="marts.fct_figure", numbers="audit.release_number")).fetchall()
            + connection.execute(parquet).fetchall()
        )
    (number,) = {one for row in found for one in row}
    return int(number)
