"""Build and publish, and be killed at a given point on the way: run as a process of its own.

    python -m tests.warehouse.interrupted_release small WAREHOUSE NUMBER KILL_AT
    python -m tests.warehouse.interrupted_release whole

The first publishes a small numbered release. KILL_AT counts what Python does with files (its audit events): before
that one the process ends itself with SIGKILL; 0 lets it go on to the end, and prints how many there were. The
other builds with dbt what is landed in the home of the environment, publishes it, and is killed from outside.
"""

import sys
from pathlib import Path

from tests.interrupted import KillPoint

COUNTED = frozenset(
    {"open", "os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "tempfile.mkdtemp"}
)


def small(warehouse: Path, number: int, kill_at: int) -> None:
    """A run of the second half of the way, with a warehouse that takes no dbt to build."""
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
    """The steps of a run, from landing to the release."""
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
