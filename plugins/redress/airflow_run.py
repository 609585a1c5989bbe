"""Within a task of Airflow: which season run the task belongs to, by the run's params and id."""

import re

from airflow.sdk import get_current_context

from redress.acquire.source import Source
from redress.seasons import Season
from redress.settings import Settings
from redress.steps import SeasonRun, source_of


def season_run() -> SeasonRun:
    """The season run of the task that is running now."""
    context = get_current_context()
    run_id = re.sub(r"[^A-Za-z0-9_.+-]", "-", context["run_id"])  # a run's name never becomes a path by itself
    return SeasonRun(Season(int(context["params"]["season"])), run_id, Settings())


def source() -> Source:
    """The source that the run's params name."""
    return source_of(str(get_current_context()["params"]["source"]))
