"""A figure is read as the drawn page shows it, so a number that is covered, struck or replaced is noticed."""

import ctypes
import io
from collections.abc import Callable
from dataclasses import replace

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from redress.model.measures import Absence
from tests.paper import BASE_LINE_SHARE, BOLD, HEIGHT, WIDTH, Ink, pdf
from tests.read.handmade import drawn, handmade
from tests.read.invented import FIGURES, LETTER, STATISTICS, changed, figures, read
from tests.read.overlaid import AVERAGE, FOOT, HIGH, WIDE, Overlay, X, assert_withheld, box, place, printed


def line(x0: float, y0: float, x1: float, y1: float, width: float = 0.7) -> Overlay:
    def draw(canvas: Canvas) -> None:
        canvas.setLineWidth(width)
        canvas.line(x0, y0, x1, y1)

    return draw


def typed_over(text: str, cover: str = "53") -> Overlay:
    """Return an overlay: a white box over the piece `cover` of the average, and `text` typed on the box."""
    x, foot, wide, high = place(cover, "average of 53%")

    def draw(canvas: Canvas) -> None:
        box(1, x + 0.7, foot, wide - 2, high)(canvas)  # beside the digits that stay
        canvas.setFillGray(0)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(x, foot, text)

    return draw


def picture(canvas: Canvas) -> None:
    """Draw a picture of stripes over the average."""
    stripes = Image.new("L", (40, 20), 255)
    for column in range(0, 40, 6):
        stripes.paste(0, (column, 0, column + 2, 20))
    canvas.drawImage(ImageReader(stripes), X - 1, FOOT - 2, WIDE + 2, HIGH + 4)


def annotated(subtype: int, *, colour: tuple[int, int, int] = (0, 0, 0)) -> bytes:
    """Return the letter with an annotation of pdfium's kind `subtype` over the average."""
    left, lower, right, upper = X - 1, FOOT - 1, X + WIDE + 1, FOOT + HIGH + 1
    buffer = io.BytesIO()
    with pdfium.PdfDocument(printed()) as pdf:
        page = pdf[1]
        annotation = pdfium_c.FPDFPage_CreateAnnot(page, subtype)
        pdfium_c.FPDFAnnot_SetRect(annotation, pdfium_c.FS_RECTF(left, upper, right, lower))
        pdfium_c.FPDFAnnot_SetColor(annotation, pdfium_c.FPDFANNOT_COLORTYPE_Color, *colour, 255)
        pdfium_c.FPDFAnnot_SetColor(annotation, pdfium_c.FPDFANNOT_COLORTYPE_InteriorColor, *colour, 255)
        corners = pdfium_c.FS_QUADPOINTSF(left, upper, right, upper, left, lower, right, lower)
        pdfium_c.FPDFAnnot_AppendAttachmentPoints(annotation, ctypes.byref(corners))
        pdfium_c.FPDFPage_CloseAnnot(annotation)
        pdf.save(buffer)
    return buffer.getvalue()


def layered() -> bytes:
    """Return the letter with a draft of the statistics in a layer that is off, and above the draft the final
    statistics in a layer that is on.
    """
    draft = drawn(changed("average of 53%", "average of 58%"))
    final = drawn(STATISTICS)
    return handmade(
        drawn(LETTER),
        f"/OC /Draft BDC\n{draft}\nEMC\n/OC /Final BDC\n{final}\nEMC",
        resources="/Properties << /Draft 10 0 R /Final 11 0 R >>",
        catalog="/OCProperties << /OCGs [10 0 R 11 0 R] /D << /ON [11 0 R] /OFF [10 0 R] >> >>",
        extra=["<< /Type /OCG /Name (draft) >>", "<< /Type /OCG /Name (final) >>"],
    )


