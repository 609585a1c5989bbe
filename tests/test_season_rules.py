"""The season's rules: whose a letter is, which season it is of, and which of two letters stands."""

import datetime as dt
from itertools import permutations

import pytest

from redress.authorities import Authorities
from redress.letters.records import Letter, Verdict
from redress.season_rules import (
    AUTHORITY_IS_KNOWN,
    ONE_LETTER_PER_AUTHORITY,
    SEASON_IS_THE_ONE_FETCHED,
    Standing,
    stand,
)
from redress.seasons import Season
from tests.made import PELLONSHIRE, SAMPLE_AUTHORITIES, WEXMARSH, letter, sha256, without_statistics

SEASON = Season(2021)
JUNE, JULY = dt.date(2021, 6, 30), dt.date(2021, 7, 21)


@pytest.fixture(scope="module")
def authorities() -> Authorities:
    return Authorities.load(additional=SAMPLE_AUTHORITIES)


def passed(standing: Standing) -> dict[str, bool]:
    return {check.rule: check.is_passed for check in standing.checks}


def detail(standing: Standing, rule: str) -> str:
    return next(check.detail for check in standing.checks if check.rule == rule)


def test_a_letter_to_a_council_that_exists_in_its_season_passes_every_rule(authorities: Authorities) -> None:
    (standing,) = stand([letter()], SEASON, authorities)
    assert passed(standing) == {
        SEASON_IS_THE_ONE_FETCHED: True,
        AUTHORITY_IS_KNOWN: True,
        ONE_LETTER_PER_AUTHORITY: True,
    }
    assert standing.resolution is not None
    assert standing.resolution.authority is not None
    assert standing.resolution.authority.authority_id == "SAMPLE-01"
    assert standing.superseded_by is None


def test_a_letter_to_nobody_known_fails_and_is_named(authorities: Authorities) -> None:
    (standing,) = stand([letter(authority="Nowhere District Council")], SEASON, authorities)
    assert passed(standing)[AUTHORITY_IS_KNOWN] is False
    assert "Nowhere District Council" in detail(standing, AUTHORITY_IS_KNOWN)
    assert ONE_LETTER_PER_AUTHORITY not in passed(standing)


def test_a_letter_that_names_no_authority_fails(authorities: Authorities) -> None:
    (standing,) = stand([letter(authority=None)], SEASON, authorities)
    assert passed(standing)[AUTHORITY_IS_KNOWN] is False
    assert "names no authority" in detail(standing, AUTHORITY_IS_KNOWN)


@pytest.mark.parametrize(("season", "is_known"), [(2021, True), (2022, False)])
def test_a_council_is_known_to_the_last_day_of_its_life(
    authorities: Authorities, season: int, is_known: bool
) -> None:
    # Corby Borough Council ended on 31 March 2021, the last day of season 2021
    made = letter(authority="Corby Borough Council", season=season)
    (standing,) = stand([made], Season(season), authorities)
    assert passed(standing)[AUTHORITY_IS_KNOWN] is is_known


def test_a_letter_of_another_season_than_it_was_fetched_for_fails(authorities: Authorities) -> None:
    (standing,) = stand([letter(season=2020)], SEASON, authorities)
    assert passed(standing)[SEASON_IS_THE_ONE_FETCHED] is False
    told = detail(standing, SEASON_IS_THE_ONE_FETCHED)
    assert "2020" in told
    assert "2021" in told


def test_a_letter_that_states_no_season_fails(authorities: Authorities) -> None:
    bare = Letter(sha256("bare"), Verdict.NO_STATISTICS, "no statistics")
    (standing,) = stand([bare], SEASON, authorities)
    assert passed(standing)[SEASON_IS_THE_ONE_FETCHED] is False
    assert "none stated" in detail(standing, SEASON_IS_THE_ONE_FETCHED)


def test_of_two_renditions_of_one_letter_the_one_with_pages_stands(authorities: Authorities) -> None:
    page, text = letter("as pdf"), letter("as text", is_text=True)
    for order in permutations([page, text]):
        by_sha = {standing.letter.sha256: standing for standing in stand(order, SEASON, authorities)}
        assert by_sha[page.sha256].superseded_by is None
        assert by_sha[text.sha256].superseded_by == page.sha256
        assert all(passed(standing)[ONE_LETTER_PER_AUTHORITY] for standing in by_sha.values())


def test_of_two_like_renditions_one_stands_whatever_their_order(authorities: Authorities) -> None:
    one, other = letter("printed once"), letter("printed twice")
    standing = {
        tuple(sorted(s.letter.sha256 for s in stand(order, SEASON, authorities) if s.superseded_by is None))
        for order in permutations([one, other])
    }
    assert len(standing) == 1
    assert len(standing.pop()) == 1


def test_a_letter_of_a_later_date_supersedes(authorities: Authorities) -> None:
    first = letter("first", letter_date=JUNE)
    second = letter("second", letter_date=JULY, changes={"uphold_rate_type_average_pct": "72"})
    for order in permutations([first, second]):
        by_sha = {standing.letter.sha256: standing for standing in stand(order, SEASON, authorities)}
        assert by_sha[first.sha256].superseded_by == second.sha256
        assert by_sha[second.sha256].superseded_by is None
        assert "superseded by" in detail(by_sha[first.sha256], ONE_LETTER_PER_AUTHORITY)


def test_two_letters_of_one_date_with_different_figures_both_fail(authorities: Authorities) -> None:
    one, other = letter("one"), letter("other", changes={"uphold_rate_type_average_pct": "72"})
    standings = stand([one, other], SEASON, authorities)
    for standing, rival in zip(standings, (other, one), strict=True):
        assert passed(standing)[ONE_LETTER_PER_AUTHORITY] is False
        assert rival.sha256[:12] in detail(standing, ONE_LETTER_PER_AUTHORITY)
        assert standing.superseded_by is None


def test_letters_to_two_councils_do_not_meet(authorities: Authorities) -> None:
    standings = stand([letter("one"), letter("other", authority=WEXMARSH)], SEASON, authorities)
    assert all(passed(standing)[ONE_LETTER_PER_AUTHORITY] for standing in standings)
    assert {standing.superseded_by for standing in standings} == {None}


def test_two_spellings_of_a_councils_name_are_one_council(authorities: Authorities) -> None:
    one = letter("one")
    other = letter("other", authority=PELLONSHIRE.upper(), changes={"uphold_rate_type_average_pct": "72"})
    assert not any(passed(s)[ONE_LETTER_PER_AUTHORITY] for s in stand([one, other], SEASON, authorities))


def test_a_letter_without_statistics_does_not_supersede_one_with_them(authorities: Authorities) -> None:
    standings = stand([letter(), without_statistics("bare")], SEASON, authorities)
    assert {standing.superseded_by for standing in standings} == {None}


@pytest.mark.parametrize("verdict", [Verdict.UNREADABLE, Verdict.NOT_A_LETTER])
def test_a_file_that_is_no_letter_is_asked_nothing(authorities: Authorities, verdict: Verdict) -> None:
    (standing,) = stand([Letter(sha256("a file"), verdict, "a reason")], SEASON, authorities)
    assert standing.checks == ()
    assert standing.resolution is None
