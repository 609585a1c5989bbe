"""A table that cannot be read is reported in a sentence with its file and row, and the other tables are read."""

import io
import re
import time
import zipfile

import openpyxl
import pytest

from redress.acquire.source import SourceError
from redress.acquire.sources.manifest import ManifestSource
from redress.model.reference import SeedError, read_rows
from redress.model.season import Season
from redress.model.witness import WitnessReport
from redress.read.data_tables.cells import without_footnote
from redress.read.data_tables.data_table import DataTable
from redress.read.data_tables.season import FetchedTable, read_tables
from redress.settings import Limits
from tests.made import SEASON
from tests.read.data_tables.made_tables import (
    HEADINGS,
    PELLONSHIRE_ROW,
    TABLE,
    WEXMARSH_ROW,
    authorities,
    csv_bytes,
    xlsx_bytes,
)

pytestmark = pytest.mark.needs("processes")

MAPPING = b"authority: Authority Name\nfigures: {Upheld: {measure: upheld_count}}\n"
HEAD = csv_bytes(HEADINGS, PELLONSHIRE_ROW)
LONG_AFTER_A_QUOTE = HEAD + b'"' + csv_bytes(*[WEXMARSH_ROW] * 8000)


def with_a_merge_over_the_whole_sheet() -> bytes:
    """Return a workbook of a few kilobytes. It has a merged range, for which openpyxl makes 17 thousand million
    cells.
    """
    made = io.BytesIO()
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="F1:XFD1048576"/></mergeCells>'
    whole = io.BytesIO(xlsx_bytes({"Sheet": (HEADINGS, PELLONSHIRE_ROW)}))
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(made, "w") as out:
        for name in archive.namelist():
            out.writestr(name, archive.read(name).replace(b"</sheetData>", merge))
    return made.getvalue()


def with_a_cell_in_the_last_row() -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes({"Sheet": (HEADINGS, PELLONSHIRE_ROW)})))
    book.worksheets[0]["A1048576"] = " "
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def with_cells_in_a_style_that_is_not_there() -> bytes:
    """Return a workbook that openpyxl opens, but in which a cell's font raises IndexError: the cells name a font
    that the workbook does not have.
    """
    made = io.BytesIO()
    whole = io.BytesIO(xlsx_bytes({"Sheet": (HEADINGS, PELLONSHIRE_ROW)}))
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(made, "w") as out:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "xl/styles.xml":
                before, cells, after = content.partition(b"<cellXfs")
                content = before + cells + after.replace(b'fontId="0"', b'fontId="12"')
            out.writestr(name, content)
    return made.getvalue()


UNREADABLE = {
    "styles.xlsx": (with_cells_in_a_style_that_is_not_there(), MAPPING, "styles.xlsx cannot be opened as XLSX"),
    "far.xlsx": (with_a_cell_in_the_last_row(), MAPPING, 'the sheet "Sheet" goes on to cell D1048576'),
    "merged.xlsx": (with_a_merge_over_the_whole_sheet(), MAPPING, "(timed out|out of memory): reading"),
    "quote.csv": (
        HEAD + b'"' + csv_bytes(WEXMARSH_ROW),
        MAPPING,
        r"quote\.csv, row 3: a quotation mark in this row",
    ),
    "quote-long.csv": (LONG_AFTER_A_QUOTE, MAPPING, r"quote-long\.csv, row 3: a quotation mark in this row"),
    "quote-first.csv": (b'"Authority Name,Upheld\nA,1\n', MAPPING, r"quote-first\.csv, row 1: a quotation mark"),
    "quote-within.csv": (
        HEAD + b'"Wexmarsh District Council,0,3,0%\n"Corby, Borough",1,1,1%\n',
        MAPPING,
        r"quote-within\.csv, row 3: a quotation mark in this row",
    ),
    "long-cell.csv": (csv_bytes(HEADINGS, ("*" * 40_000 + "x",)), MAPPING, "row 2: a cell has 40,001 characters"),
    "commas.csv": (HEAD + b"," * 300_000, MAPPING, "more than 250,000 cells"),
    "deep.csv": (TABLE + b"\n", b"[" * 500, r"deep\.yml has brackets or lines that are nested too deep"),
    "date.csv": (TABLE + b"\n\n", b"a:\n  2021-99-99\n", r"date\.yml is no YAML: no timestamp: month .*line 2"),
    "number.csv": (TABLE + b"\n\n\n", b"a: " + b"9" * 5000, r"number\.yml is no YAML: no int: .*line 1"),
    "stamp.csv": (TABLE + b"\n\n\n\n", b"a: !!timestamp x", r"stamp\.yml is no YAML: no timestamp: .*line 1"),
    "bool.csv": (TABLE + b"\n\n\n\n\n", b"a: !!bool x", r"bool\.yml is no YAML: no bool: .*line 1"),
}
"""For each file name: a table and its mapping, of which one cannot be read, and a pattern of the sentence that
reports this."""


