"""A small landing of letters to invented councils, and functions that build a warehouse from it with dbt."""

import csv
import datetime as dt
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from redress.warehouse.dbt import (
    PARSED_FOLDER,
    dbt_environment,
    keep_parsed,
    link_inputs,
    parsed_name,
    take_parsed,
)
from redress.warehouse.landing_tables import TABLES
from redress.warehouse.releases.checksums import WAREHOUSE_NAME
from tests.made import FIGURES, PROJECT, sha256

PROJECT_DIR = PROJECT / "dbt_project"
BUILT = WAREHOUSE_NAME
"""The name of the warehouse's file that the tests build. It is the name in a release, so that builds of tests and
of releases use the same parsed project of dbt."""
COUNCILS = {
    # authority_id: name, council type, first day, last day
    "SAMPLE-ALDERMOOR": ("Aldermoor Borough Council", "district", "", ""),
    "SAMPLE-BRINDLE": ("Brindle County Council", "county", "", ""),
    "SAMPLE-CARROW": ("Carrow District Council", "district", "", "2021-03-31"),
    "SAMPLE-DENHOLT": ("Denholt Council", "unitary", "2021-04-01", ""),
    "SAMPLE-ELMSTEAD": ("Elmstead City Council", "metropolitan", "", ""),
    "SAMPLE-FERNLEY": ("Fernley Borough Council", "district", "", ""),
    "SAMPLE-GRESTON": ("Greston Borough Council", "district", "", ""),
    "SAMPLE-HOLTBY": ("Holtby Borough Council", "district", "", ""),
}
EVERYWHERE = "We write to you with our annual summary of statistics."
COMPARED_COUNT = 30
Key = str | tuple[str, str]
"""A measure, or a measure and the category of a table."""


@dataclass
class LandedLetter:
    """One letter file as landing holds it: what was read, and what was decided about it."""

    name: str
    season: int
    authority_id: str | None
    disposition: str
    figures: dict[Key, str] = field(default_factory=dict)
    absences: dict[str, str] = field(default_factory=dict)
    reason: str | None = None
    superseded_by: str | None = None
    failed_warning: str | None = None
    failed_critical: str | None = None
    decided_by: str | None = None
    is_ocr: bool = False
    paragraphs: Sequence[tuple[str, int]] = ((EVERYWHERE, 30),)
    """The paragraphs of the letter, each with the number of councils whose letters have it."""

    @property
    def sha256(self) -> str:
        return sha256(self.name)

    @property
    def key(self) -> str:
        return f"{self.season}-{self.sha256}"

    @property
    def verdict(self) -> str:
        return "extracted" if self.disposition in {"accepted", "quarantined", "superseded"} else self.disposition


THREE_STATISTICS: dict[Key, str] = dict(FIGURES.items())
NOTHING_UPHELD: dict[Key, str] = {
    "upheld_count": "0",
    "investigations_count": "2",
    "uphold_rate_pct": "0",
    "uphold_rate_type_average_pct": "53",
}
RECEIVED_ONLY: dict[Key, str] = {("received_count", "total"): "17"}
TABLES_OF_2018: dict[Key, str] = {
    ("received_count", "housing"): "11",
    ("received_count", "other"): "0",
    ("received_count", "planning_and_development"): "5",
    ("received_count", "total"): "16",
    ("decided_count", "advice_given"): "9",
    ("decided_count", "not_upheld"): "5",
    ("decided_count", "upheld"): "3",
    ("decided_count", "total"): "17",
    ("remedied_count", "by_ombudsman"): "2",
    ("remedied_count", "by_authority"): "1",
    "upheld_count": "3",
    "uphold_rate_pct": "38",
}
OVERVIEW: dict[Key, str] = {
    "dealt_with_count": "32",
    "not_for_us_count": "8",
    "assessed_and_closed_count": "12",
    "investigations_count": "12",
    "upheld_count": "6",
    "uphold_rate_pct": "50",
    "uphold_rate_type_average_pct": "66",
}


def upheld_of(upheld: int, investigations: int, rate: int, average: int = 66) -> dict[Key, str]:
    """Return the figures of a letter's first block, which is about the uphold rate."""
    return {
        "upheld_count": str(upheld),
        "investigations_count": str(investigations),
        "uphold_rate_pct": str(rate),
        "uphold_rate_type_average_pct": str(average),
    }


