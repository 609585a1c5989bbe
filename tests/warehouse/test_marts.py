"""The marts, built once with dbt from a small landing of invented councils, and then asked."""

import csv
import datetime as dt
import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from redress.measures import HEADLINE_NAMES
from redress.warehouse.landing import TABLES

PROJECT_DIR = Path(__file__).parents[2] / "dbt_project"
COUNCILS = {
    # authority_id: name, council type, first day, last day
    "SAMPLE-ALDERMOOR": ("Aldermoor Borough Council", "district", "", ""),
    "SAMPLE-BRINDLE": ("Brindle County Council", "county", "", ""),
    "SAMPLE-CARROW": ("Carrow District Council", "district", "", "2021-03-31"),
    "SAMPLE-DENHOLT": ("Denholt Council", "unitary", "2021-04-01", ""),
    "SAMPLE-ELMSTEAD": ("Elmstead City Council", "metropolitan", "", ""),
    "SAMPLE-FERNLEY": ("Fernley Borough Council", "district", "", ""),
}


@dataclass
class LandedLetter:
    """One letter file as landing holds it: what was read, and what was decided about it."""

    name: str
    season: int
    authority_id: str | None
    disposition: str
    figures: dict[str, str] = field(default_factory=dict)
    absences: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
    superseded_by: str | None = None
    failed_warning: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.name.encode()).hexdigest()

    @property
    def key(self) -> str:
        return f"{self.season}-{self.sha256}"

    @property
    def verdict(self) -> str:
        return "extracted" if self.disposition in {"accepted", "quarantined", "superseded"} else self.disposition


THREE_STATISTICS = {
    "upheld_count": "33",
    "investigations_count": "40",
    "uphold_rate_pct": "83",
    "uphold_rate_type_average_pct": "71",
    "compliance_outcomes_count": "30",
    "compliance_rate_pct": "97",
    "compliance_rate_type_average_pct": "100",
    "satisfactory_remedies_count": "3",
    "satisfactory_remedy_rate_pct": "9",
    "satisfactory_remedy_rate_type_average_pct": "8",
    "satisfactory_remedy_printed_base_count": "40",
}
NOTHING_UPHELD = {
    "upheld_count": "0",
    "investigations_count": "2",
    "uphold_rate_pct": "0",
    "uphold_rate_type_average_pct": "53",
}
LETTERS = (
    LandedLetter("brindle", 2021, "SAMPLE-BRINDLE", "accepted", THREE_STATISTICS),
    LandedLetter(
        "aldermoor",
        2021,
        "SAMPLE-ALDERMOOR",
        "accepted",
        NOTHING_UPHELD,
        {"compliance_rate_pct": "none_due", "satisfactory_remedy_rate_pct": "none_upheld"},
        failed_warning="block_missing",
    ),
    LandedLetter("carrow", 2021, "SAMPLE-CARROW", "accepted", NOTHING_UPHELD),
    LandedLetter("carrow too late", 2022, "SAMPLE-CARROW", "quarantined", reason="ended on 31 March 2021"),
    LandedLetter("denholt", 2022, "SAMPLE-DENHOLT", "accepted", NOTHING_UPHELD),
    LandedLetter(
        "elmstead",
        2021,
        "SAMPLE-ELMSTEAD",
        "quarantined",
        {"uphold_rate_pct": "99999999"},
        reason="rate is no rate",
    ),
    LandedLetter("elmstead bare", 2022, "SAMPLE-ELMSTEAD", "no_statistics", reason="no statistics page"),
    LandedLetter(
        "brindle at first", 2022, "SAMPLE-BRINDLE", "superseded", THREE_STATISTICS, superseded_by="brindle"
    ),
    LandedLetter("brindle", 2022, "SAMPLE-BRINDLE", "accepted", THREE_STATISTICS),
    LandedLetter("receipt", 2022, None, "not_a_letter", reason="a receipt"),
    LandedLetter("torn", 2022, None, "unreadable", reason="damaged: no trailer"),
)


def landing_rows(letter: LandedLetter) -> dict[str, list[dict[str, Any]]]:
    """The rows of a letter in each table of landing."""
    identity = {"season": letter.season, "letter_sha256": letter.sha256}
    evidence = {
        "sentence_text": "A sentence.",
        "page": 2,
        "box_x0_points": 72.0,
        "box_top_points": 100.0,
        "box_x1_points": 90.0,
        "box_bottom_points": 112.0,
        "is_ocr": False,
    }
    stated = [
        {**identity, **evidence, "measure": measure, "value": Decimal(text), "printed_text": text}
        for measure, text in letter.figures.items()
    ]
    absent = [
        {**identity, "measure": measure, "absence_code": code, "is_ocr": False}
        for measure, code in letter.absences.items()
    ]
    superseded_by = letter.superseded_by and hashlib.sha256(letter.superseded_by.encode()).hexdigest()
    return {
        "letters": [
            {
                **identity,
                "source_address": f"letters/{letter.name}.pdf",
                "verdict": letter.verdict,
                "reason": letter.reason,
                "layout": "three_statistics",
                "stated_season": letter.season,
                "addressee_name": "Ms Secret Official",
                "letter_date": dt.date(letter.season, 7, 21),
                "page_count": 2,
            }
        ],
        "figures": stated + absent,
        "checks": [
            {**identity, "rule": "uphold_rate", "severity": "critical", "is_passed": True, "detail": ""},
            {
                **identity,
                "rule": letter.failed_warning or "block_missing",
                "severity": "warning",
                "is_passed": letter.failed_warning is None,
                "detail": "",
            },
        ],
        "dispositions": [
            {
                **identity,
                "authority_id": letter.authority_id,
                "disposition": letter.disposition,
                "reason": letter.reason,
                "superseded_by_sha256": superseded_by,
            }
        ],
    }


