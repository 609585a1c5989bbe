"""The report of a run: real runs of a season to invented councils, unchanged, changed and failed."""

import re
from pathlib import Path

import pytest
from lxml import html
from typer.testing import CliRunner

from redress.acquire.folder import FolderSource
from redress.authorities import AUTHORITY_COLUMNS, Authorities
from redress.cli import app
from redress.report import write_index, write_report
from redress.report.season_outcome import SeasonOutcome
from redress.runs import RunRecord, failure_reason, step_summaries
from redress.seasons import Season
from redress.settings import Settings
from redress.steps import SeasonError, SeasonRun, run_season
from redress.warehouse.landing import Disposition, Landing
from redress.warehouse.releases import Releases
from tests.made import GOOD, PROJECT, landed

PRINTED = (PROJECT / "tests/letters/golden/three_statistics/2021-text.txt").read_text(encoding="utf-8")
NAMES = tuple(f"Oxlip{ending}" for ending in "abcdef")
SEASON = Season(2021)
HOSTILE = "minutes | [x](javascript:alert(1)) <img src=x> `a` *b*.txt"


def printed(name: str) -> str:
    return PRINTED.replace("Crindlebury", name)


def write(folder: Path, letters: dict[str, str]) -> FolderSource:
    (folder / "2021").mkdir(parents=True)
    for name, content in letters.items():
        (folder / "2021" / name).write_text(content, encoding="utf-8")
    return FolderSource(folder)


def first_letters() -> dict[str, str]:
    """Five letters to six councils: one prints a wrong rate, and one came without its statistics page."""
    letters = {f"{name}.txt": printed(name) for name in NAMES[:5]}
    letters["Oxlipd.txt"] = letters["Oxlipd.txt"].replace("50% of complaints", "51% of complaints")
    letters["Oxlipe.txt"], _, _ = letters["Oxlipe.txt"].partition("Complaints upheld\n\n50%")
    return letters


