"""Fuzz PDFs: chance changes letters, and makes noise that is no letter.

Reading must not crash, and no figure may be accepted that the page does not show.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pypdfium2
import pypdfium2.raw as pdfium_c

from redress.model.letter import Box, Figure, Letter
from redress.read.reader import read_letter
from redress.read.workers import File, Readers, WorkerError
from redress.settings import Limits
from tests.fuzz.pdf_parts import changed, without_digits
from tests.fuzz.running import Clock, Counts, FindingError, accepted_figures, limit_reached
from tests.made import PROJECT

LIMITS = Limits(time_seconds=10)
SEEDS = sorted((PROJECT / "samples" / "letters").rglob("*.pdf")) + [
    PROJECT / "tests/read/golden" / name
    for name in ("complaint_overview/2025-plain.pdf", "local_authority_report/2018-columns-group.pdf")
]
POINTS_AROUND = 1.0
DARK = 160
"""A shade of grey, from 0 (black) to 255 (white). A box has ink if its lightest and its darkest pixel differ by
more than white and this shade do."""

Stated = tuple[str, str | None, str]
Shades = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Seed:
    """A letter to be changed: its bytes, the figures that it states, and how its pages look."""

    content: bytes
    stated: frozenset[Stated]
    look: tuple[bytes, ...]


@dataclass(frozen=True)
class Shown:
    """The pages of a file as drawn, and for each figure the text in its box and whether the box has ink."""

    look: tuple[bytes, ...]
    texts: tuple[str, ...]
    has_ink: tuple[bool, ...]


def stated(figure: Figure) -> Stated:
    return figure.measure, figure.category, figure.text


def shown(content: bytes, figures: tuple[Figure, ...]) -> Shown:
    """Draw the pages of a file, and look into the box of each figure. Call this function in a worker, because
    pdfium may end its process.
    """
    document = pypdfium2.PdfDocument(content)
    drawn = [_drawn(document, number) for number in range(len(document))]
    texts = [_text(document[figure.page - 1], figure.box) for figure in figures if figure.page and figure.box]
    inks = [_has_ink(drawn[figure.page - 1], figure.box) for figure in figures if figure.page and figure.box]
    return Shown(tuple(page.tobytes() for page in drawn), tuple(texts), tuple(inks))


def _drawn(document: pypdfium2.PdfDocument, number: int) -> Shades:
    """Return a page as drawn, in shades of grey; one white pixel if the page cannot be loaded."""
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return np.full((1, 1), 255, np.uint8)
    shades: Shades = page.render(scale=1, grayscale=True).to_numpy().squeeze()
    return shades


def _text(page: pypdfium2.PdfPage, box: Box) -> str:
    """Return the text that stands in a box. The box is measured on the page as the page is shown."""
    width, height = page.get_size()
    fine = 10
    corners = []
    for x, y in (
        (box[0] - POINTS_AROUND, box[1] - POINTS_AROUND),
        (box[2] + POINTS_AROUND, box[3] + POINTS_AROUND),
    ):
        left, bottom = pdfium_c.c_double(), pdfium_c.c_double()
        size = (round(width * fine), round(height * fine))
        pdfium_c.FPDF_DeviceToPage(page, 0, 0, *size, 0, round(x * fine), round(y * fine), left, bottom)
        corners.append((left.value, bottom.value))
    (x0, y0), (x1, y1) = corners
    return str(page.get_textpage().get_text_bounded(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))


def _has_ink(page: Shades, box: Box) -> bool:
    x0, top, x1, bottom = (round(edge) for edge in box)
    piece = page[max(top - 1, 0) : bottom + 1, max(x0 - 1, 0) : x1 + 1]
    return bool(piece.size) and int(piece.max()) - int(piece.min()) > 255 - DARK


def seeds(readers: Readers) -> tuple[Seed, ...]:
    """Return those letters of SEEDS that are accepted unchanged. Fuzzing changes these letters."""
    found = []
    for path in SEEDS:
        content = path.read_bytes()
        figures = accepted_figures(readers.result_of(read_letter, content, path.name))
        if figures:
            look = readers.result_of(shown, content, ()).look
            found.append(Seed(content, frozenset(map(stated, figures)), look))
    assert len(found) > 5
    return tuple(found)


def inputs(known: tuple[Seed, ...], chance: random.Random, clock: Clock) -> Iterator[tuple[Seed | None, bytes]]:
    """Yield inputs until the time is over. About three of four are changed letters, each with the letter before the
    change. The others are letters without digits, and noise; None stands beside these.
    """
    while not clock.is_over:
        seed = chance.choice(known)
        kind = chance.random()
        if kind < 0.75:
            yield seed, changed(seed.content, chance)
        elif kind < 0.9:
            yield None, without_digits(seed.content, chance)
        else:
            yield None, noise(seed.content, chance)


def noise(content: bytes, chance: random.Random) -> bytes:
    """Return bytes that are no letter: random bytes, or a letter's lines in random order with random digits."""
    if chance.random() < 0.5:
        return b"%PDF-1.7\n" + chance.randbytes(chance.randrange(1, 20_000))
    pieces = re.split(rb"(?<=\n)", content)
    chance.shuffle(pieces)
    return b"%PDF-1.7\n" + re.sub(rb"\d", lambda _: b"%d" % chance.randrange(10), b"".join(pieces))


