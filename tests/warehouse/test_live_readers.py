"""Four readers that query without pause see each of twenty releases, and never fail or see two at once."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from redress.warehouse.releases.listing import prune
from redress.warehouse.releases.releases import Releases
from tests.warehouse.numbered import publish_numbered

pytestmark = pytest.mark.needs("kill")

KINDS = ("duckdb", "duckdb", "parquet", "parquet")
RELEASES = 20
KEPT = 5


@pytest.mark.long
def test_readers_never_fail_never_see_a_mix_and_see_each_release_when_they_open_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    releases = Releases(tmp_path / "warehouse")
    publish_numbered(releases, 1)
    stop = tmp_path / "stop"
    project = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.warehouse.live_reader"]
    started = time.monotonic()
    readers = [
        subprocess.Popen(
            [*command, kind, str(releases.folder), str(stop)], cwd=project, stdout=subprocess.PIPE, text=True
        )
        for kind in KINDS
    ]
    try:
        for number in range(1, RELEASES + 1):
            if number > 1:
                publish_numbered(releases, number)
                prune(releases, KEPT)
            for reader in readers:
                assert reader.stdout is not None
                assert int(reader.stdout.readline()) == number
        stop.touch()
        counts = [json.loads(reader.communicate(timeout=30)[0]) for reader in readers]
    finally:
        for reader in readers:
            reader.kill()
            reader.wait()
    with capsys.disabled():
        print(f"\n{RELEASES} releases under {len(readers)} readers in {time.monotonic() - started:.1f} s:")
        for one in counts:
            print(
                f"  {one['kind']:<8} {one['queries']:>6} queries, {len(one['failures'])} failed, "
                f"{one['mixed']} mixed, {len(one['seen'])} releases seen"
            )
    assert len(list((releases.folder / "releases").iterdir())) <= KEPT + len(readers)
    for one in counts:
        assert one["queries"] > RELEASES
        assert one["failures"] == []
        assert (one["mixed"], one["changed_while_open"]) == (0, 0)
        assert one["seen"] == list(range(1, RELEASES + 1))
