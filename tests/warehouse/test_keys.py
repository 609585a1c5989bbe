"""The keys of tables are found in dbt's tests, written into a data package, and read again from there."""

from pathlib import Path
from typing import Any

import pytest

from redress.warehouse.releases.keys import ForeignKey, Keys, begin_data_package, built_keys, model_keys

Node = dict[str, Any]


def model(name: str, **columns: bool) -> Node:
    """Return a model of a manifest. `columns` says of each column whether the column is never null."""
    constraints = {column: [{"type": "not_null"}] if is_set else [] for column, is_set in columns.items()}
    return {
        "resource_type": "model",
        "unique_id": f"model.redress.{name}",
        "name": name,
        "columns": {column: {"constraints": found} for column, found in constraints.items()},
    }


def data_test(model: str, kind: str, column: str | None = None, severity: str = "ERROR", **arguments: Any) -> Node:
    """Return a data test of a manifest."""
    return {
        "resource_type": "test",
        "unique_id": f"test.redress.{kind}_{model}_{column}",
        "name": f"{kind}_{model}_{column}",
        "attached_node": f"model.redress.{model}",
        "column_name": column,
        "config": {"severity": severity},
        "test_metadata": {"name": kind, "kwargs": arguments},
    }


def manifest(*nodes: Node) -> dict[str, Any]:
    return {"nodes": {node["unique_id"]: node for node in nodes}}


def rates(council: str = "ref('dim_council')") -> dict[str, Any]:
    """Return a manifest of one model with tests of several kinds."""
    return manifest(
        model("fct_rate", council_key=True, season=True, letter_key=False),
        data_test("fct_rate", "unique_combination", columns=["council_key", "season"]),
        data_test("fct_rate", "every_row_holds", condition="true"),
        data_test("fct_rate", "relationships", "council_key", to=council, field="council_key"),
        data_test("fct_rate", "relationships", "season", "warn", to="ref('dim_year')", field="season"),
        data_test("fct_rate", "unique", "letter_key"),
    )


def test_keys_are_those_that_tests_hold() -> None:
    assert model_keys(rates()) == {
        "fct_rate": Keys(
            primary=("council_key", "season"),
            unique=(("letter_key",),),
            foreign_keys=(ForeignKey(("council_key",), "dim_council", ("council_key",)),),
        )
    }


def test_the_first_unique_column_that_is_never_null_is_the_primary_key_whatever_the_tests_are_called() -> None:
    nodes = [model("one", second=True, first=True), data_test("one", "unique", "first")]
    assert model_keys(manifest(*nodes, data_test("one", "unique", "second"))) == {
        "one": Keys(primary=("second",), unique=(("first",),))
    }


def test_a_unique_column_that_may_be_null_is_no_primary_key() -> None:
    found = manifest(model("one", key=False), data_test("one", "unique", "key"))
    assert model_keys(found) == {"one": Keys(unique=(("key",),))}


def test_a_relationship_to_no_model_is_told() -> None:
    with pytest.raises(ValueError, match=r"to 'dim_council', and ref"):
        model_keys(rates("dim_council"))


def test_a_built_warehouse_keeps_its_keys_for_the_release(tmp_path: Path) -> None:
    assert built_keys(tmp_path) == {}
    begin_data_package(tmp_path, model_keys(rates()))
    assert built_keys(tmp_path) == model_keys(rates())


def test_a_data_package_gives_back_the_keys_that_it_was_told() -> None:
    keys = model_keys(rates())["fct_rate"]
    assert Keys.of_table_schema(keys.as_table_schema()) == keys
    assert Keys.of_table_schema(Keys().as_table_schema()) == Keys()


def test_keys_of_tables_that_are_not_there_are_left_out() -> None:
    keys = model_keys(rates())["fct_rate"]
    assert keys.among({"fct_rate": frozenset({"council_key", "letter_key"})}, "fct_rate") == Keys(
        unique=(("letter_key",),)
    )


@pytest.mark.needs("dbt")
def test_every_fact_and_dimension_of_the_project_has_a_primary_key(dbt_manifest: dict[str, Any]) -> None:
    marts = {one["name"] for one in dbt_manifest["nodes"].values() if one["schema"] == "marts"}
    keys = {name: one for name, one in model_keys(dbt_manifest).items() if name in marts}
    assert len(keys) >= 11
    assert [name for name, one in keys.items() if not one.primary] == []
