"""What became of each reference of a season: the journal of a season that is being acquired, and its summary.

The journal is appended to as outcomes come, so that a run that is interrupted continues where it was. The summary
is what is left of a whole one: for the report, for coverage, and for a later run that retries what failed.
"""

import datetime as dt
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from redress.acquire.source import FailureCause, Reference, ReferenceKind
from redress.runs import RunRecord
from redress.seasons import Season

SUMMARY_ENDING = ".acquired.json"
LANDED_ENDING = ".landed.json"
"""Of the summary of a run that put its season into landing, kept as it was then, whatever the run does after it."""
JOURNAL_NAME = "began.json"
"""The file of a journal's folder that says from where, since when, and what."""


class AcquisitionState(StrEnum):
    """What became of one reference."""

    FETCHED = "fetched"
    """Bytes came that the archive did not have from there."""
    UNCHANGED = "unchanged"
    """The bytes are those that the archive has from there."""
    NOT_PUBLISHED = "not_published"
    """The source says that there is no such thing."""
    GONE = "gone"
    """The same, of something that it had before."""
    FAILED = "failed"
    """It could not be had; the cause says why."""
    NOT_LISTED = "not_listed"
    """The source knows nothing of an authority that a season must have a letter to."""


@dataclass(frozen=True)
class Outcome:
    """What became of one reference.

    `sha256` and `found_address` say which bytes of the archive stand for it: those that came, or, where it failed,
    those that came before; None where there are none. `is_settled` is set where a run that is continued takes it
    as it is: a server was asked for it already, or only what failed is retried.
    """

    reference: Reference
    state: AcquisitionState
    sha256: str | None = None
    found_address: str | None = None
    cause: FailureCause | None = None
    detail: str = ""
    is_settled: bool = False

    @property
    def is_had(self) -> bool:
        """Whether the archive has bytes for it."""
        return self.sha256 is not None


@dataclass(frozen=True)
class Summary:
    """What became of a season in one run: each reference of the source, once."""

    season: Season
    run_id: str
    source: str
    began_at: str
    ended_at: str
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(one for one in self.outcomes if one.state is AcquisitionState.FAILED)

    @property
    def had(self) -> frozenset[str]:
        """The sha256 of each file that the archive has for it."""
        return frozenset(one.sha256 for one in self.outcomes if one.sha256 is not None)

    @property
    def counts(self) -> dict[str, int]:
        """How many references there are of each state that occurs."""
        return dict(sorted(Counter(str(one.state) for one in self.outcomes).items()))

    def write(self, path: Path) -> None:
        """Write the summary as JSON, whole or not at all."""
        stated = {
            "season": self.season.year,
            "run_id": self.run_id,
            "source": self.source,
            "began_at": self.began_at,
            "ended_at": self.ended_at,
            "counts": self.counts,
            "outcomes": [outcome_as_json(one) for one in self.outcomes],
        }
        _write(path, json.dumps(stated, indent=1, ensure_ascii=False))

    @classmethod
    def read(cls, path: Path) -> "Summary":
        """The summary that a file holds."""
        stated = json.loads(path.read_text())
        season = Season(stated["season"])
        return cls(
            season,
            stated["run_id"],
            stated["source"],
            stated["began_at"],
            stated["ended_at"],
            tuple(_outcome(season, one) for one in stated["outcomes"]),
        )


