"""fct_passage has paragraphs of one council's letter or of a few, and says by rules what each paragraph names."""

import re

import duckdb
import pytest

from redress.report.passages import service_names
from tests.made import PROJECT
from tests.warehouse.invented import OWN_PASSAGES, ask

pytestmark = pytest.mark.needs("dbt")

NAMED = """
    select names_public_report, names_payment, names_non_compliance, names_delay, named_services
    from marts.fct_passage
    where passage_text = ?
"""


def test_passages_are_of_one_council_or_of_a_tenth_of_them(marts: duckdb.DuckDBPyConnection) -> None:
    found = ask(
        marts,
        "select passage_text, shared_by_count from marts.fct_passage "
        "join marts.dim_authority using (authority_key) "
        "where season = 2021 and authority_name = 'Brindle County Council' order by paragraph_number",
    )
    assert found == list(OWN_PASSAGES[:4])


def test_letters_that_are_held_back_have_no_passages_and_letters_without_statistics_do(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    found = ask(
        marts, "select distinct disposition from marts.fct_passage join marts.dim_letter using (letter_key)"
    )
    assert set(found) == {("accepted",), ("no_statistics",)}
    assert ask(marts, "select count(*) from marts.fct_passage where passage_text like '%held back%'") == [(0,)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (OWN_PASSAGES[0][0], (True, False, False, False, "education_and_childrens")),
        (OWN_PASSAGES[1][0], (False, True, False, False, "housing")),
        (OWN_PASSAGES[2][0], (False, False, True, True, "adult_social_care")),
        (OWN_PASSAGES[3][0], (False, False, False, False, None)),
        (
            "Your Council was slow to reply to us about planning applications.",
            (False, False, False, True, "planning_and_development"),
        ),
    ],
)
def test_plain_rules_say_what_a_passage_names(
    marts: duckdb.DuckDBPyConnection, text: str, named: tuple[object, ...]
) -> None:
    assert ask(marts, NAMED, text) == [named]


def test_each_service_that_a_passage_can_name_is_said_in_the_words_of_its_category() -> None:
    macro = (PROJECT / "dbt_project" / "macros" / "passages.sql").read_text(encoding="utf-8")
    names = service_names()
    assert {category: names[category] for category in re.findall(r"^        '(\w+)': \[", macro, re.MULTILINE)} == {
        "adult_social_care": "adult social care",
        "benefits_and_tax": "benefits and tax",
        "education_and_childrens": "education and children's services",
        "environment": "environmental services",
        "highways_and_transport": "highways and transport",
        "housing": "housing",
        "planning_and_development": "planning and development",
    }
