"""Run records: what each step of a run did and how long it took, one JSON object a line, as it happens."""

import datetime as dt
import hashlib
import itertools
import json
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WITHOUT_SEASON = "without_season"
"""Below the folder of run records: those of runs that failed because they did not say their season."""
NAME_CHARACTERS, HASH_CHARACTERS = 150, 12
"""Of the name of a run's files, which have endings too: file systems take 255 bytes."""
STEP_NAME_WIDTH = 11
"""Of a step's name in a line: the longest is "data tables"."""


@dataclass
class StepNote:
    """What a step wants to say when it ends; the step fills it while it works."""

    told: str = ""
    counts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunRecord:
    """The record of one run: a file that is only appended to, and can be read while the run goes on."""

    path: Path

    @contextmanager
    def step(self, name: str) -> Iterator[StepNote]:
        """Record that a step began, and how it ended: what it told, its seconds, or what it raised."""
        self._append(step=name, state="began")
        note = StepNote()
        started = time.monotonic()
        try:
            yield note
        except BaseException as error:
            seconds = round(time.monotonic() - started, 3)
            self._append(step=name, state="failed", seconds=seconds, told=f"{type(error).__name__}: {error}")
            raise
        seconds = round(time.monotonic() - started, 3)
        self._append(step=name, state="done", seconds=seconds, told=note.told, counts=note.counts)

    def events(self) -> list[dict[str, Any]]:
        """All that has been recorded so far, the oldest first."""
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text().splitlines() if line.endswith("}")]

    def set_aside(self) -> None:
        """Keep what was recorded under another name (`<name>.jsonl.1`), so that the run can be done again whole."""
        numbers = itertools.count(1)
        free = (self.path.with_name(f"{self.path.name}.{number}") for number in numbers)
        self.path.rename(next(path for path in free if not path.exists()))

    def _append(self, **event: Any) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        with self.path.open("a") as file:
            file.write(json.dumps({"at": at, **event}, ensure_ascii=False) + "\n")


@dataclass(frozen=True)
class StepSummary:
    """One step of a run, once: how it ended the last time, and how often it began.

    `seconds` and `told` are None and empty where nothing is known of its end: it runs, or its process was killed.
    """

    name: str
    state: str
    attempts_count: int
    seconds: float | None = None
    told: str = ""
    counts: dict[str, Any] = field(default_factory=dict)


def step_summaries(record: RunRecord) -> tuple[StepSummary, ...]:
    """Each step of a run once, in the order in which they began first."""
    found: dict[str, StepSummary] = {}
    for event in record.events():
        name, state = event["step"], event["state"]
        before = found.get(name)
        attempts_count = 0 if before is None else before.attempts_count
        if state == "began":
            found[name] = StepSummary(name, state, attempts_count + 1)
        else:
            told, counts = event["told"], event.get("counts", {})
            found[name] = StepSummary(name, state, attempts_count, event["seconds"], told, counts)
    return tuple(found.values())


def last_failure(record: RunRecord) -> StepSummary | None:
    """The step that failed last and has not begun again since, or None where none has."""
    failed = {one.name: one for one in step_summaries(record) if one.state == "failed"}
    ends = [event["step"] for event in record.events() if event["state"] == "failed" and event["step"] in failed]
    return failed[ends[-1]] if ends else None


def failure_reason(record: RunRecord) -> str | None:
    """Why a run failed: the first line of what the step told that failed last, or None where none has failed.

    A step that failed and has begun again since has not failed.
    """
    failure = last_failure(record)
    return None if failure is None else failure.told.partition("\n")[0]


def step_line(event: dict[str, Any]) -> str:
    """How a step ended, as a line of a table: its name, its seconds, and what it told."""
    how = "failed: " if event["state"] == "failed" else ""
    return f"{event['step']:<{STEP_NAME_WIDTH}} {event['seconds']:6.1f} s  {how}{event['told']}"


def record_name(run_id: str) -> str:
    """What the files of a run are called: Airflow's id of it, but ".." too is no path by itself.

    A long id, of which Airflow takes 250 characters, is cut, and a hash of all of it is put in place of the rest.
    """
    name = re.sub(r"^\.+|[^A-Za-z0-9_.+-]", "-", run_id)
    if len(name) <= NAME_CHARACTERS:
        return name
    digest = hashlib.sha256(run_id.encode()).hexdigest()[:HASH_CHARACTERS]
    return f"{name[: NAME_CHARACTERS - HASH_CHARACTERS - 1]}-{digest}"


def new_run_id() -> str:
    """A name for a run outside Airflow."""
    return f"command-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{uuid.uuid4().hex[:6]}"
