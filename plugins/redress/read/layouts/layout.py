"""What every family of letters has in common: how it is recognised, what it gives, and what it never states."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from redress.model.letter import Conflict, Figure
from redress.model.measures import Absence
from redress.read.page.document import Document


@dataclass(frozen=True)
class Period:
    """A period that a sentence names, with its words; a day that is no date of the calendar is None."""

    start: dt.date | None
    end: dt.date | None
    text: str


@dataclass(frozen=True)
class Reading:
    """What a layout took from a document: figures, the reasons for what is absent, and what it withheld."""

    figures: tuple[Figure, ...]
    absences: tuple[tuple[str, Absence], ...]
    conflicts: tuple[Conflict, ...]
    periods: tuple[Period, ...]


class Layout(Protocol):
    """One family of letters."""

    @property
    def name(self) -> str:
        """The layout's name, as the header gives it."""

    @property
    def landmarks(self) -> str:
        """A regular expression of words that stand on the pages with its figures.

        The words are found in a page's text as it is drawn, line by line, whatever their case. A page without any
        is not looked at closely. The expression may match a page too many, and must not miss a page with figures.
        """

    def read(self, document: Document, season: int | None) -> Reading | None:
        """What a document of this layout states, or None where the document is of another layout.

        `season` is the one that the letter's header states; a layout may need it to say what a letter of that
        season could not state yet.
        """


def agreed(figures: Iterable[Figure]) -> tuple[tuple[Figure, ...], tuple[Conflict, ...]]:
    """One figure for each measure and category; where two readings differ, none, and the conflict is named."""
    readings: dict[tuple[str, str | None], list[Figure]] = {}
    for figure in figures:
        readings.setdefault((figure.measure, figure.category), []).append(figure)
    kept: list[Figure] = []
    conflicts: list[Conflict] = []
    for (measure, category), found in readings.items():
        if len({figure.value for figure in found}) == 1:
            kept.append(found[0])
        else:
            told = " and ".join(sorted({f'{figure.text} in "{figure.sentence}"' for figure in found}))
            name = measure if category is None else f"{measure} of {category}"
            conflicts.append(Conflict(measure, f"{name} is read as {told}"))
    return tuple(kept), tuple(conflicts)
