"""A season is the twelve months to 31 March of its year; a run has its season from its date or from a person."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.model.season import (
    FIRST_SEASON,
    LAST_SEASON,
    Season,
    season_from_name,
    season_of_period_end,
    season_of_run,
)

YEARS = st.integers(FIRST_SEASON, LAST_SEASON)


@given(YEARS)
def test_a_season_is_the_twelve_months_to_its_31_march(year: int) -> None:
    season = Season(year)
    assert season.period_end == dt.date(year, 3, 31)
    assert season.period_start == dt.date(year - 1, 4, 1)
    assert season.period_end - season.period_start in (dt.timedelta(364), dt.timedelta(365))


@given(st.dates(dt.date(FIRST_SEASON - 1, 4, 1), dt.date(LAST_SEASON, 3, 31)))
def test_every_day_lies_in_the_season_whose_period_holds_it(day: dt.date) -> None:
    season = Season(season_of_period_end(day))
    assert season.period_start <= day <= season.period_end


@pytest.mark.parametrize(("year", "label"), [(2021, "2020-21"), (2010, "2009-10"), (2099, "2098-99")])
def test_the_label_is_the_ombudsmans_own(year: int, label: str) -> None:
    assert Season(year).label == label


@pytest.mark.parametrize("year", [21, 1999, FIRST_SEASON - 1, LAST_SEASON + 1, 20212])
def test_a_year_without_letters_is_refused_in_words(year: int) -> None:
    with pytest.raises(ValueError, match=f"{year} is not a season"):
        Season(year)


@given(YEARS)
def test_a_folder_named_for_a_season_is_that_season(year: int) -> None:
    assert season_from_name(str(year)) == Season(year)


@pytest.mark.parametrize("name", ["2009", "21", "2021-22", " 2021", "2021 ", "letters", "٢٠٢١", "20211", ""])
def test_any_other_name_is_no_season(name: str) -> None:
    assert season_from_name(name) is None


@given(st.lists(YEARS))
def test_seasons_sort_by_year(years: list[int]) -> None:
    assert [season.year for season in sorted(map(Season, years))] == sorted(years)


@given(st.datetimes(dt.datetime(FIRST_SEASON, 1, 1), dt.datetime(LAST_SEASON, 12, 31), timezones=st.just(dt.UTC)))
def test_a_dated_run_takes_the_season_whose_letters_came_in_its_year(day: dt.datetime) -> None:
    assert season_of_run(day, None) == Season(day.year)
    assert season_of_run(day, day.year) == Season(day.year)


@given(YEARS)
def test_a_run_by_hand_takes_the_season_that_it_is_told(year: int) -> None:
    assert season_of_run(None, year) == Season(year)


def test_a_run_by_hand_that_says_no_season_is_refused() -> None:
    with pytest.raises(ValueError, match="started by hand has to say its season"):
        season_of_run(None, None)


def test_a_dated_run_that_is_told_another_season_is_refused() -> None:
    with pytest.raises(ValueError, match="dated 2019-08-15, which is season 2019, and it states season 2021"):
        season_of_run(dt.datetime(2019, 8, 15, 6, tzinfo=dt.UTC), 2021)


def test_a_run_dated_before_the_first_letters_is_refused() -> None:
    with pytest.raises(ValueError, match="2009 is not a season"):
        season_of_run(dt.datetime(2009, 8, 15, tzinfo=dt.UTC), None)
