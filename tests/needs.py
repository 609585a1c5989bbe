"""What a test can need beside Python: a program, time or a kill. A quick run has the tests that need none of these.

`make test-quick` is a quick run. A module says what its tests need with `pytestmark = pytest.mark.needs("dbt")`,
and a quick run does not import the module. For a single test, the same marker stands above the test. So that no
marker is forgotten, a test of a quick run fails if it starts one of the programs.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NEEDS = {
    "dbt": "dbt.cli.main",
    "airflow": "airflow",
    "browser": "chromium",
    "postgresql": "pg_ctl",
    "docker": "docker",
    "superset": "gunicorn",
    "object_store": "moto_server",
    "great_expectations": "Great Expectations, which takes four seconds to import",
    "time": "five seconds or more for its module",
    "processes": "a command of ours, or reading workers, as processes of their own",
    "kill": "a process that is killed on its way",
}
"""The arguments of the marker. For a program, the value is the word of a command by which the program is
recognised; for anything else, the value says what the need is."""
MODULE_MARKS = ("\npytestmark = pytest.mark.needs(", "\npytestmark = [pytest.mark.needs(")
_started: list[list[str]] = []


def is_module_left_out(path: Path) -> bool:
    """Return whether the text of a test module says that a quick run leaves out the whole module."""
    if path.suffix != ".py":
        return False
    text = path.read_text(encoding="utf-8")
    return any(mark in text for mark in MODULE_MARKS)


@contextmanager
def programs_started() -> Iterator[list[str]]:
    """Collect the names of the programs of `NEEDS` that this process starts in the block."""
    found: list[str] = []
    _started.append(found)
    try:
        yield found
    finally:
        _started.remove(found)


def _note_program(event: str, arguments: tuple[object, ...]) -> None:
    """Note each start of a program of `NEEDS`. As an audit hook, the function is called for events of any kind."""
    if event == "subprocess.Popen" and _started:
        words = arguments[1]
        names = [os.fsdecode(word).rpartition("/")[2] for word in words] if isinstance(words, Iterable) else []
        _started[-1].extend(need for need, program in NEEDS.items() if program in names)


sys.addaudithook(_note_program)


def require_debian_packages(*names: str) -> None:
    """Skip the test unless all of these Debian packages are installed, and say which packages are missing."""
    if shutil.which("dpkg-query") is None:
        pytest.skip(f"this is not Debian, so nobody saw what its packages do: {', '.join(names)}")
    asked = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *names]
    found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
    if missing := [name for name in names if f"{name} installed" not in found]:
        pytest.skip(f"these are not here: apt-get install {' '.join(missing)}")
