"""A program that builds and publishes a release, and that is killed on the way.

    python -m tests.warehouse.interrupted_release small WAREHOUSE NUMBER KILL_AT
    python -m tests.warehouse.interrupted_release whole

`small` publishes a small numbered release. Its points are the audit events in COUNTED, which Python raises when it
works with files. The process ends itself with SIGKILL at the event with the number KILL_AT, counted from 1, before
Python has done anything. With KILL_AT 0 the process goes on to its end, and prints how many events there were.

`whole` builds with dbt what is landed in the home of the environment, and publishes the release. It is killed from
outside.
"""

import sys
from pathlib import Path

from tests.interrupted import KillPoint

COUNTED = frozenset(
    {"open", "os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "tempfile.mkdtemp"}
)


def small(warehouse: Path, number: int, kill_at: int) -> None:
    """Make a small warehouse, publish it, and keep only two releases, unless the point `kill_at` comes first."""
    from redress.warehouse.releases.listing import prune
    from redress.warehouse.releases.releases import Releases
    from tests.warehouse.numbered import publish_numbered

    releases = Releases(warehouse)
    point = KillPoint(kill_at)
    point.at_audit_events(COUNTED)
    publish_numbered(releases, number)
    prune(releases, 2)
    print(point.count)


def whole() -> None:
    """Run the steps build and release on what is landed, and print the identity of the current release."""
    from redress.model.season import Season
    from redress.settings import Settings
    from redress.steps import Run, build_warehouse, release
    from redress.steps.record import new_run_id

    run = Run.of_season(Season(2021), new_run_id(), Settings())
    print(Path(release(run, build_warehouse(run))).name)


if __name__ == "__main__":
    if sys.argv[1] == "small":
        small(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        whole()
