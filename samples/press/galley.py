"""The galley: a letter set by hand, every run of text at a place of its own, before it goes on paper.

Golden letters need what no word processor offers: words drawn in any order, a sentence parted by a page's end,
a page on its side. So lines are set here first, as runs on leaves, and may be moved about before they are drawn.
"""

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from samples.press.content import SAMPLE_MARK
from samples.press.looks import HELVETICA, Face, register_fonts

WIDTH, HEIGHT = 595.0, 842.0
"""The width and the height of an upright A4 page, in points."""
MARGIN = 60.0
LEADING = 1.28
_MARK_SIZE = 8.0
_BOLD = re.compile(r"(\*\*)")


@dataclass(frozen=True)
class Run:
    """Some text that is drawn at once. `x` is the text's left edge, and `y` is the line on which the text stands,
    both in points from the upper left corner.
    """

    text: str
    x: float
    y: float
    font: str
    size: float

    @property
    def width(self) -> float:
        return float(pdfmetrics.stringWidth(self.text, self.font, self.size))

    def part(self, start: int, end: int | None = None) -> "Run":
        """Return a part of the text as a run, at the place where the part stands."""
        before = replace(self, text=self.text[:start])
        return replace(self, text=self.text[start:end], x=self.x + before.width)


@dataclass(frozen=True)
class Disc:
    """A round picture, such as letters print beside each block."""

    x: float
    y: float
    radius: float


@dataclass
class Leaf:
    """One page: its runs in the order in which they are drawn, its rulings and pictures, and how it is turned.

    `content_turn` turns the content against the clock, and `page_rotate` is the page's own /Rotate (clockwise),
    both in degrees. `width` and `height` are the sizes of the page before its content is turned. `scan` is a
    picture that covers the page, and is drawn in place of the runs.
    """

    width: float = WIDTH
    height: float = HEIGHT
    runs: list[Run] = field(default_factory=list)
    rulings: list[tuple[float, float, float, float]] = field(default_factory=list)
    discs: list[Disc] = field(default_factory=list)
    content_turn: int = 0
    page_rotate: int = 0
    scan: Image.Image | None = None


@dataclass
class Pen:
    """A pen that writes paragraphs down a column. Where the column ends, it goes on at the top of a new leaf."""

    leaves: list[Leaf]
    x: float = MARGIN
    width: float = WIDTH - 2 * MARGIN
    y: float = MARGIN
    bottom: float = HEIGHT - MARGIN
    face: Face = HELVETICA
    spell: Callable[[str], str] = str
    top: float = MARGIN

    @property
    def leaf(self) -> Leaf:
        return self.leaves[-1]

    def write(self, text: str, size: float = 10.0, after: float = 0.6, *, bold: bool = False) -> None:
        """Write a paragraph. Words between ** are bold, and with `bold` all words. `after` is the gap below the
        paragraph, in units of `size`.
        """
        marked = f"**{text}**" if bold else text
        for line in wrapped(self.spell(marked), self.face, size, self.width):
            if self.y + LEADING * size > self.bottom:
                self.new_leaf()
            self.leaf.runs += placed(line, self.x, self.y + size, size)
            self.y += LEADING * size
        self.y += after * size

    def skip(self, points: float) -> None:
        self.y += points

    def new_leaf(self) -> None:
        last = self.leaf
        self.leaves.append(Leaf(last.width, last.height))
        self.y = self.top

    def disc(self, radius: float) -> None:
        """Draw a round picture below the last line, and go on below the picture."""
        self.leaf.discs.append(Disc(self.x + radius, self.y + radius, radius))
        self.y += 2 * radius + 6


Fragment = tuple[str, str]
"""A piece of text, and the name of its font."""


def wrapped(text: str, face: Face, size: float, width: float) -> list[list[Fragment]]:
    """Return a text in lines that are no wider than `width`. A line consists of fragments, each in one font; a
    space between two fragments belongs to the first. A word that is wider than `width` is a line of its own.
    """
    words: list[list[Fragment]] = [[]]
    is_bold = False
    for piece in _BOLD.split(text):
        if piece == "**":
            is_bold = not is_bold
            continue
        font = face.bold if is_bold else face.regular
        for index, word in enumerate(piece.split(" ")):
            if index:
                words.append([])
            if word:
                words[-1].append((word, font))
    space = pdfmetrics.stringWidth(" ", face.regular, size)
    lines: list[list[Fragment]] = []
    reach = 0.0
    for word in filter(None, words):
        word_width = sum(pdfmetrics.stringWidth(text, font, size) for text, font in word)
        if lines and reach + space + word_width <= width:
            last, font = lines[-1][-1]
            if font == word[0][1]:
                lines[-1][-1:] = [(f"{last} {word[0][0]}", font), *word[1:]]
            else:
                lines[-1][-1:] = [(f"{last} ", font), *word]
            reach += space + word_width
        else:
            lines.append(list(word))
            reach = word_width
    return lines


def placed(line: Sequence[Fragment], x: float, y: float, size: float) -> list[Run]:
    """Return the fragments of a line as runs side by side."""
    runs: list[Run] = []
    for text, font in line:
        run = Run(text, x, y, font, size)
        runs.append(run)
        x += run.width
    return runs


def pdf(leaves: Iterable[Leaf], title: str, encryption: StandardEncryption | None = None) -> bytes:
    """Return leaves as a PDF. Each page is marked as a sample. The same leaves give the same bytes."""
    register_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=0, encrypt=encryption)
    canvas.setTitle(f"SAMPLE - {title}")
    canvas.setSubject(SAMPLE_MARK)
    canvas.setAuthor("Redress, sample press")
    for leaf in leaves:
        _draw(canvas, leaf)
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Canvas, leaf: Leaf) -> None:
    turn = leaf.content_turn % 360
    on_paper = (leaf.width, leaf.height) if turn % 180 == 0 else (leaf.height, leaf.width)
    # the printing library swaps the sides of a page that it turns by a quarter
    canvas.setPageSize(on_paper if leaf.page_rotate % 180 == 0 else on_paper[::-1])
    canvas.setPageRotation(leaf.page_rotate)
    canvas.translate(*{0: (0, 0), 90: (leaf.height, 0), 180: (leaf.width, leaf.height), 270: (0, leaf.width)}[turn])
    canvas.rotate(turn)
    canvas.setLineWidth(0.6)
    for x0, y0, x1, y1 in leaf.rulings:
        canvas.line(x0, leaf.height - y0, x1, leaf.height - y1)
    for disc in leaf.discs:
        canvas.setFillColorRGB(0.06, 0.46, 0.43)
        canvas.circle(disc.x, leaf.height - disc.y, disc.radius, stroke=0, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.circle(disc.x, leaf.height - disc.y, 0.6 * disc.radius, stroke=0, fill=1)
    if leaf.scan is not None:
        canvas.drawImage(ImageReader(leaf.scan), 0, 0, leaf.width, leaf.height)
    else:
        canvas.setFillColorRGB(0.12, 0.12, 0.14)
        for run in leaf.runs:
            canvas.setFont(run.font, run.size)
            canvas.drawString(run.x, leaf.height - run.y, run.text)
        canvas.setFillColorRGB(0.54, 0.17, 0.17)
        canvas.setFont(HELVETICA.regular, _MARK_SIZE)
        canvas.drawCentredString(leaf.width / 2, 22, SAMPLE_MARK)
    canvas.showPage()
