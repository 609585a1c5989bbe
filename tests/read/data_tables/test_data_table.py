"""Reading a data table finds its headings, keeps the place of each number, and reports what was not used."""

from decimal import Decimal

import pytest

from redress.model.season import Season
from redress.model.witness import WitnessAbsence, WitnessError
from redress.read.data_tables.data_table import read_data_table, report_of_unmapped_file
from tests.made import SEASON, sha256
from tests.read.data_tables.made_tables import (
    ADDRESS,
    DECIDED,
    HEADINGS,
    PELLONSHIRE_ROW,
    WEXMARSH_ROW,
    authorities,
    csv_bytes,
    figure,
    mapping,
    read,
    values,
    xlsx_bytes,
)

PREAMBLE = (("Complaints decided 2020-21",), (), ("Upheld means that we found fault", "", "", "*"), ())
EXPECTED = {
    ("SAMPLE-01", "upheld_count"): 33,
    ("SAMPLE-01", "investigations_count"): 40,
    ("SAMPLE-01", "uphold_rate_pct"): 83,
    ("SAMPLE-02", "upheld_count"): 0,
    ("SAMPLE-02", "investigations_count"): 3,
    ("SAMPLE-02", "uphold_rate_pct"): 0,
}


def test_the_headings_are_found_below_a_preamble_and_each_figure_has_its_place() -> None:
    table = read(csv_bytes(*PREAMBLE, HEADINGS, PELLONSHIRE_ROW, WEXMARSH_ROW))
    assert values(table) == EXPECTED
    assert table.reports == ()
    upheld = figure(table, "upheld_count")
    assert (upheld.row_number, upheld.column_name, upheld.printed_text) == (6, "Upheld", "33")
    assert (upheld.printed_authority_name, upheld.source_address) == ("Pellonshire County Council", ADDRESS)


def test_a_spreadsheet_gives_the_same_as_its_text() -> None:
    rows = (
        *PREAMBLE,
        HEADINGS,
        ("Pellonshire County Council", 33, 40, 0.83),
        ("Wexmarsh District Council", 0, 3, 0),
    )
    content = xlsx_bytes({"Notes": [("About this table",)], "Decided": rows}, {"D6": "0%", "D7": "0.0%"})
    table = read(content, address="2021/decided.xlsx")
    assert values(table) == EXPECTED
    assert figure(table, "uphold_rate_pct").printed_text == "83%"
    assert figure(table, "uphold_rate_pct").row_number == 6


@pytest.mark.parametrize(
    "headings",
    [
        ("AUTHORITY NAME", "upheld", "Total  Investigated", "Uphold rate*"),
        ("Authority\nName", "Upheld ", "Total\ninvestigated", "Uphold rate [1]"),
    ],
)
def test_headings_printed_otherwise_are_the_same_columns(headings: tuple[str, ...]) -> None:
    assert values(read(csv_bytes(headings, PELLONSHIRE_ROW, WEXMARSH_ROW))) == EXPECTED


def test_columns_are_found_by_their_headings_and_not_by_their_order() -> None:
    backwards = [tuple(reversed(row)) for row in (HEADINGS, PELLONSHIRE_ROW, WEXMARSH_ROW)]
    assert values(read(csv_bytes(*backwards))) == EXPECTED


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8-sig", ","), ("cp1252", ","), ("utf-16", ","), ("utf-8", ";"), ("utf-8", "\t")],
)
def test_a_text_is_read_in_whatever_encoding_and_with_whatever_delimiter(encoding: str, delimiter: str) -> None:
    rows = (("A “quoted” note – £7",), HEADINGS, PELLONSHIRE_ROW, WEXMARSH_ROW)
    assert values(read(csv_bytes(*rows, encoding=encoding, delimiter=delimiter))) == EXPECTED
    assert values(read(csv_bytes(*rows[1:], encoding=encoding, delimiter=delimiter))) == EXPECTED


