"""The release that is current in a state in an object store is current on every machine that shares the state."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import pytest
from pydantic import SecretStr

from redress.files.locks import LockLostError
from redress.files.store import WholeFiles
from redress.warehouse.releases.delivery import deliver
from redress.warehouse.releases.listing import known_releases, roll_back
from redress.warehouse.releases.object_store import StoredReleases
from redress.warehouse.releases.releases import ReleaseError, Releases
from redress.warehouse.releases.shared import releases_of
from redress.warehouse.serving.postgres import serve_current
from redress.warehouse.serving.tables import ServeError
from redress.warehouse.writer_lock import WriterLock
from tests.acquire.s3_server import s3_server
from tests.warehouse.numbered import identity_of
from tests.warehouse.shared_state import Machines
from tests.warehouse.test_object_store import NO_SERVER

pytestmark = pytest.mark.needs("object_store")


class KilledError(BaseException):
    """An error that stands for a kill: nothing in Redress catches this error."""


@pytest.fixture(scope="module")
def server() -> Iterator[None]:
    with s3_server():
        yield


@pytest.fixture(scope="module")
def published(server: None, tmp_path_factory: pytest.TempPathFactory) -> Machines:
    """A state with two releases of the machine "one"; the machine "away" has fetched only the first release."""
    machines = Machines(tmp_path_factory.mktemp("published"))
    machines.publish("one", 1)
    assert machines.current("away") == 1
    machines.publish("one", 2)
    return machines


@pytest.fixture
def machines(server: None, tmp_path: Path) -> Machines:
    return Machines(tmp_path)


def roll_back_on(machines: Machines, name: str, to: str = "") -> None:
    settings = machines.settings(name)
    with WriterLock(settings):
        releases = releases_of(settings)
        with releases.alone():
            roll_back(releases, to, by="a person", reason="a rate is wrong")
            deliver(settings)


def requests_of(machines: Machines, name: str) -> list[str]:
    """Look for the current release on a machine, and return the names that the machine reads from the store."""
    read: list[str] = []
    real = WholeFiles.read

    def noted(self: WholeFiles, name: str) -> bytes:
        read.append(name)
        return real(self, name)

    with patch.object(WholeFiles, "read", noted):
        releases_of(machines.settings(name)).current()
    return read


def test_what_one_machine_builds_another_publishes_and_a_third_reads(machines: Machines) -> None:
    machines.build("one", 1)
    assert machines.current("three") is None
    machines.release("two", 1)
    assert [machines.current(name) for name in ("one", "two", "three")] == [1, 1, 1]
    assert not list(machines.store().names("incoming"))
    folders = [machines.settings(name).warehouse_folder / "releases" / identity_of(1) for name in ("two", "three")]
    published, copied = ({path.name: path.read_bytes() for path in one.rglob("*.*")} for one in folders)
    assert published == copied
    assert not (folders[1] / "warehouse.duckdb").stat().st_mode & 0o222


def test_a_release_that_a_machine_has_already_costs_one_request(published: Machines) -> None:
    assert len(requests_of(published, "asking")) > 1
    assert requests_of(published, "asking") == ["current.json"]


@pytest.mark.long
def test_a_machine_that_was_away_publishes_after_what_others_published(machines: Machines) -> None:
    machines.publish("one", 1)
    machines.publish("two", 2)
    machines.publish("one", 3)
    assert machines.current("two") == 3
    events = releases_of(machines.settings("three")).history.events()
    assert [event.release for event in events] == [identity_of(number) for number in (1, 2, 3)]
    changes = (machines.settings("one").warehouse_folder / "current" / "changes.json").read_bytes()
    assert json.loads(changes)["before"] == identity_of(2)
    assert len(json.loads(changes)["data"]["figures"]) == 1  # compared with a release that it had not made


def test_a_rollback_on_another_machine_fetches_the_release_that_it_goes_to(machines: Machines) -> None:
    machines.publish("one", 1)
    machines.publish("one", 2)
    roll_back_on(machines, "two")
    assert [machines.current(name) for name in ("one", "two", "three")] == [1, 1, 1]
    assert releases_of(machines.settings("three")).history.taken_back()[identity_of(2)].by == "a person"


@pytest.mark.long
def test_the_list_of_releases_is_the_same_on_every_machine_and_fetches_none(machines: Machines) -> None:
    for number in (1, 2, 3):
        machines.publish("one", number)
    roll_back_on(machines, "one", identity_of(1))
    machines.publish("one", 4)
    machines.publish("one", 5)
    here = {}
    for name in ("one", "two"):
        releases = releases_of(machines.settings(name))
        known = known_releases(releases)
        here[name] = [(one.identity, one.letters_count, one.seasons, one.is_current, one.damage) for one in known]
    kept = [identity_of(number) for number in (5, 4, 1, 3)]  # the third was taken back, and stays for that
    assert here["one"] == here["two"] == [(one, 1, (2021,), one == kept[0], ()) for one in kept]
    assert Releases(machines.settings("two").warehouse_folder).identities() == {identity_of(5)}
    here_only = Releases(machines.settings("one").warehouse_folder).identities()
    assert here_only == {identity_of(number) for number in (5, 4, 3)}


def test_a_copy_of_a_release_that_the_store_has_lost_does_not_count(machines: Machines) -> None:
    machines.publish("one", 1)
    for name in list(machines.store().names("")):
        machines.store().remove(name)
    releases = releases_of(machines.settings("one"))
    assert releases.release_folder(identity_of(1)).is_dir()
    assert releases.bring(identity_of(1)) == (f"{machines.store().address} does not list it",)
    assert not releases.has_built(identity_of(1))
    machines.publish("one", 1)
    assert machines.current("two") == 1


def test_a_copy_that_is_damaged_is_fetched_again(published: Machines) -> None:
    assert published.current("damaged") == 2
    file = published.settings("damaged").warehouse_folder / "current" / "parquet" / "fct_figure.parquet"
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1])
    assert published.current("damaged") == 2


@pytest.mark.parametrize("content", [None, b"cut short"], ids=["removed", "damaged"])
def test_a_release_that_is_damaged_in_the_store_is_linked_nowhere(
    published: Machines, content: bytes | None, tmp_path: Path
) -> None:
    store, name = published.store(), f"releases/{identity_of(2)}/parquet/fct_figure.parquet"
    whole, machine = store.read(name), tmp_path.name
    store.remove(name) if content is None else store.write(name, content)
    try:
        with pytest.raises(ReleaseError, match=r"^the current release in s3://.* is damaged \(parquet/fct_figure"):
            published.current(machine)
        assert not published.settings(machine).warehouse_folder.joinpath("current").is_symlink()
        left = releases_of(published.settings(machine), is_loss_left=True)
        assert left.current() is None
        assert left.loss
        assert published.current("one") == 2  # it has a whole copy
    finally:
        store.write(name, whole)


@pytest.mark.long
def test_a_kill_between_a_whole_release_and_the_pointer_leaves_the_release_before(machines: Machines) -> None:
    machines.publish("one", 1)
    machines.build("one", 2)
    write = WholeFiles.write

    def killed(self: WholeFiles, name: str, content: bytes, **named: bool) -> None:
        if name == "current.json":
            raise KilledError
        write(self, name, content, **named)

    with patch.object(WholeFiles, "write", killed), suppress(KilledError):
        machines.release("one", 2)
    assert f"releases/{identity_of(2)}/SHA256SUMS" in set(machines.store().names("releases"))
    assert machines.current("two") == 1
    assert machines.current("one") == 1
    machines.release("two", 2)
    assert [machines.current(name) for name in ("one", "two")] == [2, 2]


@pytest.mark.long
def test_a_build_that_was_interrupted_on_its_way_to_the_store_does_not_count_as_built(machines: Machines) -> None:
    machines.publish("one", 1)
    write = WholeFiles.write

    def killed(self: WholeFiles, name: str, content: bytes, **named: bool) -> None:
        if name.endswith("SHA256SUMS"):
            raise KilledError
        write(self, name, content, **named)

    with patch.object(WholeFiles, "write", killed), suppress(KilledError):
        machines.build("one", 2)
    assert list(machines.store().names("incoming"))
    for name in ("one", "two"):
        assert not releases_of(machines.settings(name)).has_built(identity_of(2))
        with pytest.raises(ReleaseError, match="run the build step again"):
            machines.release(name, 2)
    releases_of(machines.settings("two")).clear()
    assert not list(machines.store().names("incoming"))


@pytest.mark.long
def test_a_built_warehouse_that_is_damaged_is_removed_so_that_it_is_built_again(machines: Machines) -> None:
    machines.build("one", 1)
    machines.store().write(f"incoming/{identity_of(1)}/warehouse.duckdb", b"cut short")
    with pytest.raises(ReleaseError, match=r"was damaged .* run the build step again"):
        machines.release("two", 1)
    assert not releases_of(machines.settings("one")).has_built(identity_of(1))


@pytest.mark.long
def test_a_machine_that_has_lost_the_lock_does_not_publish(machines: Machines) -> None:
    machines.publish("one", 1)
    machines.build("one", 2)
    lost = LockLostError("another process is the writer")
    with patch.object(WriterLock, "require_held", side_effect=lost), pytest.raises(LockLostError):
        machines.release("one", 2)
    assert [machines.current(name) for name in ("one", "two")] == [1, 1]


def test_a_machine_that_was_away_serves_what_is_current_for_all_and_else_nothing(published: Machines) -> None:
    settings = published.settings("away", serve_url=SecretStr(NO_SERVER))
    with pytest.raises(ServeError, match="connection"):  # serving goes on to the database
        serve_current(settings)
    assert (settings.warehouse_folder / "current").resolve().name == identity_of(2)
    pointer = published.store().read("current.json")
    published.store().write("current.json", b"{")
    with pytest.raises(ServeError, match=r"nothing is served: .*current\.json is broken"):
        serve_current(settings)
    published.store().write("current.json", pointer)


@pytest.mark.long
def test_releases_of_a_home_of_its_own_are_not_taken_for_copies(machines: Machines) -> None:
    machines.publish("one", 1)
    other = Machines(machines.folder / "other")
    other.publish("one", 2)
    theirs = machines.settings("one").model_copy(update={"home": other.folder / "one"})
    with pytest.raises(ReleaseError, match=r"has copies of the releases in s3://.*other/warehouse, and the state"):
        releases_of(theirs)


@pytest.mark.long
def test_a_pointer_without_a_history_is_one_of_an_earlier_version(machines: Machines) -> None:
    machines.publish("one", 1)
    stated = json.loads(machines.store().read("current.json"))
    del stated["history"], stated["letters"]
    machines.store().write("current.json", json.dumps(stated).encode())
    assert machines.current("two") == 1
    (known,) = known_releases(releases_of(machines.settings("two")))
    assert known.letters_count == 1
    machines.publish("two", 2)
    pointer = StoredReleases(machines.store().address).pointer()
    assert pointer is not None
    assert [event.release for event in pointer.events] == [identity_of(1), identity_of(2)]
