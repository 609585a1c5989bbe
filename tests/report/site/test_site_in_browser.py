"""In Chromium the site has no error, asks no other address, works by keyboard, and is accessible."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.chromium import needs_chromium
from tests.report.site.watching import Watched, violations, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.needs("browser", "dbt", "processes"), needs_chromium]
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
"""The paths of pages of the site, one page of each kind."""


@pytest.mark.parametrize("address", KINDS)
def test_a_page_opens_without_error_request_elsewhere_or_fault_of_accessibility(
    chromium: "Browser", site: Path, address: str
) -> None:
    with watched(chromium, site) as one:
        _open(one, site, address)
        assert one.faults == []
    with watched(chromium, site, bypass_csp=True) as one:  # axe is a script of ours that the page's policy refuses
        _open(one, site, address)
        assert violations(one.page) == []


def _open(one: Watched, site: Path, address: str) -> None:
    one.page.goto(f"{site.as_uri()}/{address}")
    if address.startswith("compare"):
        one.page.wait_for_selector("#compared svg.marks")


@pytest.mark.parametrize("address", KINDS)
def test_a_page_fits_a_telephone(chromium: "Browser", site: Path, address: str) -> None:
    with watched(chromium, site, width=390) as one:
        one.page.goto(f"{site.as_uri()}/{address}")
        width = one.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{address} is {width} pixels wide"


def test_search_works_by_keyboard(chromium: "Browser", site: Path) -> None:
    with watched(chromium, site) as one:
        one.page.goto(f"{site.as_uri()}/index.html")
        one.page.get_by_label("Search for a council").focus()
        one.page.keyboard.press("Enter")  # nothing is looked for: no council opens
        assert one.page.url.endswith("index.html")
        one.page.keyboard.type("pellon")
        shown = one.page.locator("#council-list li:visible")
        assert shown.all_inner_texts() == ["Pellonshire County Council"]
        assert one.page.locator("#search-found").inner_text() == "1 found"
        one.page.keyboard.press("Enter")
        one.page.wait_for_url("**/council/SAMPLE-01.html")
        assert one.faults == []


def test_councils_are_compared_by_keyboard(chromium: "Browser", site: Path) -> None:
    from playwright.sync_api import expect

    with watched(chromium, site) as one:
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


def test_a_council_is_painted_with_its_charts(chromium: "Browser", site: Path) -> None:
    """Require that each chart is drawn, and set no limit of time, which a busy machine would break."""
    with watched(chromium, site) as one:
        one.page.goto(f"{site.as_uri()}/council/SAMPLE-01.html")
        assert one.page.locator(".charts img").evaluate_all("all => all.every(one => one.naturalWidth > 0)")


def test_a_number_leads_to_its_frame(chromium: "Browser", site: Path) -> None:
    with watched(chromium, site) as one:
        one.page.goto(f"{site.as_uri()}/council/SAMPLE-01.html")
        one.page.get_by_role("region", name="Complaints upheld").get_by_role("link", name="83%").first.click()
        one.page.wait_for_url("**/council/SAMPLE-01/2021.html#uphold_rate_pct")
        box = one.page.locator("#uphold_rate_pct rect.frame").bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= 900
        assert one.faults == []


def test_two_councils_of_one_name_are_two_lines(chromium: "Browser", site: Path, tmp_path: Path) -> None:
    for folder in ("assets", "compare"):
        shutil.copytree(site / folder, tmp_path / folder)
    stated = (site / "compare.html").read_text(encoding="utf-8")
    namesakes = stated.replace(">Wexmarsh District Council<", ">Pellonshire County Council<")
    (tmp_path / "compare.html").write_text(namesakes, encoding="utf-8")
    with watched(chromium, tmp_path) as one:
        _open(one, tmp_path, "compare.html#SAMPLE-01,SAMPLE-02")
        points = one.page.locator("#compared svg.marks").first.locator(".mark-symbol path")
        assert len(set(points.evaluate_all("all => all.map(one => one.getAttribute('stroke'))"))) == 2
        assert one.faults == []


def test_an_address_that_was_cut_chooses_no_council(chromium: "Browser", site: Path) -> None:
    with watched(chromium, site) as one:
        one.page.goto(f"{site.as_uri()}/compare.html#SAMPLE-01,%C3")
        one.page.wait_for_selector("#compared svg.marks")
        assert one.page.locator("#chosen li").count() == 1
        assert one.faults == []
