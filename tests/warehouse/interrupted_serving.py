"""A program that serves the current release, and ends itself with SIGKILL at a given point on the way.

    python -m tests.warehouse.interrupted_serving KILL_AT

The settings come from the environment. Each exchange with PostgreSQL has two points: before a statement, rows or
the end of a transaction are sent, and when the answer is there. The process ends itself at the point with the
number KILL_AT, counted from 1. With KILL_AT 0 the process goes on to its end, and prints the number of points.
"""

import sys
from types import FrameType

from tests.interrupted import KillPoint


def main(kill_at: int) -> None:
    """Serve the current release of the home that the environment names, unless the point `kill_at` comes first."""
    import psycopg

    from redress.settings import Settings
    from redress.warehouse.serving.postgres import serve_current

    exchange = psycopg.Connection.wait.__code__
    point = KillPoint(kill_at)

    def counted(frame: FrameType, event: str, _: object) -> None:
        if frame.f_code is exchange and event in ("call", "return"):
            point.reached()

    settings = Settings()
    sys.setprofile(counted)
    serve_current(settings)
    sys.setprofile(None)
    print(point.count)


if __name__ == "__main__":
    main(int(sys.argv[1]))
