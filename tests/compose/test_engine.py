"""The parts of the trials on a Docker engine that need no engine do their work: names, digests, the comparison of
releases, and messages about what is missing.
"""

import os
from pathlib import Path

import pytest

from tests.compose import bases
from tests.compose.airflow_api import TrialError
from tests.compose.bases import base_images
from tests.compose.composition import COMPOSE_FILE, DOCKERFILE, raw
from tests.compose.engine import Stack, require_engine, runbook_blocks
from tests.compose.pin_images import pinned
from tests.compose.two_workers import tables

DIGEST = "sha256:" + "0f" * 32


def test_the_images_that_are_not_built_here_are_those_of_the_compose_file_and_the_dockerfile() -> None:
    kinds = {image.partition(":")[0] for image in base_images()}
    assert kinds == {"postgres", "python", "redis"}


def test_a_digest_stands_behind_each_tag_and_a_second_one_takes_its_place() -> None:
    by_tag = dict.fromkeys(base_images(), DIGEST)
    for file in (COMPOSE_FILE, DOCKERFILE):
        once = pinned(file.read_text(encoding="utf-8"), by_tag)
        named = [image for image in base_images() if image in once]
        assert named
        assert all(f"{image}@{DIGEST}" in once for image in named)
        other = {tag: DIGEST.replace("0f", "f0") for tag in by_tag}
        assert pinned(once, other) == once.replace("0f", "f0")


def test_a_pinned_image_without_a_registry_has_no_stand_in_and_says_so() -> None:
    with pytest.raises(TrialError, match="its digest"):
        bases.stand_in(f"redis:7.2.16-bookworm@{DIGEST}")


@pytest.mark.needs("docker")
def test_a_trial_without_an_engine_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")
    with pytest.raises(TrialError, match=r"no Docker engine answers|docker is not on PATH"):
        require_engine()


def test_a_trial_has_names_of_its_own_for_images_and_volumes(tmp_path: Path) -> None:
    stack = Stack("redress-trial", tmp_path, ports={})
    [saving] = [line for line in "\n".join(runbook_blocks("Back up")).splitlines() if "redress-data:/from" in line]
    assert "--volume redress-trial_redress-data:/from:ro redress-trial:" in stack.own(saving)
    assert "redress-trial-bi:" in stack.own(raw()["services"]["bi"]["image"])
    assert stack.own("docker compose exec worker redress serve") == "docker compose exec worker redress serve"


def test_settings_of_this_machine_do_not_reach_a_trial(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REDRESS_STATE", "s3://somebody/else")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "somebody's")
    given = Stack("redress-trial", tmp_path, ports={}).environment
    assert not {"REDRESS_STATE", "AWS_SECRET_ACCESS_KEY"} & set(given)
    assert given["PATH"] == os.environ["PATH"]


def test_releases_are_compared_by_their_tables_and_not_by_what_says_when_they_were_made() -> None:
    sums = (
        f"{'0f' * 32}  tables/fct_annual_review.parquet\n{'1e' * 32}  release.json\n{'2d' * 32}  redress.duckdb\n"
    )
    assert tables(sums) == {"tables/fct_annual_review.parquet": "0f" * 32}
    with pytest.raises(TrialError, match="tables"):
        tables(f"{'1e' * 32}  release.json\n")
