import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from redress.acquire.source import (
    FailureCause,
    Fetched,
    FetchError,
    Known,
    NotPublishedError,
    Reference,
    ReferenceKind,
    SourceError,
)
from redress.acquire.sources.site import LARGEST_PAGE_BYTES, SiteShape, SiteSource, slugs_of
from redress.acquire.web.page_cache import PageCache
from redress.model.authorities import Authorities
from redress.model.season import Season
from tests.acquire.site_server import (
    ANY_COUNCIL,
    PDF,
    TABLES_PAGE,
    Given,
    SiteServer,
    client_of,
    page_with,
    sample,
    site_server,
)
from tests.made import PELLONSHIRE, SEASON, WEXMARSH

PAGE_OF_2021 = (
    b"<title>Pellonshire</title><h1>Pellonshire</h1><p>for the period between 1 April 2020 to 31 March 2021</p>"
)


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with site_server() as server:
        letters = {season: sample(season, PELLONSHIRE) for season in (2021, 2022, 2023)}
        server.play_council(PELLONSHIRE, letters, page=PAGE_OF_2021)
        yield server


def source_of(site: SiteServer, authorities: Authorities, folder: Path, **shape: object) -> SiteSource:
    stated: dict[str, object] = {
        "url": site.url,
        "council_page": "/your-councils-performance/{slug}/statistics",
        "letters_link_texts": ("View annual letters", "Annual letter archive"),
        "data_tables_page": TABLES_PAGE,
        "mappings_folder": folder / "mappings",
        **shape,
    }
    client = client_of(site)
    return SiteSource(SiteShape(**stated), client, authorities, PageCache(folder / "pages"))  # type: ignore[arg-type]


@pytest.fixture
def source(site: SiteServer, authorities: Authorities, tmp_path: Path) -> SiteSource:
    return source_of(site, authorities, tmp_path)


def reference(source: SiteSource, authority_id: str = "SAMPLE-01", season: Season = SEASON) -> Reference:
    return next(one for one in source.references(season) if one.authority_id == authority_id)


def fetched_before(site: SiteServer, authorities: Authorities, folder: Path) -> tuple[Reference, Fetched]:
    """Return a letter's reference, and what an earlier run fetched of it, with its pages in the cache."""
    first = source_of(site, authorities, folder)
    one = reference(first)
    return one, first.fetch(one)


def refused(source: SiteSource, one: Reference) -> FetchError:
    with pytest.raises(FetchError) as raised:
        source.fetch(one)
    return raised.value


# Which letters there should be


def test_each_authority_that_exists_at_the_end_of_the_season_has_one_reference(
    source: SiteSource, authorities: Authorities
) -> None:
    letters = [one for one in source.references(SEASON) if one.kind is ReferenceKind.LETTER]
    assert [one.authority_id for one in letters] == [
        one.authority_id for one in authorities.alive_on(SEASON.period_end)
    ]
    assert {one.authority_id for one in authorities.expected_in(SEASON)} < {one.authority_id for one in letters}
    assert len({one.address for one in letters}) == len(letters)


def test_other_bodies_and_councils_that_have_ended_since_are_among_them(source: SiteSource) -> None:
    ids = {one.authority_id for one in source.references(Season(2020))}
    assert {"COR", "TRANSPORT-LONDON"} <= ids
    assert "COR" not in {one.authority_id for one in source.references(Season(2022))}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Blaby District Council", ("blaby-district-council",)),
        ("London Borough of Croydon", ("london-borough-of-croydon",)),
        ("Birmingham City Council", ("birmingham-city-council",)),
        ("Telford & Wrekin Council", ("telford-and-wrekin-council", "telford-wrekin-council")),
        ("King's Lynn", ("kings-lynn", "king-s-lynn")),
        ("Bournemouth, Christchurch and Poole Council", ("bournemouth-christchurch-and-poole-council",)),
        ("Stoke-on-Trent City Council", ("stoke-on-trent-city-council",)),
    ],
)
def test_a_slug_is_the_name_as_an_address_writes_it(name: str, expected: tuple[str, ...]) -> None:
    assert slugs_of(name) == expected


def test_pages_are_witnesses_of_the_season_that_they_show_and_of_no_other(
    site: SiteServer, source: SiteSource, authorities: Authorities, tmp_path: Path
) -> None:
    site.give(ANY_COUNCIL, Given(PAGE_OF_2021))
    kinds = [one.kind for one in source_of(site, authorities, tmp_path).references(SEASON)]
    assert kinds.count(ReferenceKind.STATISTICS_PAGE) == kinds.count(ReferenceKind.LETTER)
    other = source_of(site, authorities, tmp_path)
    assert {one.kind for one in other.references(Season(2022))} == {ReferenceKind.LETTER}
    assert len(site.paths()) == 2


