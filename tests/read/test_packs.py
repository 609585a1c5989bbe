"""A letter in a committee's pack is found and read alone, without figures of another letter or of last year."""

import io
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pypdfium2 as pdfium
import pytest

from redress.check.letter_rules import check_letter
from redress.check.rule import Severity
from redress.model.letter import Letter, Verdict
from redress.read import reader
from redress.read.answer import answer
from tests.paper import Ink, pdf, stack
from tests.read.invented import FIGURES, LETTER, STATISTICS, changed, figures, read

Page = Iterable[Ink]
SIGNATORY = stack(
    ["Jo Bloggs\nLocal Government and Social Care Ombudsman"], top=max(ink.top for ink in LETTER) + 40
)
MASTHEAD = stack(["Local Government & Social Care OMBUDSMAN"], top=30)
SIGNED: Sequence[Ink] = [*MASTHEAD, *LETTER, *SIGNATORY]
LAST_YEAR = changed(
    "2020 to 31 March 2021", "2019 to 31 March 2020", changed("67%", "50%", changed("3 det", "4 det"))
)
REPORT = stack(
    [
        "Wexmarsh District Council",
        "Report to: Audit Committee, 14 September 2021",
        "Title: Local Government and Social Care Ombudsman annual review letter 2021",
        "1. The letter is at Appendix 1. In the year before, 2 of 4 complaints were upheld, which is 50%.",
    ]
)
REGISTER = stack(["Appendix 2. Register of complaints: 12 about roads", "Ostlebridge Council has 7 about schools"])
PROSE = stack(
    [f"Paragraph {number} of a paper about highways and housing in the district." for number in range(12)]
)


def stamped(pages: Iterable[Page], label: str, first_number: int) -> list[list[Ink]]:
    """Return pages with a label at the top and a page number at the foot, counted from `first_number`."""
    return [
        [*stack([label], x=400, top=8, size=9), *page, *stack([f"Page {number}"], x=280, top=815, size=9)]
        for number, page in enumerate(pages, start=first_number)
    ]


PACK = [
    *stamped([REPORT, LAST_YEAR], "Agenda item 9", 41),
    *stamped([SIGNED, STATISTICS], "Agenda item 9, Appendix 1", 43),
    *stamped([REGISTER, LAST_YEAR], "Agenda item 9, Appendix 2", 45),
]


def passes(letter: Letter) -> bool:
    return letter.verdict is Verdict.EXTRACTED and all(
        check.is_passed for check in check_letter(letter) if check.severity is Severity.CRITICAL
    )


def to_ostlebridge(page: Iterable[Ink]) -> list[Ink]:
    return [replace(ink, text=ink.text.replace("Wexmarsh District", "Ostlebridge")) for ink in page]


def test_the_letter_in_a_pack_is_read_alone() -> None:
    letter = read(pdf(*PACK))
    assert passes(letter), [check.detail for check in check_letter(letter) if not check.is_passed]
    assert figures(letter) == FIGURES
    assert {figure.page for figure in letter.figures} == {4}
    assert letter.reason == "read as three_statistics from pages 3 to 4 of 6"
    assert (letter.header.authority_name, letter.header.season) == ("Wexmarsh District Council", 2021)
    assert letter.header.page_count == 6
    assert letter.header.letter_pages == (3, 4)
    assert answer("pack.pdf", letter, ())["header"]["letter_pages"] == [3, 4]


def test_a_turned_page_of_the_letter_is_measured_without_the_rest_of_the_pack() -> None:
    with pdfium.PdfDocument(pdf(*PACK)) as document:
        document[3].set_rotation(180)
        turned = io.BytesIO()
        document.save(turned)
    letter = read(turned.getvalue())
    assert {figure.page for figure in letter.figures} <= {4}
    assert letter.header.letter_pages == (3, 4)
    assert letter.reason.endswith("from pages 3 to 4 of 6")


def test_a_pack_of_300_pages_costs_little() -> None:
    content = pdf(*[PROSE] * 148, *PACK, *[PROSE] * 146)
    began = time.process_time()
    letter = read(content)
    assert time.process_time() - began < 5
    assert figures(letter) == FIGURES
    assert letter.reason.endswith("from pages 151 to 152 of 300")


