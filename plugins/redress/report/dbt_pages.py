"""dbt's manifest of its project, parsed without a database, and dbt's own pages about a release.

python -m redress.report.dbt_pages    writes the pages of the current release
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from redress.settings import PROJECT_FOLDER, Settings
from redress.warehouse.dbt import DbtError, run_dbt
from redress.warehouse.releases.releases import ReleaseError, Releases

PAGE_NAME = "static_index.html"
TIME_LIMIT_SECONDS = 600
_PARSE_FOLDER = PROJECT_FOLDER / "var" / "dbt_parse"
"""Where dbt keeps what it parsed: the next parse takes half as long."""


def manifest() -> dict[str, Any]:
    """Return dbt's manifest of the project as it stands, parsed without a database and without the network.

    Raises DbtError where dbt cannot parse the project.
    """
    run_dbt(
        ["parse"],
        database=_PARSE_FOLDER / "no.duckdb",
        landing=_PARSE_FOLDER / "no_landing",
        additional_authorities=None,
        target=_PARSE_FOLDER,
        logs=_PARSE_FOLDER / "logs",
        time_limit_seconds=TIME_LIMIT_SECONDS,
    )
    found: dict[str, Any] = json.loads((_PARSE_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return found


def write_dbt_docs(settings: Settings) -> Path:
    """Write dbt's pages about the current release as one file that needs no server; return its path.

    dbt is given a copy of the release, because it opens its database to write. Raises ReleaseError where there is
    no release, and DbtError where dbt fails.
    """
    release = Releases(settings.warehouse_folder).current()
    if release is None:
        raise ReleaseError(
            f"there is no release in {settings.warehouse_folder} to write pages about: make run makes one of the "
            "sample letters; or say where yours is with REDRESS_HOME"
        )
    page = settings.home.absolute() / "dbt_docs" / PAGE_NAME
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "warehouse.duckdb"
        shutil.copyfile(release / "warehouse.duckdb", copy)
        target = Path(folder) / "target"
        run_dbt(
            ["docs", "generate", "--static"],
            database=copy,
            landing=settings.landing_folder,
            additional_authorities=settings.additional_authorities,
            target=target,
            logs=settings.work_folder / "dbt_logs",
            time_limit_seconds=TIME_LIMIT_SECONDS,
        )
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(target / PAGE_NAME, page)
    return page


if __name__ == "__main__":
    try:
        print(f"dbt's pages about the current release: {write_dbt_docs(Settings())}")
    except (DbtError, ReleaseError) as error:
        sys.exit(f"redress: {error}")
