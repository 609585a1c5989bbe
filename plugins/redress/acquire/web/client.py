"""Fetch an address by HTTP, politely: each request says who asks, robots.txt is obeyed, and failures that may pass
are tried again.
"""

import datetime as dt
import email.utils
import re
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Self

import httpcore
import httpx
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from redress import __version__
from redress.acquire.source import (
    FailureCause,
    FetchError,
    Known,
    NotPublishedError,
    SourceError,
    SourceUnavailableError,
    Validators,
)
from redress.acquire.web.addresses import AllowedAddresses, host_of, joined
from redress.acquire.web.bodies import BodyLimits, BrokenBodyError, read_body
from redress.acquire.web.connections import CheckedTransport, Resolve, resolve, within
from redress.acquire.web.pace import Pace
from redress.acquire.web.robots import PRODUCT, Robots

MOST_REDIRECTS = 5
NO_VALIDATORS = Validators()
LARGEST_ROBOTS_BYTES = 512 * 1024
"""The largest robots.txt that is read; RFC 9309, 2.5, asks for at least 500 kibibytes."""
LONGEST_VALIDATOR_CHARACTERS = 1024
_CONTACT = re.compile(r"[!-~]+@[!-~]+\.[!-~]+|https?://[!-~]+")
"""An e-mail address or a web page, in characters that a header may hold."""


@dataclass(frozen=True)
class HttpRules:
    """How requests are made. Sizes are in bytes, times in seconds.

    `timeout_seconds` limits a whole request with its body; a request that takes longer is not tried again. If a
    failure may pass (no connection, a broken connection, a timeout of connecting or of one read, status 429 or
    5xx), the request is tried up to `attempts` times in all. The first wait between tries is about
    `backoff_seconds`, and each further wait about twice as long, up to `longest_wait_seconds`. A wait is at least
    as long as the site asks for (Retry-After). If the site asks for more than `longest_wait_seconds`, no further
    request is made.
    """

    contact: str
    at_a_time: int = 1
    gap_seconds: float = 2.0
    connect_timeout_seconds: float = 10.0
    read_timeout_seconds: float = 30.0
    timeout_seconds: float = 180.0
    attempts: int = 5
    backoff_seconds: float = 2.0
    longest_wait_seconds: float = 120.0
    largest_bytes: int = 50 * 1024 * 1024

    def __post_init__(self) -> None:
        if not _CONTACT.fullmatch(self.contact):
            found = f'REDRESS_CONTACT is "{self.contact}"' if self.contact else "REDRESS_CONTACT is not set"
            raise SourceError(
                f"{found}; set it to an e-mail address or a web page by which the site's owner can reach whoever "
                "runs this: nobody is asked for 400 letters anonymously"
            )

    @property
    def user_agent(self) -> str:
        """The User-Agent of each request, which names the person to reach."""
        return f"{PRODUCT}/{__version__} (reads the Ombudsman's annual letters; contact: {self.contact})"


@dataclass(frozen=True)
class Answer:
    """The answer of an address. `content` is None if nothing has changed (status 304) or if the answer is a
    redirect. For a redirect, `location` is the header that says where the redirect leads.
    """

    content: bytes | None
    address: str
    status: int
    validators: Validators = NO_VALIDATORS
    charset: str | None = None
    location: str | None = None


