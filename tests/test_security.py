"""In a whole run untrusted text does no harm, no secret is left or told, and no foreign address is asked."""

import json
import logging
import os
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import duckdb
import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner

from redress.acquire.sources.folder import FolderSource
from redress.cli import app
from redress.model.season import Season
from redress.report import letter_lines, letters_table, write_report
from redress.settings import PROJECT_FOLDER, Settings
from redress.steps import Run, serve
from redress.warehouse.releases.releases import Releases
from redress.warehouse.serving.tables import ServeError
from tests.acquire.s3_server import BUCKET, s3_server
from tests.made import PROJECT
from tests.paper import pdf
from tests.read.invented import LETTER, STATISTICS
from tests.warehouse.postgres_server import BI_TOOL, PUBLISHER, Database, running_server
from tests.warehouse.served_releases import small_release

pytestmark = pytest.mark.needs("dbt")

SEASON = Season(2021)
A_LETTER = PROJECT / "tests" / "read" / "golden" / "three_statistics" / "2021-text.txt"
NAME_IN_THE_LETTER, NAME_IN_THE_PDF = "Crindlebury District Council", "Wexmarsh District Council"
PASSWORD = "s3cret/p@ss:word"  # noqa: S105 - of a database that lives as long as the test
PASSWORD_IN_AN_ADDRESS = "s3cret%2Fp%40ss:word"  # noqa: S105
STORE_KEY = "st0re-s3cret-key"
SECRETS = (PASSWORD, PASSWORD_IN_AN_ADDRESS, STORE_KEY)

HOSTILE_NAMES = (
    "<script>alert(1)</script> District Council",
    "![x](javascript:alert(1)) District Council",
    "'; drop table letters; -- District Council",
    "[red]Red[/nothing] District Council",
    "../../../x District Council",
    "A|b`c\\|d District Council",
    "{{ 7*7 }} District Council",
)
UNSHOWABLE_NAMES = (
    "\x1b[31mRed\x1b]0;title\x07 District Council",
    "\u202eReversed District Council",
    "\u009b31mBold District Council",
)
"""Names with characters that cannot be shown. No council has such a name, so that a letter to it is quarantined,
with a sentence that quotes the name."""

HOSTILE_FILES = (
    b"%2e%2e%2f..%2fx.txt",
    b"'; drop table letters; --.txt",
    b"<img src=x onerror=alert(1)>.txt",
    b"](javascript:alert(1)).txt",
    b"[red]x[bold].txt",
    b"new\nline\n# heading.txt",
    b"\x1b[31mred\x1b]0;title\x07.txt",
    "\u009b31mC1 and \u202etxt.fdp.txt".encode(),
    b"no text \xe9\xff.txt",
    b"a|b`c\\|d.txt",
    b"-rf.txt",
    b"l" * 251 + b".txt",
)

