"""The paragraphs of a letter are its prose as published, without anybody's name or address."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from redress.model.letter import Paragraph
from redress.read.reader import read_letter
from tests.paper import HEIGHT, Ink, pdf, red_box, reddened, stack
from tests.read.invented import STATISTICS
from tests.read.written import Sheet, written

GOLDEN = Path(__file__).parent / "golden"
HEAD = [
    "21 July 2021",
    "By email",
    "Ms Trewhitt\nChief Executive\nWexmarsh District Council\n1 Moot Hall Road\nWexmarsh\nWX1 4AB",
    "Dear Ms Trewhitt",
    "Annual Review letter 2021",
]
FIRST = (
    "This invented letter is our annual summary of statistics on the decisions made by the Local\n"
    "Government and Social Care Ombudsman about your authority for the year ending 31 March 2021."
)
OWN = (
    "I was concerned that your Council took seven months to carry out what it had agreed to do for\n"
    "a family that had been refused free early education, and that it paid the £350 only after that."
)
FAREWELL = "Yours sincerely"
SIGNED = (
    "Marion Castleford\nLocal Government and Social Care Ombudsman\n"
    "Chair, Commission for Local Administration in England"
)


def flat(text: str) -> str:
    return text.replace("\n", " ")


def read(*pages: Sequence[Ink]) -> tuple[Paragraph, ...]:
    return read_letter(pdf(*pages, STATISTICS), "letter.pdf").paragraphs


def texts(*pages: Sequence[Ink]) -> list[str]:
    return [paragraph.text for paragraph in read(*pages)]


def test_prose_is_kept_as_published_with_its_page_and_place() -> None:
    page = stack([*HEAD, FIRST, "Complaint statistics", OWN, FAREWELL, SIGNED])
    found = read(page)
    assert [one.text for one in found] == [flat(FIRST), flat(OWN)]
    content = pdf([ink for line in page for ink in reddened([line], line.text if line.text in OWN else "\0")])
    shown = red_box(content, 1)
    assert found[1].page == 1
    assert found[1].box == pytest.approx(shown, abs=4)


def test_prose_on_a_page_that_is_not_measured_has_its_place_too() -> None:
    overleaf = stack([OWN, FAREWELL, SIGNED])
    found = read(stack([*HEAD, FIRST]), stack(["Other words stand alone on a page of their own."]), overleaf)
    assert [(one.page, one.text) for one in found][2] == (3, flat(OWN))
    content = pdf(
        [], [], [ink for line in overleaf for ink in reddened([line], line.text if line.text in OWN else "\0")]
    )
    assert found[2].box == pytest.approx(red_box(content, 3), abs=4)


@pytest.mark.parametrize(
    "farewell",
    ["Yours sincerely,", "Yours faithfully", "Yours truly,", "Kind regards", "With best wishes,", "Warm regards,"],
)
def test_nothing_of_the_address_the_salutation_or_the_signature_is_a_passage(farewell: str) -> None:
    end = "Tel: 0330 403 4001\nm.castleford@example.org\nwww.example.org"
    found = texts(stack([*HEAD, FIRST, OWN, farewell, SIGNED, end]))
    assert found == [flat(FIRST), flat(OWN)]


@pytest.mark.parametrize(
    "contact",
    [
        "Please ask my assistant Jo Larkhall for more on 0330 403 4001 during the day.",
        "Please write to jo.larkhall@example.org if you wish to talk about this letter.",
        "You may write to us at the office of the Ombudsman, PO Box 4771, Coventry CV4 0EH.",
        "You may call her on +44 20 7946 0991 when it suits you best.",
    ],
)
def test_a_paragraph_with_a_way_to_reach_somebody_is_no_passage(contact: str) -> None:
    assert texts(stack([*HEAD, FIRST, contact, OWN, FAREWELL])) == [flat(FIRST), flat(OWN)]


def test_amounts_dates_and_case_numbers_are_no_telephone_numbers() -> None:
    told = "In 2020 and 2021 your Council paid £1,250,000 in case 19 004 123, and 0 of 12,345 were late in A1."
    assert texts(stack([*HEAD, FIRST, told, FAREWELL]))[1:] == [told]


def test_the_addressees_name_is_left_out_of_prose() -> None:
    told = "I am grateful to you, Ms Trewhitt, for the time that you gave to my staff."
    assert texts(stack([*HEAD, FIRST, told, FAREWELL]))[1:] == [told.replace("Ms Trewhitt", "[addressee]")]


def test_a_paragraph_that_goes_on_over_the_page_is_one_and_running_lines_are_none() -> None:
    running = [Ink("Annual letters of the Ombudsman to councils in this year.", 72, 30, 9)]
    foot = [Ink("Page 1 of 3", 280, HEIGHT - 40, 9)]
    first, second = OWN.split("\n")
    found = read([*running, *stack([*HEAD, FIRST, first]), *foot], [*running, *stack([second, FAREWELL])])
    assert [one.text for one in found] == [flat(FIRST), flat(OWN)]
    assert found[1].page == 1


def test_columns_are_read_one_after_the_other() -> None:
    left = stack(
        [
            "This paragraph stands in the left\ncolumn of the page and has four\n"
            "lines, so that there is something\nto read on the left."
        ],
        60,
        330,
    )
    right = stack(
        [
            "Another paragraph stands beside\nthat paragraph, in the right column,\n"
            "and has four lines of its own\nwith other words."
        ],
        320,
        330,
    )
    found = texts([*stack([*HEAD, FIRST], size=10), *left, *right, Ink("Yours sincerely", 320, 430)])
    assert found[1:] == [
        "This paragraph stands in the left column of the page and has four lines, so that there is something to "
        "read on the left.",
        "Another paragraph stands beside that paragraph, in the right column, and has four lines of its own with "
        "other words.",
    ]


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("your Council has put this recommen-\ndation into practice at once", "this recommendation into practice"),
        ("your Council has put this well-\nknown rule into practice at once", "this well-known rule into practice"),
        ("your decision-making is slow, and decision-\nmaking matters to us a lot", "and decision-making matters"),
    ],
)
def test_a_word_that_a_lines_end_divides_is_put_together(printed: str, told: str) -> None:
    _, found = texts(stack([*HEAD, FIRST, f"I am glad that {printed}.", FAREWELL]))
    assert told in found


def test_paragraphs_without_a_gap_between_them_are_told_by_their_short_last_lines() -> None:
    short = "I was glad to see that every reply of your Council to my staff came\nwithin the month."
    assert texts(stack([*HEAD, FIRST, f"{short}\n{OWN}", FAREWELL])) == [flat(FIRST), flat(short), flat(OWN)]


def test_words_that_are_drawn_in_white_are_no_passage() -> None:
    pages = [
        Sheet(stack([*HEAD, FIRST])),
        Sheet(stack(["Other words."])),
        Sheet(stack([OWN, FAREWELL])),
        Sheet(STATISTICS),
    ]
    pages[2] = replace(
        pages[2],
        drawing="1 1 1 rg BT /Plain 11 Tf 72 300 Td (Nobody sees these words, and so nobody may quote them.) Tj ET",
    )
    letter = read_letter(written(*pages, inherited="/MediaBox [0 0 595 842]"), "letter.pdf")
    assert [one.text for one in letter.paragraphs] == [flat(FIRST), flat(OWN)]


def test_a_text_has_the_number_of_the_line_instead_of_a_place() -> None:
    blank = "\n\n"
    letter = read_letter(blank.join([*HEAD, FIRST, OWN, FAREWELL, SIGNED]).encode(), "letter.txt")
    assert [one.text for one in letter.paragraphs] == [flat(FIRST), flat(OWN)]
    assert [(one.page, one.box, one.line) for one in letter.paragraphs] == [(None, None, 16), (None, None, 19)]


def test_a_letter_without_a_salutation_has_no_passages() -> None:
    head = [words for words in HEAD if not words.startswith("Dear")]
    assert texts(stack([*head, FIRST, OWN, FAREWELL])) == []


def test_without_a_signature_the_statistics_are_no_passages() -> None:
    assert texts(stack([*HEAD, FIRST, OWN])) == [flat(FIRST), flat(OWN)]


@pytest.mark.parametrize(
    "name",
    [
        "complaint_overview/2025-two_columns.pdf",
        "local_authority_report/2018-columns-group.pdf",
        "no_statistics/2020.pdf",
        "older_tables/2010.pdf",
        "received_only/2013.pdf",
        "three_statistics/2021-text.txt",
        "three_statistics/2023-two_columns.pdf",
        "addressee-on-one-line/2020.pdf",
        "turned-page/2021-rotate-90-sideways.pdf",
    ],
)
def test_letters_of_all_layouts_have_prose_and_nobodys_name_or_office(name: str) -> None:
    letter = read_letter((GOLDEN / name).read_bytes(), name)
    assert len(letter.paragraphs) >= 3
    told = " ".join(one.text for one in letter.paragraphs)
    assert letter.header.addressee_name is not None
    for words in (*letter.header.addressee_name.split()[1:], "Chief Executive", "Dear ", "Yours ", "Chair,", "@"):
        assert words not in told
