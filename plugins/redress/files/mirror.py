"""Copy a folder of pages into an object store: one machine writes the pages, and other machines show them."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from redress.files.lines import stated_json

if TYPE_CHECKING:
    from upath import UPath

SUMS_NAME = ".sums.json"
"""The file in the store that lists the sha256 of each file that was put there. A file that the list does not name
is put again, and so is a file with another sha256."""


def put_folder(folder: Path, place: "UPath", *, last: str) -> int:
    """Make a place in an object store a copy of a local folder; return the number of files that were put there.

    Only changed files are put, several at a time. The file `last` is put after the other files, because it links to
    them. Then the store's files that the local folder no longer has are removed. If the process ends before all
    this is done, the next call does the rest.
    """
    client, root = place.fs, f"{place.path.rstrip('/')}/"
    found = {path.removeprefix(root): one["size"] for path, one in client.find(root, detail=True).items()}
    here = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    sums = {name: _sha256(path) for name, path in here.items()}
    before = _stated_sums(place)
    changed = [
        name
        for name, path in here.items()
        if found.get(name) != path.stat().st_size or before.get(name) != sums[name]
    ]
    gone = [name for name in found if name not in here and name != SUMS_NAME]
    if not changed and not gone:
        return 0
    same = {name: sha256 for name, sha256 in sums.items() if name not in set(changed)}
    _put_sums(place, same)  # if this process is killed, the next call puts the changed files again
    for names in ([name for name in changed if name != last], [name for name in changed if name == last]):
        if names:
            client.put([str(here[name]) for name in names], [f"{root}{name}" for name in names])
    if gone:
        client.rm([f"{root}{name}" for name in gone])
    _put_sums(place, sums)
    return len(changed)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stated_sums(place: "UPath") -> dict[str, str]:
    try:
        stated = stated_json((place / SUMS_NAME).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return stated if isinstance(stated, dict) else {}


def _put_sums(place: "UPath", sums: dict[str, str]) -> None:
    place.fs.pipe_file((place / SUMS_NAME).path, json.dumps(sums, sort_keys=True).encode())
