"""Scope: check whether the statistics say that they are about another authority or another year than the letter.

Statistics name an authority in the heading of a report, in the sentence that adjusts for a population, and on lines
of the pages that follow the signature. If this name differs from the authority in the header, a person has to look:
the page may come from another letter, or the letter may be about a council whose work its addressee took over. A
person also has to look if a label says that figures are about last year, all councils or another body, or are only
targets or estimates.
"""

import re
from collections.abc import Iterator, Sequence

from redress.model.letter import Conflict, Figure, Header, StatedYear
from redress.model.season import season_of_period_end
from redress.read.council_names import COUNCIL_NAME, is_another
from redress.read.page.dates import A_DATE, read_date
from redress.read.page.document import Document, Segment, squeezed
from redress.read.statistics import signature_of

_REPORT_OF = re.compile(r"local\s+authority\s+report\s*[:\-,]?\s+(?:for\s+|of\s+)?(?P<name>.+)", re.IGNORECASE)
_POPULATION_OF = re.compile(r"Adjusted\s+for\s+(?P<name>.+?)'?s?'?\s+population\b", re.IGNORECASE)
_PERIOD = re.compile(r"(?<![\d/.-])(?P<first>20\d\d)\s*[-/]\s*(?P<second>20\d\d|\d\d)(?![\d/.-])")
_A_DAY = re.compile(A_DATE)
_YEAR_OF_A_LETTER = re.compile(
    r"(?=.*(?:annual|statistic|figure|performance|decision|complaint|result))"
    r"[A-Za-z '&,:()-]*(?P<year>20\d\d)[ :)]*",
    re.IGNORECASE,
)
MOST_HEADING_WORDS = 10
MOST_WORDS = 12
"""If a line has more words, it is prose, which may mention any authority."""
LINE_GAP_EMS = 0.8
"""The largest gap between two lines of one paragraph, in units of type size."""
_OTHERS = re.compile(
    r"(?=.{2,60}$)(?:.*(?:lastyear|previousyear|prioryear|yearbefore|yearearlier|nationally|nationalfigure"
    r"|nationalaverage|nationalrate|specimenof|anexampleof|allcouncils|allauthorities|careprovider|inengland|perauthority|percouncil).*"
    r"|target|over|upto|atleast|atmost|about|around|nearly|almost|some|morethan|lessthan|under|below|provisional"
    r"|estimated?|national|average)[:.]?"
)
"""Labels, in small letters without spaces, that put figures in doubt: labels of another authority or year, of an
average, a target or an estimate, and words such as "over" or "about"."""
_YEARS = re.compile(r"(?:in)?20\d\d(?:[-/](?:20)?\d\d)?[:.]?")


def doubts_of_scope(document: Document, header: Header, figures: Sequence[Figure]) -> tuple[Conflict, ...]:
    """Return a conflict for each name of another authority in the statistics, and for each label that says that
    figures are about another authority or year, or are only targets or estimates.
    """
    return (*_other_authorities(document, header, figures), *_other_labels(document, header))


def _other_authorities(document: Document, header: Header, figures: Sequence[Figure]) -> Iterator[Conflict]:
    if header.authority_name is None:
        return
    for names, words in dict.fromkeys(names_in_statistics(document, figures)):
        if all(is_another(name, header.authority_name) for name in names):
            yield Conflict(
                "upheld_count", f'the letter is to {header.authority_name}; "{words}" is in its statistics'
            )