def test_a_site_that_is_down_is_said_before_anything_is_fetched(
    site: SiteServer, authorities: Authorities, tmp_path: Path
) -> None:
    site.give(ANY_COUNCIL, Given(status=503))
    with pytest.raises(SourceError, match=r"cannot be used: .* answers 503"):
        source_of(site, authorities, tmp_path).references(SEASON)


# From the page to the letter


def test_a_letter_is_at_the_end_of_the_links(site: SiteServer, source: SiteSource) -> None:
    fetched = source.fetch(reference(source))
    assert fetched.content == sample(2021, PELLONSHIRE)
    assert fetched.address == f"{site.url}/documents/councilperformance/2021/pellonshire%20county%20council.pdf"
    assert fetched.validators.etag is not None
    start = "/your-councils-performance/pellonshire-county-council"
    assert site.paths()[-3:] == [
        f"{start}/statistics",
        f"{start}/annual-letters",
        "/documents/councilperformance/2021/pellonshire%20county%20council.pdf",
    ]


@pytest.mark.parametrize("text", ["Annual letter archive", "  view ANNUAL\n letters "])
def test_the_link_is_known_by_its_words(
    site: SiteServer, authorities: Authorities, tmp_path: Path, text: str
) -> None:
    site.play_council(WEXMARSH, {2021: sample(2021, WEXMARSH)}, link_text=text)
    source = source_of(site, authorities, tmp_path)
    assert source.fetch(reference(source, "SAMPLE-02")).content == sample(2021, WEXMARSH)


def test_a_list_on_the_councils_own_page_is_read_there(site: SiteServer, source: SiteSource) -> None:
    page = page_with(("View annual letters", "#letters"), ("Letter 2021", "/a.pdf"), ("Letter 2022", "/b.pdf"))
    site.give("/your-councils-performance/wexmarsh-district-council/statistics", page)
    site.give("/a.pdf", Given(sample(2021, WEXMARSH), content_type="application/octet-stream"))
    assert source.fetch(reference(source, "SAMPLE-02")).content == sample(2021, WEXMARSH)


def test_a_season_that_the_list_does_not_have_is_not_published(site: SiteServer, source: SiteSource) -> None:
    with pytest.raises(NotPublishedError, match="lists letters of 2021, 2022, 2023, and none of 2024"):
        source.fetch(reference(source, season=Season(2024)))


def test_a_letter_that_its_link_leads_to_no_longer_is_not_published(site: SiteServer, source: SiteSource) -> None:
    site.give("/documents/councilperformance/2021/pellonshire%20county%20council.pdf", Given(status=410))
    with pytest.raises(NotPublishedError, match=r"\(410\)"):
        source.fetch(reference(source))


def test_a_council_without_a_page_is_a_failure_and_not_a_missing_letter(source: SiteSource) -> None:
    error = refused(source, reference(source, "SAMPLE-03"))
    assert error.cause is FailureCause.SITE_SHAPE
    assert 'REDRESS_SITE_SLUGS: {"SAMPLE-03": "..."}' in str(error)


@pytest.mark.parametrize(
    ("authority_id", "why"), [("TRANSPORT-LONDON", "no council"), ("COR", "ended on 31 March 2021")]
)
def test_a_body_that_need_not_have_a_page_has_published_nothing(
    source: SiteSource, authority_id: str, why: str
) -> None:
    with pytest.raises(NotPublishedError, match=why):
        source.fetch(reference(source, authority_id))


def test_a_reference_to_an_authority_that_is_no_more_stops_the_run(source: SiteSource) -> None:
    with pytest.raises(SourceError, match=r"COR exists on 31 March 2022: plan the season again"):
        source.fetch(Reference(Season(2022), "x", "COR"))


def test_a_slug_of_its_own_is_a_setting(site: SiteServer, authorities: Authorities, tmp_path: Path) -> None:
    slug = site.play_council("Tarnbeck", {2021: sample(2021, "Tarnbeck Metropolitan Borough Council")})
    source = source_of(site, authorities, tmp_path, slugs={"SAMPLE-03": slug})
    assert source.fetch(reference(source, "SAMPLE-03")).content is not None


def test_the_second_way_to_write_a_name_is_tried(
    site: SiteServer, authorities: Authorities, tmp_path: Path
) -> None:
    site.play_council("Telford Wrekin Council", {2021: sample(2021, PELLONSHIRE)})
    source = source_of(site, authorities, tmp_path)
    assert source.fetch(reference(source, "TFW")).content is not None


