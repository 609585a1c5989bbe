"""For tests of the site as a source: the source, a letter's reference, and the error that a fetch raises."""

from pathlib import Path

import pytest

from redress.acquire.source import Fetched, FetchError, Reference
from redress.acquire.sources.site import SiteShape, SiteSource
from redress.acquire.web.page_cache import PageCache
from redress.model.authorities import Authorities
from redress.model.season import Season
from tests.acquire.site_server import TABLES_PAGE, SiteServer, client_of
from tests.made import SEASON

PAGE_OF_2021 = (
    b"<title>Pellonshire</title><h1>Pellonshire</h1><p>for the period between 1 April 2020 to 31 March 2021</p>"
)


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


def reference(source: SiteSource, authority_id: str = "SAMPLE-01", season: Season = SEASON) -> Reference:
    return next(one for one in source.references(season) if one.authority_id == authority_id)


def fetched_before(site: SiteServer, authorities: Authorities, folder: Path) -> tuple[Reference, Fetched]:
    """Fetch a letter as an earlier run would, and keep pages in the cache. Return its reference and the result."""
    first = source_of(site, authorities, folder)
    one = reference(first)
    return one, first.fetch(one)


def refused(source: SiteSource, one: Reference) -> FetchError:
    with pytest.raises(FetchError) as raised:
        source.fetch(one)
    return raised.value