class HttpClient:
    """Fetch addresses for all threads of a process, by one set of rules.

    `most_requests` is the number of requests that may be made; None means any number. Every try and every
    robots.txt counts. `requests_count` is the number of requests made so far.
    """

    def __init__(
        self,
        allowed: AllowedAddresses,
        rules: HttpRules,
        *,
        most_requests: int | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self.rules = rules
        self.requests_count = 0
        self._allowed = allowed
        self._most_requests = most_requests
        self._pace = Pace(rules.at_a_time, rules.gap_seconds)
        self._robots = Robots(self._robots_txt)
        self._closed_until = 0.0
        self._headers = {"User-Agent": rules.user_agent, "Accept": "*/*", "Accept-Encoding": "gzip"}
        timeout = httpx.Timeout(rules.read_timeout_seconds, connect=rules.connect_timeout_seconds, pool=None)
        self._extensions = {"timeout": timeout.as_dict()}
        # no httpx.Client: it would keep cookies and send them back
        self._transport = CheckedTransport(allowed, rules.at_a_time, resolve)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def get(self, address: str, known: Known | None = None, *, largest_bytes: int | None = None) -> Answer:
        """Return the answer of an address after its redirects. If `known` is given and nothing has changed, the
        answer has no content.

        `largest_bytes` can only lower the limit that the rules set.

        Raise NotPublishedError for 404 and 410, FetchError for any other failure of this address, and SourceError
        if no further request may be made: robots.txt cannot be fetched or asks for a gap longer than
        `longest_wait_seconds`, the site asks to be left alone, or `most_requests` have been made.
        """
        limits = BodyLimits(min(largest_bytes or self.rules.largest_bytes, self.rules.largest_bytes))
        return self._followed(address, known, self._robots_checked, limits)

    def is_allowed_by_robots(self, address: str) -> bool:
        """Return whether robots.txt allows an address to be fetched."""
        return self._robots.allows(self._allowed.checked(address))

    def crawl_delay_seconds(self, address: str) -> float:
        """Return the gap between requests, in seconds, that robots.txt asks for; 0 if it asks for none."""
        return self._robots.delay_seconds(self._allowed.checked(address))

    def _robots_checked(self, url: httpx.URL) -> None:
        if not self._robots.allows(url):
            raise FetchError(FailureCause.FORBIDDEN_BY_ROBOTS, f"{url} is forbidden to us by the host's robots.txt")
        delay_seconds = self._robots.delay_seconds(url)
        if delay_seconds > self.rules.longest_wait_seconds:
            raise SourceError(
                f"{host_of(url)} asks in its robots.txt for one request in {delay_seconds:g} s, which is more than "
                f"REDRESS_FETCH_LONGEST_WAIT_SECONDS ({self.rules.longest_wait_seconds:g})"
            )
        self._pace.slow_down_to(delay_seconds)

    def _robots_txt(self, address: str) -> bytes | None:
        limits = BodyLimits(LARGEST_ROBOTS_BYTES, needs_end=False)
        return self._followed(address, None, lambda _: None, limits).content

    def _followed(
        self, address: str, known: Known | None, check: Callable[[httpx.URL], None], limits: BodyLimits
    ) -> Answer:
        seen: list[str] = []
        while True:
            url = self._allowed.checked(address)
            if str(url) in seen:
                raise FetchError(
                    FailureCause.ADDRESS_NOT_ALLOWED,
                    f"{seen[0]} redirects in a circle: {' -> '.join(seen)} -> {url}",
                )
            if len(seen) > MOST_REDIRECTS:
                raise FetchError(
                    FailureCause.ADDRESS_NOT_ALLOWED,
                    f"{seen[0]} redirects more than {MOST_REDIRECTS} times: {' -> '.join(seen)}",
                )
            seen.append(str(url))
            check(url)
            validators = known.validators if known is not None and known.address == str(url) else NO_VALIDATORS
            answer = self._asked(url, validators, limits)
            if answer.location is None:
                return answer
            address = joined(str(url), answer.location)

    def _asked(self, url: httpx.URL, validators: Validators, limits: BodyLimits) -> Answer:
        rules = self.rules
        retrying = Retrying(
            stop=stop_after_attempt(rules.attempts),
            wait=wait_exponential_jitter(
                rules.backoff_seconds, rules.longest_wait_seconds, 2, rules.backoff_seconds
            ),
            retry=retry_if_exception_type(_PassingError),
            reraise=True,
        )
        try:
            return retrying(self._asked_once, url, validators, limits)
        except _PassingError as error:
            times = "once" if rules.attempts == 1 else f"{rules.attempts} times"
            raise FetchError(error.cause, f"{error}; asked {times}", error.status) from error

    def _asked_once(self, url: httpx.URL, validators: Validators, limits: BodyLimits) -> Answer:
        headers = dict(self._headers)
        if validators.etag is not None:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified is not None:
            headers["If-Modified-Since"] = validators.last_modified
        request = httpx.Request("GET", url, headers=headers, extensions=self._extensions)
        with self._pace.turn():
            self._count(url)
            started = time.monotonic()
            try:
                with (
                    within(self.rules.timeout_seconds),
                    closing(self._transport.handle_request(request)) as response,
                ):
                    return self._answer(response, url, limits, is_conditional=validators != NO_VALIDATORS)
            except httpcore.TimeoutException as error:
                if time.monotonic() - started >= self.rules.timeout_seconds:
                    raise FetchError(
                        FailureCause.TIMED_OUT, f"{url} took longer than {self.rules.timeout_seconds:g} s"
                    ) from error
                raise _PassingError(FailureCause.TIMED_OUT, f"{url} timed out{_said(error)}") from error
            except (httpcore.NetworkError, httpcore.ProtocolError, BrokenBodyError) as error:
                raise _PassingError(FailureCause.CONNECTION, f"{url} broke off{_said(error)}") from error

    def _count(self, url: httpx.URL) -> None:
        if time.monotonic() < self._closed_until:
            minutes = (self._closed_until - time.monotonic()) / 60
            raise SourceUnavailableError(
                f"{host_of(url)} asks to be left alone for {minutes:.0f} minutes more; run again after that"
            )
        if self._most_requests is not None and self.requests_count >= self._most_requests:
            raise SourceError(f"{self.requests_count} requests have been made, and no more may be")
        self.requests_count += 1

    def _answer(
        self, response: httpx.Response, url: httpx.URL, limits: BodyLimits, *, is_conditional: bool
    ) -> Answer:
        status = response.status_code
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise self._passing(response, url)
        if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
            raise NotPublishedError(f"{url} is not there ({status})")
        validators = Validators(_validator(response, "ETag"), _validator(response, "Last-Modified"))
        if status == httpx.codes.NOT_MODIFIED and is_conditional:
            return Answer(None, str(url), status, validators)
        if response.has_redirect_location:
            return Answer(None, str(url), status, location=response.headers["Location"])
        if status != httpx.codes.OK:
            raise FetchError(FailureCause.REFUSED, f"{url} is refused to us ({status})", status)
        content = read_body(response, str(url), limits)
        return Answer(content, str(url), status, validators, response.charset_encoding)

    def _passing(self, response: httpx.Response, url: httpx.URL) -> Exception:
        """Return the error for an answer with a status that may pass (429 or 5xx). If the site asks for too long a
        wait, let no request be made until the wait is over, and return a SourceError. Otherwise return a
        _PassingError, after which the request is tried again.
        """
        status = response.status_code
        seconds = _retry_after_seconds(response.headers.get("Retry-After"))
        is_too_many = status == httpx.codes.TOO_MANY_REQUESTS
        if seconds is not None and seconds > self.rules.longest_wait_seconds:
            self._closed_until = time.monotonic() + seconds
            return SourceError(
                f"{url} answers {status} and asks to be left alone for {seconds:.0f} s, which is more than "
                f"REDRESS_FETCH_LONGEST_WAIT_SECONDS ({self.rules.longest_wait_seconds:g}); run again after that"
            )
        if seconds is not None:
            self._pace.hold(seconds)
        cause = FailureCause.TOO_MANY_REQUESTS if is_too_many else FailureCause.SERVER_ERROR
        return _PassingError(cause, f"{url} answers {status}", status)


class _PassingError(FetchError):
    """A failure that may pass, so that the request is tried again."""


def _retry_after_seconds(text: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3: a number or a date); None if there
    is no valid header.
    """
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text)
    try:
        day = email.utils.parsedate_to_datetime(text)
        at = day if day.tzinfo is not None else day.replace(tzinfo=dt.UTC)
        return max(0.0, (at - dt.datetime.now(dt.UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None


def _validator(response: httpx.Response, name: str) -> str | None:
    """Return the value of an answer's ETag or Last-Modified header, for the next request to send back. Return None
    if the header is missing or cannot be sent back.
    """
    text: str | None = response.headers.get(name)
    if text is None or not text.isascii() or len(text) > LONGEST_VALIDATOR_CHARACTERS:
        return None
    return text


def _said(error: Exception) -> str:
    return f" ({error})" if str(error) else ""
