"""The probe: compare the Ombudsman's site as it is today with what the settings assume about it.

The probe goes the way of a fetch from the site. It looks for robots.txt, a council's page, the link to the
council's letters, the list of letters, one season's letter, and the content of this letter, each by way of what was
found before. Then it looks for the page of data tables.
"""

import dataclasses
import datetime as dt
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from redress.acquire.source import (
    Fetched,
    FetchError,
    Known,
    NotPublishedError,
    Reference,
    SourceError,
    Validators,
)
from redress.acquire.sources.by_name import allowed_addresses, http_rules, site_shape
from redress.acquire.sources.links import Link, WebPage
from redress.acquire.sources.site import SLUG, TABLE_ENDINGS, SiteSource, letter_links, slugs_of
from redress.acquire.web.client import HttpClient
from redress.model.authorities import Authority
from redress.model.letter import Letter, Verdict
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.read.workers import File, Readers
from redress.settings import Limits, Settings

MOST_REQUESTS = 25
"""The most requests that a probe may make. If a probe needs more, it is following wrong links."""
ATTEMPTS = 2
_LINKS_SHOWN = 12
_ERRORS = (FetchError, NotPublishedError, SourceError)


@dataclass(frozen=True)
class ProbeStep:
    """One assumption about the site: whether it holds, and what was found.

    If the assumption is wrong, `advice` says which setting to change. If `is_needed` is False, a season can be
    fetched although the assumption is wrong.
    """

    assumption: str
    holds: bool
    found: str
    advice: str = ""
    is_needed: bool = True

    @property
    def stops_a_season(self) -> bool:
        """Whether the assumption is wrong and is needed, so that no season can be fetched."""
        return self.is_needed and not self.holds


