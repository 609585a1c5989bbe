"""Looks: the type of a letter, and where the blocks of its statistics page stand."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Circle, Drawing, Rect, Wedge
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, HRFlowable, Paragraph, Spacer, Table

from samples.press.content import StatisticsPage

INK = HexColor("#1f1f24")
NAVY = HexColor("#23356b")
TEAL = HexColor("#0f766e")
PALE = HexColor("#d5d9df")
BAND = HexColor("#e8edf1")
MARK = HexColor("#8a2b2b")

PAGE_WIDTH = A4[0]
SIDE_MARGIN = 25 * mm
FRAME_PADDING = 6  # points that reportlab keeps free within its frames
TEXT_WIDTH = PAGE_WIDTH - 2 * SIDE_MARGIN


@dataclass(frozen=True)
class Face:
    """The two fonts of a letter: every reader has Helvetica; Vera is embedded."""

    regular: str
    bold: str


HELVETICA = Face("Helvetica", "Helvetica-Bold")
VERA = Face("Vera", "VeraBd")


@cache
def register_fonts() -> None:
    for name in (VERA.regular, VERA.bold):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    pdfmetrics.registerFontFamily(VERA.regular, normal=VERA.regular, bold=VERA.bold)


class Type:
    """The paragraph styles of one letter, all from one face and one size of body text."""

    def __init__(self, face: Face, size: float) -> None:
        self.face = face
        self.body = self._style("body", size, space_after=0.75 * size)
        self.address = self._style("address", size)
        self.heading = self._style("heading", size, bold=True, space_after=0.6 * size)
        self.masthead = self._style("masthead", 1.3 * size, colour=NAVY, space_after=2.2 * size)
        self.block_heading = self._style("block heading", 1.1 * size, bold=True, colour=NAVY)
        self.sentence = self._style("sentence", size, space_after=0.55 * size)
        self.number = self._style("number", 2.1 * size, bold=True, centred=True)
        self.caption = self._style("caption", 0.85 * size, centred=True)
        self.small = self._style("small", 0.85 * size, space_after=0.55 * size)

    def _style(
        self,
        name: str,
        size: float,
        *,
        bold: bool = False,
        centred: bool = False,
        colour: HexColor = INK,
        space_after: float = 0.0,
    ) -> ParagraphStyle:
        style = ParagraphStyle(
            name,
            fontName=self.face.bold if bold else self.face.regular,
            fontSize=size,
            leading=1.28 * size,
            textColor=colour,
            spaceAfter=space_after,
        )
        if centred:
            style.alignment = TA_CENTER
        return style


_MARKED = re.compile(r"\*\*(.+?)\*\*")


def bold(text: str) -> str:
    """Return a text as markup, with the marked words in bold, a rate together with its per cent sign."""
    return _MARKED.sub(r"<b>\1</b>", escape(text))


def _unmarked(text: str) -> str:
    return _MARKED.sub(r"\1", escape(text))


def _bold_numbers(text: str, size: float) -> str:
    """Return a text as markup, with the marked numbers bold and in the type size `size`, but not their per cent
    signs. So a rate is two pieces of text.
    """

    def enlarge(match: re.Match[str]) -> str:
        number = match[1].removesuffix("%")
        return f'<font size="{size:g}"><b>{number}</b></font>{match[1][len(number) :]}'

    return _MARKED.sub(enlarge, escape(text))


# --- Looks: where the blocks stand on the page ------------------------------------------------------


def picture_left(page: StatisticsPage, type_: Type) -> list[Flowable]:
    """Place each block as a ring at the left, with the count and its caption below the ring, and the sentences at
    the right.
    """
    picture_width = 38 * mm
    flow: list[Flowable] = []
    for block in page.blocks:
        left: list[Flowable] = []
        if block.rate_pct is not None:
            left.append(_ring(block.rate_pct, diameter=54, width=picture_width))
        if block.count is not None:
            left += [
                Spacer(1, 3),
                Paragraph(f"{block.count.number:,}", type_.number),
                Paragraph(block.count.caption, type_.caption),
            ]
        right = [Paragraph(bold(sentence), type_.sentence) for sentence in block.sentences]
        if block.base is not None:
            right += [Spacer(1, 12), Paragraph(_unmarked(block.base), type_.small)]
        if block.remark is not None:
            right.append(Paragraph(escape(block.remark), type_.small))
        flow += [
            _banded_heading(block.heading, type_),
            Spacer(1, 6),
            _columns([left, right], [picture_width, TEXT_WIDTH - picture_width], gap=10),
            Spacer(1, 16),
        ]
    return flow + _note(page, type_)


def two_columns(page: StatisticsPage, type_: Type) -> list[Flowable]:
    """Place two blocks in the left column and the others in the right column, as letters of 2023 do."""
    gap = 8 * mm
    column_width = (TEXT_WIDTH - gap) / 2
    picture_width = 20 * mm
    columns: list[list[Flowable]] = [[], []]
    for position, block in enumerate(page.blocks):
        column = columns[0 if position < 2 else 1]
        column += [
            HRFlowable(width="100%", thickness=1.2, color=TEAL, spaceAfter=4),
            Paragraph(escape(block.heading), type_.block_heading),
            Spacer(1, 6),
        ]
        sentences = [Paragraph(bold(sentence), type_.sentence) for sentence in block.sentences]
        if block.rate_pct is None:
            column += sentences
        else:
            ring = _ring(block.rate_pct, diameter=44, width=picture_width)
            widths = [picture_width, column_width - picture_width]
            column.append(_columns([[ring], sentences], widths, gap=6))
        if block.count is not None:
            number = f'<font size="{type_.number.fontSize:g}"><b>{block.count.number:,}</b></font>'
            large_line = ParagraphStyle(
                "count", parent=type_.sentence, leading=type_.number.leading, spaceBefore=2, spaceAfter=5
            )
            column.append(Paragraph(f"{number} {block.count.caption}", large_line))
        if block.base is not None:
            column += [Spacer(1, 4), Paragraph(_unmarked(block.base), type_.small)]
        if block.remark is not None:
            column.append(Paragraph(escape(block.remark), type_.small))
        column.append(Spacer(1, 14))
    return [_columns(columns, [column_width, column_width + gap], gap=gap), *_note(page, type_)]


def plain(page: StatisticsPage, type_: Type) -> list[Flowable]:
    """Place the lines of each block below each other, without pictures, and with bold numbers in larger type."""
    large = 1.3 * type_.body.fontSize
    flow: list[Flowable] = []
    for block in page.blocks:
        lines = [*block.sentences]
        if block.count is not None:
            lines.append(f"**{block.count.number:,}** {block.count.caption}")
        flow += [
            Paragraph(escape(block.heading), type_.block_heading),
            HRFlowable(width="100%", thickness=1, color=NAVY, spaceBefore=3, spaceAfter=7),
            *(Paragraph(_bold_numbers(line, large), type_.sentence) for line in lines),
        ]
        if block.base is not None:
            flow.append(Paragraph(_bold_numbers(block.base, type_.small.fontSize), type_.small))
        if block.remark is not None:
            flow.append(Paragraph(escape(block.remark), type_.small))
        flow.append(Spacer(1, 16))
    return flow + _note(page, type_)


@dataclass(frozen=True)
class Look:
    """How a letter looks: its face, the size of its body text in points, and how its blocks are placed."""

    face: Face
    size: float
    place: Callable[[StatisticsPage, Type], list[Flowable]]


LOOKS: Mapping[str, Look] = {
    "picture_left": Look(HELVETICA, 10.5, picture_left),
    "plain": Look(HELVETICA, 10.5, plain),
    "two_columns": Look(VERA, 9, two_columns),
}


def _columns(cells: Sequence[list[Flowable]], widths: Sequence[float], gap: float) -> Table:
    """Return cells side by side: the first cell at the margin, and a gap before each other cell."""
    style: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("LEFTPADDING", (1, 0), (-1, -1), gap),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ]
    return Table([list(cells)], colWidths=list(widths), style=style)


def _banded_heading(heading: str, type_: Type) -> Table:
    style: list[tuple[object, ...]] = [
        ("BACKGROUND", (0, 0), (-1, -1), BAND),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    return Table([[Paragraph(escape(heading), type_.block_heading)]], colWidths=[TEXT_WIDTH], style=style)


def _ring(rate: int, diameter: float, width: float) -> Drawing:
    """Return a drawing of a ring around a person's shape. The rate is filled clockwise from the ring's top."""
    radius = diameter / 2
    x, y = width / 2, radius
    drawing = Drawing(width, diameter)
    drawing.add(Circle(x, y, radius, fillColor=PALE, strokeColor=None))
    if rate >= 100:
        drawing.add(Circle(x, y, radius, fillColor=TEAL, strokeColor=None))
    elif rate > 0:
        drawing.add(Wedge(x, y, radius, 90 - 3.6 * rate, 90, fillColor=TEAL, strokeColor=None))
    drawing.add(Circle(x, y, 0.62 * radius, fillColor=HexColor("#ffffff"), strokeColor=None))
    drawing.add(Circle(x, y + 0.22 * radius, 0.14 * radius, fillColor=NAVY, strokeColor=None))
    shoulders = Rect(x - 0.19 * radius, y - 0.36 * radius, 0.38 * radius, 0.4 * radius, strokeColor=None)
    shoulders.fillColor = NAVY
    shoulders.rx = shoulders.ry = 0.12 * radius
    drawing.add(shoulders)
    return drawing


def _note(page: StatisticsPage, type_: Type) -> list[Flowable]:
    return [] if page.note is None else [Paragraph(escape(page.note), type_.small)]
