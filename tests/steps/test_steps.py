"""A run with a doubtful source, or with older letters than are landed, stops before landing is changed."""

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from redress.acquire.outcomes import Summary
from redress.acquire.sources.folder import FolderSource
from redress.check.rule import Rule
from redress.model.landed import Fate
from redress.model.reference import AUTHORITY_COLUMNS
from redress.model.season import Season
from redress.report import warning_lines
from redress.settings import Settings
from redress.steps import (
    Run,
    SeasonError,
    acquire,
    acquire_and_read,
    build_data_docs,
    check,
    plan,
    read,
    take_stock,
)
from redress.steps.acquiring import why_nothing_to_do
from redress.steps.run import latest_landed_summary
from redress.warehouse.landing import Landing
from tests.made import PROJECT

pytestmark = pytest.mark.needs("processes")

PRINTED = (PROJECT / "tests/read/golden/three_statistics/2021-text.txt").read_text(encoding="utf-8")
NAMES = tuple(f"{beginning}{ending}" for beginning in ("Oxlip", "Yaffle", "Zither") for ending in "abcd")
SEASON = Season(2021)
AHEAD = "2098-01-01T00:00"
"""A time in the future, up to the minute. Tests append the seconds and the time zone."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    rows = [",".join(AUTHORITY_COLUMNS)]
    rows += [f"T-{name},{name} District Council,{name},district,North East,," for name in NAMES]
    (tmp_path / "councils.csv").write_text("\n".join(rows))
    return Settings(home=tmp_path / "home", additional_authorities=tmp_path / "councils.csv")


def source(folder: Path, wrong: int = 0) -> FolderSource:
    """Write twelve letters into a folder of season 2021, `wrong` of them of season 2020; return their source."""
    (folder / "2021").mkdir(parents=True)
    for number, name in enumerate(NAMES):
        text = PRINTED.replace("Crindlebury", name)
        if number < wrong:
            text = text.replace("2020", "2019").replace("2021", "2020")
        (folder / "2021" / f"{name}.txt").write_text(text, encoding="utf-8")
    return FolderSource(folder)


def run(settings: Settings, name: str, letters: FolderSource) -> tuple[Run, dict[str, int]]:
    season_run = Run.of_season(SEASON, name, settings)
    return season_run, check(season_run, acquire_and_read(season_run, letters))


def test_a_season_that_looks_wrong_leaves_landing_as_it_was(tmp_path: Path, settings: Settings) -> None:
    _, counts = run(settings, "right", source(tmp_path / "right"))
    assert counts == {"accepted": 12}
    landing = Landing(settings.landing_folder)
    before = landing.content_hash()
    with pytest.raises(
        SeasonError, match=r"season 2021: 7 of 12 files are refused .*season_is_the_one_fetched 7\)"
    ):
        run(settings, "wrong", source(tmp_path / "wrong", wrong=7))
    assert landing.content_hash() == before


def test_a_season_that_looks_wrong_leaves_its_data_tables_as_they_were(tmp_path: Path, settings: Settings) -> None:
    right = source(tmp_path / "right")
    tables = tmp_path / "right" / "2021" / "data-tables"
    tables.mkdir()
    (tables / "decided.csv").write_text(f"Authority Name,Upheld\n{NAMES[0]} District Council,7\n")
    (tables / "decided.yml").write_text("authority: Authority Name\nfigures: {Upheld: {measure: upheld_count}}\n")
    run(settings, "right", right)
    before = stated_by_tables(settings)
    assert len(before) == 1
    with pytest.raises(SeasonError, match="files are refused"):
        run(settings, "wrong", source(tmp_path / "wrong", wrong=7))
    assert stated_by_tables(settings) == before
    shutil.rmtree(tables)
    run(settings, "without", right)
    assert stated_by_tables(settings) == []


def stated_by_tables(settings: Settings) -> list[object]:
    """Return the values of the season's data tables, as they are landed."""
    files = (settings.landing_folder / "witness_figures").glob("season=2021/data_table.parquet")
    return [row["value"] for file in files for row in pq.read_table(file).to_pylist()]


@pytest.mark.long
def test_a_task_of_an_old_run_that_is_done_again_does_not_put_older_letters_over_newer_ones(
    tmp_path: Path, settings: Settings
) -> None:
    letters = source(tmp_path / "letters")
    old = Run.of_season(SEASON, "old", settings)
    parts = acquire_and_read(old, letters)
    check(old, parts)
    changed = tmp_path / "letters" / "2021" / f"{NAMES[0]}.txt"
    changed.write_text(changed.read_text(encoding="utf-8") + "\nRe-issued.\n", encoding="utf-8")
    run(settings, "new", letters)
    before = Landing(settings.landing_folder).content_hash()
    with pytest.raises(SeasonError, match=r"run new asked .* clear plan and downstream, or start a new run"):
        check(old, parts)
    assert Landing(settings.landing_folder).content_hash() == before
    check(old, acquire_and_read(old, letters))  # as a run that is cleared from plan on does
    assert Landing(settings.landing_folder).content_hash() == before


