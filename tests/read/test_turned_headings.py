"""A number belongs to the heading above it, also where the headings of narrow columns are turned by 90 degrees."""

from collections.abc import Iterator

import pytest

from redress.model.letter import Letter
from redress.read.reader import read_letter
from tests.paper import HEIGHT, WIDTH, Ink
from tests.read.test_label_pairs import BODY, DECIDED, HEADINGS, RECEIVED, SIZE, Table, wrapped
from tests.read.written import Sheet, written

BOX = f"/MediaBox [0 0 {WIDTH} {HEIGHT}]"
COLUMN = 46
UPWARD, DOWNWARD = "0 1 -1 0", "0 -1 1 0"


def _turned(text: str, matrix: str, x: float, y: float) -> str:
    return f"BT /Plain {SIZE} Tf {matrix} {x:.1f} {y:.1f} Tm ({text}) Tj ET"


def _label(label: str, matrix: str, x: float, y: float) -> Iterator[str]:
    """Yield the operators that draw each line of a turned label. All lines begin at one height; the first line of a
    downward label is on the right.
    """
    lines = wrapped(label)
    for index, line in enumerate(lines):
        place = index if matrix == UPWARD else len(lines) - 1 - index
        yield _turned(line.replace("'", "\\'"), matrix, x + 11 * place, y)


def _letter(matrix: str, entries: str = "", stamp: str = "") -> Letter:
    inks: list[Ink] = []
    drawing = [stamp]
    for heading, table, top in zip(HEADINGS, (RECEIVED, DECIDED), (90.0, 400.0), strict=True):
        inks.append(Ink(heading, 60, top, 12))
        for index, (label, value) in enumerate(table.items()):
            x = 70 + COLUMN * index
            inks.append(Ink(str(value), x, top + 160, SIZE))
            drawing += _label(label, matrix, x + 6, HEIGHT - (top + (150 if matrix == UPWARD else 25)))
    page = Sheet(inks, BOX + entries, drawing="0 g\n" + "\n".join(drawing))
    return read_letter(written(Sheet(BODY, BOX + entries), page), "letter.pdf")


def _counts(letter: Letter, measure: str) -> Table:
    return {figure.category or "": int(figure.value) for figure in letter.figures if figure.measure == measure}


@pytest.mark.parametrize("matrix", [UPWARD, DOWNWARD], ids=["upward", "downward"])
@pytest.mark.parametrize("entries", ["", " /Rotate 90"], ids=["upright", "page on its side"])
def test_each_number_is_that_of_the_turned_heading_above_it(matrix: str, entries: str) -> None:
    letter = _letter(matrix, entries)
    assert list(_counts(letter, "received_count").values()) == list(RECEIVED.values())
    assert _counts(letter, "received_count")["planning_and_development"] == 1
    assert _counts(letter, "decided_count") == {
        "incomplete_or_invalid": 4,
        "advice_given": 1,
        "referred_back": 30,
        "closed_after_initial_enquiries": 29,
        "not_upheld": 12,
        "upheld": 20,
        "total": 96,
    }
    assert letter.value("uphold_rate_pct") == 63


def test_a_mark_along_the_edge_is_no_text_of_the_letter() -> None:
    stamp = _turned("Adult Care 99 received 12 March", UPWARD, 580, 200)
    assert _letter(UPWARD, stamp=stamp).figures == _letter(UPWARD).figures
