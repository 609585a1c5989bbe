"""A letter's council and season come from the letter's own words, and a letter in doubt is held back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from redress.check.letter_rules import check_letter
from redress.check.rule import Severity
from redress.model.letter import Letter, Verdict
from redress.read.council_names import councils_in
from redress.read.signatory import is_signed_by_the_ombudsman
from tests.paper import Ink, pdf, stack
from tests.read.invented import (
    COMPLIANCE,
    FIGURES,
    LETTER,
    REMEDY,
    STATISTICS,
    UPHOLD,
    changed,
    figures,
    read,
)

LAST = max(ink.top for ink in LETTER)
SIGNED = [*LETTER, *stack(["Jo Bloggs\nLocal Government and Social Care Ombudsman"], top=LAST + 40)]
POPULATION = "Adjusted for {} population, this is 2.5 upheld decisions per 100,000 residents."


def statistics(*above: str, council: str | None = None) -> list[Ink]:
    uphold = UPHOLD if council is None else [*UPHOLD[:2], POPULATION.format(council), *UPHOLD[2:]]
    return stack([*above, *uphold, *COMPLIANCE, *REMEDY], top=60, size=10)


def addressed(lines: str, page: Sequence[Ink] = LETTER) -> list[Ink]:
    """Return the first page of the letter with `lines` in place of the addressee's office and council."""
    office = next(ink for ink in page if ink.text == "Chief Executive")
    kept = [ink for ink in page if ink.text not in ("Chief Executive", "Wexmarsh District Council", "Ms Trewhitt")]
    address = stack([f"Ms Trewhitt\n{lines}"], top=office.top - 1.25 * office.size)
    below = 1.25 * office.size * (lines.count("\n") - 1)
    lower = [replace(ink, top=ink.top + below) for ink in kept if ink.top > office.top]
    return [*(ink for ink in kept if ink.top <= office.top), *address, *lower]


def with_title(title: str) -> list[Ink]:
    return changed("Annual Review letter 2021", title, LETTER)


def failures(letter: Letter) -> str:
    return "; ".join(
        check.detail
        for check in check_letter(letter)
        if check.severity is Severity.CRITICAL and not check.is_passed
    )


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ("City Director and\nChief Executive\nWexmarsh District Council", "City Director and Chief Executive"),
        ("Joint Chief Executive\nWexmarsh District Council", "Joint Chief Executive"),
        ("Head of Paid Service and\nTown Clerk\nWexmarsh District Council", "Head of Paid Service and Town Clerk"),
        ("Managing Director\n& Town Clerk\nWexmarsh District Council", "Managing Director & Town Clerk"),
        ("Town Clerk\nChief Executive\nWexmarsh District Council", "Town Clerk, Chief Executive"),
        ("Interim Chief Executive (shared) of Wexmarsh District\nCouncil", "Interim Chief Executive"),
    ],
)
def test_an_office_may_go_over_lines_and_be_shared(lines: str, title: str) -> None:
    header = read(pdf(addressed(lines), STATISTICS)).header
    assert (header.addressee_name, header.addressee_title) == ("Ms Trewhitt", title)
    assert header.authority_name == "Wexmarsh District Council"


BOTH = [
    "Chief Executive\nWexmarsh District Council\nOstlebridge Council",
    "Chief Executive\nWexmarsh District Council and Ostlebridge Council",
    "Chief Executive of Wexmarsh District Council and\nOstlebridge Council",
]


@pytest.mark.parametrize("lines", [*BOTH, "Chief Executive\nWexmarsh and Ostlebridge District Councils"])
def test_a_letter_to_two_councils_that_names_neither_alone_is_held_back(lines: str) -> None:
    letter = read(pdf(addressed(lines), STATISTICS))
    assert "addressed to 2 councils" in failures(letter)


@pytest.mark.parametrize("lines", BOTH)
@pytest.mark.parametrize("council", ["Wexmarsh District Council", "Ostlebridge Council"])
def test_of_two_councils_the_statistics_or_the_title_name_one(lines: str, council: str) -> None:
    by_statistics = read(pdf(addressed(lines), statistics(council=f"{council}'s")))
    titled = with_title(f"Annual Review letter 2021 - {council}")
    by_title = read(pdf(addressed(lines, titled), STATISTICS))
    assert (by_statistics.header.authority_name, by_title.header.authority_name) == (council, council)
    assert (failures(by_statistics), failures(by_title)) == ("", "")


@pytest.mark.parametrize(
    ("name", "councils"),
    [
        ("Bournmouth, Christmouth and Pole Council", 1),
        ("Royal Borough of Windsmere and Maidenhall", 1),
        ("Wexmarsh District Council, Town Hall, Wexmarsh", 1),
        ("Wexmarsh Council & Ostlebridge Council", 2),
        ("London Borough of Vennery and Royal Borough of Kenmere", 2),
    ],
)
def test_a_name_with_and_is_one_council_and_two_names_are_two(name: str, councils: int) -> None:
    assert len(councils_in(name)) == councils


