"""The header of a letter: its addressee, its date, and the years that it states."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from redress.model.letter import Header, StatedYear
from redress.model.season import season_of_period_end
from redress.read.layouts.layout import Period
from redress.read.page.dates import A_DATE, read_date
from redress.read.page.document import Document, Segment, squeezed
from redress.read.signatory import SALUTATION

_DATE_LINE = re.compile(
    rf"(?:date\s*:?\s*)?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?P<date>{A_DATE})", re.IGNORECASE
)
_SENT_BY = re.compile(r"(?:sent\s+)?by\s+e-?mail\b.*|(?:private and )?confidential", re.IGNORECASE)
_TITLE = re.compile(
    r"annual\s+(?:review\s+)?letter\s*[-:,]?\s*(?P<first>20\d\d)(?:\s*[-/]\s*(?P<second>20\d\d|\d\d))?\.?",
    re.IGNORECASE,
)
_YEAR_ENDING = re.compile(
    rf"for\s+the\s+(?:year|period)\s+(?:ending|ended)\s*:?\s*(?P<date>{A_DATE})", re.IGNORECASE
)
_AN_OFFICE = (
    r"(?:(?:interim|acting|joint|shared|deputy|temporary)\s+)*"
    r"(?:chief\s+(?:executive(?:\s+officer)?|(?:operating|fire)\s+officer|officer)|director\s+general"
    r"|(?:managing|city|borough|county|executive|strategic|corporate|group)\s+director|county\s+manager"
    r"|town\s+clerk|head\s+of\s+(?:the\s+)?paid\s+service|returning\s+officer|director\s+of\s+\w+|commissioner)"
)
_OFFICE = re.compile(
    rf"\b(?:group\s+|strategic\s+)?{_AN_OFFICE}(?:(?:\s*(?:,|/|&|\band\b)\s*|[ ]*\n[ ]*){_AN_OFFICE})*\b",
    re.IGNORECASE,
)
"""The offices that letters are addressed to, such as a chief executive."""
_BODY = re.compile(
    r"\b(?:council|authority|corporation|borough|city\s+of|county\s+of|isles\s+of|service|transport\s+for"
    r"|assembly)\b",
    re.IGNORECASE,
)
"""Words in the names of authorities, such as "council". Names of people and of streets do not have them."""
_OF = re.compile(r"^(?:\([^()]*\)\s*)?(?:(?:of|for|at|to|-)\s+)?", re.IGNORECASE)
"""Words that can stand between an office and an authority on one line."""
_LINE_BREAK = re.compile(r"(?<!and)(?<![&/,])[ ]*\n[ ]*(?!and\b|[&/])", re.IGNORECASE)
"""A line break between two offices without a joining word."""
_AND = re.compile(r"^(?:and\b|[ ,&])+|(?:\band|[ ,&])+$", re.IGNORECASE)
_COUNCIL_ALONE = re.compile(
    r"(?!Councils?\b)[A-Z][\w',&. -]*\sCouncil|(?:London|Royal)\s+Borough\s+of\s+[A-Z][\w' -]*"
)
"""A line of an address that is a council's name and nothing else."""
_STREET = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b|^\d+[a-z]?[,\s]"
    r"|\b(?:street|road|lane|house|offices?|hall|centre|square|avenue|po\s+box)\b",
    re.IGNORECASE,
)
"""A postcode, a house's number, or a word such as "street" or "house"."""
_NO_NAME = re.compile(r"\d|ombudsman|\bref\b|@|www\.", re.IGNORECASE)
"""Words and signs in lines that are not a person's name."""
_LEFT_ALIGNED_POINTS = 6.0
_ADDRESS_GAP_EMS = 1.0
"""The largest gap between two lines of one address, in units of type size."""
_SPREAD_GAP_EMS = 5.0
"""The widest gap between two words of a justified line, in units of type size."""


@dataclass(frozen=True)
class _Addressee:
    name: str | None = None
    title: str | None = None
    authority: str | None = None


def read_header(document: Document) -> Header:
    """Return what a document says about its letter: the addressee, the date, the season, the period's end and the
    pages. If the document does not say one of these, the field for it is None.

    `season` comes from the words "for the year ending ..."; without such words, from the year in the title; without
    a title, from the letter's date. `stated_years` holds each of these years with its words, for the rule that
    compares the years.
    """
    salutation = _first(document, SALUTATION)
    above = _above(document, salutation)
    letter_date, date_words = _letter_date(above)
    addressee = _addressee(above, salutation, document.heading)
    years: list[StatedYear] = []
    if letter_date is not None:
        years.append(StatedYear("the letter's date", letter_date.year, date_words))
    years += _title_years(document)
    endings = list(_year_endings(document))
    years += [StatedYear("the year ending", season_of_period_end(day), words) for day, words in endings]
    return Header(
        season=_season(years),
        authority_name=addressee.authority,
        addressee_name=addressee.name,
        addressee_title=addressee.title,
        letter_date=letter_date,
        period_end=endings[0][0] if len({day for day, _ in endings}) == 1 else None,
        page_count=document.page_count,
        letter_pages=_pages_of(document),
        stated_years=tuple(years),
    )


