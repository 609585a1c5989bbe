"""Quarantine: what waits, what people decide about it, and that a decision holds for what it was made about."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from expectations.gate import gate
from redress.acquire.folder import FolderSource
from redress.authorities import Authorities
from redress.decisions import (
    FILE_NAME,
    Decision,
    DecisionError,
    Decisions,
    Ruling,
    read_decisions,
    record_decision,
    statement_hash,
)
from redress.letters.records import Letter, StatedYear, Verdict
from redress.quarantine import Case, Quarantine
from redress.seasons import Season
from redress.settings import Settings
from redress.steps import SeasonRun, acquire_and_read, check
from redress.warehouse.build import warehouse_identity
from redress.warehouse.landing import Disposition, Landing
from redress.warehouse.writer import writer_lock
from tests.made import (
    PROJECT,
    SAMPLE_AUTHORITIES,
    SAMPLES,
    WEXMARSH,
    landed,
    letter,
    sha256,
    without_statistics,
)

SEASON = Season(2021)
RATE_RULE = "uphold_rate_is_upheld_over_investigations"
GOOD = letter("good")
WRONG_RATE = letter("wrong rate", authority=WEXMARSH, changes={"uphold_rate_pct": "82"})
FIRST = letter("first")
OTHER = letter("other", changes={"uphold_rate_type_average_pct": "72"})
"""Two letters to one council, of one date, that say different things."""
STRANGER = letter("stranger", authority="Pellonshire and Wexmarsh Council")
BY, WHY = "A. Lister", "the council confirmed the counts"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, additional_authorities=SAMPLE_AUTHORITIES)


@pytest.fixture
def desk(settings: Settings) -> Quarantine:
    return Quarantine(settings)


def land(settings: Settings, *letters: Letter, season: Season = SEASON) -> Landing:
    """Letters through the gate and into landing, with the decisions kept there: what the step `check` does."""
    landing = Landing(settings.landing_folder)
    read_letters = [landed(one, season.year) for one in letters]
    authorities = Authorities.load(additional=settings.additional_authorities)
    gated = gate(season, read_letters, authorities, read_decisions(landing.folder))
    landing.replace_season(season, read_letters, gated.checks, gated.dispositions)
    return landing


def disposition(settings: Settings, one: Letter, season: Season = SEASON) -> Disposition:
    return Landing(settings.landing_folder).dispositions(season)[one.sha256]


def waiting(desk: Quarantine) -> list[str]:
    return [case.landed.letter.sha256 for case in desk.cases() if case.is_waiting]


# --- What waits, and which letter is meant -----------------------------------------------------------------


def test_a_letter_that_breaks_a_critical_rule_waits_with_its_rule_and_its_authority(
    settings: Settings, desk: Quarantine
) -> None:
    land(settings, GOOD, WRONG_RATE, without_statistics("bare", authority="Ostlebridge Council"))
    (case,) = (case for case in desk.cases() if case.is_waiting)
    assert case.landed.letter.sha256 == WRONG_RATE.sha256
    assert case.authority == "Wexmarsh District Council (SAMPLE-02)"
    assert f"{RATE_RULE}: upheld 33 of investigations 40 is 83%, and 82% is printed" in case.disposition.reason
    assert case.decisions == ()


def test_the_beginning_of_a_sha256_is_enough_whatever_its_case(settings: Settings, desk: Quarantine) -> None:
    land(settings, GOOD, WRONG_RATE)
    assert desk.case(WRONG_RATE.sha256[:6].upper()).landed.letter == WRONG_RATE


def test_a_beginning_that_fits_no_letter_or_several_is_refused_in_words(
    settings: Settings, desk: Quarantine
) -> None:
    land(settings, GOOD, WRONG_RATE)
    with pytest.raises(DecisionError, match='no letter that is landed has a sha256 beginning with "xyz"'):
        desk.accept("xyz", reason=WHY, by=BY)
    with pytest.raises(DecisionError, match=r"2 letters have a sha256 .* give more of it, or --season"):
        desk.case("")


def test_one_file_in_two_seasons_is_told_apart_by_the_season(settings: Settings, desk: Quarantine) -> None:
    land(settings, GOOD)
    land(settings, GOOD, season=Season(2022))
    with pytest.raises(DecisionError, match="give more of it, or --season"):
        desk.reject(GOOD.sha256, reason=WHY, by=BY)
    desk.reject(GOOD.sha256, reason="a letter of 2021", by=BY, season=Season(2022))
    assert disposition(settings, GOOD).disposition == "accepted"
    assert disposition(settings, GOOD, Season(2022)).decided_by == BY


def test_without_anything_landed_it_says_what_to_do(desk: Quarantine) -> None:
    with pytest.raises(DecisionError, match=r"nothing has been landed in .*: run it first"):
        desk.cases()


def test_a_season_that_is_not_landed_is_said(settings: Settings, desk: Quarantine) -> None:
    land(settings, GOOD)
    with pytest.raises(DecisionError, match="season 2015 has not been landed"):
        desk.cases(Season(2015))


# --- Accept ------------------------------------------------------------------------------------------------


def test_an_accepted_letter_is_loaded_and_says_why_and_landing_by_whom(
    settings: Settings, desk: Quarantine
) -> None:
    landing = land(settings, GOOD, WRONG_RATE)
    effect = desk.accept(WRONG_RATE.sha256[:8], reason=WHY, by=BY)
    assert disposition(settings, WRONG_RATE) == Disposition(
        WRONG_RATE.sha256,
        "accepted",
        f"accepted by a person's decision, although {RATE_RULE} failed: {WHY}",
        "SAMPLE-02",
        decided_by=BY,
    )
    assert disposition(settings, GOOD).decided_by is None
    assert [one.rule for one in landing.checks(SEASON)[WRONG_RATE.sha256] if not one.is_passed] == [RATE_RULE]
    assert waiting(desk) == []
    assert effect.others == ()


def test_the_record_says_who_when_why_and_which_rule(settings: Settings, desk: Quarantine) -> None:
    landing = land(settings, WRONG_RATE)
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    desk.accept(WRONG_RATE.sha256, reason=f"  {WHY}\n", by=BY)
    (line,) = (landing.folder / FILE_NAME).read_text().splitlines()
    told = json.loads(line)
    assert before <= dt.datetime.fromisoformat(told.pop("decided_at")) <= dt.datetime.now(dt.UTC)
    assert told == {
        "season": 2021,
        "letter_sha256": WRONG_RATE.sha256,
        "ruling": "accept",
        "rules": [RATE_RULE],
        "statement_hash": statement_hash(WRONG_RATE),
        "decided_by": BY,
        "reason": WHY,
    }


def test_a_decision_takes_effect_in_landing_as_a_run_of_the_season_would(
    settings: Settings, desk: Quarantine
) -> None:
    landing = land(settings, GOOD, WRONG_RATE, FIRST, OTHER, STRANGER)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    desk.reject(GOOD.sha256, reason=WHY, by=BY)
    decided = landing.content_hash()
    assert land(settings, GOOD, WRONG_RATE, FIRST, OTHER, STRANGER).content_hash() == decided


def test_an_accept_is_kept_while_the_bytes_are_the_same_and_ends_with_them(
    settings: Settings, desk: Quarantine
) -> None:
    land(settings, WRONG_RATE)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    land(settings, WRONG_RATE, GOOD)
    assert disposition(settings, WRONG_RATE).disposition == "accepted"
    again = replace(WRONG_RATE, sha256=sha256("issued again"))
    land(settings, again)
    assert disposition(settings, again).disposition == "quarantined"
    land(settings, WRONG_RATE)
    assert disposition(settings, WRONG_RATE).disposition == "accepted"


def test_an_accept_does_not_cover_a_rule_that_a_later_reading_breaks(settings: Settings, desk: Quarantine) -> None:
    land(settings, WRONG_RATE)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    later = letter(
        "wrong rate",
        authority=WEXMARSH,
        changes={"uphold_rate_pct": "82"},
        stated_years=(StatedYear("the title", 2021, "2021"), StatedYear("the letter's date", 2020, "2020")),
    )
    assert later.sha256 == WRONG_RATE.sha256
    land(settings, later)
    found = disposition(settings, later)
    assert found.disposition == "quarantined"
    assert found.decided_by is None
    assert f"accepted by a person's decision for {RATE_RULE}, and this is broken besides" in found.reason
    assert found.reason.startswith("years_agree: ")
    assert waiting(desk) == [later.sha256]


def test_an_accept_does_not_cover_figures_that_nobody_saw(settings: Settings, desk: Quarantine) -> None:
    land(settings, WRONG_RATE)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    later = letter("wrong rate", authority=WEXMARSH, changes={"uphold_rate_pct": "28"})
    land(settings, later)
    found = disposition(settings, later)
    assert found.disposition == "quarantined"
    assert "28% is printed" in found.reason
    assert "its authority, season or figures are read otherwise now" in found.reason


def test_a_letter_that_a_better_reading_clears_needs_its_accept_no_longer(
    settings: Settings, desk: Quarantine
) -> None:
    land(settings, WRONG_RATE)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    cleared = letter("wrong rate", authority=WEXMARSH)
    land(settings, cleared)
    assert disposition(settings, cleared).reason == "every critical rule passed"
    assert disposition(settings, cleared).decided_by is None


def test_rules_that_are_named_have_to_be_those_that_are_broken(settings: Settings, desk: Quarantine) -> None:
    landing = land(settings, WRONG_RATE)
    with pytest.raises(DecisionError, match=f"breaks {RATE_RULE}, and --rule names years_agree"):
        desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY, rules=["years_agree"])
    assert not (landing.folder / FILE_NAME).exists()
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY, rules=[RATE_RULE])
    assert disposition(settings, WRONG_RATE).disposition == "accepted"


@pytest.mark.parametrize(("reason", "by"), [(" ", BY), (WHY, "")])
def test_a_decision_without_a_reason_or_a_name_is_refused(
    settings: Settings, desk: Quarantine, reason: str, by: str
) -> None:
    land(settings, WRONG_RATE)
    with pytest.raises(DecisionError, match=r"who decides .* and why"):
        desk.accept(WRONG_RATE.sha256, reason=reason, by=by)


def test_a_letter_that_is_not_in_quarantine_cannot_be_accepted(settings: Settings, desk: Quarantine) -> None:
    land(settings, GOOD)
    with pytest.raises(DecisionError, match=r"is not in quarantine but accepted .*: there is nothing to accept"):
        desk.accept(GOOD.sha256, reason=WHY, by=BY)


def test_a_number_that_cannot_be_is_never_accepted(settings: Settings, desk: Quarantine) -> None:
    impossible = letter("impossible", changes={"compliance_rate_pct": "970"})
    landing = land(settings, impossible)
    with pytest.raises(DecisionError, match="a number that cannot be has no place in the warehouse: reject"):
        desk.accept(impossible.sha256, reason=WHY, by=BY)
    assert not (landing.folder / FILE_NAME).exists()
    assert waiting(desk) == [impossible.sha256]


# --- Whose letter, and of which season ---------------------------------------------------------------------


def test_a_letter_to_nobody_known_is_accepted_only_with_the_authority_it_is_about(
    settings: Settings, desk: Quarantine
) -> None:
    land(settings, STRANGER)
    with pytest.raises(DecisionError, match=r"nowhere to put its figures: say whose letter it is \(--authority\)"):
        desk.accept(STRANGER.sha256, reason=WHY, by=BY)
    with pytest.raises(DecisionError, match="as a letter to SAMPLE-99, which does not exist on 2021-03-31"):
        desk.accept(STRANGER.sha256, reason=WHY, by=BY, authority_id="SAMPLE-99")
    desk.accept(STRANGER.sha256, reason=WHY, by=BY, authority_id="SAMPLE-01")
    found = disposition(settings, STRANGER)
    assert (found.disposition, found.authority_id, found.decided_by) == ("accepted", "SAMPLE-01", BY)
    assert "as a letter to SAMPLE-01, although authority_is_known failed" in found.reason
    land(settings, STRANGER)
    assert disposition(settings, STRANGER) == found


def test_an_authority_that_had_ended_cannot_be_named(settings: Settings, desk: Quarantine) -> None:
    # Corby Borough Council ended on 31 March 2021, the last day of season 2021
    late = letter("late", authority="Corby Borough Council", season=2022)
    land(settings, late, season=Season(2022))
    corby = Authorities.load().resolve("Corby Borough Council", dt.date(2021, 3, 31)).authority
    assert corby is not None
    with pytest.raises(DecisionError, match=f"{corby.authority_id}, which does not exist on 2022-03-31"):
        desk.accept(late.sha256, reason=WHY, by=BY, authority_id=corby.authority_id)


def test_an_authority_that_is_no_longer_known_puts_its_letter_back(
    settings: Settings, desk: Quarantine, tmp_path: Path
) -> None:
    land(settings, STRANGER)
    desk.accept(STRANGER.sha256, reason=WHY, by=BY, authority_id="SAMPLE-01")
    fewer = tmp_path / "fewer.csv"
    fewer.write_text(
        "".join(line for line in SAMPLE_AUTHORITIES.read_text().splitlines(True) if "SAMPLE-01" not in line)
    )
    land(Settings(home=tmp_path, additional_authorities=fewer), STRANGER)
    found = disposition(settings, STRANGER)
    assert (found.disposition, found.authority_id) == ("quarantined", None)
    assert "SAMPLE-01, which does not exist" in found.reason


def test_a_letter_cannot_be_given_to_an_authority_that_has_one_of_its_own(
    settings: Settings, desk: Quarantine
) -> None:
    landing = land(settings, OTHER, STRANGER)
    with pytest.raises(DecisionError, match="two letters cannot both stand for one authority and season"):
        desk.accept(STRANGER.sha256, reason=WHY, by=BY, authority_id="SAMPLE-01")
    assert not (landing.folder / FILE_NAME).exists()
    assert disposition(settings, OTHER).disposition == "accepted"


def test_a_letter_that_says_throughout_that_it_is_of_another_season_is_never_accepted(
    settings: Settings, desk: Quarantine
) -> None:
    old = letter("old", season=2020)
    land(settings, old)
    with pytest.raises(DecisionError, match="says nowhere that it is of season 2021: reject it here"):
        desk.accept(old.sha256, reason=WHY, by=BY)


def test_a_letter_with_one_slip_in_its_years_can_be_accepted_for_its_season(
    settings: Settings, desk: Quarantine
) -> None:
    slip = replace(
        letter("slip"),
        header=replace(
            GOOD.header,
            season=2020,
            stated_years=(StatedYear("the title", 2020, "2020"), StatedYear("the letter's date", 2021, "2021")),
        ),
    )
    land(settings, slip)
    desk.accept(slip.sha256, reason="the title is a misprint", by=BY)
    found = disposition(settings, slip)
    assert found.disposition == "accepted"
    assert "season_is_the_one_fetched" in found.reason
    # A letter that comes later and says the season rightly is the council's too: now a person has to choose.
    land(settings, slip, FIRST)
    assert disposition(settings, FIRST).disposition == "accepted"
    back = disposition(settings, slip)
    assert back.disposition == "quarantined"
    assert "another letter to the same authority is accepted too" in back.reason
    assert waiting(desk) == [slip.sha256]


def test_a_letter_without_statistics_is_accepted_as_what_it_is(settings: Settings, desk: Quarantine) -> None:
    bare = without_statistics("bare", authority="Pellonshire and Wexmarsh Council")
    land(settings, bare)
    desk.accept(bare.sha256, reason=WHY, by=BY, authority_id="SAMPLE-02")
    found = disposition(settings, bare)
    assert (found.disposition, found.authority_id, found.decided_by) == ("no_statistics", "SAMPLE-02", BY)


# --- Two letters to one authority --------------------------------------------------------------------------


def test_of_two_letters_that_collide_neither_is_accepted_until_one_is_rejected(
    settings: Settings, desk: Quarantine
) -> None:
    land(settings, FIRST, OTHER)
    assert len(waiting(desk)) == 2
    with pytest.raises(DecisionError, match=r"two letters cannot both stand .*: reject the other one"):
        desk.accept(FIRST.sha256, reason=WHY, by=BY)
    effect = desk.reject(OTHER.sha256, reason="withdrawn by the Ombudsman", by=BY)
    assert [case.landed.letter for case in effect.others] == [FIRST]
    assert disposition(settings, FIRST) == Disposition(
        FIRST.sha256, "accepted", "every critical rule passed", "SAMPLE-01"
    )
    assert waiting(desk) == []
    desk.withdraw(OTHER.sha256, reason="that was the wrong one", by=BY)
    assert len(waiting(desk)) == 2


def test_two_letters_that_collide_can_be_about_two_authorities(settings: Settings, desk: Quarantine) -> None:
    # as in 2019, when Somerset West and Taunton received the letters of both its predecessors
    land(settings, FIRST, OTHER)
    desk.accept(OTHER.sha256, reason="it is the neighbour's, by its figures", by=BY, authority_id="SAMPLE-02")
    assert disposition(settings, FIRST).disposition == "accepted"
    assert disposition(settings, FIRST).decided_by is None
    found = disposition(settings, OTHER)
    assert (found.disposition, found.authority_id, found.decided_by) == ("accepted", "SAMPLE-02", BY)


def test_rejecting_a_later_letter_lets_the_earlier_one_stand(settings: Settings, desk: Quarantine) -> None:
    earlier = letter("earlier", letter_date=dt.date(2021, 6, 30))
    later = letter("later", letter_date=dt.date(2021, 7, 21), changes={"uphold_rate_pct": "82"})
    land(settings, earlier, later)
    assert disposition(settings, earlier).superseded_by_sha256 == later.sha256
    desk.reject(later.sha256, reason=WHY, by=BY)
    assert disposition(settings, earlier).disposition == "accepted"


def test_a_letter_that_another_supersedes_cannot_be_accepted(settings: Settings, desk: Quarantine) -> None:
    earlier = letter("earlier", letter_date=dt.date(2021, 6, 30), changes={"uphold_rate_pct": "82"})
    land(settings, earlier, letter("later"))
    with pytest.raises(DecisionError, match="It would be superseded: another letter to the same authority stands"):
        desk.accept(earlier.sha256, reason=WHY, by=BY)


# --- Reject and withdraw -----------------------------------------------------------------------------------


def test_a_rejected_letter_stays_out_and_waits_no_longer(settings: Settings, desk: Quarantine) -> None:
    land(settings, WRONG_RATE)
    desk.reject(WRONG_RATE.sha256, reason="a draft", by=BY)
    for _ in range(2):
        found = disposition(settings, WRONG_RATE)
        assert (found.disposition, found.reason) == ("quarantined", "rejected by a person's decision: a draft")
        assert found.decided_by == BY
        assert waiting(desk) == []
        land(settings, WRONG_RATE)
    with pytest.raises(DecisionError, match=f"is rejected already, by {BY}"):
        desk.reject(WRONG_RATE.sha256, reason="a draft", by="B. Clerk")


def test_a_letter_that_breaks_no_rule_can_be_rejected_and_comes_back(settings: Settings, desk: Quarantine) -> None:
    landing = land(settings, GOOD)
    content = landing.content_hash()
    desk.reject(GOOD.sha256, reason="the Ombudsman withdrew it", by=BY)
    assert disposition(settings, GOOD).disposition == "quarantined"
    with pytest.raises(DecisionError, match="breaks no rule, and is held back by a decision: withdraw that"):
        desk.accept(GOOD.sha256, reason=WHY, by=BY)
    desk.withdraw(GOOD.sha256, reason="it was sent again", by=BY)
    assert landing.content_hash() == content


def test_a_letter_without_figures_has_nothing_to_reject(settings: Settings, desk: Quarantine) -> None:
    land(settings, torn := Letter(sha256("torn"), Verdict.UNREADABLE, "damaged: no trailer"))
    with pytest.raises(DecisionError, match=r"is unreadable .*: it has no figures that could be kept out"):
        desk.reject(torn.sha256, reason=WHY, by=BY)


def test_a_newer_decision_replaces_an_older_one_and_both_are_kept(settings: Settings, desk: Quarantine) -> None:
    land(settings, WRONG_RATE)
    desk.reject(WRONG_RATE.sha256, reason="a draft", by=BY)
    desk.accept(WRONG_RATE.sha256, reason="not a draft after all", by="B. Clerk")
    assert disposition(settings, WRONG_RATE).decided_by == "B. Clerk"
    assert [one.ruling for one in desk.case(WRONG_RATE.sha256).decisions] == [Ruling.REJECT, Ruling.ACCEPT]


def test_taking_back_what_nobody_decided_is_refused(settings: Settings, desk: Quarantine) -> None:
    land(settings, WRONG_RATE)
    with pytest.raises(DecisionError, match=r"nobody has decided about letter .*: there is nothing to take back"):
        desk.withdraw(WRONG_RATE.sha256, reason=WHY, by=BY)


# --- The file ----------------------------------------------------------------------------------------------


def decision(one: Letter = WRONG_RATE, ruling: Ruling = Ruling.REJECT, reason: str = WHY) -> Decision:
    return Decision(
        season=2021,
        letter_sha256=one.sha256,
        ruling=ruling,
        decided_by=BY,
        decided_at=dt.datetime(2021, 8, 2, 11, 5, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        reason=reason,
    )


def test_a_decision_comes_back_as_it_was_made_with_its_time_in_utc(tmp_path: Path) -> None:
    record_decision(tmp_path, decision())
    record_decision(tmp_path, decision(ruling=Ruling.WITHDRAW))
    assert [one.ruling for one in read_decisions(tmp_path).history] == [Ruling.REJECT, Ruling.WITHDRAW]
    assert read_decisions(tmp_path).history[0] == decision()
    assert '"decided_at":"2021-08-02T10:05:00+00:00"' in (tmp_path / FILE_NAME).read_text()
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


BROKEN = {
    "half a line": ('{"season": 2021, "letter_sh', "EOF while parsing"),
    "an empty line": ("", "EOF while parsing"),
    "another verdict": (decision().model_dump_json().replace('"reject"', '"perhaps"'), "ruling: Input should be"),
    "a hash cut short": (decision().model_dump_json().replace(WRONG_RATE.sha256, "ab12"), "letter_sha256: String"),
    "no reason": (decision().model_dump_json().replace(WHY, " "), "reason: Value error, it is empty"),
    "a time of no zone": (decision().model_dump_json().replace("+00:00", ""), "decided_at: Input should have time"),
    "a word nobody knows": (decision().model_dump_json()[:-1] + ',"colour":"red"}', "colour: Extra inputs"),
    "an accept of nothing": (
        decision().model_dump_json().replace('"reject"', '"accept"'),
        "an accept needs the rules",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_line_is_named_and_nothing_is_decided_until_it_is_put_right(
    settings: Settings, desk: Quarantine, what: str
) -> None:
    landing = land(settings, WRONG_RATE)
    line, fault = BROKEN[what]
    path = landing.folder / FILE_NAME
    path.write_text(decision(GOOD).model_dump_json() + "\n" + line + "\n")
    content = path.read_bytes()
    with pytest.raises(DecisionError, match=f"{FILE_NAME}, line 2 is no decision.*{fault}"):
        desk.reject(WRONG_RATE.sha256, reason=WHY, by=BY)
    with pytest.raises(DecisionError, match="line 2"):
        warehouse_identity(settings)
    assert path.read_bytes() == content


def test_the_content_of_decisions_is_what_is_in_force_about_what_is_landed() -> None:
    here = {(2021, WRONG_RATE.sha256)}
    none = Decisions().content_hash(here)
    rejected = Decisions((decision(),))
    assert rejected.content_hash(here) != none
    assert rejected.content_hash({(2022, WRONG_RATE.sha256)}) == none
    assert rejected.and_(decision(ruling=Ruling.WITHDRAW)).content_hash(here) == none
    later = decision().model_copy(update={"decided_at": dt.datetime(2030, 1, 1, tzinfo=dt.UTC)})
    assert Decisions((later,)).content_hash(here) == rejected.content_hash(here)


def test_a_release_is_named_by_its_decisions_and_not_by_their_time(settings: Settings, desk: Quarantine) -> None:
    land(settings, GOOD, WRONG_RATE)
    undecided = warehouse_identity(settings)
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    accepted = warehouse_identity(settings)
    assert accepted != undecided
    desk.withdraw(WRONG_RATE.sha256, reason=WHY, by=BY)
    assert warehouse_identity(settings) == undecided
    path = settings.landing_folder / FILE_NAME
    desk.accept(WRONG_RATE.sha256, reason=WHY, by=BY)
    path.write_text(path.read_text().replace('"decided_at":"20', '"decided_at":"19'))
    assert warehouse_identity(settings) == accepted


def test_a_decision_that_landing_does_not_show_yet_is_in_the_name_already(settings: Settings) -> None:
    landing = land(settings, WRONG_RATE)
    undecided = warehouse_identity(settings)
    record_decision(landing.folder, decision())
    assert warehouse_identity(settings) != undecided


# --- The command line, on real letters ---------------------------------------------------------------------


TARNBECK = "2021/tarnbeck-metropolitan-borough-council.pdf"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the sample letters of 2021 have been read, checked and landed."""
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, additional_authorities=SAMPLE_AUTHORITIES)
    run, source = SeasonRun(SEASON, "first", settings), FolderSource(SAMPLES / "letters")
    check(run, acquire_and_read(run, source))
    return home


