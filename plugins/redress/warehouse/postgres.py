"""PostgreSQL as the serving warehouse: a release put before many readers in one transaction, checked before.

    marts                        the tables of the release that is served, and `release`, which says which one
    redress_incoming             being made, within a transaction that nobody sees
    redress_retired_<number>     a release that was served before, while a reader still holds it

The transaction makes the tables beside the served ones, copies the rows, compares them with the DuckDB file,
renames both schemas and commits. Whatever ends it before leaves nothing behind, and the served release as it was.
"""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg import errors, sql
from sqlalchemy import (
    ARRAY,
    URL,
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKeyConstraint,
    MetaData,
    Table,
    Text,
    create_engine,
    make_url,
)
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import (
    AddConstraint,
    ColumnCollectionConstraint,
    CreateIndex,
    CreateTable,
    SetColumnComment,
    SetTableComment,
)

from redress.printable import printable
from redress.settings import Settings
from redress.warehouse.releases import Releases
from redress.warehouse.served_tables import ServedTable, ServeError, declared, served_tables

SCHEMA = "marts"
READER = "redress_reader"
"""The role that may read the served schema and nothing else; logins of people and tools are made members of it."""
RELEASE_TABLE = "release"
INCOMING = "redress_incoming"
RETIRED_PREFIX = "redress_retired_"
MARK = "Redress release "
"""The comment on a schema of ours starts with this: no other schema is ever renamed or dropped."""
RUNBOOK = "docs/runbooks/serving.md"

CONNECT_TIMEOUT_SECONDS = 10
TURN_TIMEOUT_SECONDS = 120
"""How long another run that is serving is waited for."""
LOCK_TRIES_SECONDS = (0.05, 0.1, 0.2, 0.4)
"""How long tries to lock tables last, by turns: the most that a reader waits for one."""
LOCK_PAUSE_SECONDS = 0.05
DROP_PATIENCE_SECONDS = 1.0
SECRET_OPTIONS = ("password", "sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret")
"""Parameters of an address whose values nobody is shown."""
BATCH_ROWS = 20_000
SHOWN_COUNT = 5


