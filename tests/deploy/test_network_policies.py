"""The network policies of deploy/ let each task and each part of Airflow reach what it needs, and nothing more."""

import ast
import ipaddress
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from redress.orchestration import names
from redress.orchestration.names import ANNUAL_LETTERS, POOLS, PUBLICATION_WATCH, SITE_POOL, WAREHOUSE_UPKEEP
from redress.settings import PROJECT_FOLDER
from tests.deploy.manifests import DEPLOY_FOLDER, RELEASE, all_manifests, task_pod

PLACEHOLDERS = ipaddress.ip_network("192.0.2.0/24")
"""The network of the placeholders that the policies have for real addresses. It belongs to nobody (RFC 5737)."""
NAMES, POSTGRESQL, STORE, KUBERNETES, MAIL = (
    "kube-dns",
    "192.0.2.10/32",
    "192.0.2.20/32",
    "192.0.2.30/32",
    "192.0.2.40/32",
)
INTERNET = {"0.0.0.0/0", "::/0"}
API_SERVER = "api-server"


@cache
def tasks_by_dag() -> dict[str, dict[str, str | None]]:
    """Return the pool of each task by dag, as the dag files and their shared parts declare them."""
    shared = _tasks_of("plugins/redress/orchestration/dag_parts.py")
    dags = (ANNUAL_LETTERS, PUBLICATION_WATCH, WAREHOUSE_UPKEEP)
    return {dag: shared | _tasks_of(f"dags/{dag}.py") for dag in dags}


def _tasks_of(file: str) -> dict[str, str | None]:
    tree = ast.parse((PROJECT_FOLDER / file).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found: dict[str, str | None] = {}
    for function in functions:
        for decorator in function.decorator_list:
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if "task" in ast.unparse(called).split("."):
                words = decorator.keywords if isinstance(decorator, ast.Call) else []
                stated = {word.arg: ast.unparse(word.value) for word in words}
                found[_name(stated.get("task_id", repr(function.name)))] = stated.get("pool")
    return found


def _name(word: str) -> str:
    """Return the name of a task, which the code states as a text or as a constant of `names`."""
    return str(getattr(names, word)) if word.isidentifier() else str(ast.literal_eval(word))


def policies() -> list[Mapping[str, Any]]:
    return [manifest for manifest in all_manifests() if manifest["kind"] == "NetworkPolicy"]


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether a selector of Kubernetes takes a pod with these labels."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for condition in selector.get("matchExpressions", []):
        assert condition["operator"] == "In"
        if labels.get(condition["key"]) not in condition["values"]:
            return False
    return True


def targets(labels: Mapping[str, str]) -> set[str]:
    """Return the servers that a pod with these labels may reach, by all policies together."""
    rules = [
        rule
        for policy in policies()
        if "Egress" in policy["spec"]["policyTypes"] and selects(policy["spec"]["podSelector"], labels)
        for rule in policy["spec"].get("egress", [])
    ]
    found: set[str] = set()
    for peer in (peer for rule in rules for peer in rule["to"]):
        if "ipBlock" in peer:
            found.add(peer["ipBlock"]["cidr"])
        else:
            found |= set(peer["podSelector"]["matchLabels"].values()) - {RELEASE}
    return found


def _task(dag: str, task: str) -> dict[str, str]:
    """Return the labels of a task's pod: the template's, and those that Airflow's executor adds."""
    labels: dict[str, str] = task_pod()["metadata"]["labels"]
    return labels | {"dag_id": dag, "task_id": task}


def test_nothing_is_allowed_that_no_policy_allows() -> None:
    closed = [policy["spec"] for policy in policies() if policy["spec"]["podSelector"] == {}]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in closed


def test_only_the_tasks_that_ask_the_source_get_out() -> None:
    known = tasks_by_dag()
    asking = {(dag, task) for dag, tasks in known.items() for task, pool in tasks.items() if pool == "SITE_POOL"}
    assert POOLS.keys() >= {SITE_POOL}
    assert asking == {
        (dag, task) for dag, tasks in known.items() for task in tasks if targets(_task(dag, task)) & INTERNET
    }
    assert asking


def test_a_task_reaches_names_the_api_server_and_the_store_and_no_more_than_it_needs() -> None:
    more = {
        "serve": {POSTGRESQL},
        "tell": {MAIL},
        "plan": INTERNET,
        "acquire": INTERNET,
        "data_tables": INTERNET,
        "look": INTERNET,
    }
    for dag, tasks in tasks_by_dag().items():
        for task in tasks:
            assert targets(_task(dag, task)) == {NAMES, API_SERVER, STORE} | more.get(task, set()), (dag, task)


@pytest.mark.parametrize(
    ("component", "expected"),
    [
        ("api-server", {NAMES, POSTGRESQL, STORE, KUBERNETES}),
        ("scheduler", {NAMES, POSTGRESQL, KUBERNETES}),
        ("dag-processor", {NAMES, POSTGRESQL, STORE, MAIL}),
        ("triggerer", {NAMES, POSTGRESQL}),
        ("run-airflow-migrations", {NAMES, POSTGRESQL}),
        ("airflow-cleanup-pods", {NAMES, POSTGRESQL, KUBERNETES}),
    ],
)
def test_a_part_of_airflow_reaches_what_it_needs(component: str, expected: set[str]) -> None:
    assert targets({"release": RELEASE, "component": component, "tier": "airflow"}) == expected


def test_nobody_but_tasks_reaches_the_api_server() -> None:
    open_to = [
        (policy["spec"]["podSelector"], rule) for policy in policies() for rule in policy["spec"].get("ingress", [])
    ]
    [(selector, rule)] = open_to
    assert selects(selector, {"release": RELEASE, "component": "api-server"})
    [peer] = rule["from"]
    assert selects(peer["podSelector"], _task(ANNUAL_LETTERS, "read"))


def test_what_gets_out_does_not_get_into_private_networks() -> None:
    [policy] = [one for one in policies() if one["metadata"]["name"] == "asking-the-source"]
    closed = [
        ipaddress.ip_network(network)
        for peer in policy["spec"]["egress"][0]["to"]
        for network in peer["ipBlock"]["except"]
    ]
    for address in (
        "10.1.2.3",
        "172.20.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "127.0.0.1",
        "fd00::1",
        "fe80::1",
    ):
        assert any(ipaddress.ip_address(address) in network for network in closed), address


def test_the_readme_names_each_address_that_has_to_be_replaced() -> None:
    blocks = {
        peer["ipBlock"]["cidr"]
        for policy in policies()
        for rule in policy["spec"].get("egress", [])
        for peer in rule["to"]
        if "ipBlock" in peer
    }
    placeholders = {block for block in blocks - INTERNET if ipaddress.ip_network(block).subnet_of(PLACEHOLDERS)}  # type: ignore[arg-type]
    assert placeholders == blocks - INTERNET
    readme = (DEPLOY_FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(block in readme for block in placeholders)
