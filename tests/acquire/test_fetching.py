"""A run from a real server notes what became of each letter, and later runs ask only for what they need."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from redress.acquire.archive import Archive
from redress.acquire.fetching import FAILURES_IN_A_ROW, acquire_references
from redress.acquire.outcomes import AcquisitionState, Summary, SummaryError
from redress.acquire.source import (
    FailureCause,
    SourceError,
)
from redress.acquire.sources.by_name import source_of
from redress.acquire.sources.folder import FolderSource
from redress.model.reference import load_authorities
from redress.report import acquired_lines
from redress.settings import Settings
from redress.steps import Run, SeasonError, acquire, acquire_and_read, check, plan, take_stock
from tests.acquire.letters_server import SEASON, LettersServer, letter, letters_server
from tests.acquire.s3_server import BUCKET, s3_server
from tests.acquire.site_server import PDF, Given

pytestmark = pytest.mark.needs("time")

COUNT = 60
FEW_COUNT = 12


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LettersServer]:
    with letters_server(tmp_path, COUNT) as server:
        yield server


def run_once(server: LettersServer, home: Path, name: str, *, retry_failed: bool = False, **changes: object) -> Run:
    """Acquire the season, and return the run. The run's summary lies beside its record."""
    run = Run.of_season(SEASON, name, server.settings(home, **changes))
    source = source_of(server.source, run.settings)
    for number, references in enumerate(plan(run, source, retry_failed=retry_failed)):
        acquire(run, source, references, number)
    take_stock(run, source)
    return run


def whole_run(server: LettersServer, home: Path, name: str, **changes: object) -> Run:
    """Acquire the season and end the run's journal, so that the next run starts over."""
    run = run_once(server, home, name, retry_failed=False, **changes)
    run.journal.end()
    return run


def summary(run: Run) -> Summary:
    return Summary.read(run.summary_path)


def asked(run: Run) -> dict[str, int]:
    """Return the number of references in each state, without authorities that the source does not list."""
    return {state: count for state, count in summary(run).counts.items() if state != "not_listed"}


def told(run: Run, step: str) -> str:
    return next(str(one["told"]) for one in reversed(run.record.events()) if one["step"] == step and "told" in one)


def test_a_whole_season_is_in_the_archive_each_letter_once(server: LettersServer, tmp_path: Path) -> None:
    run = run_once(server, tmp_path / "home", "first", read_batch_letters=25)
    assert asked(run) == {"fetched": COUNT}
    verified = Archive(run.settings.archive_address).verify()
    assert (verified.files_count, verified.cards_count, verified.findings) == (COUNT, COUNT, ())
    assert told(run, "plan") == "letters: 60, batches: 3"
    assert told(run, "acquire 3") == "10 letters in the archive (10 fetched)"


def test_an_unchanged_season_costs_conditional_requests_and_no_download(
    server: LettersServer, tmp_path: Path
) -> None:
    whole_run(server, tmp_path / "home", "first")
    server.site.forget()
    run = run_once(server, tmp_path / "home", "second")
    assert asked(run) == {"unchanged": COUNT}
    assert Counter(one.status for one in server.site.asked if one.path != "/robots.txt") == {304: COUNT}


def test_of_a_changed_letter_both_versions_are_kept_and_the_new_one_is_read(
    server: LettersServer, tmp_path: Path
) -> None:
    whole_run(server, tmp_path / "home", "first")
    server.give(7, letter(7, "a letter put right"))
    run = run_once(server, tmp_path / "home", "second")
    assert asked(run) == {"fetched": 1, "unchanged": COUNT - 1}
    archive = Archive(run.settings.archive_address)
    (changed,) = [one for one in summary(run).outcomes if one.state is AcquisitionState.FETCHED]
    assert changed.sha256 is not None
    assert b"put right" in archive.read(changed.sha256)
    assert archive.verify().files_count == COUNT + 1


def test_one_letter_that_fails_stops_nothing_and_is_retried_alone(server: LettersServer, tmp_path: Path) -> None:
    server.site.give(server.path(3), Given(b"<html>not found</html>", content_type="text/html"))
    server.site.give(server.path(4), Given(status=404))
    run = whole_run(server, tmp_path / "home", "first")
    assert asked(run) == {"failed": 1, "fetched": COUNT - 2, "not_published": 1}
    (failed,) = summary(run).failed
    assert failed.cause is FailureCause.WRONG_CONTENT
    assert failed.sha256 is None
    server.give(3, letter(3))
    server.site.forget()
    retried = run_once(server, tmp_path / "home", "second", retry_failed=True)
    assert server.site.paths() == [server.path(3)]
    assert asked(retried) == {"fetched": COUNT - 1, "not_published": 1}
    retried.journal.end()
    with pytest.raises(SeasonError, match="nothing failed in the last run of season 2021"):
        run_once(server, tmp_path / "home", "third", retry_failed=True)


