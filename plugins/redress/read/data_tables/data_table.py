"""Data tables: read the Ombudsman's CSV and XLSX files, which have a row for each authority, by a mapping."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import PurePosixPath

from openpyxl.utils import get_column_letter

from redress.model.authorities import Authorities
from redress.model.measures import UNIT_OF, Unit
from redress.model.printable import shortened
from redress.model.season import Season
from redress.model.witness import (
    UnreadableTableError,
    WitnessAbsence,
    WitnessError,
    WitnessFigure,
    WitnessReport,
)
from redress.read.data_tables.cells import Cell, CellValue, normalised_heading, read_cell, without_footnote
from redress.read.data_tables.doubted_rows import doubted_rows
from redress.read.data_tables.mapping import FigureColumn, Mapping, start_of_mapping
from redress.read.data_tables.sheet import Row, Sheet
from redress.read.data_tables.sheets import read_sheets

_BLANK = Cell("")
_THOUSANDTH = Decimal("0.001")
"""Values are rounded to this. Landing keeps three decimal places, and after these a spreadsheet's binary fractions
have noise."""
_LARGEST = Decimal(10**9)
"""A number of this size or more cannot be a count of complaints, and does not fit into landing."""


@dataclass(frozen=True)
class DataTable:
    """The result of reading one file, or all files of a season: the figures, and reports of what a person should
    know.
    """

    figures: tuple[WitnessFigure, ...]
    reports: tuple[WitnessReport, ...]


@dataclass(frozen=True)
class _Header:
    """The row of headings: its number, and for each heading in its normalised form the index of its column."""

    sheet: Sheet
    row_number: int
    places: dict[str, int]

    def place(self, heading: str) -> int:
        return self.places[normalised_heading(heading)]


def read_data_table(
    content: bytes, address: str, mapping: Mapping, season: Season, authorities: Authorities
) -> DataTable:
    """Return the figures of the rows that have a name. A figure's authority is the authority that had this name at
    the end of the season's period. Rows that may be shifted or cut, or that belong to another table, give no
    figures, and are reported.

    If the name in a row fits no authority (a total, a note), the row's figures have no authority, and the row is
    reported. If several rows name one authority, the figures of these rows have no value, and the rows are
    reported. Columns that the mapping does not name are reported too, and so is what is hidden. Raise WitnessError
    if the mapping does not fit the file, or if a rate can be read in two ways. Raise UnreadableTableError if the
    file cannot be read.
    """
    sheets = read_sheets(content, address)
    header = _header(sheets, mapping, address)
    if header.sheet.fault is not None:
        raise UnreadableTableError(header.sheet.fault)
    sha256 = hashlib.sha256(content).hexdigest()
    reports = [
        WitnessReport(sha256, address, detail, row_number, column_name)
        for row_number, column_name, detail in (*_unmapped_columns(header, mapping), *_hidden(sheets, header))
    ]
    figures: list[WitnessFigure] = []
    bare_fractions = _columns_of_bare_fractions(header, mapping)
    doubted = doubted_rows(header.sheet, header.row_number, [normalised_heading(one) for one in mapping.headings])
    if doubted.headings_number is not None:
        detail = (
            f"the row has the headings of row {header.row_number} in other places: it begins another table, and no "
            "figure of the rows below it is taken; put that table into a file of its own"
        )
        reports.append(WitnessReport(sha256, address, detail, doubted.headings_number))
    for row_number, row in _rows_below(header):
        if row_number in doubted.silent:
            continue
        name_cell = _cell(row, header.place(mapping.authority))
        name = "" if name_cell.unread else name_cell.text
        cells = {heading: _cell(row, header.place(heading)) for heading in mapping.figures}
        readings = {heading: read_cell(cell) for heading, cell in cells.items()}
        if not name:
            if name_cell.unread:
                detail = _unread(name_cell, row_number, header.place(mapping.authority))
                reports.append(WitnessReport(sha256, address, detail, row_number, mapping.authority))
            elif any(reading.value is not None for reading in readings.values()):
                reports.append(
                    WitnessReport(sha256, address, "the row has numbers, but names no authority", row_number)
                )
            continue
        resolution = authorities.resolve(without_footnote(name), season.period_end)
        why_not = doubted.reasons.get(row_number)
        if why_not is not None and (
            resolution.authority is not None or any(reading.value is not None for reading in readings.values())
        ):
            reports.append(WitnessReport(sha256, address, f"{why_not}: no figure of the row is taken", row_number))
            continue
        if resolution.authority is None:
            reports.append(WitnessReport(sha256, address, shortened(resolution.reason, 1000), row_number))
        for heading, column in mapping.figures.items():
            if heading in bare_fractions and readings[heading].is_bare:
                raise WitnessError(_in_two_ways(address, heading, bare_fractions[heading]))
            cell = cells[heading]
            reading = _in_its_unit(readings[heading], column)
            if resolution.authority is None and reading.value is None:
                continue
            if cell.unread is not None or reading.absence is WitnessAbsence.NOT_A_NUMBER:
                detail = (
                    f'"{shortened(cell.text)}" is no {_kind(column)}'
                    if cell.unread is None
                    else _unread(cell, row_number, header.place(heading))
                )
                reports.append(WitnessReport(sha256, address, detail, row_number, heading))
            figures.append(
                WitnessFigure(
                    witness_sha256=sha256,
                    source_address=address,
                    authority_id=None if resolution.authority is None else resolution.authority.authority_id,
                    printed_authority_name=name,
                    measure=column.measure,
                    category=column.category,
                    value=reading.value,
                    printed_text=cell.text,
                    row_number=row_number,
                    column_name=heading,
                    absence=reading.absence,
                    definition_note=column.differs_because,
                )
            )
    repeated = list(_repeated_authorities(figures))
    for authority_id, row_numbers in repeated:
        rows = ", ".join(str(number) for number in row_numbers)
        detail = f"{authority_id} has the rows {rows}; nobody can say which is meant, so none is compared"
        reports.append(WitnessReport(sha256, address, detail, row_numbers[0]))
    doubtful = {authority_id for authority_id, _ in repeated}
    return DataTable(
        figures=tuple(_without_value(one) if one.authority_id in doubtful else one for one in figures),
        reports=tuple(reports),
    )


def _unread(cell: Cell, row_number: int, place: int) -> str:
    """Return words that say which cell is not read, and why. `place` is the index of the cell's column."""
    return f"cell {get_column_letter(place + 1)}{row_number} {cell.unread}"


