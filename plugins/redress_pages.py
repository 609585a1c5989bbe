"""Airflow's plugin. It puts the figures, the reports of runs, the Data Docs and dbt's pages into Airflow's menu.

Airflow executes this file in each of its processes, so the file imports only modules that Airflow has imported
before. The pages themselves (redress.orchestration.pages) are made when the API server asks for them. Each page
reads the settings.
"""

from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

URL_PREFIX = "/redress"
CATEGORY = "browse"
VIEWS = (
    ("Redress figures", "redress-figures", "site"),
    ("Redress reports", "redress-reports", "reports"),
    ("Data Docs", "redress-data-docs", "data-docs"),
    ("dbt docs", "redress-dbt-docs", "dbt-docs"),
)
"""The entries of the menu. Each has its name, its route among Airflow's own pages, and the area of our pages that
it shows."""


def _external_view(name: str, route: str, area: str) -> dict[str, str]:
    base_path = urlsplit(conf.get("api", "base_url", fallback="")).path.rstrip("/")
    return {
        "name": name,
        "href": f"{base_path}{URL_PREFIX}/{area}/",
        "url_route": route,
        "destination": "nav",
        "category": CATEGORY,
    }


class RedressPages(AirflowPlugin):
    """The plugin: pages that are read-only, each only for people who may see Airflow's own pages."""

    name = "redress_pages"
    external_views = [_external_view(*view) for view in VIEWS]  # noqa: RUF012 - as Airflow declares it

    @cached_property
    def fastapi_apps(self) -> list[Any]:  # type: ignore[override]
        """The application that serves the pages. Airflow asks for it only in the API server."""
        from redress.orchestration.pages import pages_app

        return [{"app": pages_app(), "url_prefix": URL_PREFIX, "name": "Redress pages"}]
