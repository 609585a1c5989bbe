"""What a server sends cannot use up memory or time, end a season, or replace a good letter."""

import gzip
import ipaddress
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from redress.acquire.archive import Archive
from redress.acquire.fetching import acquire_references
from redress.acquire.outcomes import AcquisitionState, Outcome
from redress.acquire.source import FailureCause, Fetched, FetchError, Known, Reference, SourceError
from redress.acquire.sources.manifest import ManifestSource
from redress.acquire.web.addresses import allowed_addresses, is_public
from redress.acquire.web.client import LARGEST_ROBOTS_BYTES, HttpClient
from redress.model.authorities import Authorities
from tests.acquire.site_server import PDF, Given, SiteServer, client_of, impatient, site_server
from tests.made import SEASON

MEBIBYTE = 1024 * 1024
LETTER = b"%PDF-1.7 a letter\n%%EOF\n"
PACKED = gzip.compress(LETTER, mtime=0)
REISSUED = b"%PDF-1.7 a letter, put right\n%%EOF\n"


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with site_server() as server:
        server.give("/letter", Given(LETTER, content_type=PDF))
        server.give("/other", Given(LETTER, content_type=PDF))
        yield server


def got(site: SiteServer, path: str, **rules: object) -> bytes | None:
    with client_of(site, **rules) as client:
        return client.get(site.url + path).content


def failure(site: SiteServer, path: str, **rules: object) -> FetchError:
    with client_of(site, **rules) as client, pytest.raises(FetchError) as raised:
        client.get(site.url + path)
    return raised.value


def packed(content: bytes, coding: str = "gzip", **changes: object) -> Given:
    return Given(content, headers={"Content-Encoding": coding}, **changes)  # type: ignore[arg-type]


def acquired(site: SiteServer, folder: Path, authorities: Authorities, *paths: str) -> tuple[Outcome, ...]:
    """Acquire a season of these letters into the archive, as `redress run` does."""
    manifest = folder / "letters.csv"
    rows = [f"2021,SAMPLE-{number:02d},{site.url}{path}" for number, path in enumerate(paths, start=1)]
    manifest.write_text("\n".join(["season,authority,address", *rows]))
    source = ManifestSource(str(manifest), authorities, lambda: client_of(site))
    return acquire_references(source, Archive(folder / "archive"), source.references(SEASON), lambda outcome: None)


# --- Packed bodies ----------------------------------------------------------------------------------------


def test_a_body_is_never_unpacked_beyond_its_bound(site: SiteServer) -> None:
    site.give("/letter", packed(gzip.compress(bytes(64 * MEBIBYTE))))
    tracemalloc.start()
    try:
        error = failure(site, "/letter", largest_bytes=MEBIBYTE)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert error.cause is FailureCause.TOO_LARGE
    assert peak_bytes < 8 * MEBIBYTE


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,gzip,gzip", "deflate", "br", "identity, gzip"])
def test_a_body_is_never_unpacked_twice_or_in_a_way_that_nobody_asked_for(site: SiteServer, coding: str) -> None:
    site.give("/letter", packed(gzip.compress(gzip.compress(LETTER)), coding))
    error = failure(site, "/letter")
    assert error.cause is FailureCause.WRONG_CONTENT
    assert f'is packed as "{coding}"' in str(error)
    assert site.paths() == ["/letter"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PACKED[:-9], "the packed answer ends too early"),
        (PACKED + PACKED, "bytes follow the end of the packed answer"),
        (zlib.compress(LETTER), "cannot be unpacked"),
    ],
    ids=["cut", "followed", "damaged"],
)
def test_a_packed_body_that_is_cut_or_damaged_is_not_taken(site: SiteServer, content: bytes, told: str) -> None:
    site.give("/letter", packed(content))
    error = failure(site, "/letter", attempts=2)
    assert error.cause is FailureCause.CONNECTION
    assert told in str(error)
    assert len(site.paths()) == 2


