"""The folder source takes the letters below a season's folder, in a fixed order, and no file from elsewhere."""

import time
from pathlib import Path

import pytest

from redress.acquire.source import Reference, SourceError
from redress.acquire.sources.by_name import source_of
from redress.acquire.sources.folder import FolderSource
from redress.model.season import Season
from redress.settings import Settings


def place(folder: Path, *names: str) -> FolderSource:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return FolderSource(folder)


def addresses(source: FolderSource, year: int) -> list[str]:
    return [reference.address for reference in source.references(Season(year))]


def test_the_seasons_are_the_folders_named_for_one(tmp_path: Path) -> None:
    source = place(tmp_path, "2022/a.pdf", "2020/a.pdf", "drafts/a.pdf", "2008/a.pdf")
    (tmp_path / "2021").write_text("a file, not a folder")
    assert source.seasons() == (Season(2020), Season(2022))


def test_every_kind_of_file_is_taken_at_any_depth_in_the_order_of_names(tmp_path: Path) -> None:
    source = place(tmp_path, "2021/b.pdf", "2021/a.txt", "2021/north/c.md", "2021/d.html", "2022/x.pdf")
    assert addresses(source, 2021) == ["2021/a.txt", "2021/b.pdf", "2021/d.html", "2021/north/c.md"]


def test_descriptions_and_hidden_files_are_left(tmp_path: Path) -> None:
    source = place(tmp_path, "2021/a.json", "2021/A.JSON", "2021/a.csv", "2021/.DS_Store", "2021/.git/a.pdf")
    assert addresses(source, 2021) == []


def test_what_windows_and_office_leave_in_a_folder_is_no_letter_and_no_table(tmp_path: Path) -> None:
    left = ("Thumbs.db", "ehthumbs.db", "DESKTOP.INI", "~$letter.docx", "north/~$decided.xlsx", ".~lock.a.odt#")
    source = place(tmp_path, "2021/a.pdf", "2021/~a.pdf", *(f"2021/{name}" for name in left), "Thumbs.db")
    assert addresses(source, 2021) == ["2021/a.pdf", "2021/~a.pdf"]
    assert source.data_tables(Season(2021)) == ()
    assert source.outside_seasons() == ()


def test_data_tables_are_no_letters_and_each_knows_its_mapping(tmp_path: Path) -> None:
    source = place(
        tmp_path,
        "2021/a.pdf",
        "2021/t/b.csv",
        "2021/t/b.yml",
        "2021/t/c.XLSX",
        "2021/t/F.CSV",
        "2021/t/F.YML",
        "2021/t/F.yaml",
        "2021/d.csv",
        "2021/d.yaml",
        "e.csv",
    )
    assert addresses(source, 2021) == ["2021/a.pdf"]
    assert [
        (table.address, table.mapping_address, table.has_mapping) for table in source.data_tables(Season(2021))
    ] == [
        ("2021/d.csv", "2021/d.yaml", True),
        ("2021/t/F.CSV", "2021/t/F.YML", True),
        ("2021/t/b.csv", "2021/t/b.yml", True),
        ("2021/t/c.XLSX", "2021/t/c.yml", False),
    ]
    assert source.data_tables(Season(2022)) == ()
    assert source.outside_seasons() == ()


def test_a_season_that_is_not_there_has_no_letters(tmp_path: Path) -> None:
    assert addresses(place(tmp_path, "2021/a.pdf"), 2022) == []


def test_a_folder_without_seasons_holds_the_season_that_is_asked_for(tmp_path: Path) -> None:
    source = place(tmp_path, "a.pdf", "north/b.pdf")
    assert source.seasons() == ()
    assert addresses(source, 2021) == ["a.pdf", "north/b.pdf"]
    assert source.outside_seasons() == ()


def test_files_beside_the_seasons_are_named(tmp_path: Path) -> None:
    source = place(tmp_path, "2021/a.pdf", "b.pdf", "drafts/c.pdf", "notes.csv")
    assert source.outside_seasons() == ("b.pdf", "drafts/c.pdf")


def test_a_file_is_fetched_by_its_address(tmp_path: Path) -> None:
    source = place(tmp_path, "2021/ä letter.pdf")
    (reference,) = source.references(Season(2021))
    assert source.fetch(reference).content == "2021/ä letter.pdf".encode()


def test_a_file_that_went_away_is_an_error_and_not_an_empty_letter(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"gone\.pdf"):
        place(tmp_path, "2021/a.pdf").fetch(Reference(Season(2021), "2021/gone.pdf"))


def test_a_folder_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist; name a folder"):
        FolderSource(tmp_path / "nowhere")


def test_a_source_is_named_by_a_path_or_by_its_kind_and_a_path(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    assert source_of(f"folder:{tmp_path}", settings) == source_of(str(tmp_path), settings) == FolderSource(tmp_path)


def test_a_source_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="names no source; expected"):
        source_of(f"carrier_pigeon:{tmp_path}", Settings(home=tmp_path))


def test_a_folder_of_unshowable_names_is_looked_through_once(tmp_path: Path) -> None:
    source = place(tmp_path, *(f"2021/{number}\x1b.pdf" for number in range(600)))
    references = source.references(Season(2021))
    started = time.process_time()
    found = {source.fetch(reference).content for reference in references}
    assert time.process_time() - started < 0.5
    assert len(found) == 600
