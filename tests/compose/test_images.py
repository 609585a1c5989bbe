"""The images of Redress and of Superset have pinned bases and the locked versions, and run as an ordinary user."""

import re

from redress.settings import PROJECT_FOLDER
from tests.compose.composition import BI_DOCKERFILE, DOCKERFILE, composition, image_environment, project

EXACT_TAG = re.compile(r"[a-z-]+:\d+\.\d+(\.\d+)?(-[a-z]+)*(@sha256:[0-9a-f]{64})?")
"""An image's name with a whole version as its tag: two numbers for PostgreSQL, three for the others. It may end
with the digest that `make pin-images` adds."""


def test_every_image_is_pinned_to_an_exact_version() -> None:
    bases = [
        base
        for dockerfile in (DOCKERFILE, BI_DOCKERFILE)
        for base in re.findall(r"^FROM (\S+)", dockerfile.read_text(), re.MULTILINE)
    ]
    images = {service["image"] for service in composition()["services"].values()} | set(bases)
    assert len(set(bases)) == 1
    assert [image for image in images if not EXACT_TAG.fullmatch(image)] == []


def test_the_image_has_a_python_that_the_project_and_the_lock_are_for() -> None:
    version = re.search(r"^FROM python:(\d+\.\d+)", DOCKERFILE.read_text(), re.MULTILINE)
    assert version is not None
    assert version[1] == "3.11"
    assert project()["requires-python"].startswith(f">={version[1]}")


def test_the_image_takes_the_lock_with_its_hashes_and_runs_as_nobody_special() -> None:
    instructions = DOCKERFILE.read_text()
    assert "--no-deps --require-hashes -r /tmp/requirements-compose.lock" in instructions
    assert re.findall(r"^USER (\w+)", instructions, re.MULTILINE) == ["redress"]
    assert instructions.rindex("USER redress") > instructions.rindex("RUN ")


def test_supersets_image_takes_its_lock_with_its_hashes_and_runs_as_nobody_special() -> None:
    instructions = BI_DOCKERFILE.read_text()
    assert "--no-deps --require-hashes -r /tmp/requirements-bi.lock" in instructions
    assert re.findall(r"^USER (\w+)", instructions, re.MULTILINE) == ["superset"]
    assert instructions.rindex("USER superset") > instructions.rindex("RUN ")
    taken = BI_DOCKERFILE.with_name("bi.Dockerfile.dockerignore").read_text().splitlines()
    assert [line for line in taken if line[:1] in "*!"][:3] == ["*", "!requirements-bi.lock", "!bi"]
    assert "://" not in (PROJECT_FOLDER / "requirements-bi.lock").read_text()


def test_the_image_knows_where_dags_and_plugins_lie() -> None:
    given = image_environment()
    folder = re.search(r"^WORKDIR (\S+)", DOCKERFILE.read_text(), re.MULTILINE)
    assert folder is not None
    assert given["AIRFLOW__CORE__DAGS_FOLDER"] == f"{folder[1]}/dags"
    assert given["AIRFLOW__CORE__PLUGINS_FOLDER"] == f"{folder[1]}/plugins"


def test_nothing_tells_its_makers_that_it_is_used() -> None:
    given = image_environment()
    assert given["DBT_SEND_ANONYMOUS_USAGE_STATS"] == given["GX_ANALYTICS_ENABLED"] == "false"
    assert given["DO_NOT_TRACK"] == "1"


def test_the_image_has_the_same_versions_as_everybody_and_the_celery_provider() -> None:
    image, everybody = _pins("requirements-compose.lock"), _pins("requirements.lock")
    assert {"apache-airflow-providers-celery", "redis"} <= set(image)
    assert {name for name in image if image[name] != everybody.get(name, image[name])} == set()
    direct = {re.split(r"[\[<>=!~ ]", requirement)[0] for requirement in project()["dependencies"]}
    assert direct <= set(image)
    assert "://" not in (PROJECT_FOLDER / "requirements-compose.lock").read_text()


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", (PROJECT_FOLDER / lock).read_text(), re.MULTILINE))
