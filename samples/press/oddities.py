"""Oddities: change a leaf of the galley on purpose, as other programs change a page on its way to a PDF."""

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
    """Yield each word of some runs as a run of its own."""
    for run in runs:
        start = 0
        for word in run.text.split(" "):
            if word:
                yield run.part(start, start + len(word))
            start += len(word) + 1


def in_random_order(leaf: Leaf) -> Leaf:
    """Return a leaf whose words are drawn in random order. Some programs sort the words of a page by font or
    colour, so that the order looks random.
    """
    runs = list(in_words(leaf.runs))
    random.Random(20210721).shuffle(runs)  # noqa: S311 - repeatable, and nothing is secret
    return replace(leaf, runs=runs)


def numbers_first(leaf: Leaf) -> Leaf:
    """Return a leaf on which all numbers are drawn before all words."""
    runs = list(in_words(leaf.runs))
    return replace(leaf, runs=sorted(runs, key=lambda run: not run.text[:1].isdigit()))


def per_cent_apart(leaf: Leaf) -> Leaf:
    """Return a leaf on which a rate and its per cent sign are two pieces of text, and all signs are drawn last."""
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
    """Return a leaf on which bold words are drawn twice in the regular font, the second time a third of a point
    further right.
    """
    runs: list[Run] = []
    for run in leaf.runs:
        light = replace(run, font=HELVETICA.regular)
        runs.append(light)
        if run.font == HELVETICA.bold:
            runs.append(replace(light, x=light.x + 0.35))
    return replace(leaf, runs=runs)


def with_ligatures(text: str) -> str:
    """Return a text in which fi, fl and ffi are one character each."""
    for letters, ligature in _LIGATURES.items():
        text = text.replace(letters, ligature)
    return text


def with_typographers_signs(text: str) -> str:
    """Return a text with curly apostrophes, and with a space that does not break behind each number."""
    text = text.replace("'", "\u2019")
    words = text.split(" ")
    pieces = [words[0]]
    for before, word in itertools.pairwise(words):
        is_held = before.strip("*").rstrip("%").isdigit()
        pieces.append(("\u00a0" if is_held else " ") + word)
    return "".join(pieces)


def with_running_lines(leaves: Sequence[Leaf], header: str) -> list[Leaf]:
    """Return leaves with a header, which holds the words of a figure, and a page number on every page."""
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
    """Return a leaf with its content turned against the clock by `content_turn` degrees, on a page that is shown
    turned clockwise by `page_rotate` degrees.
    """
    return replace(leaf, content_turn=content_turn, page_rotate=page_rotate)


def with_footnote_mark(leaf: Leaf, behind: str, mark: str = "1") -> Leaf:
    """Return a leaf with a small raised mark right behind a word, and with the mark's note below the text."""
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
    """Return a page as a scanner gives pages: a picture of the text, in black and white."""
    with pypdfium2.PdfDocument(io.BytesIO(pdf([leaf], "to be scanned"))) as printed:
        picture: Image.Image = printed[0].render(scale=SCAN_DOTS_PER_INCH / 72).to_pil()
    return Leaf(leaf.width, leaf.height, scan=picture.convert("L").convert("1", dither=Image.Dither.NONE))
