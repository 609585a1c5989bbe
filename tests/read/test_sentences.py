"""A known sentence is found where a letter states it, and not in prose, and its numbers are read as printed."""

import datetime as dt
import re
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.read.files.text import document_from_text
from redress.read.layouts import three_statistics
from redress.read.layouts.known import SENTENCES
from redress.read.page.dates import read_date
from redress.read.page.numbers import read_number
from redress.read.page.sentences import Passage, Sentence, find
from redress.read.page.templates import ruled

UPHOLD = three_statistics.UPHOLD.sentences
COMPLIANCE = three_statistics.COMPLIANCE.sentences
REMEDY = three_statistics.REMEDY.sentences
PERIOD = "for the period between 1 April 2020 to 31 March 2021"


def stated(sentences: tuple[Sentence, ...], text: str) -> dict[str, str]:
    """Return the numbers and dates that sentences state in a text, by their names in the templates."""
    passage = Passage(document_from_text(text).segments)
    return {
        name: value
        for found in find(sentences, passage)
        for name in found.sentence.names
        if (value := found.stated(name)) is not None
    }


ORDINALS = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd", 31: "st"}
SPELLINGS = (
    "{d} {b} {y}",
    "{d}{th} {b} {y}",
    "{d}{th} of {b} {y}",
    "{d}{th} {b}, {y}",
    "{d:02} {b} {y}",
    "{b} {d}, {y}",
    "{b} {d}{th} {y}",
    "{d} {short} {y}",
    "{d} {short}. {y}",
    "{d:02}/{m:02}/{y}",
    "{d}/{m}/{y}",
    "{d:02}.{m:02}.{y}",
    "{d}  {b}  {y}",
)


@given(st.dates(dt.date(2008, 1, 1), dt.date(2099, 12, 31)), st.sampled_from(SPELLINGS), st.booleans())
def test_a_date_is_read_however_it_is_written(day: dt.date, spelling: str, is_upper: bool) -> None:
    text = spelling.format(
        d=day.day, m=day.month, y=day.year, b=f"{day:%B}", short=f"{day:%b}", th=ORDINALS.get(day.day, "th")
    )
    assert read_date(text.upper() if is_upper else text) == day


@pytest.mark.parametrize(
    "text",
    [
        "31 June 2021",
        "30 February 2020",
        "0 March 2021",
        "12/31/2021",
        "1 Ma 2021",
        "1 Marchember 2021",
        "21 July 1821",
        "21 July 3021",
        "July 2021",
        "",
    ],
)
def test_words_that_name_no_day_are_no_date(text: str) -> None:
    assert read_date(text) is None


def test_a_figure_has_its_value_its_words_and_its_line() -> None:
    passage = Passage(document_from_text("An invented letter.\n\n1,100 upheld decisions").segments)
    (found,) = find(UPHOLD, passage)
    figure = found.figure("upheld_count")
    assert (figure.value, figure.text, figure.line) == (Decimal(1100), "1,100", 3)
    assert figure.sentence == "1,100 upheld decisions"


@pytest.mark.parametrize(
    "text",
    [
        "Nationally, 66% of complaints we investigated were upheld.",
        "In councils like yours 66% of complaints we investigated were upheld.",
        "We are glad that 66% of complaints we investigated were upheld.",
        "up from 61% of complaints we investigated were upheld",
        "Of these there were 12 upheld decisions.",
        "We paid £7,500 upheld decisions",
        "3 12 upheld decisions",
        "3\n12 upheld decisions",
        "1.12 upheld decisions",
        "12 upheld decisionmakers",
        "12345678901 upheld decisions",
        "Statistics are not based on a total of 3 investigations",
        "5.9 upheld decisions",
    ],
)
def test_prose_and_what_is_no_count_give_nothing(text: str) -> None:
    assert stated(UPHOLD, text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "66% of complaints we investigated were upheld.",
        "We looked into something else first. 66% of complaints we investigated were upheld.",
        "A heading:\n66% of complaints we investigated were upheld",
        "A LABEL\n\n\n66 % of complaints\nwe investigated were upheld.",
        "66 per cent of complaints we investi-\ngated were upheld.",
        "This compares to an average of 53% in similar authorities 66% of complaints we investigated were upheld",
    ],
)
def test_the_sentence_itself_is_found_where_a_sentence_can_begin(text: str) -> None:
    assert read_number(stated(UPHOLD, text)["uphold_rate_pct"]) == 66


