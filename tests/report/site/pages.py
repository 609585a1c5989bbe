"""Functions by which tests read the site's pages, and the release that the pages show."""

from ctypes.util import find_library
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb
import pytest
from lxml import html

from redress.report.council_words import number

needs_pango = pytest.mark.skipif(
    find_library("pango-1.0") is None, reason="Pango is not installed (Debian: apt-get install libpango-1.0-0)"
)


def all_pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def parsed(page: Path) -> html.HtmlElement:
    return html.document_fromstring(page.read_text(encoding="utf-8"))


def table_rows(page: Path, name: str) -> list[list[str]]:
    """Return the cells of the table with a name, row by row, as a person reads them, but without notes."""
    (region,) = parsed(page).xpath("//div[@role='region'][@aria-label=$name]", name=name)
    rows = []
    for row in region.xpath(".//tbody/tr"):
        for note in row.xpath(".//small"):
            note.getparent().remove(note)
        rows.append([" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")])
    return rows


def broken_links(site: Path) -> list[str]:
    """Return a line for every address on the pages that leads elsewhere, to no file, or to no place on a page."""
    broken = []
    anchors: dict[Path, frozenset[str]] = {}
    for page in all_pages(site):
        for element in parsed(page).xpath("//*[@href or @src]"):
            address = element.get("href") or element.get("src")
            parts = urlsplit(address)
            if parts.scheme:
                is_shown_only = element.tag == "a" and parts.scheme in ("http", "https")
                if not is_shown_only:
                    broken.append(f"{page.relative_to(site)}: {address} is elsewhere")
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not target.is_file() or not target.is_relative_to(site.resolve()):
                broken.append(f"{page.relative_to(site)}: {address} leads to no file")
            elif parts.fragment and target.suffix == ".html" and target.name != "compare.html":
                if target not in anchors:
                    anchors[target] = frozenset(parsed(target).xpath("//@id"))
                if unquote(parts.fragment) not in anchors[target]:
                    broken.append(f"{page.relative_to(site)}: {address} leads to no place")
    return broken


def rows_of(release: Path, query: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as warehouse:
        found = warehouse.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def shown(value: Decimal | int | None, unit: str = "") -> str:
    return "–" if value is None else number(value, unit).replace("-", "−")
