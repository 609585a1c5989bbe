"""Names that dags, `make up`, docker-compose.yml and people's commands share: dags, tasks, pools, types of run.

This module imports nothing of Airflow, so that a program can use the names without Airflow's start.
"""

from collections.abc import Mapping

ANNUAL_LETTERS = "annual_letters"
PUBLICATION_WATCH = "publication_watch"
WAREHOUSE_UPKEEP = "warehouse_upkeep"

REREAD_TASK = "plan_reread"
BUILD_TASK = "build_and_test"
ROLL_BACK_TASK = "plan_roll_back"

WRITER_POOL = "warehouse_writer"
SITE_POOL = "ombudsman_site"
POOLS: Mapping[str, str] = {
    WRITER_POOL: "one task at a time changes landing or the warehouse",
    SITE_POOL: "one task at a time asks a source for letters",
}
"""The pools, each of one slot, with their purpose. If a pool is missing, the scheduler never starts its tasks, and
logs nothing about it."""

SCHEDULED = "scheduled"
"""The type of a run that the schedule has started and that nobody has asked for."""
DATED_RUN_TYPES = (SCHEDULED, "backfill")
"""The types of run whose logical date states the season. The date of another run says only when it was started."""
UNFINISHED_STATES = ("queued", "running")
"""The states of a dag run that has not ended."""
