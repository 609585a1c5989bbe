"""PostgreSQL as the serving warehouse: a release put before many readers in one transaction, checked before.

    marts                        the tables of the release that is served, and `release`, which says which one
    redress_incoming             being made, within a transaction that nobody sees
    redress_retired_<number>     a release that was served before, while a reader still holds it

The transaction makes the tables beside the served ones, copies the rows, compares them with the DuckDB file,
renames both schemas and commits. Whatever ends it before leaves nothing behind, and the served release as it was.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from redress.model.printable import printable
from redress.settings import Settings
from redress.warehouse.releases.releases import Releases
from redress.warehouse.serving.incoming import build_beside, state_release
from redress.warehouse.serving.reader_role import grant_reading, require_a_reader_who_only_reads
from redress.warehouse.serving.schemas import drop_retired, require_nothing_else, served_release, swap, take_turn
from redress.warehouse.serving.statements import RUNBOOK, SCHEMA, cause
from redress.warehouse.serving.tables import ServeError, served_tables

CONNECT_TIMEOUT_SECONDS = 10
SECRET_OPTIONS = ("password", "sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret")
"""Parameters of an address whose values nobody is shown."""


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
            return replace(served, notes=(*served.notes, *drop_retired(connection)))

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection; what goes wrong while it is used is told without the address and its password."""
        url = self.url()
        try:
            with _engine(url).connect() as connection:
                yield connection
        except (SQLAlchemyError, psycopg.Error, UnicodeError) as error:  # a host or password may be no text
            raise ServeError(f"{self.place}: {_without_secrets(str(cause(error)), url)}") from None

    def _swap_in(self, connection: Connection, release: Path) -> Served:
        """The one transaction, which changes nothing where the release is served already."""
        with connection.begin() as transaction:
            take_turn(connection)
            served_before = served_release(connection)
            if served_before == release.name:
                transaction.rollback()
                return Served(release.name, self.place, is_new=False)
            if served_before is not None:
                require_nothing_else(connection, SCHEMA)
            try:
                # opened as others in this process may have it open: DuckDB refuses two configurations
                warehouse = duckdb.connect(str(release / "warehouse.duckdb"), read_only=True)
            except duckdb.Error as error:
                raise ServeError(f"release {release.name} cannot be read: {error}") from error
            with warehouse:
                warehouse.execute("set enable_progress_bar = false")  # it would be drawn to standard output
                tables = served_tables(release, warehouse)
                rows_counts = build_beside(connection, warehouse, tables)
            state_release(connection, release.name, sorted(rows_counts))
            grant_reading(connection)
            require_a_reader_who_only_reads(connection)
            waited = swap(connection, self.patience_seconds)
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


def _without_secrets(text: str, url: URL) -> str:
    in_query = (one for name in SECRET_OPTIONS for one in url.normalized_query.get(name, ()))
    for secret in (url.password, *in_query):
        if secret:
            text = text.replace(str(secret), "***")
    return text.strip()


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
