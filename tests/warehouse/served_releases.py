"""Small releases to serve, with the release's number in each row."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from redress.warehouse.releases.keys import ForeignKey, Keys
from tests.warehouse.numbered import identity_of
from tests.warehouse.postgres_server import BI_TOOL, Database

KEYS = {
    "dim_council": Keys(primary=("council_key",)),
    "fct_rate": Keys(
        primary=("council_key", "season"),
        unique=(("rate_key",),),
        foreign_keys=(ForeignKey(("council_key",), "dim_council", ("council_key",)),),
    ),
}


def small_release(folder: Path, number: int = 1, councils_count: int = 3, keys: Mapping[str, Keys] = KEYS) -> Path:
    """Make a release of two marts and a table of checks, with its number in each row, and return its folder."""
    return write_release(
        folder / identity_of(number),
        [
            f"create table dim_council as select 'C' || range as council_key, "  # noqa: S608 - numbers of ours
            f"{number}::integer as release_number from range({councils_count})",
            "alter table dim_council alter council_key set not null",
            "create table fct_rate as select council_key, season::integer as season, "  # noqa: S608 - as above
            "council_key || season as rate_key, 53.50::decimal(9, 2) as rate_pct, "
            f"{number}::integer as release_number from dim_council, range(2020, 2024) as seasons (season)",
            "alter table fct_rate alter council_key set not null",
            "alter table fct_rate alter season set not null",
            "comment on table fct_rate is 'Rates, 100% of them; it''s \\ {all} :there.'",
            "comment on column fct_rate.rate_pct is 'A rate in per cent (%).'",
        ],
        keys,
        audit=[f"create table check_results as select true as is_passed, {number}::integer as release_number"],
    )


def served_number(database: Database) -> int:
    """Return the number of the release that a reader sees, and require the same number in each table."""
    found = database.ask(
        "select a.release_number, b.release_number, c.release_number, r.release_id "
        "from (select distinct release_number from marts.fct_rate) as a "
        "cross join (select distinct release_number from marts.dim_council) as b "
        "cross join marts.check_results as c cross join marts.release as r",
        BI_TOOL,
    )
    [(number, *others, release_id)] = found
    assert others == [number, number]
    assert int(release_id, 16) == number
    return int(number)


def write_release(
    folder: Path, statements: Sequence[str], keys: Mapping[str, Keys] | None = None, *, audit: Sequence[str] = ()
) -> Path:
    """Make a release's folder with a warehouse and a data package, and return the folder.

    DuckDB runs `statements` in the schema `marts`, and the statements of `audit` in the schema `audit`. `keys` has
    the keys of a table by the table's name.
    """
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute("create schema audit; create schema staging; create schema marts; use marts")
        warehouse.execute("create table staging.unpublished as select 1 as one")
        for statement in statements:
            warehouse.execute(statement)
        warehouse.execute("use audit")
        for statement in audit:
            warehouse.execute(statement)
        tables = [
            name
            for (name,) in warehouse.execute(
                "select table_name from duckdb_tables() where schema_name <> 'staging' order by all"
            ).fetchall()
        ]
    resources = [
        {"path": f"parquet/{table}.parquet", "schema": (keys or {}).get(table, Keys()).as_table_schema()}
        for table in tables
    ]
    (folder / "datapackage.json").write_text(json.dumps({"resources": resources}))
    return folder
