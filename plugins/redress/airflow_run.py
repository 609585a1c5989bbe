"""Within a task of Airflow: which season run the task belongs to, by the run's params and id."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from airflow.sdk import get_current_context

from redress.acquire.source import Source
from redress.acquire.sources import source_of
from redress.seasons import Season
from redress.settings import Settings
from redress.steps import SeasonRun


def season_run() -> SeasonRun:
    """The season run of the task that is running now."""
    context = get_current_context()
    run_id = re.sub(r"[^A-Za-z0-9_.+-]", "-", context["run_id"])  # a run's name never becomes a path by itself
    return SeasonRun(Season(int(context["params"]["season"])), run_id, Settings())


def source() -> Source:
    """The source that the run's params name."""
    return source_of(str(get_current_context()["params"]["source"]), Settings())


def retry_failed() -> bool:
    """Whether the run is to ask only for what failed in the season's last run."""
    return bool(get_current_context()["params"]["retry_failed"])


def batch_name(batch: int, items: Sequence[Mapping[str, Any]]) -> str:
    """What a mapped task is called where people look for it: its number, and its first and last letter."""
    ends = (items[0], items[-1])
    first, last = (item.get("authority_id") or str(item["address"]).rpartition("/")[2] for item in ends)
    return f"{batch + 1}: {first} to {last}"
