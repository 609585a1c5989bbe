"""The reader on whole letters, however they are printed, and on files that are no letters at all."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from redress.letters.reader import read_letter
from redress.letters.records import Letter, Verdict
from redress.measures import Absence
from redress.rules import check_letter
from tests.made import PROJECT
from tests.paper import BOLD, HEIGHT, OPEN_FACE, WIDTH, Ink, holds, pdf, red_box, reddened, shuffled_words, stack

SAMPLE_LETTERS = sorted((PROJECT / "samples" / "letters").glob("*/*.pdf"))
PERIOD = "for the period between 1 April\n2020 to 31 March 2021"
LETTER = stack(
    [
        "21 July 2021",
        "By email",
        "Ms Trewhitt\nChief Executive\nWexmarsh District Council",
        "Dear Ms Trewhitt",
        "Annual Review letter 2021",
        "This invented letter is our annual summary of statistics on the decisions made by the Local\n"
        "Government and Social Care Ombudsman about your authority for the year ending 31 March 2021.",
        "Nationally, 66% of complaints we investigated were upheld. We gave 118 courses to 2,700 people.",
        "Yours sincerely",
    ]
)
UPHOLD = [
    "Complaints upheld",
    "67% of complaints we investigated were upheld.",
    "This compares to an average of 53% in similar authorities.",
    "2\nupheld decisions",
    f"Statistics are based on a total of 3 detailed investigations {PERIOD}",
]
COMPLIANCE = [
    "Compliance with Ombudsman recommendations",
    "In 97% of cases we were satisfied the authority had\nsuccessfully implemented our recommendations.",
    "This compares to an average of 99% in similar authorities.",
    f"Statistics are based on a total of 30 compliance outcomes {PERIOD}",
]
REMEDY = [
    "Satisfactory remedy provided by the authority",
    "In 50% of upheld cases we found the authority had provided a satisfactory remedy\n"
    "before the complaint reached the Ombudsman.",
    "This compares to an average of 20% in similar authorities.",
    "1\nsatisfactory remedy decision",
    f"Statistics are based on a total of 3 detailed investigations {PERIOD}",
]
STATISTICS = stack([*UPHOLD, *COMPLIANCE, *REMEDY], top=60, size=10)
FIGURES = {
    "upheld_count": 2,
    "investigations_count": 3,
    "uphold_rate_pct": 67,
    "uphold_rate_type_average_pct": 53,
    "compliance_outcomes_count": 30,
    "compliance_rate_pct": 97,
    "compliance_rate_type_average_pct": 99,
    "satisfactory_remedies_count": 1,
    "satisfactory_remedy_rate_pct": 50,
    "satisfactory_remedy_rate_type_average_pct": 20,
    "satisfactory_remedy_printed_base_count": 3,
}


def read(content: bytes, name: str = "letter.pdf") -> Letter:
    return read_letter(content, name)


def figures(letter: Letter) -> dict[str, int]:
    return {figure.measure: int(figure.value) for figure in letter.figures}


def changed(old: str, new: str, inks: Sequence[Ink] = STATISTICS) -> list[Ink]:
    """A page with some words changed; they must be there."""
    assert any(old in ink.text for ink in inks), old
    return [replace(ink, text=ink.text.replace(old, new)) for ink in inks]


def without(start: str, inks: Sequence[Ink] = STATISTICS) -> list[Ink]:
    """A page without the lines that start so; a number alone is the whole of its line."""
    gone = [ink for ink in inks if (ink.text == start if start.isdigit() else ink.text.startswith(start))]
    assert gone, start
    return [ink for ink in inks if ink not in gone]


# --- Ways of printing that change nothing ----------------------------------------------------------


def out_of_order() -> bytes:
    page = shuffled_words(STATISTICS)
    return pdf(shuffled_words(LETTER), [*page[2::3], *page[::3], *page[1::3]])


def number_and_sign_in_two_runs() -> bytes:
    page = []
    for ink in STATISTICS:
        *parts, last = re.split(r"(?<=\d)(?=%)", ink.text)
        left = ink
        for part in parts:
            page.append(replace(left, text=part))
            left = page[-1].right("")
        page.append(replace(left, text=last))
    return pdf(LETTER, page)


def bold_by_printing_twice() -> bytes:
    return pdf(LETTER, [again for ink in STATISTICS for again in (ink, replace(ink, x=ink.x + 0.3))])


def numbers_in_bold() -> bytes:
    page = []
    for ink in STATISTICS:
        before, number, after = re.match(r"(\D*)(\d*%?)(.*)", ink.text, re.DOTALL).groups()  # type: ignore[union-attr]
        start = replace(ink, text=before)
        bold = start.right(number, font=BOLD)
        page += [start, bold, bold.right(after, font=ink.font)]
    return pdf(LETTER, page)


def two_columns() -> bytes:
    left = stack(["\n".join(UPHOLD[:1]), *[narrow(text) for text in UPHOLD[1:]]], x=40, top=80, size=9)
    right = stack([COMPLIANCE[0], *[narrow(text) for text in COMPLIANCE[1:]]], x=315, top=80, size=9)
    below = stack([REMEDY[0], *[narrow(text) for text in REMEDY[1:]]], x=40, top=480, size=9)
    return pdf(
        LETTER, [ink for pair in zip(left, right, strict=False) for ink in pair] + left[len(right) :] + below
    )


def narrow(text: str, width: int = 42) -> str:
    """A paragraph in lines of a narrow column."""
    if text[0].isdigit() and text.split()[0].isdigit():
        return text
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def page_break_in(block: Sequence[str], at: int) -> bytes:
    before, after = list(block[:at]), list(block[at:])
    rest = [part for part in (UPHOLD, COMPLIANCE, REMEDY) if part is not block]
    return pdf(LETTER, stack([*rest[0], *rest[1]], size=10), stack(before, top=600), stack(after, top=80))


def page_break_in_a_sentence() -> bytes:
    first = stack(
        [
            *UPHOLD,
            *COMPLIANCE,
            REMEDY[0],
            "In 50% of upheld cases we found the authority had provided a satisfactory",
        ],
        size=10,
    )
    second = stack(["remedy before the complaint reached the Ombudsman.", *REMEDY[2:]], top=60, size=10)
    return pdf(LETTER, first, second)


def running_header_and_footer() -> bytes:
    break_at = next(index for index, ink in enumerate(STATISTICS) if ink.text.startswith("In 97%")) + 1
    pages: list[list[Ink]] = [
        LETTER,
        STATISTICS[:break_at],
        [replace(ink, top=ink.top - STATISTICS[break_at].top + 80) for ink in STATISTICS[break_at:]],
    ]
    for number, page in enumerate(pages, start=1):
        page = [*page]
        pages[number - 1] = [
            Ink("Annual letters 2021: Wexmarsh", 72, 30, 8),
            *page,
            Ink(f"Page {number} of 3", 270, 810, 8),
            Ink(f"Reference 20{number}", 72, 810, 8),
        ]
    return pdf(*pages)


def footnote_marks() -> bytes:
    page: list[Ink] = []
    for ink in STATISTICS:
        before, number, after = re.match(r"(\D*)(\d*%?)(.*)", ink.text, re.DOTALL).groups()  # type: ignore[union-attr]
        if not number or after.strip() == "":
            page.append(ink)
            continue
        start = replace(ink, text=before + number)
        mark = replace(start.right("1"), size=5.5, top=ink.top - 1.5)
        page += [start, mark, replace(start.right(after), x=mark.x + mark.width)]
    return pdf(LETTER, page)


def ligatures_quotes_and_fixed_spaces() -> bytes:
    page = [
        replace(
            ink,
            font=OPEN_FACE,
            size=8.5,
            text=ink.text.replace("fi", "ﬁ")
            .replace(" of ", "\u00a0of\u00a0")
            .replace("recommendations", "recommendations"),
        )
        for ink in changed("Compliance with Ombudsman rec", "Compliance with Ombudsman’s rec")
    ]
    return pdf(LETTER, page)


def large_numbers_on_a_line_with_their_words() -> bytes:
    page: list[Ink] = []
    top = 60.0
    for paragraph in [*UPHOLD, *COMPLIANCE, *REMEDY]:
        number = re.match(r"(\d+%?)\s", paragraph)
        for index, text in enumerate(paragraph.removeprefix(number.group() if number else "").split("\n")):
            if index == 0 and number:
                big = Ink(number[1], 72, top - 10.0, 22)
                page += [big, replace(big.right(text, gap=3.0), size=10, top=top)]
            else:
                page.append(Ink(text, 72, top, 10))
            top += 13
        top += 14
    return pdf(LETTER, page)


def a_number_left_of_its_paragraph() -> bytes:
    """Each number that begins a paragraph, in large type, on the left of the paragraph's two lines."""
    page: list[Ink] = []
    top = 60.0
    for paragraph in [*UPHOLD, *COMPLIANCE, *REMEDY]:
        number = re.match(r"(\d+%?)\s", paragraph)
        rest = paragraph.removeprefix(number.group() if number else "")
        lines = [line.strip() for line in rest.replace("investigated were", "investigated\nwere").split("\n")]
        if number:
            page.append(Ink(number[1], 72, top + (6 if len(lines) > 1 else -4), 20))
        for line in lines:
            page.append(Ink(line, 130 if number else 72, top, 10))
            top += 13
        top += 14
    return pdf(LETTER, page)


