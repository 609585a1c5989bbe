"""An oddity changes how a page is drawn and not what the page says; each golden letter is marked as a sample."""

import csv
import io
from pathlib import Path

import pdfplumber
import pypdfium2
import pytest

from samples.press.content import SAMPLE_MARK
from samples.press.galley import Leaf, Pen, Run, pdf
from samples.press.golden import GOLDEN_LETTERS
from samples.press.golden_letter import GoldenLetter
from samples.press.golden_oddities import OF_2021
from samples.press.looks import HELVETICA
from samples.press.oddities import (
    bold_by_drawing_twice,
    in_random_order,
    numbers_first,
    per_cent_apart,
    with_ligatures,
    with_typographers_signs,
)
from samples.press.places import SAMPLES
from samples.press.setting import one_column, statistics_leaves
from samples.press.wording import statistics_page

REAL_AUTHORITIES = SAMPLES.parent / "dbt_project" / "seeds" / "authorities.csv"


def statistics_leaf() -> Leaf:
    (leaf,) = statistics_leaves(statistics_page(OF_2021), one_column)
    return leaf


def drawn(leaf: Leaf) -> list[str]:
    return [run.text for run in leaf.runs]


def seen(leaf: Leaf) -> list[str]:
    with pdfplumber.open(io.BytesIO(pdf([leaf], "a page"))) as printed:
        return [str(line) for line in printed.pages[0].dedupe_chars().extract_text().splitlines()]


@pytest.mark.parametrize("oddity", [in_random_order, numbers_first, per_cent_apart, bold_by_drawing_twice])
def test_a_page_drawn_oddly_looks_the_same_and_is_drawn_otherwise(oddity: object) -> None:
    leaf = statistics_leaf()
    assert callable(oddity)
    odd = oddity(leaf)
    assert drawn(odd) != drawn(leaf)
    assert [line.replace(" ", "") for line in seen(odd)] == [line.replace(" ", "") for line in seen(leaf)]


def test_a_rate_and_its_sign_are_two_pieces_of_text() -> None:
    texts = drawn(per_cent_apart(statistics_leaf()))
    assert "83" in texts
    assert "83%" not in texts


def test_spelling_changes_no_figure() -> None:
    assert with_ligatures("first fling, efficient") == "ﬁrst ﬂing, eﬃcient"
    assert with_typographers_signs("the Council's 31 March") == "the Council’s 31\u00a0March"


def test_a_paragraph_goes_on_at_the_top_of_the_next_page() -> None:
    pen = Pen([Leaf()], width=100.0)
    pen.y = pen.bottom - 14
    pen.write("In 97% of cases we were satisfied the authority had", 10)
    first, second = pen.leaves
    assert [run.text for run in first.runs] == ["In 97% of cases we"]
    assert second.runs[0].y == pen.top + 10


def test_the_parts_of_a_run_stand_where_they_stood() -> None:
    run = Run("53% of", 60, 100, HELVETICA.regular, 10)
    sign = run.part(2, 3)
    assert sign.text == "%"
    assert sign.x == pytest.approx(60 + run.part(0, 2).width)


@pytest.mark.parametrize("golden", GOLDEN_LETTERS, ids=lambda golden: f"{golden.folder}/{golden.file_name}")
def test_every_page_of_a_golden_letter_is_marked_as_a_sample(golden: GoldenLetter) -> None:
    content = golden.print()
    if not golden.file_name.endswith(".pdf"):
        assert SAMPLE_MARK in content.decode()
        return
    if golden.truth["verdict"] == "unreadable":
        return  # a picture of the mark, or a page behind a password
    with pypdfium2.PdfDocument(content) as printed:
        for page in printed:
            text = page.get_textpage().get_text_bounded()
            is_picture = not text.strip()
            assert is_picture or SAMPLE_MARK.split()[0] in text


def test_the_same_golden_letter_is_the_same_bytes() -> None:
    for golden in GOLDEN_LETTERS[::9]:
        assert golden.print() == golden.print()


def test_no_golden_letter_is_about_a_real_council() -> None:
    with REAL_AUTHORITIES.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    real = {row["authority_name"].casefold() for row in rows}
    stems = {row["short_name"].casefold() for row in rows}
    names = {golden.truth["authority_name"] for golden in GOLDEN_LETTERS} - {None}
    assert names
    for name in names:
        assert name.casefold() not in real
        assert not set(name.casefold().split()) & stems


def test_no_two_golden_letters_are_one_file() -> None:
    names = [Path(golden.folder, golden.file_name).with_suffix("") for golden in GOLDEN_LETTERS]
    assert len(set(names)) == len(names)
