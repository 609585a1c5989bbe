"""The journal of a run that fetches letters: the planned references, and what became of each so far."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from redress.acquire.outcomes import Outcome, now, outcome_as_json, outcome_from_json
from redress.acquire.source import Reference
from redress.files.lines import add_json_line, json_lines, stated_json
from redress.files.places import Place, remove_tree
from redress.files.replacing import replaced
from redress.model.season import Season

JOURNAL_NAME = "began.json"
"""The file in a journal's folder that states the source, when fetching began, whether only failures are asked for,
and the planned references."""


@dataclass(frozen=True)
class Journal:
    """The journal of a season that is being fetched: a folder with the planned references and the outcomes so far.

    If no journal has begun, `source` returns None, `outcomes` returns no outcomes, and the other methods that read
    the journal raise FileNotFoundError.
    """

    folder: Place
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
        """Begin a journal, in the place of any earlier journal in the folder. `outcomes` are outcomes that another
        journal or run already has.

        `began_at` is the time at which fetching began in that other journal; None means now. `is_retry` means that
        only the failures of the season's last run are asked for.
        """
        remove_tree(self.folder)
        for outcome in outcomes:
            self.note(outcome)
        stated = {
            "source": source,
            "began_at": now() if began_at is None else began_at.isoformat(timespec="milliseconds"),
            "is_retry": is_retry,
            "references": [reference.as_json() for reference in references],
        }
        with replaced(self._beginning, is_shared=True) as incoming:
            incoming.write_text(json.dumps(stated), encoding="ascii")

    def is_damaged(self) -> bool:
        """Return whether the file JOURNAL_NAME of a journal that has begun cannot be read; the outcomes are not
        looked at. Raise FileNotFoundError if no journal has begun.
        """
        try:
            for stated in (self.began_at, self.references, self.is_retry, self.source):
                stated()
        except (ValueError, KeyError, TypeError):
            return True
        return False

    def source(self) -> str | None:
        """Return the name of the source that the season is fetched from; None if no journal has begun."""
        return self._stated()["source"] if self._beginning.exists() else None

    def is_retry(self) -> bool:
        """Return whether only the failures of the season's last run are asked for."""
        return bool(self._stated()["is_retry"])

    def began_at(self) -> dt.datetime:
        """Return the time, in UTC, at which fetching began."""
        return dt.datetime.fromisoformat(self._stated()["began_at"])

    def references(self) -> tuple[Reference, ...]:
        """Return the planned references, in the order of the source."""
        return tuple(Reference.from_json(self.season, reference) for reference in self._stated()["references"])

    def note(self, outcome: Outcome) -> None:
        """Add one outcome; several processes may add outcomes at the same time."""
        add_json_line(self._lines, outcome_as_json(outcome))

    def outcomes(self) -> dict[Reference, Outcome]:
        """Return the last outcome of each reference. A line that a killed process wrote in part is left out."""
        found = {}
        for line in json_lines(self._lines):
            try:
                outcome = outcome_from_json(self.season, stated_json(line))
            except (ValueError, KeyError, TypeError):
                continue
            found[outcome.reference] = outcome
        return found

    def end(self) -> None:
        """Remove the journal, because the season's run is over."""
        remove_tree(self.folder)

    @property
    def _beginning(self) -> Place:
        return self.folder / JOURNAL_NAME

    @property
    def _lines(self) -> Place:
        return self.folder / "outcomes.jsonl"

    def _stated(self) -> dict[str, Any]:
        stated: dict[str, Any] = stated_json(self._beginning.read_bytes())
        return stated