def bullets() -> bytes:
    page = [replace(ink, text=f"• {ink.text}" if "%" in ink.text[:8] else ink.text) for ink in STATISTICS]
    return pdf(LETTER, page)


PRINTINGS: dict[str, Callable[[], bytes]] = {
    "a number left of its paragraph": a_number_left_of_its_paragraph,
    "bullets": bullets,
    "upright": lambda: pdf(LETTER, STATISTICS),
    "on one page": lambda: pdf(
        [
            *stack([ink.text for ink in LETTER], top=20, size=5),
            *(replace(ink, top=ink.top * 0.55 + 260, size=5.5) for ink in STATISTICS),
        ]
    ),
    "words out of order": out_of_order,
    "number and sign in two runs": number_and_sign_in_two_runs,
    "bold by printing twice": bold_by_printing_twice,
    "numbers in bold": numbers_in_bold,
    **{
        f"page shown turned by {turn}": partial(pdf, LETTER, STATISTICS, page_rotate=turn)
        for turn in (90, 180, 270)
    },
    **{f"content turned by {turn}": partial(pdf, LETTER, STATISTICS, content_turn=turn) for turn in (90, 180, 270)},
    **{
        f"content turned by {turn}, shown upright": partial(
            pdf, LETTER, STATISTICS, content_turn=turn, page_rotate=turn
        )
        for turn in (90, 180, 270)
    },
    "two columns": two_columns,
    "page break behind a heading": lambda: page_break_in(REMEDY, 1),
    "page break in a block": lambda: page_break_in(REMEDY, 3),
    "page break in a sentence": page_break_in_a_sentence,
    "running header and footer": running_header_and_footer,
    "footnote marks": footnote_marks,
    "ligatures, quotes, fixed spaces": ligatures_quotes_and_fixed_spaces,
    "large numbers": large_numbers_on_a_line_with_their_words,
    "blocks in another order": lambda: pdf(LETTER, stack([*REMEDY, *UPHOLD, *COMPLIANCE], size=10)),
    "lines of capitals": lambda: pdf(LETTER, [replace(ink, text=ink.text.upper(), size=8.5) for ink in STATISTICS]),
    "encrypted without a password": lambda: pdf(LETTER, STATISTICS, encryption=StandardEncryption("", "owner")),
}