def with_graphics(state: str, text: str = "average of 53%") -> bytes:
    """Return the letter with the line that contains `text` printed in a graphics state of its own."""
    other = [ink for ink in STATISTICS if text not in ink.text]
    one = [ink for ink in STATISTICS if text in ink.text]
    return handmade(
        drawn(LETTER),
        f"{drawn(other)}\nq {state} {drawn(one)} Q",
        resources="/ExtGState << /Clear 10 0 R >>",
        extra=["<< /Type /ExtGState /ca 0 /CA 0 >>"],
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: printed(over=box(1)), id="a white box over it"),
        pytest.param(lambda: printed(over=box(0)), id="a black box over it"),
        pytest.param(lambda: printed(over=picture), id="a picture over it"),
        pytest.param(lambda: annotated(pdfium_c.FPDF_ANNOT_SQUARE), id="a square annotation over it"),
        pytest.param(lambda: with_graphics("/Clear gs"), id="transparent"),
        pytest.param(lambda: with_graphics("3 Tr"), id="not painted"),
        pytest.param(lambda: with_graphics("1 g"), id="white on white"),
        pytest.param(lambda: with_graphics("0 0 10 10 re W n"), id="clipped away"),
    ],
)
def test_a_figure_that_the_page_does_not_show_is_not_read(content: Callable[[], bytes]) -> None:
    letter = read(content())
    assert_withheld(letter, AVERAGE)


SOMETHING_ELSE = "something else is drawn in its place"
PART = "part of it is covered"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(
            lambda: printed(over=line(X - 1, FOOT + HIGH / 2, X + WIDE + 1, FOOT + HIGH / 2)),
            SOMETHING_ELSE,
            id="struck",
        ),
        pytest.param(
            lambda: printed(over=line(X - 1, FOOT - 1, X + WIDE + 1, FOOT + HIGH + 1)),
            SOMETHING_ELSE,
            id="crossed out",
        ),
        pytest.param(
            lambda: annotated(pdfium_c.FPDF_ANNOT_STRIKEOUT), SOMETHING_ELSE, id="struck by an annotation"
        ),
        pytest.param(lambda: printed(over=box(1, wide=2.5)), PART, id="half of a digit covered"),
        pytest.param(lambda: printed(over=box(1, high=1.5)), PART, id="the feet covered"),
    ],
)
def test_a_figure_that_is_struck_or_partly_covered_is_withheld_with_the_reason(
    content: Callable[[], bytes], why: str
) -> None:
    letter = read(content())
    assert_withheld(letter, AVERAGE)
    [conflict] = letter.conflicts
    assert (conflict.measure, why in conflict.detail) == (AVERAGE, True), conflict.detail
    assert conflict.detail.startswith(f"{AVERAGE} is read as 53% on page 2")


@pytest.mark.parametrize(
    ("named", "withheld"),
    [
        ({"7": "1"}, {"uphold_rate_pct", "compliance_rate_pct"}),
        ({"3": "8"}, {"uphold_rate_type_average_pct", "compliance_outcomes_count", "investigations_count",
                      "satisfactory_remedy_printed_base_count"}),
        ({"5": "6", "6": "5"}, {"uphold_rate_pct", AVERAGE, "satisfactory_remedy_rate_pct"}),
    ],
)  # fmt: skip
def test_a_font_that_names_a_digit_as_another_is_found_by_the_digits_shape(
    named: dict[str, str], withheld: set[str]
) -> None:
    # the letter's own page is in the bold font, which says what it shows
    letter = read(handmade(drawn([Ink(one.text, one.x, one.top, one.size, "Helvetica-Bold") for one in LETTER]),
                           drawn(STATISTICS), named=named))  # fmt: skip
    read_measures = {one.measure for one in letter.figures}
    assert set(FIGURES) - read_measures == withheld
    assert {name for name, value in figures(letter).items() if value != FIGURES[name]} == set()
    assert any("the font names its digits wrongly" in one.detail for one in letter.conflicts)


@pytest.mark.parametrize(("text", "average"), [("58", 58), ("61", 61), ("33", 33)])
def test_a_figure_that_is_typed_over_a_whited_one_is_read_as_it_shows(text: str, average: int) -> None:
    assert figures(read(printed(over=typed_over(text)))) == FIGURES | {AVERAGE: average}


def test_one_digit_that_is_typed_over_a_whited_one_is_read_with_what_is_left_of_the_old_number() -> None:
    assert figures(read(printed(over=typed_over("9", cover="3")))) == FIGURES | {AVERAGE: 59}


