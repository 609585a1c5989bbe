"""A release's tables in PostgreSQL: types, keys, comments, and rows as text for COPY and for a checksum.

DuckDB writes each row as a line of COPY's text format. To compare the rows that arrived with the rows that were
sent, both databases also write each row as a canonical text. In this text a comma stands after each value, and the
value's length in bytes and a colon stand before each value that is a text or a list. So two different rows never
give the same text. A null gives neither a length nor a value, so it differs from an empty text.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.types import TypeEngine

from redress.warehouse.release_schema import PUBLISHED_SCHEMAS
from redress.warehouse.releases.keys import Keys
from redress.warehouse.releases.releases import ReleaseError

FILTER_COLUMNS = frozenset(
    {"season", "authority_key", "authority_id", "council_type_key", "measure", "letter_key", "complaint_kind"}
)
"""The columns by which a BI tool filters and joins. Each gets an index in every table in which no key starts
with the column."""
SEARCHED_COLUMNS = frozenset({"passage_text"})
"""The columns of English prose. Each gets an index for PostgreSQL's full-text search."""
_TYPES: dict[str, TypeEngine[Any]] = {
    "BIGINT": BigInteger(),
    "BOOLEAN": Boolean(),
    "DATE": Date(),
    "DOUBLE": Double(),
    "HUGEINT": Numeric(39, 0),
    "INTEGER": Integer(),
    "SMALLINT": SmallInteger(),
    "TIMESTAMP": DateTime(),
    "TINYINT": SmallInteger(),
    "VARCHAR": Text(),
}
_DECIMAL = re.compile(r"DECIMAL\((?P<precision>\d+),\s*(?P<scale>\d+)\)")
CONCAT_COLUMNS = 20
"""How many columns go into one `concat`: PostgreSQL allows at most 100 arguments, and a column takes up to four."""


class ServeError(ReleaseError):
    """A release cannot be put into PostgreSQL; the message says what was found and what to do."""


@dataclass(frozen=True)
class ServedColumn:
    """One column of a release's table: its name, DuckDB's type, whether it may be null, and its comment."""

    name: str
    duckdb_type: str
    is_nullable: bool
    comment: str | None

    @property
    def is_list(self) -> bool:
        return self.duckdb_type.endswith("[]")

    @property
    def item_type(self) -> str:
        """The DuckDB type of the items if the column holds lists, otherwise the DuckDB type of the column."""
        return self.duckdb_type.removesuffix("[]")

    def postgres_type(self) -> TypeEngine[Any] | None:
        """Return the column's type in PostgreSQL, or None if `_TYPES` has no type for the column's DuckDB type."""
        decimal = _DECIMAL.fullmatch(self.item_type)
        item = (
            _TYPES.get(self.item_type)
            if decimal is None
            else Numeric(int(decimal["precision"]), int(decimal["scale"]))
        )
        return ARRAY(item, dimensions=1) if item is not None and self.is_list else item

    def copied(self) -> str:
        """Return the expression with which DuckDB writes the column's value in a line of COPY's text format. A null
        becomes backslash N.
        """
        name = quoted(self.name)
        if self.is_list:
            item = r"""'"' || replace(replace(cast(item as varchar), '\', '\\'), '"', '\"') || '"'"""
            items = f"list_transform({name}, lambda item: coalesce({item}, 'NULL'))"
            text = f"'{{' || array_to_string({items}, ',') || '}}'"
        else:
            text = f"cast({name} as varchar)"
        if self.is_list or self.duckdb_type == "VARCHAR":
            for character, written in (("'\\'", r"\\"), ("chr(9)", r"\t"), ("chr(10)", r"\n"), ("chr(13)", r"\r")):
                text = f"replace({text}, {character}, '{written}')"
        return rf"coalesce({text}, '\N')"

    def canonical_in_duckdb(self) -> str:
        """Return the arguments of `concat` with which DuckDB writes the canonical text of the column's value."""
        name = quoted(self.name)
        if self.is_list:
            items = f"list_transform({name}, lambda item: {_item(self._value_in_duckdb('item'), 'strlen')})"
            return _measured(f"(len({name}) || ';' || array_to_string({items}, ''))", "strlen")
        if self.duckdb_type == "VARCHAR":
            return _measured(name, "strlen")
        return f"{self._value_in_duckdb(name)}, ','"

    def canonical_in_postgres(self) -> str:
        """Return the arguments of `concat` with which PostgreSQL writes the same canonical text that DuckDB writes
        by `canonical_in_duckdb`.
        """
        name = quoted(self.name)
        if self.is_list:
            item = _item(self._value_in_postgres("item"), "octet_length")
            items = (
                f"(select coalesce(string_agg({item}, '' order by place), '') "  # noqa: S608 - quoted  # nosec B608
                f"from unnest({name}) with ordinality as items (item, place))"
            )
            return _measured(f"(cardinality({name}) || ';' || {items})", "octet_length")
        if self.duckdb_type == "VARCHAR":
            return _measured(name, "octet_length")
        return f"{self._value_in_postgres(name)}, ','"

    def _value_in_duckdb(self, value: str) -> str:
        if self.item_type == "BOOLEAN":
            return f"left(cast({value} as varchar), 1)"
        if self.item_type != "DOUBLE":
            return f"cast({value} as varchar)"
        # 17 digits name a double exactly, and both sides print them alike; shortest texts can differ
        return (
            f"case when isfinite({value}) then format('{{:.16e}}', {value}) when isnan({value}) then 'NaN' "
            f"when {value} > 0 then 'Infinity' when {value} < 0 then '-Infinity' end"
        )

    def _value_in_postgres(self, value: str) -> str:
        if self.item_type == "BOOLEAN":
            return f"left(cast({value} as text), 1)"
        if self.item_type != "DOUBLE":
            return f"cast({value} as text)"
        return (
            f"case when abs({value}) < 'Infinity' then ltrim(to_char({value}, '9.9999999999999999EEEE')) "
            f"else cast({value} as text) end"
        )


