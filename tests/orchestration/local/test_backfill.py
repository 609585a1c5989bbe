"""Airflow's own backfill runs each season, gives the release of single runs, and has one writer at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import pytest

from redress.acquire.sources.folder import FolderSource
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, acquire_and_read, check
from redress.warehouse.build import warehouse_identity
from redress.warehouse.releases.history import Happening
from redress.warehouse.releases.releases import Releases
from tests.made import SAMPLE_AUTHORITIES, SAMPLES
from tests.orchestration.local.running import RunningAirflow, Task, run_of

pytestmark = [pytest.mark.needs("airflow"), pytest.mark.long]

YEARS = (2021, 2022)
OTHER_ORDER = (2022, 2021)
WRITES_IN_A_RUN = 4
"""The number of tasks of the writers' pool in each run: check, build_and_test, release and serve."""


@dataclass(frozen=True)
class Backfilled:
    """The result of a backfill: the state of each run, the tasks of all runs, the current release, and how often a
    release became current.
    """

    states: Mapping[str, str]
    tasks: tuple[Task, ...]
    release: str
    became_current_count: int
    began_at: float


def backfilled(airflow: RunningAirflow, began_at: float) -> Backfilled:
    """Wait until every run of every kind has ended, and return the result."""
    airflow.wait_for(
        lambda: not airflow.rows("select 1 from dag_run where state in ('queued', 'running')"), "runs do not end"
    )
    releases = Releases(airflow.settings.warehouse_folder)
    current = releases.current()
    assert current is not None
    became_current = [one for one in releases.history.events() if one.what is Happening.CURRENT]
    return Backfilled(airflow.runs("backfill"), tuple(airflow.tasks()), current.name, len(became_current), began_at)


@pytest.fixture(scope="module")
def began_at(airflow: RunningAirflow) -> float:
    return airflow.backfill(YEARS[0], YEARS[-1])


