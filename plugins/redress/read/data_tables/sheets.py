"""Read the rows of cells from a data table's file, CSV or XLSX. Other modules decide what the cells mean.

Reading a file can take any amount of time and memory, so a run reads it in a worker.
"""

import csv
import io

from redress.model.witness import UnreadableTableError
from redress.read.data_tables.cells import Cell
from redress.read.data_tables.sheet import Row, Sheet
from redress.read.data_tables.workbook import MOST_BYTES, MOST_CELLS, workbook_sheets

CSV_DELIMITERS = (",", ";", "\t")
MOST_CHARACTERS_OF_A_CELL = 32_767
"""The most characters that spreadsheet programs keep in a cell."""


def read_sheets(content: bytes, address: str) -> tuple[Sheet, ...]:
    """Return the sheets of a file. A CSV file gives one sheet for each possible delimiter.

    Raise UnreadableTableError if the file is neither CSV nor XLSX, is too large to be a table, or has a cell with
    more characters than a spreadsheet can hold.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableTableError(f"{address} has {len(content):,} bytes, more than any data table; take it out")
    if address.lower().endswith(".xlsx"):
        sheets = checked = tuple(workbook_sheets(content, address))
    else:
        text = _decoded(content, address)
        found = (_csv_sheet(text, delimiter, address) for delimiter in CSV_DELIMITERS)
        sheets = tuple(sheet for sheet in found if sheet.rows or sheet.fault)
        checked = tuple(sorted(sheets, key=lambda sheet: sheet.widest, reverse=True)[:1])  # by the file's delimiter
    for sheet in checked:
        for row_number, row in enumerate(sheet.rows, start=1):
            longest = max((len(cell.text) for cell in row), default=0)
            if longest > MOST_CHARACTERS_OF_A_CELL:
                raise UnreadableTableError(
                    f"{address}, row {row_number}: a cell has {longest:,} characters, more than a cell of a "
                    "spreadsheet can have; correct the row"
                )
    return sheets


def _decoded(content: bytes, address: str) -> str:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    if b"\0" not in content or encodings == ["utf-16"]:
        for encoding in encodings:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise UnreadableTableError(f"{address} is no text in UTF-8, UTF-16 or Windows-1252; save it as CSV in UTF-8")


def _csv_sheet(text: str, delimiter: str, address: str) -> Sheet:
    """Return the rows of a CSV file as a sheet. If a row has wrong quotation marks, return only the rows before
    this row, and the fault. Raise UnreadableTableError if the file has more than MOST_CELLS cells.
    """
    rows: list[Row] = []
    cell_count = 0
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            cell_count += len(cells)
            if cell_count > MOST_CELLS:
                raise UnreadableTableError(
                    f"{address} has more than {MOST_CELLS:,} cells in its first {len(rows) + 1:,} rows, more than "
                    "any data table; take it out"
                )
            rows.append(tuple(Cell(" ".join(cell.split())) for cell in cells))
    except csv.Error as error:
        fault = (
            f"{address}, row {len(rows) + 1}: a quotation mark in this row is never closed, or stands inside a "
            f"cell ({error}); correct the row"
        )
        return Sheet(None, tuple(rows), fault=fault)
    return Sheet(None, tuple(rows), ends_open=not text.endswith(("\n", "\r")))
