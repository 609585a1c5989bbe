"""A warehouse for all tests of the marts, built once; a PostgreSQL for all tests of serving, started once."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import duckdb
import pytest

from tests.shared import made_once
from tests.warehouse.invented import BUILT, dbt_build, write_councils, write_landing
from tests.warehouse.postgres_server import Database, Server, running_server

_database_numbers = count()


@pytest.fixture(scope="session")
def build_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse built by the whole project, its unit tests and data tests among it."""

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
    """The warehouse of the invented councils, to read."""
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
