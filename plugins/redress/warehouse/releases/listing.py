"""List the releases of a warehouse, go back to an earlier release, and remove old releases."""

import fcntl
import shutil
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from redress.warehouse.releases.checksums import CHANGES_NAME, CHECKSUMS_NAME, damage, missing
from redress.warehouse.releases.history import Event, Happening
from redress.warehouse.releases.releases import Held, ReleaseError, Releases


@dataclass(frozen=True)
class KnownRelease:
    """A release that exists: what it holds, when it last became current, and whether a person took it back.

    `has_changes` is False if the release has no changes.json, because an earlier version of Redress made it.
    `damage` has a sentence for each fault that is found without checksums, such as a missing file. If a release is
    damaged, `seasons` may be empty and `letters_count` 0.
    """

    identity: str
    folder: Path
    became_current: Event | None
    seasons: tuple[int, ...]
    letters_count: int
    is_current: bool
    taken_back: Event | None
    has_changes: bool
    damage: tuple[str, ...]


@dataclass(frozen=True)
class Pruned:
    """The result of removing old releases. `removed` has the identities of the removed releases. `in_use` has the
    identities of old releases that stay because a reader has them open. `refused` has a sentence for each release
    that the file system refused to remove.
    """

    removed: tuple[str, ...]
    in_use: tuple[str, ...]
    refused: tuple[str, ...]


def known_releases(releases: Releases) -> tuple[KnownRelease, ...]:
    """Return all releases of a warehouse. The release that became current most recently comes first."""
    current = releases.current()
    taken_back = releases.history.taken_back()
    last = _became_current(releases)
    known = []
    for identity in _by_age(releases):
        folder = releases.release_folder(identity)
        held = releases.held(identity) or _held(releases, identity)
        known.append(
            KnownRelease(
                identity,
                folder,
                last.get(identity),
                tuple(held.letters),
                sum(held.letters.values()),
                current == folder.resolve(),
                taken_back.get(identity),
                held.has_changes,
                held.damage,
            )
        )
    return tuple(known)


def taken_back(releases: Releases, identity: str) -> Event | None:
    """Return the event by which a person took a release back. Return None if the release does not exist, or if it
    is not taken back.
    """
    if identity not in releases.identities():
        return None
    return releases.history.taken_back().get(identity)


def roll_back(releases: Releases, to: str = "", *, by: str, reason: str = "") -> str:
    """Make an earlier release current, and take the present release back. Return the identity of the release that
    is now current.

    No run publishes a release again that was taken back. `to` names the earlier release, as for `release_to_go_to`.
    If the earlier release itself was taken back, it no longer counts as taken back, and the present release is not
    taken back. Only the holder of the writer lock may call this function. Raises ReleaseError as `release_to_go_to`
    does.
    """
    releases.clear()
    target = release_to_go_to(releases, to)
    current = releases.current()
    if current is not None and taken_back(releases, target) is None:
        releases.history.add(current.name, Happening.TAKEN_BACK, by=by, reason=reason)
    releases.point_at(target, by=by, reason=reason)
    return target


def release_to_go_to(releases: Releases, to: str = "") -> str:
    """Return the identity of the release to go back to.

    `to` is a release's identity or enough of its beginning; empty means the release that was current before the
    present one. If the folder of the current release is gone, any whole release can be named. Raises ReleaseError
    if there is no such release, or if the release is current already or damaged.
    """
    current = releases.current()
    if current is None and not to:
        raise ReleaseError(_nothing_to_go_back_from(releases))
    target = _named(releases, to) if current is None or to else _before(releases, current.name)
    if current is not None and target == current.name:
        raise ReleaseError(f"release {target} is current already")
    found = releases.bring(target) or damage(releases.release_folder(target))
    if found:
        raise ReleaseError(
            f"release {target} is damaged ({'; '.join(found)}): name another one, see redress releases"
        )
    return target


def prune(releases: Releases, kept_count: int) -> Pruned:
    """Remove old releases. Keep the `kept_count` releases that became current last, the current release, and
    releases that were taken back or are being read.

    A release that was taken back stays, because the decision about it would be lost with it. Only the holder of the
    writer lock may call this function.
    """
    current = releases.current()
    spared = set(releases.history.taken_back())
    if current is not None:
        spared.add(current.name)
    removed: list[str] = []
    in_use: list[str] = []
    refused: list[str] = []
    for identity in _by_age(releases)[kept_count:]:
        if identity in spared:
            continue
        try:
            is_removed = remove_unless_read(releases, identity)
        except OSError as error:
            refused.append(f"{releases.release_folder(identity)} cannot be removed: {error.strerror}")
        else:
            (removed if is_removed else in_use).append(identity)
    return Pruned(tuple(removed), tuple(in_use), tuple(refused))