def test_a_missing_column_is_an_error_with_the_row_and_the_columns_that_are_there() -> None:
    content = csv_bytes(("note",), ("Authority Name", "Upheld complaints", "Total investigated", "Uphold rate"))
    with pytest.raises(WitnessError) as error:
        read(content)
    assert str(error.value).startswith(
        f'{ADDRESS}, row 2: no column "Upheld"; the columns there: "Authority Name", '
    )
    assert '"Upheld complaints"' in str(error.value)


def test_a_table_without_any_of_the_columns_is_an_error_with_what_looks_like_headings() -> None:
    with pytest.raises(WitnessError, match=r'no row has any of the mapped columns .*likeliest headings: "a", "b"'):
        read(csv_bytes(("a", "b"), ("1", "2")))
    with pytest.raises(WitnessError, match="no row looks like headings"):
        read(b"")


def test_a_heading_that_stands_twice_is_an_error() -> None:
    with pytest.raises(WitnessError, match=r'row 1: the heading "Upheld" stands in columns B, E'):
        read(csv_bytes((*HEADINGS, "Upheld"), (*PELLONSHIRE_ROW, "3")))


def test_a_column_that_nobody_mapped_is_reported_and_one_that_is_ignored_is_not() -> None:
    content = csv_bytes((*HEADINGS, "Region", "Rank", ""), (*PELLONSHIRE_ROW, "South West", "4", "x"))
    ignoring = DECIDED.model_copy(update={"ignored": ("REGION",)})
    table = read(content, ignoring)
    assert [(one.row_number, one.column_name) for one in table.reports] == [(1, "Rank"), (2, "G")]
    assert (
        table.reports[0].detail == 'the mapping does not name the column "Rank"; map it, or list it under ignored'
    )
    assert "no heading, and holds values" in table.reports[1].detail


def test_totals_and_notes_are_reported_with_their_rows_and_are_no_authoritys_figures() -> None:
    content = csv_bytes(
        HEADINGS, PELLONSHIRE_ROW, ("Total", "1,033", "1,340", "77%"), (), ("Note: a dash is none",), ("", "5")
    )
    table = read(content)
    assert [report.row_number for report in table.reports] == [3, 5, 6]
    assert "“Total”" in table.reports[0].detail
    assert "names no authority" in table.reports[2].detail
    without = [one for one in table.figures if one.authority_id is None]
    assert {one.printed_authority_name for one in without} == {"Total"}
    assert [one.value for one in without] == [1033, 1340, 77]


def test_a_council_has_its_row_in_its_last_season_and_after_its_end() -> None:
    content = csv_bytes(HEADINGS, ("Corby Borough Council", "-", "-", "-"))
    for season in (SEASON, Season(2022)):  # it ended on 31 March 2021, the last day of season 2021
        table = read(content, season=season)
        assert table.reports == ()
        assert {one.authority_id for one in table.figures} == {"COR"}


def test_a_name_is_resolved_on_the_last_day_of_the_tables_period() -> None:
    content = csv_bytes(HEADINGS, ("North Northamptonshire Council", "-", "-", "-"))
    early = read(content, season=Season(2020))
    assert "began on 1 April 2021" in early.reports[0].detail
    assert early.figures == ()


def test_an_authority_with_several_rows_has_no_value_and_both_rows_are_named() -> None:
    content = csv_bytes(HEADINGS, PELLONSHIRE_ROW, WEXMARSH_ROW, ("Pellonshire", "34", "40", "85%"))
    table = read(content)
    assert {one.value for one in table.figures if one.authority_id == "SAMPLE-01"} == {None}
    assert {one.absence for one in table.figures if one.authority_id == "SAMPLE-01"} == {
        WitnessAbsence.REPEATED_AUTHORITY
    }
    assert figure(table, "upheld_count", "SAMPLE-02").value == 0
    assert [report.detail for report in table.reports] == [
        "SAMPLE-01 has the rows 2, 4; nobody can say which is meant, so none is compared"
    ]


def test_a_footnote_at_a_name_is_none_of_it() -> None:
    table = read(csv_bytes(HEADINGS, ("Pellonshire County Council* [1]", "1,033*", "1 340", "77 %")))
    assert [(one.authority_id, one.value) for one in table.figures] == [
        ("SAMPLE-01", Decimal(value)) for value in (1033, 1340, 77)
    ]
    assert table.figures[0].printed_authority_name == "Pellonshire County Council* [1]"
    assert table.figures[0].printed_text == "1,033*"