@pytest.mark.parametrize("rate", ["5.9", "17", "0.8%"])
def test_upheld_decisions_for_each_100000_residents_are_not_a_count(rate: str) -> None:
    adjusted = f"Adjusted for Wexmarsh's population, this is {rate} upheld decisions per 100,000 residents."
    assert stated(UPHOLD, adjusted) == {"population_of": "Wexmarsh's", "upheld_per_100k": rate}
    average = f"The average for authorities of this type is {rate} upheld decisions per 100,000 residents."
    assert stated(UPHOLD, average) == {"upheld_per_100k_type_average": rate}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (f"Statistics are based on a total of 3 detailed investigations {PERIOD}", "3"),
        (f"Statistics are based on a total of 1 detailed investigation {PERIOD}", "1"),
        (f"Statistics are based on a total of 40 investigations {PERIOD}", "40"),
        ("Statistics are based on a total of 1,240 investigations", "1,240"),
    ],
)
def test_words_in_square_brackets_may_be_left_out(text: str, count: str) -> None:
    assert stated(UPHOLD, text)["investigations_count"] == count


@pytest.mark.parametrize("body", ["authority", "Council", "organisation"])
@pytest.mark.parametrize("start", ["In 100%", "100%"])
def test_words_in_round_brackets_stand_for_each_other(body: str, start: str) -> None:
    text = f"{start} of cases we were satisfied the {body} had successfully implemented our recommendations."
    assert stated(COMPLIANCE, text) == {"compliance_rate_pct": "100%"}


def test_another_body_than_those_named_is_another_sentence() -> None:
    text = "In 100% of cases we were satisfied the builder had successfully implemented our recommendations."
    assert stated(COMPLIANCE, text) == {}


@pytest.mark.parametrize("base", ["detailed investigations", "detailed investigation", "upheld decisions"])
def test_the_base_printed_for_remedies_has_several_names(base: str) -> None:
    text = f"Statistics are based on a total of 3 {base} {PERIOD}"
    assert stated(REMEDY, text)["satisfactory_remedy_printed_base_count"] == "3"


def test_a_sentence_gives_the_dates_of_its_period() -> None:
    text = (
        "Statistics are based on a total of 3 investigations for the period between 1 April 2020 and 31 March 2021"
    )
    (found,) = find(UPHOLD, Passage(document_from_text(text).segments))
    assert found.date("period_start") == dt.date(2020, 4, 1)
    assert found.date("period_end") == dt.date(2021, 3, 31)


def test_a_sentence_without_numbers_is_found_by_its_words() -> None:
    none_upheld = Sentence(
        "The Ombudsman did not uphold any [detailed] (investigation|investigations) during this period"
    )
    text = "The Ombudsman did not uphold any detailed investigations during this period"
    assert len(find((none_upheld,), Passage(document_from_text(text).segments))) == 1
    assert find((none_upheld,), Passage(document_from_text("In other years " + text).segments)) == ()


def test_a_template_that_cannot_be_read_says_where() -> None:
    with pytest.raises(ValueError, match="cannot be read from"):
        _ = Sentence("{upheld_count} upheld").pattern


PRINTED = {
    "count": "12",
    "percent": "12%",
    "rate": "5.9",
    "date": "1 April 2020",
    "years": "2019-20",
    "words": "Ely",
}


def printed(sentence: Sentence) -> list[str]:
    """Return the words of a sentence as a letter may print them, without the words that may be left out."""
    text = re.sub(r"\[[^\]]*\]", "", sentence.template)
    text = re.sub(r"\((\w[^|)]*)\|[^)]*\)", r"\1", text)
    return re.sub(r"\{\w+:(\w+)\}", lambda hole: PRINTED[hole[1]], text).split()


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.template)
@pytest.mark.parametrize("words_of_a_line", [1, 2, 3, 5, 100])
def test_a_sentence_that_a_page_has_is_sought_there_however_its_lines_are_divided(
    sentence: Sentence, words_of_a_line: int
) -> None:
    words = printed(sentence)
    for first in range(words_of_a_line):
        starts = [0, *range(first or words_of_a_line, len(words), words_of_a_line), len(words)]
        lines = [" ".join(words[start:end]) for start, end in pairwise(starts)]
        # the lines of another column stand between
        text = "\n\n".join(f"{line}\n\nwords of another column" for line in lines)
        assert sentence.may_stand_in(ruled(document_from_text(text).segments))


def test_a_count_in_words_that_goes_on_in_the_next_line_is_sought() -> None:
    sentence = Sentence("and upheld {upheld_count:count}")
    for text in ["and upheld a\n\nhundred", "and upheld twenty-\n\none", "and\n\nupheld one", "and upheld\n\n7"]:
        assert sentence.may_stand_in(ruled(document_from_text(text).segments))


@pytest.mark.parametrize("text", ["we investigated and upheld complaints", "upheld 7", "and\n\nwe upheld 7"])
def test_a_page_without_the_words_of_a_sentence_is_not_searched(text: str) -> None:
    sentence = Sentence("and upheld {upheld_count:count}")
    assert not sentence.may_stand_in(ruled(document_from_text(text).segments))
