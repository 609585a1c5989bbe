"""The files of deploy/ as Kubernetes and Helm read them."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from redress.settings import PROJECT_FOLDER

DEPLOY_FOLDER = PROJECT_FOLDER / "deploy"
VALUES_FILE = DEPLOY_FOLDER / "values.yaml"
TASK_POD_FILE = DEPLOY_FOLDER / "task-pod.yaml"
RELEASE = "redress"
ENVIRONMENT = "redress-environment"
"""The name of the ConfigMap from which every container gets its environment."""


@cache
def values() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(VALUES_FILE.read_text(encoding="utf-8"))
    return content


@cache
def task_pod() -> dict[str, Any]:
    [pod] = manifests(TASK_POD_FILE)
    return pod


def manifests(file: Path) -> list[dict[str, Any]]:
    """Return the manifests of a file, in their order."""
    return list(yaml.safe_load_all(file.read_text(encoding="utf-8")))


@cache
def all_manifests() -> list[dict[str, Any]]:
    """Return the manifests of all files but the values of the chart."""
    files = [file for file in sorted(DEPLOY_FOLDER.glob("*.yaml")) if file != VALUES_FILE]
    return [manifest for file in files for manifest in manifests(file)]


def environment() -> dict[str, str]:
    """Return the environment variables that the ConfigMap gives to every container."""
    stated: dict[str, str] = yaml.safe_load(values()["extraConfigMaps"][ENVIRONMENT]["data"])
    return stated


def configuration() -> dict[str, str]:
    """Return the options of Airflow in the values, as the environment variables that set these options."""
    return {
        f"AIRFLOW__{section.upper()}__{option.upper()}": str(value)
        for section, options in values()["config"].items()
        for option, value in options.items()
    }
