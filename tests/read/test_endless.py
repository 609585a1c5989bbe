"""A PDF is refused if a reference leads back to itself, or if drawings draw each other without end."""

import pytest

from redress.model.letter import Verdict
from redress.read.reader import read_letter
from redress.read.workers import File, Readers
from redress.settings import Limits
from tests.paper import pdf
from tests.read.invented import FIGURES, LETTER, STATISTICS, figures

pytestmark = pytest.mark.needs("processes")

TEXT = "BT /F1 12 Tf 50 700 Td (the Ombudsman) Tj ET"
DRAWS = "/Subtype /Form /BBox [0 0 600 800]"
OBJECTS = {
    1: "<< /Type /Catalog /Pages 2 0 R >>",
    2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources 5 0 R >>",
    4: f"<< /Length {len(TEXT)} >> stream\n{TEXT}\nendstream",
    5: "<< /Font << /F1 6 0 R >> /XObject << /X 7 0 R >> >>",
    6: "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
}


def _file(changed: dict[int, str]) -> bytes:
    """Return a PDF of one page without an index, so that pdfium searches the file for its objects."""
    objects = (f"{number} 0 obj\n{body}\nendobj\n" for number, body in (OBJECTS | changed).items())
    return f"%PDF-1.5\n{''.join(objects)}trailer << /Root 1 0 R >>\n%%EOF\n".encode()


def _stream(content: str, entries: str = "") -> str:
    return f"<< /Length {len(content)} {entries} >> stream\n{content}\nendstream"


def _drawing(draws: str, number: int | None = None) -> str:
    named = "" if number is None else f"/Resources << /XObject << /X {number} 0 R >> >>"
    return _stream(draws, f"{DRAWS} {named}")


REFERENCES = {
    "the catalogue": {1: "1 0 R"},
    "the tree of pages": {2: "2 0 R"},
    "two objects in turn": {2: "7 0 R", 7: "2 0 R"},
    "the list of pages": {2: "<< /Type /Pages /Kids 7 0 R /Count 1 >>", 7: "7 0 R"},
    "a page": {3: "3 0 R"},
    "a page's content": {4: "4 0 R"},
    "a page's resources": {5: "5 0 R"},
    "an edge of a page": {
        3: "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 7 0 R 800] /Contents 4 0 R >>",
        7: "7 0 R",
    },
    "a font": {6: "6 0 R"},
    "a font's map": {6: "<< /Type /Font /Subtype /TrueType /BaseFont /X /ToUnicode 7 0 R >>", 7: "7 0 R"},
    "a filter": {4: _stream("x", "/Filter 7 0 R"), 7: "7 0 R"},
    "a length": {4: f"<< /Length 7 0 R >> stream\n{TEXT}\nendstream", 7: "7 0 R"},
}
DRAWINGS = {
    "itself, twice": {4: _stream("/X Do"), 7: _drawing("/X Do /X Do", 7)},
    "itself by the page's name": {4: _stream("/X Do"), 7: _drawing("/X Do /X Do")},
    "each other": {4: _stream("/X Do"), 7: _drawing("/X Do /X Do", 8), 8: _drawing("/X Do /X Do", 7)},
    "twice as many at each step": {
        4: _stream("/X Do"),
        **{number: _drawing("/X Do /X Do", number + 1) for number in range(7, 25)},
        25: _drawing("0 0 9 9 re f"),
    },
    "in a long row": {
        4: _stream("/X Do"),
        **{number: _drawing("/X Do", number + 1) for number in range(7, 107)},
        107: _drawing("0 0 9 9 re f"),
    },
}


def test_objects_without_end_are_refused_with_their_numbers() -> None:
    files = [File(f"{name}.pdf", _file(changed)) for name, changed in (REFERENCES | DRAWINGS).items()]
    with Readers(Limits(time_seconds=2, workers=1)) as readers:
        letters = {file.name: letter for file, letter in zip(files, readers.read(files), strict=True)}
    assert {letter.verdict for letter in letters.values()} == {Verdict.UNREADABLE}
    for name in REFERENCES:
        assert "refers to itself" in letters[f"{name}.pdf"].reason, name
    for name in DRAWINGS:
        assert "a drawing, " in letters[f"{name}.pdf"].reason, name


def test_what_looks_endless_and_ends_is_read() -> None:
    reference = {2: "7 0 R", 7: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"}
    drawings = {4: _stream(f"{TEXT} /X Do /X Do"), 7: _drawing("/X Do /X Do", 8), 8: _drawing("0 0 9 9 re f")}
    for changed in (reference, drawings):
        letter = read_letter(_file(changed), "letter.pdf")
        assert letter.verdict is Verdict.NOT_A_LETTER, letter.reason
    assert figures(read_letter(pdf(LETTER, STATISTICS), "letter.pdf")) == FIGURES