@pytest.mark.parametrize(
    ("links", "why"),
    [
        ([("Letters of the past", "/list")], 'has no links named "View annual letters" or "Annual letter archive"'),
        ([("View annual letters", "/list"), ("View annual letters", "/other")], "has 2 links named"),
        ([("View annual letters", "/gone")], "the list of letters .*is not there"),
        ([("View annual letters", "/empty")], "no link that names a season"),
        (
            [("View annual letters", "/several")],
            r"which one letter is that of season 2021: .*\(.*/a.pdf\); .*/b.pdf",
        ),
        ([("View annual letters", "/unclear")], "does not say which one letter"),
        ([("View annual letters", "/pdf")], "gave no web page"),
    ],
)
def test_a_site_of_another_shape_is_a_failure_that_says_so(
    site: SiteServer, source: SiteSource, links: list[tuple[str, str]], why: str
) -> None:
    site.give("/your-councils-performance/wexmarsh-district-council/statistics", page_with(*links))
    site.give("/empty", page_with(("Home", "/"), ("Download", "/a.pdf")))
    site.give("/several", page_with(("2021", "/a.pdf"), ("2021, corrected", "/b.pdf"), ("2020", "/c.pdf")))
    site.give("/unclear", page_with(("Letter 2021, updated 2022", "/a.pdf"), ("2020", "/c.pdf")))
    site.give("/pdf", Given(b"%PDF-1.7\n%%EOF", content_type=PDF))
    error = refused(source, reference(source, "SAMPLE-02"))
    assert re.search(why, str(error)), str(error)
    assert error.cause in (FailureCause.SITE_SHAPE, FailureCause.WRONG_CONTENT)


def test_two_links_to_one_letter_are_one_letter(site: SiteServer, source: SiteSource) -> None:
    site.give(
        "/your-councils-performance/wexmarsh-district-council/statistics", page_with(("View annual letters", "/l"))
    )
    site.give("/l", page_with(("Letter 2021", "/a.pdf"), ("2020-21", "/a.pdf#page=2"), ("Plan 2021", "/plan.html")))
    site.give("/a.pdf", Given(sample(2021, WEXMARSH)))
    assert source.fetch(reference(source, "SAMPLE-02")).content is not None


def test_a_letter_need_not_be_named_as_a_pdf_and_a_menu_is_no_list(site: SiteServer, source: SiteSource) -> None:
    menu = '<nav><a href="/news">News of 2021</a></nav><footer><a href="/plan">Plan 2020-21</a></footer>'
    listed = f'<h1>Letters</h1>{menu}<a href="#x">View annual letters</a><a href="/assets/attach/77">2020-21</a>'
    site.give("/your-councils-performance/wexmarsh-district-council/statistics", Given(listed.encode()))
    site.give("/assets/attach/77", Given(sample(2021, WEXMARSH), content_type=PDF))
    assert source.fetch(reference(source, "SAMPLE-02")).content == sample(2021, WEXMARSH)


def test_a_page_that_says_not_found_with_status_200_is_no_letter(site: SiteServer, source: SiteSource) -> None:
    path = "/documents/councilperformance/2021/pellonshire%20county%20council.pdf"
    site.give(path, Given(b"<!DOCTYPE html><h1>Page not found</h1>", content_type=PDF))
    error = refused(source, reference(source))
    assert (error.cause, "a web page" in str(error)) == (FailureCause.WRONG_CONTENT, True)


def test_a_pdf_by_another_content_type_is_a_letter(site: SiteServer, source: SiteSource) -> None:
    path = "/documents/councilperformance/2021/pellonshire%20county%20council.pdf"
    site.give(path, Given(b"\n" + sample(2021, PELLONSHIRE), content_type="text/html"))
    assert source.fetch(reference(source)).content == b"\n" + sample(2021, PELLONSHIRE)


def test_a_link_to_a_private_address_is_not_followed(site: SiteServer, source: SiteSource) -> None:
    for address in ("http://10.0.0.1/2021.pdf", "file:///etc/2021.pdf", f"http://localhost:{site.port}/2021.pdf"):
        page = page_with(("View annual letters", "#"), ("Letter 2021", address))
        site.give("/your-councils-performance/ostlebridge-council/statistics", page)
        source._pages.clear()
        assert refused(source, reference(source, "SAMPLE-04")).cause is FailureCause.ADDRESS_NOT_ALLOWED


# What has not changed


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


# Witnesses


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
