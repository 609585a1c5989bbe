"""A real PostgreSQL for tests, on a socket of its own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from redress.orchestration.local.postgresql import PostgreSQL
from redress.warehouse.serving.postgres import Postgres

PUBLISHER = "redress_publisher"
BI_TOOL = "bi_tool"
"""The name of a login that is a member of the reading role."""


@dataclass(frozen=True)
class Database:
    """A database of a test's own. It belongs to the publisher, who is no superuser."""

    socket_folder: str
    name: str

    def address(self, user: str = PUBLISHER) -> str:
        return f"postgresql://{user}@/{self.name}?host={self.socket_folder}"

    @property
    def postgres(self) -> Postgres:
        return Postgres(self.address())

    @contextmanager
    def session(self, user: str = PUBLISHER) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """Open a session during the block. Each statement is committed at once."""
        with psycopg.connect(self.address(user), autocommit=True) as connection:
            yield connection

    def ask(self, query: str, user: str = PUBLISHER) -> list[tuple[Any, ...]]:
        with self.session(user) as connection:
            return connection.execute(query).fetchall()

    def do(self, *statements: str, user: str = "postgres") -> None:
        with self.session(user) as connection:
            for statement in statements:
                connection.execute(statement)

    def schemas(self) -> set[str]:
        """Return the names of the schemas that are not PostgreSQL's own."""
        found = self.ask("select nspname from pg_namespace where nspname !~ '^pg_'")
        return {name for (name,) in found} - {"information_schema", "public"}


@dataclass(frozen=True)
class Server:
    """A running server: the folder of its data and its socket, and the superuser's address."""

    folder: Path
    address: str

    def new_database(self, name: str, *, encoding: str = "UTF8") -> Database:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(
                sql.SQL("create database {} owner {} encoding {} locale 'C' template template0").format(
                    sql.Identifier(name), sql.Identifier(PUBLISHER), sql.Literal(encoding)
                )
            )
        return Database(str(self.folder), name)


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server with the roles of the tests during the block.

    The server's folder is none of pytest's: if tests run as root, the user as whom the server runs cannot enter
    pytest's folders, and the paths of pytest's folders are too long for a socket. If the server cannot be started,
    the tests that need the server fail and say so.
    """
    with tempfile.TemporaryDirectory(prefix="redress-pg-") as folder:
        Path(folder).chmod(0o711)
        with PostgreSQL(Path(folder) / "data").in_use() as address:
            host = str(conninfo_to_dict(address := address.replace("+psycopg", ""))["host"])
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute("alter system set fsync = off")  # no test cuts the power
                connection.execute("select pg_reload_conf()")
                connection.execute(f"create role {PUBLISHER} login createrole")
                connection.execute("create role redress_reader nologin")
                connection.execute(f"create role {BI_TOOL} login in role redress_reader")
            yield Server(Path(host), address)
