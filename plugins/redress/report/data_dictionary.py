"""The data dictionary: every table and column of a release in words, as Markdown made from dbt's manifest.

python -m redress.report.data_dictionary            writes docs/data-dictionary.md
python -m redress.report.data_dictionary --check    says whether the file agrees with the models
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redress.report.dbt_pages import manifest
from redress.settings import PROJECT_FOLDER
from redress.warehouse.dbt import DbtError
from redress.warehouse.dbt_artifacts import DataTest, Manifest, data_tests, models, referred_model
from redress.warehouse.release_schema import PUBLISHED_SCHEMAS

DICTIONARY = PROJECT_FOLDER / "docs" / "data-dictionary.md"
RENEWED_BY = ".venv/bin/python -m redress.report.data_dictionary"

_KINDS = {"fct": 1, "dim": 2}
"""The order of tables within a schema, by the prefix of their names: facts (1), then dimensions (2). Tables with
another prefix come first."""
_INTRODUCTION = f"""# Data dictionary

Every table of a release, column by column, in the words of its models. `{RENEWED_BY}`
writes this file, and so does `make docs`; `make check` fails where it is not what the models say.

Each table is in `warehouse.duckdb` under its schema, with the types named here. It is a CSV file in `csv/` too,
and a Parquet file in `parquet/` in which decimals are floats ([how to read them](runbooks/reading-releases.md)).
An empty (null) value is a number or a word that is not known or not stated, never zero. Names end in their unit:
`_count`, `_pct` (per cent), `_points` (percentage points; of a box on a page, points of 1/72 inch, or the page's
own UserUnit), `_per_100k` (for each 100,000 residents), `_date`. Columns that start with `is_` or `has_` are true
or false. A key ends in `_key`.

[The cookbook](cookbook.md) answers questions with these tables.
"""
_METRICS_INTRODUCTION = """Rates of several councils together, in the words of dbt's semantic layer. A tool that
reads `metrics` and `semantic_models` of dbt's `manifest.json` finds them there with the counts to divide
([how](connect/dbt.md)). A share of 1 is 100%."""


class DictionaryError(Exception):
    """A table has no description or no columns, or a column has no description or no type. The message names the
    table or column, and the file in which to add what is missing.
    """


@dataclass(frozen=True)
class _Tests:
    """What the data tests of one model check. `columns` has the rules for each column, in words, and `keys` the
    columns of each key. `references` has, for a column that refers to another model, that model and its column.
    `rules` are the other rules in words.
    """

    columns: Mapping[str, Sequence[str]]
    keys: Sequence[Sequence[str]]
    references: Mapping[str, str]
    rules: Sequence[str]


def data_dictionary(found: Manifest) -> str:
    """Return the dictionary of a manifest's published models, as Markdown. The same manifest gives the same text.

    Raises DictionaryError if a table has no description or no columns, or if a column has no description or no
    type.
    """
    published = sorted((model for model in models(found) if model["schema"] in PUBLISHED_SCHEMAS), key=_place)
    _require_descriptions(published)
    tests = data_tests(found)
    lines = [_INTRODUCTION]
    for schema, sentence in PUBLISHED_SCHEMAS.items():
        of_schema = [model for model in published if model["schema"] == schema]
        lines += [f"## {schema}", "", sentence, "", "| table | one row is | columns |", "|---|---|---:|"]
        lines += [
            f"| [{model['name']}](#{_anchor(model)}) | {_cell(_first_sentence(model['description']))} "
            f"| {len(model['columns'])} |"
            for model in of_schema
        ]
        lines.append("")
        for model in of_schema:
            lines += _table(
                model, _tests_of(model, tests.get(model["unique_id"], ()), found), _uses_of(model, found)
            )
    lines += _metrics(found)
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the dictionary or, with `--check`, check that the file agrees with the models. Return 1 if the file
    does not agree or the dictionary cannot be made, else 0.
    """
    parser = argparse.ArgumentParser(
        prog="redress.report.data_dictionary", description="Make docs/data-dictionary.md."
    )
    parser.add_argument("--check", action="store_true", help="change nothing; fail where the file is stale")
    is_check = parser.parse_args(arguments).check
    try:
        text = data_dictionary(manifest())
    except (DbtError, DictionaryError) as error:
        print(f"redress: {error}", file=sys.stderr)
        return 1
    if not is_check:
        DICTIONARY.write_text(text, encoding="utf-8")
    elif not DICTIONARY.exists() or DICTIONARY.read_text(encoding="utf-8") != text:
        print(f"{DICTIONARY} is not what the models say now; write it again: {RENEWED_BY}", file=sys.stderr)
        return 1
    return 0


def _place(model: Mapping[str, Any]) -> tuple[str, int, str]:
    name: str = model["name"]
    return model["schema"], _KINDS.get(name.partition("_")[0], 0), name


def _require_descriptions(models: Sequence[Mapping[str, Any]]) -> None:
    missing = [
        f"{name} has no {what} ({model['original_file_path']})"
        for model in models
        for name, what in _missing(model)
    ]
    if missing:
        raise DictionaryError(
            "every table and column of a release is described, in the .yml file beside its model: "
            + "; ".join(missing)
        )


