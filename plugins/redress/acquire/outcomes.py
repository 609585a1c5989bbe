"""What became of each reference of a season: the outcomes, and the summary of a run.

Outcomes are added to a journal as they come, so that an interrupted run can go on. The report, the coverage and a
later run that retries failures use the summary of a whole run.
"""

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from redress.acquire.source import FailureCause, Reference, ReferenceJson
from redress.files.lines import stated_json
from redress.files.places import Place
from redress.files.replacing import replaced
from redress.model.season import Season


class SummaryError(ValueError):
    """The summary of a run is damaged; the message says which file it is, and what to do."""


class AcquisitionState(StrEnum):
    """What became of one reference."""

    FETCHED = "fetched"
    """The source gave the first bytes from this address, or other bytes than the archive got from it last."""
    UNCHANGED = "unchanged"
    """The source gave, or confirmed, the bytes that the archive got from this address last."""
    NOT_PUBLISHED = "not_published"
    """The source says that it has nothing for the reference."""
    GONE = "gone"
    """The source published the file earlier, and no longer has it."""
    FAILED = "failed"
    """The file could not be fetched; the cause says why."""
    NOT_LISTED = "not_listed"
    """The source does not list an authority that must have a letter in the season."""


@dataclass(frozen=True)
class Outcome:
    """What became of one reference.

    `sha256` and `found_address` name the bytes of the archive that stand for the reference: the bytes that came or,
    after a failure, the bytes that the address gave earlier. Both are None if there are no such bytes.

    If `is_settled` is True, a run that continues this run after an interruption does not fetch the reference again.
    Either a server has already given or confirmed the bytes, or this run retries only the failures of an earlier
    run and the reference had not failed there.
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
        """Whether the archive has bytes for the reference."""
        return self.sha256 is not None


@dataclass(frozen=True)
class Summary:
    """What became of a season's references in one run, with the run's times. `outcomes` has one outcome for each
    reference of the source, and one for each authority that the source should list and does not.
    """

    season: Season
    run_id: str
    source: str
    began_at: str
    ended_at: str
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if outcome.state is AcquisitionState.FAILED)

    @property
    def had(self) -> frozenset[str]:
        """The sha256 of each file that the archive has for the references."""
        return frozenset(outcome.sha256 for outcome in self.outcomes if outcome.sha256 is not None)

    @property
    def counts(self) -> dict[str, int]:
        """The number of references in each AcquisitionState that occurs."""
        return dict(sorted(Counter(str(outcome.state) for outcome in self.outcomes).items()))

    def write(self, path: Place) -> None:
        """Write the summary as JSON, whole or not at all."""
        stated = {
            "season": self.season.year,
            "run_id": self.run_id,
            "source": self.source,
            "began_at": self.began_at,
            "ended_at": self.ended_at,
            "counts": self.counts,
            "outcomes": [outcome_as_json(outcome) for outcome in self.outcomes],
        }
        with replaced(path, is_shared=True) as incoming:
            incoming.write_text(json.dumps(stated, indent=1), encoding="ascii")

    @classmethod
    def read(cls, path: Place) -> "Summary":
        """Read the summary in a file. Raise SummaryError if the file is damaged, and FileNotFoundError if it is
        missing.
        """
        try:
            stated = stated_json(path.read_bytes())
            season = Season(stated["season"])
            return cls(
                season,
                stated["run_id"],
                stated["source"],
                stated["began_at"],
                stated["ended_at"],
                tuple(outcome_from_json(season, outcome) for outcome in stated["outcomes"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise SummaryError(
                f"{path} says what became of a run's letters, and is damaged ({error}): put a copy of it back, or "
                "move it away and run the season again"
            ) from error


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON, without its season; fields that are None are included."""
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
    """Return the present time in UTC, in ISO 8601."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def outcome_from_json(season: Season, stated: dict[str, Any]) -> Outcome:
    """Return the outcome in the JSON that `outcome_as_json` returned. Raise ValueError, KeyError or TypeError for
    any other JSON.
    """
    sha256, found_address, detail = stated["sha256"], stated["found_address"], stated["detail"]
    if (
        not isinstance(sha256, str | None)
        or not isinstance(found_address, str | None)
        or not isinstance(detail, str)
    ):
        raise TypeError("a field of an outcome is no text")
    return Outcome(
        Reference.from_json(season, cast(ReferenceJson, stated)),
        AcquisitionState(stated["state"]),
        sha256,
        found_address,
        None if stated["cause"] is None else FailureCause(stated["cause"]),
        detail,
        bool(stated["is_settled"]),
    )
