"""The archive: bytes under their own hash, never changed, and a card for each place they came from."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.acquire.archive import Archive, ArchiveError
from redress.seasons import Season

CONTENT = b"%PDF-1.4 an invented letter"
SEASON = Season(2021)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def files(archive: Archive, ending: str) -> list[Path]:
    return sorted(path for path in archive.folder.rglob(f"*{ending}") if path.is_file())


def test_what_is_stored_is_read_back(archive: Archive) -> None:
    card = archive.store(CONTENT, SEASON, "folder:letters", "2021/a.pdf")
    assert card.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert archive.read(card.sha256) == CONTENT


@given(st.binary(max_size=4096))
def test_any_bytes_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    assert archive.read(archive.store(content, SEASON, "a", "b").sha256) == content


def test_the_same_bytes_from_two_places_are_one_file_with_two_cards(archive: Archive) -> None:
    first = archive.store(CONTENT, SEASON, "folder:letters", "2021/a.pdf")
    second = archive.store(CONTENT, Season(2022), "folder:letters", "2022/a.pdf")
    assert first.sha256 == second.sha256
    assert len(files(archive, ".bin")) == 1
    assert [(card.season, card.address) for card in archive.cards(first.sha256)] == [
        (2021, "2021/a.pdf"),
        (2022, "2022/a.pdf"),
    ]


def test_storing_again_changes_nothing(archive: Archive) -> None:
    archive.store(CONTENT, SEASON, "folder:letters", "2021/a.pdf")
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files(archive, "")}
    card = archive.store(CONTENT, SEASON, "folder:letters", "2021/a.pdf")
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files(archive, "")} == before
    assert archive.cards(card.sha256) == (card,)


def test_a_card_says_where_the_bytes_came_from_and_on_what_terms(archive: Archive) -> None:
    card = archive.store(CONTENT, SEASON, "folder:letters", "2021/a.pdf")
    assert (card.source, card.address, card.size_bytes) == ("folder:letters", "2021/a.pdf", len(CONTENT))
    assert "2021" in card.citation
    assert "acknowledged" in card.licence
    (path,) = files(archive, ".json")
    assert json.loads(path.read_text())["sha256"] == card.sha256


def test_bytes_that_changed_on_disk_are_noticed(archive: Archive) -> None:
    card = archive.store(CONTENT, SEASON, "folder:letters", "2021/a.pdf")
    (path,) = files(archive, ".bin")
    path.write_bytes(CONTENT + b" and a word more")
    with pytest.raises(ArchiveError, match="has changed since it was stored"):
        archive.read(card.sha256)


def test_bytes_that_are_gone_are_named(archive: Archive) -> None:
    missing = hashlib.sha256(b"never stored").hexdigest()
    with pytest.raises(ArchiveError, match=f"no file {missing}"):
        archive.read(missing)


@pytest.mark.parametrize(
    "address", ["../../x", "/etc/x", "a\\..\\b", "c:\\x", "x\n.json", "x" * 400, "höhe/ü.pdf", ""]
)
def test_a_name_from_outside_never_becomes_a_path(tmp_path: Path, address: str) -> None:
    archive = Archive(tmp_path / "deep" / "archive")
    card = archive.store(CONTENT, SEASON, "folder:letters", address)
    assert all(path.is_relative_to(archive.folder) for path in tmp_path.rglob("*") if path.is_file())
    assert len(files(archive, "")) == 2
    assert archive.cards(card.sha256)[0].address == address


def test_a_write_that_fails_leaves_nothing_behind(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError("no space left on the device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        archive.store(CONTENT, SEASON, "folder:letters", "2021/a.pdf")
    assert files(archive, "") == []
