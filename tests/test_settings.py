"""Settings: what cannot work is refused at once, in words, and without what others of the settings say."""

import os
from pathlib import Path

import pytest
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
