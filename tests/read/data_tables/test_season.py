"""A season's data tables go from the source to landing, and the run's record says what came of them."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from redress.acquire.archive import Archive
from redress.acquire.sources.folder import FolderSource
from redress.model.authorities import Authorities
from redress.model.season import Season
from redress.model.witness import WitnessError, WitnessKind
from redress.read.data_tables.data_table import DataTable
from redress.read.data_tables.season import FetchedTable, _read_table, read_tables, told
from redress.settings import Limits, Settings
from redress.steps import Run, read_data_tables
from redress.warehouse.landing import Landing
from samples.press.tables import read_rows
from tests.made import SAMPLE_AUTHORITIES, SAMPLES, SEASON
from tests.read.data_tables.made_tables import HEADINGS, TABLE, authorities, csv_bytes, values

pytestmark = pytest.mark.needs("processes")

LIMITS = Limits()
MAPPING = b"authority: Authority Name\nfigures: {Upheld: {measure: upheld_count}}\n"
FULL_MAPPING = MAPPING + b"ignored: [Total investigated, Uphold rate]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    for name, content in {"decided.csv": TABLE, "decided.yml": FULL_MAPPING}.items():
        path = folder / "2021" / "data-tables" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.of_season(SEASON, "run", Settings(home=tmp_path / "home", additional_authorities=SAMPLE_AUTHORITIES))


def land_data_tables(run: Run, source: FolderSource) -> int:
    """Read and land the data tables, as a run does when its letters pass the gate. Return the number of figures."""
    count = read_data_tables(run, source)
    Landing(run.settings.landing_folder).take_witnesses(run.season, WitnessKind.DATA_TABLE, run.data_tables)
    return count


def landed_hash(run: Run) -> str:
    return Landing(run.settings.landing_folder).content_hash()


def what_was_told(run: Run) -> str:
    return str(run.record.events()[-1]["told"])


def test_a_table_lands_and_its_bytes_and_its_mapping_are_archived(run: Run, folder: Path) -> None:
    assert land_data_tables(run, FolderSource(folder)) == 2
    assert what_was_told(run) == "2 figures of 2 authorities"
    cards = {path.read_text() for path in Path(run.settings.archive_address).rglob("*.json")}
    assert len(cards) == 2
    assert any("data tables beside the annual review letters of season 2021" in card for card in cards)
    (table,) = [path for path in Path(run.settings.archive_address).rglob("*.bin") if path.read_bytes() == TABLE]
    assert Archive(run.settings.archive_address).read(table.stem) == TABLE


def test_landing_twice_changes_nothing_and_a_table_that_is_gone_is_gone(run: Run, folder: Path) -> None:
    empty = landed_hash(run)
    land_data_tables(run, FolderSource(folder))
    first = landed_hash(run)
    land_data_tables(run, FolderSource(folder))
    assert landed_hash(run) == first != empty
    shutil.rmtree(folder / "2021" / "data-tables")
    (folder / "2021" / "letter.pdf").write_bytes(b"a letter")
    assert land_data_tables(run, FolderSource(folder)) == 0
    assert landed_hash(run) == empty
    assert what_was_told(run) == "none came with the letters"


def test_where_a_table_lies_does_not_decide_the_hash_and_what_its_mapping_says_does(run: Run, folder: Path) -> None:
    land_data_tables(run, FolderSource(folder))
    first = landed_hash(run)
    (folder / "2021" / "data-tables").rename(folder / "2021" / "tables")
    land_data_tables(run, FolderSource(folder))
    assert landed_hash(run) == first
    mapping = folder / "2021" / "tables" / "decided.yml"
    mapping.write_bytes(FULL_MAPPING.replace(b"upheld_count", b"investigations_count"))
    land_data_tables(run, FolderSource(folder))
    assert landed_hash(run) != first


def test_the_witnesses_of_one_kind_do_not_replace_those_of_the_other(run: Run, folder: Path) -> None:
    landing = Landing(run.settings.landing_folder)
    read = read_tables(
        [FetchedTable("2021/a.csv", TABLE, "2021/a.yml", FULL_MAPPING)], SEASON, authorities(), LIMITS
    )
    landing.replace_witnesses(SEASON, WitnessKind.STATISTICS_PAGE, read.figures)
    pages = landed_hash(run)
    land_data_tables(run, FolderSource(folder))
    assert landed_hash(run) != pages
    landing.replace_witnesses(SEASON, WitnessKind.DATA_TABLE, ())
    assert landed_hash(run) == pages


def test_a_table_without_a_mapping_is_reported_and_the_season_goes_on(run: Run, folder: Path) -> None:
    (folder / "2021" / "data-tables" / "received.csv").write_bytes(csv_bytes(("Council", "Adult care"), ("A", "1")))
    assert land_data_tables(run, FolderSource(folder)) == 2
    assert what_was_told(run) == (
        "2 figures of 2 authorities; 2021/data-tables/received.csv: no mapping; write received.yml beside it and "
        "run the season again, here is a start: {authority: Council, figures: {Adult care: {measure: SAY WHICH}}}"
    )


def test_a_table_that_does_not_fit_its_mapping_stops_the_run_and_landing_stays(run: Run, folder: Path) -> None:
    land_data_tables(run, FolderSource(folder))
    before = landed_hash(run)
    (folder / "2021" / "data-tables" / "decided.csv").write_bytes(TABLE.replace(b"Upheld", b"Found for"))
    with pytest.raises(
        WitnessError, match=r'decided\.csv, row 1: no column "Upheld"; the columns there: .*"Found for"'
    ):
        land_data_tables(run, FolderSource(folder))
    assert landed_hash(run) == before
    assert run.record.events()[-1]["state"] == "failed"


def test_of_copies_of_a_table_the_one_with_a_mapping_is_read() -> None:
    copies = [
        FetchedTable("2021/a.csv", TABLE, "2021/a.yml", None),
        FetchedTable("2021/b.csv", TABLE, "2021/b.yml", FULL_MAPPING),
        FetchedTable("2021/c.csv", TABLE, "2021/c.yml", FULL_MAPPING),
    ]
    read = read_tables(copies, SEASON, authorities(), LIMITS)
    assert values(read) == {("SAMPLE-01", "upheld_count"): 33, ("SAMPLE-02", "upheld_count"): 0}
    assert {figure.source_address for figure in read.figures} == {"2021/b.csv"}
    assert read.reports == ()


def fail_at_one(table: FetchedTable, season: Season, authorities: Authorities) -> DataTable:
    """Read a table, but raise KeyError for the table at the address 2021/fault.csv."""
    if table.address == "2021/fault.csv":
        raise KeyError("fault")
    return _read_table(table, season, authorities)


def test_a_fault_of_the_reader_costs_the_table_that_shows_it_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redress.read.data_tables.season._read_table", fail_at_one)
    tables = [
        FetchedTable("2021/fault.csv", TABLE + b"\n", "2021/fault.yml", FULL_MAPPING),
        FetchedTable("2021/whole.csv", TABLE, "2021/whole.yml", FULL_MAPPING),
    ]
    read = read_tables(tables, SEASON, authorities(), LIMITS)
    assert {figure.source_address for figure in read.figures} == {"2021/whole.csv"}
    assert [report.detail for report in read.reports] == [
        "no figure of it is taken: the reader has a fault that this file shows (KeyError: 'fault')"
    ]


def test_many_reports_are_counted_and_the_first_are_told() -> None:
    rows = [(f"Row {number}", "1", "1", "1%") for number in range(9)]
    read = read_tables(
        [FetchedTable("2021/a.csv", csv_bytes(HEADINGS, *rows), "2021/a.yml", MAPPING)],
        SEASON,
        authorities(),
        LIMITS,
    )
    assert len(read.reports) == 11  # two columns that are not mapped, nine names
    assert told(read).startswith(
        "0 figures of 0 authorities; 2021/a.csv, row 1: the mapping does not name the column"
    )
    assert told(read).endswith("; and 6 more, in audit.witness_reports")


def test_the_sample_table_says_what_the_sample_letters_were_printed_from(run: Run) -> None:
    land_data_tables(run, FolderSource(SAMPLES / "letters"))
    folder = run.settings.landing_folder / "witness_figures" / "season=2021"
    found = {
        (row["authority_id"], row["measure"]): row["value"]
        for row in pq.read_table(folder / "data_table.parquet").to_pylist()
        if row["authority_id"] is not None
    }
    printed = [row for row in read_rows(SAMPLES / "letters.csv") if row.season == SEASON.year]
    compared = [
        row for row in printed if (row.authority_id, "upheld_count") in found and row.upheld_count is not None
    ]
    assert [row.authority_id for row in compared] == ["SAMPLE-01", "SAMPLE-02", "SAMPLE-03"]
    for row in compared:
        assert found[row.authority_id, "upheld_count"] == row.upheld_count
        assert found[row.authority_id, "investigations_count"] == row.investigations_count
