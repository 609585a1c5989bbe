"""Each rule passes on a consistent letter, and fails on a letter that is broken in its way, naming the numbers."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.check.letter_rules import LETTER_RULES, SHARES, check_letter
from redress.check.rule import Check, LetterRule, Severity
from redress.model.letter import Conflict, Letter, StatedYear, Verdict
from redress.model.measures import Absence, half_up_pct
from tests.made import FIGURES, figure, letter, sha256, without_statistics

RULES = {rule.name: rule for rule in LETTER_RULES}

NOTHING_UPHELD: dict[str, str | Absence] = {
    "upheld_count": "0",
    "uphold_rate_pct": "0",
    **{measure: Absence.NONE_UPHELD for measure in FIGURES if measure.startswith("satisfactory_")},
}


def applied(rule: LetterRule, letter: Letter) -> Check:
    return rule.check(rule.ask(letter))


@given(st.data(), st.integers(1, 20_000))
def test_a_share_is_rounded_half_up_exactly(data: st.DataObject, whole: int) -> None:
    part = data.draw(st.integers(0, whole))
    exact = Fraction(100 * part, whole) + Fraction(1, 2)
    assert half_up_pct(Decimal(part), Decimal(whole)) == exact.numerator // exact.denominator


@pytest.mark.parametrize(
    ("part", "whole", "pct"),
    [(33, 40, 83), (1, 3, 33), (2, 3, 67), (1, 8, 13), (1, 200, 1), (1, 1, 100), (0, 2, 0)],
)
def test_shares_that_letters_print(part: int, whole: int, pct: int) -> None:
    assert half_up_pct(Decimal(part), Decimal(whole)) == pct


@pytest.mark.parametrize("part", [0, 1])
def test_a_share_of_nothing_does_not_exist(part: int) -> None:
    with pytest.raises(ZeroDivisionError):
        half_up_pct(Decimal(part), Decimal(0))


@pytest.mark.parametrize("name", RULES)
def test_each_rule_holds_on_a_consistent_letter(name: str) -> None:
    check = applied(RULES[name], letter())
    assert check.is_passed, check.detail
    assert check.detail


@pytest.mark.parametrize("name", RULES)
def test_each_rule_holds_on_a_letter_with_nothing_upheld_and_nothing_due(name: str) -> None:
    none_due = dict.fromkeys((measure for measure in FIGURES if measure.startswith("compliance")), Absence.NONE_DUE)
    check = applied(RULES[name], letter(changes={**NOTHING_UPHELD, **none_due}))
    assert check.is_passed, check.detail


def years(*seasons: int) -> tuple[StatedYear, ...]:
    return tuple(
        StatedYear(f"place {number}", season, f"words of {season}") for number, season in enumerate(seasons)
    )


OVERVIEW = {"not_for_us_count": "10", "assessed_and_closed_count": "19", "dealt_with_count": "69"}


def with_table(measure: str, counts: dict[str, str]) -> Letter:
    """Return a consistent letter with a table of counts by category as well."""
    cells = tuple(replace(figure(measure, value), category=category) for category, value in counts.items())
    made = letter()
    return replace(made, figures=made.figures + cells)


def as_picture(made: Letter, *measures: str) -> Letter:
    """Return the letter with the figures of `measures`, and no others, marked as read from a picture."""
    return replace(made, figures=tuple(replace(one, is_ocr=one.measure in measures) for one in made.figures))


ZEROS: list[dict[str, str | Absence]] = [
    {"compliance_outcomes_count": "0", "compliance_rate_pct": "0"},
    NOTHING_UPHELD | {"satisfactory_remedies_count": "0", "satisfactory_remedy_rate_pct": "0"},
    NOTHING_UPHELD | {"investigations_count": "0"},
    NOTHING_UPHELD
    | {"investigations_count": "0"}
    | dict.fromkeys(("upheld_count", "uphold_rate_pct"), Absence.NONE_INVESTIGATED),
]
"""Changes to a letter's figures. Each change gives what the statistics page of a council states if nothing was due,
upheld or investigated: zeros, and a rate of 0% or none."""


@pytest.mark.parametrize("changes", ZEROS)
def test_zero_per_cent_of_nothing_is_printed_in_good_letters(changes: dict[str, str | Absence]) -> None:
    assert [check.detail for check in check_letter(letter(changes=changes)) if check.holds_back] == []


CONTRADICTIONS: dict[str, tuple[dict[str, str], str]] = {
    "uphold_rate_is_upheld_over_investigations": (
        {"upheld_count": "22", "investigations_count": "24", "uphold_rate_pct": "93"},
        "upheld 22 of investigations 24 is 92%, and 93% is printed",
    ),
    "remedy_rate_is_remedies_over_upheld": (
        {"satisfactory_remedy_rate_pct": "8"},
        "satisfactory remedies 3 of upheld 33 is 9%, and 8% is printed",
    ),
    "compliance_rate_is_possible": (
        {"compliance_rate_pct": "99"},
        "no whole number of 30 compliance outcomes is 99%",
    ),
}


def without_box(made: Letter, measure: str) -> Letter:
    """Return the letter with one figure that has no place on its page."""
    return replace(
        made, figures=tuple(replace(one, box=None) if one.measure == measure else one for one in made.figures)
    )


@pytest.mark.parametrize("rule", CONTRADICTIONS)
@pytest.mark.parametrize("is_text", [False, True], ids=["page", "text"])
def test_a_contradiction_is_the_letters_own_only_if_each_of_its_figures_is_certain(
    rule: str, is_text: bool
) -> None:
    changes, found = CONTRADICTIONS[rule]
    made = letter(changes=changes, is_text=is_text)
    assert applied(RULES[rule], made).detail == f"the letter contradicts itself: {found}"
    for measure, _ in SHARES[rule].named(made):
        doubted = [
            as_picture(made, measure),
            replace(made, conflicts=(Conflict(measure, "two readings"),)),
            *([] if is_text else [without_box(made, measure)]),
        ]
        assert {applied(RULES[rule], one).detail for one in doubted} == {
            f"{found}, or one of these numbers is misread"
        }


def test_a_table_contradicts_its_rate_too() -> None:
    counted = with_table("decided_count", {"not_upheld": "29"})
    made = replace(
        counted,
        figures=tuple(one for one in counted.figures if one.measure != "investigations_count"),
    )
    check = applied(RULES["uphold_rate_is_upheld_over_investigations"], made)
    assert check.detail == (
        "the letter contradicts itself: upheld 33 of upheld and not upheld together (derived) 62 is 53%, and 83% "
        "is printed"
    )


BROKEN: list[tuple[str, Letter, tuple[str, ...]]] = [
    # rule, a letter broken in just that way, what the detail has to name
    (
        "uphold_rate_is_upheld_over_investigations",
        letter(changes={"uphold_rate_pct": "82"}),
        ("33", "40", "83%", "82%"),
    ),
    (
        "uphold_rate_is_upheld_over_investigations",
        letter(changes={"investigations_count": "0", "upheld_count": "0", "uphold_rate_pct": "5"}),
        ("investigations 0", "5%", "the letter contradicts itself"),
    ),
    (
        "remedy_rate_is_remedies_over_upheld",
        letter(changes={"satisfactory_remedy_rate_pct": "8"}),
        ("3", "33", "9%", "8%"),
    ),
    ("compliance_rate_is_possible", letter(changes={"compliance_rate_pct": "99"}), ("30", "99%")),
    (
        "compliance_rate_is_possible",
        letter(changes={"compliance_outcomes_count": "0", "compliance_rate_pct": "100"}),
        ("the letter contradicts itself", "100%", "0 compliance outcomes"),
    ),
    (
        "numbers_are_possible",
        letter(changes={"upheld_count": "41"}),
        ("upheld_count 41", "investigations_count 40"),
    ),
    (
        "numbers_are_possible",
        letter(changes={"satisfactory_remedies_count": "34"}),
        ("satisfactory_remedies_count 34", "upheld_count 33"),
    ),
    ("numbers_are_possible", letter(changes={"uphold_rate_type_average_pct": "101"}), ("type_average_pct is 101",)),
    ("numbers_are_possible", letter(changes={"investigations_count": "40.5"}), ("investigations_count is 40.5",)),
    ("numbers_are_possible", letter(changes={"compliance_outcomes_count": "-1"}), ("is -1, below zero",)),
    (
        "readings_agree",
        letter(conflicts=(Conflict("upheld_count", "read as 3 and as 30"),)),
        ("read as 3 and as 30",),
    ),
    (
        "absences_fit_counts",
        letter(changes={name: code for name, code in NOTHING_UPHELD.items() if isinstance(code, Absence)}),
        ("33 upheld",),
    ),
    ("authority_is_named", letter(authority=None), ("no addressee",)),
    ("years_agree", letter(stated_years=years(2021, 2020)), ("2021", "2020", "words of 2020")),
    ("years_agree", letter(stated_years=()), ("no year",)),
    ("years_agree", letter(period_start=dt.date(2020, 4, 2)), ("2 April 2020", "1 April")),
    ("years_agree", letter(period_end=dt.date(2021, 3, 30)), ("30 March 2021", "31 March")),
    (
        "uphold_figures_complete",
        letter(changes={"upheld_count": Absence.NOT_STATED}),
        ("upheld_count",),
    ),
    (
        "uphold_figures_complete",
        letter(changes={"investigations_count": Absence.NOT_STATED}),
        ("investigations_count",),
    ),
    ("uphold_figures_complete", letter(changes={"uphold_rate_pct": Absence.NOT_STATED}), ("uphold_rate_pct",)),
    ("tables_add_up", letter(changes={**OVERVIEW, "dealt_with_count": "70"}), ("10 + 19 + 40 is 69", "70 dealt")),
    ("tables_add_up", letter(changes={"not_for_us_count": "10"}), ("dealt with cannot be checked", "not stated")),
    ("tables_add_up", with_table("received_count", {"housing": "4", "other": "5", "total": "10"}), ("9", "10")),
    ("tables_add_up", with_table("decided_count", {"upheld": "4", "total": "3"}), ("4", "3")),
    ("tables_add_up", with_table("received_count", {"housing": "4"}), ("received_count", "not stated")),
    (
        "ocr_is_confirmed",
        as_picture(letter(changes={"compliance_outcomes_count": Absence.NOT_STATED}), "compliance_rate_pct"),
        ("compliance_rate_pct", "compliance_outcomes_count"),
    ),
    (
        "blocks_complete",
        letter(changes={"compliance_rate_type_average_pct": Absence.NOT_STATED}),
        ("compliance_rate_type_average_pct",),
    ),
    (
        "remedy_base_is_known",
        letter(changes={"satisfactory_remedy_printed_base_count": "39"}),
        ("39", "investigations_count 40", "upheld_count 33"),
    ),
]


@pytest.mark.parametrize(("name", "broken", "told"), BROKEN)
def test_a_rule_fails_on_a_letter_broken_in_its_way_and_names_the_numbers(
    name: str, broken: Letter, told: tuple[str, ...]
) -> None:
    check = applied(RULES[name], broken)
    assert not check.is_passed
    for words in told:
        assert words in check.detail


@pytest.mark.parametrize(
    "made",
    [letter(changes=OVERVIEW), with_table("received_count", {"housing": "4", "other": "5", "total": "9"})],
    ids=["overview", "table"],
)
def test_what_adds_up_passes(made: Letter) -> None:
    check = applied(RULES["tables_add_up"], made)
    assert check.is_passed, check.detail


def test_every_rule_is_broken_by_some_letter_here() -> None:
    assert {name for name, _, _ in BROKEN} == set(RULES)


def test_figures_of_a_picture_that_confirm_each_other_pass() -> None:
    check = applied(RULES["ocr_is_confirmed"], as_picture(letter(), *FIGURES))
    assert check.is_passed, check.detail


def test_a_count_of_a_picture_without_its_rate_is_not_confirmed() -> None:
    made = letter(changes={"satisfactory_remedy_rate_pct": Absence.NOT_STATED})
    check = applied(RULES["ocr_is_confirmed"], as_picture(made, "satisfactory_remedies_count"))
    assert not check.is_passed


def test_a_wrong_rate_breaks_its_own_rule_and_no_other() -> None:
    failed = [
        check.rule for check in check_letter(letter(changes={"uphold_rate_pct": "82"})) if not check.is_passed
    ]
    assert failed == ["uphold_rate_is_upheld_over_investigations"]


@given(st.data(), st.integers(1, 500))
def test_the_compliance_rate_of_any_possible_case_passes(data: st.DataObject, outcomes: int) -> None:
    satisfied = data.draw(st.integers(0, outcomes))
    rate = half_up_pct(Decimal(satisfied), Decimal(outcomes))
    made = letter(changes={"compliance_outcomes_count": str(outcomes), "compliance_rate_pct": str(rate)})
    check = applied(RULES["compliance_rate_is_possible"], made)
    assert check.is_passed, check.detail


@given(st.integers(1, 500), st.integers(0, 100))
def test_a_compliance_rate_that_no_number_of_cases_gives_fails(outcomes: int, rate: int) -> None:
    possible = {half_up_pct(Decimal(satisfied), Decimal(outcomes)) for satisfied in range(outcomes + 1)}
    made = letter(changes={"compliance_outcomes_count": str(outcomes), "compliance_rate_pct": str(rate)})
    assert applied(RULES["compliance_rate_is_possible"], made).is_passed == (rate in possible)


def test_the_remedy_rate_is_never_of_the_printed_base() -> None:
    of_the_base = letter(changes={"satisfactory_remedy_rate_pct": str(half_up_pct(Decimal(3), Decimal(40)))})
    assert not applied(RULES["remedy_rate_is_remedies_over_upheld"], of_the_base).is_passed


@pytest.mark.parametrize("base", ["33", "40"])
def test_the_printed_base_may_be_either_count(base: str) -> None:
    made = letter(changes={"satisfactory_remedy_printed_base_count": base})
    assert applied(RULES["remedy_base_is_known"], made).is_passed


@pytest.mark.parametrize("name", ["blocks_complete", "remedy_base_is_known"])
def test_what_does_not_make_a_number_wrong_is_a_warning(name: str) -> None:
    assert RULES[name].severity is Severity.WARNING


def test_all_other_rules_are_critical() -> None:
    warnings = {rule.name for rule in LETTER_RULES if rule.severity is Severity.WARNING}
    assert warnings == {"blocks_complete", "remedy_base_is_known"}


def test_a_letter_without_statistics_is_asked_about_its_years_only() -> None:
    assert [check.rule for check in check_letter(without_statistics("bare"))] == ["years_agree"]


@pytest.mark.parametrize("verdict", [Verdict.UNREADABLE, Verdict.NOT_A_LETTER, Verdict.UNKNOWN_LAYOUT])
def test_a_file_without_figures_is_asked_nothing(verdict: Verdict) -> None:
    assert check_letter(Letter(sha256("a file"), verdict, "a reason")) == ()
