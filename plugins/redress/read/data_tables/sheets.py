"""The rows of a data table's file, CSV or XLSX, as cells; what they mean is not decided here."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import openpyxl
from openpyxl.cell import Cell as ExcelCell
from openpyxl.cell import MergedCell

from redress.model.witness import WitnessError
from redress.read.data_tables.cells import Cell

CSV_DELIMITERS = (",", ";", "\t")
MOST_BYTES = 50_000_000
"""A table of 400 authorities has some 50 kB; a file beyond this, packed or not, is something else."""

Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    """The rows of one sheet, the first is row 1 and empty ones count; `name` is None for a CSV file."""

    name: str | None
    rows: tuple[Row, ...]


def read_sheets(content: bytes, address: str) -> tuple[Sheet, ...]:
    """Return the sheets of a file; a CSV file gives one sheet for each possible delimiter.

    Raise WitnessError if the file is neither CSV nor XLSX, or is too large to be a table.
    """
    if len(content) > MOST_BYTES:
        raise WitnessError(f"{address} has {len(content):,} bytes, more than any data table; take it out")
    if address.lower().endswith(".xlsx"):
        return tuple(_excel_sheets(content, address))
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


def _excel_sheets(content: bytes, address: str) -> Iterator[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MOST_BYTES:
            raise WitnessError(f"{address} unpacks to {unpacked:,} bytes, more than any data table; take it out")
        workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except WitnessError:
        raise
    except Exception as error:  # openpyxl raises errors of many kinds on a damaged file, KeyError among them
        raise WitnessError(
            f"{address} cannot be opened as XLSX ({error}); save it anew as XLSX or CSV, or take it out"
        ) from error
    for sheet in workbook.worksheets:
        yield Sheet(sheet.title, tuple(tuple(_excel_cell(cell) for cell in row) for row in sheet.iter_rows()))


def _excel_cell(cell: ExcelCell | MergedCell) -> Cell:
    value = cell.value
    if value is None:
        return Cell("")
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(repr(value))
        is_per_cent = "%" in cell.number_format
        shown = number * 100 if is_per_cent else number
        return Cell(f"{float(shown):.12g}{'%' if is_per_cent else ''}", number, is_per_cent)
    return Cell(" ".join(str(value).split()))
