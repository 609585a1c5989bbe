import datetime as dt
import email.utils
import gzip
import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from redress import __version__
from redress.acquire.source import FailureCause, FetchError, Known, NotPublishedError, SourceError, Validators
from redress.acquire.web.addresses import allowed_addresses
from redress.acquire.web.client import HttpClient, HttpRules
from redress.acquire.web.connections import CheckedTransport
from tests.acquire.site_server import PDF, Given, SiteServer, client_of, impatient, in_turn, site_server
from tests.acquire.web.asking import failure

LETTER = Given(b"%PDF-1.7 a letter", content_type=PDF, etag='"one"')


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with site_server() as server:
        server.give("/letter", LETTER)
        yield server


# Who asks, and what the host lets be asked


def test_every_request_says_who_asks_and_how_to_reach_them(site: SiteServer) -> None:
    with client_of(site, contact="performance@pellonshire.example") as client:
        client.get(f"{site.url}/letter")
    assert [one.path for one in site.asked] == ["/robots.txt", "/letter"]
    for one in site.asked:
        assert one.headers["user-agent"].startswith(f"Redress/{__version__} ")
        assert "contact: performance@pellonshire.example" in one.headers["user-agent"]


@pytest.mark.parametrize("contact", ["", "me", "a@b", "x@example.org\r\nX-Evil: 1", "näme@example.org"])
def test_without_a_contact_nothing_is_asked(contact: str) -> None:
    with pytest.raises(SourceError, match="REDRESS_CONTACT"):
        HttpRules(contact=contact)


def test_the_rules_are_slow_unless_set() -> None:
    rules = HttpRules(contact="https://pellonshire.example/contact")
    assert (rules.at_a_time, rules.gap_seconds) == (1, 2.0)


def test_what_robots_txt_forbids_is_not_asked_for(site: SiteServer) -> None:
    site.give(
        "/robots.txt", Given(b"User-agent: *\nDisallow: /*.pdf$\nAllow: /open/*.pdf$\n", content_type="text/plain")
    )
    site.give("/open/letter.pdf", LETTER)
    with client_of(site) as client:
        with pytest.raises(FetchError, match=r"forbidden to us by the host's robots.txt") as raised:
            client.get(f"{site.url}/documents/letter.pdf")
        assert client.get(f"{site.url}/open/letter.pdf").content == LETTER.body
    assert raised.value.cause is FailureCause.FORBIDDEN_BY_ROBOTS
    assert site.paths() == ["/open/letter.pdf"]


def test_a_robots_txt_may_speak_of_redress_alone(site: SiteServer) -> None:
    site.give("/robots.txt", Given(b"User-agent: *\nDisallow: /\n\nUser-agent: redress\nDisallow: /private\n"))
    assert failure(site, "/private/x").cause is FailureCause.FORBIDDEN_BY_ROBOTS
    with client_of(site) as client:
        assert client.get(f"{site.url}/letter").status == 200


@pytest.mark.parametrize("status", [404, 410])
def test_a_robots_txt_that_is_not_there_forbids_nothing(site: SiteServer, status: int) -> None:
    site.give("/robots.txt", Given(status=status))
    with client_of(site) as client:
        assert client.get(f"{site.url}/letter").content == LETTER.body


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_a_robots_txt_that_cannot_be_had_allows_nothing_and_is_asked_for_once(
    site: SiteServer, status: int
) -> None:
    site.give("/robots.txt", Given(status=status))
    with client_of(site) as client:
        for _ in range(2):
            with pytest.raises(SourceError, match=r"robots.txt cannot be had, so nothing is fetched"):
                client.get(f"{site.url}/letter")
    assert site.paths() == []
    assert len(site.asked) == (1 if status < 500 else 3)


def test_a_redirect_to_what_robots_txt_forbids_is_not_followed(site: SiteServer) -> None:
    site.give("/robots.txt", Given(b"User-agent: *\nDisallow: /private\n"))
    site.give("/letter", Given(status=302, headers={"Location": "/private/letter"}))
    assert failure(site, "/letter").cause is FailureCause.FORBIDDEN_BY_ROBOTS
    assert site.paths() == ["/letter"]


# How fast


def test_requests_keep_their_gap_in_all_threads(site: SiteServer) -> None:
    with client_of(site, gap_seconds=0.1, at_a_time=3) as client, ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda _: client.get(f"{site.url}/letter"), range(6)))
    began = [one.began_at for one in site.asked]
    assert len(began) == 7
    assert max(began) - min(began) > 0.45


def test_no_more_requests_go_on_at_a_time_than_the_rules_say(site: SiteServer) -> None:
    site.give("/letter", Given(b"%PDF-", drip_seconds=0.02))
    with client_of(site, at_a_time=2) as client, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: client.get(f"{site.url}/letter"), range(8)))
    spans = [(one.began_at, one.ended_at) for one in site.asked]
    at_a_time = [sum(began <= moment < ended for began, ended in spans) for moment, _ in spans]
    assert max(at_a_time) == 2


