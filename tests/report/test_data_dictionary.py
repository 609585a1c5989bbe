"""The data dictionary describes the published tables as dbt's manifest does, and is up to date."""

import copy
from pathlib import Path
from typing import Any

import pytest

from redress.report import data_dictionary
from redress.report.data_dictionary import DICTIONARY, RENEWED_BY, DictionaryError, main
from redress.warehouse.release_schema import PUBLISHED_SCHEMAS

pytestmark = pytest.mark.needs("dbt")

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def found(dbt_manifest: Manifest) -> Manifest:
    return dbt_manifest


@pytest.fixture(scope="module")
def text(found: Manifest) -> str:
    return data_dictionary.data_dictionary(found)


def published(found: Manifest) -> list[Manifest]:
    nodes = found["nodes"].values()
    return [node for node in nodes if node["resource_type"] == "model" and node["schema"] in PUBLISHED_SCHEMAS]


def test_the_dictionary_in_docs_is_what_the_models_say(text: str) -> None:
    assert DICTIONARY.read_text(encoding="utf-8") == text, f"write it again: {RENEWED_BY}"


def test_every_published_table_and_column_is_in_it(found: Manifest, text: str) -> None:
    models = published(found)
    assert len(models) > 10
    for model in models:
        (section,) = [one for one in text.split("\n### ") if one.startswith(f"{model['schema']}.{model['name']}\n")]
        for column in model["columns"]:
            assert f"\n| `{column}` | " in section, f"{model['name']}.{column}"


def test_keys_references_values_and_tests_are_told(text: str) -> None:
    review = text.split("### marts.fct_annual_review\n")[1].split("\n### ")[0]
    assert "- Key: `authority_key`, `season`. No two rows have the same." in review
    assert "explains every absent rate" in review
    assert "never null; in `dim_authority.authority_key` |" in review
    assert (
        "| `upheld_count` | integer | Decisions in which the Ombudsman upheld the complaint, as stated. |  |"
        in review
    )
    letter = text.split("### marts.dim_letter\n")[1].split("\n### ")[0]
    assert "never null; one of `extracted`, `no_statistics`" in letter


def test_a_rate_is_told_with_the_counts_to_divide_and_what_to_beware_of(found: Manifest, text: str) -> None:
    rates = [metric for metric in found["metrics"].values() if "warnings" in metric["config"]["meta"]]
    assert len(rates) == 3
    for rate in rates:
        (section,) = [one for one in text.split("\n### ") if one.startswith(f"{rate['name']}\n")]
        assert section.count("- Beware of ") == len(rate["config"]["meta"]["warnings"])
        assert ("- Denominator: " in section) is (rate["type"] == "ratio")
    assert (
        "- Denominator: `satisfactory_remedy_rate_upheld_count`. Upheld decisions, of letters that also state "
        in text
    )


def test_every_published_table_is_read_for_something(found: Manifest) -> None:
    read = {node for exposure in found["exposures"].values() for node in exposure["depends_on"]["nodes"]}
    assert [model["name"] for model in published(found) if model["unique_id"] not in read] == []


def test_the_order_of_the_manifest_changes_nothing(found: Manifest, text: str) -> None:
    turned = found | {name: dict(reversed(found[name].items())) for name in ("nodes", "exposures", "metrics")}
    assert data_dictionary.data_dictionary(turned) == text


@pytest.mark.parametrize("what", ["description", "data_type"])
def test_a_column_that_is_not_described_is_refused_with_its_file(found: Manifest, what: str) -> None:
    changed = copy.deepcopy(found)
    changed["nodes"]["model.redress.dim_year"]["columns"]["season_label"][what] = " "
    with pytest.raises(DictionaryError, match=rf"dim_year\.season_label has no {what} \(models/marts/dim_year"):
        data_dictionary.data_dictionary(changed)


def test_a_table_that_is_not_described_is_refused(found: Manifest) -> None:
    changed = copy.deepcopy(found)
    changed["nodes"]["model.redress.dim_rule"]["description"] = ""
    with pytest.raises(DictionaryError, match="dim_rule has no description"):
        data_dictionary.data_dictionary(changed)


@pytest.mark.parametrize("stale", ["a dictionary of last year", None])
def test_the_check_fails_on_a_stale_file_and_says_what_renews_it(
    stale: str | None,
    found: Manifest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "data-dictionary.md"
    if stale is not None:
        file.write_text(stale)
    monkeypatch.setattr(data_dictionary, "DICTIONARY", file)
    monkeypatch.setattr(data_dictionary, "manifest", lambda: found)
    assert main(["--check"]) == 1
    assert f"write it again: {RENEWED_BY}" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0
