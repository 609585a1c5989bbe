"""Text files (.txt, .md) to a document: every line is a segment, its place the line's number."""

import re

from redress.letters.document import Document, Page, Segment, Word, plain

LINE_HEIGHT_POINTS = 12.0
CHARACTER_WIDTH_POINTS = 6.0
PAGE_WIDTH_POINTS = 80 * CHARACTER_WIDTH_POINTS

_MARKUP = re.compile(r"</?(?:u|b|i|strong|em|br)\s*/?>|\*\*|__", re.I)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_LEADING = re.compile(r"^(\s*)(?:#{1,6}\s+|>\s+|[-*•]\s+)")


def document_from_text(content: str) -> Document:
    """The lines of a text file, with Markdown's marks taken off, as one page of segments.

    A line's place on that page is made from its number and its columns, so that the same reading works on
    it as on a printed page; the evidence of a figure is the number of its line.
    """
    segments = []
    for number, raw in enumerate(content.splitlines(), start=1):
        text = plain(_LINK.sub(r"\1", _MARKUP.sub("", _LEADING.sub(r"\1", raw))))
        words: list[Word] = []
        for match in re.finditer(r"\S+", text):
            if words and match.start() * CHARACTER_WIDTH_POINTS - words[-1].x1 > 2 * CHARACTER_WIDTH_POINTS:
                segments.append(Segment(tuple(words)))
                words = []
            words.append(_word(match.group(), number, match.start()))
        if words:
            segments.append(Segment(tuple(words)))
    height = LINE_HEIGHT_POINTS * (len(content.splitlines()) + 1)
    return Document(pages=(Page(1, PAGE_WIDTH_POINTS, height, tuple(segments)),))


def _word(text: str, line: int, column: int) -> Word:
    top = line * LINE_HEIGHT_POINTS
    return Word(
        text=text,
        page=1,
        x0=column * CHARACTER_WIDTH_POINTS,
        top=top,
        x1=(column + len(text)) * CHARACTER_WIDTH_POINTS,
        bottom=top + 0.8 * LINE_HEIGHT_POINTS,
        size=10.0,
        line=line,
    )
