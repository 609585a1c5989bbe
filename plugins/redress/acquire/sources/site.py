"""The site source: follow links from each council's page to its list of annual letters and to a season's letter.

Only part of the Ombudsman's site is known. So its shape is a setting, and `redress probe` checks whether the shape
is right. A letter's address is never constructed: it is found by the links that a reader would follow.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from redress.acquire.source import (
    DataTableReference,
    FailureCause,
    Fetched,
    FetchError,
    Known,
    NotPublishedError,
    Reference,
    ReferenceKind,
    SourceError,
    Validators,
    check_is_pdf,
    check_is_whole_page,
    unusable,
)
from redress.acquire.sources.links import Link, WebPage, without_fragment
from redress.acquire.web.client import HttpClient
from redress.acquire.web.page_cache import PageCache
from redress.model.authorities import OTHER_TYPE_ID, Authorities, Authority
from redress.model.file_kinds import is_cut_page
from redress.model.season import Season

SLUG = "{slug}"
TABLE_ENDINGS = (".csv", ".xlsx")
"""The endings of data tables. If a table is there with both endings, the .csv is taken."""
LARGEST_PAGE_BYTES = 2 * 1024 * 1024
"""The largest size of a page, in bytes; a council's page has about 100 kB."""
MOST_KEPT_BYTES = 256 * 1024 * 1024
"""The most bytes of pages that a source keeps in memory. If there are more, the source forgets all kept pages,
and fetches a page again when it is needed."""
SHOWN_LINKS_COUNT = 5
_PAGES_LOOKED_AT = 3
_APOSTROPHES = re.compile(r"['’‘`]")
_NO_LETTER_OR_DIGIT = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class SiteShape:
    """What the site is assumed to look like.

    Every path begins with "/". `council_page` is the path of a council's page, with {slug} in the place of the
    council's slug: the council's name in the form that it has in addresses, such as blaby-district-council. `slugs`
    has, by authority_id, the slugs that do not follow from an authority's name. `letters_link_texts` are the words
    of the link from a council's page to the annual letters. `data_tables_page` is the path of the page that links
    to the data tables; empty if no data tables are wanted.
    """

    url: str
    council_page: str
    letters_link_texts: Sequence[str]
    data_tables_page: str
    mappings_folder: Path
    slugs: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if SLUG not in self.council_page:
            raise SourceError(
                f'REDRESS_SITE_COUNCIL_PAGE is "{self.council_page}"; expected {SLUG} in it, where the name of '
                "a council stands in the address of its page"
            )

    def council_pages(self, authority: Authority) -> tuple[str, ...]:
        """Return the addresses at which an authority's page may be, the likeliest first."""
        slugs = (
            (self.slugs[authority.authority_id],)
            if authority.authority_id in self.slugs
            else slugs_of(authority.name)
        )
        return tuple(self.url + self.council_page.replace(SLUG, slug) for slug in slugs)


