"""An API server of Airflow with our plugin, with pages to show, files that it must not show, and browsers."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from redress.acquire.sources.folder import FolderSource
from redress.model.landed import Disposition, Fate
from redress.model.season import Season
from redress.report import write_report
from redress.report.dbt_pages import PAGE_NAME
from redress.settings import Settings
from redress.steps import Run, SeasonError, build_data_docs, plan
from redress.steps.shown import show_pages
from redress.warehouse.landing import Landing
from tests.acquire.s3_server import s3_environment
from tests.made import GOOD, PROJECT, SAMPLE_AUTHORITIES, SEASON, landed

START_SECONDS = 60
USER, ROLE = "reader", "viewer"
PASSWORD = "a password of this test"  # noqa: S105
COOKIE = "_token"


def environment(folder: Path, store_port: int) -> dict[str, str]:
    """Return the environment of an Airflow with its own home, SQLite and users, and our plugins folder."""
    home = folder / "airflow"
    home.mkdir(exist_ok=True)
    (home / "passwords.json").write_text(json.dumps({USER: PASSWORD}))
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "REDRESS"))}
    return own | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "no dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:{ROLE}",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__API_AUTH__JWT_SECRET": "of this test alone " * 4,
        "AIRFLOW__API__SECRET_KEY": "of this test alone " * 2,
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "REDRESS_HOME": str(folder / "home"),
        "REDRESS_ADDITIONAL_AUTHORITIES": str(SAMPLE_AUTHORITIES),
        **s3_environment(f"http://127.0.0.1:{store_port}"),  # the server of one test
    }


def make_pages(settings: Settings, folder: Path) -> None:
    """Make the report of a failed run, Data Docs of a season, and pages in the places of dbt and of the site."""
    Landing(settings.landing_folder).replace_season(
        SEASON, [landed(GOOD)], [], [Disposition(GOOD.sha256, Fate.ACCEPTED, "")]
    )
    build_data_docs(Run.of_season(SEASON, "first", settings))
    failed = Run.of_season(Season(2022), "failed", settings)
    (folder / "letters" / "2021").mkdir(parents=True, exist_ok=True)
    with pytest.raises(SeasonError):
        plan(failed, FolderSource(folder / "letters"))
    write_report(failed)
    (settings.home / "dbt_docs").mkdir()
    (settings.home / "dbt_docs" / PAGE_NAME).write_text("<html><script>shown()</script>dbt's page</html>")
    (settings.home / "site" / "assets").mkdir(parents=True)
    (settings.home / "site" / "index.html").write_text("<html><script src='assets/site.js'></script>figures</html>")
    (settings.home / "site" / "assets" / "site.js").write_text("'ours'")
    show_pages(settings, "dbt_docs", first_page=PAGE_NAME)
    show_pages(settings, "site")


def make_traps(settings: Settings, folder: Path) -> None:
    """Make files that must not be served, and a link to one that may be."""
    assert isinstance(settings.runs_folder, Path)
    (folder / "secret.html").write_text("secret")
    (settings.runs_folder / "out.html").symlink_to(folder / "secret.html")
    (settings.runs_folder / "outside").symlink_to(folder)
    (settings.runs_folder / "2022" / "same.html").symlink_to("failed.html")
    (settings.runs_folder / "2022" / ".hidden.html").write_text("secret")
    (settings.runs_folder / "2022" / "round.html").symlink_to("round.html")


@dataclass(frozen=True)
class Server:
    """A running API server: its address, its working folder, and a browser with a user's login and one without."""

    address: str
    folder: Path
    store_port: int
    visitor: httpx.Client
    reader: httpx.Client


@contextmanager
def running_server(folder: Path, airflow_metadata: Path) -> Iterator[Server]:
    """Start an API server with pages and traps over a copy of `airflow_metadata`. End it after the block."""
    port, store_port = free_port(), free_port()
    names = environment(folder, store_port)
    airflow = [sys.executable, "-m", "airflow"]
    shutil.copyfile(airflow_metadata, folder / "airflow" / "airflow.db")
    address = f"http://127.0.0.1:{port}"
    command = [*airflow, "api-server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=names, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        settings = Settings(home=folder / "home", additional_authorities=SAMPLE_AUTHORITIES)
        make_pages(settings, folder)  # settings are read with each page: the server may start before there is one
        make_traps(settings, folder)
        wait_for(address, process, folder / "log")
        with browser(address) as visitor, browser(address, USER) as reader:
            yield Server(address, folder, store_port, visitor, reader)
    finally:
        process.kill()  # nobody reads what it would put in order, which takes two seconds
        process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{address}/api/v2/monitor/health").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(f"the API server did not start in {START_SECONDS} s: {log.read_text()}")


@contextmanager
def browser(address: str, user: str | None = None) -> Iterator[httpx.Client]:
    """Yield a client with the cookie that a browser has after the user's login."""
    with httpx.Client(base_url=address, timeout=30) as client:
        if user is not None:
            answer = client.post("/auth/token", json={"username": user, "password": PASSWORD})
            assert answer.status_code == httpx.codes.CREATED, answer.text
            client.cookies.set(COOKIE, answer.json()["access_token"])
        yield client
