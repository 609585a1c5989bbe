"""A scanned page that is askew, on its side, upside down or specked is read correctly, or called scanned."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFilter

from redress.model.letter import Verdict
from redress.read.files import ocr
from redress.read.files.scan import shows_lines, straightened
from tests.paper import holds, pdf, red_box, reddened, stack
from tests.read.invented import FIGURES, LETTER, STATISTICS, figures, read

pytestmark = pytest.mark.needs("time")

DOTS_PER_INCH = 150
SHEETS = (LETTER, list(reddened(STATISTICS, "30")))
needs_tesseract = pytest.mark.skipif(
    not ocr.is_installed(), reason="tesseract is not installed (Debian: tesseract-ocr)"
)


def _picture(number: int, dots_per_inch: int = DOTS_PER_INCH) -> Image.Image:
    """Return a picture of a page of the letter (the first is 1), as a scanner takes the picture."""
    with pypdfium2.PdfDocument(pdf(*SHEETS)) as document:
        picture: Image.Image = document[number - 1].render(scale=dots_per_inch / 72).to_pil()
    return picture.convert("RGB")


def _turned(picture: Image.Image, quarter_turns: int, degrees: float) -> Image.Image:
    askew = picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor="white")
    return askew.rotate(90 * quarter_turns, expand=True)


def _specked(picture: Image.Image, share: float = 0.005) -> Image.Image:
    dots = np.array(picture)
    chance = np.random.default_rng(7).random(dots.shape[:2])
    dots[chance < share], dots[chance > 1 - share] = 0, 255
    return Image.fromarray(dots)


def _scanned(*pictures: Image.Image, dots_per_inch: float = DOTS_PER_INCH) -> bytes:
    out = io.BytesIO()
    first, *rest = pictures
    first.save(out, "PDF", save_all=True, append_images=rest, resolution=dots_per_inch, quality=90)
    return out.getvalue()


def _behind_a_typed_letter(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    with (
        pypdfium2.PdfDocument(pdf(LETTER)) as typed,
        pypdfium2.PdfDocument(_scanned(picture)) as scanned,
        pypdfium2.PdfDocument.new() as both,
    ):
        both.import_pages(typed)
        both.import_pages(scanned)
        both.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("quarter_turns", "degrees"), [(0, 0.0), (0, 5.0), (0, -1.2), (1, 0.0), (1, 2.5), (2, -4.0), (3, 1.0)]
)
def test_a_page_is_made_level_and_its_places_are_found_again(quarter_turns: int, degrees: float) -> None:
    page = _picture(2).convert("L")
    page.paste(0, (700, 300, 760, 320))  # a mark of 60 by 20 pixels
    scanned = _turned(page.convert("RGB"), quarter_turns, degrees).convert("L")
    scan = straightened(scanned)
    assert (scan.quarter_turns + quarter_turns) % 2 == 0
    assert abs(scan.degrees + degrees) <= 0.15
    if (scan.quarter_turns + quarter_turns) % 4 == 2:
        scan = scan.upside_down()
    mark = (700.0, 300.0, 760.0, 320.0)
    assert np.asarray(scan.picture.crop((705, 305, 755, 315))).max() < 100
    x0, top, x1, bottom = scan.on_page(mark)
    on_page = np.asarray(scanned.crop((round(x0) - 3, round(top) - 3, round(x1) + 3, round(bottom) + 3)))
    assert (on_page < 100).sum() >= 60 * 20 * 0.9
    assert (x1 - x0) * (bottom - top) < 4 * 60 * 20


def test_specks_are_removed_and_clean_print_is_left_as_it_is() -> None:
    page = _picture(2, ocr.DOTS_PER_INCH).convert("L")
    assert straightened(page).picture.tobytes() == page.tobytes()
    specked = _specked(_picture(2)).convert("L")
    blank = (300, 1500, 900, 1700)
    assert np.asarray(specked.crop(blank)).min() < 50
    assert (np.asarray(straightened(specked).picture.crop(blank)) < 128).mean() < 0.001


def test_a_shadow_over_a_part_of_the_paper_is_taken_away() -> None:
    page = np.asarray(_picture(2).convert("L"), dtype=np.float64)
    shadow = np.linspace(1.0, 0.4, page.shape[1])
    lit = np.asarray(straightened(Image.fromarray((page * shadow).astype(np.uint8))).picture)
    assert np.percentile(lit[:, -200:], 5) > 230
    assert lit.min() < 60


@needs_tesseract
def test_a_scan_that_is_askew_specked_and_upside_down_is_read_and_its_boxes_are_on_the_page() -> None:
    content = _behind_a_typed_letter(_specked(_turned(_picture(2), 2, 3.0)))
    letter = read(content)
    assert figures(letter).items() <= FIGURES.items()
    assert len(figures(letter)) > 8
    assert "not_stated" not in dict(letter.absences).values()  # what specks have spoilt is there, and is not read
    assert all(figure.is_ocr for figure in letter.figures)
    figure = letter.figure("compliance_outcomes_count")
    assert figure is not None
    assert figure.box is not None
    assert holds(figure.box, red_box(content, 2), slack_points=3)
    assert figure.box[2] - figure.box[0] < 25


@needs_tesseract
def test_a_letter_whose_statistics_are_scanned_ends_with_them_in_its_pack() -> None:
    council = "Wexmarsh District Council"
    report = stack([council, "Report to: Audit Committee", "1. The letter is at Appendix 1."])
    signed = [*LETTER, *stack(["Jo Bloggs\nLocal Government and Social Care Ombudsman"], top=520)]
    register = stack([council, "Complaints about roads, in the order of their dates, and what became of each"])
    out = io.BytesIO()
    with (
        pypdfium2.PdfDocument(pdf(report, signed, register)) as typed,
        pypdfium2.PdfDocument(_scanned(_picture(2))) as scanned,
    ):
        typed.import_pages(scanned, index=2)
        typed.save(out)
    letter = read(out.getvalue())
    assert (letter.header.letter_pages, letter.header.page_count) == ((2, 3), 4)
    assert figures(letter).items() <= FIGURES.items()


SCANS: dict[str, Callable[[], tuple[bytes, Verdict, str]]] = {
    "whole": lambda: (
        _scanned(_turned(_picture(1), 1, 2.0), _picture(2)),
        Verdict.UNREADABLE,
        "scanned: 2 page(s) of pictures",
    ),
    "behind a typed letter": lambda: (
        _behind_a_typed_letter(_picture(2)),
        Verdict.NO_STATISTICS,
        "scanned: page 2, where the statistics would be, is a picture",
    ),
}


@pytest.mark.parametrize("scan", SCANS)
def test_without_tesseract_a_scan_is_called_scanned(scan: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    content, verdict, reason = SCANS[scan]()
    letter = read(content)
    assert (letter.verdict, letter.figures) == (verdict, ())
    assert reason in letter.reason


Program = Callable[[str], None]


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A function that puts a shell script in the place of tesseract; $4 of the script is the dots per inch."""

    def install(script: str) -> None:
        program = tmp_path / "tesseract"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return install


