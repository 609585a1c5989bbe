"""A season goes its whole way from a real server on loopback, by the command that a person types."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from redress.acquire.archive import Archive
from redress.acquire.sources.by_name import source_of
from redress.cli import app
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, acquire_and_read, check
from samples.press.tables import letter_content, read_averages, read_councils, read_rows
from samples.press.webpage import web_page
from tests.acquire.site_server import ANY_COUNCIL, Given, SiteServer, page_with, sample, site_server
from tests.made import PELLONSHIRE, SAMPLE_AUTHORITIES, SAMPLES, WEXMARSH

pytestmark = pytest.mark.needs("dbt")

COUNCILS = (
    PELLONSHIRE,
    WEXMARSH,
    "Tarnbeck Metropolitan Borough Council",
    "Ostlebridge Council",
    "London Borough of Vennery",
)
OF_TWO_SEASONS = (PELLONSHIRE, WEXMARSH)
TABLES = SAMPLES / "letters" / "2021" / "data-tables"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site-run")


@pytest.fixture(scope="module")
def site(home: Path) -> Iterator[SiteServer]:
    """A site on which each invented council has a letter of 2021, and other councils a page that names 2023.

    Two of the invented councils have a letter of 2023 as well, and their pages show the letter's figures.
    """
    mappings = home / "data_table_mappings" / "2021"
    mappings.mkdir(parents=True)
    (mappings / "2-Decided-20-21.yml").write_bytes((TABLES / "complaints-decided.yml").read_bytes())
    with site_server() as server, pytest.MonkeyPatch.context() as environment:
        shown = "Statistics for the period between 1 April 2022 to 31 March 2023"
        server.give(ANY_COUNCIL, page_with(("View annual letters", "/list"), sentence=shown))
        server.give("/list", page_with(("Annual letter 2012", "/2012.pdf")))
        for name in COUNCILS:
            seasons = (2021, 2023) if name in OF_TWO_SEASONS else (2021,)
            letters = {season: sample(season, name) for season in seasons}
            server.play_council(name, letters, page=page_of_2023(name) if name in OF_TWO_SEASONS else None)
        server.play_tables({"2-Decided-20-21.csv": (TABLES / "complaints-decided.csv").read_bytes()})
        stated = {
            "HOME": home,
            "SITE_URL": server.url,
            "CONTACT": "tests@example.org",
            "ADDITIONAL_AUTHORITIES": SAMPLE_AUTHORITIES,
            "FETCH_GAP_SECONDS": 0,
            "FETCH_AT_A_TIME": 8,
            "FETCH_BACKOFF_SECONDS": 0.01,
            "READ_WORKERS": 2,
        }
        for name, value in stated.items():
            environment.setenv(f"REDRESS_{name}", str(value))
        yield server


def run_season(season: int, *options: str) -> Result:
    return CliRunner().invoke(app, ["run", str(season), "--from", "site", *options])


def page_of_2023(name: str) -> bytes:
    """Return a council's page of 2023 with the figures of the council's letter."""
    (council,) = (one for one in read_councils(SAMPLE_AUTHORITIES) if one.authority_name == name)
    (row,) = (
        one
        for one in read_rows(SAMPLES / "letters.csv")
        if (one.season, one.authority_id) == (2023, council.authority_id)
    )
    return web_page(letter_content(row, council, read_averages()[2023, council.council_type_id]))


@pytest.fixture(scope="module")
def first(site: SiteServer) -> Result:
    """The result of the first run of 2021. Season 2023 was landed before, so that the build has both seasons."""
    latest = Run.of_season(Season(2023), "latest", Settings())
    check(latest, acquire_and_read(latest, source_of("site", Settings())))
    result = run_season(2021)
    assert result.exit_code == 0, result.output
    return result


def current(home: Path) -> Path:
    return (home / "warehouse" / "current").resolve()


def asked(home: Path, query: str) -> list[Any]:
    with duckdb.connect(str(current(home) / "warehouse.duckdb"), read_only=True) as warehouse:
        return warehouse.execute(query).fetchall()


def test_the_letters_at_the_end_of_the_links_reach_the_warehouse(first: Result, home: Path) -> None:
    found = asked(
        home,
        "select authority_name, upheld_count, investigations_count, uphold_rate_pct from marts.fct_annual_review "
        "join marts.dim_authority using (authority_key) where season = 2021 order by authority_name",
    )
    assert (PELLONSHIRE, 33, 40, 83) in found
    assert len(found) == 3


def test_a_letter_is_traced_to_its_address_on_the_site(first: Result, home: Path, site: SiteServer) -> None:
    addresses = {
        address for (address,) in asked(home, "select source_address from marts.dim_letter where season = 2021")
    }
    expected = f"{site.url}/documents/councilperformance/2021/pellonshire%20county%20council.pdf"
    assert expected in addresses
    assert len(addresses) == 5


def test_every_council_of_the_year_is_accounted_for(first: Result, home: Path) -> None:
    states: dict[object, int] = dict(
        asked(
            home,
            "select coverage_state, count(*) from marts.fct_coverage where season = 2021 "
            "and coverage_state <> 'not_expected' group by all",
        )
    )
    assert (states["accepted"], states["quarantined"], states["no_statistics"]) == (3, 1, 1)
    assert states["not_published"] > 300


def test_the_data_table_of_the_site_is_a_second_witness(first: Result, home: Path) -> None:
    kinds = asked(
        home,
        "select witness_kind, count(*) > 0 from marts.fct_reconciliation "
        "where witness_kind = 'data_table' group by all",
    )
    assert kinds == [("data_table", True)]


def test_each_file_has_a_card_that_says_where_it_came_from(first: Result, home: Path, site: SiteServer) -> None:
    verified = Archive(Settings().archive_address).verify()
    assert verified.findings == ()
    cards = [json.loads(path.read_text()) for path in (home / "archive" / "sha256").rglob("*.json")]
    letters = [card for card in cards if card["kind"] == "letter"]
    assert {card["authority_id"] for card in letters} == {f"SAMPLE-0{number}" for number in range(1, 6)}
    assert all(card["status"] == 200 and card["etag"] and card["source"] == f"site:{site.url}" for card in letters)


def test_an_unchanged_season_downloads_nothing_and_publishes_nothing(
    first: Result, home: Path, site: SiteServer
) -> None:
    release = current(home)
    site.forget()
    again = run_season(2021)
    assert again.exit_code == 0, again.output
    assert site.bodies_sent() == []
    assert {one.status for one in site.asked if one.path != "/robots.txt"} == {304}
    assert current(home) == release
    assert "nothing changed, nothing published" in again.output


def test_what_failed_is_asked_for_alone_when_it_is_retried(first: Result, home: Path, site: SiteServer) -> None:
    path = "/documents/councilperformance/2021/wexmarsh%20district%20council.pdf"
    site.give(path, Given(status=500))
    failed = run_season(2021)
    assert failed.exit_code == 0, failed.output
    site.give(path, Given(sample(2021, WEXMARSH), etag='"again"'))
    site.forget()
    retried = run_season(2021, "--retry-failed")
    assert retried.exit_code == 0, retried.output
    letters = [one for one in site.paths() if one.startswith("/documents/")]
    assert letters == [path]
    assert not [one for one in site.paths() if "pellonshire" in one]


def test_the_page_of_the_latest_season_is_a_second_witness(first: Result, home: Path) -> None:
    found = asked(
        home,
        "select distinct authority_name, reconciliation_state from marts.fct_reconciliation "
        "join marts.dim_authority using (authority_key) where witness_kind = 'statistics_page' order by all",
    )
    assert (PELLONSHIRE, "agrees") in found
    assert {name for name, _ in found} == set(OF_TWO_SEASONS)
    assert asked(home, "select count(*) from marts.fct_annual_review where season = 2023") == [(2,)]
