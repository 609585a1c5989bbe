"""The schemas of a database that serves releases: make one run wait for another, find what is served, swap the
schemas, and drop old releases.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle

import psycopg
from psycopg import errors, sql
from sqlalchemy import Connection

from redress.warehouse.serving.reader_role import READER
from redress.warehouse.serving.statements import (
    INCOMING,
    MARK,
    RELEASE_TABLE,
    RUNBOOK,
    SCHEMA,
    SHOWN_COUNT,
    driver,
    execute,
)
from redress.warehouse.serving.tables import ServeError

RETIRED_PREFIX = "redress_retired_"
TURN_TIMEOUT_SECONDS = 120
"""How long a run waits for another run that is serving a release."""
LOCK_TRIES_SECONDS = (0.05, 0.1, 0.2, 0.4)
"""How long each try to lock tables lasts. After the last of these times the first follows again. No try keeps a
reader waiting for longer than the try lasts."""
LOCK_PAUSE_SECONDS = 0.05
DROP_PATIENCE_SECONDS = 1.0


def take_turn(connection: Connection) -> None:
    """Make the incoming schema. If another run is serving a release, and so has made the incoming schema in its
    transaction, wait until that transaction has ended.

    A schema's name is unique, so CREATE SCHEMA waits for another transaction that has made the schema and has not
    committed. An advisory lock would work too, but any reader could hold an advisory lock. Raises ServeError if the
    other run takes too long, if there is a committed schema with the name (a person made it, because no run leaves
    it behind), or if the database is not in UTF-8.
    """
    encoding = execute(connection, "show server_encoding")[0][0]
    if encoding != "UTF8":
        raise ServeError(f"the database has the encoding {encoding}: make it with encoding UTF8 (see {RUNBOOK})")
    execute(connection, "set local datestyle to 'ISO'")
    execute(connection, "set local timezone to 'UTC'")
    execute(connection, "set local search_path to pg_catalog")
    execute(connection, "set local statement_timeout to 0")
    execute(connection, "set local idle_in_transaction_session_timeout to 0")
    execute(connection, f"set local lock_timeout to '{TURN_TIMEOUT_SECONDS}s'")
    try:
        execute(connection, "create schema {}", INCOMING)
    except errors.LockNotAvailable:
        raise ServeError(
            f"another run has been serving a release for more than {TURN_TIMEOUT_SECONDS} s: try again after it"
        ) from None
    except errors.DuplicateSchema:
        raise ServeError(
            f"there is a schema {INCOMING}, which no run leaves behind: somebody has made it. See whether it holds "
            f"anything of value, drop it (drop schema {INCOMING} cascade), and serve again ({RUNBOOK})"
        ) from None


def served_release(connection: Connection) -> str | None:
    """Return the identity of the served release, or None before the first release. Raises ServeError if Redress did
    not make the served schema.
    """
    found = execute(
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


def swap(connection: Connection, patience_seconds: float) -> str | None:
    """Put the incoming schema in the place of the served schema. If readers held tables for longer than
    `patience_seconds`, return a sentence that says so; otherwise return None.

    A reader's statement looks up the names of its tables one after the other. All served tables are locked for the
    swap, so that no swap happens between two of these look-ups. If readers hold tables for longer than
    `patience_seconds`, the swap is made without the locks: renaming a schema needs no lock on a table.
    """
    found = execute(connection, "select oid from pg_namespace where nspname = %(name)s", name=SCHEMA)
    note = None
    if found:
        retired = f"{RETIRED_PREFIX}{found[0][0]}"
        if not _lock(connection, SCHEMA, patience_seconds):
            note = f"readers held tables for {patience_seconds:.0f} s, and the swap was made beside them"
        execute(connection, "alter schema {} rename to {}", SCHEMA, retired)
        execute(connection, "revoke all on schema {} from {}", retired, READER)
    execute(connection, "alter schema {} rename to {}", INCOMING, SCHEMA)
    return note


def _lock(connection: Connection, schema: str, patience_seconds: float) -> bool:
    """Lock a release's tables against everybody until the transaction ends. Return whether they could be locked
    within `patience_seconds`.

    The lock is tried again and again, and each try is short. A reader that holds one table and wants another table
    can wait for this transaction while this transaction waits for the reader. After a second, by default,
    PostgreSQL would find this deadlock and end one of the two transactions.
    """
    tables = sql.SQL(", ").join(sql.Identifier(schema, table) for table in _own_tables(connection, schema))
    statement = sql.SQL("lock table {} in access exclusive mode").format(tables)
    deadline = time.monotonic() + patience_seconds
    lengths = cycle(LOCK_TRIES_SECONDS)
    while True:
        with suppress(errors.QueryCanceled, errors.LockNotAvailable, errors.DeadlockDetected):
            with connection.begin_nested():
                execute(connection, f"set local statement_timeout to '{next(lengths) * 1000:.0f}ms'")
                driver(connection).execute(statement)
                execute(connection, "set local statement_timeout to 0")
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(LOCK_PAUSE_SECONDS)


def _own_tables(connection: Connection, schema: str) -> list[str]:
    """Return the names of the tables in a schema that a release brought there. Raises ServeError if the schema's
    table `release` does not say which tables these are.
    """
    try:
        with connection.begin_nested():
            stated = execute(connection, "select table_names from {}.{}", schema, RELEASE_TABLE)
    except (errors.UndefinedTable, errors.UndefinedColumn):
        stated = []
    if len(stated) != 1:
        raise ServeError(
            f"{schema}.{RELEASE_TABLE} does not say which tables of schema {schema} came with the release, and "
            f"nothing is dropped unasked: move what is yours to another schema, drop the rest "
            f"(drop schema {schema} cascade), and serve again ({RUNBOOK})"
        )
    rows = execute(
        connection,
        "select relname from pg_class join pg_namespace as n on relnamespace = n.oid "
        "where nspname = %(schema)s and relkind = 'r' and relname = any(%(stated)s) order by relname",
        schema=schema,
        stated=stated[0][0],
    )
    return [name for (name,) in rows]


def require_nothing_else(connection: Connection, schema: str) -> None:
    """Raise ServeError if a schema holds anything that no release brought.

    Each message names the owner of what was found. If PostgreSQL records no owner, the owner is the role that
    created the server, which has the oid 10.
    """
    found = execute(
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
        shown = "; ".join(one for (one,) in found[:SHOWN_COUNT])
        more = len(found) - SHOWN_COUNT
        raise ServeError(
            f"schema {schema} holds what came with no release: {shown}"
            + (f"; and {more} more" if more > 0 else "")
            + ". Nothing was changed, for it would go with the release: have its owner move it to another schema "
            f"(such as alter table ... set schema ...) or drop it, and serve again ({RUNBOOK})"
        )


def drop_retired(connection: Connection) -> Iterator[str]:
    """Drop each release that was served earlier, in a transaction of its own. Yield a sentence for each release
    that cannot be dropped.
    """
    with connection.begin():
        retired = execute(
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
                require_nothing_else(connection, schema)
                is_free = _lock(connection, schema, DROP_PATIENCE_SECONDS)
                if is_free:
                    _drop(connection, schema)
        except (psycopg.Error, ServeError) as error:
            yield f"release {release_id} could not be dropped ({schema}): {error}"
        else:
            if not is_free:
                yield f"release {release_id} is still being read ({schema}): the next run drops it"


def _drop(connection: Connection, schema: str) -> None:
    """Drop the tables of a release and their schema. PostgreSQL refuses if other people made objects in the schema,
    or objects that depend on the tables.
    """
    tables = sql.SQL(", ").join(sql.Identifier(schema, table) for table in _own_tables(connection, schema))
    driver(connection).execute(sql.SQL("drop table {}").format(tables))
    execute(connection, "drop schema {}", schema)
