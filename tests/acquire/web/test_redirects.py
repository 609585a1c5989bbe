"""Redirects and names of hosts lead to the site and to allowed hosts of the public internet, and nowhere else."""

import ipaddress
from collections.abc import Iterator

import pytest

from redress.acquire.source import FailureCause, FetchError, SourceError
from redress.acquire.web.addresses import allowed_addresses, is_public
from redress.acquire.web.client import HttpClient
from tests.acquire.site_server import PDF, Given, SiteServer, client_of, impatient, site_server
from tests.acquire.web.asking import failure

LETTER = Given(b"%PDF-1.7 a letter", content_type=PDF, etag='"one"')


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with site_server() as server:
        server.give("/letter", LETTER)
        yield server


def test_redirects_within_the_site_are_followed_to_the_last_address(site: SiteServer) -> None:
    site.give("/a", Given(status=301, headers={"Location": "b"}))
    site.give("/b", Given(status=307, headers={"Location": f"{site.url}/letter#page=2"}))
    with client_of(site) as client:
        answer = client.get(f"{site.url}/a")
    assert (answer.content, answer.address) == (LETTER.body, f"{site.url}/letter")


def test_redirects_in_a_circle_are_named(site: SiteServer) -> None:
    site.give("/a", Given(status=302, headers={"Location": "/b"}))
    site.give("/b", Given(status=302, headers={"Location": "/a"}))
    error = failure(site, "/a")
    assert error.cause is FailureCause.ADDRESS_NOT_ALLOWED
    assert "in a circle" in str(error)
    assert site.paths() == ["/a", "/b"]


def test_five_redirects_are_followed_and_a_sixth_is_not(site: SiteServer) -> None:
    for number in range(6):
        site.give(f"/{number}", Given(status=302, headers={"Location": f"/{number + 1}"}))
    site.give("/6", LETTER)
    assert "redirects more than 5 times" in str(failure(site, "/0"))
    with client_of(site) as client:
        assert client.get(f"{site.url}/1").content == LETTER.body


@pytest.mark.parametrize(
    "target",
    [
        "http://elsewhere.example/letter",
        "//elsewhere.example/letter",
        "file:///etc/passwd",
        "ftp://127.0.0.1/letter",
        "http://127.0.0.1/letter",
        "http://user:secret@127.0.0.1:{port}/letter",
        "http://localhost:{port}/letter",
        "http://[::1]:{port}/letter",
        "http://2130706433:{port}/letter",
        "http://127.1:{port}/letter",
        "http://10.0.0.1/letter",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::1/broken",
        "http:///letter",
        "gopher:x",
    ],
)
def test_a_redirect_to_elsewhere_is_not_followed(site: SiteServer, target: str) -> None:
    site.give("/letter", Given(status=302, headers={"Location": target.format(port=site.port)}))
    assert failure(site, "/letter").cause is FailureCause.ADDRESS_NOT_ALLOWED
    assert site.paths() == ["/letter"]


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "127.0.0.1", "::1", "fe80::1", "fd00::1"])
def test_a_host_that_settings_allow_may_not_lead_into_a_private_network(site: SiteServer, address: str) -> None:
    site.give("/letter", Given(status=302, headers={"Location": "http://files.example/letter"}))
    found = {"files.example": [address]}
    client = HttpClient(
        allowed_addresses(site.url, ["files.example"]),
        impatient(),
        resolve=lambda host, _: found.get(host, [host]),
    )
    with client, pytest.raises((FetchError, SourceError), match="no address of the public internet"):
        client.get(f"{site.url}/letter")


def test_a_name_that_really_leads_to_loopback_is_refused(site: SiteServer) -> None:
    site.give("/letter", Given(status=302, headers={"Location": "http://localhost/letter"}))
    with (
        client_of(site, "localhost") as client,
        pytest.raises((FetchError, SourceError), match="localhost leads to"),
    ):
        client.get(f"{site.url}/letter")


def test_a_site_by_a_name_may_not_lead_to_loopback() -> None:
    with site_server() as server:
        allowed = allowed_addresses(f"http://site.example:{server.port}", ())
        client = HttpClient(allowed, impatient(), resolve=lambda *_: ["127.0.0.1"])
        with client, pytest.raises((FetchError, SourceError), match=r"site\.example leads to 127\.0\.0\.1"):
            client.get(f"http://site.example:{server.port}/letter")
        assert server.asked == []


def test_what_was_checked_is_connected_to_and_not_what_the_name_leads_to_by_then(site: SiteServer) -> None:
    """The name leads to 127.0.0.1, where the site listens; the resolved and checked address is 127.0.0.2."""
    allowed = allowed_addresses(f"http://localhost:{site.port}", ())
    with (
        HttpClient(allowed, impatient(attempts=1), resolve=lambda *_: ["127.0.0.2"]) as client,
        pytest.raises(SourceError, match="broke off"),
    ):
        client.get(f"http://localhost:{site.port}/letter")
    assert site.asked == []
    with HttpClient(allowed, impatient(), resolve=lambda *_: ["127.0.0.2", "127.0.0.1"]) as client:
        assert client.get(f"http://localhost:{site.port}/letter").status == 200


def test_loopback_is_open_to_the_site_alone() -> None:
    allowed = allowed_addresses("http://127.0.0.1", ["files.example"])
    allowed.check_ip_addresses("127.0.0.1", 80, ["127.0.0.1"])
    for host, port, found in (
        ("files.example", 80, "127.0.0.1"),
        ("127.0.0.1", 8080, "127.0.0.1"),
        ("127.0.0.1", 80, "10.0.0.1"),
    ):
        with pytest.raises(FetchError, match="no address of the public internet"):
            allowed.check_ip_addresses(host, port, [found])


@pytest.mark.parametrize(
    ("ip_address", "expected"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07::1", True),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("224.0.0.1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(ip_address: str, expected: bool) -> None:
    assert is_public(ipaddress.ip_address(ip_address)) is expected


def test_a_site_asked_by_https_is_never_asked_by_http() -> None:
    allowed = allowed_addresses("https://www.lgo.org.uk/", ["files.example.org"])
    assert str(allowed.checked("http://www.LGO.org.uk./a b.pdf#x")) == "https://www.lgo.org.uk./a%20b.pdf"
    assert str(allowed.checked("http://files.example.org/a")) == "https://files.example.org/a"
    for address in ("http://www.lgo.org.uk:80", "https://www.lgo.org.uk:8443/a", "https://lgo.org.uk/a"):
        with pytest.raises(FetchError) as raised:
            allowed.checked(address + "80/a" if address.endswith(":80") else address)
        assert raised.value.cause is FailureCause.ADDRESS_NOT_ALLOWED


@pytest.mark.parametrize("url", ["", "www.lgo.org.uk", "ftp://www.lgo.org.uk", "https://", "https://a:b"])
def test_a_site_that_is_no_address_is_said(url: str) -> None:
    with pytest.raises(SourceError, match="REDRESS_SITE_URL"):
        allowed_addresses(url, ())
