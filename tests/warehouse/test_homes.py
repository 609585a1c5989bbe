"""In a home that is shared, copied or full of others' files nothing of others is deleted, and a copy works."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from redress.settings import Settings
from redress.warehouse.releases.history import Happening, History
from redress.warehouse.releases.releases import ReleaseError, Releases
from redress.warehouse.writer_lock import WriterLock

FIRST, SECOND, THIRD = "aaaa000000000001", "aaaa000000000002", "aaaa000000000003"


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(tmp_path / "home" / "warehouse")


@pytest.fixture
def published(releases: Releases) -> Releases:
    """Two releases, each with an empty warehouse and a file of checksums; the first is current again."""
    for identity in (FIRST, SECOND):
        folder = releases.release_folder(identity)
        folder.mkdir(parents=True)
        (folder / "warehouse.duckdb").write_bytes(b"")
        (folder / "SHA256SUMS").write_text(f"the sums of {identity}\n")
    for identity in (FIRST, SECOND, FIRST):
        releases.point_at(identity)
    return releases


def test_what_others_keep_in_a_folder_named_incoming_is_never_deleted(releases: Releases) -> None:
    incoming = releases.folder / "incoming"
    theirs = (incoming / "2021" / "letter.pdf", incoming / FIRST / "letter.pdf", incoming / "redress-" / "a")
    for file in theirs:
        file.parent.mkdir(parents=True)
        file.write_bytes(b"a letter")
    (releases.folder / ".current.mine").symlink_to("incoming")
    (releases.folder / ".current.x").mkdir()
    with releases.building(FIRST) as file:
        file.write_bytes(b"half a build")
    ours = releases.incoming_file(FIRST)
    assert ours.exists()
    releases.clear()
    assert not ours.exists()
    assert all(file.read_bytes() == b"a letter" for file in theirs)
    assert {path.name for path in releases.folder.glob(".current.*")} == {".current.mine", ".current.x"}
    (sentence,) = releases.left_alone()
    assert sentence == f"2021, {FIRST}, redress- in {incoming} is not of Redress, and stays"


def test_a_linked_incoming_folder_is_not_followed(releases: Releases, tmp_path: Path) -> None:
    theirs = tmp_path / "elsewhere" / f"redress-{FIRST}" / "file"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"of others")
    releases.folder.mkdir(parents=True)
    (releases.folder / "incoming").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ReleaseError, match=r"incoming is a link to .*elsewhere: .* Remove the link, and run again"):
        releases.clear()
    assert theirs.exists()


def test_builds_on_another_disk_than_the_releases_are_refused_before_the_work(
    releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(self), None, str(target))

    monkeypatch.setattr(Path, "rename", refuse)  # a second file system needs root
    with (
        pytest.raises(ReleaseError, match=r"incoming and .*releases lie on different disks.* lay both on one"),
        releases.building(FIRST),
    ):
        pytest.fail("it was built all the same")
    assert list((releases.folder / "incoming").iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_home_copied_without_its_links_goes_on_and_its_history_says_nothing_wrong(
    published: Releases, tmp_path: Path, kind: str
) -> None:
    before = published.history.events()
    shutil.copytree(published.folder.parent, tmp_path / "copy")  # follows links, as cp -rL does
    copy = Releases(tmp_path / "copy" / "warehouse")
    if kind == "file":  # as archives and shares keep a link that they do not know
        shutil.rmtree(copy.current_link)
        copy.current_link.write_text(f"releases/{FIRST}")
    with pytest.raises(ReleaseError, match=r"is no link to a release, .*: redress rebuild makes the link again"):
        copy.current()
    copy.clear()
    assert copy.current() == copy.release_folder(FIRST)
    assert copy.current_link.readlink() == Path("releases") / FIRST
    assert copy.history.events() == before
    assert (copy.folder / "current.copied.1").exists()
    assert copy.left_alone() == (
        f"current.copied.1 in {copy.folder} lay where the link `current` is now: remove it",
    )
    copy.clear()
    copy.point_at(SECOND)
    assert copy.current() == copy.release_folder(SECOND)


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_current_that_is_no_release_is_named_and_kept_and_the_way_out_works(
    published: Releases, tmp_path: Path, kind: str
) -> None:
    published.current_link.unlink()
    if kind == "folder":
        (published.current_link / "theirs").mkdir(parents=True)
    elif kind == "file":
        published.current_link.write_bytes(b"\xff" * 2000)
    else:
        (tmp_path / "theirs").mkdir()
        published.current_link.symlink_to(tmp_path / "theirs")
    before = published.history.events()
    with pytest.raises(ReleaseError, match=r"current .*(move it away|remove the link).*redress rebuild"):
        published.clear()
    assert published.history.events() == before
    published.current_link.rename(published.folder / "current.old")
    published.clear()
    published.point_at(FIRST)
    assert published.current() == published.release_folder(FIRST)
    assert published.history.events() == before


def test_no_name_but_that_of_a_release_is_written_into_the_history(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"'current' is no release, so .*history.json stays as it is"):
        History(tmp_path).add("current", Happening.CURRENT)
    assert list(tmp_path.iterdir()) == []


def test_two_homes_with_one_warehouse_do_not_write_at_once(tmp_path: Path) -> None:
    one, own = (Settings(home=tmp_path / "one", warehouse=tmp_path / place) for place in ("shared", "own"))
    program = (
        "import sys; from redress.settings import Settings; from redress.warehouse.writer_lock import WriterLock\n"
        "settings = Settings(home=sys.argv[1], warehouse=sys.argv[2])\n"
        "with WriterLock(settings).acquire(timeout=0): print('taken')"
    )
    other = [sys.executable, "-c", program, str(tmp_path / "other"), str(tmp_path / "shared")]
    with WriterLock(own), WriterLock(one), WriterLock(one):
        done = subprocess.run(other, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode != 0
        assert "Timeout" in done.stderr
        assert "shared/writer.lock" in done.stderr
    done = subprocess.run(other, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "taken\n", done.stderr


@pytest.mark.parametrize(("umask", "folders", "files"), [("022", 0o755, 0o644), ("077", 0o700, 0o600)])
def test_a_release_is_open_to_those_whom_the_umask_lets_in_and_its_folders_as_its_files(
    tmp_path: Path, umask: str, folders: int, files: int
) -> None:
    program = (
        "import os, sys; from pathlib import Path; from redress.warehouse.releases.releases import Releases\n"
        f"os.umask(0o{umask})\n"
        f"with Releases(Path({str(tmp_path / 'warehouse')!r})).building({FIRST!r}) as file: file.write_bytes(b'')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    built = Releases(tmp_path / "warehouse").incoming_file(FIRST)
    assert built.parent.stat().st_mode & 0o777 == folders
    assert built.stat().st_mode & 0o777 == files
