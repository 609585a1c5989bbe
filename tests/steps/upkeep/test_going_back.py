"""After a person has gone back to an earlier release, a rebuild does not publish the later release again."""

from pathlib import Path

import pytest

from redress.settings import Settings
from redress.steps import plan_roll_back, rebuild, roll_back
from redress.warehouse.build import warehouse_identity
from redress.warehouse.releases.releases import ReleaseError, Releases
from tests.steps.upkeep.runs import current, flip, told, upkeep_run
from tests.warehouse.small_warehouse import build

pytestmark = pytest.mark.needs("dbt")


@pytest.fixture
def two(settings: Settings, releases: Releases) -> tuple[str, str]:
    """The identities of two releases. The second release is current, and has the identity of what is landed."""
    first = current(releases).name
    assert settings.additional_authorities is not None
    with settings.additional_authorities.open("a") as file:
        file.write("SAMPLE-99,Invented Upkeep Council,Upkeep,district,South East,1974-04-01,\n")
    second = warehouse_identity(settings)
    build(releases, second)
    releases.publish(second)
    return first, second


def go_back(settings: Settings, to: str = "") -> str:
    run = upkeep_run(settings, "back")
    return roll_back(run, plan_roll_back(run, to), by="A. Person", reason="one rate is wrong")


def test_what_was_taken_back_stays_so_through_a_rebuild(
    settings: Settings, releases: Releases, two: tuple[str, str]
) -> None:
    first, second = two
    assert go_back(settings) == first
    run = upkeep_run(settings)
    assert Path(rebuild(run)).name == first
    assert f"what is landed is that of release {second}, which A. Person took back" in told(run)["build"]
    assert current(releases).name == first


def test_a_damaged_release_that_may_not_be_replaced_is_said_in_words(
    settings: Settings, releases: Releases, two: tuple[str, str]
) -> None:
    first, second = two
    go_back(settings)
    flip(releases.release_folder(first) / "warehouse.duckdb")
    with pytest.raises(ReleaseError, match=rf"{first} is damaged .* {second}, which A. Person took back"):
        rebuild(upkeep_run(settings))
    assert current(releases).name == first


def test_going_back_that_is_done_again_goes_back_no_further(
    settings: Settings, releases: Releases, two: tuple[str, str]
) -> None:
    first, _ = two
    third = "aaaa000000000003"
    build(releases, third)
    releases.publish(third)
    run = upkeep_run(settings, "back")
    target = plan_roll_back(run)
    for _ in range(2):
        sentences: list[str] = []
        roll_back(run, target, by="A. Person", tell=sentences.append)
        assert sentences == [f"release {target} is current"]
    assert current(releases).name == target != first


def test_there_is_nothing_to_go_back_to_before_the_second_release(settings: Settings) -> None:
    with pytest.raises(ReleaseError, match="no release is known that was current before"):
        go_back(settings)
