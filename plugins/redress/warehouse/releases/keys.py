"""Keys of a release's tables, as dbt's tests hold them: nothing is called a key that no test has looked at."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_REFERENCE = re.compile(r"ref\('(?P<model>\w+)'\)")

Columns = tuple[str, ...]


@dataclass(frozen=True)
class Reference:
    """Columns whose values, where there are any, are those of a key of another table or of the same one."""

    columns: Columns
    table: str
    key: Columns


@dataclass(frozen=True)
class Keys:
    """The keys of one table. `primary` is its grain, and empty where no test says what a row is one of."""

    primary: Columns = ()
    unique: tuple[Columns, ...] = ()
    references: tuple[Reference, ...] = ()

    def among(self, tables: Mapping[str, frozenset[str]], table: str) -> "Keys":
        """The keys that lie wholly in these tables, named with their columns; `table` is the one they belong to."""
        columns = tables[table]
        return Keys(
            self.primary if columns.issuperset(self.primary) else (),
            tuple(one for one in self.unique if columns.issuperset(one)),
            tuple(
                one
                for one in self.references
                if columns.issuperset(one.columns) and tables.get(one.table, frozenset()).issuperset(one.key)
            ),
        )

    def as_table_schema(self) -> dict[str, Any]:
        """The keys as a Table Schema (Data Package 2.0) says them."""
        said: dict[str, Any] = {}
        if self.primary:
            said["primaryKey"] = list(self.primary)
        if self.unique:
            said["uniqueKeys"] = [list(one) for one in self.unique]
        if self.references:
            said["foreignKeys"] = [
                {
                    "fields": list(one.columns),
                    "reference": {"resource": resource_name(one.table), "fields": list(one.key)},
                }
                for one in self.references
            ]
        return said

    @classmethod
    def of_table_schema(cls, said: Mapping[str, Any]) -> "Keys":
        """What `as_table_schema` said."""
        return cls(
            tuple(said.get("primaryKey", ())),
            tuple(tuple(one) for one in said.get("uniqueKeys", ())),
            tuple(
                Reference(
                    tuple(one["fields"]),
                    one["reference"]["resource"].replace("-", "_"),
                    tuple(one["reference"]["fields"]),
                )
                for one in said.get("foreignKeys", ())
            ),
        )


def resource_name(table: str) -> str:
    """What a table is called in a data package, whose names have hyphens. No table has one in its own."""
    return table.replace("_", "-")


def model_keys(models: Path) -> dict[str, Keys]:
    """The keys of each model that the .yml files of a folder of models describe, by the model's name.

    A combination of columns that is tested to be unique is the primary key; without one the first column that is.
    Columns of a primary key are never null by the model's contract; a unique column that may be null is no primary
    key. A relationship whose test only warns is no reference.
    """
    described = (
        model
        for file in sorted(models.rglob("*.yml"))
        for model in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("models", ())
    )
    return {model["name"]: _keys_of(model) for model in described}


def _keys_of(model: Mapping[str, Any]) -> Keys:
    columns = model.get("columns", ())
    never_null = {
        column["name"]
        for column in columns
        if any(constraint["type"] == "not_null" for constraint in column.get("constraints", ()))
    }
    unique = [tuple(test["columns"]) for name, test in _tests(model) if name == "unique_combination"]
    unique += [(column["name"],) for column in columns for name, _ in _tests(column) if name == "unique"]
    primary = next((one for one in unique if never_null.issuperset(one)), ())
    references = tuple(
        Reference((column["name"],), _model(test["to"]), (test["field"],))
        for column in columns
        for name, test in _tests(column)
        if name == "relationships"
    )
    return Keys(primary, tuple(one for one in unique if one != primary), references)


def _tests(described: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The data tests of a model or of a column that stop a build: the name of each, and its arguments."""
    for test in described.get("data_tests", ()):
        if isinstance(test, str):
            yield test, {}
            continue
        ((name, told),) = ((key, value) for key, value in test.items() if key != "name")
        if told.get("config", {}).get("severity") != "warn":
            yield name, told.get("arguments", {})


def _model(reference: str) -> str:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError(f"a relationship is to {reference!r}, and ref('<model>') is expected")
    return found["model"]
