"""Re-reading a season from the archive gives the release that was there before."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from redress.acquire.archive import Archive, ArchiveError
from redress.acquire.outcomes import Summary
from redress.acquire.source import Fetched, Reference
from redress.files.places import remove_tree
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, SeasonError, check_reread, plan_reread, read, reread_season
from redress.steps.run import latest_summary
from redress.warehouse.build import warehouse_identity
from redress.warehouse.landing import Landing
from redress.warehouse.releases.releases import Releases
from tests.made import SEASON
from tests.steps.upkeep.runs import PAGE, counted, current, lose_season, season_run, told

pytestmark = pytest.mark.needs("dbt")

PAGES_COUNT = 1
"""The number of files that each run reads, even if the same reader has read them before: the statistics page. Its
earlier reading is not found, because the page's address has no ending."""


@pytest.mark.parametrize(("anew", "newly_read_count"), [(False, PAGES_COUNT), (True, 6)])
def test_a_season_that_the_same_reader_reads_again_gives_the_same_release(
    settings: Settings, releases: Releases, anew: bool, newly_read_count: int
) -> None:
    before, content = current(releases), Landing(settings.landing_folder).content_hash()
    run = season_run(settings)
    assert Path(reread_season(run, anew=anew)) == before
    assert Landing(settings.landing_folder).content_hash() == content
    assert warehouse_identity(settings) == before.name
    assert counted(run, "letters") == 2 * 6  # planned, and read
    assert counted(run, "newly_read") == newly_read_count
    assert "letters: 6, batches: 2; as they are landed" in told(run)["plan"]
    assert told(run)["release"] == "nothing changed, nothing published"


def test_what_is_landed_of_a_season_is_more_than_its_letters(built: Path) -> None:
    """Show that a season's landing also has second witnesses, and what became of each authority's letter."""
    landing = built / "landing"
    assert (landing / "witness_figures" / "season=2021" / "data_table.parquet").exists()
    assert (landing / "witness_figures" / "season=2021" / "statistics_page.parquet").exists()
    rows = pq.read_table(landing / "acquisitions" / "season=2021" / "part.parquet").to_pylist()
    states = {row["authority_id"]: row["state"] for row in rows}
    assert states["SAMPLE-01"] == "acquired"
    assert "not_listed" in states.values()


def test_a_statistics_page_is_read_as_one_again(settings: Settings) -> None:
    files = [one for batch in plan_reread(season_run(settings)) for one in batch]
    (page,) = (one for one in files if one["address"] == PAGE)
    assert page["name"] == "pellonshire-statistics.html"


def test_a_season_that_landing_has_lost_is_read_from_the_archive_to_the_same_release(
    settings: Settings, releases: Releases
) -> None:
    before = current(releases)
    lose_season(settings)
    assert warehouse_identity(settings) != before.name
    run = season_run(settings)
    assert Path(reread_season(run)) == before
    assert warehouse_identity(settings) == before.name
    assert "landing has nothing of season 2021 that can be read, so as run first had them" in told(run)["plan"]


def test_landing_that_cannot_be_read_is_read_from_the_archive_too(settings: Settings) -> None:
    before = plan_reread(season_run(settings))
    (letters,) = settings.landing_folder.glob("letters/season=2021/part.parquet")
    letters.write_bytes(b"no parquet")
    assert plan_reread(season_run(settings)) == before


def test_data_tables_that_landing_has_lost_are_said_to_be_left_to_the_source(settings: Settings) -> None:
    lose_season(settings, with_data_tables=True)
    run = season_run(settings)
    plan_reread(run)
    assert "data tables that only a run from the source reads: 1" in told(run)["plan"]


def test_a_letter_that_the_last_run_no_longer_had_does_not_come_back(settings: Settings) -> None:
    lose_season(settings)
    last = latest_summary(settings.runs_folder / "2021")
    assert last is not None
    gone, *others = (one for one in last.outcomes if one.is_had)
    write_summary(settings, replace(last, run_id="last", ended_at="9", outcomes=tuple(others)))
    files = {one["sha256"] for batch in plan_reread(season_run(settings)) for one in batch}
    assert files == {one.sha256 for one in others}
    assert gone.sha256 not in files


def write_summary(settings: Settings, summary: Summary) -> None:
    """Write a summary as the summary of a run that has landed its letters."""
    summary.write(season_run(settings, summary.run_id).landed_path)


def test_where_no_run_is_known_the_latest_of_each_address_is_read(settings: Settings) -> None:
    lose_season(settings)
    remove_tree(settings.runs_folder)
    archive = Archive(settings.archive_address)
    (card,) = (one for one in archive.season_cards(SEASON) if "wexmarsh" in one.address)
    reference = Reference(SEASON, card.address, card.authority_id)
    newer = archive.store(reference, Fetched(b"a letter put right", card.address), card.source)
    files = {one["address"]: one for batch in plan_reread(season_run(settings)) for one in batch}
    assert len(files) == 6
    assert files[card.address]["sha256"] == newer.sha256 != card.sha256
    assert files[PAGE]["name"] == "pellonshire-statistics.html"


def test_an_archive_out_of_order_is_not_taken_for_a_whole_one(settings: Settings) -> None:
    lose_season(settings)
    card = next(Path(settings.archive_address).glob("sha256/*/*.cards/*.json"))
    card.write_text("half a card")
    with pytest.raises(ArchiveError, match=r"not in order.* redress archive verify"):
        plan_reread(season_run(settings))


def test_a_season_that_is_nowhere_is_said_in_words(settings: Settings) -> None:
    run = Run.of_season(Season(2015), "none", settings)
    with pytest.raises(SeasonError, match=r"season 2015 is not landed in .* the archive .* has no letter of it"):
        plan_reread(run)


def test_a_season_that_another_run_landed_meanwhile_is_left_as_that_run_landed_it(settings: Settings) -> None:
    run = season_run(settings)
    batches = plan_reread(run)
    parts = [read(run, batch, number) for number, batch in enumerate(batches)]
    landing = Landing(settings.landing_folder)
    letters, dispositions = landing.letters(SEASON), landing.dispositions(SEASON)
    others = [one for one in letters if "wexmarsh" not in one.source_address]
    landing.replace_season(SEASON, others, (), [dispositions[one.letter.sha256] for one in others])
    content = landing.content_hash()
    with pytest.raises(SeasonError, match=r"has 0 files that were not read, and lacks 1 .* start the re-read"):
        check_reread(run, parts)
    assert landing.content_hash() == content


def test_a_re_read_that_is_refused_ends_no_other_runs_acquiring(settings: Settings) -> None:
    doubtful = settings.model_copy(update={"stop_from_files_count": 1, "stop_above_refused_pct": 0.0})
    run = season_run(doubtful)
    run.journal.begin("folder:elsewhere", ())
    with pytest.raises(SeasonError, match="the source looks wrong"):
        reread_season(run)
    assert run.journal.source() == "folder:elsewhere"


def test_reread_shows_the_letters_and_a_season_that_fails_leaves_the_others_to_go_on(
    redress: Callable[..., tuple[int, str]], releases: Releases
) -> None:
    code, out = redress("reread", "2015", "2021")
    assert code == 1
    assert "season 2015 is not landed in" in out
    assert f"{6 - PAGES_COUNT} of them are as they were read before" in " ".join(out.split())
    assert "letters: 6, batches: 1" in out
    assert "Pellonshire County Council" in out
    assert f"{current(releases)}/warehouse.duckdb" in out