@dataclass(frozen=True)
class ServedTable:
    """One table of a release: its schema and name in the DuckDB file, its columns in order, and its keys."""

    duckdb_schema: str
    name: str
    comment: str | None
    columns: tuple[ServedColumn, ...]
    keys: Keys

    def lines_query(self) -> str:
        """Return the query by which DuckDB gives the rows as lines of COPY's text format. Its result has one
        column, `line`.
        """
        fields = " || chr(9) || ".join(column.copied() for column in self.columns)
        return f"select {fields} || chr(10) as line from {self._in_duckdb}"  # noqa: S608 - quoted names  # nosec B608

    def checksum_in_duckdb(self) -> str:
        """Return the query by which DuckDB gives the number of rows and two sums of the rows' hashes.

        The sums do not depend on the order of the rows.
        """
        row = _concatenated([column.canonical_in_duckdb() for column in self.columns])
        high, low = (f"sum(cast('0x' || substr(hash, {start}, 15) as bigint))" for start in (1, 16))
        return (
            f"select count(*), coalesce({high}, 0), coalesce({low}, 0) "  # noqa: S608 - quoted names  # nosec B608
            f"from (select md5({row}) as hash from {self._in_duckdb})"
        )

    def checksum_in_postgres(self, schema: str) -> str:
        """Return the query by which PostgreSQL gives the number of rows and the two sums. If the rows are equal,
        the result equals that of `checksum_in_duckdb`.
        """
        row = _concatenated([column.canonical_in_postgres() for column in self.columns])
        high, low = (f"sum(cast(cast('x' || substr(hash, {start}, 15) as bit(60)) as bigint))" for start in (1, 16))
        return (
            f"select count(*), coalesce({high}, 0), coalesce({low}, 0) "  # noqa: S608 - quoted names  # nosec B608
            f"from (select md5({row}) as hash from {quoted(schema)}.{quoted(self.name)}) as hashes"
        )

    @property
    def _in_duckdb(self) -> str:
        return f"{quoted(self.duckdb_schema)}.{quoted(self.name)}"


def _measured(text: str, length: str) -> str:
    """Return the arguments of `concat` that give a text's length in bytes, a colon, the text and a comma. For a
    null, they give only the colon and the comma.
    """
    return f"{length}({text}), ':', {text}, ','"


def _item(value: str, length: str) -> str:
    """Return the expression that writes an item of a list: the item's length in bytes, a colon and the item. For a
    null the expression gives "-".
    """
    return f"coalesce({length}({value}) || ':' || {value}, '-')"


