"""An accept can name a letter's authority, or say that the letter belongs to the season it was fetched for."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from redress.check.decisions import FILE_NAME, DecisionError
from redress.model.landed import Fate
from redress.model.letter import StatedYear
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.settings import Settings
from redress.steps.quarantine import Quarantine
from tests.made import GOOD, SAMPLE_AUTHORITIES, letter, without_statistics
from tests.steps.quarantine.desk import BY, FIRST, OTHER, STRANGER, WHY, disposition, land, waiting

pytestmark = pytest.mark.needs("processes")


def test_a_letter_to_nobody_known_is_accepted_only_with_the_authority_it_is_about(
    settings: Settings, desk: Quarantine
) -> None:
    land(settings, STRANGER)
    with pytest.raises(DecisionError, match=r"nowhere to put its figures: say whose letter it is \(--authority\)"):
        desk.accept(STRANGER.sha256, reason=WHY, by=BY)
    with pytest.raises(DecisionError, match="as a letter to SAMPLE-99, which is not known or began after"):
        desk.accept(STRANGER.sha256, reason=WHY, by=BY, authority_id="SAMPLE-99")
    desk.accept(STRANGER.sha256, reason=WHY, by=BY, authority_id="SAMPLE-01")
    found = disposition(settings, STRANGER)
    assert (found.disposition, found.authority_id, found.decided_by) == (Fate.ACCEPTED, "SAMPLE-01", BY)
    assert "as a letter to SAMPLE-01, although authority_is_known failed" in found.reason
    land(settings, STRANGER)
    assert disposition(settings, STRANGER) == found


def test_an_authority_that_had_ended_can_be_named_and_one_that_had_not_begun_cannot(
    settings: Settings, desk: Quarantine
) -> None:
    # Corby Borough Council ended on 31 March 2021, the last day of season 2021; Cumberland began on 1 April 2023
    late = letter("late", authority="Emmerthorpe District Council", season=2022)
    land(settings, late, season=Season(2022))
    known = load_authorities()
    corby = known.resolve("Corby Borough Council", dt.date(2021, 3, 31)).authority
    cumberland = known.resolve("Cumberland Council", dt.date(2023, 4, 1)).authority
    assert corby is not None
    assert cumberland is not None
    with pytest.raises(DecisionError, match=f"{cumberland.authority_id}, which is not known or began after 2022"):
        desk.accept(late.sha256, reason=WHY, by=BY, authority_id=cumberland.authority_id)
    desk.accept(late.sha256, reason=WHY, by=BY, authority_id=corby.authority_id)
    found = {one.disposition.authority_id for one in desk.cases(Season(2022))}
    assert found == {corby.authority_id}


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
    assert (found.disposition, found.authority_id) == (Fate.QUARANTINED, None)
    assert "SAMPLE-01, which is not known" in found.reason


def test_a_letter_cannot_be_given_to_an_authority_that_has_one_of_its_own(
    settings: Settings, desk: Quarantine
) -> None:
    landing = land(settings, OTHER, STRANGER)
    with pytest.raises(DecisionError, match="two letters cannot both stand for one authority and season"):
        desk.accept(STRANGER.sha256, reason=WHY, by=BY, authority_id="SAMPLE-01")
    assert not (landing.folder / FILE_NAME).exists()
    assert disposition(settings, OTHER).disposition == Fate.ACCEPTED


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
    assert found.disposition == Fate.ACCEPTED
    assert "season_is_the_one_fetched" in found.reason
    # A letter that comes later and says the season rightly is the council's too: now a person has to choose.
    land(settings, slip, FIRST)
    assert disposition(settings, FIRST).disposition == Fate.ACCEPTED
    back = disposition(settings, slip)
    assert back.disposition == Fate.QUARANTINED
    assert "another letter to the same authority is accepted too" in back.reason
    assert waiting(desk) == [slip.sha256]


def test_a_letter_without_statistics_is_accepted_as_what_it_is(settings: Settings, desk: Quarantine) -> None:
    bare = without_statistics("bare", authority="Pellonshire and Wexmarsh Council")
    land(settings, bare)
    desk.accept(bare.sha256, reason=WHY, by=BY, authority_id="SAMPLE-02")
    found = disposition(settings, bare)
    assert (found.disposition, found.authority_id, found.decided_by) == ("no_statistics", "SAMPLE-02", BY)
