"""The pages in Airflow's menu, served by a real API server to a real login: users only, read-only, nothing else."""

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
from lxml import html

from redress.acquire.sources.folder import FolderSource
from redress.files.places import matching
from redress.files.store import WholeFiles
from redress.model.landed import Disposition, Fate
from redress.model.season import Season
from redress.report import write_report
from redress.report.dbt_pages import PAGE_NAME
from redress.settings import Settings
from redress.steps import Run, SeasonError, build_data_docs, plan
from redress.steps.shown import show_pages
from redress.warehouse.landing import Landing
from tests.acquire.s3_server import BUCKET, s3_environment, s3_server
from tests.made import GOOD, PROJECT, SAMPLE_AUTHORITIES, SEASON, landed

pytestmark = pytest.mark.needs("airflow")

START_SECONDS = 60
USER, ROLE = "reader", "viewer"
PASSWORD = "a password of this test"  # noqa: S105
COOKIE = "_token"


def environment(folder: Path, store_port: int) -> dict[str, str]:
    """The environment of an Airflow with its own home, SQLite and users, and our plugins folder."""
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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, airflow_metadata: Path) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("pages")
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
    """A client with the cookie that a browser has after the user's login."""
    with httpx.Client(base_url=address, timeout=30) as client:
        if user is not None:
            answer = client.post("/auth/token", json={"username": user, "password": PASSWORD})
            assert answer.status_code == httpx.codes.CREATED, answer.text
            client.cookies.set(COOKIE, answer.json()["access_token"])
        yield client


def validation_page(server: Server) -> str:
    found = next((server.folder / "home" / "data_docs").glob("2021/validations/season/*/*/*.html"))
    return "/redress/data-docs/" + found.relative_to(server.folder / "home" / "data_docs").as_posix()


PAGES = (
    "/redress/reports/",
    "/redress/reports/index.html",
    "/redress/reports/2022/failed.html",
    "/redress/reports/2022/failed.md",
    "/redress/reports/2022/same.html",
    "/redress/data-docs/",
    "/redress/data-docs/2021/expectations/season.html",
    "/redress/data-docs/2021/static/images/favicon.ico",
    "/redress/data-docs/2021/static/fonts/HKGrotesk/HKGrotesk-Bold.otf",
    "/redress/dbt-docs/",
    f"/redress/dbt-docs/{PAGE_NAME}",
    "/redress/site/",
    "/redress/site/assets/site.js",
)
NO_PAGES = (
    "/redress/",
    "/redress/docs",
    "/redress/openapi.json",
    "/redress/others/",
    "/redress/others/index.html",
    "/redress/reports/none.html",
    "/redress/reports/2022/failed.jsonl",
    "/redress/reports/2022/.hidden.html",
    "/redress/reports/2022/round.html",
    "/redress/reports/2022/",
    "/redress/reports/out.html",
    "/redress/reports/outside/secret.html",
    "/redress/reports/..%2f..%2fsecret.html",
    "/redress/reports/%2e%2e/%2e%2e/secret.html",
    "/redress/reports/2022/..%2f..%2f..%2fsecret.html",
    "/redress/reports/%2fetc%2fpasswd",
    "/redress/reports//etc/passwd",
    "/redress/reports/a%00.html",
    "/redress/reports/..%5c..%5csecret.html",
    f"/redress/reports/{'a' * 300}.html",
    "/redress/data-docs/2021",
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_for_users_alone(server: Server, page: str) -> None:
    assert server.visitor.get(page).status_code == httpx.codes.UNAUTHORIZED
    assert server.reader.get(page).status_code == httpx.codes.OK


@pytest.mark.parametrize("page", NO_PAGES)
def test_whatever_is_no_page_is_not_there_for_a_user_and_not_even_that_for_others(
    server: Server, page: str
) -> None:
    assert server.visitor.get(page).status_code == httpx.codes.UNAUTHORIZED
    answer = server.reader.get(page)
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert "secret" not in answer.text.replace("secret.html", "")


def test_a_wrong_token_is_no_login(server: Server) -> None:
    with browser(server.address) as forger:
        forger.cookies.set(COOKIE, server.reader.cookies[COOKIE][:-4] + "abcd")
        assert forger.get("/redress/reports/").status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_pages_can_only_be_read(server: Server, method: str) -> None:
    for page in ("/redress/reports", "/redress/reports/index.html", "/redress/data-docs/"):
        assert server.reader.request(method, page).status_code == httpx.codes.METHOD_NOT_ALLOWED


def test_a_head_has_what_the_page_has_and_no_body(server: Server) -> None:
    answer = server.reader.head("/redress/reports/2022/failed.html")
    assert answer.status_code == httpx.codes.OK
    assert answer.content == b""
    assert answer.headers["content-length"] == str(
        len(server.reader.get("/redress/reports/2022/failed.html").content)
    )


@pytest.mark.parametrize("area", ["reports", "data-docs", "dbt-docs", "site"])
def test_an_area_without_its_slash_leads_to_the_one_with_it(server: Server, area: str) -> None:
    answer = server.reader.get(f"/redress/{area}")
    assert answer.next_request is not None
    assert answer.next_request.url.path == f"/redress/{area}/"


@pytest.mark.parametrize(
    ("page", "content_type"),
    [
        ("/redress/reports/", "text/html; charset=utf-8"),
        ("/redress/reports/2022/failed.md", "text/plain; charset=utf-8"),
        ("/redress/data-docs/2021/static/styles/data_docs_default_styles.css", "text/css; charset=utf-8"),
        ("/redress/data-docs/2021/static/images/short-logo.png", "image/png"),
        ("/redress/data-docs/2021/static/images/short-logo-vector.svg", "image/svg+xml"),
        ("/redress/dbt-docs/", "text/html; charset=utf-8"),
        ("/redress/site/", "text/html; charset=utf-8"),
        ("/redress/site/assets/site.js", "text/javascript; charset=utf-8"),
    ],
)
def test_each_page_is_of_its_type_and_is_taken_for_no_other(server: Server, page: str, content_type: str) -> None:
    answer = server.reader.get(page)
    assert answer.headers["content-type"] == content_type
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_no_page_loads_anything_from_elsewhere(server: Server) -> None:
    require_safe_policies(server, *PAGES, validation_page(server), "/redress/none")


def require_safe_policies(server: Server, *pages: str) -> None:
    for page in pages:
        answers = (server.reader.get(page), server.visitor.get(page))
        for answer in answers:
            policy = dict(
                part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";")
            )
            assert policy["default-src"] == "'none'"
            assert policy["frame-ancestors"] == "'self'"
            assert "//" not in answer.headers["content-security-policy"]
            assert "connect-src" not in policy
            area = page.split("/")[2] if answer.status_code == httpx.codes.OK else ""
            assert ("script-src" in policy) == (area in ("dbt-docs", "site"))
            assert area != "dbt-docs" or policy["sandbox"] == "allow-scripts"
            assert area != "site" or policy["script-src"] == "'self'"


