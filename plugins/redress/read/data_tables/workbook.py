"""Read the sheets of an XLSX file as a person sees them: hidden, struck through, raised and pale text is left
out.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.cell import Cell as ExcelCell
from openpyxl.cell import MergedCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from redress.model.printable import shortened
from redress.model.witness import UnreadableTableError
from redress.read.data_tables.cell_looks import (
    CONDITIONAL,
    FORMATTED,
    LEAST_CHARACTERS_SHARE,
    LEAST_POINTS,
    NARROW,
    TINY,
    AnyFont,
    Palette,
    fault_of_line,
    fault_of_type,
    may_change_look,
    section_for,
    shows_number,
    shows_text,
)
from redress.read.data_tables.cells import Cell, cell_of_number, read_cell
from redress.read.data_tables.sheet import Row, Sheet

MOST_BYTES = 50_000_000
"""The largest file, packed or unpacked, that can be a table. A table of 400 authorities has about 50 kB."""
MOST_CELLS = 250_000
"""The most cells of a table, counting every row and column up to the last; a table of 400 authorities has about ten
thousand."""

_ELEMENT = re.compile(rb"<(?:\w+:)?([cf])[\s/>]")
"""The beginning of the XML element of a cell or of its formula."""

FORMULA = "holds a formula ({}) without a stored value; open the file in a spreadsheet program and save it"
MERGED = "is merged with other cells, so nobody can say for which of them it stands"


def workbook_sheets(content: bytes, address: str) -> Iterator[Sheet]:
    """Yield the sheets of an XLSX file.

    Raise UnreadableTableError if the file cannot be opened, or is too large for a table.
    """
    try:
        yield from _sheets(content, address)
    except (UnreadableTableError, MemoryError):
        raise
    except Exception as error:  # openpyxl raises errors of many kinds on a damaged file, also while cells are read
        raise UnreadableTableError(
            f"{address} cannot be opened as XLSX ({error}); save it again as XLSX or CSV, or take it out"
        ) from error


def _sheets(content: bytes, address: str) -> Iterator[Sheet]:
    has_formulas = _has_formulas(content, address)
    workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True, rich_text=True)
    formulas = openpyxl.load_workbook(io.BytesIO(content)) if has_formulas else None
    palette = Palette.of_theme(workbook.loaded_theme)
    for sheet in workbook.worksheets:
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            last = f"{get_column_letter(sheet.max_column)}{sheet.max_row}"
            raise UnreadableTableError(
                f'{address}: the sheet "{sheet.title}" goes on to cell {last}, further than any data table; delete '
                "the rows and columns behind the table, and save the file"
            )
        yield _sheet(sheet, palette, formulas)


def _has_formulas(content: bytes, address: str) -> bool:
    """Return whether any cell holds a formula. Raise UnreadableTableError if the file is too large for a table."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MOST_BYTES:
            raise UnreadableTableError(
                f"{address} unpacks to {unpacked:,} bytes, more than any data table; take it out"
            )
        found = Counter[bytes]()
        for name in archive.namelist():
            if "/worksheets/" in name:
                found.update(match[1] for match in _ELEMENT.finditer(archive.read(name)))
    if found[b"c"] > MOST_CELLS:
        raise UnreadableTableError(f"{address} has {found[b'c']:,} cells, more than any data table; take it out")
    return found[b"f"] > 0


@dataclass(frozen=True)
class _Look:
    """What the looks of a sheet's cells depend on: the colours of the theme, the rows that are too low to read, the
    widths of columns, the first cells of merged areas, and the rules of conditional formats with their areas.
    """

    palette: Palette
    low_rows: frozenset[int]
    widths: Mapping[int, float]
    merged: frozenset[str]
    conditional: tuple[tuple[CellRange, Any], ...]

    @classmethod
    def of(cls, sheet: Worksheet, palette: Palette) -> "_Look":
        rows, columns = sheet.row_dimensions.items(), sheet.column_dimensions.values()
        return cls(
            palette,
            frozenset(number for number, row in rows if row.height is not None and 0 < row.height < LEAST_POINTS),
            {
                number: column.width
                for column in columns
                if column.customWidth and column.width
                for number in range(column.min or 0, (column.max or 0) + 1)
            },
            frozenset(area.start_cell.coordinate for area in sheet.merged_cells.ranges),
            tuple(
                (area, rule)
                for formatted in sheet.conditional_formatting
                for area in formatted.sqref.ranges
                for rule in formatted.rules
            ),
        )

    def fault(self, cell: ExcelCell, font: AnyFont | None = None) -> str | None:
        """Return in words why a person cannot read the text of a cell; None if the text is readable. If `font` is
        given, only the piece of the text in this font is judged.
        """
        if cell.row in self.low_rows:
            return TINY
        return fault_of_type(font or cell.font, self.palette.behind(cell.fill), self.palette)

    def is_conditional(self, cell: ExcelCell) -> bool:
        """Return whether a conditional format may hide a cell's number, or show it in another way."""
        row, column = cell.row, cell.column
        return any(
            area.min_row <= row <= area.max_row
            and area.min_col <= column <= area.max_col
            and may_change_look(rule, cell.font, cell.fill, self.palette)
            for area, rule in self.conditional
        )

    def is_narrow(self, cell: ExcelCell, text: str) -> bool:
        """Return whether a cell's column is too narrow to show a number."""
        width = self.widths.get(cell.column)
        return width is not None and width < LEAST_CHARACTERS_SHARE * len(text)


