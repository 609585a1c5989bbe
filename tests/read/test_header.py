"""A letter's header has the addressee, the date, and each year that the letter names, with the words for it."""

import datetime as dt

import pytest

from redress.model.letter import Header
from redress.read.files.text import document_from_text
from redress.read.header import read_header, with_periods
from redress.read.layouts.layout import Period

BODY = """
Dear Ms Trewhitt

Annual Review letter 2021

Our annual summary of statistics about your authority for the year ending 31 March 2021.

Yours sincerely
"""


def header(above: str, body: str = BODY) -> Header:
    return read_header(document_from_text(above + "\n" + body))


@pytest.mark.parametrize(
    "lines",
    [
        "Ms Trewhitt\nChief Executive\nWexmarsh District Council",
        "Ms Trewhitt, Chief Executive, Wexmarsh District Council",
        "Ms Trewhitt Chief Executive Wexmarsh District Council",
        "Ms Trewhitt\nChief Executive\nWexmarsh District Council\n12 Market Road\nWexmarsh WX1 2AB",
        "Ms Trewhitt\nChief Executive\n**Wexmarsh District\nCouncil**",
        "<u>Ms Trewhitt</u>\nChief Executive,\nWexmarsh District Council,",
    ],
    ids=["three lines", "one line", "one line without commas", "an address too", "a narrow column", "marks"],
)
def test_the_addressee_stands_on_three_lines_or_on_one(lines: str) -> None:
    found = header(f"21 July 2021\n\nBy email\n\n{lines}\n")
    assert found.addressee_name == "Ms Trewhitt"
    assert found.addressee_title == "Chief Executive"
    assert found.authority_name == "Wexmarsh District Council"
    assert found.letter_date == dt.date(2021, 7, 21)


@pytest.mark.parametrize(
    "office", ["Chief Executive", "Interim Chief Executive", "Managing Director", "Chief Executive and Town Clerk"]
)
def test_other_offices_are_known_too(office: str) -> None:
    found = header(f"21 July 2021\n\nBy email\n\nMs Trewhitt\n{office}\nWexmarsh District Council\n")
    assert (found.addressee_title, found.authority_name) == (office, "Wexmarsh District Council")


@pytest.mark.parametrize("name", ["London Borough of Vennery", "Vennery Fire Authority", "Transport for Vennery"])
def test_an_authority_need_not_be_called_a_council(name: str) -> None:
    assert header(f"21 July 2021\n\nMs Trewhitt\nChief Executive\n{name}\n").authority_name == name


def test_the_ombudsmans_own_name_above_is_not_the_authority() -> None:
    found = header("Local Government & Social Care OMBUDSMAN\n\n21 July 2021\n\nBy email\n")
    assert found.authority_name is None


@pytest.mark.parametrize(
    "printed",
    [
        "21 July 2021",
        "21st July 2021",
        "Date: 21 July 2021",
        "Wednesday, 21 July 2021",
        "21/07/2021",
        "July 21, 2021",
    ],
)
def test_the_date_has_a_line_of_its_own(printed: str) -> None:
    assert header(f"{printed}\n\nMs Trewhitt\nChief Executive\nWexmarsh Council\n").letter_date == dt.date(
        2021, 7, 21
    )


def test_a_date_in_the_prose_is_not_the_letters_date() -> None:
    found = header("Ms Trewhitt\nChief Executive\nWexmarsh Council\n", BODY + "\n28 July 2021\n")
    assert found.letter_date is None


@pytest.mark.parametrize(
    ("title", "season"),
    [
        ("Annual Review letter 2021", 2021),
        ("Annual Review letter 2020-21", 2021),
        ("Annual Review Letter 2020/2021", 2021),
        ("Annual letter - 2021", 2021),
        ("ANNUAL REVIEW LETTER: 2021", 2021),
    ],
)
def test_the_title_names_the_season_or_its_period(title: str, season: int) -> None:
    years = header("", BODY.replace("Annual Review letter 2021", title)).stated_years
    assert [(year.season, year.text) for year in years if year.where == "the title"] == [(season, title)]


def test_every_year_that_a_letter_names_is_kept_with_its_words() -> None:
    body = BODY.replace("Review letter 2021", "Review letter 2020")
    found = header("21 July 2022\n\nMs Trewhitt\nChief Executive\nWexmarsh Council\n", body)
    assert {(year.where, year.season) for year in found.stated_years} == {
        ("the letter's date", 2022),
        ("the title", 2020),
        ("the year ending", 2021),
    }
    assert found.season == 2021


def test_a_letter_that_names_no_year_has_no_season() -> None:
    found = header("", "Dear Ms Trewhitt\n\nWe write to you.\n\nYours sincerely\n")
    assert found.season is None
    assert found.stated_years == ()
    assert found.period_end is None


def test_the_periods_of_the_statistics_count_most() -> None:
    period = Period(dt.date(2021, 4, 1), dt.date(2022, 3, 31), "between 1 April 2021 to 31 March 2022")
    found = with_periods(header("21 July 2021\n"), [period, period])
    assert found.season == 2022
    assert (found.period_start, found.period_end) == (period.start, period.end)
    assert {year.season for year in found.stated_years} == {2021, 2022}


def test_periods_that_differ_leave_the_dates_unsaid() -> None:
    periods = [Period(dt.date(year, 4, 1), dt.date(year + 1, 3, 31), f"of {year}") for year in (2020, 2021)]
    found = with_periods(header("21 July 2021\n"), periods)
    assert (found.period_start, found.period_end) == (None, None)


def test_a_letter_without_a_salutation_has_no_addressee_that_could_be_wrong() -> None:
    found = header("21 July 2021\n\nMs Trewhitt\nChief Executive\nWexmarsh Council\n", "Annual Review letter 2021")
    assert found.authority_name is None
    assert found.letter_date == dt.date(2021, 7, 21)


@pytest.mark.parametrize("indent", ["centre", "right"])
def test_the_addressee_may_be_set_in_the_middle_or_on_the_right(indent: str) -> None:
    lines = ["Ms Trewhitt", "Interim Chief Executive", "Wexmarsh District Council"]
    width = 80
    placed = "\n".join(line.center(width) if indent == "centre" else line.rjust(width) for line in lines)
    found = header(f"21 July 2021\n\nBy email\n\n{placed}\n")
    assert (found.addressee_name, found.addressee_title) == ("Ms Trewhitt", "Interim Chief Executive")
    assert found.authority_name == "Wexmarsh District Council"