def _missing(model: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield a pair for each thing that a model or its columns lack: first the name of the model or column, then
    "description", "columns" or "data_type".
    """
    if not model["description"].strip():
        yield model["name"], "description"
    if not model["columns"]:
        yield model["name"], "columns"
    for name, column in model["columns"].items():
        for what in ("description", "data_type"):
            if not (column[what] or "").strip():
                yield f"{model['name']}.{name}", what


def _tests_of(model: Mapping[str, Any], tests: Sequence[DataTest], found: Manifest) -> _Tests:
    """Return what the tests and the not-null constraints of a model check. Rules that are not about one column are
    in the order of their tests' names.
    """
    columns: dict[str, list[str]] = {}
    keys: list[list[str]] = []
    references: dict[str, str] = {}
    rules = [
        (node["name"], _in_words(node["name"]))
        for node in found["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("test_metadata") is None
        and model["unique_id"] in node["depends_on"]["nodes"]
    ]
    for name, column in model["columns"].items():
        if any(constraint["type"] == "not_null" for constraint in column["constraints"]):
            columns.setdefault(name, []).append("never null")
    for test in tests:
        column = test.column or ""
        match test.kind:
            case "unique":
                keys.append([column])
                columns.setdefault(column, []).append("unique")
            case "unique_combination":
                keys.append(test.arguments["columns"])
            case "relationships":
                references[column] = f"{referred_model(test.arguments['to'])}.{test.arguments['field']}"
            case "accepted_values":
                values = ", ".join(f"`{value}`" for value in test.arguments["values"])
                columns.setdefault(column, []).append(f"one of {values}")
            case "equal_rows_count":
                rules.append((test.name, f"as many rows as {referred_model(test.arguments['to'])}"))
            case _:
                rules.append((test.name, _in_words(test.name.removeprefix(f"{model['name']}_"))))
    return _Tests(columns, keys, references, [words for _, words in sorted(rules)])


def _uses_of(model: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return the labels of the exposures (the uses that dbt's project lists) that read a model."""
    return sorted(
        exposure["label"]
        for exposure in found["exposures"].values()
        if model["unique_id"] in exposure["depends_on"]["nodes"]
    )


def _table(model: Mapping[str, Any], tests: _Tests, uses: Sequence[str]) -> Iterator[str]:
    yield f"### {model['schema']}.{model['name']}"
    yield ""
    yield _one_line(model["description"])
    yield ""
    for key in sorted(tests.keys, key=lambda columns: (len(columns), columns)):
        yield f"- Key: {', '.join(f'`{column}`' for column in key)}. No two rows have the same."
    if not tests.keys:
        yield "- No key."
    if tests.rules:
        yield f"- Tested in every build: {'; '.join(tests.rules)}."
    if uses:
        yield f"- Read for: {'; '.join(uses)}."
    yield ""
    yield "| column | type | what it holds | it is |"
    yield "|---|---|---|---|"
    for name, column in model["columns"].items():
        holds = list(tests.columns.get(name, ()))
        if name in tests.references:
            holds.append(f"in `{tests.references[name]}`")
        yield (
            f"| `{name}` | {column['data_type']} | {_cell(_one_line(column['description']))} "
            f"| {_cell('; '.join(holds))} |"
        )
    yield ""


def _metrics(found: Manifest) -> Iterator[str]:
    """Yield the section about metrics. It has each rate that the manifest defines, with the rate's counts and
    warnings.
    """
    metrics = {metric["name"]: metric for metric in found["metrics"].values()}
    yield "## Metrics"
    yield ""
    yield _METRICS_INTRODUCTION
    yield ""
    for semantic_model in sorted(found["semantic_models"].values(), key=lambda one: str(one["name"])):
        names = ", ".join(f"`{dimension['name']}`" for dimension in semantic_model["dimensions"])
        yield f"Metrics of `{referred_model(semantic_model['model'])}` can be split by {names}."
        yield ""
    for name, metric in sorted(metrics.items()):
        meta = metric["config"]["meta"]
        if "warnings" not in meta:
            continue  # a count, which stands with its rate
        yield f"### {name}"
        yield ""
        yield _one_line(metric["description"])
        yield ""
        for role in ("numerator", "denominator"):
            if part := metric["type_params"][role]:
                yield _count(role.capitalize(), metrics[part["name"]])
        yield _count("Letters", metrics[meta["letters_counted_by"]])
        for subject, warning in meta["warnings"].items():
            yield f"- Beware of {subject.replace('_', ' ')}: {_one_line(warning)}"
        yield ""


def _count(role: str, metric: Mapping[str, Any]) -> str:
    return f"- {role}: `{metric['name']}`. {_one_line(metric['description'])}"


def _anchor(model: Mapping[str, Any]) -> str:
    """Return the anchor that GitHub makes of a table's heading: `schema.table` without the dot."""
    return f"{model['schema']}{model['name']}"


def _in_words(test_name: str) -> str:
    return test_name.replace("_", " ")


def _first_sentence(text: str) -> str:
    """Return what one row of a table is. By convention a table's description begins with "One row per": return the
    words after this beginning, up to the first colon or full stop.
    """
    return re.split(r"[.:](?:\s|$)", _one_line(text), maxsplit=1)[0].removeprefix("One row per ")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
