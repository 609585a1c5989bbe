"""Make a release's tables in the incoming schema, which no reader sees yet: create and fill them, compare them with
the release's file, and add keys.
"""

import datetime as dt

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import sql
from sqlalchemy import ARRAY, Column, Connection, DateTime, ForeignKeyConstraint, MetaData, Table, Text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import (
    AddConstraint,
    ColumnCollectionConstraint,
    CreateIndex,
    CreateTable,
    SetColumnComment,
    SetTableComment,
)

from redress.warehouse.serving.statements import INCOMING, MARK, RELEASE_TABLE, SCHEMA, cause, driver, execute
from redress.warehouse.serving.tables import ServedTable, ServeError, declared

BATCH_ROWS = 20_000


def build_beside(
    connection: Connection, warehouse: duckdb.DuckDBPyConnection, tables: tuple[ServedTable, ...]
) -> dict[str, int]:
    """Make a release's tables in the incoming schema, with rows, keys and indexes. Return the number of rows of
    each table, by the table's name.

    Raises ServeError if a table cannot be copied, differs from its table in the release's file, breaks a key, or
    has the name of the table that says which release is served.
    """
    if any(table.name == RELEASE_TABLE for table in tables):
        raise ServeError(f"a table of the release is called {RELEASE_TABLE}, which says in {SCHEMA} what is served")
    made = declared(tables, INCOMING)
    # keys are added after the rows, which is cheaper; so they are removed from CREATE TABLE here
    keys = [AddConstraint(key) for table in made.values() for key in _keys(table)]
    rows_counts = {}
    for table in tables:
        _create(connection, made[table.name])
        try:
            copy_rows(connection, warehouse, table)
        except psycopg.DataError as error:
            raise ServeError(f"{table.name} cannot be copied, and nothing was swapped: {error}") from error
        rows_counts[table.name] = _require_equal(connection, warehouse, table)
    for addition in sorted(keys, key=lambda key: isinstance(key.element, ForeignKeyConstraint)):
        _add_key(connection, addition)
    for made_table in made.values():
        for index in sorted(made_table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))
        execute(connection, "analyze {}.{}", INCOMING, made_table.name)
    return rows_counts


def _create(connection: Connection, table: Table) -> None:
    """Create a table with its comments."""
    connection.execute(CreateTable(table))
    if table.comment:
        connection.execute(SetTableComment(table))
    for column in table.columns:
        if column.comment:
            connection.execute(SetColumnComment(column))


def _keys(table: Table) -> list[ColumnCollectionConstraint]:
    """Return a table's keys in a fixed order, without the empty primary key that SQLAlchemy gives a table that has
    no primary key.
    """
    keys = [
        constraint
        for constraint in table.constraints
        if isinstance(constraint, ColumnCollectionConstraint) and len(constraint.columns)
    ]
    return sorted(keys, key=lambda one: (type(one).__name__, [column.name for column in one.columns]))


def _add_key(connection: Connection, addition: AddConstraint) -> None:
    """Add a key. Raises ServeError if the rows break the key."""
    try:
        connection.execute(addition)
    except IntegrityError as error:
        raise ServeError(
            f"{addition.element.table.name} breaks one of its keys, and nothing was swapped: {cause(error)}"
        ) from error


def copy_rows(connection: Connection, warehouse: duckdb.DuckDBPyConnection, table: ServedTable) -> None:
    """Copy the rows of a table into the incoming schema, BATCH_ROWS rows at a time.

    COPY FREEZE is used: without it, a transaction that began before the swap of the schemas would find the new
    tables empty. PostgreSQL allows COPY FREEZE only for a table that was made in the same transaction.
    """
    batches = warehouse.sql(table.lines_query()).to_arrow_reader(BATCH_ROWS)
    statement = sql.SQL("copy {} from stdin (format text, freeze)").format(sql.Identifier(INCOMING, table.name))
    with driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for batch in batches:
            whole = pa.ListArray.from_arrays(pa.array([0, batch.num_rows], pa.int32()), batch.column(0))
            copy.write(memoryview(pc.binary_join(whole, "")[0].as_buffer()))


def _require_equal(connection: Connection, warehouse: duckdb.DuckDBPyConnection, table: ServedTable) -> int:
    """Return the number of rows of a table. Raises ServeError if the rows in PostgreSQL are not those in the
    release's file.
    """
    [(sent_count, *sent_sums)] = warehouse.execute(table.checksum_in_duckdb()).fetchall()
    [(arrived_count, *arrived_sums)] = driver(connection).execute(table.checksum_in_postgres(INCOMING)).fetchall()
    if sent_count != arrived_count:
        raise ServeError(
            f"{table.name} has {sent_count} rows in the file and {arrived_count} in PostgreSQL: nothing was swapped"
        )
    if [int(total) for total in sent_sums] != [int(total) for total in arrived_sums]:
        raise ServeError(
            f"{table.name} has {sent_count} rows on both sides, and their checksums differ: nothing was swapped"
        )
    return int(sent_count)


def state_release(connection: Connection, release_id: str, table_names: list[str]) -> None:
    """Make the table that says which release is served, and write Redress's mark into the schema's comment.

    The table's row is written as `copy_rows` writes the rows of the other tables, so that even a transaction that
    began earlier sees the row. So every transaction that sees the release's tables also sees which release they
    belong to.
    """
    made = Table(
        RELEASE_TABLE,
        MetaData(schema=INCOMING),
        Column("release_id", Text, primary_key=True, comment="The release that this schema holds."),
        Column("published_at", DateTime(timezone=True), nullable=False, comment="When it was put here."),
        Column(
            "table_names",
            ARRAY(Text, dimensions=1),
            nullable=False,
            comment="The tables that came with it, this one among them: a later release drops these and no others.",
        ),
        comment="One row: the release that is served.",
    )
    _create(connection, made)
    statement = sql.SQL("copy {} from stdin (format text, freeze)").format(sql.Identifier(INCOMING, RELEASE_TABLE))
    with driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        copy.write_row((release_id, dt.datetime.now(dt.UTC), [*table_names, RELEASE_TABLE]))
    driver(connection).execute(
        sql.SQL("comment on schema {} is {}").format(sql.Identifier(INCOMING), sql.Literal(MARK + release_id))
    )
