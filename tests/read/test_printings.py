"""A letter is read alike in whatever way the letter is printed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption

from redress.check.letter_rules import check_letter
from redress.model.letter import Verdict
from tests.made import PROJECT
from tests.paper import BOLD, OPEN_FACE, Ink, holds, pdf, red_box, reddened, shuffled_words, stack
from tests.read.invented import COMPLIANCE, FIGURES, LETTER, REMEDY, STATISTICS, UPHOLD, changed, figures, read

SAMPLE_LETTERS = sorted((PROJECT / "samples" / "letters").glob("*/*.pdf"))


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
    """Return a paragraph with line breaks for a narrow column; a count with its label keeps its line breaks."""
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
    """Return the letter with each number that begins a paragraph in large type, to the left of the paragraph."""
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


def test_a_hyphen_that_is_coded_as_a_soft_one_is_read_as_it_shows() -> None:
    body = [replace(ink, text=ink.text.replace("Wexmarsh", "Wex\u00admarsh"), font=OPEN_FACE) for ink in LETTER]
    assert read(pdf(body, STATISTICS)).header.authority_name == "Wex-marsh District Council"
