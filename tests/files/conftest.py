"""The fixtures of this folder's tests: an object store (moto's S3 server) and the place of an empty folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from redress.files.places import Place, place_at
from tests.acquire.s3_server import BUCKET, s3_server


@pytest.fixture(scope="package")
def store() -> Iterator[str]:
    with s3_server():
        yield f"s3://{BUCKET}"


@pytest.fixture(params=["local", "store"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """The place of an empty folder. A test with this fixture runs twice: on this machine and in an object store."""
    if request.param == "local":
        return tmp_path / "folder"
    return place_at(f"{request.getfixturevalue('store')}/{tmp_path.name}")
