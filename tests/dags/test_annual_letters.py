"""annual_letters: its shape, and real runs of it, which end in a published warehouse or say why not."""

from typing import Any

import duckdb
import pytest

from redress.acquire.sources.folder import FolderSource
from redress.model.season import Season
from redress.orchestration.dag_runs import DagRunError, DagRuns
from redress.settings import Settings
from redress.warehouse.releases.releases import Releases
from tests.made import SAMPLE_AUTHORITIES, SAMPLES

DAG = "annual_letters"


@pytest.fixture
def dag(bag: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = bag["dags"][DAG]
    return found


def test_a_season_is_run_once_a_year_after_its_letters_came_out(dag: dict[str, Any]) -> None:
    assert dag["schedule"] == "0 6 15 8 *"


def test_the_steps_stand_in_the_order_of_a_letters_way(dag: dict[str, Any]) -> None:
    assert dag["downstream"] == {
        "plan": ["acquire"],
        "acquire": ["take_stock"],
        "take_stock": ["data_tables", "read"],
        "data_tables": ["check"],
        "read": ["check"],
        "check": ["build_and_test"],
        "build_and_test": ["release"],
        "release": ["data_docs", "serve"],
        "serve": ["end", "report"],
        "data_docs": ["end", "report"],
        "report": ["end"],
        "end": [],
    }
    assert dag["mapped"] == ["acquire", "read"]
    assert dag["outlets"] == {"release": ["redress_release"]}


def test_what_changes_landing_or_the_warehouse_and_what_asks_a_source_waits_for_one_slot(
    dag: dict[str, Any],
) -> None:
    sites, writers = ("plan", "acquire", "data_tables"), ("check", "build_and_test", "release", "serve")
    assert dag["pools"] == dict.fromkeys(sites, "ombudsman_site") | dict.fromkeys(writers, "warehouse_writer")


def test_a_source_that_is_down_is_asked_again_for_an_hour(dag: dict[str, Any]) -> None:
    assert all(dag["retry_minutes"][task] >= 60 for task in ("plan", "acquire", "data_tables"))
    assert all(retries > 0 for retries in dag["retries"].values())


def test_a_run_can_be_told_its_season_and_its_source(dag: dict[str, Any]) -> None:
    assert dag["defaults"] == {"season": None, "source": "", "retry_failed": False}
    assert dag["params"]["season"]["type"] == ["null", "integer"]


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
    assert sorted(steps[3:5]) == ["data", "read"]  # side by side
    in_order = ["plan", "acquire", "take", "check", "build", "release", "data", "report"]
    assert steps[:3] + steps[5:] == in_order
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


def test_a_run_that_fails_has_its_report_too(runs: DagRuns, failure: str) -> None:
    (report,) = (runs.settings.runs_folder / "2015").glob("*.md")
    assert "failed at plan" in report.read_text().splitlines()[0]
    assert report.with_suffix(".html").exists()


def test_a_run_that_fails_says_at_which_step_and_why(failure: str) -> None:
    assert "the run of season 2015 failed at plan" in failure
    assert "has no letters of season 2015" in failure