@dataclass(frozen=True)
class Probe:
    """One look at the site: the pages of one authority, down to one letter to it. This is the letter of `season`;
    if `season` is None, the letter of the latest season that the site lists.
    """

    source: SiteSource
    authority: Authority
    season: Season | None
    reading_limits: Limits

    def steps(self) -> Iterator[ProbeStep]:
        """Yield each step when it is done. If a step does not find what it looks for, leave out the steps that need
        what it looks for.
        """
        robots = self._robots()
        yield robots
        if not robots.holds:
            return
        yield from self._letter_steps()
        yield from self._data_table_steps()

    def _robots(self) -> ProbeStep:
        assumption = "robots.txt lets us read councils' pages"
        address = self.source.shape.council_pages(self.authority)[0]
        try:
            is_allowed = self.source.client.is_allowed_by_robots(address)
            delay_seconds = self.source.client.crawl_delay_seconds(address)
        except _ERRORS as error:
            return ProbeStep(assumption, False, str(error), "look at REDRESS_SITE_URL, or try again later")
        if not is_allowed:
            advice = "ask the Ombudsman's office; until then take letters from a folder or a manifest"
            return ProbeStep(assumption, False, f"it forbids {address}", advice)
        asked = f"; it asks for {delay_seconds:g} s between requests, and gets that" if delay_seconds else ""
        return ProbeStep(assumption, True, f"it allows {address}{asked}")

    def _letter_steps(self) -> Iterator[ProbeStep]:
        assumption = "the council's page is where its name says"
        try:
            page = self.source.page_of(self.authority)
            found = f'{page.address} ("{page.title}")'
        except _ERRORS as error:
            yield ProbeStep(assumption, False, str(error), self._other_slugs())
            return
        yield ProbeStep(assumption, True, found)
        yield self._season_of_page(page)
        assumption = "a link on it leads to the annual letters"
        try:
            list_page = self.source.letters_page(page)
            seasons = sorted({season for link in letter_links(list_page) for season in link.seasons})
        except _ERRORS as error:
            yield ProbeStep(assumption, False, str(error), _texts_like_letters(page))
            return
        yield ProbeStep(assumption, True, list_page.address)
        wanted = self.season or (Season(seasons[-1]) if seasons else None)
        listed = f"seasons {', '.join(map(str, seasons))}" if seasons else "no link names a season"
        assumption = (
            "the list has one letter for a season, and names the season"
            if wanted is None
            else (f"the list has one letter of season {wanted}")
        )
        if wanted is None:
            yield ProbeStep(assumption, False, listed, f"its links: {_shown(list_page.links)}")
            return
        try:
            letter = self.source.letter_link(list_page, wanted)
        except _ERRORS as error:
            advice = f"if it is there in another way, fetch it by a manifest; its links: {_shown(list_page.links)}"
            yield ProbeStep(assumption, False, f"{listed}; {error}", advice)
            return
        yield ProbeStep(assumption, True, f"{listed}; {letter}")
        yield from self._letter_itself(wanted)

    def _season_of_page(self, page: WebPage) -> ProbeStep:
        assumption = "the page names the one period that its statistics are about"
        if page.season_shown is None:
            return ProbeStep(
                assumption,
                False,
                'no one "between 1 April ... to 31 March ..." in its text',
                "no setting: pages are not kept as witnesses then, and the letters are fetched all the same",
                is_needed=False,
            )
        letter = self._read(page.content, "page.html")
        is_read = letter.verdict is Verdict.EXTRACTED
        stated = f"season {page.season_shown}; read: {_in_words(letter)}"
        advice = "" if is_read else "docs/runbooks/new-season.md: its wording is not known yet"
        return ProbeStep(f"{assumption}, and they can be read", is_read, stated, advice, is_needed=False)

    def _letter_itself(self, season: Season) -> Iterator[ProbeStep]:
        assumption = "the link gives the letter's PDF"
        reference = Reference(
            season, self.source.shape.council_pages(self.authority)[0], self.authority.authority_id
        )
        try:
            fetched = self.source.fetch(reference)
        except _ERRORS as error:
            yield ProbeStep(assumption, False, str(error), "open the link in a browser, and fetch by a manifest")
            return
        content = fetched.content or b""
        yield ProbeStep(assumption, True, f"{fetched.address}, {len(content)} bytes")
        yield self._conditional(reference, fetched)
        letter = self._read(content, "letter.pdf")
        name = letter.header.authority_name or "(no name)"
        named = self.source.authorities.resolve(name, season.period_end)
        is_right = (
            letter.verdict in (Verdict.EXTRACTED, Verdict.NO_STATISTICS)
            and letter.header.season == season.year
            and named.authority == self.authority
        )
        yield ProbeStep(
            f"it is a letter to {self.authority.name} of season {season}, and can be read",
            is_right,
            f"{_in_words(letter)}; to {name}, season {letter.header.season}",
            "" if is_right else f"{named.reason}; docs/runbooks/new-season.md for wordings that are not known yet",
        )

    def _conditional(self, reference: Reference, fetched: Fetched) -> ProbeStep:
        assumption = "the server says whether a letter has changed"
        advice = "no setting: an unchanged season is downloaded again, and stored once"
        if fetched.validators == Validators():
            return ProbeStep(assumption, False, "neither ETag nor Last-Modified", advice, is_needed=False)
        stated = fetched.validators.etag or fetched.validators.last_modified
        try:
            again = self.source.fetch(reference, Known(fetched.address, fetched.validators))
        except _ERRORS as error:
            return ProbeStep(assumption, False, str(error), advice, is_needed=False)
        if again.content is not None:
            return ProbeStep(
                assumption, False, f"asked again with {stated}, it gave all of it", advice, is_needed=False
            )
        return ProbeStep(
            assumption, True, f"asked again with {stated}, it answered {again.status}", is_needed=False
        )

    def _data_table_steps(self) -> Iterator[ProbeStep]:
        shape = self.source.shape
        if not shape.data_tables_page:
            return
        assumption = "the page of data tables has CSV or XLSX files that name their season"
        advice = "set REDRESS_SITE_DATA_TABLES_PAGE to the page's path, or to nothing to do without"
        try:
            page = self.source.page(shape.url + shape.data_tables_page)
            tables = [link for link in page.links if link.ending in TABLE_ENDINGS]
        except _ERRORS as error:
            yield ProbeStep(assumption, False, str(error), advice)
            return
        counts = Counter(season for link in tables for season in link.seasons)
        named = ", ".join(f"{season}: {count}" for season, count in sorted(counts.items()))
        if not counts:
            found = f"{page.address}: {len(tables)} such files, and none names a season: {_shown(page.links)}"
            yield ProbeStep(assumption, False, found, advice, is_needed=False)
            return
        yield ProbeStep(assumption, True, f"{page.address}: files by season: {named}")
        season = self.season or Season(max(counts))
        for table in self.source.data_tables(season):
            yield ProbeStep(
                "there is a mapping for each of them",
                table.has_mapping,
                f"{table.address}: {table.mapping_address}{'' if table.has_mapping else ' is not there'}",
                "" if table.has_mapping else "write it (docs/runbooks/witnesses.md); the season goes on without",
                is_needed=False,
            )

    def _other_slugs(self) -> str:
        """Return advice for a council's page that was not found: which setting to change, and which pages have a
        similar name. These pages are looked for on the page that lies one level up in the site's addresses.
        """
        shape = self.source.shape
        above = shape.council_page.partition(SLUG)[0]
        advice = f"set REDRESS_SITE_COUNCIL_PAGE (now {shape.council_page}), or REDRESS_SITE_SLUGS for this council"
        try:
            paths = [urlsplit(link.address).path for link in self.source.page(shape.url + above).links]
        except _ERRORS as error:
            return f"{advice}; {error}"
        slugs = {path.removeprefix(above).partition("/")[0] for path in paths if path.startswith(above)}
        similar = difflib.get_close_matches(slugs_of(self.authority.name)[0], sorted(slugs - {""}), n=3, cutoff=0.5)
        if similar:
            return f"{advice}: {above} links to {', '.join(similar)}"
        return f"{advice}; {above} links to no page like it"

    def _read(self, content: bytes, name: str) -> Letter:
        with Readers(self.reading_limits) as readers:
            return next(iter(readers.read([File(name, content)])))


