"""The folder source: letters that lie in a folder, one subfolder for each season."""

import os
from dataclasses import dataclass
from pathlib import Path

from redress.acquire.source import Reference, SourceError
from redress.seasons import Season, season_from_name

NOT_LETTERS = frozenset({".json", ".csv"})
"""Files that lie beside letters and describe them."""


@dataclass(frozen=True)
class FolderSource:
    """Letters below `folder`: `<folder>/<season>/<any file>`, at any depth below the season.

    Every file below a season's folder is taken, whatever its kind: one that is no letter gets its verdict when
    it is read. Hidden files, and the .json and .csv that lie beside letters to describe them, are left.
    A folder without seasons in it holds the letters of whatever season is asked for.
    """

    folder: Path

    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            raise SourceError(
                f"the folder of letters {self.folder} does not exist; name a folder that holds a subfolder for "
                "each season, such as letters/2021/blaby-district-council.pdf"
            )

    @property
    def name(self) -> str:
        return f"folder:{self.folder}"

    def seasons(self) -> tuple[Season, ...]:
        """The seasons that the folder has a subfolder for, the oldest first."""
        found = (season_from_name(path.name) for path in self.folder.iterdir() if path.is_dir())
        return tuple(sorted(season for season in found if season is not None))

    def outside_seasons(self) -> tuple[str, ...]:
        """Files that lie in no season's folder although the folder has some: nobody takes them."""
        seasons = {str(season) for season in self.seasons()}
        if not seasons:
            return ()
        return tuple(address for address in self._addresses(self.folder) if address.split("/")[0] not in seasons)

    def references(self, season: Season) -> tuple[Reference, ...]:
        """The files of a season in the order of their names."""
        start = self.folder / str(season) if self.seasons() else self.folder
        if not start.is_dir():
            return ()
        if not os.access(start, os.R_OK | os.X_OK):
            raise SourceError(f"the folder {start} may not be read by this user: change its permissions")
        return tuple(Reference(season, address) for address in self._addresses(start))

    def fetch(self, reference: Reference) -> bytes:
        """The bytes of a file. Raises OSError where it cannot be read."""
        return (self.folder / reference.address).read_bytes()

    def _addresses(self, start: Path) -> list[str]:
        paths = (path.relative_to(self.folder) for path in start.rglob("*") if path.is_file())
        return sorted(
            path.as_posix()
            for path in paths
            if path.suffix.lower() not in NOT_LETTERS and not any(part.startswith(".") for part in path.parts)
        )
