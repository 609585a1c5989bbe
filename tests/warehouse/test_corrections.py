"""A correction replaces a number that the source prints wrongly, as long as the source prints that number."""

import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from redress.model.season import Season
from redress.model.witness import WitnessFigure, WitnessKind
from redress.warehouse.landing import Landing
from tests.warehouse.invented import (
    BUILT,
    LETTERS,
    PROJECT_DIR,
    LandedLetter,
    ask,
    dbt_build,
    write_councils,
    write_landing,
)

pytestmark = pytest.mark.needs("dbt")

HEADER = "authority_id,season,measure,category,printed_value,corrected_value,reason,source,decided_date"
CORRECTION = (
    "SAMPLE-BRINDLE,2021,compliance_rate_type_average_pct,,{printed},99,A slip.,The council's page,2022-01-31"
)
RIGHT_PAGE = WitnessFigure(
    witness_sha256="0" * 64,
    source_address="brindle.html",
    authority_id="SAMPLE-BRINDLE",
    printed_authority_name="Brindle County Council",
    measure="compliance_rate_type_average_pct",
    category=None,
    value=Decimal(99),
    printed_text="99%",
    row_number=7,
)
"""A figure of a witness, the council's statistics page: it prints the corrected number."""
GUARDS = (
    *("--select", "+corrections_are_of_what_letters_print", "+corrections_have_a_letter"),
    *("--indirect-selection", "buildable"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the landing, the councils, and a copy of dbt's project in which a test plants corrections."""
    write_landing(tmp_path / "landing")
    write_councils(tmp_path / "councils.csv")
    shutil.copytree(PROJECT_DIR, tmp_path / "project")
    return tmp_path


def plant(folder: Path, *corrections: str) -> None:
    """Write corrections into the seed of the project's copy."""
    seed = folder / "project" / "seeds" / "corrections.csv"
    assert seed.read_text().splitlines()[0] == HEADER
    seed.write_text("\n".join((HEADER, *corrections)) + "\n")


def test_a_correction_stands_in_every_mart_and_the_print_beside_it(folder: Path) -> None:
    plant(folder, CORRECTION.format(printed=100))
    Landing(folder / "landing").replace_witnesses(Season(2021), WitnessKind.STATISTICS_PAGE, [RIGHT_PAGE])
    build = dbt_build(folder, "--exclude-resource-type", "unit_test", project_dir=folder / "project")
    assert build.returncode == 0, build.stdout
    with duckdb.connect(str(folder / BUILT), read_only=True) as warehouse:
        assert ask(
            warehouse,
            """
            select value, printed_value, printed_text, correction_reason, correction_source
            from marts.fct_figure where is_corrected
            """,
        ) == [(99, 100, "100", "A slip.", "The council's page")]
        assert ask(
            warehouse,
            """
            select compliance_rate_type_average_pct, compliance_rate_gap_points, trust, trust_reason
            from marts.fct_annual_review where is_corrected
            """,
        ) == [(99, -2, "flagged", "figures corrected: 1")]
        assert ask(
            warehouse,
            """
            select compliance_rate_stated_average_pct from marts.fct_type_average
            where season = 2021 and council_type_key = 'county' and is_sample
            """,
        ) == [(99,)]
        assert ask(
            warehouse,
            """
            select our_value, witness_value, reconciliation_state from marts.fct_reconciliation
            where witness_kind = 'statistics_page'
            """,
        ) == [(99, 99, "agrees")]


def test_a_correction_of_what_no_letter_prints_fails_the_build_and_one_whose_letter_is_not_accepted_waits(
    folder: Path,
) -> None:
    plant(
        folder,
        CORRECTION.format(printed=98),  # the letter prints 100
        "SAMPLE-BRINDLE,2021,upheld_per_100k,,80,0.8,A slip.,The council's page,2022-01-31",  # not printed
        "SAMPLE-BRINDLE,2020,upheld_count,,12,21,A slip.,The council's page,2022-01-31",  # no such season landed
        "SAMPLE-ELMSTEAD,2021,uphold_rate_pct,,99999999,99,A slip.,The council's page,2022-01-31",  # quarantined
    )
    build = dbt_build(folder, *GUARDS, project_dir=folder / "project")
    assert build.returncode != 0
    assert "FAIL 2 corrections_are_of_what_letters_print" in build.stdout
    assert "WARN 1 corrections_have_a_letter" in build.stdout
    assert build.stdout.count(" FAIL ") == 1, build.stdout


@pytest.mark.long
def test_a_single_season_without_an_accepted_letter_builds(tmp_path: Path) -> None:
    held = [letter for letter in LETTERS if letter.season == 2021 and letter.disposition == "quarantined"]
    write_landing(tmp_path / "landing", [*held, LandedLetter("torn", 2021, None, "unreadable", reason="damaged")])
    write_councils(tmp_path / "councils.csv")
    build = dbt_build(tmp_path, "--exclude-resource-type", "unit_test")
    assert build.returncode == 0, build.stdout
    with duckdb.connect(str(tmp_path / BUILT), read_only=True) as warehouse:
        assert ask(warehouse, "select count(*) from marts.fct_annual_review") == [(0,)]
        assert ask(warehouse, "select count(*), count(trust) from marts.council_performance where is_sample") == [
            (7, 0)
        ]
