"""PostgreSQL's state file is read line by line, whatever characters the path of the data has."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from redress.orchestration.local.postgresql import PostgreSQL


@pytest.mark.parametrize(
    "name", [b"home", "home \u2028 \x85".encode(), b"caf\xe9"], ids=["plain", "separators", "bytes"]
)
def test_no_character_of_the_path_moves_the_lines_of_the_state_file(tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / os.fsdecode(name)
    folder.mkdir()
    running = [sys.executable, "-c", "input()"]
    with subprocess.Popen(running, cwd=folder, stdin=subprocess.PIPE) as server:
        lines = (str(server.pid), str(folder), "1638144000", "5432", "/run/socket", "localhost", "ready")
        (folder / "postmaster.pid").write_bytes(os.fsencode("\n".join(lines) + "\n"))
        try:
            assert PostgreSQL(folder).address.endswith("?host=/run/socket")
        finally:
            server.communicate()