@dataclass(frozen=True)
class SiteSource:
    """The letters of the Ombudsman's site: one reference for each authority that exists at the end of the season.

    A source keeps about MOST_KEPT_BYTES of pages in memory, and does not fetch a kept page again. If there is a
    cache, the site sends a page only if the page has changed since the cache got it.
    """

    shape: SiteShape
    client: HttpClient
    authorities: Authorities
    cache: PageCache | None = None
    _pages: dict[str, WebPage | NotPublishedError] = field(default_factory=dict, init=False, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    @property
    def name(self) -> str:
        return f"site:{self.shape.url}"

    @property
    def fetches_at_a_time(self) -> int:
        return self.client.rules.at_a_time

    def references(self, season: Season) -> tuple[Reference, ...]:
        """Return a reference to the letter of each authority. If the councils' pages now show this season, add a
        reference to each authority's page.

        Authorities that are not councils get references too, because only `fetch` can tell whether they have a
        page. Here only a few councils' pages are fetched, to see which season the pages show. Raise SourceError if
        none of these few can be fetched.
        """
        alive = self.authorities.alive_on(season.period_end)
        letters = tuple(self._reference(season, authority, ReferenceKind.LETTER) for authority in alive)
        if self._season_shown(alive) != season:
            return letters
        return letters + tuple(
            self._reference(season, authority, ReferenceKind.STATISTICS_PAGE) for authority in alive
        )

    def data_tables(self, season: Season) -> tuple[DataTableReference, ...]:
        """Return the data tables of a season that the site's page of data tables links to. Their mappings lie on
        this machine. Raise SourceError if that page cannot be fetched.
        """
        if not self.shape.data_tables_page:
            return ()
        address = self.shape.url + self.shape.data_tables_page
        try:
            links = self.page(address).links
        except (FetchError, NotPublishedError) as error:
            raise SourceError(
                f"the page of data tables cannot be had: {error}; set REDRESS_SITE_DATA_TABLES_PAGE to its path, "
                "or to nothing to do without data tables"
            ) from error
        tables: dict[str, str] = {}
        for ending in reversed(TABLE_ENDINGS):
            for link in links:
                if link.ending == ending and link.seasons == {season.year}:
                    tables[_stem(link.address)] = without_fragment(link.address)
        references = []
        for stem, table in sorted(tables.items()):
            mapping = self.shape.mappings_folder / str(season) / f"{stem}.yml"
            references.append(DataTableReference(season, table, str(mapping), mapping.is_file()))
        return tuple(references)

    def fetch(self, reference: Reference, known: Known | None = None) -> Fetched:
        """Return the bytes of a letter (by following its links), a council's page, a data table, or a mapping."""
        match reference.kind:
            case ReferenceKind.LETTER:
                page = self.page_of(self._authority(reference))
                letter = self.letter_link(self.letters_page(page), reference.season)
                fetched = self._fetched(letter.address, known)
                if fetched.content is not None:
                    check_is_pdf(fetched.content, fetched.address)
                return fetched
            case ReferenceKind.STATISTICS_PAGE:
                return self._statistics_page(reference, known)
            case ReferenceKind.DATA_TABLE:
                fetched = self._fetched(reference.address, known)
                if fetched.content is not None and fetched.content.lstrip()[:1] == b"<":
                    raise FetchError(
                        FailureCause.WRONG_CONTENT, f"{fetched.address} gave a page where a data table is expected"
                    )
                return fetched
            case ReferenceKind.MAPPING:
                return Fetched(Path(reference.address).read_bytes(), reference.address)

    def page_of(self, authority: Authority) -> WebPage:
        """Return an authority's page.

        If there is no page, raise NotPublishedError for a body that is no council or that has ended. For a council
        that still exists raise FetchError, because nobody knows whether that council has a letter.
        """
        addresses = self.shape.council_pages(authority)
        for address in addresses:
            try:
                return self.page(address)
            except NotPublishedError:
                continue
        detail = f"{authority.name} has no page at {' or '.join(addresses)}"
        if authority.council_type_id == OTHER_TYPE_ID:
            raise NotPublishedError(f"{detail}; not every body that is no council has one")
        if authority.valid_to is not None:
            raise NotPublishedError(
                f"{detail}; it ended on {authority.valid_to:%-d %B %Y}, and its letters may be gone"
            )
        raise FetchError(
            FailureCause.SITE_SHAPE,
            f"{detail}; look up its page by hand, and name it in REDRESS_SITE_SLUGS: "
            f'{{"{authority.authority_id}": "..."}}',
        )

    def letters_page(self, page: WebPage) -> WebPage:
        """Return the page that lists a council's annual letters. `page` is the council's page, which links to the
        list. Raise FetchError if no link has the expected words, if links with these words lead to several
        addresses, or if the list cannot be fetched.
        """
        wanted = {_folded(text) for text in self.shape.letters_link_texts}
        found = dict.fromkeys(without_fragment(link.address) for link in page.links if _folded(link.text) in wanted)
        if len(found) != 1:
            texts = " or ".join(f'"{text}"' for text in self.shape.letters_link_texts)
            raise FetchError(
                FailureCause.SITE_SHAPE,
                f'{page.address} ("{page.title}") has {len(found) or "no"} links named {texts}, and one is '
                "expected; redress probe shows its links, set REDRESS_SITE_LETTERS_LINK_TEXTS",
            )
        (address,) = found
        if address == page.address:
            return page
        try:
            return self.page(address)
        except NotPublishedError as error:
            raise FetchError(
                FailureCause.SITE_SHAPE, f"the list of letters that {page.address} leads to: {error}"
            ) from error

    def letter_link(self, page: WebPage, season: Season) -> Link:
        """Return the link of a list of letters that is about a season and about no other season.

        Raise NotPublishedError if the list has letters of other seasons only. Raise FetchError if the list names no
        season, if links about this season lead to several addresses, or if every link that names this season names
        another season too.
        """
        letters = letter_links(page)
        if not letters:
            raise FetchError(
                FailureCause.SITE_SHAPE,
                f'{page.address} ("{page.title}") has no link that names a season; it is no list of annual letters',
            )
        found = {without_fragment(link.address): link for link in letters if link.seasons == {season.year}}
        unclear = [link for link in letters if len(link.seasons) > 1 and season.year in link.seasons]
        if len(found) == 1:
            (link,) = found.values()
            return link
        if found or unclear:
            several = "; ".join(str(link) for link in islice(found.values() or unclear, SHOWN_LINKS_COUNT))
            raise FetchError(
                FailureCause.SITE_SHAPE,
                f"{page.address} does not say which one letter is that of season {season}: {several}; "
                "fetch the right ones by a manifest",
            )
        named = ", ".join(str(year) for year in sorted({year for link in letters for year in link.seasons}))
        raise NotPublishedError(f"{page.address} lists letters of {named}, and none of {season}")

    def page(self, address: str) -> WebPage:
        """Return a page of the site. Raise NotPublishedError, FetchError and SourceError as `HttpClient.get`
        does.
        """
        with self._lock:
            had = self._pages.get(address)
        if had is None:
            try:
                had = self._asked(address)
            except NotPublishedError as error:
                had = error
            with self._lock:
                if (
                    sum(len(one.content) for one in self._pages.values() if isinstance(one, WebPage))
                    > MOST_KEPT_BYTES
                ):
                    self._pages.clear()
                self._pages[address] = had
        if isinstance(had, NotPublishedError):
            raise had
        return had

    def _asked(self, address: str) -> WebPage:
        cached = None if self.cache is None else self.cache.get(address)
        known = None if cached is None else Known(cached.address, cached.validators)
        answer = self.client.get(address, known, largest_bytes=LARGEST_PAGE_BYTES)
        if answer.content is None and cached is not None:
            return cached
        page = WebPage(answer.content or b"", answer.address, answer.validators, answer.charset)
        if self.cache is not None and not is_cut_page(page.content):
            self.cache.put(address, page)
        return page

    def _statistics_page(self, reference: Reference, known: Known | None) -> Fetched:
        page = self.page_of(self._authority(reference))
        if page.season_shown != reference.season:
            shown = "no one season" if page.season_shown is None else f"season {page.season_shown}"
            raise NotPublishedError(f"{page.address} shows the statistics of {shown}, not of {reference.season}")
        check_is_whole_page(page.content, page.address)
        is_known = known is not None and known == Known(page.address, page.validators)
        if is_known and page.validators != Validators():
            return Fetched(None, page.address, 304, page.validators)
        return Fetched(page.content, page.address, 200, page.validators)

    def _fetched(self, address: str, known: Known | None) -> Fetched:
        answer = self.client.get(without_fragment(address), known)
        return Fetched(answer.content, answer.address, answer.status, answer.validators)

    def _season_shown(self, alive: Sequence[Authority]) -> Season | None:
        """Return the season that councils' pages show now. The first few pages are looked at. Return None if none
        of them names a season.

        Raise SourceError if none of these pages could be fetched, because the site is down or its address is wrong.
        """
        failure: FetchError | None = None
        has_answered = False
        lasting = [
            authority
            for authority in alive
            if authority.council_type_id != OTHER_TYPE_ID and authority.valid_to is None
        ]
        for authority in lasting[:_PAGES_LOOKED_AT]:
            for address in self.shape.council_pages(authority):
                try:
                    shown = self.page(address).season_shown
                except NotPublishedError:
                    has_answered = True
                except FetchError as error:
                    failure = error
                else:
                    has_answered = True
                    if shown is not None:
                        return shown
        if failure is not None and not has_answered:
            raise unusable(failure.cause, f"{self.name} cannot be used: {failure}") from failure
        return None

    def _reference(self, season: Season, authority: Authority, kind: ReferenceKind) -> Reference:
        return Reference(season, self.shape.council_pages(authority)[0], authority.authority_id, kind)

    def _authority(self, reference: Reference) -> Authority:
        day = reference.season.period_end
        for authority in self.authorities.alive_on(day):
            if authority.authority_id == reference.authority_id:
                return authority
        raise SourceError(f"no authority {reference.authority_id} exists on {day:%-d %B %Y}: plan the season again")


def letter_links(page: WebPage) -> tuple[Link, ...]:
    """Return the links that name a season and are not navigation. If some of these links lead to PDFs, return only
    the links to PDFs.
    """
    named = [link for link in page.links if link.seasons and not link.is_navigation]
    return tuple(link for link in named if link.ending == ".pdf") or tuple(named)


def slugs_of(name: str) -> tuple[str, ...]:
    """Return the slugs that an authority's name may have in an address, the likeliest first.

    "Blaby District Council" is blaby-district-council. If the name has "&" or an apostrophe, it has two slugs.
    """
    lowered = name.lower()
    ways = [
        _APOSTROPHES.sub("", lowered).replace("&", " and "),
        _APOSTROPHES.sub("-", lowered).replace("&", " "),
    ]
    return tuple(dict.fromkeys(_NO_LETTER_OR_DIGIT.sub("-", way).strip("-") for way in ways))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _stem(address: str) -> str:
    return PurePosixPath(unquote(urlsplit(address).path)).stem
