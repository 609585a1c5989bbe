"""The invented letter with something drawn over or under a number, and the check that the figure is withheld."""

import io
from collections.abc import Callable

from reportlab.pdfgen.canvas import Canvas

from redress.model.letter import Letter
from redress.model.measures import Absence
from tests.paper import BASE_LINE_SHARE, HEIGHT, WIDTH, Ink
from tests.read.invented import FIGURES, LETTER, STATISTICS, figures

AVERAGE = "uphold_rate_type_average_pct"
"""The measure that the letter states as "This compares to an average of 53% in similar authorities"."""

Overlay = Callable[[Canvas], None]


def ink_of(text: str) -> Ink:
    return next(ink for ink in STATISTICS if text in ink.text)


def place(text: str, within: str) -> tuple[float, float, float, float]:
    """Return where `text` is printed in the line that contains `within`: left, foot, width and height, in points
    from the page's lower left corner.
    """
    ink = ink_of(within)
    before, found, _ = ink.text.partition(text)
    assert found
    start = Ink(before, ink.x, ink.top, ink.size).width
    foot = HEIGHT - ink.top - BASE_LINE_SHARE * ink.size
    return ink.x + start, foot, Ink(text, 0, 0, ink.size).width, 0.72 * ink.size


X, FOOT, WIDE, HIGH = place("53%", "average of 53%")


def printed(*, over: Overlay | None = None, under: Overlay | None = None, shade: float = 0.0) -> bytes:
    """Return the invented letter as a PDF. On its statistics page, `under` draws before the text and `over` after
    the text; `shade` is the grey of the text, from 0 (black) to 1 (white).
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    for inks in (LETTER, STATISTICS):
        if inks is STATISTICS and under is not None:
            under(canvas)
        canvas.setFillGray(shade if inks is STATISTICS else 0)
        for ink in inks:
            canvas.setFont(ink.font, ink.size)
            canvas.drawString(ink.x, HEIGHT - ink.top - BASE_LINE_SHARE * ink.size, ink.text)
        if inks is STATISTICS and over is not None:
            over(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def box(shade: float, x: float = X, foot: float = FOOT, wide: float = WIDE, high: float = HIGH) -> Overlay:
    def draw(canvas: Canvas) -> None:
        canvas.setFillGray(shade)
        canvas.rect(x - 0.5, foot - 1, wide + 1, high + 2, stroke=0, fill=1)

    return draw


def assert_withheld(letter: Letter, *measures: str) -> None:
    """Assert that these measures are absent with the code `not_read`, and that all other figures are read."""
    assert figures(letter) == {name: value for name, value in FIGURES.items() if name not in measures}
    assert {name: letter.absence(name) for name in measures} == dict.fromkeys(measures, Absence.NOT_READ)
