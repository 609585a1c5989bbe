"""The dag warehouse_upkeep has a form that refuses wrong values, and a way of tasks for each action.

Real runs of the dag are in test_real_runs.py.
"""

from typing import Any

import pytest
from jsonschema import Draft7Validator

from redress.steps.upkeep import Action

pytestmark = pytest.mark.needs("airflow")

DAG = "warehouse_upkeep"
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
