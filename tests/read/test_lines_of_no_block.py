"""Watermarks and running headers are left out of the text, and a block's own sentences stay."""

import io
from collections.abc import Sequence

import pytest
from reportlab.pdfgen.canvas import Canvas

from tests.paper import BASE_LINE_SHARE, HEIGHT, WIDTH, Ink, pdf
from tests.read.invented import COMPLIANCE, FIGURES, LETTER, REMEDY, STATISTICS, UPHOLD, figures, read


def lines(paragraphs: Sequence[str], top: float) -> list[Ink]:
    """Return the ink of paragraphs of one or more lines, below each other."""
    inks: list[Ink] = []
    for line in "\n\n".join(paragraphs).split("\n"):
        inks.append(Ink(line, 72, top, 10))
        top += 12 if line else 6
    return inks


def over_two_pages(header: str | None = None) -> bytes:
    """Return a letter with statistics on three pages; the last two pages begin with the average of a block."""
    first = lines([*UPHOLD[:2]], 700)
    second = [*lines(UPHOLD[2:], 40), *lines(COMPLIANCE[:2], 700)]
    third = [*lines(COMPLIANCE[2:], 40), *lines(REMEDY, 300)]
    headers = [] if header is None else [Ink(header, 72, 20, 9)]
    return pdf(LETTER, [*first, *headers], [*second, *headers], [*third, *headers])


def under_a_watermark(degrees: float, text: str = "7 Vale P 2021-09-03 10:22") -> bytes:
    """Return the letter with a line of pale text drawn again and again across its pages, below its own text."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    for page in (LETTER, STATISTICS):
        canvas.saveState()
        canvas.setFillGray(0.8)
        canvas.setFont("Helvetica", 9)
        canvas.rotate(degrees)
        for across in range(-6, 9):
            for up in range(-8, 14):
                canvas.drawString(130 * across, 83 * up, text)
        canvas.restoreState()
        for ink in page:
            canvas.setFont(ink.font, ink.size)
            canvas.drawString(ink.x, HEIGHT - ink.top - BASE_LINE_SHARE * ink.size, ink.text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def test_a_sentence_at_the_top_of_two_pages_is_no_running_header() -> None:
    assert figures(read(over_two_pages())) == FIGURES


def test_the_running_header_above_such_a_sentence_still_goes() -> None:
    letter = read(over_two_pages("Annual review letter 2021, Wexmarsh District Council, statistics"))
    assert figures(letter) == FIGURES
    assert letter.conflicts == ()


@pytest.mark.parametrize("degrees", [20, 45, -30])
def test_a_watermark_across_the_page_is_no_part_of_its_lines(degrees: float) -> None:
    letter = read(under_a_watermark(degrees))
    assert FIGURES.items() >= figures(letter).items()
    assert len(figures(letter)) >= len(FIGURES) - 2  # a figure that the watermark crosses may be withheld
    assert all("on the page" in conflict.detail or "drawn" in conflict.detail for conflict in letter.conflicts)
