"""Local authority report (2014 to 2018): three tables on pages after the letter, and their totals.

    Complaints and enquiries received: one count for each service
    Decisions made: one count for each outcome of a complaint, and the uphold rate
    Complaints remedied (from 2016): by the Ombudsman; satisfactorily by the authority

A table is recognised by its labels, because its heading is worded in several ways. A number belongs to the service
or the outcome that its label names. If the label names none or two, the number belongs to nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from redress.model.letter import Figure
from redress.model.measures import half_up_pct
from redress.read.layouts.layout import Statistics, absences, agreed
from redress.read.page.blocks import Block, blocks_of
from redress.read.page.document import Document, Page
from redress.read.page.headings import heading_pattern, headings_of
from redress.read.page.label_pairs import paired
from redress.read.page.numbers import read_number
from redress.read.page.sentences import Sentence, around
from redress.read.page.tables import LabelledNumber, cells, labelled_numbers
from redress.read.statistics import is_behind, signature_of

FIRST_SEASON_REMEDIED = 2016

Labels = Mapping[str, Mapping[str, re.Pattern[str]]]
LABELS: Labels = {
    measure: {category: re.compile(label.replace(" ", "")) for category, label in labels.items()}
    for measure, labels in {
        "received_count": {
            "adult_social_care": r".*adult (?:social )?care.*",
            "benefits_and_tax": r".*benefits?.*tax.*",
            "corporate_and_other": r".*corporate.*",
            "education_and_childrens": r".*(?:education|children).*",
            "environment": r".*environment.*",
            "highways_and_transport": r".*(?:highway|transport).*",
            "housing": r".*housing(?!.*benefit).*",
            "planning_and_development": r".*planning.*",
            "other": r"(?:all )?other(?: services?)?",
        },
        "decided_count": {
            "incomplete_or_invalid": r".*(?:incomplete|invalid).*",
            "advice_given": r".*advice given.*",
            "referred_back": r".*referred back.*",
            "closed_after_initial_enquiries": r".*closed after.*",
            "not_upheld": r"(?!.*rate).*not upheld.*",
            "upheld": r"(?!.*(?:not upheld|rate|percent|%)).*upheld.*",
        },
        "remedied_count": {
            "by_ombudsman": r"(?!.*by (?:the )?(?:authority|council)).*by (?:the )?(?:ombudsman|lgo|lgsco).*",
            "by_authority": r".*by (?:the )?(?:authority|council).*",
        },
    }.items()
}
"""For each measure and category, a regular expression for the row's label: the label names a service, how
complaints were decided, or who remedied them. Labels are compared in small letters without spaces and hyphens,
because a narrow column divides words in odd places."""
HEADINGS = {
    "received_count": heading_pattern(
        r"(?:complaints|enquiries)(?: (?:and|&) (?:complaints|enquiries))? received(?: by .{1,40})?"
    ),
    "decided_count": heading_pattern(
        r"decisions(?: made)?(?: by .{1,40})?"
        r"|(?:complaints|enquiries)(?: (?:and|&) (?:complaints|enquiries))? decided"
    ),
    "remedied_count": heading_pattern(r"complaints remedied(?: by .{1,40})?"),
}
"""The known headings of the tables. A table without a known heading is recognised by its labels."""
MARKS: dict[str, dict[str, re.Pattern[str]]] = {
    measure: {name: re.compile(pattern) for name, pattern in patterns.items()}
    for measure, patterns in {
        "received_count": {
            "adult_social_care": r".*\badults?",
            "benefits_and_tax": r".*\bbenefits?",
            "corporate_and_other": r".*\bcorporate",
            "education_and_childrens": r".*\beducation",
            "environment": r".*\benvironment(?:al)?",
            "highways_and_transport": r".*\bhighways?",
            "housing": r".*\bhousing",
            "planning_and_development": r".*\bplanning",
            "other": r"(?!(?:and|&) ).*\bother",
            "total": r".*\btotal",
        },
        "decided_count": {
            "incomplete_or_invalid": r"(?!or ).*\b(?:incomplete|invalid)",
            "advice_given": r".*\badvice",
            "referred_back": r".*\breferred",
            "closed_after_initial_enquiries": r".*\bclosed",
            "not_upheld": r"not upheld",
            "upheld": r"(?!not ).*\bupheld",
            "uphold_rate": r".*\buphold",
            "total": r".*\btotal",
        },
    }.items()
}
"""For each label: a regular expression for two words, the label's distinguishing word (which no other label of its
table has) and the word before it."""
TOTAL = re.compile(r"(?:grand)?total(?:received|decided|decisions|complaints)?")
UPHOLD_RATE = re.compile(r".*uph(?:o|e)ldrate.*|.*(?:%|percent(?:age)?).*upheld.*|.*upheld.*(?:%|percent).*")
OF_OTHERS = re.compile("ofwhich|housingombudsman|lastyear|previousyear|national|allauthorities|allcouncils|average")
"""Words in labels of rows that have other counts than the authority's own."""
REPORT = re.compile(r"local authority report\b.*", re.IGNORECASE)
OLDER_TABLES = re.compile(
    r"\b(?:advice team|investigative team|premature complaints?|(?:mi|nm|m) reps?|omb(?:udsman'?s?)? disc"
    r"|outside jurisdiction|no mal(?:administration)?)\b",
    re.IGNORECASE,
)
"""Words of the tables of 2010 to 2012, which count other things under similar names."""
_LANDMARKS = (
    r"referred back|uphold rate|not upheld|advice team|mi reps"
    r"|^\s*(?:local authority report.*|decisions made|complaints remedied"
    r"|(?:complaints|enquiries)(?: (?:and|&) (?:complaints|enquiries))? received)\s*:?\s*$"
)
LEAST_LABELS = 3
"""A letter has this layout only if a table of services, or of how complaints were decided, has at least this many
numbers with known labels."""


