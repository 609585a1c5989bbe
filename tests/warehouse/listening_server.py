"""A real PostgreSQL that serves a release on a port of this machine, and asks its readers for a password."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from urllib.parse import quote

import psycopg
from psycopg import sql

from redress.orchestration.local.postgresql import PostgreSQL
from redress.warehouse.serving.postgres import Postgres
from tests.compose.password_server import PROGRAMS
from tests.warehouse.postgres_server import BI_TOOL, PUBLISHER

DATABASE = "redress"
PASSWORD = "a pass word's"  # noqa: S105 - of a server that ends with the test
STARTING_SECONDS = 30


@contextmanager
def listening_server(release: Path) -> Iterator[Mapping[str, str]]:
    """Run the server during the block, and yield the environment variables with which a reader connects."""
    with tempfile.TemporaryDirectory(prefix="redress-pg-") as name:
        folder, data = Path(name), Path(name) / "data"
        folder.chmod(0o711)  # as root, the server runs as another user
        with PostgreSQL(data).in_use() as address:
            _serve(address.replace("+psycopg", ""), release, data)
        (data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n", encoding="utf-8")
        passwords = folder / "passwords"
        passwords.write_text(f"*:*:{DATABASE}:{BI_TOOL}:{PASSWORD}\n", encoding="utf-8")
        passwords.chmod(0o600)
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        variables = {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(port),
            "PGDATABASE": DATABASE,
            "PGUSER": BI_TOOL,
            "PGPASSFILE": str(passwords),
        }
        command = [str(PROGRAMS / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", ""]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                command,
                user=data.stat().st_uid if os.geteuid() == 0 else None,
                cwd=data,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_for(server, variables, folder / "log")
            yield variables
        finally:
            server.terminate()
            server.wait(STARTING_SECONDS)


def _serve(address: str, release: Path, data: Path) -> None:
    """Make the roles and the database, and serve the release, by a server's socket, which asks for no password."""
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in (
            f"create role {PUBLISHER} login createrole",
            "create role redress_reader nologin",
            f"create database {DATABASE} owner {PUBLISHER} encoding 'UTF8' locale 'C' template template0",
        ):
            connection.execute(statement)
        connection.execute(
            sql.SQL(f"create role {BI_TOOL} login password {{}} in role redress_reader").format(
                sql.Literal(PASSWORD)
            )
        )
    Postgres(f"postgresql://{PUBLISHER}@/{DATABASE}?host={quote(str(data))}").serve(release)


def _wait_for(server: subprocess.Popen[bytes], variables: Mapping[str, str], log: Path) -> None:
    ready = [str(PROGRAMS / "pg_isready"), "--quiet"]
    until = time.monotonic() + STARTING_SECONDS
    while subprocess.run(ready, env=dict(variables), check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > until:
            raise AssertionError(log.read_text(encoding="utf-8"))
        time.sleep(0.1)
