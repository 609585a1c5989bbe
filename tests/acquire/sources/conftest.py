"""A site with the letters of one council, and a source that reads the site."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from redress.acquire.sources.site import SiteSource
from redress.model.authorities import Authorities
from tests.acquire.site_server import SiteServer, sample, site_server
from tests.acquire.sources.site_sources import PAGE_OF_2021, source_of
from tests.made import PELLONSHIRE


@pytest.fixture
def site() -> Iterator[SiteServer]:
    """A site on which one council has a page of 2021 and letters of three seasons."""
    with site_server() as server:
        letters = {season: sample(season, PELLONSHIRE) for season in (2021, 2022, 2023)}
        server.play_council(PELLONSHIRE, letters, page=PAGE_OF_2021)
        yield server


@pytest.fixture
def source(site: SiteServer, authorities: Authorities, tmp_path: Path) -> SiteSource:
    return source_of(site, authorities, tmp_path)
