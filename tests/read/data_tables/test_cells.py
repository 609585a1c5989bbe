"""A data table's cell gives the number that is meant, or a reason why it has no number, and never a false zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.model.witness import WitnessAbsence
from redress.read.data_tables.cells import Cell, normalised_heading, read_cell, without_footnote


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("12", "12"),
        ("1,234", "1234"),
        ("1 234", "1234"),
        ("12,345,678", "12345678"),
        ("53%", "53"),
        ("53 %", "53"),
        ("82.5%", "82.5"),
        (".5%", "0.5"),
        ("12*", "12"),
        ("12†", "12"),
        ("12 [1]", "12"),
        ("12[note 2]", "12"),
        ("12 (r)", "12"),
        ("12¹", "12"),
        ("53%²", "53"),
        ("1,234*†", "1234"),
    ],
)
def test_a_number_is_read_without_its_separators_and_footnotes(text: str, value: str) -> None:
    reading = read_cell(Cell(text))
    assert (reading.value, reading.absence) == (Decimal(value), None)


@pytest.mark.parametrize("text", ["", "-", "–", "—", "..", "n/a", "N/A", "n / a", "Not applicable"])
def test_a_cell_that_says_nothing_is_not_stated(text: str) -> None:
    assert read_cell(Cell(text)).absence is WitnessAbsence.NOT_STATED
    assert read_cell(Cell(text)).value is None


@pytest.mark.parametrize("text", ["*", "**", "[c]", "<5", "< 10"])
def test_a_number_that_is_held_back_is_withheld(text: str) -> None:
    assert read_cell(Cell(text)).absence is WitnessAbsence.WITHHELD


@pytest.mark.parametrize(
    "text", ["-3", "12a", "1,23", "12,3456", "1.2.3", "twelve", "12-13", "£7,500", "3 of 4", "%", "١٢", "1e3"]
)
def test_what_is_no_number_is_not_guessed(text: str) -> None:
    assert read_cell(Cell(text)).absence is WitnessAbsence.NOT_A_NUMBER


def test_a_number_that_a_spreadsheet_shows_as_a_percentage_is_one() -> None:
    reading = read_cell(Cell("53%", Decimal("0.53"), is_per_cent=True))
    assert (reading.value, reading.is_bare) == (Decimal(53), False)
    plain = read_cell(Cell("0.53", Decimal("0.53")))
    assert (plain.value, plain.is_bare) == (Decimal("0.53"), True)


@pytest.mark.parametrize("number", ["-1", "NaN", "Infinity"])
def test_a_stored_number_that_counts_nothing_is_none(number: str) -> None:
    assert read_cell(Cell(number, Decimal(number))).absence is WitnessAbsence.NOT_A_NUMBER


@given(st.integers(0, 10**8))
def test_any_count_is_read_with_separators_or_without(count: int) -> None:
    for text in (str(count), f"{count:,}", f"{count:,}".replace(",", " "), f"{count:,}*"):
        assert read_cell(Cell(text)).value == count


@given(st.text(max_size=12))
def test_every_cell_says_a_number_or_why_not(text: str) -> None:
    reading = read_cell(Cell(" ".join(text.split())))
    assert (reading.value is None) == (reading.absence is not None)


@pytest.mark.parametrize(
    "printed",
    ["Total Upheld", "total  upheld", "TOTAL\nUPHELD", " Total\u00a0upheld ", "Total upheld*", "Total upheld [2]"],
)
def test_headings_are_alike_whatever_their_case_spaces_and_footnotes(printed: str) -> None:
    assert normalised_heading(printed) == "total upheld"


def test_a_name_loses_its_footnote_and_nothing_else() -> None:
    assert without_footnote("Pellonshire County Council*") == "Pellonshire County Council"
    assert without_footnote("Pellonshire (North) Council") == "Pellonshire (North) Council"
