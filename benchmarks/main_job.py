"""Measure where `make run` spends its time (Airflow, reading, checks, dbt, release), and print a Markdown table.

The share of each part comes from the runs' own records. The time that no step accounts for is Airflow's: its start,
once for all seasons, and its work between tasks. The last row has the processor time of all processes together,
which depends less than the other rows on other work of the machine.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from redress.steps.record import RunRecord

PROJECT = Path(__file__).resolve().parents[1]
PARTS = {
    "plan": "acquire",
    "acquire": "acquire",
    "take": "acquire",
    "data": "data tables and data docs",
    "read": "reading",
    "check": "checks (most of it: importing Great Expectations)",
    "build": "dbt build and tests (most of it: start-up)",
    "release": "release",
    "report": "report",
}


def main() -> None:
    """Run the main job twice in a fresh working folder, and account for the seconds of each run."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        environment = os.environ | {
            "REDRESS_HOME": str(home),
            "REDRESS_ADDITIONAL_AUTHORITIES": str(PROJECT / "samples" / "authorities.csv"),
        }
        columns = []
        for _ in range(2):
            before = set(home.glob("runs/*/*.jsonl"))
            started, used = time.monotonic(), _processor_seconds()
            command = [sys.executable, "-m", "redress.cli", "ingest", "samples/letters"]
            subprocess.run(command, cwd=PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL)
            total = time.monotonic() - started
            account = _account(total, set(home.glob("runs/*/*.jsonl")) - before)
            columns.append(account | {"processor time": _processor_seconds() - used})
    print(f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| part | first run, s | share | second run, s | share |")
    print("|---|---:|---:|---:|---:|")
    for part in columns[0]:
        cells = [f"{column[part]:.1f} | {column[part] / column['total']:.0%}" for column in columns]
        print(f"| {part} | {' | '.join(cells)} |")


def _processor_seconds() -> float:
    """Return the processor time of all processes that this process has started and that have ended."""
    used = os.times()
    return used.children_user + used.children_system


def _account(total: float, records: set[Path]) -> dict[str, float]:
    seconds = dict.fromkeys(PARTS.values(), 0.0)
    for path in records:
        for event in RunRecord(path).events():
            if event["state"] == "done":
                seconds[PARTS[event["step"].split()[0]]] += event["seconds"]
    return {"Airflow": total - sum(seconds.values())} | seconds | {"total": total}


if __name__ == "__main__":
    main()
