"""Serve a release from PostgreSQL: one transaction shows the whole release to many readers.

    marts                        the tables of the release that is served, and `release`, which names that release
    redress_incoming             the tables of the next release, within a transaction that nobody sees
    redress_retired_<number>     a release that was served before, while a reader still holds it

The transaction makes the new tables beside the served tables, copies the rows, compares them with the DuckDB file,
renames both schemas and commits. If it ends before the commit, nothing is left behind and the served release stays.
"""

import os
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
from redress.warehouse.releases.object_store import StoredReleases
from redress.warehouse.releases.releases import ReleaseError
from redress.warehouse.releases.shared import releases_of
from redress.warehouse.serving.incoming import build_beside, state_release
from redress.warehouse.serving.reader_role import grant_reading, require_a_reader_who_only_reads
from redress.warehouse.serving.schemas import drop_retired, require_nothing_else, served_release, swap, take_turn
from redress.warehouse.serving.statements import RUNBOOK, SCHEMA, cause, execute
from redress.warehouse.serving.tables import ServeError, served_tables

CONNECT_TIMEOUT_SECONDS = 10
KEPT_VARIABLES = frozenset({"PGPASSFILE"})
"""The only environment variables of PostgreSQL that have an effect; docs/runbooks/serving.md names them."""
SECRET_OPTIONS = ("password", "sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret")
"""The parameters of an address whose values are secret, so that no message shows them."""


@dataclass(frozen=True)
class Served:
    """The result of serving a release. `notes` are sentences about earlier releases that readers still hold or that
    could not be dropped, and about readers who held tables during the swap.
    """

    release_id: str
    place: str
    is_new: bool
    tables_count: int = 0
    rows_count: int = 0
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.is_new:
            sentence = (
                f"release {self.release_id} is served by {self.place}: {self.tables_count} tables, "
                f"{self.rows_count} rows, each table the same as in the file"
            )
        else:
            sentence = f"release {self.release_id} is served by {self.place} already"
        return "; ".join([sentence, *self.notes])


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL database that serves releases.

    `address` may hold a password, and is never shown; `setting` is the name of the setting that has the address.
    `patience_seconds` is how long to wait for a moment at which no reader holds a table; after that time the
    schemas are swapped anyway.
    """

    address: str = field(repr=False)
    patience_seconds: float = 5.0
    setting: str = "REDRESS_SERVE_URL"

    def url(self) -> URL:
        """Return the address for SQLAlchemy and psycopg. Raises ServeError if the address is wrong; the message
        does not repeat the address.
        """
        try:
            url = make_url(self.address)
        except (ArgumentError, ValueError):
            url = None
        if (
            url is None
            or url.get_backend_name() not in ("postgresql", "postgres")
            or not url.database
            or "@" in url.database
            or self.address.count("@") > 1  # what follows the first "@" would be taken for the host, and shown
        ):
            raise ServeError(
                f"{self.setting} is no address of a PostgreSQL database; it has to look like "
                "postgresql://user@host:5432/database (signs such as @ and / in a password as %40 and %2F)"
            )
        return url.set(drivername="postgresql+psycopg")

    @property
    def place(self) -> str:
        """The database's host and name, without user and password."""
        url = self.url()
        return printable(f"{url.host or url.query.get('host') or 'localhost'}/{url.database}")

    def serve(self, release: Path) -> Served:
        """Show a release to the readers, whole or not at all. If the release is served already, change nothing.

        `release` is the release's folder. Raises ServeError, and leaves the earlier release served, in these cases:
        PostgreSQL cannot be reached or refuses; the served schema holds something that no release brought; the
        reading role can do more than read; a table in PostgreSQL differs from its table in the file.
        """
        with self._connected() as connection:
            served = self._swap_in(connection, release)
            return replace(served, notes=(*served.notes, *drop_retired(connection)))

    def require_a_release_to_read_only(self) -> None:
        """Raise ServeError if the database serves no release, or if the user in the address may change the
        release.
        """
        with self._connected() as connection:
            if served_release(connection) is None:
                raise ServeError(f"{self.place} serves no release yet: redress serve brings one there")
            may_change = """
                select from pg_class where relnamespace = to_regnamespace(%(schema)s)
                and has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
            """
            if execute(connection, may_change, schema=SCHEMA):
                raise ServeError(
                    f"the user of {self.setting} may change the tables of {self.place}: name a login that is a "
                    f"member of redress_reader and no more, see {RUNBOOK}"
                )

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """Yield a connection to the database. An error of the connection or of a statement in the block becomes a
        ServeError; its message names the host and the database, and hides every secret of the address.
        """
        url = self.url()
        try:
            with _by_the_address_alone():
                connected = _engine(url).connect()
            with connected as connection:
                yield connection
        except (SQLAlchemyError, psycopg.Error, UnicodeError) as error:  # a host or password may be no text
            raise ServeError(f"{self.place}: {_without_secrets(str(cause(error)), url)}") from None

    def _swap_in(self, connection: Connection, release: Path) -> Served:
        """Serve a release in one transaction. If the release is served already, change nothing. `release` is the
        release's folder.
        """
        with connection.begin() as transaction:
            take_turn(connection)
            served_before = served_release(connection)
            if served_before == release.name:
                transaction.rollback()
                return Served(release.name, self.place, is_new=False)
            if served_before is not None:
                require_nothing_else(connection, SCHEMA)
            try:
                # other connections in this process have this configuration, and DuckDB refuses another for one file
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


@contextmanager
def _by_the_address_alone() -> Iterator[None]:
    """Remove PostgreSQL's variables, except KEPT_VARIABLES, from the environment of this process during the block.

    These variables fill in what an address leaves open. Variables that are meant for another program could send the
    password to another host, or forbid encryption.
    """
    names = [name for name in os.environ if name.startswith("PG") and name not in KEPT_VARIABLES]
    taken = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(taken)


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
    in_query = (value for name in SECRET_OPTIONS for value in url.normalized_query.get(name, ()))
    for secret in (url.password, *in_query):
        if secret:
            text = text.replace(str(secret), "***")
    return text.strip()


def serve_current(settings: Settings) -> Served:
    """Serve the current release of a warehouse from the database that the settings name.

    Raises ServeError if the settings name no database, if nothing has been released, if the object store of the
    releases cannot be read or has another current release, and as `Postgres.serve` does.
    """
    if not settings.serve_url:
        raise ServeError(f"REDRESS_SERVE_URL names no database: postgresql://user@host:5432/database ({RUNBOOK})")
    try:
        releases = releases_of(settings)
    except ReleaseError as error:
        raise ServeError(f"which release is current cannot be known, and nothing is served: {error}") from None
    current = releases.current()
    if current is None:
        raise ServeError(f"there is no release in {releases.folder} yet: redress run makes one")
    _require_current_in_store(settings, current)
    return Postgres(settings.serve_url.get_secret_value()).serve(current)


def _require_current_in_store(settings: Settings, current: Path) -> None:
    """Raise ServeError if the settings name an object store, and the store cannot be read or has another current
    release. Then another home has published there, or this home could not send its release.
    """
    address = settings.warehouse_store_address
    if address is None:
        return
    try:
        stored = StoredReleases(address).current()
    except ReleaseError as error:
        raise ServeError(f"which release is current in {address} cannot be read: {error}") from None
    if stored not in (None, current.name):
        raise ServeError(
            f"release {stored} is current in {address}, and release {current.name} in {current.parent.parent}: "
            "another REDRESS_HOME has published there, or this one could not send its release. Serve from the home "
            "that is right; redress rebuild sends the release of this one"
        )
