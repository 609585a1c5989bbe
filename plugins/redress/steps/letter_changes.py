"""What a run changed in its season: each letter file as it was in landing before the run, and as it is in landing
now.

Before a run first replaces the season in landing, it writes the `LetterState` of each letter file of the season
into a file beside the run's record. So a repeated step still compares with the letters before the run.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import pyarrow as pa

from redress.check.decisions import statement_hash
from redress.files.replacing import replaced
from redress.model.landed import Fate
from redress.model.season import Season
from redress.steps.run import Run
from redress.warehouse.landing import Landing


class Change(StrEnum):
    """What a run did to one letter file of its season."""

    NEW = "new"
    """A file that the season did not have before, and that replaces no other file."""
    REISSUED = "re-issued"
    """A file that the season did not have before. It replaces a file to the same authority, or from the same
    address."""
    CHANGED = "changed"
    """A file that the season had before. Its disposition has changed, or what it states (as the reader reads it)
    has changed."""
    SUPERSEDED = "superseded"
    """A file that the season had before, and that another file replaces now."""
    GONE = "no longer there"
    """A file that the season had before and has no longer. No letter replaces it."""
    UNCHANGED = "unchanged"
    """A file that the season had before. Neither its disposition nor what it states has changed."""


@dataclass(frozen=True)
class LetterState:
    """A landed letter file: its disposition, and a hash of what it states (the authority, the season and the
    figures, as they were read).
    """

    sha256: str
    source_address: str
    authority_id: str | None
    disposition: Fate
    statement_hash: str


@dataclass(frozen=True)
class LetterChange:
    """A letter file before a run (`was`) and after the run (`now`). `was` or `now` is None if the season did not
    have the file at that time.
    """

    change: Change
    was: LetterState | None
    now: LetterState | None


def landed_states(landing: Landing, season: Season) -> tuple[LetterState, ...]:
    """Return the `LetterState` of each landed letter file of a season; empty if the season is not landed."""
    if season not in landing.seasons():
        return ()
    dispositions = landing.dispositions(season)
    return tuple(
        LetterState(
            landed.letter.sha256,
            landed.source_address,
            dispositions[landed.letter.sha256].authority_id,
            dispositions[landed.letter.sha256].disposition,
            statement_hash(landed.letter),
        )
        for landed in landing.letters(season)
    )


def keep_before(run: Run) -> None:
    """Before the run replaces its season in landing, write down the `LetterState` of each letter file of the
    season. If the run has done so already, change nothing.

    If landing cannot be read, write nothing; then nothing will be compared.
    """
    place = run.before_path
    if place.exists():
        return
    try:
        states = landed_states(Landing(run.settings.landing_folder), run.season)
    except (OSError, KeyError, ValueError, pa.ArrowException):
        return
    with replaced(place) as incoming:
        written = json.dumps([asdict(state) for state in states], indent=1, ensure_ascii=False)
        incoming.write_text(written, encoding="utf-8")


def forget_before(run: Run) -> None:
    """Forget what `keep_before` wrote, because the whole run is done again, and must compare with landing as it is
    now.
    """
    run.before_path.unlink(missing_ok=True)


def kept_before(run: Run) -> tuple[LetterState, ...] | None:
    """Return what `keep_before` wrote: the `LetterState` of each letter file before the run replaced its season in
    landing. Return None if `keep_before` wrote nothing.
    """
    if not run.before_path.exists():
        return None
    kept = json.loads(run.before_path.read_text(encoding="utf-8"))
    return tuple(LetterState(**state | {"disposition": Fate(state["disposition"])}) for state in kept)


def letter_changes(before: Sequence[LetterState], now: Sequence[LetterState]) -> tuple[LetterChange, ...]:
    """Return what happened to each letter file: first the files that landing has now, then the files that are gone
    and that no re-issue replaces.
    """
    was_by_file = {state.sha256: state for state in before}
    standing = {state.sha256 for state in now if state.disposition is not Fate.SUPERSEDED}
    replaceable = [
        state for state in before if state.disposition is not Fate.SUPERSEDED and state.sha256 not in standing
    ]
    changes = [_of_present(state, was_by_file.get(state.sha256), replaceable) for state in now]
    reissues = [change.now for change in changes if change.change is Change.REISSUED and change.now is not None]
    now_files = {state.sha256 for state in now}
    gone = [state for state in before if state.sha256 not in now_files and not _has_place_in(state, reissues)]
    return (*changes, *(LetterChange(Change.GONE, state, None) for state in gone))


def _of_present(now: LetterState, was: LetterState | None, replaceable: Sequence[LetterState]) -> LetterChange:
    """Return what happened to a file that landing has now. `replaceable` are the earlier files that are gone or
    superseded now.
    """
    if was is None:
        is_reissue = now.disposition is not Fate.SUPERSEDED and _has_place_in(now, replaceable)
        return LetterChange(Change.REISSUED if is_reissue else Change.NEW, None, now)
    if (was.disposition, was.statement_hash) == (now.disposition, now.statement_hash):
        return LetterChange(Change.UNCHANGED, was, now)
    is_superseded = now.disposition is Fate.SUPERSEDED and was.disposition is not Fate.SUPERSEDED
    return LetterChange(Change.SUPERSEDED if is_superseded else Change.CHANGED, was, now)


def _has_place_in(one: LetterState, others: Collection[LetterState]) -> bool:
    """Return whether any of the files `others` is to the same authority as the file `one`, or from the same
    address.
    """
    return any(
        other.source_address == one.source_address
        or (one.authority_id is not None and other.authority_id == one.authority_id)
        for other in others
    )
