"""The page cache: the last version of each page that was fetched on the way to a letter, so that the site sends
only changed pages again.

The cache can be deleted at any time: a page that is missing or damaged is fetched whole.
"""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from redress.acquire.source import Validators
from redress.acquire.sources.links import WebPage
from redress.files.lines import stated_json
from redress.files.store import StoreError, WholeFiles


@dataclass(frozen=True)
class PageCache:
    """A folder with one file for each address: first a line of JSON about the page, then the page's bytes."""

    folder: Path

    def get(self, address: str) -> WebPage | None:
        """Return the kept page of an address; None if no page of the address is kept, or if the file is damaged."""
        try:
            line, _, content = self._files.read(_name(address)).partition(b"\n")
            about = stated_json(line)
            if hashlib.sha256(content).hexdigest() != about["sha256"]:
                return None
            validators = Validators(about["etag"], about["last_modified"])
            return WebPage(content, about["address"], validators, about["charset"])
        except (OSError, StoreError, ValueError, KeyError, TypeError):
            return None

    def put(self, address: str, page: WebPage) -> None:
        """Keep a page if its server gave validators, by which the server can later tell whether the page has
        changed. Any other page is fetched whole next time.
        """
        if page.validators == Validators():
            return
        about = {
            "asked_for": address,
            "address": page.address,
            "etag": page.validators.etag,
            "last_modified": page.validators.last_modified,
            "charset": page.charset,
            "sha256": hashlib.sha256(page.content).hexdigest(),
        }
        with suppress(StoreError):
            self._files.write(_name(address), json.dumps(about).encode() + b"\n" + page.content)

    @property
    def _files(self) -> WholeFiles:
        return WholeFiles(str(self.folder))


def _name(address: str) -> str:
    return f"{hashlib.sha256(address.encode()).hexdigest()}.page"