@pytest.fixture
def home(samples: Path, tmp_path: Path) -> Path:
    shutil.copytree(samples, tmp_path / "home")
    return tmp_path / "home"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "redress.cli", "quarantine", *arguments]


def environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "REDRESS_HOME": str(home),
        "REDRESS_ADDITIONAL_AUTHORITIES": str(SAMPLE_AUTHORITIES),
        "PYTHONPATH": os.pathsep.join([str(PROJECT / "plugins"), str(PROJECT)]),
    }


def quarantine(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=environment(home),
        check=False,
    )


def tarnbeck(home: Path) -> Case:
    desk = Quarantine(Settings(home=home, additional_authorities=SAMPLE_AUTHORITIES))
    (case,) = (case for case in desk.cases() if case.landed.source_address == TARNBECK)
    return case


def test_the_list_names_what_waits_and_why(home: Path) -> None:
    done = quarantine(home, "list")
    assert (done.returncode, done.stderr) == (0, "")
    sha = tarnbeck(home).landed.letter.sha256
    assert f"2021  {sha[:12]}  Tarnbeck Metropolitan Borough Council (SAMPLE-03)" in done.stdout
    assert f"file: {TARNBECK}" in done.stdout
    assert f"{RATE_RULE}: The stated uphold rate is upheld / investigations" in done.stdout
    assert "found: upheld 14 of investigations 21 is 67%, and 76% is printed" in done.stdout
    assert "1 letter waits for a person." in done.stdout
    assert "Ostlebridge" not in done.stdout


