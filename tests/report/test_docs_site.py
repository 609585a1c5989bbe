"""The site of the docs has every page, every link leads somewhere, and no page asks another server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.chromium import needs_chromium
from tests.made import PROJECT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.needs("processes")

BIN = Path(sys.executable).parent


def build(site: Path) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / "mkdocs"), "build", "--strict", "--site-dir", str(site)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the docs' site, built as `make docs` builds the site."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    done = build(folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_of_the_docs_is_on_the_site_where_it_lies(site: Path) -> None:
    for source in (PROJECT / "docs").rglob("*.md"):
        page = source.relative_to(PROJECT).with_suffix(".html")
        assert (site / (page.with_name("index.html") if source.name == "README.md" else page)).is_file(), source
    assert (site / "index.html").is_file()
    assert not list(site.rglob("*.py"))


def test_every_link_and_heading_of_the_site_is_there(site: Path) -> None:
    command = [str(BIN / "lychee"), "--offline", "--include-fragments", "--no-progress", "--quiet"]
    done = subprocess.run(
        [*command, "--root-dir", str(site), str(site)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_no_page_takes_a_script_a_style_or_a_picture_from_elsewhere(site: Path) -> None:
    from lxml import html

    pages = list(site.rglob("*.html"))
    assert len(pages) > 60
    for page in pages:
        found = html.parse(str(page)).xpath("//script/@src | //img/@src | //iframe/@src | //link/@href")
        assert [address for address in found if "//" in address] == [], page


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """The address of a web server that has the site."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.long
@needs_chromium
def test_a_browser_asks_nobody_else_shows_each_page_on_a_telephone_and_finds_a_word(
    site: Path, address: str, chromium: "Browser"
) -> None:
    pages = [page.relative_to(site).as_posix() for page in site.rglob("*.html")]
    with chromium.new_page(viewport={"width": 390, "height": 844}) as page:
        asked: list[str] = []
        errors: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        for name in pages:
            page.goto(address + name)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        page.goto(address)
        page.keyboard.press("f")
        page.keyboard.type("quarantine")
        page.locator(".md-search-result__item").first.wait_for(state="attached")
    assert errors == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
