"""A folder of pages is put into an object store: only the pages that have changed, and the first page last."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import s3fs

from redress.files.mirror import SUMS_NAME, put_folder
from redress.files.places import place_at
from redress.files.store import StoreError

pytestmark = pytest.mark.needs("object_store")


def test_pages_in_a_store_are_those_of_the_folder_and_only_changed_ones_are_put(store: str, tmp_path: Path) -> None:
    folder, place = tmp_path / "pages", place_at(f"{store}/{tmp_path.name}/pages")
    assert not isinstance(place, Path)
    (folder / "councils").mkdir(parents=True)
    for name in ("index.html", "councils/one.html", "councils/two.html"):
        (folder / name).write_text(f"first {name}", encoding="utf-8")
    assert put_folder(folder, place, last="index.html") == 3
    assert put_folder(folder, place, last="index.html") == 0
    (folder / "index.html").write_text("other index.html", encoding="utf-8")
    (folder / "councils" / "one.html").write_text("other councils/one.html", encoding="utf-8")
    (folder / "councils" / "two.html").unlink()
    names: list[str] = []
    put_file = s3fs.S3FileSystem._put_file

    async def noted(self: s3fs.S3FileSystem, here: str, there: str, **named: Any) -> None:
        names.append(Path(here).name)
        await put_file(self, here, there, **named)

    with patch.object(s3fs.S3FileSystem, "_put_file", noted):
        assert put_folder(folder, place, last="index.html") == 2
    assert names == ["one.html", "index.html"]
    client = s3fs.S3FileSystem(skip_instance_cache=True)
    stored = {path.removeprefix(f"{place.path}/"): client.cat_file(path) for path in client.find(place.path)}
    del stored[SUMS_NAME]
    assert stored == {"index.html": b"other index.html", "councils/one.html": b"other councils/one.html"}


def test_a_page_that_was_put_in_part_by_a_process_that_ended_is_put_again(store: str, tmp_path: Path) -> None:
    folder, place = tmp_path / "pages", place_at(f"{store}/{tmp_path.name}/pages")
    assert not isinstance(place, Path)
    folder.mkdir()
    (folder / "index.html").write_text("first", encoding="utf-8")
    put_folder(folder, place, last="index.html")
    (folder / "index.html").write_text("other", encoding="utf-8")
    with (
        patch.object(s3fs.S3FileSystem, "_put_file", side_effect=RuntimeError("the end")),
        pytest.raises(StoreError, match="the end"),
    ):
        put_folder(folder, place, last="index.html")
    place.fs.pipe_file((place / "index.html").path, b"other")
    (folder / "index.html").write_text("first", encoding="utf-8")
    assert put_folder(folder, place, last="index.html") == 1
    assert (place / "index.html").read_text() == "first"