@pytest.mark.parametrize("printing", PRINTINGS)
def test_a_letter_says_the_same_however_it_is_printed(printing: str) -> None:
    letter = read(PRINTINGS[printing]())
    assert figures(letter) == FIGURES
    assert letter.conflicts == ()
    assert letter.verdict is Verdict.EXTRACTED
    assert [check for check in check_letter(letter) if not check.is_passed] == []
    header = letter.header
    assert (header.authority_name, header.season) == ("Wexmarsh District Council", 2021)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("is_content", [False, True], ids=["page", "content"])
@pytest.mark.parametrize(("measure", "printed"), [("uphold_rate_pct", "67%"), ("compliance_outcomes_count", "30")])
def test_the_box_of_a_turned_page_points_at_the_number_as_the_page_is_shown(
    turn: int, is_content: bool, measure: str, printed: str
) -> None:
    page = list(reddened(STATISTICS, printed))
    content = pdf(LETTER, page, **{"content_turn" if is_content else "page_rotate": turn})
    figure = read(content).figure(measure)
    assert figure is not None
    assert figure.page == 2
    assert figure.box is not None
    seen = red_box(content, 2)
    assert holds(figure.box, seen)
    # and the box is about the number, not about half the page
    assert figure.box[2] - figure.box[0] < 60
    assert figure.box[3] - figure.box[1] < 60


