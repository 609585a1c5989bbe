"""Pages of the browser, with notes of what goes wrong on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@dataclass
class Watched:
    """A page of the browser, and what went wrong on it."""

    page: "Page"
    faults: list[str] = field(default_factory=list)


@contextmanager
def watched(browser: "Browser", site: Path, width: int = 1200, *, bypass_csp: bool = False) -> Iterator[Watched]:
    """Yield a page of the browser, and note its scripts' errors, failed requests and requests outside a folder."""
    page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=bypass_csp)
    found = Watched(page)
    inside = f"{site.absolute().as_uri()}/"
    page.on("console", lambda said: found.faults.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.faults.append(str(error)))
    page.on("requestfailed", lambda request: found.faults.append(f"failed: {request.url}"))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(inside) else found.faults.append(f"elsewhere: {request.url}")
        ),
    )
    yield found
    page.close()


def violations(page: "Page") -> list[str]:
    """Return the faults of accessibility that axe finds on a page.

    The page must be opened with `bypass_csp`, because axe is a script and the page's policy forbids scripts.
    """
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
