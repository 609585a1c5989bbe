"""A spreadsheet's cell is read as a person sees it, and a cell that is not read is reported with its place."""

import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting import rule as openpyxl_rule
from openpyxl.styles import Color, Font, GradientFill, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.worksheet import Worksheet

from redress.model.witness import WitnessAbsence, WitnessError
from redress.read.data_tables.data_table import DataTable
from redress.read.data_tables.mapping import Mapping
from tests.read.data_tables.made_tables import DECIDED, HEADINGS, figure, read

ROWS = (HEADINGS, ("Pellonshire County Council", 33, 40, 0.83), ("Wexmarsh District Council", 0, 3, 0))
RAISED = InlineFont(vertAlign="superscript")
made: Any = openpyxl_rule  # its functions have no types


def workbook(
    change: Callable[[Worksheet], object], *, add: Callable[[openpyxl.Workbook], object] = lambda book: None
) -> bytes:
    """Return a workbook with the table in a sheet "Decided", after `change` of the sheet and `add` to the workbook.
    Cell B2 has the upheld count of Pellonshire.
    """
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Decided"
    for row in ROWS:
        sheet.append(row)
    for place in ("D2", "D3"):
        sheet[place].number_format = "0%"
    change(sheet)
    add(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def table(change: Callable[[Worksheet], object], meant: Mapping = DECIDED) -> DataTable:
    return read(workbook(change), meant, address="2021/decided.xlsx")


def put(
    value: object,
    font: Font | None = None,
    number_format: str | None = None,
    fill: PatternFill | GradientFill | None = None,
) -> Callable[[Worksheet], object]:
    """Return a change of a sheet that puts a value into B2, in a font, a number format and a fill."""

    def change(sheet: Worksheet) -> None:
        cell = sheet["B2"]
        cell.value = value
        if font is not None:
            cell.font = font
        if number_format is not None:
            cell.number_format = number_format
        if fill is not None:
            cell.fill = fill

    return change


def details(read_table: DataTable) -> str:
    return "\n".join(report.detail for report in read_table.reports)


READ = {
    "a raised run": (CellRichText("33", TextBlock(RAISED, "1")), 33),
    "a lowered run": (CellRichText("33", TextBlock(InlineFont(vertAlign="subscript"), "a")), 33),
    "a raised run in front": (CellRichText(TextBlock(RAISED, "2"), "33"), 33),
    "a struck run": (CellRichText(TextBlock(InlineFont(strike=True), "31"), " 33"), 33),
    "a bold run": (CellRichText(TextBlock(InlineFont(b=True), "3"), "3"), 33),
    "text with spaces": (" 33 \u00a0", 33),
    "text with thousands": ("1 240", 1240),
    "text with a narrow space": ("1\u202f240", 1240),
}


@pytest.mark.parametrize(("value", "seen"), READ.values(), ids=READ)
def test_a_cell_says_what_is_seen_in_it(value: object, seen: int) -> None:
    found = table(put(value))
    assert figure(found, "upheld_count").value == seen
    assert found.reports == ()


UNREAD = {
    "a formula without a value": (put("=30+3"), r"cell B2 holds a formula \(=30\+3\) without a stored value"),
    "struck through": (put(33, Font(strike=True)), "cell B2 is struck through"),
    "struck text": (put("33", Font(strike=True)), "cell B2 is struck through"),
    "a struck run alone": (
        put(CellRichText(TextBlock(InlineFont(strike=True), "33"))),
        "cell B2 is struck through",
    ),
    "all raised": (put(33, Font(vertAlign="superscript")), "cell B2 is set above or below"),
    "raised text": (put("33", Font(vertAlign="superscript")), "cell B2 is set above or below"),
    "white on white": (put(33, Font(color="FFFFFFFF")), "cell B2 has letters in hardly another colour"),
    "nearly white": (put(33, Font(color="FFF4F4F4")), "cell B2 has letters in hardly another colour"),
    "white by its number": (put(33, Font(color=Color(indexed=9))), "cell B2 has letters in hardly another colour"),
    "the theme's paper": (put(33, Font(color=Color(theme=0))), "cell B2 has letters in hardly another colour"),
    "grey, lightened": (
        put(33, Font(color=Color(theme=1, tint=0.9))),
        "cell B2 has letters in hardly another colour",
    ),
    "white on a white fill": (
        put(33, Font(color="FFFFFFFF"), fill=PatternFill("solid", fgColor="FFFFFFFF")),
        "cell B2 has letters in hardly another colour",
    ),
    "dark on dark": (
        put(33, fill=PatternFill("solid", fgColor="FF101010")),
        "cell B2 has letters in hardly another colour",
    ),
    "white text": (put("33", Font(color="FFFFFFFF")), "cell B2 has letters in hardly another colour"),
    "a white digit": (
        put(CellRichText("3", TextBlock(InlineFont(color=Color("FFFFFFFF")), "3"))),
        "cell B2 has letters in hardly another colour",
    ),
    "a tiny digit": (
        put(CellRichText("3", TextBlock(InlineFont(sz=1), "3"))),
        "cell B2 has type, or a row, that is",
    ),
    "tiny type": (put(33, Font(sz=1)), "cell B2 has type, or a row, that is too low"),
    "a font of symbols": (put(33, Font(name="Wingdings")), "cell B2 is set in a font of symbols"),
    "shown with a bare digit": (put(33, number_format="0 9"), "cell B2 shows its number 33"),
    "shown with a hyphen": (put(33, number_format="0-0"), "cell B2 shows its number 33"),
    "filled up with a digit": (put(33, number_format="*90"), "cell B2 shows its number 33"),
    "in white by its format": (put(33, number_format="[White]0"), "cell B2 shows its number 33"),
    "as a fraction": (put(33, number_format="# ?/?"), "cell B2 shows its number 33"),
    "twice a percentage": (put(33, number_format="0%%"), "cell B2 shows its number 3300%"),
    "text with a digit": (put("33", number_format='@"9"'), "cell B2 shows its number 33"),
    "text shown as nothing": (put("33", number_format="0;-0;0;"), "cell B2 shows its number 33"),
    "shown as nothing": (put(33, number_format=";;;"), "cell B2 shows its number 33"),
    "shown in thousands": (put(33000, number_format="0,"), "cell B2 shows its number 33000"),
    "shown with a digit": (put(33, number_format='0"1"'), "cell B2 shows its number 33"),
    "a zero that is not shown": (put(0, number_format="0;-0;;@"), "cell B2 shows its number 0"),
    "merged": (lambda sheet: sheet.merge_cells("B2:B3"), "cell B2 is merged"),
    "merged with text": (lambda sheet: (put("33")(sheet), sheet.merge_cells("B2:B3")), "cell B2 is merged"),
}


@pytest.mark.parametrize(("change", "reason"), UNREAD.values(), ids=UNREAD)
def test_a_cell_that_a_person_reads_otherwise_is_reported_and_not_read(
    change: Callable[[Worksheet], object], reason: str
) -> None:
    found = table(change)
    assert figure(found, "upheld_count").value is None
    assert re.search(reason, details(found))
    assert figure(found, "investigations_count").value == 40


@pytest.mark.parametrize(
    "number_format",
    ["General", "0", "#,##0", "#,##0_);[Red](#,##0)", "@", '0" cases"', "[$-809]0", "0;-0;0;@", "# ##0", "000"],
)
def test_ordinary_number_formats_are_read(number_format: str) -> None:
    assert figure(table(put(33, number_format=number_format)), "upheld_count").value == 33


def test_a_number_that_does_not_fit_in_its_column_is_not_read() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B2"] = 123456
        sheet.column_dimensions["B"].width = 2

    assert "cell B2 does not fit in its column" in details(table(change))


def test_a_gradient_behind_a_number_counts() -> None:
    fill = GradientFill(stop=("FF000000", "FF202020"))
    assert "cell B2 has letters in hardly another colour" in details(table(put(33, fill=fill)))


@pytest.mark.parametrize(
    ("rule", "is_read"),
    [
        (made.CellIsRule("greaterThan", ["30"], font=Font(color="FFFFFFFF")), False),
        (made.CellIsRule("greaterThan", ["30"], fill=PatternFill(bgColor="FF000000")), False),
        (made.IconSetRule("3Arrows", "percent", [0, 33, 67], showValue=False), False),
        (made.DataBarRule("min", 0, "max", 0, "FF638EC6", showValue=False), False),
        (made.Rule("expression", dxf=DifferentialStyle(numFmt=NumberFormat(200, '0"9"')), formula=["TRUE"]), False),
        (made.IconSetRule("3Arrows", "percent", [0, 33, 67]), True),
        (made.CellIsRule("greaterThan", ["30"], font=Font(color="FFC00000", b=True)), True),
        (made.ColorScaleRule("min", start_color="FFFFFF", end_type="max", end_color="FFEF9C"), True),
    ],
)
def test_a_number_that_a_conditional_format_may_hide_is_not_read(rule: object, is_read: bool) -> None:
    found = table(lambda sheet: sheet.conditional_formatting.add("B2:B3", rule))
    assert (figure(found, "upheld_count").value == 33) is is_read
    assert ("cell B2 has a conditional format" in details(found)) is not is_read


def test_a_low_row_is_not_read() -> None:
    def change(sheet: Worksheet) -> None:
        sheet.row_dimensions[2].height = 1

    assert "cell A2 has type, or a row, that is too low to be read" in details(table(change))


def test_white_letters_on_a_coloured_cell_are_seen() -> None:
    fill = PatternFill("solid", fgColor="FF003366")
    assert figure(table(put(33, Font(color="FFFFFFFF"), fill=fill)), "upheld_count").value == 33


def edited(content: bytes, pattern: bytes, replacement: bytes) -> bytes:
    """Return a workbook with one place of its sheet's XML replaced, for contents that openpyxl does not write."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                text, count = re.subn(pattern, replacement, text)
                assert count == 1
            new.writestr(name, text)
    return changed.getvalue()


def test_a_stored_value_of_a_formula_is_read() -> None:
    content = edited(workbook(put("=30+3")), rb"(<f>30\+3</f>)<v>?(?: ?/>|</v>)", rb"\1<v>33</v>")
    found = read(content, address="2021/decided.xlsx")
    assert figure(found, "upheld_count").value == 33
    assert found.reports == ()


def test_a_heading_and_a_name_lose_their_raised_marks() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B1"].value = CellRichText("Upheld", TextBlock(RAISED, "2"))
        sheet["A2"].value = CellRichText("Pellonshire County Council", TextBlock(RAISED, "3"))

    assert figure(table(change), "upheld_count").value == 33


@pytest.mark.parametrize("hidden", [b'hidden="1"', b'ht="0" customHeight="1"'])
def test_a_hidden_row_is_reported_and_not_read(hidden: bytes) -> None:
    content = edited(workbook(lambda sheet: None), rb'<row r="2"', b'<row r="2" ' + hidden)
    found = read(content, address="2021/decided.xlsx")
    assert {one.authority_id for one in found.figures} == {"SAMPLE-02"}
    assert [(one.row_number, one.detail.split(",")[0]) for one in found.reports] == [(2, "row 2 is hidden")]


def test_hidden_rows_are_reported_together() -> None:
    def change(sheet: Worksheet) -> None:
        for number in (2, 3):
            sheet.row_dimensions[number].hidden = True

    assert details(table(change)).startswith("rows 2 to 3 are hidden")


def test_a_hidden_column_is_not_read() -> None:
    def old_column(sheet: Worksheet) -> None:
        sheet["E1"].value, sheet["E2"].value = "Upheld", 99
        sheet.column_dimensions["E"].hidden = True

    found = table(old_column)
    assert figure(found, "upheld_count").value == 33
    assert "column E is hidden" in details(found)

    def needed_column(sheet: Worksheet) -> None:
        sheet.column_dimensions["B"].hidden = True

    with pytest.raises(WitnessError, match=r'no column "Upheld".*not read: column B is hidden'):
        table(needed_column)


def test_a_hidden_sheet_is_not_read() -> None:
    def add(book: openpyxl.Workbook) -> None:
        old = book.create_sheet("Old", 0)
        for row in (HEADINGS, ("Pellonshire County Council", 1, 2, "50%")):
            old.append(row)
        old.sheet_state = "veryHidden"

    content = workbook(lambda sheet: None, add=add)
    found = read(content, address="2021/decided.xlsx")
    assert figure(found, "upheld_count").value == 33
    assert 'the sheet "Old" is hidden' in details(found)
    with pytest.raises(WitnessError, match='the sheet "Old" is hidden'):
        read(content, DECIDED.model_copy(update={"sheet": "Old"}), address="2021/decided.xlsx")


def test_a_struck_name_takes_its_row_out() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["A2"].font = Font(strike=True)

    found = table(change)
    assert {one.authority_id for one in found.figures} == {"SAMPLE-02"}
    assert details(found) == "cell A2 is struck through, and is not read"


def test_a_cell_that_is_not_read_is_not_stated() -> None:
    found = figure(table(put(33, Font(strike=True))), "upheld_count")
    assert (found.value, found.absence, found.printed_text) == (None, WitnessAbsence.NOT_STATED, "")


def test_a_fraction_that_is_shown_as_a_percentage_is_one() -> None:
    assert figure(table(lambda sheet: None), "uphold_rate_pct").value == Decimal(83)


def test_a_cell_far_behind_the_table_is_refused_in_words() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["XFD1048576"].value = 1

    with pytest.raises(WitnessError, match="goes on to cell XFD1048576"):
        table(change)


def test_a_workbook_of_too_many_cells_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redress.read.data_tables.workbook.MOST_CELLS", 10)
    with pytest.raises(WitnessError, match="has 12 cells"):
        table(lambda sheet: None)
