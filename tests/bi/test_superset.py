"""The dashboard of `make bi` shows a release in a browser, and after a refresh the next release."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import psutil
import pytest

from bi.up import ENVIRONMENT
from tests.chromium import needs_chromium
from tests.made import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Request

pytestmark = pytest.mark.needs("superset")

START_SECONDS = 300
STOP_SECONDS = 40
NEXT_IDENTITY = "b1b1b1b1b1b1b1b1"
STOPPED = "csp"
"""The failure that Chromium gives to a request that the page's content security policy stops. Such a request does
not leave the browser."""
TABS = ("A council over the years", "Ranking within a type", "Coverage", "Published figures", "Evidence")


@pytest.fixture
def home(cookbook_release: Path, tmp_path: Path) -> Path:
    """A home with the cookbook's release, and a next release in which Harrowmere's rate of 2023 is 12 per cent."""
    if not (ENVIRONMENT / "bin" / "gunicorn").exists():
        pytest.skip(f"{ENVIRONMENT} is not there: make bi installs it")
    releases = tmp_path / "home" / "warehouse" / "releases"
    for identity in (cookbook_release.name, NEXT_IDENTITY):
        (releases / identity).mkdir(parents=True)
        shutil.copy(cookbook_release / "warehouse.duckdb", releases / identity)
    with duckdb.connect(str(releases / NEXT_IDENTITY / "warehouse.duckdb")) as connection:
        connection.execute(
            "update marts.council_performance set uphold_rate_pct = 12 "
            "where short_name = 'Harrowmere' and season = 2023"
        )
    _point_at(releases.parent, cookbook_release.name)
    return releases.parents[1]


def _point_at(warehouse: Path, identity: str) -> None:
    incoming = warehouse / "current.incoming"
    incoming.symlink_to(Path("releases") / identity)
    incoming.replace(warehouse / "current")


@contextmanager
def _superset(home: Path) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """Run the command of `make bi` during the block; yield the process, the dashboard's address and a password."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = home.parent / "printed.txt"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bi.up", "--port", str(port)],
            cwd=PROJECT,
            env={**os.environ, "REDRESS_HOME": str(home), "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        until = time.monotonic() + START_SECONDS
        while "Ctrl-C ends it." not in (printed := log.read_text(encoding="utf-8")):
            assert process.poll() is None, printed
            assert time.monotonic() < until, printed
            time.sleep(0.5)
        found = re.search(r"Superset is up: (\S+)\nuser redress, password (\S+)\n", printed)
        assert found, printed
        yield process, found[1], found[2]
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)


@pytest.mark.long
@needs_chromium
def test_the_dashboard_shows_a_release_and_after_a_refresh_the_next_and_asks_nobody_elsewhere(
    home: Path, chromium: "Browser"
) -> None:
    with (
        _superset(home) as (process, dashboard, password),
        chromium.new_page(viewport={"width": 1600, "height": 1200}) as page,
    ):
        address = dashboard.partition("/superset/")[0]
        asked: list[Request] = []
        page.on("request", lambda request: asked.append(request))
        page.goto(dashboard)
        assert "/login/" in page.url, "the dashboard came without a login"
        page.fill("#username, input[name=username]", "redress")
        page.fill("input[type=password]", password)
        page.keyboard.press("Enter")
        page.wait_for_url(dashboard)

        rate = page.locator("tr", has_text="2022-23").locator("td").nth(4)
        rate.wait_for(timeout=60_000)
        assert rate.inner_text() == "83"
        for tab in TABS:
            page.locator("[role=tab]", has_text=tab).click()
            page.wait_for_load_state("networkidle")
            assert page.locator("text=/unexpected error|no longer exists/i").count() == 0, tab

        _point_at(home / "warehouse", NEXT_IDENTITY)
        page.goto(dashboard)
        rate.wait_for(timeout=60_000)
        assert rate.inner_text() == "12"

        elsewhere = [one for one in asked if not one.url.startswith((f"{address}/", "data:", "blob:"))]
        assert [(one.url, one.failure) for one in elsewhere if one.failure != STOPPED] == []
        running = psutil.Process(process.pid).children(recursive=True)
        assert len(running) > 1
        reached = {link.raddr.ip for one in running for link in one.net_connections("inet") if link.raddr}
        assert reached <= {"127.0.0.1"}

        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS) == 0
        assert [one for one in running if one.is_running()] == []
