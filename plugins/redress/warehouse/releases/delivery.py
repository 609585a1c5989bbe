"""Delivery: what a run and a rollback do after the swap of `current`.

The current release goes to the object store of the settings, and old releases are removed. Delivery may be done
again at any time: it leaves what is delivered already, and does what a failure left out.
"""

from redress.settings import Settings
from redress.warehouse.releases.listing import prune
from redress.warehouse.releases.object_store import StoredReleases
from redress.warehouse.releases.releases import Releases


def deliver(settings: Settings) -> tuple[str, ...]:
    """Put the current release into the object store and remove old releases; return a sentence for each thing done.

    An old release that cannot be removed stays, and has a sentence too. Only for the holder of the writer lock.
    Raises ReleaseError where the store does not take the release: the local release is current then, the store's
    readers have the release before it, and the next run tries again.
    """
    releases = Releases(settings.warehouse_folder)
    current = releases.current()
    if current is None:
        return ()
    sentences = []
    address = settings.warehouse_store_address
    if address is not None and StoredReleases(address).publish(current, settings.releases_kept):
        sentences.append(f"release {current.name} is current in {address}")
    pruned = prune(releases, settings.releases_kept)
    if pruned.removed:
        sentences.append(f"old releases removed: {', '.join(pruned.removed)}")
    if pruned.in_use:
        sentences.append(f"old releases that somebody reads, and that stay: {', '.join(pruned.in_use)}")
    sentences += pruned.refused
    return tuple(sentences)
