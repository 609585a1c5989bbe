"""Nearly all passages that are planted in one council's letter are found, and no shared paragraph is among them."""

import pytest

from benchmarks.planted_passages import Found, compared, planted_season
from redress.read.reader import read_letter


def found_in(councils_count: int, seed: int) -> Found:
    planted = planted_season(councils_count, seed)
    return compared(planted, [read_letter(one.content, "letter.pdf") for one in planted])


def test_passages_of_a_small_season_are_found_and_shared_paragraphs_are_not_taken_for_own() -> None:
    found = found_in(20, seed=5)
    assert found.planted > 40
    assert found.found_whole >= 0.99 * found.planted
    assert found.shared == 20 * 10
    assert found.taken_for_own == 0


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_passages_of_a_whole_season_are_found_and_shared_paragraphs_are_not_taken_for_own(seed: int) -> None:
    found = found_in(330, seed)
    assert found.planted > 900
    assert found.found_whole >= 0.99 * found.planted
    assert found.taken_for_own == 0
