"""What reading a file gives: figures with their evidence, the letter's header, and the whole letter."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from redress.model.measures import Absence

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom in points from the page's upper left corner, as the page is shown."""


class Verdict(StrEnum):
    """What reading found a file to be."""

    EXTRACTED = "extracted"
    NO_STATISTICS = "no_statistics"
    """A letter of the Ombudsman without its statistics page."""
    UNKNOWN_LAYOUT = "unknown_layout"
    """A letter of the Ombudsman with statistics that fit no known layout."""
    NOT_A_LETTER = "not_a_letter"
    """A readable file that is not an annual letter of the Ombudsman."""
    UNREADABLE = "unreadable"
    """A file that cannot be read; the letter's reason starts with the cause."""


NOT_READ = "not read"
"""The cause of an unreadable letter if text recognition (tesseract) failed on the letter's pictures. Another try
may read the letter."""


@dataclass(frozen=True)
class Figure:
    """One number that a letter states, and where the letter prints it.

    `box` is in points on `page` (the first page is 1); a text file has `line` (the first is 1) instead. `text` is
    the number as printed, and `sentence` is the sentence that gives the number its meaning.
    """

    measure: str
    value: Decimal
    text: str
    sentence: str
    category: str | None = None
    page: int | None = None
    box: Box | None = None
    line: int | None = None
    is_ocr: bool = False
    doubt: str | None = None
    """Why it is doubtful that a person sees this number on the page; None if nothing makes it doubtful. A figure
    with a doubt is withheld: a `Letter` never holds such a figure."""


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of a letter's prose, and where it stands.

    `text` is as printed, on one line. If the paragraph continues on the next page, `page` and `box` are of its
    first part. A text file has `line`, the number of its first line, instead.
    """

    text: str
    page: int | None = None
    box: Box | None = None
    line: int | None = None
    is_ocr: bool = False


@dataclass(frozen=True)
class StatedYear:
    """A year that the letter names: where in the letter it stands, the season that it implies, and the printed
    words.
    """

    where: str
    season: int
    text: str


@dataclass(frozen=True)
class Header:
    """What the letter says about itself; a field is None if the letter does not say it."""

    season: int | None = None
    authority_name: str | None = None
    addressee_name: str | None = None
    addressee_title: str | None = None
    letter_date: dt.date | None = None
    period_start: dt.date | None = None
    period_end: dt.date | None = None
    layout: str | None = None
    page_count: int | None = None
    letter_pages: tuple[int, int] | None = None
    """The first and the last page of the file that are the letter's; None for a text, which has no pages."""
    stated_years: tuple[StatedYear, ...] = ()


@dataclass(frozen=True)
class Conflict:
    """A measure of which a figure is withheld, and the reason, such as two sentences with different numbers."""

    measure: str
    detail: str


@dataclass(frozen=True)
class Letter:
    """Everything that reading one file gave.

    A measure is either in `figures`, or in `absences` with the reason why the letter gives no value. A measure that
    letters state in a table has one figure for each category.
    """

    sha256: str
    verdict: Verdict
    reason: str
    header: Header = field(default_factory=Header)
    figures: tuple[Figure, ...] = ()
    absences: tuple[tuple[str, Absence], ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    """The prose between salutation and signature, in the order of print; empty if the file is not a letter."""

    def figure(self, measure: str, category: str | None = None) -> Figure | None:
        """Return the figure of a measure, or None if the letter has no such figure."""
        for figure in self.figures:
            if figure.measure == measure and figure.category == category:
                return figure
        return None

    def value(self, measure: str, category: str | None = None) -> Decimal | None:
        """Return the value of a measure, or None if the letter has no such figure."""
        figure = self.figure(measure, category)
        return None if figure is None else figure.value

    @property
    def not_read(self) -> tuple[str, ...]:
        """The measures that the letter states and that could not be read."""
        return tuple(measure for measure, code in self.absences if code is Absence.NOT_READ)

    def absence(self, measure: str) -> Absence | None:
        """Return the reason why a measure has no value. Return None if the measure has a value, or if the letter
        gives no reason.
        """
        return dict(self.absences).get(measure)
