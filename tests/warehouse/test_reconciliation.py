"""fct_reconciliation compares two seasons of sample letters with data tables and with a statistics page."""

import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from redress.acquire.sources.folder import FolderSource
from redress.model.season import Season
from redress.model.witness import WitnessKind
from redress.settings import Settings
from redress.steps import Run, acquire_and_read, check, read_data_tables
from redress.warehouse.landing import Landing
from samples.press.golden_letter import content_of, three
from samples.press.webpage import web_page
from tests.made import SAMPLE_AUTHORITIES, SAMPLES
from tests.read.data_tables.made_tables import xlsx_bytes
from tests.warehouse.invented import BUILT, dbt_build_mart

pytestmark = pytest.mark.needs("dbt")

PELLONSHIRE, WEXMARSH, TARNBECK, OSTLEBRIDGE, VENNERY = (f"SAMPLE-0{number}@origin" for number in range(1, 6))
MAPPING_OF_2023 = """
authority: Authority
figures:
  Upheld: {measure: upheld_count}
  Investigated: {measure: investigations_count, differs_because: counts what was decided by the end of April}
  Uphold rate: {measure: uphold_rate_pct}
"""
TABLE_OF_2023 = (
    ("Complaints decided, 2022-23 (invented councils)",),
    ("Authority", "Uphold rate", "Upheld", "Investigated", "Region"),
    ("Pellonshire County Council", 52 / 63, 52, 63, "South West"),
    ("London Borough of Vennery", 0.82, 40, 50, "London"),  # the letter prints 41
    ("Tarnbeck Metropolitan Borough Council", 22 / 28, 22, 29, "Yorkshire"),  # 28 in the letter, defined otherwise
    ("Wexmarsh District Council", "*", "*", 5, "East"),
    ("Total", 0.8, 116, 147, ""),
)
ASKED = ("fct_reconciliation", "fct_annual_review", "fct_figure", "dim_letter", "witness_reports")
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample letters of 2021 and 2023 and their witnesses.

    Season 2021 has the samples' data table. Season 2023 has a workbook with its mapping, a table without a mapping,
    and the statistics page of one council.
    """
    folder = tmp_path_factory.mktemp("letters")
    for year in (2021, 2023):
        shutil.copytree(SAMPLES / "letters" / str(year), folder / str(year))
    tables = folder / "2023" / "tables"
    tables.mkdir()
    formats = {f"B{row}": "0.0%" for row in range(3, 8)}
    (tables / "decided.xlsx").write_bytes(xlsx_bytes({"Decided": TABLE_OF_2023}, formats))
    (tables / "decided.yml").write_text(MAPPING_OF_2023)
    (tables / "remedied.csv").write_text("Authority,Remedied\nPellonshire County Council,4\n")
    # the letter of Pellonshire states 4 remedies of 52, and 44 compliance outcomes
    figures = three(52, 63, 44, 44, 5, (80, 100, 7), ("4.8", "4.4"))
    page = web_page(content_of(2023, "Pellonshire County Council", figures))
    (folder / "2023" / "pellonshire.html").write_bytes(page)
    return folder


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, letters: Path) -> Settings:
    """Settings of a home in which both seasons are landed."""
    home = tmp_path_factory.mktemp("home")
    shutil.copy(SAMPLE_AUTHORITIES, home / "councils.csv")
    settings = Settings(home=home, additional_authorities=home / "councils.csv")
    source = FolderSource(letters)
    for season in source.seasons():
        run = Run.of_season(season, "run", settings)
        check(run, acquire_and_read(run, source))
    return settings


@pytest.fixture(scope="module")
def ask(settings: Settings) -> Iterator[Ask]:
    """A function that queries the tables in which letters and witnesses are compared, after dbt has built them."""
    build = dbt_build_mart(settings.home, *ASKED)
    assert build.returncode == 0, build.stdout
    with duckdb.connect(str(settings.home / BUILT), read_only=True) as connection:
        yield lambda question: connection.execute(question).fetchall()


def reconciled(ask: Ask, kind: str, season: int, authority_key: str) -> dict[str, tuple[Any, ...]]:
    """Return, by measure, our value, the witness's value and the state, for a kind of witness and an authority."""
    rows = ask(
        "select measure, our_value, witness_value, reconciliation_state from marts.fct_reconciliation "  # noqa: S608
        f"where witness_kind = '{kind}' and season = {season} and authority_key = '{authority_key}'"
    )
    return {measure: tuple(rest) for measure, *rest in rows}


def test_a_table_that_agrees_with_its_letter_says_so_as_far_as_the_letter_prints(ask: Ask) -> None:
    assert reconciled(ask, "data_table", 2021, PELLONSHIRE) == {
        "upheld_count": (33, 33, "agrees"),
        "investigations_count": (40, 40, "agrees"),
        "uphold_rate_pct": (83, 82.5, "agrees"),
    }
    assert reconciled(ask, "data_table", 2023, PELLONSHIRE)["uphold_rate_pct"][2] == "agrees"


def test_a_letter_without_statistics_stands_beside_the_table_and_gets_none_of_its_figures(ask: Ask) -> None:
    assert reconciled(ask, "data_table", 2021, OSTLEBRIDGE) == {
        "upheld_count": (None, 11, "only_witness"),
        "investigations_count": (None, 17, "only_witness"),
        "uphold_rate_pct": (None, 65, "only_witness"),
    }
    reasons = ask(
        "select distinct reason from marts.fct_reconciliation where witness_kind = 'data_table' "  # noqa: S608
        f"and season = 2021 and authority_key = '{OSTLEBRIDGE}'"
    )
    assert reasons == [
        ("the letter came without its statistics page: this is the witness's figure, not the letter's",)
    ]
    for fact in ("fct_figure", "fct_annual_review"):
        found = ask(f"select count(*) from marts.{fact} where season = 2021 and authority_key = '{OSTLEBRIDGE}'")  # noqa: S608
        assert found == [(0,)]


