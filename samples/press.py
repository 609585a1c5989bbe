"""The press: prints letters, as PDFs marked as samples, from a table of figures and the project's own prose.

    python samples/press.py                     prints samples/letters/ from letters.csv again
    python samples/press.py --count 300 --season 2021 2022 --out FOLDER --seed 7
                                                prints 300 random letters a season to invented councils

The way of a letter here: a row of the table and its council give a `LetterContent`; a layout turns its
figures into the blocks of sentences that letters of that season have; a look places the blocks on paper.
A new layout is a record of figures and a function like `three_statistics`; a new look is a function like
`picture_left`.
"""

import argparse
import csv
import dataclasses
import datetime as dt
import random
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Circle, Drawing, Rect, Wedge
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    KeepTogether,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from redress.seasons import Season

HERE = Path(__file__).parent
SAMPLE_MARK = "SAMPLE - invented council, invented figures. Not a letter of the Ombudsman."

# --- What a letter says -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Council:
    """An invented council; the columns of authorities.csv."""

    authority_id: str
    authority_name: str
    short_name: str
    council_type_id: str
    region_name: str
    valid_from_date: str = ""
    valid_to_date: str = ""


@dataclass(frozen=True)
class TableRow:
    """One letter in letters.csv; without statistics (all counts None) it is printed without that page."""

    season: int
    authority_id: str
    addressee_name: str
    look: str
    upheld_count: int | None = None
    investigations_count: int | None = None
    misprinted_uphold_rate_pct: int | None = None
    compliance_satisfied_count: int | None = None
    compliance_outcomes_count: int | None = None
    satisfactory_remedies_count: int | None = None
    why_it_is_here: str = ""


@dataclass(frozen=True)
class TypeAverages:
    """What all letters of one season print as the average "in similar authorities" for one council type."""

    uphold_rate_pct: int
    compliance_rate_pct: int
    satisfactory_remedy_rate_pct: int


@dataclass(frozen=True)
class ThreeStatistics:
    """The figures of a letter of 2019 to 2023. Rates follow from the counts, unless one is misprinted."""

    upheld_count: int
    investigations_count: int
    compliance_satisfied_count: int
    compliance_outcomes_count: int
    satisfactory_remedies_count: int
    averages: TypeAverages
    misprinted_uphold_rate_pct: int | None = None


@dataclass(frozen=True)
class LetterContent:
    """Everything that decides a letter's pages."""

    season: Season
    authority_name: str
    addressee_name: str
    look: str
    statistics: ThreeStatistics | None


@dataclass(frozen=True)
class Count:
    """A count that is printed large, with the words beneath or beside it."""

    number: int
    caption: str


@dataclass(frozen=True)
class Block:
    """One heading of a statistics page and what stands under it; figures are marked `**so**`."""

    heading: str
    sentences: tuple[str, ...]
    rate_pct: int | None = None  # what the picture shows; a block that only says why there is no rate has none
    count: Count | None = None
    base: str | None = None
    remark: str | None = None


@dataclass(frozen=True)
class StatisticsPage:
    """The page after the letter: blocks in the order in which they are printed."""

    blocks: tuple[Block, ...]
    note: str | None = None


def rate_pct(part: int, whole: int) -> int:
    """A whole per cent, rounded half up: 33 of 40 is 82.5 and gives 83."""
    return (200 * part + whole) // (2 * whole)


def counted(number: int, singular: str) -> str:
    """The thing counted, in the number that fits: "decision" for 1, "decisions" for 0 and for 2."""
    return singular if number == 1 else f"{singular}s"


def long_date(day: dt.date) -> str:
    """A date as letters write it: "31 March 2021"."""
    return f"{day.day} {day:%B %Y}"


# --- Layouts: the sentences of each season ----------------------------------------------------------


def three_statistics(season: Season, figures: ThreeStatistics) -> StatisticsPage:
    """The statistics page of 2019 to 2023: complaints upheld, compliance, satisfactory remedy."""
    return StatisticsPage(
        blocks=(_upheld(season, figures), _compliance(season, figures), _remedy(season, figures)),
        note=_PAUSE_NOTE if season.year == 2021 else None,
    )


