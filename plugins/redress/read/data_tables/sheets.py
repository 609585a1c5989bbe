"""The rows of a data table's file, CSV or XLSX, as cells; what they mean is not decided here."""

import csv
import io

from redress.model.witness import WitnessError
from redress.read.data_tables.cells import Cell
from redress.read.data_tables.sheet import Row, Sheet
from redress.read.data_tables.workbook import MOST_BYTES, workbook_sheets

CSV_DELIMITERS = (",", ";", "\t")


def read_sheets(content: bytes, address: str) -> tuple[Sheet, ...]:
    """Return the sheets of a file; a CSV file gives one sheet for each possible delimiter.

    Raise WitnessError if the file is neither CSV nor XLSX, or is too large to be a table.
    """
    if len(content) > MOST_BYTES:
        raise WitnessError(f"{address} has {len(content):,} bytes, more than any data table; take it out")
    if address.lower().endswith(".xlsx"):
        return tuple(workbook_sheets(content, address))
    text = _decoded(content, address)
    return tuple(Sheet(None, rows) for delimiter in CSV_DELIMITERS if (rows := _csv_rows(text, delimiter)))


def _decoded(content: bytes, address: str) -> str:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    if b"\0" not in content or encodings == ["utf-16"]:
        for encoding in encodings:
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise WitnessError(f"{address} is no text in UTF-8, UTF-16 or Windows-1252; save it as CSV in UTF-8")


def _csv_rows(text: str, delimiter: str) -> tuple[Row, ...]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return tuple(tuple(Cell(" ".join(cell.split())) for cell in row) for row in reader)
