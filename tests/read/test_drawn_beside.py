"""No number is read without what is drawn beside it: digits, points and signs that are no text, and annotations."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.paper import HEIGHT, Ink
from tests.read.handmade import drawn, handmade
from tests.read.invented import FIGURES, LETTER, STATISTICS, figures, read
from tests.read.overlaid import AVERAGE, FOOT, HIGH, WIDE, Overlay, X, assert_withheld, box, ink_of, place, printed

COUNT = "compliance_outcomes_count"
"""The measure that the letter states as "Statistics are based on a total of 30 compliance outcomes"."""

COUNT_X, COUNT_FOOT, COUNT_WIDE, COUNT_HIGH = place("30", "total of 30")


def of_the_average(number: str) -> bytes:
    """Return the letter with the number of the average drawn by the operators `number`, from `X` to the right."""
    ink = ink_of("average of 53%")
    before, _, after = ink.text.partition("53%")
    others = [one for one in STATISTICS if one is not ink]
    first = replace(ink, text=before)
    rest = replace(ink, text=after, x=X + WIDE + 4)
    return handmade(drawn(LETTER), f"{drawn([*others, first, rest])}\n{number}")


def with_annotation(kind: str, left: float, lower: float, wide: float, high: float, **entries: str) -> bytes:
    """Return the letter with an annotation at one place of both pages; the annotation has no drawing of its own."""
    named = " ".join(f"/{name} {value}" for name, value in entries.items())
    rectangle = f"[{left:g} {lower:g} {left + wide:g} {lower + high:g}]"
    page = handmade(
        drawn(LETTER),
        drawn(STATISTICS),
        extra=[f"<< /Type /Annot /Subtype /{kind} /Rect {rectangle} /F 4 {named} >>"],
    )
    # pdfium finds the objects again, which now stand further on
    return page.replace(b"/Type /Page /Parent", b"/Type /Page /Annots [10 0 R] /Parent")


def filled(left: float, lower: float, wide: float, high: float) -> Overlay:
    def draw(canvas: Canvas) -> None:
        canvas.setFillGray(0)
        canvas.rect(left, lower, wide, high, stroke=0, fill=1)

    return draw


def stroke(left: float) -> Overlay:
    return filled(left, COUNT_FOOT, 0.9, COUNT_HIGH)


def pen(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("L", (4, 20), 0)), COUNT_X - 2, COUNT_FOOT, 1, COUNT_HIGH)


def on_a_rule(canvas: Canvas) -> None:
    """Draw a rule across the page, and a stroke that stands on the rule before the count."""
    filled(30, COUNT_FOOT - 1.2, 540, 0.8)(canvas)
    filled(COUNT_X - 1.6, COUNT_FOOT - 0.8, 0.9, COUNT_HIGH + 0.8)(canvas)


DIGIT = "may be a digit"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(lambda: printed(over=stroke(COUNT_X - 1.6)), DIGIT, id="path before"),
        pytest.param(
            lambda: printed(over=stroke(COUNT_X + COUNT_WIDE + 0.9)), DIGIT, id="path behind"
        ),
        pytest.param(lambda: printed(over=pen), DIGIT, id="picture"),
        pytest.param(lambda: printed(over=on_a_rule), DIGIT, id="path on a rule"),
        pytest.param(
            lambda: with_annotation(
                "Ink", COUNT_X - 3, COUNT_FOOT - 1, 4, COUNT_HIGH + 2, C="[0 0 0]", BS="<< /W 0.9 >>",
                InkList=f"[[{COUNT_X - 1} {COUNT_FOOT} {COUNT_X - 1} {COUNT_FOOT + COUNT_HIGH}]]",
            ),
            DIGIT,
            id="pen",
        ),
    ],
)  # fmt: skip
def test_a_drawn_digit_beside_a_number_is_never_left_out_of_it(content: Callable[[], bytes], why: str) -> None:
    letter = read(content())
    assert_withheld(letter, COUNT)
    [conflict] = letter.conflicts
    assert why in conflict.detail


def rulings(canvas: Canvas) -> None:
    """Draw a cell around the count, a rule below the count, a long line before the average and a band behind it."""
    canvas.line(30, COUNT_FOOT - 1.2, 570, COUNT_FOOT - 1.2)
    canvas.setLineWidth(0.7)
    canvas.rect(COUNT_X - 1.5, COUNT_FOOT - 5, COUNT_WIDE + 3, COUNT_HIGH + 10)
    canvas.line(X - 1.2, 40, X - 1.2, HEIGHT - 40)
    box(0.8, x=X + WIDE + 1.5, foot=FOOT - 4, wide=30, high=HIGH + 8)(canvas)


def test_rulings_and_bands_beside_a_number_do_not_withhold_it() -> None:
    letter = read(printed(under=rulings))
    assert {name: figures(letter)[name] for name in (COUNT, AVERAGE)} == {COUNT: 30, AVERAGE: 53}


SIZE = ink_of("average of 53%").size
FIVE = Ink("5", 0, 0, SIZE).width


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(f"BT /F1 {SIZE} Tf {X} {FOOT} Td (5) Tj 3 Tr (.) Tj 0 Tr (3%) Tj ET", id="unpainted point"),
        pytest.param(f"BT /F1 {SIZE} Tf {X} {FOOT} Td (5) Tj 1 g (.) Tj 0 g (3%) Tj ET", id="a white point"),
        pytest.param(f"BT /F1 {SIZE} Tf {X} {FOOT} Td (53) Tj 1 g (%) Tj 0 g ET", id="a white sign"),
        pytest.param(
            f"BT /F1 {SIZE} Tf {X} {FOOT} Td (5) Tj ET {X + FIVE + 0.3} {FOOT} 1 1 re f "
            f"BT /F1 {SIZE} Tf {X + FIVE + 1.6} {FOOT} Td (3%) Tj ET",
            id="a drawn point",
        ),
    ],
)  # fmt: skip
def test_a_number_never_has_a_point_or_sign_that_the_page_does_not_show_nor_lacks_a_drawn_one(number: str) -> None:
    letter = read(of_the_average(number))
    assert_withheld(letter, AVERAGE)
    assert [one.measure for one in letter.conflicts] == [AVERAGE]


@pytest.mark.parametrize("size", [2, 3, 4])
def test_a_sentence_in_type_too_small_to_be_read_states_no_figure(size: float) -> None:
    ink = ink_of("average of 53%")
    page = [replace(one, size=size) if one is ink else one for one in STATISTICS]
    letter = read(handmade(drawn(LETTER), drawn(page)))
    assert_withheld(letter, AVERAGE)
    assert ["type too small to be read" in one.detail for one in letter.conflicts] == [True]


@pytest.mark.parametrize("shade", [0.84, 0.9])
def test_a_figure_in_hardly_another_colour_than_the_paper_is_withheld(shade: float) -> None:
    letter = read(printed(shade=shade))
    assert figures(letter) == {}
    assert {one.measure for one in letter.conflicts if "hardly another colour" in one.detail} == set(FIGURES)


@pytest.mark.parametrize("kind", ["Line", "PolyLine", "Polygon", "Stamp", "Redact", "Caret"])
def test_an_annotation_that_only_other_viewers_draw_withholds_the_figure_below_it(kind: str) -> None:
    letter = read(with_annotation(kind, X, FOOT, WIDE, HIGH))
    assert_withheld(letter, AVERAGE)
    [conflict] = letter.conflicts
    assert "annotation" in conflict.detail
    assert "no drawing of its own" in conflict.detail


def test_an_annotation_away_from_the_figures_withholds_nothing() -> None:
    letter = read(with_annotation("Stamp", 5, 5, 20, 10))
    assert figures(letter) == FIGURES
