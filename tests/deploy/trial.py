"""Try deploy/ without a cluster: Airflow's parts run as plain processes, and each task in a pod of a stand-in.

The commands, environments, Secrets and the pod of a task are those of deploy/; Airflow's own KubernetesExecutor
makes the pods. The object store is moto's server, and PostgreSQL comes with pip. At the end the trial prints how
much memory and scratch space the pods of each task took. What a cluster alone has (networks, limits, read-only file
systems, the chart itself) is not tried.

    python3.11 -m venv ENVIRONMENT
    ENVIRONMENT/bin/pip install --no-deps --require-hashes -r requirements-compose.lock
    ENVIRONMENT/bin/pip install --no-deps --no-build-isolation --editable .
    .venv/bin/python -m tests.deploy.trial ENVIRONMENT [--letters FOLDER --authorities FILE --season 2021]
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from redress.orchestration.names import ANNUAL_LETTERS, POOLS
from redress.settings import PROJECT_FOLDER
from tests.compose.airflow_api import TrialError, answer, require
from tests.compose.composition import SECRETS, image_environment
from tests.compose.password_server import PROGRAMS, PasswordServer, password_server
from tests.compose.processes import free_ports
from tests.deploy.cluster import MEBIBYTE, Cluster, Peak, api_server, memory_of
from tests.deploy.manifests import ENVIRONMENT, TASK_POD_FILE, configuration, environment, values

HEALTHY_SECONDS = 180
RUN_SECONDS = 1800
PARTS = {"apiServer": "api-server", "scheduler": "scheduler", "dagProcessor": "dag-processor"}
"""The parts of Airflow that a run needs: Airflow's command for each part, by the part's name in the values."""


class Parts:
    """Airflow's parts as processes, with the environment that the chart gives them."""

    def __init__(self, folder: Path, server: PasswordServer, python: Path) -> None:
        self.folder, self.server, self.programs = folder, server, [python / "bin", PROGRAMS]
        self.ports = free_ports("api", "scheduler", "log", "trigger", "worker")
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def places(self) -> dict[str, str]:
        return {
            "http://redress-api-server:8080": self.api_address,
            "http://127.0.0.1:8974": f"http://127.0.0.1:{self.ports['scheduler']}",
            "/var/lib/airflow": str(self.folder / "airflow"),
            "/var/lib/redress": str(self.folder / "redress"),
            "/etc/redress": str(self.folder / "secrets"),
            "/opt/redress": str(PROJECT_FOLDER),
        }

    @property
    def api_address(self) -> str:
        return f"http://127.0.0.1:{self.ports['api']}"

    def environment(self, cluster_address: str) -> dict[str, str]:
        metadata = (
            f"postgresql+psycopg://airflow:{SECRETS['AIRFLOW_DB_PASSWORD']}@/airflow?host={self.server.folder}"
        )
        secrets = {
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata,
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": metadata,
            "AIRFLOW__CORE__FERNET_KEY": SECRETS["AIRFLOW_FERNET_KEY"],
            "AIRFLOW__API__SECRET_KEY": SECRETS["AIRFLOW_SECRET_KEY"],
            "AIRFLOW__API_AUTH__JWT_SECRET": SECRETS["AIRFLOW_JWT_SECRET"],
        }
        chart = {
            "AIRFLOW__CORE__EXECUTOR": values()["executor"],
            "AIRFLOW__KUBERNETES_EXECUTOR__NAMESPACE": "redress",
            "AIRFLOW__KUBERNETES_EXECUTOR__POD_TEMPLATE_FILE": str(TASK_POD_FILE),
            "AIRFLOW__KUBERNETES_EXECUTOR__WORKER_CONTAINER_REPOSITORY": values()["images"]["airflow"][
                "repository"
            ],
            "AIRFLOW__KUBERNETES_EXECUTOR__WORKER_CONTAINER_TAG": values()["images"]["airflow"]["tag"],
        }
        here = {
            "HOME": str(self.folder),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.ports["api"]),
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.ports["scheduler"]),
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(self.ports["worker"]),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.ports["trigger"]),
            "AIRFLOW__KUBERNETES_EXECUTOR__IN_CLUSTER": "False",
            "AIRFLOW__KUBERNETES_EXECUTOR__CONFIG_FILE": str(self._kube_config(cluster_address)),
            "PATH": os.pathsep.join([*map(str, self.programs), os.environ["PATH"]]),
        }
        stated = image_environment() | configuration() | environment() | chart | secrets
        return {name: self._here(value) for name, value in stated.items()} | here

    def run(self, arguments: Sequence[str], variables: Mapping[str, str]) -> None:
        """Run a command to its end. Raises TrialError if the command fails."""
        ended = subprocess.run(
            [self._here(argument) for argument in arguments],
            env=dict(variables),
            capture_output=True,
            encoding="utf-8",
            check=False,
            cwd=self.folder,
        )
        if ended.returncode != 0:
            raise TrialError(f"{arguments[0]} ended with {ended.returncode}:\n{ended.stdout}\n{ended.stderr}")

    def start(self, part: str, variables: Mapping[str, str]) -> None:
        arguments = values()[part].get("args", ["bash", "-c", f"exec airflow {PARTS[part]}"])
        with (self.folder / f"{PARTS[part]}.log").open("wb") as log:
            self.running[part] = subprocess.Popen(
                [self._here(argument) for argument in arguments],
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.folder,
            )

    def is_healthy(self, variables: Mapping[str, str]) -> bool:
        """Run the scheduler's own health check, and return whether the check succeeds."""
        check = [self._here(word) for word in values()["scheduler"]["livenessProbe"]["command"]]
        return subprocess.run(check, env=dict(variables), capture_output=True, check=False).returncode == 0

    def stop(self) -> None:
        for process in reversed(self.running.values()):
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _here(self, text: str) -> str:
        for there, here in self.places.items():
            text = text.replace(there, here)
        return text

    def _kube_config(self, address: str) -> Path:
        file = self.folder / "kubeconfig"
        context = {"cluster": "stand-in", "user": "executor", "namespace": "redress"}
        file.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [{"name": "stand-in", "cluster": {"server": address}}],
                    "users": [{"name": "executor", "user": {}}],
                    "contexts": [{"name": "stand-in", "context": context}],
                    "current-context": "stand-in",
                }
            ),
            encoding="utf-8",
        )
        return file


