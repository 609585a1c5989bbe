"""Under a real scheduler, unpausing starts nothing, a backfill runs, and a run by hand without a season fails.

The home has the sample seasons and their release already, so that nothing is built. Runs that build are in
tests/dags, and backfills that build in test_backfill.py.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from redress.orchestration.names import ANNUAL_LETTERS
from redress.steps.record import last_failure, step_summaries
from redress.warehouse.releases.releases import Releases
from tests.orchestration.local.running import RunningAirflow, run_of, running_airflow

pytestmark = pytest.mark.needs("airflow")

YEAR = 2022


@pytest.fixture(scope="module")
def airflow(samples_release: Path) -> Iterator[RunningAirflow]:
    """A running Airflow over a copy of the samples' home. Its runs take the sample letters where these lie."""
    with running_airflow(home=samples_release.parents[2]) as one:
        yield one


@dataclass(frozen=True)
class Unpaused:
    """The runs that the schedule started after the dag was unpaused, and the time at which the next run is due."""

    scheduled: Mapping[str, str]
    next_due: dt.datetime


@pytest.fixture(scope="module")
def unpaused(airflow: RunningAirflow) -> Unpaused:
    ((next_due,),) = airflow.rows("select next_dagrun_create_after from dag where dag_id = %s", ANNUAL_LETTERS)
    return Unpaused(airflow.runs("scheduled"), next_due)


@pytest.fixture(scope="module")
def by_hand(airflow: RunningAirflow, unpaused: Unpaused) -> str:
    """The id of a run by hand that does not say its season, beside a backfill of one season. Both have ended."""
    airflow.backfill(YEAR, YEAR)
    run_id = airflow.trigger()
    airflow.wait(run_id)
    airflow.wait(run_of(YEAR))
    return run_id


def test_unpausing_starts_no_season(unpaused: Unpaused) -> None:
    assert unpaused.scheduled == {}
    assert unpaused.next_due > dt.datetime.now(dt.UTC)


def test_a_backfill_makes_a_run_for_its_season_which_succeeds(airflow: RunningAirflow, by_hand: str) -> None:
    assert airflow.runs("backfill") == {run_of(YEAR): "success"}
    names = {one.name for one in airflow.tasks(run_of(YEAR)) if one.map_index >= 0}
    assert names == {"1: ostlebridge-council.pdf to wexmarsh-district-council.pdf"}


def test_the_writers_of_a_run_work_one_after_the_other(airflow: RunningAirflow, by_hand: str) -> None:
    writers = [one for one in airflow.tasks(run_of(YEAR)) if one.pool == "warehouse_writer"]
    assert [one.task_id for one in writers] == ["check", "build_and_test", "release", "serve"]
    times = [(one.began_at or 0.0, one.ended_at or 0.0) for one in writers if one.state == "success"]
    assert len(times) >= len(writers) - 1  # serve is skipped where nobody is served
    assert all(0 < ended <= following for (_, ended), (following, _) in pairwise(times))


def test_a_season_that_has_not_changed_publishes_nothing(
    airflow: RunningAirflow, by_hand: str, samples_release: Path
) -> None:
    told = {one.name: one.message for one in step_summaries(airflow.record(run_of(YEAR)))}
    assert told["build"] == f"release {samples_release.name} holds all of this already"
    assert told["release"] == "nothing changed, nothing published"
    current = Releases(airflow.settings.warehouse_folder).current()
    assert current is not None
    assert current.name == samples_release.name


def test_a_run_by_hand_that_does_not_say_its_season_fails_at_once(airflow: RunningAirflow, by_hand: str) -> None:
    assert airflow.state(by_hand) == "failed"
    assert [one.try_number for one in airflow.tasks(by_hand) if one.task_id == "plan"] == [1]
    failure = last_failure(airflow.record(by_hand))
    assert failure is not None
    assert failure.name == "plan"
    assert "a run that is started by hand has to say its season" in failure.message
