"""The dag: it parses light, has its shape, and a real run of Airflow ends in a published warehouse."""

import json
import os
import subprocess
import sys

import duckdb
import pytest

from redress.acquire.folder import FolderSource
from redress.dag_runs import DagRunError, DagRuns
from redress.seasons import Season
from redress.settings import Settings
from redress.warehouse.releases import Releases
from tests.made import PROJECT, SAMPLE_AUTHORITIES, SAMPLES

HEAVY = ("pdfplumber", "great_expectations", "dbt", "duckdb", "pandas", "pyarrow")
DESCRIBE = """
import json, sys
sys.path.insert(0, sys.argv[1])
import annual_letters
heavy = [name for name in sys.argv[2:] if name in sys.modules]
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
dag = bag.dags["annual_letters"]
print(json.dumps({
    "heavy": heavy,
    "errors": {path: str(error) for path, error in bag.import_errors.items()},
    "dags": sorted(bag.dags),
    "downstream": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
    "pools": {task.task_id: task.pool for task in dag.tasks},
    "mapped": sorted(task.task_id for task in dag.tasks if task.is_mapped),
    "documented": sorted(task.task_id for task in dag.tasks if task.doc_md or task.python_callable.__doc__),
    "params": {name: dag.params.get_param(name).schema for name in dag.params},
    "schedule": str(dag.schedule), "catchup": dag.catchup, "max_active_runs": dag.max_active_runs,
}))
"""


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The dag as Airflow parses it, in a process of its own."""
    home = tmp_path_factory.mktemp("airflow")
    environment = os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    }
    done = subprocess.run(
        [sys.executable, "-c", DESCRIBE, str(PROJECT / "dags"), *HEAVY],
        capture_output=True,
        text=True,
        env=environment,
        cwd=PROJECT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_dag_folder_has_no_import_errors(described: dict[str, object]) -> None:
    assert described["errors"] == {}
    assert "annual_letters" in described["dags"]  # type: ignore[operator]


def test_parsing_imports_nothing_that_a_task_needs(described: dict[str, object]) -> None:
    assert described["heavy"] == []


def test_the_steps_stand_in_the_order_of_a_letters_way(described: dict[str, object]) -> None:
    assert described["downstream"] == {
        "plan": ["acquire"],
        "acquire": ["take_stock"],
        "take_stock": ["data_tables", "read"],
        "data_tables": ["check"],
        "read": ["check"],
        "check": ["build_and_test"],
        "build_and_test": ["release"],
        "release": ["data_docs", "report", "serve"],
        "serve": [],
        "report": [],
        "data_docs": [],
    }
    assert described["mapped"] == ["acquire", "read"]


def test_what_changes_landing_or_the_warehouse_waits_for_one_slot(described: dict[str, object]) -> None:
    assert described["pools"] == {
        "plan": "ombudsman_site",
        "acquire": "ombudsman_site",
        "take_stock": "default_pool",
        "data_tables": "ombudsman_site",
        "read": "default_pool",
        "check": "warehouse_writer",
        "build_and_test": "warehouse_writer",
        "release": "warehouse_writer",
        "serve": "warehouse_writer",
        "report": "default_pool",
        "data_docs": "default_pool",
    }


def test_a_run_is_told_its_season_and_its_source(described: dict[str, object]) -> None:
    params = described["params"]
    assert isinstance(params, dict)
    assert set(params) == {"season", "source", "retry_failed"}
    assert params["season"]["type"] == "integer"
    assert params["source"]["type"] == "string"


def test_nothing_starts_by_itself(described: dict[str, object]) -> None:
    assert described["catchup"] is False
    assert described["max_active_runs"] == 1


# --- One real run -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> DagRuns:
    home = tmp_path_factory.mktemp("home")
    runs = DagRuns(Settings(home=home, additional_authorities=SAMPLE_AUTHORITIES))
    runs.prepare()
    return runs


def test_a_real_run_of_the_dag_publishes_a_release(runs: DagRuns) -> None:
    told: list[str] = []
    record = runs.run(Season(2022), FolderSource(SAMPLES / "letters"), told.append)
    steps = [line.split()[0] for line in told]
    assert sorted(steps[3:5]) == ["data", "read"]  # side by side, and so are the last two
    assert sorted(steps[8:]) == ["data", "report"]
    assert steps[:3] + steps[5:8] == ["plan", "acquire", "take", "check", "build", "release"]
    current = Releases(runs.settings.warehouse_folder).current()
    assert current is not None
    with duckdb.connect(str(current / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute("select count(*) from marts.fct_annual_review where season = 2022").fetchone()
    assert found == (3,)
    assert record.path.with_suffix(".md").exists()
    assert "annual_letters" in (runs.log_folder / "season-2022.log").read_text()


@pytest.fixture(scope="module")
def failure(runs: DagRuns) -> str:
    """What a person is told about a run of a season that has no letters."""
    with pytest.raises(DagRunError) as error:
        runs.run(Season(2015), FolderSource(SAMPLES / "letters"), lambda _: None)
    return str(error.value)


def test_a_run_that_fails_names_airflows_log(runs: DagRuns, failure: str) -> None:
    log = runs.log_folder / "season-2015.log"
    assert str(log) in failure
    assert log.stat().st_size > 0


def test_a_run_that_fails_says_at_which_step_and_why(failure: str) -> None:
    assert "the run of season 2015 failed at plan" in failure
    assert "has no letters of season 2015" in failure
