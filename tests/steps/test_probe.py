"""`redress probe` says of each assumption about the site whether it holds, and which setting to change if not."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from redress.acquire.source import SourceError
from redress.acquire.sources.by_name import source_of
from redress.cli import app
from redress.settings import Settings
from redress.steps.probe import MOST_REQUESTS
from tests.acquire.site_server import TABLES_PAGE, Given, SiteServer, page_with, sample, site_server
from tests.made import PELLONSHIRE, SAMPLE_AUTHORITIES

PAGE = "/your-councils-performance/pellonshire-county-council/statistics"
LIST = "/your-councils-performance/pellonshire-county-council/annual-letters"
LETTER = "/documents/councilperformance/2021/pellonshire%20county%20council.pdf"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SiteServer]:
    with site_server() as server:
        letters = {season: sample(season, PELLONSHIRE) for season in (2021, 2022, 2023)}
        shown = "<title>P</title><h1>Pellonshire</h1><p>the period between 1 April 2022 to 31 March 2023</p>"
        server.play_council(PELLONSHIRE, letters, page=shown.encode())
        server.play_tables({"2-Decided-20-21.csv": b"a,b\n", "2-Decided-22-23.csv": b"a,b\n"})
        settings = {
            "HOME": str(tmp_path),
            "SITE_URL": server.url,
            "CONTACT": "tests@example.org",
            "ADDITIONAL_AUTHORITIES": str(SAMPLE_AUTHORITIES),
            "FETCH_GAP_SECONDS": "0",
            "FETCH_BACKOFF_SECONDS": "0.01",
            "READ_WORKERS": "1",
        }
        for name, value in settings.items():
            monkeypatch.setenv(f"REDRESS_{name}", value)
        yield server


def probed(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["probe", *arguments])
    return result.exit_code, result.output


def test_a_site_of_the_expected_shape_holds_in_every_step(site: SiteServer) -> None:
    code, told = probed("Pellonshire County Council", "--season", "2021")
    assert code == 0, told
    assert re.search(r"holds +robots.txt lets us read councils' pages", told)
    assert re.search(r"holds +the list has one letter of season 2021.*\n.*seasons 2021, 2022, 2023", told)
    assert re.search(r"holds +the server says whether a letter has changed.*\n.*it answered 304", told)
    assert re.search(r"holds +it is a letter to Pellonshire County Council of season 2021.*\n.*extracted", told)
    assert "files by season: 2021: 1, 2023: 1" in told
    assert "2-Decided-20-21.yml is not there" in told
    assert "contact: tests@example.org" in told
    assert f"{len(site.asked)} requests were made" in told
    assert len(site.asked) <= MOST_REQUESTS


def test_without_a_season_the_latest_letter_is_looked_at(site: SiteServer) -> None:
    code, told = probed("SAMPLE-01")
    assert code == 0, told
    assert "the list has one letter of season 2023" in told


@pytest.mark.parametrize(
    ("path", "given", "assumption", "advice"),
    [
        ("/robots.txt", Given(b"User-agent: *\nDisallow: /"), "robots.txt lets us", "folder or a manifest"),
        ("/robots.txt", Given(status=503), "robots.txt lets us", "REDRESS_SITE_URL"),
        (PAGE, Given(status=404), "the council's page is where", "REDRESS_SITE_COUNCIL_PAGE"),
        (PAGE, page_with(("Annual letters", LIST)), "a link on it leads", "REDRESS_SITE_LETTERS_LINK_TEXTS"),
        (LIST, page_with(("Letter 2019", "/a.pdf")), "one letter of season 2021", "by a manifest"),
        (LIST, page_with(("Home", "/")), "one letter of season 2021", "by a manifest"),
        (PAGE, Given(b"%PDF-1.7"), "the council's page is where", "gave no web page"),
        (LIST, Given(b"%PDF-1.7"), "a link on it leads", "gave no web page"),
        (LETTER, Given(b"<html>Not found</html>"), "the link gives the letter's PDF", "in a browser"),
        (LETTER, Given(sample(2022, PELLONSHIRE)), "it is a letter to", "new-season.md"),
        (LETTER, Given(sample(2021, "Wexmarsh District Council")), "it is a letter to", "Wexmarsh"),
        (TABLES_PAGE, Given(status=404), "the page of data tables", "REDRESS_SITE_DATA_TABLES_PAGE"),
    ],
)
def test_an_assumption_that_does_not_hold_names_what_to_set(
    site: SiteServer, path: str, given: Given, assumption: str, advice: str
) -> None:
    site.give(path, given)
    code, told = probed("SAMPLE-01", "--season", "2021")
    assert code == 1
    lines = told.splitlines()
    failed = [number for number, line in enumerate(lines) if line.startswith("  fails")]
    assert len(failed) == 1, told
    assert assumption in lines[failed[0]]
    assert advice in "\n".join(lines[failed[0] : failed[0] + 3])
    assert "1 assumption that fetching needs does not hold" in told


def test_the_links_that_are_there_instead_are_shown(site: SiteServer) -> None:
    site.give(PAGE, page_with(("Decisions", "/decisions"), ("Annual letters", LIST)))
    _, told = probed("SAMPLE-01")
    assert f'"Annual letters" ({site.url}{LIST})' in told
    assert "Decisions" not in told


def test_a_page_of_another_slug_is_found_among_the_pages_above(site: SiteServer) -> None:
    site.give(
        "/your-councils-performance/", page_with(("Tarnbeck", "/your-councils-performance/tarnbeck-council/x"))
    )
    code, told = probed("SAMPLE-03")
    assert code == 1
    assert "/your-councils-performance/ links to tarnbeck-council" in told


def test_what_a_season_can_do_without_is_no_failure(site: SiteServer) -> None:
    site.give(LETTER, Given(sample(2021, PELLONSHIRE)))
    code, told = probed("SAMPLE-01", "--season", "2021")
    assert code == 0
    assert re.search(r"differs +the server says whether a letter has changed.*\n.*neither ETag", told)


def test_an_authority_that_nobody_knows_is_said(site: SiteServer) -> None:
    code, told = probed("Pelonshire County Council")
    assert (code, "similar names: Pellonshire" in told) == (1, True)
    assert site.asked == []


def test_nothing_is_asked_without_a_contact(site: SiteServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_CONTACT", "")
    code, told = probed("SAMPLE-01")
    assert (code, "REDRESS_CONTACT" in told) == (1, True)
    with pytest.raises(SourceError, match="REDRESS_CONTACT is not set"):
        source_of("site", Settings())
    assert site.asked == []
