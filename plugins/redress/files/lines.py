"""Files of JSON lines, which only grow, and to which several processes may add at the same time.

On this machine, each line is appended to the file. An object store cannot append: there a folder has the file's
name, and each line is an object of its own in that folder. Sorted by name, the objects are in the order in which
the lines were added, as far as the machines' clocks agree.
"""

import itertools
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

from redress.files.places import Place

_added = itertools.count()
"""The numbers of the lines that this process adds. A clock may give two lines the same time, so the times alone do
not say which line came first."""


def add_json_line(place: Place, stated: object) -> None:
    """Add a value, as one line of JSON, to a file of JSON lines.

    The line is added by one write, so that several processes may add lines at the same time. The line is ASCII:
    JSON has an escape for every other character, also for lone surrogates and line separators. If a killed process
    left a line without its end, the value still gets a line of its own.
    """
    line = json.dumps(stated).encode("ascii") + b"\n"
    if not isinstance(place, Path):
        name = f"{time.time_ns():020d}-{socket.gethostname()}-{os.getpid()}-{next(_added):06d}.json"
        place.fs.pipe_file((place / name).path, line)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a+b", buffering=0) as file:
        size_bytes = file.seek(0, os.SEEK_END)
        if size_bytes:
            file.seek(size_bytes - 1)
            if file.read(1) != b"\n":
                line = b"\n" + line
        file.write(line)


def json_lines(place: Place) -> tuple[bytes, ...]:
    """Return the lines of a file of JSON lines, in the order in which the lines were added. If there is no file,
    return an empty tuple.
    """
    if isinstance(place, Path):
        return lines_of(place)
    names = place.fs.find(place.path)
    found: dict[str, bytes] = place.fs.cat(names) if names else {}
    return tuple(line.rstrip(b"\n") for _, line in sorted(found.items()))


def lines_of(file: Place) -> tuple[bytes, ...]:
    """Return the lines of a single file, which is not a folder of lines in an object store. If there is no file,
    return an empty tuple.

    Only a line feed ends a line: Python's splitlines also cuts at other characters, which a JSON text may hold.
    """
    try:
        lines = file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return ()
    return tuple(lines if lines[-1] else lines[:-1])


def stated_json(content: bytes | str) -> Any:
    """Return the value of a JSON text. Raise ValueError if the text is no JSON, or is nested deeper than can be
    read.
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("its brackets are nested too deep to be read") from None