@pytest.mark.parametrize("path", SAMPLE_LETTERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_sample_is_read_with_its_council_and_season(path: Path) -> None:
    letter = read(path.read_bytes(), path.name)
    assert letter.header.season == int(path.parent.name)
    assert letter.header.authority_name is not None
    assert letter.header.authority_name.lower().replace(" ", "-") == path.stem
    assert letter.verdict in (Verdict.EXTRACTED, Verdict.NO_STATISTICS)


def test_a_text_file_says_the_same_with_lines_as_evidence() -> None:
    text = "\n\n".join(ink.text for ink in LETTER) + "\n\n" + "\n\n".join([*UPHOLD, *COMPLIANCE, *REMEDY])
    letter = read(text.encode(), "letter.txt")
    assert figures(letter) == FIGURES
    for figure in letter.figures:
        assert figure.line is not None
        assert figure.text in text.splitlines()[figure.line - 1]


# --- What a letter does not say ----------------------------------------------------------------------

MISSING = {
    "67% of complaints": {"uphold_rate_pct"},
    "2": {"upheld_count"},
    "Statistics are based on a total of 30": {"compliance_outcomes_count"},
    "In 97%": {"compliance_rate_pct"},
    "1": {"satisfactory_remedies_count"},
    "In 50%": {"satisfactory_remedy_rate_pct"},
}


@pytest.mark.parametrize("start", MISSING)
def test_a_missing_sentence_leaves_its_figure_absent_and_takes_no_other(start: str) -> None:
    letter = read(pdf(LETTER, without(start)))
    assert figures(letter) == {name: value for name, value in FIGURES.items() if name not in MISSING[start]}
    for measure in MISSING[start]:
        assert letter.absence(measure) is Absence.NOT_STATED


def test_a_missing_average_is_not_taken_from_the_next_block() -> None:
    averages = [ink for ink in STATISTICS if ink.text.startswith("This compares")]
    letter = read(pdf(LETTER, [ink for ink in STATISTICS if ink is not averages[0]]))
    assert "uphold_rate_type_average_pct" not in figures(letter)
    assert figures(letter)["compliance_rate_type_average_pct"] == 99


def test_a_missing_heading_withholds_or_fails_and_never_gives_a_number_to_another_block() -> None:
    letter = read(pdf(LETTER, without("Compliance with")))
    for measure, value in figures(letter).items():
        assert value == FIGURES[measure], measure
    failed = [check.rule for check in check_letter(letter) if not check.is_passed]
    assert failed


def test_the_average_of_a_block_whose_heading_is_missing_is_a_conflict() -> None:
    letter = read(pdf(LETTER, without("Satisfactory remedy")))
    assert "compliance_rate_type_average_pct" not in figures(letter)
    assert "readings_agree" in [check.rule for check in check_letter(letter) if not check.is_passed]


def test_none_due_and_none_upheld_are_reasons_and_not_noughts() -> None:
    page = stack(
        [
            "Complaints upheld",
            "0% of complaints we investigated were upheld.",
            "This compares to an average of 53% in similar authorities.",
            "0\nupheld decisions",
            f"Statistics are based on a total of 2 detailed investigations {PERIOD}",
            COMPLIANCE[0],
            "No recommendations were due for compliance in this period",
            REMEDY[0],
            "The Ombudsman did not uphold any detailed investigations during this period",
        ]
    )
    letter = read(pdf(LETTER, page))
    assert figures(letter) == {
        "uphold_rate_pct": 0,
        "uphold_rate_type_average_pct": 53,
        "upheld_count": 0,
        "investigations_count": 2,
    }
    assert letter.absence("compliance_rate_pct") is Absence.NONE_DUE
    assert letter.absence("satisfactory_remedy_rate_pct") is Absence.NONE_UPHELD
    assert letter.absence("upheld_per_100k") is Absence.NOT_IN_LAYOUT


def test_a_sentence_of_none_beside_a_number_is_a_conflict() -> None:
    page = [*STATISTICS, Ink("No recommendations were due for compliance in this period", 72, 395, 10)]
    letter = read(pdf(LETTER, page))
    assert not all(check.is_passed for check in check_letter(letter))


def test_two_figures_for_one_measure_are_withheld() -> None:
    page = [*STATISTICS, *stack([UPHOLD[0], "68% of complaints we investigated were upheld."], top=740, size=10)]
    letter = read(pdf(LETTER, page))
    assert "uphold_rate_pct" not in figures(letter)
    assert [conflict.measure for conflict in letter.conflicts] == ["uphold_rate_pct"]


def test_a_count_for_each_100000_residents_is_never_the_count() -> None:
    page = changed("2", "", [ink for ink in STATISTICS if ink.text == "2"])
    page = [ink for ink in STATISTICS if ink.text not in ("2", "upheld decisions")] + page
    page += [Ink("this is 17 upheld decisions per 100,000 residents", 72, STATISTICS[4].top - 2, 10)]
    assert "upheld_count" not in figures(read(pdf(LETTER, page)))


def test_a_large_number_between_two_small_lines_is_right_or_absent() -> None:
    page = [ink for ink in STATISTICS if ink.text not in ("2", "upheld decisions")]
    top = next(ink.top for ink in STATISTICS if ink.text == "2")
    page += [Ink("2", 72, top - 2, 26), Ink("upheld", 90, top - 1, 10), Ink("decisions", 90, top + 11, 10)]
    assert figures(read(pdf(LETTER, page))).get("upheld_count", 2) == 2


@pytest.mark.parametrize("number", ["1 2", "£2", "2.5", "1.2", "12345678"])
def test_a_number_that_is_no_count_leaves_the_count_absent(number: str) -> None:
    page = [replace(ink, text=number) if ink.text == "2" else ink for ink in STATISTICS]
    assert "upheld_count" not in figures(read(pdf(LETTER, page)))


def test_a_letter_without_its_statistics_page_is_not_a_letter_of_noughts() -> None:
    letter = read(pdf(LETTER))
    assert letter.verdict is Verdict.NO_STATISTICS
    assert letter.figures == ()
    assert {code for _, code in letter.absences} == {Absence.NO_STATISTICS}
    assert letter.header.authority_name == "Wexmarsh District Council"


def test_a_blank_page_behind_the_signature_is_told() -> None:
    letter = read(pdf(LETTER, []))
    assert letter.verdict is Verdict.NO_STATISTICS
    assert "page 2 is blank, or its content is damaged" in letter.reason


def test_statistics_in_words_that_nobody_knows_are_an_unknown_layout() -> None:
    page = stack(["How we judged your complaints", "Faults found: 2 of 3 (67%)", "Advice kept: 30"])
    letter = read(pdf(LETTER, page))
    assert letter.verdict is Verdict.UNKNOWN_LAYOUT
    assert letter.figures == ()
    assert "2 of 3" in letter.reason


def test_years_that_disagree_are_kept_and_fail() -> None:
    letter = read(pdf(changed("Annual Review letter 2021", "Annual Review letter 2020", LETTER), STATISTICS))
    (failed,) = (check for check in check_letter(letter) if not check.is_passed)
    assert failed.rule == "years_agree"
    assert "Annual Review letter 2020" in failed.detail


# --- Files that are no letters -----------------------------------------------------------------------


def picture(is_large: bool = True) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    image = ImageReader(Image.new("RGB", (60, 80), (200, 180, 160)))
    canvas.drawImage(image, 20, 20, *((550, 800) if is_large else (30, 40)))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


WHOLE = pdf(LETTER, STATISTICS)
HOSTILE = {
    # file: bytes, name, how the reason starts
    "empty": (b"", "letter.pdf", "empty: the file has no bytes"),
    "text named as a PDF": (b"Dear Ms Trewhitt, 67% of it", "letter.pdf", "not a PDF: the file is text"),
    "HTML named as a PDF": (
        b"<!DOCTYPE html><html>Gone</html>",
        "letter.pdf",
        "not a PDF: the file is an HTML page",
    ),
    "an office document": (b"PK\x03\x04\x14\x00\x00", "letter.pdf", "not a PDF: the file is a ZIP archive"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "letter.png", "not a PDF: the file is of another kind"),
    "bytes named as text": (b"Dear\x00\x00\x01", "letter.txt", "not a PDF: the file is named as a text"),
    "a text without words": (b" \n\n\t\n", "letter.txt", "empty: the text has no words"),
    "random bytes behind the mark": (b"%PDF-1.7\n" + bytes(range(256)) * 20, "letter.pdf", "damaged:"),
    "the mark alone": (b"%PDF-", "letter.pdf", "damaged:"),
    "cut off in the first page": (WHOLE[:900], "letter.pdf", "damaged:"),
    "with a password": (
        pdf(LETTER, STATISTICS, encryption=StandardEncryption("secret", "owner")),
        "letter.pdf",
        "encrypted: the PDF opens only with a password",
    ),
    "scanned": (picture(), "letter.pdf", "scanned: 1 page(s) of pictures and no text"),
    "blank": (pdf([]), "letter.pdf", "empty: 1 page(s) with no text"),
    "a small picture and no text": (picture(is_large=False), "letter.pdf", "empty: 1 page(s)"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_cannot_be_read_says_its_cause(case: str) -> None:
    content, name, reason = HOSTILE[case]
    letter = read(content, name)
    assert letter.verdict is Verdict.UNREADABLE
    assert letter.reason.startswith(reason), letter.reason
    assert letter.figures == ()
    assert len(letter.sha256) == 64


@pytest.mark.parametrize("share", [0.2, 0.35, 0.5, 0.65, 0.8, 0.95])
def test_a_letter_that_is_cut_off_never_gives_a_wrong_number(share: float) -> None:
    letter = read(WHOLE[: int(len(WHOLE) * share)])
    for measure, value in figures(letter).items():
        assert value == FIGURES[measure]


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=2_000), st.sampled_from(["a.pdf", "a.txt", "a.md", "a.docx", "a", ""]))
def test_no_bytes_raise(content: bytes, name: str) -> None:
    assert read(content, name).verdict in Verdict
    assert read(b"%PDF-1.4\n" + content, name).verdict in Verdict


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=12))
def test_no_damage_inside_a_letter_raises_or_gives_a_number_that_passes_as_right(place: int, bytes_: bytes) -> None:
    letter = read(WHOLE[:place] + bytes_ + WHOLE[place + len(bytes_) :])
    assert letter.verdict in Verdict


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


