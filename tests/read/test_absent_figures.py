"""A figure that a letter does not state is absent: no number is taken from another sentence, block or page."""

from dataclasses import replace

import pytest

from redress.check.letter_rules import check_letter
from redress.model.letter import Verdict
from redress.model.measures import Absence
from tests.paper import Ink, pdf, stack
from tests.read.invented import (
    COMPLIANCE,
    FIGURES,
    LETTER,
    PERIOD,
    REMEDY,
    STATISTICS,
    UPHOLD,
    changed,
    figures,
    read,
    without,
)

MISSING = {
    "67% of complaints": {"uphold_rate_pct"},
    "Statistics are based on a total of 30": {"compliance_outcomes_count"},
    "In 97%": {"compliance_rate_pct"},
    "In 50%": {"satisfactory_remedy_rate_pct"},
}
WORDS_WITHOUT_A_NUMBER = {
    ("67% of complaints", "of complaints"): "uphold_rate_pct",
    ("67% of complaints", "o7% of complaints"): "uphold_rate_pct",
    ("67% of complaints", "6 7 % of complaints"): "uphold_rate_pct",
    ("average of 53%", "average of 5 3 %"): "uphold_rate_type_average_pct",
    ("average of 99%", "average of nearly 99%"): "compliance_rate_type_average_pct",
    ("total of 30", "total of l0"): "compliance_outcomes_count",
    ("total of 30", "total of about 30"): "compliance_outcomes_count",
    ("In 50% of", "In a % of"): "satisfactory_remedy_rate_pct",
}


@pytest.mark.parametrize("start", MISSING)
def test_a_missing_sentence_leaves_its_figure_absent_and_takes_no_other(start: str) -> None:
    letter = read(pdf(LETTER, without(start)))
    assert figures(letter) == {name: value for name, value in FIGURES.items() if name not in MISSING[start]}
    for measure in MISSING[start]:
        assert letter.absence(measure) is Absence.NOT_STATED


@pytest.mark.parametrize(("old", "new"), WORDS_WITHOUT_A_NUMBER)
def test_a_sentence_whose_number_cannot_be_read_is_not_read_and_not_unstated(old: str, new: str) -> None:
    letter = read(pdf(LETTER, changed(old, new)))
    measure = WORDS_WITHOUT_A_NUMBER[old, new]
    assert measure not in figures(letter)
    assert letter.absence(measure) is Absence.NOT_READ
    assert letter.not_read == (measure,)
    details = {check.rule: check.detail for check in check_letter(letter) if not check.is_passed}
    assert details["blocks_complete"] == f"stated, and not read: {measure}"


@pytest.mark.parametrize(("number", "measure"), {"2": "upheld_count", "1": "satisfactory_remedies_count"}.items())
def test_a_label_without_its_number_is_not_read(number: str, measure: str) -> None:
    letter = read(pdf(LETTER, without(number)))
    assert figures(letter) == {name: value for name, value in FIGURES.items() if name != measure}
    assert letter.not_read == (measure,)


def test_a_number_without_its_sentence_is_not_read() -> None:
    letter = read(pdf(LETTER, changed("67% of complaints we investigated were upheld.", "67%")))
    assert letter.not_read == ("uphold_rate_pct",)


def test_digits_of_another_script_are_no_number_and_the_file_still_has_its_verdict() -> None:
    text = "\n\n".join(ink.text for ink in (*LETTER, *STATISTICS)).replace("\n2\n\nupheld", "\n٢\n\nupheld")
    letter = read(text.encode(), "letter.txt")
    assert letter.verdict is Verdict.EXTRACTED
    assert letter.absence("upheld_count") is Absence.NOT_READ
    assert figures(letter)["investigations_count"] == 3


def test_a_missing_average_is_not_taken_from_the_next_block() -> None:
    averages = [ink for ink in STATISTICS if ink.text.startswith("This compares")]
    letter = read(pdf(LETTER, [ink for ink in STATISTICS if ink is not averages[0]]))
    assert "uphold_rate_type_average_pct" not in figures(letter)
    assert figures(letter)["compliance_rate_type_average_pct"] == 99


def test_a_missing_heading_withholds_or_fails_and_never_gives_a_number_to_another_block() -> None:
    letter = read(pdf(LETTER, without("Compliance with")))
    for measure, value in figures(letter).items():
        assert value == FIGURES[measure], measure
    failed = [check.rule for check in check_letter(letter) if not check.is_passed]
    assert failed