@contextmanager
def object_store(folder: Path) -> Iterator[str]:
    """Yield the address of an S3 server with the bucket that the values name."""
    port = free_ports("store")["store"]
    with (folder / "store.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        bucket = environment()["REDRESS_STATE"].removeprefix("s3://").partition("/")[0]
        until = time.monotonic() + 60
        while True:
            try:
                if httpx.put(f"{address}/{bucket}").is_success:
                    break
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def write_secrets(folder: Path, store: str) -> None:
    """Write the Secrets that are mounted as files, as README.md of deploy/ says."""
    files = {
        "redress-object-store/config": f"[default]\nendpoint_url = {store}\nregion = us-east-1\n",
        "redress-object-store/credentials": "[default]\naws_access_key_id = key\naws_secret_access_key = secret\n",
        "login/passwords.json": json.dumps({"admin": SECRETS["AIRFLOW_ADMIN_PASSWORD"]}),
    }
    for name, content in files.items():
        file = folder / "secrets" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    (folder / "secrets" / "object-store").symlink_to("redress-object-store")


def run_season(client: httpx.Client, season: int, letters: Path) -> list[dict[str, Any]]:
    """Run `annual_letters` once, and return the run's task instances.

    Raises TrialError if a task fails or waits for another try, or if the run takes too long.
    """
    dag = f"/api/v2/dags/{ANNUAL_LETTERS}"
    deadline = time.monotonic() + HEALTHY_SECONDS
    while client.get(dag).status_code == 404 and time.monotonic() < deadline:
        time.sleep(1)
    answer(client, "PATCH", dag, {"is_paused": False})
    conf = {"season": season, "source": f"folder:{letters}"}
    started = answer(client, "POST", f"{dag}/dagRuns", {"logical_date": None, "conf": conf})
    run = f"{dag}/dagRuns/{started['dag_run_id']}"
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        tasks: list[dict[str, Any]] = answer(client, "GET", f"{run}/taskInstances")["task_instances"]
        states = {task["task_id"]: task["state"] for task in tasks}
        if answer(client, "GET", run)["state"] == "success":
            return tasks
        if {"failed", "up_for_retry"} & set(states.values()) or time.monotonic() > deadline:
            raise TrialError(f"the run is no success; its tasks are {states}")
        time.sleep(1)


def table(peaks: Sequence[Peak]) -> str:
    """Return a table of what the pods took: for each task, the largest values of its pods."""
    lines = ["| task | pods | most memory, MiB | scratch, MiB | longest, s |", "|---|---:|---:|---:|---:|"]
    for task in dict.fromkeys(peak.task for peak in peaks):
        pods = [peak for peak in peaks if peak.task == task]
        memory, scratch = max(pod.memory_mebibytes for pod in pods), max(pod.scratch_mebibytes for pod in pods)
        seconds = max(pod.seconds for pod in pods)
        lines.append(f"| {task} | {len(pods)} | {memory:.0f} | {scratch:.0f} | {seconds:.0f} |")
    return "\n".join(lines)


def trial(python: Path, folder: Path, season: int, letters: Path, authorities: Path) -> None:
    """Start Airflow's parts, run a season with a pod for each task, and print what the parts and pods took.

    Raises TrialError at the first thing that is not as it should be.
    """
    for name in ("airflow", "redress", "pods"):
        (folder / name).mkdir(parents=True)
    with password_server() as server, object_store(folder) as store:
        require("the databases", server.make_databases().returncode, 0)
        write_secrets(folder, store)
        parts = Parts(folder, server, python)
        serve_url = (
            f"postgresql://redress_publisher:{SECRETS['PUBLISHER_DB_PASSWORD']}@/redress?host={server.folder}"
        )
        extra = {"REDRESS_ADDITIONAL_AUTHORITIES": str(authorities)}
        cluster = Cluster(
            folder,
            image_environment(),
            {ENVIRONMENT: environment() | extra},
            {"redress-publisher": {"serve-url": serve_url}},
            {name: place for name, place in parts.places.items() if not name.startswith("/var")},
            parts.programs,
        )
        api = api_server(cluster)
        threading.Thread(target=api.serve_forever, daemon=True).start()
        variables = parts.environment(f"http://127.0.0.1:{api.server_address[1]}")
        try:
            parts.run(values()["migrateDatabaseJob"]["args"], variables)
            for part in PARTS:
                parts.start(part, variables)
            deadline = time.monotonic() + HEALTHY_SECONDS
            while not parts.is_healthy(variables) or not _answers(parts.api_address):
                if time.monotonic() > deadline:
                    raise TrialError(f"Airflow was not healthy within {HEALTHY_SECONDS} s; its logs: {folder}")
                time.sleep(1)
            with httpx.Client(base_url=parts.api_address, timeout=30) as client:
                login = {"username": "admin", "password": SECRETS["AIRFLOW_ADMIN_PASSWORD"]}
                token = answer(client, "POST", "/auth/token", login)["access_token"]
                client.headers["Authorization"] = f"Bearer {token}"
                pools = {pool["name"]: pool["slots"] for pool in answer(client, "GET", "/api/v2/pools")["pools"]}
                require("the pools", {name: pools.get(name) for name in POOLS}, dict.fromkeys(POOLS, 1))
                began = time.monotonic()
                tasks = run_season(client, season, letters)
            print(f"{ANNUAL_LETTERS} of {season}: {len(tasks)} task instances, {time.monotonic() - began:.0f} s")
            pods = {pod["metadata"]["labels"]["task_id"] for pod in cluster.pods.values()}
            missing = {task["task_id"] for task in tasks if task["operator_name"] != "EmptyOperator"} - pods
            require("tasks without a pod", missing, set())
            for part, process in parts.running.items():
                print(f"{PARTS[part]}: {memory_of(process.pid) / MEBIBYTE:.0f} MiB at the end")
        finally:
            print(table(cluster.peaks))
            cluster.end_all()
            parts.stop()
            api.shutdown()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api/v2/monitor/health", timeout=5).is_success
    except httpx.TransportError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environment", type=Path, help="a Python environment with requirements-compose.lock")
    parser.add_argument("--letters", type=Path, default=PROJECT_FOLDER / "samples" / "letters")
    parser.add_argument("--authorities", type=Path, default=PROJECT_FOLDER / "samples" / "authorities.csv")
    parser.add_argument("--season", type=int, default=2021)
    parser.add_argument("--logs", type=Path, help="a folder for everything that is written; kept")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # so that what was started is ended too
    with tempfile.TemporaryDirectory(prefix="redress-deploy-") as temporary:
        folder = (given.logs or Path(temporary) / "trial").absolute()
        try:
            trial(
                given.environment.absolute(),
                folder,
                given.season,
                *map(Path.absolute, (given.letters, given.authorities)),
            )
        except TrialError as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