def test_show_gives_the_figures_with_their_pages_and_bytes_that_can_be_read_again(home: Path) -> None:
    sha = tarnbeck(home).landed.letter.sha256
    done = quarantine(home, "show", sha[:10])
    assert done.returncode == 0
    assert [line.split()[1:4] for line in done.stdout.splitlines() if "uphold_rate_pct" in line] == [
        ["76%", "page", "2"]
    ]
    assert TARNBECK in done.stdout
    (hint,) = (line.split() for line in done.stdout.splitlines() if "redress read --evidence" in line)
    read_again = subprocess.run(
        [sys.executable, "-m", "redress.cli", "read", hint[-1], "--json"],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=environment(home),
        check=True,
    )
    assert json.loads(read_again.stdout)["sha256"] == sha


def test_accept_reject_and_withdraw_do_what_they_say(home: Path) -> None:
    sha = tarnbeck(home).landed.letter.sha256[:12]
    done = quarantine(home, "accept", sha, "--reason", WHY, "--by", BY, "--rule", RATE_RULE)
    assert done.returncode == 0, done.stderr
    assert f"recorded: accept, by {BY}" in done.stdout
    assert "redress run 2021" in done.stdout
    assert tarnbeck(home).disposition.disposition == "accepted"
    assert "0 letters wait for a person." in quarantine(home, "list").stdout
    listed = quarantine(home, "list", "--all").stdout
    assert f"UTC, {BY}: accept for {RATE_RULE}: {WHY}" in listed

    done = quarantine(home, "reject", sha, "--reason", "a draft")
    assert done.returncode == 0, done.stderr
    assert tarnbeck(home).decisions[-1].decided_by != BY
    assert tarnbeck(home).disposition.reason.endswith(": a draft")

    done = quarantine(home, "withdraw", sha, "--reason", "no draft", "--by", BY)
    assert done.returncode == 0, done.stderr
    assert tarnbeck(home).is_waiting
    assert [one.ruling for one in tarnbeck(home).decisions] == [Ruling.ACCEPT, Ruling.REJECT, Ruling.WITHDRAW]