def test_the_report_and_the_index_are_those_that_the_run_wrote(server: Server) -> None:
    runs = server.folder / "home" / "runs"
    assert server.reader.get("/redress/reports/").content == (runs / "index.html").read_bytes()
    assert "failed at plan" in server.reader.get("/redress/reports/2022/failed.html").text


def test_a_report_and_the_index_lead_to_each_other(server: Server) -> None:
    index = server.reader.get("/redress/reports/")
    [there] = html.fromstring(index.content).xpath("//td/a/@href")
    report = server.reader.get(str(index.url.join(there)))
    [back] = html.fromstring(report.content).xpath("//nav/a/@href")
    assert server.reader.get(str(report.url.join(back))).content == index.content


def test_every_page_of_a_season_can_be_reached_from_the_first(server: Server) -> None:
    first = html.fromstring(server.reader.get("/redress/data-docs/").content)
    links = first.xpath("//a/@href")
    assert len(links) == 2  # the validation of the season, and the suite
    for link in links:
        page = server.reader.get(f"/redress/data-docs/{link}")
        assert page.status_code == httpx.codes.OK
        assert "<style>\n:root { color-scheme: light dark; }" in page.text
    [home] = html.fromstring(page.content).xpath("//ol//a/@href")
    back = server.reader.get(str(page.url.join(home)), follow_redirects=True)
    assert back.url.path == "/redress/data-docs/"
    assert back.url.fragment in {f"season-{SEASON}"} & set(first.xpath("//h2/@id"))


def test_airflow_has_each_area_in_its_menu(server: Server) -> None:
    assert server.reader.get("/api/v2/plugins/importErrors").json()["total_entries"] == 0
    [plugin] = server.reader.get("/api/v2/plugins").json()["plugins"]
    assert plugin["source"] == "$PLUGINS_FOLDER/redress_pages.py"
    views = {view["name"]: view for view in plugin["external_views"]}
    assert set(views) == {"Redress figures", "Redress reports", "Data Docs", "dbt docs"}
    for view in views.values():
        assert view["destination"] == "nav"
        assert server.reader.get(view["href"]).status_code == httpx.codes.OK


