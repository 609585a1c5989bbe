"""Oddities: what other programs do to a page on its way to a PDF, done here on purpose to a leaf of the galley."""

import io
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pypdfium2
from PIL import Image

from samples.press.galley import Leaf, Run, pdf
from samples.press.looks import HELVETICA

SCAN_DOTS_PER_INCH = 140
_LIGATURES = {"ffi": "\ufb03", "fi": "\ufb01", "fl": "\ufb02"}


def in_words(runs: Sequence[Run]) -> Iterator[Run]:
    """Each word drawn by itself."""
    for run in runs:
        start = 0
        for word in run.text.split(" "):
            if word:
                yield run.part(start, start + len(word))
            start += len(word) + 1


def in_random_order(leaf: Leaf) -> Leaf:
    """Words drawn in any order, as some programs sort a page by font or by colour."""
    runs = list(in_words(leaf.runs))
    random.Random(20210721).shuffle(runs)  # noqa: S311 - repeatable, and nothing is secret
    return replace(leaf, runs=runs)


def numbers_first(leaf: Leaf) -> Leaf:
    """All numbers drawn before all words."""
    runs = list(in_words(leaf.runs))
    return replace(leaf, runs=sorted(runs, key=lambda run: not run.text[:1].isdigit()))


def per_cent_apart(leaf: Leaf) -> Leaf:
    """A rate and its per cent sign drawn as two pieces of text, the sign later."""
    numbers: list[Run] = []
    signs: list[Run] = []
    for run in in_words(leaf.runs):
        at = run.text.find("%")
        if at < 1:
            numbers.append(run)
        else:
            numbers.append(run.part(0, at))
            signs.append(run.part(at))
    return replace(leaf, runs=numbers + signs)


def bold_by_drawing_twice(leaf: Leaf) -> Leaf:
    """Bold words drawn in the upright face, and again a third of a point further right."""
    runs: list[Run] = []
    for run in leaf.runs:
        light = replace(run, font=HELVETICA.regular)
        runs.append(light)
        if run.font == HELVETICA.bold:
            runs.append(replace(light, x=light.x + 0.35))
    return replace(leaf, runs=runs)


def with_ligatures(text: str) -> str:
    """Text with fi, fl and ffi as one character each."""
    for letters, ligature in _LIGATURES.items():
        text = text.replace(letters, ligature)
    return text


def with_typographers_signs(text: str) -> str:
    """Text with curly quotes, and with spaces that do not break before a month, a sign and behind a number."""
    text = text.replace("'", "\u2019")
    words = text.split(" ")
    pieces = [words[0]]
    for before, word in itertools.pairwise(words):
        is_held = before.strip("*").rstrip("%").isdigit()
        pieces.append(("\u00a0" if is_held else " ") + word)
    return "".join(pieces)


def with_running_lines(leaves: Sequence[Leaf], header: str) -> list[Leaf]:
    """A header and a page number on every page."""
    return [
        replace(
            leaf,
            runs=[
                Run(f"{header} | 2 upheld decisions a month", 60, 34, HELVETICA.regular, 8),
                *leaf.runs,
                Run(f"Page {number} of {len(leaves)}", 500, leaf.height - 36, HELVETICA.regular, 8),
            ],
        )
        for number, leaf in enumerate(leaves, start=1)
    ]


def turned(leaf: Leaf, content_turn: int = 0, page_rotate: int = 0) -> Leaf:
    """A page whose content is turned against the clock, or which is itself shown turned by the clock."""
    return replace(leaf, content_turn=content_turn, page_rotate=page_rotate)


def with_footnote_mark(leaf: Leaf, behind: str, mark: str = "1") -> Leaf:
    """A small raised figure right behind a word, and the note that it points to at the page's foot."""
    runs: list[Run] = []
    for run in in_words(leaf.runs):
        runs.append(run)
        if run.text == behind:
            raised = Run(mark, run.x + run.width + 0.3, run.y - 0.38 * run.size, run.font, 0.6 * run.size)
            runs.append(raised)
    note = "Decided in the year, whenever the complaint was made."
    lowest = max(run.y for run in runs)
    runs += [
        Run(mark, 60, lowest + 37, HELVETICA.regular, 5),
        Run(note, 64, lowest + 40, HELVETICA.regular, 8),
    ]
    return replace(leaf, runs=runs)


def scanned(leaf: Leaf) -> Leaf:
    """A page as a scanner gives it: a picture of its text, in black and white."""
    with pypdfium2.PdfDocument(io.BytesIO(pdf([leaf], "to be scanned"))) as printed:
        picture: Image.Image = printed[0].render(scale=SCAN_DOTS_PER_INCH / 72).to_pil()
    return Leaf(leaf.width, leaf.height, scan=picture.convert("L").convert("1", dither=Image.Dither.NONE))
