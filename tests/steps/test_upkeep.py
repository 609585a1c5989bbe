"""Upkeep: re-reading, rebuilding and going back give what was there before, and mend what was damaged."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from redress.acquire.archive import Archive, ArchiveError
from redress.acquire.outcomes import Summary
from redress.acquire.source import Fetched, Reference, ReferenceKind
from redress.acquire.sources.folder import FolderSource
from redress.cli import app
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import (
    Run,
    SeasonError,
    acquire_and_read,
    check,
    check_reread,
    plan_reread,
    plan_roll_back,
    read,
    rebuild,
    release,
    reread_season,
    roll_back,
)
from redress.steps.run import latest_summary
from redress.steps.upkeep import Action, Upkeep
from redress.warehouse.build import warehouse_identity
from redress.warehouse.landing import Landing
from redress.warehouse.releases import releases as released
from redress.warehouse.releases.checksums import CHECKSUMS_NAME, damage
from redress.warehouse.releases.listing import known_releases
from redress.warehouse.releases.releases import ReleaseError, Releases
from tests.made import SAMPLE_AUTHORITIES, SAMPLES, SEASON
from tests.warehouse.test_releases import FIRST, SECOND, build, rate

pytestmark = pytest.mark.needs("dbt")

PAGE = "2021/pellonshire-statistics"
"""The address of the statistics page: its name has no ending, like an address at a site."""
PAGES_COUNT = 1
"""How many files are read in every run: a page without an ending in its address is never kept."""
WRONG_RATE = 99
NOT_HELD = 'its contents cannot be counted: Binder Error: Column "authority_id" does not exist'
WHOSE = {"pellonshire": "SAMPLE-01", "wexmarsh": "SAMPLE-02", "tarnbeck": "SAMPLE-03", "ostlebridge": "SAMPLE-04"}


class NamedLetters(FolderSource):
    """A source that takes letters from a folder, names their authorities, has a statistics page, and fails for one
    letter.
    """

    def references(self, season: Season) -> tuple[Reference, ...]:
        found = []
        for one in super().references(season):
            kind = ReferenceKind.STATISTICS_PAGE if one.address == PAGE else ReferenceKind.LETTER
            whose = WHOSE.get(PurePath(one.address).name.partition("-")[0], "SAMPLE-05")
            found.append(replace(one, authority_id=whose, kind=kind))
        return tuple(found)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one landed season: letters with their authorities, a statistics page, and a data table.

    A release that did not hold what is landed was published first, and then rebuilt.
    """
    folder = tmp_path_factory.mktemp("letters")
    shutil.copytree(SAMPLES / "letters" / "2021", folder / "2021")
    page = (Path(__file__).parents[1] / "read" / "golden" / "three_statistics" / "2023-web-page.html").read_text()
    page = page.replace("Oxlipstead Council", "Pellonshire County Council")
    (folder / PAGE).write_text(page.replace("2022", "2020").replace("2023", "2021"))
    home = tmp_path_factory.mktemp("built")
    councils = home / "councils.csv"
    shutil.copy(SAMPLE_AUTHORITIES, councils)
    settings = settings_of(home)
    run = Run.of_season(SEASON, "first", settings)
    check(run, acquire_and_read(run, NamedLetters(folder)))
    releases, identity = Releases(settings.warehouse_folder), warehouse_identity(settings)
    build(releases, identity, rate=WRONG_RATE)
    releases.publish(identity)
    rebuild(upkeep_run(settings, "mending"))
    return home


def settings_of(home: Path) -> Settings:
    return Settings(home=home, additional_authorities=home / "councils.csv", read_batch_letters=4)


@pytest.fixture
def settings(built: Path, tmp_path: Path) -> Settings:
    """A copy of the home that a test may damage."""
    home = tmp_path / "home"
    shutil.copytree(built, home, symlinks=True)
    return settings_of(home)


@pytest.fixture
def releases(settings: Settings) -> Releases:
    return Releases(settings.warehouse_folder)


def season_run(settings: Settings, run_id: str = "again") -> Run:
    return Run.of_season(SEASON, run_id, settings)


def upkeep_run(settings: Settings, run_id: str = "upkeep") -> Run:
    return Run.of_upkeep(run_id, settings)


def told(run: Run) -> dict[str, str]:
    return {event["step"]: event["told"] for event in run.record.events() if event["state"] == "done"}


def is_new(run: Run) -> bool:
    """Return whether the run's record says that its release is new."""
    return bool(run.record.events()[-1]["counts"]["is_new"])


