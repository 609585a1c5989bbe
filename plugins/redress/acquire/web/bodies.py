"""Read the body of a server's answer to its end, and unpack it, within a limit of bytes."""

import zlib
from dataclasses import dataclass

import httpx

from redress.acquire.source import FailureCause, FetchError
from redress.model.file_kinds import has_end

GZIP = ("gzip", "x-gzip")
"""The names of gzip, the only coding that is asked for (RFC 9110, 8.4.1.3)."""
_UNPACKED = ("", "identity")
_GZIP_FORMAT = zlib.MAX_WBITS | 16
_SHOWN_CHARACTERS = 60


class BrokenBodyError(Exception):
    """A body ended too early or cannot be unpacked; another request may bring the whole body."""


@dataclass(frozen=True)
class BodyLimits:
    """The limits on a body: at most `largest_bytes`, both as sent and as unpacked.

    If `needs_end` is True and the server does not say where the body ends, the content must have the end mark of
    its kind (see `has_end`). False is for robots.txt, which has no end mark.
    """

    largest_bytes: int
    needs_end: bool = True


def read_body(response: httpx.Response, address: str, limits: BodyLimits) -> bytes:
    """Return the unpacked body of an answer.

    Raise FetchError if the body is larger than the limit or is packed in another way than gzip, and BrokenBodyError
    if the body is not whole.
    """
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > limits.largest_bytes:
        raise FetchError(
            FailureCause.TOO_LARGE,
            f"{address} has {announced} bytes, and no more than {limits.largest_bytes} are taken",
        )
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in (*_UNPACKED, *GZIP):
        raise FetchError(
            FailureCause.WRONG_CONTENT,
            f'{address} is packed as "{coding[:_SHOWN_CHARACTERS]}", and nothing but gzip is unpacked, once',
        )
    body = _Body(address, limits.largest_bytes, is_packed=coding in GZIP)
    for piece in response.iter_raw():
        body.add(piece)
    content = body.whole()
    has_said_end = bool(announced) or "Transfer-Encoding" in response.headers or coding in GZIP
    if limits.needs_end and not has_said_end and not has_end(content):
        raise BrokenBodyError("no length was announced, and the end of the content is missing")
    return content


class _Body:
    """The part of a body that has come so far. It never grows beyond the limit."""

    def __init__(self, address: str, largest_bytes: int, *, is_packed: bool) -> None:
        self._address = address
        self._largest_bytes = largest_bytes
        self._unpacker = zlib.decompressobj(_GZIP_FORMAT) if is_packed else None
        self._content = bytearray()
        self._sent_bytes = 0

    def add(self, sent: bytes) -> None:
        """Add a piece as it was sent. Raise FetchError or BrokenBodyError as `read_body` does."""
        self._sent_bytes += len(sent)
        piece = sent if self._unpacker is None else self._unpacked(self._unpacker, sent)
        if max(self._sent_bytes, len(self._content) + len(piece)) > self._largest_bytes:
            raise FetchError(
                FailureCause.TOO_LARGE,
                f"{self._address} has more than the {self._largest_bytes} bytes that are taken",
            )
        self._content += piece

    def whole(self) -> bytes:
        """Return the whole content. Raise BrokenBodyError if packed content has not come to its end."""
        if self._unpacker is not None and self._sent_bytes and not self._unpacker.eof:
            raise BrokenBodyError("the packed answer ends too early")
        return bytes(self._content)

    def _unpacked(self, unpacker: "zlib._Decompress", sent: bytes) -> bytes:
        """Unpack a piece. Stop one byte above the limit, because a hundred bytes can unpack to gigabytes."""
        try:
            piece = unpacker.decompress(sent, self._largest_bytes - len(self._content) + 1)
        except zlib.error as error:
            raise BrokenBodyError(f"the answer cannot be unpacked: {error}") from error
        if unpacker.unused_data:
            raise BrokenBodyError("bytes follow the end of the packed answer")
        return piece
