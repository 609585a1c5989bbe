"""Let httpx connect only to checked IP addresses, and limit the time of each request."""

import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from redress.acquire.source import SourceError
from redress.acquire.web.addresses import AllowedAddresses
from redress.model.printable import printable

Resolve = Callable[[str, int], list[str]]
"""A function that takes a host and a port, and returns the host's IP addresses in the order in which they are
tried. It raises OSError if the host has none."""

CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables of the environment that name certificates to use in place of the certificates of the package
certifi."""

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Limit the time in which this thread may connect, read and write during the block. After that time, raise
    httpcore.TimeoutException.

    Timeouts of a single read are not enough: a server that sends a byte now and then never exceeds them.
    """
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def resolve(host: str, port: int) -> list[str]:
    """Return a host's IP addresses, by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class CheckedTransport(httpx.BaseTransport):
    """A transport that, for each connection, looks up the IP addresses of the host once, checks these IP addresses,
    and connects to one of them.

    If the host's name leads to other IP addresses a moment later (DNS rebinding), that has no effect. A failure of
    the network raises an error of httpcore, not of httpx. An IP address that may not be connected to raises
    FetchError.
    """

    def __init__(self, allowed: AllowedAddresses, at_a_time: int, resolve: Resolve = resolve) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(),
            max_connections=None,  # `Pace` limits how many requests run
            max_keepalive_connections=at_a_time,
            keepalive_expiry=30,
            network_backend=_CheckedBackend(allowed, resolve),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request that has no body, and return the answer; the answer's body has still to be read."""
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                extensions=request.extensions,
            )
        )
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def _ssl_context() -> SSLContext:
    """Return the context that checks servers' certificates. Raise SourceError if certificates cannot be loaded."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        named = (f"{name}={os.environ[name]}" for name in CERTIFICATE_VARIABLES if os.environ.get(name))
        place = next(named, "those of the package certifi")  # httpx then looks at no other variable
        raise SourceError(
            f"the certificates that servers are checked with cannot be loaded ({printable(place)}): "
            f"{error.strerror or error}; unset the variable, or name a file that is there"
        ) from error


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _CheckedBackend(httpcore.NetworkBackend):
    def __init__(self, allowed: AllowedAddresses, resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = self._resolve(host.strip("[]"), port)
        except OSError as error:
            raise httpcore.ConnectError(f"the name {host} leads nowhere: {error.strerror}") from error
        except UnicodeError as error:
            raise httpcore.ConnectError(f"{host} is no name of a host: {error}") from error
        self._allowed.check_ip_addresses(host, port, found)
        failure: Exception = httpcore.ConnectError(f"the name {host} leads nowhere")
        for ip_address in found:
            try:
                stream = self._sockets.connect_tcp(ip_address, port, _left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream)
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A connection in which no wait is longer than the time that is left for the whole request."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None) -> float | None:
    ends_at = _ends_at.get()
    if ends_at is None:
        return timeout
    left = ends_at - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the request took longer than a whole request may")
    return left if timeout is None else min(timeout, left)