def test_packing_that_unpacks_to_nothing_is_bounded_as_it_was_sent(site: SiteServer) -> None:
    packer = zlib.compressobj(wbits=31)
    nothing = b"".join(packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2000))
    site.give("/letter", packed(nothing, is_length_untold=True))
    assert failure(site, "/letter", largest_bytes=5000).cause is FailureCause.TOO_LARGE


# --- Whole bodies -----------------------------------------------------------------------------------------


def test_a_body_cut_without_a_length_never_replaces_a_good_letter(
    site: SiteServer, tmp_path: Path, authorities: Authorities
) -> None:
    (before,) = acquired(site, tmp_path, authorities, "/letter")
    for cut in (Given(REISSUED[:-8], is_length_untold=True), Given(REISSUED[:-8])):
        site.give("/letter", cut)
        (outcome,) = acquired(site, tmp_path, authorities, "/letter")
        assert outcome.state is AcquisitionState.FAILED
        assert outcome.sha256 == before.sha256
        assert "stand for it" in outcome.detail
    assert Archive(tmp_path / "archive").verify().files_count == 1
    site.give("/letter", Given(REISSUED, is_length_untold=True))
    (outcome,) = acquired(site, tmp_path, authorities, "/letter")
    assert outcome.state is AcquisitionState.FETCHED


LINEARIZED = b"%PDF-1.7\n1 0 obj <</Linearized 1/L 4000/H [ 1 2]>> endobj\n%%EOF\n"
"""The beginning of a PDF that is written for the web. Such a file has a %%EOF near its beginning, and another at
its end, which is missing here."""


@pytest.mark.parametrize(
    ("content", "is_taken"),
    [
        (LETTER, True),
        (LETTER + b"\0" * 3000, True),
        (LETTER + b"x" * 3000, False),
        (LINEARIZED, False),
        (LINEARIZED.ljust(4000, b" ") + b"%%EOF", True),
        (b"<!doctype html><title>List</title></HTML>", True),
        (b"<!doctype html><title>List</title><a href='/a", False),
        (b"Name,Upheld\nPellonshire,3\n", True),
        (b"Name,Upheld\nPellonshire,3", False),
        (b"PK\3\4 a sheet PK\5\6 its end", True),
        (b"PK\3\4 a sheet", False),
        (b"", False),
    ],
)
def test_content_without_its_end_is_not_taken_from_an_answer_without_a_length(
    site: SiteServer, content: bytes, is_taken: bool
) -> None:
    site.give("/letter", Given(content, is_length_untold=True))
    if is_taken:
        assert got(site, "/letter") == content
        return
    error = failure(site, "/letter", attempts=1)
    assert error.cause is FailureCause.CONNECTION
    assert "the end of the content is missing" in str(error)


@pytest.mark.parametrize("is_head_slow", [False, True])
def test_a_server_that_drips_is_not_asked_as_often_as_one_that_fails(site: SiteServer, is_head_slow: bool) -> None:
    site.give("/letter", Given(LETTER * 20, drip_seconds=0.02, is_head_slow=is_head_slow))
    error = failure(site, "/letter", timeout_seconds=0.3)
    assert error.cause is FailureCause.TIMED_OUT
    assert "took longer than 0.3 s" in str(error)
    assert site.paths() == ["/letter"]


# --- robots.txt -------------------------------------------------------------------------------------------


