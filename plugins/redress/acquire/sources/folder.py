"""The folder source: letters that lie in a folder, one subfolder for each season."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from redress.acquire.source import DataTableReference, Fetched, Known, Reference, SourceError
from redress.model.printable import printable
from redress.model.season import Season, season_from_name

DATA_TABLES = frozenset({".csv", ".xlsx"})
"""The endings of tables of many authorities, which are read as second witnesses."""
MAPPINGS = (".yml", ".yaml")
"""The endings of a file that says what a data table's columns mean."""
FILES_AT_A_TIME = 4
NOT_LETTERS = frozenset({".json", *DATA_TABLES, *MAPPINGS})
"""The endings of files that lie beside letters and are not letters."""
LEFT_BY_WINDOWS = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini"})
"""The names, in lower case, of files that Windows itself puts into folders."""
LEFT_BY_OFFICE = "~$"
"""While a file is open, Word and Excel keep a second file beside it. The name of that file begins so."""


@dataclass(frozen=True)
class FolderSource:
    """Letters below `folder`: `<folder>/<season>/<any file>`, at any depth below the season.

    Files of every kind are taken; reading says which files are not letters. These files are left out: hidden files,
    files that Windows and Office leave behind, .json files, and data tables with their mappings (.csv, .xlsx, .yml,
    .yaml), which `data_tables` returns. If the folder has no season folders, all its files belong to any season
    that is asked for. The address of a file is its name below the folder, with unprintable characters escaped.
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

    @property
    def fetches_at_a_time(self) -> int:
        return FILES_AT_A_TIME

    def seasons(self) -> tuple[Season, ...]:
        """Return the seasons for which the folder has a subfolder, the oldest first."""
        found = (season_from_name(path.name) for path in self.folder.iterdir() if path.is_dir())
        return tuple(sorted(season for season in found if season is not None))

    def outside_seasons(self) -> tuple[str, ...]:
        """Return the files outside all season folders, which no run reads. If the folder has no season folders,
        return none.
        """
        seasons = {str(season) for season in self.seasons()}
        if not seasons:
            return ()
        return tuple(address for address in self._addresses(self.folder) if address.split("/")[0] not in seasons)

    def references(self, season: Season) -> tuple[Reference, ...]:
        """Return a reference to each file of a season that may be a letter, in the order of addresses."""
        return tuple(Reference(season, address) for address in self._addresses(self._start(season)))

    def data_tables(self, season: Season) -> tuple[DataTableReference, ...]:
        """Return a reference to each CSV and XLSX file of a season, in the order of the files' addresses. The
        mapping of a file is the .yml or .yaml file beside it with the same name. Capital and small letters of an
        ending are alike.
        """
        files = [PurePosixPath(address) for address in sorted(self._files(self._start(season)))]
        mappings = {
            path.with_suffix(""): path.as_posix()
            for ending in reversed(MAPPINGS)  # the first ending wins
            for path in files
            if path.suffix.lower() == ending
        }
        return tuple(
            DataTableReference(
                season,
                path.as_posix(),
                mappings.get(path.with_suffix(""), path.with_suffix(MAPPINGS[0]).as_posix()),
                path.with_suffix("") in mappings,
            )
            for path in files
            if path.suffix.lower() in DATA_TABLES
        )

    def fetch(self, reference: Reference, known: Known | None = None) -> Fetched:
        """Return all bytes of a file. Raise OSError if the file cannot be read."""
        return Fetched(self._path(reference.address).read_bytes(), reference.address)

    def _start(self, season: Season) -> Path:
        """Return the folder of a season's files; it need not exist. Raise SourceError if this user may not read
        it.
        """
        start = self.folder / str(season) if self.seasons() else self.folder
        if start.is_dir() and not os.access(start, os.R_OK | os.X_OK):
            raise SourceError(f"the folder {start} may not be read by this user: change its permissions")
        return start

    def _addresses(self, start: Path) -> list[str]:
        return sorted(
            address for address in self._files(start) if PurePosixPath(address).suffix.lower() not in NOT_LETTERS
        )

    def _files(self, start: Path) -> Iterator[str]:
        """Yield the address of each file below a folder. Hidden files, and files that Windows or Office left there,
        are left out.
        """
        for path in start.rglob("*"):
            relative = path.relative_to(self.folder)
            is_hidden = any(part.startswith(".") for part in relative.parts)
            is_left = path.name.startswith(LEFT_BY_OFFICE) or path.name.lower() in LEFT_BY_WINDOWS
            if path.is_file() and not is_hidden and not is_left:
                yield _address(path, self.folder)

    def _path(self, address: str) -> Path:
        """Return the file of an address. If the address has an escape, look up the file's real name."""
        named = self.folder / address
        if "\\" not in address:
            return named
        return self._escaped.get(address, named)

    @cached_property
    def _escaped(self) -> dict[str, Path]:
        """The files with an unprintable character or a backslash in their paths, by their addresses."""
        found: dict[str, Path] = {}
        for path in self.folder.rglob("*"):
            address = _address(path, self.folder)
            if "\\" in address:
                found.setdefault(address, path)
        return found


def _address(path: Path, folder: Path) -> str:
    return printable(path.relative_to(folder).as_posix())