def _rows(*words: tuple[str, float], dots_per_inch: int) -> str:
    """Return the table that tesseract prints for one line of words; each word comes with tesseract's confidence."""
    head = "level\tleft\ttop\twidth\theight\tconf\ttext"
    size = dots_per_inch / 72
    rows = (
        f"5\t{round(80 * place * size)}\t{round(90 * size)}\t{round(70 * size)}\t{round(9 * size)}\t{sure}\t{text}"
        for place, (text, sure) in enumerate(words)
    )
    return "\n".join([head, *rows])


def _says(first: list[tuple[str, float]], second: list[tuple[str, float]]) -> str:
    small, large = _rows(*first, dots_per_inch=300), _rows(*second, dots_per_inch=400)
    return f"cat > /dev/null\nif [ $4 = 300 ]; then cat <<'END'\n{small}\nEND\nelse cat <<'END'\n{large}\nEND\nfi"


def test_a_word_in_doubt_is_not_lost_and_a_number_in_doubt_is(tesseract: Program) -> None:
    """Without the doubtful word "West", "West Pellonshire Council" would be another council."""
    first = [
        ("Upheld", 95.0),
        ("Wost", 31.0),
        ("Pellonshire", 41.0),
        ("Council", 96.0),
        ("27", 95.0),
        ("71%", 95.0),
    ]
    second = [
        ("Upheld", 96.0),
        ("West", 58.0),
        ("Pellonshire", 40.0),
        ("Council", 90.0),
        ("21", 95.0),
        ("71%", 90.0),
    ]
    tesseract(_says([*first, ("~", 12.0)], second))
    page = ocr.read_pictures(_scanned(_picture(1)), [1])[1]
    assert [word.text for segment in page.segments for word in segment.words] == [
        "Upheld",
        "West",
        "Pellonshire",
        "Council",
        "71%",
    ]


def test_pictures_without_a_word_of_the_ombudsmans_letters_are_read_once_and_give_no_number(
    tesseract: Program, tmp_path: Path
) -> None:
    words = [("Minutes", 95.0), ("of", 95.0), ("the", 95.0), ("Highways", 95.0), ("Committee", 95.0), ("12", 95.0)]
    calls = tmp_path / "calls"
    tesseract(f"echo >> {calls}\n{_says(words, words)}")
    pages = ocr.read_pictures(_scanned(_picture(1), _picture(2)), [1, 2])
    assert {word.text for page in pages.values() for segment in page.segments for word in segment.words} == {
        text for text, _ in words[:-1]
    }
    assert calls.read_text().count("\n") == 2


