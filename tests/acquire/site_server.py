"""A site on loopback: a real HTTP server that plays the Ombudsman's site, well or badly."""

import hashlib
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urlsplit

from redress.acquire.sources.site import slugs_of
from redress.acquire.web.addresses import allowed_addresses
from redress.acquire.web.client import HttpClient, HttpRules

LETTERS = Path(__file__).resolve().parents[2] / "samples" / "letters"
PDF = "application/pdf"
HTML = "text/html; charset=utf-8"
TABLES_PAGE = "/information-centre/reports/annual-review-reports/local-government-complaint-reviews"
ANY_COUNCIL = "/your-councils-performance/*/statistics"
"""The path at which tests give the answers for each council's statistics page that has no answers of its own."""


@dataclass(frozen=True)
class Given:
    """One answer of the site. The fields after `headers` can make the answer go wrong.

    A request that names the answer's `etag` gets 304. `length` is announced in place of the body's own length, and
    no length if `is_length_untold` is set. After `reset_at` bytes the connection is reset. `drip_seconds` pass
    before each byte of the body, and before each byte of the headers too if `is_head_slow` is set.
    """

    body: bytes = b""
    status: int = 200
    content_type: str = HTML
    etag: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    is_length_untold: bool = False
    reset_at: int | None = None
    drip_seconds: float = 0.0
    is_head_slow: bool = False


@dataclass
class Asked:
    """One request. `ended_at` is the time just before its answer, or a slow answer's last byte, was written."""

    path: str
    headers: dict[str, str]
    began_at: float
    ended_at: float = 0.0
    status: int = 0


class SiteServer:
    """A server on a free port of 127.0.0.1. A test sets the answers for each path."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[str, list[Given]] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def give(self, path: str, *answers: Given) -> None:
        """Answer requests for a path with these answers in turn, and all later requests with the last answer."""
        with self._lock:
            self._answers[path] = list(answers)

    def paths(self) -> list[str]:
        """Return the paths of all requests so far, without robots.txt."""
        return [one.path for one in self.asked if one.path != "/robots.txt"]

    def bodies_sent(self) -> list[str]:
        """Return the path of each request that was answered with status 200, without robots.txt."""
        return [one.path for one in self.asked if one.status == 200 and one.path != "/robots.txt"]

    def forget(self) -> None:
        """Forget the requests, and keep the answers."""
        with self._lock:
            self.asked.clear()

    def play_council(
        self,
        name: str,
        letters: Mapping[int, bytes],
        *,
        page: bytes | None = None,
        link_text: str = "View annual letters",
    ) -> str:
        """Serve a council's page, the list of its letters and each PDF, and return the council's slug."""
        slug = slugs_of(name)[0]
        start = f"/your-councils-performance/{slug}"
        list_path = f"{start}/annual-letters"
        link = f'<p><a href="{list_path}">{link_text}</a></p>'
        shown = page.decode() if page is not None else f"<html><title>{name}</title><h1>{name}</h1></html>"
        shown = shown.replace('<p><a href="/councils/letters">View annual letters</a></p>', "")
        shown = shown.replace("</h1>", f"</h1>{link}", 1)
        self.give(f"{start}/statistics", tagged(shown.encode()))
        items = []
        for season, content in letters.items():
            path = f"/documents/councilperformance/{season}/{name.lower()}.pdf"
            items.append(f'<li><a href="{path}">Annual review letter {season}</a></li>')
            self.give(quote(path), tagged(content, PDF))
        listed = (
            f"<html><title>Letters</title><nav><a href='/2021'>News 2021</a></nav><ul>{''.join(items)}</ul></html>"
        )
        self.give(list_path, Given(listed.encode(), etag=f'"{slug}-list-{len(items)}"'))
        return slug

    def play_tables(self, tables: Mapping[str, bytes]) -> None:
        """Serve the data tables, each under its file name, and a page with a link to each."""
        items = "".join(f'<li><a href="/assets/attach/1/{name}">A table</a></li>' for name in tables)
        self.give(
            TABLES_PAGE, Given(f"<html><title>Tables</title><ul>{items}</ul></html>".encode(), etag='"tables"')
        )
        for name, content in tables.items():
            self.give(f"/assets/attach/1/{name}", tagged(content, "text/csv"))

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _next(self, path: str) -> Given:
        with self._lock:
            parts = path.split("/")
            pattern = "/".join([*parts[:2], "*", *parts[3:]])
            answers = self._answers.get(path) or self._answers.get(pattern)
            if not answers:
                return Given(b"<html><title>Not found</title></html>", 404)
            return answers.pop(0) if len(answers) > 1 else answers[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._asked = Asked(self.path, headers, time.monotonic())
                with site._lock:
                    site.asked.append(self._asked)
                try:
                    given = site._next(urlsplit(self.path).path)
                    is_known = given.etag is not None and self.headers.get("If-None-Match") == given.etag
                    if is_known:
                        self._begin(Given(status=304, etag=given.etag, content_type=given.content_type))
                    else:
                        self._give(given)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _begin(self, given: Given) -> None:
                self.send_response(given.status)
                self.send_header("Content-Type", given.content_type)
                if given.is_length_untold:
                    self.close_connection = True
                elif given.status != 304:
                    self.send_header(
                        "Content-Length", str(len(given.body) if given.length is None else given.length)
                    )
                if given.etag is not None:
                    self.send_header("ETag", given.etag)
                for name, value in given.headers.items():
                    self.send_header(name, value)
                self._asked.status, self._asked.ended_at = given.status, time.monotonic()
                if given.is_head_slow:
                    self._drip(b"".join(self._headers_buffer), given.drip_seconds)
                    self._headers_buffer: list[bytes] = []
                self.end_headers()

            def _give(self, given: Given) -> None:
                self._begin(given)
                if given.drip_seconds:
                    self._drip(given.body, given.drip_seconds)
                elif given.reset_at is not None:
                    self.wfile.write(given.body[: given.reset_at])
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                    raise ConnectionResetError
                else:
                    self.wfile.write(given.body)
                if given.length is not None:
                    self.close_connection = True

            def _drip(self, content: bytes, seconds: float) -> None:
                for byte in content:
                    time.sleep(seconds)
                    self._asked.ended_at = time.monotonic()
                    self.wfile.write(bytes([byte]))

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Do nothing: tests let clients drop connections on purpose."""


