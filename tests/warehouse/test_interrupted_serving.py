"""If serving is killed, readers keep a whole release, and the next run removes what is left over."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.made import PROJECT
from tests.warehouse.postgres_server import Database
from tests.warehouse.served_releases import served_number, small_release
from tests.warehouse.soak import ServedHome

pytestmark = pytest.mark.needs("postgresql", "kill")


def test_serving_that_is_killed_leaves_a_whole_release_and_nothing_that_the_next_run_does_not_clear(
    database: Database, tmp_path: Path
) -> None:
    home = ServedHome(tmp_path, database)
    home.kill_once(random.randint(1, home.points))  # noqa: S311


def test_a_run_that_is_killed_leaves_the_release_that_was_served(database: Database, tmp_path: Path) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    large = small_release(tmp_path, 2, councils_count=30_000)
    serving = (
        "import sys; from pathlib import Path; from redress.warehouse.serving.postgres import Postgres; "
        "print('begins', flush=True); Postgres(sys.argv[1]).serve(Path(sys.argv[2]))"
    )
    killed = 0
    for after_seconds in (0.05, 0.4, 0.8):
        process = subprocess.Popen(
            [sys.executable, "-c", serving, database.address(), str(large)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": "plugins"},
            cwd=PROJECT,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(after_seconds)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.stdout.close()
        if served_number(database) == 1:
            assert "redress_incoming" not in database.schemas()
    assert killed >= 2, "the runs ended before they were killed: make the release larger"
    assert database.postgres.serve(large).release_id == f"{2:016x}"
    assert served_number(database) == 2
    assert database.schemas() == {"marts"}
