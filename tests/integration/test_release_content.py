"""A release's content depends on what is landed and decided, not on the order of seasons or on who decided."""

from pathlib import Path

import duckdb
import pytest

from redress.acquire.sources.folder import FolderSource
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, run_season
from tests.made import SAMPLE_AUTHORITIES, SAMPLES
from tests.shared import table_hashes
from tests.two_releases import BY, CONTRADICTION, WHY, TwoReleases

pytestmark = pytest.mark.needs("dbt")

YEARS = (2021, 2022)


@pytest.mark.long
def test_backwards_with_a_release_after_each_season_the_last_is_the_same(
    tmp_path: Path, samples_release: Path
) -> None:
    settings = Settings(home=tmp_path, additional_authorities=SAMPLE_AUTHORITIES)
    for year in reversed(YEARS):
        run = Run.of_season(Season(year), "run", settings)
        folder = Path(run_season(run, FolderSource(SAMPLES / "letters")))
    assert len(list((settings.warehouse_folder / "releases").iterdir())) == len(YEARS)
    assert (folder.name, table_hashes(folder)) == (samples_release.name, table_hashes(samples_release))


def test_a_letter_that_a_person_accepts_is_flagged_in_the_next_release_which_does_not_name_the_person(
    two_releases: TwoReleases,
) -> None:
    letter, folder = two_releases.accepted, two_releases.second
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as warehouse:
        rows = warehouse.execute(
            "select trust, trust_reason, is_accepted_by_decision, uphold_rate_pct, recomputed_uphold_rate_pct "
            "from marts.fct_annual_review where letter_key = ?",
            [f"{CONTRADICTION}-{letter.letter_sha256}"],
        ).fetchall()
        tables = warehouse.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        naming = {
            table: warehouse.execute(
                f"select count(*) from {schema}.{table} as line where contains(cast(line as varchar), ?)",  # noqa: S608
                [BY],
            ).fetchone()
            for schema, table in tables
        }
        reasons = warehouse.execute(
            "select letters.reason, coverage.reason from marts.dim_letter as letters "
            "join marts.fct_coverage as coverage using (letter_key) where letter_sha256 = ?",
            [letter.letter_sha256],
        ).fetchall()
    [(trust, trust_reason, *rest)] = rows
    assert trust == "flagged"
    assert "accepted by a decision in spite of: uphold_rate_is_upheld_over_investigations" in trust_reason
    assert rest == [True, 93, 92]
    told = f"accepted by a person's decision, although uphold_rate_is_upheld_over_investigations failed: {WHY}"
    assert reasons == [(told, told)]
    assert set(naming.values()) == {(0,)}
    assert BY not in (folder / "RELEASE.md").read_text() + (folder / "changes.json").read_text()
    changed = f"| Tarnbeck Metropolitan Borough Council | 2020-{letter.letter_sha256} | quarantined | accepted |"
    assert changed in (folder / "RELEASE.md").read_text()
    assert letter.decided_by == BY
