"""dbt's failures are named from dbt's own results, and a parsed project is used again only for the same project."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import psutil
import pytest

from redress.warehouse import dbt
from redress.warehouse.dbt import (
    TAKEN_FROM_THE_SHELL,
    DbtError,
    DbtInterruptedError,
    dbt_environment,
    run_dbt,
)
from redress.warehouse.dbt_artifacts import first_failure, not_run

pytestmark = pytest.mark.needs("dbt")

PROJECT = """
name: small
profile: small
flags: {send_anonymous_usage_stats: false, version_check: false}
"""
PROFILE = """
small:
  target: build
  outputs:
    build: {type: duckdb, path: "{{ env_var('REDRESS_BUILD_FILE') }}"}
"""
TESTED = "models: [{name: number, columns: [{name: one, data_tests: [unique]}]}]"
ON_A_FULL_DISK = """{{ config(post_hook="copy (select 1) to '/dev/full' (format csv, use_tmp_file false)") }}"""
START_SECONDS = 30
Run = Callable[[str], None]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a dbt project of one model, which takes the place of the warehouse's project."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE)
    (folder / "models" / "number.sql").write_text("select 1 as one")
    (folder / "models" / "number.yml").write_text(TESTED)
    monkeypatch.setattr(dbt, "DBT_PROJECT", folder)
    monkeypatch.setattr(dbt, "PARSED_FOLDER", tmp_path / "parsed")
    return folder


@pytest.fixture
def run(tmp_path: Path, project: Path) -> Run:
    """A function that runs `dbt build` on the project of one model, in the home with a given name."""

    def build(home: str) -> None:
        run_dbt(
            ["build"],
            database=tmp_path / home / "warehouse" / "built.duckdb",
            landing=tmp_path / home / "landing",
            additional_authorities=None,
            target=tmp_path / home / "target",
            logs=tmp_path / home / "logs",
            time_limit_seconds=300,
        )

    return build


@pytest.mark.long
def test_a_failure_is_named_from_the_results_of_its_own_run(tmp_path: Path, project: Path, run: Run) -> None:
    (project / "models" / "number.sql").write_text("select 1 as one union all select 1")
    with pytest.raises(
        DbtError, match=r"^dbt build failed: Failure in test unique_number_one \(models/number.yml\): Got 1 result"
    ):
        run("home")
    (project / "models" / "number.sql").write_text("select no_column as one")
    with pytest.raises(
        DbtError, match=r"failed: Runtime Error in model number \(models/number.sql\): Binder Error: .*no_column"
    ):
        run("home")
    (project / "models" / "number.sql").write_text("select * from {{ ref('nothing') }}")
    with pytest.raises(DbtError, match=r"^dbt build failed: [^;\n]*nothing.*; its log is "):
        run("home")
    assert first_failure(tmp_path / "home" / "target") is None


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_a_dbt_that_was_ended_by_a_signal_is_no_failed_build(run: Run, sent: signal.Signals) -> None:
    def end_dbt() -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            for child in psutil.Process().children():
                if "dbt.cli.main" in child.cmdline():
                    child.send_signal(sent)
                    return
            time.sleep(0.01)

    thread = threading.Thread(target=end_dbt)
    thread.start()
    with pytest.raises(
        DbtInterruptedError, match=f"^dbt build was ended by the signal {sent.name} .* Run the step"
    ):
        run("home")
    thread.join()


def test_a_full_disk_is_no_failed_build(project: Path, run: Run) -> None:
    (project / "models" / "number.sql").write_text(f"{ON_A_FULL_DISK} select 1 as one")
    with pytest.raises(
        DbtInterruptedError, match=r"^dbt build found no room on the disk of .*: make room, and run"
    ):
        run("home")


@pytest.mark.long
def test_the_project_is_parsed_once_for_every_home_and_again_if_a_file_differs_or_what_is_kept_is_broken(
    tmp_path: Path, project: Path, run: Run
) -> None:
    def is_parsed_anew(home: str) -> bool:
        run(home)
        return "no changes found, skipping parsing" not in (tmp_path / home / "logs" / "dbt.log").read_text()

    def number(home: str) -> int:
        with duckdb.connect(str(tmp_path / home / "warehouse" / "built.duckdb"), read_only=True) as warehouse:
            return int(warehouse.execute("select one from number").fetchall()[0][0])

    assert is_parsed_anew("first")
    (kept,) = (tmp_path / "parsed").iterdir()
    assert kept.suffix == ".msgpack"
    whole = kept.read_bytes()
    kept.write_bytes(whole[: len(whole) // 2])
    assert is_parsed_anew("second"), "what is kept is broken"
    assert not is_parsed_anew("third"), "what was broken is kept whole again, and serves another home"
    (project / "models" / "number.sql").write_text("select 2 as one")
    assert is_parsed_anew("fourth")
    assert [number(home) for home in ("first", "second", "third", "fourth")] == [1, 1, 1, 2]
    assert len(list((tmp_path / "parsed").iterdir())) == 2


def test_nothing_of_the_callers_shell_reaches_dbt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Path, run: Run
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "dbt").mkdir(parents=True)
    (elsewhere / "dbt" / "__init__.py").write_text("raise SystemExit('another dbt')")
    (elsewhere / ".dbt").mkdir()
    for name, value in {
        "DBT_EMPTY": "true",
        "DBT_RESOURCE_TYPES": "model seed",
        "DBT_TARGET": "prod",
        "DBT_INDIRECT_SELECTION": "empty",
        "DBT_WARN_ERROR": "true",
        "HOME": str(elsewhere),
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "PYTHONPATH": str(elsewhere),
        "REDRESS_SERVE_URL": "postgresql://user:password@host/database",
    }.items():
        monkeypatch.setenv(name, value)
    (project / "models" / "number.sql").write_text(
        'select 1 as one, \'{{ env_var("REDRESS_SERVE_URL", "none") }}\' as secret, '
        "'{{ env_var(\"HOME\") }}' as home"
    )
    run("home")
    assert not_run(tmp_path / "home" / "target") == ()
    with duckdb.connect(str(tmp_path / "home" / "warehouse" / "built.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("from number").fetchall() == [(1, "none", str(tmp_path / "home" / "target"))]


def test_only_what_dbt_needs_is_in_its_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DBT_EMPTY", "PYTHONSTARTUP", "AWS_SECRET_ACCESS_KEY", "AIRFLOW__CORE__FERNET_KEY", "all_proxy"):
        monkeypatch.setenv(name, "set by a person")
    environment = dbt_environment("built.duckdb", home=tmp_path)
    assert "set by a person" not in environment.values()
    assert environment.keys() - set(TAKEN_FROM_THE_SHELL) == {
        *("DBT_SEND_ANONYMOUS_USAGE_STATS", "DO_NOT_TRACK", "HOME", "LC_ALL", "PYTHONUTF8", "REDRESS_BUILD_FILE"),
        "TZ",
    }


def test_only_the_newest_parsed_projects_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    monkeypatch.setattr(dbt, "PARSED_KEPT", 2)
    target = tmp_path / "target"
    target.mkdir()
    (target / "partial_parse.msgpack").write_bytes(b"parsed")
    for age, name in enumerate(("new", "older", "oldest"), start=1):
        dbt.keep_parsed(dbt.PARSED_FOLDER / f"{name}.msgpack", target)
        os.utime(dbt.PARSED_FOLDER / f"{name}.msgpack", (1_000_000 - age, 1_000_000 - age))
    dbt.keep_parsed(dbt.PARSED_FOLDER / "newest.msgpack", target)
    assert sorted(path.stem for path in dbt.PARSED_FOLDER.iterdir()) == ["new", "newest"]