@dataclass
class _Table:
    """One table: its numbers with known labels, its totals and its uphold rates."""

    measure: str | None = None
    figures: list[Figure] = field(default_factory=list)
    totals: list[Figure] = field(default_factory=list)
    rates: list[Figure] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, Decimal]:
        """The numbers by category. The total has the name "total", and the uphold rate has the name
        "uphold_rate".
        """
        named = [(figure.category or "", figure) for figure in self.figures]
        named += [("total", figure) for figure in self.totals] + [("uphold_rate", figure) for figure in self.rates]
        return {name: figure.value for name, figure in named}


@dataclass(frozen=True)
class LocalAuthorityReport:
    """The layout of 2014 to 2018."""

    name: str = "local_authority_report"
    landmarks: str = _LANDMARKS
    sentences: tuple[Sentence, ...] = ()
    labels: Labels = field(default_factory=lambda: LABELS)

    def read(self, document: Document, season: int | None) -> Statistics | None:
        """Return what the tables state. Return None if the document has no table of services and no table of
        outcomes.
        """
        pages = report_pages(document)
        if has_older_tables(pages):
            return None
        tables = _all_tables(pages, self.labels)
        known = {"received_count", "decided_count"}
        if not any(table.measure in known and len(table.figures) >= LEAST_LABELS for table in tables):
            return None
        figures, conflicts = agreed(figure for table in tables for figure in _figures(table))
        return Statistics(figures, absences(figures, conflicts, _expected(season)), conflicts, ())


LAYOUT = LocalAuthorityReport()


def has_older_tables(pages: Sequence[Page]) -> bool:
    """Return whether pages have at least two of the words that only the tables of 2010 to 2012 have."""
    words = {
        match.group().casefold() for page in pages for s in page.segments for match in OLDER_TABLES.finditer(s.text)
    }
    return len(words) > 1


def report_pages(document: Document) -> tuple[Page, ...]:
    """Return the pages of a document, each with only its lines after the signature. A page with the heading of a
    report keeps all its lines. If there is no signature, all pages keep all their lines.
    """
    signature = signature_of(document)
    pages = []
    for page in document.pages:
        behind = tuple(segment for segment in page.segments if is_behind(segment, signature))
        if any(REPORT.fullmatch(segment.text) for segment in page.segments):
            behind = page.segments
        pages.append(Page(page.number, page.width, page.height, behind))
    return tuple(pages)


def _all_tables(pages: Sequence[Page], known: Labels) -> list[_Table]:
    """Return the tables below known headings. If there are no such headings, return the tables that are recognised
    by their labels.
    """
    document = Document(
        tuple(replace(page, segments=tuple(c for line in page.segments for c in cells(line))) for page in pages)
    )
    blocks = blocks_of(document, headings_of(document, HEADINGS))
    if not blocks:
        return [table for page in pages for table in _tables(labelled_numbers(page.segments), known)]
    return [table for block in blocks for table in _tables_of(block, known)]


def _tables_of(block: Block, known: Labels) -> list[_Table]:
    """Return a block's tables, read in the way in which most tables are printed: labels beside or above their
    numbers.

    If none of these tables adds up, find each label by the word that only this label has, and pair labels and
    numbers in other ways (see `paired`). If the pairs add up, return one table of these pairs. A block with a row
    of other counts than the authority's own is not read in this second way.
    """
    tables = _tables([number for run in block.runs for number in labelled_numbers(run)], known, block.name)
    marks = MARKS.get(block.name)
    has_rows_of_others = any(OF_OTHERS.search(_squeezed(line.text)) for run in block.runs for line in run)
    if marks is None or has_rows_of_others or any(_adds_up(table.counts) for table in tables):
        return tables
    pairs = paired([segment for run in block.runs for segment in run], marks, _adds_up)
    if pairs is None:
        return tables
    table = _Table(block.name)
    for index, pair in enumerate(pairs):
        number = LabelledNumber((pair.label,), pair.number.text, (pair.number,), index, pair.label_words)
        match pair.name:
            case "total":
                table.totals.append(_figure(number, pair.label, "", "total"))
            case "uphold_rate":
                table.rates.append(_figure(number, pair.label, "uphold_rate_pct", None))
            case _:
                table.figures.append(_figure(number, pair.label, block.name, pair.name))
    return [table]