def counted(run: Run, count: str) -> int:
    return sum(event["counts"].get(count, 0) for event in run.record.events() if event["state"] == "done")


def current(releases: Releases) -> Path:
    folder = releases.current()
    assert folder is not None
    return folder


def flip(file: Path, at: float = 0.5) -> None:
    """Change one byte of a file, as a bad disk does."""
    content = bytearray(file.read_bytes())
    content[int(len(content) * at)] ^= 0xFF
    file.chmod(0o644)
    file.write_bytes(content)
    file.chmod(0o444)


def lose_season(settings: Settings, *, with_data_tables: bool = False) -> None:
    """Remove what is landed of the season; keep its data tables, unless they are named."""
    for place in settings.landing_folder.glob("*/season=2021/*.parquet"):
        if with_data_tables or place.name != "data_table.parquet":
            place.unlink()


# --- Read again ---------------------------------------------------------------------------------------


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
    """Show that the landing of a season is more than its letters: all of it decides a release's identity."""
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
    """Write a summary of a run that landed what it had acquired."""
    summary.write(season_run(settings, summary.run_id).landed_path)


def test_where_no_run_is_known_the_latest_of_each_address_is_read(settings: Settings) -> None:
    lose_season(settings)
    shutil.rmtree(settings.runs_folder)
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


# --- Rebuild ------------------------------------------------------------------------------------------


def test_a_whole_release_of_what_is_landed_is_left_as_it_is(settings: Settings, releases: Releases) -> None:
    before = files_of(current(releases))
    run = upkeep_run(settings)
    rebuild(run)
    assert files_of(current(releases)) == before
    assert told(run)["build"] == f"release {current(releases).name} holds all of this already"
    assert told(run)["release"] == "nothing changed, nothing published"


def files_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """The inode and the bytes of each file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_ino, path.read_bytes()) for path in files}


def test_a_release_that_does_not_hold_what_is_landed_is_replaced_by_the_next_run(built: Path) -> None:
    settings = settings_of(built)
    releases = Releases(settings.warehouse_folder)
    folder = current(releases)
    steps = told(upkeep_run(settings, "mending"))
    assert f"warehouse {folder.name} built, and its tests passed" in steps["build"]
    assert f"the release of that name is damaged: {NOT_HELD}" in steps["build"]
    assert folder.name == warehouse_identity(settings)
    assert damage(folder) == ()
    query = "select authority_name, upheld_count from {} join {} using (authority_key) order by all"
    parquet = (f"'{folder}/parquet/{name}.parquet'" for name in ("fct_annual_review", "dim_authority"))
    rows = [("London Borough of Vennery", 36), ("Pellonshire County Council", 33), ("Wexmarsh District Council", 0)]
    assert duckdb.execute(query.format(*parquet)).fetchall() == rows
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection:
        found = connection.execute(query.format("marts.fct_annual_review", "marts.dim_authority")).fetchall()
    assert found == rows
    assert "The first release of this warehouse." in (folder / "RELEASE.md").read_text()
    assert [one.name for one in (releases.folder / "releases").iterdir()] == [folder.name]
    assert not (releases.folder / "incoming" / folder.name).exists()


def test_what_a_task_that_is_run_again_finds_published_it_leaves(settings: Settings, releases: Releases) -> None:
    before = files_of(current(releases))
    run = upkeep_run(settings)
    assert Path(release(run, warehouse_identity(settings))) == current(releases)
    assert files_of(current(releases)) == before
    assert "is current already" in told(run)["release"]
    assert is_new(run) is False


def test_what_a_try_before_may_have_published_is_the_runs_own(settings: Settings, releases: Releases) -> None:
    run = upkeep_run(settings)
    with suppress(OSError), run.record.step("release"):
        raise OSError("killed after it had published")
    release(run, warehouse_identity(settings))
    assert is_new(run) is True


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("warehouse.duckdb", 0.5),
        ("parquet/fct_figure.parquet", 0.5),
        ("RELEASE.md", 0.5),
        (CHECKSUMS_NAME, 0.0),
        (CHECKSUMS_NAME, 0.999),
    ],
)
def test_one_byte_of_any_file_is_found_and_the_release_replaced_in_its_place(
    tmp_path: Path, name: str, at: float
) -> None:
    releases = Releases(tmp_path / "warehouse")
    build(releases, FIRST)
    folder = releases.publish(FIRST)
    assert damage(folder) == ()
    flip(folder / name, at)
    assert damage(folder)
    build(releases, FIRST)
    assert releases.publish(FIRST) == folder == releases.current()
    assert damage(folder) == ()
    assert [one.identity for one in known_releases(releases)] == [FIRST]


def test_readers_find_a_release_at_every_moment_of_a_replacement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Look at each step of the file system: nothing is removed or renamed while `current` leads to it."""
    releases = Releases(tmp_path / "warehouse")
    build(releases, FIRST)
    folder = releases.publish(FIRST)
    flip(folder / "parquet" / "fct_figure.parquet")
    build(releases, FIRST, rate=53)
    seen = []

    def look(then: Callable[..., Any]) -> Callable[..., Any]:
        def looked(*arguments: Any, **options: Any) -> Any:
            done = then(*arguments, **options)
            seen.append(rate(releases.current_link / "warehouse.duckdb"))
            return done

        return looked

    steps = ((Path, "rename"), (Path, "replace"), (Path, "unlink"), (released, "_exchange"), (shutil, "rmtree"))
    for owner, name in steps:
        monkeypatch.setattr(owner, name, look(getattr(owner, name)))
    releases.publish(FIRST)
    assert seen
    assert set(seen) == {53}


