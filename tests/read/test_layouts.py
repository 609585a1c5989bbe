"""Each layout has its module, its row, its landmarks and a golden letter."""

import re
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from redress.model.layouts import LAYOUT_ROWS, required_figures
from redress.model.measures import UNIT_OF
from redress.read import layouts
from redress.read.layouts.known import LAYOUTS
from redress.read.page.document import plain
from redress.read.reader import read_letter
from tests.read.test_golden import GOLDEN

SHARED_MODULES = {"__init__", "known", "layout"}
"""The modules of `read/layouts` that are no layout."""


PROSE = "Dear Chief Executive\n\nI write to give you my annual review of the complaints of the year."
"""Lines of a letter that give no figure."""


def golden_pdfs() -> list[Path]:
    """Return the PDFs of the golden letters that are printed without an oddity, in the folder of each layout."""
    return [path for layout in LAYOUTS for path in sorted((GOLDEN / layout.name).glob("*.pdf"))]


def test_each_module_of_a_layout_has_its_row_and_each_row_its_module() -> None:
    (folder,) = map(Path, layouts.__path__)
    modules = {path.stem for path in folder.glob("*.py")} - SHARED_MODULES
    assert modules == {row.name for row in LAYOUT_ROWS}
    assert [layout.name for layout in LAYOUTS] == [row.name for row in LAYOUT_ROWS]


def test_each_layout_requires_figures_that_are_measures() -> None:
    for row in LAYOUT_ROWS:
        assert row.required_figures
        assert {measure for measure, _ in row.required_figures} <= UNIT_OF.keys()


def test_each_layout_has_a_golden_letter_on_which_its_landmarks_are_looked_for() -> None:
    assert {path.parent.name for path in golden_pdfs()} == {layout.name for layout in LAYOUTS}


def test_the_landmarks_of_a_layout_leave_out_a_page_of_prose() -> None:
    for layout in LAYOUTS:
        assert not re.search(layout.landmarks, PROSE, re.IGNORECASE | re.MULTILINE), layout.name


def test_a_layout_without_a_row_is_no_layout_that_requires_nothing() -> None:
    assert required_figures(None) == ()
    with pytest.raises(KeyError):
        required_figures("a_layout_of_nobody")


@pytest.mark.parametrize("path", golden_pdfs(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_landmarks_of_a_layout_stand_on_each_page_with_its_figures(path: Path) -> None:
    letter = read_letter(path.read_bytes(), path.name)
    (layout,) = (layout for layout in LAYOUTS if layout.name == letter.header.layout)
    pages = {figure.page for figure in letter.figures if figure.page is not None}
    assert pages
    with pdfium.PdfDocument(path) as pdf:
        for page in pages:
            text = plain(pdf[page - 1].get_textpage().get_text_range())
            assert re.search(layout.landmarks, text, re.IGNORECASE | re.MULTILINE)
