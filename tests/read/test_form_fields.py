"""A figure in a form field is read if, and only if, a person sees the field's value on the page."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from reportlab.pdfgen.canvas import Canvas

from redress.read.files.form_fields import with_fields_drawn
from tests.paper import BASE_LINE_SHARE, HEIGHT, WIDTH, Ink, holds, pdf, red_box
from tests.read.invented import FIGURES, LETTER, STATISTICS, changed, figures, read
from tests.read.written import Sheet, stream, written

BOX = f"/MediaBox [0 0 {WIDTH} {HEIGHT}]"
FIRST_FIELD = 100


def _parted(inks: Sequence[Ink] = STATISTICS) -> Iterator[tuple[Ink, Ink | None]]:
    """Yield the ink of each line in two pieces without the line's first number: the piece before the number
    together with the number, and the piece behind the number with None. Yield a line whole, with None, if the line
    has no number or begins with 2020.
    """
    for ink in inks:
        found = re.match(r"(\D*)(\d+%?)(.*)", ink.text)
        if found is None or ink.text.startswith("2020"):
            yield ink, None
            continue
        before = replace(ink, text=found[1])
        number = replace(before.right(found[2], gap=1), is_red=found[2] == "30")
        yield before, number
        yield replace(number.right(found[3], gap=2), is_red=False), None


def _blank_and_numbers(inks: Sequence[Ink] = STATISTICS) -> tuple[list[Ink], list[Ink]]:
    parts = list(_parted(inks))
    return [ink for ink, _ in parts], [number for _, number in parts if number is not None]


def _edges(ink: Ink) -> tuple[float, float, float, float]:
    """Return the rectangle of a field that shows its value where the ink would stand. The rectangle begins two
    points further left, because pdfium leaves two points free.
    """
    base = HEIGHT - ink.top - BASE_LINE_SHARE * ink.size
    return ink.x - 2, base - 0.35 * ink.size, ink.x + ink.width + 2, base + ink.size


def _field(number: Ink, more: str = "/F 4") -> str:
    edges = " ".join(f"{edge:.2f}" for edge in _edges(number))
    named = f"/Type /Annot /Subtype /Widget /FT /Tx /T (at {number.top:.0f}) /V ({number.text})"
    return f"<< {named} /DA (/Plain {number.size} Tf {int(number.is_red)} 0 0 rg) /Rect [{edges}] {more} >>"


def _with_fields(page: Sequence[Ink], fields: Sequence[str], more: dict[int, str] | None = None) -> bytes:
    objects = {FIRST_FIELD + index: field for index, field in enumerate(fields)}
    named = " ".join(f"{number} 0 R" for number in objects)
    catalogue = f"/AcroForm << /Fields [{named}] /DR << /Font << /Plain 3 0 R >> >> /NeedAppearances true >>"
    sheet = Sheet(page, f"{BOX} /Annots [{named}]", more=objects | (more or {}))
    return written(Sheet(LETTER, BOX), sheet, catalogue=catalogue)


def _printed_with_fields() -> bytes:
    """Return the letter with its numbers in form fields, from a printing program that draws each field's look."""
    page, numbers = _blank_and_numbers()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    for inks in (LETTER, page):
        for ink in inks:
            canvas.setFont(ink.font, ink.size)
            canvas.drawString(ink.x, HEIGHT - ink.top - BASE_LINE_SHARE * ink.size, ink.text)
        if inks is page:
            for index, number in enumerate(numbers):
                x0, y0, x1, y1 = _edges(number)
                canvas.acroForm.textfield(
                    value=number.text, name=f"field {index}", x=x0, y=y0, width=x1 - x0, height=y1 - y0,
                    fontSize=number.size, fontName="Helvetica", borderWidth=0, fillColor=None, borderColor=None,
                    forceBorder=False,
                )  # fmt: skip
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_values_of_form_fields_are_read_where_they_stand() -> None:
    page, numbers = _blank_and_numbers()
    content = _with_fields(page, [_field(number) for number in numbers])
    letter = read(content)
    assert figures(letter) == FIGURES
    figure = letter.figure("compliance_outcomes_count")
    assert figure is not None
    assert figure.box is not None
    assert holds(figure.box, red_box(with_fields_drawn(content), 2))


def test_fields_that_a_program_has_drawn_are_read() -> None:
    stated = figures(read(_printed_with_fields()))
    assert stated.items() <= FIGURES.items()
    assert len(stated) >= len(FIGURES) - 1


@pytest.mark.parametrize("more", ["/F 2", "/F 32"], ids=["hidden", "not for the screen"])
def test_a_field_that_nobody_sees_is_not_read(more: str) -> None:
    page, numbers = _blank_and_numbers()
    assert figures(read(_with_fields(page, [_field(number, more) for number in numbers]))) == {}


@pytest.mark.parametrize("ground", ["/MK << /BG [1] >>", ""], ids=["white", "clear"])
def test_a_field_over_a_printed_figure_is_noticed(ground: str) -> None:
    """The page prints 30 compliance outcomes, and a field over the number says 27; no arithmetic would notice."""
    _, numbers = _blank_and_numbers()
    field = replace(next(number for number in numbers if number.text == "30"), text="27")
    letter = read(_with_fields(STATISTICS, [_field(field, f"/F 4 {ground}")]))
    stated = figures(letter).get("compliance_outcomes_count")
    assert stated is None or (ground and stated == 27)


def test_what_a_viewer_shows_counts_and_not_the_value_that_is_stored() -> None:
    """A program has changed a field's stored value to 99 and left the field's look at 30; viewers show the look."""
    page, numbers = _blank_and_numbers()
    fields = [_field(number) for number in numbers]
    look = stream("/Tx BMC BT /Plain 10 Tf 2 3.5 Td (30) Tj ET EMC", "/Subtype /Form /BBox [0 0 16 13.5] "
                  "/Resources << /Font << /Plain 3 0 R >> >>").decode()  # fmt: skip
    index = next(index for index, number in enumerate(numbers) if number.text == "30")
    fields[index] = _field(replace(numbers[index], text="99"), "/F 4 /AP << /N 99 0 R >>")
    content = _with_fields(page, fields, {99: look}).replace(b"/NeedAppearances true", b"/NeedAppearances null")
    assert figures(read(content)) == FIGURES


def test_a_file_without_fields_is_left_as_it_is() -> None:
    content = pdf(LETTER, changed("30", "31"))
    assert with_fields_drawn(content) is content
    assert with_fields_drawn(b"%PDF-1.7 cut off") == b"%PDF-1.7 cut off"
