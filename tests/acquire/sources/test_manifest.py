import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import s3fs

from redress.acquire.source import (
    FailureCause,
    FetchError,
    Known,
    NotPublishedError,
    ReferenceKind,
    SourceError,
    SourceUnavailableError,
)
from redress.acquire.sources.manifest import ManifestSource
from redress.acquire.web.client import HttpClient
from redress.model.authorities import Authorities
from redress.model.season import Season
from tests.acquire.s3_server import BUCKET, s3_server
from tests.acquire.site_server import PDF, Given, SiteServer, client_of, sample, site_server
from tests.made import PELLONSHIRE, SEASON, WEXMARSH

HEADINGS = "season,authority,address\n"


@pytest.fixture
def site() -> Iterator[SiteServer]:
    with site_server() as server:
        server.give("/letters/pellonshire.pdf", Given(sample(2021, PELLONSHIRE), content_type=PDF, etag='"one"'))
        yield server


def source_of(address: str | Path, authorities: Authorities, site: SiteServer | None = None) -> ManifestSource:
    def new_client() -> HttpClient:
        if site is None:
            raise AssertionError("a manifest of files needs no client")
        return client_of(site)

    return ManifestSource(str(address), authorities, new_client)


def written(folder: Path, text: str, name: str = "letters.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_files_lie_relative_to_the_manifest(tmp_path: Path, authorities: Authorities) -> None:
    (tmp_path / "2021").mkdir()
    (tmp_path / "2021" / "p.pdf").write_bytes(b"%PDF-1.7 one")
    rows = f"2021,SAMPLE-01,2021/p.pdf\n2021,{WEXMARSH},{tmp_path}/2021/p.pdf\n2022,SAMPLE-01,file://{tmp_path}/x%20y.pdf\n"
    source = source_of(written(tmp_path, HEADINGS + rows), authorities)
    first, second = source.references(SEASON)
    assert (first.authority_id, second.authority_id) == ("SAMPLE-01", "SAMPLE-02")
    assert first.address == second.address == f"{tmp_path}/2021/p.pdf"
    assert source.fetch(first).content == b"%PDF-1.7 one"
    (later,) = source.references(Season(2022))
    with pytest.raises(FileNotFoundError):
        source.fetch(later)
    (tmp_path / "x y.pdf").write_bytes(b"%PDF-1.7 two")
    assert source.fetch(later).content == b"%PDF-1.7 two"


def test_json_says_the_same_as_csv(tmp_path: Path, authorities: Authorities) -> None:
    rows = [
        {"season": 2021, "authority": "SAMPLE-01", "address": "p.pdf", "kind": None},
        {"season": "2021", "authority": WEXMARSH, "address": "w.html", "kind": "statistics_page"},
    ]
    by_json = source_of(written(tmp_path, json.dumps(rows), "letters.json"), authorities)
    text = f"Season,Authority,Address,Kind\n2021,SAMPLE-01,p.pdf,\n\n 2021 ,{WEXMARSH},w.html,statistics_page\n"
    by_csv = source_of(written(tmp_path, f"\ufeff{text}"), authorities)
    assert by_json.references(SEASON) == by_csv.references(SEASON)
    assert [one.kind for one in by_csv.references(SEASON)] == [ReferenceKind.LETTER, ReferenceKind.STATISTICS_PAGE]


def test_letters_come_from_servers_and_only_if_they_changed(
    tmp_path: Path, site: SiteServer, authorities: Authorities
) -> None:
    manifest = written(tmp_path, f"{HEADINGS}2021,SAMPLE-01,{site.url}/letters/pellonshire.pdf\n")
    source = source_of(manifest, authorities, site)
    (one,) = source.references(SEASON)
    fetched = source.fetch(one)
    assert fetched.content == sample(2021, PELLONSHIRE)
    assert source.fetch(one, Known(fetched.address, fetched.validators)).content is None


def test_several_threads_share_one_client(tmp_path: Path, site: SiteServer, authorities: Authorities) -> None:
    manifest = written(tmp_path, f"{HEADINGS}2021,SAMPLE-01,{site.url}/letters/pellonshire.pdf\n")
    source = source_of(manifest, authorities, site)
    (one,) = source.references(SEASON)
    threads = [threading.Thread(target=source.fetch, args=(one,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [asked.path for asked in site.asked].count("/robots.txt") == 1


def test_a_manifest_of_a_server_leads_to_servers_alone(site: SiteServer, authorities: Authorities) -> None:
    site.give("/letters/all.csv", Given(f"{HEADINGS}2021,SAMPLE-01,pellonshire.pdf\n".encode()))
    source = source_of(f"{site.url}/letters/all.csv", authorities, site)
    (one,) = source.references(SEASON)
    assert one.address == f"{site.url}/letters/pellonshire.pdf"
    assert source.fetch(one).content == sample(2021, PELLONSHIRE)
    for address in ("file:///etc/passwd", "s3://bucket/a.pdf"):
        site.give("/letters/bad.csv", Given(f"{HEADINGS}2021,SAMPLE-01,{address}\n".encode()))
        with pytest.raises(SourceError, match="the manifest came from a server"):
            source_of(f"{site.url}/letters/bad.csv", authorities, site).references(SEASON)
    site.give("/letters/sly.csv", Given(f"{HEADINGS}2021,SAMPLE-01,/etc/passwd\n".encode()))
    (sly,) = source_of(f"{site.url}/letters/sly.csv", authorities, site).references(SEASON)
    assert sly.address == f"{site.url}/etc/passwd"


def test_a_page_in_place_of_a_letter_and_a_host_that_nobody_named_are_refused(
    tmp_path: Path, site: SiteServer, authorities: Authorities
) -> None:
    site.give("/letters/lost.pdf", Given(b"<html>Not found</html>"))
    rows = f"2021,SAMPLE-01,{site.url}/letters/lost.pdf\n2021,SAMPLE-02,https://elsewhere.example/a.pdf\n"
    source = source_of(written(tmp_path, HEADINGS + rows), authorities, site)
    causes = []
    for one in source.references(SEASON):
        with pytest.raises(FetchError) as raised:
            source.fetch(one)
        causes.append(raised.value.cause)
    assert causes == [FailureCause.WRONG_CONTENT, FailureCause.ADDRESS_NOT_ALLOWED]


def test_data_tables_come_with_their_mappings(tmp_path: Path, authorities: Authorities) -> None:
    rows = "2021,,d/decided.csv,data_table,d/decided.yml\n2021,,r.csv,data_table,\n"
    text = f"season,authority,address,kind,mapping\n{rows}"
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "decided.yml").write_bytes(b"authority: Name\n")
    source = source_of(written(tmp_path, text), authorities)
    assert source.references(SEASON) == ()
    decided, received = source.data_tables(SEASON)
    assert (decided.has_mapping, received.has_mapping) == (True, False)
    assert source.fetch(decided.mapping).content == b"authority: Name\n"
    assert received.mapping_address == f"{tmp_path}/r.yml"


def test_an_object_store_is_asked_for_what_has_changed(authorities: Authorities) -> None:
    with s3_server():
        store = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
        store.pipe_file(f"{BUCKET}/2021/p.pdf", b"%PDF-1.7 one")
        rows = "2021,SAMPLE-01,2021/p.pdf\n2021,SAMPLE-02,missing.pdf\n2021,SAMPLE-03,s3://another/x.pdf\n"
        store.pipe_file(f"{BUCKET}/all.csv", f"{HEADINGS}{rows}".encode())
        source = source_of(f"s3://{BUCKET}/all.csv", authorities)
        one, missing, elsewhere = source.references(SEASON)
        assert one.address == f"s3://{BUCKET}/2021/p.pdf"
        fetched = source.fetch(one)
        assert fetched.content == b"%PDF-1.7 one"
        assert fetched.validators.etag
        known = Known(fetched.address, fetched.validators)
        assert source.fetch(one, known).content is None
        store.pipe_file(f"{BUCKET}/2021/p.pdf", b"%PDF-1.7 two")
        assert source.fetch(one, known).content == b"%PDF-1.7 two"
        for absent in (missing, elsewhere):
            with pytest.raises(NotPublishedError, match=f"nothing at {absent.address}"):
                source.fetch(absent)
        with pytest.raises(SourceError, match=r"none\.csv cannot be had: there is nothing"):
            source_of(f"s3://{BUCKET}/none.csv", authorities).references(SEASON)


def test_an_object_store_that_does_not_answer_fails_one_letter(
    tmp_path: Path, authorities: Authorities, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = written(tmp_path, f"{HEADINGS}2021,SAMPLE-01,s3://{BUCKET}/p.pdf\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "a-test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    source = source_of(manifest, authorities)
    (one,) = source.references(SEASON)
    with pytest.raises(FetchError, match="cannot be had") as raised:
        source.fetch(one)
    assert raised.value.cause is FailureCause.CONNECTION


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no letter"),
        (HEADINGS, "names no letter"),
        (
            "season,address\n",
            r"letters.csv, line 1: columns missing: authority; expected season, authority, address",
        ),
        ("season,authority,address,size\n", "line 1: columns unknown: size"),
        ("season,authority,address,season\n", "line 1: columns there twice: season"),
        (f"{HEADINGS}2021,SAMPLE-01,a.pdf\n21,SAMPLE-01,b.pdf\n", 'line 3, column season: "21"; expected a year'),
        (f"{HEADINGS}2021,,a.pdf\n", "line 2, column authority: empty"),
        (f"{HEADINGS}2021,SAMPLE-01\n", "line 2, column address: empty"),
        (f"{HEADINGS}2021,Wexmarch District Council,a.pdf\n", "column authority: .*similar names: Wexmarsh"),
        (f"{HEADINGS}2022,Cumberland Council,a.pdf\n", "column authority: .*began on 1 April 2023"),
        (f"{HEADINGS}2021,SAMPLE-01,a,b.pdf\n", "line 2: 4 cells under 3 headings; put quotes"),
        (f"{HEADINGS}2021,SAMPLE-01,gopher://a\n", 'column address: "gopher://a"; expected an address of http'),
        (f"{HEADINGS}2021,SAMPLE-01,a.pdf\n2021,SAMPLE-01,a.pdf\n", "line 3: the same as .*line 2"),
        (f'{HEADINGS}2021,"SAMPLE-01,a.pdf\n', "no CSV"),
        (
            "season,authority,address,kind\n2021,SAMPLE-01,a.pdf,picture\n",
            'column kind: "picture"; expected one of',
        ),
        ("season,authority,address,mapping\n2021,SAMPLE-01,a.pdf,a.yml\n", "column mapping: .*only a data_table"),
        ("[{]", "letters.csv, line 1, column 3: no JSON"),
        ('{"season": 2021}', "is not a list of objects"),
        ('[{"season": 2021, "authority": "SAMPLE-01"}]', "entry 1: columns missing: address"),
        ('[{"season": 2021, "authority": ["a"], "address": "b"}]', r"entry 1, column authority: \[\"a\"\]"),
    ],
)
def test_a_manifest_that_is_wrong_says_where(
    tmp_path: Path, authorities: Authorities, text: str, message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        source_of(written(tmp_path, text), authorities).references(SEASON)


def test_a_server_that_is_down_may_be_up_again_and_one_that_is_not_allowed_never_is(
    authorities: Authorities,
) -> None:
    with site_server() as site:
        site.give("/down.csv", Given(status=503))
        with pytest.raises(SourceUnavailableError, match="answers 503"):
            source_of(f"{site.url}/down.csv", authorities, site).references(SEASON)
        with pytest.raises(SourceError, match="REDRESS_ALLOWED_HOSTS") as refused:
            source_of("http://letters.example.org/letters.csv", authorities, site).references(SEASON)
        assert not isinstance(refused.value, SourceUnavailableError)


def test_a_manifest_that_is_not_there_or_not_text_is_said(tmp_path: Path, authorities: Authorities) -> None:
    with pytest.raises(SourceError, match="cannot be had"):
        source_of(tmp_path / "none.csv", authorities).references(SEASON)
    (tmp_path / "bytes.csv").write_bytes(b"season,authority,address\n2021,\xff\xfe,a.pdf\n")
    with pytest.raises(SourceError, match="not text in UTF-8"):
        source_of(tmp_path / "bytes.csv", authorities).references(SEASON)
