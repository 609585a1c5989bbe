"""A run under a real scheduler ends well after kills, a database's restart, a full disk, or an absent source."""

import random

import pytest

from redress.steps.record import failure_reason
from redress.warehouse.releases.releases import Releases
from tests.acquire.site_server import PDF, SiteServer, in_turn, sample, tagged
from tests.orchestration.local.running import RunningAirflow
from tests.orchestration.local.soak import KINDS, SEASON, Whole, check, empty, kill_on_the_way, undisturbed

pytestmark = pytest.mark.needs("airflow")

COUNCILS = ("Ostlebridge Council", "Pellonshire County Council", "Wexmarsh District Council")
KILLS_COUNT = 2
"""The number of kills in the test's run, each of another kind, drawn at random from the four KINDS. `make soak` has
fifty kills."""
LARGEST_BYTES = 5_000_000
"""The largest size of a file while the disk is "full", in bytes: larger than a log of Airflow, and smaller than a
warehouse."""


@pytest.fixture(scope="module")
def whole(airflow: RunningAirflow) -> Whole:
    """The result of a run of the season that nothing disturbs."""
    return undisturbed(airflow)


@pytest.mark.long
def test_a_run_whose_processes_are_killed_ends_as_an_undisturbed_one(airflow: RunningAirflow, whole: Whole) -> None:
    seed = random.randrange(10**6)  # noqa: S311 - not for secrets
    print(f"seed {seed}")
    chance = random.Random(seed)  # noqa: S311
    killed = kill_on_the_way(airflow, whole, chance, chance.sample(KINDS, k=KILLS_COUNT))
    assert killed.kills


@pytest.mark.long
def test_a_run_whose_metadata_database_is_restarted_ends_as_an_undisturbed_one(
    airflow: RunningAirflow, whole: Whole
) -> None:
    empty(airflow)
    run_id = airflow.trigger(season=SEASON.year)
    airflow.wait_for(lambda: is_at(airflow, run_id, "check", "running"), "check does not begin")
    schedulers = {airflow.running["scheduler"].pid}
    airflow.restart_database()
    state = airflow.wait(run_id)
    schedulers.add(airflow.running["scheduler"].pid)
    print(f"{len(schedulers)} schedulers, the run: {state}")
    if state == "failed":
        airflow.clear(run_id, only_failed=True)
        airflow.wait_for(lambda: airflow.state(run_id) != "failed", "the run was cleared and does not begin")
    assert airflow.wait(run_id) == "success"
    check(airflow, run_id, whole)
    airflow.up.wait_until_ready(airflow.running)


@pytest.mark.long
def test_a_build_on_a_full_disk_is_said_leaves_nothing_and_is_tried_again(
    airflow: RunningAirflow, whole: Whole
) -> None:
    empty(airflow)
    with airflow.full_disk(LARGEST_BYTES):
        run_id = airflow.trigger(season=SEASON.year)
        airflow.wait_for(
            lambda: is_at(airflow, run_id, "build_and_test", "up_for_retry"),
            "the build does not wait for another try",
        )
        assert "was not written whole" in str(failure_reason(airflow.record(run_id)))
        releases = Releases(airflow.settings.warehouse_folder)
        assert releases.current() is None
        assert list((releases.folder / "incoming").iterdir()) == []
    assert airflow.wait(run_id) == "success"
    check(airflow, run_id, whole)


@pytest.mark.long
def test_a_source_that_is_down_at_first_is_asked_again(airflow: RunningAirflow, site: SiteServer) -> None:
    empty(airflow)
    rows = ["season,authority,address"]
    for number, name in enumerate(COUNCILS):
        site.give(f"/{number}.pdf", tagged(sample(SEASON.year, name), PDF))
        rows.append(f"{SEASON},{name},{site.url}/{number}.pdf")
    site.give("/letters.csv", *in_turn(503, 503, then=tagged("\n".join(rows).encode(), "text/csv")))
    run_id = airflow.trigger(season=SEASON.year, source=f"manifest:{site.url}/letters.csv")
    assert airflow.wait(run_id) == "success"
    assert [one.try_number for one in airflow.tasks(run_id) if one.task_id == "plan"] == [3]
    (taken,) = (e for e in airflow.record(run_id).events() if (e["step"], e["state"]) == ("take stock", "done"))
    assert taken["counts"]["fetched"] == len(COUNCILS)


def is_at(airflow: RunningAirflow, run_id: str, task_id: str, state: str) -> bool:
    return any(one.task_id == task_id and one.state == state for one in airflow.tasks(run_id))