def later_letters() -> dict[str, str]:
    """One is there in a new version with three other figures, one is gone, one is new, and a file is no letter."""
    letters = first_letters()
    reissued = letters["Oxlipa.txt"].replace("50% of complaints", "75% of complaints")
    reissued = reissued.replace("2 upheld decisions", "3 upheld decisions").replace("In 50% of", "In 33% of")
    letters |= {"Oxlipa.txt": reissued, "Oxlipf.txt": printed("Oxlipf"), HOSTILE: "Minutes of a meeting in May."}
    del letters["Oxlipb.txt"]
    return letters


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with four runs: `first`, `again` with the same letters, `later` with others, and `failed`."""
    folder = tmp_path_factory.mktemp("reports")
    rows = [",".join(AUTHORITY_COLUMNS)]
    rows += [f"T-{name},{name} District Council,{name},district,North East,," for name in NAMES]
    (folder / "councils.csv").write_text("\n".join(rows))
    found = Settings(home=folder / "home", additional_authorities=folder / "councils.csv")
    first = write(folder / "first", first_letters())
    for name, source in (("first", first), ("again", first), ("later", write(folder / "later", later_letters()))):
        run = SeasonRun(SEASON, name, found)
        run_season(run, source)
        write_report(run)
    failed = SeasonRun(Season(2022), "failed", found)
    with pytest.raises(SeasonError):
        run_season(failed, first)
    write_report(failed)
    return found


def report(settings: Settings, run: str, season: int = 2021) -> str:
    return SeasonRun(Season(season), run, settings).record.path.with_suffix(".md").read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    _, _, rest = text.partition(f"\n## {title}\n")
    assert rest, f"the report has no section {title}"
    return rest.partition("\n## ")[0]


def counts(text: str) -> dict[str, int]:
    rows = re.findall(r"^\| ([a-z: -]+) \| (\d+) \|$", text.partition("\n## ")[0], re.MULTILINE)
    return {name: int(count) for name, count in rows}


def test_the_first_line_says_how_a_first_run_ended(settings: Settings) -> None:
    identity = SeasonOutcome(SeasonRun(SEASON, "first", settings)).current_release
    assert report(settings, "first").splitlines()[0] == (
        f"# Season 2021 (2020-21): 3 of 6 letters accepted, 1 quarantined; release {identity} is out, the first one"
    )


def test_the_first_line_says_that_nothing_changed(settings: Settings) -> None:
    identity = SeasonOutcome(SeasonRun(SEASON, "first", settings)).current_release
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
    assert "Oxlipc" not in section(report(settings, "later"), "For a person")


def test_a_letter_in_quarantine_has_its_reason_and_a_command_that_works(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = section(report(settings, "later"), "For a person")
    assert "upheld 2 of investigations 4 is 50%, and 51% is printed" in waiting
    [command] = re.findall(r"`redress (quarantine show [^`]+)`", waiting)
    monkeypatch.setenv("REDRESS_HOME", str(settings.home))
    monkeypatch.setenv("REDRESS_ADDITIONAL_AUTHORITIES", str(settings.additional_authorities))
    shown = CliRunner().invoke(app, command.split())
    assert shown.exit_code == 0
    assert "Oxlipd District Council" in shown.stdout


def test_rules_that_failed_say_how_often_and_what_they_ask(settings: Settings) -> None:
    rules = section(report(settings, "first"), "Rules that failed")
    assert (
        "| uphold_rate_is_upheld_over_investigations | critical | 1 | 4 | The stated uphold rate is upheld" in rules
    )


def test_councils_without_a_letter_are_named(settings: Settings) -> None:
    assert section(report(settings, "first"), "Without a letter").strip() == "1: Oxlipf District Council."


def test_a_name_of_a_file_is_text_in_the_report_and_on_its_page(settings: Settings) -> None:
    path = SeasonRun(SEASON, "later", settings).record.path.with_suffix(".html")
    page = html.fromstring(path.read_text(encoding="utf-8"))
    assert f"2021/{HOSTILE}" in page.text_content()
    assert page.xpath("//img | //script") == []
    assert [link for link in page.xpath("//a/@href") if not link.startswith("#")] == []


def test_links_within_the_page_lead_somewhere(settings: Settings) -> None:
    path = SeasonRun(SEASON, "later", settings).record.path.with_suffix(".html")
    page = html.fromstring(path.read_text(encoding="utf-8"))
    anchors = {f"#{name}" for name in page.xpath("//@id")}
    assert set(page.xpath("//a/@href")) <= anchors


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
    assert links == ["2022/failed.html", "2021/later.html", "2021/again.html", "2021/first.html"]
    assert all((index.parent / link).is_file() for link in links)
    assert "failed at plan" in page.xpath("//tr")[1].text_content()


def test_an_index_of_nothing_says_so(tmp_path: Path) -> None:
    assert "No run has a report yet." in write_index(tmp_path / "runs").read_text()


# --- The record of a run ------------------------------------------------------------------------------------


def fail(record: RunRecord, step: str, message: str) -> None:
    with pytest.raises(OSError, match=message.partition("\n")[0]), record.step(step):
        raise OSError(message)


def test_a_step_that_is_run_again_stands_once_with_its_last_end_and_its_retries(tmp_path: Path) -> None:
    record = RunRecord(tmp_path / "run.jsonl")
    fail(record, "acquire 1", "the source is down")
    with record.step("plan"):
        pass
    with record.step("acquire 1") as note:
        note.told = "5 letters"
    first, second = step_summaries(record)
    assert (first.name, first.state, first.told, first.attempts_count) == ("acquire 1", "done", "5 letters", 2)
    assert (second.name, second.attempts_count) == ("plan", 1)


def test_the_reason_of_a_failure_is_the_first_line_of_what_the_last_failed_step_told(tmp_path: Path) -> None:
    record = RunRecord(tmp_path / "run.jsonl")
    assert failure_reason(record) is None
    fail(record, "read 1", "an older one")
    fail(record, "read 2", "no space left\non the disk")
    assert failure_reason(record) == "OSError: no space left"


def test_a_step_that_succeeded_in_the_end_is_no_failure(tmp_path: Path) -> None:
    record = RunRecord(tmp_path / "run.jsonl")
    fail(record, "acquire 1", "the source is down")
    with record.step("acquire 1"):
        pass
    assert failure_reason(record) is None


def test_a_run_that_was_killed_says_what_it_was_at(tmp_path: Path) -> None:
    run = SeasonRun(SEASON, "killed", Settings(home=tmp_path))
    with run.record.step("plan"):
        pass
    run.record._append(step="read 1", state="began")
    assert SeasonOutcome(run).sentence == (
        "Season 2021 (2020-21) did not end: nothing is known of what came after read 1 began"
    )


def test_a_failure_after_the_release_does_not_hide_that_it_is_out(settings: Settings) -> None:
    later = SeasonRun(SEASON, "later", settings)
    run = SeasonRun(SEASON, "unserved", settings)
    run.record.path.write_bytes(later.record.path.read_bytes())
    fail(run.record, "serve", "PostgreSQL is down")
    sentence = SeasonOutcome(run).sentence
    assert "is out, 3 figures changed; serve failed: OSError: PostgreSQL is down" in sentence


def test_a_failure_before_the_release_is_told_as_such_although_an_earlier_try_released(settings: Settings) -> None:
    run = SeasonRun(SEASON, "cleared", settings)
    run.record.path.write_bytes(SeasonRun(SEASON, "later", settings).record.path.read_bytes())
    fail(run.record, "check", "an expectation raised")
    assert SeasonOutcome(run).sentence == "Season 2021 (2020-21) failed at check: OSError: an expectation raised"


def test_real_councils_are_expected_where_one_of_their_letters_has_come(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, additional_authorities=PROJECT / "samples" / "authorities.csv")
    authorities = Authorities.load(additional=settings.additional_authorities)
    real = [one for one in authorities.expected_in(SEASON) if not one.is_sample]
    disposition = Disposition(GOOD.sha256, "accepted", "", real[0].authority_id)
    Landing(settings.landing_folder).replace_season(SEASON, [landed(GOOD)], [], [disposition])
    outcome = SeasonOutcome(SeasonRun(SEASON, "one", settings))
    assert (outcome.expected_accepted_count, len(outcome.expected_ids)) == (1, len(real))
    assert len(outcome.missing_names) == len(real) - 1
