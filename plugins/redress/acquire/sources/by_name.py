"""Find a source by its name: "site", "manifest:<address>", "folder:<path>", or a path."""

from pathlib import Path
from typing import TYPE_CHECKING

from redress.acquire.source import Source, SourceError
from redress.acquire.sources.folder import FolderSource
from redress.model.source_forms import SOURCE_FORMS

if TYPE_CHECKING:
    from redress.acquire.sources.site import SiteShape
    from redress.acquire.web.addresses import AllowedAddresses
    from redress.acquire.web.client import HttpRules
    from redress.settings import Settings

SITE = "site"


def source_of(text: str, settings: "Settings") -> Source:
    """Return the source that a text names; a path alone names a folder. Raise SourceError if the text names no
    source, or if the source cannot be used.

    The text can also be the name of a source: `source_of(source.name, settings)` returns a source of the same
    letters.
    """
    if not text:
        how = "with --from or REDRESS_SOURCE"
        raise SourceError(f"say where the letters come from, {how}: expected {SOURCE_FORMS}")
    kind, separator, place = text.partition(":")
    if kind == SITE:
        return _site(settings, place)
    if separator and kind == "manifest":
        return _manifest(settings, place)
    if separator and kind == "folder":
        return FolderSource(Path(place).absolute())
    if not separator:
        return FolderSource(Path(text).absolute())
    raise SourceError(f'"{text}" names no source; expected {SOURCE_FORMS}')


def http_rules(settings: "Settings") -> "HttpRules":
    """Return the rules for requests that the settings give. Raise SourceError if REDRESS_CONTACT is no e-mail
    address or web page.
    """
    from redress.acquire.web.client import HttpRules

    return HttpRules(
        contact=settings.contact,
        at_a_time=settings.fetch_at_a_time,
        gap_seconds=settings.fetch_gap_seconds,
        connect_timeout_seconds=settings.fetch_connect_timeout_seconds,
        read_timeout_seconds=settings.fetch_read_timeout_seconds,
        timeout_seconds=settings.fetch_timeout_seconds,
        attempts=settings.fetch_attempts,
        backoff_seconds=settings.fetch_backoff_seconds,
        longest_wait_seconds=settings.fetch_longest_wait_seconds,
        largest_bytes=settings.fetch_largest_mebibytes * 1024 * 1024,
    )


def allowed_addresses(settings: "Settings") -> "AllowedAddresses":
    """Return the addresses that may be fetched according to the settings. Raise SourceError if REDRESS_SITE_URL is
    no http(s) address, or holds a password.
    """
    from redress.acquire.web import addresses

    return addresses.allowed_addresses(settings.site_url, settings.allowed_hosts)


def site_shape(settings: "Settings") -> "SiteShape":
    """Return the shape that the site has according to the settings. Raise SourceError if a setting is wrong."""
    from redress.acquire.sources.site import SiteShape

    return SiteShape(
        url=allowed_addresses(settings).site_url,
        council_page=settings.site_council_page,
        letters_link_texts=settings.site_letters_link_texts,
        data_tables_page=settings.site_data_tables_page,
        mappings_folder=settings.data_table_mappings_folder,
        slugs=settings.site_slugs,
    )


def _site(settings: "Settings", url: str) -> Source:
    from redress.acquire.sources.site import SiteSource
    from redress.acquire.web.client import HttpClient
    from redress.acquire.web.page_cache import PageCache
    from redress.model.reference import load_authorities

    shape = site_shape(settings)
    if url not in ("", shape.url):
        raise SourceError(
            f"the site {url} is not that of REDRESS_SITE_URL ({shape.url}); set it, and name just: site"
        )
    client = HttpClient(allowed_addresses(settings), http_rules(settings))
    authorities = load_authorities(additional=settings.additional_authorities)
    return SiteSource(shape, client, authorities, PageCache(settings.page_cache_folder))


def _manifest(settings: "Settings", address: str) -> Source:
    from redress.acquire.sources.manifest import ManifestSource
    from redress.acquire.web.client import HttpClient
    from redress.model.reference import load_authorities

    authorities = load_authorities(additional=settings.additional_authorities)
    return ManifestSource(
        address,
        authorities,
        lambda: HttpClient(allowed_addresses(settings), http_rules(settings)),
        settings.fetch_at_a_time,
    )
