"""A release as other programs open it: a client with DuckDB 1.x, and the frictionless library.

Neither can be installed beside this project's DuckDB 2, so both have an environment of their own, made once in
pytest's cache. Without a package index the tests say so and are skipped.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from redress.warehouse.dbt_artifacts import Manifest
from redress.warehouse.releases.keys import begin_data_package, model_keys
from redress.warehouse.releases.releases import Releases
from tests.warehouse.test_releases import build_place

pytestmark = pytest.mark.needs("dbt")

IDENTITY = "c11e000000000001"
PACKAGES = ("duckdb>=1.1,<2", "frictionless>=5.18,<6")
INSTALLING_SECONDS = 240
TABLES_AND_COUNTS = """
import duckdb, json, sys
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables order by all"
    ).fetchall()
    rows = {f"{s}.{t}": connection.execute(f"select count(*) from {s}.{t}").fetchone()[0] for s, t in tables}
print(json.dumps({"version": duckdb.__version__, "rows": rows}))
"""
VALIDATION = """
import json, sys
from frictionless import Package, system
with system.use_context(trusted=False):
    package = Package(sys.argv[1])
    report = package.validate() if sys.argv[2] == "data" else Package.validate_descriptor(package.to_descriptor())
print(json.dumps(report.flatten(["title", "rowNumber", "fieldName", "note"])))
"""


@pytest.fixture(scope="session")
def clients_python(request: pytest.FixtureRequest) -> Path:
    """The Python of an environment with the clients' packages."""
    folder = request.config.cache.mkdir("clients")
    python, done = folder / "venv" / "bin" / "python", folder / "installed"
    with FileLock(folder / "lock"):
        if not done.exists() or done.read_text() != "\n".join(PACKAGES):
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
            ]
            try:
                subprocess.run(
                    [*command, *PACKAGES], check=True, capture_output=True, text=True, timeout=INSTALLING_SECONDS
                )
            except subprocess.CalledProcessError as error:
                pytest.skip(f"{PACKAGES} cannot be had from the package index: {error.stderr.splitlines()[-1]}")
            except subprocess.TimeoutExpired:
                pytest.skip(f"{PACKAGES} did not come from the package index within {INSTALLING_SECONDS} s")
            done.write_text("\n".join(PACKAGES))
    return python


@pytest.fixture(scope="session")
def release(build_file: Path, dbt_manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the invented councils' warehouse, as dbt builds it, less the views over landing."""
    releases = Releases(tmp_path_factory.mktemp("clients") / "warehouse")
    file = build_place(releases, IDENTITY)
    shutil.copyfile(build_file, file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop schema if exists staging cascade; drop schema if exists intermediate cascade")
    begin_data_package(file.parent, model_keys(dbt_manifest))
    return releases.publish(IDENTITY)


def told(python: Path, code: str, *arguments: str) -> Any:
    """Return the JSON that a program prints in the clients' environment."""
    done = subprocess.run(
        [python, "-I", "-c", code, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_client_with_an_earlier_duckdb_opens_a_release_and_finds_all_rows(
    clients_python: Path, release: Path
) -> None:
    found = told(clients_python, TABLES_AND_COUNTS, str(release / "warehouse.duckdb"))
    assert found["version"].startswith("1.")
    ours = {}
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as connection:
        for schema, table in connection.execute(
            "select table_schema, table_name from information_schema.tables order by all"
        ).fetchall():
            ours[f"{schema}.{table}"] = connection.table(f"{schema}.{table}").count("*").fetchall()[0][0]
    assert found["rows"] == ours
    assert ours["marts.fct_figure"] > 0


def test_the_data_package_is_valid_by_the_frictionless_library(clients_python: Path, release: Path) -> None:
    assert told(clients_python, VALIDATION, str(release / "datapackage.json"), "descriptor") == []
    package = json.loads((release / "datapackage.json").read_text())
    assert all(resource["description"] for resource in package["resources"])
    assert all(field["description"] for one in package["resources"] for field in one["schema"]["fields"])
    assert any("primaryKey" in one["schema"] for one in package["resources"])
    assert any("foreignKeys" in one["schema"] for one in package["resources"])


@pytest.fixture
def as_text(release: Path, tmp_path: Path) -> Path:
    """The data package with its tables as CSV: the library reads Parquet by way of pandas, and nulls become NaN."""
    package = json.loads((release / "datapackage.json").read_text())
    with duckdb.connect() as connection:
        for resource in package["resources"]:
            file = tmp_path / f"{resource['name']}.csv"
            connection.read_parquet(str(release / resource["path"])).write_csv(str(file))
            resource |= {"path": file.name, "format": "csv", "mediatype": "text/csv"}
            del resource["bytes"], resource["hash"]
    (tmp_path / "datapackage.json").write_text(json.dumps(package))
    return tmp_path / "datapackage.json"


def test_every_value_is_of_the_type_and_every_key_holds_that_the_data_package_states(
    clients_python: Path, as_text: Path
) -> None:
    assert told(clients_python, VALIDATION, str(as_text), "data") == []


def test_the_library_finds_a_key_that_does_not_hold(clients_python: Path, as_text: Path) -> None:
    figures = as_text.parent / "fct-figure.csv"
    figures.write_text("".join([*(lines := figures.read_text().splitlines(keepends=True)), lines[-1]]))
    (found,) = told(clients_python, VALIDATION, str(as_text), "data")
    assert found[0] == "PrimaryKey Error"
