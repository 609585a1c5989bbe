"""Fixtures: a warehouse for all tests of the marts, built once, and a PostgreSQL for all tests of serving."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from tests.shared import made_once
from tests.warehouse.invented import BUILT, dbt_build, write_councils, write_landing
from tests.warehouse.postgres_server import Database, Server, running_server

CLIENTS_PACKAGES = ("duckdb>=1.1,<2", "polars>=2,<3", "pyodbc>=5,<6")
INSTALLING_SECONDS = 240
_database_numbers = count()


@pytest.fixture(scope="session")
def build_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a warehouse that dbt has built with all models, unit tests and data tests of the project."""

    def make(folder: Path) -> None:
        write_landing(folder / "landing")
        write_councils(folder / "councils.csv")
        build = dbt_build(folder)
        assert build.returncode == 0, build.stdout + build.stderr
        assert "rates_are_recomputed_half_up" in build.stdout, "the unit tests of the models did not run"

    # a quote in the path, as folders of people's own have
    return made_once(tmp_path_factory, "it's a build", make) / BUILT


@pytest.fixture(scope="session")
def marts(build_file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the warehouse of the invented councils."""
    with duckdb.connect(str(build_file), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A running PostgreSQL with the roles of the tests."""
    with running_server() as one:
        yield one


@pytest.fixture
def database(server: Server) -> Database:
    """An empty database of the test's own."""
    return server.new_database(f"it's_test_{next(_database_numbers)}")


@pytest.fixture(scope="session")
def clients_python(request: pytest.FixtureRequest) -> Path:
    """The Python of a separate environment with the packages of clients, made once in pytest's cache.

    DuckDB 1.x cannot be installed beside this project's DuckDB 2. If the packages cannot be had from the package
    index, the tests that need the environment are skipped and say so.
    """
    folder = request.config.cache.mkdir("clients")
    python, done = folder / "venv" / "bin" / "python", folder / "installed"
    with FileLock(folder / "lock"):
        if not done.exists() or done.read_text() != "\n".join(CLIENTS_PACKAGES):
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder / "venv"], check=True)
            command = [
                str(python),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--retries",
                "0",
                *CLIENTS_PACKAGES,
            ]
            try:
                subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALLING_SECONDS)
            except subprocess.CalledProcessError as error:
                pytest.skip(
                    f"{CLIENTS_PACKAGES} cannot be had from the package index: {error.stderr.splitlines()[-1]}"
                )
            except subprocess.TimeoutExpired:
                pytest.skip(f"{CLIENTS_PACKAGES} did not come from the package index within {INSTALLING_SECONDS} s")
            done.write_text("\n".join(CLIENTS_PACKAGES))
    return python
