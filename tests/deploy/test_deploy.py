"""The files of deploy/ are valid for Kubernetes, closed to the outside, and agree with the project and image."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import kubernetes_validate
import pytest
import yaml

from redress.orchestration.names import POOLS
from redress.settings import PROJECT_FOLDER, Settings
from tests.compose.composition import image_environment
from tests.deploy.manifests import (
    DEPLOY_FOLDER,
    RELEASE,
    all_manifests,
    configuration,
    environment,
    task_pod,
    values,
)

VERSIONS = ("1.32", "1.37")
"""The versions of Kubernetes against which the manifests are checked: the oldest and the newest one."""
COMPONENTS = ("apiServer", "scheduler", "dagProcessor", "triggerer", "migrateDatabaseJob", "cleanup")
TASK_FOLDERS = {"/tmp", "/var/lib/airflow", "/var/lib/redress"}  # noqa: S108 - of a pod
CHART_KEYS = DEPLOY_FOLDER.parent / "tests" / "deploy" / "chart_keys.yml"
README = (DEPLOY_FOLDER / "README.md").read_text(encoding="utf-8")
USER = 10001
POOL_COMMAND = re.compile(r'^airflow pools set (\w+) 1 "(.*)"$', re.MULTILINE)
SECRET_WORD = re.compile(r"(?i)password|secret|token|key")


# --- Valid ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_each_manifest_is_one_of_kubernetes_api(version: str) -> None:
    for manifest in all_manifests():
        kubernetes_validate.validate(manifest, version, strict=True)


def test_a_manifest_with_a_wrong_word_is_refused() -> None:
    pod = task_pod() | {"spec": task_pod()["spec"] | {"automountServiceAccountTokens": False}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(pod, VERSIONS[-1], strict=True)


def test_the_values_have_only_keys_that_the_chart_has() -> None:
    known = yaml.safe_load(CHART_KEYS.read_text(encoding="utf-8"))
    assert list(_unknown(values(), known, "")) == []


def test_the_parts_of_the_values_that_are_kubernetes_own_are_valid() -> None:
    """Check the values that the chart hands on to Kubernetes' API: security contexts, resources, volumes and
    mounts.
    """
    for component in COMPONENTS:
        stated = values()[component]
        container = {
            "name": component,
            "image": "image",
            "resources": stated["resources"],
            "securityContext": stated["securityContexts"]["container"],
            "volumeMounts": values()["volumeMounts"] + stated.get("extraVolumeMounts", []),
        }
        spec = {
            "containers": [container],
            "securityContext": stated["securityContexts"]["pod"],
            "volumes": values()["volumes"] + stated.get("extraVolumes", []),
        }
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "part"}, "spec": spec}
        kubernetes_validate.validate(pod, VERSIONS[-1], strict=True)


# --- At one with the project ------------------------------------------------------------------------------


def test_the_image_is_of_this_version_and_the_same_for_airflow_and_for_tasks() -> None:
    project = tomllib.loads((PROJECT_FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    image = values()["images"]["airflow"]
    assert image["tag"] == project["version"]
    assert _container(task_pod())["image"] == f"{image['repository']}:{image['tag']}"


def test_the_chart_is_told_the_version_of_airflow_that_the_image_has() -> None:
    locked = (PROJECT_FOLDER / "requirements-compose.lock").read_text(encoding="utf-8")
    assert f"\napache-airflow-core=={values()['airflowVersion']} " in locked
    assert "\napache-airflow-providers-cncf-kubernetes==" in locked


def test_each_setting_is_one_of_redress_and_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = {name for name in environment() if name.startswith("REDRESS_")}
    assert stated <= {f"REDRESS_{name.upper()}" for name in Settings.model_fields}
    for name in stated:
        monkeypatch.setenv(name, environment()[name])
    assert Settings().state_address == environment()["REDRESS_STATE"]


def test_the_folders_are_the_images() -> None:
    image = image_environment()
    assert image["AIRFLOW_HOME"] == values()["airflowHome"]
    assert {image["AIRFLOW_HOME"], image["REDRESS_HOME"]} < TASK_FOLDERS
    assert {mount["mountPath"] for mount in values()["volumeMounts"]} == TASK_FOLDERS


def test_the_pools_are_made_at_each_installation_with_their_purpose() -> None:
    [*_, script] = values()["migrateDatabaseJob"]["args"]
    assert dict(POOL_COMMAND.findall(script)) == dict(POOLS)
    assert script.index("airflow db migrate") < script.index("airflow pools")


def test_tasks_find_the_api_server_by_the_name_that_the_chart_gives_it() -> None:
    assert values()["fullnameOverride"] == RELEASE
    assert values()["useStandardNaming"] is True
    address = environment()["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
    assert address == f"http://{RELEASE}-api-server:8080/execution/"
    assert f"helm upgrade --install {RELEASE} " in README


@pytest.mark.needs("airflow")
def test_every_option_of_airflow_is_one_that_it_knows() -> None:
    from airflow.configuration import conf  # takes a second: only here

    known = {
        (section, option)
        for section, options in conf.configuration_description.items()
        for option in options["options"]
    }
    of_the_provider = {"AIRFLOW__KUBERNETES_EXECUTOR__DELETE_WORKER_PODS"}
    stated = (
        configuration().keys() | {name for name in environment() if name.startswith("AIRFLOW__")}
    ) - of_the_provider
    asked = {tuple(name.removeprefix("AIRFLOW__").lower().split("__")) for name in stated}
    assert asked - known == set()


# --- Closed in --------------------------------------------------------------------------------------------


def _contexts() -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield the pod's and the container's security context of each part, with the part's name."""
    for component in COMPONENTS:
        contexts = values()[component]["securityContexts"]
        yield component, contexts["pod"], contexts["container"]
        wait = values()[component].get("waitForMigrations")
        if wait is not None:
            yield f"{component}, waiting", contexts["pod"], wait["securityContexts"]["container"]
    yield "default", values()["securityContexts"]["pod"], values()["securityContexts"]["containers"]
    yield "task", task_pod()["spec"]["securityContext"], _container(task_pod())["securityContext"]