@pytest.mark.parametrize(
    ("area", "folder", "how"),
    [
        ("reports", "runs", "annual_letters"),
        ("data-docs", "data_docs", "annual_letters"),
        ("dbt-docs", "dbt_docs", "make docs"),
        ("site", "site", "redress site"),
    ],
)
def test_pages_that_are_not_there_yet_are_said_in_words_with_how_to_make_them(
    server: Server, area: str, folder: str, how: str
) -> None:
    place = server.folder / "home" / folder
    place.rename(place.with_name("away"))
    try:
        answer = server.reader.get(f"/redress/{area}/")
    finally:
        place.with_name("away").rename(place)
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert "There are none yet." in answer.text
    assert how in answer.text


def test_pages_that_workers_elsewhere_wrote_are_shown_from_the_object_store_as_safely(
    server: Server, tmp_path: Path
) -> None:
    env_file = server.folder / ".env"
    with s3_server(server.store_port):
        state = f"s3://{BUCKET}/pages"
        worker = Settings(home=tmp_path / "worker", state=state, additional_authorities=SAMPLE_AUTHORITIES)
        make_pages(worker, tmp_path)
        record = matching(worker.runs_folder, "2022/failed.jsonl/*.json")[0]
        files = WholeFiles(f"s3://{BUCKET}")
        for name in ("secret.html", "pages/runs/2022/.hidden.html"):
            files.write(name, b"secret")
        env_file.write_text(f"REDRESS_STATE={state}\n", encoding="utf-8")
        try:
            pages = [page for page in PAGES if "same" not in page]
            no_pages = [*NO_PAGES, f"/redress/reports/2022/failed.jsonl/{record.name}", "/redress/site/.sums.json"]
            for page in (*pages, *no_pages):
                assert server.visitor.get(page).status_code == httpx.codes.UNAUTHORIZED
            for page in pages:
                assert server.reader.get(page).status_code == httpx.codes.OK, page
            for page in no_pages:
                answer = server.reader.get(page)
                assert answer.status_code == httpx.codes.NOT_FOUND, page
                assert "secret" not in answer.text.replace("secret.html", "")
            require_safe_policies(server, *pages)
            report = server.reader.get("/redress/reports/2022/failed.html")
            assert report.content == (worker.runs_folder / "2022" / "failed.html").read_bytes()
            links = html.fromstring(server.reader.get("/redress/data-docs/").content).xpath("//a/@href")
            assert len(links) == 2
            for link in links:
                assert server.reader.get(f"/redress/data-docs/{link}").status_code == httpx.codes.OK
            for name in list(files.names("pages/site")):
                files.remove(name)
            assert "There are none yet." in server.reader.get("/redress/site/").text
        finally:
            env_file.unlink()


def test_wrong_settings_are_said_on_the_page_and_stop_nothing_else(server: Server) -> None:
    file = server.folder / ".env"
    file.write_text("REDRESS_RELEASES_KEPT=a secret word\n")
    try:
        answer = server.reader.get("/redress/reports/")
        assert server.visitor.get("/redress/reports/").status_code == httpx.codes.UNAUTHORIZED
        assert server.reader.get("/api/v2/plugins").status_code == httpx.codes.OK
    finally:
        file.unlink()
    assert answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR
    assert "REDRESS_RELEASES_KEPT" in answer.text
    assert "a secret word" not in answer.text


LOADED = """
import json, sys
from pathlib import Path
from airflow import plugins_manager
folder = Path(sys.argv[1]).resolve()
before = set(sys.modules)
plugins, errors = plugins_manager._get_plugins()
new = {name: getattr(sys.modules[name], "__file__", None) or "" for name in set(sys.modules) - before}
print(json.dumps({
    "plugins": [plugin.name for plugin in plugins],
    "views": [view["href"] for plugin in plugins for view in plugin.external_views],
    "errors": errors,
    "ours": sorted(name for name, file in new.items() if Path(file).is_relative_to(folder)),
    "web": sorted({"fastapi", "redress.orchestration.pages"} & set(new)),
}))
"""


def test_airflows_loader_executes_one_file_of_the_plugins_folder_and_no_module_of_the_package(
    tmp_path: Path,
) -> None:
    names = environment(tmp_path, store_port=0) | {
        "REDRESS_RELEASES_KEPT": "not a number",
        "AIRFLOW__API__BASE_URL": "https://airflow.example.org/data/",
        "AIRFLOW__CORE__LAZY_LOAD_PROVIDERS": "True",
    }
    command = [sys.executable, "-c", LOADED, str(PROJECT / "plugins")]
    run = subprocess.run(command, env=names, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout.splitlines()[-1]) == {
        "plugins": ["redress_pages"],
        "views": [f"/data/redress/{area}/" for area in ("site", "reports", "data-docs", "dbt-docs")],
        "errors": {},
        "ours": ["redress_pages"],
        "web": [],
    }
