"""Run annual_letters once as the schedule starts it, with the settings of the environment.

python -m tests.dags.scheduled_run SOURCE RECORD LOG
"""

import datetime as dt
import sys
from collections.abc import Mapping

from redress.orchestration import season_runs
from redress.orchestration.names import SCHEDULED
from redress.orchestration.season_runs import PlannedRun

SEASON = 2022
DUE = dt.datetime(SEASON, 8, 15, 6, tzinfo=dt.UTC)
RUN_ID = f"scheduled__{SEASON}"


class ScheduledRun(season_runs._Run):
    """A dag run of the schedule, with the logical date of the schedule."""

    def create(self, conf: Mapping[str, object]) -> None:
        from airflow.utils.state import DagRunState
        from airflow.utils.types import DagRunTriggeredByType, DagRunType

        self.serialized.create_dagrun(
            run_id=self.planned.run_id,
            logical_date=DUE,
            data_interval=(DUE, DUE),
            run_after=DUE,
            start_date=dt.datetime.now(dt.UTC),
            conf=dict(conf),
            run_type=DagRunType(SCHEDULED),
            triggered_by=DagRunTriggeredByType.TIMETABLE,
            state=DagRunState.RUNNING,
            session=self.session,
        )


if __name__ == "__main__":
    season_runs._Run = ScheduledRun  # type: ignore[misc]
    source, record, log = sys.argv[1:]
    season_runs.main(source, [PlannedRun(SEASON, RUN_ID, record, log)])
