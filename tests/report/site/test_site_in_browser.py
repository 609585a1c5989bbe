"""The site in a real browser, Debian's Chromium: no script error, no request elsewhere, keyboard, accessibility."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.needs("browser", "dbt", "processes"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt-get install chromium)"),
]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
KINDS = (
    "index.html",
    "council/SAMPLE-01.html",
    "council/SAMPLE-01/2021.html",
    "season/2022.html",
    "type/county/2022-invented.html",
    "compare.html#SAMPLE-01,SAMPLE-02",
    "coverage.html",
    "method.html",
    "data.html",
    "release.html",
)
"""A page of each kind."""


@dataclass
class Watched:
    """A page of the browser, and what went wrong on it."""

    page: "Page"
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@contextmanager
def watched(browser: "Browser", site: Path, width: int = 1200, *, bypass_csp: bool = False) -> Iterator[Watched]:
    """Yield a page of the browser that notes errors of scripts, failed requests, and requests outside a folder."""
    page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=bypass_csp)
    found = Watched(page)
    inside = site.as_uri() + "/"
    page.on("console", lambda said: found.faults.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.faults.append(str(error)))
    page.on("requestfailed", lambda request: found.faults.append(f"failed: {request.url}"))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(inside) else found.faults.append(f"elsewhere: {request.url}")
        ),
    )
    yield found
    page.close()


@pytest.mark.parametrize("address", KINDS)
def test_a_page_opens_without_error_request_elsewhere_or_fault_of_accessibility(
    browser: "Browser", site: Path, address: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with watched(browser, site) as one:
        _open(one, site, address)
        assert one.faults == []
    with watched(browser, site, bypass_csp=True) as one:  # axe is a script of ours that the page's policy refuses
        _open(one, site, address)
        violations = Axe().run(one.page).response["violations"]
        found = [f"{one['id']}: {node['html'][:200]}" for one in violations for node in one["nodes"]]
        assert found == []


def _open(one: Watched, site: Path, address: str) -> None:
    one.page.goto(f"{site.as_uri()}/{address}")
    if address.startswith("compare"):
        one.page.wait_for_selector("#compared svg.marks")


@pytest.mark.parametrize("address", KINDS)
def test_a_page_fits_a_telephone(browser: "Browser", site: Path, address: str) -> None:
    with watched(browser, site, width=390) as one:
        one.page.goto(f"{site.as_uri()}/{address}")
        width = one.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{address} is {width} pixels wide"


def test_search_works_by_keyboard(browser: "Browser", site: Path) -> None:
    with watched(browser, site) as one:
        one.page.goto(f"{site.as_uri()}/index.html")
        one.page.get_by_label("Search for a council").focus()
        one.page.keyboard.type("pellon")
        shown = one.page.locator("#council-list li:visible")
        assert shown.all_inner_texts() == ["Pellonshire County Council"]
        assert one.page.locator("#search-found").inner_text() == "1 found"
        one.page.keyboard.press("Enter")
        one.page.wait_for_url("**/council/SAMPLE-01.html")
        assert one.faults == []


def test_councils_are_compared_by_keyboard(browser: "Browser", site: Path) -> None:
    from playwright.sync_api import expect

    with watched(browser, site) as one:
        one.page.goto(f"{site.as_uri()}/compare.html")
        chooser = one.page.get_by_label("Add a council")
        chooser.focus()
        one.page.keyboard.type("Pellonshire")
        one.page.keyboard.press("Enter")
        one.page.wait_for_selector("#compared svg.marks")
        groups = one.page.locator("#add optgroup").evaluate_all("all => all.map(one => one.label)")
        assert groups[-1] == "Others"
        chooser.select_option("SAMPLE-02")
        expect(one.page.locator("#compared thead th")).to_have_count(9)
        assert one.page.url.endswith("#SAMPLE-01,SAMPLE-02")
        first = one.page.locator("#compared table").first.locator("tbody tr").first.inner_text().split()
        assert "%" in "".join(first)
        one.page.get_by_role("button", name="remove Pellonshire County Council").press("Enter")
        expect(one.page.locator("#compared thead th")).to_have_count(6)
        assert one.faults == []


def test_a_council_is_painted_with_its_charts(browser: "Browser", site: Path) -> None:
    """Without a limit of time, which a busy machine would break: the page paints, and says what it shows."""
    with watched(browser, site) as one:
        one.page.goto(f"{site.as_uri()}/council/SAMPLE-01.html")
        assert one.page.locator(".charts img").evaluate_all("all => all.every(one => one.naturalWidth > 0)")


def test_a_number_leads_to_its_frame(browser: "Browser", site: Path) -> None:
    with watched(browser, site) as one:
        one.page.goto(f"{site.as_uri()}/council/SAMPLE-01.html")
        one.page.get_by_role("region", name="Complaints upheld").get_by_role("link", name="83%").first.click()
        one.page.wait_for_url("**/council/SAMPLE-01/2021.html#uphold_rate_pct")
        box = one.page.locator("#uphold_rate_pct rect.frame").bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= 900
        assert one.faults == []
