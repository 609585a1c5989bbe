"""A rebuild leaves a whole release as it is, and replaces a damaged release in its place."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest

from redress.settings import Settings
from redress.steps import rebuild, release
from redress.warehouse.build import warehouse_identity
from redress.warehouse.releases import releases as released
from redress.warehouse.releases.checksums import CHECKSUMS_NAME, damage
from redress.warehouse.releases.listing import known_releases
from redress.warehouse.releases.releases import Releases
from tests.steps.upkeep.runs import current, flip, is_new, settings_of, told, upkeep_run
from tests.warehouse.small_warehouse import FIRST, SECOND, build, rate

pytestmark = pytest.mark.needs("dbt")

NOT_HELD = 'its contents cannot be counted: Binder Error: Column "letter_sha256" does not exist'


def test_a_whole_release_of_what_is_landed_is_left_as_it_is(settings: Settings, releases: Releases) -> None:
    before = files_of(current(releases))
    run = upkeep_run(settings)
    rebuild(run)
    assert files_of(current(releases)) == before
    assert told(run)["build"] == f"release {current(releases).name} holds all of this already"
    assert told(run)["release"] == "nothing changed, nothing published"


def files_of(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return the inode and the bytes of each file below a folder, by the file's path."""
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
    """Read a rate by way of `current` after each rename, exchange and removal of the replacement."""
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
    """An error that stands for the end of the process."""


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


def test_rebuild_says_what_it_did(redress: Callable[..., tuple[int, str]], releases: Releases) -> None:
    code, out = redress("rebuild")
    assert code == 0
    assert f"release {current(releases).name} holds all of this already" in out