def write_landing(folder: Path) -> None:
    """The landing of `LETTERS`, one file per table and season."""
    for season in {letter.season for letter in LETTERS}:
        rows = [landing_rows(letter) for letter in LETTERS if letter.season == season]
        for table, schema in TABLES.items():
            path = folder / table / f"season={season}" / "part.parquet"
            path.parent.mkdir(parents=True)
            table_rows = [row for letter_rows in rows for row in letter_rows[table]]
            pq.write_table(pa.Table.from_pylist(table_rows, schema=schema), path)


def write_councils(path: Path) -> None:
    """The invented councils, in the columns of the seed."""
    columns = ("authority_id", "authority_name", "short_name", "council_type_id", "region_name")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*columns, "valid_from_date", "valid_to_date"))
        for authority_id, (name, council_type, first_day, last_day) in COUNCILS.items():
            writer.writerow((authority_id, name, name.split()[0], council_type, "", first_day, last_day))


@pytest.fixture(scope="session")
def build_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse built by the whole project, its unit tests and data tests among it."""
    folder = tmp_path_factory.mktemp("it's a build")  # a quote in the path, as folders of people's own have
    write_landing(folder / "landing")
    write_councils(folder / "councils.csv")
    build = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "build"),
            *("--project-dir", PROJECT_DIR, "--profiles-dir", PROJECT_DIR),
            *("--target-path", folder / "target", "--log-path", folder / "logs", "--no-use-colors"),
        ],
        env={
            **os.environ,
            "REDRESS_BUILD_FILE": str(folder / "build.duckdb"),
            "REDRESS_LANDING": str(folder / "landing"),
            "REDRESS_ADDITIONAL_AUTHORITIES": str(folder / "councils.csv"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stdout + build.stderr
    assert "rates_are_recomputed_half_up" in build.stdout, "the unit tests of the models did not run"
    return folder / "build.duckdb"


@pytest.fixture(scope="session")
def warehouse(build_file: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(build_file), read_only=True)


def ask(warehouse: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    return warehouse.cursor().execute(query, parameters).fetchall()


def test_a_letter_without_compliance_has_no_rate_and_says_why(warehouse: duckdb.DuckDBPyConnection) -> None:
    [row] = ask(
        warehouse,
        """
        select
            upheld_count, uphold_rate_pct, recomputed_uphold_rate_pct,
            compliance_rate_pct, compliance_rate_absence_code,
            satisfactory_remedy_rate_pct, satisfactory_remedy_rate_absence_code,
            recomputed_satisfactory_remedy_rate_pct, upheld_per_100k, upheld_per_100k_absence_code
        from marts.fct_annual_review
        where authority_key = 'SAMPLE-ALDERMOOR@origin' and season = 2021
        """,
    )
    assert row == (0, 0, 0, None, "none_due", None, "none_upheld", None, None, "not_in_layout")


def test_every_headline_measure_is_in_the_review_as_stated(warehouse: duckdb.DuckDBPyConnection) -> None:
    cursor = warehouse.cursor().execute(
        f"""
        select {", ".join(HEADLINE_NAMES)}
        from marts.fct_annual_review
        where authority_key = 'SAMPLE-BRINDLE@origin' and season = 2021
        """  # noqa: S608 - the names are our own
    )
    assert cursor.description is not None
    [row] = cursor.fetchall()
    assert dict(zip(HEADLINE_NAMES, row, strict=True)) == {
        measure: Decimal(THREE_STATISTICS[measure]) if measure in THREE_STATISTICS else None
        for measure in HEADLINE_NAMES
    }


def test_rates_are_recomputed_half_up_beside_the_gap_to_the_average(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    [row] = ask(
        warehouse,
        """
        select
            recomputed_uphold_rate_pct, uphold_rate_gap_points, compliance_rate_gap_points,
            recomputed_satisfactory_remedy_rate_pct, satisfactory_remedy_rate_gap_points, is_small_number
        from marts.fct_annual_review
        where letter_key = ?
        """,
        LETTERS[0].key,
    )
    assert row == (83, 12, -3, 9, 1, False)


def test_a_failed_warning_flags_the_review_and_the_season_brings_its_note(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = ask(
        warehouse,
        """
        select authority_key, trust, comparability_note is not null
        from marts.fct_annual_review where season = 2021 order by all
        """,
    )
    assert rows == [
        ("SAMPLE-ALDERMOOR@origin", "flagged", True),
        ("SAMPLE-BRINDLE@origin", "stated", True),
        ("SAMPLE-CARROW@origin", "stated", True),
    ]


def test_coverage_names_what_is_there_and_what_is_missing(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        warehouse,
        """
        select coverage.season, authorities.authority_id, coverage.coverage_state, coverage.letters_count
        from marts.fct_coverage as coverage
        inner join marts.dim_authority as authorities on coverage.authority_key = authorities.authority_key
        where authorities.is_sample or authorities.authority_key = 'unknown'
        order by all
        """,
    )
    assert rows == [
        (2021, "SAMPLE-ALDERMOOR", "accepted", 1),
        (2021, "SAMPLE-BRINDLE", "accepted", 1),
        (2021, "SAMPLE-CARROW", "accepted", 1),  # its last day is the period's last day
        (2021, "SAMPLE-ELMSTEAD", "quarantined", 1),
        (2021, "SAMPLE-FERNLEY", "not_published", 0),
        (2022, "SAMPLE-ALDERMOOR", "not_published", 0),
        (2022, "SAMPLE-BRINDLE", "accepted", 1),
        (2022, "SAMPLE-CARROW", "not_expected", 1),
        (2022, "SAMPLE-DENHOLT", "accepted", 1),
        (2022, "SAMPLE-ELMSTEAD", "no_statistics", 1),
        (2022, "SAMPLE-FERNLEY", "not_published", 0),
        (2022, "unknown", "unidentified", 2),
    ]


def test_real_councils_without_a_letter_are_not_published(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        warehouse,
        """
        select distinct coverage.season, coverage.coverage_state, years.letters_expected_count > 300
        from marts.fct_coverage as coverage
        inner join marts.dim_authority as authorities on coverage.authority_key = authorities.authority_key
        inner join marts.dim_year as years on coverage.season = years.season
        where not authorities.is_sample and authorities.authority_key <> 'unknown'
        order by all
        """,
    )
    assert rows == [(2021, "not_published", True), (2022, "not_published", True)]


def test_a_quarantined_letter_is_in_no_fact_but_coverage(warehouse: duckdb.DuckDBPyConnection) -> None:
    quarantined = [letter.key for letter in LETTERS if letter.disposition != "accepted"]
    rows = ask(
        warehouse,
        """
        with facts as (
            select letter_key from marts.fct_annual_review union all select letter_key from marts.fct_figure
        )
        select letter_key from facts where list_contains(?, letter_key)
        """,
        quarantined,
    )
    assert rows == []
    [(state, reason)] = ask(
        warehouse,
        "select coverage_state, reason from marts.fct_coverage where letter_key = ?",
        next(letter.key for letter in LETTERS if letter.name == "elmstead"),
    )
    assert (state, reason) == ("quarantined", "rate is no rate")


def test_a_superseded_letter_points_at_the_one_that_stands(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        warehouse,
        """
        select later.letter_key, later.disposition
        from marts.dim_letter as earlier
        inner join marts.dim_letter as later on earlier.superseded_by_letter_key = later.letter_key
        """,
    )
    assert rows == [(next(one.key for one in LETTERS if (one.name, one.season) == ("brindle", 2022)), "accepted")]


def test_the_same_bytes_in_two_seasons_are_two_letters(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        warehouse,
        "select season, letter_key from marts.dim_letter where letter_sha256 = ? order by season",
        LETTERS[0].sha256,
    )
    assert rows == [(season, f"{season}-{LETTERS[0].sha256}") for season in (2021, 2022)]


def test_a_fact_leads_to_the_place_it_was_read_from(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        warehouse,
        """
        select reviews.uphold_rate_pct, figures.printed_text, figures.page, figures.box_x0_points
        from marts.fct_annual_review as reviews
        inner join marts.fct_figure as figures on reviews.letter_key = figures.letter_key
        where reviews.letter_key = ? and figures.measure = 'uphold_rate_pct'
        """,
        LETTERS[0].key,
    )
    assert rows == [(83, "83", 2, 72.0)]


def test_every_column_is_described_in_the_file_itself(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = ask(
        warehouse,
        """
        select table_name, column_name from duckdb_columns()
        where schema_name in ('marts', 'audit', 'seeds') and coalesce(comment, '') = ''
        """,
    )
    assert rows == []


def test_the_file_stands_on_its_own_and_names_no_official(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert ask(warehouse, "select view_name from duckdb_views() where not internal") == []
    assert ask(warehouse, "select distinct schema_name from duckdb_tables() order by all") == [
        ("audit",),
        ("marts",),
        ("seeds",),
    ]
    assert ask(warehouse, "select column_name from duckdb_columns() where column_name like '%addressee%'") == []


def test_a_client_with_duckdb_1_can_open_the_file(warehouse: duckdb.DuckDBPyConnection) -> None:
    [(tags,)] = ask(warehouse, "select tags from duckdb_databases() where not internal")
    assert tags["storage_version"].startswith("v1.0.0")