def _sheet(sheet: Worksheet, palette: Palette, formulas: Workbook | None) -> Sheet:
    look = _Look.of(sheet, palette)
    hidden_rows = {number for number, row in sheet.row_dimensions.items() if row.hidden or row.height == 0}
    hidden_columns = {
        number
        for letter, column in sheet.column_dimensions.items()
        if column.hidden or column.width == 0
        for number in range(column.min or 0, (column.max or 0) + 1)
    }
    rows: list[Row] = []
    unseen_rows: list[int] = []
    unseen_columns: set[int] = set()
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = []
        for cell in row:
            is_hidden = number in hidden_rows or cell.column in hidden_columns
            if is_hidden and cell.value is not None:
                unseen_columns.update({cell.column} & hidden_columns)
                unseen_rows += [number] if number in hidden_rows and unseen_rows[-1:] != [number] else []
            cells.append(Cell("") if is_hidden else _cell(cell, look, formulas))
        rows.append(tuple(cells))
    return Sheet(
        sheet.title,
        tuple(rows),
        is_hidden=sheet.sheet_state != "visible",
        hidden_rows=tuple(unseen_rows),
        hidden_columns=tuple(get_column_letter(number) for number in sorted(unseen_columns)),
    )


def _cell(cell: ExcelCell | MergedCell, look: _Look, formulas: Workbook | None) -> Cell:
    if isinstance(cell, MergedCell):
        return Cell("")
    if cell.value is None:
        return _formula(cell, formulas)
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        return _number(cell, cell.value, look)
    if not isinstance(cell.value, str | CellRichText):
        return Cell(" ".join(str(cell.value).split()))
    pieces = _pieces(cell)
    text = " ".join("".join(text for text, font in pieces if fault_of_line(font) is None).split())
    faults = [fault for piece, font in pieces if piece.strip() and (fault := fault_of_line(font)) is not None]
    if not text:
        return Cell("", unread=faults[0] if faults else None)
    shown = [font for piece, font in pieces if piece.strip() and fault_of_line(font) is None]
    if (unread := next(filter(None, (look.fault(cell, font) for font in shown)), None)) is not None:
        return Cell("", unread=unread)
    is_number = read_cell(Cell(text)).value is not None
    if is_number and not shows_text(cell.number_format):
        return Cell(text, unread=FORMATTED.format(text, cell.number_format))
    return Cell(text, unread=MERGED if is_number and cell.coordinate in look.merged else None)


def _number(cell: ExcelCell, number: float, look: _Look) -> Cell:
    if (fault := fault_of_line(cell.font) or look.fault(cell)) is not None:
        return Cell("", unread=fault)
    section = section_for(number, cell.number_format)
    read = cell_of_number(number, is_per_cent="%" in section)
    if not shows_number(section):
        return Cell(read.text, unread=FORMATTED.format(read.text, cell.number_format))
    if look.is_conditional(cell):
        return Cell(read.text, unread=CONDITIONAL)
    if look.is_narrow(cell, read.text):
        return Cell(read.text, unread=NARROW)
    return Cell(read.text, unread=MERGED) if cell.coordinate in look.merged else read


def _pieces(cell: ExcelCell) -> list[tuple[str, AnyFont]]:
    """Return the text of a cell in pieces, each with its font."""
    if not isinstance(cell.value, CellRichText):
        return [(str(cell.value), cell.font)]
    return [
        (piece.text, piece.font) if isinstance(piece, TextBlock) else (str(piece), cell.font)
        for piece in cell.value
    ]


def _formula(cell: ExcelCell, formulas: Workbook | None) -> Cell:
    """Return the result for a cell in which the file has no value. `formulas` is the workbook with formulas in
    place of values; None if the workbook has no formulas. If the cell has a formula, the result says that the cell
    is not read, because no program has computed the formula. Otherwise the result is an empty cell.
    """
    if formulas is None:
        return Cell("")
    found = formulas[cell.parent.title][cell.coordinate]
    if isinstance(found, MergedCell) or found.data_type != "f":
        return Cell("")
    text = str(getattr(found.value, "text", found.value))
    return Cell(text, unread=FORMULA.format(shortened(text)))
