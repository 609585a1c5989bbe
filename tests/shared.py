"""Folders that take long, made once for all workers of a test run, and hashes by which releases are compared."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder that `make` has filled. The first worker that asks makes the folder; the other workers wait.

    Tests only read what is in the folder: another worker may read it at the same time.
    """
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    done = folder.with_name(f"{name}.done")
    with folder.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # left by a worker that failed to make the folder
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def table_hashes(release: Path) -> dict[str, str]:
    """Return the sha256 of each Parquet file of a release, by the file's name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in release.glob("parquet/*.parquet")}