def test_the_letter_that_opens_a_pack_ends_where_another_paper_begins() -> None:
    letter = read(pdf(SIGNED, STATISTICS, REPORT, LAST_YEAR, *[PROSE] * 9))
    assert passes(letter)
    assert figures(letter) == FIGURES
    assert letter.reason.endswith("from pages 1 to 2 of 13")
    assert letter.header.letter_pages == (1, 2)


def test_a_letter_keeps_the_pages_of_prose_between_its_signature_and_its_statistics() -> None:
    assert figures(read(pdf(SIGNED, PROSE, PROSE, PROSE, STATISTICS))) == FIGURES


@pytest.mark.parametrize("middle", [[], [PROSE, REPORT]], ids=["one behind the other", "apart"])
def test_a_pack_with_two_councils_letters_is_held_back_and_names_both(middle: list[Page]) -> None:
    letter = read(pdf(REPORT, SIGNED, STATISTICS, *middle, to_ostlebridge(SIGNED), LAST_YEAR))
    assert letter.verdict is Verdict.UNKNOWN_LAYOUT
    assert letter.figures == ()
    assert 'pages 2 to 3, to "Wexmarsh District Council"' in letter.reason
    assert 'to "Ostlebridge Council"' in letter.reason


def test_a_letter_of_the_council_in_the_pack_is_no_second_letter_of_the_ombudsman() -> None:
    reply = stack(
        [
            "Local Government and Social Care Ombudsman\nPO Box 4771",
            "Dear Ombudsman",
            "We thank you for the annual review letter of 2021 and accept its statistics.",
            "Yours sincerely",
            "Jo Bloggs\nChief Executive\nWexmarsh District Council",
        ]
    )
    letter = read(pdf(REPORT, SIGNED, STATISTICS, reply))
    assert passes(letter)
    assert figures(letter) == FIGURES


def test_the_statistics_of_another_appendix_are_not_the_letters() -> None:
    pages = [*stamped([REPORT], "Item 9", 1), *stamped([SIGNED], "Appendix 1", 2)]
    letter = read(pdf(*pages, *stamped([REGISTER, LAST_YEAR], "Appendix 2", 3)))
    assert letter.figures == ()
    assert letter.header.letter_pages == (2, 2)
    assert letter.verdict is Verdict.UNKNOWN_LAYOUT
    assert "statistics stand apart from it, on page 4" in letter.reason


@pytest.fixture
def nothing_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("pages were measured")

    monkeypatch.setattr(reader, "document_from_pdf", refuse)


@pytest.mark.usefixtures("nothing_is_measured")
@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ([PROSE] * 60, "nothing in the text names the Local Government Ombudsman as its sender"),
        (
            [PROSE, stack(["A resident may write to the Local Government and Social Care Ombudsman in the end."])],
            "the text is not that of an annual letter of the Ombudsman",
        ),
        ([REPORT, PROSE], "it has neither the salutation nor the signature of a letter"),
        (
            [*[PROSE] * 60, LAST_YEAR, REPORT],
            "no annual letter of the Ombudsman begins in the text of its 62 pages",
        ),
        ([stack(["one line"])] * 501, "it has 501 pages, and files of more than 500"),
    ],
    ids=["nobody names the Ombudsman", "a mention", "a report", "a report with statistics", "too long"],
)
def test_a_foreign_pdf_is_refused_by_its_text(pages: list[Page], reason: str) -> None:
    letter = read(pdf(*pages))
    assert letter.verdict is Verdict.NOT_A_LETTER
    assert letter.reason.startswith(reason)
    assert letter.header.letter_pages is None


def test_a_letter_as_text_has_no_pages() -> None:
    text = "\n".join(ink.text for ink in [*SIGNED, *STATISTICS])
    letter = read(text.encode(), "letter.txt")
    assert letter.verdict is Verdict.EXTRACTED
    assert (letter.header.page_count, letter.header.letter_pages) == (None, None)
