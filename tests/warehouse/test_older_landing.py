"""Landings of older versions: a missing column is read as null, in dbt and in Python."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from redress.model.season import Season
from redress.warehouse.landing import Landing
from tests.warehouse.invented import LETTERS, ask, dbt_build, write_councils, write_landing

pytestmark = pytest.mark.needs("dbt")

DECIDED = "select season, count(*) filter (where is_decided_by_person) from staging.stg_dispositions group by all"


def test_a_season_landed_before_anybody_could_decide_has_no_decisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # dbt's views reach landing by a path that is relative to the file's folder
    landing = tmp_path / "landing"
    write_landing(landing, [one for one in LETTERS if one.season in (2022, 2024)])
    write_councils(tmp_path / "councils.csv")
    build = dbt_build(tmp_path, "--select", "stg_dispositions", "--indirect-selection", "empty")
    assert build.returncode == 0, build.stdout
    paths = [landing / "dispositions" / f"season={year}" / "part.parquet" for year in (2022, 2024)]
    with duckdb.connect(str(tmp_path / "build.duckdb"), read_only=True) as warehouse:
        assert dict(ask(warehouse, DECIDED)) == {2022: 0, 2024: 1}
        pq.write_table(pq.read_table(paths[0]).drop_columns(["decided_by"]), paths[0])
        assert dict(ask(warehouse, DECIDED)) == {2022: 0, 2024: 1}
        pq.write_table(pq.read_table(paths[1]).drop_columns(["decided_by"]), paths[1])
        assert dict(ask(warehouse, DECIDED)) == {2022: 0, 2024: 0}
    assert {one.decided_by for one in Landing(landing).dispositions(Season(2024)).values()} == {None}
