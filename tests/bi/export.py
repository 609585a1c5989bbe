"""The export of the dashboard in the repository, in a form that tests can ask."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml import CSafeLoader

from bi.take_export import DASHBOARD


@dataclass(frozen=True)
class Export:
    """The files of a dashboard's export, by path, and its datasets, by UUID."""

    files: dict[str, dict[str, Any]]

    def of(self, folder: str) -> dict[str, dict[str, Any]]:
        return {path: content for path, content in self.files.items() if path.startswith(f"{folder}/")}

    @property
    def datasets(self) -> dict[str, dict[str, Any]]:
        return {content["uuid"]: content for content in self.of("datasets").values()}

    @property
    def dashboard(self) -> dict[str, Any]:
        [content] = self.of("dashboards").values()
        return content


def read_export(folder: Path) -> Export:
    return Export(
        {
            path.relative_to(folder).as_posix(): yaml.load(path.read_text(encoding="utf-8"), CSafeLoader)
            for path in folder.rglob("*.yaml")
        }
    )


EXPORT = read_export(DASHBOARD)
"""The dashboard's export in this repository. Tests read this export, and do not change it."""


def columns_of(dataset: dict[str, Any]) -> set[str]:
    return {column["column_name"] for column in dataset["columns"]}


def metrics_of(dataset: dict[str, Any]) -> dict[str, str]:
    """Return the SQL of each metric of a dataset, by the metric's name."""
    return {metric["metric_name"]: metric["expression"] for metric in dataset["metrics"]}


def answer_query(dataset: dict[str, Any], by: str) -> str:
    """Return a query that gives every metric of a dataset for each value of the columns `by`."""
    metrics = ", ".join(f"{sql} as metric_{number}" for number, sql in enumerate(metrics_of(dataset).values()))
    return f"select {by}, {metrics} from ({dataset['sql']}) as asked group by {by} order by {by}"  # noqa: S608
