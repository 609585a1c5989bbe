"""A relation proves figures only if the relation is unlikely to hold by coincidence."""

import numpy as np

from redress.model.letter import Letter, Verdict
from redress.model.season import Season
from redress.read.wording.arithmetic import a_share_is_possible, log_odds, share_holds
from redress.read.wording.facts import Facts


def values(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float64)


def a_season(*types: str) -> Facts:
    letters = tuple(Letter("", Verdict.EXTRACTED, "") for _ in types)
    return Facts(Season(2022), letters, types, (None,) * len(types), ())


def test_a_rate_is_rounded_half_up_to_a_whole_per_cent_or_to_one_decimal() -> None:
    part, whole = values(33, 33, 2, 2, 2), values(40, 40, 3, 3, 3)
    assert share_holds(part, whole, values(83, 82, 67, 66.7, 66.6)).tolist() == [True, False, True, True, False]


def test_a_rate_of_few_cases_must_be_one_of_few() -> None:
    assert a_share_is_possible(values(4, 4, 8, 3), values(75, 70, 38, 0)).tolist() == [True, False, True, True]


def told(facts: Facts, own: np.ndarray, other: np.ndarray) -> float:
    letters = np.arange(facts.count)
    return log_odds(facts, letters, own[None, :] == other[:, None], own == other)


def test_a_number_that_all_letters_share_could_always_be_a_coincidence() -> None:
    own = values(*[7.0] * 50)
    assert told(a_season(*["district"] * 50), own, own) == 0


def test_five_letters_cannot_prove_and_ten_can() -> None:
    for count, is_enough in ((5, False), (10, True)):
        own = np.arange(count, dtype=np.float64)
        assert (told(a_season(*["district"] * count), own, own) < -6) is is_enough


def test_a_number_that_only_the_type_of_council_decides_proves_nothing_within_the_type() -> None:
    facts = a_season(*["county"] * 20, *["district"] * 20)
    own = values(*[3.0] * 20, *[9.0] * 20)
    assert told(facts, own, own) == 0