def _hidden(sheets: Sequence[Sheet], header: _Header) -> Iterator[tuple[int | None, None, str]]:
    """Yield a report for each hidden sheet, group of rows, and column, because what is hidden is not read. A report
    is a row number or None, None in place of a heading, and a sentence.
    """
    not_read = ", and is not read; if it belongs to the table, show it and save the file"
    for row_number, detail in header.sheet.hidden:
        yield row_number, None, detail + not_read
    for sheet in sheets:
        if sheet.is_hidden and any(cell.text for row in sheet.rows for cell in row):
            yield None, None, f'the sheet "{sheet.name}" is hidden{not_read}'


def report_of_unmapped_file(content: bytes, address: str, mapping_address: str) -> WitnessReport:
    """Return the report about a data table without a mapping: which file a person has to write, with a draft of the
    file.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        headings = _likely_headings([sheet for sheet in read_sheets(content, address) if not sheet.is_hidden])
    except WitnessError as error:
        return WitnessReport(sha256, address, f"no mapping, and no table either: {error}")
    if not headings:
        return WitnessReport(sha256, address, "no mapping, and no row that looks like headings of a table")
    start = start_of_mapping(headings)
    file_name = PurePosixPath(mapping_address).name
    return WitnessReport(
        sha256,
        address,
        f"no mapping; write {file_name} beside it and run the season again, here is a start: {start}",
    )


def _header(sheets: Sequence[Sheet], mapping: Mapping, address: str) -> _Header:
    """Return the first row with all mapped headings, from the only sheet that has such a row.

    Raise WitnessError if no sheet or several sheets of an XLSX file have such a row, if the row has a mapped
    heading twice, or if the sheet that the mapping names is missing or hidden. Raise UnreadableTableError if a CSV
    file can be read only in part, and no row before the fault has the headings.
    """
    if mapping.sheet is not None:
        named = [sheet for sheet in sheets if sheet.name == mapping.sheet]
        if not named:
            names = ", ".join(f'"{sheet.name}"' for sheet in sheets if sheet.name is not None) or "none"
            raise WitnessError(f'{address} has no sheet "{mapping.sheet}"; its sheets: {names}')
        sheets = named
        if named[0].is_hidden:
            raise WitnessError(
                f'{address}: the sheet "{mapping.sheet}" is hidden, and what is hidden is not read; show it and '
                "save the file"
            )
    shown = [sheet for sheet in sheets if not sheet.is_hidden]
    found = [header for sheet in shown if (header := _header_of(sheet, mapping, address)) is not None]
    if not found:
        if (fault := _fault_of_the_widest(shown)) is not None:
            raise UnreadableTableError(fault)
        hidden = [detail for sheet in shown for _, detail in sheet.hidden]
        hidden += [f'sheet "{sheet.name}" is hidden' for sheet in sheets if sheet.is_hidden]
        said = f" (not read: {', '.join(hidden)})" if hidden else ""
        raise WitnessError(_no_header(shown, mapping, address) + said)
    if len(found) > 1 and found[0].sheet.name is not None:
        names = ", ".join(f'"{header.sheet.name}"' for header in found)
        raise WitnessError(f"{address} has the mapped columns in several sheets: {names}; name one, sheet: ...")
    return found[0]


def _fault_of_the_widest(sheets: Sequence[Sheet]) -> str | None:
    """Return the fault of a CSV file. The file was read once for each delimiter, and each time gave a sheet. The
    sheet with the most cells in a row counts. Return None if this sheet has no fault.
    """
    widest = max(sheets, key=lambda sheet: sheet.widest, default=None)
    return None if widest is None else widest.fault


def _header_of(sheet: Sheet, mapping: Mapping, address: str) -> _Header | None:
    wanted = {normalised_heading(heading): heading for heading in mapping.headings}
    for row_number, row in enumerate(sheet.rows, start=1):
        headings = [normalised_heading(cell.text) for cell in row]
        counted = Counter(headings)
        if not all(counted[heading] for heading in wanted):
            continue
        for heading in wanted:
            if counted[heading] > 1:
                places = ", ".join(get_column_letter(n + 1) for n, one in enumerate(headings) if one == heading)
                raise WitnessError(
                    f'{address}, row {row_number}: the heading "{wanted[heading]}" stands in columns {places}; '
                    "nobody can say which is meant: rename one in a copy of the file, and map the copy"
                )
        return _Header(sheet, row_number, {heading: place for place, heading in enumerate(headings) if heading})
    return None


def _no_header(sheets: Sequence[Sheet], mapping: Mapping, address: str) -> str:
    """Return words that say which mapped headings are missing in the likeliest row of headings: the row that has
    the most mapped headings.
    """
    wanted = {normalised_heading(heading): heading for heading in mapping.headings}
    best: tuple[int, int, Row, Sheet] | None = None
    for sheet in sheets:
        for row_number, row in enumerate(sheet.rows, start=1):
            score = len(wanted.keys() & {normalised_heading(cell.text) for cell in row})
            if score and (best is None or score > best[0]):
                best = (score, row_number, row, sheet)
    if best is None:
        first = _likely_headings(sheets)
        seen = f"the likeliest headings: {_quoted(first)}" if first else "no row looks like headings"
        return f"{address}: no row has any of the mapped columns {_quoted(mapping.headings)}; {seen}"
    _, row_number, row, sheet = best
    seen_headings = {normalised_heading(cell.text) for cell in row}
    missing = [heading for key, heading in wanted.items() if key not in seen_headings]
    where = f"row {row_number}" if sheet.name is None else f'sheet "{sheet.name}", row {row_number}'
    return (
        f"{address}, {where}: no column {_quoted(missing)}; the columns there: "
        f"{_quoted([cell.text for cell in row if cell.text])}; correct the mapping beside the file"
    )


def _unmapped_columns(header: _Header, mapping: Mapping) -> Iterator[tuple[int, str, str]]:
    """Yield the columns that the mapping does not name, and the columns with values but no heading: for each column
    a row number, the heading or the column's letter, and what is wrong.
    """
    known = {normalised_heading(heading) for heading in (*mapping.headings, *mapping.ignored)}
    headings = header.sheet.rows[header.row_number - 1]
    for cell in headings:
        if cell.text and normalised_heading(cell.text) not in known:
            detail = (
                f'the mapping does not name the column "{shortened(cell.text)}"; map it, or list it under ignored'
            )
            yield header.row_number, cell.text, detail
    widest = max((len(row) for _, row in _rows_below(header)), default=0)
    for place in range(widest):
        if _cell(headings, place).text:
            continue
        holding = [number for number, row in _rows_below(header) if _cell(row, place).text]
        if holding:
            letter = get_column_letter(place + 1)
            yield holding[0], letter, f"column {letter} has no heading, and holds values: they are not read"


def _rows_below(header: _Header) -> Iterator[tuple[int, Row]]:
    """Yield each row that stands below the headings and is not empty, with its row number."""
    for row_number, row in enumerate(header.sheet.rows[header.row_number :], start=header.row_number + 1):
        if any(cell.text or cell.unread for cell in row):
            yield row_number, row


def _columns_of_bare_fractions(header: _Header, mapping: Mapping) -> dict[str, tuple[int, str]]:
    """Find each column of rates with a number, such as 0.53, that can be 0.53% or 53% because the mapping gives no
    unit. Return the column's heading with the row number and the text of the first such number.
    """
    found: dict[str, tuple[int, str]] = {}
    for heading, column in mapping.figures.items():
        if not column.is_rate or column.unit is not None:
            continue
        for row_number, row in _rows_below(header):
            cell = _cell(row, header.place(heading))
            reading = read_cell(cell)
            if reading.is_bare and reading.value is not None and 0 < reading.value < 1:
                found[heading] = (row_number, cell.text)
                break
    return found


def _in_two_ways(address: str, heading: str, example: tuple[int, str]) -> str:
    row_number, text = example
    return (
        f'{address}, row {row_number}, column "{heading}": {text} without a % sign can be {text}% or a fraction; '
        "say which in the mapping, unit: per_cent or unit: fraction"
    )


def _in_its_unit(reading: CellValue, column: FigureColumn) -> CellValue:
    """Return a cell's value in the unit of its measure. If the measure cannot have such a number, return no value,
    with the reason NOT_A_NUMBER.
    """
    if reading.value is None:
        return reading
    value = reading.value * 100 if column.unit == "fraction" and reading.is_bare else reading.value
    unit = UNIT_OF[column.measure]
    is_possible = {
        Unit.COUNT: reading.is_bare and value == value.to_integral_value(),
        Unit.PER_CENT: value <= 100,
        Unit.PER_100K: reading.is_bare,
    }[unit]
    if not is_possible or value >= _LARGEST:
        return CellValue(None, WitnessAbsence.NOT_A_NUMBER)
    return replace(reading, value=value.quantize(_THOUSANDTH, ROUND_HALF_UP))


def _kind(column: FigureColumn) -> str:
    return {
        Unit.COUNT: "whole number",
        Unit.PER_CENT: "rate from 0% to 100%",
        Unit.PER_100K: "number per 100,000 residents",
    }[UNIT_OF[column.measure]]


def _repeated_authorities(figures: Sequence[WitnessFigure]) -> Iterator[tuple[str, list[int]]]:
    """Yield the authorities that several rows name, each with the numbers of these rows."""
    rows: dict[str, set[int]] = {}
    for figure in figures:
        if figure.authority_id is not None and figure.row_number is not None:
            rows.setdefault(figure.authority_id, set()).add(figure.row_number)
    yield from ((authority_id, sorted(found)) for authority_id, found in rows.items() if len(found) > 1)


def _without_value(figure: WitnessFigure) -> WitnessFigure:
    return replace(figure, value=None, absence=WitnessAbsence.REPEATED_AUTHORITY)


def _likely_headings(sheets: Sequence[Sheet]) -> list[str]:
    """Return the words of the row that has the most cells with words: at least two, and no two alike. If several
    rows have equally many, the first counts. Return an empty list if there is no such row.
    """
    best: list[str] = []
    for sheet in sheets:
        for row in sheet.rows:
            words = [cell.text for cell in row if cell.text and read_cell(cell).value is None]
            if len(words) > max(len(best), 1) and len(words) == len(set(words)):
                best = words
    return best


def _cell(row: Row, place: int) -> Cell:
    """Return a row's cell in the column with the index `place`. Return an empty cell if the row is too short."""
    return row[place] if place < len(row) else _BLANK


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f'"{shortened(text)}"' for text in texts)
