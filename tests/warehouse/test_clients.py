"""DuckDB 1.x, the validator of data packages, pandas, R and LibreOffice open a release and find its values."""

import datetime as dt
import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from redress.warehouse.dbt_artifacts import Manifest
from redress.warehouse.release_schema import PUBLISHED_SCHEMAS
from redress.warehouse.releases.keys import begin_data_package, model_keys
from redress.warehouse.releases.releases import Releases
from tests.made import PROJECT
from tests.warehouse.small_warehouse import build_place

pytestmark = pytest.mark.needs("dbt")

IDENTITY = "c11e000000000001"
TABLES_AND_COUNTS = """
import duckdb, json, sys
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    tables = connection.execute(
        "select table_schema, table_name from information_schema.tables order by all"
    ).fetchall()
    rows = {f"{s}.{t}": connection.execute(f"select count(*) from {s}.{t}").fetchone()[0] for s, t in tables}
print(json.dumps({"version": duckdb.__version__, "rows": rows}))
"""
RUNBOOK = (PROJECT / "docs" / "runbooks" / "reading-releases.md").read_text(encoding="utf-8")
FLOAT_DIGITS = 15
"""The most digits with which a decimal number comes back exactly from a float."""


@pytest.fixture(scope="session")
def release(build_file: Path, dbt_manifest: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the warehouse that dbt builds of the invented councils, without the views over landing."""
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


def validated(package: Path) -> tuple[int, list[str]]:
    """Validate a data package with frictionless, and return the number of files read and the types of errors."""
    command = [sys.executable, "-m", "frictionless", "validate", str(package), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    report = json.loads(done.stdout)
    assert report["valid"] is (done.returncode == 0)
    tasks = report["tasks"]
    assert [error for task in tasks for error in task["warnings"]] == report["warnings"] == []
    return len(tasks), [one["type"] for errors in (report, *tasks) for one in errors["errors"]]


def test_no_file_type_or_key_of_a_release_is_refused_by_the_standards_validator(release: Path) -> None:
    assert validated(release / "datapackage.json") == (len(list(release.glob("csv/*.csv"))), [])
    package = json.loads((release / "datapackage.json").read_text())
    assert all(resource["description"] for resource in package["resources"])
    assert all(field["description"] for one in package["resources"] for field in one["schema"]["fields"])
    assert any("primaryKey" in one["schema"] for one in package["resources"])
    assert any("foreignKeys" in one["schema"] for one in package["resources"])


def test_the_validator_finds_a_changed_file_and_a_key_that_does_not_hold(release: Path, tmp_path: Path) -> None:
    shutil.copytree(release / "csv", tmp_path / "csv")
    shutil.copyfile(release / "datapackage.json", tmp_path / "datapackage.json")
    figures = tmp_path / "csv" / "fct_figure.csv"
    figures.chmod(0o644)
    figures.write_text("".join([*(lines := figures.read_text().splitlines(keepends=True)), lines[-1]]))
    _, errors = validated(tmp_path / "datapackage.json")
    assert set(errors) == {"byte-count", "hash-count", "primary-key"}


def test_no_number_date_or_list_is_another_in_csv_or_parquet_than_in_the_warehouse(release: Path) -> None:
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as connection:
        columns: dict[str, list[tuple[str, str]]] = {}
        for schema, table, *column in connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() order by column_index"
        ).fetchall():
            columns.setdefault(f"{schema}.{table}", []).append((column[0], column[1]))
        tables = [table for table in columns if table.partition(".")[0] in PUBLISHED_SCHEMAS]
        assert {table.partition(".")[2] for table in tables} == {path.stem for path in release.glob("csv/*")}
        for table in tables:
            digits = [int(kind[8:].split(",")[0]) for _, kind in columns[table] if kind.startswith("DECIMAL")]
            assert max(digits, default=0) <= FLOAT_DIGITS, table
            typed = [f"{name}::{'json::' * kind.endswith('[]')}{kind}" for name, kind in columns[table]]
            ours = connection.table(table).fetchall()
            name = table.partition(".")[2]
            csv = connection.read_csv(str(release / "csv" / f"{name}.csv"), all_varchar=True, header=True)
            as_csv = [tuple(None if value == "" else value for value in row) for row in ours]
            assert csv.project(", ".join(typed)).fetchall() == as_csv, table
            parquet = connection.read_parquet(str(release / "parquet" / f"{name}.parquet"))
            assert parquet.project(", ".join(typed).replace("json::", "")).fetchall() == ours, table


@pytest.mark.parametrize("ending", ["", ', dtype_backend="pyarrow"'])
def test_no_rate_is_an_object_to_pandas_read_as_documented(
    release: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ending: str
) -> None:
    monkeypatch.chdir(release.parent.parent)
    documented = _block("python")
    assert ', dtype_backend="pyarrow"' in documented
    (tmp_path / "documented.py").write_text(documented.replace(', dtype_backend="pyarrow"', ending))
    reviews = runpy.run_path(str(tmp_path / "documented.py"))["reviews"]
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as connection:
        ((mean,),) = connection.execute("select avg(uphold_rate_pct) from marts.council_performance").fetchall()
    assert (reviews["uphold_rate_pct"] * 1.0).mean() == pytest.approx(mean)
    package = json.loads((release / "datapackage.json").read_text())
    (fields,) = (one["schema"]["fields"] for one in package["resources"] if one["name"] == "council-performance")
    numbers = {field["name"] for field in fields if field["type"] in ("number", "integer")}
    assert numbers <= set(reviews.describe().columns)
    if ending:
        dates = [field["name"] for field in fields if field["type"] == "date"]
        assert reviews[dates[0]].dt.year.notna().any()
        assert [name for name in reviews if str(reviews[name].dtype) == "object"] == []


@pytest.mark.long
def test_r_reads_rates_dates_and_what_is_true_or_false_as_documented(release: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip(
            "R is not here, so nobody saw that R reads a release; Debian has it: apt-get install r-base-core"
        )
    kinds = "cat(sapply(reviews[c('letter_date', 'uphold_rate_pct', 'is_small_number')], class), nrow(reviews))"
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", f"{_block('r')}{kinds}"],
        cwd=release.parent.parent,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    rows = pq.read_metadata(release / "parquet" / "council_performance.parquet").num_rows
    assert done.stdout.splitlines()[-1] == f"Date numeric logical {rows}"


@pytest.mark.long
def test_libreoffice_reads_dates_as_dates_and_rates_as_numbers(release: Path, tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip(
            "LibreOffice is not here, so nobody saw that a spreadsheet reads a release; "
            "Debian has it: apt-get install libreoffice-calc"
        )
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    file = str(release / "csv" / "council_performance.csv")
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path), file]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    names, *rows = load_workbook(tmp_path / "council_performance.xlsx").worksheets[0].iter_rows(values_only=True)
    for name, kinds in (
        ("letter_date", dt.datetime),
        ("period_end_date", dt.datetime),
        ("uphold_rate_pct", float | int),
    ):
        found = [value for row in rows if (value := row[names.index(name)]) is not None]
        assert found
        assert [value for value in found if not isinstance(value, kinds)] == []


def _block(language: str) -> str:
    """Return the runbook's code in a language, `python` or `r`, that is to be run in the warehouse's folder."""
    _, _, after = RUNBOOK.partition(f"Run in the warehouse's folder{';' if language == 'r' else ':'}")
    _, _, code = after.partition(f"```{language}\n")
    return code.partition("```")[0]