@dataclass(frozen=True)
class Served:
    """What serving a release came to. `notes` say what readers had a part in, such as a release they still hold."""

    release_id: str
    place: str
    is_new: bool
    tables_count: int = 0
    rows_count: int = 0
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.is_new:
            told = (
                f"release {self.release_id} is served by {self.place}: {self.tables_count} tables, "
                f"{self.rows_count} rows, each table the same as in the file"
            )
        else:
            told = f"release {self.release_id} is served by {self.place} already"
        return "; ".join([told, *self.notes])


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL database that serves releases. `address` may hold a password, and is never shown.

    `patience_seconds` is how long a moment is waited for in which no reader holds a table; after it the swap is
    made all the same.
    """

    address: str = field(repr=False)
    patience_seconds: float = 5.0

    def url(self) -> URL:
        """The address for SQLAlchemy and psycopg. Raises ServeError, which does not repeat it, where it is none."""
        try:
            url = make_url(self.address)
        except (ArgumentError, ValueError):
            url = None
        if (
            url is None
            or url.get_backend_name() not in ("postgresql", "postgres")
            or not url.database
            or "@" in url.database
            or self.address.count("@") > 1  # what follows the first would be taken for the host, and shown
        ):
            raise ServeError(
                "REDRESS_SERVE_URL is no address of a PostgreSQL database; it has to look like "
                "postgresql://user@host:5432/database (signs such as @ and / in a password as %40 and %2F)"
            )
        return url.set(drivername="postgresql+psycopg")

    @property
    def place(self) -> str:
        """The database as people call it: host and name, without user and password."""
        url = self.url()
        return printable(f"{url.host or url.query.get('host') or 'localhost'}/{url.database}")

    def serve(self, release: Path) -> Served:
        """Put a release before the readers, whole or not at all; nothing is done where it is served already.

        `release` is a release's folder. Raises ServeError where PostgreSQL cannot be reached or refuses, where the
        served schema holds what no release brought, where the reading role could do more than read, and where a
        table in PostgreSQL is not the table of the file: the release that was served before still is, then.
        """
        with self._connected() as connection:
            served = self._swap_in(connection, release)
            return replace(served, notes=(*served.notes, *_drop_retired(connection)))

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection; what goes wrong while it is used is told without the address and its password."""
        url = self.url()
        try:
            with _engine(url).connect() as connection:
                yield connection
        except (SQLAlchemyError, psycopg.Error, UnicodeError) as error:  # a host or password may be no text
            raise ServeError(f"{self.place}: {_without_secrets(str(_cause(error)), url)}") from None

    def _swap_in(self, connection: Connection, release: Path) -> Served:
        """The one transaction, which changes nothing where the release is served already."""
        with connection.begin() as transaction:
            _take_turn(connection)
            served_before = _served_release(connection)
            if served_before == release.name:
                transaction.rollback()
                return Served(release.name, self.place, is_new=False)
            if served_before is not None:
                _require_nothing_else(connection, SCHEMA)
            try:
                # opened as others in this process may have it open: DuckDB refuses two configurations
                warehouse = duckdb.connect(str(release / "warehouse.duckdb"), read_only=True)
            except duckdb.Error as error:
                raise ServeError(f"release {release.name} cannot be read: {error}") from error
            with warehouse:
                warehouse.execute("set enable_progress_bar = false")  # it would be drawn to standard output
                tables = served_tables(release, warehouse)
                rows_counts = _build_beside(connection, warehouse, tables)
            _state_release(connection, release.name, sorted(rows_counts))
            _grant_reading(connection)
            _require_a_reader_who_only_reads(connection)
            waited = _swap(connection, self.patience_seconds)
        notes = () if waited is None else (waited,)
        return Served(release.name, self.place, True, len(rows_counts), sum(rows_counts.values()), notes)


def _engine(url: URL) -> Engine:
    return create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "client_encoding": "utf8",
            "application_name": "redress",
        },
    )


def _cause(error: Exception) -> Exception:
    """The driver's error: SQLAlchemy's own text repeats the statement."""
    return getattr(error, "orig", None) or error


def _without_secrets(text: str, url: URL) -> str:
    in_query = (one for name in SECRET_OPTIONS for one in url.normalized_query.get(name, ()))
    for secret in (url.password, *in_query):
        if secret:
            text = text.replace(str(secret), "***")
    return text.strip()


def _driver(connection: Connection) -> psycopg.Connection[tuple[Any, ...]]:
    """psycopg's own connection, for COPY and for statements that are put together from names."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError(f"psycopg 3 is expected, and {type(driver)} was found")
    return driver


def _execute(connection: Connection, statement: str, *names: str, **values: object) -> list[tuple[Any, ...]]:
    """A statement with `{}` for each name, quoted, and `%(...)s` for values; its rows."""
    composed = sql.SQL(statement).format(*(sql.Identifier(name) for name in names))
    cursor = _driver(connection).execute(composed, values or None)
    return cursor.fetchall() if cursor.description is not None else []


def _take_turn(connection: Connection) -> None:
    """Begin to build beside: a second run waits here until the first has ended.

    A schema's name is unique, so making it waits for whoever has made it and not yet committed. An advisory lock
    would do as well, but any reader could hold one.
    """
    encoding = _execute(connection, "show server_encoding")[0][0]
    if encoding != "UTF8":
        raise ServeError(f"the database has the encoding {encoding}: make it with encoding UTF8 (see {RUNBOOK})")
    _execute(connection, "set local datestyle to 'ISO'")
    _execute(connection, "set local timezone to 'UTC'")
    _execute(connection, "set local search_path to pg_catalog")
    _execute(connection, "set local statement_timeout to 0")
    _execute(connection, "set local idle_in_transaction_session_timeout to 0")
    _execute(connection, f"set local lock_timeout to '{TURN_TIMEOUT_SECONDS}s'")
    try:
        _execute(connection, "create schema {}", INCOMING)
    except errors.LockNotAvailable:
        raise ServeError(
            f"another run has been serving a release for more than {TURN_TIMEOUT_SECONDS} s: try again after it"
        ) from None
    except errors.DuplicateSchema:
        raise ServeError(
            f"there is a schema {INCOMING}, which no run leaves behind: somebody has made it. See whether it holds "
            f"anything of value, drop it (drop schema {INCOMING} cascade), and serve again ({RUNBOOK})"
        ) from None


def _served_release(connection: Connection) -> str | None:
    """The release that is served, or None before the first. Raises ServeError where the schema is another's."""
    found = _execute(
        connection,
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %(name)s",
        name=SCHEMA,
    )
    if not found:
        return None
    comment = found[0][0] or ""
    if not comment.startswith(MARK):
        raise ServeError(
            f"there is a schema {SCHEMA} that Redress has not made: give Redress a database of its own ({RUNBOOK})"
        )
    return comment.removeprefix(MARK)


