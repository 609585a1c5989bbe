"""dbt as a process of its own: where it reads and writes, and with its telemetry off."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from redress.settings import PROJECT_FOLDER

DBT_PROJECT = PROJECT_FOLDER / "dbt_project"
SHOWN_LINES_COUNT = 25
SHOWN_ERROR_CHARACTERS = 2000
_TIME = r"(?:\d\d:\d\d:\d\d)?[ ]*"
_NAMED_FAILURE = re.compile(rf"^{_TIME}((?:Failure|(?:\w+ )?Error) in .+)\n{_TIME}(.+)$", re.MULTILINE)
"""What failed stands in one line of dbt's, and why in the next; times of day may stand before both."""


class DbtError(Exception):
    """dbt did not do what it was asked; the message has its last lines and says which log to read."""


def run_dbt(
    arguments: Sequence[str],
    *,
    database: Path,
    landing: Path,
    additional_authorities: Path | None,
    target: Path,
    logs: Path,
    time_limit_seconds: float,
) -> None:
    """Run a dbt command on the project: `database` is the DuckDB file that it opens, `target` where it writes.

    Raises DbtError where dbt fails, and where it takes longer than it may.
    """
    logs.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "REDRESS_BUILD_FILE": str(database),
        "REDRESS_LANDING": str(landing),
        "REDRESS_ADDITIONAL_AUTHORITIES": ""
        if additional_authorities is None
        else str(additional_authorities.absolute()),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    places = {
        "--project-dir": DBT_PROJECT,
        "--profiles-dir": DBT_PROJECT,
        "--target-path": target,
        "--log-path": logs,
    }
    command = [sys.executable, "-W", "ignore", "-m", "dbt.cli.main", "--no-use-colors", *arguments]
    command += [str(part) for place in places.items() for part in place]
    log = logs / "dbt.log"
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours, and nothing from a letter is part of it
            command, env=environment, capture_output=True, text=True, timeout=time_limit_seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise DbtError(f"dbt {arguments[0]} was ended after {time_limit_seconds:g} s; its log is {log}") from None
    if done.returncode != 0:
        told = "\n".join(done.stdout.splitlines()[-SHOWN_LINES_COUNT:])
        why = _why(done.stdout + done.stderr)
        raise DbtError(
            f"dbt {arguments[0]} failed: {why}; its log is {log}; its last lines:\n{told}\n"
            f"{done.stderr[-SHOWN_ERROR_CHARACTERS:]}"
        )


def _why(told: str) -> str:
    """The one line that says why dbt failed: the first failure or error that it names, or what it said last."""
    named = _NAMED_FAILURE.search(told)
    if named is not None:
        return f"{named[1].strip()}: {named[2].strip()}"
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
