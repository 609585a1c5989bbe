"""A function for tests that ask a server and expect a failure."""

import pytest

from redress.acquire.source import FetchError
from tests.acquire.site_server import SiteServer, client_of


def failure(site: SiteServer, path: str, *hosts: str, **rules: object) -> FetchError:
    with client_of(site, *hosts, **rules) as client, pytest.raises(FetchError) as raised:
        client.get(site.url + path)
    return raised.value
