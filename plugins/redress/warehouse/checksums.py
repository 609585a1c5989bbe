"""Checksums of a release's files, in the form that `sha256sum --check SHA256SUMS` reads."""

import hashlib
from pathlib import Path

CHECKSUMS_NAME = "SHA256SUMS"
_CHUNK_BYTES = 1024**2


def write_checksums(folder: Path) -> None:
    """Write the sha256 of every file below a folder into its SHA256SUMS: what has none is not finished."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{sha256_of(folder / name)}  {name}\n" for name in names if name != CHECKSUMS_NAME]
    (folder / CHECKSUMS_NAME).write_text("".join(lines), encoding="utf-8")


def read_checksums(text: str) -> dict[str, str]:
    """The sha256 of each file that the text of a SHA256SUMS names, by the file's name."""
    pairs = (line.partition("  ") for line in text.splitlines())
    return {name: sha256 for sha256, _, name in pairs}


def damage(folder: Path) -> tuple[str, ...]:
    """What is not as the SHA256SUMS of a folder says, a sentence for each file; nothing where all is well."""
    sums = folder / CHECKSUMS_NAME
    if not sums.is_file():
        return (f"{CHECKSUMS_NAME} is not there",)
    stated = read_checksums(sums.read_text(encoding="utf-8", errors="replace"))  # it can be damaged itself
    found = []
    for name, sha256 in stated.items():
        if not (folder / name).is_file():
            found.append(f"{name} is not there")
        elif sha256_of(folder / name) != sha256:
            found.append(f"{name} is not what it was")
    return tuple(found)


def sha256_of(file: Path) -> str:
    """The sha256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
