"""Delivery: the steps after the swap of `current`, both for a run and for a rollback.

The current release goes to the object store that the settings name, and old releases are removed. Delivery can be
repeated at any time: a delivered release is left as it is, and the next run does what a failure left out.
"""

from redress.settings import Settings
from redress.warehouse.releases.listing import prune
from redress.warehouse.releases.object_store import StoredReleases
from redress.warehouse.releases.releases import Releases


def deliver(settings: Settings) -> tuple[str, ...]:
    """Put the current release into the object store and remove old ones; return a sentence for each thing done.

    An old release that cannot be removed stays, and a sentence says so. Only the holder of the writer lock may call
    this. Raises ReleaseError if the store cannot be written: the local release is current then, the store's readers
    have the release before, and the next run tries again.
    """
    releases = Releases(settings.warehouse_folder)
    current = releases.current()
    if current is None:
        return ()
    done = []
    address = settings.warehouse_store_address
    if address is not None and StoredReleases(address).publish(current, settings.releases_kept):
        done.append(f"release {current.name} is current in {address}")
    pruned = prune(releases, settings.releases_kept)
    if pruned.removed:
        done.append(f"old releases removed: {', '.join(pruned.removed)}")
    if pruned.in_use:
        done.append(f"old releases that somebody reads, and that stay: {', '.join(pruned.in_use)}")
    done += pruned.refused
    return tuple(done)
