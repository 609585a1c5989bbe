"""Delivery: what follows the swap of `current`, for a run and for a rollback alike.

The current release goes wherever else the settings say, and old ones are removed. Everything here may be done again
at any time: what is delivered already is left as it is, and what a failure left out is made good by the next run.
"""

from redress.settings import Settings
from redress.warehouse.releases.listing import prune
from redress.warehouse.releases.object_store import StoredReleases
from redress.warehouse.releases.releases import Releases


def deliver(settings: Settings) -> tuple[str, ...]:
    """Bring the object store up to the current release, and remove old ones; a sentence for each thing done.

    An old release that cannot be removed is told of, and stays. Only for the holder of the writer lock. Raises
    ReleaseError where the store cannot be brought up: the local release is current then, the store's readers
    have the one before, and the next run tries again.
    """
    releases = Releases(settings.warehouse_folder)
    current = releases.current()
    if current is None:
        return ()
    told = []
    address = settings.warehouse_store_address
    if address is not None and StoredReleases(address).publish(current, settings.releases_kept):
        told.append(f"release {current.name} is current in {address}")
    pruned = prune(releases, settings.releases_kept)
    if pruned.removed:
        told.append(f"old releases removed: {', '.join(pruned.removed)}")
    if pruned.in_use:
        told.append(f"old releases that somebody reads, and that stay: {', '.join(pruned.in_use)}")
    told += pruned.refused
    return tuple(told)