_PAUSE_NOTE = (
    "NOTE: Between March and June 2020 we accepted no new complaints and put open cases aside, so that "
    "councils could respond to Covid-19. Fewer complaints were received and decided in the 20-21 year for "
    "that reason. Please keep this in mind beside data from other years."
)


def _upheld(season: Season, figures: ThreeStatistics) -> Block:
    heading = "Complaints upheld"
    if figures.investigations_count == 0:
        # How a real letter says this has not been seen; the sentence follows the one for nothing upheld.
        return Block(heading, ("The Ombudsman did not carry out any detailed investigations during this period",))
    printed_rate = figures.misprinted_uphold_rate_pct
    if printed_rate is None:
        printed_rate = rate_pct(figures.upheld_count, figures.investigations_count)
    return Block(
        heading,
        (
            f"**{printed_rate}%** of complaints we investigated were upheld.",
            _average(figures.averages.uphold_rate_pct),
        ),
        rate_pct=printed_rate,
        count=Count(figures.upheld_count, f"upheld {counted(figures.upheld_count, 'decision')}"),
        base=_base(season, figures.investigations_count, "detailed investigation"),
    )


def _compliance(season: Season, figures: ThreeStatistics) -> Block:
    heading = "Compliance with Ombudsman recommendations"
    if figures.compliance_outcomes_count == 0:
        return Block(heading, ("No recommendations were due for compliance in this period",))
    rate = rate_pct(figures.compliance_satisfied_count, figures.compliance_outcomes_count)
    return Block(
        heading,
        (
            f"In **{rate}%** of cases we were satisfied the authority had successfully implemented our "
            "recommendations.",
            _average(figures.averages.compliance_rate_pct),
        ),
        rate_pct=rate,
        base=_base(season, figures.compliance_outcomes_count, "compliance outcome"),
        remark="It is rare that a council does not do what it agreed. One whose result is below 100% should "
        "look again at the cases concerned and say what it will change.",
    )


def _remedy(season: Season, figures: ThreeStatistics) -> Block:
    remedy = "remedies" if season.year <= 2020 else "remedy"
    heading = f"Satisfactory {remedy} provided by the authority"
    if figures.upheld_count == 0:
        return Block(heading, ("The Ombudsman did not uphold any detailed investigations during this period",))
    rate = rate_pct(figures.satisfactory_remedies_count, figures.upheld_count)
    # Of 2023 letters print the upheld count, and still call it detailed investigations.
    printed_base = figures.upheld_count if season.year >= 2023 else figures.investigations_count
    remedies = figures.satisfactory_remedies_count
    return Block(
        heading,
        (
            f"In **{rate}%** of upheld cases we found the authority had provided a satisfactory remedy "
            "before the complaint reached the Ombudsman.",
            _average(figures.averages.satisfactory_remedy_rate_pct),
        ),
        rate_pct=rate,
        count=Count(remedies, f"satisfactory remedy {counted(remedies, 'decision')}"),
        base=_base(season, printed_base, "detailed investigation"),
    )


def _average(average_pct: int) -> str:
    return f"This compares to an average of **{average_pct}%** in similar authorities."


def _base(season: Season, number: int, singular: str) -> str:
    return (
        f"Statistics are based on a total of **{number}** {counted(number, singular)} for the period between "
        f"{long_date(season.period_start)} to {long_date(season.period_end)}"
    )


# --- The letter itself ------------------------------------------------------------------------------

LETTER_DATES = {
    2019: dt.date(2019, 7, 24),
    2020: dt.date(2020, 7, 22),
    2021: dt.date(2021, 7, 21),
    2022: dt.date(2022, 7, 20),
    2023: dt.date(2023, 7, 19),
}
DAYS_TO_PUBLICATION = 7


def letter_title(season: Season) -> str:
    """The title in bold: letters to 2022 name the season, later ones the period."""
    return f"Annual Review letter {season if season.year <= 2022 else season.label}"


