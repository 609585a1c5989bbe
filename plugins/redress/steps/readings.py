"""Readings: what reading gave for each file of a season, kept so that the same bytes are not read again.

They stand in the working folder under the identity of the reader that made them, and can be deleted at any time:
the files are then read again.
"""

import ast
import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path, PurePath

from redress.files import replaced_folder
from redress.model.landed import LandedLetter
from redress.model.letter import Letter, Verdict
from redress.model.season import Season
from redress.read.files import ocr
from redress.warehouse.landing_tables import read_letters, write_letters

PACKAGE_FOLDER = Path(__file__).resolve().parents[1]
PACKAGE_NAME = "redress"
READER_MODULE = "redress.read.reader"
"""The module whose `read_letter` turns a file into a letter. What it imports decides what a letter states."""
READING_LIBRARIES = {
    "lxml": "lxml",
    "numpy": "numpy",
    "pdfminer": "pdfminer.six",
    "pdfplumber": "pdfplumber",
    "PIL": "pillow",  # by way of pypdfium2: the picture that tesseract reads
    "pypdfium2": "pypdfium2",
}
"""The libraries that the reader imports: the name that is imported, and the distribution whose version counts."""
LAYOUTS_PACKAGE = "redress.read.layouts"
"""The package whose modules the reader imports by name, as the table of layouts has them."""
PARSED_SOURCES_COUNT = 256


def reader_identity() -> str:
    """Return 16 hexadecimal digits that name the reader: its sources, its libraries' versions, and tesseract's.

    The sources are looked at each time, because a process that lives long may see them change.
    """
    digest = hashlib.sha256()
    for name, content in reader_sources().items():
        digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    for library in READING_LIBRARIES.values():
        digest.update(f"{library} {version(library)}\n".encode())
    digest.update(f"tesseract {ocr.installed_version()}".encode())
    return digest.hexdigest()[:16]


def reader_sources() -> dict[str, bytes]:
    """Return the source of each module of this package that the reader imports, itself included, by module name.

    Imports are followed wherever they stand in a source, in functions too, so a rule, a measure or a rounding that
    the reader acts on is always among them.
    """
    found: dict[str, bytes] = {}
    waiting = [READER_MODULE]
    while waiting:
        name = waiting.pop()
        path = _source_path(name)
        if name in found or path is None:
            continue
        found[name] = path.read_bytes()
        waiting += _imported_names(found[name])
        waiting.append(name.rpartition(".")[0])
        if name == LAYOUTS_PACKAGE:
            waiting += [f"{name}.{source.stem}" for source in path.parent.glob("*.py") if source != path]
    return dict(sorted(found.items()))


def _source_path(module: str) -> Path | None:
    """Return the file of a module of this package; None for another's module, and for what is no module."""
    package, *names = module.split(".")
    if package != PACKAGE_NAME:
        return None
    place = PACKAGE_FOLDER.joinpath(*names)
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


@lru_cache(PARSED_SOURCES_COUNT)
def _imported_names(source: bytes) -> tuple[str, ...]:
    """Return the dotted names that a source imports; of `from a import b` both a and a.b, which may be a module."""
    return tuple(_names(ast.walk(ast.parse(source))))


def _names(nodes: Iterator[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


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
        with replaced_folder(place.parent, is_shared=True) as incoming:
            (incoming / place.name).mkdir()
            write_letters(tuple(kept.values()), *_paths(incoming / place.name))

    def _place(self, season: Season) -> Path:
        return self.folder / str(season) / reader_identity()


def ending(address: str) -> str:
    """The ending of a file's name, which has a say in whether a text is taken for a letter."""
    return PurePath(address).suffix.lower()


def _key(landed: LandedLetter) -> tuple[str, str]:
    return landed.letter.sha256, ending(landed.source_address)


def _paths(place: Path) -> tuple[Path, Path]:
    return place / "letters.parquet", place / "figures.parquet"