def test_of_two_runs_side_by_side_the_one_that_asked_first_does_not_land_last(
    tmp_path: Path, settings: Settings
) -> None:
    letters = source(tmp_path / "letters")
    slow = Run.of_season(SEASON, "slow", settings)
    (batch,) = plan(slow, letters)
    acquire(slow, letters, batch, 0)
    changed = tmp_path / "letters" / "2021" / f"{NAMES[0]}.txt"
    changed.write_text(changed.read_text(encoding="utf-8") + "\nRe-issued.\n", encoding="utf-8")
    fast, _ = run(settings, "fast", letters)
    before = Landing(settings.landing_folder).content_hash()
    (archived,) = take_stock(slow, letters)
    with pytest.raises(SeasonError, match=r"run fast asked .* after this one had begun"):
        check(slow, [read(slow, archived, 0)])
    assert Landing(settings.landing_folder).content_hash() == before
    fast.record.set_aside()  # as if the run was done again under its name, and came to nothing
    with pytest.raises(SeasonError, match="run fast asked"):
        check(slow, [read(slow, archived, 0)])


def reissue(folder: Path, words: str) -> None:
    changed = folder / "2021" / f"{NAMES[0]}.txt"
    changed.write_text(f"{changed.read_text(encoding='utf-8')}\n{words}\n", encoding="utf-8")


def put_clock_ahead(season_run: Run) -> None:
    """Change the times in a run's summaries to the times that a clock far ahead would have given."""
    for path in (season_run.summary_path, season_run.landed_path):
        summary = replace(Summary.read(path), began_at=f"{AHEAD}:01.000+00:00", ended_at=f"{AHEAD}:02.000+00:00")
        summary.write(path)


def test_a_clock_that_was_ahead_blocks_no_later_run_and_loses_no_newer_letters(
    tmp_path: Path, settings: Settings
) -> None:
    letters = source(tmp_path / "letters")
    old = Run.of_season(SEASON, "old", settings)
    parts = acquire_and_read(old, letters)
    reissue(tmp_path / "letters", "Re-issued.")
    ahead, _ = run(settings, "ahead", letters)
    put_clock_ahead(ahead)
    before = Landing(settings.landing_folder).content_hash()
    with pytest.raises(SeasonError, match=r"until 2098-01-01 00:00 UTC, .* a clock was ahead, or is behind now"):
        check(old, parts)
    assert Landing(settings.landing_folder).content_hash() == before
    reissue(tmp_path / "letters", "And once more.")
    new, _ = run(settings, "new", letters)
    (told,) = (
        event["told"] for event in new.record.events() if (event["step"], event["state"]) == ("plan", "done")
    )
    assert "run ahead says that it asked its source until 2098-01-01 00:00 UTC, and the clock says" in told
    landed = latest_landed_summary(new.folder)
    assert landed is not None
    assert landed.run_id == "new"
    assert set(Landing(settings.landing_folder).files(SEASON)) == landed.had


def test_a_run_that_began_under_a_clock_that_was_ahead_replaces_nothing_and_is_not_continued(
    tmp_path: Path, settings: Settings
) -> None:
    letters = source(tmp_path / "letters")
    ahead = Run.of_season(SEASON, "ahead", settings)
    ahead.journal.begin(letters.name, letters.references(SEASON), (), dt.datetime.fromisoformat(f"{AHEAD}:01Z"))
    acquire(ahead, letters, [one.as_json() for one in letters.references(SEASON)], 0)
    reissue(tmp_path / "letters", "Re-issued.")
    run(settings, "second", letters)
    before = Landing(settings.landing_folder).content_hash()
    (archived,) = take_stock(ahead, letters)
    with pytest.raises(SeasonError, match=r"began to ask its source at 2098-01-01 00:00 UTC, .* start a new run"):
        check(ahead, [read(ahead, archived, 0)])
    assert Landing(settings.landing_folder).content_hash() == before
    third = Run.of_season(SEASON, "third", settings)
    plan(third, letters)
    assert third.journal.began_at() < dt.datetime.fromisoformat(f"{AHEAD}:00Z")


def test_two_runs_of_a_season_from_two_sources_know_nothing_of_each_others_letters(
    tmp_path: Path, settings: Settings
) -> None:
    one, other = source(tmp_path / "one"), source(tmp_path / "other")
    changed = tmp_path / "other" / "2021" / f"{NAMES[0]}.txt"
    changed.write_text(changed.read_text(encoding="utf-8") + "\nRe-issued.\n", encoding="utf-8")
    first, second = Run.of_season(SEASON, "first", settings), Run.of_season(SEASON, "second", settings)
    (first_batch,), (second_batch,) = plan(first, one), plan(second, other)
    acquire(second, other, second_batch, 0)
    acquire(first, one, first_batch, 0)
    had = {}
    for season_run, letters in ((first, one), (second, other)):
        (archived,) = take_stock(season_run, letters)
        had[season_run.run_id] = {file["address"]: file["sha256"] for file in archived}
    address = f"2021/{NAMES[0]}.txt"
    assert had["first"][address] != had["second"][address]
    assert had["first"][f"2021/{NAMES[1]}.txt"] == had["second"][f"2021/{NAMES[1]}.txt"]


