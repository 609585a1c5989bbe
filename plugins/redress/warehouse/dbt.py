"""Run dbt in a separate process. Each process of dbt gets its own environment variables, inputs and folders. The
project is kept in the form that dbt gives it by parsing, so that the next process need not parse the project.
"""

import errno
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from redress.files.places import Place, forget_old_copies, local_copy
from redress.files.replacing import replaced
from redress.settings import PROJECT_FOLDER
from redress.warehouse.dbt_artifacts import first_failure, forget_results
from redress.warehouse.landing import Landing

DBT_PROJECT = PROJECT_FOLDER / "dbt_project"
PARSED_FOLDER = PROJECT_FOLDER / "var" / "dbt_parsed"
"""The folder of parsed projects, which `make clean` removes. Each project is a file that is named by a hash of
everything that parsing reads."""
PARSED_KEPT = 8
INPUTS_NAME = "inputs"
"""The folder beside a database through which dbt reads landing. The project's sources and macros name this
folder."""
TAKEN_FROM_THE_SHELL = ("LD_LIBRARY_PATH", "PATH", "TMPDIR")
"""The variables that dbt gets from the caller's environment; they say where programs and temporary files are."""
COPIES_NAME = "landing_copies"
"""The folder, beside dbt's target, that has local copies of landing's files if landing lies in an object store."""
SHOWN_LINES_COUNT = 25
SHOWN_ERROR_CHARACTERS = 2000
_PARSED_NAME = "partial_parse.msgpack"
_TIME = r"(?:\d\d:\d\d:\d\d)?[ ]*"
_NAMED_ERROR = re.compile(rf"^{_TIME}((?:\w+ )?Error in .+)\n{_TIME}(.+)$", re.MULTILINE)
"""Two lines of dbt's output: the first says where an error is, the second has the error; each may begin with a time
of day."""


FULL_DISK_TEXTS = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))
"""The system's messages for a full disk and for a used-up quota, which dbt and DuckDB repeat."""


class DbtError(Exception):
    """dbt failed; the message has dbt's last lines and says which log to read."""


class DbtInterruptedError(DbtError):
    """dbt was interrupted, for a reason outside the project and its data; the next try may succeed."""


def run_dbt(
    arguments: Sequence[str],
    *,
    database: Path,
    landing: Place,
    additional_authorities: Path | None,
    target: Path,
    logs: Path,
    time_limit_seconds: float,
) -> None:
    """Run a dbt command on the project. `database` is the DuckDB file that dbt opens, and `target` is the folder
    for dbt's results.

    dbt runs in the folder of the database, and reads landing through links in that folder. So neither the path of
    the database nor the path of landing, which people choose, becomes part of a statement of dbt, and the parsed
    project can be used for builds in other folders.

    Raises DbtInterruptedError if a signal ended dbt, or if the disk was full. Raises DbtError if dbt fails for
    another reason or takes longer than `time_limit_seconds`.
    """
    for folder in (logs, target, database.parent):
        folder.mkdir(parents=True, exist_ok=True)
    link_inputs(database.parent, landing, additional_authorities, target.with_name(COPIES_NAME))
    places = {
        "--project-dir": DBT_PROJECT,
        "--profiles-dir": DBT_PROJECT,
        "--target-path": target.absolute(),
        "--log-path": logs.absolute(),
    }
    # -P: Python must not import a file in the folder of the database as a module
    command = [sys.executable, "-P", "-W", "ignore", "-m", "dbt.cli.main", "--no-use-colors", *arguments]
    command += [str(part) for place in places.items() for part in place]
    log = logs / "dbt.log"
    forget_results(target)
    parsed = PARSED_FOLDER / parsed_name(database.name)
    take_parsed(parsed, target)
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours, and nothing from a letter is part of it
            command,
            env=dbt_environment(database.name, home=target.absolute()),
            cwd=database.parent,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=time_limit_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DbtError(f"dbt {arguments[0]} was ended after {time_limit_seconds:g} s; its log is {log}") from None
    if done.returncode < 0:
        raise DbtInterruptedError(
            f"dbt {arguments[0]} was ended by the signal {_signal_name(-done.returncode)} and did not come to its "
            "end; SIGKILL may come from a machine or container that had no memory left. Run the step again; the "
            f"log of dbt is {log}"
        )
    if done.returncode != 0:
        if any(text in done.stdout + done.stderr for text in FULL_DISK_TEXTS):
            raise DbtInterruptedError(
                f"dbt {arguments[0]} found no room on the disk of {target} or {database.parent}: make room, and "
                f"run the step again; the log of dbt is {log}"
            )
        last_lines = "\n".join(done.stdout.splitlines()[-SHOWN_LINES_COUNT:])
        why = first_failure(target) or _why(done.stdout + done.stderr)
        raise DbtError(
            f"dbt {arguments[0]} failed: {why}; its log is {log}; its last lines:\n{last_lines}\n"
            f"{done.stderr[-SHOWN_ERROR_CHARACTERS:]}"
        )
    keep_parsed(parsed, target)


