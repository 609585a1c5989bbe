"""Acquire a season, and be killed at a given point on the way: run as a process of its own.

    python -m tests.acquire.interrupted SOURCE KILL_AT

The points are what Python does with files and sockets (its audit events), counted from 1. At the point KILL_AT the
process ends itself with SIGKILL, so that nothing can clean up. With a KILL_AT of 0 the process goes on to the end,
and prints how many points there were.
"""

import sys

from tests.interrupted import KillPoint

COUNTED = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "socket.connect", "tempfile.mkstemp"})


def main(source_name: str, kill_at: int) -> None:
    """Acquire season 2021 by the settings of the environment."""
    from redress.acquire.sources.by_name import source_of
    from redress.settings import Settings
    from redress.steps import Run, acquire, plan, take_stock
    from redress.steps.record import new_run_id
    from tests.acquire.letters_server import SEASON

    settings = Settings()
    run = Run.of_season(SEASON, new_run_id(), settings)
    source = source_of(source_name, settings)
    point = KillPoint(kill_at)
    point.at_audit_events(COUNTED)
    for number, references in enumerate(plan(run, source)):
        acquire(run, source, references, number)
    take_stock(run, source)
    print(point.count)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