def test_absent_cells_have_a_reason() -> None:
    table = read(
        csv_bytes(
            HEADINGS, ("Pellonshire County Council", "*", "-", ""), ("Wexmarsh District Council", "", "n/a", "")
        )
    )
    assert {one.value for one in table.figures} == {None}
    assert [str(one.absence) for one in table.figures] == ["withheld", *["not_stated"] * 5]
    assert table.reports == ()


@pytest.mark.parametrize(
    ("row", "cells_count"),
    [
        (("Pellonshire County Council", "South", "33", "40", "83%"), 5),
        (("Pellonshire County Council", "33", "40"), 3),
    ],
    ids=["more", "fewer"],
)
def test_a_row_with_more_or_fewer_cells_than_headings_gives_no_figure(
    row: tuple[str, ...], cells_count: int
) -> None:
    table = read(csv_bytes(HEADINGS, row, (*WEXMARSH_ROW, "", "")))
    assert {one.authority_id for one in table.figures} == {"SAMPLE-02"}
    (report,) = [one for one in table.reports if one.row_number == 2 and one.column_name is None]
    assert report.detail.startswith(f"the row has {cells_count} cells below 4 headings")


def test_no_row_below_other_headings_is_read_by_the_first_ones() -> None:
    others = ("Authority Name", "Total investigated", "Upheld", "Uphold rate")
    table = read(csv_bytes(HEADINGS, PELLONSHIRE_ROW, (), others, WEXMARSH_ROW))
    assert {one.authority_id for one in table.figures} == {"SAMPLE-01"}
    (report,) = table.reports
    assert report.row_number == 4
    assert "it begins another table" in report.detail
    again = read(csv_bytes(HEADINGS, PELLONSHIRE_ROW, HEADINGS, WEXMARSH_ROW))
    assert values(again).items() >= EXPECTED.items()


@pytest.mark.parametrize("cut", [b",33,4", b",33,40", b",33,40,8"])
def test_no_figure_of_a_row_in_which_a_file_is_cut_is_taken(cut: bytes) -> None:
    whole = csv_bytes(HEADINGS, WEXMARSH_ROW, PELLONSHIRE_ROW)
    table = read(whole[: whole.index(b",33,40") + len(cut)])
    assert {one.authority_id for one in table.figures} == {"SAMPLE-02"}
    (report,) = table.reports
    assert report.row_number == 3
    assert " cut" in report.detail
    assert values(read(whole.rstrip())) == EXPECTED  # the last cell ends with its sign


def test_a_row_of_many_headings_is_no_long_cell() -> None:
    headings = (*HEADINGS, *(f"other {number}" for number in range(5000)))
    row = (*PELLONSHIRE_ROW, *[""] * 5000)
    assert figure(read(csv_bytes(headings, row)), "upheld_count").value == 33


@pytest.mark.parametrize(
    ("cells", "column", "detail"),
    [
        (("12.5", "40", "83%"), "Upheld", '"12.5" is no whole number'),
        (("53%", "40", "83%"), "Upheld", '"53%" is no whole number'),
        (("33", "40", "830%"), "Uphold rate", '"830%" is no rate from 0% to 100%'),
        (("33", "forty", "83%"), "Total investigated", '"forty" is no whole number'),
        (("33", "99999999999", "83%"), "Total investigated", '"99999999999" is no whole number'),
    ],
)
def test_a_number_that_its_measure_cannot_have_is_reported_and_not_taken(
    cells: tuple[str, ...], column: str, detail: str
) -> None:
    table = read(csv_bytes(HEADINGS, ("Pellonshire County Council", *cells)))
    assert [(one.row_number, one.column_name, one.detail) for one in table.reports] == [(2, column, detail)]
    (refused,) = [one for one in table.figures if one.column_name == column]
    assert (refused.value, refused.absence) == (None, WitnessAbsence.NOT_A_NUMBER)


RATE = "authority: Authority\nfigures:\n  Rate: {measure: uphold_rate_pct%s}\n"