OWN_PASSAGES = (
    ("We issued a public interest report about your Council, which had refused free early education.", 1),
    ("Your Council paid £2,300 to a family that was left in temporary accommodation.", 1),
    ("Your Council did not comply with two recommendations about care homes, and others were completed late.", 1),
    ("We are glad that your officers came to our courses.", 3),
    ("We held a course in your region, to which many councils came.", 4),
)
"""Paragraphs of Brindle's letter, each with the number of councils that have it, of the 30 that are compared. The
first three are Brindle's own, and a tenth of the councils have the fourth: these four are passages. The last is no
passage, because more councils have it."""
LETTERS = (
    LandedLetter(
        "brindle",
        2021,
        "SAMPLE-BRINDLE",
        "accepted",
        THREE_STATISTICS,
        paragraphs=((EVERYWHERE, 30), *OWN_PASSAGES),
    ),
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
        paragraphs=(("We say in a letter that is held back that your Council did not comply.", 1),),
    ),
    LandedLetter(
        "elmstead bare",
        2022,
        "SAMPLE-ELMSTEAD",
        "no_statistics",
        reason="no statistics page",
        paragraphs=((EVERYWHERE, 30), ("Your Council was slow to reply to us about planning applications.", 1)),
    ),
    LandedLetter(
        "brindle at first", 2022, "SAMPLE-BRINDLE", "superseded", THREE_STATISTICS, superseded_by="brindle"
    ),
    LandedLetter("brindle", 2022, "SAMPLE-BRINDLE", "accepted", THREE_STATISTICS),
    LandedLetter("receipt", 2022, None, "not_a_letter", reason="a receipt"),
    LandedLetter("torn", 2022, None, "unreadable", reason="damaged: no trailer"),
    LandedLetter("aldermoor 2013", 2013, "SAMPLE-ALDERMOOR", "accepted", RECEIVED_ONLY),
    LandedLetter("elmstead 2018", 2018, "SAMPLE-ELMSTEAD", "accepted", TABLES_OF_2018),
    LandedLetter("aldermoor 2024", 2024, "SAMPLE-ALDERMOOR", "accepted", upheld_of(10, 20, 50)),
    LandedLetter("fernley 2024", 2024, "SAMPLE-FERNLEY", "accepted", upheld_of(5, 10, 50), is_ocr=True),
    LandedLetter("greston 2024", 2024, "SAMPLE-GRESTON", "accepted", upheld_of(3, 3, 100)),
    LandedLetter(
        "holtby 2024",
        2024,
        "SAMPLE-HOLTBY",
        "accepted",
        upheld_of(3, 10, 31, average=60),
        failed_critical="uphold_rate",
        decided_by="a person at a desk",
    ),
    LandedLetter("aldermoor 2025", 2025, "SAMPLE-ALDERMOOR", "accepted", OVERVIEW),
)


def landing_rows(letter: LandedLetter) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a letter for each table of landing, by the table's name."""
    identity = {"season": letter.season, "letter_sha256": letter.sha256}
    evidence = {
        "sentence_text": "A sentence.",
        "page": 2,
        "box_x0_points": 72.0,
        "box_top_points": 100.0,
        "box_x1_points": 90.0,
        "box_bottom_points": 112.0,
        "is_ocr": letter.is_ocr,
    }
    stated = [
        {
            **identity,
            **evidence,
            "measure": key if isinstance(key, str) else key[0],
            "category": None if isinstance(key, str) else key[1],
            "value": Decimal(text),
            "printed_text": text,
        }
        for key, text in letter.figures.items()
    ]
    absent = [
        {**identity, "measure": measure, "absence_code": code, "is_ocr": False}
        for measure, code in letter.absences.items()
    ]
    superseded_by = letter.superseded_by and sha256(letter.superseded_by)
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
                "letter_first_page": 1,
                "letter_last_page": 2,
            }
        ],
        "figures": stated + absent,
        "paragraphs": [
            {
                **identity,
                **{name: value for name, value in evidence.items() if name != "sentence_text"},
                "paragraph_number": number,
                "paragraph_text": text,
                "shared_by_count": shared_by,
                "compared_count": COMPARED_COUNT,
            }
            for number, (text, shared_by) in enumerate(letter.paragraphs, start=1)
        ],
        "checks": [
            {
                **identity,
                "rule": letter.failed_critical or "uphold_rate",
                "severity": "critical",
                "is_passed": letter.failed_critical is None,
                "detail": "",
            },
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
                "decided_by": letter.decided_by,
            }
        ],
    }


def write_landing(folder: Path, letters: Sequence[LandedLetter] = LETTERS) -> None:
    """Write a landing of letters, with one file for each table and season."""
    for season in {letter.season for letter in letters}:
        rows = [landing_rows(letter) for letter in letters if letter.season == season]
        for table, schema in TABLES.items():
            path = folder / table / f"season={season}" / "part.parquet"
            path.parent.mkdir(parents=True)
            table_rows = [row for letter_rows in rows for row in letter_rows[table]]
            pq.write_table(pa.Table.from_pylist(table_rows, schema=schema), path)


def write_councils(path: Path) -> None:
    """Write the invented councils into a CSV file with the columns of the seed `authorities`."""
    columns = ("authority_id", "authority_name", "short_name", "council_type_id", "region_name")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow((*columns, "valid_from_date", "valid_to_date"))
        for authority_id, (name, council_type, first_day, last_day) in COUNCILS.items():
            writer.writerow((authority_id, name, name.split()[0], council_type, "", first_day, last_day))


def dbt_build(folder: Path, *arguments: str, project_dir: Path = PROJECT_DIR) -> subprocess.CompletedProcess[str]:
    """Run `dbt build` on the landing and the councils of a folder. The warehouse is the folder's file BUILT.

    dbt parses the project of the repository once for all folders, and of a copy of the project only the files that
    differ.
    """
    parsed, target = PARSED_FOLDER / parsed_name(BUILT), folder / "target"
    link_inputs(folder, folder / "landing", folder / "councils.csv", folder / "copies")
    target.mkdir(exist_ok=True)
    take_parsed(parsed, target)
    done = subprocess.run(
        [
            *(sys.executable, "-P", "-m", "dbt.cli.main", "build", *arguments),
            *("--project-dir", project_dir, "--profiles-dir", project_dir),
            *("--target-path", target, "--log-path", folder / "logs", "--no-use-colors"),
        ],
        env=dbt_environment(BUILT, home=target),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if project_dir == PROJECT_DIR and done.returncode == 0:
        keep_parsed(parsed, target)
    return done


def dbt_build_mart(folder: Path, *marts: str) -> subprocess.CompletedProcess[str]:
    """Run `dbt build` for marts and all models and seeds that they need, without data tests and unit tests."""
    selected = [f"+{mart}" for mart in marts]
    return dbt_build(folder, "--select", *selected, "--resource-type", "model", "--resource-type", "seed")


def ask(warehouse: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Return the rows of a query, in which each `?` stands for one of the parameters."""
    return warehouse.cursor().execute(query, parameters).fetchall()
