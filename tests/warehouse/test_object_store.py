"""A release lies whole in an object store, which a server on loopback plays, before the pointer names it."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import s3fs
from pydantic import SecretStr

from redress.files.store import WholeFiles
from redress.settings import Settings
from redress.warehouse.releases.checksums import read_checksums
from redress.warehouse.releases.delivery import deliver
from redress.warehouse.releases.listing import roll_back
from redress.warehouse.releases.object_store import StoredReleases
from redress.warehouse.releases.releases import ReleaseError, Releases
from redress.warehouse.serving.postgres import serve_current
from redress.warehouse.serving.tables import ServeError
from tests.acquire.s3_server import BUCKET, s3_server
from tests.warehouse.numbered import identity_of, publish_numbered

pytestmark = pytest.mark.needs("object_store")

KEPT = 2
NO_SERVER = "postgresql://publisher@127.0.0.1:9/served"


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    with s3_server():
        yield


def settings_of(home: Path) -> Settings:
    return Settings(home=home, warehouse=f"s3://{BUCKET}/{home.name}/warehouse/", releases_kept=KEPT)


@pytest.fixture
def settings(server: None, tmp_path: Path) -> Settings:
    return settings_of(tmp_path)


@pytest.fixture
def releases(settings: Settings) -> Releases:
    return Releases(settings.warehouse_folder)


def files(settings: Settings) -> dict[str, bytes]:
    """Return the content of each file below the warehouse's address, by name, as another client reads it."""
    assert settings.warehouse_store_address is not None
    place = settings.warehouse_store_address.removeprefix("s3://")
    client = s3fs.S3FileSystem(skip_instance_cache=True)
    return {name.removeprefix(f"{place}/"): client.cat_file(name) for name in client.find(place)}


def pointer(settings: Settings) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(settings)["current.json"])
    return found


def test_the_warehouse_is_made_in_the_home_where_releases_go_to_a_store(settings: Settings) -> None:
    assert settings.warehouse_folder == settings.home / "warehouse"
    assert settings.warehouse_store_address == f"s3://{BUCKET}/{settings.home.name}/warehouse"
    assert Settings(home=settings.home, warehouse="elsewhere").warehouse_store_address is None
    assert Settings(home=settings.home, warehouse="file:///elsewhere").warehouse_folder == Path("/elsewhere")


