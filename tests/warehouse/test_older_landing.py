"""In the landing of an older version, a missing column is read as null and a missing table as empty."""

import shutil
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from redress.model.season import Season
from redress.warehouse.landing import Landing
from tests.warehouse.invented import BUILT, LETTERS, ask, dbt_build, dbt_build_mart, write_councils, write_landing

pytestmark = pytest.mark.needs("dbt")

YEARS = (2022, 2024)
VIEWS = ("stg_dispositions", "stg_letters", "stg_paragraphs")
DECIDED = "select season, count(*) filter (where is_decided_by_person) from staging.stg_dispositions group by all"
PASSAGES = "select season, count(*) from staging.stg_paragraphs group by season"
PAGES = "select distinct season, letter_first_page, letter_last_page from staging.stg_letters"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a landing of two seasons, and a file with dbt's views of three tables over the landing."""
    folder = tmp_path_factory.mktemp("older")
    write_landing(folder / "landing", [one for one in LETTERS if one.season in YEARS])
    write_councils(folder / "councils.csv")
    with chdir(folder):  # dbt's views reach landing by a path that is relative to the file's folder
        build = dbt_build(folder, "--select", *VIEWS, "--indirect-selection", "empty")
    assert build.returncode == 0, build.stdout
    return folder


@contextmanager
def asked(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with chdir(home), duckdb.connect(BUILT, read_only=True) as warehouse:
        yield warehouse


def drop(home: Path, table: str, year: int, *columns: str) -> None:
    """Write a table of a landed season again as an older version wrote it, without some columns."""
    path = home / "landing" / table / f"season={year}" / "part.parquet"
    pq.write_table(pq.read_table(path).drop_columns(list(columns)), path)


def test_a_season_landed_before_anybody_could_decide_has_no_decisions(home: Path) -> None:
    with asked(home) as warehouse:
        assert dict(ask(warehouse, DECIDED)) == {2022: 0, 2024: 1}
        drop(home, "dispositions", 2022, "decided_by")
        assert dict(ask(warehouse, DECIDED)) == {2022: 0, 2024: 1}
        drop(home, "dispositions", 2024, "decided_by")
        assert dict(ask(warehouse, DECIDED)) == {2022: 0, 2024: 0}
    found = Landing(home / "landing").dispositions(Season(2024)).values()
    assert {one.decided_by for one in found} == {None}


def test_a_season_landed_before_letters_had_pages_has_none(home: Path) -> None:
    with asked(home) as warehouse:
        assert set(ask(warehouse, PAGES)) == {(2022, 1, 2), (2024, 1, 2)}
        drop(home, "letters", 2022, "letter_first_page", "letter_last_page")
        assert set(ask(warehouse, PAGES)) == {(2022, None, None), (2024, 1, 2)}
        drop(home, "letters", 2024, "letter_first_page", "letter_last_page")
        assert set(ask(warehouse, PAGES)) == {(2022, None, None), (2024, None, None)}


def test_a_season_landed_before_paragraphs_were_kept_has_none(home: Path) -> None:
    with asked(home) as warehouse:
        assert dict(ask(warehouse, PASSAGES)) == {2022: 8, 2024: 4}
        (home / "landing" / "paragraphs" / "season=2022" / "part.parquet").unlink()
        assert dict(ask(warehouse, PASSAGES)) == {2024: 4}


def test_a_landing_without_any_paragraphs_is_built(tmp_path: Path) -> None:
    write_landing(tmp_path / "landing", [one for one in LETTERS if one.season == 2024])
    write_councils(tmp_path / "councils.csv")
    shutil.rmtree(tmp_path / "landing" / "paragraphs")
    build = dbt_build_mart(tmp_path, "fct_passage")
    assert build.returncode == 0, build.stdout
    with duckdb.connect(str(tmp_path / BUILT), read_only=True) as warehouse:
        assert ask(warehouse, "select count(*) from marts.fct_passage") == [(0,)]
