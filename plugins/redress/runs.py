"""Run records: what each step of a run did and how long it took, one JSON object a line, as it happens."""

import datetime as dt
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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

    def _append(self, **event: Any) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        at = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")
        with self.path.open("a") as file:
            file.write(json.dumps({"at": at, **event}, ensure_ascii=False) + "\n")


def step_line(event: dict[str, Any]) -> str:
    """How a step ended, as a line of a table: its name, its seconds, and what it told."""
    how = "failed: " if event["state"] == "failed" else ""
    return f"{event['step']:<{STEP_NAME_WIDTH}} {event['seconds']:6.1f} s  {how}{event['told']}"