def test_acquiring_that_has_ended_is_not_begun_again_in_its_middle(tmp_path: Path, settings: Settings) -> None:
    letters = source(tmp_path / "letters")
    ended = Run.of_season(SEASON, "ended", settings)
    (batch,) = plan(ended, letters)
    acquire(ended, letters, batch, 0)
    ended.journal.end()
    with pytest.raises(SeasonError, match="has ended its acquiring; clear plan and downstream"):
        acquire(ended, letters, batch, 0)


def test_what_a_stopped_season_was_checked_for_is_kept_with_its_run(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(SeasonError):
        run(settings, "wrong", source(tmp_path / "wrong", wrong=7))
    wrong = Run.of_season(SEASON, "wrong", settings)
    rows = pq.read_table(wrong.checks_path).to_pylist()
    assert sum(row["rule"] == "season_is_the_one_fetched" and not row["is_passed"] for row in rows) == 7
    assert [row["rule"] for row in rows if row["letter_sha256"] is None] == ["letters_as_expected"]
    assert wrong.record.events()[-1]["state"] == "failed"


def test_half_of_a_season_can_be_refused_and_the_other_half_is_landed(tmp_path: Path, settings: Settings) -> None:
    _, counts = run(settings, "half", source(tmp_path / "half", wrong=6))
    assert counts == {"accepted": 6, "quarantined": 6}


def test_a_season_without_some_councils_is_told_so(tmp_path: Path, settings: Settings) -> None:
    letters = source(tmp_path / "real")
    bare, _, _ = PRINTED.replace("Crindlebury", "Blaby").partition("Complaints upheld\n\n50%")
    (tmp_path / "real" / "2021" / "blaby.txt").write_text(bare, encoding="utf-8")
    season_run, _ = run(settings, "real", letters)
    told = season_run.record.events()[-1]["told"]
    assert "12 accepted, 1 no_statistics; warning: letters to 1 of 339 councils have come; none to" in told
    assert warning_lines(settings, SEASON)[0].startswith("- season 2021: letters_as_expected. letters to 1 of 339")


def test_the_pages_of_great_expectations_stand_below_the_working_folder(tmp_path: Path, settings: Settings) -> None:
    season_run, _ = run(settings, "right", source(tmp_path / "right"))
    index = Path(build_data_docs(season_run))
    assert index == settings.home.absolute() / "data_docs" / "2021" / "index.html"
    assert index.is_file()
    assert season_run.record.events()[-1]["told"] == str(index)


def test_the_pages_of_great_expectations_come_from_the_check_and_no_rule_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings
) -> None:
    season_run, _ = run(settings, "half", source(tmp_path / "half", wrong=6))
    wrong = {
        sha256
        for sha256, one in Landing(settings.landing_folder).dispositions(SEASON).items()
        if one.disposition is Fate.QUARANTINED
    }
    monkeypatch.setattr(Rule, "ask", lambda *_: pytest.fail("a rule was asked"))
    index = Path(build_data_docs(season_run))
    (page,) = index.parent.glob("validations/season/*/*/*.html")
    assert f"/{season_run.run_id}/" in page.as_posix()
    assert len(wrong) == 6
    assert all(sha256 in page.read_text() for sha256 in wrong)


def test_a_season_that_the_schedule_asks_for_and_the_source_does_not_have_yet_is_no_failure(
    tmp_path: Path, settings: Settings
) -> None:
    letters = source(tmp_path / "letters")
    later = Run.of_season(Season(2022), "scheduled", settings)
    assert plan(later, letters, is_asked=False) == []
    assert why_nothing_to_do(later) == (
        f"{letters.name} has no letters of season 2022 yet, and nobody has asked for it: there is nothing to do"
    )
    with pytest.raises(SeasonError, match="has no letters of season 2022; put them in a folder named 2022"):
        plan(later, letters)
    assert why_nothing_to_do(later) is None
    (tmp_path / "letters" / "2021").rename(tmp_path / "letters" / "2022")
    assert plan(later, letters, is_asked=False) != []
    assert why_nothing_to_do(later) is None


def test_a_batch_of_a_run_that_another_machine_has_planned_says_where_its_journal_is_not(
    tmp_path: Path, settings: Settings
) -> None:
    letters = source(tmp_path / "letters")
    here = Run.of_season(SEASON, "one", settings)
    (batch, *_) = plan(here, letters)
    there = Run.of_season(SEASON, "one", Settings(home=tmp_path / "other"))
    with pytest.raises(SeasonError, match=r"the journal of run one of season 2021 is not here: .*other"):
        acquire(there, letters, batch, 0)
    with pytest.raises(SeasonError, match="is not here"):
        take_stock(there, letters)
    acquire(here, letters, batch, 0)
    here.journal.end()
    with pytest.raises(SeasonError, match="has ended its acquiring; clear plan and downstream"):
        acquire(here, letters, batch, 0)