class EndedError(Exception):
    """Stands for the end of the process."""


@pytest.mark.parametrize("steps_count", range(5))
def test_a_replacement_that_ends_on_the_way_leaves_a_release_and_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps_count: int
) -> None:
    releases = Releases(tmp_path / "warehouse")
    build(releases, FIRST)
    folder = releases.publish(FIRST)
    flip(folder / "parquet" / "fct_figure.parquet")
    build(releases, FIRST)
    done: list[str] = []

    def ends(then: Callable[..., Any]) -> Callable[..., Any]:
        def ended(*arguments: Any, **options: Any) -> Any:
            if len(done) == steps_count:
                raise EndedError
            done.append(then.__name__)
            return then(*arguments, **options)

        return ended

    with monkeypatch.context() as patched:
        for owner, name in ((Path, "rename"), (Path, "replace"), (released, "_exchange"), (shutil, "rmtree")):
            patched.setattr(owner, name, ends(getattr(owner, name)))
        with pytest.raises(EndedError):
            releases.publish(FIRST)
    assert rate(releases.current_link / "warehouse.duckdb") == 53
    releases.clear(but=FIRST)
    if damage(folder):
        assert "_exchange" not in done
        build(releases, FIRST)
        releases.publish(FIRST)
    else:
        assert not releases.incoming_file(FIRST).exists()
    assert releases.current() == folder
    assert damage(folder) == ()


def test_a_release_after_a_damaged_one_says_that_they_cannot_be_compared(tmp_path: Path) -> None:
    releases = Releases(tmp_path / "warehouse")
    build(releases, FIRST)
    flip(releases.publish(FIRST) / "warehouse.duckdb", 0.1)
    build(releases, SECOND, rate=54)
    notes = (releases.publish(SECOND) / "RELEASE.md").read_text()
    assert f"{FIRST}, cannot be compared with this one: warehouse.duckdb is not what it was" in notes
    assert "first release" not in notes


def test_a_replaced_release_is_compared_with_the_one_before_it(tmp_path: Path) -> None:
    releases = Releases(tmp_path / "warehouse")
    for identity, number in ((FIRST, 53), (SECOND, 54)):
        build(releases, identity, rate=number)
        releases.publish(identity)
    folder = releases.release_folder(SECOND)
    notes = (folder / "RELEASE.md").read_text()
    flip(folder / "RELEASE.md")
    build(releases, SECOND, rate=54)
    releases.publish(SECOND)
    assert (folder / "RELEASE.md").read_text() == notes
    assert "| uphold_rate_pct | 53 | 54 |" in notes


# --- Go back ------------------------------------------------------------------------------------------


@pytest.fixture
def two(settings: Settings, releases: Releases) -> tuple[str, str]:
    """Two releases; the second is current and is made of what is landed. Return their identities."""
    first = current(releases).name
    assert settings.additional_authorities is not None
    with settings.additional_authorities.open("a") as file:
        file.write("SAMPLE-99,Invented Upkeep Council,Upkeep,district,South East,1974-04-01,\n")
    second = warehouse_identity(settings)
    build(releases, second)
    releases.publish(second)
    return first, second


def go_back(settings: Settings, to: str = "") -> str:
    run = upkeep_run(settings, "back")
    return roll_back(run, plan_roll_back(run, to), by="A. Person", reason="one rate is wrong")


