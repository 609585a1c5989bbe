"""A mapping is taken as a person wrote it, or refused with what is wrong and what may stand there."""

import pytest
import yaml

from redress.model.witness import WitnessError
from redress.read.data_tables.mapping import read_mapping, start_of_mapping
from tests.read.data_tables.made_tables import mapping


def test_a_mapping_names_columns_and_what_they_count() -> None:
    read = mapping(
        "authority: Council\n"
        "figures:\n"
        "  Upheld: {measure: upheld_count}\n"
        "  Housing: {measure: received_count, category: housing, differs_because: flats only}\n"
        "  Rate: {measure: uphold_rate_pct, unit: fraction}\n"
        "ignored: [Region]\n"
        "sheet: Decided\n"
    )
    assert read.headings == ("Council", "Upheld", "Housing", "Rate")
    assert read.figures["Housing"].category == "housing"
    assert read.figures["Housing"].differs_because == "flats only"
    assert read.figures["Rate"].unit == "fraction"
    assert (read.ignored, read.sheet) == (("Region",), "Decided")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "authority: A\nfigures: {B: {measure: upheld}}",
            r'figures\.B: "upheld" is no measure; the measures are upheld_c',
        ),
        (
            "authority: A\nfigures: {B: {measure: received_count}}",
            "received_count needs a category, one of adult_social",
        ),
        ("authority: A\nfigures: {B: {measure: received_count, category: tax}}", "needs a category, one of adult"),
        ("authority: A\nfigures: {B: {measure: upheld_count, category: total}}", "upheld_count has no categories"),
        ("authority: A\nfigures: {B: {measure: upheld_count, unit: fraction}}", "is no rate, so it has no unit"),
        (
            "authority: A\nfigures: {B: {measure: uphold_rate_pct, unit: percent}}",
            r"figures\.B\.unit: Input should be 'per",
        ),
        ("authority: A\nfigures: {}", "figures: Dictionary should have at least 1 item"),
        ("figures: {B: {measure: upheld_count}}", "authority: Field required"),
        ("authority: A\nfigures: {a*: {measure: upheld_count}}", r'the column "a\*" is named twice'),
        ("authority: A\nfigures: {B: {measure: upheld_count}}\nignored: [b]", 'the column "b" is named twice'),
        (
            "authority: A\nfigures: {B: {measure: upheld_count}, C: {measure: upheld_count}}",
            'the columns "B" and "C" are both said to be upheld_count',
        ),
        (
            "authority: A\nfigures: {B: {measure: upheld_count}}\ncolumns: []",
            "columns: Extra inputs are not permitted",
        ),
        ("just words", "the file: Input should be a valid dictionary"),
        ("", "the file: Input should be a valid dictionary"),
        ("authority: [", "decided.yml is no YAML"),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused_in_words(text: str, message: str) -> None:
    with pytest.raises(WitnessError, match=message) as error:
        mapping(text)
    assert str(error.value).startswith("2021/decided.yml")


def test_a_start_of_a_mapping_is_one_line_that_has_to_be_finished() -> None:
    start = start_of_mapping(["Ref", "Council name", "Total upheld", "Rate: %"])
    assert "\n" not in start
    assert yaml.safe_load(start)["authority"] == "Council name"
    with pytest.raises(WitnessError, match=r'figures\.Total upheld: "SAY WHICH" is no measure'):
        mapping(start)
    finished = start.replace("SAY WHICH", "upheld_count", 1).replace("SAY WHICH", "uphold_rate_pct", 1)
    finished = finished.replace("SAY WHICH", "investigations_count")
    assert read_mapping(finished.encode(), "x.yml").headings == ("Council name", "Ref", "Total upheld", "Rate: %")
