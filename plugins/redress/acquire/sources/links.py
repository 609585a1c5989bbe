"""Links: where a page of the site leads, and the season that a link names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import unquote, urldefrag, urlsplit

from lxml import etree, html

from redress.acquire.source import FailureCause, FetchError, Validators
from redress.acquire.web.addresses import joined
from redress.model.season import FIRST_SEASON, Season

_NAVIGATION = frozenset({"nav", "header", "footer"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6", "summary", "dt", "caption"})
_ITEMS = frozenset({"li", "tr", "p", "dd"})
_STROKES = re.compile("[–—−/_]")
_LONG_PERIOD = re.compile(r"(?<!\d)20(\d\d)\s*(?:-|to|and)\s*(?:20)?(\d\d)(?!\d)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)20(\d\d)(?!\d)")
_SHORT_PERIOD = re.compile(r"(?<!\d)(\d\d)\s*-\s*(\d\d)(?!\d)")
_PERIOD_OF_PAGE = re.compile(r"between 1 April (20\d\d) (?:to|and) 31 March (20\d\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Link:
    """A link of a page.

    `surroundings` are the words of the smallest list item, row or paragraph with no other link in it; `heading` is
    the nearest heading before the link.
    """

    address: str
    text: str
    title: str = ""
    surroundings: str = ""
    heading: str = ""
    is_navigation: bool = False

    @cached_property
    def seasons(self) -> frozenset[int]:
        """Return the years of the seasons that the link is about: none if no words name a season, several if they
        are unclear.

        The link's own words count first, then its surroundings, its file's name, its heading, and its address.
        """
        path = PurePosixPath(unquote(urlsplit(self.address).path))
        unclear: frozenset[int] = frozenset()
        for words in (self.text, self.title, self.surroundings, path.name, self.heading, str(path)):
            found = seasons_named(words)
            if len(found) == 1:
                return found
            unclear = unclear or found
        return unclear

    @property
    def ending(self) -> str:
        """The ending of the link's file in lower case, such as ".pdf"; empty if it has none."""
        return PurePosixPath(unquote(urlsplit(self.address).path)).suffix.lower()

    def __str__(self) -> str:
        return f'"{self.text}" ({self.address})'


@dataclass(frozen=True)
class WebPage:
    """A page of the site as it was fetched; `address` is its address after redirects."""

    content: bytes
    address: str
    validators: Validators
    charset: str | None = None

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Return all links in the order of the page. Raise FetchError if the bytes are no page."""
        base = self._root.find(".//base[@href]")
        start = self.address if base is None else joined(self.address, base.get("href", ""))
        return tuple(_links(self._root, start))

    @cached_property
    def title(self) -> str:
        """The page's title, for messages."""
        return _words(self._root.findtext(".//title") or "")

    @cached_property
    def season_shown(self) -> Season | None:
        """Return the season of the statistics on the page, from the period that the page names. Return None if the
        page names no period, or several.
        """
        ends = {int(end) for start, end in _PERIOD_OF_PAGE.findall(_words(self._root.text_content()))}
        return Season(ends.pop()) if len(ends) == 1 and min(ends) >= FIRST_SEASON else None

    @cached_property
    def _root(self) -> html.HtmlElement:
        start = self.content[:1024].lstrip()
        if start.startswith(b"%PDF-") or b"\0" in start or not start:
            raise FetchError(FailureCause.WRONG_CONTENT, f"{self.address} gave no web page")
        try:
            parser = html.HTMLParser(encoding=self.charset)
        except LookupError:  # what the server names is no charset: the page may say it
            parser = html.HTMLParser()
        try:
            return html.document_fromstring(self.content, parser=parser)
        except (ValueError, etree.LxmlError) as error:
            raise FetchError(
                FailureCause.WRONG_CONTENT, f"{self.address} gave no web page that can be read ({error})"
            ) from error


def seasons_named(words: str) -> frozenset[int]:
    """The seasons that words name: 2021 for "2020-21", "2020/2021", "2021" and, where no year stands, "20-21"."""
    flat = _STROKES.sub("-", words)
    found: set[int] = set()
    for match in _LONG_PERIOD.finditer(flat):
        if int(match[2]) == int(match[1]) + 1:
            found.add(2000 + int(match[2]))
            flat = flat.replace(match[0], " ")
    found |= {2000 + int(year) for year in _YEAR.findall(flat)}
    if not found:
        found = {2000 + int(last) for first, last in _SHORT_PERIOD.findall(flat) if int(last) == int(first) + 1}
    return frozenset(year for year in found if year >= FIRST_SEASON)


def without_fragment(address: str) -> str:
    """Return an address without its fragment: the part behind "#" is a place on the page."""
    return urldefrag(address).url


def _links(root: html.HtmlElement, start: str) -> Iterator[Link]:
    heading = ""
    for element in root.iter(etree.Element):
        if element.tag in _HEADINGS:
            heading = _words(element.text_content())
        href = element.get("href") if element.tag == "a" else None
        if not href:
            continue
        item = next((ancestor for ancestor in element.iterancestors() if ancestor.tag in _ITEMS), None)
        is_alone = item is not None and len(item.findall(".//a[@href]")) == 1
        try:
            address = joined(start, href)
        except FetchError:  # a link that leads nowhere is none
            continue
        yield Link(
            address=address,
            text=_words(element.text_content()),
            title=_words(f"{element.get('title', '')} {element.get('aria-label', '')}"),
            surroundings=_words(item.text_content()) if item is not None and is_alone else "",
            heading=heading,
            is_navigation=any(ancestor.tag in _NAVIGATION for ancestor in element.iterancestors()),
        )


def _words(text: str) -> str:
    return " ".join(text.split())