def test_the_average_of_a_block_whose_heading_is_missing_is_a_conflict() -> None:
    letter = read(pdf(LETTER, without("Satisfactory remedy")))
    assert "compliance_rate_type_average_pct" not in figures(letter)
    assert "readings_agree" in [check.rule for check in check_letter(letter) if not check.is_passed]


def test_none_due_and_none_upheld_are_reasons_and_not_noughts() -> None:
    page = stack(
        [
            "Complaints upheld",
            "0% of complaints we investigated were upheld.",
            "This compares to an average of 53% in similar authorities.",
            "0\nupheld decisions",
            f"Statistics are based on a total of 2 detailed investigations {PERIOD}",
            COMPLIANCE[0],
            "No recommendations were due for compliance in this period",
            REMEDY[0],
            "The Ombudsman did not uphold any detailed investigations during this period",
        ]
    )
    letter = read(pdf(LETTER, page))
    assert figures(letter) == {
        "uphold_rate_pct": 0,
        "uphold_rate_type_average_pct": 53,
        "upheld_count": 0,
        "investigations_count": 2,
    }
    assert letter.absence("compliance_rate_pct") is Absence.NONE_DUE
    assert letter.absence("satisfactory_remedy_rate_pct") is Absence.NONE_UPHELD
    assert letter.absence("upheld_per_100k") is Absence.NOT_IN_LAYOUT


def test_an_average_that_is_not_available_is_stated_as_such() -> None:
    letter = read(pdf(LETTER, changed("average of 53%", "average of n/a")))
    assert letter.absence("uphold_rate_type_average_pct") is Absence.NOT_AVAILABLE
    assert figures(letter) == {name: one for name, one in FIGURES.items() if name != "uphold_rate_type_average_pct"}
    assert [check.detail for check in check_letter(letter) if not check.is_passed] == []


def test_a_letter_of_zeros_is_whole() -> None:
    page = stack(
        [
            "Complaints upheld",
            "This compares to an average of n/a in similar authorities.",
            "0\nupheld decisions",
            f"Statistics are based on a total of 0 detailed investigations {PERIOD}",
            COMPLIANCE[0],
            COMPLIANCE[1].replace("97%", "0%"),
            "This compares to an average of n/a in similar authorities.",
            f"Statistics are based on a total of 0 compliance outcomes {PERIOD}",
            REMEDY[0],
            REMEDY[1].replace("50%", "0%"),
            "This compares to an average of n/a in similar authorities.",
            "0\nsatisfactory remedy decisions",
            f"Statistics are based on a total of 0 detailed investigations {PERIOD}",
        ]
    )
    letter = read(pdf(LETTER, page))
    assert set(figures(letter).values()) == {0}
    assert letter.absence("uphold_rate_pct") is Absence.NONE_INVESTIGATED
    for block in ("uphold", "compliance", "satisfactory_remedy"):
        assert letter.absence(f"{block}_rate_type_average_pct") is Absence.NOT_AVAILABLE
    assert [check.detail for check in check_letter(letter) if not check.is_passed] == []


def test_a_sentence_of_none_beside_a_number_is_a_conflict() -> None:
    page = [*STATISTICS, Ink("No recommendations were due for compliance in this period", 72, 395, 10)]
    letter = read(pdf(LETTER, page))
    assert not all(check.is_passed for check in check_letter(letter))


def test_two_figures_for_one_measure_are_withheld() -> None:
    page = [*STATISTICS, *stack([UPHOLD[0], "68% of complaints we investigated were upheld."], top=740, size=10)]
    letter = read(pdf(LETTER, page))
    assert "uphold_rate_pct" not in figures(letter)
    assert [conflict.measure for conflict in letter.conflicts] == ["uphold_rate_pct"]
    assert letter.not_read == ("uphold_rate_pct",)


def test_a_count_for_each_100000_residents_is_never_the_count() -> None:
    page = changed("2", "", [ink for ink in STATISTICS if ink.text == "2"])
    page = [ink for ink in STATISTICS if ink.text not in ("2", "upheld decisions")] + page
    page += [Ink("this is 17 upheld decisions per 100,000 residents", 72, STATISTICS[4].top - 2, 10)]
    assert "upheld_count" not in figures(read(pdf(LETTER, page)))


