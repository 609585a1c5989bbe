"""In any page box, turn and unit a letter is read alike, and a figure's box is where a person sees the number."""

import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from redress.read.evidence import EvidenceError, evidence_picture
from redress.read.files.pdf import shown_part
from tests.paper import HEIGHT, WIDTH, holds, pdf, red_box, reddened, stack
from tests.read.documents import measured
from tests.read.invented import FIGURES, LETTER, STATISTICS, figures, read
from tests.read.written import Sheet, written

pytestmark = pytest.mark.needs("time")

PRINTED = "30"
"""The printed number of compliance outcomes. It stands once on the page, and is printed in red, so that a test sees
its place."""
PAGES = (LETTER, list(reddened(STATISTICS, PRINTED)))


def _entered(entries: str, matrix: str = "1 0 0 1 0 0", inherited: str = "") -> bytes:
    """Return the letter with these entries and this matrix in both pages, and `inherited` in the page tree."""
    return written(*(Sheet(page, entries, matrix) for page in PAGES), inherited=inherited)


def _edited(change: Callable[[pypdfium2.PdfPage], object]) -> bytes:
    """Print the letter with one program, change each of its pages with another program, and return the file."""
    out = io.BytesIO()
    with pypdfium2.PdfDocument(pdf(*PAGES)) as document:
        for page in document:
            change(page)
        document.save(out)
    return out.getvalue()


def _cropped(left: float, lower: float, right: float, upper: float, turn: int) -> bytes:
    def crop(page: pypdfium2.PdfPage) -> None:
        page.set_cropbox(left, lower, right, upper)
        page.set_rotation(turn)

    return _edited(crop)


FILES: dict[str, Callable[[], bytes]] = {
    **{
        f"media box {box}, turned by {turn}": partial(_entered, f"/MediaBox [{box}] /Rotate {turn}")
        for box in ("595 842 0 0", "0 842 595 0")
        for turn in (0, 270)
    },
    **{
        f"crop box off the middle, turned by {turn}": partial(_cropped, 30, 11, 590, 840, turn)
        for turn in (0, 90, 180, 270)
    },
    **{
        f"crop box within a larger media box, turned by {turn}": partial(
            _entered, f"/MediaBox [-170 -40 700 1000] /CropBox [0 0 595 842] /Rotate {turn}"
        )
        for turn in (0, 90, 180, 270)
    },
    "crop box with its corners the other way round": partial(_cropped, 590, 840, 30, 11, 90),
    "crop box beyond the media box": partial(_cropped, -80, -200, 900, 1000, 90),
    "crop box without an area": partial(_cropped, 0, 0, 0, 0, 180),
    "boxes of the page tree": partial(
        _entered, "", inherited="/MediaBox [-20 -30 700 900] /CropBox [0 0 595 842] /Rotate 270"
    ),
    "a box of the page before the tree's": partial(
        _entered,
        "/CropBox [0 0 595 842]",
        inherited="/MediaBox [-20 -30 700 900] /CropBox [0 0 50 50] /Rotate 180",
    ),
    "far from the origin": partial(
        _entered,
        "/MediaBox [99700 -80300 100700 -79000] /CropBox [100000 -80000 100595 -79158] /Rotate 90",
        "1 0 0 1 100000 -80000",
    ),
    "a turn of a whole turn and more": partial(_entered, "/MediaBox [595 842 0 0] /Rotate 450"),
    "a turn to the left": partial(_entered, "/MediaBox [595 842 0 0] /Rotate -90"),
    **{
        f"a unit of {unit} points, turned by {turn}": partial(
            _entered,
            f"/MediaBox [0 0 {WIDTH / unit} {HEIGHT / unit}] /UserUnit {unit} /Rotate {turn}",
            f"{1 / unit} 0 0 {1 / unit} 0 0",
        )
        for unit, turn in ((0.3, 0), (4, 180), (10, 0), (10, 90), (72, 270))
    },
    "drawn ten times too small by its matrix": partial(_entered, "/MediaBox [0 0 59.5 84.2]", "0.1 0 0 0.1 0 0"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_letter_says_the_same_in_any_page_box_and_its_box_frames_the_number(name: str, tmp_path: Path) -> None:
    content = FILES[name]()
    letter = read(content)
    assert figures(letter) == FIGURES
    assert (letter.header.authority_name, letter.header.season) == ("Wexmarsh District Council", 2021)
    figure = letter.figure("compliance_outcomes_count")
    assert figure is not None
    assert figure.box is not None
    with pypdfium2.PdfDocument(content) as document:
        width, height = document[1].get_size()
    unit = max(width, height) / HEIGHT
    seen = red_box(content, 2, scale=2 / unit)
    assert holds(figure.box, seen, slack_points=2 * unit)
    assert figure.box[2] - figure.box[0] < 30 * unit
    assert figure.box[3] - figure.box[1] < 30 * unit
    picture, _ = evidence_picture(content, letter)
    assert 1300 < max(Image.open(io.BytesIO(picture)).size) < 6000


def _evidence_on(width: float, height: float) -> tuple[bytes, int]:
    """Draw the evidence of two figures on two blank pages: the first page has this width and height in points, the
    second page has them exchanged. Return the picture and the number of figures.
    """
    with pypdfium2.PdfDocument.new() as document:
        document.new_page(width, height)
        document.new_page(height, width)
        out = io.BytesIO()
        document.save(out)
    letter = read(pdf(*PAGES))
    figure = next(one for one in letter.figures if one.box is not None)
    spread = tuple(replace(figure, page=number, box=(0.0, 0.0, 1.0, 1.0)) for number in (1, 2))
    return evidence_picture(out.getvalue(), replace(letter, figures=spread))


def test_a_page_of_five_metres_makes_no_larger_picture_of_evidence_than_others() -> None:
    picture, count = _evidence_on(14_400, 14_400)
    assert count == 2
    assert max(Image.open(io.BytesIO(picture)).size) < 10_000


def test_pages_whose_picture_would_be_beyond_all_bounds_are_refused_in_words() -> None:
    with pytest.raises(EvidenceError, match="look at them in a program for PDFs"):
        _evidence_on(14_400, 1)


def test_small_type_keeps_its_double_letters() -> None:
    """Two l or two digits in small type stand closer together than the two prints of an ordinary bold letter."""
    small = stack(["The councillors of Wellhill: 22 pupils, 33 walls, 111 lilies."], top=700, size=2.2)
    content = written(Sheet([*STATISTICS, *small], "/MediaBox [0 0 595 842] /Rotate 180"))
    words = measured(content).text.split()
    assert {"councillors", "Wellhill:", "22", "33", "walls,", "111", "lilies."} <= set(words)


@pytest.mark.parametrize(
    ("media", "crop", "shown"),
    [
        ((0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 612, 792)),
        ((0, 0, 100, 200), (50, 300, 60, 20), (50, 20, 60, 200)),
        ((100, 200, 0, 0), (5, 5, 5, 9), (0, 0, 100, 200)),
    ],
)
def test_the_shown_part_of_a_page_is_where_its_boxes_meet(
    media: tuple[float, ...], crop: tuple[float, ...], shown: tuple[float, ...]
) -> None:
    assert shown_part(media, crop) == shown