def dbt_environment(database_name: str, home: Path) -> dict[str, str]:
    """Return all environment variables of a dbt process. `database_name` is a file in the folder in which dbt runs.

    Other variables of the caller's shell stay out: DBT_EMPTY would build empty tables, DBT_RESOURCE_TYPES would
    leave out the tests, and dbt does not need passwords. `home` replaces the person's home folder, which may hold
    settings of dbt.
    """
    taken = {name: os.environ[name] for name in TAKEN_FROM_THE_SHELL if name in os.environ}
    return taken | {
        "REDRESS_BUILD_FILE": database_name,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "TZ": "UTC",
    }


def link_inputs(folder: Path, landing: Place, additional_authorities: Path | None, copies: Path) -> None:
    """Make links in a folder to exactly the files that dbt reads: those of landing, and the CSV of further
    authorities.

    DuckDB treats a path as a glob pattern: it would look for a folder `letters [1]` under the name `letters 1`. So
    dbt reads by way of the links, whose names have no wildcards, whatever the name of landing's folder.

    If landing lies in an object store, each file is fetched into the folder `copies` first, once for each version
    of the file.
    """
    inputs = folder / INPUTS_NAME
    shutil.rmtree(inputs, ignore_errors=True)
    inputs.mkdir()
    for place in Landing(landing).files_to_build():
        link = inputs / str(place).removeprefix(f"{landing}/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(local_copy(place, copies).absolute())
    forget_old_copies(copies)
    if additional_authorities is not None:
        (inputs / "additional_authorities.csv").symlink_to(additional_authorities.absolute())


def parsed_name(database_name: str) -> str:
    """Return the file name under which the parsed project is kept. The name is a hash over all that decides what
    parsing gives: the project's folder and files, dbt's versions, and the name of the database.
    """
    digest = hashlib.sha256()
    for part in (version("dbt-core"), version("dbt-duckdb"), str(DBT_PROJECT), database_name):
        digest.update(f"{part}\0".encode())
    for path in sorted(path for path in DBT_PROJECT.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(DBT_PROJECT).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{digest.hexdigest()}.msgpack"


def take_parsed(parsed: Path, target: Path) -> None:
    """Put the kept parsed project into a target folder, where dbt looks for it. If no project is kept, dbt parses
    the whole project.

    `parsed` is named after the project's files (see `parsed_name`), so a project that was kept before a change is
    not used. If dbt got such a project, dbt would parse only the parts that it thinks have changed.
    """
    place = target / _PARSED_NAME
    place.unlink(missing_ok=True)
    with suppress(OSError):
        shutil.copyfile(parsed, place)


def keep_parsed(parsed: Path, target: Path) -> None:
    """Copy the parsed project from a target folder, where dbt wrote it, to the file `parsed`. Of all kept projects,
    keep the newest PARSED_KEPT. If PARSED_FOLDER cannot be written, keep nothing; dbt then parses the project again
    the next time.
    """
    with suppress(OSError):
        with replaced(parsed, is_shared=True) as incoming:
            shutil.copyfile(target / _PARSED_NAME, incoming)
        newest = sorted(parsed.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in newest[PARSED_KEPT:]:
            path.unlink()


def _why(output: str) -> str:
    """Return in one line why dbt failed before any model ran: the first error in the output, or else the output's
    last line.
    """
    named = _NAMED_ERROR.search(output)
    if named is not None:
        return f"{named[1].strip()}: {named[2].strip()}"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it printed nothing"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # real-time signals have no names
        return str(number)