def new_probe(settings: Settings, name: str, season: Season | None, today: dt.date) -> Probe:
    """Return a probe of the site that the settings name. The probe makes few requests, and takes no page from a
    cache.

    `name` is a council's id, or its name on the season's last day (today if no season is given). Raises SourceError
    if no council has the id or the name, or if REDRESS_CONTACT names nobody.
    """
    authorities = load_authorities(additional=settings.additional_authorities)
    day = today if season is None else season.period_end
    by_id = {authority.authority_id: authority for authority in authorities.alive_on(day)}
    resolution = authorities.resolve(name, day)
    authority = by_id.get(name) or resolution.authority
    if authority is None:
        raise SourceError(resolution.reason)
    rules = dataclasses.replace(http_rules(settings), attempts=ATTEMPTS)
    client = HttpClient(allowed_addresses(settings), rules, most_requests=MOST_REQUESTS)
    source = SiteSource(site_shape(settings), client, authorities)
    return Probe(source, authority, season, settings.reading_limits)


def _in_words(letter: Letter) -> str:
    return f"{letter.verdict}, {letter.reason}, {len(letter.figures)} figures"


def _texts_like_letters(page: WebPage) -> str:
    try:
        links = page.links
    except FetchError as error:
        return str(error)
    like = [link for link in links if "letter" in link.text.lower() or "annual" in link.text.lower()]
    return f"set REDRESS_SITE_LETTERS_LINK_TEXTS; its links: {_shown(tuple(like) or links)}"


def _shown(links: tuple[Link, ...]) -> str:
    if not links:
        return "none"
    more = f" and {len(links) - _LINKS_SHOWN} more" if len(links) > _LINKS_SHOWN else ""
    return "; ".join(str(link) for link in links[:_LINKS_SHOWN]) + more
