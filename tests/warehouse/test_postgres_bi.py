"""The dashboard's queries give the same answers from PostgreSQL as from the file of the served release."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from redress.warehouse.serving.postgres import Postgres
from redress.warehouse.serving.tables import ServeError
from tests.bi.export import EXPORT, answer_query
from tests.warehouse.postgres_server import BI_TOOL, Database, Server

pytestmark = pytest.mark.needs("postgresql")


@pytest.fixture(scope="module")
def served(server: Server, cookbook_release: Path) -> Database:
    database = server.new_database("the_dashboards")
    database.postgres.serve(cookbook_release)
    return database


def test_every_metric_of_the_dashboard_is_the_same_as_in_the_file(served: Database, cookbook_release: Path) -> None:
    with duckdb.connect(str(cookbook_release / "warehouse.duckdb"), read_only=True) as file:
        for dataset in EXPORT.datasets.values():
            query = answer_query(dataset, "season, season_label")
            in_file = file.sql(query).fetchall()
            assert len(in_file) > 1
            assert _rounded(served.ask(query, BI_TOOL)) == _rounded(in_file), dataset["table_name"]


def _rounded(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    """Return rows with rounded numbers, because DuckDB divides decimals as floats and PostgreSQL as decimals."""
    return [
        [round(float(value), 9) if isinstance(value, (float, Decimal)) else value for value in row] for row in rows
    ]


def test_a_readers_address_is_taken_and_the_publishers_is_refused(served: Database) -> None:
    Postgres(served.address(BI_TOOL), setting="REDRESS_BI_URL").require_a_release_to_read_only()
    with pytest.raises(ServeError, match="the user of REDRESS_BI_URL may change the tables"):
        Postgres(served.address(), setting="REDRESS_BI_URL").require_a_release_to_read_only()


def test_a_database_without_a_release_is_refused_with_the_way_to_one(database: Database) -> None:
    with pytest.raises(ServeError, match="serves no release yet: redress serve brings one there"):
        Postgres(database.address(), setting="REDRESS_BI_URL").require_a_release_to_read_only()
