"""The sheets of an XLSX file as a person sees them: what is hidden, struck through or raised is not read."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator

import openpyxl
from openpyxl.cell import Cell as ExcelCell
from openpyxl.cell import MergedCell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles.fonts import Font
from openpyxl.styles.proxy import StyleProxy
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from redress.model.printable import shortened
from redress.model.witness import UnreadableTableError
from redress.read.data_tables.cells import Cell, cell_of_number, read_cell
from redress.read.data_tables.sheet import Row, Sheet

MOST_BYTES = 50_000_000
"""A table of 400 authorities has some 50 kB; a file beyond this, packed or not, is something else."""
MOST_CELLS = 250_000
"""A table of 400 authorities has some ten thousand. A sheet has cells in every row and column up to its last."""

_Font = Font | InlineFont | StyleProxy

WHITE_THEME = 0
"""The colour of the paper among a workbook's colours, unless its theme is dark."""

_ELEMENT = re.compile(rb"<(?:\w+:)?([cf])[\s/>]")
"""The beginning of a cell, or of its formula."""
_WHITE = frozenset({"FFFFFFFF", "00FFFFFF"})
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_SPACING = re.compile(r"_.|\*.|\[(?:[a-z]+\d*|\$[^\]]*)\]", re.IGNORECASE)
_SCALED = re.compile(r"[0#?],+(?![0#?,])")

FORMULA = "holds a formula ({}) without a stored value; open the file in a spreadsheet program and save it"
STRUCK = "is struck through, and is not read"
RAISED = "is set above or below the line, as the mark of a footnote"
MERGED = "is merged with other cells, so nobody can say for which of them it stands"
FORMATTED = 'shows its number {} in the format "{}", which is another number or none'
PALE = "has white letters on white"


def workbook_sheets(content: bytes, address: str) -> Iterator[Sheet]:
    """Yield the sheets of an XLSX file.

    Raise UnreadableTableError if the file cannot be opened, or is too large for a table.
    """
    try:
        has_formulas = _has_formulas(content, address)
        workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True, rich_text=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content)) if has_formulas else None
    except (UnreadableTableError, MemoryError):
        raise
    except Exception as error:  # openpyxl raises errors of many kinds on a damaged file, KeyError among them
        raise UnreadableTableError(
            f"{address} cannot be opened as XLSX ({error}); save it anew as XLSX or CSV, or take it out"
        ) from error
    for sheet in workbook.worksheets:
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            last = f"{get_column_letter(sheet.max_column)}{sheet.max_row}"
            raise UnreadableTableError(
                f'{address}: the sheet "{sheet.title}" goes on to cell {last}, further than any data table; delete '
                "the rows and columns behind the table, and save the file"
            )
        yield _sheet(sheet, formulas)


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


def _sheet(sheet: Worksheet, formulas: Workbook | None) -> Sheet:
    merged = {area.start_cell.coordinate for area in sheet.merged_cells.ranges}
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
            cells.append(Cell("") if is_hidden else _cell(cell, merged, formulas))
        rows.append(tuple(cells))
    return Sheet(
        sheet.title,
        tuple(rows),
        is_hidden=sheet.sheet_state != "visible",
        hidden_rows=tuple(unseen_rows),
        hidden_columns=tuple(get_column_letter(number) for number in sorted(unseen_columns)),
    )


def _cell(cell: ExcelCell | MergedCell, merged: set[str], formulas: Workbook | None) -> Cell:
    if isinstance(cell, MergedCell):
        return Cell("")
    if cell.value is None:
        return _formula(cell, formulas)
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        if (fault := _fault(cell.font)) is not None:
            return Cell("", unread=fault)
        read = cell_of_number(cell.value, is_per_cent="%" in cell.number_format)
        if not _shows(cell.value, cell.number_format):
            return Cell(read.text, unread=FORMATTED.format(read.text, cell.number_format))
        if _is_pale(cell):
            return Cell("", unread=PALE)
        return Cell(read.text, unread=MERGED) if cell.coordinate in merged else read
    if not isinstance(cell.value, str | CellRichText):
        return Cell(" ".join(str(cell.value).split()))
    pieces = _pieces(cell)
    text = " ".join("".join(text for text, font in pieces if _fault(font) is None).split())
    faults = [fault for piece, font in pieces if piece.strip() and (fault := _fault(font)) is not None]
    if not text:
        return Cell("", unread=faults[0] if faults else None)
    is_merged_number = cell.coordinate in merged and read_cell(Cell(text)).value is not None
    return Cell(text, unread=MERGED if is_merged_number else None)


def _pieces(cell: ExcelCell) -> list[tuple[str, _Font]]:
    """Return the text of a cell in pieces of one font each."""
    if not isinstance(cell.value, CellRichText):
        return [(str(cell.value), cell.font)]
    return [
        (piece.text, piece.font) if isinstance(piece, TextBlock) else (str(piece), cell.font)
        for piece in cell.value
    ]


def _fault(font: _Font) -> str | None:
    """Return why text in a font is not read; None for ordinary text."""
    if font.strike:
        return STRUCK
    return RAISED if font.vertAlign in ("superscript", "subscript") else None


def _formula(cell: ExcelCell, formulas: Workbook | None) -> Cell:
    """Return a cell without a value: empty, or a formula that nobody has computed."""
    if formulas is None:
        return Cell("")
    found = formulas[cell.parent.title][cell.coordinate]
    if isinstance(found, MergedCell) or found.data_type != "f":
        return Cell("")
    text = str(getattr(found.value, "text", found.value))
    return Cell(text, unread=FORMULA.format(shortened(text)))


def _is_pale(cell: ExcelCell) -> bool:
    colour = cell.font.color
    if colour is None or cell.fill.fill_type is not None:
        return False
    return (colour.type == "rgb" and colour.rgb in _WHITE) or (
        colour.type == "theme" and colour.theme == WHITE_THEME
    )


def _shows(number: float, number_format: str) -> bool:
    """Return whether a number format shows the number itself, but for its decimal places."""
    sections = _sections(number_format)
    section = sections[1] if number < 0 and len(sections) > 1 else sections[0]
    if number == 0 and len(sections) > 2:
        section = sections[2]
    if any(re.search(r"[\d%]", quoted or escaped) for quoted, escaped in _QUOTED.findall(section)):
        return False
    section = _SPACING.sub("", _QUOTED.sub("", section))
    if section.strip().lower() in ("general", "@"):
        return True
    return re.search(r"[0#?]", section) is not None and not _SCALED.search(section) and "[" not in section


def _sections(number_format: str) -> list[str]:
    """Return the parts of a number format: for numbers above zero, below zero, and for zero."""
    parts = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format)
    return [part for part in parts if "@" not in part or part is parts[0]] or parts
