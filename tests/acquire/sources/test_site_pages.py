"""The site's source does not download what has not changed, takes pages and data tables as second witnesses, and
refuses pages of another shape.
"""

from pathlib import Path

import pytest

from redress.acquire.source import (
    FailureCause,
    FetchError,
    Known,
    NotPublishedError,
    Reference,
    ReferenceKind,
    SourceError,
)
from redress.acquire.sources.site import LARGEST_PAGE_BYTES, SiteSource
from redress.model.authorities import Authorities
from redress.model.season import Season
from tests.acquire.site_server import Given, SiteServer, page_with
from tests.acquire.sources.site_sources import fetched_before, reference, refused, source_of
from tests.made import SEASON


def test_an_unchanged_season_is_asked_for_and_not_downloaded(
    site: SiteServer, authorities: Authorities, tmp_path: Path
) -> None:
    one, fetched = fetched_before(site, authorities, tmp_path)
    site.forget()
    again = source_of(site, authorities, tmp_path).fetch(one, Known(fetched.address, fetched.validators))
    assert (again.content, again.status, again.address) == (None, 304, fetched.address)
    assert [one.status for one in site.asked if one.path != "/robots.txt"] == [304, 304, 304]
    assert site.bodies_sent() == []


def test_a_letter_issued_anew_at_another_address_is_found(
    site: SiteServer, authorities: Authorities, tmp_path: Path
) -> None:
    one, fetched = fetched_before(site, authorities, tmp_path)
    list_path = "/your-councils-performance/pellonshire-county-council/annual-letters"
    site.give(list_path, page_with(("Letter 2021", "/corrected.pdf")))
    site.give("/corrected.pdf", Given(b"%PDF-1.7 corrected\n%%EOF", etag=fetched.validators.etag))
    again = source_of(site, authorities, tmp_path).fetch(one, Known(fetched.address, fetched.validators))
    assert again.content == b"%PDF-1.7 corrected\n%%EOF"


def test_a_damaged_page_in_the_cache_is_fetched_anew(
    site: SiteServer, authorities: Authorities, tmp_path: Path
) -> None:
    one, fetched = fetched_before(site, authorities, tmp_path)
    for path in (tmp_path / "pages").glob("*.page"):
        path.write_bytes(path.read_bytes()[:-3])
    site.forget()
    assert source_of(site, authorities, tmp_path).fetch(one).content == fetched.content
    assert [one.status for one in site.asked if one.path != "/robots.txt"] == [200, 200, 200]


def test_a_page_is_asked_for_once_in_a_run(site: SiteServer, source: SiteSource) -> None:
    for season in (SEASON, Season(2022), Season(2023)):
        source.fetch(reference(source, season=season))
    pages = [path for path in site.paths() if "pellonshire-county-council" in path]
    assert len(pages) == 2


def test_a_councils_page_is_fetched_for_the_season_that_it_shows(site: SiteServer, source: SiteSource) -> None:
    one = Reference(SEASON, reference(source).address, "SAMPLE-01", ReferenceKind.STATISTICS_PAGE)
    fetched = source.fetch(one)
    assert fetched.content is not None
    assert b"1 April 2020 to 31 March 2021" in fetched.content
    assert source.fetch(one, Known(fetched.address, fetched.validators)).content is None
    of_2022 = Reference(Season(2022), one.address, "SAMPLE-01", ReferenceKind.STATISTICS_PAGE)
    with pytest.raises(NotPublishedError, match="shows the statistics of season 2021, not of 2022"):
        source.fetch(of_2022)


def test_a_councils_page_that_the_server_cut_is_a_failed_fetch(
    site: SiteServer, source: SiteSource, authorities: Authorities, tmp_path: Path
) -> None:
    one = Reference(SEASON, reference(source).address, "SAMPLE-01", ReferenceKind.STATISTICS_PAGE)
    path = one.address.removeprefix(site.url)
    shown = source.fetch(one).content
    assert shown is not None
    whole = b"<!doctype html><html>" + shown + b"</html>"
    site.give(path, Given(whole.removesuffix(b"</html>")))
    with pytest.raises(FetchError, match="a web page without its end") as raised:
        source_of(site, authorities, tmp_path).fetch(one)
    assert raised.value.cause is FailureCause.WRONG_CONTENT
    site.give(path, Given(whole))
    assert source_of(site, authorities, tmp_path).fetch(one).content == whole