def test_what_was_taken_back_stays_so_through_a_rebuild(
    settings: Settings, releases: Releases, two: tuple[str, str]
) -> None:
    first, second = two
    assert go_back(settings) == first
    run = upkeep_run(settings)
    assert Path(rebuild(run)).name == first
    assert f"what is landed is that of release {second}, which A. Person took back" in told(run)["build"]
    assert current(releases).name == first


def test_a_damaged_release_that_may_not_be_replaced_is_said_in_words(
    settings: Settings, releases: Releases, two: tuple[str, str]
) -> None:
    first, second = two
    go_back(settings)
    flip(releases.release_folder(first) / "warehouse.duckdb")
    with pytest.raises(ReleaseError, match=rf"{first} is damaged .* {second}, which A. Person took back"):
        rebuild(upkeep_run(settings))
    assert current(releases).name == first


def test_going_back_that_is_done_again_goes_back_no_further(
    settings: Settings, releases: Releases, two: tuple[str, str]
) -> None:
    first, _ = two
    third = "aaaa000000000003"
    build(releases, third)
    releases.publish(third)
    run = upkeep_run(settings, "back")
    target = plan_roll_back(run)
    for _ in range(2):
        sentences: list[str] = []
        roll_back(run, target, by="A. Person", tell=sentences.append)
        assert sentences == [f"release {target} is current"]
    assert current(releases).name == target != first


def test_there_is_nothing_to_go_back_to_before_the_second_release(settings: Settings) -> None:
    with pytest.raises(ReleaseError, match="no release is known that was current before"):
        go_back(settings)


# --- What was asked for -------------------------------------------------------------------------------

PARAMS = {"action": "rebuild", "season": None, "anew": False, "release": None, "by": None, "reason": None}


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"action": "reread"}, "reread needs a season: set season to the year of the letters"),
        ({"season": 2021}, "rebuild is of the whole warehouse, and season is set to 2021: leave season empty"),
        ({"action": "roll_back", "season": 2021}, "roll_back is of the whole warehouse"),
        ({"release": "ab12"}, "rebuild goes to no earlier release, and release is set to ab12: leave release"),
        ({"action": "reread", "season": 2021, "release": "ab12"}, "reread goes to no earlier release"),
        ({"anew": True}, "rebuild reads no letter: switch anew off"),
        ({"action": "roll_back", "by": " "}, "roll_back has to say who goes back: set by to your name"),
        ({"action": "mend"}, "mend"),
    ],
)
def test_params_that_contradict_each_other_say_what_to_set(params: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Upkeep.of_params(PARAMS | params, None)


def test_who_starts_a_run_asks_for_it_unless_somebody_else_is_named() -> None:
    params = PARAMS | {"action": "roll_back", "release": "ab12", "reason": "one rate is wrong"}
    assert Upkeep.of_params(params, "a.person").sentence == (
        "roll_back to ab12, asked for by a.person: one rate is wrong"
    )
    assert Upkeep.of_params(params | {"by": "B. Person"}, "a.person").by == "B. Person"
    reread = Upkeep.of_params(PARAMS | {"action": "reread", "season": 2021, "anew": True}, None)
    assert reread == Upkeep(Action.REREAD, SEASON, anew=True)
    assert reread.sentence == "reread 2021, all files anew"


# --- The command line ---------------------------------------------------------------------------------


@pytest.fixture
def redress(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run the command line in the home of a test; return its exit code and all that it prints."""
    monkeypatch.setenv("REDRESS_HOME", str(settings.home))
    monkeypatch.setenv("REDRESS_ADDITIONAL_AUTHORITIES", str(settings.additional_authorities))

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, arguments)
        return done.exit_code, done.output

    return run


def test_reread_shows_the_letters_and_a_season_that_fails_leaves_the_others_to_go_on(
    redress: Callable[..., tuple[int, str]], releases: Releases
) -> None:
    code, out = redress("reread", "2015", "2021")
    assert code == 1
    assert "season 2015 is not landed in" in out
    assert "6 of them are as they were read before" not in out  # in two batches
    assert "letters: 6, batches: 1" in out
    assert "Pellonshire County Council" in out
    assert f"{current(releases)}/warehouse.duckdb" in out


def test_rebuild_says_what_it_did(redress: Callable[..., tuple[int, str]], releases: Releases) -> None:
    code, out = redress("rebuild")
    assert code == 0
    assert f"release {current(releases).name} holds all of this already" in out
