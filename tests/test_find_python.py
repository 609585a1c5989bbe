"""find-python prints the newest Python on PATH that can install Redress, or one line that says what is missing."""

import re
import subprocess
import tomllib
from pathlib import Path

from packaging.specifiers import SpecifierSet

FOLDER = Path(__file__).parent.parent
DOES_NOT_RUN = "exit 127"


def _python(folder: Path, name: str, version: str, *, has_venv: bool = True) -> Path:
    """Write a command that answers find-python's two questions as a Python of this version does."""
    imports = 0 if has_venv else 1
    return _command(folder, name, f'case "$2" in *version_info*) echo {version} ;; *) exit {imports} ;; esac')


def _command(folder: Path, name: str, script: str) -> Path:
    command = folder / name
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    return command


def _find(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FOLDER / "find-python", *names], env={"PATH": str(folder)}, capture_output=True, text=True, timeout=20
    )


def _missing(folder: Path, *names: str) -> str:
    """Return the only line of find-python's error output, and require that find-python took no Python."""
    found = _find(folder, *names)
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.count("\n") == 1
    return found.stderr


def test_the_newest_python_that_runs_is_taken(tmp_path: Path) -> None:
    _command(tmp_path, "python3.14", DOES_NOT_RUN)
    _python(tmp_path, "python3.11", "3.11")
    _python(tmp_path, "python3", "3.11")
    newest = _python(tmp_path, "python3.13", "3.13")
    assert _find(tmp_path).stdout == f"{newest}\n"


def test_an_older_python_is_taken_when_the_newest_cannot_make_an_environment(tmp_path: Path) -> None:
    _python(tmp_path, "python3.13", "3.13", has_venv=False)
    older = _python(tmp_path, "python3.12", "3.12")
    assert _find(tmp_path).stdout == f"{older}\n"


def test_a_python_that_is_named_is_taken_or_none(tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    _python(tmp_path, "python3.13", "3.13")
    named = _python(folder, "python", "3.12")
    assert _find(tmp_path, str(named)).stdout == f"{named}\n"
    assert f"found none of: {tmp_path}/nowhere;" in _missing(tmp_path, f"{tmp_path}/nowhere")


def test_the_package_that_brings_venv_is_named(tmp_path: Path) -> None:
    python = _python(tmp_path, "python3", "3.13", has_venv=False)
    line = _missing(tmp_path)
    assert line == f"{python} cannot make a virtual environment; on Debian: apt-get install python3.13-venv\n"


def test_the_pythons_that_were_found_are_named(tmp_path: Path) -> None:
    _command(tmp_path, "python3.13", DOES_NOT_RUN)
    _python(tmp_path, "python3", "3.9")
    line = _missing(tmp_path)
    assert f"but {tmp_path}/python3.13 does not run; {tmp_path}/python3 is Python 3.9; install one" in line


def test_without_any_python_the_packages_are_named(tmp_path: Path) -> None:
    assert "on Debian: apt-get install python3 python3-venv" in _missing(tmp_path)


def test_superset_has_a_range_of_its_own(tmp_path: Path) -> None:
    newest = _python(tmp_path, "python3.13", "3.13")
    assert f"but {newest} is Python 3.13; install one, or name it: make bi BI_PYTHON=" in _missing(
        tmp_path, "--for-superset"
    )
    older = _python(tmp_path, "python3.12", "3.12")
    assert _find(tmp_path, "--for-superset").stdout == f"{older}\n"


def test_find_python_takes_what_the_project_says_it_runs_on(tmp_path: Path) -> None:
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text())["project"]
    versions = [f"3.{minor}" for minor in range(8, 20)]
    taken = [version for version in versions if _find(tmp_path, str(_python(tmp_path, "python", version))).stdout]
    assert taken == [version for version in versions if version in SpecifierSet(project["requires-python"])]
    assert taken == re.findall(r"Python :: (3\.\d+)", " ".join(project["classifiers"]))