def test_a_quarantined_letter_lends_no_figure_to_a_comparison(ask: Ask) -> None:
    rates = reconciled(ask, "data_table", 2021, TARNBECK)["uphold_rate_pct"]
    assert rates == (None, 67, "only_witness")


def test_a_difference_is_one_and_a_difference_by_definition_names_its_reason(ask: Ask) -> None:
    assert reconciled(ask, "data_table", 2023, VENNERY)["upheld_count"] == (41, 40, "differs")
    assert reconciled(ask, "data_table", 2023, TARNBECK)["investigations_count"] == (
        28,
        29,
        "differs_by_definition",
    )
    found = ask(
        "select reason, difference, row_number, column_name, witness_printed_text from marts.fct_reconciliation "
        "where reconciliation_state = 'differs_by_definition' and witness_kind = 'data_table'"
    )
    assert found == [("counts what was decided by the end of April", -1, 5, "Investigated", "29")]


def test_what_a_table_holds_back_or_has_no_row_for_is_only_ours(ask: Ask) -> None:
    assert reconciled(ask, "data_table", 2023, WEXMARSH)["upheld_count"] == (2, None, "only_ours")
    assert reconciled(ask, "data_table", 2021, VENNERY)["upheld_count"] == (36, None, "only_ours")
    reasons = ask(
        "select distinct season, reason from marts.fct_reconciliation "
        "where reconciliation_state = 'only_ours' and witness_kind = 'data_table' order by all"
    )
    assert reasons == [
        (2021, "the table has no row for this authority"),
        (2023, "the cell gives no number (withheld)"),
    ]


def test_a_statistics_page_is_a_witness_and_leaves_its_letter_accepted(ask: Ask) -> None:
    page = reconciled(ask, "statistics_page", 2023, PELLONSHIRE)
    assert page["upheld_count"] == (52, 52, "agrees")
    assert page["satisfactory_remedies_count"] == (4, 5, "differs")
    assert page["upheld_per_100k"] == (None, Decimal("4.8"), "only_witness")
    assert ask(
        "select disposition from marts.dim_letter where season = 2023 "  # noqa: S608
        f"and authority_key = '{PELLONSHIRE}'"
    ) == [("accepted",)]


def test_trust_follows_the_second_witness(ask: Ask) -> None:
    trust = {
        (season, key): said
        for season, key, said in ask("select season, authority_key, trust from marts.fct_annual_review")
    }
    assert trust[2021, PELLONSHIRE] == "verified"
    assert trust[2021, VENNERY] == "stated"  # no witness speaks of it
    assert trust[2023, VENNERY] == "flagged"  # the data table contradicts it
    assert trust[2023, PELLONSHIRE] == "flagged"  # its statistics page contradicts it


def test_every_compared_figure_leads_to_its_row_and_file(ask: Ask, letters: Path) -> None:
    rows = ask(
        "select witness_source, row_number, column_name, witness_printed_text from marts.fct_reconciliation "
        "where witness_kind = 'data_table' and season = 2021 and witness_value is not null"
    )
    assert len(rows) == 12
    for address, row_number, column_name, printed in rows:
        lines = (letters / address).read_text().splitlines()
        cells = dict(zip(lines[3].split(","), lines[row_number - 1].split(","), strict=True))
        assert cells[column_name] == printed


def test_invented_councils_are_not_compared_with_what_is_published(ask: Ask) -> None:
    found = ask(
        "select witness_kind, count(*) > 10, count(our_value) from marts.fct_reconciliation "
        "where witness_kind in ('type_average', 'national') group by all order by all"
    )
    assert found == [("national", True, 0), ("type_average", True, 0)]


def test_what_was_not_used_is_a_query(ask: Ask) -> None:
    rows = ask(
        "select season, witness_source, row_number, column_name, report from audit.witness_reports order by all"
    )
    assert [row[:4] for row in rows] == [
        (2021, "2021/data-tables/complaints-decided.csv", 10, None),
        (2021, "2021/data-tables/complaints-decided.csv", 11, None),
        (2023, "2023/tables/decided.xlsx", 2, "Region"),
        (2023, "2023/tables/decided.xlsx", 7, None),
        (2023, "2023/tables/remedied.csv", None, None),
    ]
    assert rows[-1][4].startswith("no mapping; write remedied.yml beside it")


def test_what_happened_is_told_by_the_run(settings: Settings) -> None:
    told = {
        one["step"]: one["told"]
        for one in Run.of_season(Season(2023), "run", settings).record.events()
        if "told" in one
    }
    assert told["data tables"].startswith("10 figures of 4 authorities; 2023/tables/")
    assert told["check"] == "4 accepted; statistics pages beside a letter, taken as witnesses: 1"


def test_the_order_of_seasons_does_not_decide_what_is_landed(
    tmp_path: Path, settings: Settings, letters: Path
) -> None:
    other = Settings(home=tmp_path, additional_authorities=SAMPLE_AUTHORITIES)
    source = FolderSource(letters)
    for season in reversed(source.seasons()):
        run = Run.of_season(season, "backwards", other)
        read_data_tables(run, source)
        Landing(other.landing_folder).take_witnesses(season, WitnessKind.DATA_TABLE, run.data_tables)

    def witnesses(home: Settings) -> dict[str, bytes]:
        files = home.landing_folder.glob("witness_*/season=*/data_table.parquet")
        return {str(file.relative_to(str(home.landing_folder))): file.read_bytes() for file in files}

    assert witnesses(other) == witnesses(settings)
    assert len(witnesses(other)) == 4
