"""In a table that is set in an unusual way, a number is read with its own label, or not at all."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest

from redress.check.letter_rules import check_letter
from redress.check.rule import Severity
from redress.model.letter import Letter
from redress.read.files.text import document_from_text
from redress.read.page.document import Segment
from redress.read.page.label_pairs import paired
from redress.read.reader import read_letter
from tests.paper import Ink, pdf
from tests.read.invented import LETTER

Table = dict[str, int | str]

SERVICES: Table = {
    "Adult Care Services": 31,
    "Benefits and Tax": 2,
    "Corporate and Other Services": 3,
    "Education and Children's Services": 44,
    "Environment Services": 5,
    "Highways and Transport": 17,
    "Housing": 0,
    "Planning and Development": 1,
    "Other": 6,
}
OUTCOMES: Table = {
    "Incomplete or Invalid": 4,
    "Advice Given": 1,
    "Referred Back for Local Resolution": 30,
    "Closed After Initial Enquiries": 29,
    "Not Upheld": 12,
    "Upheld": 20,
}
RECEIVED: Table = {**SERVICES, "Total": sum(map(int, SERVICES.values()))}
DECIDED: Table = {**OUTCOMES, "Uphold Rate": "63%", "Total": sum(map(int, OUTCOMES.values()))}
HEADINGS = ("Complaints and enquiries received", "Decisions made")
BODY = [replace(ink, text=ink.text.replace("2021", "2018")) for ink in LETTER if "66%" not in ink.text]
SIZE = 9.0


def rows(table: Table, top: float, place: Callable[[str, str], list[tuple[str, float, float]]]) -> list[Ink]:
    """Return the ink of a table with a row for each label. `place` gives each text of a row, with its x and its
    distance below the row's top.
    """
    inks = []
    for number, (label, value) in enumerate(table.items()):
        inks += [Ink(text, x, top + 26 * number + dy, SIZE) for text, x, dy in place(label, str(value))]
    return inks


def wrapped(label: str) -> list[str]:
    """Return the lines of a label: two lines if the label has several words, and one line if it has one word."""
    words = label.split()
    half = (len(words) + 1) // 2
    return [" ".join(words[:half]), " ".join(words[half:])] if len(words) > 1 else [label]


def number_before(label: str, value: str) -> list[tuple[str, float, float]]:
    return [(value, 72, 0), (label, 120, 0)]


def beside_the_middle(label: str, value: str) -> list[tuple[str, float, float]]:
    lines = wrapped(label)
    return [*((line, 72.0, 10.0 * index) for index, line in enumerate(lines)), (value, 300, 5.0 * (len(lines) - 1))]


def beside_the_last_line(label: str, value: str) -> list[tuple[str, float, float]]:
    lines = wrapped(label)
    return [
        *((line, 72.0, 10.0 * index) for index, line in enumerate(lines)),
        (value, 300, 10.0 * (len(lines) - 1)),
    ]


def with_leaders(label: str, value: str) -> list[tuple[str, float, float]]:
    return [(f"{label} {'.' * 30} {value}", 72, 0)]


def as_a_list(label: str, value: str) -> list[tuple[str, float, float]]:
    return [(f"{label}: {value}", 72, 0)]


def numbers_above(table: Table, top: float) -> list[Ink]:
    """Return the ink of a table with a column for each label: the number, and below it each word of the label."""
    inks = []
    for index, (label, value) in enumerate(table.items()):
        x = 40 + 52 * index
        inks.append(Ink(str(value), x, top, 6))
        inks += [Ink(word, x, top + 10 + 8 * line, 6) for line, word in enumerate(label.split())]
    return inks


def report(draw: Callable[[Table, float], list[Ink]]) -> bytes:
    top_of_second = 420.0
    page = [
        Ink("Local Authority Report: Wexmarsh District Council", 72, 60, 14),
        Ink("For the period ending: 31/03/2018", 72, 84, SIZE),
        Ink(HEADINGS[0], 72, 110, 12),
        *draw(RECEIVED, 135),
        Ink(HEADINGS[1], 72, top_of_second, 12),
        *draw(DECIDED, top_of_second + 25),
    ]
    return pdf(BODY, page)


def told(letter: Letter, measure: str) -> list[int]:
    return [int(figure.value) for figure in letter.figures if figure.measure == measure]


ROWS = [number_before, beside_the_middle, beside_the_last_line, with_leaders, as_a_list]
DRAWINGS: dict[str, Callable[[Table, float], list[Ink]]] = {
    **{place.__name__: partial(rows, place=place) for place in ROWS},
    "numbers_above": numbers_above,
}


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_each_number_is_its_own_labels(drawing: str) -> None:
    letter = read_letter(report(DRAWINGS[drawing]), "letter.pdf")
    received = {f.category: int(f.value) for f in letter.figures if f.measure == "received_count"}
    decided = {f.category: int(f.value) for f in letter.figures if f.measure == "decided_count"}
    assert sorted(received.values()) == sorted(map(int, RECEIVED.values()))
    assert received["education_and_childrens"] == 44
    assert received["highways_and_transport"] == 17
    assert received["other"] == 6
    assert decided["not_upheld"] == 12
    assert decided["upheld"] == 20
    assert decided["referred_back"] == 30
    failed = [check.rule for check in check_letter(letter) if not check.is_passed]
    assert not [rule for rule in failed if rule in ("tables_add_up", "readings_agree")]


@pytest.mark.parametrize("drawing", ["number_before", "beside_the_middle", "numbers_above"])
def test_a_table_that_does_not_add_up_gives_no_pairs(drawing: str) -> None:
    wrong: Table = {label: 7 if label == "Housing" else value for label, value in RECEIVED.items()}

    def draw(table: Table, top: float) -> list[Ink]:
        return DRAWINGS[drawing](wrong if "Housing" in table else table, top)

    letter = read_letter(report(draw), "letter.pdf")
    critical = [c for c in check_letter(letter) if c.severity is Severity.CRITICAL and not c.is_passed]
    assert critical or not told(letter, "received_count")


def test_rows_of_somebody_elses_cases_are_not_paired() -> None:
    other: Table = {("of which council housing" if k == "Housing" else k): v for k, v in RECEIVED.items()}

    def draw(table: Table, top: float) -> list[Ink]:
        return DRAWINGS["number_before"](other if "Housing" in table else table, top)

    letter = read_letter(report(draw), "letter.pdf")
    assert "housing" not in {figure.category for figure in letter.figures}


def test_the_evidence_of_a_number_behind_leaders_is_the_number_alone() -> None:
    letter = read_letter(report(DRAWINGS["with_leaders"]), "letter.pdf")
    boxes = [figure.box for figure in letter.figures if figure.measure == "received_count"]
    assert boxes
    for box in boxes:
        assert box is not None
        assert box[2] - box[0] < 30


def a_run(lines: list[str]) -> list[Segment]:
    return list(document_from_text("\n".join(lines)).segments)


MARKS = {"housing": re.compile(".*housing"), "planning": re.compile(".*planning"), "total": re.compile(".*total")}
ADDS_UP = ["Housing: 3", "Planning: 4", "Total: 7"]


def adds_up(counts: dict[str, Decimal]) -> bool:
    return counts["housing"] + counts["planning"] == counts["total"]


def test_pairs_are_given_only_where_they_are_confirmed() -> None:
    pairs = paired(a_run(ADDS_UP), MARKS, adds_up)
    assert pairs is not None
    assert {pair.name: pair.number.text for pair in pairs} == {"housing": "3", "planning": "4", "total": "7"}
    assert paired(a_run(["Housing: 3", "Planning: 4", "Total: 8"]), MARKS, adds_up) is None


@pytest.mark.parametrize("line", ["Parks: 1", "Housing: 3", "Nothing but words on planning"])
def test_a_number_or_a_label_too_many_gives_no_pairs(line: str) -> None:
    assert paired(a_run([*ADDS_UP, line]), MARKS, adds_up) is None