def test_the_crawl_delay_of_robots_txt_widens_the_gap(site: SiteServer) -> None:
    site.give("/robots.txt", Given(b"User-agent: *\nCrawl-delay: 0.3\n"))
    with client_of(site) as client:
        client.get(f"{site.url}/letter")
        client.get(f"{site.url}/letter")
        assert client.crawl_delay_seconds(site.url) == 0.3
    began = [one.began_at for one in site.asked if one.path == "/letter"]
    assert began[1] - began[0] > 0.15


def test_a_crawl_delay_longer_than_anyone_waits_ends_it(site: SiteServer) -> None:
    site.give("/robots.txt", Given(b"User-agent: *\nCrawl-delay: 60\n"))
    with client_of(site) as client, pytest.raises(SourceError, match="one request in 60 s"):
        client.get(f"{site.url}/letter")


# What passes, and what does not


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_asked_for_once(site: SiteServer, status: int) -> None:
    site.give("/gone", Given(status=status))
    with client_of(site) as client, pytest.raises(NotPublishedError, match=rf"/gone is not there \({status}\)"):
        client.get(f"{site.url}/gone")
    assert site.paths() == ["/gone"]


@pytest.mark.parametrize("status", [400, 401, 403, 418, 204, 304])
def test_what_is_refused_is_asked_for_once(site: SiteServer, status: int) -> None:
    site.give("/refused", Given(status=status))
    error = failure(site, "/refused")
    assert (error.cause, error.status) == (FailureCause.REFUSED, status)
    assert site.paths() == ["/refused"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(site: SiteServer, status: int) -> None:
    site.give("/letter", *in_turn(status, status, then=LETTER))
    with client_of(site) as client:
        assert client.get(f"{site.url}/letter").content == LETTER.body
    assert site.paths() == ["/letter"] * 3


def test_what_does_not_pass_is_tried_as_often_as_the_rules_say(site: SiteServer) -> None:
    site.give("/letter", Given(status=503))
    error = failure(site, "/letter")
    assert (error.cause, error.status) == (FailureCause.SERVER_ERROR, 503)
    assert str(error).endswith("answers 503; asked 3 times")
    assert site.paths() == ["/letter"] * 3


def test_waits_double(site: SiteServer) -> None:
    site.give("/letter", Given(status=500))
    failure(site, "/letter", attempts=4, backoff_seconds=0.1)
    asked = [one for one in site.asked if one.path == "/letter"]
    waits = [later.began_at - earlier.ended_at for earlier, later in itertools.pairwise(asked)]
    assert [wait > least for wait, least in zip(waits, (0.1, 0.2, 0.4), strict=True)] == [True] * 3


def in_two_seconds() -> str:
    return email.utils.format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2), usegmt=True)


@pytest.mark.parametrize("in_words", ["seconds", "a date"])
def test_retry_after_is_honoured_by_every_thread(site: SiteServer, in_words: str) -> None:
    until = "1" if in_words == "seconds" else in_two_seconds()
    site.give("/letter", Given(status=429, headers={"Retry-After": until}), LETTER)
    site.give("/other", LETTER)
    with client_of(site, at_a_time=2) as client, ThreadPoolExecutor(2) as threads:
        client.get(f"{site.url}/other")
        first = threads.submit(client.get, f"{site.url}/letter")
        while "/letter" not in site.paths():
            time.sleep(0.01)
        time.sleep(0.3)
        client.get(f"{site.url}/other")
        assert first.result().content == LETTER.body
    refused, *later = [one for one in site.asked if one.path != "/robots.txt"][1:]
    assert refused.status == 429
    assert all(one.began_at - refused.ended_at > 0.8 for one in later)


def test_a_site_that_asks_for_a_long_rest_is_left_alone(site: SiteServer) -> None:
    site.give("/letter", Given(status=429, headers={"Retry-After": "3600"}))
    with client_of(site) as client:
        with pytest.raises(SourceError, match="left alone for 3600 s"):
            client.get(f"{site.url}/letter")
        with pytest.raises(SourceError, match="left alone for 60 minutes more"):
            client.get(f"{site.url}/other")
    assert site.paths() == ["/letter"]


def test_a_reset_in_the_middle_is_tried_again(site: SiteServer) -> None:
    whole = Given(b"%PDF-" + b"x" * 5000, content_type=PDF)
    site.give("/letter", Given(whole.body, reset_at=3000), whole)
    with client_of(site) as client:
        assert client.get(f"{site.url}/letter").content == whole.body
    assert site.paths() == ["/letter"] * 2


