"""Letters that were read before are not read again, unless their bytes or the reader have changed."""

import shutil
from pathlib import Path

import pytest

from redress import readings
from redress.acquire.folder import FolderSource
from redress.letters.records import Letter, Verdict
from redress.readings import Readings, reader_identity
from redress.seasons import Season
from redress.settings import Settings
from redress.steps import SeasonRun, acquire_and_read, check
from redress.warehouse.landing import Landing
from tests.made import SAMPLE_AUTHORITIES, SAMPLES, landed, letter, sha256

SEASON = Season(2021)


def read_count(settings: Settings, folder: Path, name: str) -> int:
    """How many letters one run of the season newly reads."""
    run = SeasonRun(SEASON, name, settings)
    check(run, acquire_and_read(run, FolderSource(folder)))
    return sum(one["counts"]["newly_read"] for one in run.record.events() if "newly_read" in one.get("counts", {}))


def test_of_an_unchanged_season_nothing_is_read_and_of_a_changed_one_what_changed(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "letters" / "2021", tmp_path / "letters" / "2021")
    settings = Settings(home=tmp_path / "home", additional_authorities=SAMPLE_AUTHORITIES)
    landing = Landing(settings.landing_folder)
    assert read_count(settings, tmp_path / "letters", "first") == 5
    before = landing.content_hash()
    assert read_count(settings, tmp_path / "letters", "second") == 0
    assert landing.content_hash() == before
    path = tmp_path / "letters" / "2021" / "wexmarsh-district-council.pdf"
    path.write_bytes(path.read_bytes() + b"\n%a comment\n")
    assert read_count(settings, tmp_path / "letters", "third") == 1


def test_readings_come_back_as_they_were_kept(tmp_path: Path) -> None:
    kept = Readings(tmp_path)
    both = {sha256("a"), sha256("b")}
    assert kept.find(SEASON, both) == {}
    one = letter("a")
    kept.keep(SEASON, [landed(one, address="2021/a.PDF"), landed(letter("c"))])
    assert kept.find(SEASON, both) == {(one.sha256, ".pdf"): one}
    kept.keep(SEASON, [landed(letter("b"), address="2021/b.pdf")])
    assert kept.find(SEASON, both).keys() == {(sha256("b"), ".pdf")}


def test_a_file_that_could_not_be_read_is_tried_again(tmp_path: Path) -> None:
    kept = Readings(tmp_path)
    timed_out = Letter(sha256("slow"), Verdict.UNREADABLE, "timed out: reading took more than 60 seconds")
    kept.keep(SEASON, [landed(timed_out)])
    assert kept.find(SEASON, {timed_out.sha256}) == {}


def test_another_reader_knows_nothing_of_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Readings(tmp_path).keep(SEASON, [landed(letter("a"))])
    monkeypatch.setattr(readings, "reader_identity", lambda: "another")
    assert Readings(tmp_path).find(SEASON, {sha256("a")}) == {}


def test_the_readers_identity_is_that_of_its_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in readings.READING_SOURCES:
        place = readings.PACKAGE_FOLDER / name
        copy = shutil.copytree if place.is_dir() else shutil.copy
        copy(place, tmp_path / name)
    monkeypatch.setattr(readings, "PACKAGE_FOLDER", tmp_path)
    same = reader_identity.__wrapped__()
    assert same == reader_identity()
    (tmp_path / "letters" / "layouts" / "known.py").write_text("# another layout\n")
    assert reader_identity.__wrapped__() != same
