"""What all layouts share: the interface of a layout, the statistics that it returns, and the reasons for absent
measures.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from redress.model.letter import Conflict, Figure
from redress.model.measures import MEASURE_NAMES, Absence
from redress.read.page.document import Document
from redress.read.page.sentences import Sentence

NEED_INVESTIGATIONS = (
    "upheld_count",
    "uphold_rate_pct",
    "satisfactory_remedies_count",
    "satisfactory_remedy_rate_pct",
    "satisfactory_remedy_printed_base_count",
)
"""The measures that a letter need not state if nothing was investigated."""


@dataclass(frozen=True)
class Period:
    """A period that a sentence names, and the sentence's words. `start` or `end` is None if the sentence does not
    name this day, or if the printed day is not in the calendar.
    """

    start: dt.date | None
    end: dt.date | None
    text: str


@dataclass(frozen=True)
class Statistics:
    """What a layout finds in a document: figures, a reason for each absent measure, conflicts and periods."""

    figures: tuple[Figure, ...]
    absences: tuple[tuple[str, Absence], ...]
    conflicts: tuple[Conflict, ...]
    periods: tuple[Period, ...]


class Layout(Protocol):
    """The interface of a layout, which reads one family of letters."""

    @property
    def name(self) -> str:
        """The layout's name, which `Header.layout` of a letter states."""

    @property
    def landmarks(self) -> str:
        """A regular expression in small letters. It matches words on each page that has figures of the layout.

        It is searched in the page's text, which is in small letters and in the order of drawing, line by line. Only
        the pages that it matches are read closely. So it may match a page without figures, but must not miss a page
        with figures.
        """

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences that state figures in this layout. A layout of tables has none."""

    def read(self, document: Document, season: int | None) -> Statistics | None:
        """Return the statistics of a document. Return None if the document has another layout.

        `season` is the season that the letter's header states. Some measures are stated only from a certain season
        on.
        """


def agreed(figures: Iterable[Figure]) -> tuple[tuple[Figure, ...], tuple[Conflict, ...]]:
    """Return one figure or one conflict for each measure and category.

    There is a conflict if two figures have different values, or if a person may not see the number as it was read.
    """
    by_measure: dict[tuple[str, str | None], list[Figure]] = {}
    for figure in figures:
        by_measure.setdefault((figure.measure, figure.category), []).append(figure)
    kept: list[Figure] = []
    conflicts: list[Conflict] = []
    for (measure, category), found in by_measure.items():
        values = " and ".join(sorted({f'{figure.text} in "{figure.sentence}"' for figure in found}))
        name = measure if category is None else f"{measure} of {category}"
        doubt = next((reason for figure in found if (reason := _doubt(figure)) is not None), None)
        if doubt is not None:
            conflicts.append(Conflict(measure, f"{name} is not read, because {values} is not certain: {doubt}"))
        elif len({figure.value for figure in found}) == 1:
            kept.append(found[0])
        else:
            conflicts.append(Conflict(measure, f"{name} is read as {values}"))
    return tuple(kept), tuple(conflicts)


def _doubt(figure: Figure) -> str | None:
    """Return a reason in words why the number of a figure may not be what a person sees. Return None if there is no
    doubt. An average of 0 is always doubted, because no average is 0: a web page shows 0 until its counter starts.
    """
    if figure.value == 0 and "type_average" in figure.measure:
        return "no type of authorities has an average of 0"
    return figure.doubt


def absences(
    figures: Iterable[Figure],
    conflicts: Iterable[Conflict],
    expected: Collection[str],
    excused: Mapping[str, Absence] | None = None,
) -> tuple[tuple[str, Absence], ...]:
    """Return each measure that has no figure, with the reason, in the order of the measures.

    The reason is the first of these that fits: `not_read` if a conflict is about the measure; the reason in
    `excused`; `none_investigated` if the measure needs investigations and there were none; `not_stated` if the
    measure is in `expected`; otherwise `not_in_layout`.
    """
    values = {figure.measure: figure.value for figure in figures}
    stated = set(values)
    idle = NEED_INVESTIGATIONS if values.get("investigations_count") == 0 else ()
    withheld = (conflict.measure for conflict in conflicts)
    reasons = (
        dict.fromkeys(expected, Absence.NOT_STATED)
        | dict.fromkeys(idle, Absence.NONE_INVESTIGATED)
        | dict(excused or {})
        | dict.fromkeys(withheld, Absence.NOT_READ)
    )
    return tuple(
        (measure, reasons.get(measure, Absence.NOT_IN_LAYOUT)) for measure in MEASURE_NAMES if measure not in stated
    )
