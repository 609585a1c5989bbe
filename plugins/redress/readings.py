"""Readings: what reading gave for each file of a season, kept so that the same bytes are not read again.

They stand in the working folder under the identity of the reader that made them, and can be deleted at any time:
the files are then read again.
"""

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path, PurePath

from redress.letters import ocr
from redress.letters.records import Letter, Verdict
from redress.seasons import Season
from redress.warehouse.landing import LandedLetter, read_letters, write_letters

PACKAGE_FOLDER = Path(__file__).resolve().parent
READING_SOURCES = ("letters", "measures.py", "seasons.py")
"""The parts of this package that decide what reading a file gives."""
READING_LIBRARIES = ("lxml", "pdfminer.six", "pdfplumber", "pillow", "pypdfium2")


@cache
def reader_identity() -> str:
    """What the reader is: 16 hexadecimal digits of its sources, its libraries' versions, and whether it has OCR."""
    digest = hashlib.sha256()
    for name in READING_SOURCES:
        place = PACKAGE_FOLDER / name
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.relative_to(PACKAGE_FOLDER).as_posix().encode() + b"\n")
            digest.update(path.read_bytes())
    for library in READING_LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    digest.update(f"tesseract {ocr.is_installed()}".encode())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Readings:
    """The folder `<folder>/<season>/<reader's identity>/`, with the letters and figures of a season's files."""

    folder: Path

    def find(self, season: Season, sha256s: Collection[str]) -> dict[tuple[str, str], Letter]:
        """Those among some files that this reader has read for a season, by sha256 and the ending of their name."""
        place = self._place(season)
        if not place.is_dir():
            return {}
        return {_key(one): one.letter for one in read_letters(*_paths(place), only=sha256s)}

    def keep(self, season: Season, read: Iterable[LandedLetter]) -> None:
        """Keep a season's letters in place of those kept before.

        A file that could not be read is left out: another time it may not run out of time or memory.
        """
        kept = {one.letter.sha256: one for one in read if one.letter.verdict is not Verdict.UNREADABLE}
        place = self._place(season)
        incoming = self.folder / f"{season}.{os.getpid()}.incoming"
        shutil.rmtree(incoming, ignore_errors=True)
        (incoming / place.name).mkdir(parents=True)
        write_letters(tuple(kept.values()), *_paths(incoming / place.name))
        shutil.rmtree(place.parent, ignore_errors=True)
        incoming.rename(place.parent)

    def _place(self, season: Season) -> Path:
        return self.folder / str(season) / reader_identity()


def ending(address: str) -> str:
    """The ending of a file's name, which has a say in whether a text is taken for a letter."""
    return PurePath(address).suffix.lower()


def _key(landed: LandedLetter) -> tuple[str, str]:
    return landed.letter.sha256, ending(landed.source_address)


def _paths(place: Path) -> tuple[Path, Path]:
    return place / "letters.parquet", place / "figures.parquet"