def letter_prose(content: LetterContent) -> list[str]:
    """The season's paragraphs with this council's name and dates put in; a heading starts with "# "."""
    publication = LETTER_DATES[content.season.year] + dt.timedelta(days=DAYS_TO_PUBLICATION)
    prose = (
        (HERE / "prose" / f"{content.season}.txt")
        .read_text(encoding="utf-8")
        .format(
            authority_name=content.authority_name,
            period_end=long_date(content.season.period_end),
            publication_date=long_date(publication),
        )
    )
    return prose.strip().split("\n\n")


# --- Type and colour --------------------------------------------------------------------------------

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
def _register_fonts() -> None:
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


def _bold(text: str) -> str:
    """Marked words in bold, a rate together with its per cent sign."""
    return _MARKED.sub(r"<b>\1</b>", escape(text))


def _unmarked(text: str) -> str:
    return _MARKED.sub(r"\1", escape(text))


def _bold_numbers(text: str, size: float) -> str:
    """Marked numbers bold and larger, the per cent sign left as it was: one rate in two pieces of text."""

    def enlarge(match: re.Match[str]) -> str:
        number = match[1].removesuffix("%")
        return f'<font size="{size:g}"><b>{number}</b></font>{match[1][len(number) :]}'

    return _MARKED.sub(enlarge, escape(text))


# --- Looks: where the blocks stand on the page ------------------------------------------------------


def picture_left(page: StatisticsPage, type_: Type) -> list[Flowable]:
    """A ring at the left with the count and its caption beneath it, the sentences at the right."""
    picture_width = 38 * mm
    flow: list[Flowable] = []
    for block in page.blocks:
        left: list[Flowable] = []
        if block.rate_pct is not None:
            left.append(_ring(block.rate_pct, diameter=54, width=picture_width))
        if block.count is not None:
            left += [
                Spacer(1, 3),
                Paragraph(str(block.count.number), type_.number),
                Paragraph(block.count.caption, type_.caption),
            ]
        right = [Paragraph(_bold(sentence), type_.sentence) for sentence in block.sentences]
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
    """Two columns, as letters of 2023 have it: two blocks down the left one, the third at the right."""
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
        sentences = [Paragraph(_bold(sentence), type_.sentence) for sentence in block.sentences]
        if block.rate_pct is None:
            column += sentences
        else:
            ring = _ring(block.rate_pct, diameter=44, width=picture_width)
            widths = [picture_width, column_width - picture_width]
            column.append(_columns([[ring], sentences], widths, gap=6))
        if block.count is not None:
            number = f'<font size="{type_.number.fontSize:g}"><b>{block.count.number}</b></font>'
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
    """No picture: one line after the other, every number bold and larger than its words."""
    large = 1.3 * type_.body.fontSize
    flow: list[Flowable] = []
    for block in page.blocks:
        lines = [*block.sentences]
        if block.count is not None:
            lines.append(f"**{block.count.number}** {block.count.caption}")
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
    """Cells side by side, the first at the margin and a gap before each of the others."""
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
    """A ring of which the rate is filled from the top, clockwise, and a figure of a person within it."""
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


# --- Printing ---------------------------------------------------------------------------------------


def print_letter(content: LetterContent, path: Path) -> None:
    """Print one letter as a PDF; the same content gives the same bytes."""
    _register_fonts()
    look = LOOKS[content.look]
    type_ = Type(look.face, look.size)
    flow = _letter_pages(content, type_)
    if content.statistics is not None:
        flow += [PageBreak(), *look.place(three_statistics(content.season, content.statistics), type_)]
    path.parent.mkdir(parents=True, exist_ok=True)
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=SIDE_MARGIN - FRAME_PADDING,
        rightMargin=SIDE_MARGIN - FRAME_PADDING,
        topMargin=20 * mm,
        bottomMargin=24 * mm,
        title=f"SAMPLE - {letter_title(content.season)}, {content.authority_name} (invented)",
        subject=SAMPLE_MARK,
        author="Redress, sample press",
        invariant=1,  # no clock in the file
        pageCompression=0,  # so that the bytes do not depend on this machine's compression library
    )
    document.build(flow, onFirstPage=_mark_as_sample, onLaterPages=_mark_as_sample)


