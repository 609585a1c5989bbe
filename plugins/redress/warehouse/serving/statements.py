"""Statements to PostgreSQL in a transaction of SQLAlchemy's: names are quoted, and values are bound."""

from contextlib import suppress
from typing import Any

import psycopg
from psycopg import errors, sql
from sqlalchemy import Connection


def driver(connection: Connection) -> psycopg.Connection[tuple[Any, ...]]:
    """psycopg's own connection, for COPY and for statements that are put together from names."""
    found = connection.connection.driver_connection
    if not isinstance(found, psycopg.Connection):
        raise TypeError(f"psycopg 3 is expected, and {type(found)} was found")
    return found


def execute(connection: Connection, statement: str, *names: str, **values: object) -> list[tuple[Any, ...]]:
    """A statement with `{}` for each name, quoted, and `%(...)s` for values; its rows."""
    composed = sql.SQL(statement).format(*(sql.Identifier(name) for name in names))
    cursor = driver(connection).execute(composed, values or None)
    return cursor.fetchall() if cursor.description is not None else []


def attempt(connection: Connection, statement: str, *names: str) -> None:
    """A statement that a user without the right to it does without."""
    with suppress(errors.InsufficientPrivilege), connection.begin_nested():
        execute(connection, statement, *names)


def cause(error: Exception) -> Exception:
    """The driver's error: SQLAlchemy's own text repeats the statement."""
    return getattr(error, "orig", None) or error


SCHEMA = "marts"


RELEASE_TABLE = "release"


INCOMING = "redress_incoming"


MARK = "Redress release "
"""The comment on a schema of ours starts with this: no other schema is ever renamed or dropped."""


RUNBOOK = "docs/runbooks/serving.md"


SHOWN_COUNT = 5
"""How much of a long list a message shows."""
