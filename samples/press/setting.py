"""Setting: turn a letter's content into leaves of the galley, in one of several arrangements."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from samples.press.content import (
    Block,
    LetterContent,
    LocalAuthorityReport,
    OlderTables,
    ReceivedOnly,
    StatisticsPage,
    long_date,
)
from samples.press.galley import HEIGHT, LEADING, MARGIN, WIDTH, Fragment, Leaf, Pen, placed, wrapped
from samples.press.looks import HELVETICA, Face
from samples.press.wording import LETTER_DATES, letter_prose, letter_title, ombudsman

Arrangement = Callable[[StatisticsPage, Pen], None]


@dataclass(frozen=True)
class Manner:
    """The ways in which a letter's setting may differ from the plain setting."""

    face: Face = HELVETICA
    size: float = 10.0
    spell: Callable[[str], str] = str
    date_words: str | None = None
    title: str | None = None
    has_masthead: bool = True
    is_addressee_on_one_line: bool = False
    heading_gap: float = 0.6


PLAIN_MANNER = Manner()


def _pen(manner: Manner, leaves: list[Leaf]) -> Pen:
    return Pen(leaves, face=manner.face, spell=manner.spell)


# --- The letter -------------------------------------------------------------------------------------


def letter_leaves(content: LetterContent, manner: Manner = PLAIN_MANNER) -> list[Leaf]:
    """Return the leaves of the letter proper, from the masthead to the signature."""
    pen = _pen(manner, [Leaf()])
    size = manner.size
    season = content.season
    if manner.has_masthead:
        pen.write(ombudsman(season).replace("Ombudsman", "**OMBUDSMAN**"), 1.3 * size, 1.5)
    pen.write(manner.date_words or long_date(LETTER_DATES[season.year]), size, 1.2)
    pen.write("By email", size, 1.2)
    if manner.is_addressee_on_one_line:
        pen.write(f"{content.addressee_name}, Chief Executive, {content.authority_name}", size, 1.2)
    else:
        pen.write(content.addressee_name, size, 0)
        pen.write("Chief Executive", size, 0)
        pen.write(content.authority_name, size, 1.2)
    pen.write(f"Dear {content.addressee_name}", size, 1.2)
    pen.write(manner.title or letter_title(season), size, bold=True)
    for paragraph in _paragraphs(content):
        if paragraph.startswith("# "):
            pen.write(paragraph.removeprefix("# "), size, manner.heading_gap, bold=True)
        else:
            pen.write(paragraph, size, 0.9)
    pen.skip(6)
    pen.write("Yours sincerely,", size, 3.5)
    pen.write(ombudsman(season), size, 0)
    pen.write("Chair, Commission for Local Administration in England", size)
    return pen.leaves


def _paragraphs(content: LetterContent) -> list[str]:
    if not isinstance(content.statistics, ReceivedOnly):
        return letter_prose(content)
    figures = content.statistics
    season = content.season
    sentences = {
        "[received]": f"In {season.year - 1}/{season.year % 100} we received "
        f"{figures.received_count:,} complaints about your local authority.",
        "[average]": "Authorities of each type had this many complaints on average:",
    }
    paragraphs: list[str] = []
    for paragraph in letter_prose(content):
        if paragraph == "[averages]":
            paragraphs += [f"- {name}: {number} complaints" for name, number in figures.averages.items()]
        else:
            paragraphs.append(sentences.get(paragraph, paragraph))
    return paragraphs


# --- The three statistics ---------------------------------------------------------------------------


def statistics_leaves(
    page: StatisticsPage, arrange: Arrangement, manner: Manner = PLAIN_MANNER, leaf: Leaf | None = None
) -> list[Leaf]:
    """Return the leaves of a statistics page, with its blocks in an arrangement."""
    pen = _pen(manner, [leaf or Leaf()])
    pen.width = pen.leaf.width - 2 * MARGIN
    pen.bottom = pen.leaf.height - MARGIN
    arrange(page, pen)
    return pen.leaves


def one_column(page: StatisticsPage, pen: Pen) -> None:
    """Write the blocks below each other, each line across the page."""
    for block in page.blocks:
        write_block(block, pen)
        pen.skip(12)
    if page.note is not None:
        pen.write(page.note, 8.5)


def low_on_the_page(room: float) -> Arrangement:
    """Return an arrangement: a narrow column from `room` points above the page's end, which goes on overleaf."""

    def arrange(page: StatisticsPage, pen: Pen) -> None:
        pen.width = 230.0
        pen.y = pen.bottom - room
        one_column(page, pen)

    return arrange


