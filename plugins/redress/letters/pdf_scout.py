"""The scout: a quick look at a PDF that says which pages are worth measuring. It never decides a verdict.

Measuring a page (pdfplumber) takes fifty times as long as taking its text (pdfium). Figures stand on one or two
of a letter's pages, so only those are measured; the first page, for the header, is placed by pdfium's own boxes,
and of the others only the text is taken. Where anything is unusual the scout gives up, and all is measured.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium

from redress.letters.document import Page, Segment, Word, plain, segments_of

_WORTH_MEASURING = re.compile(
    r"complaints we investigated were upheld|statistics are based on|were due for compliance|did not uphold any"
    r"|in similar (?:authorities|councils|organisations)|we dealt with [\d,]+ complaints?|and upheld \d"
    r"|^\s*(?:complaints upheld|compliance with (?:the )?(?:ombudsman(?:'?s)?)?(?: recommendations)?"
    r"|satisfactory remed(?:y|ies) provided by the(?: authority| council| organisation)?|complaints? overview"
    r"|local authority report.*|decisions made|complaints remedied"
    r"|(?:complaints|enquiries)(?: (?:and|&) (?:complaints|enquiries))? received)\s*:?\s*$"
    r"|referred back|per 100,000|uphold rate|not upheld|advice team|mi reps|we received [\d,]+ complaints",
    re.IGNORECASE | re.MULTILINE,
)
"""Words that stand where figures stand. It may name a page too many; it must not miss one."""
_LINE_POINTS = 12.0


@dataclass(frozen=True)
class Scouted:
    """What the scout saw: the pages placed lightly, and the numbers of those that have to be measured."""

    light: dict[int, Page]
    to_measure: tuple[int, ...]
    page_count: int


def page_count(content: bytes) -> int | None:
    """How many pages a PDF has, or None where pdfium cannot open it."""
    try:
        with pdfium.PdfDocument(content) as pdf:
            return len(pdf)
    except pdfium.PdfiumError:
        return None


def scout(content: bytes) -> Scouted | None:
    """A quick look at a PDF, or None where it cannot be trusted and every page has to be measured.

    That is where pdfium cannot open the file, where a page is turned, where a page has no text at all (it may be
    a picture of some), or where no page shows the words that stand beside figures.
    """
    try:
        with pdfium.PdfDocument(content) as pdf:
            texts: list[str] = []
            light: dict[int, Page] = {}
            for index in range(len(pdf)):
                page = pdf[index]
                if page.get_rotation() != 0:
                    return None
                textpage = page.get_textpage()
                text = plain(textpage.get_text_range())
                if not text.strip():
                    return None
                texts.append(text)
                light[index + 1] = (
                    _placed(textpage, page, index + 1) if index == 0 else _listed(text, page, index + 1)
                )
                textpage.close()
                page.close()
    except pdfium.PdfiumError:
        return None
    worth = [number for number, text in enumerate(texts, start=1) if _WORTH_MEASURING.search(text)]
    if not worth:
        return None
    # A block may go on over the page, so the page behind is measured too.
    to_measure = {number + step for number in worth for step in (0, 1) if number + step <= len(texts)}
    return Scouted(light, tuple(sorted(to_measure)), len(texts))


def _placed(textpage: pdfium.PdfTextPage, page: pdfium.PdfPage, number: int) -> Page:
    """A page's words where pdfium's boxes put them."""
    width, height = page.get_size()
    left, _, _, upper = page.get_cropbox()
    text = textpage.get_text_range()
    words: list[Word] = []
    for match in re.finditer(r"\S+", text):
        start, end = match.start(), match.end() - 1
        first = textpage.get_charbox(start, loose=True)
        last = textpage.get_charbox(end, loose=True)
        spelled = plain(match.group())
        if spelled:
            words.append(
                Word(
                    text=spelled,
                    page=number,
                    x0=first[0] - left,
                    top=upper - first[3],
                    x1=last[2] - left,
                    bottom=upper - first[1],
                    size=round(first[3] - first[1], 1),
                )
            )
    return Page(number, width, height, segments_of(words))


def _listed(text: str, page: pdfium.PdfPage, number: int) -> Page:
    """A page's lines, one below the other: their order is what matters of a page of prose."""
    width, height = page.get_size()
    return Page(number, width, height, tuple(_lines(text, number)))


def _lines(text: str, number: int) -> Iterator[Segment]:
    for index, line in enumerate(text.splitlines()):
        top = (index + 1) * _LINE_POINTS
        words = tuple(Word(word, number, 0.0, top, 1.0, top + _LINE_POINTS - 2, 10.0) for word in line.split())
        if words:
            yield Segment(words)
