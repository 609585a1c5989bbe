"""A season of made-up letters on a loopback site, with a manifest that names them, for acquiring at full speed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.settings import Settings
from tests.acquire.site_server import PDF, Given, SiteServer, site_server

SEASON = Season(2021)
FETCHES_AT_A_TIME = 8
PADDING_BYTES = 40_000
"""The number of zero bytes in each letter, which make it as large as a real letter: some tens of kilobytes."""


@dataclass(frozen=True)
class LettersServer:
    """The site, the manifest of its letters, and settings for fetching at full speed."""

    site: SiteServer
    manifest: Path
    authority_ids: tuple[str, ...]

    def settings(self, home: Path, **changes: object) -> Settings:
        return Settings(**(self.environment(home) | changes))  # type: ignore[arg-type]

    def environment(self, home: Path) -> dict[str, object]:
        """Return the settings for a home, by name."""
        return {
            "home": str(home),
            "site_url": self.site.url,
            "contact": "tests@example.org",
            "fetch_at_a_time": FETCHES_AT_A_TIME,
            "fetch_gap_seconds": 0,
            "fetch_attempts": 2,
            "fetch_backoff_seconds": 0.01,
            "fetch_longest_wait_seconds": 0.05,
            "fetch_read_timeout_seconds": 10,
        }

    @property
    def source(self) -> str:
        return f"manifest:{self.manifest}"

    def path(self, number: int) -> str:
        """Return the path of a letter on the site, by the letter's number."""
        return f"/letters/{number}.pdf"

    def give(self, number: int, content: bytes, **changes: object) -> None:
        """Put a letter on the site, in place of the earlier letter with this number."""
        given = Given(content, content_type=PDF, etag=f'"{hash(content)}"', **changes)  # type: ignore[arg-type]
        self.site.give(self.path(number), given)


@contextmanager
def letters_server(folder: Path, count: int) -> Iterator[LettersServer]:
    """Serve this many letters of the season, each with bytes of its own. With more letters than councils, some
    councils have two letters.
    """
    ids = tuple(authority.authority_id for authority in load_authorities().expected_in(SEASON))
    # with more letters than councils, some councils have two, like a successor that receives a predecessor's too
    whose = [ids[number % len(ids)] for number in range(count)]
    with site_server() as site:
        manifest = folder / "manifest.csv"
        rows = [f"{SEASON},{whose[number]},{site.url}/letters/{number}.pdf" for number in range(count)]
        manifest.write_text("\n".join(["season,authority,address", *rows]))
        server = LettersServer(site, manifest, tuple(whose))
        for number in range(count):
            server.give(number, letter(number))
        yield server


def letter(number: int, text: str = "a letter") -> bytes:
    """Return bytes that begin and end like a PDF and differ for each number."""
    return f"%PDF-1.4 {text} {number} ".encode() + bytes(PADDING_BYTES) + b"%%EOF"