def test_a_heading_that_nobody_knows_ends_the_block_before_it() -> None:
    headings = {UPHOLD[0], COMPLIANCE[0], REMEDY[0], "Timely replies"}
    uphold = [UPHOLD[0], UPHOLD[1], *UPHOLD[3:]]
    unknown = ["Timely replies", "This compares to an average of 43% in similar authorities."]
    inks, top = [], 60.0
    for paragraph in [*uphold, *unknown, *COMPLIANCE, *REMEDY]:
        size = 14.0 if paragraph in headings else 10.0
        for line in paragraph.split("\n"):
            inks.append(Ink(line, 72, top, size))
            top += 1.25 * size
        top += 10
    told = figures(read(pdf(LETTER, inks)))
    assert "uphold_rate_type_average_pct" not in told
    assert {name: FIGURES[name] for name in told} == told
    assert len(told) == len(FIGURES) - 1


@pytest.mark.parametrize(
    "sentence",
    [
        "This compares to an average of 43% in similar authorities, last year.",
        "This compares to an average of 43% in similar authorities\nAcross the North of England.",
        "Last year: This compares to an average of 43% in similar authorities.",
        "In 2018. This compares to an average of 43% in similar authorities.",
    ],
)
def test_a_sentence_that_goes_on_or_is_introduced_is_another_sentence(sentence: str) -> None:
    letter = read(pdf(LETTER, stack([UPHOLD[0], UPHOLD[1], sentence, *UPHOLD[3:], *COMPLIANCE, *REMEDY])))
    assert "uphold_rate_type_average_pct" not in figures(letter)