def test_no_part_runs_as_root_or_gains_a_right_or_writes_to_its_image() -> None:
    dockerfile = (PROJECT_FOLDER / "Dockerfile").read_text(encoding="utf-8")
    assert f"useradd --uid {USER} " in dockerfile
    for part, pod, container in _contexts():
        assert pod["runAsNonRoot"], part
        assert pod["runAsUser"] == pod["runAsGroup"] == pod["fsGroup"] == USER, part
        assert pod["seccompProfile"] == {"type": "RuntimeDefault"}, part
        assert container["readOnlyRootFilesystem"], part
        assert not container["allowPrivilegeEscalation"], part
        assert container["capabilities"] == {"drop": ["ALL"]}, part
    assert values()["uid"] == values()["gid"] == USER


def test_every_part_says_what_memory_it_needs_and_what_it_may_take() -> None:
    for component in COMPONENTS:
        resources = values()[component]["resources"]
        assert resources["requests"].keys() >= {"cpu", "memory"}, component
        assert "memory" in resources["limits"], component
    task = _container(task_pod())["resources"]
    assert task["requests"].keys() == {"cpu", "memory", "ephemeral-storage"}
    assert task["limits"].keys() == {"memory", "ephemeral-storage"}


def test_every_folder_in_which_a_part_writes_has_a_largest_size() -> None:
    folders = [volume for volume in values()["volumes"] + task_pod()["spec"]["volumes"] if "emptyDir" in volume]
    assert all(volume["emptyDir"]["sizeLimit"] for volume in folders)
    assert {
        mount["mountPath"] for mount in _container(task_pod())["volumeMounts"] if not mount.get("readOnly")
    } == TASK_FOLDERS


def test_a_task_has_no_token_of_the_cluster_and_no_secret_of_airflow() -> None:
    spec, container = task_pod()["spec"], _container(task_pod())
    assert spec["automountServiceAccountToken"] is False
    [account] = [manifest for manifest in all_manifests() if manifest["kind"] == "ServiceAccount"]
    assert account["metadata"]["name"] == spec["serviceAccountName"]
    assert _secrets_of(container, spec["volumes"]) == {"redress-mail", "redress-publisher", "redress-object-store"}


def test_no_value_is_a_secret_and_the_readme_has_each_secret_that_is_asked_for() -> None:
    stated = values()
    asked = {stated[name] for name in ("fernetKeySecretName", "apiSecretKeySecretName", "jwtSecretName")}
    asked |= {stated["data"]["metadataSecretName"], *(one["secretName"] for one in stated["secret"])}
    asked |= {one["secretRef"]["name"] for one in yaml.safe_load(stated["extraEnvFrom"]) if "secretRef" in one}
    volumes = [volume for component in COMPONENTS for volume in stated[component].get("extraVolumes", [])]
    asked |= {volume["secret"]["secretName"] for volume in volumes}
    asked |= _secrets_of(_container(task_pod()), task_pod()["spec"]["volumes"])
    made = set(re.findall(r"kubectl create secret generic (\S+)", README))
    assert made == asked
    assert [name for name in environment() if SECRET_WORD.search(name)] == []
    assert "extraSecrets" not in values()
    assert [manifest for manifest in all_manifests() if manifest["kind"] == "Secret"] == []


def _secrets_of(container: Mapping[str, Any], volumes: list[Mapping[str, Any]]) -> set[str]:
    of_environment = {source["secretRef"]["name"] for source in container["envFrom"] if "secretRef" in source}
    of_variables = {
        one["valueFrom"]["secretKeyRef"]["name"]
        for one in container["env"]
        if "secretKeyRef" in one.get("valueFrom", {})
    }
    return of_environment | of_variables | {one["secret"]["secretName"] for one in volumes if "secret" in one}


def _container(pod: Mapping[str, Any]) -> Mapping[str, Any]:
    container: Mapping[str, Any]
    [container] = pod["spec"]["containers"]
    return container


def _unknown(stated: Mapping[str, Any], known: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield each key of the values that the chart does not have, and each key whose value has another type than in
    `known`. The type `any` allows every value.
    """
    for key, value in stated.items():
        if key not in known:
            yield f"{path}{key}"
        elif isinstance(known[key], Mapping):
            yield from _unknown(value, known[key], f"{path}{key}.")
        elif known[key] != "any" and not isinstance(
            value, {"text": str, "flag": bool, "number": int, "list": list}[known[key]]
        ):
            yield f"{path}{key} is no {known[key]}"