def _noise() -> Image.Image:
    paper = Image.new("RGB", (827, 1169), "white")
    shades = np.random.default_rng(5).integers(0, 255, (400, 300, 3), dtype=np.uint8)
    paper.paste(Image.fromarray(shades).resize((700, 700), Image.Resampling.NEAREST), (50, 200))
    return paper


def _drawing() -> Image.Image:
    paper = Image.new("RGB", (827, 1169), "white")
    draw = ImageDraw.Draw(paper)
    places = np.random.default_rng(5).integers(50, 800, (400, 4)).tolist()
    for place in places:
        draw.line(place, fill="black", width=2)
    return paper


@pytest.mark.parametrize("picture", [_noise, _drawing, lambda: Image.new("RGB", (827, 1169), (200, 180, 160))])
def test_a_picture_without_lines_of_text_is_not_given_to_tesseract(
    picture: Callable[[], Image.Image], tesseract: Program, tmp_path: Path
) -> None:
    calls = tmp_path / "calls"
    tesseract(f"echo >> {calls}\n{_says([], [])}")
    letter = read(_scanned(picture(), dots_per_inch=100))
    assert letter.reason == "scanned: 1 page(s) of pictures without lines of text"
    assert not calls.exists()


def _photographed(picture: Image.Image) -> Image.Image:
    """Return a page's picture as a camera takes it: at a slant on a dark table, in a shadow."""
    width, height = picture.size
    corners = (
        -0.1 * width,
        -0.1 * height,
        -0.03 * width,
        1.08 * height,
        1.1 * width,
        1.04 * height,
        1.05 * width,
        0,
    )
    slant = picture.transform(
        picture.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=(60,) * 3
    )
    light = np.linspace(1.0, 0.5, width)[None, :, None]
    return Image.fromarray((np.asarray(slant) * light).astype(np.uint8))


@pytest.mark.parametrize("number", [1, 2])
def test_a_page_of_print_shows_lines_however_it_was_scanned(number: int) -> None:
    page = _picture(number)
    small = Image.new("RGB", page.size, (60, 60, 60))
    small.paste(page.resize((page.width // 2, page.height // 2)), (250, 180))
    faint = Image.fromarray((150 + np.asarray(page).astype(np.float64) / 255 * 50).astype(np.uint8))
    scans = [
        page,
        _turned(page, 1, 5.0),
        _turned(page, 2, -5.0),
        _specked(page, 0.05),
        _photographed(page),
        small,
        faint,
    ]
    scans += [page.filter(ImageFilter.GaussianBlur(3)), page.resize((page.width // 4, page.height // 4))]
    assert [shows_lines(scan.convert("L")) for scan in scans] == [True] * len(scans)


def test_a_scan_of_which_tesseract_only_guesses_is_called_scanned(tesseract: Program) -> None:
    tesseract(_says([("qepl", 20.0), ("jopo", 30.0), ("pauou", 61.0)], []))
    letter = read(_scanned(_picture(1), _picture(2)))
    assert letter.verdict is Verdict.UNREADABLE
    assert letter.reason.startswith("scanned: 2 page(s) of pictures")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("cat > /dev/null; echo 'no language' >&2; exit 1", "it ended with code 1 (no language)"),
        ("cat > /dev/null; kill -SEGV $$", "it ended with signal 11 (it said nothing)"),
        ("while :; do :; done", "it took more than 1 seconds of the processor, or was killed"),
        ("cat > /dev/null", "it printed no table of words"),
        ("cat > /dev/null; printf '\\377'", "what it printed is no text"),
    ],
    ids=["fails", "crashes", "never ends", "says nothing", "no text"],
)
def test_a_failure_of_tesseract_is_never_taken_for_a_page_without_text(
    script: str, why: str, tesseract: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "TIME_LIMIT_SECONDS", 1)
    tesseract(script)
    for content, page in ((_scanned(_picture(1)), 1), (_behind_a_typed_letter(_picture(2)), 2)):
        letter = read(content)
        assert letter.verdict is Verdict.UNREADABLE
        assert letter.reason.startswith(f"not read: tesseract failed on the picture of page {page}: {why}")


@needs_tesseract
def test_tesseract_does_not_look_for_its_languages_where_another_program_has_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", "/nowhere")
    assert ocr.read_pictures(_scanned(_picture(1)), [1])


def test_a_scan_whose_words_name_no_ombudsman_is_scanned_and_not_a_foreign_letter(tesseract: Program) -> None:
    words = [("Dear", 90.0), ("Chief", 91.0), ("Executive", 92.0), ("Ombvdsnan", 40.0)]
    tesseract(_says(words, words))
    letter = read(_scanned(_picture(1), _picture(2)))
    assert letter.verdict is Verdict.UNREADABLE
    assert "2 page(s) are pictures, and as far as they can be read nothing" in letter.reason
