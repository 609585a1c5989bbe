"""`make pin-images`: write the digest of each base image behind its tag, in docker-compose.yml and the Dockerfiles.

A registry that is reached says which bytes a tag stands for today. Where none is reached, no file is changed.

    .venv/bin/python -m tests.compose.pin_images
"""

import re
import sys
from collections.abc import Mapping

from tests.compose.airflow_api import TrialError
from tests.compose.bases import base_images
from tests.compose.composition import BI_DOCKERFILE, COMPOSE_FILE, DOCKERFILE
from tests.compose.engine import docker, require_engine

DIGEST = r"@sha256:[0-9a-f]{64}"


def digests(images: list[str]) -> dict[str, str]:
    """Pull each image, and return its digest by the image's name with the tag.

    Raises TrialError where a registry does not give an image.
    """
    found = {}
    for image in images:
        tag = re.sub(DIGEST, "", image)
        pulled = docker("pull", "--quiet", tag, fails=True)
        if pulled.returncode != 0:
            raise TrialError(f"{tag} has no digest here, and no file was changed: {pulled.stderr.strip()}")
        listed = docker("image", "inspect", "--format", '{{join .RepoDigests " "}}', tag).stdout.split()
        found[tag] = next(one for one in listed if one.startswith(f"{tag.rpartition(':')[0]}@")).partition("@")[2]
    return found


def pinned(text: str, digests_by_tag: Mapping[str, str]) -> str:
    """Return a file's text with the digest of each image behind the image's tag, in place of any earlier digest."""
    for tag, digest in digests_by_tag.items():
        text = re.sub(rf"(?<![\w/.-]){re.escape(tag)}({DIGEST})?(?![\w.-])", f"{tag}@{digest}", text)
    return text


def main() -> None:
    try:
        require_engine()
        found = digests(base_images())
    except TrialError as error:
        sys.exit(str(error))
    for file in (COMPOSE_FILE, DOCKERFILE, BI_DOCKERFILE):
        file.write_text(pinned(file.read_text(encoding="utf-8"), found), encoding="utf-8")
    for tag, digest in found.items():
        print(f"{tag}@{digest}")


if __name__ == "__main__":
    main()