def rate_of(text: object, unit: str = "", number_format: str | None = None) -> Decimal | None:
    rows = (("Authority", "Rate"), ("Pellonshire County Council", text))
    meant = mapping(RATE % (f", unit: {unit}" if unit else ""))
    if isinstance(text, str):
        return figure(read(csv_bytes(*rows), meant), "uphold_rate_pct").value
    content = xlsx_bytes({"Sheet": rows}, {"B2": number_format} if number_format else None)
    return figure(read(content, meant, address="2021/rates.xlsx"), "uphold_rate_pct").value


@pytest.mark.parametrize(
    ("text", "unit", "number_format", "value"),
    [
        ("53%", "", None, "53"),
        ("53", "", None, "53"),
        ("53", "per_cent", None, "53"),
        ("0.53", "per_cent", None, "0.53"),
        ("0.53", "fraction", None, "53"),
        ("1", "fraction", None, "100"),
        ("53%", "fraction", None, "53"),
        ("0.4949", "fraction", None, "49.49"),
        (0.53, "", "0%", "53"),
        (0.53, "", "0.00%", "53"),
        (0.825, "fraction", None, "82.5"),
        (0.1 + 0.2, "", "0%", "30"),
        (1, "", "0%", "100"),
        (53, "", None, "53"),
        ("53", "fraction", None, None),
    ],
)
def test_a_percentage_is_read_however_it_is_written(
    text: object, unit: str, number_format: str | None, value: str | None
) -> None:
    assert rate_of(text, unit, number_format) == (None if value is None else Decimal(value))


def test_a_bare_0_53_could_be_either_and_is_an_error_until_the_mapping_says_which() -> None:
    for text in ("0.53", 0.53):
        with pytest.raises(WitnessError, match=r'row 2, column "Rate": 0\.53 without a % sign .* unit: fraction'):
            rate_of(text)


def test_two_sheets_with_the_same_headings_have_to_be_told_apart() -> None:
    rows = {"2020": (HEADINGS, WEXMARSH_ROW), "2021": (HEADINGS, PELLONSHIRE_ROW)}
    with pytest.raises(WitnessError, match='several sheets: "2020", "2021"; name one'):
        read(xlsx_bytes(rows), address="2021/decided.xlsx")
    named = DECIDED.model_copy(update={"sheet": "2021"})
    assert {one.authority_id for one in read(xlsx_bytes(rows), named, address="2021/decided.xlsx").figures} == {
        "SAMPLE-01"
    }
    absent = DECIDED.model_copy(update={"sheet": "2019"})
    with pytest.raises(WitnessError, match='has no sheet "2019"; its sheets: "2020", "2021"'):
        read(xlsx_bytes(rows), absent, address="2021/decided.xlsx")


@pytest.mark.parametrize(
    ("content", "address"),
    [(b"PK\x03\x04 torn", "2021/a.xlsx"), (b"Authority,Upheld", "2021/a.xlsx"), (b"PK\x03\x04\0\0", "2021/a.csv")],
)
def test_a_file_that_is_no_table_is_an_error_with_its_name(content: bytes, address: str) -> None:
    with pytest.raises(WitnessError, match=address):
        read_data_table(content, address, DECIDED, SEASON, authorities())


def test_a_table_without_a_mapping_gets_a_start_of_one() -> None:
    content = csv_bytes(*PREAMBLE, HEADINGS, PELLONSHIRE_ROW)
    report = report_of_unmapped_file(content, ADDRESS, "2021/data-tables/decided.yml")
    assert report.detail == (
        "no mapping; write decided.yml beside it and run the season again, here is a start: "
        "{authority: Authority Name, figures: {Upheld: {measure: SAY WHICH}, Total investigated: "
        "{measure: SAY WHICH}, Uphold rate: {measure: SAY WHICH}}}"
    )
    assert len(report.witness_sha256) == len(sha256(""))


@pytest.mark.parametrize("content", [b"", b"1,2\n3,4\n", b"\0\1\2"])
def test_a_file_that_is_no_table_has_no_start(content: bytes) -> None:
    assert report_of_unmapped_file(content, ADDRESS, "decided.yml").detail.startswith("no mapping, and no ")