def names_in_statistics(document: Document, figures: Sequence[Figure]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each name of an authority in the statistics, with the words around the name. Each name is given as a
    tuple of its possible forms. A name that may go on in the next line has two forms: without the next line and
    with it.
    """
    for figure in figures:
        if match := _POPULATION_OF.search(figure.sentence):
            yield (match["name"],), match.group()
    for line in document.segments:
        if line.text[:1] in "lL" and (match := _REPORT_OF.fullmatch(line.text)):
            yield (match["name"], f"{match['name']} {_line_below(line, document)}"), line.text
    sentences = [squeezed(figure.sentence) for figure in figures]
    for line in _pages_behind(document):
        letters = line.squeezed.casefold()
        if "council" not in letters and "borough" not in letters:
            continue
        if any(line.squeezed in sentence for sentence in sentences):
            continue  # a line of the sentence on the population, yielded above
        for match in COUNCIL_NAME.finditer(_in_small_letters(line.text) if line.text.isupper() else line.text):
            yield (match.group(),), line.text


def _in_small_letters(text: str) -> str:
    """Return a line of capitals in ordinary letters. Names begin with capitals, and the words between names do
    not.
    """
    return re.sub(r"\b(?:By|The|With|In|For|From|To|Your|About)\b", lambda word: word.group().lower(), text.title())


def _line_below(line: Segment, document: Document) -> str:
    """Return the text of the line that follows closely below another line in the same type size. A long heading may
    go on there. Return an empty text if there is no such line.
    """
    below = (
        other.text
        for other in document.segments
        if other.page == line.page
        and -0.3 * line.size < other.top - line.bottom <= LINE_GAP_EMS * line.size
        and abs(other.size - line.size) <= 0.02 * line.size
    )
    return next(below, "")


def _pages_behind(document: Document) -> tuple[Segment, ...]:
    """Return the short lines of the pages that follow the page with the signature."""
    signature = signature_of(document)
    if signature is None:
        return ()
    return tuple(s for s in document.segments if s.page > signature.page and len(s.words) <= MOST_WORDS)


def _other_labels(document: Document, header: Header) -> Iterator[Conflict]:
    lines = _pages_behind(document)
    own_years = set() if header.season is None else {header.season - 1, header.season}
    for label in lines:
        words = label.squeezed.casefold()
        years = {int(year) for year in re.findall(r"20\d\d", words)}
        is_other_year = _YEARS.fullmatch(words) is not None and bool(own_years) and not years <= own_years
        if (is_other_year or _OTHERS.fullmatch(words)) and not _is_in_a_paragraph(label, document):
            yield Conflict("upheld_count", f'"{label.text}" is in the statistics; nobody can say of which figures')


def years_of_headings(document: Document) -> Iterator[StatedYear]:
    """Yield the years in the headings of the pages that follow the signature, such as "Complaint statistics
    2019-20".
    """
    for line in _pages_behind(document):
        if "20" not in line.text or len(line.words) > MOST_HEADING_WORDS or line.text.endswith("."):
            continue
        seasons = tuple(_seasons(line.text))
        if seasons and not _is_in_a_paragraph(line, document):
            yield from (StatedYear("a heading of the statistics", season, line.text) for season in seasons)


def _seasons(heading: str) -> Iterator[int]:
    """Yield the seasons that a heading names. It names a season by a period, by the first or last day of a period,
    or by the year of a letter.
    """
    for match in _PERIOD.finditer(heading):
        first, second = int(match["first"]), int(match["second"][-2:])
        if (first + 1) % 100 == second:
            yield first + 1
    for match in _A_DAY.finditer(heading):
        day = read_date(match.group())
        if day is not None and (day.month, day.day) in ((4, 1), (3, 31)):
            yield season_of_period_end(day)
    if of_a_letter := _YEAR_OF_A_LETTER.fullmatch(heading):
        yield int(of_a_letter["year"])


def _is_in_a_paragraph(line: Segment, document: Document) -> bool:
    """Return whether a line continues an unfinished line above it, and so is not a label."""
    return any(
        above is not line
        and above.page == line.page
        and above.overlap(line) > 0
        and not above.text.endswith((".", ":"))
        and len(above.words) > MOST_WORDS // 2
        and -0.5 * line.size <= line.top - above.bottom <= LINE_GAP_EMS * line.size
        for above in document.segments
    )
