"""A setting that cannot work is refused at once, in words, and the message repeats no other setting's value."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from redress.cli import app
from redress.settings import Settings


@pytest.mark.parametrize("name", ["what?x", "back\\slash", "two\nlines", "two\u2028lines", os.fsdecode(b"caf\xe9")])
def test_a_folder_in_which_duckdb_would_write_elsewhere_is_refused_at_once(tmp_path: Path, name: str) -> None:
    for setting in ({"home": tmp_path / name}, {"warehouse": f"file://{tmp_path}/{name}/warehouse"}):
        with pytest.raises(ValueError, match=r"no warehouse can be built below .* rename the folder"):
            Settings(**setting)


def test_a_link_to_such_a_folder_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "what?x").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "what?x")
    with pytest.raises(ValueError, match="no warehouse can be built below"):
        Settings(home=tmp_path / "link")


@pytest.mark.parametrize(
    "name", ["letters [2021]", "{{ 7*7 }}", "year #1", "do$HOME", 'it\'s "a"', "漢\u3000字", "z" * 255]
)
def test_any_other_folder_is_taken(tmp_path: Path, name: str) -> None:
    assert Settings(home=tmp_path / name).warehouse_folder == tmp_path / name / "warehouse"


def test_a_wrong_setting_is_named_and_no_password_is_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "what?x"))
    monkeypatch.setenv("REDRESS_RELEASES_KEPT", "1")
    monkeypatch.setenv("REDRESS_SERVE_URL", "postgresql://user:hidden@host/database")
    done = CliRunner().invoke(app, ["releases"])
    assert done.exit_code == 1
    assert done.stderr.startswith("redress: REDRESS_HOME: no warehouse can be built below ")
    assert "; REDRESS_RELEASES_KEPT: Input should be greater than or equal to 2" in done.stderr
    assert "hidden" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_place_is_not_the_working_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("REDRESS_")]:
        monkeypatch.delenv(name)
    unset = Settings()
    places = ("home", "archive", "landing", "warehouse", "additional_authorities", "data_table_mappings")
    (tmp_path / ".env").write_text("".join(f'REDRESS_{name.upper()}="{empty}"\n' for name in places))
    assert Settings() == unset
    assert Settings().landing_folder == unset.home / "landing"
    monkeypatch.setenv("REDRESS_SITE_DATA_TABLES_PAGE", "")
    assert Settings().site_data_tables_page == "", "empty means: do without"


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("read_time_seconds", "inf"),
        ("read_memory_mebibytes", "99999999999999"),
        ("read_workers", "100000"),
        ("fetch_gap_seconds", "inf"),
        ("fetch_read_timeout_seconds", "1e300"),
        ("fetch_attempts", "1000000000"),
        ("resume_within_hours", "1e300"),
    ],
)
def test_a_limit_without_an_end_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, stated: str
) -> None:
    (tmp_path / "letter.txt").write_text("a letter")
    monkeypatch.setenv(f"REDRESS_{name.upper()}", stated)
    done = CliRunner().invoke(app, ["read", str(tmp_path / "letter.txt")])
    assert done.exit_code == 1
    assert done.stderr.startswith(f"redress: REDRESS_{name.upper()}: Input should be less than or equal to ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("place", ["runs/2021", "work"])
def test_a_file_where_a_folder_belongs_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str
) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "letter.txt").write_text("a letter")
    in_the_way = tmp_path / "home" / place
    in_the_way.parent.mkdir(parents=True)
    in_the_way.touch()
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(app, ["run", "2021", "--from", f"folder:{letters}"])
    assert done.exit_code == 1
    last = done.stderr.splitlines()[-1]
    assert str(in_the_way) in last
    assert "move it away" in last


@pytest.mark.parametrize("name", ["archive", "landing", "warehouse"])
def test_a_folder_of_one_machine_is_no_part_of_a_state_that_machines_share(tmp_path: Path, name: str) -> None:
    stated: dict[str, object] = {"home": tmp_path, "state": "s3://bucket/redress"}
    assert Settings.model_validate(stated | {name: "s3://bucket/other"}).is_shared
    refused = pytest.raises(ValidationError, match=f"(?s){name}.*is a folder of this machine, and several machines")
    with refused:
        Settings.model_validate(stated | {name: tmp_path / name})


def test_all_of_a_shared_state_lies_at_its_address_and_what_one_machine_needs_in_its_home(tmp_path: Path) -> None:
    shared = Settings(home=tmp_path, state="s3://bucket/redress/")
    at_address = (shared.archive_address, shared.landing_folder, shared.runs_folder, shared.work_folder)
    assert [str(place) for place in at_address] == [
        f"s3://bucket/redress/{name}" for name in ("archive", "landing", "runs", "work")
    ]
    assert shared.warehouse_store_address == "s3://bucket/redress/warehouse"
    assert [str(place) for place in shared.writer_locks] == ["s3://bucket/redress/warehouse_writer.lock"]
    here = (shared.warehouse_folder, shared.scratch_folder, shared.page_cache_folder)
    assert all(place.is_relative_to(tmp_path) for place in here)
