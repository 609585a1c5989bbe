"""Kill the acquiring of a season of 400 letters, each time at another random point; part of `make soak`.

Each round acquires the season into a fresh archive, is killed once, and is run again. Afterwards each letter must
be in the archive exactly once, nothing half written may be left, and `archive verify` must find nothing. A letter
that was in the archive when the process was killed must not have been fetched again.
"""

import argparse
import random
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from redress.acquire.archive import Archive
from redress.acquire.fetching import STORING_AT_A_TIME
from tests.acquire.letters_server import FETCHES_AT_A_TIME, LettersServer, letters_server
from tests.interrupted import SoakError, last_line, require_killed, run_module

LETTERS = 400
MOST_ON_THEIR_WAY = FETCHES_AT_A_TIME + STORING_AT_A_TIME


@dataclass(frozen=True)
class Round:
    """One kill: the point, the files in the archive then, the bodies that both runs fetched, and the seconds."""

    kill_at: int
    files_when_killed: int
    fetched_in_all: int
    seconds: float


def acquire(server: LettersServer, home: Path, kill_at: int) -> subprocess.CompletedProcess[str]:
    """Acquire the season in a process of its own, which is killed at the point `kill_at`, or never if that is 0."""
    return started("tests.acquire.interrupted", server, home, kill_at)


def started(module: str, server: LettersServer, home: Path, number: int) -> subprocess.CompletedProcess[str]:
    """Run a module that acquires from a server, with a number as its argument."""
    environment = {f"REDRESS_{name.upper()}": str(value) for name, value in server.environment(home).items()}
    return run_module(module, server.source, number, environment=environment)


def points(server: LettersServer, home: Path) -> int:
    """Return the number of points at which the acquiring of a whole season can be killed."""
    return int(last_line(acquire(server, home, 0)))


def kill_once(server: LettersServer, home: Path, kill_at: int, count: int) -> Round:
    """Kill a run at a point, then run again to the end. Raises SoakError if anything is wrong afterwards."""
    started = time.monotonic()
    server.site.forget()
    archive = Archive(home / "archive")
    require_killed(acquire(server, home, kill_at), kill_at)
    files = list((home / "archive" / "sha256").rglob("*.bin"))
    last_line(acquire(server, home, 0), f"killed at {kill_at}")
    fetched = server.site.bodies_sent()
    check(archive, home, count)
    # what was on its way when the process died has come twice at most; what was in the archive, once
    came_twice = len(fetched) - len(set(fetched))
    if len(set(fetched)) != count or came_twice > MOST_ON_THEIR_WAY or max(map(fetched.count, set(fetched))) > 2:
        raise SoakError(f"killed at {kill_at}: {len(fetched)} bodies were sent for {len(set(fetched))} letters")
    return Round(kill_at, len(files), len(fetched), time.monotonic() - started)


def check(archive: Archive, home: Path, count: int) -> None:
    """Raise SoakError unless an archive holds each letter exactly once, and nothing else."""
    verified = archive.verify()
    left = list((home / "archive" / "incoming").glob("*"))
    if verified.findings or left or (verified.files_count, verified.cards_count) != (count, count):
        raise SoakError(
            f"{verified.files_count} files and {verified.cards_count} cards for {count} letters; "
            f"half written: {left}; {verified.findings}"
        )


def main() -> None:
    """Kill this many runs, each at another random point, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - not for secrets
    with tempfile.TemporaryDirectory() as folder, letters_server(Path(folder), LETTERS) as server:
        most = points(server, Path(folder) / "whole")
        print(f"{LETTERS} letters; {most} points; seed {options.seed}\n")
        print("| kill | at point | files when killed | bodies sent in all | seconds |\n|---:|---:|---:|---:|---:|")
        for number in range(options.kills):
            kill_at = chance.randint(1, most)
            one = kill_once(server, Path(folder) / str(number), kill_at, LETTERS)
            cells = (number + 1, one.kill_at, one.files_when_killed, one.fetched_in_all, f"{one.seconds:.1f}")
            print(f"| {' | '.join(map(str, cells))} |", flush=True)
    print("\nafter each: every letter in the archive exactly once, nothing half written, verify finds nothing")


if __name__ == "__main__":
    main()
