"""The quarantine says which letters wait and why, and finds a letter by the beginning of its sha256."""

import pytest

from redress.check.decisions import DecisionError
from redress.model.landed import Fate
from redress.model.season import Season
from redress.settings import Settings
from redress.steps.quarantine import Quarantine
from tests.made import GOOD, WRONG_RATE, without_statistics
from tests.steps.quarantine.desk import BY, RATE_RULE, WHY, disposition, land

pytestmark = pytest.mark.needs("processes")


def test_a_letter_that_breaks_a_critical_rule_waits_with_its_rule_and_its_authority(
    settings: Settings, desk: Quarantine
) -> None:
    land(settings, GOOD, WRONG_RATE, without_statistics("bare", authority="Ostlebridge Council"))
    (case,) = (case for case in desk.cases() if case.is_waiting)
    assert case.landed.letter.sha256 == WRONG_RATE.sha256
    assert case.authority == "Wexmarsh District Council (SAMPLE-02)"
    found = "the letter contradicts itself: upheld 33 of investigations 40 is 83%, and 82% is printed"
    assert f"{RATE_RULE}: {found}" in case.disposition.reason
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
    assert disposition(settings, GOOD).disposition == Fate.ACCEPTED
    assert disposition(settings, GOOD, Season(2022)).decided_by == BY


def test_without_anything_landed_it_says_what_to_do(desk: Quarantine) -> None:
    with pytest.raises(DecisionError, match=r"nothing has been landed in .*: run it first"):
        desk.cases()


def test_a_season_that_is_not_landed_is_said(settings: Settings, desk: Quarantine) -> None:
    land(settings, GOOD)
    with pytest.raises(DecisionError, match="season 2015 has not been landed"):
        desk.cases(Season(2015))