@pytest.mark.parametrize(
    ("heading", "is_other"),
    [
        ("Complaint statistics 2019-20", True),
        ("Annual review 2020", True),
        ("Year ending 31 March 2020", True),
        ("1 April 2019 to 31 March 2020", True),
        ("Performance 2019/2020", True),
        ("Complaint statistics 2020-21", False),
        ("Annual review 2021", False),
        ("Year ending 31 March 2021", False),
        ("Wexmarsh District Council", False),
    ],
)
def test_statistics_headed_with_another_year_are_held_back(heading: str, is_other: bool) -> None:
    undated = [
        replace(ink, text=ink.text.replace(" for the period between 1 April", ".")) for ink in statistics(heading)
    ]
    for page in (statistics(heading), [ink for ink in undated if not ink.text.startswith("2020 to")]):
        letter = read(pdf(LETTER, page))
        assert letter.header.season == 2021
        assert (f'a heading of the statistics says season 2020 ("{heading}")' in failures(letter)) is is_other


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Annual Review letter 2021", "Annual Review letter 2021 - Ostlebridge Council"),
        ("Annual Review letter 2021", "Statistics of the former Ostlebridge Borough Council, 2021"),
        ("about your authority for", "about Ostlebridge Council for"),
        ("Nationally, 66%", "These are the figures of your predecessor council. Nationally, 66%"),
        ("Nationally, 66%", "Ostlebridge Council ceased to exist in March. Nationally, 66%"),
    ],
)
def test_a_letter_about_a_predecessor_of_its_addressee_is_held_back(old: str, new: str) -> None:
    letter = read(pdf(changed(old, new, LETTER), STATISTICS))
    assert "the letter is to Wexmarsh District Council, and says" in failures(letter)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Annual Review letter 2021", "Annual Review letter 2021: Wexmarsh District Council"),
        ("about your authority for", "about Wexmarsh Council for"),
        ("Nationally, 66%", "In Wexmarsh Council, as in every Council, care matters. Nationally, 66%"),
    ],
)
def test_a_letter_that_names_its_own_council_is_about_it(old: str, new: str) -> None:
    letter = read(pdf(changed(old, new, LETTER), STATISTICS))
    assert failures(letter) == ""
    assert figures(letter) == FIGURES


def end_of_a_letter(signatory: str) -> list[Ink]:
    return stack(["I hope that you find this of use.", "Yours sincerely", signatory])


def test_without_its_first_page_a_letter_is_about_the_council_that_its_statistics_name() -> None:
    page = statistics(council="Wexmarsh District Council's")
    letter = read(pdf(end_of_a_letter("Jo Bloggs\nLocal Government and Social Care Ombudsman"), page))
    assert failures(letter) == ""
    assert (letter.header.authority_name, letter.header.season) == ("Wexmarsh District Council", 2021)
    assert letter.header.letter_date is None


@pytest.mark.parametrize(
    ("signatory", "page"),
    [
        ("Jo Bloggs\nLocal Government and Social Care Ombudsman", statistics()),
        ("Jo Bloggs\nMonitoring Officer\nWexmarsh Council", statistics(council="Wexmarsh Council's")),
        (
            "Jo Bloggs\nLocal Government and Social Care Ombudsman",
            statistics("Ostlebridge Council", council="Wexmarsh District Council's"),
        ),
    ],
    ids=["named nowhere", "signed by an officer", "two names"],
)
def test_without_its_first_page_a_letter_in_doubt_is_held_back(signatory: str, page: Iterable[Ink]) -> None:
    letter = read(pdf(end_of_a_letter(signatory), page))
    assert letter.header.authority_name is None
    assert letter.verdict is not Verdict.EXTRACTED or failures(letter)


OFFICE = "Local Government and Social Care Ombudsman"


@pytest.mark.parametrize(
    ("lines", "is_the_ombudsmans"),
    [
        (f"Jo Bloggs\n{OFFICE}\nChair, Commission for Local Administration in England", True),
        ("Jo Bloggs\nChief Executive, Commission for Local Administration in England", True),
        ("Jo Bloggs\nChief Executive\nCommission for Local Administration\nin England", True),
        ("Jo Bloggs\nReserve Commissioner and Chief Executive\nLocal Government and Social Care\nOmbudsman", True),
        ("Jo Bloggs\nReserve Commissioner", True),
        (f"Jo Bloggs\nfor and on behalf of the {OFFICE}", True),
        (f"Jo Bloggs\nInterim {OFFICE}", True),
        (f"Jo Bloggs\nMonitoring Officer and link officer to the {OFFICE}", False),
        (f"Jo Bloggs\nChief Executive\nWexmarsh District Council\n{OFFICE} (copied by e-mail)", False),
        (f"Jo Bloggs\nChief Executive\ncc {OFFICE}", False),
        ("Jo Bloggs\nChief Executive", False),
        ("Jo Bloggs", False),
        ("", None),
    ],
)
def test_the_first_office_or_body_says_who_signed(lines: str, is_the_ombudsmans: bool | None) -> None:
    assert is_signed_by_the_ombudsman(lines.split("\n")) is is_the_ombudsmans


@pytest.mark.parametrize("signatory", ["Jo Bloggs\nReserve Commissioner", f"Jo Bloggs\nfor the {OFFICE}"])
def test_a_letter_signed_for_the_ombudsman_is_the_ombudsmans(signatory: str) -> None:
    letter = read(pdf([*LETTER, *stack([signatory], top=LAST + 40)], STATISTICS))
    assert failures(letter) == ""


def test_a_letter_signed_by_an_officer_who_names_the_ombudsman_is_held_back() -> None:
    officer = stack([f"Jo Bloggs\nMonitoring Officer and link officer to the {OFFICE}"], top=LAST + 40)
    letter = read(pdf([*LETTER, *officer], STATISTICS))
    assert "not signed as by the Ombudsman" in failures(letter)
