"""For each query Superset opens the release that is then current, read-only, and opens nothing else."""

import runpy
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy.engine import make_url

from bi.up import CONFIG

REFUSED = (
    "insert into figures values (2)",
    "create table mine (one integer)",
    "attach '{folder}/mine.duckdb'",
    "copy (select 1) to '{folder}/mine.csv'",
    "select * from read_csv('/etc/hostname')",
    "set enable_external_access = true",
    "set temp_directory = '{folder}'",
    "set memory_limit = '1GB'",
)


def _settings(monkeypatch: pytest.MonkeyPatch, folder: Path, database: str) -> dict[str, Any]:
    for name, value in (("BI_FOLDER", str(folder)), ("BI_SECRET_KEY", "key"), ("BI_DATABASE", database)):
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(CONFIG))


def _release(warehouse: Path, name: str) -> Path:
    folder = warehouse / name
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create table figures as select 1 as one")
    return folder


def test_each_query_opens_the_current_release_to_read_only_and_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases = [_release(tmp_path / "warehouse", name) for name in ("first", "second")]
    current, folder = tmp_path / "warehouse" / "current", tmp_path / "bi"
    settings = _settings(monkeypatch, folder, f"duckdb:///{current}/warehouse.duckdb")
    for release in releases:
        current.unlink(missing_ok=True)
        current.symlink_to(release.name)
        shown, parameters = settings["DB_CONNECTION_MUTATOR"](
            make_url("duckdb:///current"), {"echo": 1}, None, None, 0
        )
        assert (shown.database, parameters["echo"]) == (str(release / "warehouse.duckdb"), 1)
        with duckdb.connect(shown.database, **parameters["connect_args"]) as connection:
            assert connection.execute("select one from figures").fetchall() == [(1,)]
            for statement in REFUSED:
                with pytest.raises(duckdb.Error):
                    connection.execute(statement.format(folder=tmp_path))
            temporary = connection.execute("select current_setting('temp_directory')").fetchall()
        assert temporary == [(f"{folder}/temp",)], "beside the release's file"
        assert [path.name for path in release.iterdir()] == ["warehouse.duckdb"]


def test_a_query_on_postgresql_goes_to_the_address_of_the_environment_to_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "postgresql+psycopg2://bi_tool:secret@db.example.org/redress"
    settings = _settings(monkeypatch, tmp_path, address)
    exported = make_url("postgresql+psycopg2:///redress")
    shown, parameters = settings["DB_CONNECTION_MUTATOR"](exported, {}, None, None, None)
    assert shown.render_as_string(hide_password=False) == address
    assert parameters == {"connect_args": {"options": "-c default_transaction_read_only=on"}}
