"""A letter waits for a person if its statistics name somebody else or another year."""

import pytest

from redress.check.letter_rules import check_letter
from tests.paper import pdf, stack
from tests.read.invented import COMPLIANCE, FIGURES, LETTER, REMEDY, UPHOLD, figures, read


@pytest.mark.parametrize(
    "line",
    [
        "Ostlebridge Council",
        "London Borough of Vennery",
        "Local Authority Report: Ostlebridge Council",
        "Adjusted for Ostlebridge Council's population, this is 5.9 upheld decisions per 100,000 residents.",
    ],
)
def test_statistics_that_name_another_council_are_for_a_person(line: str) -> None:
    letter = read(pdf(LETTER, stack([line, *UPHOLD, *COMPLIANCE, *REMEDY])))
    if line.startswith("Adjusted"):
        letter = read(pdf(LETTER, stack([UPHOLD[0], UPHOLD[1], line, *UPHOLD[2:], *COMPLIANCE, *REMEDY])))
    failed = [check for check in check_letter(letter) if not check.is_passed]
    assert any("Ostlebridge" in check.detail or "Vennery" in check.detail for check in failed)


@pytest.mark.parametrize(
    "line",
    [
        "Wexmarsh District Council",
        "The Wexmarsh Council",
        "Local Authority Report - Wexmarsh District Council",
        "How we count complaints about your Council",
        "SATISFACTORY REMEDY PROVIDED BY THE COUNCIL IN GENERAL",
        "Local Government and Social Care Ombudsman",
    ],
)
def test_statistics_that_name_the_letters_own_council_are_its_own(line: str) -> None:
    letter = read(pdf(LETTER, stack([line, *UPHOLD, *COMPLIANCE, *REMEDY])))
    assert letter.conflicts == ()
    assert figures(letter) == FIGURES


@pytest.mark.parametrize(
    "label", ["Last year", "2018-19", "National figures", "All councils", "Adult social care providers", "At least"]
)
def test_a_label_of_others_among_the_figures_is_for_a_person(label: str) -> None:
    page = stack([UPHOLD[0], UPHOLD[1], label, *UPHOLD[2:], *COMPLIANCE, *REMEDY])
    letter = read(pdf(LETTER, page))
    failed = [check for check in check_letter(letter) if not check.is_passed]
    assert any(label in check.detail for check in failed)


@pytest.mark.parametrize("label", ["2020-21", "Our findings", "What we found in the year"])
def test_a_label_of_the_letters_own_year_is_no_doubt(label: str) -> None:
    letter = read(pdf(LETTER, stack([UPHOLD[0], UPHOLD[1], label, *UPHOLD[2:], *COMPLIANCE, *REMEDY])))
    assert letter.conflicts == ()
    assert figures(letter) == FIGURES
