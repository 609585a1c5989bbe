"""Each program on a page of docs/connect or on the analyst's start page prints what its page shows.

R, ODBC and JDBC are run where Debian's packages are installed; a test that is skipped names what is missing.
"""

import os
import re
import runpy
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from tests.compose.password_server import PROGRAMS
from tests.made import PROJECT
from tests.needs import require_debian_packages
from tests.warehouse.listening_server import listening_server
from tests.warehouse.postgres_server import BI_TOOL, Server

pytestmark = pytest.mark.needs("dbt")

PAGES = PROJECT / "docs" / "connect"
_FENCED = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$\n*", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A program on a page, and its output: the block without a language that follows the program on the page."""

    page: str
    line: int
    code: str
    output: str


def examples(page: str, language: str) -> list[Example]:
    """Return the programs in a language on a page, in the order of the page."""
    text = (PROJECT / "docs" / page).read_text(encoding="utf-8")
    blocks = list(_FENCED.finditer(text))
    return [
        Example(page, text.count("\n", 0, block.start()) + 1, block["text"], after["text"])
        for block, after in pairwise(blocks)
        if block["language"] == language and not after["language"] and block.end() == after.start()
    ]


def in_python(word: str) -> Example:
    """Return the program of the Python page that has a word."""
    (found,) = [one for one in examples("connect/python.md", "python") if word in one.code]
    return found


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def printed(command: list[str | Path], folder: Path, variables: Mapping[str, str]) -> list[str]:
    """Run a program in a folder, and return the lines that it prints."""
    environment = os.environ | {"LC_ALL": "C.UTF-8"} | dict(variables)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return lines(done.stdout)


@pytest.fixture
def project(cookbook_release: Path, tmp_path: Path) -> Path:
    """A folder in which the cookbook's release is current where `make run` keeps the releases of the samples."""
    warehouse = tmp_path / "var" / "samples" / "warehouse"
    warehouse.mkdir(parents=True)
    (warehouse / "current").symlink_to(cookbook_release)
    return tmp_path


@pytest.fixture(scope="module")
def served(server: Server, cookbook_release: Path) -> Mapping[str, str]:
    """The environment variables with which a reader connects to a PostgreSQL that serves the cookbook's release."""
    database = server.new_database("connect_pages")
    database.postgres.serve(cookbook_release)
    return {"PGHOST": database.socket_folder, "PGDATABASE": database.name, "PGUSER": BI_TOOL}


@pytest.fixture(scope="module")
def listening(cookbook_release: Path) -> Iterator[Mapping[str, str]]:
    """The environment variables for a PostgreSQL that serves the same release on a port and asks for a password."""
    with listening_server(cookbook_release) as variables:
        yield variables


def test_every_page_is_in_the_index_and_says_what_was_run_or_that_nothing_was() -> None:
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    for page in PAGES.glob("*.md"):
        if page.name != "README.md":
            assert f"]({page.name})" in index, page.name
            text = page.read_text(encoding="utf-8")
            assert "## After a release" in text, page.name
            assert any(words in text for words in ("## What was run", "Documented only", "runbooks/bi.md")), (
                page.name
            )


PROGRAMS_IN_PYTHON = [
    *(in_python(word) for word in ("import duckdb", "duckdb:///", "import pandas", "postgresql+psycopg")),
    *examples("start/analyst.md", "python"),
]


@pytest.mark.parametrize(
    "example", PROGRAMS_IN_PYTHON, ids=lambda example: f"line {example.line} of {example.page}"
)
def test_python_prints_what_its_page_shows(
    example: Example,
    project: Path,
    served: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project)
    for name, value in served.items():
        monkeypatch.setenv(name, value)
    (project / "example.py").write_text(example.code, encoding="utf-8")
    runpy.run_path(str(project / "example.py"))
    assert lines(capsys.readouterr().out) == lines(example.output)


def test_polars_prints_what_its_page_shows(project: Path, clients_python: Path) -> None:
    example = in_python("import polars")
    assert printed([clients_python, "-I", "-c", example.code], project, {}) == lines(example.output)


def test_the_engine_of_the_page_sees_a_release_that_came_after_its_query(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    (project / "example.py").write_text(in_python("duckdb:///").code, encoding="utf-8")
    engine = runpy.run_path(str(project / "example.py"))["engine"]
    (project / "next").mkdir()
    with duckdb.connect(str(project / "next" / "warehouse.duckdb")) as made:
        made.execute("create table news as select 1 as one")
    (project / "moved").symlink_to(project / "next")
    (project / "moved").replace(project / "var" / "samples" / "warehouse" / "current")
    with engine.connect() as warehouse:
        assert warehouse.exec_driver_sql("select one from news").scalar_one() == 1


def test_psql_prints_what_its_page_shows(served: Mapping[str, str], tmp_path: Path) -> None:
    (example,) = examples("connect/psql.md", "sh")
    variables = {**served, "PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
    assert printed(["bash", "-c", example.code], tmp_path, variables) == lines(example.output)


@pytest.mark.long
def test_r_prints_what_its_page_shows(listening: Mapping[str, str], tmp_path: Path) -> None:
    require_debian_packages("r-base-core", "r-cran-dbi", "r-cran-rpostgresql")
    (example,) = examples("connect/r.md", "r")
    assert printed(["Rscript", "--vanilla", "-e", example.code], tmp_path, listening) == lines(example.output)


@pytest.mark.long
def test_odbc_prints_what_its_page_shows(
    listening: Mapping[str, str], clients_python: Path, tmp_path: Path
) -> None:
    require_debian_packages("odbc-postgresql", "unixodbc")
    (example,) = examples("connect/odbc.md", "python")
    assert printed([clients_python, "-I", "-c", example.code], tmp_path, listening) == lines(example.output)


@pytest.mark.long
def test_jdbc_prints_what_its_page_shows(listening: Mapping[str, str], tmp_path: Path) -> None:
    require_debian_packages("openjdk-17-jdk-headless", "libpostgresql-jdbc-java")
    (program,) = re.findall(r"^```java\n(.*?)^```$", (PAGES / "jdbc.md").read_text(encoding="utf-8"), re.M | re.S)
    (tmp_path / "Years.java").write_text(program, encoding="utf-8")
    (example,) = examples("connect/jdbc.md", "sh")
    assert printed(["bash", "-c", example.code], tmp_path, listening) == lines(example.output)
