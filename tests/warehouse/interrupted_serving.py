"""Serve the current release, and be killed at a given point on the way: run as a process of its own.

    python -m tests.warehouse.interrupted_serving KILL_AT

It serves by the settings of the environment. KILL_AT counts exchanges with PostgreSQL, each twice: before a
statement, rows or the end of a transaction are sent, and when the answer is there. At that point the process ends
itself with SIGKILL; 0 lets it go on to the end, and prints how many there were.
"""

import sys
from types import FrameType

from tests.interrupted import KillPoint


def main(kill_at: int) -> None:
    """Serve what is current in the home of the environment."""
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
