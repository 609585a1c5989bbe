"""The publication watch finds new letters, says how many of a season have come, and warns of missing letters."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from redress.acquire.outcomes import Summary
from redress.acquire.source import Source, SourceError, SourceUnavailableError
from redress.acquire.sources.by_name import source_of
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, acquire, plan, take_stock
from redress.steps.record import step_summaries
from redress.steps.watch import decide, look, named_source, tell
from tests.acquire.letters_server import SEASON, LettersServer, letter, letters_server
from tests.acquire.site_server import Given, sample, site_server
from tests.made import PELLONSHIRE, SAMPLE_AUTHORITIES

pytestmark = pytest.mark.needs("processes")

BEFORE, AFTER = dt.date(2021, 9, 30), dt.date(2021, 10, 1)
"""The day by which the season's letters are expected, and the next day, when a watch warns of missing letters."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LettersServer]:
    with letters_server(tmp_path, 3) as server:
        yield server


@pytest.fixture
def watch(server: LettersServer, tmp_path: Path) -> Run:
    return Run.of_watch(SEASON, "first", server.settings(tmp_path / "home"))


@pytest.fixture
def source(server: LettersServer, watch: Run) -> Source:
    return source_of(server.source, watch.settings)


def acquire_season(watch: Run, source: Source, run_id: str) -> None:
    """Acquire the letters of the watch's season into the archive, and write a summary that says they are landed."""
    run = Run.of_season(watch.season, run_id, watch.settings)
    for number, batch in enumerate(plan(run, source)):
        acquire(run, source, batch, number)
    take_stock(run, source)
    Summary.read(run.summary_path).write(run.landed_path)
    run.journal.end()


def test_a_letter_on_the_site_that_is_new_is_found_among_all_authorities(tmp_path: Path) -> None:
    with site_server() as site:
        site.play_council(PELLONSHIRE, {2021: sample(2021, PELLONSHIRE)})
        settings = Settings(
            home=tmp_path / "home",
            additional_authorities=SAMPLE_AUTHORITIES,
            site_url=site.url,
            contact="tests@example.org",
            site_data_tables_page="",
            fetch_at_a_time=8,
            fetch_gap_seconds=0,
            source="site",
        )
        site.give(
            "/your-councils-performance/*/statistics",
            Given(b"<html><title>A council</title><a href='/none'>View annual letters</a></html>", etag='"a"'),
        )
        site.give(
            "/none", Given(b"<html><ul><a href='/l.pdf'>Annual review letter 2019</a></ul></html>", etag='"n"')
        )
        watch = Run.of_watch(SEASON, "first", settings)
        news = look(watch, named_source(watch, ""))
        assert [one.reference.authority_id for one in news.new] == ["SAMPLE-01"]
        standing = tell(watch, BEFORE).line
        councils = load_authorities(additional=SAMPLE_AUTHORITIES).expected_in(SEASON)
        expected = sum(council.is_sample for council in councils)  # the letter goes to a council of the samples
        assert f"season 2021: 1 of {expected} letters in" in standing
        site.forget()
        again = Run.of_watch(SEASON, "second", settings)
        look(again, named_source(again, ""))
        assert site.bodies_sent() == []


def test_what_the_last_run_had_is_nothing_new(watch: Run, source: Source, server: LettersServer) -> None:
    acquire_season(watch, source, "run")
    server.site.forget()
    assert not look(watch, source)
    assert server.site.bodies_sent() == []
    assert not decide(watch, 0).is_due


def test_letters_that_came_by_a_watch_stay_new_until_a_run_has_had_them(watch: Run, source: Source) -> None:
    look(watch, source)
    again = Run.of_watch(SEASON, "second", watch.settings)
    assert len(look(again, source).new) == 3
    assert decide(again, 0).is_due
    acquire_season(watch, source, "run")
    assert not decide(again, 0).is_due  # between looking and deciding a run may have ended


def test_a_letter_that_failed_starts_a_run_when_it_comes_and_not_before(
    watch: Run, source: Source, server: LettersServer
) -> None:
    acquire_season(watch, source, "run 1")
    server.site.give(server.path(1), Given(status=500))
    acquire_season(watch, source, "run 2")
    assert not look(watch, source)
    assert "1 failed" in tell(watch, BEFORE).line
    server.give(1, letter(1))
    news = look(watch, source)
    assert [one.reference.address for one in news.mended] == [f"{server.site.url}{server.path(1)}"]
    assert not news.new
    assert decide(watch, 0).is_due


def test_a_letter_that_is_gone_is_told_and_starts_nothing(
    watch: Run, source: Source, server: LettersServer
) -> None:
    acquire_season(watch, source, "run")
    server.site.give(server.path(2), Given(status=404))
    assert not look(watch, source)
    assert "1 gone" in tell(watch, BEFORE).line


