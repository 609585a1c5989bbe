"""A stand-in for the API of a cluster: Airflow's KubernetesExecutor makes pods in it, and each pod is a process.

The stand-in answers what the executor asks: to make, list, watch, change and delete pods of one namespace. A pod
has the environment, the folders and the command that its manifest names. What a real cluster adds (networks,
limits, users, read-only file systems) is not there.
"""

import json
import os
import re
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil

PODS = re.compile(r"/api/v1/namespaces/[^/]+/pods(?:/(?P<name>[^/]+))?(?P<log>/log)?")
DISCOVERY: Mapping[str, Any] = {
    "/version": {"major": "1", "minor": "34"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": "v1",
        "resources": [
            {
                "name": "pods",
                "singularName": "pod",
                "namespaced": True,
                "kind": "Pod",
                "verbs": ["create", "delete", "get", "list", "patch", "watch"],
            }
        ],
    },
}
"""The answers, by path, to a client that asks for the API's version and for the kinds of objects in the API."""
SAMPLE_SECONDS = 0.1
MEBIBYTE = 2**20


class ManifestError(Exception):
    """A manifest names a ConfigMap, a Secret or a key that is not there. The message says which."""


@dataclass
class Peak:
    """What the processes of a pod took: the most memory at once, the seconds, and the scratch folder at the end."""

    task: str
    state: str
    memory_mebibytes: float
    seconds: float
    scratch_mebibytes: float


