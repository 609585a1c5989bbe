"""A step and a command serve the current release at the set address alone, and no error tells the password."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from redress.cli import app
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run, serve
from redress.steps.record import RunRecord
from redress.warehouse.releases.releases import Releases
from redress.warehouse.serving.postgres import Postgres, serve_current
from redress.warehouse.serving.tables import ServeError
from tests.warehouse.postgres_server import Database
from tests.warehouse.served_releases import served_number, small_release


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "mysql://u:s3cret@h/db", "postgresql://u:s3cret@h", "postgresql://u:s3cret@h:port/db"],
)
def test_an_address_that_is_none_is_not_repeated(tmp_path: Path, address: str) -> None:
    with pytest.raises(ServeError, match="REDRESS_SERVE_URL is no address of a PostgreSQL") as raised:
        Postgres(address).serve(small_release(tmp_path))
    assert "s3cret" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("query", ["", "?password=s3cret", "?sslmode=s3cret"])
def test_a_password_is_in_no_error_and_no_repr(tmp_path: Path, query: str) -> None:
    postgres = Postgres(f"postgresql://someone:s3cret@127.0.0.1:1/db{query}")
    with pytest.raises(ServeError, match=r"127\.0\.0\.1/db") as raised:
        postgres.serve(small_release(tmp_path))
    assert "s3cret" not in str(raised.value)
    assert raised.value.__suppress_context__
    settings = Settings(serve_url=postgres.address)  # type: ignore[arg-type]
    assert "s3cret" not in f"{postgres!r} {settings!r} {settings.model_dump_json()}"


@pytest.fixture
def elsewhere() -> Iterator[tuple[int, list[bytes]]]:
    """The port of a server on 127.0.0.1 that no address names, and the list of what was sent to that server."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)

        def answer() -> None:
            with suppress(OSError):
                client, _ = server.accept()
                with client:
                    heard.append(client.recv(200))

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_no_variable_of_another_program_leads_to_another_server(
    tmp_path: Path, elsewhere: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, heard = elsewhere
    services = tmp_path / "services"
    services.write_text(f"[other]\nhostaddr=127.0.0.1\nport={port}\nsslmode=disable\n", encoding="utf-8")
    others = {
        "PGHOSTADDR": "127.0.0.1",
        "PGPORT": str(port),
        "PGSSLMODE": "disable",
        "PGSERVICE": "other",
        "PGSERVICEFILE": str(services),
    }
    for name, value in others.items():
        monkeypatch.setenv(name, value)
    release = small_release(tmp_path)
    for host in ("127.0.0.2:1", f"127.0.0.2:{port}"):
        with pytest.raises(ServeError, match=r"127\.0\.0\.2/db: .*refused"):
            Postgres(f"postgresql://someone:s3cret@{host}/db").serve(release)
    assert heard == []
    assert {name: os.environ[name] for name in others} == others


@pytest.mark.needs("postgresql")
def test_the_current_release_is_served_by_a_step_and_a_command(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(home=tmp_path / "home", serve_url=database.address())  # type: ignore[arg-type]
    with pytest.raises(ServeError, match="no release in"):
        serve_current(settings)
    releases = Releases(settings.warehouse_folder)
    small_release(releases.folder / "releases", 1)
    releases.point_at(f"{1:016x}")
    run = Run.of_season(Season(2021), "run", settings)
    told = serve(run)
    assert told is not None
    assert "5 tables" not in told
    assert "3 tables" in told
    assert [event["step"] for event in RunRecord(run.record.path).events()] == ["serve", "serve"]
    assert served_number(database) == 1
    monkeypatch.setenv("REDRESS_HOME", str(settings.home))
    monkeypatch.setenv("REDRESS_SERVE_URL", database.address())
    assert app(["serve"], standalone_mode=False) in (None, 0)
    assert "already" in capsys.readouterr().out


def test_without_a_database_the_step_does_nothing_and_the_command_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run.of_season(Season(2021), "run", Settings(home=tmp_path, serve_url=None))
    assert serve(run) is None
    assert not run.record.path.exists()
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path))
    monkeypatch.setenv("REDRESS_SERVE_URL", "")
    assert app(["serve"], standalone_mode=False) == 1
    assert "REDRESS_SERVE_URL names no database" in capsys.readouterr().err
