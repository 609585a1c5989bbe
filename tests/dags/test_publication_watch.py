"""The dag publication_watch has the schedule, the tasks and the params of a weekly watch.

Real runs of the dag are in test_real_runs.py.
"""

from typing import Any

import pytest

pytestmark = pytest.mark.needs("airflow")


@pytest.fixture
def dag(bag: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = bag["dags"]["publication_watch"]
    return found


def test_a_watch_looks_weekly_while_letters_come(dag: dict[str, Any]) -> None:
    assert dag["schedule"] == "0 6 * 5-10 1"


def test_a_watch_looks_decides_starts_and_tells(dag: dict[str, Any]) -> None:
    assert dag["downstream"] == {"look": ["decide"], "decide": ["start"], "start": ["tell"], "tell": []}
    assert dag["pools"] == {"look": "ombudsman_site"}


def test_a_source_that_is_down_is_asked_again_for_an_hour(dag: dict[str, Any]) -> None:
    assert dag["retry_minutes"]["look"] >= 60


def test_a_watch_can_be_told_its_season_and_its_source(dag: dict[str, Any]) -> None:
    assert dag["defaults"] == {"season": None, "source": ""}
    assert dag["params"]["season"]["type"] == ["null", "integer"]
