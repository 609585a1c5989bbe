"""warehouse_upkeep: its form and its ways, and real runs that re-read, rebuild and go back."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from redress.acquire.sources.folder import FolderSource
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, acquire_and_read
from redress.steps.record import RunRecord
from redress.steps.upkeep import Action
from redress.warehouse.build import warehouse_identity
from redress.warehouse.landing import Landing
from redress.warehouse.releases.releases import Releases
from tests.dags.airflow_process import AirflowProcess, airflow_process
from tests.made import SAMPLE_AUTHORITIES, SAMPLES
from tests.warehouse.small_warehouse import build

pytestmark = pytest.mark.needs("airflow")

DAG = "warehouse_upkeep"
SEASON = Season(2022)
VALUES = [
    ("action", "mend", False),
    ("action", None, False),
    ("season", 2009, False),
    ("season", "2021", False),
    ("season", 2021, True),
    ("anew", "yes", False),
    ("release", "current", False),
    ("release", "../releases", False),
    ("release", "dc2b1b2c", True),
    ("release", "", True),
    ("release", None, True),
]


@pytest.fixture
def dag(bag: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = bag["dags"][DAG]
    return found


def test_upkeep_starts_by_hand_alone(dag: dict[str, Any]) -> None:
    assert dag["schedule"] is None


def test_the_ways_part_once_and_meet_where_they_publish(dag: dict[str, Any]) -> None:
    assert dag["downstream"] == {
        "choose": ["build_and_test", "plan_reread", "plan_roll_back"],
        "plan_reread": ["read"],
        "read": ["check"],
        "check": ["build_and_test", "data_docs"],
        "build_and_test": ["release"],
        "release": ["data_docs", "serve", "site"],
        "plan_roll_back": ["roll_back"],
        "roll_back": ["serve", "site"],
        "serve": ["end", "report"],
        "data_docs": ["end", "report"],
        "site": ["end", "report"],
        "report": ["end"],
        "end": [],
    }
    assert dag["mapped"] == ["read"]
    assert dag["outlets"] == {"release": ["redress_release"], "roll_back": ["redress_release"]}


def test_what_writes_waits_for_the_one_slot(dag: dict[str, Any]) -> None:
    writers = ("check", "build_and_test", "release", "roll_back", "serve")
    assert dag["pools"] == dict.fromkeys(writers, "warehouse_writer")


def test_each_field_of_the_form_has_its_title_its_help_and_its_place(dag: dict[str, Any]) -> None:
    params = dag["params"]
    assert params["action"]["enum"] == [str(one) for one in Action] == list(params["action"]["values_display"])
    assert {name: param.get("section") for name, param in params.items()} == {
        "action": None,
        "season": "Reread",
        "anew": "Reread",
        "release": "Roll back",
        "by": "Who and why",
        "reason": "Who and why",
    }
    assert dag["defaults"] == {
        "action": "rebuild",
        "season": None,
        "anew": False,
        "release": None,
        "by": None,
        "reason": None,
    }


@pytest.mark.parametrize(("field", "value", "is_taken"), VALUES)
def test_a_value_that_is_none_of_a_field_starts_no_run(
    dag: dict[str, Any], field: str, value: object, is_taken: bool
) -> None:
    assert Draft7Validator(dag["params"][field]).is_valid(value) is is_taken


# --- Real runs ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """A run of the dag: the command's exit code and output, the tasks' states, and the messages of its steps."""

    code: int
    printed: str
    states: dict[str, str]
    told: dict[str, str]

    def names(self, state: str) -> set[str]:
        return {task for task, found in self.states.items() if found == state}


@dataclass(frozen=True)
class Home:
    """A process of Airflow's, and the home that keeps its runs."""

    airflow: AirflowProcess
    settings: Settings

    @property
    def releases(self) -> Releases:
        return Releases(self.settings.warehouse_folder)

    @property
    def current(self) -> str:
        folder = self.releases.current()
        assert folder is not None
        return folder.name

    def upkeep(self, **conf: object) -> Done:
        """One run of the dag."""
        before = set(Path(str(self.settings.runs_folder)).rglob("*.jsonl"))
        code, printed = self.airflow.run("dags", "test", DAG, "--conf", json.dumps(conf))
        (path,) = set(Path(str(self.settings.runs_folder)).rglob("*.jsonl")) - before or [None]
        events = [] if path is None else RunRecord(path).events()
        told = {event["step"]: event["told"] for event in events if event["state"] != "began"}
        return Done(code, printed, self._states(), told)

    def _states(self) -> dict[str, str]:
        """The state of each task of the last run, by its name; a mapped one's by what it is called."""
        with sqlite3.connect(self.airflow.home / "airflow.db") as database:
            found = database.execute(
                "select coalesce(rendered_map_index, task_id), state from task_instance where dag_id = ? and "
                "run_id = (select run_id from dag_run where dag_id = ? order by id desc limit 1)",
                (DAG, DAG),
            )
            return dict(found.fetchall())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, airflow_metadata: Path) -> Iterator[Home]:
    """A home that has lost its landing: its archive has a season, and it has no release."""
    place = tmp_path_factory.mktemp("upkeep")
    councils = place / "councils.csv"
    councils.write_bytes(SAMPLE_AUTHORITIES.read_bytes())
    settings = Settings(home=place / "home", additional_authorities=councils, read_batch_letters=2)
    acquire_and_read(Run.of_season(SEASON, "acquired", settings), FolderSource(SAMPLES / "letters"))
    environment = {"REDRESS_READ_BATCH_LETTERS": "2"}
    with airflow_process(place / "airflow", settings, environment, airflow_metadata) as airflow:
        yield Home(airflow, settings)