def pictures_between(page: StatisticsPage, pen: Pen) -> None:
    """Write the blocks below each other, with pictures and captions in small type between their lines."""
    left = pen.x
    for block in page.blocks:
        pen.write(block.heading, 12, bold=True)
        for sentence in block.sentences:
            lines = wrapped(pen.spell(sentence), pen.face, 10.5, 240)
            for line in lines:
                pen.leaf.runs += placed(line, left, pen.y + 10.5, 10.5)
                pen.y += LEADING * 10.5
                if line is lines[0] and len(lines) > 1:
                    pen.x = left + 40
                    pen.write("Each ring shows one rate", 6, 0)
                    pen.x = left
            pen.disc(9)
        _write_rest(block, pen)
        pen.skip(8)


def in_columns(count: int, *, gap: float = 16.0, size: float = 9.5) -> Arrangement:
    """Return an arrangement: the blocks are dealt out over `count` columns, which begin at one height."""

    def arrange(page: StatisticsPage, pen: Pen) -> None:
        left, top, whole = pen.x, pen.y, pen.width
        share = -(-len(page.blocks) // count)
        column_width = (whole - gap * (count - 1)) / count
        for column in range(count):
            pen.x, pen.y, pen.width = left + column * (column_width + gap), top, column_width
            for block in page.blocks[column * share : (column + 1) * share]:
                write_block(block, pen, size)
                pen.skip(14)
        pen.x, pen.width = left, whole

    return arrange


def write_block(block: Block, pen: Pen, size: float = 10.0) -> None:
    """Write the heading, sentences, count, base and remark of a block, one below the other."""
    pen.write(block.heading, 1.15 * size, bold=True)
    for sentence in block.sentences:
        pen.write(sentence, size)
    _write_rest(block, pen, size)


def _write_rest(block: Block, pen: Pen, size: float = 10.0) -> None:
    if block.count is not None:
        pen.write(f"**{block.count.number:,}** {block.count.caption}", size)
    if block.base is not None:
        pen.write(block.base, size)
    if block.remark is not None:
        pen.write(block.remark, 0.85 * size)


# --- Tables -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TableWords:
    """The words of a report's headings and labels. The keys of the labels are names of `redress.model.measures`."""

    received: str
    decided: str
    remedied: str
    services: Mapping[str, str]
    outcomes: Mapping[str, str]
    remedies: Mapping[str, str]
    rate: str
    total: str
    group: str


@dataclass(frozen=True)
class Cell:
    """A label in a table, and the number below or beside the label."""

    label: str
    number: str


def report_cells(report: LocalAuthorityReport, words: TableWords) -> list[tuple[str, list[Cell]]]:
    """Return the tables of a report in the order of print, each as a heading and its cells."""
    received = [Cell(words.services[name], f"{count:,}") for name, count in report.received.items()]
    decided = [Cell(words.outcomes[name], f"{count:,}") for name, count in report.decisions.items()]
    tables = [
        (words.received, [*received, Cell(words.total, f"{report.received_total:,}")]),
        (
            words.decided,
            [
                *decided,
                Cell(words.rate, f"{report.uphold_rate_pct}%"),
                Cell(words.total, f"{sum(report.decisions.values()):,}"),
            ],
        ),
    ]
    if report.remedied is not None:
        remedied = [Cell(words.remedies[name], str(count)) for name, count in report.remedied.items()]
        tables.append((words.remedied, remedied))
    return tables


def report_leaves(
    content: LetterContent,
    words: TableWords,
    *,
    is_across: bool,
    is_ruled: bool,
    manner: Manner = PLAIN_MANNER,
) -> list[Leaf]:
    """Return the leaves of a report: tables of rows, or with `is_across` tables of columns on a page across; with
    or without rulings. Raise TypeError if the letter has no report.
    """
    if not isinstance(content.statistics, LocalAuthorityReport):
        raise TypeError(f"{content.statistics} is no local authority report")
    leaf = Leaf(HEIGHT, WIDTH) if is_across else Leaf()
    pen = _pen(manner, [leaf])
    pen.width, pen.bottom = leaf.width - 2 * MARGIN, leaf.height - MARGIN
    pen.write(f"Local Authority Report: {content.authority_name}", 12, bold=True)
    pen.write(f"For the period ending {content.season.period_end:%d/%m/%Y}", 10, 1.2)
    for heading, cells in report_cells(content.statistics, words):
        pen.write(heading, 10.5, 0.5, bold=True)
        if is_across:
            _columns(cells, pen, is_ruled=is_ruled, group=words.group)
        else:
            _rows(cells, pen, is_ruled=is_ruled)
        pen.skip(14)
    return pen.leaves


def _rows(cells: Sequence[Cell], pen: Pen, *, is_ruled: bool) -> None:
    """Write a table of labels with numbers beside them. If a label has several lines, its number stands beside the
    first line, or in a ruled table in the middle.
    """
    size, left, top = 9.5, pen.x, pen.y
    label_width, table_width = 250.0, 330.0
    for cell in cells:
        lines = wrapped(pen.spell(cell.label), pen.face, size, label_width - 8)
        drop = 0.5 * (len(lines) - 1) * LEADING * size if is_ruled else 0.0
        _number(cell, pen, left + table_width - 8, pen.y + size + 2 + drop, size)
        if is_ruled:
            pen.leaf.rulings.append((left, pen.y, left + table_width, pen.y))
        for line in lines:
            pen.leaf.runs += placed(line, left + 4, pen.y + size + 2, size)
            pen.y += LEADING * size
        pen.y += 4
    if is_ruled:
        pen.leaf.rulings.append((left, pen.y, left + table_width, pen.y))
        pen.leaf.rulings += [(x, top, x, pen.y) for x in (left, left + label_width, left + table_width)]


def _number(cell: Cell, pen: Pen, right: float, y: float, size: float) -> None:
    run = placed([(cell.number, pen.face.regular)], 0, y, size)[0]
    pen.leaf.runs.append(replace(run, x=right - run.width))


def _columns(cells: Sequence[Cell], pen: Pen, *, is_ruled: bool, group: str) -> None:
    """Write a table of labels with numbers below them. In a ruled table, both stand in the middle of their columns.

    If the table has a rate and `group` is given, the heading `group` stands above not upheld, upheld and the rate.
    """
    size = 7.5
    count = len(cells)
    width = min(pen.width / count, 130.0)
    lefts = [pen.x + index * width for index in range(count)]
    top = pen.y

    def put(line: Sequence[Fragment], left: float, y: float, size: float) -> None:
        runs = placed(line, left + 4, y, size)
        slack = width - 8 - sum(run.width for run in runs) if is_ruled else 0.0
        pen.leaf.runs += [replace(run, x=run.x + slack / 2) for run in runs]

    rate = next((index for index, cell in enumerate(cells) if cell.number.endswith("%")), None)
    if rate is not None and group:
        pen.leaf.runs += placed([(pen.spell(group), pen.face.bold)], lefts[rate - 2] + 3, pen.y + size + 2, size)
        pen.y += LEADING * size + 3
    labels = [wrapped(pen.spell(f"**{cell.label}**"), pen.face, size, width - 8) for cell in cells]
    for left, lines in zip(lefts, labels, strict=True):
        for index, line in enumerate(lines):
            put(line, left, pen.y + size + 2 + index * LEADING * size, size)
    pen.y += max(map(len, labels)) * LEADING * size + 6
    for left, cell in zip(lefts, cells, strict=True):
        put([(cell.number, pen.face.regular)], left, pen.y + size + 3, 8.5)
    if is_ruled:
        pen.leaf.rulings += [(pen.x, y, pen.x + count * width, y) for y in (top, pen.y, pen.y + 18)]
        pen.leaf.rulings += [(x, top, x, pen.y + 18) for x in (*lefts, pen.x + count * width)]
    pen.y += 22


def older_leaves(content: LetterContent) -> list[Leaf]:
    """Return the pages (leaves) with the tables of 2010 to 2012: enquiries of the advice team, decisions of the
    investigative team, and response times. Raise TypeError if the letter has no such tables.
    """
    figures = content.statistics
    if not isinstance(figures, OlderTables):
        raise TypeError(f"{figures} is not of the older tables")
    pen = Pen([Leaf()])
    pen.write(f"Complaints about {content.authority_name}", 12, 1.2, bold=True)
    pen.write(f"For the period ending {content.season.period_end:%d/%m/%Y}", 10, 1.2)
    for heading, counts in (
        ("Enquiries and complaints received: advice team", figures.enquiries),
        ("Decisions: investigative team", figures.decisions),
    ):
        pen.write(heading, 10.5, 0.5, bold=True)
        _rows([Cell(name, str(count)) for name, count in counts.items()], pen, is_ruled=True)
        pen.skip(14)
    pen.write("Response times", 10.5, 0.5, bold=True)
    _rows([Cell("Average number of days to respond", str(figures.response_days))], pen, is_ruled=True)
    return pen.leaves