def test_a_large_number_between_two_small_lines_is_right_or_absent() -> None:
    page = [ink for ink in STATISTICS if ink.text not in ("2", "upheld decisions")]
    top = next(ink.top for ink in STATISTICS if ink.text == "2")
    page += [Ink("2", 72, top - 2, 26), Ink("upheld", 90, top - 1, 10), Ink("decisions", 90, top + 11, 10)]
    assert figures(read(pdf(LETTER, page))).get("upheld_count", 2) == 2


@pytest.mark.parametrize("number", ["1 2", "£2", "2.5", "1.2", "12345678"])
def test_a_number_that_is_no_count_leaves_the_count_absent(number: str) -> None:
    page = [replace(ink, text=number) if ink.text == "2" else ink for ink in STATISTICS]
    assert "upheld_count" not in figures(read(pdf(LETTER, page)))


def test_a_letter_without_its_statistics_page_is_not_a_letter_of_noughts() -> None:
    letter = read(pdf(LETTER))
    assert letter.verdict is Verdict.NO_STATISTICS
    assert letter.figures == ()
    assert {code for _, code in letter.absences} == {Absence.NO_STATISTICS}
    assert letter.header.authority_name == "Wexmarsh District Council"


def test_a_blank_page_behind_the_signature_is_told() -> None:
    letter = read(pdf(LETTER, []))
    assert letter.verdict is Verdict.NO_STATISTICS
    assert "page 2 is blank, or its content is damaged" in letter.reason


def test_blocks_without_any_number_are_no_missing_statistics_page() -> None:
    page = stack(["Complaints upheld", "of complaints we investigated were upheld."])
    letter = read(pdf(LETTER, page))
    assert letter.verdict is Verdict.UNKNOWN_LAYOUT
    assert letter.reason.endswith('words of statistics with no number that can be read: "Complaints upheld"')


def test_a_page_behind_the_letter_without_statistics_is_no_statistics_page() -> None:
    letter = read(pdf(LETTER, stack(["How to contact us", "Our office is open on all days of the week."])))
    assert letter.verdict is Verdict.NO_STATISTICS
    assert letter.reason == "the letter ends with its signature; there is no statistics page"


def test_statistics_in_words_that_nobody_knows_are_an_unknown_layout() -> None:
    page = stack(["How we judged your complaints", "Faults found: 2 of 3 (67%)", "Advice kept: 30"])
    letter = read(pdf(LETTER, page))
    assert letter.verdict is Verdict.UNKNOWN_LAYOUT
    assert letter.figures == ()
    assert "2 of 3" in letter.reason


def test_years_that_disagree_are_kept_and_fail() -> None:
    letter = read(pdf(changed("Annual Review letter 2021", "Annual Review letter 2020", LETTER), STATISTICS))
    (failed,) = (check for check in check_letter(letter) if not check.is_passed)
    assert failed.rule == "years_agree"
    assert "Annual Review letter 2020" in failed.detail


def test_a_heading_that_nobody_knows_ends_the_block_before_it() -> None:
    headings = {UPHOLD[0], COMPLIANCE[0], REMEDY[0], "Timely replies"}
    uphold = [UPHOLD[0], UPHOLD[1], *UPHOLD[3:]]
    unknown = ["Timely replies", "This compares to an average of 43% in similar authorities."]
    inks, top = [], 60.0
    for paragraph in [*uphold, *unknown, *COMPLIANCE, *REMEDY]:
        size = 14.0 if paragraph in headings else 10.0
        for line in paragraph.split("\n"):
            inks.append(Ink(line, 72, top, size))
            top += 1.25 * size
        top += 10
    told = figures(read(pdf(LETTER, inks)))
    assert "uphold_rate_type_average_pct" not in told
    assert {name: FIGURES[name] for name in told} == told
    assert len(told) == len(FIGURES) - 1


@pytest.mark.parametrize(
    "sentence",
    [
        "This compares to an average of 43% in similar authorities, last year.",
        "This compares to an average of 43% in similar authorities\nAcross the North of England.",
        "Last year: This compares to an average of 43% in similar authorities.",
        "In 2018. This compares to an average of 43% in similar authorities.",
    ],
)
def test_a_sentence_that_goes_on_or_is_introduced_is_another_sentence(sentence: str) -> None:
    letter = read(pdf(LETTER, stack([UPHOLD[0], UPHOLD[1], sentence, *UPHOLD[3:], *COMPLIANCE, *REMEDY])))
    assert "uphold_rate_type_average_pct" not in figures(letter)