@pytest.fixture(scope="module")
def reread(home: Home) -> Done:
    return home.upkeep(action="reread", season=SEASON.year, anew=True, by="A. Person", reason="landing was lost")


def test_a_season_is_read_again_from_the_archive_and_published(home: Home, reread: Done) -> None:
    assert reread.code == 0, reread.printed
    assert len(Landing(home.settings.landing_folder).letters(SEASON)) == 3
    assert home.current == warehouse_identity(home.settings)
    assert reread.told["asked"] == "reread 2022, all files anew, asked for by A. Person: landing was lost"
    assert "landing has nothing of season 2022" in reread.told["plan"]
    assert reread.told["read 1"].startswith("2 letters read, ")
    assert "as they were read before" not in reread.told["read 1"]
    assert reread.told["release"] == f"release {home.current} published"
    assert Path(reread.told["report"]).exists()


def test_the_other_ways_are_skipped_and_a_batch_is_named_by_its_letters(reread: Done) -> None:
    assert reread.names("skipped") == {"plan_roll_back", "roll_back"}
    assert {
        "1: ostlebridge-council.pdf to pellonshire-county-council.pdf",
        "2: wexmarsh-district-council.pdf to wexmarsh-district-council.pdf",
    } <= reread.names("success")


@pytest.fixture(scope="module")
def rebuilt(home: Home, reread: Done) -> Done:
    return home.upkeep()


def test_a_rebuild_of_what_is_whole_has_nothing_to_do(home: Home, rebuilt: Done) -> None:
    assert rebuilt.code == 0, rebuilt.printed
    assert rebuilt.told["build"] == f"release {home.current} holds all of this already"
    assert rebuilt.told["release"] == "nothing changed, nothing published"
    assert rebuilt.names("success") == {"choose", "build_and_test", "release", "serve", "site", "end"}


@pytest.fixture(scope="module")
def second(home: Home, rebuilt: Done) -> tuple[str, str]:
    """A second release, of what is landed; the identities of both."""
    first = home.current
    assert home.settings.additional_authorities is not None
    with home.settings.additional_authorities.open("a") as file:
        file.write("SAMPLE-99,Invented Upkeep Council,Upkeep,district,South East,1974-04-01,\n")
    identity = warehouse_identity(home.settings)
    build(home.releases, identity)
    home.releases.publish(identity)
    return first, identity


@pytest.fixture(scope="module")
def gone_back(home: Home, second: tuple[str, str]) -> Done:
    return home.upkeep(action="roll_back", reason="one rate is wrong")


def test_going_back_puts_the_release_before_in_front_of_the_readers(
    home: Home, second: tuple[str, str], gone_back: Done
) -> None:
    assert gone_back.code == 0, gone_back.printed
    assert gone_back.told["roll back"] == f"release {second[0]} is current"
    assert gone_back.names("success") == {"choose", "plan_roll_back", "roll_back", "serve", "site", "end"}
    taken = home.releases.history.taken_back()[second[1]]
    assert (taken.by, taken.reason) == ("dag_test", "one rate is wrong")


def test_what_was_taken_back_does_not_come_back_by_a_rebuild(
    home: Home, second: tuple[str, str], gone_back: Done
) -> None:
    done = home.upkeep(action="rebuild")
    assert done.code == 0, done.printed
    assert (
        f"which dag_test took back on {home.releases.history.taken_back()[second[1]].shown_at}"
        in done.told["build"]
    )
    assert home.current == second[0]


def test_params_that_contradict_each_other_fail_the_first_task_and_nothing_is_done(
    home: Home, gone_back: Done
) -> None:
    before = home.current
    done = home.upkeep(action="rebuild", release="ab12")
    assert done.code == 1
    assert done.names("failed") == {"choose"}
    assert done.names("success") == set()
    assert "release is set to ab12: leave release empty, or set action to roll_back" in done.told["asked"]
    assert home.current == before


def test_a_re_read_that_fails_fails_its_run_and_has_its_report(home: Home, gone_back: Done) -> None:
    done = home.upkeep(action="reread", season=2015)
    assert done.code == 1
    assert "plan_reread" in done.names("failed")
    report = Path(done.told["report"]).read_text()
    assert report.startswith("# Season 2015 (2014-15) failed at plan: SeasonError: season 2015 is not landed")
