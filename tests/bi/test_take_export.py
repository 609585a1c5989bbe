"""A changed dashboard comes from Superset's export into the repository."""

import shutil
import zipfile
from pathlib import Path

import pytest
import yaml

from bi.take_export import DASHBOARD, ExportError, take
from tests.bi.export import EXPORT, read_export


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DASHBOARD, tmp_path / "dashboard"))


def _export(file: Path, changes: dict[str, str | None] | None = None) -> Path:
    """Write an export into a zip file, as Superset does: in one folder, with the time and with numbers in names."""
    texts: dict[str, str | None] = {}
    for number, (path, content) in enumerate(sorted(EXPORT.files.items())):
        if path == "metadata.yaml":
            content = {**content, "timestamp": "2026-11-28T18:56:59+00:00"}
        is_numbered = path.startswith(("charts/", "dashboards/", "datasets/"))
        texts[path.replace(".yaml", f"_{number}.yaml") if is_numbered else path] = yaml.safe_dump(content)
    with zipfile.ZipFile(file, "w") as bundle:
        for path, text in (texts | (changes or {})).items():
            if text is not None:
                bundle.writestr(f"dashboard_export_20261128T185659/{path}", text)
    return file


def test_an_export_without_a_change_changes_nothing_but_the_order_of_lines(folder: Path, tmp_path: Path) -> None:
    take(_export(tmp_path / "export.zip"), folder)
    assert read_export(folder) == EXPORT
    sql = next((folder / "datasets").rglob("*.yaml")).read_text(encoding="utf-8")
    assert "\nsql: |\n  with names as (\n" in sql


def test_a_new_chart_comes_and_the_database_stays_as_the_repository_has_it(folder: Path, tmp_path: Path) -> None:
    changes: dict[str, str | None] = {
        "charts/Mine_99.yaml": "slice_name: Mine\n",
        "databases/Redress.yaml": "sqlalchemy_uri: postgresql://elsewhere\n",
    }
    take(_export(tmp_path / "export.zip", changes), folder)
    now = read_export(folder)
    assert now.files.pop("charts/Mine.yaml") == {"slice_name": "Mine"}
    assert now == EXPORT


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"metadata.yaml": None}, "no export of one dashboard"),
        ({"dashboards/Another_2.yaml": "dashboard_title: Another\n"}, "no export of one dashboard"),
        ({"charts/Same_1.yaml": "a: 1\n", "charts/Same_2.yaml": "a: 2\n"}, "two files charts/Same.yaml"),
        ({"../../elsewhere.yaml": "a: 1\n"}, "outside its folder"),
        ({"charts/Mine_99.yaml": "a: [1\n"}, "a file that is no YAML"),
        ({"metadata.yaml": "1.0.0\n"}, r"metadata\.yaml that names no values: '1\.0\.0'"),
    ],
)
def test_another_file_is_refused_and_nothing_changes(
    folder: Path, tmp_path: Path, changes: dict[str, str | None], told: str
) -> None:
    with pytest.raises(ExportError, match=told):
        take(_export(tmp_path / "export.zip", changes), folder)
    assert read_export(folder) == EXPORT
    assert not (tmp_path / "elsewhere.yaml").exists()


def test_a_file_that_is_no_zip_is_refused_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "export.zip").write_text("no zip")
    with pytest.raises(ExportError, match="cannot be read as an export of Superset"):
        take(tmp_path / "export.zip", folder)