def _adds_up(counts: dict[str, Decimal]) -> bool:
    """Return whether a table has all its counts, and these add up to its total and give its uphold rate."""
    parts = {name: count for name, count in counts.items() if name not in ("total", "uphold_rate")}
    is_whole = any(parts.keys() == LABELS[measure].keys() for measure in MARKS)
    if not is_whole or sum(parts.values()) != counts.get("total"):
        return False
    rate = counts.get("uphold_rate")
    decided = parts.get("upheld", Decimal(0)) + parts.get("not_upheld", Decimal(0))
    return rate is None or decided == 0 or rate == half_up_pct(parts["upheld"], decided)


def _tables(numbers: Sequence[LabelledNumber], known: Labels, headed: str | None = None) -> list[_Table]:
    """Divide numbers into tables. A new table begins at a label that belongs to another table. If the numbers stand
    below a known heading, `headed` is the measure that the heading names.

    A total belongs to the table of the numbers before it. A total before all other numbers belongs to the first
    table.
    """
    tables = [_Table(headed)]
    for number in numbers:
        kind, category, label = _named(number.labels, known)
        if kind is None:
            continue
        table = tables[-1]
        if kind in LABELS:
            if table.measure is None:
                table.measure = kind
            elif table.measure != kind:
                table = _Table(kind)
                tables.append(table)
            table.figures.append(_figure(number, label, kind, category))
        elif kind == "uphold_rate":
            table.rates.append(_figure(number, label, "uphold_rate_pct", None))
        else:
            table.totals.append(_figure(number, label, "", "total"))
    return tables


def named_row(labels: Sequence[str]) -> bool:
    """Return whether any of a number's labels names a row of these tables: a service, an outcome, a total, a rate,
    or counts that are not the authority's own.
    """
    return _named(labels, LABELS)[0] is not None or any(OF_OTHERS.search(_squeezed(label)) for label in labels)


def _named(labels: Sequence[str], known: Labels) -> tuple[str | None, str | None, str]:
    """Return what the first known label names: the kind (a measure, "total" or "uphold_rate"), the category (None
    except for a measure), and the label's text. The kind is None if no label is known, or if a label before the
    first known label says that the number is not the authority's own.
    """
    for label in labels:
        squeezed_label = _squeezed(label)
        if OF_OTHERS.search(squeezed_label):
            return None, None, ""
        if TOTAL.fullmatch(squeezed_label):
            return "total", None, label
        if UPHOLD_RATE.fullmatch(squeezed_label):
            return "uphold_rate", None, label
        named = [
            (measure, category)
            for measure, categories in known.items()
            for category, pattern in categories.items()
            if pattern.fullmatch(squeezed_label)
        ]
        if len(named) == 1:
            return *named[0], label
    return None, None, ""


def _squeezed(label: str) -> str:
    """Return a label in small letters, without spaces and hyphens."""
    return re.sub(r"[\s-]+", "", label.casefold())


def _figure(number: LabelledNumber, label: str, measure: str, category: str | None) -> Figure:
    first = number.words[0]
    return Figure(
        measure=measure,
        category=category,
        value=read_number(number.text),
        text=number.text,
        sentence=f"{label}: {number.text}",
        page=None if first.box is None else first.page,
        box=around(number.words),
        line=first.line,
        is_ocr=first.is_ocr,
        doubt=number.doubt,
    )


def _figures(table: _Table) -> list[Figure]:
    """Return a table's figures. A table of outcomes also gives the headline count and rate of upheld complaints."""
    totals = [replace(total, measure=table.measure) for total in table.totals if table.measure is not None]
    figures = table.figures + (totals if table.measure != "remedied_count" else [])
    if table.measure != "decided_count":
        return figures
    upheld = [
        replace(figure, measure="upheld_count", category=None)
        for figure in table.figures
        if figure.category == "upheld"
    ]
    return figures + table.rates + upheld


def _expected(season: int | None) -> set[str]:
    """Return the measures that a letter of the season states."""
    expected = {"upheld_count", "uphold_rate_pct", "received_count", "decided_count"}
    if season is not None and season >= FIRST_SEASON_REMEDIED:
        expected.add("remedied_count")
    return expected
