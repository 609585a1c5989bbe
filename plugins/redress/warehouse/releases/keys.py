"""The keys of a release's tables. Only columns that dbt's tests check count as keys."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redress.warehouse.dbt_artifacts import DataTest, Manifest, data_tests, models, referred_model
from redress.warehouse.releases.checksums import DATA_PACKAGE_NAME

Columns = tuple[str, ...]


@dataclass(frozen=True)
class ForeignKey:
    """Columns of one table whose values name a row of `table`, which may be the same table. `key` has the columns
    of `table` in which that row has the same values. The values of `columns` may be null.
    """

    columns: Columns
    table: str
    key: Columns


@dataclass(frozen=True)
class Keys:
    """The keys of one table. `primary` has the columns of the primary key. It is empty if no tested key is known
    whose columns are never null.
    """

    primary: Columns = ()
    unique: tuple[Columns, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()

    def among(self, tables: Mapping[str, frozenset[str]], table: str) -> "Keys":
        """Return the keys of `table` that can be declared. A key is left out if `tables` lacks one of its columns,
        or the table or a column to which the key refers.

        `tables` has the names of the columns of each table, by the table's name.
        """
        columns = tables[table]
        return Keys(
            self.primary if columns.issuperset(self.primary) else (),
            tuple(key for key in self.unique if columns.issuperset(key)),
            tuple(
                foreign_key
                for foreign_key in self.foreign_keys
                if columns.issuperset(foreign_key.columns)
                and tables.get(foreign_key.table, frozenset()).issuperset(foreign_key.key)
            ),
        )

    def as_table_schema(self) -> dict[str, Any]:
        """Return the keys in the form of a Table Schema (Data Package 2.0)."""
        schema: dict[str, Any] = {}
        if self.primary:
            schema["primaryKey"] = list(self.primary)
        if self.unique:
            schema["uniqueKeys"] = [list(key) for key in self.unique]
        if self.foreign_keys:
            schema["foreignKeys"] = [
                {
                    "fields": list(foreign_key.columns),
                    "reference": {"resource": resource_name(foreign_key.table), "fields": list(foreign_key.key)},
                }
                for foreign_key in self.foreign_keys
            ]
        return schema

    @classmethod
    def of_table_schema(cls, schema: Mapping[str, Any]) -> "Keys":
        """Return the keys in a Table Schema that `as_table_schema` wrote."""
        return cls(
            tuple(schema.get("primaryKey", ())),
            tuple(tuple(key) for key in schema.get("uniqueKeys", ())),
            tuple(
                ForeignKey(
                    tuple(foreign_key["fields"]),
                    _table_name(foreign_key["reference"]["resource"]),
                    tuple(foreign_key["reference"]["fields"]),
                )
                for foreign_key in schema.get("foreignKeys", ())
            ),
        )


def resource_name(table: str) -> str:
    """Return the name of a table in a data package, with hyphens for underscores; no table's name has a hyphen."""
    return table.replace("_", "-")


def _table_name(resource: str) -> str:
    return resource.replace("-", "_")


def model_keys(manifest: Manifest) -> dict[str, Keys]:
    """Return the keys of each model of dbt's manifest, by the model's name.

    A key is unique because a test of dbt says so, and a foreign key is a relationship that dbt tests. A test that
    only warns does not count. The primary key is the first unique key whose columns are never null by the model's
    contract; combinations of columns come before single columns.
    """
    tests = data_tests(manifest)
    return {model["name"]: _keys_of(model, tests.get(model["unique_id"], ())) for model in models(manifest)}


def begin_data_package(folder: Path, keys: Mapping[str, Keys]) -> None:
    """Begin the data package of a built warehouse: write the keys of each table, by the table's name.

    Publishing completes the file, perhaps in another process, when dbt's manifest no longer exists.
    """
    resources = [{"name": resource_name(table), "schema": one.as_table_schema()} for table, one in keys.items()]
    (folder / DATA_PACKAGE_NAME).write_text(json.dumps({"resources": resources}), encoding="utf-8")


def built_keys(folder: Path) -> dict[str, Keys]:
    """Return the keys of each table, by the table's name, from the data package in a folder. The package need not
    be complete. If there is no data package, return no keys.
    """
    try:
        package = json.loads((folder / DATA_PACKAGE_NAME).read_bytes())
    except FileNotFoundError:
        return {}
    return {
        _table_name(resource["name"]): Keys.of_table_schema(resource["schema"]) for resource in package["resources"]
    }


def _keys_of(model: Mapping[str, Any], tests: Sequence[DataTest]) -> Keys:
    columns = list(model["columns"])
    never_null = {
        name
        for name, column in model["columns"].items()
        if any(constraint["type"] == "not_null" for constraint in column["constraints"])
    }
    stopping = [test for test in tests if test.is_stopping]
    of_columns = sorted(
        (test for test in stopping if test.column), key=lambda test: columns.index(test.column or "")
    )
    unique = [tuple(test.arguments["columns"]) for test in stopping if test.kind == "unique_combination"]
    unique += [(str(test.column),) for test in of_columns if test.kind == "unique"]
    primary = next((key for key in unique if never_null.issuperset(key)), ())
    foreign_keys = tuple(
        ForeignKey((str(test.column),), referred_model(test.arguments["to"]), (test.arguments["field"],))
        for test in of_columns
        if test.kind == "relationships"
    )
    return Keys(primary, tuple(key for key in unique if key != primary), foreign_keys)
