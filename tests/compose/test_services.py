"""Redis asks for its password, and the api-server's login is written for its owner alone.

`trial.py` runs all services together.
"""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.compose.composition import SECRETS, Command, command, composition
from tests.compose.password_server import PasswordServer, run
from tests.compose.processes import REDIS_IS_MISSING, processes, redis_is_here

pytestmark = pytest.mark.needs("airflow")


@pytest.mark.skipif(not redis_is_here(), reason=REDIS_IS_MISSING)
def test_redis_answers_its_health_check_and_nobody_without_the_password(tmp_path: Path) -> None:
    with processes(tmp_path, PasswordServer(tmp_path), Path(sys.prefix)) as services:
        assert not services.is_healthy("redis")
        services.start("redis")
        services.wait_until_healthy("redis", 10)
        ask = ["redis-cli", "-p", str(services.ports["redis"]), "ping"]
        stranger = subprocess.run(ask, capture_output=True, text=True, check=False)
        assert "NOAUTH" in stranger.stdout + stranger.stderr
        arguments = Path(f"/proc/{services.running['redis'].pid}/cmdline").read_text()
        assert SECRETS["REDIS_PASSWORD"] not in arguments


@pytest.mark.parametrize(
    "password", ["a secret of words", "sixteen#or#more#signs", "sh0rtXq", "sixteen%2For%2Fmore"]
)
def test_a_password_that_redis_or_an_address_would_misread_is_refused_and_not_shown(password: str) -> None:
    called = command(composition(SECRETS | {"REDIS_PASSWORD": password})["services"], "redis")
    ended = run(called.here({}, {}, []))
    assert ended.returncode == 1
    assert "REDIS_PASSWORD has to be 16 or more letters and digits" in ended.stderr
    assert password not in ended.stdout + ended.stderr


def test_the_login_is_written_for_the_api_server_alone_whatever_signs_it_has(tmp_path: Path) -> None:
    called = command(composition()["services"], "api-server")
    shell, flags, script = called.arguments
    before_the_start = script.removesuffix("exec airflow api-server\n")
    assert before_the_start != script
    places = {"/var/lib/airflow": str(tmp_path)}
    writing = Command((shell, flags, before_the_start), called.environment)
    for _start_and_restart in range(2):
        ended = run(writing.here(places, {}, [Path(sys.prefix) / "bin"]))
        assert ended.returncode == 0, ended.stderr
        written = tmp_path / "passwords.json"
        assert json.loads(written.read_text()) == {"admin": SECRETS["AIRFLOW_ADMIN_PASSWORD"]}
        assert stat.S_IMODE(written.stat().st_mode) == 0o600
