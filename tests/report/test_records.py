"""The record of a run says how its steps ended, and a run that built nothing has its report too."""

import re
from pathlib import Path

import pytest
from lxml import html

from redress.model.landed import Disposition, Fate
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.report import write_index, write_report
from redress.report.season_outcome import SeasonOutcome
from redress.settings import Settings
from redress.steps import Run, SeasonError
from redress.steps.record import RunRecord, failure_reason, step_summaries
from redress.warehouse.landing import Landing
from tests.made import GOOD, PROJECT, landed
from tests.report.runs import fail, section

SEASON = Season(2021)


@pytest.mark.parametrize(
    ("run_id", "kind"),
    [
        ("scheduled__2023-08-15T06-00-00+00-00", "scheduled"),
        ("backfill__2023-08-15T06-00-00+00-00", "backfill"),
        ("manual__2023-08-15T06-00-00+00-00", "by hand"),
        ("command-20230815T060000Z-a1b2c3", "by command"),
        ("manually", "manually"),
    ],
)
def test_the_index_says_how_a_run_was_started(tmp_path: Path, run_id: str, kind: str) -> None:
    run = Run.of_season(SEASON, run_id, Settings(home=tmp_path))
    fail(run.record, "plan", "there is no source")
    write_report(run)
    page = html.fromstring((tmp_path / "runs" / "index.html").read_text(encoding="utf-8"))
    [link] = page.xpath("//td/a")
    assert re.fullmatch(rf"2021, {kind}, \d+ [A-Z][a-z]+ \d{{4}}, \d\d:\d\d:\d\d", link.text)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("no space left. Look at the disk", "no space left"),
        ("decided by A. Lister of 2021. It is 3.5 per cent. No more", "decided by A. Lister of 2021"),
        ("is refused (why). Nothing is landed", "is refused (why)"),
        ("https://example.org/a.b is not there; ask again", "https://example.org/a.b is not there; ask again"),
    ],
)
def test_the_heading_has_the_first_sentence_of_a_reason(tmp_path: Path, told: str, shown: str) -> None:
    run = Run.of_season(SEASON, "failed", Settings(home=tmp_path))
    fail(run.record, "plan", told)
    assert SeasonOutcome(run).sentence.endswith(f"failed at plan: OSError: {shown}")


def test_a_check_that_failed_without_an_answer_may_have_replaced_a_part_of_landing(tmp_path: Path) -> None:
    for error, sentence in (
        (SeasonError("most files are refused"), "Landing and the release are as they were before the run."),
        (OSError("no space left"), "It may have replaced a part of landing before that"),
    ):
        run = Run.of_season(SEASON, type(error).__name__, Settings(home=tmp_path))
        with pytest.raises(type(error)), run.record.step("check"):
            raise error
        assert sentence in section(write_report(run).read_text(encoding="utf-8"), "What failed")


def test_an_index_of_nothing_says_so(tmp_path: Path) -> None:
    assert "No run has a report yet." in write_index(Settings(home=tmp_path)).read_text()


def test_a_step_that_is_run_again_stands_once_with_its_last_end_and_its_retries(tmp_path: Path) -> None:
    record = RunRecord(tmp_path / "run.jsonl")
    fail(record, "acquire 1", "the source is down")
    with record.step("plan"):
        pass
    with record.step("acquire 1") as note:
        note.message = "5 letters"
    first, second = step_summaries(record)
    assert (first.name, first.state, first.message, first.attempts_count) == ("acquire 1", "done", "5 letters", 2)
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
    run = Run.of_season(SEASON, "killed", Settings(home=tmp_path))
    with run.record.step("plan"):
        pass
    run.record._append(step="read 1", state="began")
    assert SeasonOutcome(run).sentence == (
        "Season 2021 (2020-21) did not end: nothing is known of what came after read 1 began"
    )


def test_real_councils_are_expected_where_one_of_their_letters_has_come(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, additional_authorities=PROJECT / "samples" / "authorities.csv")
    authorities = load_authorities(additional=settings.additional_authorities)
    real = [one for one in authorities.expected_in(SEASON) if not one.is_sample]
    disposition = Disposition(GOOD.sha256, Fate.ACCEPTED, "", real[0].authority_id)
    Landing(settings.landing_folder).replace_season(SEASON, [landed(GOOD)], [], [disposition])
    outcome = SeasonOutcome(Run.of_season(SEASON, "one", settings))
    assert (outcome.expected_accepted_count, len(outcome.expected_ids)) == (1, len(real))
    assert len(outcome.missing_names) == len(real) - 1
