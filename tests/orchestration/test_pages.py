"""The pages in Airflow's menu are for users alone, can only be read, and show nothing else."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from lxml import html

from redress.files.places import matching
from redress.files.store import WholeFiles
from redress.report.dbt_pages import PAGE_NAME
from redress.settings import Settings
from tests.acquire.s3_server import BUCKET, s3_server
from tests.made import PROJECT, SAMPLE_AUTHORITIES, SEASON
from tests.orchestration.pages_server import COOKIE, Server, browser, environment, make_pages, running_server

pytestmark = pytest.mark.needs("airflow")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, airflow_metadata: Path) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("pages"), airflow_metadata) as one:
        yield one


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