LETTERS_COUNT = len(HOSTILE_NAMES) + len(UNSHOWABLE_NAMES) + len(HOSTILE_FILES)
NO_PRINT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""The characters that a terminal or an editor takes for a command, and halves of characters. A line feed is
allowed."""

AUDIT = """
import os, sys
def noted(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        place = arguments[1] if event == "socket.connect" else arguments[0]
        with open(os.environ["TEST_AUDIT_FILE"], "a") as file:
            file.write(f"{place!r}\\n")
sys.addaudithook(noted)
"""
"""A module that each Python process of the run imports at its start, dbt's too. The module notes each address that
the process connects to or looks up."""


@dataclass(frozen=True)
class Done:
    """A whole run of a season: its settings, its database, its output, and the addresses to which it connected."""

    settings: Settings
    database: Database
    printed: str
    addresses: tuple[str, ...]

    @property
    def release(self) -> Path:
        current = Releases(self.settings.warehouse_folder).current()
        assert current is not None
        return current


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A database in which the publisher needs a password."""
    with running_server() as server:
        database = server.new_database("served")
        quoted = PASSWORD.replace("'", "''")
        database.do(f"alter role {PUBLISHER} password '{quoted}'")
        rules = server.folder / "pg_hba.conf"
        rules.write_text(f"local all {PUBLISHER} scram-sha-256\n{rules.read_text()}")
        database.do("select pg_reload_conf()")
        yield database


def address_of(database: Database, password: str = PASSWORD_IN_AN_ADDRESS) -> str:
    return f"postgresql://{PUBLISHER}:{password}@/{database.name}?host={database.socket_folder}"


def write_letters(folder: Path) -> None:
    """Write a season of letters with hostile names of councils and files. Names that can be printed stand in PDFs,
    because a text with a script in it is doubted as a whole.
    """
    folder.mkdir(parents=True)
    text = A_LETTER.read_text()
    for number, council in enumerate(HOSTILE_NAMES):
        pages = [
            [replace(ink, text=ink.text.replace(NAME_IN_THE_PDF, council)) for ink in page]
            for page in (LETTER, STATISTICS)
        ]
        (folder / f"{number}.pdf").write_bytes(pdf(*pages))
    for number, council in enumerate(UNSHOWABLE_NAMES):
        (folder / f"{number}.txt").write_text(f"{text.replace(NAME_IN_THE_LETTER, council)}\nLetter {number}.\n")
    for number, name in enumerate(HOSTILE_FILES):
        with open(os.fsencode(folder) + b"/" + name, "w") as file:  # noqa: PTH123 - Path has no names of bytes
            file.write(f"{text}\nFile {number}.\n")


def write_authorities(file: Path) -> None:
    """Write the councils of the letters, so that some letters are accepted and reach the marts."""
    rows = ["authority_id,authority_name,short_name,council_type_id,region_name,valid_from_date,valid_to_date"]
    rows += [
        f'SAMPLE-{70 + number},"{name}",<b>{number}</b>,district,South West,,'
        for number, name in enumerate(HOSTILE_NAMES)
    ]
    file.write_text("\n".join(rows))


@pytest.fixture(scope="module")
def done(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    """A run of the hostile letters by `redress run`, which puts the release into an object store and PostgreSQL."""
    folder = tmp_path_factory.mktemp("o'hare; --")
    write_letters(folder / "letters" / str(SEASON))
    write_authorities(folder / "authorities.csv")
    (folder / "audit").mkdir()
    (folder / "audit" / "sitecustomize.py").write_text(AUDIT)
    with s3_server():
        settings = {
            "REDRESS_HOME": str(folder / "home"),
            "REDRESS_WAREHOUSE": f"s3://{BUCKET}/releases",
            "REDRESS_SERVE_URL": address_of(database),
            "REDRESS_ADDITIONAL_AUTHORITIES": str(folder / "authorities.csv"),
            "REDRESS_STOP_ABOVE_REFUSED_PCT": "100",
            "AWS_SECRET_ACCESS_KEY": STORE_KEY,
        }
        path = os.pathsep.join([str(folder / "audit"), *filter(None, [os.environ.get("PYTHONPATH")])])
        audit = {"PYTHONPATH": path, "TEST_AUDIT_FILE": str(folder / "addresses")}
        with patch.dict(os.environ, settings):
            run = subprocess.run(
                [sys.executable, "-m", "redress.cli", "run", str(SEASON), "--from", str(folder / "letters")],
                env=os.environ | audit,
                capture_output=True,
                text=True,
                check=False,
            )
            assert run.returncode == 0, run.stderr
            addresses = tuple((folder / "addresses").read_text().splitlines())
            yield Done(Settings(), database, run.stdout + run.stderr, addresses)


# Names of others


def test_every_file_is_had_and_its_address_can_be_shown(tmp_path: Path) -> None:
    write_letters(tmp_path / str(SEASON))
    source = FolderSource(tmp_path)
    references = source.references(SEASON)
    assert len(references) == len({one.address for one in references}) == LETTERS_COUNT
    contents = {source.fetch(one).content for one in references}
    assert len(contents) == len(references)
    assert all(one.address.isprintable() for one in references)


def test_every_hostile_letter_is_landed_and_nothing_else_is_touched(done: Done) -> None:
    lines = letter_lines(done.settings, [SEASON])
    assert len(lines) == LETTERS_COUNT
    accepted = {line.cells[0] for line in lines if line.disposition == "accepted"}
    assert accepted == set(HOSTILE_NAMES)
    home = done.settings.home
    assert {path.name for path in home.parent.iterdir()} == {
        "home",
        "letters",
        "authorities.csv",
        "audit",
        "addresses",
    }
    unknown = [path for path in home.rglob("*") if NO_PRINT.search(path.name) or "alert" in path.name]
    assert unknown == []


def test_names_arrive_in_the_warehouse_and_in_postgres_letter_for_letter(done: Done) -> None:
    question = "select authority_name from marts.council_performance where uphold_rate_pct is not null"
    with duckdb.connect(str(done.release / "warehouse.duckdb"), read_only=True) as warehouse:
        assert {name for (name,) in warehouse.execute(question).fetchall()} == set(HOSTILE_NAMES)
    assert {name for (name,) in done.database.ask(question, BI_TOOL)} == set(HOSTILE_NAMES)


def test_what_is_printed_has_no_command_for_a_terminal(done: Done) -> None:
    assert "title" in done.printed
    assert NO_PRINT.findall(done.printed) == []


def test_brackets_in_names_are_no_markup_of_the_terminal(done: Done) -> None:
    with Console(width=300, record=True, file=(done.settings.home / "console").open("w")) as console:
        console.print(letters_table(letter_lines(done.settings, [SEASON])))
    shown = console.export_text()
    assert "[red]Red[/nothing] District Council" in shown


def test_the_report_holds_names_as_text_alone(done: Done) -> None:
    run = Run.of_season(SEASON, next(Path(str(done.settings.runs_folder)).rglob("*.jsonl")).stem, done.settings)
    text = write_report(run).read_text()
    assert NO_PRINT.findall(text) == []
    assert not re.search(r"<(script|img)", text)
    assert not re.search(r"(?<!\\)\]\((?!#[a-z-]+\))", text)  # links to the report's own headings are allowed
    rows = [line for line in text.splitlines() if "District Council |" in line]
    assert len(rows) >= len(HOSTILE_NAMES)
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows} == {10}


def test_no_page_of_great_expectations_runs_what_a_name_says(done: Done) -> None:
    pages = list(done.settings.data_docs_folder.rglob("*.html"))
    assert pages
    for page in pages:
        assert not re.search(r"<script>alert|<img src=x|javascript:alert", page.read_text())


def test_release_notes_and_the_data_package_hold_no_name_of_others(done: Done) -> None:
    for name in ("RELEASE.md", "changes.json", "datapackage.json"):
        text = (done.release / name).read_text()
        assert not any(hostile in text for hostile in HOSTILE_NAMES)
        assert "alert" not in text


# Secrets


def test_no_secret_is_left_behind_by_a_run_or_told(done: Done) -> None:
    assert not any(secret in done.printed for secret in SECRETS)
    files = [path for path in done.settings.home.rglob("*") if path.is_file()]
    assert {"dbt.log", "manifest.json", "warehouse.duckdb", "RELEASE.md", "history.json"} <= {
        one.name for one in files
    }
    holding = [path for path in files for secret in SECRETS if secret.encode() in path.read_bytes()]
    assert holding == []
    with duckdb.connect(str(done.release / "warehouse.duckdb"), read_only=True) as warehouse:
        tables = warehouse.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in tables:
            text = str(warehouse.execute(f'select * from {schema}."{table}"').fetchall())  # noqa: S608 - models' names
            assert not any(secret in text for secret in SECRETS)


WRONG = "wr0ng-s3cret"
FAILURES = {
    "wrong password": "postgresql://{user}:" + WRONG + "@/{name}?host={folder}",
    "wrong password as a parameter": "postgresql://{user}@/{name}?host={folder}&password=" + WRONG,
    "nobody there": "postgresql://{user}:" + WRONG + "@127.0.0.1:1/{name}",
    "a sign not escaped": "postgresql://{user}:" + WRONG + "@" + WRONG + "@127.0.0.1:1/{name}",
    "two signs not escaped": "postgresql://{user}:a@" + WRONG + "/b@127.0.0.1:1/{name}",
    "a sign in the user's name": "postgresql://us/er:" + WRONG + "@127.0.0.1:1/{name}",
    "no database": "postgresql://{user}:" + WRONG + "@127.0.0.1:1",
    "no port": "postgresql://{user}:" + WRONG + "@127.0.0.1:x/{name}",
    "another kind": "mysql://{user}:" + WRONG + "@127.0.0.1:1/{name}",
    "a parameter that is none": "postgresql://{user}:" + WRONG + "@127.0.0.1:1/{name}?sslmode=" + WRONG,
    "two passwords": "postgresql://{user}@127.0.0.1:1/{name}?password=" + WRONG + "&password=x&sslmode=" + WRONG,
    "a host that is no name": "postgresql://{user}:" + WRONG + "@" + "h" * 80 + "/{name}",
    "a password that is no text": "postgresql://{user}:" + WRONG + "\udcff@127.0.0.1:1/{name}",
}


@pytest.mark.parametrize("failure", FAILURES)
def test_no_failure_of_the_database_tells_the_password(
    failure: str, database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled = {"user": PUBLISHER, "name": database.name, "folder": database.socket_folder}
    address = FAILURES[failure].format(**filled)
    settings = Settings(home=tmp_path, serve_url=address)  # type: ignore[arg-type]
    releases = Releases(settings.warehouse_folder)
    small_release(releases.folder / "releases")
    releases.point_at(f"{1:016x}")
    run = Run.of_season(SEASON, "run", settings)
    with caplog.at_level(logging.DEBUG), pytest.raises(ServeError) as raised:
        serve(run)
    told = "".join(traceback.format_exception(raised.value))
    with patch.dict(os.environ, {"REDRESS_HOME": str(tmp_path), "REDRESS_SERVE_URL": address}):
        printed = CliRunner().invoke(app, ["serve"])
    assert printed.exit_code == 1
    for text in (told, printed.output, caplog.text, run.record.path.read_text(), f"{settings!r} {settings}"):
        assert WRONG not in text


def test_a_password_that_is_right_is_needed(database: Database) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address_of(database, WRONG))
    psycopg.connect(address_of(database)).close()


# Telemetry


def test_a_whole_run_asks_no_address_but_those_of_its_settings(done: Done) -> None:
    on_loopback_or_a_socket_file = re.compile(r"\('127\.0\.0\.1', \d+\)|'127\.0\.0\.1'|'/.*'")
    assert done.addresses
    assert [one for one in done.addresses if not on_loopback_or_a_socket_file.fullmatch(one)] == []


def test_dbt_says_that_it_tracks_nobody(done: Done) -> None:
    target = done.settings.work_folder / "dbt_target"
    metadata = json.loads((target / "manifest.json").read_text())["metadata"]
    assert metadata["send_anonymous_usage_stats"] is False
    assert metadata["user_id"] is None
    assert not (PROJECT_FOLDER / "dbt_project" / ".user.yml").exists()
