"""If building or publishing is killed, readers keep a whole release, and the next run removes what is left over."""

import random
from pathlib import Path

import pytest

from tests.warehouse.soak import KEPT, WholeHome, kill_small, points

pytestmark = pytest.mark.needs("kill")

KILLS = 2


def test_publishing_that_is_killed_leaves_a_whole_release_and_nothing_that_the_next_run_does_not_clear(
    tmp_path: Path,
) -> None:
    warehouse = tmp_path / "warehouse"
    most = points(warehouse)
    number = KEPT + 1
    for _ in range(KILLS):
        had = kill_small(warehouse, number + 1, random.randint(1, most))  # noqa: S311
        number += 1 if had == "the one before" else 2


@pytest.mark.long
def test_a_build_that_is_killed_leaves_the_release_before_it_although_its_dbt_goes_on(tmp_path: Path) -> None:
    home = WholeHome(tmp_path)
    home.kill_once(1, random.uniform(0.3, 0.9) * home.seconds, is_alone=True)  # noqa: S311
