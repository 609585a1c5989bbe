"""The site's source knows which letters there should be, and finds the way from a council's page to its letter."""

import re
from pathlib import Path

import pytest

from redress.acquire.source import (
    FailureCause,
    NotPublishedError,
    Reference,
    ReferenceKind,
    SourceError,
)
from redress.acquire.sources.site import SiteSource, slugs_of
from redress.model.authorities import Authorities
from redress.model.season import Season
from tests.acquire.site_server import ANY_COUNCIL, PDF, Given, SiteServer, page_with, sample
from tests.acquire.sources.site_sources import PAGE_OF_2021, reference, refused, source_of
from tests.made import PELLONSHIRE, SEASON, WEXMARSH

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
