"""The rules about a season's letters judge council and season, rivals, averages, rates and missing letters."""

import datetime as dt
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from redress.check.judge import judge
from redress.check.rule import Severity
from redress.check.season_rules import (
    AUTHORITY_IS_KNOWN,
    ONE_LETTER_PER_AUTHORITY,
    PER_100K_FITS_POPULATION,
    SEASON_IS_THE_ONE_FETCHED,
    TYPE_AVERAGE_AGREES,
    TYPE_AVERAGE_IS_SETTLED,
)
from redress.check.standing import Standing
from redress.model.authorities import Authorities, Authority, Population
from redress.model.letter import Letter, Verdict
from redress.model.measures import Absence
from redress.model.reference import load_authorities
from redress.model.season import Season
from tests.made import PELLONSHIRE, SAMPLE_AUTHORITIES, WEXMARSH, letter, sha256, without_statistics

SEASON = Season(2021)
JUNE, JULY = dt.date(2021, 6, 30), dt.date(2021, 7, 21)


@pytest.fixture(scope="module")
def authorities() -> Authorities:
    return load_authorities(additional=SAMPLE_AUTHORITIES)


def stand(letters: Sequence[Letter], season: Season, authorities: Authorities) -> tuple[Standing, ...]:
    return judge(season, letters, authorities).standings


def passed(standing: Standing) -> dict[str, bool]:
    return {check.rule: check.is_passed for check in standing.season_checks}


def detail(standing: Standing, rule: str) -> str:
    return next(check.detail for check in standing.season_checks if check.rule == rule)