def _letter_pages(content: LetterContent, type_: Type) -> list[Flowable]:
    def lines(*texts: str) -> list[Flowable]:
        return [*(Paragraph(escape(text), type_.address) for text in texts), Spacer(1, 12)]

    masthead = "Local Government &amp; Social Care <b>OMBUDSMAN</b>"
    flow: list[Flowable] = [
        Paragraph(masthead, type_.masthead),
        *lines(long_date(LETTER_DATES[content.season.year])),
        *lines("By email"),
        *lines(content.addressee_name, "Chief Executive", content.authority_name),
        *lines(f"Dear {content.addressee_name}"),
        Paragraph(escape(letter_title(content.season)), type_.heading),
    ]
    for paragraph in letter_prose(content):
        if paragraph.startswith("# "):
            flow.append(Paragraph(escape(paragraph.removeprefix("# ")), type_.heading))
        else:
            flow.append(Paragraph(_bold(paragraph), type_.body))
    farewell = [
        *lines("Yours sincerely,"),
        Spacer(1, 26),
        *lines(
            "Local Government and Social Care Ombudsman",
            "Chair, Commission for Local Administration in England",
        ),
    ]
    flow.append(KeepTogether(farewell))
    return flow


def _mark_as_sample(canvas: Canvas, _document: SimpleDocTemplate) -> None:
    """The banner at the foot of every page that says what this is."""
    canvas.saveState()
    canvas.setStrokeColor(MARK)
    canvas.setLineWidth(0.8)
    canvas.rect(SIDE_MARGIN, 10 * mm, TEXT_WIDTH, 7 * mm)
    canvas.setFillColor(MARK)
    canvas.setFont(HELVETICA.bold, 8.5)
    canvas.drawCentredString(PAGE_WIDTH / 2, 12.5 * mm, SAMPLE_MARK)
    canvas.restoreState()


# --- From the tables to the letters -----------------------------------------------------------------


def read_councils(path: Path) -> list[Council]:
    """The invented councils of an authorities.csv."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [Council(**row) for row in csv.DictReader(lines)]


def read_rows(path: Path) -> list[TableRow]:
    """The rows of a letters.csv; an empty cell of figures is None."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            TableRow(
                season=int(row["season"]),
                authority_id=row["authority_id"],
                addressee_name=row["addressee_name"],
                look=row["look"],
                upheld_count=_number(row["upheld_count"]),
                investigations_count=_number(row["investigations_count"]),
                misprinted_uphold_rate_pct=_number(row["misprinted_uphold_rate_pct"]),
                compliance_satisfied_count=_number(row["compliance_satisfied_count"]),
                compliance_outcomes_count=_number(row["compliance_outcomes_count"]),
                satisfactory_remedies_count=_number(row["satisfactory_remedies_count"]),
                why_it_is_here=row["why_it_is_here"],
            )
            for row in csv.DictReader(lines)
        ]


def _number(cell: str) -> int | None:
    return int(cell) if cell else None


def read_averages(path: Path = HERE / "type_averages.csv") -> dict[tuple[int, str], TypeAverages]:
    """The averages by season and council type."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            (int(row["season"]), row["council_type_id"]): TypeAverages(
                int(row["uphold_rate_pct"]),
                int(row["compliance_rate_pct"]),
                int(row["satisfactory_remedy_rate_pct"]),
            )
            for row in csv.DictReader(lines)
        }


def letter_content(row: TableRow, council: Council, averages: TypeAverages) -> LetterContent:
    """What a row of the table says about a council, as a letter's content."""
    return LetterContent(
        Season(row.season), council.authority_name, row.addressee_name, row.look, _statistics(row, averages)
    )


