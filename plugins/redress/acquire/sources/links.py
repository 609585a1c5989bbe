"""The links of a page of the site: where each leads, and the season that each names."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from urllib.parse import unquote, urldefrag, urlsplit

from lxml import etree

from redress.acquire.source import FailureCause, FetchError, Validators
from redress.acquire.web.addresses import joined
from redress.model.printable import shortened
from redress.model.season import FIRST_SEASON, Season

MOST_LINKS = 5000
"""If a page has more links than this, it does not count as a page of the site. The longest list on the site has
one link for each authority."""
LONGEST_WORDS_CHARACTERS = 2000
"""If the text, the heading or the surroundings of a link are longer than this, they count as empty."""
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

    `surroundings` are the words of the innermost list item, row or paragraph around the link; they are empty if
    that element has another link too. `heading` is the nearest heading before the link. `is_navigation` is True if
    the link stands in a menu, header or footer.
    """

    address: str
    text: str
    title: str = ""
    surroundings: str = ""
    heading: str = ""
    is_navigation: bool = False

    @cached_property
    def seasons(self) -> frozenset[int]:
        """Return the years of the seasons that the link may be about.

        Look in turn at the link's text, its title, its surroundings, the name of its file, its heading, and the
        path of its address. Return the season of the first of these that names exactly one season. If none of these
        names exactly one, return all seasons of the first that names several. If none names a season, return an
        empty set.
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
        """The ending of the link's file in lower case, such as ".pdf"; empty if the file has no ending."""
        return PurePosixPath(unquote(urlsplit(self.address).path)).suffix.lower()

    def __str__(self) -> str:
        return f'"{shortened(self.text)}" ({shortened(self.address)})'


@dataclass(frozen=True)
class WebPage:
    """A page of the site as it was fetched; `address` is its address after redirects."""

    content: bytes
    address: str
    validators: Validators
    charset: str | None = None

    @property
    def links(self) -> tuple[Link, ...]:
        """All links in the order of the page. `links`, `title` and `season_shown` raise FetchError if the bytes are
        not a web page.
        """
        return self._walked.links

    @property
    def title(self) -> str:
        """The page's title, for messages."""
        return self._walked.title

    @property
    def season_shown(self) -> Season | None:
        """The season of the statistics on the page, from the period that the page names. None if the page names no
        period, several periods, or a period before FIRST_SEASON.
        """
        return self._walked.season_shown

    @cached_property
    def _walked(self) -> "_Walked":
        start = self.content[:1024].lstrip()
        if start.startswith(b"%PDF-") or b"\0" in start or not start:
            raise FetchError(FailureCause.WRONG_CONTENT, f"{self.address} gave no web page")
        walk = _Walk(self.address)
        try:
            parser = etree.HTMLParser(target=walk, encoding=self.charset)
        except (LookupError, ValueError):  # if the server names no charset that exists, the page may name one
            parser = etree.HTMLParser(target=walk)
        try:
            etree.fromstring(self.content, parser)
        except (ValueError, etree.LxmlError) as error:
            raise FetchError(
                FailureCause.WRONG_CONTENT, f"{self.address} gave no web page that can be read ({error})"
            ) from error
        return walk.result()


@lru_cache(maxsize=1024)
def seasons_named(words: str) -> frozenset[int]:
    """Return the years of the seasons that words name: 2021 for "2020-21", "2020/2021" and "2021". Short forms such
    as "20-21" count only if the words have no full year. Seasons before FIRST_SEASON are left out.
    """
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
    """Return an address without its fragment, the part after "#" that names a part of the page."""
    return urldefrag(address).url


@dataclass(frozen=True)
class _Walked:
    links: tuple[Link, ...]
    title: str
    season_shown: Season | None


@dataclass
class _Span:
    """A part of a page, as two ranges of indexes: one of the page's pieces of text, one of the page's links. The
    end index is not in the range.
    """

    first_piece: int
    first_link: int
    end_piece: int = 0
    end_link: int = 0


@dataclass(frozen=True)
class _LinkFound:
    """A link as the parser met it. Its text and its surroundings may not have ended yet."""

    href: str
    title: str
    span: _Span
    item: _Span | None
    heading: _Span | None
    is_navigation: bool


