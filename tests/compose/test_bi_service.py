"""Superset, started as docker-compose.yml says, reads a release from PostgreSQL and cannot change it."""

from pathlib import Path

import httpx
import pytest

from bi.prepare import USER
from bi.up import ENVIRONMENT
from redress.warehouse.serving.postgres import Postgres
from tests.compose.composition import SECRETS, command
from tests.compose.password_server import password_server
from tests.compose.processes import processes

pytestmark = pytest.mark.needs("superset")

HEALTHY_SECONDS = 240


@pytest.mark.long
def test_superset_answers_from_postgresql_as_a_reader_and_stays_out_of_what_it_may_not(
    cookbook_release: Path, tmp_path: Path
) -> None:
    if not (ENVIRONMENT / "bin" / "gunicorn").exists():
        pytest.skip(f"{ENVIRONMENT} is not there: make bi installs it")
    with password_server() as server, processes(tmp_path, server, ENVIRONMENT) as services:
        services.run_to_end("databases")
        worker = command(services.services, "worker").here(server.places, {}, [])
        Postgres(worker.environment["REDRESS_SERVE_URL"]).serve(cookbook_release)
        services.start("bi")
        services.wait_until_healthy("bi", HEALTHY_SECONDS)
        assert SECRETS["BI_PASSWORD"] not in Path(f"/proc/{services.running['bi'].pid}/environ").read_text()
        with httpx.Client(base_url=services.bi_address, timeout=60) as client:
            assert client.get("/api/v1/dashboard/").json().get("count", 0) == 0
            login = {"username": USER, "password": SECRETS["BI_PASSWORD"], "provider": "db"}
            client.headers["Authorization"] = (
                f"Bearer {_post(client, '/api/v1/security/login', login)['access_token']}"
            )
            [dataset] = [
                one["id"]
                for one in client.get("/api/v1/dataset/").json()["result"]
                if one["table_name"] == "councils_by_season"
            ]
            queries = [
                {
                    "columns": ["uphold_rate_pct"],
                    "filters": [
                        {"col": "short_name", "op": "==", "val": "Harrowmere"},
                        {"col": "season", "op": "==", "val": 2023},
                    ],
                }
            ]
            asked = {"datasource": {"id": dataset, "type": "table"}, "queries": queries}
            assert _post(client, "/api/v1/chart/data", asked)["result"][0]["data"] == [{"uphold_rate_pct": 83.0}]
            for forbidden in ("delete from marts.dim_year", "create table marts.mine (one integer)"):
                statement = {"database_id": 1, "sql": forbidden, "schema": "marts"}
                assert not _send(client, "/api/v1/sqllab/execute/", statement).is_success, forbidden


def _send(client: httpx.Client, path: str, body: object) -> httpx.Response:
    headers = {"Referer": str(client.base_url)}
    if "Authorization" in client.headers:
        headers["X-CSRFToken"] = client.get("/api/v1/security/csrf_token/").json()["result"]
    return client.post(path, json=body, headers=headers)


def _post(client: httpx.Client, path: str, body: object) -> dict[str, list[dict[str, object]]]:
    response = _send(client, path, body)
    assert response.is_success, response.text
    content: dict[str, list[dict[str, object]]] = response.json()
    return content