def _concatenated(fields: list[str]) -> str:
    starts = range(0, len(fields), CONCAT_COLUMNS)
    return " || ".join(f"concat({', '.join(fields[start : start + CONCAT_COLUMNS])})" for start in starts)


def quoted(name: str) -> str:
    """Return a name in double quotes, as DuckDB and PostgreSQL quote names."""
    return '"' + name.replace('"', '""') + '"'


def served_tables(folder: Path, warehouse: duckdb.DuckDBPyConnection) -> tuple[ServedTable, ...]:
    """Return the tables of a release: names, types and comments from its DuckDB file, keys from its data package.

    Raises ServeError if `_TYPES` has no type for the type of a column.
    """
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    keys = {
        Path(resource["path"]).stem: Keys.of_table_schema(resource["schema"]) for resource in package["resources"]
    }
    rows = warehouse.execute(
        """
        select tables.schema_name, tables.table_name, tables.comment,
               columns.column_name, columns.data_type, columns.is_nullable, columns.comment
        from duckdb_tables() as tables
        join duckdb_columns() as columns using (database_name, schema_name, table_name)
        where tables.database_name = current_database() and list_contains(?, tables.schema_name)
        order by tables.schema_name, tables.table_name, columns.column_index
        """,
        [list(PUBLISHED_SCHEMAS)],
    ).fetchall()
    columns: dict[tuple[str, str, str | None], list[ServedColumn]] = {}
    for schema, table, table_comment, *column in rows:
        columns.setdefault((schema, table, table_comment), []).append(ServedColumn(*column))
    tables = tuple(
        ServedTable(schema, name, comment, tuple(of_table), keys.get(name, Keys()))
        for (schema, name, comment), of_table in columns.items()
    )
    without_type = [
        f"{table.duckdb_schema}.{table.name}.{column.name} ({column.duckdb_type})"
        for table in tables
        for column in table.columns
        if column.postgres_type() is None
    ]
    if without_type:
        raise ServeError(
            f"PostgreSQL gets no column of these types: {', '.join(without_type)}; "
            "cast it in its model, or add its type to serving/tables.py with a test"
        )
    return tables


def declared(tables: tuple[ServedTable, ...], schema: str) -> dict[str, Table]:
    """Return SQLAlchemy's declaration of each table in a schema, by the table's name: columns, keys, indexes and
    comments.
    """
    metadata = MetaData(schema=schema)
    return {table.name: _declared(table, metadata) for table in tables}


def _declared(table: ServedTable, metadata: MetaData) -> Table:
    keys = table.keys
    declared = Table(
        table.name,
        metadata,
        *(
            Column(
                column.name,
                column.postgres_type(),
                nullable=column.is_nullable,
                autoincrement=False,  # a season that is a key is no serial number
                comment=column.comment,
            )
            for column in table.columns
        ),
        *([PrimaryKeyConstraint(*keys.primary)] if keys.primary else []),
        *(UniqueConstraint(*columns) for columns in keys.unique),
        *(
            ForeignKeyConstraint(
                foreign_key.columns,
                [f"{metadata.schema}.{foreign_key.table}.{column}" for column in foreign_key.key],
            )
            for foreign_key in keys.foreign_keys
        ),
        comment=table.comment,
    )
    for column in _indexed(table):
        Index(f"{table.name}_{column}_idx", declared.c[column])
    for searched in (column.name for column in table.columns if column.name in SEARCHED_COLUMNS):
        words = func.to_tsvector(text("'english'"), declared.c[searched])
        Index(f"{table.name}_{searched}_words_idx", words, postgresql_using="gin")
    return declared


def _indexed(table: ServedTable) -> Iterator[str]:
    """Yield the columns that get their own index: the columns in FILTER_COLUMNS, and the first column of each
    foreign key. A column with which the primary key or a unique key starts is left out.
    """
    first_of_keys = {columns[0] for columns in (table.keys.primary, *table.keys.unique) if columns}
    of_foreign_keys = {foreign_key.columns[0] for foreign_key in table.keys.foreign_keys}
    for column in table.columns:
        if column.name in FILTER_COLUMNS | of_foreign_keys and column.name not in first_of_keys:
            yield column.name
