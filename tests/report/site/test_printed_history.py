"""A site of twelve seasons and 330 councils has no broken page or link, and numbers drawn at random are right."""

import random
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from redress.report.site.building import build_site
from redress.report.site.contents import slug
from redress.settings import Settings
from tests.chromium import needs_chromium
from tests.report.site.pages import all_pages, broken_links, rows_of, shown, table_rows
from tests.report.site.watching import violations, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.long, pytest.mark.needs("browser", "dbt", "processes")]
COUNCILS, SEASONS = 330, 12
DRAWN_COUNT = 50
SEED = 15
KINDS = ("council/*.html", "council/*/*.html", "season/*.html", "type/*/*.html", "*.html")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    from benchmarks.printed_seasons import FIRST_YEAR, print_seasons
    from benchmarks.site import publish

    folder = tmp_path_factory.mktemp("history")
    years = range(FIRST_YEAR, FIRST_YEAR + SEASONS)
    authorities = print_seasons(folder / "letters", years, COUNCILS)
    settings = Settings(home=folder / "home", additional_authorities=authorities)
    publish(settings, folder / "letters", years)
    build_site(settings)
    return settings


def test_every_link_holds_and_numbers_drawn_at_random_are_those_of_the_marts(settings: Settings) -> None:
    site = settings.home / "site"
    assert broken_links(site) == []
    rows = rows_of(
        settings.warehouse_folder / "current",
        "select * from marts.council_performance where coverage_state = 'accepted'",
    )
    assert len(rows) == COUNCILS * SEASONS
    chance = random.Random(SEED)  # noqa: S311 - what is drawn is no secret
    for authority_id in chance.sample(sorted({row["authority_id"] for row in rows}), DRAWN_COUNT):
        page = site / "council" / f"{slug(authority_id)}.html"
        assert page.stat().st_size < 150_000
        stated = {cells[0]: cells[1:] for cells in table_rows(page, "Complaints upheld")}
        for row in rows:
            if row["authority_id"] == authority_id:
                found = stated[row["season_label"]]
                derived = "*" if row["is_uphold_rate_base_derived"] else ""
                assert found[:2] == [shown(row["upheld_count"]), shown(row["uphold_rate_base_count"], derived)]
                assert row["uphold_rate_pct"] is None or found[2] == shown(row["uphold_rate_pct"], "%")
                assert found[3] == shown(row["uphold_rate_type_average_pct"], "%")
                gap = row["uphold_rate_gap_points"]
                assert gap is None or Decimal(found[4].replace("−", "-")) == gap


@needs_chromium
def test_every_page_opens_and_pages_drawn_at_random_have_no_fault_of_accessibility(
    settings: Settings, chromium: "Browser"
) -> None:
    site = settings.home / "site"
    with watched(chromium, site) as one:
        for page in all_pages(site):
            one.page.goto(page.as_uri())
        assert one.faults == []
    chance = random.Random(SEED)  # noqa: S311 - what is drawn is no secret
    with watched(chromium, site, bypass_csp=True) as one:
        for kind in KINDS:
            pages = sorted(site.glob(kind))
            for page in chance.sample(pages, min(len(pages), 10)):
                one.page.goto(page.as_uri())
                assert violations(one.page) == [], page