@pytest.fixture(scope="module")
def read() -> DataTable:
    tables = [
        FetchedTable(name, content, re.sub(r"\.\w+$", ".yml", name), mapping)
        for name, (content, mapping, _) in UNREADABLE.items()
    ]
    good = FetchedTable("good.csv", TABLE, "good.yml", MAPPING + b"ignored: [Total investigated, Uphold rate]\n")
    unmapped = FetchedTable("unmapped.csv", LONG_AFTER_A_QUOTE + b"x", "unmapped.yml", None)
    return read_tables([*tables, unmapped, good], SEASON, authorities(), Limits(time_seconds=2.0))


def reports(read: DataTable, address: str) -> list[WitnessReport]:
    return [report for report in read.reports if report.source_address == address]


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_table_that_cannot_be_read_is_a_sentence_with_its_file_and_row(read: DataTable, name: str) -> None:
    (report,) = reports(read, name)
    assert re.search(UNREADABLE[name][2], report.detail), report.detail
    assert report.detail.startswith("no figure of it is taken: ")
    assert len(report.detail) < 500


def test_a_table_that_cannot_be_read_stops_no_other_table(read: DataTable) -> None:
    assert {figure.source_address for figure in read.figures} == {"good.csv"}
    assert len(read.figures) == 2
    (unmapped,) = reports(read, "unmapped.csv")
    assert unmapped.detail.startswith("no mapping; write unmapped.yml beside it")


def test_a_cell_of_asterisks_takes_no_quadratic_time() -> None:
    began = time.process_time()
    assert without_footnote("*" * 120_000 + "x").endswith("x")
    assert without_footnote("12" + " *" * 60_000) == "12"
    assert without_footnote("x" + " " * 120_000 + "y [1]").endswith("y")
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[" * 200_000, r"letters\.json has brackets that are nested too deep"),
        (b'[{"season": ' + b"9" * 5000 + b"}]", r"letters\.json, entry 1: columns missing"),
        (
            b'[{"season": ' + b"9" * 5000 + b', "authority": "A", "address": "a.pdf"}]',
            r'letters\.json, entry 1, column season: "9{200}\.\.\."; expected a year',
        ),
        (
            b'[{"season": "2021-99-99", "authority": "A", "address": "a.pdf"}]',
            r'letters\.json, entry 1, column season: "2021-99-99"; expected a year',
        ),
        (
            b'[{"season": 1e99999, "authority": "A", "address": "a.pdf"}]',
            r"letters\.json, entry 1, column season: Infinity; expected a text",
        ),
        (
            b"[" + b"[], " * 2_500_000 + b"[]]",
            r"letters\.json has 10,000,004 bytes, and a list of letters has at most",
        ),
        (
            b'[{"season": "2021", "authority": "A", "address": "' + b"a" * 5000 + b'"}]',
            r"entry 1, column address: \"a{200}\.\.\.\"; expected an address of at most 4,096 characters",
        ),
        (
            b'[{"season": "2021", "authority": "' + b"A" * 50_000 + b'", "address": "a.pdf"}]',
            r"letters\.json, entry 1, column authority: \"A{200}\.\.\.\"; expected an authority_id, or",
        ),
    ],
)
def test_a_manifest_that_cannot_be_read_is_a_sentence_with_its_file_and_entry(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, message: str
) -> None:
    file = tmp_path_factory.mktemp("manifest") / "letters.json"
    file.write_bytes(content)

    def no_client() -> None:
        raise AssertionError("nothing is fetched")

    source = ManifestSource(str(file), authorities(), no_client)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match=message) as error:
        source.references(Season(2021))
    assert len(str(error.value)) < 2000


@pytest.mark.parametrize(
    "text", ['a,b\n1,"2\n3,4\n', 'a,b\n1,"' + "x" * 200_000], ids=["never closed", "longer than a cell"]
)
def test_a_reference_table_with_an_open_quotation_mark_is_a_sentence_with_its_line(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.mktemp("seed") / "councils.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SeedError, match=r"councils\.csv, line \d: a quotation mark is never closed"):
        list(read_rows(file, ("a", "b")))