@dataclass
class Cluster:
    """The pods of a cluster, and what they need.

    `environment` is the image's environment. `config_maps` and `secrets` are the cluster's ConfigMaps and Secrets
    before any pod. `places` gives for each place of the cluster the place that replaces it here.
    """

    folder: Path
    environment: Mapping[str, str]
    config_maps: Mapping[str, Mapping[str, str]]
    secrets: Mapping[str, Mapping[str, str]]
    places: Mapping[str, str]
    programs: Sequence[Path]
    pods: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    peaks: list[Peak] = field(default_factory=list)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def create(self, pod: dict[str, Any]) -> dict[str, Any]:
        pod["metadata"] |= {"uid": str(uuid.uuid4()), "creationTimestamp": "2026-01-01T00:00:00Z"}
        pod["status"] = {"phase": "Pending"}
        self._tell("ADDED", pod)
        threading.Thread(target=self._run, args=(pod,), daemon=True).start()
        return pod

    def change(self, name: str, patch: Mapping[str, Any]) -> dict[str, Any]:
        pod = self.pods[name]
        labels = patch.get("metadata", {}).get("labels", {})
        pod["metadata"].setdefault("labels", {}).update(labels)
        self._tell("MODIFIED", pod)
        return pod

    def delete(self, name: str) -> dict[str, Any]:
        pod = self.pods.pop(name)
        if name in self.running:
            self.end(name)
        self._tell("DELETED", pod)
        return pod

    def end(self, name: str, *, sign: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to all processes of a pod."""
        os.killpg(self.running[name].pid, sign)

    def end_all(self) -> None:
        for name in list(self.running):
            self.end(name, sign=signal.SIGKILL)

    def log(self, name: str) -> Path:
        return self.folder / "pods" / f"{name}.log"

    def _run(self, pod: dict[str, Any]) -> None:
        name = pod["metadata"]["name"]
        [container] = pod["spec"]["containers"]
        folders = self._folders(pod, container)
        scratch_folder = folders.pop("/tmp")  # noqa: S108 - of the pod; everything here lies below a folder of that name
        variables = {variable: _replaced(value, folders) for variable, value in self._variables(container).items()}
        variables |= {"HOME": scratch_folder, "TMPDIR": scratch_folder}
        variables["PATH"] = os.pathsep.join([*map(str, self.programs), os.environ["PATH"]])
        with self.log(name).open("wb") as log:
            process = subprocess.Popen(
                container["args"],
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.folder / "pods",
            )
        self.running[name] = process
        self._tell("MODIFIED", pod, phase="Running")
        began, peak = time.monotonic(), 0.0
        while process.poll() is None:
            peak = max(peak, memory_of(process.pid))
            time.sleep(SAMPLE_SECONDS)
        self.running.pop(name)
        phase = "Succeeded" if process.returncode == 0 else "Failed"
        scratch = _size(self.folder / "pods" / name)
        labels = pod["metadata"]["labels"]
        self.peaks.append(
            Peak(
                f"{labels['dag_id']}.{labels['task_id']}",
                phase,
                peak / MEBIBYTE,
                time.monotonic() - began,
                scratch / MEBIBYTE,
            )
        )
        self._tell("MODIFIED", pod, phase=phase)

    def _folders(self, pod: Mapping[str, Any], container: Mapping[str, Any]) -> dict[str, str]:
        """Return the path here for each mounted folder of a pod, and for each place of the cluster."""
        volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
        folders = dict(self.places)
        for mount in container["volumeMounts"]:
            volume = volumes[mount["name"]]
            if "emptyDir" in volume:
                folder = self.folder / "pods" / pod["metadata"]["name"] / mount["name"]
                folder.mkdir(parents=True)
            else:
                folder = self.folder / "secrets" / volume["secret"]["secretName"]
            folders[mount["mountPath"]] = str(folder)
        return folders

    def _variables(self, container: Mapping[str, Any]) -> dict[str, str]:
        """Return the environment of a container. Raise ManifestError for a map or a key that is not there."""
        variables = dict(self.environment)
        for source in container.get("envFrom", []):
            [(kind, reference)] = source.items()
            known = self.config_maps if kind == "configMapRef" else self.secrets
            if reference["name"] not in known and not reference.get("optional"):
                raise ManifestError(f"there is no {reference['name']} for {kind}")
            variables |= known.get(reference["name"], {})
        for variable in container.get("env", []):
            if "value" in variable:
                variables[variable["name"]] = variable["value"]
                continue
            reference = variable["valueFrom"]["secretKeyRef"]
            value = self.secrets.get(reference["name"], {}).get(reference["key"])
            if value is not None:
                variables[variable["name"]] = value
            elif not reference.get("optional"):
                raise ManifestError(f"the Secret {reference['name']} has no {reference['key']}")
        return variables

    def _tell(self, kind: str, pod: dict[str, Any], *, phase: str | None = None) -> None:
        with self.changed:
            if phase is not None:
                pod["status"] = {"phase": phase}
            pod["metadata"]["resourceVersion"] = str(len(self.events) + 1)
            if kind != "DELETED":
                self.pods[pod["metadata"]["name"]] = pod
            self.events.append({"type": kind, "object": json.loads(json.dumps(pod))})
            self.changed.notify_all()


def memory_of(process_id: int) -> float:
    """Return the bytes of memory of a process and all processes below it. Pages that they share count once."""
    try:
        first = psutil.Process(process_id)
        everyone = [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    total = 0.0
    for process in everyone:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:  # it has ended meanwhile
            continue
    return total


def selected(pod: Mapping[str, Any], selector: str) -> bool:
    """Return whether a pod's labels meet all conditions of a selector: `key=value`, `key!=value` or `key`."""
    labels = pod["metadata"].get("labels", {})
    for condition in filter(None, selector.split(",")):
        key, operator, value = re.fullmatch(r"([^!=]+?)\s*(!?=?=?)\s*([^!=]*)", condition).groups()  # type: ignore[union-attr]
        is_right = key in labels if not operator else (labels.get(key) == value) != (operator == "!=")
        if not is_right:
            return False
    return True


def api_server(cluster: Cluster) -> ThreadingHTTPServer:
    """Return a server of the API on a port of loopback, not yet started."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            if address.path in DISCOVERY:
                return self._answer(200, DISCOVERY[address.path])
            found = PODS.fullmatch(address.path)
            if found is None:
                return self._answer(404, {"kind": "Status", "reason": "NotFound", "message": self.path})
            if found["log"]:
                return self._answer(200, cluster.log(found["name"]).read_text(encoding="utf-8", errors="replace"))
            if found["name"]:
                return self._of_pod(lambda: cluster.pods[found["name"]])
            if asked.get("watch", "").lower() in ("true", "1"):
                return self._watch(asked)
            with cluster.changed:
                items = [pod for pod in cluster.pods.values() if selected(pod, asked.get("labelSelector", ""))]
                version = str(len(cluster.events))
            return self._answer(
                200,
                {"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": version}, "items": items},
            )

        def do_POST(self) -> None:
            self._answer(201, cluster.create(self._body()))

        def do_PATCH(self) -> None:
            self._of_pod(lambda: cluster.change(self._name(), self._body()))

        def do_DELETE(self) -> None:
            self._body()
            self._of_pod(lambda: cluster.delete(self._name()))

        def _name(self) -> str:
            found = PODS.fullmatch(urlsplit(self.path).path)
            return "" if found is None else found["name"]

        def _body(self) -> Any:
            length = int(self.headers.get("Content-Length") or 0)
            return json.loads(self.rfile.read(length) or b"{}")

        def _of_pod(self, action: Any) -> None:
            try:
                self._answer(200, action())
            except KeyError:
                self._answer(404, {"kind": "Status", "reason": "NotFound", "code": 404})

        def _watch(self, asked: Mapping[str, str]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            seen = int(asked.get("resourceVersion") or 0)
            until = time.monotonic() + float(asked.get("timeoutSeconds") or 60)
            while time.monotonic() < until:
                with cluster.changed:
                    if len(cluster.events) == seen:
                        cluster.changed.wait(1)
                    news, seen = cluster.events[seen:], len(cluster.events)
                try:
                    for event in news:
                        if selected(event["object"], asked.get("labelSelector", "")):
                            self._chunk(json.dumps(event).encode() + b"\n")
                except ConnectionError:  # whoever watched has gone, and will come again
                    self.close_connection = True
                    return
            self._chunk(b"")

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

        def _answer(self, status: int, content: Any) -> None:
            data = content.encode() if isinstance(content, str) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if isinstance(content, str) else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server


def _replaced(text: str, places: Mapping[str, str]) -> str:
    """Return a text with each place of the cluster replaced by its place here, the longest one first."""
    known = "|".join(re.escape(place) for place in sorted(places, key=len, reverse=True))
    return re.sub(known, lambda match: places[match[0]], text)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
