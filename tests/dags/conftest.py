"""The dags as Airflow parses them, once for all that is asked of them."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.made import PROJECT


@pytest.fixture(scope="session")
def bag(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `tests.dags.bag` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.dags.bag", str(PROJECT / "dags")],
        capture_output=True,
        text=True,
        env=os.environ
        | {"AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"},
        cwd=PROJECT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
