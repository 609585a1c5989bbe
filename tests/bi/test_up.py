"""`make bi` says in a sentence what is missing, and keeps a login that only the owner of the home can read."""

import stat
import subprocess
import sys
from pathlib import Path
from socket import socket

import pytest
from pydantic import SecretStr

from bi.up import SupersetUp
from redress.orchestration.local.processes import UpError, require_free_port
from redress.settings import Settings
from redress.warehouse.serving.tables import ServeError
from tests.made import PROJECT


@pytest.fixture
def up(tmp_path: Path) -> SupersetUp:
    return SupersetUp(Settings(home=tmp_path))


def test_without_a_release_it_says_so_in_a_sentence(up: SupersetUp) -> None:
    with pytest.raises(UpError, match=r"there is no release in .*warehouse yet: make run makes one"):
        up.environment()


@pytest.mark.needs("processes")
def test_the_command_says_it_too_and_starts_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bi.up"]
    environment = {"REDRESS_HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT / "plugins")}
    ended = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "there is no release in" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_named_with_the_way_to_another() -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UpError, match=rf"port {port} on loopback cannot be had: .* make bi PORT=8089"):
            require_free_port(port, "make bi PORT=8089")


def test_an_address_that_is_none_is_refused_by_its_own_name_and_not_repeated(tmp_path: Path) -> None:
    up = SupersetUp(Settings(home=tmp_path, bi_url=SecretStr("mysql://reader:secret@host/db")))
    with pytest.raises(ServeError, match="REDRESS_BI_URL is no address") as refused:
        up.environment()
    assert "secret" not in str(refused.value)


def test_the_login_is_kept_and_readable_by_its_owner_alone(up: SupersetUp) -> None:
    with up.alone():
        first = up.login
    again = SupersetUp(up.settings)
    file = up.folder / "secrets.json"
    file.chmod(0o644)
    assert again.login == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(up.folder.stat().st_mode) == 0o700
    assert len(first.secret_key) >= 42


def test_two_at_once_in_one_home_are_refused(up: SupersetUp) -> None:
    with (
        up.alone(),
        pytest.raises(UpError, match="Superset is up in this home already"),
        SupersetUp(up.settings).alone(),
    ):
        pass


def test_superset_gets_nothing_of_the_shell_but_what_it_needs(
    up: SupersetUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    up.__dict__["database"] = "duckdb:////nowhere"
    up.folder.mkdir()
    for name in ("SUPERSET__TALISMAN_ENABLED", "HTTPS_PROXY", "PGHOST"):
        monkeypatch.setenv(name, "elsewhere")
    assert "elsewhere" not in up.environment().values()
