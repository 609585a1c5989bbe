"""The three dags parse fast, import nothing that only tasks need, and say what their parts are for."""

import subprocess
import sys
from typing import Any

import pytest

from redress.orchestration.names import ANNUAL_LETTERS, POOLS, PUBLICATION_WATCH, WAREHOUSE_UPKEEP
from tests.made import PROJECT

pytestmark = pytest.mark.needs("airflow")

DAGS = ("annual_letters", "publication_watch", "warehouse_upkeep")


def test_the_bag_holds_the_three_dags_and_no_error(bag: dict[str, Any]) -> None:
    assert bag["errors"] == {}
    assert sorted(bag["dags"]) == list(DAGS)
    assert sorted(bag["seconds"]) == list(DAGS)


def test_parsing_takes_under_a_second_of_ours_and_imports_nothing_that_a_task_needs(bag: dict[str, Any]) -> None:
    assert bag["heavy"] == []
    assert sum(bag["seconds"].values()) < 1


@pytest.mark.parametrize("dag_id", DAGS)
def test_a_dag_runs_once_at_a_time_catches_nothing_up_and_says_when_it_fails(
    bag: dict[str, Any], dag_id: str
) -> None:
    dag = bag["dags"][dag_id]
    assert dag["catchup"] is False
    assert dag["max_active_runs"] == 1
    assert dag["alerts"] == ["alert_failed_run"]


@pytest.mark.parametrize("dag_id", DAGS)
def test_no_task_may_hold_its_slot_for_ever(bag: dict[str, Any], dag_id: str) -> None:
    minutes = bag["dags"][dag_id]["minutes"]
    assert set(minutes) == set(bag["dags"][dag_id]["downstream"])
    assert [name for name, limit in minutes.items() if limit is None or not 1 < limit <= 12 * 60] == []


@pytest.mark.parametrize("dag_id", DAGS)
def test_each_field_of_a_form_and_each_task_says_what_it_is_for(bag: dict[str, Any], dag_id: str) -> None:
    dag = bag["dags"][dag_id]
    assert all(schema["title"] for schema in dag["params"].values())
    assert all(dag["helps"].values())
    assert dag["undocumented"] == []


def test_the_names_of_the_dags_are_kept_in_one_module() -> None:
    assert (ANNUAL_LETTERS, PUBLICATION_WATCH, WAREHOUSE_UPKEEP) == DAGS


def test_the_pools_that_dags_name_are_those_that_are_created(bag: dict[str, Any]) -> None:
    named = {pool for dag in bag["dags"].values() for pool in dag["pools"].values()}
    assert named == set(POOLS)


def test_the_dags_are_as_this_version_of_airflow_wants_them() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "AIR3", "dags", "plugins"],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )
    assert done.returncode == 0, done.stdout