def _nothing_to_go_back_from(releases: Releases) -> str:
    if not releases.current_link.is_symlink():
        return f"there is no release in {releases.folder} to go back from"
    return (
        f"{releases.current_link} points at {releases.current_link.readlink()}, which is not there: see redress "
        "releases, and name the one to go to (redress rollback RELEASE), or run redress rebuild"
    )


def remove_unless_read(releases: Releases, identity: str) -> bool:
    """Remove a release unless a reader has locked one of its files. Return whether the release was removed.

    Readers see the release whole or not at all, because its folder is first renamed. If the release is not removed,
    it stays unchanged. Raises OSError if the file system refuses to remove the release.
    """
    folder = releases.release_folder(identity)
    bin_folder = releases.bin_folder(identity)
    locks, modes = [], []
    try:
        for name in ("warehouse.duckdb", CHECKSUMS_NAME):
            file = folder / name
            if file.exists():
                modes.append((file, file.stat().st_mode))
                file.chmod(0o644)  # a lock that keeps readers out needs a file that is open to write
                locks.append(file.open("r+b"))
                fcntl.lockf(locks[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.rename(bin_folder)
    except OSError as error:
        for file, mode in modes:
            with suppress(OSError):  # if a file's mode cannot be set, it has its old mode
                file.chmod(mode)
        if isinstance(error, BlockingIOError):
            return False
        raise
    finally:
        for lock in locks:
            lock.close()
    shutil.rmtree(bin_folder, ignore_errors=True)
    return True


def _by_age(releases: Releases) -> list[str]:
    """Return the identities of all releases. The release that became current most recently comes first.

    The order of events in the history counts, not their times, because a clock may have been wrong. Releases that
    the history does not mention come last; an earlier version of Redress made them.
    """
    last = {
        event.release: place
        for place, event in enumerate(releases.history.events())
        if event.what is Happening.CURRENT
    }
    return sorted(sorted(releases.identities()), key=lambda one: last.get(one, -1), reverse=True)


def _became_current(releases: Releases) -> dict[str, Event]:
    return {event.release: event for event in releases.history.events() if event.what is Happening.CURRENT}


def _before(releases: Releases, current: str) -> str:
    """Return the identity of the release that was current most recently before the release `current`. Releases that
    no longer exist or were taken back do not count. Raises ReleaseError if there is no such release.
    """
    taken, there = releases.history.taken_back(), releases.identities()
    for event in reversed(releases.history.events()):
        if (
            event.what is Happening.CURRENT
            and event.release != current
            and event.release not in taken
            and event.release in there
        ):
            return event.release
    raise ReleaseError(
        f"no release is known that was current before {current}: see redress releases, and name the one to go to"
    )


def _named(releases: Releases, beginning: str) -> str:
    found = [identity for identity in _by_age(releases) if identity.startswith(beginning)]
    if len(found) != 1:
        what = f"{len(found)} releases begin" if found else "no release begins"
        raise ReleaseError(f"{what} with {beginning!r} in {releases.folder}: see redress releases")
    return found[0]


def _held(releases: Releases, identity: str) -> Held:
    """Return the numbers of letters that the folder of a release holds, and what is wrong with the release. If the
    release is not on this machine, fetch it first.
    """
    folder = releases.release_folder(identity)
    found = releases.bring(identity) or missing(folder)
    has_changes = (folder / CHANGES_NAME).is_file()
    if found:
        return Held({}, has_changes, found)
    try:
        return Held(letters_by_season(folder), has_changes, ())
    except (OSError, pa.ArrowException):
        return Held({}, has_changes, ("parquet/dim_letter.parquet cannot be read",))


def letters_by_season(folder: Path) -> dict[int, int]:
    """Return how many letters of each season a release holds, without opening (and so locking) its DuckDB file.

    Arrow reads the letters' Parquet file, because DuckDB would treat the file's path as a glob pattern.
    """
    seasons = pq.read_table(folder / "parquet" / "dim_letter.parquet", columns=["season"]).column("season")
    return dict(sorted(Counter(seasons.to_pylist()).items()))
