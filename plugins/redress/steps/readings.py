"""Readings: what the reader (the code that turns a file into a letter) gave for files. A file of readings states
which version of the reader gave them.

Each batch of a run has a file of readings, for the later steps of the run. Each season has a file of readings too,
so that the same bytes are not read again. A season's file of readings can be deleted at any time; the season's next
run then reads all files again.
"""

import ast
import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path, PurePath

from redress.files.places import Place
from redress.files.replacing import replaced
from redress.model.landed import LandedLetter
from redress.model.letter import Letter, Verdict
from redress.read.files import ocr
from redress.warehouse.landing_tables import read_readings, write_readings

PACKAGE_FOLDER = Path(__file__).resolve().parents[1]
PACKAGE_NAME = "redress"
READER_MODULE = "redress.read.reader"
"""The module with `read_letter`, which turns a file into a letter. The modules that it imports also shape the
result."""
READING_LIBRARIES = {
    "cssselect2": "cssselect2",
    "lxml": "lxml",
    "numpy": "numpy",
    "pdfminer": "pdfminer.six",
    "pdfplumber": "pdfplumber",
    "PIL": "pillow",  # by way of pypdfium2: the picture that tesseract reads
    "pypdfium2": "pypdfium2",
    "tinycss2": "tinycss2",
    "tinyhtml5": "tinyhtml5",
    "webencodings": "webencodings",
}
"""The libraries that the reader imports: the key is the name of the imported module, the value is the name of the
installed package, which has the version."""
LAYOUTS_PACKAGE = "redress.read.layouts"
"""The package of layouts. The reader imports the modules of this package by name, from the table of layouts."""
PARSED_SOURCES_COUNT = 256


def reader_identity() -> str:
    """Return 16 hexadecimal digits that name this version of the reader. They are made from the reader's sources
    and from the versions of its libraries and of tesseract.

    The sources are read at each call, because they may change while a process runs.
    """
    digest = hashlib.sha256()
    for name, content in reader_sources().items():
        digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    for library in READING_LIBRARIES.values():
        digest.update(f"{library} {version(library)}\n".encode())
    digest.update(f"tesseract {ocr.installed_version()}".encode())
    return digest.hexdigest()[:16]


def reader_sources() -> dict[str, bytes]:
    """Return the source of the reader's module and of each module of this project that the reader needs, by the
    module's name. The reader needs a module if it imports the module itself or through other modules.

    Imports in functions are followed too. So the result always includes the rules, measures and roundings that the
    reader uses.
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
    """Return the file of a module of this project; None for any other module."""
    package, *names = module.split(".")
    if package != PACKAGE_NAME:
        return None
    place = PACKAGE_FOLDER.joinpath(*names)
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


@lru_cache(PARSED_SOURCES_COUNT)
def _imported_names(source: bytes) -> tuple[str, ...]:
    """Return the dotted names that a source text imports. For `from a import b` return both a and a.b, because a.b
    may be a module.
    """
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
    """A file of readings: letters with their figures and paragraphs, all given by the same version of the reader.

    The metadata of the Parquet file hold the reader's identity.
    """

    place: Place

    def write(self, read: Iterable[LandedLetter], reader: str) -> None:
        """Replace the file by one with these readings. `reader` is the identity of the reader that gave the
        readings.

        Another process may write the file at the same time: an earlier try of the task, which a killed scheduler
        left running.
        """
        with replaced(self.place, is_shared=True) as incoming:
            write_readings(tuple(read), reader, incoming)

    def keep(self, read: Iterable[LandedLetter], reader: str) -> None:
        """Replace the file by one with these readings, for later runs. If several readings are of the same bytes,
        only one of them is kept.

        The reading of a file that could not be read is left out. So the next run tries the file again, perhaps with
        more time and memory.
        """
        kept = {landed.letter.sha256: landed for landed in read if landed.letter.verdict is not Verdict.UNREADABLE}
        self.write(kept.values(), reader)

    def read(self) -> tuple[str, tuple[LandedLetter, ...]]:
        """Return the reader's identity and all letters. Raises FileNotFoundError if the file is missing."""
        return read_readings(self.place)

    def letters(self) -> tuple[LandedLetter, ...]:
        """Return all letters. Raises FileNotFoundError if the file is missing."""
        return self.read()[1]

    def find(self, sha256s: Collection[str], reader: str) -> dict[tuple[str, str], Letter]:
        """Return the letters that the reader with the identity `reader` gave for the files with these sha256s. The
        keys are the sha256 and the ending of the file's name. If there is no file of readings, or if another reader
        gave its readings, the result is empty.
        """
        try:
            _, found = read_readings(self.place, only=sha256s, by=reader)
        except FileNotFoundError:
            return {}
        return {(landed.letter.sha256, ending(landed.source_address)): landed.letter for landed in found}


def ending(address: str) -> str:
    """Return the ending of a file's name, in small letters. By this ending the reader recognises a text or a web
    page; a PDF is recognised by its bytes.
    """
    return PurePath(address).suffix.lower()
