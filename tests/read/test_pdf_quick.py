"""The quick way reads most letters, and reads from each of them what the thorough way reads."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from redress.check.letter_rules import check_letter
from redress.model.letter import Letter
from redress.read.reader import read_letter
from tests.made import PROJECT
from tests.paper import HEIGHT, WIDTH, Ink, pdf
from tests.read.documents import measured, quick_look
from tests.read.invented import LETTER, STATISTICS
from tests.read.test_printings import PRINTINGS

pytestmark = pytest.mark.needs("time")

PRINTED = sorted((PROJECT / "samples" / "letters").glob("*/*.pdf")) + sorted(
    (PROJECT / "tests" / "read" / "golden").rglob("*.pdf")
)


def told(letter: Letter) -> tuple[object, ...]:
    """Return what a letter states, without the order of the figures and without their boxes, so that two readings
    of the letter can be compared.
    """
    figures = {(one.measure, one.category, one.value, one.text, one.page, one.sentence) for one in letter.figures}
    years = tuple(sorted(letter.header.stated_years, key=lambda year: (year.where, year.text)))
    return (
        letter.verdict,
        figures,
        set(letter.absences),
        replace(letter.header, stated_years=years),
        [check.is_passed for check in check_letter(letter)],
    )


def read_the_long_way(content: bytes) -> Letter:
    return read_letter(content, "letter.pdf", with_pdfium=False)


def test_the_scout_takes_most_letters() -> None:
    taken = [path for path in PRINTED if quick_look(path.read_bytes()) is not None]
    assert len(taken) > 0.7 * len(PRINTED)


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.relative_to(PROJECT).as_posix())
def test_a_quick_look_gives_the_letter_that_the_long_way_gives(path: Path) -> None:
    content = path.read_bytes()
    if quick_look(content) is not None:  # most letters: the test above counts them
        assert told(read_letter(content, path.name)) == told(read_the_long_way(content))


@pytest.mark.parametrize(
    "printing",
    [
        "upright",
        "number and sign in two runs",
        "numbers in bold",
        "two columns",
        "ligatures, quotes, fixed spaces",
        "bold by printing twice",
    ],
)
def test_the_scout_takes_letters_in_which_nothing_is_unusual(printing: str) -> None:
    assert quick_look(PRINTINGS[printing]()) is not None


@pytest.mark.parametrize("printing", ["content turned by 90", "page shown turned by 90"])
def test_the_scout_gives_up_what_is_turned(printing: str) -> None:
    assert quick_look(PRINTINGS[printing]()) is None


def test_the_scout_sees_a_letter_where_the_long_way_does() -> None:
    content = pdf(LETTER, STATISTICS)
    quick, long = read_letter(content, "letter.pdf"), read_the_long_way(content)
    assert quick_look(content) is not None
    boxes = {figure.measure: figure.box for figure in long.figures}
    for figure in quick.figures:
        assert figure.box == pytest.approx(boxes[figure.measure], abs=1.0)


def test_a_number_whose_digits_are_drawn_apart_is_not_read_as_one_of_them() -> None:
    """The 5 of "53%" is drawn last of all: the quick way sees two words that touch, and gives up."""
    page = []
    for ink in STATISTICS:
        before, found, after = ink.text.partition("53%")
        if not found:
            page.append(ink)
            continue
        start = replace(ink, text=before)
        five = start.right("5")
        three = five.right("3%")
        page += [start, three, three.right(after)]
    page.append(five)
    content = pdf(LETTER, page)
    assert quick_look(content) is None
    assert {figure.text for figure in read_letter(content, "letter.pdf").figures} >= {"53%"}


@pytest.mark.parametrize(("told_instead", "is_given_up"), [("35%", True), ("fi", False)])
def test_text_that_is_to_be_told_as_another_is_read_as_it_shows(told_instead: str, is_given_up: bool) -> None:
    content = _marked("53%", told_instead)
    assert (quick_look(content) is None) == is_given_up
    texts = {figure.text for figure in read_letter(content, "letter.pdf").figures}
    assert "53%" in texts
    assert "35%" not in texts


def _marked(shown: str, told_instead: str) -> bytes:
    """Return the letter with the text `shown` marked, so that programs copy `told_instead` in its place."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    for page in (LETTER, STATISTICS):
        for ink in page:
            before, found, after = ink.text.partition(shown)
            marked = replace(ink, text=before).right(found)
            _draw(canvas, replace(ink, text=before))
            if found:
                canvas._code.append(f"/Span <</ActualText ({told_instead})>> BDC")
                _draw(canvas, marked)
                canvas._code.append("EMC")
                _draw(canvas, marked.right(after))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _draw(canvas: Canvas, ink: Ink) -> None:
    canvas.setFont(ink.font, ink.size)
    canvas.drawString(ink.x, HEIGHT - ink.top - 0.78 * ink.size, ink.text)


def test_words_that_nobody_sees_are_no_words_of_the_first_page() -> None:
    """Another council's name stands above the letter's own addressee, in white on white."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setFillGray(1)
    _draw(canvas, Ink("Ms Varrow, Chief Executive, Ostlebridge Council", 72, 45))
    canvas.setFillGray(0)
    for page in (LETTER, STATISTICS):
        for ink in page:
            _draw(canvas, ink)
        canvas.showPage()
    canvas.save()
    content = buffer.getvalue()
    assert quick_look(content) is not None
    assert read_letter(content, "letter.pdf").header.authority_name == "Wexmarsh District Council"


def test_text_that_is_not_painted_is_no_text_even_over_a_picture() -> None:
    """The sentence with the average is printed invisibly over stripes, so the page shows only stripes there."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    for page in (LETTER, STATISTICS):
        for ink in page:
            if "average of 53%" in ink.text:
                for x in range(70, 400, 4):
                    canvas.rect(x, HEIGHT - ink.top - ink.size, 2, ink.size, fill=1, stroke=0)
                canvas._code.append("3 Tr")
                _draw(canvas, ink)
                canvas._code.append("0 Tr")
            else:
                _draw(canvas, ink)
        canvas.showPage()
    canvas.save()
    measures = {figure.measure for figure in read_letter(buffer.getvalue(), "letter.pdf").figures}
    assert "uphold_rate_pct" in measures
    assert "uphold_rate_type_average_pct" not in measures


def test_the_document_names_every_page() -> None:
    content = pdf(LETTER, stack_of_prose(), STATISTICS)
    looked = quick_look(content)
    assert looked is not None
    assert [page.number for page in looked.pages] == [1, 2, 3]
    assert looked.pages[1].segments[0].text == measured(content).pages[1].segments[0].text


def stack_of_prose() -> list[Ink]:
    return [Ink("A page of prose that states nothing.", 72, 100)]