@pytest.fixture(scope="module")
def single_runs(began_at: float, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The identity of the warehouse when single runs land the same seasons, in another order and another home."""
    settings = Settings(home=tmp_path_factory.mktemp("single"), additional_authorities=SAMPLE_AUTHORITIES)
    for year in OTHER_ORDER:
        run = Run.of_season(Season(year), "single", settings)
        check(run, acquire_and_read(run, FolderSource(SAMPLES / "letters")))
    return warehouse_identity(settings)


@pytest.fixture(scope="module")
def first(airflow: RunningAirflow, began_at: float, single_runs: str) -> Backfilled:
    """The first backfill, over the seasons of `YEARS`."""
    return backfilled(airflow, began_at)


@pytest.fixture(scope="module")
def beyond(airflow: RunningAirflow, first: Backfilled) -> Backfilled:
    """The second backfill, over the same seasons and 2020. Its conf states season 2021 for every run, which is
    wrong for the run of 2020.
    """
    return backfilled(airflow, airflow.backfill(2020, YEARS[-1], "--dag-run-conf", '{"season": 2021}'))


@pytest.fixture(scope="module")
def by_hand(airflow: RunningAirflow) -> list[str]:
    """The ids of runs by hand beside a backfill. The fixture `again` adds them."""
    return []


@pytest.fixture(scope="module")
def again(airflow: RunningAirflow, beyond: Backfilled, by_hand: list[str]) -> Backfilled:
    """The third backfill, which repeats completed runs, with a run by hand of season 2022 beside it."""
    began_at = airflow.backfill(YEARS[0], YEARS[-1], "--reprocess-behavior", "completed")
    by_hand.append(airflow.trigger(season=2022))
    return backfilled(airflow, began_at)


def test_a_backfill_makes_a_run_for_each_season_and_all_succeed(first: Backfilled) -> None:
    assert first.states == {run_of(year): "success" for year in YEARS}


def test_a_backfill_ends_in_the_release_of_single_runs_in_another_order(
    first: Backfilled, single_runs: str
) -> None:
    assert first.release == single_runs


def test_each_mapped_task_is_named_by_its_first_and_last_letter(first: Backfilled) -> None:
    names = {(one.run_id, one.task_id): one.name for one in first.tasks if one.map_index >= 0}
    ends = {
        2021: "1: london-borough-of-vennery.pdf to wexmarsh-district-council.pdf",
        2022: "1: ostlebridge-council.pdf to wexmarsh-district-council.pdf",
    }
    assert names == {(run_of(year), task): ends[year] for year in YEARS for task in ("acquire", "read")}


def test_no_two_tasks_ever_changed_the_warehouse_side_by_side(first: Backfilled) -> None:
    assert_one_writer(first, len(YEARS) * WRITES_IN_A_RUN)


def test_what_another_run_has_built_is_not_built_again(airflow: RunningAirflow, first: Backfilled) -> None:
    told = [
        event["told"]
        for year in YEARS
        for event in airflow.record(run_of(year)).events()
        if event["step"] == "build" and event["state"] == "done"
    ]
    built = [one for one in told if "its tests passed" in one]
    assert len(told) == len(YEARS)
    assert len(built) == len(set(built)) >= 1


def test_a_source_that_cannot_be_used_is_the_reason_in_the_runs_record_and_report(
    airflow: RunningAirflow, first: Backfilled
) -> None:
    run_id = airflow.trigger(season=2021, source="folder:/nowhere")
    assert airflow.wait(run_id) == "failed"
    record = airflow.record(run_id)
    told = "failed at plan: SourceError: the folder of letters /nowhere does not exist"
    assert told in record.path.with_suffix(".md").read_text().splitlines()[0]


def test_a_second_backfill_makes_runs_for_what_is_new_alone(first: Backfilled, beyond: Backfilled) -> None:
    assert set(beyond.states) - set(first.states) == {run_of(2020)}
    assert began(beyond, run_of(2021)) == began(first, run_of(2021))


def test_a_backfill_that_is_told_another_season_than_its_date_fails_at_once(
    airflow: RunningAirflow, beyond: Backfilled
) -> None:
    assert beyond.states[run_of(2020)] == "failed"
    assert [one.try_number for one in airflow.tasks(run_of(2020)) if one.task_id == "plan"] == [1]
    told = "the run is dated 2020-08-15, which is season 2020, and it states season 2021"
    assert told in airflow.task_log(run_of(2020), "plan")


def test_seasons_that_are_backfilled_again_are_run_again_and_nothing_is_published(
    first: Backfilled, again: Backfilled
) -> None:
    for year in YEARS:
        tasks = {one.task_id: one for one in again.tasks if one.run_id == run_of(year)}
        assert tasks["plan"].began_at is not None
        assert tasks["plan"].began_at > again.began_at
        assert tasks["plan"].try_number == 2
    assert again.release == first.release
    assert again.became_current_count == first.became_current_count


def test_a_run_by_hand_beside_a_backfill_of_its_season_loses_nothing(
    airflow: RunningAirflow, first: Backfilled, again: Backfilled, by_hand: list[str]
) -> None:
    assert [airflow.state(one) for one in (run_of(2022), *by_hand)] == ["success", "success"]
    assert_one_writer(again, 0)
    current = Releases(airflow.settings.warehouse_folder).current()
    assert current is not None
    assert current.name == first.release


def assert_one_writer(found: Backfilled, least: int) -> None:
    """Assert that at least so many tasks of the writers' pool ran, and that they ran one after the other."""
    times = sorted(
        (one.began_at, one.ended_at)
        for one in found.tasks
        if one.pool == "warehouse_writer" and one.began_at is not None and one.state == "success"
    )
    assert len(times) >= least
    assert all(ended is not None and ended <= following for (_, ended), (following, _) in pairwise(times))


def began(found: Backfilled, run_id: str) -> list[float | None]:
    return [one.began_at for one in found.tasks if one.run_id == run_id]
