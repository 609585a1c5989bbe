"""Print a season's page as a PDF, for a committee. WeasyPrint makes the PDF from the page itself.

WeasyPrint needs the system's library Pango (Debian: libpango-1.0-0 and libpangoft2-1.0-0). Without Pango, the site
has no PDFs, and the message of the build says so.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html

from redress.report.site.contents import SiteContents
from redress.report.site.folder import SiteFolder
from redress.report.site.jobs import digest_of
from redress.report.site.season_pages import season_address


def why_no_pdfs() -> str | None:
    """If PDFs cannot be printed, return why, in words; otherwise return None."""
    try:
        import weasyprint  # noqa: F401 -- loads Pango
    except OSError as error:
        return f"there are no PDFs, because WeasyPrint cannot load Pango: {error}"
    return None


def put_pdfs(folder: SiteFolder, contents: SiteContents) -> None:
    """Put the PDF of each season into the site's folder."""
    for season in contents.seasons:
        page = folder.new / season_address(season)
        path = season_address(season).replace(".html", ".pdf")
        digest = digest_of("pdf", path, {"page": page.read_text(encoding="utf-8")})
        if folder.link(path, digest) is None:
            folder.write(path, _printed(page, folder.new), digest)


def _printed(page: Path, site: Path) -> bytes:
    """Return a page as a PDF, without the page's links. Only files of the site are loaded."""
    from weasyprint import HTML  # loads Pango
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class SiteFetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            file = Path(unquote(urlsplit(url).path)).resolve()
            if urlsplit(url).scheme != "file" or not file.is_relative_to(site.resolve()):
                raise ValueError(f"{url} lies outside the site")
            return super().fetch(url, headers)

    document = html.document_fromstring(page.read_text(encoding="utf-8"))
    for link in document.iter("a"):
        link.attrib.pop("href", None)
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # it warns of each style that is for screens alone
    text = html.tostring(document, encoding="unicode", doctype="<!doctype html>")
    with _fonts_without_a_date():
        printed: bytes = HTML(string=text, base_url=page.as_uri(), url_fetcher=SiteFetcher()).write_pdf()
    return printed


@contextmanager
def _fonts_without_a_date() -> Iterator[None]:
    """Give one fixed date to the fonts in a PDF, so that a page gives the same bytes at any time.

    Where the system has no library HarfBuzz-Subset, WeasyPrint uses fontTools to reduce fonts to the characters in
    use. fontTools writes a time into each font: the time in SOURCE_DATE_EPOCH or, if that is not set, the present
    time.
    """
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
