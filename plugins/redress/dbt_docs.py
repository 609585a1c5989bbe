"""What dbt says of its project: the manifest, parsed without a database, and dbt's own pages about a release.

python -m redress.dbt_docs    writes the pages of the current release
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from redress.settings import PROJECT_FOLDER, Settings
from redress.warehouse.build import DBT_PROJECT
from redress.warehouse.releases import ReleaseError, Releases

PAGE_NAME = "static_index.html"
TIME_LIMIT_SECONDS = 600
_PARSE_FOLDER = PROJECT_FOLDER / "var" / "dbt_parse"
"""Where dbt keeps what it parsed, so that the next time takes half as long."""


class DbtDocsError(Exception):
    """dbt could not read the project or write its pages; the message has dbt's last lines."""


def manifest() -> dict[str, Any]:
    """dbt's manifest of the project as it stands, parsed without a database and without the network.

    Raises DbtDocsError where dbt cannot parse the project.
    """
    _dbt(["parse"], _PARSE_FOLDER, _PARSE_FOLDER / "no.duckdb", _PARSE_FOLDER / "no_landing", None)
    found: dict[str, Any] = json.loads((_PARSE_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    return found


def write_dbt_docs(settings: Settings) -> Path:
    """dbt's pages about the current release as one file that needs no server; its path.

    dbt is given a copy of the release, because it opens its database to write. Raises ReleaseError where there is
    no release, and DbtDocsError where dbt fails.
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
        additional = settings.additional_authorities
        _dbt(["docs", "generate", "--static"], target, copy, settings.landing_folder, additional)
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(target / PAGE_NAME, page)
    return page


def _dbt(arguments: list[str], target: Path, file: Path, landing: Path, additional: Path | None) -> None:
    environment = os.environ | {
        "REDRESS_BUILD_FILE": str(file),
        "REDRESS_LANDING": str(landing),
        "REDRESS_ADDITIONAL_AUTHORITIES": "" if additional is None else str(additional.absolute()),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    places = {
        "--project-dir": DBT_PROJECT,
        "--profiles-dir": DBT_PROJECT,
        "--target-path": target,
        "--log-path": target / "logs",
    }
    command = [sys.executable, "-W", "ignore", "-m", "dbt.cli.main", "--no-use-colors", *arguments]
    command += [str(part) for place in places.items() for part in place]
    done = subprocess.run(  # noqa: S603 - the command is ours
        command, env=environment, capture_output=True, text=True, timeout=TIME_LIMIT_SECONDS, check=False
    )
    if done.returncode != 0:
        told = "\n".join(done.stdout.splitlines()[-25:])
        raise DbtDocsError(f"dbt {arguments[0]} failed; its last lines:\n{told}\n{done.stderr[-2000:]}")


if __name__ == "__main__":
    try:
        print(f"dbt's pages about the current release: {write_dbt_docs(Settings())}")
    except (DbtDocsError, ReleaseError) as error:
        sys.exit(f"redress: {error}")
