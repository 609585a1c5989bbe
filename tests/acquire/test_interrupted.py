"""A season is whole in the end, however often acquiring it was killed, and even if the disk had no room."""

import random
from pathlib import Path

import pytest

from redress.acquire.archive import Archive
from tests.acquire.letters_server import letter, letters_server
from tests.acquire.soak import LETTERS, MOST_ON_THEIR_WAY, acquire, check, kill_once, points, started

pytestmark = pytest.mark.needs("kill")

KILLS = 2


@pytest.mark.long
def test_a_season_that_is_killed_and_run_again_is_whole_and_nothing_came_twice(tmp_path: Path) -> None:
    with letters_server(tmp_path, LETTERS) as server:
        most = points(server, tmp_path / "whole")
        for number in range(KILLS):
            kill_once(server, tmp_path / str(number), random.randint(1, most), LETTERS)  # noqa: S311


def test_a_season_that_is_killed_at_one_point_after_another_is_whole_in_the_end(tmp_path: Path) -> None:
    with letters_server(tmp_path, LETTERS) as server:
        for _ in range(KILLS):
            acquire(server, tmp_path / "home", random.randint(1, 900))  # noqa: S311
        assert acquire(server, tmp_path / "home", 0).returncode == 0
        check(Archive(tmp_path / "home" / "archive"), tmp_path / "home", LETTERS)
        sent = server.site.bodies_sent()
        assert len(set(sent)) == LETTERS
        assert len(sent) <= LETTERS + KILLS * MOST_ON_THEIR_WAY


def test_a_disk_that_has_no_room_stops_the_season_and_leaves_no_half_file(tmp_path: Path) -> None:
    with letters_server(tmp_path, 30) as server:
        server.give(20, letter(20) + bytes(100_000))
        full = started("tests.acquire.full_disk", server, tmp_path / "home", 100_000)
        assert full.returncode == 0, full.stderr
        assert "cannot be written: File too large" in full.stdout
        verified = Archive(tmp_path / "home" / "archive").verify()
        assert verified.findings == ()
        assert 0 < verified.files_count < 30
        server.site.forget()
        assert acquire(server, tmp_path / "home", 0).returncode == 0
        check(Archive(tmp_path / "home" / "archive"), tmp_path / "home", 30)
        assert len(server.site.bodies_sent()) == 30 - verified.files_count
