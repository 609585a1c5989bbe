"""Releases are listed, a person can go back to an earlier release, and only the last few are kept."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from redress.warehouse.releases.checksums import damage
from redress.warehouse.releases.listing import known_releases, prune, roll_back, taken_back
from redress.warehouse.releases.releases import ReleaseError, Releases
from tests.warehouse.numbered import build_numbered, identity_of, number_of, publish_numbered

pytestmark = pytest.mark.needs("time")

HOLD_DUCKDB = "import duckdb; held = duckdb.connect(sys.argv[1] + '/warehouse.duckdb', read_only=True)"
HOLD_RELEASE = (
    "from pathlib import Path; from redress.warehouse.releases.releases import Releases; "
    "held = Releases(Path(sys.argv[1]).parents[1]).reading(); held.__enter__()"
)


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(tmp_path / "warehouse")


@contextmanager
def held(code: str, folder: Path) -> Iterator[None]:
    """Have another process keep a release open during the block."""
    program = f"import sys; {code}; print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield
        process.communicate()


def current_number(releases: Releases) -> int:
    current = releases.current()
    assert current is not None
    return number_of(current)


def there(releases: Releases) -> list[int]:
    return sorted(int(path.name, 16) for path in (releases.folder / "releases").iterdir())


def test_releases_are_listed_with_what_they_hold_the_latest_first(releases: Releases) -> None:
    for number in (1, 2, 3):
        publish_numbered(releases, number)
    known = known_releases(releases)
    assert [(one.identity, one.seasons, one.letters_count, one.is_current) for one in known] == [
        (identity_of(3), (2021,), 1, True),
        (identity_of(2), (2021,), 1, False),
        (identity_of(1), (2021,), 1, False),
    ]
    times = [one.became_current.at for one in known if one.became_current is not None]
    assert times == sorted(times, reverse=True)
    assert len(times) == 3


def test_going_back_goes_to_the_release_that_was_current_before_again_and_again(releases: Releases) -> None:
    for number in (1, 2, 3):
        publish_numbered(releases, number)
    assert roll_back(releases, by="a person", reason="a wrong rate") == identity_of(2)
    assert current_number(releases) == 2
    event = taken_back(releases, identity_of(3))
    assert event is not None
    assert (event.by, event.reason) == ("a person", "a wrong rate")
    assert roll_back(releases, by="a person") == identity_of(1)
    with pytest.raises(ReleaseError, match="no release is known that was current before"):
        roll_back(releases, by="a person")
    assert current_number(releases) == 1


def test_a_release_that_was_taken_back_is_given_back_by_going_to_it(releases: Releases) -> None:
    for number in (1, 2):
        publish_numbered(releases, number)
    roll_back(releases, by="a person")
    assert roll_back(releases, identity_of(2), by="another person", reason="it was right") == identity_of(2)
    assert taken_back(releases, identity_of(2)) is None
    assert taken_back(releases, identity_of(1)) is None
    last = releases.history.events()[-1]
    assert (last.release, last.by, last.reason) == (identity_of(2), "another person", "it was right")


def test_a_release_is_named_by_its_beginning_and_what_is_not_there_is_refused(releases: Releases) -> None:
    for number in (0x10, 0x11, 0x20):
        publish_numbered(releases, number)
    assert roll_back(releases, "0000000000000011", by="a person") == identity_of(0x11)
    with pytest.raises(ReleaseError, match="3 releases begin with '0000'"):
        roll_back(releases, "0000", by="a person")
    with pytest.raises(ReleaseError, match=r"no release begins with '\.\./releases'"):
        roll_back(releases, "../releases", by="a person")
    with pytest.raises(ReleaseError, match="is current already"):
        roll_back(releases, identity_of(0x11), by="a person")


def test_nobody_goes_back_to_a_damaged_release(releases: Releases) -> None:
    first = publish_numbered(releases, 1)
    publish_numbered(releases, 2)
    parquet = first / "parquet" / "fct_figure.parquet"
    parquet.chmod(0o644)
    parquet.write_bytes(b"not what it was")
    with pytest.raises(ReleaseError, match=r"damaged \(parquet/fct_figure.parquet is not what it was\)"):
        roll_back(releases, by="a person")
    assert current_number(releases) == 2
    assert taken_back(releases, identity_of(2)) is None


def test_the_last_few_releases_are_kept_and_the_current_one_always(releases: Releases) -> None:
    for number in range(1, 6):
        publish_numbered(releases, number)
    assert prune(releases, 3).removed == (identity_of(2), identity_of(1))
    assert there(releases) == [3, 4, 5]
    assert prune(releases, 3).removed == ()
    assert list((releases.folder / "incoming").iterdir()) == []


def test_a_release_of_a_clock_that_was_ahead_is_no_newer_than_those_after_it(releases: Releases) -> None:
    for number in range(1, 5):
        publish_numbered(releases, number)
        if number == 1:
            history = releases.folder / "history.json"
            events = [event | {"at": "2098-01-01T00:00:00.000+00:00"} for event in json.loads(history.read_bytes())]
            history.write_text(json.dumps(events))
    assert [one.identity for one in known_releases(releases)] == [identity_of(number) for number in (4, 3, 2, 1)]
    prune(releases, 2)
    assert there(releases) == [3, 4]


def test_the_current_release_is_kept_where_no_history_tells_of_it(releases: Releases) -> None:
    for number in (1, 2, 3):
        publish_numbered(releases, number)
    (releases.folder / "history.json").unlink()
    prune(releases, 1)
    assert 3 in there(releases)


def test_a_release_that_was_taken_back_stays_with_the_decision_about_it(releases: Releases) -> None:
    for number in (1, 2):
        publish_numbered(releases, number)
    roll_back(releases, by="a person")
    for number in (3, 4, 5):
        publish_numbered(releases, number)
    prune(releases, 2)
    assert there(releases) == [2, 4, 5]
    assert taken_back(releases, identity_of(2)) is not None


@pytest.mark.parametrize("code", [HOLD_DUCKDB, HOLD_RELEASE], ids=["duckdb", "parquet"])
def test_a_release_that_somebody_reads_is_spared_until_they_are_done(releases: Releases, code: str) -> None:
    first = publish_numbered(releases, 1)
    with held(code, first):
        for number in (2, 3):
            publish_numbered(releases, number)
        pruned = prune(releases, 1)
        assert (pruned.removed, pruned.in_use) == ((identity_of(2),), (identity_of(1),))
        assert number_of(first) == 1
        assert (first / "warehouse.duckdb").stat().st_mode & 0o222 == 0
    assert prune(releases, 1).removed == (identity_of(1),)


def test_what_a_crash_left_of_a_release_that_was_never_current_is_cleared(
    releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_numbered(releases, 1)
    build_numbered(releases, 2)
    with monkeypatch.context() as patched:
        patched.setattr(Releases, "point_at", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            releases.publish(identity_of(2))
    assert there(releases) == [1, 2]
    releases.clear()
    assert there(releases) == [1]
    assert [one.identity for one in known_releases(releases)] == [identity_of(1)]


def test_a_release_whose_becoming_current_was_not_noted_is_noted_afterwards(releases: Releases) -> None:
    publish_numbered(releases, 1)
    publish_numbered(releases, 2)
    (releases.folder / "history.json").unlink()
    assert known_releases(releases)[0].became_current is None
    releases.clear()
    (current,) = (one for one in known_releases(releases) if one.is_current)
    assert current.became_current is not None
    with pytest.raises(ReleaseError, match="name the one to go to"):
        roll_back(releases, by="a person")
    assert roll_back(releases, identity_of(1), by="a person") == identity_of(1)


@pytest.mark.parametrize("kept_lines", [0, 1, 3])
def test_nobody_goes_back_to_a_release_whose_checksums_were_cut_short(releases: Releases, kept_lines: int) -> None:
    first = publish_numbered(releases, 1)
    publish_numbered(releases, 2)
    sums = first / "SHA256SUMS"
    sums.chmod(0o644)
    sums.write_text("".join(sums.read_text().splitlines(keepends=True)[:kept_lines]))
    with pytest.raises(ReleaseError, match=r"warehouse\.duckdb has no line in SHA256SUMS"):
        roll_back(releases, by="a person")
    assert current_number(releases) == 2


def test_every_resource_of_a_release_has_a_checksum_or_it_is_damaged(releases: Releases) -> None:
    first = publish_numbered(releases, 1)
    sums = first / "SHA256SUMS"
    sums.chmod(0o644)
    lines = sums.read_text().splitlines(keepends=True)
    sums.write_text("".join(line for line in lines if "fct_figure" not in line))
    names = ("csv/fct_figure.csv", "parquet/fct_figure.parquet")
    assert damage(first) == tuple(f"{name} has no line in SHA256SUMS" for name in names)


@pytest.mark.parametrize("name", ["SHA256SUMS", "parquet/dim_letter.parquet", "datapackage.json"])
def test_a_damaged_release_is_listed_as_damaged_beside_the_others(releases: Releases, name: str) -> None:
    first = publish_numbered(releases, 1)
    publish_numbered(releases, 2)
    (first / name).chmod(0o644)
    (first / name).write_bytes(b"broken")
    whole, damaged = known_releases(releases)
    assert (whole.identity, whole.damage, whole.letters_count) == (identity_of(2), (), 1)
    assert damaged.identity == identity_of(1)
    assert name in " ".join(damaged.damage)


def test_what_is_no_release_is_neither_listed_nor_removed_nor_in_the_way(releases: Releases) -> None:
    for number in (1, 2):
        publish_numbered(releases, number)
    foreign = [releases.folder / "releases" / name for name in ("lost+found", f"{identity_of(1)}.bak")]
    for folder in foreign:
        folder.mkdir()
    assert [one.identity for one in known_releases(releases)] == [identity_of(2), identity_of(1)]
    assert roll_back(releases, identity_of(1), by="a person") == identity_of(1)
    assert prune(releases, 0).removed == ()
    assert all(folder.is_dir() for folder in foreign)


def test_where_the_current_release_is_gone_a_whole_one_can_be_named(releases: Releases) -> None:
    for number in (1, 2):
        publish_numbered(releases, number)
    shutil.rmtree(releases.release_folder(identity_of(2)))
    with pytest.raises(
        ReleaseError, match=rf"points at releases/{identity_of(2)}, which is not there.*name the one"
    ):
        roll_back(releases, by="a person")
    assert roll_back(releases, identity_of(1), by="a person") == identity_of(1)
    assert current_number(releases) == 1


def test_a_release_that_cannot_be_removed_stays_as_it_was_and_is_told_of(releases: Releases) -> None:
    first = publish_numbered(releases, 1)
    for number in (2, 3):
        publish_numbered(releases, number)
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self == first:
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    with patch.object(Path, "rename", refused):
        pruned = prune(releases, 1)
    assert pruned.removed == (identity_of(2),)
    assert pruned.refused == (f"{first} cannot be removed: Permission denied",)
    assert damage(first) == ()
    assert (first / "warehouse.duckdb").stat().st_mode & 0o777 == 0o444


@pytest.mark.parametrize("content", ["", "{}x", '[{"what": "current"}]', '[{"at": "x"}]', "[1]"])
def test_a_broken_history_is_said_in_words(releases: Releases, content: str) -> None:
    publish_numbered(releases, 1)
    (releases.folder / "history.json").write_text(content)
    with pytest.raises(ReleaseError, match=r"history\.json is broken .*put a copy of it back"):
        known_releases(releases)


def test_others_may_read_the_history_as_they_may_read_releases(releases: Releases) -> None:
    publish_numbered(releases, 1)
    usual = releases.folder / "usual"
    usual.touch()
    assert (releases.folder / "history.json").stat().st_mode == usual.stat().st_mode
