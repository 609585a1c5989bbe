"""Letters that were read before are not read again, unless their bytes or the reader have changed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from redress.acquire.source import ReferenceKind
from redress.acquire.sources.folder import FolderSource
from redress.check.letter_rules import check_letter
from redress.model.letter import Letter, Verdict
from redress.model.measures import half_up_pct
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, acquire_and_read, check, reading, readings
from redress.steps.acquiring import archived_file
from redress.steps.readings import Readings, reader_identity, reader_sources
from redress.warehouse.landing import Landing
from tests.made import SAMPLE_AUTHORITIES, SAMPLES, landed, letter, sha256

pytestmark = pytest.mark.needs("time")

SEASON = Season(2021)
READER = "0123456789abcdef"


def read_count(settings: Settings, folder: Path, name: str) -> int:
    """Run the season; return how many letters the run newly read."""
    run = Run.of_season(SEASON, name, settings)
    check(run, acquire_and_read(run, FolderSource(folder)))
    return sum(one["counts"]["newly_read"] for one in run.record.events() if "newly_read" in one.get("counts", {}))


@pytest.mark.needs("processes")
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
    kept = Readings(tmp_path / "kept.parquet")
    both = {sha256("a"), sha256("b")}
    assert kept.find(both, READER) == {}
    one = letter("a")
    kept.keep([landed(one, address="2021/a.PDF"), landed(letter("c"))], READER)
    assert kept.find(both, READER) == {(one.sha256, ".pdf"): one}
    kept.keep([landed(letter("b"), address="2021/b.pdf")], READER)
    assert kept.find(both, READER).keys() == {(sha256("b"), ".pdf")}
    reader, found = kept.read()
    assert (reader, [one.letter for one in found]) == (READER, [letter("b")])


def test_a_file_that_could_not_be_read_is_tried_again(tmp_path: Path) -> None:
    kept = Readings(tmp_path / "kept.parquet")
    timed_out = Letter(sha256("slow"), Verdict.UNREADABLE, "timed out: reading took more than 60 seconds")
    kept.keep([landed(timed_out)], READER)
    assert kept.find({timed_out.sha256}, READER) == {}


@pytest.mark.parametrize("was_read", [True, False])
def test_a_failure_of_tesseract_takes_no_letter_out_of_the_release_that_was_read_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, was_read: bool
) -> None:
    run = Run.of_season(SEASON, "again", Settings(home=tmp_path / "home"))
    one = letter("a scan")
    failed = Letter(one.sha256, Verdict.UNREADABLE, "not read: tesseract failed on the picture of page 1: ended")
    if was_read:
        run.kept_readings.keep([landed(one, address="2021/scan.pdf")], reader_identity())
    monkeypatch.setattr(reading, "_newly_read", lambda *_: {(one.sha256, ".pdf"): failed})
    file = archived_file("2021/scan.pdf", ReferenceKind.LETTER, one.sha256)
    (read,) = run.part(reading.read(run, [file], 0, anew=True)).letters()
    assert read.letter == (one if was_read else failed)
    said = next(event["told"] for event in run.record.events() if "newly_read" in event.get("counts", {}))
    assert ("whose earlier readings stay" if was_read else "which this reader has not read") in said


def test_another_reader_knows_nothing_of_what_was_read(tmp_path: Path) -> None:
    kept = Readings(tmp_path / "kept.parquet")
    kept.keep([landed(letter("a"))], READER)
    assert kept.find({sha256("a")}, "another") == {}


@pytest.fixture
def package_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a copy of the package, from which the identity of the reader is computed during the test."""
    copy = tmp_path / "copy"
    shutil.copytree(readings.PACKAGE_FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(readings, "PACKAGE_FOLDER", copy)
    return copy


def source_path(package: Path, module: str) -> Path:
    return package.joinpath(*module.split(".")[1:]).with_suffix(".py")


@pytest.mark.parametrize("module", sorted(one for one in reader_sources() if not one.endswith("reader")))
def test_a_change_of_anything_that_the_reader_imports_makes_another_reader(package_copy: Path, module: str) -> None:
    before = reader_identity()
    path = source_path(package_copy, module)
    path = path if path.exists() else path.with_suffix("") / "__init__.py"
    path.write_bytes(path.read_bytes() + b"# a change\n")
    assert reader_identity() != before


def test_the_rules_and_the_rounding_belong_to_the_reader_and_commands_do_not(package_copy: Path) -> None:
    rounding = source_path(package_copy, half_up_pct.__module__)
    rules = source_path(package_copy, check_letter.__module__)
    before = reader_identity()
    for path in (rounding, rules):
        source = path.read_text(encoding="utf-8")
        path.write_text(source.replace("(200 * part + whole) // (2 * whole)", "(100 * part) // whole") + "#\n")
        assert reader_identity() != before
        path.write_text(source)
        assert reader_identity() == before
    (package_copy / "cli" / "letters.py").write_text("# another command\n")
    assert reader_identity() == before


def test_the_readers_sources_are_those_that_an_interpreter_loads_to_read() -> None:
    code = f"import sys, {readings.READER_MODULE}; print(*(n for n in sys.modules if n.split('.')[0] == 'redress'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == set(reader_sources())


def test_each_library_that_the_reader_imports_counts() -> None:
    imported = {
        name.split(".")[0] for source in reader_sources().values() for name in readings._imported_names(source)
    }
    assert imported - sys.stdlib_module_names - {"redress"} <= readings.READING_LIBRARIES.keys()


def test_another_version_of_tesseract_is_another_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    seen = [reader_identity()]
    for version in ("5.3.0", "5.5.0"):
        program = tmp_path / "tesseract"
        program.write_text(f"#!/bin/sh\necho tesseract {version}\n")
        program.chmod(0o755)
        seen.append(reader_identity())
    assert len(set(seen)) == 3


@pytest.mark.needs("processes")
def test_what_one_reader_read_is_not_kept_for_another_that_came_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home", additional_authorities=SAMPLE_AUTHORITIES)
    folder = SAMPLES / "letters"
    run = Run.of_season(SEASON, "first", settings)
    parts = acquire_and_read(run, FolderSource(folder))
    monkeypatch.setattr(readings, "READING_LIBRARIES", {})
    check(run, parts)
    assert read_count(settings, folder, "second") == 5
    assert read_count(settings, folder, "third") == 0