def test_a_delivered_release_is_in_the_store_byte_for_byte_and_current(
    settings: Settings, releases: Releases
) -> None:
    folder = publish_numbered(releases, 1)
    (told,) = deliver(settings)
    assert told == f"release {folder.name} is current in {settings.warehouse_store_address}"
    stored = files(settings)
    assert pointer(settings)["path"] == f"releases/{folder.name}"
    local = {path.relative_to(releases.folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(stored) == local | {"current.json"}
    for name in local:
        assert stored[name] == (releases.folder / name).read_bytes()
    for name, sha256 in read_checksums(stored[f"releases/{folder.name}/SHA256SUMS"].decode()).items():
        assert hashlib.sha256(stored[f"releases/{folder.name}/{name}"]).hexdigest() == sha256


def test_delivering_again_puts_nothing(settings: Settings, releases: Releases) -> None:
    publish_numbered(releases, 1)
    deliver(settings)
    before = pointer(settings)
    with patch.object(WholeFiles, "write", side_effect=AssertionError("something was put")):
        assert deliver(settings) == ()
    assert pointer(settings) == before


@pytest.mark.long
def test_the_pointer_is_put_last_and_a_failure_before_it_leaves_readers_what_they_had(
    settings: Settings, releases: Releases
) -> None:
    publish_numbered(releases, 1)
    deliver(settings)
    publish_numbered(releases, 2)
    puts = _puts(settings)
    assert puts[-2:] == [f"releases/{identity_of(2)}/SHA256SUMS", "current.json"]
    publish_numbered(releases, 3)
    for failing in range(len(puts)):
        with pytest.raises(ReleaseError, match="the store has gone"):
            _puts(settings, failing)
        stored = files(settings)
        assert pointer(settings)["release"] == identity_of(2)
        whole = f"releases/{identity_of(3)}/SHA256SUMS" in stored
        assert whole == (failing >= len(puts) - 1)
    deliver(settings)
    assert pointer(settings)["release"] == identity_of(3)


def test_what_was_garbled_on_its_way_is_never_pointed_at(settings: Settings, releases: Releases) -> None:
    publish_numbered(releases, 1)
    deliver(settings)
    publish_numbered(releases, 2)
    write = WholeFiles.write

    def garbled(self: WholeFiles, name: str, content: bytes, *, is_synced: bool = False) -> None:
        write(self, name, content[:-1] if name.endswith("fct_figure.parquet") else content, is_synced=is_synced)

    with (
        patch.object(WholeFiles, "write", garbled),
        pytest.raises(ReleaseError, match=r"fct_figure\.parquet is not what was put there"),
    ):
        deliver(settings)
    assert pointer(settings)["release"] == identity_of(1)
    deliver(settings)
    assert pointer(settings)["release"] == identity_of(2)


def test_the_last_few_are_kept_and_what_a_crash_left_is_removed(settings: Settings, releases: Releases) -> None:
    for number in (1, 2):
        publish_numbered(releases, number)
        deliver(settings)
    assert settings.warehouse_store_address is not None
    store = WholeFiles(settings.warehouse_store_address)
    store.write(f"releases/{identity_of(0xFF)}/warehouse.duckdb", b"half a release")
    store.write("releases/somebody's.txt", b"no release")
    publish_numbered(releases, 3)
    deliver(settings)
    there = {name.split("/")[1] for name in files(settings) if "/" in name}
    assert there == {*(identity_of(n) for n in (2, 3)), "somebody's.txt"}
    assert pointer(settings)["kept"] == [identity_of(n) for n in (3, 2)]


@pytest.fixture(scope="module")
def delivered(server: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path, dict[str, bytes]]:
    """The settings, local folder and stored files of a release that each test damages and makes whole again."""
    settings = settings_of(tmp_path_factory.mktemp("delivered"))
    folder = publish_numbered(Releases(settings.warehouse_folder), 1)
    deliver(settings)
    return settings, folder, files(settings)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(None, "parquet/fct_figure.parquet", id="a table is removed"),
        pytest.param(b"cut short", "warehouse.duckdb", id="the warehouse is damaged"),
        pytest.param(b"cut short", "SHA256SUMS", id="the checksums are damaged"),
        pytest.param(None, "SHA256SUMS", id="the checksums are removed", marks=pytest.mark.long),
        pytest.param(None, "warehouse.duckdb", id="the warehouse is removed", marks=pytest.mark.long),
        pytest.param(b"cut short", "parquet/fct_figure.parquet", id="a table is damaged", marks=pytest.mark.long),
    ],
)
def test_the_current_release_is_made_whole_in_the_store_by_the_next_run(
    delivered: tuple[Settings, Path, dict[str, bytes]], name: str, content: bytes | None
) -> None:
    settings, folder, before = delivered
    store = WholeFiles(str(settings.warehouse_store_address))
    place = f"releases/{folder.name}/{name}"
    store.remove(place) if content is None else store.write(place, content)
    puts = _puts(settings)
    assert place in puts
    assert puts[-1] == f"releases/{folder.name}/SHA256SUMS"
    assert files(settings) == before
    assert deliver(settings) == ()


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"release": "../x", "kept": []}'])
def test_a_broken_pointer_is_said_in_words(settings: Settings, releases: Releases, content: bytes) -> None:
    publish_numbered(releases, 1)
    WholeFiles(str(settings.warehouse_store_address)).write("current.json", content)
    with pytest.raises(ReleaseError, match=r"warehouse/current\.json is broken: .*remove it"):
        deliver(settings)


def test_going_back_goes_back_in_the_store_too(settings: Settings, releases: Releases) -> None:
    for number in (1, 2):
        publish_numbered(releases, number)
        deliver(settings)
    roll_back(releases, by="a person")
    deliver(settings)
    assert StoredReleases(str(settings.warehouse_store_address)).current() == identity_of(1)


def test_a_store_that_is_not_there_is_said_in_words(settings: Settings, releases: Releases) -> None:
    publish_numbered(releases, 1)
    elsewhere = Settings(home=settings.home, warehouse="s3://no-such-bucket/warehouse")
    with pytest.raises(ReleaseError, match=r"s3://no-such-bucket/warehouse/.* cannot be written"):
        deliver(elsewhere)


def _puts(settings: Settings, failing: int | None = None) -> list[str]:
    """Deliver, and return the names of the written files in order. The write number `failing`, from 0, fails."""
    names: list[str] = []
    write = WholeFiles.write

    def noted(self: WholeFiles, name: str, content: bytes, *, is_synced: bool = False) -> None:
        if len(names) == failing:
            raise ReleaseError("the store has gone")
        names.append(name)
        write(self, name, content, is_synced=is_synced)

    with patch.object(WholeFiles, "write", noted):
        deliver(settings)
    return names


def test_a_home_in_which_another_release_is_current_than_in_the_store_serves_nothing(
    server: None, settings: Settings, releases: Releases, tmp_path: Path
) -> None:
    def serve(home: Path) -> None:
        serve_current(Settings(home=home, warehouse=settings.warehouse, serve_url=SecretStr(NO_SERVER)))

    here = publish_numbered(releases, 1)
    deliver(settings)
    with pytest.raises(ServeError, match="connection"):  # serving goes on to the database
        serve(settings.home)
    other = Settings(home=tmp_path / "other", warehouse=settings.warehouse)
    there = publish_numbered(Releases(other.warehouse_folder), 2)
    deliver(other)
    with pytest.raises(
        ServeError,
        match=f"^release {there.name} is current in s3://.*, and release {here.name} in .*warehouse: another",
    ):
        serve(settings.home)
