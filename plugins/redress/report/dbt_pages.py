"""dbt's description of its project: the manifest, which needs no database, and dbt's pages about a release.

python -m redress.report.dbt_pages    writes the pages of the current release
"""

import shutil
import sys
import tempfile
from pathlib import Path

from redress.files.places import Place
from redress.settings import PROJECT_FOLDER, Settings
from redress.steps.shown import show_pages
from redress.warehouse.dbt import DbtError, run_dbt
from redress.warehouse.dbt_artifacts import Manifest, read_manifest
from redress.warehouse.releases.releases import ReleaseError, Releases
from redress.warehouse.releases.shared import releases_of

PAGE_NAME = "static_index.html"
DBT_DOCS_NAME = "dbt_docs"
TIME_LIMIT_SECONDS = 600
_PARSE_HOME = PROJECT_FOLDER / "var" / "dbt_parse"
"""An empty home in which dbt parses the project. Its folders are named as in any other home, so that dbt can use
the parsed project for a build too."""


def manifest() -> Manifest:
    """Return dbt's manifest of the project as it is now. dbt parses the project without a database and without the
    network.

    Raises DbtError if dbt cannot parse the project.
    """
    target = _PARSE_HOME / "work" / "dbt_target"
    run_dbt(
        ["parse"],
        database=Releases(_PARSE_HOME / "warehouse").incoming_file("none"),
        landing=_PARSE_HOME / "landing",
        additional_authorities=None,
        target=target,
        logs=_PARSE_HOME / "work" / "dbt_logs",
        time_limit_seconds=TIME_LIMIT_SECONDS,
    )
    return read_manifest(target)


def write_dbt_docs(settings: Settings) -> Place:
    """Write dbt's pages about the current release, as one file that needs no server. Return the place of the file.

    dbt gets a copy of the release, because dbt opens its database for writing. Raises ReleaseError if there is no
    release, and DbtError if dbt fails.
    """
    release = releases_of(settings).current()
    if release is None:
        raise ReleaseError(
            f"there is no release in {settings.warehouse_folder} to write pages about: make run makes one of the "
            "sample letters; or say where yours is with REDRESS_HOME"
        )
    page = settings.pages_folder / DBT_DOCS_NAME / PAGE_NAME
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
            logs=settings.scratch_folder / "dbt_logs",
            time_limit_seconds=TIME_LIMIT_SECONDS,
        )
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(target / PAGE_NAME, page)
    return show_pages(settings, DBT_DOCS_NAME, first_page=PAGE_NAME) or page


if __name__ == "__main__":
    try:
        print(f"dbt's pages about the current release: {write_dbt_docs(Settings())}")
    except (DbtError, ReleaseError) as error:
        sys.exit(f"redress: {error}")