def test_a_whole_run_does_not_go_on_with_one_that_asked_for_failures_alone(
    server: LettersServer, tmp_path: Path
) -> None:
    server.site.give(server.path(3), Given(status=500))
    whole_run(server, tmp_path / "home", "first")
    run_once(server, tmp_path / "home", "interrupted", retry_failed=True)
    server.give(7, letter(7, "a letter put right"))
    server.site.forget()
    run = run_once(server, tmp_path / "home", "whole")
    assert asked(run) == {"failed": 1, "fetched": 1, "unchanged": COUNT - 2}


def test_a_letter_that_fails_today_leaves_the_one_of_yesterday(server: LettersServer, tmp_path: Path) -> None:
    first = whole_run(server, tmp_path / "home", "first")
    server.site.give(server.path(3), Given(status=403))
    server.site.give(server.path(4), Given(status=410))
    run = run_once(server, tmp_path / "home", "second")
    before = {one.reference: one for one in summary(first).outcomes}
    now = {one.reference: one for one in summary(run).outcomes}
    (failed,) = summary(run).failed
    assert failed.sha256 == before[failed.reference].sha256
    assert "stand for it" in failed.detail
    (gone,) = [one for one in now.values() if one.state is AcquisitionState.GONE]
    assert gone.sha256 is None
    assert "the archive keeps it" in gone.detail


def test_too_many_failures_stop_the_season_and_the_next_run_asks_for_those_alone(
    server: LettersServer, tmp_path: Path
) -> None:
    bad = range(0, COUNT, 6)
    for number in bad:
        server.site.give(server.path(number), Given(status=403))
    with pytest.raises(
        SeasonError,
        match=r"season 2021: 10 of 60 letters could not be had .*\(10 refused\), and no more than 10% may fail\. "
        r"The first: http://127\.0\.0\.1:\d+/letters/0\.pdf is refused .*REDRESS_STOP_ABOVE_FAILED_PCT=100",
    ):
        run_once(server, tmp_path / "home", "first")
    for number in bad:
        server.give(number, letter(number))
    server.site.forget()
    run = run_once(server, tmp_path / "home", "second")
    assert sorted(server.site.paths()) == sorted(server.path(number) for number in bad)
    assert asked(run) == {"fetched": COUNT}
    assert "goes on with what began at" in told(run, "plan")


def test_a_site_that_has_lost_its_letters_does_not_empty_the_season(server: LettersServer, tmp_path: Path) -> None:
    whole_run(server, tmp_path / "home", "first")
    for number in range(0, COUNT, 6):
        server.site.give(server.path(number), Given(status=404))
    with pytest.raises(SeasonError, match=r"10 of 60 letters could not be had .*\(10 gone\)"):
        run_once(server, tmp_path / "home", "second")


def test_a_few_failures_or_a_higher_limit_do_not_stop_a_season(server: LettersServer, tmp_path: Path) -> None:
    for number in range(0, COUNT, 6):
        server.site.give(server.path(number), Given(status=403))
    assert asked(run_once(server, tmp_path / "a", "run", stop_above_failed_pct=100))["failed"] == 10
    assert asked(run_once(server, tmp_path / "b", "run", stop_from_failed_count=11))["failed"] == 10


def test_a_server_that_is_down_is_not_asked_for_all_letters(server: LettersServer, tmp_path: Path) -> None:
    for number in range(COUNT):
        server.site.give(server.path(number), Given(status=503))
    with pytest.raises(SourceError, match=f"{FAILURES_IN_A_ROW} fetches failed one after the other"):
        run_once(server, tmp_path / "home", "first")
    assert len(set(server.site.paths())) < COUNT


def test_a_network_that_goes_away_in_the_middle_of_a_file_leaves_no_half_file(
    server: LettersServer, tmp_path: Path
) -> None:
    for number in (5, 6):
        server.site.give(server.path(number), Given(letter(number), content_type=PDF, reset_at=1000))
    server.site.give(
        server.path(7), Given(letter(7), content_type=PDF, reset_at=1000), Given(letter(7), content_type=PDF)
    )
    run = run_once(server, tmp_path / "home", "first")
    assert [one.cause for one in summary(run).failed] == [FailureCause.CONNECTION, FailureCause.CONNECTION]
    verified = Archive(run.settings.archive_address).verify()
    assert (verified.files_count, verified.findings) == (COUNT - 2, ())


def test_an_old_interruption_is_not_continued(server: LettersServer, tmp_path: Path) -> None:
    run_once(server, tmp_path / "home", "first")
    server.site.forget()
    run = run_once(server, tmp_path / "home", "second", resume_within_hours=0)
    assert asked(run) == {"unchanged": COUNT}
    assert len(server.site.paths()) == COUNT


@pytest.mark.needs("object_store")
def test_a_season_goes_to_an_object_store_and_is_verified_there(tmp_path: Path) -> None:
    with letters_server(tmp_path, FEW_COUNT) as server, s3_server():
        run = run_once(server, tmp_path / "home", "first", archive=f"s3://{BUCKET}/letters")
        archive = Archive(f"s3://{BUCKET}/letters")
        verified = archive.verify()
        assert (verified.files_count, verified.cards_count, verified.findings) == (FEW_COUNT, FEW_COUNT, ())
        run.journal.end()
        assert asked(run_once(server, tmp_path / "home", "second", archive=archive.address)) == {
            "unchanged": FEW_COUNT
        }
        assert not (tmp_path / "home" / "archive").exists()