class _Walk:
    """Collect the links, headings and words of a page from the events of the parser: start, text and end of
    elements.

    No tree is built, because a tree takes quadratic time for an element with many attributes or a list with many
    links.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._base: str | None = None
        self._pieces: list[str] = []
        self._links: list[_LinkFound] = []
        self._anchors_count = 0
        self._open: list[tuple[str, _Span]] = []
        self._items: list[_Span] = []
        self._heading: _Span | None = None
        self._title: _Span | None = None
        self._navigation_depth = 0
        self._has_elements = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        self._has_elements = True
        span = _Span(len(self._pieces), self._anchors_count)
        self._open.append((tag, span))
        if tag in _ITEMS:
            self._items.append(span)
        elif tag in _HEADINGS:
            self._heading = span
        elif tag in _NAVIGATION:
            self._navigation_depth += 1
        elif tag == "title" and self._title is None:
            self._title = span
        elif tag == "base" and self._base is None:
            self._base = attributes.get("href")
        elif tag == "a" and "href" in attributes:
            self._begin_link(attributes, span)

    def end(self, tag: str) -> None:
        """End the innermost element."""
        tag, span = self._open.pop()
        span.end_piece, span.end_link = len(self._pieces), self._anchors_count
        if tag in _ITEMS:
            self._items.pop()
        elif tag in _NAVIGATION:
            self._navigation_depth -= 1

    def data(self, text: str) -> None:
        """Add a piece of text."""
        self._pieces.append(text)

    def close(self) -> None:
        """End the elements that the page leaves open."""
        while self._open:
            self.end("")

    def result(self) -> _Walked:
        """Return the result of the walk. Raise FetchError if the page had no element."""
        if not self._has_elements:
            raise FetchError(FailureCause.WRONG_CONTENT, f"{self._address} gave no web page")
        start = self._start()
        links = tuple(link for found in self._links if (link := self._link(found, start)) is not None)
        title = "" if self._title is None else self._words(self._title)
        return _Walked(links, shortened(title), _season_shown(_words("".join(self._pieces))))

    def _start(self) -> str:
        """Return the address that relative links are relative to: the page's `base`, or the page's own address if
        it has no valid `base`.
        """
        with suppress(FetchError):
            return joined(self._address, self._base or "")
        return self._address

    def _begin_link(self, attributes: Mapping[str, str], span: _Span) -> None:
        self._anchors_count += 1
        if self._anchors_count > MOST_LINKS:
            raise FetchError(
                FailureCause.WRONG_CONTENT,
                f"{self._address} has more than {MOST_LINKS} links: it is no page of the site",
            )
        href = attributes["href"]
        if not href:
            return
        title = f"{attributes.get('title', '')} {attributes.get('aria-label', '')}"
        item = self._items[-1] if self._items else None
        is_navigation = self._navigation_depth > 0
        self._links.append(_LinkFound(href, title, span, item, self._heading, is_navigation))

    def _link(self, found: _LinkFound, start: str) -> Link | None:
        """Return a link that the parser met, with its words and its whole address. Return None if its `href` makes
        no address.
        """
        item = found.item
        is_alone = item is not None and item.end_link - item.first_link == 1
        try:
            address = joined(start, found.href)
        except FetchError:
            return None
        return Link(
            address=address,
            text=self._words(found.span),
            title=_words(found.title) if len(found.title) <= LONGEST_WORDS_CHARACTERS else "",
            surroundings=self._words(item) if item is not None and is_alone else "",
            heading="" if found.heading is None else self._words(found.heading),
            is_navigation=found.is_navigation,
        )

    def _words(self, span: _Span) -> str:
        """Return the words of a part of the page; empty if they are longer than LONGEST_WORDS_CHARACTERS."""
        length, pieces = 0, self._pieces
        for index in range(span.first_piece, span.end_piece):
            length += len(pieces[index])
            if length > LONGEST_WORDS_CHARACTERS:
                return ""
        return _words("".join(pieces[span.first_piece : span.end_piece]))


def _season_shown(words: str) -> Season | None:
    ends = {int(end) for start, end in _PERIOD_OF_PAGE.findall(words)}
    return Season(ends.pop()) if len(ends) == 1 and min(ends) >= FIRST_SEASON else None


def _words(text: str) -> str:
    return " ".join(text.split())
