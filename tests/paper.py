"""Small PDFs that the tests print with each word at a known place, and pictures of pages, to find red text in."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pypdfium2
import reportlab
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from redress.model.letter import Box

WIDTH, HEIGHT = 595.0, 842.0
"""The width and the height of an upright A4 page, in points."""
PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
OPEN_FACE = "Vera"
"""The name of a typeface with ligatures, which comes with the printing library."""
BASE_LINE_SHARE = 0.78
"""How far the base line is below the top of the letters, in units of the letters' size."""


@dataclass(frozen=True)
class Ink:
    """A piece of text to print: its left edge and the top of its letters, in points from the upper left corner."""

    text: str
    x: float
    top: float
    size: float = 11
    font: str = PLAIN
    is_red: bool = False

    @property
    def width(self) -> float:
        return float(pdfmetrics.stringWidth(self.text, self.font, self.size))

    def right(self, text: str, gap: float = 0.0, font: str | None = None) -> "Ink":
        """Return other text on the same line that begins `gap` points after the end of this text."""
        return replace(self, text=text, x=self.x + self.width + gap, font=font or self.font)


def stack(paragraphs: Iterable[str], x: float = 72, top: float = 72, size: float = 11) -> list[Ink]:
    """Return the lines of paragraphs as inks below each other. A line break in a paragraph begins a new line."""
    inks: list[Ink] = []
    for paragraph in paragraphs:
        for line in paragraph.split("\n"):
            inks.append(Ink(line, x, top, size))
            top += 1.25 * size
        top += 1.25 * size
    return inks


def reddened(inks: Iterable[Ink], text: str) -> Iterator[Ink]:
    """Yield the inks with one piece of text in red, so that a test finds the text in a picture of the page."""
    for ink in inks:
        before, found, after = ink.text.partition(text)
        if not found:
            yield ink
            continue
        start = replace(ink, text=before)
        red = replace(start.right(found), is_red=True)
        yield from (start, red, replace(red.right(after), is_red=False))


def pdf(
    *pages: Iterable[Ink],
    page_rotate: int = 0,
    content_turn: int = 0,
    encryption: StandardEncryption | None = None,
) -> bytes:
    """Return a PDF of pages, each with its inks.

    `page_rotate` is the /Rotate of each page, by which a program turns the page clockwise when it shows the page.
    `content_turn` turns the printed text counter-clockwise. Both are in degrees.
    """
    if OPEN_FACE not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(OPEN_FACE, Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"))
    is_across = (content_turn + page_rotate) % 180 == 90  # the printing library swaps the sides of a turned page
    size = (HEIGHT, WIDTH) if is_across else (WIDTH, HEIGHT)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=size, invariant=1, encrypt=encryption)
    for page in pages:
        canvas.setPageRotation(page_rotate)
        shift = {0: (0.0, 0.0), 90: (HEIGHT, 0.0), 180: (WIDTH, HEIGHT), 270: (0.0, WIDTH)}[content_turn]
        canvas.translate(*shift)
        canvas.rotate(content_turn)
        for ink in page:
            canvas.setFont(ink.font, ink.size)
            canvas.setFillColorRGB(1 if ink.is_red else 0, 0, 0)
            canvas.drawString(ink.x, HEIGHT - ink.top - BASE_LINE_SHARE * ink.size, ink.text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def red_box(content: bytes, page: int, scale: float = 2) -> Box:
    """Return the box around all red on the picture of a page (the first is 1), in points from the upper left."""
    document = pypdfium2.PdfDocument(content)
    try:
        pixels = document[page - 1].render(scale=scale).to_numpy()
    finally:
        document.close()
    blue, green, red = (pixels[:, :, channel].astype(int) for channel in range(3))
    rows, columns = ((red - green > 100) & (red - blue > 100)).nonzero()
    assert rows.size, f"page {page} shows no red"
    return (
        columns.min() / scale,
        rows.min() / scale,
        (columns.max() + 1) / scale,
        (rows.max() + 1) / scale,
    )


def holds(outer: Box, inner: Box, slack_points: float = 2.0) -> bool:
    """Return whether the inner box lies within the outer box, or at most `slack_points` outside on each side."""
    return (
        outer[0] - slack_points <= inner[0]
        and outer[1] - slack_points <= inner[1]
        and outer[2] + slack_points >= inner[2]
        and outer[3] + slack_points >= inner[3]
    )


def shuffled_words(inks: Sequence[Ink]) -> list[Ink]:
    """Return each word as an ink of its own, in the disorder in which some programs write a page's content.

    Every second word comes first, from the last of them to the first; then the other words follow in order.
    """
    words: list[Ink] = []
    for ink in inks:
        x = ink.x
        for word in ink.text.split(" "):
            words.append(replace(ink, text=word, x=x))
            x += float(pdfmetrics.stringWidth(word + " ", ink.font, ink.size))
    return words[1::2][::-1] + words[::2]
