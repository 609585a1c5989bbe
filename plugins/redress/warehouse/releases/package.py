"""The tables of a release as files, and the data package that describes them.

Each table is written twice. The CSV files are the package's resources: the standard's validator, spreadsheets and R
read them without another library. The Parquet files hold the same rows with their types.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from redress.warehouse.release_schema import LICENCES, PUBLISHED_SCHEMAS, SOURCES, field_type
from redress.warehouse.releases.changes import quoted
from redress.warehouse.releases.checksums import DATA_PACKAGE_NAME
from redress.warehouse.releases.keys import Keys, built_keys, resource_name

Table = tuple[str, str]
"""A table's schema and name."""
FORMULA = r"^[=+\-@＝＋－＠\t\r\n]"
"""The beginning of a text that a spreadsheet would run as a formula. The letters' texts are written by others,
and a formula can send data away."""
NUMBER = r"^[+-]?[0-9.,]+%?$"


def write_package(identity: str, built: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write the published tables of a built warehouse below a folder, and the data package that describes them.

    The keys come from the data package that the build began in the folder.
    """
    tables = list(_tables(built))
    columns = {table: frozenset(name for name, *_ in _columns(built, schema, table)) for schema, table in tables}
    keys = {table: found.among(columns, table) for table, found in built_keys(folder).items() if table in columns}
    for kind in ("csv", "parquet"):
        (folder / kind).mkdir(exist_ok=True)
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "redress",
        "id": identity,
        "title": "The Local Government and Social Care Ombudsman's annual review letters, as a warehouse",
        "sources": SOURCES,
        "licenses": LICENCES,
        "resources": [_resource(built, table, folder, keys.get(table[1], Keys())) for table in tables],
    }
    (folder / DATA_PACKAGE_NAME).write_text(json.dumps(package, indent=1, ensure_ascii=False), encoding="utf-8")


def _tables(built: duckdb.DuckDBPyConnection) -> Iterator[Table]:
    rows = built.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_type = 'BASE TABLE' order by all"
    ).fetchall()
    return ((schema, table) for schema, table in rows if schema in PUBLISHED_SCHEMAS)


def _resource(built: duckdb.DuckDBPyConnection, of: Table, folder: Path, keys: Keys) -> dict[str, Any]:
    """Write the files of a table, and return the resource that describes them."""
    schema, table = of
    described = built.execute(
        "select comment from duckdb_tables() where schema_name = ? and table_name = ?", [schema, table]
    ).fetchone()
    columns = _columns(built, schema, table)
    csv, parquet = Path("csv") / f"{table}.csv", Path("parquet") / f"{table}.parquet"
    _copy(built, of, [_in_csv(name, kind) for name, kind, _ in columns], folder / csv, "csv, header")
    _copy(built, of, [_in_parquet(name, kind) for name, kind, _ in columns], folder / parquet, "parquet")
    return {
        "name": resource_name(table),
        "type": "table",
        **_file(folder, csv),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "description": (described[0] if described else None) or "",
        "schema": {
            "fields": [
                {"name": name, "type": field_type(kind), "description": comment or ""}
                for name, kind, comment in columns
            ],
            **keys.as_table_schema(),
        },
        "parquet": {**_file(folder, parquet), "mediatype": "application/vnd.apache.parquet"},
    }


def _copy(built: duckdb.DuckDBPyConnection, of: Table, values: Sequence[str], file: Path, form: str) -> None:
    schema, table = of
    rows = f'select {", ".join(values)} from "{schema}"."{table}"'  # noqa: S608 - names of the build
    built.execute(f"copy ({rows}) to '{quoted(file)}' (format {form})")


def _in_csv(column: str, kind: str) -> str:
    """Return the SQL that gives a column's value for the CSV file. R and spreadsheets can read the value, and no
    spreadsheet runs it as a formula. `kind` is the column's type in DuckDB.
    """
    name = f'"{column}"'
    if kind == "VARCHAR":
        is_formula = f"regexp_matches({name}, '{FORMULA}') and not regexp_matches({name}, '{NUMBER}')"
        return f"if({is_formula}, '''' || {name}, {name}) as {name}"
    if kind == "BOOLEAN":
        return f"upper({name}::varchar) as {name}"  # R and spreadsheets take "true" for a text
    return f"to_json({name}) as {name}" if field_type(kind) == "array" else name


def _in_parquet(column: str, kind: str) -> str:
    """Return the SQL that gives a column's value for the Parquet file. A decimal becomes a float, because pandas
    reads decimals as objects. `kind` is the column's type in DuckDB.
    """
    return f'"{column}"::double as "{column}"' if kind.startswith("DECIMAL") else f'"{column}"'


def _file(folder: Path, path: Path) -> dict[str, Any]:
    content = (folder / path).read_bytes()
    return {
        "path": path.as_posix(),
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _columns(built: duckdb.DuckDBPyConnection, schema: str, table: str) -> list[tuple[str, str, str | None]]:
    """Return the name, type and comment of each column of a table, in order."""
    return built.execute(
        "select column_name, data_type, comment from duckdb_columns() "
        "where schema_name = ? and table_name = ? order by column_index",
        [schema, table],
    ).fetchall()