def test_a_letter_to_a_council_that_exists_in_its_season_passes_every_rule(authorities: Authorities) -> None:
    (standing,) = stand([letter()], SEASON, authorities)
    assert passed(standing) == {
        SEASON_IS_THE_ONE_FETCHED: True,
        AUTHORITY_IS_KNOWN: True,
        ONE_LETTER_PER_AUTHORITY: True,
        TYPE_AVERAGE_AGREES: True,
        TYPE_AVERAGE_IS_SETTLED: True,
        "source_agrees_with_itself": True,
        PER_100K_FITS_POPULATION: True,
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


@pytest.mark.parametrize(("season", "is_expected"), [(2021, True), (2022, False)])
def test_a_council_has_figures_after_its_end_and_a_letter_is_expected_until_then(
    authorities: Authorities, season: int, is_expected: bool
) -> None:
    # Corby Borough Council ended on 31 March 2021, the last day of season 2021
    made = letter(authority="Corby Borough Council", season=season)
    judgement = judge(Season(season), [made], authorities)
    [standing] = judgement.standings
    assert passed(standing)[AUTHORITY_IS_KNOWN]
    assert standing.authority is not None
    assert standing.authority.authority_id == "COR"
    assert ("COR" in {one.authority_id for one in judgement.expected}) is is_expected
    assert ("ended on 31 March 2021" in detail(standing, AUTHORITY_IS_KNOWN)) is not is_expected


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


# --- The averages of a type -----------------------------------------------------------------------------

COUNTIES = tuple(f"{name} County Council" for name in ("Arden", "Borran", "Calder", "Dovey", "Elmet"))
TODAY = Season(2024)


def authority(name: str, council_type_id: str = "county", *, is_sample: bool = False) -> Authority:
    return Authority(name, name, name, council_type_id, "North East", None, None, is_sample)


def counties(**populations: int) -> Authorities:
    """Return five invented counties, the first of them with populations by mid-year, such as `mid_2022=733_000`."""
    return Authorities(
        [authority(name) for name in COUNTIES],
        populations=[(COUNTIES[0], Population(count, int(key[-4:]))) for key, count in populations.items()],
    )


def printing(uphold_average: str, council: int, **more: Any) -> Letter:
    changes = {"uphold_rate_type_average_pct": uphold_average, **more.pop("changes", {})}
    return letter(f"{council} {uphold_average} {more}", authority=COUNTIES[council], changes=changes, **more)


def failing(letters: Sequence[Letter], rule: str, among: Authorities | None = None) -> dict[str, str]:
    """Return the letters that fail a rule, by their sha256, each with the detail of the check."""
    standings = stand(letters, SEASON, among or counties())
    return {s.letter.sha256: detail(s, rule) for s in standings if passed(s).get(rule) is False}


def test_a_minority_is_contradicted_by_the_majority() -> None:
    odd = printing("70", 4)
    found = failing([*(printing("71", council) for council in range(4)), odd], TYPE_AVERAGE_AGREES)
    told = "uphold_rate_type_average_pct 70 is printed, and 71 in 4 of 5 letters to councils of the type county"
    assert found == {odd.sha256: told}


@pytest.mark.parametrize("printed", [("71", "70"), ("71", "70", "69"), ("71", "71", "70", "70")])
def test_without_a_majority_of_three_letters_all_are_warned_and_none_is_held_back(printed: tuple[str, ...]) -> None:
    letters = [printing(average, council) for council, average in enumerate(printed)]
    assert failing(letters, TYPE_AVERAGE_AGREES) == {}
    found = failing(letters, TYPE_AVERAGE_IS_SETTLED)
    assert set(found) == {one.sha256 for one in letters}
    assert all(f"70 ({printed.count('70')} of {len(printed)})" in told for told in found.values())


@pytest.mark.parametrize("printed", [("71",), ("71", "71"), ("71", "71", "70")])
def test_letters_that_agree_or_have_a_majority_are_not_warned(printed: tuple[str, ...]) -> None:
    letters = [printing(average, council) for council, average in enumerate(printed)]
    assert failing(letters, TYPE_AVERAGE_IS_SETTLED) == {}


def test_each_average_has_a_vote_of_its_own() -> None:
    letters = [printing("71", council) for council in range(3)]
    odd = printing("71", 3, changes={"compliance_rate_type_average_pct": "98"})
    (told,) = failing([*letters, odd], TYPE_AVERAGE_AGREES).values()
    assert told.startswith("compliance_rate_type_average_pct 98 is printed, and 100 in 3 of 4")


def test_an_average_that_is_not_printed_has_no_vote() -> None:
    silent = [
        printing("71", council, changes={"uphold_rate_type_average_pct": Absence.NOT_STATED})
        for council in range(3)
    ]
    assert failing([*silent, printing("70", 3)], TYPE_AVERAGE_AGREES) == {}


def test_a_letter_that_contradicts_itself_is_compared_but_does_not_vote() -> None:
    wrong = {"uphold_rate_pct": "82"}
    misread = [printing("70", council, changes=wrong) for council in range(2)]
    good = [printing("71", council) for council in range(2, 5)]
    found = failing([*misread, *good], TYPE_AVERAGE_AGREES)
    assert set(found) == {one.sha256 for one in misread}
    assert all("71 in 3 of 3 letters" in told for told in found.values())


def test_a_letter_that_is_superseded_neither_votes_nor_is_asked() -> None:
    first = printing("70", 0, letter_date=JUNE)
    letters = [first, *(printing("71", council) for council in range(3))]
    standings = stand(letters, SEASON, counties())
    assert {rule for s in standings if s.letter is first for rule in passed(s)}.isdisjoint({TYPE_AVERAGE_AGREES})
    assert failing(letters, TYPE_AVERAGE_AGREES) == {}


def test_two_letters_that_collide_do_not_vote() -> None:
    twins = [printing("70", 0), printing("70", 0, changes={"compliance_outcomes_count": "29"})]
    found = failing([*twins, printing("71", 1), printing("71", 2)], TYPE_AVERAGE_IS_SETTLED)
    assert set(found) == {one.sha256 for one in twins}


def test_a_letter_of_another_season_is_not_asked_about_this_seasons_averages() -> None:
    other = printing("65", 4, season=2020)
    assert failing([other, *(printing("71", council) for council in range(4))], TYPE_AVERAGE_AGREES) == {}


def test_types_do_not_outvote_each_other_and_other_bodies_are_not_asked() -> None:
    among = Authorities(
        [*(authority(name) for name in COUNTIES), authority("Moor Park", "other"), authority("Bay", "unitary")]
    )
    letters = [
        *(printing("71", council) for council in range(4)),
        letter("a park", authority="Moor Park", changes={"uphold_rate_type_average_pct": "70"}),
        letter("a unitary", authority="Bay", changes={"uphold_rate_type_average_pct": "70"}),
    ]
    assert failing(letters, TYPE_AVERAGE_AGREES, among) == {}
    park = next(s for s in stand(letters, SEASON, among) if s.letter is letters[4])
    assert TYPE_AVERAGE_AGREES not in passed(park)


def test_the_order_of_letters_decides_no_vote() -> None:
    letters = [printing("71", 0), printing("71", 1), printing("70", 2), printing("70", 3)]
    found = {frozenset(failing(order, TYPE_AVERAGE_IS_SETTLED).items()) for order in permutations(letters)}
    assert len(found) == 1


# --- Rates per 100,000 ----------------------------------------------------------------------------------


def fits(rate: str, among: Authorities, upheld: str = "33") -> tuple[bool, str]:
    changes = {"upheld_per_100k": rate, "upheld_count": upheld}
    one = letter("a rate", authority=COUNTIES[0], season=TODAY.year, changes=changes)
    (standing,) = stand([one], TODAY, among)
    return passed(standing)[PER_100K_FITS_POPULATION], detail(standing, PER_100K_FITS_POPULATION)


@pytest.mark.parametrize(
    ("rate", "is_fitting"),
    [("4.5", True), ("4.3", True), ("4.7", True), ("4.2", False), ("4.9", False), ("45", False), ("0.8", False)],
)
def test_a_rate_fits_a_population_within_its_revisions_and_the_printed_places(rate: str, is_fitting: bool) -> None:
    # 33 of 733,000 are 4.502; five per cent more or fewer people give 4.29 to 4.74
    found, told = fits(rate, counties(mid_2022=733_000))
    assert found is is_fitting
    assert "733,000 (mid-2022)" in told
    assert f"{rate} is printed" in told


def test_a_rate_without_decimals_has_dropped_its_nought() -> None:
    assert fits("5", counties(mid_2022=660_000))[0]
    assert not fits("5", counties(mid_2022=733_000))[0]


def test_a_rate_may_rest_on_any_estimate_of_the_four_years_before_the_letter() -> None:
    grown = {"mid_2020": 600_000, "mid_2023": 733_000}
    assert fits("5.5", counties(**grown))[0]
    assert fits("4.5", counties(**grown))[0]
    assert not fits("6.5", counties(**grown))[0]
    assert not fits("5.5", counties(mid_2019=600_000, mid_2022=733_000))[0]


def test_a_later_estimate_than_the_letter_is_never_used() -> None:
    assert fits("9.9", counties(mid_2024=733_000)) == (True, "the authority's population is not known")


def test_nothing_upheld_is_a_rate_of_nought() -> None:
    assert fits("0", counties(mid_2022=733_000), upheld="0")[0]
    assert not fits("1.2", counties(mid_2022=733_000), upheld="0")[0]


def test_where_no_population_is_known_no_rate_is_doubted() -> None:
    assert fits("99", counties()) == (True, "the authority's population is not known")


# --- The season as a whole ------------------------------------------------------------------------------


def test_a_council_without_a_letter_is_named() -> None:
    letters = [printing("71", council) for council in range(4)]
    (check,) = judge(SEASON, letters, counties()).season_checks
    assert (check.severity, check.is_passed) == (Severity.WARNING, False)
    assert check.detail == "letters to 4 of 5 councils have come; none to Elmet County Council"


def test_a_letter_counts_as_come_whatever_the_rules_make_of_it() -> None:
    letters = [
        *(printing("71", council) for council in range(3)),
        printing("71", 3, changes={"uphold_rate_pct": "82"}),
        without_statistics("bare", authority=COUNTIES[4]),
    ]
    (check,) = judge(SEASON, letters, counties()).season_checks
    assert check.is_passed
    assert check.detail == "letters to 5 of 5 councils have come"


def test_a_letter_of_another_season_has_not_come() -> None:
    letters = [*(printing("71", council) for council in range(4)), printing("71", 4, season=2020)]
    (check,) = judge(SEASON, letters, counties()).season_checks
    assert not check.is_passed


def test_samples_and_other_bodies_are_not_waited_for() -> None:
    among = Authorities(
        [
            *(authority(name) for name in COUNTIES),
            authority("Moor Park", "other"),
            authority("Sample", is_sample=True),
        ]
    )
    letters = [printing("71", council) for council in range(5)]
    (check,) = judge(SEASON, letters, among).season_checks
    assert check.is_passed


def test_of_many_missing_councils_ten_are_named() -> None:
    among = Authorities([authority(f"Council {number:02}") for number in range(13)])
    one = letter("one", authority="Council 00")
    (check,) = judge(SEASON, [one], among).season_checks
    assert check.detail.startswith("letters to 1 of 13 councils have come; none to Council 01, Council 02")
    assert check.detail.endswith("Council 10 and 2 more")
