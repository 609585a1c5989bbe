"""What a run changed in its season: each letter file as it was landed before the run, and as it is landed now.

Kept beside the run's record before landing is replaced for the first time, so that a step that is run again within
the run still compares with what the season had before it.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import pyarrow as pa

from redress.check.decisions import statement_hash
from redress.model.landed import Fate
from redress.model.season import Season
from redress.warehouse.landing import Landing

BEFORE_ENDING = ".before.json"


class Change(StrEnum):
    """What a run did to one letter file of its season."""

    NEW = "new"
    """A file that the season did not have, and that takes no other's place."""
    REISSUED = "re-issued"
    """A file that the season did not have, in the place of one to the same authority or from the same address."""
    CHANGED = "changed"
    """The same file, with another verdict or read to state something else."""
    SUPERSEDED = "superseded"
    """The same file, which another one stands for now."""
    GONE = "no longer there"
    """The season had it, and has no letter in its place."""
    UNCHANGED = "unchanged"
    """The same file, which states the same and has the same verdict."""


@dataclass(frozen=True)
class LetterState:
    """A letter file as it is landed: what became of it, and a hash of what it was read to state."""

    sha256: str
    source_address: str
    authority_id: str | None
    disposition: Fate
    statement_hash: str


@dataclass(frozen=True)
class LetterChange:
    """One letter file before a run and after it; None where it was not there, or is not."""

    change: Change
    was: LetterState | None
    now: LetterState | None


def landed_states(landing: Landing, season: Season) -> tuple[LetterState, ...]:
    """The letters of a season as they are landed; none where the season has not been landed."""
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


def keep_before(landing: Landing, season: Season, record_path: Path) -> None:
    """Keep what a season has before a run replaces it. What was kept earlier in the same run stands.

    Landing that cannot be read is about to be replaced: nothing is kept of it then, and nothing is compared.
    """
    place = record_path.with_suffix(BEFORE_ENDING)
    if place.exists():
        return
    try:
        states = landed_states(landing, season)
    except (OSError, KeyError, ValueError, pa.ArrowException):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    incoming = place.with_suffix(".incoming")
    incoming.write_text(json.dumps([asdict(one) for one in states], indent=1, ensure_ascii=False))
    incoming.replace(place)


def forget_before(record_path: Path) -> None:
    """Forget what was kept, for a run that is done again as a whole and compares with what there is now."""
    record_path.with_suffix(BEFORE_ENDING).unlink(missing_ok=True)


def kept_before(record_path: Path) -> tuple[LetterState, ...] | None:
    """What a season had before a run; None where that was not kept."""
    place = record_path.with_suffix(BEFORE_ENDING)
    if not place.exists():
        return None
    kept = json.loads(place.read_text())
    return tuple(LetterState(**one | {"disposition": Fate(one["disposition"])}) for one in kept)


def letter_changes(before: Sequence[LetterState], now: Sequence[LetterState]) -> tuple[LetterChange, ...]:
    """What happened to each letter file: one for each that is there now, then one for each that is gone."""
    was_by_file = {one.sha256: one for one in before}
    standing = {one.sha256 for one in now if one.disposition is not Fate.SUPERSEDED}
    replaceable = [one for one in before if one.disposition is not Fate.SUPERSEDED and one.sha256 not in standing]
    changes = [_of_present(one, was_by_file.get(one.sha256), replaceable) for one in now]
    reissues = [one.now for one in changes if one.change is Change.REISSUED and one.now is not None]
    now_files = {one.sha256 for one in now}
    gone = [one for one in before if one.sha256 not in now_files and not _has_place_in(one, reissues)]
    return (*changes, *(LetterChange(Change.GONE, one, None) for one in gone))


def _of_present(now: LetterState, was: LetterState | None, replaceable: Sequence[LetterState]) -> LetterChange:
    """What happened to a file that is there; `replaceable` are those of before that stand no longer."""
    if was is None:
        is_reissue = now.disposition is not Fate.SUPERSEDED and _has_place_in(now, replaceable)
        return LetterChange(Change.REISSUED if is_reissue else Change.NEW, None, now)
    if (was.disposition, was.statement_hash) == (now.disposition, now.statement_hash):
        return LetterChange(Change.UNCHANGED, was, now)
    is_superseded = now.disposition is Fate.SUPERSEDED and was.disposition is not Fate.SUPERSEDED
    return LetterChange(Change.SUPERSEDED if is_superseded else Change.CHANGED, was, now)


def _has_place_in(one: LetterState, others: Collection[LetterState]) -> bool:
    """Whether some of the letters is to the same authority, or from the same address."""
    return any(
        other.source_address == one.source_address
        or (one.authority_id is not None and other.authority_id == one.authority_id)
        for other in others
    )
