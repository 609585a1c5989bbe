"""The history of a warehouse: which release became current when, and which releases a person took back.

<warehouse>/history.json    a list of events, oldest first; replaced whole, by one rename

If several machines share a state, `current.json` in the object store has the events, and `history.json` is a copy
of them.

The history, not the release, has the time of publication, because the content of a release must not depend on the
day.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from redress.files.lines import stated_json
from redress.files.replacing import replaced

HISTORY_NAME = "history.json"
_IDENTITY = re.compile("[0-9a-f]{16}")


class ReleaseError(Exception):
    """A release cannot be made or found; the message says what was found and what to do."""


def is_identity(name: str) -> bool:
    """Return whether a name can be the identity of a release: 16 hexadecimal digits. Redress does not take a file
    or folder with any other name for a release.
    """
    return _IDENTITY.fullmatch(name) is not None


class Happening(StrEnum):
    """What happened to a release."""

    BEGUN = "begun"
    """The release's folder is complete and about to get its final name by a rename. If a crash prevents the
    rename, there is no such release."""
    CURRENT = "current"
    """The release became the one that readers find."""
    TAKEN_BACK = "taken_back"
    """A person moved the readers from this release to another release. No run publishes this release again."""


@dataclass(frozen=True)
class Event:
    """What happened to a release, at a time in UTC. If a person took the release back, or went back to it, `by`
    says who that was, and `reason` may say why. Otherwise both are empty.
    """

    at: str
    release: str
    what: Happening
    by: str = ""
    reason: str = ""

    @property
    def shown_at(self) -> str:
        """The time, for people."""
        return f"{dt.datetime.fromisoformat(self.at).astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True)
class History:
    """What happened to the releases of a warehouse folder. Only the holder of the writer lock may write the
    history.
    """

    folder: Path

    def events(self) -> tuple[Event, ...]:
        """Return all events, oldest first. Raises ReleaseError if the file cannot be read or is not a history."""
        file = self.folder / HISTORY_NAME
        try:
            return stated_events(stated_json(file.read_bytes()))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise ReleaseError(
                f"{file} cannot be read: {error.strerror}; give whoever reads it the right"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise ReleaseError(
                f"{file} is broken ({error}): put a copy of it back, or move it away. Without it a run may publish "
                "again what a person took back, because nothing tells of that any more"
            ) from error

    def add(
        self, release: str, what: Happening, *, by: str = "", reason: str = "", at: dt.datetime | None = None
    ) -> None:
        """Add an event, at this moment unless `at` is given, and remove each earlier event BEGUN.

        Raises ReleaseError if `release` is no identity, or if the history cannot be read or written.
        """
        if not is_identity(release):
            raise ReleaseError(f"{release!r} is no release, so {self.folder / HISTORY_NAME} stays as it is")
        when = (at or dt.datetime.now(dt.UTC)).isoformat(timespec="milliseconds")
        self.replace((*self._without_begun(), Event(when, release, what, by, reason)))

    def begun(self) -> str | None:
        """Return the release of the last event if that event is BEGUN; otherwise return None."""
        events = self.events()
        return events[-1].release if events and events[-1].what is Happening.BEGUN else None

    def forget_begun(self) -> None:
        """Remove each event BEGUN."""
        self.replace(self._without_begun())

    def last_current(self) -> str | None:
        """Return the release that became current last, or None if the history has none."""
        found = [event.release for event in self.events() if event.what is Happening.CURRENT]
        return found[-1] if found else None

    def taken_back(self) -> dict[str, Event]:
        """Return, by identity, each release that a person took back and that has not become current since. The
        value is the release's last event TAKEN_BACK.
        """
        return taken_back_in(self.events())

    def _without_begun(self) -> tuple[Event, ...]:
        return tuple(event for event in self.events() if event.what is not Happening.BEGUN)

    def replace(self, events: tuple[Event, ...]) -> None:
        """Replace the whole history with these events."""
        content = json.dumps(events_as_json(events), indent=1, ensure_ascii=False)
        try:
            # not `is_shared`: only the holder of the writer lock writes the history
            with replaced(self.folder / HISTORY_NAME, is_synced=True) as incoming:
                incoming.write_bytes(content.encode())
        except OSError as error:
            raise ReleaseError(f"{self.folder / HISTORY_NAME} cannot be written: {error.strerror}") from error


def events_as_json(events: Iterable[Event]) -> list[dict[str, str]]:
    """Return events in the form in which they are written as JSON; `stated_events` reads this form."""
    return [asdict(event) for event in events]


def stated_events(stated: Iterable[dict[str, Any]]) -> tuple[Event, ...]:
    """Return the events in a list that was read from JSON. Raises ValueError, KeyError or TypeError if the list
    holds anything else.
    """
    return tuple(_event(event) for event in stated)


def taken_back_in(events: Iterable[Event]) -> dict[str, Event]:
    """Return, by identity, each release of which an event says that a person took it back, and no later event says
    that it became current. The value is the release's last event TAKEN_BACK.
    """
    found: dict[str, Event] = {}
    for event in events:
        if event.what is Happening.TAKEN_BACK:
            found[event.release] = event
        elif event.what is Happening.CURRENT:
            found.pop(event.release, None)
    return found


def _event(stated: dict[str, Any]) -> Event:
    event = Event(**stated | {"what": Happening(stated["what"])})
    dt.datetime.fromisoformat(event.at)
    if not is_identity(event.release):
        raise ValueError(f"{event.release!r} is no release")
    return event
