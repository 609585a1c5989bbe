"""Read what dbt writes into its target folder: manifest.json about a project, run_results.json about dbt's last
run.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST_NAME = "manifest.json"
RUN_RESULTS_NAME = "run_results.json"
_FAILED = frozenset({"error", "fail", "partial success", "runtime error"})
_PASSED = frozenset({"pass", "success", "warn"})
_BUILT = {"seed": "seeds", "model": "models", "test": "data tests"}
"""The kinds of dbt's nodes that a whole build runs, each with the word that messages use for the kind."""
_REFERENCE = re.compile(r"ref\('(?P<model>\w+)'\)")

Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class DataTest:
    """A data test of a model: its name, its kind (such as `unique`), and its arguments.

    `column` is None for a test of the whole model. If `is_stopping` is False, a failure of the test only warns.
    """

    name: str
    kind: str
    arguments: Mapping[str, Any]
    column: str | None
    is_stopping: bool


def read_manifest(target: Path) -> Manifest:
    """Return the last manifest that dbt wrote into a target folder."""
    found: Manifest = json.loads((target / MANIFEST_NAME).read_bytes())
    return found


def models(manifest: Manifest) -> list[Mapping[str, Any]]:
    """Return the models of a manifest, as dbt describes them."""
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def data_tests(manifest: Manifest) -> dict[str, list[DataTest]]:
    """Return the data tests of each model, by the model's unique_id. The tests of a model are in the order of the
    tests' names.

    dbt's singular tests, each a separate query, belong to no model and are left out.
    """
    found: dict[str, list[DataTest]] = {}
    for node in sorted(manifest["nodes"].values(), key=lambda node: str(node["name"])):
        metadata = node.get("test_metadata")
        if metadata is not None:
            is_stopping = str(node["config"]["severity"]).lower() == "error"
            test = DataTest(node["name"], metadata["name"], metadata["kwargs"], node["column_name"], is_stopping)
            found.setdefault(node["attached_node"], []).append(test)
    return found


def referred_model(reference: str) -> str:
    """Return the name of the model in an argument such as "ref('dim_year')". Raises ValueError if the argument has
    another form.
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError(f"a relationship is to {reference!r}, and ref('<model>') is expected")
    return found["model"]


def forget_results(target: Path) -> None:
    """Remove the results of dbt's last run from a target folder, so that nobody takes them for the results of the
    next run.
    """
    (target / RUN_RESULTS_NAME).unlink(missing_ok=True)


def first_failure(target: Path) -> str | None:
    """Return in one line the first failure of dbt's last run and its reason. Return None if nothing failed, or if
    dbt left no results.

    dbt writes its results after all models and tests have run or have been skipped. So there are no results if dbt
    was killed or if the project could not be parsed.
    """
    try:
        results = json.loads((target / RUN_RESULTS_NAME).read_bytes())["results"]
        nodes = read_manifest(target)["nodes"]
    except FileNotFoundError:
        return None
    for result in results:
        if result["status"] in _FAILED:
            lines = [line.strip() for line in (result["message"] or "").splitlines() if line.strip()]
            node = nodes.get(result["unique_id"])
            if result["status"] == "fail" and node is not None:
                lines.insert(0, f"Failure in {node['resource_type']} {node['name']} ({node['original_file_path']})")
            return ": ".join(lines[:2])
    return None


def not_run(target: Path) -> tuple[str, ...]:
    """Return a sentence about each kind of node (seeds, models, data tests) of which at least one node did not run
    or did not pass in dbt's last run.
    """
    results = json.loads((target / RUN_RESULTS_NAME).read_bytes())["results"]
    passed = {result["unique_id"] for result in results if result["status"] in _PASSED}
    found = []
    for kind, word in _BUILT.items():
        wanted = {name for name, node in read_manifest(target)["nodes"].items() if node["resource_type"] == kind}
        if not wanted <= passed:
            found.append(f"{word} that were run and passed: {len(wanted)} expected, {len(wanted & passed)} found")
    return tuple(found)
