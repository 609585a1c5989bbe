"""Keys of tables: what dbt's tests hold, said in a data package and read again."""

from pathlib import Path

import pytest

from redress.settings import PROJECT_FOLDER
from redress.warehouse.releases.keys import Keys, Reference, model_keys

MODELS = """
models:
  - name: fct_rate
    data_tests:
      - unique_combination:
          arguments: {columns: [council_key, season]}
      - every_row_holds:
          name: a_rule
          arguments: {condition: true}
    columns:
      - name: council_key
        constraints: [{type: not_null}]
        data_tests:
          - relationships:
              arguments: {to: ref('dim_council'), field: council_key}
      - name: season
        constraints: [{type: not_null}]
        data_tests:
          - relationships:
              arguments: {to: ref('dim_year'), field: season}
              config: {severity: warn}
      - name: letter_key
        data_tests: [unique]
"""


def test_keys_are_those_that_tests_hold(tmp_path: Path) -> None:
    (tmp_path / "fct_rate.yml").write_text(MODELS)
    assert model_keys(tmp_path) == {
        "fct_rate": Keys(
            primary=("council_key", "season"),
            unique=(("letter_key",),),
            references=(Reference(("council_key",), "dim_council", ("council_key",)),),
        )
    }


def test_a_unique_column_that_may_be_null_is_no_primary_key(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text("models: [{name: one, columns: [{name: key, data_tests: [unique]}]}]")
    assert model_keys(tmp_path) == {"one": Keys(unique=(("key",),))}


def test_a_relationship_to_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text(MODELS.replace("ref('dim_council')", "dim_council"))
    with pytest.raises(ValueError, match=r"to 'dim_council', and ref"):
        model_keys(tmp_path)


def test_a_data_package_gives_back_the_keys_that_it_was_told(tmp_path: Path) -> None:
    (tmp_path / "fct_rate.yml").write_text(MODELS)
    keys = model_keys(tmp_path)["fct_rate"]
    assert Keys.of_table_schema(keys.as_table_schema()) == keys
    assert Keys.of_table_schema(Keys().as_table_schema()) == Keys()


def test_keys_of_tables_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "fct_rate.yml").write_text(MODELS)
    keys = model_keys(tmp_path)["fct_rate"]
    assert keys.among({"fct_rate": frozenset({"council_key", "letter_key"})}, "fct_rate") == Keys(
        unique=(("letter_key",),)
    )


def test_every_fact_and_dimension_of_the_project_has_a_primary_key() -> None:
    keys = model_keys(PROJECT_FOLDER / "dbt_project" / "models" / "marts")
    assert len(keys) >= 11
    assert [name for name, one in keys.items() if not one.primary] == []
