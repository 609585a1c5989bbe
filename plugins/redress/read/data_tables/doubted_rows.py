"""Find rows of a data table that may not mean what the headings above them say."""

from collections.abc import Sequence
from dataclasses import dataclass

from redress.read.data_tables.cells import normalised_heading
from redress.read.data_tables.sheet import Row, Sheet


@dataclass(frozen=True)
class DoubtedRows:
    """Rows whose figures are not used. `reasons` says why a row may be shifted or cut, by the row's number.

    A second row of headings begins another table. `headings_number` is the number of this row, or None if there is
    no such row. `silent` has the numbers of this row and of all rows below it: one report is enough for them all.
    """

    reasons: dict[int, str]
    silent: frozenset[int]
    headings_number: int | None


def doubted_rows(sheet: Sheet, headings_number: int, mapped: Sequence[str]) -> DoubtedRows:
    """Return the rows below the headings that may be shifted or cut, or that belong to a second row of headings.

    `headings_number` is the number of the first row of headings. `mapped` are the mapped headings in their
    normalised form. Only rows of a CSV file can be shifted or cut: a spreadsheet keeps each cell in its column.
    """
    headings = [normalised_heading(cell.text) for cell in sheet.rows[headings_number - 1]]
    below = list(enumerate(sheet.rows[headings_number:], start=headings_number + 1))
    others = [number for number, row in below if _are_other_headings(row, headings, mapped)]
    reasons = {}
    if sheet.name is None:
        reasons = {number: why for number, row in below if (why := _why_shifted(row, headings)) is not None}
        if sheet.ends_open and below and (last := below[-1][1]) and last[-1].text[-1:].isdigit():
            why = "the file ends in this row without a line break, so its last number may be cut"
            reasons.setdefault(below[-1][0], why)
    first_other = min(others, default=None)
    silent = frozenset(number for number, _ in below if first_other is not None and number >= first_other)
    return DoubtedRows(reasons, silent, first_other)


def _why_shifted(row: Row, headings: Sequence[str]) -> str | None:
    """If a row has more or fewer cells than there are headings, return words that say so. Otherwise, or if the row
    is empty, return None. Empty cells at the row's end are not counted as too many.
    """
    width = max((place for place, heading in enumerate(headings, start=1) if heading), default=0)
    filled = max((place for place, cell in enumerate(row, start=1) if cell.text), default=0)
    if filled > max(width, len(headings)):
        return f"the row has {filled} cells below {width} headings, so that its numbers may be shifted"
    if filled and len(row) < width:
        return f"the row has {len(row)} cells below {width} headings, so that it may be shifted or cut"
    return None


def _are_other_headings(row: Row, headings: Sequence[str], mapped: Sequence[str]) -> bool:
    """Return whether a row is a second row of headings: it has several mapped headings, and one of them stands in
    another column than in the first row of headings.
    """
    found = [normalised_heading(cell.text) for cell in row]
    own = {heading: place for place, heading in enumerate(headings)}
    named = [heading for heading in mapped if heading in found]
    return len(named) > 1 and any(found.index(heading) != own[heading] for heading in named)
