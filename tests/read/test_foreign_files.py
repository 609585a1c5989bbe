"""A file that cannot be read, or is no letter of the Ombudsman to a council, is refused or held back."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from redress.model.letter import Verdict
from tests.paper import HEIGHT, WIDTH, pdf, stack
from tests.read.invented import (
    FIGURES,
    LETTER,
    STATISTICS,
    figures,
    read,
)

pytestmark = pytest.mark.needs("processes")

WHOLE = pdf(LETTER, STATISTICS)


def picture(is_large: bool = True) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    image = ImageReader(Image.new("RGB", (60, 80), (200, 180, 160)))
    canvas.drawImage(image, 20, 20, *((550, 800) if is_large else (30, 40)))
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


HOSTILE = {
    # file: bytes, name, how the reason starts
    "empty": (b"", "letter.pdf", "empty: the file has no bytes"),
    "text named as a PDF": (b"Dear Ms Trewhitt, 67% of it", "letter.pdf", "not a PDF: the file is text"),
    "HTML named as a PDF": (
        b"<!DOCTYPE html><html>Gone</html>",
        "letter.pdf",
        "not a PDF: the file is an HTML page",
    ),
    "an office document": (b"PK\x03\x04\x14\x00\x00", "letter.pdf", "not a PDF: the file is a ZIP archive"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "letter.png", "not a PDF: the file is of another kind"),
    "bytes named as text": (b"Dear\x00\x00\x01", "letter.txt", "not a PDF: the file is named as a text"),
    "a text without words": (b" \n\n\t\n", "letter.txt", "empty: the text has no words"),
    "random bytes behind the mark": (b"%PDF-1.7\n" + bytes(range(256)) * 20, "letter.pdf", "damaged:"),
    "the mark alone": (b"%PDF-", "letter.pdf", "damaged:"),
    "cut off in the first page": (WHOLE[:900], "letter.pdf", "damaged:"),
    "with a password": (
        pdf(LETTER, STATISTICS, encryption=StandardEncryption("secret", "owner")),
        "letter.pdf",
        "encrypted: the PDF opens only with a password",
    ),
    "scanned": (picture(), "letter.pdf", "scanned: 1 page(s) of pictures and no text"),
    "blank": (pdf([]), "letter.pdf", "empty: 1 page(s) with no text"),
    "a small picture and no text": (picture(is_large=False), "letter.pdf", "empty: 1 page(s)"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_cannot_be_read_says_its_cause(case: str) -> None:
    content, name, reason = HOSTILE[case]
    letter = read(content, name)
    assert letter.verdict is Verdict.UNREADABLE
    assert letter.reason.startswith(reason), letter.reason
    assert letter.figures == ()
    assert len(letter.sha256) == 64


@pytest.mark.parametrize("share", [0.2, 0.35, 0.5, 0.65, 0.8, 0.95])
def test_a_letter_that_is_cut_off_never_gives_a_wrong_number(share: float) -> None:
    letter = read(WHOLE[: int(len(WHOLE) * share)])
    for measure, value in figures(letter).items():
        assert value == FIGURES[measure]


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=2_000), st.sampled_from(["a.pdf", "a.txt", "a.md", "a.docx", "a", ""]))
def test_no_bytes_raise(content: bytes, name: str) -> None:
    assert read(content, name).verdict in Verdict
    assert read(b"%PDF-1.4\n" + content, name).verdict in Verdict


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=12))
def test_no_damage_inside_a_letter_raises(place: int, bytes_: bytes) -> None:
    letter = read(WHOLE[:place] + bytes_ + WHOLE[place + len(bytes_) :])
    assert letter.verdict in Verdict


@pytest.mark.parametrize("office", ["Housing Ombudsman", "Public Services Ombudsman for Wales"])
def test_a_letter_of_another_ombudsman_is_not_a_letter(office: str) -> None:
    last = max(ink.top for ink in LETTER)
    letter = read(pdf([*LETTER, *stack([f"Richard Roe\n{office}"], top=last + 30)], STATISTICS))
    assert letter.verdict is Verdict.NOT_A_LETTER
    assert "another ombudsman" in letter.reason


def test_a_letter_to_a_care_provider_is_not_a_letter() -> None:
    body = [
        replace(ink, text=ink.text.replace("Wexmarsh District Council", "Sunnybank Care Ltd")) for ink in LETTER
    ]
    letter = read(pdf(body, STATISTICS))
    assert letter.verdict is Verdict.NOT_A_LETTER
    assert "provider" in letter.reason


def test_a_council_that_quotes_the_figures_is_not_the_ombudsman() -> None:
    last = max(ink.top for ink in LETTER)
    signed = stack(["Jo Bloggs\nMonitoring Officer and link officer to the Ombudsman"], top=last + 30)
    letter = read(pdf([*LETTER, *signed], STATISTICS))
    assert any("not signed" in conflict.detail for conflict in letter.conflicts)


def test_a_foreign_readable_pdf_is_not_a_letter() -> None:
    invoice = stack(["Invoice 2021-118", "Training course: 2 upheld decisions", "Total 1,240.00", "Paid 100%"])
    letter = read(pdf(invoice))
    assert letter.verdict is Verdict.NOT_A_LETTER
    assert letter.figures == ()
    assert letter.header.authority_name is None


def test_a_foreign_text_is_not_a_letter() -> None:
    assert read(b"Minutes of a meeting on 21 July 2021.", "minutes.txt").verdict is Verdict.NOT_A_LETTER


def test_a_text_without_end_is_not_a_letter() -> None:
    letter = read(b"Dear Ms Trewhitt " * 150_000, "letter.txt")
    assert letter.verdict is Verdict.NOT_A_LETTER
    assert "2,550,000 bytes of text" in letter.reason


def test_a_pdf_is_known_by_its_bytes_and_not_by_its_name() -> None:
    assert figures(read(WHOLE, "letter.dat")) == FIGURES
    assert figures(read(b"\n\n" + WHOLE, "letter.txt")) == FIGURES
