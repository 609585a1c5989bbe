"""A warehouse for all tests of the marts, built once."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.invented import dbt_build, write_councils, write_landing


@pytest.fixture(scope="session")
def build_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse built by the whole project, its unit tests and data tests among it."""
    folder = tmp_path_factory.mktemp("it's a build")  # a quote in the path, as folders of people's own have
    write_landing(folder / "landing")
    write_councils(folder / "councils.csv")
    build = dbt_build(folder)
    assert build.returncode == 0, build.stdout + build.stderr
    assert "rates_are_recomputed_half_up" in build.stdout, "the unit tests of the models did not run"
    return folder / "build.duckdb"


@pytest.fixture(scope="session")
def marts(build_file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of the invented councils, to read."""
    with duckdb.connect(str(build_file), read_only=True) as connection:
        yield connection
