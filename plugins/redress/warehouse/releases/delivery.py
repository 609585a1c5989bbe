"""Delivery: what a run or a rollback does after it has made a release current.

Delivery puts the current release into the object store that the settings name, and removes old releases. Delivery
can be repeated at any time: a delivered release is left as it is, and the next run does what a failure prevented.
If several machines share a state, a release becomes current by its delivery, not before.
"""

from redress.settings import Settings
from redress.warehouse.releases.listing import letters_by_season, prune
from redress.warehouse.releases.object_store import StoredReleases
from redress.warehouse.releases.releases import Releases
from redress.warehouse.releases.shared import forget_copies
from redress.warehouse.writer_lock import WriterLock


def deliver(settings: Settings) -> tuple[str, ...]:
    """Put the current release into the object store that the settings name, if they name one, and remove old
    releases. Return a sentence for each thing done.

    An old release that cannot be removed stays, and a sentence says so. Only the holder of the writer lock may call
    this function. Raises ReleaseError if the store cannot be written: then the new release is current locally, the
    store's readers still have the release before, and the next run tries again. Raises LockLostError if another
    process has meanwhile become the writer.
    """
    releases = Releases(settings.warehouse_folder)
    current = releases.current()
    if current is None:
        return ()
    done = []
    address = settings.warehouse_store_address
    if address is not None:
        stored = StoredReleases(address)
        is_sent, pointer = stored.publish(
            current,
            settings.releases_kept,
            events=releases.history.events(),
            letters=lambda: letters_by_season(current),
            require_held=WriterLock(settings).require_held,
        )
        if is_sent:
            done.append(f"release {current.name} is current in {address}")
        if settings.is_shared:
            stored.remove_built(only=current.name)
            forget_copies(releases, pointer.kept)
            return tuple(done)
    pruned = prune(releases, settings.releases_kept)
    if pruned.removed:
        done.append(f"old releases removed: {', '.join(pruned.removed)}")
    if pruned.in_use:
        done.append(f"old releases that somebody reads, and that stay: {', '.join(pruned.in_use)}")
    done += pruned.refused
    return tuple(done)
