"""No component of Redress reports to its makers, not even if a person runs the component by hand."""

import subprocess
import sys
from pathlib import Path

import pytest

from redress.orchestration.environment import airflow_environment
from redress.settings import PROJECT_FOLDER, Settings
from tests.made import PROJECT

pytestmark = pytest.mark.needs("dbt", "airflow")


def test_dbt_run_by_hand_in_the_project_tracks_nobody_either(monkeypatch: pytest.MonkeyPatch) -> None:
    from dbt.config.project import read_project_flags

    for name in ("DBT_SEND_ANONYMOUS_USAGE_STATS", "DO_NOT_TRACK"):
        monkeypatch.delenv(name, raising=False)
    folder = str(PROJECT_FOLDER / "dbt_project")
    assert read_project_flags(folder, folder).send_anonymous_usage_stats is False


def test_dbts_duckdb_installs_and_loads_no_extension_by_itself(tmp_path: Path) -> None:
    import yaml
    from dbt.adapters.duckdb.credentials import DuckDBCredentials
    from dbt.adapters.duckdb.environments import Environment

    profiles = yaml.safe_load((PROJECT_FOLDER / "dbt_project" / "profiles.yml").read_text())
    output = profiles["redress"]["outputs"]["build"]
    settings = {name: value for name, value in output.items() if name not in ("type", "threads")}
    credentials = DuckDBCredentials.from_dict(settings | {"path": str(tmp_path / "build.duckdb"), "schema": "main"})
    with Environment.initialize_db(credentials) as connection:
        values = dict(
            connection.execute(
                "select name, value from duckdb_settings() "
                "where name in ('autoinstall_known_extensions', 'autoload_known_extensions')"
            ).fetchall()
        )
    assert values == {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


def test_great_expectations_and_airflow_say_that_they_tell_nobody(tmp_path: Path) -> None:
    asked = """
import expectations, os
print(os.environ["GX_ANALYTICS_ENABLED"].capitalize())
from airflow.configuration import conf
print(conf.getboolean("usage_data_collection", "enabled"))
print(conf.getboolean("metrics", "statsd_on"), conf.getboolean("metrics", "otel_on"))
print(conf.getboolean("traces", "otel_on"))
"""
    ours = airflow_environment(Settings(home=tmp_path), tmp_path, f"sqlite:///{tmp_path}/airflow.db")
    environment = dict(ours)
    environment.pop("GX_ANALYTICS_ENABLED", None)
    done = subprocess.run(
        [sys.executable, "-c", asked], env=environment, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["False"] * 5, done.stderr