def test_a_seasons_data_tables_are_those_whose_names_say_so(
    site: SiteServer, source: SiteSource, tmp_path: Path
) -> None:
    table = b"Authority Name,Upheld\nPellonshire County Council,33\n"
    site.play_tables(
        {
            "1-Received-20-21.csv": b"",
            "2-Decided-20-21.csv": table,
            "2-Decided-20-21.xlsx": b"PK",
            "2-Decided-19-20.csv": b"",
        }
    )
    (tmp_path / "mappings" / "2021").mkdir(parents=True)
    (tmp_path / "mappings" / "2021" / "2-Decided-20-21.yml").write_text("authority: Authority Name\n")
    received, decided = source.data_tables(SEASON)
    assert (received.has_mapping, decided.has_mapping) == (False, True)
    assert decided.address == f"{site.url}/assets/attach/1/2-Decided-20-21.csv"
    assert source.fetch(decided.table).content == table
    assert source.fetch(decided.mapping).content == b"authority: Authority Name\n"
    assert source.data_tables(Season(2015)) == ()


def test_a_page_in_place_of_a_data_table_is_refused(site: SiteServer, source: SiteSource) -> None:
    site.play_tables({"2-Decided-20-21.csv": b"<html>Sorry</html>"})
    (table,) = source.data_tables(SEASON)
    assert refused(source, table.table).cause is FailureCause.WRONG_CONTENT


def test_data_tables_that_are_elsewhere_name_their_setting(
    site: SiteServer, source: SiteSource, authorities: Authorities, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="REDRESS_SITE_DATA_TABLES_PAGE"):
        source.data_tables(SEASON)
    assert source_of(site, authorities, tmp_path, data_tables_page="").data_tables(SEASON) == ()


def test_a_pattern_without_a_place_for_the_council_is_refused(
    site: SiteServer, authorities: Authorities, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=r"REDRESS_SITE_COUNCIL_PAGE is .*expected \{slug\}"):
        source_of(site, authorities, tmp_path, council_page="/statistics")


def test_a_page_larger_than_any_page_of_the_site_is_not_taken(
    site: SiteServer, authorities: Authorities, tmp_path: Path
) -> None:
    source = source_of(site, authorities, tmp_path)
    site.give("/councils", Given(b"<p>" + b" " * LARGEST_PAGE_BYTES))
    with pytest.raises(FetchError, match=f"no more than {LARGEST_PAGE_BYTES} are taken"):
        source.page(f"{site.url}/councils")


def test_pages_that_are_kept_do_not_fill_the_memory(
    site: SiteServer, authorities: Authorities, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redress.acquire.sources.site.MOST_KEPT_BYTES", 2500)
    source = source_of(site, authorities, tmp_path)
    for path in ("/1", "/2", "/3", "/4", "/3", "/4", "/1"):
        site.give(path, Given(b"<p>" + b"x" * 1000))
        source.page(site.url + path)
    assert site.paths() == ["/1", "/2", "/3", "/4", "/3", "/1"]


def test_a_list_of_many_letters_of_one_season_is_told_in_a_few_words(
    site: SiteServer, authorities: Authorities, tmp_path: Path
) -> None:
    site.give("/list", page_with(*((f"Letter 2021 {'x' * 1500}", f"/{number}.pdf") for number in range(1000))))
    source = source_of(site, authorities, tmp_path)
    with pytest.raises(FetchError, match="does not say which one letter is that of season 2021") as raised:
        source.letter_link(source.page(f"{site.url}/list"), SEASON)
    assert len(str(raised.value)) < 3000
