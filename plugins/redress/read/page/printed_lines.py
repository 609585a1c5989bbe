"""The printed lines of a page in the order in which people read them: column by column, each from top to bottom."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from redress.model.letter import Box
from redress.read.page.document import Page, Segment

NARROWEST_COLUMN_POINTS = 40.0
LINES_OF_A_COLUMN = 4
"""If a column stands to the right of another column, it has at least this many lines with one left edge."""
MARGIN_SHARE = 0.085
"""Running headers and footers lie within this share of a page's height from its upper and lower edges."""

_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-|]?\s*\d{1,3}\s*[-|]?(?:\s*(?:of|/)\s*\d{1,3})?", re.IGNORECASE)


@dataclass(frozen=True)
class PrintedLine:
    """A line of one column. `column` is the column's number, counted from 0 at the left.

    `place` has the line's edges in reading direction: x0, top, x1, bottom in points. `box` is the line's place on
    the page as shown. In a text file `box` is None, and `number` is the line's number.
    """

    text: str
    page: int
    place: Box
    size: float
    box: Box | None = None
    number: int | None = None
    is_ocr: bool = False
    column: int = 0


def lines_of(page: Page, running: frozenset[str] = frozenset()) -> list[PrintedLine]:
    """Return a page's lines by columns, from left to right, and in each column from top to bottom.

    `running` has the texts of running headers and footers, as `running_texts` returns them. A line in the upper or
    lower margin is left out if it is a page number or has one of these texts.
    """
    rows = _rows([line for segment in page.segments for line in _printed_lines(segment)])
    edges = _edges(rows)
    lines: list[PrintedLine] = []
    for row in rows:
        pieces: dict[int, list[PrintedLine]] = {}
        for line in row:
            pieces.setdefault(sum(line.place[0] >= edge - 3.0 for edge in edges), []).append(line)
        lines += (_beside(own, column) for column, own in pieces.items())
    return sorted((line for line in lines if not _is_running(line, page, running)), key=lambda line: line.column)


def _printed_lines(segment: Segment) -> list[PrintedLine]:
    """Return the printed lines of a segment. A segment whose words were not measured one by one gives one line for
    each of its printed rows. Any other segment gives one line.
    """
    if segment.rows:
        return [PrintedLine(text, segment.page, box, box[3] - box[1], box) for text, box in segment.rows]
    boxes = [word.box for word in segment.words if word.box is not None]
    first = segment.words[0]
    if not boxes and first.line is None:
        return []
    return [
        PrintedLine(
            segment.text,
            segment.page,
            (segment.x0, segment.top, segment.x1, segment.bottom),
            segment.size,
            around_all(boxes) if boxes else None,
            first.line,
            any(word.is_ocr for word in segment.words),
        )
    ]


def _beside(lines: Sequence[PrintedLine], column: int) -> PrintedLine:
    """Join the pieces of one line, from left to right, into one line of a column."""
    boxes = [line.box for line in lines if line.box is not None]
    return replace(
        lines[0],
        text=" ".join(line.text for line in lines),
        place=around_all([line.place for line in lines]),
        box=around_all(boxes) if boxes else None,
        is_ocr=any(line.is_ocr for line in lines),
        column=column,
    )


def _rows(lines: Sequence[PrintedLine]) -> list[list[PrintedLine]]:
    """Return the lines of a page in groups of lines that stand side by side: the groups from top to bottom, the
    lines of a group from left to right.
    """
    rows: list[list[PrintedLine]] = []
    for line in sorted(lines, key=lambda line: (line.place[1] + line.place[3], line.place[0])):
        top, bottom = line.place[1], line.place[3]
        if rows:
            last = rows[-1][0].place
            shared = min(last[3], bottom) - max(last[1], top)
            is_beside = all(
                line.place[0] >= other.place[2] or line.place[2] <= other.place[0] for other in rows[-1]
            )
            if shared > 0.6 * min(last[3] - last[1], bottom - top) and is_beside:
                rows[-1].append(line)
                continue
        rows.append([line])
    for row in rows:
        row.sort(key=lambda line: line.place[0])
    return rows


def _edges(rows: Sequence[Sequence[PrintedLine]]) -> list[float]:
    """Return the left edges of all columns but the first. Several lines begin at such an edge, and few lines cross
    the edge.

    A line that is above or below all lines of the column may cross the edge, because a heading above two columns
    may be as wide as both columns.
    """
    later = [line for row in rows for line in row[1:]]
    begins = Counter(round(line.place[0]) for line in later)
    edges: list[float] = []
    for edge in sorted(begins):
        own = [line for line in later if abs(line.place[0] - edge) < 1.5]
        if len(own) < LINES_OF_A_COLUMN or (edges and edge - edges[-1] <= NARROWEST_COLUMN_POINTS):
            continue
        top, bottom = min(line.place[1] for line in own), max(line.place[3] for line in own)
        beside = [line for row in rows for line in row if top <= line.place[1] and line.place[3] <= bottom]
        crossing = sum(line.place[0] < edge - 3 < line.place[2] - 3 for line in beside)
        if 3 * crossing < len(own):
            edges.append(float(edge))
    return edges


def running_texts(pages: Sequence[Page]) -> frozenset[str]:
    """Return the texts of lines that stand in the upper or lower margins of several pages. The texts are in small
    letters, with "#" in place of each number.
    """
    seen: dict[str, set[int]] = {}
    for page in pages:
        for line in (line for segment in page.segments for line in _printed_lines(segment)):
            if _is_in_margin(line, page):
                seen.setdefault(_as_running(line.text), set()).add(page.number)
    return frozenset(text for text, numbers in seen.items() if len(numbers) > 1)


def _is_running(line: PrintedLine, page: Page, running: frozenset[str]) -> bool:
    return _is_in_margin(line, page) and (
        _as_running(line.text) in running or _PAGE_NUMBER.fullmatch(line.text) is not None
    )


def _is_in_margin(line: PrintedLine, page: Page) -> bool:
    height = max(page.height, 1.0)
    return line.place[3] <= MARGIN_SHARE * height or line.place[1] >= (1 - MARGIN_SHARE) * height


def _as_running(text: str) -> str:
    return re.sub(r"\d+", "#", text).casefold()


def around_all(boxes: Sequence[Box]) -> Box:
    """Return the smallest box around some boxes."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