@dataclass(frozen=True)
class Journal:
    """A season that is being acquired: a folder with the references that were planned, and the outcomes so far."""

    folder: Path
    season: Season

    def begin(
        self,
        source: str,
        references: Sequence[Reference],
        outcomes: Iterable[Outcome] = (),
        began_at: dt.datetime | None = None,
        *,
        is_retry: bool = False,
    ) -> None:
        """Begin anew, with outcomes that hold already; `began_at` is when those of another journal began.

        `is_retry` where nothing is asked for but what failed in the season's last run.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        for one in outcomes:
            self.note(one)
        stated = {
            "source": source,
            "began_at": now() if began_at is None else began_at.isoformat(timespec="milliseconds"),
            "is_retry": is_retry,
            "references": [one.as_json() for one in references],
        }
        _write(self._beginning, json.dumps(stated, ensure_ascii=False))

    def source(self) -> str | None:
        """The source of the season that is being acquired, or None where none is."""
        return self._stated()["source"] if self._beginning.exists() else None

    def is_retry(self) -> bool:
        """Whether nothing is asked for but what failed in the season's last run."""
        return bool(self._stated()["is_retry"])

    def began_at(self) -> dt.datetime:
        """When it began, in UTC."""
        return dt.datetime.fromisoformat(self._stated()["began_at"])

    def references(self) -> tuple[Reference, ...]:
        """What is being acquired, in the order of the source."""
        return tuple(Reference.from_json(self.season, one) for one in self._stated()["references"])

    def note(self, outcome: Outcome) -> None:
        """Add one outcome: one write of one line, so that several processes may do it at a time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        line = json.dumps(outcome_as_json(outcome), ensure_ascii=False) + "\n"
        with self._lines.open("ab", buffering=0) as file:
            file.write(line.encode())

    def outcomes(self) -> dict[Reference, Outcome]:
        """The last outcome of each reference; a line that was being written when its process ended is left out."""
        if not self._lines.exists():
            return {}
        found = {}
        for line in self._lines.read_text(errors="replace").splitlines():
            try:
                outcome = _outcome(self.season, json.loads(line))
            except ValueError:
                continue
            found[outcome.reference] = outcome
        return found

    def end(self) -> None:
        """Forget it all: the season's run is over."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _beginning(self) -> Path:
        return self.folder / JOURNAL_NAME

    @property
    def _lines(self) -> Path:
        return self.folder / "outcomes.jsonl"

    def _stated(self) -> dict[str, Any]:
        stated: dict[str, Any] = json.loads(self._beginning.read_text())
        return stated


def latest_summary(folder: Path) -> Summary | None:
    """What the run had that asked last among those of a folder, or None where there is none."""
    return _latest(folder.glob(f"*{SUMMARY_ENDING}"))


def latest_checked_summary(folder: Path) -> Summary | None:
    """The same of the runs that came to their check, whatever it said: they had all that they asked for."""
    checked = (path for path in folder.glob(f"*{SUMMARY_ENDING}") if _has_come_to_check(path))
    return _latest([*checked, *folder.glob(f"*{LANDED_ENDING}")])


def latest_landed_summary(folder: Path) -> Summary | None:
    """The same of the runs that put the season into landing: what others had was refused, or never read."""
    return _latest(folder.glob(f"*{LANDED_ENDING}"))


def _latest(summaries: Iterable[Path]) -> Summary | None:
    return max(map(Summary.read, summaries), key=lambda summary: summary.ended_at, default=None)


def _has_come_to_check(summary: Path) -> bool:
    record = RunRecord(summary.with_name(f"{summary.name.removesuffix(SUMMARY_ENDING)}.jsonl"))
    return any(event["step"] == "check" for event in record.events())


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    """An outcome without its season, what is None included."""
    return {
        **outcome.reference.as_json(),
        "state": str(outcome.state),
        "sha256": outcome.sha256,
        "found_address": outcome.found_address,
        "cause": None if outcome.cause is None else str(outcome.cause),
        "detail": outcome.detail,
        "is_settled": outcome.is_settled,
    }


def now() -> str:
    """The time in UTC."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def _outcome(season: Season, stated: dict[str, Any]) -> Outcome:
    return Outcome(
        Reference(season, stated["address"], stated["authority_id"], ReferenceKind(stated["kind"])),
        AcquisitionState(stated["state"]),
        stated["sha256"],
        stated["found_address"],
        None if stated["cause"] is None else FailureCause(stated["cause"]),
        stated["detail"],
        stated["is_settled"],
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    incoming = path.with_name(f"{path.name}.{os.getpid()}")
    incoming.write_text(text)
    incoming.replace(path)
