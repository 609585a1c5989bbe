"""The report of a run says how the run ended, what changed with it, and what waits for a person."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from redress.model.season import Season
from redress.report import write_report
from redress.report.season_outcome import SeasonOutcome
from redress.settings import Settings
from redress.steps import Run, SeasonError, run_season
from redress.warehouse.releases.checksums import damage
from redress.warehouse.releases.releases import Releases
from tests.made import PROJECT, SEASON
from tests.report.letters import HOSTILE, REFUSED_COUNT, letters_of_another_season, write
from tests.report.runs import fail, section
from tests.two_releases import TwoReleases

pytestmark = pytest.mark.needs("dbt")


@pytest.fixture(scope="module")
def settings(two_releases: TwoReleases, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a home with five runs: the three runs of tests/two_releases.py, and two runs that failed."""
    folder = tmp_path_factory.mktemp("reports")
    shutil.copytree(two_releases.settings.home, folder / "home", symlinks=True)
    found = two_releases.settings.model_copy(update={"home": folder / "home"})
    failed = Run.of_season(Season(2022), "failed", found)
    with pytest.raises(SeasonError):
        run_season(failed, two_releases.first_letters)
    write_report(failed)
    doubted = Run.of_season(Season(2023), "scheduled__2023-08-15", found)
    with pytest.raises(SeasonError, match="the source looks wrong"):
        run_season(doubted, write(folder / "doubted", letters_of_another_season(), 2023))
    write_report(doubted)
    return found


def report(settings: Settings, run: str, season: int = 2021) -> str:
    return Run.of_season(Season(season), run, settings).report_path.read_text(encoding="utf-8")


def counts(text: str) -> dict[str, int]:
    rows = re.findall(r"^\| ([a-z: -]+) \| (\d+) \|$", text.partition("\n## ")[0], re.MULTILINE)
    return {name: int(count) for name, count in rows}


def test_the_first_line_says_how_a_first_run_ended(settings: Settings) -> None:
    identity = SeasonOutcome(Run.of_season(SEASON, "first", settings)).current_release
    assert report(settings, "first").splitlines()[0] == (
        f"# Season 2021 (2020-21): 3 of 6 letters accepted, 1 quarantined; release {identity} is out, the first one"
    )


def test_the_first_line_says_that_nothing_changed(settings: Settings) -> None:
    identity = SeasonOutcome(Run.of_season(SEASON, "first", settings)).current_release
    assert (
        report(settings, "again")
        .splitlines()[0]
        .endswith(f"1 quarantined; nothing changed, nothing published; release {identity} stays current")
    )
    assert counts(report(settings, "again"))["of these: unchanged"] == 5
    assert "None: all 5 are as they were before the run." in section(report(settings, "again"), "Changes")


def test_the_first_line_counts_the_figures_that_changed(settings: Settings) -> None:
    current = Releases(settings.warehouse_folder).current()
    assert current is not None
    assert report(settings, "later").splitlines()[0] == (
        f"# Season 2021 (2020-21): 3 of 6 letters accepted, 1 quarantined; release {current.name} is out, "
        "3 figures changed"
    )


def test_figures_that_changed_are_shown_with_what_they_were(settings: Settings) -> None:
    changes = section(report(settings, "later"), "Changes")
    assert "| Oxlipa District Council | 2021 | uphold_rate_pct | 50 | 75 |" in changes
    assert "| Oxlipa District Council | 2021 | upheld_count | 2 | 3 |" in changes
    assert "| Oxlipa District Council | 2021 | satisfactory_remedy_rate_pct | 50 | 33 |" in changes
    assert changes.count("| Oxlip") == 3


def test_letters_are_counted_against_what_the_season_had_before(settings: Settings) -> None:
    assert counts(report(settings, "first"))["of these: new"] == 5
    found = counts(report(settings, "later"))
    assert found["all letters of the season"] == 6
    assert {name: found[f"of these: {name}"] for name in ("new", "re-issued", "changed", "unchanged")} == {
        "new": 2,
        "re-issued": 1,
        "changed": 0,
        "unchanged": 3,
    }
    assert found["no longer there"] == 1
    changes = section(report(settings, "later"), "Changes")
    assert "- re-issued: Oxlipa District Council (2021/Oxlipa.txt): is accepted" in changes
    assert "- no longer there: Oxlipb District Council (2021/Oxlipb.txt): was accepted" in changes


