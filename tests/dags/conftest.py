"""The dags as Airflow parses them, parsed once for all tests."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.made import PROJECT
from tests.shared import made_once


@pytest.fixture(scope="session")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The description of all dags that `tests.dags.bag` prints."""

    def make(folder: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "tests.dags.bag", str(PROJECT / "dags")],
            capture_output=True,
            text=True,
            env=os.environ | {"AIRFLOW_HOME": str(folder / "airflow"), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"},
            cwd=PROJECT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        (folder / "bag.json").write_text(done.stdout.splitlines()[-1])

    found: dict[str, Any] = json.loads((made_once(tmp_path_factory, "bag", make) / "bag.json").read_text())
    return found
