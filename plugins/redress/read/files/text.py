"""Text files (.txt, .md) to a document: every line is a segment, its place the line's number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from redress.read.page.document import Document, Page, Segment, Word, plain

LINE_HEIGHT_POINTS = 12.0
CHARACTER_WIDTH_POINTS = 6.0
PAGE_WIDTH_POINTS = 80 * CHARACTER_WIDTH_POINTS

_MARKUP = re.compile(r"</?(?:u|b|i|strong|em|br)\s*/?>|\*\*|__", re.I)
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^()]{0,500}\)")
_LEADING = re.compile(r"^(\s*)(?:#{1,6}\s+|>\s+|[-*•]\s+)")


@dataclass(frozen=True)
class Line:
    """One line of text: its number in its file (the first is 1), and the row on which it is laid out."""

    text: str
    number: int
    row: int


def document_from_text(content: str) -> Document:
    """The lines of a text file, with Markdown's marks taken off, as one page of segments."""
    return document_from_lines(
        Line(_LINK.sub(r"\1", _MARKUP.sub("", _LEADING.sub(r"\1", raw))), number, number)
        for number, raw in enumerate(content.splitlines(), start=1)
    )


def document_from_lines(lines: Iterable[Line], heading: str | None = None) -> Document:
    """Return lines as one page of segments.

    A line's place on the page is made from its row and its columns, so that a text is read like a printed page. The
    evidence of a figure is the number of its line.
    """
    segments: list[Segment] = []
    last_row = 0
    for line in lines:
        last_row = line.row
        words: list[Word] = []
        for match in re.finditer(r"\S+", plain(line.text)):
            if words and match.start() * CHARACTER_WIDTH_POINTS - words[-1].x1 > 2 * CHARACTER_WIDTH_POINTS:
                segments.append(Segment(tuple(words)))
                words = []
            words.append(_word(match.group(), line, match.start()))
        if words:
            segments.append(Segment(tuple(words)))
    height = LINE_HEIGHT_POINTS * (last_row + 2)
    return Document(pages=(Page(1, PAGE_WIDTH_POINTS, height, tuple(segments)),), heading=heading)


def _word(text: str, line: Line, column: int) -> Word:
    top = line.row * LINE_HEIGHT_POINTS
    return Word(
        text=text,
        page=1,
        x0=column * CHARACTER_WIDTH_POINTS,
        top=top,
        x1=(column + len(text)) * CHARACTER_WIDTH_POINTS,
        bottom=top + 0.8 * LINE_HEIGHT_POINTS,
        size=10.0,
        line=line.number,
    )
