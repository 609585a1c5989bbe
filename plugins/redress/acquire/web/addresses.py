"""Addresses: which of them may be asked. The site's own host, hosts named in settings, and no private network."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin

import httpx

from redress.acquire.source import FailureCause, FetchError, SourceError
from redress.model.printable import has_password

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses whose last 32 bits are the IPv4 address that is meant (RFC 6052)."""
_LOCAL_NAME = "localhost"


@dataclass(frozen=True)
class AllowedAddresses:
    """What may be fetched from: the host of `site_url` at its port, and `further_hosts` at the usual ports.

    A name alone allows nothing: each IP address that a name leads to must be one of the public internet, or none
    of them is connected to. Loopback is allowed in one case, where `site_url` itself names it, and for that host
    and port only: a copy of the site on one's own machine.
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
        """The site's address, taken apart."""
        try:
            return httpx.URL(self.site_url)
        except httpx.InvalidURL as error:
            raise SourceError(f'REDRESS_SITE_URL is "{self.site_url}", which is no address: {error}') from error

    def checked(self, address: str) -> httpx.URL:
        """An address taken apart, without its fragment. Raises FetchError where it may not be asked.

        Where the site is asked by https, so is a link of the kind http: nobody on the way can change a letter then.
        """
        if has_password(address):
            raise _refused("the address holds a user's name and password, and no address of a letter does")
        try:
            url = httpx.URL(address).copy_with(fragment=None)
        except httpx.InvalidURL as error:
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
        """Raise FetchError where one of the IP addresses that a host has may not be connected to."""
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
        """Whether the settings name loopback by an IP address or by its own name, not by one that may change."""
        host = host_of(self.site)
        if host == _LOCAL_NAME:
            return True
        try:
            return ipaddress.ip_address(host.strip("[]")).is_loopback
        except ValueError:
            return False


def allowed_addresses(site_url: str, further_hosts: Iterable[str]) -> AllowedAddresses:
    """What settings allow. Raises SourceError where `site_url` is no address of http or https."""
    return AllowedAddresses(
        site_url.rstrip("/"), frozenset(host.strip().lower().rstrip(".") for host in further_hosts)
    )


def joined(base: str, href: str) -> str:
    """The address that a link or redirect found at `base` leads to. Raises FetchError where it leads nowhere."""
    try:
        return urljoin(base, href.strip())
    except ValueError as error:
        raise _refused(f'"{href}", found at {base}, is no address: {error}') from error


def host_of(url: httpx.URL) -> str:
    """The host of an address as it is compared: lower case, in ASCII, without the root's dot."""
    return url.raw_host.decode("ascii").lower().rstrip(".")


def is_public(ip_address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an IP address is one of the public internet, and so is each that is hidden inside it."""
    if not ip_address.is_global or ip_address.is_multicast:
        return False
    if isinstance(ip_address, ipaddress.IPv4Address):
        return True
    hidden = [ip_address.ipv4_mapped, ip_address.sixtofour]
    if ip_address in _NAT64:
        hidden.append(ipaddress.IPv4Address(int(ip_address) & 0xFFFFFFFF))
    return all(is_public(one) for one in hidden if one is not None)


def _refused(detail: str) -> FetchError:
    return FetchError(FailureCause.ADDRESS_NOT_ALLOWED, detail)