def test_what_cannot_be_decided_ends_in_a_sentence(home: Path) -> None:
    for arguments, told in {
        ("accept", "nothing", "--reason", WHY): 'has a sha256 beginning with "nothing"',
        ("reject", "", "--reason", WHY): "letters have a sha256 beginning with",
        ("list", "--season", "1999"): "1999 is not a season",
    }.items():
        done = quarantine(home, *arguments)
        assert done.returncode == 1
        assert told in done.stderr
        assert "Traceback" not in done.stderr


def test_decisions_wait_for_whoever_is_writing_and_for_each_other_and_none_is_lost(home: Path) -> None:
    settings = Settings(home=home, additional_authorities=SAMPLE_AUTHORITIES)
    letters = set(Landing(settings.landing_folder).dispositions(SEASON))
    with writer_lock(settings):
        deciding = [
            subprocess.Popen(
                command("reject", sha, "--reason", "all at once", "--by", BY),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=PROJECT,
                env=environment(home),
            )
            for sha in letters
        ]
        for process in deciding:
            assert process.stderr is not None
            assert "waiting for another run or decision to end" in process.stderr.readline()
        assert not (settings.landing_folder / FILE_NAME).exists()
        assert tarnbeck(home).is_waiting
    for process in deciding:
        process.communicate(timeout=120)
        assert process.returncode == 0
    assert {one.letter_sha256 for one in read_decisions(settings.landing_folder).history} == letters
    assert {one.decided_by for one in Landing(settings.landing_folder).dispositions(SEASON).values()} == {BY}