def with_periods(header: Header, periods: Sequence[Period], headings: Iterable[StatedYear] = ()) -> Header:
    """Return the header with the period that the statistics name, with all years that the statistics state, and
    with the season that follows from these years. `headings` has the years in the headings of the statistics.

    If the statistics name several first days of the period, the header has no first day. If they name several last
    days, the header has no last day.
    """
    years = [*header.stated_years, *(year for period in periods for year in _period_years(period)), *headings]
    starts = {period.start for period in periods if period.start is not None}
    ends = {period.end for period in periods if period.end is not None} or (
        {header.period_end} if header.period_end is not None else set()
    )
    return replace(
        header,
        season=_season(years),
        period_start=starts.pop() if len(starts) == 1 else None,
        period_end=ends.pop() if len(ends) == 1 else None,
        stated_years=tuple(years),
    )


def _pages_of(document: Document) -> tuple[int, int] | None:
    """Return the page numbers, within the file, of a document's first and last page. Return None if the file has no
    pages.
    """
    if document.page_count is None:
        return None
    return document.pages[0].number, document.pages[-1].number


def _period_years(period: Period) -> Iterator[StatedYear]:
    if period.end is not None:
        yield StatedYear("the period's end", season_of_period_end(period.end), period.text)
    if period.start is not None:
        yield StatedYear("the period's start", season_of_period_end(period.start), period.text)


def _season(years: Sequence[StatedYear]) -> int | None:
    by_trust = ("the period's end", "the year ending", "the title", "the letter's date")
    for where in by_trust:
        for year in years:
            if year.where == where:
                return year.season
    return None


def _first(document: Document, pattern: re.Pattern[str]) -> Segment | None:
    return next((segment for segment in document.segments if pattern.fullmatch(segment.text)), None)


def _above(document: Document, salutation: Segment | None) -> tuple[Segment, ...]:
    """Return the lines above the salutation on its page. If there is no salutation, return the lines in the upper
    half of the first page.
    """
    first = document.pages[0]
    if salutation is None:
        return tuple(segment for segment in first.segments if segment.bottom <= first.height / 2)
    page = next(page for page in document.pages if page.number == salutation.page)
    return tuple(segment for segment in page.segments if segment.bottom <= salutation.top + 1)


def _letter_date(above: Sequence[Segment]) -> tuple[dt.date | None, str]:
    for segment in above:
        match = _DATE_LINE.fullmatch(segment.text)
        if match and (day := read_date(match["date"])) is not None:
            return day, segment.text
    return None, ""


def _title_years(document: Document) -> Iterator[StatedYear]:
    for segment in document.segments:
        match = _TITLE.fullmatch(segment.text)
        if match is None:
            continue
        first, second = int(match["first"]), match["second"]
        season = first if second is None else first - first % 100 + int(second[-2:])
        yield StatedYear("the title", season, segment.text)


def _year_endings(document: Document) -> Iterator[tuple[dt.date, str]]:
    for match in _YEAR_ENDING.finditer(document.text):
        if (day := read_date(match["date"])) is not None:
            yield day, match.group()


def _addressee(above: Sequence[Segment], salutation: Segment | None, heading: str | None) -> _Addressee:
    """Return the addressee: name, office and authority. The lines above "Dear ..." give them, each on a line of its
    own or together on one line. If there is no salutation, return only the authority in the heading of a web page.
    """
    if salutation is None:
        return _Addressee(authority=_headed(heading))
    beside = _addressed(_left_lines(above, salutation), salutation)
    if beside.authority is not None:
        return beside
    elsewhere = (_addressed(lines, salutation) for lines in _groups_around_an_office(above))
    return next((addressee for addressee in elsewhere if addressee.authority is not None), beside)