# --- Coverage ---------------------------------------------------------------------------------------------


def test_every_council_of_the_season_has_a_state_that_the_report_shows_and_landing_keeps(
    server: LettersServer, tmp_path: Path
) -> None:
    server.site.give(server.path(3), Given(status=404))
    server.site.give(server.path(4), Given(status=403))
    run = Run.of_season(SEASON, "first", server.settings(tmp_path / "home", stop_above_refused_pct=100))
    check(run, acquire_and_read(run, source_of(server.source, run.settings)))
    expected = [one.authority_id for one in load_authorities().expected_in(SEASON)]
    part = run.settings.landing_folder / "acquisitions" / "season=2021" / "part.parquet"
    rows = {row["authority_id"]: (row["state"], row["cause"]) for row in pq.read_table(part).to_pylist()}
    assert set(rows) == set(expected)
    assert rows[server.authority_ids[3]] == ("not_published", None)
    assert rows[server.authority_ids[4]] == ("failed", "refused")
    assert Counter(state for state, _ in rows.values()) == {
        "acquired": COUNT - 2,
        "failed": 1,
        "not_listed": len(expected) - COUNT,
        "not_published": 1,
    }
    report = "\n".join(acquired_lines(run))
    assert f"1 failed, 58 fetched, {len(expected) - COUNT} not listed, 1 not published." in report
    assert f"| {server.authority_ids[4]} | failed | refused |" in report
    assert "redress run 2021 --retry-failed" in report


# --- What is damaged, or is done twice ----------------------------------------------------------------------


def test_a_damaged_journal_never_stops_a_later_run(server: LettersServer, tmp_path: Path) -> None:
    run_once(server, tmp_path / "home", "first")
    (beginning,) = (tmp_path / "home" / "work" / "acquiring" / "2021").glob("*/began.json")
    beginning.write_text('{"source": "mani')
    assert asked(run_once(server, tmp_path / "home", "second")) == {"unchanged": COUNT}
    assert not beginning.exists()


def test_a_damaged_record_is_named_and_never_stops_a_later_run(server: LettersServer, tmp_path: Path) -> None:
    first = whole_run(server, tmp_path / "home", "first")
    with first.record.path.open("ab") as file:
        file.write(b'{"at": "2021", "step": "check", "sta\n\xff\xfe\n7\n{}\n\n')
    run = run_once(server, tmp_path / "home", "second")
    assert asked(run) == {"unchanged": COUNT}
    count = len(first.record.events())
    numbers = ", ".join(str(number) for number in range(count + 1, count + 5))
    assert told(run, "plan").endswith(f"; {first.record.path} is damaged in line {numbers}, which is left out")


def test_a_damaged_summary_is_named_with_what_to_do(server: LettersServer, tmp_path: Path) -> None:
    first = whole_run(server, tmp_path / "home", "first")
    for damage in ("", '{"season": 2021}', "[]", '{"season": 9}'):
        first.summary_path.write_text(damage)
        with pytest.raises(ValueError, match=r"first\.acquired\.json .*is damaged .*move it away") as raised:
            run_once(server, tmp_path / "home", "second", retry_failed=True)
        assert isinstance(raised.value, SummaryError)


def test_settings_name_a_local_folder_or_an_object_store(tmp_path: Path) -> None:
    def address(archive: str | None) -> str:
        return Settings(home=tmp_path, archive=archive).archive_address

    assert address(None) == str(tmp_path / "archive")
    assert address("s3://bucket/prefix/") == "s3://bucket/prefix"
    assert address("file:///srv/letters") == "/srv/letters"
    assert address("letters") == str(Path.cwd() / "letters")


def test_two_processes_do_not_acquire_one_season_at_a_time(server: LettersServer, tmp_path: Path) -> None:
    run = Run.of_season(SEASON, "second", server.settings(tmp_path / "home"))
    run.acquiring_lock_place.parent.mkdir(parents=True)
    with (
        FileLock(str(run.acquiring_lock_place)),
        pytest.raises(SeasonError, match="season 2021 is being acquired by another process"),
    ):
        acquire_and_read(run, source_of(server.source, run.settings))


def test_what_came_from_another_folder_does_not_stand_for_a_file_of_the_same_name(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "2021").mkdir(parents=True)
        (tmp_path / name / "2021" / "x.pdf").write_bytes(name.encode())
    archive = Archive(tmp_path / "archive")
    sources = [FolderSource(tmp_path / name) for name in ("a", "b")]
    (reference,) = sources[0].references(SEASON)
    acquire_references(sources[0], archive, [reference], lambda outcome: None)
    (tmp_path / "a" / "2021" / "x.pdf").unlink()
    (tmp_path / "b" / "2021" / "x.pdf").unlink()
    same, other = (acquire_references(one, archive, [reference], lambda outcome: None)[0] for one in sources)
    assert (same.state, other.state) == (AcquisitionState.FAILED, AcquisitionState.FAILED)
    assert same.is_had
    assert not other.is_had