def fuzz(clock: Clock, seed: int) -> Counts:
    """Read changed letters and noise until the time is over. Raise FindingError at the first fault."""
    counts: Counts = Counts()
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    with Readers(LIMITS) as readers:
        known = seeds(readers)
        given: list[tuple[Seed | None, bytes]] = []

        def files() -> Iterator[File]:
            for one in inputs(known, chance, clock):
                given.append(one)
                yield File("letter.pdf", one[1])

        letters = readers.read(files())
        while (letter := _next(letters, readers, given)) is not None:
            counts.update(judged(readers, *given.pop(0), letter))
    return counts


def _next(letters: Iterator[Letter], readers: Readers, given: list[tuple[Seed | None, bytes]]) -> Letter | None:
    """Return the next letter; None after the last letter. Raise FindingError if reading raises an error."""
    try:
        return next(letters, None)
    except Exception:
        raise _culprit(readers, given) from None


def judged(readers: Readers, seed: Seed | None, content: bytes, letter: Letter) -> Counts:
    """Return counts that say what became of one file. Raise FindingError if the letter has no reason for its
    verdict, or if a figure is accepted that the page does not show.
    """
    counts = Counts(inputs=1)
    counts[limit_reached(letter.reason) if letter.verdict.value == "unreadable" else letter.verdict.value] += 1
    if not letter.reason:
        raise FindingError("a letter has no reason for its verdict", content, ".pdf")
    figures = accepted_figures(letter)
    if not figures:
        return counts
    counts["accepted"] += 1
    if seed is None:
        raise FindingError(f"figures are accepted from noise: {list(map(stated, figures))}", content, ".pdf")
    try:
        seen = readers.result_of(shown, content, figures)
    except WorkerError as error:
        raise FindingError(
            f"figures are accepted of a file that cannot be drawn: {error}", content, ".pdf"
        ) from None
    if seen.look == seed.look:
        counts["accepted and drawn as before"] += 1
    for figure, text, has_ink in zip(figures, seen.texts, seen.has_ink, strict=True):
        is_as_before = stated(figure) in seed.stated
        if seen.look == seed.look and not is_as_before:
            raise FindingError(f"{stated(figure)} is accepted, and the pages look as before", content, ".pdf")
        if not has_ink:
            raise FindingError(f"{stated(figure)} is accepted, and nothing is drawn there", content, ".pdf")
        if not figure.is_ocr and not is_as_before and _digits(figure.text) not in _digits(text):
            raise FindingError(f'{stated(figure)} is accepted, and "{text}" stands there', content, ".pdf")
    return counts


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _culprit(readers: Readers, given: list[tuple[Seed | None, bytes]]) -> FindingError:
    """Find the file that made reading raise an error, and return a FindingError about this file."""
    for _, content in given:
        try:
            readers.result_of(read_letter, content, "letter.pdf")
        except WorkerError:
            continue
        except Exception as error:
            return FindingError(f"reading raises {error!r}", content, ".pdf")
    raise AssertionError("reading raised an error, and does not raise it again")