def test_a_body_shorter_than_announced_is_tried_again_and_never_taken(site: SiteServer) -> None:
    site.give("/letter", Given(b"%PDF-1.7 half", length=26), LETTER)
    with client_of(site) as client:
        assert client.get(f"{site.url}/letter").content == LETTER.body
    site.give("/letter", Given(b"%PDF-1.7 half", length=26))
    assert failure(site, "/letter").cause is FailureCause.CONNECTION


def test_a_body_that_does_not_unpack_is_not_taken(site: SiteServer) -> None:
    packed = gzip.compress(LETTER.body)
    site.give("/letter", Given(packed, headers={"Content-Encoding": "gzip"}))
    with client_of(site) as client:
        assert client.get(f"{site.url}/letter").content == LETTER.body
    site.give("/letter", Given(b"not packed at all", headers={"Content-Encoding": "gzip"}))
    assert failure(site, "/letter").cause is FailureCause.CONNECTION


def test_a_silent_server_times_out(site: SiteServer) -> None:
    site.give("/letter", Given(b"%PDF-", drip_seconds=1.0))
    assert failure(site, "/letter", read_timeout_seconds=0.2, attempts=1).cause is FailureCause.TIMED_OUT


@pytest.mark.parametrize("is_head_slow", [False, True])
def test_a_slow_drip_ends_when_a_whole_request_must(site: SiteServer, is_head_slow: bool) -> None:
    site.give("/letter", Given(b"%PDF-" * 100, drip_seconds=0.02, is_head_slow=is_head_slow))
    started = time.monotonic()
    error = failure(site, "/letter", timeout_seconds=0.5, attempts=1)
    assert error.cause is FailureCause.TIMED_OUT
    assert 0.4 < time.monotonic() - started < 4


def test_a_server_that_is_not_there_is_no_connection() -> None:
    with site_server() as server:
        url = server.url
    with (
        HttpClient(allowed_addresses(url, ()), impatient()) as client,
        pytest.raises(SourceError, match=r"robots.txt cannot be had.*broke off"),
    ):
        client.get(f"{url}/letter")


def test_what_is_too_large_is_not_taken_whether_announced_or_not(site: SiteServer) -> None:
    site.give("/announced", Given(b"x", length=10**9))
    site.give("/packed", Given(gzip.compress(b"x" * 100_000), headers={"Content-Encoding": "gzip"}))
    told = {"/announced": "has 1000000000 bytes, and no more than 1000", "/packed": "has more than the 1000 bytes"}
    for path, words in told.items():
        error = failure(site, path, largest_bytes=1000)
        assert error.cause is FailureCause.TOO_LARGE
        assert words in str(error)
    site.give("/letter", Given(b"x" * 1000))
    with client_of(site, largest_bytes=1000) as client:
        assert client.get(f"{site.url}/letter").content == b"x" * 1000


def test_a_bound_on_requests_counts_each_attempt(site: SiteServer) -> None:
    site.give("/letter", Given(status=500))
    client = HttpClient(allowed_addresses(site.url, ()), impatient(attempts=10), most_requests=4)
    with client, pytest.raises(SourceError, match="4 requests have been made"):
        client.get(f"{site.url}/letter")
    assert len(site.asked) == client.requests_count == 4


# Only what has changed


def test_what_is_known_is_asked_for_only_if_it_has_changed(site: SiteServer) -> None:
    address = f"{site.url}/letter"
    with client_of(site) as client:
        first = client.get(address)
        assert first.validators == Validators(etag='"one"')
        again = client.get(address, Known(address, first.validators))
        assert (again.content, again.status) == (None, 304)
        site.give("/letter", Given(b"%PDF-1.7 another", etag='"two"'))
        changed = client.get(address, Known(address, first.validators))
    assert changed.content == b"%PDF-1.7 another"
    assert changed.validators == Validators(etag='"two"')


def test_validators_count_for_their_own_address_alone(site: SiteServer) -> None:
    site.give("/new", LETTER)
    with client_of(site) as client:
        known = Known(f"{site.url}/letter", Validators('"one"', "Wed, 28 Jul 2021 09:00:00 GMT"))
        assert client.get(f"{site.url}/new", known).content == LETTER.body
        site.give("/start", Given(status=301, headers={"Location": "/letter"}))
        assert client.get(f"{site.url}/start", known).content is None
    asked = {one.path: one.headers for one in site.asked}
    assert "if-none-match" not in asked["/new"] | asked["/start"]
    assert asked["/letter"]["if-modified-since"] == "Wed, 28 Jul 2021 09:00:00 GMT"


def test_a_variable_that_names_no_certificates_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(SourceError, match=r"cannot be loaded \(SSL_CERT_FILE=.*none\.pem\)"):
        CheckedTransport(allowed_addresses("http://127.0.0.1", ()), 1)
