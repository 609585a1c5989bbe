"""dbt's pages about a release are one file that needs no network, and are made without changing the release."""

import hashlib
import shutil
from pathlib import Path

import duckdb
import pytest

from redress.report.dbt_pages import write_dbt_docs
from redress.settings import Settings
from redress.warehouse.releases.releases import ReleaseError

pytestmark = pytest.mark.needs("dbt")


def test_the_pages_are_one_file_that_sends_nothing_and_leave_the_release_to_its_readers(
    cookbook_release: Path,
) -> None:
    home = cookbook_release.parents[2]
    file = cookbook_release / "warehouse.duckdb"
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    with duckdb.connect(str(file), read_only=True):  # a reader, beside whom nobody may write
        page = write_dbt_docs(Settings(home=home))
    text = page.read_text(encoding="utf-8")
    assert page == home / "dbt_docs" / "static_index.html"
    assert '"send_anonymous_usage_stats": false' in text
    assert "council_performance_dashboard" in text
    assert "Upheld decisions in a hundred investigations, as stated; empty where" in text
    assert '<script src="http' not in text
    assert '<link href="http' not in text
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    shutil.rmtree(home / "dbt_docs")


def test_without_a_release_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"no release in .* make run"):
        write_dbt_docs(Settings(home=tmp_path))