def test_a_robots_txt_for_many_agents_takes_no_memory_or_time_of_its_own(site: SiteServer) -> None:
    agents = b"".join(b"User-agent: bot%d\n" % number for number in range(8000))
    rules = b"".join(b"Disallow: /%d\n" % number for number in range(12_000))
    site.give("/robots.txt", Given(agents + b"User-agent: *\n" + rules))
    started = time.process_time()  # the site's server counts too, and no other program
    assert got(site, "/letter") == LETTER
    site.give("/5", Given(LETTER))
    assert failure(site, "/5").cause is FailureCause.FORBIDDEN_BY_ROBOTS
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    ("robots", "is_forbidden"),
    [
        ("User-agent: a\nUser-agent: Redress\nDisallow: /letter", True),
        ("user agent  redress\nDisallow: /letter", True),
        ("User-agent: *\n\nUser-agent: a\nDisallow: /letter", True),
        ("User-agent: *\nDisallow: /other\nUser-agent: a\nDisallow: /letter", False),
        ("User-agent: a\nDisallow: /letter\nUser-agent: *\nDisallow: /other", False),
        ("User-agent: *\nDisallow: /letter\nUser-agent: red* # us\nAllow: /letter", False),
        ("User-agent: redressing\nDisallow: /letter\nUser-agent:\nDisallow: /letter", False),
        ("User-agent: a\nDisallow: /x\nSitemap: /s\nUser-agent: *\nSitemap: /s\nDisallow: /letter", True),
        ("User-agent: others\nDisallow: /letter", False),
        ("Disallow: /letter", False),
    ],
)
def test_what_is_said_to_other_agents_is_not_taken_as_said_to_us(
    site: SiteServer, robots: str, is_forbidden: bool
) -> None:
    site.give("/robots.txt", Given(robots.encode()))
    if is_forbidden:
        assert failure(site, "/letter").cause is FailureCause.FORBIDDEN_BY_ROBOTS
    else:
        assert got(site, "/letter") == LETTER


def test_a_robots_txt_behind_a_redirect_is_no_larger_than_another(site: SiteServer) -> None:
    site.give("/robots.txt", Given(status=302, headers={"Location": "/robots"}))
    site.give("/robots", Given(b"#" * (LARGEST_ROBOTS_BYTES + 1)))
    with client_of(site) as client, pytest.raises(SourceError, match=f"no more than {LARGEST_ROBOTS_BYTES} are"):
        client.get(f"{site.url}/letter")
    assert site.paths() == ["/robots"]


# --- Headers ----------------------------------------------------------------------------------------------

FAR_YEAR = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"
FAR_ZONE = "Mon, 01 Jan 2024 00:00:00 +99999999999999999999"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (Given(status=302, headers={"Location": "http://xn--/"}), FailureCause.ADDRESS_NOT_ALLOWED),
        (Given(status=302, headers={"Location": "http://xn--a-ecp.example/"}), FailureCause.ADDRESS_NOT_ALLOWED),
        (Given(status=302, headers={"Location": "/" + "x" * 5000}), FailureCause.ADDRESS_NOT_ALLOWED),
        (Given(status=503, headers={"Retry-After": FAR_YEAR}), FailureCause.SERVER_ERROR),
        (Given(status=503, headers={"Retry-After": FAR_ZONE}), FailureCause.SERVER_ERROR),
    ],
)
def test_headers_of_one_answer_never_stop_the_other_letters(
    site: SiteServer, tmp_path: Path, authorities: Authorities, answer: Given, cause: FailureCause
) -> None:
    site.give("/letter", answer)
    failed, fetched = acquired(site, tmp_path, authorities, "/letter", "/other")
    assert (failed.state, failed.cause) == (AcquisitionState.FAILED, cause)
    assert fetched.state is AcquisitionState.FETCHED


@pytest.mark.parametrize("etag", ['"é"', '"' + "x" * 5000 + '"'])
def test_a_tag_that_cannot_be_sent_back_never_stops_the_next_run(
    site: SiteServer, tmp_path: Path, authorities: Authorities, etag: str
) -> None:
    site.give("/letter", Given(LETTER, headers={"ETag": etag}))
    states = [acquired(site, tmp_path, authorities, "/letter")[0].state for _ in range(2)]
    assert states == [AcquisitionState.FETCHED, AcquisitionState.UNCHANGED]


