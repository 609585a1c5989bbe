"""The dag annual_letters has the form that it needs, and a real run publishes a warehouse or says why not."""

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest

from redress.acquire.sources.folder import FolderSource
from redress.cli.seasons import step_by_season
from redress.cli.terminal import console
from redress.model.season import Season
from redress.orchestration.dag_runs import DagRun, DagRunError, DagRuns
from redress.orchestration.environment import airflow_environment
from redress.orchestration.season_runs import StepEnd
from redress.settings import Settings
from redress.steps import Run
from redress.steps.record import StepSummary, step_summaries
from redress.warehouse.releases.releases import Releases
from tests.dags import scheduled_run
from tests.made import PROJECT, SAMPLE_AUTHORITIES, SAMPLES
from tests.shared import table_hashes

pytestmark = pytest.mark.needs("airflow")

DAG = "annual_letters"


@pytest.fixture
def dag(bag: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = bag["dags"][DAG]
    return found


def test_a_season_is_run_once_a_year_after_its_letters_came_out(dag: dict[str, Any]) -> None:
    assert dag["schedule"] == "0 6 15 8 *"


def test_unpausing_starts_no_season_and_the_first_run_of_the_schedule_is_still_to_come(dag: dict[str, Any]) -> None:
    first = dt.datetime.fromisoformat(dag["first_run"])
    assert (first.month, first.day, first.hour) == (8, 15, 6)
    assert first > dt.datetime.now(dt.UTC) - dt.timedelta(days=1)


def test_the_steps_stand_in_the_order_of_a_letters_way(dag: dict[str, Any]) -> None:
    assert dag["downstream"] == {
        "plan": ["acquire"],
        "acquire": ["take_stock"],
        "take_stock": ["data_tables", "read"],
        "data_tables": ["check"],
        "read": ["check"],
        "check": ["build_and_test"],
        "build_and_test": ["release"],
        "release": ["data_docs", "serve", "site"],
        "serve": ["end", "report"],
        "data_docs": ["end", "report"],
        "site": ["end", "report"],
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


# --- Real runs of several seasons ---------------------------------------------------------------------

WITHOUT_LETTERS = (2015, 2024)
"""Two seasons without letters, whose runs fail at the first step. One is run between the others, and one last."""
YEARS = (2021, 2015, 2022, 2024)
WITH_LETTERS = tuple(year for year in YEARS if year not in WITHOUT_LETTERS)


@dataclass(frozen=True)
class Done:
    """The result of runs of several seasons, with the steps that were shown while the seasons ran."""

    airflow: DagRuns
    runs: Mapping[int, DagRun]
    told: Sequence[StepEnd]

    def steps(self, year: int) -> list[str]:
        return [one.line.split()[0] for one in self.told if one.season == year]

    def summaries(self, year: int) -> dict[str, StepSummary]:
        return {one.name: one for one in step_summaries(self.runs[year].record)}

    def first_line(self, year: int) -> str:
        """Return the first line of the report about a season's run."""
        return self.runs[year].record.path.with_suffix(".md").read_text().splitlines()[0]

    @property
    def release(self) -> Path:
        current = Releases(self.airflow.settings.warehouse_folder).current()
        assert current is not None
        return current


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    home = tmp_path_factory.mktemp("home")
    airflow = DagRuns(Settings(home=home, additional_authorities=SAMPLE_AUTHORITIES, build_site=True))
    told: list[StepEnd] = []
    runs = airflow.run([Season(year) for year in YEARS], FolderSource(SAMPLES / "letters"), told.append)
    assert [run.season.year for run in runs] == list(YEARS)
    return Done(airflow, {run.season.year: run for run in runs}, told)


def test_a_real_run_of_the_dag_publishes_a_release(done: Done) -> None:
    steps = done.steps(2022)
    assert sorted(steps[3:5]) == ["data", "read"]  # side by side
    in_order = ["plan", "acquire", "take", "check", "build", "release", "data", "site", "report"]
    assert steps[:3] + steps[5:] == in_order
    with duckdb.connect(str(done.release / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute("select count(*) from marts.fct_annual_review where season = 2022").fetchone()
    assert found == (3,)
    assert done.runs[2022].record.path.with_suffix(".md").exists()
    assert (done.airflow.settings.home / "site" / "council" / "SAMPLE-01" / "2022.html").exists()
    assert "annual_letters" in (done.airflow.log_folder / "season-2022.log").read_text()


def test_each_season_has_a_real_run_in_airflows_metadata_and_only_those_with_letters_succeed(done: Done) -> None:
    ended = {}
    with sqlite3.connect(done.airflow.airflow_home / "airflow.db") as database:
        for year, run in done.runs.items():
            found = database.execute("select state, conf from dag_run where run_id = ?", (run.run_id,))
            ((state, conf),) = found.fetchall()
            assert json.loads(conf)["season"] == year
            tasks = database.execute("select task_id, state from task_instance where run_id = ?", (run.run_id,))
            ended[year] = (state, {str(one) for _, one in tasks})
    assert {year: state for year, (state, _) in ended.items()} == {
        year: "failed" if year in WITHOUT_LETTERS else "success" for year in YEARS
    }
    assert all(ended[year] == ("success", {"success"}) for year in WITH_LETTERS)


def test_a_season_that_fails_in_the_middle_or_last_does_not_keep_the_others_from_their_release(done: Done) -> None:
    for year in WITH_LETTERS:
        done.runs[year].require_success()
    with duckdb.connect(str(done.release / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute("select distinct season from marts.fct_annual_review order by 1").fetchall()
    assert found == [(year,) for year in WITH_LETTERS]


def test_all_seasons_share_one_build_and_one_release_and_each_report_names_it(done: Done) -> None:
    builds = [done.summaries(year)["build"].message for year in WITH_LETTERS]
    assert [("its tests passed" in told, "was built by another run" in told) for told in builds] == [
        (True, False),
        (False, True),
    ]
    assert [path.name for path in done.release.parent.iterdir() if path.is_dir()] == [done.release.name]
    assert f"release {done.release.name} is out, the first one" in done.first_line(2021)
    assert f"release {done.release.name}, which another season's run has published, is" in done.first_line(2022)


def test_the_release_is_that_of_single_runs_in_another_order_table_by_table(
    done: Done, samples_release: Path
) -> None:
    assert done.release.name == samples_release.name
    hashes = table_hashes(done.release)
    assert {"fct_annual_review.parquet", "fct_figure.parquet", "check_results.parquet"} <= set(hashes)
    assert hashes == table_hashes(samples_release)


def test_seasons_are_told_one_after_the_other_up_to_their_build_and_side_by_side_from_there(done: Done) -> None:
    apart = [one.season for one in done.told if not one.is_joint]
    assert [year for year, _ in groupby(apart)] == list(YEARS)
    joint = [(one.line.split()[0], one.season) for one in done.told if one.is_joint]
    assert joint == [
        *((step, year) for step in ("build", "release") for year in WITH_LETTERS),
        *((step, year) for year in WITH_LETTERS for step in ("data", "site")),
        *(("report", year) for year in WITH_LETTERS),
    ]
    assert done.told == sorted(done.told, key=lambda one: one.is_joint)


def test_the_terminal_shows_steps_under_their_season_and_those_of_the_build_under_one_heading(done: Done) -> None:
    show = step_by_season(FolderSource(SAMPLES / "letters"), [Season(year) for year in YEARS])
    with console.capture() as capture:
        for one in done.told:
            show(one)
    lines = capture.get().splitlines()
    headings = [line for line in lines if not line.startswith(" ")]
    assert headings == [
        "season 2021 (2020-21): 5 files",
        "season 2015 (2014-15): 0 files",
        "season 2022 (2021-22): 3 files",
        "season 2024 (2023-24): 0 files",
        "the warehouse of all seasons",
    ]
    assert [line.split()[:2] for line in lines[-len(WITH_LETTERS) :]] == [
        [str(year), "report"] for year in WITH_LETTERS
    ]


@pytest.fixture(scope="module")
def failure(done: Done) -> str:
    """The message of the error that the run of a season without letters gives."""
    with pytest.raises(DagRunError) as error:
        done.runs[2015].require_success()
    return str(error.value)


def test_a_run_that_fails_names_airflows_log(done: Done, failure: str) -> None:
    log = done.airflow.log_folder / "season-2015.log"
    assert str(log) in failure
    assert log.stat().st_size > 0


def test_a_run_that_fails_has_its_report_too(done: Done, failure: str) -> None:
    (report,) = (done.airflow.settings.runs_folder / "2015").glob("*.md")
    assert "failed at plan" in report.read_text().splitlines()[0]
    assert report.with_suffix(".html").exists()


def test_a_run_that_fails_says_at_which_step_and_why(failure: str) -> None:
    assert "the run of season 2015 failed at plan" in failure
    assert "has no letters of season 2015" in failure


def test_airflow_ends_at_once_when_the_command_that_started_it_is_killed(tmp_path: Path) -> None:
    command = subprocess.Popen(
        [sys.executable, "-m", "redress.cli", "ingest", SAMPLES / "letters"],
        env=os.environ | {"REDRESS_HOME": str(tmp_path), "PYTHONPATH": str(PROJECT / "plugins")},
        stdout=subprocess.DEVNULL,
        cwd=PROJECT,
    )
    until = time.monotonic() + 60
    while not (airflow := psutil.Process(command.pid).children()) and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(1)  # the process is importing Airflow
    command.kill()
    command.wait()
    assert len(airflow) == 1
    _, alive = psutil.wait_procs(airflow, timeout=20)
    assert alive == []


@pytest.mark.long
@pytest.mark.parametrize(("has_source", "reason"), [(True, "has no letters of season"), (False, "no source of")])
def test_a_run_of_the_schedule_is_skipped_with_its_reason_where_the_source_does_not_have_its_season(
    tmp_path: Path, has_source: bool, reason: str
) -> None:
    settings = Settings(home=tmp_path / "home")
    record = Run.of_season(Season(scheduled_run.SEASON), scheduled_run.RUN_ID, settings).record
    (tmp_path / "letters").mkdir()
    (tmp_path / "airflow").mkdir()
    source = f"folder:{tmp_path / 'letters'}" if has_source else ""
    database = tmp_path / "airflow" / "airflow.db"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.dags.scheduled_run", source, str(record.path), str(tmp_path / "log")],
        stdin=subprocess.PIPE,  # it ends when its standard input is closed
        env=airflow_environment(settings, tmp_path / "airflow", f"sqlite:///{database}"),
        cwd=PROJECT,
    )
    with process:
        assert process.wait(timeout=180) == 0
    with sqlite3.connect(database) as metadata:
        assert metadata.execute("select run_type, state from dag_run").fetchall() == [("scheduled", "success")]
        assert set(metadata.execute("select state from task_instance")) == {("skipped",)}
    (step,) = step_summaries(record)
    assert (step.name, step.state) == ("plan", "done")
    assert reason in step.message
    assert not record.path.with_suffix(".md").exists()
