"""Checksums of a release's files, in the form that `sha256sum --check SHA256SUMS` reads."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from redress.files.lines import stated_json

CHECKSUMS_NAME = "SHA256SUMS"
DATA_PACKAGE_NAME = "datapackage.json"
NOTES_NAME = "RELEASE.md"
WAREHOUSE_NAME = "warehouse.duckdb"
CHANGES_NAME = "changes.json"
"""The file with the changes of a release. Releases that an earlier version of Redress made do not have it."""
ALWAYS_THERE = (WAREHOUSE_NAME, DATA_PACKAGE_NAME, NOTES_NAME)
"""Files that every release has and that its data package does not name."""
_CHUNK_BYTES = 1024**2


def write_checksums(folder: Path) -> None:
    """Write the sha256 of every file below a folder into the folder's SHA256SUMS, which is the last file of a
    release to be written.
    """
    (folder / CHECKSUMS_NAME).write_text(checksums_of(folder), encoding="utf-8")


def checksums_of(folder: Path) -> str:
    """Return the text of a SHA256SUMS that has a line for every other file below a folder."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return "".join(f"{sha256_of(folder / name)}  {name}\n" for name in names if name != CHECKSUMS_NAME)


def read_checksums(text: str) -> dict[str, str]:
    """Return the sha256 of each file, by the file's name, from the text of a SHA256SUMS. An incomplete line is left
    out.
    """
    pairs = (line.partition("  ") for line in text.split("\n"))
    return {name: sha256 for sha256, _, name in pairs if name}


def damage(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each file of a release that differs from its sha256 in SHA256SUMS, and for each fault
    that `missing` finds.
    """
    found = list(missing(folder))
    if (folder / CHECKSUMS_NAME).is_file():
        stated = _stated(folder)
        files = {name: sha256 for name, sha256 in stated.items() if (folder / name).is_file()}
        found += [f"{name} is not what it was" for name in differing(folder, files)]
    return tuple(found)


def differing(folder: Path, sha256s: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of files below a folder that are missing or differ from their stated sha256."""
    return tuple(
        name
        for name, sha256 in sha256s.items()
        if not (folder / name).is_file() or sha256_of(folder / name) != sha256
    )


def missing(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each file that a release lacks, and for each needed file without a line in SHA256SUMS.
    Read no large file.

    SHA256SUMS has to name the files of ALWAYS_THERE, changes.json if there is one, and each file of the data
    package. So an incomplete SHA256SUMS is found too.
    """
    if not (folder / CHECKSUMS_NAME).is_file():
        return (f"{CHECKSUMS_NAME} is not there",)
    stated = _stated(folder)
    found = [f"{name} is not there" for name in stated if not (folder / name).is_file()]
    needed = [*ALWAYS_THERE, *([CHANGES_NAME] if (folder / CHANGES_NAME).exists() else [])]
    if (folder / DATA_PACKAGE_NAME).is_file():
        try:
            package = stated_json((folder / DATA_PACKAGE_NAME).read_bytes())
            files = [file for one in package["resources"] for file in (one, one.get("parquet", {})) if file]
            needed += [str(file["path"]) for file in files]
        except (ValueError, KeyError, TypeError):
            found.append(f"{DATA_PACKAGE_NAME} is no data package")
    return (*found, *(f"{name} has no line in {CHECKSUMS_NAME}" for name in needed if name not in stated))


def _stated(folder: Path) -> dict[str, str]:
    return read_checksums((folder / CHECKSUMS_NAME).read_text(encoding="utf-8", errors="replace"))


def sha256_of(file: Path) -> str:
    """Return the sha256 of a file in hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