def test_cookies_are_never_sent_back(site: SiteServer) -> None:
    site.give("/letter", Given(LETTER, headers={"Set-Cookie": "who=you; Path=/"}))
    with client_of(site) as client:
        client.get(f"{site.url}/letter")
        client.get(f"{site.url}/letter")
    assert all("cookie" not in one.headers for one in site.asked)


# --- Addresses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ip_address",
    [
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "64:ff9b:1::808:808",
        "fec0::1",
        "::10.0.0.1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:0:127.0.0.1",
        "::ffff:8.8.8.8",
        "2001:0:7f00:1::",
        "2002:808:808::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "4000::1",
        "100::1",
        "192.88.99.1",
        "192.0.0.8",
        "198.18.0.1",
    ],
)
def test_no_form_of_an_address_leads_out_of_the_public_internet(ip_address: str) -> None:
    assert not is_public(ipaddress.ip_address(ip_address))


def test_public_addresses_stay_public() -> None:
    for text in ("8.8.8.8", "2606:4700::1111", "2a00:1450:4009::200e", "64:ff9b::808:808"):
        assert is_public(ipaddress.ip_address(text))


def test_a_site_named_by_what_is_no_name_of_a_host_is_said() -> None:
    with (
        HttpClient(allowed_addresses("http://a..b", ()), impatient(attempts=1)) as client,
        pytest.raises(SourceError, match=r"a\.\.b is no name of a host"),
    ):
        client.get("http://a..b/letter")


@pytest.mark.parametrize("kind", ["letter", "mapping"])
@pytest.mark.parametrize("address", ["file:/etc/passwd", "c:letter.pdf", "FILE:x.pdf", "data:x", "//[", "s3:/b/k"])
def test_a_manifest_from_a_server_never_names_what_is_not_on_a_server(
    site: SiteServer, authorities: Authorities, address: str, kind: str
) -> None:
    row = f"2021,SAMPLE-01,{address},letter," if kind == "letter" else f"2021,,a.csv,data_table,{address}"
    site.give("/all.csv", Given(f"season,authority,address,kind,mapping\n{row}\n".encode()))
    source = ManifestSource(f"{site.url}/all.csv", authorities, lambda: client_of(site))
    with pytest.raises(SourceError, match=r"line 2, column (address|mapping): .*expected an address"):
        source.references(SEASON)


def test_half_a_character_in_an_address_is_said_with_its_place(tmp_path: Path, authorities: Authorities) -> None:
    manifest = tmp_path / "letters.json"
    manifest.write_text('[{"season": 2021, "authority": "SAMPLE-01", "address": "https://a.example/\\ud800"}]')
    source = ManifestSource(str(manifest), authorities, lambda: pytest.fail("nothing is fetched"))
    with pytest.raises(SourceError, match=r"letters\.json, entry 1, column address: .*whole characters"):
        source.references(SEASON)


# --- The loop ---------------------------------------------------------------------------------------------


class _Failing(ManifestSource):
    """A source that runs out of memory at one letter."""

    def fetch(self, reference: Reference, known: Known | None = None) -> Fetched:
        if reference.address.endswith("/letter"):
            raise MemoryError
        return super().fetch(reference, known)


def test_an_error_that_nobody_thought_of_is_the_outcome_of_one_letter(
    site: SiteServer, tmp_path: Path, authorities: Authorities
) -> None:
    manifest = tmp_path / "letters.csv"
    rows = f"2021,SAMPLE-01,{site.url}/letter\n2021,SAMPLE-02,{site.url}/other\n"
    manifest.write_text(f"season,authority,address\n{rows}")
    source = _Failing(str(manifest), authorities, lambda: client_of(site))
    archive = Archive(tmp_path / "archive")
    failed, fetched = acquire_references(source, archive, source.references(SEASON), lambda outcome: None)
    assert (failed.cause, failed.detail) == (FailureCause.UNEXPECTED, "MemoryError: ")
    assert fetched.state is AcquisitionState.FETCHED
