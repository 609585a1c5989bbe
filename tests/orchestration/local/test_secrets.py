"""A file with secrets can be read by its owner alone, whatever was there before."""

import json
import stat
from pathlib import Path

from redress.orchestration.local.secrets import Secrets, write_private


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_private_file_keeps_no_wide_mode_that_it_had(tmp_path: Path) -> None:
    file = tmp_path / "passwords.json"
    file.write_text("of a backup", encoding="utf-8")
    file.chmod(0o644)
    write_private(file, "new")
    assert (file.read_text(encoding="utf-8"), mode(file)) == ("new", 0o600)


def test_a_private_file_is_not_written_to_where_a_link_leads(tmp_path: Path) -> None:
    elsewhere, file = tmp_path / "elsewhere", tmp_path / "passwords.json"
    elsewhere.write_text("of others", encoding="utf-8")
    file.symlink_to(elsewhere)
    write_private(file, "new")
    assert elsewhere.read_text(encoding="utf-8") == "of others"
    assert not file.is_symlink()
    assert (file.read_text(encoding="utf-8"), mode(file)) == ("new", 0o600)


def test_secrets_of_a_backup_that_everybody_can_read_are_closed_again(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    first = Secrets.kept_in(file)
    assert mode(file) == 0o600
    file.chmod(0o644)
    assert Secrets.kept_in(file) == first
    assert mode(file) == 0o600
    assert json.loads(file.read_text(encoding="utf-8")) == first.__dict__