def _build_beside(
    connection: Connection, warehouse: duckdb.DuckDBPyConnection, tables: tuple[ServedTable, ...]
) -> dict[str, int]:
    """The tables with their rows, keys and indexes in the incoming schema; the number of rows by table.

    Raises ServeError where a table differs from the file's.
    """
    if any(table.name == RELEASE_TABLE for table in tables):
        raise ServeError(f"a table of the release is called {RELEASE_TABLE}, which says in {SCHEMA} what is served")
    made = declared(tables, INCOMING)
    # keys come when the rows are there, which costs less than with each row; this takes them out of CREATE TABLE
    keys = [AddConstraint(key) for one in made.values() for key in _keys(one)]
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
    for one in made.values():
        for index in sorted(one.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))
        _execute(connection, "analyze {}.{}", INCOMING, one.name)
    return rows_counts


def _create(connection: Connection, table: Table) -> None:
    """A table with its comments."""
    connection.execute(CreateTable(table))
    if table.comment:
        connection.execute(SetTableComment(table))
    for column in table.columns:
        if column.comment:
            connection.execute(SetColumnComment(column))


def _keys(table: Table) -> list[ColumnCollectionConstraint]:
    """A table's keys in an order of their own; SQLAlchemy gives a table without a primary key an empty one."""
    keys = [one for one in table.constraints if isinstance(one, ColumnCollectionConstraint) and len(one.columns)]
    return sorted(keys, key=lambda one: (type(one).__name__, [column.name for column in one.columns]))


def _add_key(connection: Connection, addition: AddConstraint) -> None:
    """A key. Raises ServeError where the rows do not keep it."""
    try:
        connection.execute(addition)
    except IntegrityError as error:
        raise ServeError(
            f"{addition.element.table.name} breaks one of its keys, and nothing was swapped: {_cause(error)}"
        ) from error


def copy_rows(connection: Connection, warehouse: duckdb.DuckDBPyConnection, table: ServedTable) -> None:
    """The rows of a table into the incoming schema; a batch is one buffer from DuckDB to the server.

    The table has to be made in the same transaction, for its rows are frozen at once: readers whose snapshot is
    older than the rows see them too. Without that a transaction of one snapshot that reads across a swap would find
    tables without rows.
    """
    batches = warehouse.sql(table.lines_query()).to_arrow_reader(BATCH_ROWS)
    statement = sql.SQL("copy {} from stdin (format text, freeze)").format(sql.Identifier(INCOMING, table.name))
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for batch in batches:
            whole = pa.ListArray.from_arrays(pa.array([0, batch.num_rows], pa.int32()), batch.column(0))
            copy.write(memoryview(pc.binary_join(whole, "")[0].as_buffer()))


