"""What decides the content of a release: what is landed and decided, and neither the order nor who decided."""

import shutil
from pathlib import Path

import duckdb
import pytest

from redress.acquire.sources.folder import FolderSource
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, build_warehouse, release, run_season
from redress.steps.quarantine import Quarantine
from redress.warehouse.landing import Landing
from redress.warehouse.releases.releases import Releases
from tests.made import SAMPLE_AUTHORITIES, SAMPLES
from tests.shared import table_hashes

pytestmark = pytest.mark.needs("dbt")

YEARS = (2021, 2022)
TARNBECK = "SAMPLE-03"
"""Its letter of 2021 contradicts itself: 76% is printed, and 14 of 21 is 67%."""
BY, WHY = "Q. Zantippe-Orr", "the council counts 14 of 21 as well; the rate is misprinted"


def season_run(settings: Settings, year: int) -> Run:
    return Run.of_season(Season(year), "run", settings)


def settings_of(home: Path) -> Settings:
    return Settings(home=home, additional_authorities=SAMPLE_AUTHORITIES)


def publish(settings: Settings) -> Path:
    """The release of all that is landed."""
    run = season_run(settings, YEARS[0])
    return Path(release(run, build_warehouse(run)))


@pytest.mark.long
def test_backwards_with_a_release_after_each_season_the_last_is_the_same(
    tmp_path: Path, samples_release: Path
) -> None:
    settings = settings_of(tmp_path)
    for year in reversed(YEARS):
        folder = Path(run_season(season_run(settings, year), FolderSource(SAMPLES / "letters")))
    assert len(list((settings.warehouse_folder / "releases").iterdir())) == len(YEARS)
    assert (folder.name, table_hashes(folder)) == (samples_release.name, table_hashes(samples_release))


def test_a_letter_that_a_person_accepts_is_flagged_in_the_next_release_which_does_not_name_the_person(
    tmp_path: Path, samples_release: Path
) -> None:
    settings = settings_of(tmp_path)
    shutil.copytree(samples_release.parents[2] / "landing", str(settings.landing_folder))
    shutil.copytree(samples_release.parents[1], settings.warehouse_folder, symlinks=True)
    [letter] = (
        one
        for one in Landing(settings.landing_folder).dispositions(Season(2021)).values()
        if one.authority_id == TARNBECK
    )
    Quarantine(settings).accept(letter.letter_sha256, reason=WHY, by=BY)
    folder = publish(settings)
    assert Releases(settings.warehouse_folder).current() == folder
    assert folder.name != samples_release.name
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as warehouse:
        rows = warehouse.execute(
            "select trust, trust_reason, is_accepted_by_decision, uphold_rate_pct, recomputed_uphold_rate_pct "
            "from marts.fct_annual_review where season = 2021 and authority_key like ?",
            [f"{TARNBECK}@%"],
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
    assert rest == [True, 76, 67]
    told = f"accepted by a person's decision, although uphold_rate_is_upheld_over_investigations failed: {WHY}"
    assert reasons == [(told, told)]
    assert set(naming.values()) == {(0,)}
    assert BY not in (folder / "RELEASE.md").read_text() + (folder / "changes.json").read_text()
    changed = f"| Tarnbeck Metropolitan Borough Council | 2021-{letter.letter_sha256} | quarantined | accepted |"
    assert changed in (folder / "RELEASE.md").read_text()
    assert Landing(settings.landing_folder).dispositions(Season(2021))[letter.letter_sha256].decided_by == BY