def _addressed(lines: Sequence[str], salutation: Segment) -> _Addressee:
    """Return the addressee that the lines of one address name."""
    texts = [
        line
        for line in lines
        if not (_DATE_LINE.fullmatch(line) or _SENT_BY.fullmatch(line) or SALUTATION.fullmatch(line))
    ]
    address = "\n".join(texts)
    office = _OFFICE.search(address)
    if office is not None:
        *above, before = address[: office.start()].split("\n")
        rest, *below = address[office.end() :].split("\n")
        person = before.strip(" ,") or ("" if not above or _NO_NAME.search(above[-1]) else above[-1].strip(" ,"))
        title = " ".join(_LINE_BREAK.sub(", ", office.group()).split())
        return _Addressee(person or None, title, _authority(_OF.sub("", rest.strip(" ,")), below))
    greeted = SALUTATION.fullmatch(salutation.text)
    addressed = greeted["name"] if greeted and greeted["name"] in texts else None
    bodies = [text for text in texts if _BODY.search(text) and "ombudsman" not in text.casefold()]
    return _Addressee(addressed, None, bodies[0] if len(bodies) == 1 else None)


def _authority(beside: str, below: Sequence[str]) -> str | None:
    """Return the authority's name from the words beside the addressee's office and from the lines below the office.
    Several names are joined by "and". Return None if no name is found.

    If councils share an officer, their names can stand side by side or one below the other.
    """
    lines = [beside, *below] if beside else list(below)
    name = beside if _BODY.search(beside) else None
    if name is None:
        goes_on = bool(below) and bool(_BODY.search(below[0])) and not _STREET.search(below[0])
        name = beside if beside and not goes_on else _authority_name(lines)
    if name is None:
        return None
    name = _AND.sub("", name)
    lines_alone = (_AND.sub("", line) for line in lines)
    further = [
        line for line in lines_alone if _COUNCIL_ALONE.fullmatch(line) and squeezed(line) not in squeezed(name)
    ]
    return " and ".join([name, *further])


def _groups_around_an_office(above: Sequence[Segment]) -> Iterator[list[str]]:
    """For each line that names an office, yield the lines of the address around this line. So an address is also
    found if it does not begin at the salutation's left edge.
    """
    for office in above:
        if not _OFFICE.search(office.text):
            continue
        group = [office]
        for segment in sorted(above, key=lambda segment: segment.top):
            if segment.top >= office.bottom - 1 and _goes_on(group[-1], segment):
                group.append(segment)
        for segment in sorted(above, key=lambda segment: -segment.top):
            if segment.bottom <= office.top + 1 and _goes_on(segment, group[0]):
                group.insert(0, segment)
        yield [segment.text for segment in group]


def _goes_on(upper: Segment, lower: Segment) -> bool:
    """Return whether a line follows closely below another line, and their left edges, middles or right edges
    are nearly equal.
    """
    off = min(
        abs(upper.x0 - lower.x0), abs(upper.x1 - lower.x1), abs(upper.x0 + upper.x1 - lower.x0 - lower.x1) / 2
    )
    return off <= _LEFT_ALIGNED_POINTS and lower.top - upper.bottom <= _ADDRESS_GAP_EMS * lower.size


def _left_lines(above: Sequence[Segment], salutation: Segment) -> list[str]:
    """Return the lines that begin at the salutation's left edge. The pieces of a justified line are joined."""
    starts = [s for s in above if abs(s.x0 - salutation.x0) <= _LEFT_ALIGNED_POINTS]
    lines: list[str] = []
    for start in sorted(starts, key=lambda segment: segment.top):
        line = [start]
        for segment in sorted(above, key=lambda segment: segment.x0):
            gap = segment.x0 - line[-1].x1
            if abs(segment.bottom - start.bottom) <= 0.3 * start.size and 0 < gap <= _SPREAD_GAP_EMS * start.size:
                line.append(segment)
        lines.append(" ".join(segment.text for segment in line))
    return lines


def _headed(heading: str | None) -> str | None:
    """Return the authority in the heading of a web page, such as "Wexmarsh District Council statistics"."""
    if heading is None or not _BODY.search(heading):
        return None
    return re.sub(r"(?:'s)?[\s:|-]+(?:statistics|performance|complaint\w*).*$", "", heading, flags=re.IGNORECASE)


def _authority_name(lines: Sequence[str]) -> str | None:
    """Return the authority's name from the lines below the addressee's office (such as "Chief Executive"). The name
    ends with the first line that has a word such as "Council", or before a street. Return None if no line can be
    the name.
    """
    name = ""
    for line in lines:
        if name and _STREET.search(line):
            break
        name = f"{name} {line}".strip()
        if _BODY.search(line):
            break
    if not name or (not _BODY.search(name) and len(lines) != 1 and _STREET.search(name)):
        return None
    return name.rstrip(" ,")
