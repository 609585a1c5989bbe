"""Run dbt in a process of its own, with its folders, the kept result of parsing, and telemetry switched off."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from redress.files import replaced
from redress.settings import PROJECT_FOLDER
from redress.warehouse.dbt_artifacts import first_failure, forget_results

DBT_PROJECT = PROJECT_FOLDER / "dbt_project"
PARSED_FOLDER = PROJECT_FOLDER / "var" / "dbt_parsed"
"""Projects as dbt parsed them, each under the hash of all that parsing reads; `make clean` removes them."""
PARSED_KEPT = 8
SHOWN_LINES_COUNT = 25
SHOWN_ERROR_CHARACTERS = 2000
_PARSED_NAME = "partial_parse.msgpack"
_TIME = r"(?:\d\d:\d\d:\d\d)?[ ]*"
_NAMED_ERROR = re.compile(rf"^{_TIME}((?:\w+ )?Error in .+)\n{_TIME}(.+)$", re.MULTILINE)
"""dbt prints where an error is in one line, and the error in the next; times of day may stand before both."""


class DbtError(Exception):
    """dbt failed; the message has its last lines and says which log to read."""


def run_dbt(
    arguments: Sequence[str],
    *,
    database: Path,
    landing: Path,
    additional_authorities: Path | None,
    target: Path,
    logs: Path,
    time_limit_seconds: float,
) -> None:
    """Run a dbt command on the project: `database` is the DuckDB file that it opens, `target` where it writes.

    dbt runs in the folder of the database, and reaches the database and landing by relative paths: the parsed
    project, which contains these paths, then serves builds in other folders too. Raises DbtError where dbt fails or
    runs longer than `time_limit_seconds`.
    """
    for folder in (logs, target, database.parent):
        folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "REDRESS_BUILD_FILE": database.name,
        "REDRESS_LANDING": os.path.relpath(landing.resolve(), database.parent.resolve()),
        "REDRESS_ADDITIONAL_AUTHORITIES": ""
        if additional_authorities is None
        else str(additional_authorities.absolute()),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    places = {
        "--project-dir": DBT_PROJECT,
        "--profiles-dir": DBT_PROJECT,
        "--target-path": target.absolute(),
        "--log-path": logs.absolute(),
    }
    # -P: no file in the folder of the database is taken for a Python module
    command = [sys.executable, "-P", "-W", "ignore", "-m", "dbt.cli.main", "--no-use-colors", *arguments]
    command += [str(part) for place in places.items() for part in place]
    log = logs / "dbt.log"
    forget_results(target)
    parsed = PARSED_FOLDER / parsed_name(environment["REDRESS_BUILD_FILE"], environment["REDRESS_LANDING"])
    take_parsed(parsed, target)
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours, and nothing from a letter is part of it
            command,
            env=environment,
            cwd=database.parent,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=time_limit_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DbtError(f"dbt {arguments[0]} was ended after {time_limit_seconds:g} s; its log is {log}") from None
    if done.returncode != 0:
        last_lines = "\n".join(done.stdout.splitlines()[-SHOWN_LINES_COUNT:])
        why = first_failure(target) or _why(done.stdout + done.stderr)
        raise DbtError(
            f"dbt {arguments[0]} failed: {why}; its log is {log}; its last lines:\n{last_lines}\n"
            f"{done.stderr[-SHOWN_ERROR_CHARACTERS:]}"
        )
    keep_parsed(parsed, target)


def parsed_name(*paths: str) -> str:
    """Return the name of the parsed project: a hash of each file of the project, dbt's versions, and these paths.

    The paths are those of REDRESS_BUILD_FILE and REDRESS_LANDING, the only ones that dbt reads as it parses.
    """
    digest = hashlib.sha256()
    for part in (version("dbt-core"), version("dbt-duckdb"), str(DBT_PROJECT), *paths):
        digest.update(f"{part}\0".encode())
    for path in sorted(path for path in DBT_PROJECT.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(DBT_PROJECT).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{digest.hexdigest()}.msgpack"


def take_parsed(parsed: Path, target: Path) -> None:
    """Put the kept parsed project into a target folder, where dbt looks for it; without it, dbt parses the whole
    project.

    A kept project is used only if no file of the project differs. With a different file, dbt would parse only what
    it thinks the file changes.
    """
    place = target / _PARSED_NAME
    place.unlink(missing_ok=True)
    with suppress(OSError):
        shutil.copyfile(parsed, place)


def keep_parsed(parsed: Path, target: Path) -> None:
    """Keep the project that dbt parsed in a target folder. If PARSED_FOLDER cannot be written, nothing is kept, and
    the next run parses the project again.
    """
    with suppress(OSError):
        with replaced(parsed, is_shared=True) as incoming:
            shutil.copyfile(target / _PARSED_NAME, incoming)
        newest = sorted(parsed.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in newest[PARSED_KEPT:]:
            path.unlink()


def _why(output: str) -> str:
    """Return in one line why dbt failed before any model ran: the first error that it names, or its last line."""
    named = _NAMED_ERROR.search(output)
    if named is not None:
        return f"{named[1].strip()}: {named[2].strip()}"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it printed nothing"
