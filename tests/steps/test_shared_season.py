"""The steps of a season, done by turns on two machines that share an object store, give one machine's release."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest
from pydantic import SecretStr

from redress.acquire.sources.folder import FolderSource
from redress.files.store import WholeFiles
from redress.report import write_report
from redress.report.site.building import write_site
from redress.settings import Settings
from redress.steps import (
    Run,
    acquire,
    build_data_docs,
    build_warehouse,
    check,
    plan,
    plan_roll_back,
    read,
    read_data_tables,
    release,
    roll_back,
    run_season,
    serve,
    take_stock,
)
from redress.warehouse.releases.releases import ReleaseError, Releases
from redress.warehouse.serving.tables import ServeError
from tests.acquire.s3_server import BUCKET, s3_server
from tests.made import SAMPLE_AUTHORITIES, SAMPLES, SEASON
from tests.warehouse.test_object_store import NO_SERVER

pytestmark = [pytest.mark.needs("dbt"), pytest.mark.needs("object_store"), pytest.mark.long]

TABLES = (".csv", ".parquet", ".json")


@pytest.fixture(scope="module", autouse=True)
def _server() -> Iterator[None]:
    with s3_server():
        yield


def settings_of(home: Path, **stated: object) -> Settings:
    return Settings.model_validate(
        {
            "home": home,
            "additional_authorities": SAMPLE_AUTHORITIES,
            "read_batch_letters": 2,
            "serve_url": SecretStr(NO_SERVER),
            "build_site": True,
            **stated,
        }
    )


def on_machines_by_turns(folder: Path) -> Iterator[Run]:
    """Yield the run of the season on machine `a`, then on machine `b`, and so on by turns."""
    for name in cycle(("a", "b")):
        yield Run.of_season(SEASON, "the run", settings_of(folder / name, state=f"s3://{BUCKET}/{folder.name}"))


def test_the_steps_of_a_season_by_turns_on_two_machines_give_the_release_of_one_machine(tmp_path: Path) -> None:
    source, turns = FolderSource(SAMPLES / "letters"), on_machines_by_turns(tmp_path)
    batches = plan(next(turns), source)
    assert len(batches) > 2
    for number, references in enumerate(batches):
        acquire(next(turns), source, references, number)
    acquired = take_stock(next(turns), source)
    read_data_tables(next(turns), source)
    parts = [read(next(turns), archived, number) for number, archived in enumerate(acquired)]
    check(next(turns), parts)
    identity = build_warehouse(next(turns))
    assert identity is not None
    released = release(next(turns), identity)
    assert Path(released).name == identity
    for run in (next(turns), next(turns)):
        with pytest.raises(ServeError, match="connection"):  # it goes on to the database, with the release
            serve(run)
        assert run.settings.warehouse_folder.joinpath("current").resolve().name == identity
    build_data_docs(next(turns))
    site = write_site(next(turns))
    report = write_report(next(turns))
    run = next(turns)

    alone = Run.of_season(SEASON, "the run", settings_of(tmp_path / "alone"))
    folder = Path(run_season(alone, source))
    assert folder.name == identity
    store = WholeFiles(run.settings.state_address)
    place = f"warehouse/releases/{identity}"
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in TABLES]
    assert len(names) > 20
    for name in names:
        assert store.read(f"{place}/{name}") == (folder / name).read_bytes(), name
    assert f"release {identity} is out" in report.read_text(encoding="utf-8")
    assert f"s3://{BUCKET}/{tmp_path.name}/site/index.html shows release {identity}" in site
    for name in ("site/index.html", f"data_docs/{SEASON}/index.html", "runs/index.html"):
        assert store.read(name)
    assert not list(store.names("warehouse/incoming"))

    # another season's worth of change on one machine, a way back on the other
    councils = tmp_path / "councils.csv"
    councils.write_text(
        SAMPLE_AUTHORITIES.read_text(encoding="utf-8")
        + "SOAK-1,Invented Soak Council,Soak,district,,1974-04-01,\n",
        encoding="utf-8",
    )
    changed = next(turns).settings.model_copy(update={"additional_authorities": councils})
    again = Run.of_season(SEASON, "again", changed)
    second = Path(release(again, build_warehouse(again))).name
    assert second != identity
    back = Run.of_upkeep("back", next(turns).settings)
    assert plan_roll_back(back) == identity
    assert roll_back(back, identity, by="a person") == identity
    assert build_warehouse(again) is None  # it was taken back, and the other machine knows
    current = Releases(changed.warehouse_folder).current()
    assert current is not None
    assert current.name == identity
    with pytest.raises(ReleaseError, match="is current already"):
        plan_roll_back(again, identity)

    # a machine that comes later finds the release damaged, and puts it right for all
    store.write(f"{place}/parquet/fct_figure.parquet", b"cut short")
    later = Run.of_season(SEASON, "later", settings_of(tmp_path / "later", state=run.settings.state_address))
    assert build_warehouse(later) == identity
    assert Path(release(later, identity)).name == identity
    assert store.read(f"{place}/parquet/fct_figure.parquet") == (folder / "parquet/fct_figure.parquet").read_bytes()

    # the store loses its releases: what one machine still has counts for nothing, and another one publishes
    for name in list(store.names("warehouse")):
        store.remove(name)
    assert build_warehouse(later) == identity
    other = Run.of_season(SEASON, "later", next(turns).settings)
    assert Path(release(other, identity)).name == identity
    assert store.read(f"{place}/parquet/fct_figure.parquet") == (folder / "parquet/fct_figure.parquet").read_bytes()