@pytest.mark.parametrize("office", ["Housing Ombudsman", "Public Services Ombudsman for Wales"])
def test_a_letter_of_another_ombudsman_is_not_a_letter(office: str) -> None:
    last = max(ink.top for ink in LETTER)
    letter = read(pdf([*LETTER, *stack([f"Richard Roe\n{office}"], top=last + 30)], STATISTICS))
    assert letter.verdict is Verdict.NOT_A_LETTER
    assert "another ombudsman" in letter.reason


def test_a_letter_to_a_care_provider_is_not_a_letter() -> None:
    body = [
        replace(ink, text=ink.text.replace("Wexmarsh District Council", "Sunnybank Care Ltd")) for ink in LETTER
    ]
    letter = read(pdf(body, STATISTICS))
    assert letter.verdict is Verdict.NOT_A_LETTER
    assert "provider" in letter.reason


def test_a_council_that_quotes_the_figures_is_not_the_ombudsman() -> None:
    last = max(ink.top for ink in LETTER)
    signed = stack(["Jo Bloggs\nMonitoring Officer and link officer to the Ombudsman"], top=last + 30)
    letter = read(pdf([*LETTER, *signed], STATISTICS))
    assert any("not signed" in conflict.detail for conflict in letter.conflicts)


def test_a_hyphen_that_is_coded_as_a_soft_one_is_read_as_it_shows() -> None:
    body = [replace(ink, text=ink.text.replace("Wexmarsh", "Wex\u00admarsh"), font=OPEN_FACE) for ink in LETTER]
    assert read(pdf(body, STATISTICS)).header.authority_name == "Wex-marsh District Council"


def test_a_foreign_readable_pdf_is_not_a_letter() -> None:
    invoice = stack(["Invoice 2021-118", "Training course: 2 upheld decisions", "Total 1,240.00", "Paid 100%"])
    letter = read(pdf(invoice))
    assert letter.verdict is Verdict.NOT_A_LETTER
    assert letter.figures == ()
    assert letter.header.authority_name is None


def test_a_foreign_text_is_not_a_letter() -> None:
    assert read(b"Minutes of a meeting on 21 July 2021.", "minutes.txt").verdict is Verdict.NOT_A_LETTER


def test_a_text_without_end_is_not_a_letter() -> None:
    letter = read(b"Dear Ms Trewhitt " * 150_000, "letter.txt")
    assert letter.verdict is Verdict.NOT_A_LETTER
    assert "2,550,000 bytes of text" in letter.reason


def test_a_pdf_is_known_by_its_bytes_and_not_by_its_name() -> None:
    assert figures(read(WHOLE, "letter.dat")) == FIGURES
    assert figures(read(b"\n\n" + WHOLE, "letter.txt")) == FIGURES
