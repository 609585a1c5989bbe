import time

import pytest

from redress.acquire.source import FailureCause, FetchError, Validators
from redress.acquire.sources.links import MOST_LINKS, WebPage, seasons_named
from redress.model.season import Season


def page(html: str | bytes, address: str = "https://site.example/councils/blaby/letters") -> WebPage:
    return WebPage(html if isinstance(html, bytes) else html.encode(), address, Validators())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Annual review letter 2021", {2021}),
        ("2020-21", {2021}),
        ("Annual letter 2020/2021 (PDF, 120 KB)", {2021}),
        ("2020 – 2021", {2021}),
        ("2020 to 2021, published July 2021", {2021}),
        ("2-Complaints-Decided-25-26.csv", {2026}),
        ("blaby_20-21.pdf", {2021}),
        ("letter-2021-07-28.pdf", {2021}),
        ("2021-11-12.pdf", {2021}),
        ("2019 to 2021", {2019, 2021}),
        ("Letter 2021, updated in 2022", {2021, 2022}),
        ("View annual letters", set()),
        ("7-Complaints-11-24.csv", set()),
        ("1998-99", set()),
        ("02021", set()),
    ],
)
def test_which_seasons_words_name(words: str, expected: set[int]) -> None:
    assert seasons_named(words) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/a.pdf">Letter 2021</a>', {2021}),
        ('<a href="/a/2019/b.pdf">Letter 2021</a>', {2021}),
        ('<a href="/a.pdf" title="Annual letter 2020-21">Download</a>', {2021}),
        ('<ul><li>2020-21: <a href="/a.pdf">Download</a></li></ul>', {2021}),
        ("<table><tr><td>2021</td><td><a href='/a.pdf'>PDF</a></td></tr></table>", {2021}),
        ('<h3>2021</h3><p><a href="/a.pdf">PDF</a></p><h3>2020</h3>', {2021}),
        ('<a href="/documents/councilperformance/2021/blaby%20district%20council.pdf">PDF</a>', {2021}),
        ('<a href="/documents/2021/letter-2020.pdf">PDF</a>', {2020}),
        ('<a href="/a.pdf">Letters 2020 and 2021, the second</a>', {2021}),
        ('<p>2020 <a href="/a.pdf">one</a> 2021 <a href="/b.pdf">two</a></p>', set()),
        ('<a href="/a.pdf">Letter 2019, updated 2021</a>', {2019, 2021}),
    ],
)
def test_which_season_a_link_is_about(html: str, expected: set[int]) -> None:
    assert page(html).links[0].seasons == expected


def test_links_lead_from_where_the_page_was_or_says_it_is() -> None:
    html = '<a href="a b.pdf">x</a><a href="/c">y</a><a href="//other.example/d">z</a><a name="n">no link</a>'
    assert [link.address for link in page(html).links] == [
        "https://site.example/councils/blaby/a b.pdf",
        "https://site.example/c",
        "https://other.example/d",
    ]
    based = page('<head><base href="/files/"></head><a href="a.pdf">x</a><a href="http://[">broken</a>')
    assert [link.address for link in based.links] == ["https://site.example/files/a.pdf"]


def test_words_are_read_in_the_charset_that_the_server_named() -> None:
    address, shown = "https://site.example/", '<a href="/a">Café letters</a>'
    latin = WebPage(shown.encode("latin-1"), address, Validators(), "iso-8859-1")
    assert latin.links[0].text == "Café letters"
    unknown = WebPage(f'<meta charset="utf-8">{shown}'.encode(), address, Validators(), "no-such-charset")
    assert unknown.links[0].text == "Café letters"


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\0\1\2", b"   "])
def test_what_is_no_page_has_no_links(content: bytes) -> None:
    with pytest.raises(FetchError, match="gave no web page"):
        _ = page(content).links


def test_a_page_shows_the_one_season_whose_period_it_names() -> None:
    sentence = "for the period between 1 April 2024\n to 31 March 2025"
    assert page(f"<p>{sentence}</p><p>{sentence}</p>").season_shown == Season(2025)
    assert page(f"<p>{sentence}</p><p>between 1 April 2023 to 31 March 2024</p>").season_shown is None
    assert page("<p>31 March 2025</p>").season_shown is None


A_LINK = '<a href="/a.pdf">2021</a> '


@pytest.mark.parametrize(
    "html",
    [
        f"<ul><li>{A_LINK * 4000}</ul>",
        "<b>" * 200 + A_LINK * 4000,
        f"<h2>2021{'<h3>' * 200}" + A_LINK * 4000,
        "<a href='/2021'><div>" * 4000,
        f"<h2>{'2020-21 ' * 100_000}</h2>{A_LINK * 4000}",
        f"<a {' '.join(f'x{number}=1' for number in range(40_000))} href='/2021.pdf'>x</a>",
    ],
    ids=["one item", "open elements", "open headings", "open links", "long heading", "attributes"],
)
def test_no_page_takes_longer_to_look_at_than_its_size_allows(html: str) -> None:
    one, started = page(html), time.process_time()
    assert {2021} in [set(link.seasons) for link in one.links]
    assert one.season_shown is None
    assert time.process_time() - started < 1.5


def test_a_page_of_too_many_links_is_refused() -> None:
    assert len(page(A_LINK * MOST_LINKS).links) == MOST_LINKS
    with pytest.raises(FetchError, match=f"has more than {MOST_LINKS} links") as raised:
        _ = page(A_LINK * (MOST_LINKS + 1)).links
    assert raised.value.cause is FailureCause.WRONG_CONTENT


def test_no_link_is_lost_in_the_depth_of_a_page() -> None:
    assert len(page("<div>" * 1000 + A_LINK).links) == 1


def test_words_that_are_too_long_to_be_about_a_link_name_no_season() -> None:
    (link,) = page(f"<p>2021 {'and so on ' * 1000}<a href='/a.pdf'>PDF</a></p>").links
    assert (link.surroundings, link.seasons) == ("", frozenset())
    assert page(f"<title>{'x' * 1000}</title><p>y").title == f"{'x' * 200}..."
    assert page(f"<p>y<a href='/{'x' * 10_000}'>PDF</a>").links == ()


def test_a_base_that_is_no_address_leads_nowhere_else() -> None:
    (link,) = page("<base href='http://['><a href='a.pdf'>x</a>").links
    assert link.address == "https://site.example/councils/blaby/a.pdf"
