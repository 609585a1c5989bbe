"""Read docker-compose.yml as Docker Compose does, and turn its commands into commands for this machine."""

import os
import re
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from redress.settings import PROJECT_FOLDER

COMPOSE_FILE = PROJECT_FOLDER / "docker-compose.yml"
DOCKERFILE = PROJECT_FOLDER / "Dockerfile"
BI_DOCKERFILE = PROJECT_FOLDER / "compose" / "bi.Dockerfile"
DATABASES_SCRIPT = PROJECT_FOLDER / "compose" / "databases.sql"

VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<text>[^}]*))?\})")
"""A variable of the Compose Specification, in a form that the tests understand: `${NAME}`, `${NAME:-default}` or
`${NAME:?message}`. `$$` stands for a dollar sign."""

SECRETS = {
    "POSTGRES_PASSWORD": "superuser0000000000",
    "AIRFLOW_DB_PASSWORD": "metadata0000000000",
    "PUBLISHER_DB_PASSWORD": "publisher0000000000",
    "BI_DB_PASSWORD": "reader0000000000",
    "BI_PASSWORD": "who reads",
    "BI_SECRET_KEY": "key-of-sessions-of-thirty-two-or-more-bytes",
    "REDIS_PASSWORD": "broker0000000000",
    "AIRFLOW_ADMIN_PASSWORD": "administrator 'quoted' \"twice\"",
    "AIRFLOW_SECRET_KEY": "secret-key-of-thirty-two-or-more-bytes",
    "AIRFLOW_JWT_SECRET": "jwt-secret-of-sixty-four-or-more-bytes-" * 2,
    "AIRFLOW_FERNET_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
"""The values that tests give to all secrets for which docker-compose.yml asks, by variable."""


class MissingVariableError(Exception):
    """A variable that has no default is not set. The message names the variable."""


def raw() -> dict[str, Any]:
    """Return the content of docker-compose.yml, with anchors followed and variables left as they are written."""
    content: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text())
    return content


def project() -> dict[str, Any]:
    """Return the table `project` of pyproject.toml."""
    content: dict[str, Any] = tomllib.loads((PROJECT_FOLDER / "pyproject.toml").read_text())["project"]
    return content


def variables(node: object) -> dict[str, str | None]:
    """Return each variable below a node with its default, or with None if the variable has to be set."""
    if isinstance(node, str):
        found = [match for match in VARIABLE.finditer(node) if match["name"]]
        return {match["name"]: match["text"] if match["kind"] == "-" else None for match in found}
    below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return {name: default for part in below for name, default in variables(part).items()}


def resolved(node: Any, values: Mapping[str, str]) -> Any:
    """Return a node with its variables replaced as Compose replaces them. Raises MissingVariableError."""
    if isinstance(node, dict):
        return {name: resolved(part, values) for name, part in node.items()}
    if isinstance(node, list):
        return [resolved(part, values) for part in node]
    return VARIABLE.sub(lambda match: _value(match, values), node) if isinstance(node, str) else node


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    if match["escaped"]:
        return "$"
    value = values.get(match["name"], "")
    if value or match["kind"] is None:
        return value
    if match["kind"] == "?":
        raise MissingVariableError(f"{match['name']}: {match['text']}")
    return str(match["text"])


def composition(values: Mapping[str, str] = SECRETS) -> dict[str, Any]:
    """Return the content of docker-compose.yml as Compose acts on it when the variables have these values."""
    content: dict[str, Any] = resolved(raw(), values)
    return content


def image_environment(dockerfile: Path = DOCKERFILE) -> dict[str, str]:
    """Return the variables that the ENV instructions of a Dockerfile set, without PATH."""
    instructions = re.findall(r"^ENV ((?:.*\\\n)*.*)$", dockerfile.read_text(), re.MULTILINE)
    pairs = (pair.split("=", 1) for text in instructions for pair in shlex.split(text.replace("\\\n", " ")))
    return {name: value for name, value in pairs if name != "PATH"}


@dataclass(frozen=True)
class Command:
    """A command with its environment: the command that a service runs, or the command of a health check."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]

    def here(self, places: Mapping[str, str], additional: Mapping[str, str], programs: Sequence[Path]) -> "Command":
        """Return this command for this machine.

        `places` gives for each place of the containers the place that replaces it here. `additional` variables are
        added to the environment. The folders `programs` come first on PATH.
        """
        environment = {name: _replaced(value, places) for name, value in self.environment.items()}
        path = os.pathsep.join([*map(str, programs), os.environ["PATH"]])
        home = {"HOME": os.environ.get("HOME", "/")}
        return Command(
            tuple(_replaced(argument, places) for argument in self.arguments),
            home | environment | dict(additional) | {"PATH": path},
        )


def command(services: Mapping[str, Any], name: str) -> Command:
    """Return the command of a service, with the service's environment."""
    return Command(tuple(services[name]["command"]), _environment(services[name]))


def health_check(services: Mapping[str, Any], name: str) -> Command:
    """Return the command of a service's health check, with the service's environment."""
    kind, *arguments = services[name]["healthcheck"]["test"]
    shell = {"CMD": (), "CMD-SHELL": ("/bin/sh", "-c")}[kind]
    return Command((*shell, *arguments), _environment(services[name]))


def _environment(service: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables that the image and the file give to a service.

    A name without a value in the file is left out, because Compose takes its value from outside.
    """
    dockerfile = {"redress": DOCKERFILE, "redress-bi": BI_DOCKERFILE}.get(service["image"].partition(":")[0])
    given = {name: value for name, value in service.get("environment", {}).items() if value is not None}
    return (image_environment(dockerfile) if dockerfile else {}) | given


def _replaced(text: str, places: Mapping[str, str]) -> str:
    for there, here in places.items():
        text = text.replace(there, here)
    return text