def _statistics(row: TableRow, averages: TypeAverages) -> ThreeStatistics | None:
    counts = {
        "upheld_count": row.upheld_count,
        "investigations_count": row.investigations_count,
        "compliance_satisfied_count": row.compliance_satisfied_count,
        "compliance_outcomes_count": row.compliance_outcomes_count,
        "satisfactory_remedies_count": row.satisfactory_remedies_count,
    }
    stated = {name: count for name, count in counts.items() if count is not None}
    if not stated:
        return None
    if missing := sorted(counts.keys() - stated.keys()):
        raise ValueError(
            f"letters.csv, {row.authority_id} {row.season}: {', '.join(missing)} not given; "
            "give every count, or none for a letter without its statistics page"
        )
    return ThreeStatistics(**stated, averages=averages, misprinted_uphold_rate_pct=row.misprinted_uphold_rate_pct)


def print_table(rows: Iterable[TableRow], councils: Iterable[Council], folder: Path) -> list[Path]:
    """Print each row of a table to `<folder>/<season>/<slug>.pdf`; returns the paths in the table's order."""
    council_by_id = {council.authority_id: council for council in councils}
    averages = read_averages()
    paths = []
    for row in rows:
        council = council_by_id[row.authority_id]
        slug = re.sub(r"[^a-z0-9]+", "-", council.authority_name.lower()).strip("-")
        path = folder / str(row.season) / f"{slug}.pdf"
        print_letter(letter_content(row, council, averages[row.season, council.council_type_id]), path)
        paths.append(path)
    return paths


# --- Random letters, for benchmarks and soak tests --------------------------------------------------


@dataclass(frozen=True)
class TypeOfCouncil:
    """How random councils of one type are named, placed and sized; `weight` is about its share in England."""

    weight: int
    name_patterns: tuple[str, ...]
    region_names: tuple[str, ...]
    investigations: tuple[int, int]


RANDOM_TYPES: Mapping[str, TypeOfCouncil] = {
    "county": TypeOfCouncil(
        8,
        ("{}shire County Council",),
        ("East of England", "South East", "South West", "West Midlands"),
        (20, 95),
    ),
    "district": TypeOfCouncil(
        50,
        ("{} District Council", "{} Borough Council"),
        ("East Midlands", "East of England", "South East"),
        (1, 12),
    ),
    "metropolitan": TypeOfCouncil(
        11,
        ("{} Metropolitan Borough Council", "{} City Council"),
        ("North East", "North West", "West Midlands", "Yorkshire and The Humber"),
        (8, 60),
    ),
    "unitary": TypeOfCouncil(
        19,
        ("{} Council", "{} City Council"),
        ("East Midlands", "North East", "South East", "South West"),
        (5, 60),
    ),
    "london_borough": TypeOfCouncil(11, ("London Borough of {}",), ("London",), (15, 80)),
}
NAME_BEGINNINGS = (
    "Brackle", "Crindle", "Dapple", "Emmer", "Fother", "Gimble", "Hobnel", "Inkle", "Jorrock", "Lorrim",
    "Muddle", "Noddle", "Ombel", "Pipkin", "Quillet", "Rundle", "Snaffle", "Thrimble", "Umbel",
    "Vetchel", "Wimple", "Yaffle", "Zither", "Oxlip", "Tansel",
)  # fmt: skip
NAME_ENDINGS = (
    "bury", "combe", "dale", "field", "ford", "ham", "hurst", "ley", "mere", "ness", "stead", "thorpe",
    "ton", "water", "wick", "worth",
)  # fmt: skip
ADDRESSEES = (
    "Mrs Addlestrop", "Mr Bartlemy", "Ms Corvane", "Dr Dunmallow", "Mr Eskerby", "Mrs Fennimore-Oke",
    "Ms Gosforde", "Mx Hallowby", "Mr Iddesley", "Ms Jessamy", "Mrs Kirkaldo", "Dr Lanyard",
    "Mr Munroe-Thorne", "Ms Novakson", "Mrs Pennyquick", "Mr Sallowfield",
)  # fmt: skip
RECOMMENDED_SHARE = 0.9
KEPT_SHARE = 0.985


