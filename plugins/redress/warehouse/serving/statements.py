"""Send statements to PostgreSQL in a transaction of SQLAlchemy, with names quoted and values bound."""

from contextlib import suppress
from typing import Any

import psycopg
from psycopg import errors, sql
from sqlalchemy import Connection


def driver(connection: Connection) -> psycopg.Connection[tuple[Any, ...]]:
    """Return psycopg's connection below a connection of SQLAlchemy, for COPY and for statements that are composed
    from names.
    """
    found = connection.connection.driver_connection
    if not isinstance(found, psycopg.Connection):
        raise TypeError(f"psycopg 3 is expected, and {type(found)} was found")
    return found


def execute(connection: Connection, statement: str, *names: str, **values: object) -> list[tuple[Any, ...]]:
    """Execute a statement in which each `{}` is a name to quote and each `%(...)s` a value. Return the statement's
    rows.
    """
    composed = sql.SQL(statement).format(*(sql.Identifier(name) for name in names))
    cursor = driver(connection).execute(composed, values or None)
    return cursor.fetchall() if cursor.description is not None else []


def attempt(connection: Connection, statement: str, *names: str) -> None:
    """Execute a statement. If the user has no right to execute it, change nothing and raise no error."""
    with suppress(errors.InsufficientPrivilege), connection.begin_nested():
        execute(connection, statement, *names)


def cause(error: Exception) -> Exception:
    """Return the driver's error behind an error of SQLAlchemy, because SQLAlchemy's own text repeats the
    statement.
    """
    return getattr(error, "orig", None) or error


SCHEMA = "marts"


RELEASE_TABLE = "release"


INCOMING = "redress_incoming"


MARK = "Redress release "
"""The beginning of the comment on each schema that Redress made. No other schema is ever renamed or dropped."""


RUNBOOK = "docs/runbooks/serving.md"


SHOWN_COUNT = 5
"""How many items of a long list a message shows."""
