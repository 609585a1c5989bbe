"""The archive keeps bytes under their own hash, never changed, with cards that say how they came. It works alike on
a disk and on S3."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.acquire.archive import Archive, ArchiveError
from redress.acquire.cards import Card
from redress.acquire.source import Fetched, Known, Reference, ReferenceKind, Validators
from redress.files.store import INCOMING, WholeFiles
from redress.model.season import Season
from tests.acquire.s3_server import BUCKET, s3_server

pytestmark = pytest.mark.needs("time")

CONTENT = b"%PDF-1.4 an invented letter"
REISSUED = b"%PDF-1.4 an invented letter, put right"
SEASON = Season(2021)
LETTER = Reference(SEASON, "https://site.example/blaby/statistics", "E07000129")
SITE = "site:https://site.example"
FOUND = "https://site.example/documents/blaby.pdf"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as address:
        yield address


on_s3_in_soak = pytest.mark.parametrize(
    "archive",
    ["local", pytest.param("s3", marks=[pytest.mark.needs("object_store"), pytest.mark.long])],
    indirect=True,
)
"""A mark for a test that puts many cards one by one. The test always runs with a local archive, but with an archive
on S3 only in `make soak`: S3 takes seconds, and runs the same code as a disk."""


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.needs("object_store"))])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    if request.param == "local":
        return Archive(tmp_path / "archive")
    request.getfixturevalue("s3")
    return Archive(f"s3://{BUCKET}/{tmp_path.name}/archive")


def came(content: bytes = CONTENT, etag: str | None = '"1"', address: str = FOUND) -> Fetched:
    return Fetched(content, address, 200, Validators(etag, "Wed, 28 Jul 2021 09:00:00 GMT"))


def names(archive: Archive, ending: str = "") -> list[str]:
    """Return the names of all files of an archive, including files that are being written."""
    files = WholeFiles(archive.address)
    return [
        name for below in ("sha256", "addresses", INCOMING) for name in files.names(below) if name.endswith(ending)
    ]


def found(archive: Archive) -> list[str]:
    """Return the faults of an archive without their places."""
    return [finding.detail for finding in archive.verify().findings]


def test_what_is_stored_is_read_back(archive: Archive) -> None:
    card = archive.store(LETTER, came(), SITE)
    assert card.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert archive.holds(card.sha256)
    assert archive.read(card.sha256) == CONTENT
    assert found(archive) == []


@given(st.binary(max_size=4096))
def test_any_bytes_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    assert archive.read(archive.store(LETTER, came(content), SITE).sha256) == content


def test_the_same_bytes_from_two_places_are_one_file_with_two_cards(archive: Archive) -> None:
    first = archive.store(LETTER, came(), SITE)
    second = archive.store(dataclasses.replace(LETTER, season=Season(2022)), came(), SITE)
    assert first.sha256 == second.sha256
    assert len(names(archive, ".bin")) == 1
    assert [card.season for card in archive.cards(first.sha256)] == [2021, 2022]
    assert found(archive) == []


def test_a_page_and_a_letter_of_one_address_are_two_things(archive: Archive) -> None:
    page = dataclasses.replace(LETTER, kind=ReferenceKind.STATISTICS_PAGE)
    archive.store(LETTER, came(), SITE)
    archive.store(page, came(b"<html>", address=LETTER.address), SITE)
    assert [archive.latest(one).size_bytes for one in (LETTER, page)] == [len(CONTENT), 6]  # type: ignore[union-attr]
    assert "a council's statistics page" in archive.latest(page).citation  # type: ignore[union-attr]


def test_storing_again_writes_nothing(archive: Archive) -> None:
    first = archive.store(LETTER, came(), SITE)
    before = {name: WholeFiles(archive.address).read(name) for name in names(archive)}
    assert archive.store(LETTER, came(), SITE) == first
    assert {name: WholeFiles(archive.address).read(name) for name in names(archive)} == before


def test_a_letter_that_changes_at_its_address_is_a_new_version_and_the_old_one_stays(archive: Archive) -> None:
    old = archive.store(LETTER, came(), SITE)
    new = archive.store(LETTER, came(REISSUED, '"2"'), SITE)
    assert archive.latest(LETTER) == new
    assert archive.read(old.sha256) == CONTENT
    assert archive.cards(old.sha256) == (old,)
    assert found(archive) == []


def test_a_letter_that_is_put_back_is_the_latest_again_and_keeps_its_first_day(archive: Archive) -> None:
    old = archive.store(LETTER, came(), SITE)
    archive.store(LETTER, came(REISSUED, '"2"'), SITE)
    again = archive.store(LETTER, came(etag='"3"'), SITE)
    assert archive.latest(LETTER) == again
    assert again.first_fetched_at == old.fetched_at < again.fetched_at
    assert len(names(archive, ".bin")) == 2
    assert found(archive) == []


@pytest.mark.parametrize("contents", [(CONTENT, REISSUED), (REISSUED, CONTENT)])
def test_of_two_letters_that_come_within_a_millisecond_the_second_is_the_later(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, contents: tuple[bytes, bytes]
) -> None:
    first, later = "2026-08-01T09:00:00.000+00:00", "2026-08-01T09:00:00.001+00:00"
    times = iter((first, first, first))
    monkeypatch.setattr("redress.acquire.archive._now", lambda: next(times, later))
    archive.store(LETTER, came(contents[0]), SITE)
    new = archive.store(LETTER, came(contents[1], '"2"'), SITE)
    monkeypatch.undo()
    assert archive.season_cards(SEASON) == (new,)
    assert archive.latest(LETTER) == new
    assert found(archive) == []


def test_a_letter_that_came_under_a_clock_that_was_ahead_is_not_later_than_the_next_one(archive: Archive) -> None:
    ahead = archive.store(LETTER, came(), SITE)
    for name in names(archive, ".json"):
        card = json.loads(WholeFiles(archive.address).read(name)) | {"fetched_at": "2098-01-01T00:00:00.000+00:00"}
        WholeFiles(archive.address).write(name, json.dumps(card).encode())
    new = archive.store(LETTER, came(REISSUED, '"2"'), SITE)
    assert archive.season_cards(Season(new.season)) == (new,)
    assert archive.rebuild_addresses() == 0
    assert found(archive) == []
    assert archive.cards(ahead.sha256)[0].fetched_at < new.fetched_at


def put_ahead(archive: Archive, card: Card, year: int, *, is_indexed: bool = False) -> None:
    """Change the time of a card to a year that is still to come. With `is_indexed`, change it in the index of
    addresses too.
    """
    for name in names(archive, ".json"):
        if is_indexed or not name.startswith("addresses/"):
            stated = json.loads(WholeFiles(archive.address).read(name))
            if stated["sha256"] == card.sha256:
                stated["fetched_at"] = f"{year}-01-01T00:00:00.000+00:00"
                WholeFiles(archive.address).write(name, json.dumps(stated).encode())


@on_s3_in_soak
def test_no_card_of_a_clock_that_was_ahead_brings_an_older_letter_back(archive: Archive) -> None:
    old = archive.store(LETTER, came(), SITE)
    new = archive.store(LETTER, came(REISSUED, '"2"'), SITE)
    put_ahead(archive, old, 2098)
    assert archive.season_cards(SEASON) == (new,)
    (finding,) = found(archive)
    assert finding.startswith(
        "it says that its bytes came at 2098-01-01T00:00:00.000+00:00, which is still to come"
    )
    assert archive.rebuild_addresses() == 0
    assert found(archive) == []
    assert archive.latest(LETTER) == new
    assert archive.season_cards(SEASON) == (new,)
    assert archive.cards(old.sha256)[0].fetched_at < new.fetched_at


@on_s3_in_soak
def test_two_letters_that_came_under_a_clock_that_was_ahead_are_both_earlier_than_the_next_one(
    archive: Archive,
) -> None:
    first = archive.store(LETTER, came(), SITE)
    put_ahead(archive, first, 2098, is_indexed=True)
    second = archive.store(LETTER, came(REISSUED, '"2"'), SITE)
    put_ahead(archive, first, 2097)
    put_ahead(archive, second, 2098, is_indexed=True)
    assert len(found(archive)) == 2
    third = archive.store(LETTER, came(b"%PDF-1.4 once more", '"3"'), SITE)
    assert found(archive) == []
    assert archive.season_cards(SEASON) == (third,)
    times = [archive.cards(one.sha256)[0].fetched_at for one in (first, second, third)]
    assert times == sorted(set(times))


@on_s3_in_soak
def test_the_latest_letter_of_a_clock_that_was_ahead_stays_the_latest_when_its_time_is_put_right(
    archive: Archive,
) -> None:
    archive.store(LETTER, came(), SITE)
    new = archive.store(LETTER, came(REISSUED, '"2"'), SITE)
    put_ahead(archive, new, 2098, is_indexed=True)
    assert archive.rebuild_addresses() == 1
    assert found(archive) == []
    (latest,) = archive.season_cards(SEASON)
    assert latest.sha256 == new.sha256


def test_what_is_known_of_a_letter_is_where_its_bytes_were_and_what_the_server_said_of_them(
    archive: Archive,
) -> None:
    archive.store(LETTER, came(), SITE)
    card = archive.latest(LETTER)
    assert card is not None
    assert card.known == Known(FOUND, Validators('"1"', "Wed, 28 Jul 2021 09:00:00 GMT"))
    archive.store(LETTER, came(etag='"moved to another server"'), SITE)
    assert archive.latest(LETTER).etag == '"moved to another server"'  # type: ignore[union-attr]


def test_a_card_says_how_the_bytes_came_and_on_what_terms(archive: Archive) -> None:
    archive.store(LETTER, came(), SITE)
    (name,) = [name for name in names(archive, ".json") if ".cards/" in name]
    stated = json.loads(WholeFiles(archive.address).read(name))
    assert set(stated) == {field.name for field in dataclasses.fields(Card)}
    assert stated | {"address": LETTER.address, "found_address": FOUND, "authority_id": "E07000129"} == stated
    assert stated | {"season": 2021, "status": 200, "size_bytes": len(CONTENT), "source": SITE} == stated
    assert "2021" in stated["citation"]
    assert "acknowledged" in stated["licence"]


def test_bytes_that_are_gone_are_named_and_are_not_known(archive: Archive) -> None:
    missing = hashlib.sha256(b"never stored").hexdigest()
    assert not archive.holds(missing)
    with pytest.raises(ArchiveError, match=f"no file {missing}"):
        archive.read(missing)
    assert archive.latest(LETTER) is None


@pytest.mark.parametrize(
    "address", ["../../x", "/etc/x", "a\\..\\b", "c:\\x", "x\n.json", "x" * 400, "höhe/ü.pdf", ""]
)
def test_a_name_from_outside_never_becomes_a_path(tmp_path: Path, address: str) -> None:
    archive = Archive(tmp_path / "deep" / "archive")
    card = archive.store(Reference(SEASON, address), came(address=address), SITE)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == len(names(archive)) == 3
    assert archive.cards(card.sha256)[0].address == address


def test_a_letter_whose_bytes_were_lost_is_asked_for_as_if_it_were_new(archive: Archive) -> None:
    card = archive.store(LETTER, came(), SITE)
    files = WholeFiles(archive.address)
    files.write(bytes_name(CONTENT), CONTENT[:5])
    assert archive.latest(LETTER) is None
    assert archive.store(LETTER, came(), SITE).sha256 == card.sha256
    assert archive.read(card.sha256) == CONTENT
    assert archive.latest(LETTER) is not None


def test_a_store_that_shows_half_written_files_is_refused() -> None:
    with pytest.raises(ArchiveError, match=r"sftp:// is no object store .* name a local folder, or an address"):
        Archive("sftp://host/letters").store(LETTER, came(), SITE)


@pytest.mark.needs("object_store")
def test_a_bucket_that_is_not_there_is_said_in_words(s3: str) -> None:
    with pytest.raises(ArchiveError, match=r"s3://no-such-bucket/x/sha256/.* cannot be written: .*bucket"):
        Archive("s3://no-such-bucket/x").store(LETTER, came(), SITE)


# --- Verifying --------------------------------------------------------------------------------------------


def place(archive: Archive, name: str) -> Path:
    return Path(archive.address) / name


@pytest.fixture
def local(tmp_path: Path) -> Archive:
    """A local archive with a letter that was issued twice."""
    archive = Archive(tmp_path / "archive")
    archive.store(LETTER, came(), SITE)
    archive.store(LETTER, came(REISSUED, '"2"'), SITE)
    assert found(archive) == []
    return archive


def bytes_name(content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    return f"sha256/{sha256[:2]}/{sha256}.bin"


def card_names(archive: Archive, content: bytes) -> list[str]:
    return [name for name in names(archive, ".json") if hashlib.sha256(content).hexdigest() in name]


def test_bytes_that_changed_are_found_by_reading_and_by_verifying(local: Archive) -> None:
    place(local, bytes_name(CONTENT)).write_bytes(CONTENT + b" and a word more")
    with pytest.raises(ArchiveError, match="has changed since it was stored"):
        local.read(hashlib.sha256(CONTENT).hexdigest())
    (detail,) = found(local)
    assert detail.startswith(f"the bytes have the hash {hashlib.sha256(CONTENT + b' and a word more').hexdigest()}")


@pytest.mark.needs("object_store")
def test_bytes_that_changed_on_s3_are_found(s3: str) -> None:
    archive = Archive(f"s3://{BUCKET}/changed")
    archive.store(LETTER, came(), SITE)
    WholeFiles(archive.address).write(bytes_name(CONTENT), REISSUED)
    (finding,) = archive.verify().findings
    assert finding.place == f"s3://{BUCKET}/changed/{bytes_name(CONTENT)}"


def test_a_card_without_its_bytes_is_found(local: Archive) -> None:
    place(local, bytes_name(CONTENT)).unlink()
    (detail,) = found(local)
    assert detail.startswith("a card without its bytes")


def test_bytes_without_a_card_are_found_and_storing_them_again_mends_it(local: Archive) -> None:
    for name in card_names(local, REISSUED):
        place(local, name).unlink()
    details = found(local)
    assert details[0] == "bytes without a card: nothing says where they came from"
    assert "is not the latest card" in details[1]
    local.store(LETTER, came(REISSUED, '"2"'), SITE)
    assert found(local) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"sha256": "ab"}', b"\xff"])
def test_half_a_card_is_found_and_storing_its_bytes_again_mends_it(local: Archive, content: bytes) -> None:
    (name,) = card_names(local, REISSUED)
    place(local, name).write_bytes(content)
    assert any("is no card" in detail for detail in found(local))
    local.store(LETTER, came(REISSUED, '"2"'), SITE)
    assert found(local) == []


def test_a_card_that_speaks_of_other_bytes_is_found(local: Archive) -> None:
    old, new = (card_names(local, content)[0] for content in (CONTENT, REISSUED))
    place(local, new).write_bytes(place(local, old).read_bytes())
    assert "a card of other bytes, or of another address" in found(local)


def test_a_file_that_does_not_belong_there_is_found(local: Archive) -> None:
    place(local, "sha256/ab").mkdir(exist_ok=True)
    place(local, "sha256/ab/notes.txt").write_text("notes")
    assert found(local) == ["no file of the archive's: take it away"]


@pytest.mark.parametrize("change", ["gone", "old", "half"])
def test_the_index_of_addresses_is_made_anew_from_the_cards(local: Archive, change: str) -> None:
    latest = local.latest(LETTER)
    (index,) = names(local, "addresses") or [
        name for name in names(local, ".json") if name.startswith("addresses/")
    ]
    if change == "gone":
        place(local, index).unlink()
    elif change == "half":
        place(local, index).write_text("{")
    else:
        place(local, index).write_bytes(place(local, card_names(local, CONTENT)[0]).read_bytes())
    assert [("--rebuild-addresses" in detail) for detail in found(local)] == [True]
    assert local.rebuild_addresses() == 1
    assert local.latest(LETTER) == latest
    assert found(local) == []


# --- Writing whole ----------------------------------------------------------------------------------------


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    archive = Archive(tmp_path / "archive")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ArchiveError, match=r"sha256/.*\.bin cannot be written: No space left on device"):
        archive.store(LETTER, came(), SITE)
    assert names(archive) == []
