"""Files of this machine and of an object store are written, listed, moved and removed alike."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from redress.files.lines import add_json_line, json_lines
from redress.files.places import Place, local_copy, matching, moved, place_at, remove_tree
from redress.files.replacing import replaced
from redress.files.store import StoreError


def put(place: Place, text: str) -> Place:
    with replaced(place) as incoming:
        incoming.write_text(text, encoding="utf-8")
    return place


def test_a_file_is_replaced_whole_and_an_error_leaves_the_old_one(folder: Place) -> None:
    place = put(folder / "2021" / "one.json", "old")
    with pytest.raises(ZeroDivisionError), replaced(place) as incoming:
        incoming.write_text(f"half {1 / 0}", encoding="utf-8")
    assert place.read_bytes() == b"old"
    put(place, "new")
    assert place.read_text(encoding="utf-8") == "new"
    assert matching(folder, "*/*") == [place]


def test_a_file_can_be_read_while_it_is_replaced_again_and_again(folder: Place) -> None:
    place = put(folder / "one.json", "0" * 1000)
    with ThreadPoolExecutor(1) as other:
        written = other.submit(lambda: [put(place, str(number % 10) * 1000) for number in range(30)])
        while not written.done():
            assert len(set(place.read_text(encoding="utf-8"))) == 1
    assert place.read_bytes() == b"9" * 1000


def test_lines_come_back_in_the_order_in_which_they_were_added(folder: Place) -> None:
    record = folder / "run.jsonl"
    assert (record.exists(), json_lines(record)) == (False, ())
    for number in range(12):
        add_json_line(record, {"number": number})
    assert json_lines(record) == tuple(b'{"number": %d}' % number for number in range(12))
    assert (record.exists(), matching(folder, "*.jsonl")) == (True, [record])


def test_a_file_of_lines_is_moved_whole(folder: Place) -> None:
    record = folder / "run.jsonl"
    for number in range(3):
        add_json_line(record, number)
    moved(record, record.with_name("run.jsonl.1"))
    assert not record.exists()
    assert json_lines(record.with_name("run.jsonl.1")) == (b"0", b"1", b"2")


def test_a_folder_is_removed_with_all_that_it_holds_and_nothing_beside_it(folder: Place) -> None:
    kept = put(folder / "season-2" / "a", "kept")
    put(folder / "season" / "b" / "c", "going")
    remove_tree(folder / "season")
    remove_tree(folder / "season")
    assert not (folder / "season").exists()
    assert kept.read_bytes() == b"kept"


def test_a_file_of_a_store_is_fetched_once_for_each_version(store: str, tmp_path: Path) -> None:
    place, copies = put(place_at(f"{store}/copies/part.parquet"), "first"), tmp_path / "copies"
    first = local_copy(place, copies)
    first.write_text("marked", encoding="utf-8")
    assert local_copy(place, copies).read_bytes() == b"marked"
    put(place, "second")
    assert local_copy(place, copies).read_bytes() == b"second"
    assert local_copy(tmp_path / "own", copies) == tmp_path / "own"


def test_an_address_that_can_keep_no_file_is_refused_in_words() -> None:
    with pytest.raises(StoreError, match="ftp:// is no object store"):
        place_at("ftp://host/folder")
    with pytest.raises(StoreError, match="holds its keys"):
        place_at("s3://key:secret@bucket/folder")
