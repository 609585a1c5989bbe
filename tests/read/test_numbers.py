"""Each spelling of a number in letters gives the number's value, and a text that is no number is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.read.page.numbers import (
    NUMBER_BESIDE_A_PARAGRAPH,
    NUMBER_IN_A_CELL,
    NUMBER_IN_A_WORD,
    read_number,
)


@given(
    st.integers(0, 9_999_999), st.booleans(), st.sampled_from(["", "%", " %", " per cent", " Per Cent", "percent"])
)
def test_a_whole_number_is_read_however_it_is_written(number: int, has_commas: bool, mark: str) -> None:
    assert read_number((f"{number:,}" if has_commas else str(number)) + mark) == number


@given(st.decimals(0, 9_999, places=2))
def test_a_decimal_number_is_read_exactly(number: Decimal) -> None:
    assert read_number(str(number)) == number


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "one": 1,
        "Twelve": 12,
        "sixteen": 16,
        "sixty": 60,
        "twenty-one": 21,
        "eightythree": 83,
        "zero": 0,
        "three hundred": 300,
        "a hundred and two": 102,
        "ninehundredandninety-nine": 999,
    }.items(),
)
def test_a_count_in_words_has_its_value(text: str, value: int) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%",
        "hundred",
        "two three",
        "twenty-ten",
        "a",
        "1,10",
        "1,1000",
        ",100",
        "5.",
        ".5",
        "1.2.3",
        "-3",
        "٣",
        "²",
        "5 3",
        "n/a",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number as the letters print them"):
        read_number(text)


@pytest.mark.parametrize(
    ("text", "is_cell", "is_word", "is_beside_a_paragraph"),
    [
        ("1,100", True, True, True),
        ("53.5%", True, True, True),
        ("53 %", True, False, True),
        ("5.9", False, False, True),
        ("53 per cent", False, False, True),
        ("12345678", False, False, False),
        ("1,10", False, False, False),
    ],
)
def test_what_passes_for_a_number_depends_on_where_it_stands(
    text: str, is_cell: bool, is_word: bool, is_beside_a_paragraph: bool
) -> None:
    assert (NUMBER_IN_A_CELL.fullmatch(text) is not None) is is_cell
    assert (NUMBER_IN_A_WORD.fullmatch(text) is not None) is is_word
    assert (NUMBER_BESIDE_A_PARAGRAPH.fullmatch(text) is not None) is is_beside_a_paragraph