def _require_equal(connection: Connection, warehouse: duckdb.DuckDBPyConnection, table: ServedTable) -> int:
    """The number of rows that a table has on both sides. Raises ServeError where rows or values differ."""
    [(sent_count, *sent_sums)] = warehouse.execute(table.checksum_in_duckdb()).fetchall()
    [(arrived_count, *arrived_sums)] = _driver(connection).execute(table.checksum_in_postgres(INCOMING)).fetchall()
    if sent_count != arrived_count:
        raise ServeError(
            f"{table.name} has {sent_count} rows in the file and {arrived_count} in PostgreSQL: nothing was swapped"
        )
    if [int(one) for one in sent_sums] != [int(one) for one in arrived_sums]:
        raise ServeError(
            f"{table.name} has {sent_count} rows on both sides, and their checksums differ: nothing was swapped"
        )
    return int(sent_count)


def _state_release(connection: Connection, release_id: str, table_names: list[str]) -> None:
    """The table that says which release this is, and the schema's mark.

    Its row is frozen as those of the other tables are, so that no snapshot finds tables without their release.
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
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        copy.write_row((release_id, dt.datetime.now(dt.UTC), [*table_names, RELEASE_TABLE]))
    _driver(connection).execute(
        sql.SQL("comment on schema {} is {}").format(sql.Identifier(INCOMING), sql.Literal(MARK + release_id))
    )


def _grant_reading(connection: Connection) -> None:
    """The reading role, which is made where it is not there, may read what is in the incoming schema.

    What PostgreSQL lets everybody do in a database is taken back as far as this user may: making temporary tables
    and large objects, and in old versions tables in `public`.
    """
    if not _execute(connection, "select from pg_roles where rolname = %(role)s", role=READER):
        try:
            _execute(connection, "create role {} nologin", READER)
        except errors.InsufficientPrivilege:
            raise ServeError(
                f"there is no role {READER}, and this user may not make one: "
                f"have an administrator do it (create role {READER} nologin; see {RUNBOOK})"
            ) from None
    _execute(connection, "revoke all on schema {} from public", INCOMING)
    _execute(connection, "grant usage on schema {} to {}", INCOMING, READER)
    _execute(connection, "grant select on all tables in schema {} to {}", INCOMING, READER)
    _execute(connection, "alter default privileges in schema {} grant select on tables to {}", INCOMING, READER)
    [(database,)] = _execute(connection, "select current_database()")
    _attempt(connection, "grant connect on database {} to {}", database, READER)
    if _execute(
        connection, "select where has_database_privilege(%(role)s, current_database(), 'TEMP')", role=READER
    ):
        _attempt(connection, "revoke temporary on database {} from public", database)
    for name, arguments in (("lo_creat", "integer"), ("lo_create", "oid"), ("lo_from_bytea", "oid, bytea")):
        function = f"{name}({arguments})"
        if _execute(
            connection, "select where has_function_privilege(%(role)s, %(f)s, 'EXECUTE')", role=READER, f=function
        ):
            _attempt(connection, f"revoke execute on function {{}}({arguments}) from public", name)
    if _execute(
        connection,
        "select from pg_namespace where nspname = 'public' and has_schema_privilege(%(role)s, oid, 'CREATE')",
        role=READER,
    ):
        _attempt(connection, "revoke create on schema {} from public", "public")


def _attempt(connection: Connection, statement: str, *names: str) -> None:
    """A statement that a user without the right to it does without."""
    with suppress(errors.InsufficientPrivilege), connection.begin_nested():
        _execute(connection, statement, *names)


def _require_a_reader_who_only_reads(connection: Connection) -> None:
    """Raise ServeError where the reading role may change anything, or read what is not of the release."""
    found = _execute(
        connection,
        """
        with tables as (
            select c.oid, n.nspname, format('%%I.%%I', n.nspname, c.relname) as name
            from pg_class as c
            join pg_namespace as n on c.relnamespace = n.oid
            where c.relkind in ('r', 'p', 'v', 'm', 'f')
            and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            and has_schema_privilege(%(role)s, n.oid, 'USAGE')
        )
        select 'make temporary tables' where has_database_privilege(%(role)s, current_database(), 'TEMP')
        union all
        select 'make schemas' where has_database_privilege(%(role)s, current_database(), 'CREATE')
        union all
        select format('make tables in schema %%I', nspname)
        from pg_namespace
        where nspname !~ '^pg_' and has_schema_privilege(%(role)s, oid, 'CREATE')
        union all
        select 'change ' || name
        from tables
        where has_table_privilege(%(role)s, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
        or has_any_column_privilege(%(role)s, oid, 'INSERT, UPDATE, REFERENCES')
        union all
        select 'read ' || name
        from tables
        where nspname not in (%(served)s, %(incoming)s) and has_any_column_privilege(%(role)s, oid, 'SELECT')
        """,
        role=READER,
        served=SCHEMA,
        incoming=INCOMING,
    )
    if found:
        rights = [right for (right,) in found]
        told = "; ".join(rights[:SHOWN_COUNT])
        more = len(rights) - SHOWN_COUNT
        raise ServeError(
            f"the role {READER} may do more than read schema {SCHEMA}, and nothing was swapped. It may: {told}"
            + (f"; and {more} more" if more > 0 else "")
            + f". Take that away from it and from public, or give Redress a database of its own ({RUNBOOK})"
        )


def _swap(connection: Connection, patience_seconds: float) -> str | None:
    """The incoming schema becomes the served one; what is to be told where readers stood in the way.

    A statement looks up the names of its tables one after the other. To keep the swap from coming between two of
    them, all served tables are locked for its moment. Where a reader holds a table for minutes, the swap is made
    beside it: renaming a schema needs no table's lock.
    """
    found = _execute(connection, "select oid from pg_namespace where nspname = %(name)s", name=SCHEMA)
    told = None
    if found:
        retired = f"{RETIRED_PREFIX}{found[0][0]}"
        if not _lock(connection, SCHEMA, patience_seconds):
            told = f"readers held tables for {patience_seconds:.0f} s, and the swap was made beside them"
        _execute(connection, "alter schema {} rename to {}", SCHEMA, retired)
        _execute(connection, "revoke all on schema {} from {}", retired, READER)
    _execute(connection, "alter schema {} rename to {}", INCOMING, SCHEMA)
    return told


def _lock(connection: Connection, schema: str, patience_seconds: float) -> bool:
    """Lock a release's tables against everybody to the transaction's end; False where that cannot be had.

    A reader who has one table and wants the next can wait for us while we wait for it. A try ends long before
    PostgreSQL looks for such deadlocks (after a second, unless set otherwise) and would end one of the two.
    """
    tables = sql.SQL(", ").join(sql.Identifier(schema, table) for table in _own_tables(connection, schema))
    statement = sql.SQL("lock table {} in access exclusive mode").format(tables)
    deadline = time.monotonic() + patience_seconds
    lengths = cycle(LOCK_TRIES_SECONDS)
    while True:
        with suppress(errors.QueryCanceled, errors.LockNotAvailable, errors.DeadlockDetected):
            with connection.begin_nested():
                _execute(connection, f"set local statement_timeout to '{next(lengths) * 1000:.0f}ms'")
                _driver(connection).execute(statement)
                _execute(connection, "set local statement_timeout to 0")
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(LOCK_PAUSE_SECONDS)


def _own_tables(connection: Connection, schema: str) -> list[str]:
    """The tables that came with a schema's release, as far as they are there.

    Raises ServeError where the schema does not say which they are.
    """
    try:
        with connection.begin_nested():
            stated = _execute(connection, "select table_names from {}.{}", schema, RELEASE_TABLE)
    except (errors.UndefinedTable, errors.UndefinedColumn):
        stated = []
    if len(stated) != 1:
        raise ServeError(
            f"{schema}.{RELEASE_TABLE} does not say which tables of schema {schema} came with the release, and "
            f"nothing is dropped unasked: move what is yours to another schema, drop the rest "
            f"(drop schema {schema} cascade), and serve again ({RUNBOOK})"
        )
    rows = _execute(
        connection,
        "select relname from pg_class join pg_namespace as n on relnamespace = n.oid "
        "where nspname = %(schema)s and relkind = 'r' and relname = any(%(stated)s) order by relname",
        schema=schema,
        stated=stated[0][0],
    )
    return [name for (name,) in rows]


def _require_nothing_else(connection: Connection, schema: str) -> None:
    """Raise ServeError where a schema holds anything that did not come with its release: it would go with it.

    PostgreSQL notes no owner for what belongs to the role that made the server, whose oid is 10.
    """
    found = _execute(
        connection,
        """
        select what.type || ' ' || what.identity || ' of ' || quote_ident(pg_get_userbyid(coalesce(o.refobjid, 10)))
        from pg_depend as d
        cross join pg_identify_object(d.classid, d.objid, 0) as what
        left join pg_shdepend as o
        on o.classid = d.classid and o.objid = d.objid and o.objsubid = 0 and o.deptype = 'o'
        and o.dbid = (select oid from pg_database where datname = current_database())
        where d.refclassid = 'pg_namespace'::regclass and d.deptype = 'n'
        and d.refobjid = (select oid from pg_namespace where nspname = %(schema)s)
        and not (d.classid = 'pg_class'::regclass and d.objid = any(
            select oid from pg_class where relnamespace = d.refobjid and relname = any(%(own)s)
        ))
        order by 1
        """,
        schema=schema,
        own=_own_tables(connection, schema),
    )
    if found:
        told = "; ".join(one for (one,) in found[:SHOWN_COUNT])
        more = len(found) - SHOWN_COUNT
        raise ServeError(
            f"schema {schema} holds what came with no release: {told}"
            + (f"; and {more} more" if more > 0 else "")
            + ". Nothing was changed, for it would go with the release: have its owner move it to another schema "
            f"(such as alter table ... set schema ...) or drop it, and serve again ({RUNBOOK})"
        )


def _drop_retired(connection: Connection) -> Iterator[str]:
    """Drop releases that were served before, each in a transaction of its own; why one could not be dropped yet."""
    with connection.begin():
        retired = _execute(
            connection,
            "select nspname, obj_description(oid, 'pg_namespace') from pg_namespace "
            "where starts_with(nspname, %(prefix)s) "
            "and starts_with(obj_description(oid, 'pg_namespace'), %(mark)s) order by oid",
            prefix=RETIRED_PREFIX,
            mark=MARK,
        )
    for schema, mark in retired:
        release_id = mark.removeprefix(MARK)
        try:
            with connection.begin():
                _require_nothing_else(connection, schema)
                is_free = _lock(connection, schema, DROP_PATIENCE_SECONDS)
                if is_free:
                    _drop(connection, schema)
        except (psycopg.Error, ServeError) as error:
            yield f"release {release_id} could not be dropped ({schema}): {error}"
        else:
            if not is_free:
                yield f"release {release_id} is still being read ({schema}): the next run drops it"


def _drop(connection: Connection, schema: str) -> None:
    """Drop a release's tables and the schema, and nothing of anybody else's that is made in it or on them."""
    tables = sql.SQL(", ").join(sql.Identifier(schema, table) for table in _own_tables(connection, schema))
    _driver(connection).execute(sql.SQL("drop table {}").format(tables))
    _execute(connection, "drop schema {}", schema)


def serve_current(settings: Settings) -> Served:
    """Put the current release of a warehouse into the database that the settings name.

    Raises ServeError where no database is named or nothing has been released, and as `Postgres.serve` does.
    """
    if not settings.serve_url:
        raise ServeError(f"REDRESS_SERVE_URL names no database: postgresql://user@host:5432/database ({RUNBOOK})")
    releases = Releases(settings.warehouse_folder)
    current = releases.current()
    if current is None:
        raise ServeError(f"there is no release in {releases.folder} yet: redress run makes one")
    return Postgres(settings.serve_url.get_secret_value()).serve(current)
