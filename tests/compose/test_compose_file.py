"""docker-compose.yml and .env.example are valid, closed to the outside, and agree with the project."""

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

from redress.orchestration.names import POOLS
from redress.settings import PROJECT_FOLDER, Settings
from tests.compose.composition import (
    COMPOSE_FILE,
    SECRETS,
    MissingVariableError,
    composition,
    image_environment,
    project,
    raw,
    variables,
)

pytestmark = pytest.mark.needs("airflow")

ONCE = {"databases", "airflow-init"}
"""The services that do their work once and end. All other services stay."""
BI = "bi"
AIRFLOW = {"airflow-init", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
SHARED_SECRETS = ("AIRFLOW__API__SECRET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__CORE__FERNET_KEY")
CELERY_OPTIONS = {
    "AIRFLOW__CELERY__BROKER_URL",
    "AIRFLOW__CELERY__RESULT_BACKEND",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY",
    "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT",
}
"""The options of the Celery provider. Airflow does not know them here, because the provider is installed in the
image, and not where the tests run."""
OF_ITS_OWN_PLACE = {"REDRESS_HOME", "REDRESS_SERVE_URL", "REDRESS_BI_URL"}
"""The settings that Airflow's services do not take from outside. The image sets REDRESS_HOME, docker-compose.yml
sets REDRESS_SERVE_URL, and REDRESS_BI_URL is for `make bi`, which no container runs."""
STORE_KEYS = {
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
}
VOLUMES_OF_IMAGES = {"postgres": "/var/lib/postgresql", "redis": "/data"}
"""For each image, the folder for which the image declares a volume. If a service mounts nothing there, Docker makes
a volume without a name."""
LONGEST_RESTART_SECONDS = 60
"""The most seconds before an api-server that has gone is started again, and also the most seconds from that start
until the api-server answers."""
SECONDS_OF_A_FAILED_TRY = 5
"""The seconds that a failed request of a task to the api-server takes: Airflow's default for [workers]
execution_api_timeout. A request to a name that is not found took up to 5 s too."""
SCHEDULERS_PATIENCE_SECONDS = 300
"""The seconds without a heartbeat after which the scheduler takes a task for lost: Airflow's default for
[scheduler] task_instance_heartbeat_timeout."""
STOP_SECONDS = 30
"""The fewest seconds that a service of Airflow, or PostgreSQL, needs to get for its stop. The longest stop in a
trial was the triggerer's, 12.4 s, and on a busy machine a stop takes longer."""
POOL_COMMAND = re.compile(r'^airflow pools set (\w+) 1 "(.*)"$', re.MULTILINE)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    content: dict[str, Any] = composition()["services"]
    return content


def test_the_file_is_valid_by_the_compose_specification() -> None:
    ended = _check_schema(str(COMPOSE_FILE))
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_file_that_is_not_valid_is_found_by_that_check(tmp_path: Any) -> None:
    content = raw()
    content["services"]["scheduler"]["restarts"] = "always"
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(yaml.safe_dump(content))
    ended = _check_schema(str(wrong))
    assert ended.returncode != 0
    assert "restarts" in ended.stdout


def _check_schema(path: str) -> subprocess.CompletedProcess[str]:
    """Check a file against the Compose Specification's JSON schema, as the library ships it, without a network."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", path]
    return subprocess.run(check, capture_output=True, text=True, check=False)


def test_the_services_are_these_and_each_of_airflows_runs_the_same_image(services: dict[str, Any]) -> None:
    assert set(services) == AIRFLOW | {BI, "databases", "postgres", "redis"}
    assert {services[name]["image"] for name in AIRFLOW} == {f"redress:{project()['version']}"}
    assert [name for name in services if "build" in services[name]] == ["airflow-init", BI]
    assert services[BI]["image"] == f"redress-bi:{project()['version']}"
    assert {name for name in services if "profiles" in services[name]} == {BI}


def test_every_published_port_is_on_loopback(services: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert set(ports) == {"api-server", BI, "postgres"}
    assert {port["host_ip"] for published in ports.values() for port in published} == {"127.0.0.1"}
    assert not [name for name, service in services.items() if "network_mode" in service]


def test_no_service_has_a_capability_or_gets_one_or_runs_as_root(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service.get("cap_drop") == ["ALL"], name
        assert service.get("security_opt") == ["no-new-privileges:true"], name
        assert not {"cap_add", "privileged", "devices", "pid", "ipc"} & set(service), name
    others = {
        name: services[name].get("user") for name in set(services) - AIRFLOW - {BI}
    }  # Airflow's image and Superset's have users of their own
    assert others == {"databases": "postgres", "postgres": "postgres", "redis": "redis"}


def test_no_service_takes_the_memory_of_the_whole_machine(services: dict[str, Any]) -> None:
    units = {"m": 1, "g": 1024}
    limits = {name: service.get("mem_limit", "") for name, service in services.items()}
    assert [name for name, limit in limits.items() if not re.fullmatch(r"\d+[mg]", limit)] == []
    megabytes = {name: int(limit[:-1]) * units[limit[-1]] for name, limit in limits.items()}
    assert megabytes["worker"] == max(megabytes.values())


def test_each_service_shares_networks_with_what_it_needs_and_with_nothing_else(services: dict[str, Any]) -> None:
    networks = {name: set(service["networks"]) for name, service in services.items()}
    servers = {
        "postgres": {*AIRFLOW, BI, "databases"},
        "redis": {"scheduler", "worker"},
        "api-server": {"worker"},
    }
    for server, clients in servers.items():
        assert clients <= {name for name in networks if networks[name] & networks[server]}, server
    assert networks["worker"] & networks["postgres"] == {"serving"}
    assert {name for name in networks if "metadata" in networks[name]} == {
        *AIRFLOW - {"worker"},
        "databases",
        "postgres",
    }
    assert {name for name in networks if "queue" in networks[name]} == {"redis", "scheduler", "worker"}
    declared = composition()["networks"]
    assert set(declared) == set().union(*networks.values())
    inside = {name for name, network in declared.items() if (network or {}).get("internal")}
    assert {name for name in networks if not networks[name] - inside} == {
        "airflow-init",
        "databases",
        "redis",
        "scheduler",
        "triggerer",
    }


def test_a_worker_knows_neither_the_address_nor_the_password_of_the_metadata(services: dict[str, Any]) -> None:
    assert not _holds(services["worker"], SECRETS["AIRFLOW_DB_PASSWORD"])
    assert _holds(services["scheduler"], SECRETS["AIRFLOW_DB_PASSWORD"])
    results = {services[name]["environment"]["AIRFLOW__CELERY__RESULT_BACKEND"] for name in ("scheduler", "worker")}
    assert len(results) == 1


def test_nothing_can_be_written_but_volumes_and_folders_in_memory(services: dict[str, Any]) -> None:
    for name in set(services) - {BI}:
        service = services[name]
        assert service.get("read_only") is True, name
        assert "/tmp" in {entry.partition(":")[0] for entry in service["tmpfs"]}, name  # noqa: S108 - a container's


@pytest.mark.parametrize("missing", sorted(SECRETS))
def test_without_any_one_secret_nothing_starts(missing: str) -> None:
    for values in (dict(SECRETS, **{missing: ""}), {name: SECRETS[name] for name in SECRETS if name != missing}):
        with pytest.raises(MissingVariableError, match=missing):
            composition(values)


def test_what_has_a_default_is_no_secret() -> None:
    defaults = {name: default for name, default in variables(raw()).items() if default is not None}
    assert defaults == {
        "AIRFLOW_PORT": "8080",
        "BI_PORT": "8088",
        "SERVING_PORT": "5432",
        "WORKER_CONCURRENCY": "2",
        "WORKER_MEMORY": "8g",
        "INCOMING_FOLDER": "./samples",
    }
    assert set(variables(raw())) - set(defaults) == set(SECRETS)


def test_no_secret_is_written_into_the_file(services: dict[str, Any]) -> None:
    secret_names = re.compile(r"PASSWORD$|SECRET|_KEY$|_CONN|BROKER_URL|RESULT_BACKEND|SERVE_URL")
    written = raw()["services"]
    held = [
        (service, name, str(value))
        for service in services
        for name, value in written[service].get("environment", {}).items()
        if secret_names.search(name)
        and value is not None  # without a value it comes from outside, or not at all
        and not str(value).startswith("sqlite")  # a file, with no password
    ]
    assert held
    assert [entry for entry in held if ":?" not in entry[2]] == []


def test_the_example_names_every_variable_and_holds_no_secret() -> None:
    lines = (PROJECT_FOLDER / ".env.example").read_text().splitlines()
    entries = [re.fullmatch(r"(# )?([A-Z_]+)=(.*)", line) for line in lines]
    stated = {entry[2]: entry[3] for entry in entries if entry}
    passed_on = {name for service in raw()["services"].values() for name in _passed_on(service)}
    assert set(stated) == set(variables(raw())) | passed_on
    assert {name for name, value in stated.items() if name in SECRETS and value} == set()
    assert {entry[2] for entry in entries if entry and not entry[1]} == set(SECRETS)


def _passed_on(service: dict[str, Any]) -> set[str]:
    return {name for name, value in service.get("environment", {}).items() if value is None}


def test_the_file_with_secrets_goes_neither_into_git_nor_into_the_image() -> None:
    assert "/.env" in (PROJECT_FOLDER / ".gitignore").read_text().splitlines()
    taken = [line for line in (PROJECT_FOLDER / ".dockerignore").read_text().splitlines() if line[:1] == "!"]
    assert (PROJECT_FOLDER / ".dockerignore").read_text().splitlines()[1] == "*"
    assert not [line for line in taken if ".env" in line]


def test_every_service_that_stays_has_a_health_check_and_comes_back(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if "healthcheck" in service} == set(services) - ONCE
    assert {services[name]["restart"] for name in ONCE} == {"no"}
    assert {services[name]["restart"] for name in set(services) - ONCE} == {"unless-stopped"}


def test_what_any_service_prints_is_bounded(services: dict[str, Any]) -> None:
    bounds = {name: service["logging"]["options"] for name, service in services.items()}
    assert [name for name, bound in bounds.items() if set(bound) != {"max-size", "max-file"}] == []
    assert {service["logging"]["driver"] for service in services.values()} == {"json-file"}


def test_every_service_of_airflow_has_the_time_to_stop_that_it_takes(services: dict[str, Any]) -> None:
    seconds = {"s": 1, "m": 60}
    given = {name: services[name].get("stop_grace_period", "10s") for name in (*AIRFLOW, "postgres")}
    short = {name for name, time in given.items() if int(time[:-1]) * seconds[time[-1]] < STOP_SECONDS}
    assert short == set()


def test_everything_waits_for_what_it_needs(services: dict[str, Any]) -> None:
    conditions = {
        (name, on): wait["condition"]
        for name, service in services.items()
        for on, wait in service.get("depends_on", {}).items()
    }
    expected = {(name, "airflow-init"): "service_completed_successfully" for name in AIRFLOW - ONCE}
    expected |= {(name, on): "service_healthy" for name in AIRFLOW - ONCE for on in ("postgres", "redis")}
    expected[("worker", "api-server")] = "service_healthy"  # so the worker stops first
    expected[("airflow-init", "databases")] = "service_completed_successfully"
    expected[(BI, "databases")] = "service_completed_successfully"
    expected[("databases", "postgres")] = "service_healthy"
    assert conditions == expected


def test_pools_are_created_as_the_dags_name_them_with_one_slot(services: dict[str, Any]) -> None:
    command = services["airflow-init"]["command"][-1]
    created = re.findall(r"^airflow pools set (\w+) (\d+) ", command, re.MULTILINE)
    assert dict(created) == dict.fromkeys(POOLS, "1")
    assert dict(POOL_COMMAND.findall(command)) == POOLS


def test_the_dags_page_creates_the_same_pools_by_hand() -> None:
    assert dict(POOL_COMMAND.findall((PROJECT_FOLDER / "dags" / "README.md").read_text())) == POOLS


def test_who_signs_and_who_checks_have_the_same_keys(services: dict[str, Any]) -> None:
    for name in SHARED_SECRETS:
        values = {services[service]["environment"][name] for service in AIRFLOW}
        assert len(values) == 1, name
        assert values <= set(SECRETS.values()), name
    assert len({services["scheduler"]["environment"][name] for name in SHARED_SECRETS}) == len(SHARED_SECRETS)


def test_workers_find_the_execution_api_at_the_api_server(services: dict[str, Any]) -> None:
    address = services["worker"]["environment"]["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
    port = services["api-server"]["ports"][0]["target"]
    assert address == f"http://api-server:{port}/execution/"


def test_nobody_comes_in_without_a_password(services: dict[str, Any]) -> None:
    given = services["api-server"]["environment"]
    assert given["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "False"
    assert given["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] == "admin:ADMIN"
    assert given["AIRFLOW__CORE__AUTH_MANAGER"].endswith(".SimpleAuthManager")


def test_only_the_worker_publishes_and_only_the_api_server_knows_the_login(services: dict[str, Any]) -> None:
    for secret, holders in (
        (SECRETS["PUBLISHER_DB_PASSWORD"], {"databases", "worker"}),
        (SECRETS["AIRFLOW_ADMIN_PASSWORD"], {"api-server"}),
        (SECRETS["BI_DB_PASSWORD"], {BI, "databases"}),
        (SECRETS["BI_PASSWORD"], {BI}),
        (SECRETS["POSTGRES_PASSWORD"], {"databases", "postgres"}),
    ):
        assert {name for name, service in services.items() if _holds(service, secret)} == holders


def _holds(node: object, secret: str) -> bool:
    below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return secret in node if isinstance(node, str) else any(_holds(part, secret) for part in below)


def test_every_setting_reaches_all_services_of_airflow_or_has_a_place_of_its_own(services: dict[str, Any]) -> None:
    names = {f"REDRESS_{name.upper()}" for name in Settings.model_fields}
    for service in AIRFLOW:
        assert names - OF_ITS_OWN_PLACE == {
            name for name in _passed_on(raw()["services"][service]) if name.startswith("REDRESS_")
        }, service
    assert {"REDRESS_HOME"} <= set(image_environment())
    assert "REDRESS_SERVE_URL" in services["worker"]["environment"]


def test_the_keys_of_the_object_store_reach_tasks_and_those_who_show_and_mail_what_lies_there() -> None:
    for name, service in raw()["services"].items():
        holders = {"api-server", "dag-processor", "worker"}
        assert (_passed_on(service) & STORE_KEYS) == (STORE_KEYS if name in holders else set()), name


def test_no_service_leaves_a_volume_without_a_name(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for image, folder in VOLUMES_OF_IMAGES.items():
            if service["image"].startswith(f"{image}:"):
                named = {volume.split(":")[1] for volume in service.get("volumes", [])}
                assert folder in named | set(service.get("tmpfs", [])), name


def test_a_task_outlives_a_minute_without_the_api_server_and_is_lost_before_the_scheduler_says_so(
    services: dict[str, Any],
) -> None:
    environment = services["worker"]["environment"]
    tries = int(environment["AIRFLOW__WORKERS__EXECUTION_API_RETRIES"])
    wait = int(environment["AIRFLOW__WORKERS__EXECUTION_API_RETRY_WAIT_MAX"]) / 2  # on average: drawn at random
    failed = int(environment["AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS"])
    assert tries * wait > 2 * LONGEST_RESTART_SECONDS
    assert failed * tries * (wait + SECONDS_OF_A_FAILED_TRY) < SCHEDULERS_PATIENCE_SECONDS


def test_every_redress_variable_is_a_setting(services: dict[str, Any]) -> None:
    given = {name for service in services.values() for name in service.get("environment", {})} | set(
        image_environment()
    )
    redress = {name for name in given if name.startswith("REDRESS_")}
    assert {"REDRESS_HOME", "REDRESS_SERVE_URL"} <= redress
    assert redress <= {f"REDRESS_{name.upper()}" for name in Settings.model_fields}


def test_every_airflow_variable_is_an_option_of_airflow(services: dict[str, Any]) -> None:
    from airflow.configuration import retrieve_configuration_description  # Airflow takes seconds to import

    given = {name for service in services.values() for name in service.get("environment", {})} | set(
        image_environment()
    )
    known = {
        f"AIRFLOW__{section.upper()}__{option.upper()}"
        for section, described in retrieve_configuration_description().items()
        for option in described["options"]
    }
    known |= CELERY_OPTIONS
    ours = {name for name in given if name.startswith("AIRFLOW__")}
    assert ours - known == set()


def test_every_command_of_airflows_is_one_that_airflow_has(services: dict[str, Any]) -> None:
    from airflow.cli.cli_parser import get_parser

    parser = get_parser()
    called = [
        line.removeprefix("exec ").replace('"', "").split(" ")
        for service in services.values()
        for words in (service.get("command", []), service.get("healthcheck", {}).get("test", [])[1:])
        for line in ([" ".join(words)] if words[:1] == ["airflow"] else str(words[-1:]).splitlines())
        if line.removeprefix("exec ").startswith("airflow ")
    ]
    checked = [words[1:] for words in called if words[1] not in {"celery", "pools"}]
    assert ["scheduler"] in checked
    for words in checked:
        parser.parse_args(words)


def test_superset_reads_as_a_reader_and_never_as_the_publisher(services: dict[str, Any]) -> None:
    assert services[BI]["environment"]["BI_DATABASE"].startswith("postgresql+psycopg2://redress_bi:")
    assert "grant redress_reader to redress_bi;" in (PROJECT_FOLDER / "compose" / "databases.sql").read_text()
