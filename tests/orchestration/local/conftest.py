"""One running Airflow for the tests of a module, and a site from which its runs can have letters."""

from collections.abc import Iterator

import pytest

from tests.acquire.site_server import SiteServer, site_server
from tests.orchestration.local.running import RunningAirflow, running_airflow


@pytest.fixture(scope="module")
def site() -> Iterator[SiteServer]:
    """The only site that runs may fetch from."""
    with site_server() as one:
        yield one


@pytest.fixture(scope="module")
def airflow(site: SiteServer) -> Iterator[RunningAirflow]:
    """A running Airflow. Its runs take the sample letters where they name no other source."""
    with running_airflow(
        REDRESS_SITE_URL=site.url,
        REDRESS_CONTACT="tests@example.org",
        REDRESS_FETCH_ATTEMPTS="1",
        REDRESS_FETCH_GAP_SECONDS="0",
    ) as one:
        yield one