def random_councils(count: int, seed: int) -> list[Council]:
    """Invented councils, no two with one name; the first ones stay the same when the count grows."""
    chance = random.Random(f"councils {seed}")  # noqa: S311 - repeatable, and nothing is secret
    stems = ["".join(parts) for parts in product(NAME_BEGINNINGS, NAME_ENDINGS)]
    if count > len(stems):
        raise ValueError(f"{count} councils asked for, and there are names for {len(stems)}")
    chance.shuffle(stems)
    types = list(RANDOM_TYPES)
    weights = [RANDOM_TYPES[name].weight for name in types]
    councils = []
    for number, stem in enumerate(stems[:count], start=1):
        council_type_id = chance.choices(types, weights)[0]
        kind = RANDOM_TYPES[council_type_id]
        councils.append(
            Council(
                authority_id=f"SAMPLE-R{seed}-{number:03d}",
                authority_name=chance.choice(kind.name_patterns).format(stem),
                short_name=f"{stem}shire" if council_type_id == "county" else stem,
                council_type_id=council_type_id,
                region_name=chance.choice(kind.region_names),
            )
        )
    return councils


def random_row(season: int, council: Council, averages: TypeAverages, seed: int) -> TableRow:
    """A consistent letter for one council: every count fits the others, and nothing is misprinted."""
    chance = random.Random(f"letter {seed} {season} {council.authority_id}")  # noqa: S311 - as above

    def how_many(trials: int, share: float) -> int:
        return sum(chance.random() < share for _ in range(trials))

    investigations = chance.randint(*RANDOM_TYPES[council.council_type_id].investigations)
    upheld = how_many(investigations, averages.uphold_rate_pct / 100)
    outcomes = how_many(upheld, RECOMMENDED_SHARE)
    return TableRow(
        season=season,
        authority_id=council.authority_id,
        addressee_name=chance.choice(ADDRESSEES),
        look=chance.choice(sorted(LOOKS)),
        upheld_count=upheld,
        investigations_count=investigations,
        compliance_satisfied_count=how_many(outcomes, KEPT_SHARE),
        compliance_outcomes_count=outcomes,
        satisfactory_remedies_count=how_many(upheld, averages.satisfactory_remedy_rate_pct / 100),
    )


def random_table(count: int, seasons: Sequence[int], seed: int) -> tuple[list[TableRow], list[Council]]:
    """`count` letters for each season, to the same invented councils in each."""
    councils = random_councils(count, seed)
    averages = read_averages()
    rows = [
        random_row(season, council, averages[season, council.council_type_id], seed)
        for season in seasons
        for council in councils
    ]
    return rows, councils


def _write_table(records: Sequence[Council] | Sequence[TableRow], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(
            lines, [field.name for field in dataclasses.fields(records[0])], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(dataclasses.asdict(record) for record in records)


# --- The command ------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the committed samples, or random letters where `--count` is given."""
    parser = argparse.ArgumentParser(description="Print sample letters to invented councils.")
    parser.add_argument("--count", type=int, help="random letters a season; without it, the committed samples")
    parser.add_argument("--season", type=int, nargs="+", choices=sorted(LETTER_DATES), default=[2021])
    parser.add_argument("--out", type=Path, help="folder for random letters: <season>/<council>.pdf and the tables")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same letters")
    options = parser.parse_args(arguments)

    if options.count is None:
        folder = HERE / "letters"
        paths = print_table(read_rows(HERE / "letters.csv"), read_councils(HERE / "authorities.csv"), folder)
    else:
        if options.out is None or options.count < 1:
            parser.error("--count needs a number of at least 1 and --out, the folder to print into")
        folder = options.out
        rows, councils = random_table(options.count, options.season, options.seed)
        paths = print_table(rows, councils, folder)
        _write_table(councils, folder / "authorities.csv")
        _write_table(rows, folder / "letters.csv")
    print(f"{len(paths)} letters in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
