"""Files and folders are replaced whole or not at all."""

import os
import threading
from pathlib import Path

import pytest

from redress.files import replacing
from redress.files.replacing import replaced, replaced_folder
from tests.interrupted import last_line, require_killed, run_module
from tests.interrupted_files import NAMES


def write(kind: str, path: Path, content: str) -> None:
    """Replace a file by a content, or a folder by a folder of two files with the content."""
    if kind == "file":
        with replaced(path) as incoming:
            incoming.write_text(content)
    else:
        with replaced_folder(path) as incoming:
            for name in NAMES:
                (incoming / name).write_text(content)


def write_half(kind: str, path: Path) -> None:
    """Begin to replace a file or a folder, and be interrupted."""
    with (replaced if kind == "file" else replaced_folder)(path) as incoming:
        (incoming if kind == "file" else incoming / NAMES[0]).write_text("ne")
        raise KeyboardInterrupt


def content_of(kind: str, path: Path) -> str:
    """Return the content of a file, or the one content that both files of a folder have."""
    if kind == "file":
        return path.read_text()
    assert sorted(one.name for one in path.iterdir()) == sorted(NAMES)
    (content,) = {one.read_text() for one in path.iterdir()}
    return content


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_written_stands_alone_and_takes_the_place_of_what_was_there(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "it"
    for content in ("old", "new"):
        write(kind, path, content)
        assert content_of(kind, path) == content
        assert list(path.parent.iterdir()) == [path]


def test_after_an_error_the_old_stays_and_nothing_else(tmp_path: Path) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    for kind, path in (("file", file), ("folder", folder)):
        write(kind, path, "old")
        with pytest.raises(KeyboardInterrupt):
            write_half(kind, path)
    assert content_of("file", file) == content_of("folder", folder) == "old"
    assert sorted(tmp_path.iterdir()) == [file, folder]


def test_the_bytes_are_on_the_disk_before_they_have_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    seen: list[tuple[bytes, bool]] = []

    def seen_at_sync(descriptor: int) -> None:
        seen.append((os.pread(descriptor, 10, 0), path.exists()))

    monkeypatch.setattr("os.fsync", seen_at_sync)
    with replaced(path, is_synced=True) as incoming:
        incoming.write_text("new")
    assert seen == [(b"new", False)]
    with replaced(path) as incoming:
        incoming.write_text("newer")
    assert len(seen) == 1


def test_a_file_has_the_mode_that_any_new_file_has(tmp_path: Path) -> None:
    (tmp_path / ".file.incoming").touch(mode=0o600)  # of a writer that was killed
    (tmp_path / "usual").touch()
    write("file", tmp_path / "file", "new")
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_two_processes_write_side_by_side_under_names_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "it"
    with replaced(path, is_shared=True) as first:
        monkeypatch.setattr("os.getpid", lambda: 1)
        with replaced(path, is_shared=True) as second:
            assert first != second
            first.write_text("first")
            second.write_text("second")
        assert path.read_text() == "second"
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_reader_finds_the_old_or_the_new_at_any_time(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "it"
    contents = [letter * 20_000 for letter in "abc"]
    write(kind, path, contents[0])

    def write_often() -> None:
        for turn in range(300):
            write(kind, path, contents[turn % 3])

    writer = threading.Thread(target=write_often)
    writer.start()
    while writer.is_alive():
        assert (path if kind == "file" else path / NAMES[1]).read_text() in contents
    writer.join()


def test_a_folder_is_replaced_where_two_cannot_be_exchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(replacing, "exchange", refuse)
    for content in ("old", "new"):
        write("folder", tmp_path / "folder", content)
        assert content_of("folder", tmp_path / "folder") == content
        assert list(tmp_path.iterdir()) == [tmp_path / "folder"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_after_a_kill_at_any_point_the_old_or_the_new_is_there_and_the_next_write_clears_up(
    kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "it"
    write(kind, path, "old")
    points = int(last_line(run_module("tests.interrupted_files", kind, path, "old", 0)))
    found = []
    for kill_at in range(1, points + 1):
        write(kind, path, "old")
        require_killed(run_module("tests.interrupted_files", kind, path, "new", kill_at), kill_at)
        found.append(content_of(kind, path))
    assert set(found) <= {"old", "new"}
    assert found[0] == "old"
    write(kind, path, "newest")
    assert content_of(kind, path) == "newest"
    assert list(tmp_path.iterdir()) == [path]
