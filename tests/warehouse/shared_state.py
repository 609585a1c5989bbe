"""Machines that share nothing but a state in an object store: each has a home of its own."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redress.files.store import WholeFiles
from redress.settings import Settings
from redress.warehouse.releases.delivery import deliver
from redress.warehouse.releases.releases import Releases
from redress.warehouse.releases.shared import releases_of
from redress.warehouse.writer_lock import WriterLock
from tests.acquire.s3_server import BUCKET
from tests.warehouse.numbered import build_numbered, identity_of, number_of

KEPT = 3


@dataclass(frozen=True)
class Machines:
    """A state in the object store, and a folder that has the home of each machine."""

    folder: Path

    def settings(self, name: str, **stated: Any) -> Settings:
        state = f"s3://{BUCKET}/{self.folder.name}"
        return Settings(home=self.folder / name, state=state, releases_kept=KEPT, **stated)

    def store(self) -> WholeFiles:
        return WholeFiles(str(self.settings("any").warehouse_store_address))

    def build(self, name: str, number: int) -> None:
        """Build the warehouse with a number on a machine, for this or another machine to publish."""
        made = Releases(self.folder / "made")
        build_numbered(made, number)
        releases = releases_of(self.settings(name))
        with WriterLock(self.settings(name)), releases.building(identity_of(number)) as file:
            shutil.copyfile(made.incoming_file(identity_of(number)), file)

    def release(self, name: str, number: int) -> None:
        """Publish on a machine the warehouse with a number, which this or another machine has built."""
        with WriterLock(self.settings(name)):
            releases = releases_of(self.settings(name))
            with releases.alone():
                releases.publish(identity_of(number))
                deliver(self.settings(name))

    def publish(self, name: str, number: int) -> None:
        self.build(name, number)
        self.release(name, number)

    def current(self, name: str) -> int | None:
        """Return the number that the tables of a machine's current release have, or None without a release."""
        current = releases_of(self.settings(name)).current()
        return None if current is None else number_of(current)
