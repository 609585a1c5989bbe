"""The params of a run of upkeep say what the run is to do, and params that contradict each other are refused."""

import pytest

from redress.steps.upkeep import Action, Upkeep
from tests.made import SEASON

PARAMS = {"action": "rebuild", "season": None, "anew": False, "release": None, "by": None, "reason": None}


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"action": "reread"}, "reread needs a season: set season to the year of the letters"),
        ({"season": 2021}, "rebuild is of the whole warehouse, and season is set to 2021: leave season empty"),
        ({"action": "roll_back", "season": 2021}, "roll_back is of the whole warehouse"),
        ({"release": "ab12"}, "rebuild goes to no earlier release, and release is set to ab12: leave release"),
        ({"action": "reread", "season": 2021, "release": "ab12"}, "reread goes to no earlier release"),
        ({"anew": True}, "rebuild reads no letter: switch anew off"),
        ({"action": "roll_back", "by": " "}, "roll_back has to say who goes back: set by to your name"),
        ({"action": "mend"}, "mend"),
    ],
)
def test_params_that_contradict_each_other_say_what_to_set(params: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Upkeep.of_params(PARAMS | params, None)


def test_who_starts_a_run_asks_for_it_unless_somebody_else_is_named() -> None:
    params = PARAMS | {"action": "roll_back", "release": "ab12", "reason": "one rate is wrong"}
    assert Upkeep.of_params(params, "a.person").sentence == (
        "roll_back to ab12, asked for by a.person: one rate is wrong"
    )
    assert Upkeep.of_params(params | {"by": "B. Person"}, "a.person").by == "B. Person"
    reread = Upkeep.of_params(PARAMS | {"action": "reread", "season": 2021, "anew": True}, None)
    assert reread == Upkeep(Action.REREAD, SEASON, anew=True)
    assert reread.sentence == "reread 2021, all files anew"
