"""Data tables of invented councils, as CSV and as XLSX, with their mappings."""

import csv
import io
from collections.abc import Mapping as Values
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

import openpyxl

from redress.model.authorities import Authorities
from redress.model.reference import load_authorities
from redress.model.season import Season
from redress.model.witness import WitnessFigure
from redress.read.data_tables.data_table import DataTable, read_data_table
from redress.read.data_tables.mapping import Mapping, read_mapping
from tests.made import SAMPLE_AUTHORITIES, SEASON

ADDRESS = "2021/data-tables/decided.csv"
DECIDED = Mapping.model_validate(
    {
        "authority": "Authority Name",
        "figures": {
            "Upheld": {"measure": "upheld_count"},
            "Total investigated": {"measure": "investigations_count"},
            "Uphold rate": {"measure": "uphold_rate_pct"},
        },
    }
)
HEADINGS = ("Authority Name", "Upheld", "Total investigated", "Uphold rate")
PELLONSHIRE_ROW = ("Pellonshire County Council", "33", "40", "83%")
WEXMARSH_ROW = ("Wexmarsh District Council", "0", "3", "0%")

Cells = Sequence[object]


@cache
def authorities(additional: Path = SAMPLE_AUTHORITIES) -> Authorities:
    return load_authorities(additional=additional)


def csv_bytes(*rows: Cells, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(sheets: Values[str, Sequence[Cells]], formats: Values[str, str] | None = None) -> bytes:
    """Return a workbook with these sheets; `formats` has every sheet's number formats by cell: {"D2": "0%"}."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
        for place, number_format in (formats or {}).items():
            sheet[place].number_format = number_format
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


TABLE = csv_bytes(HEADINGS, PELLONSHIRE_ROW, WEXMARSH_ROW)


def mapping(text: str) -> Mapping:
    return read_mapping(text.encode(), "2021/decided.yml")


def read(content: bytes, meant: Mapping = DECIDED, *, address: str = ADDRESS, season: Season = SEASON) -> DataTable:
    return read_data_table(content, address, meant, season, authorities())


def values(table: DataTable) -> dict[tuple[str | None, str], Decimal | None]:
    """Return the values of a table by authority id and measure."""
    return {(figure.authority_id, figure.measure): figure.value for figure in table.figures}


def figure(table: DataTable, measure: str, authority_id: str = "SAMPLE-01") -> WitnessFigure:
    """Return the one figure that a table has for an authority and a measure."""
    (found,) = [one for one in table.figures if (one.authority_id, one.measure) == (authority_id, measure)]
    return found