@contextmanager
def site_server() -> Iterator[SiteServer]:
    """Run a site during the block."""
    server = SiteServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def sample(season: int, name: str) -> bytes:
    """Return the bytes of a sample letter."""
    return (LETTERS / str(season) / f"{slugs_of(name)[0]}.pdf").read_bytes()


def impatient(**changes: object) -> HttpRules:
    """Return rules for a site on this machine: no gap, short waits."""
    rules: dict[str, object] = {
        "contact": "tests@example.org",
        "gap_seconds": 0.0,
        "connect_timeout_seconds": 2.0,
        "read_timeout_seconds": 2.0,
        "timeout_seconds": 5.0,
        "attempts": 3,
        "backoff_seconds": 0.01,
        "longest_wait_seconds": 3.0,
        **changes,
    }
    return HttpRules(**rules)  # type: ignore[arg-type]


def client_of(site: SiteServer, *hosts: str, **rules: object) -> HttpClient:
    """Return a client that may fetch from a site and from other named hosts; `rules` change `impatient`."""
    return HttpClient(allowed_addresses(site.url, hosts), impatient(**rules))


def tagged(content: bytes, content_type: str = HTML) -> Given:
    """Return an answer with an ETag that depends on its bytes."""
    return Given(content, content_type=content_type, etag=f'"{hashlib.sha256(content).hexdigest()[:16]}"')


def page_with(*links: tuple[str, str], sentence: str = "") -> Given:
    """Return a page with links below a sentence; each link is a text and an address."""
    shown = "".join(f'<li><a href="{href}">{text}</a></li>' for text, href in links)
    return tagged(f"<html><title>A page</title><p>{sentence}</p><ul>{shown}</ul></html>".encode())


def in_turn(*statuses: int, then: Given) -> tuple[Given, ...]:
    """Return answers without a body with these statuses, followed by another answer."""
    return (*(Given(status=status) for status in statuses), then)