def test_what_needs_a_person_comes_first_and_the_whole_table_last(settings: Settings) -> None:
    titles = re.findall(r"^## (.+)$", report(settings, "later"), re.MULTILINE)
    assert titles[0] == "For a person"
    assert titles[-1] == "All letters"
    assert "Oxlipd" in section(report(settings, "later"), "For a person")
    assert "Oxlipf" not in section(report(settings, "later"), "For a person")


def test_a_letter_in_quarantine_has_its_reason_and_a_command_that_works_as_it_is_pasted(
    settings: Settings,
) -> None:
    waiting = section(report(settings, "later"), "For a person")
    assert "upheld 2 of investigations 4 is 50%, and 51% is printed" in waiting
    [command] = re.findall(r"`([^`]+ quarantine show [^`]+)`", waiting)
    terminal = {name: value for name, value in os.environ.items() if not name.startswith("REDRESS")}
    shown = subprocess.run(
        ["bash", "-c", command], cwd=PROJECT, env=terminal, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    assert "Oxlipd District Council" in shown.stdout


def test_a_letter_whose_figure_could_not_be_read_is_named_with_the_figure(settings: Settings) -> None:
    told = section(report(settings, "first"), "For a person")
    assert "### Accepted, with figures that could not be read: 1" in told
    assert "Oxlipc District Council** (" in told
    assert told.count("satisfactory_remedy_rate_pct") == 1


def test_rules_that_failed_say_how_often_and_what_they_ask(settings: Settings) -> None:
    rules = section(report(settings, "first"), "Rules that failed")
    assert (
        "| uphold_rate_is_upheld_over_investigations | critical | 1 | 4 | The stated uphold rate is upheld" in rules
    )


def test_councils_without_a_letter_are_named(settings: Settings) -> None:
    assert section(report(settings, "first"), "Without a letter").strip() == "1: Oxlipf District Council."


def test_a_name_of_a_file_is_text_in_the_report_and_on_its_page(settings: Settings) -> None:
    path = Run.of_season(SEASON, "later", settings).page_path
    page = html.fromstring(path.read_text(encoding="utf-8"))
    assert f"2021/{HOSTILE}" in page.text_content()
    assert page.xpath("//img | //script") == []
    assert [link for link in page.xpath("//a/@href") if not link.startswith("#")] == ["../index.html"]


def test_links_within_the_page_lead_somewhere(settings: Settings) -> None:
    path = Run.of_season(SEASON, "later", settings).page_path
    page = html.fromstring(path.read_text(encoding="utf-8"))
    anchors = {f"#{name}" for name in page.xpath("//@id")}
    assert set(page.xpath("//a/@href")) - {"../index.html"} <= anchors


def test_a_failed_run_says_in_its_first_line_where_and_why(settings: Settings) -> None:
    text = report(settings, "failed", 2022)
    first = text.splitlines()[0]
    assert first.startswith("# Season 2022 (2021-22) failed at plan: SeasonError: folder:")
    assert "has no letters of season 2022" in first
    assert "Landing and the release are as they were before the run." in section(text, "What failed")
    assert "All letters" not in text


def test_the_index_has_all_runs_the_newest_first_and_its_links_lead_to_them(settings: Settings) -> None:
    index = settings.runs_folder / "index.html"
    page = html.fromstring(index.read_text(encoding="utf-8"))
    links = page.xpath("//td/a/@href")
    assert links == [
        "2023/scheduled__2023-08-15.html",
        "2022/failed.html",
        "2021/later.html",
        "2021/again.html",
        "2021/first.html",
    ]
    assert all((index.parent / link).is_file() for link in links)
    assert "failed at plan" in page.xpath("//tr")[2].text_content()


def test_no_two_links_of_the_index_are_called_the_same(settings: Settings) -> None:
    page = html.fromstring((settings.runs_folder / "index.html").read_text(encoding="utf-8"))
    words = [link.text for link in page.xpath("//td/a")]
    assert len(set(words)) == len(words) == 5
    assert words[0].startswith("2023, scheduled, ")
    assert [one.split(", ")[:2] for one in words[1:]] == [
        ["2022", "failed"],
        ["2021", "later"],
        ["2021", "again"],
        ["2021", "first"],
    ]


def test_a_report_leads_back_to_the_index(settings: Settings) -> None:
    path = Run.of_season(SEASON, "later", settings).page_path
    [link] = html.fromstring(path.read_text(encoding="utf-8")).xpath("//nav/a")
    assert link.text == "All reports"
    assert (path.parent / link.get("href")).resolve() == (settings.runs_folder / "index.html").resolve()


# --- A season that was stopped because most of its files are refused ------------------------------------------


def doubted(settings: Settings) -> str:
    return report(settings, "scheduled__2023-08-15", 2023)


def test_a_season_that_was_stopped_names_the_refused_files_with_their_reasons(settings: Settings) -> None:
    waiting = section(doubted(settings), "For a person")
    assert f"### Refused as quarantined: {REFUSED_COUNT}" in waiting
    assert (
        "- **Oxlipa District Council** (2023/00.txt): quarantined. season_is_the_one_fetched: the letter is of "
        "season 2021, and it was fetched for season 2023" in waiting
    )
    assert "### Refused as not a letter: 1" in waiting
    assert "2023/minutes" in waiting
    assert "not_a_letter. " in waiting


def test_of_many_refused_files_the_first_are_named_and_the_others_counted(settings: Settings) -> None:
    waiting = section(doubted(settings), "For a person")
    assert waiting.count(": quarantined. ") == 50
    assert f"\n- and {REFUSED_COUNT - 50} more\n" in waiting


def test_a_season_that_was_stopped_counts_its_files(settings: Settings) -> None:
    text = doubted(settings)
    assert f"| quarantined | {REFUSED_COUNT} |" in text
    assert "| not a letter | 1 |" in text
    assert f"| all files of the season, none of them landed | {REFUSED_COUNT + 1} |" in text
    assert "| season_is_the_one_fetched | critical |" in section(text, "Rules that failed")


def test_a_long_reason_stands_once_in_whole_and_by_its_first_sentence_in_the_heading(settings: Settings) -> None:
    text = doubted(settings)
    assert text.count("set REDRESS_STOP_ABOVE_REFUSED_PCT=100") == 1
    assert "set REDRESS_STOP_ABOVE_REFUSED_PCT=100" in section(text, "What failed")
    assert text.splitlines()[0].endswith("), and the source looks wrong")
    [row] = [line for line in section(text, "Steps").splitlines() if line.startswith("| check |")]
    assert row.endswith("| **failed**: see [What failed](#what-failed) |")


def test_a_check_that_failed_for_another_reason_names_no_refused_files(settings: Settings) -> None:
    run = Run.of_season(Season(2023), "broken", settings)
    fail(run.record, "check", "no space left on the disk")
    assert SeasonOutcome(run).refused is None
    assert "For a person" not in write_report(run).read_text(encoding="utf-8")


def test_a_line_of_a_message_that_begins_with_a_tab_belongs_to_the_one_above(settings: Settings) -> None:
    run = Run.of_season(SEASON, "unserved too", settings)
    run.record.path.write_bytes(Run.of_season(SEASON, "later", settings).record.path.read_bytes())
    fail(run.record, "serve", "connection refused\n\tIs the server running?\nasked twice")
    write_report(run)
    page = html.fromstring(run.page_path.read_text(encoding="utf-8"))
    items = page.xpath("//h2[@id='what-failed']/following-sibling::ul[1]/li")
    assert [" ".join(item.text_content().split()) for item in items] == [
        "OSError: connection refused Is the server running?",
        "asked twice",
    ]
    assert "\\t" not in page.text_content()


# --- The release of a run -----------------------------------------------------------------------------------


def with_release(settings: Settings, run_id: str, *counts: dict[str, Any]) -> SeasonOutcome:
    """Return the outcome of a copy of `later` in which the step release ended once with each of `counts`."""
    events = Run.of_season(SEASON, "later", settings).record.events()
    at = next(i for i, one in enumerate(events) if (one["step"], one["state"]) == ("release", "done"))
    events[at : at + 1] = [events[at] | {"counts": one} for one in counts]
    run = Run.of_season(SEASON, run_id, settings)
    run.record.path.write_text("".join(f"{json.dumps(one)}\n" for one in events))
    return SeasonOutcome(run)


def test_a_release_that_the_run_of_another_season_published_is_not_this_runs(settings: Settings) -> None:
    identity = SeasonOutcome(Run.of_season(SEASON, "later", settings)).current_release
    outcome = with_release(settings, "beside", {"release": identity, "is_new": False})
    assert not outcome.has_new_release
    assert outcome.sentence.endswith(f"; release {identity}, which another season's run has published, is current")
    changes = section(write_report(outcome.run).read_text(encoding="utf-8"), "Changes")
    assert "Another season's run has published it" in changes
    assert "takes the place of" not in changes


def test_a_release_that_an_earlier_try_of_the_run_published_is_the_runs(settings: Settings) -> None:
    identity = SeasonOutcome(Run.of_season(SEASON, "later", settings)).current_release
    tries = [{"release": identity, "is_new": is_new} for is_new in (True, False)]
    assert with_release(settings, "twice", *tries).has_new_release


def test_a_record_that_does_not_say_who_published_is_told_by_what_was_built(settings: Settings) -> None:
    identity = SeasonOutcome(Run.of_season(SEASON, "later", settings)).current_release
    assert with_release(settings, "older", {"release": identity}).has_new_release
    assert not with_release(settings, "older other", {"release": "0000000000000000"}).has_new_release


def test_releases_are_compared_in_other_words_than_what_the_run_did_to_its_season(settings: Settings) -> None:
    changes = section(report(settings, "later"), "Changes")
    _, _, of_release = changes.partition("### Data of the release")
    assert (
        "over all seasons, letter file by letter file: 3 in the new release alone, 2 in the old one alone, "
        "1 in both with another verdict." in of_release
    )
    assert not re.search("re-issued|no longer there|new [0-9]", of_release)


def test_a_release_made_before_changes_were_kept_as_data_is_named_and_its_changes_are_not(
    settings: Settings, tmp_path: Path
) -> None:
    later = Run.of_season(SEASON, "later", settings)
    folder = SeasonOutcome(later).new_release_folder
    assert folder is not None
    shutil.copytree(settings.home, tmp_path / "home", symlinks=True)
    home = Settings(home=tmp_path / "home", additional_authorities=settings.additional_authorities)
    older = Releases(home.warehouse_folder).release_folder(folder.name)
    older.chmod(0o755)
    (older / "changes.json").unlink()
    sums = older / "SHA256SUMS"
    sums.chmod(0o644)
    sums.write_text("".join(line for line in sums.open() if "changes.json" not in line))
    assert damage(older) == ()
    outcome = SeasonOutcome(Run.of_season(SEASON, "later", home))
    assert outcome.sentence.endswith(f"release {older.name} is out; what changed is not kept as data")
    changes = section(write_report(outcome.run).read_text(encoding="utf-8"), "Changes")
    assert (
        f"The changes of release {older.name} are not kept as data: it was made before releases had a "
        "`changes.json`. Its `RELEASE.md` says what changed." in changes
    )
    assert "- re-issued: Oxlipa District Council" in changes  # what the run did to its season is known all the same
    shutil.rmtree(older)
    assert f"Release {older.name} has been removed since" in write_report(outcome.run).read_text(encoding="utf-8")


def test_a_record_of_an_earlier_version_has_its_report(settings: Settings) -> None:
    identity = SeasonOutcome(Run.of_season(SEASON, "later", settings)).current_release
    again = with_release(settings, "older again", {"release": identity, "is_new": False, "is_again": True})
    assert again.sentence.endswith(f"; release {identity} is current again")
    other = with_release(settings, "older unchanged", {"release": "0000000000000000", "is_new": False})
    assert other.sentence.endswith("1 quarantined; release 0000000000000000 stays current")


# --- A run that failed before or after its release ----------------------------------------------------------


def test_a_failure_after_the_release_does_not_hide_that_it_is_out(settings: Settings) -> None:
    later = Run.of_season(SEASON, "later", settings)
    run = Run.of_season(SEASON, "unserved", settings)
    run.record.path.write_bytes(later.record.path.read_bytes())
    fail(run.record, "serve", "PostgreSQL is down")
    sentence = SeasonOutcome(run).sentence
    assert "is out, 3 figures changed; serve failed: OSError: PostgreSQL is down" in sentence


def test_a_failure_before_the_release_is_told_as_such_although_an_earlier_try_released(settings: Settings) -> None:
    run = Run.of_season(SEASON, "cleared", settings)
    run.record.path.write_bytes(Run.of_season(SEASON, "later", settings).record.path.read_bytes())
    fail(run.record, "check", "an expectation raised")
    assert SeasonOutcome(run).sentence == "Season 2021 (2020-21) failed at check: OSError: an expectation raised"
