"""Run records: what each step of a run did and how long it took.

A record is a file with one JSON object a line. Each object is an event: the beginning or the end of a step. It has

at         when, in UTC
step       the name of the step
state      began, done or failed
seconds    how long the step took; only of an end
told       the message of the end, for people: what the step did, or the error that it raised
counts     facts for programs: numbers, names and states; only of a step that is done
error      the name of the class of the error; only of a step that failed, and not in records of earlier versions
"""

import datetime as dt
import hashlib
import itertools
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from redress.files.lines import add_json_line, json_lines, stated_json
from redress.files.places import Place, moved

NAME_CHARACTERS, HASH_CHARACTERS = 150, 12
"""How long the name of a run's files may be without endings, and how long the hash in such a name is. File systems
allow names of 255 bytes."""
STEP_NAME_WIDTH = 11
"""The width of a step's name in a printed line, in characters. The longest common name is "data tables"."""


@dataclass
class StepNote:
    """What a step did. The step fills in the note while it works.

    `message` is for people; no program reads anything out of it. `facts` are for programs.
    """

    message: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RunRecord:
    """The record of one run: a file to which lines are only appended, and which can be read while the run
    goes on.
    """

    path: Place

    @contextmanager
    def step(self, name: str) -> Iterator[StepNote]:
        """Record that a step begins. Yield the step's note, which the block fills in. After the block, record how
        the step ended: its seconds, and its note or the error that it raised.
        """
        self._append(step=name, state="began")
        note = StepNote()
        started = time.monotonic()
        try:
            yield note
        except BaseException as error:
            seconds = round(time.monotonic() - started, 3)
            kind = type(error).__name__
            with suppress(Exception):  # where the record cannot be written, the step's own error says more
                self._append(step=name, state="failed", seconds=seconds, told=f"{kind}: {error}", error=kind)
            raise
        seconds = round(time.monotonic() - started, 3)
        self._append(step=name, state="done", seconds=seconds, told=note.message, counts=note.facts)

    def events(self) -> list[dict[str, Any]]:
        """Return all events so far, the oldest first. Damaged lines are left out, so that an old record never stops
        a new run.
        """
        return [event for event in map(_event, json_lines(self.path)) if event is not None]

    def damaged_lines(self) -> tuple[int, ...]:
        """Return the numbers of the lines that are damaged, so that they are not events. The first line has the
        number 1. Empty lines do not count as damaged.
        """
        lines = enumerate(json_lines(self.path), start=1)
        return tuple(number for number, line in lines if line.strip() and _event(line) is None)

    def set_aside(self) -> None:
        """Rename the record to `<name>.jsonl.1`, or to the next free number, so that the whole run can be done
        again.
        """
        numbers = itertools.count(1)
        free = (self.path.with_name(f"{self.path.name}.{number}") for number in numbers)
        moved(self.path, next(path for path in free if not path.exists()))

    def _append(self, **event: Any) -> None:
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        add_json_line(self.path, {"at": at, **event})


def _event(line: bytes) -> dict[str, Any] | None:
    """Return the event in a line of a record; None if the line is damaged or was written only in part."""
    try:
        event = stated_json(line)
        is_event = isinstance(event["at"], str) and isinstance(event["step"], str)
        if event["state"] != "began":
            is_event = is_event and isinstance(event["seconds"], int | float) and isinstance(event["told"], str)
    except (ValueError, KeyError, TypeError):
        return None
    return event if is_event else None


@dataclass(frozen=True)
class StepSummary:
    """One step of a run: how its last try ended, and how many tries began.

    If a step still runs or was killed, its state is "began", `seconds` is None and `message` is empty. `error` is
    the class name of the error that a failed step raised, or None if the record does not say it.
    """

    name: str
    state: str
    attempts_count: int
    seconds: float | None = None
    message: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    error: str | None = None


def step_summaries(record: RunRecord) -> tuple[StepSummary, ...]:
    """Return each step of a run once, with its last try, in the order in which the steps first began."""
    found: dict[str, StepSummary] = {}
    for event in record.events():
        name, state = event["step"], event["state"]
        before = found.get(name)
        attempts_count = 0 if before is None else before.attempts_count
        if state == "began":
            found[name] = StepSummary(name, state, attempts_count + 1)
        else:
            found[name] = StepSummary(
                name,
                state,
                attempts_count,
                event["seconds"],
                event["told"],
                event.get("counts", {}),
                event.get("error"),
            )
    return tuple(found.values())


def last_failure(record: RunRecord) -> StepSummary | None:
    """Return the step that failed last and has not begun again since, or None if there is no such step."""
    failed = {step.name: step for step in step_summaries(record) if step.state == "failed"}
    ends = [event["step"] for event in record.events() if event["state"] == "failed" and event["step"] in failed]
    return failed[ends[-1]] if ends else None


def failure_reason(record: RunRecord) -> str | None:
    """Return the first line of the message of the step that failed last, or None if there is no such step.

    A step that failed and has begun again since does not count.
    """
    failure = last_failure(record)
    return None if failure is None else failure.message.partition("\n")[0]


def step_line(event: dict[str, Any]) -> str:
    """Return the end of a step as a line to print: the step's name, its seconds and its message."""
    how = "failed: " if event["state"] == "failed" else ""
    return f"{event['step']:<{STEP_NAME_WIDTH}} {event['seconds']:6.1f} s  {how}{event['told']}"


def record_name(run_id: str) -> str:
    """Return the name of a run's files, made from the run's id. All dots at the beginning of the id together become
    one "-". Each character other than A-Z, a-z, 0-9, "_", ".", "+" and "-" becomes a "-" too.

    Airflow allows ids of 250 characters. An id that is too long is cut, and a hash of the whole id takes the place
    of the part that was cut off.
    """
    name = re.sub(r"^\.+|[^A-Za-z0-9_.+-]", "-", run_id)
    if len(name) <= NAME_CHARACTERS:
        return name
    digest = hashlib.sha256(run_id.encode()).hexdigest()[:HASH_CHARACTERS]
    return f"{name[: NAME_CHARACTERS - HASH_CHARACTERS - 1]}-{digest}"


def new_run_id() -> str:
    """Return a new id for a run outside Airflow."""
    return f"command-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{uuid.uuid4().hex[:6]}"