def test_bytes_that_the_last_run_had_from_elsewhere_are_nothing_new(watch: Run, tmp_path: Path) -> None:
    for folder in ("one", "other"):
        place = tmp_path / folder / "2021"
        place.mkdir(parents=True)
        (place / f"{folder}.pdf").write_bytes(letter(1))
    acquire_season(watch, source_of(f"folder:{tmp_path / 'one'}", watch.settings), "run")
    assert not look(watch, source_of(f"folder:{tmp_path / 'other'}", watch.settings))


def test_letters_of_a_run_that_landed_nothing_stay_new(watch: Run, source: Source) -> None:
    refused = Run.of_season(SEASON, "refused", watch.settings)
    for number, batch in enumerate(plan(refused, source)):
        acquire(refused, source, batch, number)
    take_stock(refused, source)
    assert len(look(watch, source).new) == 3
    assert decide(watch, 0).is_due


def test_no_run_is_started_while_one_is_queued_or_running(watch: Run, source: Source) -> None:
    look(watch, source)
    assert not decide(watch, 1).is_due
    assert decide(watch, 0).conf == {"season": 2021, "source": source.name}


def test_a_watch_that_is_done_again_starts_the_same_run(watch: Run) -> None:
    again = Run.of_watch(watch.season, watch.run_id, watch.settings)
    other = Run.of_watch(Season(2022), watch.run_id, watch.settings)
    assert again.started_run_id == watch.started_run_id != other.started_run_id


def test_one_letter_that_cannot_be_had_does_not_fail_the_watch(
    watch: Run, source: Source, server: LettersServer
) -> None:
    server.site.give(server.path(1), Given(status=500))
    assert len(look(watch, source).new) == 2


def test_a_source_that_is_down_says_so(watch: Run, source: Source, server: LettersServer) -> None:
    for number in range(3):
        server.site.give(server.path(number), Given(status=503))
    with pytest.raises(SourceUnavailableError, match="none of 3 letters of season 2021 could be asked for"):
        look(watch, source)
    assert [step.state for step in step_summaries(watch.record)] == ["failed"]


def test_a_source_that_is_not_named_says_how_to_name_it(watch: Run) -> None:
    with pytest.raises(SourceError, match="REDRESS_SOURCE"):
        named_source(watch, "")


def test_missing_letters_are_warned_about_after_their_date_with_names_and_count(
    watch: Run, source: Source, server: LettersServer
) -> None:
    look(watch, source)
    expected = load_authorities().expected_in(SEASON)
    first_missing = next(one.name for one in expected if one.authority_id not in server.authority_ids)
    assert tell(watch, BEFORE).warning is None
    warning = tell(watch, AFTER).warning
    assert warning is not None
    assert f"3 of {len(expected)} letters in after 30 September 2021" in warning
    assert f"{len(expected) - 3} missing: {first_missing}, " in warning
    assert warning.endswith(f" and {len(expected) - 8} more")


def test_a_season_that_is_complete_is_not_warned_about(tmp_path: Path) -> None:
    count = len(load_authorities().expected_in(SEASON))
    with letters_server(tmp_path, count) as server:
        watch = Run.of_watch(SEASON, "first", server.settings(tmp_path / "home"))
        look(watch, source_of(server.source, watch.settings))
        told = tell(watch, AFTER)
    assert f"{count} of {count} letters in" in told.line
    assert told.warning is None


def test_letters_whose_council_the_source_does_not_name_count_by_number(watch: Run, tmp_path: Path) -> None:
    (tmp_path / "letters" / "2021").mkdir(parents=True)
    (tmp_path / "letters" / "2021" / "a.pdf").write_bytes(letter(1))
    look(watch, source_of(f"folder:{tmp_path / 'letters'}", watch.settings))
    told = tell(watch, AFTER)
    assert "season 2021: 1 of " in told.line
    assert told.warning is not None
    assert "does not say whose its letters are" in told.warning


def test_a_season_of_which_nothing_is_out_yet_is_no_error(watch: Run, tmp_path: Path) -> None:
    (tmp_path / "letters" / "2020").mkdir(parents=True)
    assert not look(watch, source_of(f"folder:{tmp_path / 'letters'}", watch.settings))
    assert "season 2021: 0 of " in tell(watch, BEFORE).line


@pytest.mark.parametrize("stated", ["30-09", "02-29", "9", "September"])
def test_a_date_that_not_each_year_has_is_refused(stated: str) -> None:
    with pytest.raises(ValueError, match="expected month and day, such as 09-30"):
        Settings(letters_expected_by=stated)
