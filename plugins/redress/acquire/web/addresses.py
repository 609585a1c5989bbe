"""Which addresses may be fetched: those of the site's host and of the hosts in the settings, never of a private
network.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin

import httpx

from redress.acquire.source import FailureCause, FetchError, SourceError
from redress.model.printable import has_password

LONGEST_ADDRESS_CHARACTERS = 4096
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""The IPv6 addresses that hold an IPv4 address in their last 32 bits (RFC 6052)."""
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""The IPv6 addresses that are given to networks of the public internet (RFC 4291, 2.4)."""
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocols (RFC 6890)
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "2001::/23",  # protocols, such as Teredo, with an IPv4 address in each of its addresses (RFC 4380)
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, with an IPv4 address in each address (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
"""Ranges of IP addresses that nothing is fetched from, because they are not public or hold an IPv4 address. Some
versions of Python's ipaddress call some of them public."""
_LOCAL_NAME = "localhost"


@dataclass(frozen=True)
class AllowedAddresses:
    """The addresses that may be fetched: the host of `site_url` at its port, and `further_hosts` at the usual
    ports.

    The name of a host is not enough: each IP address of the host must be public, or no connection is made. Loopback
    is allowed only if `site_url` itself names it, and only for that host and port: a copy of the site on the user's
    own machine.
    """

    site_url: str
    further_hosts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if has_password(self.site_url):
            raise SourceError("REDRESS_SITE_URL holds a password; the site is asked without one: leave it out")
        if self.site.scheme not in ("http", "https") or not self.site.host:
            raise SourceError(
                f'REDRESS_SITE_URL is "{self.site_url}"; expected an address such as https://www.lgo.org.uk'
            )

    @cached_property
    def site(self) -> httpx.URL:
        """The site's address as a parsed URL."""
        try:
            return httpx.URL(self.site_url)
        except httpx.InvalidURL as error:
            raise SourceError(f'REDRESS_SITE_URL is "{self.site_url}", which is no address: {error}') from error

    def checked(self, address: str) -> httpx.URL:
        """Return an address as a parsed URL, without its fragment. Raise FetchError if the address may not be
        fetched.

        If the site is fetched by https, an http address becomes an https address, so that nobody on the way can
        change a letter.
        """
        if has_password(address):
            raise _refused("the address holds a user's name and password, and no address of a letter does")
        _check_length(address)
        try:
            url = httpx.URL(address).copy_with(fragment=None)
        except (httpx.InvalidURL, UnicodeError) as error:
            raise _refused(f'"{address}" is no address: {error}') from error
        if url.scheme not in ("http", "https"):
            raise _refused(f"{address} is not an address of http or https, and nothing else is fetched from a site")
        if url.userinfo:
            raise _refused(f"{address} holds a user's name, and no address of a letter does")
        if self.site.scheme == "https" and url.scheme == "http" and url.port is None:
            url = url.copy_with(scheme="https")
        host = host_of(url)
        if host == host_of(self.site):
            if url.port != self.site.port:
                raise _refused(f"{address} is at another port than REDRESS_SITE_URL ({self.site_url})")
        elif host not in self.further_hosts:
            raise _refused(
                f"{address} is at the host {host}, which is not the site's; "
                "if it is the Ombudsman's, name it in REDRESS_ALLOWED_HOSTS"
            )
        elif url.port is not None:
            raise _refused(f"{address} is at a port of its own, and {host} is only asked at the usual ones")
        return url

    def check_ip_addresses(self, host: str, port: int, found: Sequence[str]) -> None:
        """Raise FetchError if a host has an IP address that may not be connected to."""
        for text in found:
            ip_address = ipaddress.ip_address(text.partition("%")[0])
            if is_public(ip_address):
                continue
            if ip_address.is_loopback and self._is_the_sites_own(host, port):
                continue
            raise _refused(
                f"{host} leads to {text}, which is no address of the public internet: nothing is fetched from there"
            )

    def _is_the_sites_own(self, host: str, port: int) -> bool:
        usual_port = 443 if self.site.scheme == "https" else 80
        return (
            self._is_site_loopback and host.lower() == host_of(self.site) and port == (self.site.port or usual_port)
        )

    @cached_property
    def _is_site_loopback(self) -> bool:
        """Return whether the site's address in the settings has loopback as its host, as an IP address or as
        "localhost". Any other name does not count, because its IP address may change.
        """
        host = host_of(self.site)
        if host == _LOCAL_NAME:
            return True
        try:
            return ipaddress.ip_address(host.strip("[]")).is_loopback
        except ValueError:
            return False


def allowed_addresses(site_url: str, further_hosts: Iterable[str]) -> AllowedAddresses:
    """Return the addresses that the settings allow. Raise SourceError if `site_url` is no http(s) address, or holds
    a password.
    """
    return AllowedAddresses(
        site_url.rstrip("/"), frozenset(host.strip().lower().rstrip(".") for host in further_hosts)
    )


def joined(base: str, href: str) -> str:
    """Return the whole address of `href`, a link or redirect that was found at the address `base`. Raise FetchError
    if `href` is too long, or makes no address.
    """
    _check_length(href)
    try:
        return urljoin(base, href.strip())
    except ValueError as error:
        raise _refused(f'"{href}", found at {base}, is no address: {error}') from error


def _check_length(address: str) -> None:
    if len(address) > LONGEST_ADDRESS_CHARACTERS:
        raise _refused(
            f'"{address[:60]}..." has {len(address)} characters, and no address of a letter has more than '
            f"{LONGEST_ADDRESS_CHARACTERS}"
        )


def host_of(url: httpx.URL) -> str:
    """Return the host of an address in the form in which hosts are compared: lower case, ASCII, without a final
    dot.
    """
    return url.raw_host.decode("ascii").lower().rstrip(".")


def is_public(ip_address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether an IP address is public. An IPv6 address of NAT64 is public if the IPv4 address in it is
    public.
    """
    if ip_address in _NAT64:
        return is_public(ipaddress.IPv4Address(int(ip_address) & 0xFFFFFFFF))
    if ip_address.version == 6 and ip_address not in _GLOBAL_UNICAST:
        return False
    is_special = any(ip_address in network for network in _NOT_PUBLIC)
    return ip_address.is_global and not ip_address.is_multicast and not is_special


def _refused(detail: str) -> FetchError:
    return FetchError(FailureCause.ADDRESS_NOT_ALLOWED, detail)