def test_two_numbers_in_one_place_that_both_show_are_withheld() -> None:
    def overprint(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(X, FOOT, "61%")

    letter = read(printed(over=overprint))
    assert letter.figure(AVERAGE) is None
    assert {name: value for name, value in figures(letter).items() if value != FIGURES[name]} == {}


@pytest.mark.parametrize("shift_points", [0, 1, 2.5])
@pytest.mark.parametrize(("below", "above"), [("21", "27"), ("27", "23"), ("11", "17")])
def test_the_digits_of_two_numbers_in_one_place_are_no_longer_number(
    below: str, above: str, shift_points: float
) -> None:
    page = changed("total of 30", f"total of {below}")
    line = next(ink for ink in page if f"total of {below}" in ink.text)
    left = line.x + Ink("Statistics are based on a total of ", 0, 0, line.size).width
    letter = read(pdf(LETTER, [*page, Ink(above, left + shift_points, line.top, line.size)]))
    assert letter.figure("compliance_outcomes_count") is None
    assert letter.absence("compliance_outcomes_count") is Absence.NOT_READ


@pytest.mark.parametrize(("below", "above"), [("7", "9"), ("9", "8"), ("4", "5")])
def test_a_digit_with_another_printed_over_it_is_neither(below: str, above: str) -> None:
    line = next(ink for ink in STATISTICS if ink.text.startswith("In 97%"))
    start = replace(line, text="In ")
    number = replace(start.right(f"{below}%", font=BOLD), size=12)
    rest = replace(line, text=line.text.removeprefix("In 97%"), x=number.x + number.width)
    others = [ink for ink in STATISTICS if ink is not line]
    overprint = Ink(above, number.x + 0.3, number.top, number.size)
    letter = read(pdf(LETTER, [*others, start, number, rest, overprint]))
    assert_withheld(letter, "compliance_rate_pct")


def test_a_layer_that_is_off_is_not_there() -> None:
    assert figures(read(layered())) == FIGURES


def bold(canvas: Canvas) -> None:
    """Draw all text of the statistics again, a hair's breadth to the right."""
    canvas.setFillGray(0)
    for ink in STATISTICS:
        canvas.setFont(ink.font, ink.size)
        canvas.drawString(ink.x + 0.3, HEIGHT - ink.top - BASE_LINE_SHARE * ink.size, ink.text)


def bands(canvas: Canvas) -> None:
    for ink in STATISTICS:
        canvas.setFillColorRGB(0.86, 0.92, 1.0)
        canvas.rect(40, HEIGHT - ink.top - 14, 500, 16, stroke=0, fill=1)


def marker(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 0)
    canvas.rect(X - 2, FOOT - 2, WIDE + 4, HIGH + 4, stroke=0, fill=1)


def night(canvas: Canvas) -> None:
    canvas.setFillGray(0.1)
    canvas.rect(0, 0, WIDTH, HEIGHT, stroke=0, fill=1)


def underline(canvas: Canvas) -> None:
    canvas.setLineWidth(0.6)
    canvas.line(X, FOOT - 1.5, X + WIDE, FOOT - 1.5)


def frame(canvas: Canvas) -> None:
    canvas.rect(X - 3, FOOT - 3, WIDE + 6, HIGH + 6)


def watermark(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.setFillGray(0.88)
    canvas.setFont("Helvetica-Bold", 90)
    canvas.translate(120, 250)
    canvas.rotate(45)
    canvas.drawString(0, 0, "COPY")
    canvas.restoreState()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: printed(over=bold), id="printed twice to look bold"),
        pytest.param(lambda: printed(under=bands), id="on coloured bands"),
        pytest.param(lambda: printed(under=marker), id="highlighted"),
        pytest.param(
            lambda: annotated(pdfium_c.FPDF_ANNOT_HIGHLIGHT, colour=(255, 255, 0)), id="highlight annotation"
        ),
        pytest.param(lambda: printed(under=night, shade=1.0), id="white on black"),
        pytest.param(lambda: printed(shade=0.55), id="grey"),
        pytest.param(lambda: printed(over=underline), id="underlined"),
        pytest.param(lambda: printed(over=frame), id="framed"),
        pytest.param(lambda: printed(under=watermark), id="over a pale watermark"),
        pytest.param(lambda: handmade(drawn(LETTER), drawn(STATISTICS)), id="written by hand"),
    ],
)
def test_what_a_page_shows_is_read_whole_whatever_is_around_it(content: Callable[[], bytes]) -> None:
    letter = read(content())
    assert figures(letter) == FIGURES
    assert letter.conflicts == ()
