"""Names that dags, `make up`, docker-compose.yml and people's commands share: names of dags, tasks, pools and types
of run.

This module imports nothing of Airflow, so that a program can use the names without waiting until Airflow has
started.
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
"""The pools and the purpose of each. Each pool has one slot. If a pool is missing, the scheduler never starts the
pool's tasks, and logs nothing about it."""

SCHEDULED = "scheduled"
"""The type of a run that the schedule has started. Nobody has asked for such a run."""
DATED_RUN_TYPES = (SCHEDULED, "backfill")
"""The types of run whose date (logical date) states the season. The date of any other run says only when it was
started."""
UNFINISHED_STATES = ("queued", "running")
"""The states in which a dag run has not ended."""
