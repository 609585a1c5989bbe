"""Pictures of text, read by tesseract if it is installed: words with places, each marked as read from a picture.

A picture is read at two sizes. A word counts only if both readings see it in the same place. A number that the
readings do not agree on is left out: its figure is then absent, and not wrong.
"""

import csv
import io
import os
import resource
import shutil
import subprocess
from collections.abc import Iterator, Sequence

import pypdfium2 as pdfium

from redress.read.page.document import Page, Word, plain, segments_of

DOTS_PER_INCH = (300, 400)
POINTS_PER_INCH = 72.0
LEAST_CONFIDENCE = 60.0
"""tesseract's own, from 0 to 100; below it a word is a guess."""
TIME_LIMIT_SECONDS = 20
"""Processor time for one picture at one size."""
CLOCK_LIMIT_SECONDS = 10 * TIME_LIMIT_SECONDS
MOST_PICTURES = 6
MOST_SQUARE_POINTS = 4 * 595 * 842


def is_installed() -> bool:
    """Whether tesseract is there (Debian: tesseract-ocr)."""
    return shutil.which("tesseract") is not None


def installed_version() -> str | None:
    """Return the first line in which tesseract names its version; None if tesseract is not installed."""
    if not is_installed():
        return None
    said = subprocess.run(
        ["tesseract", "--version"],  # noqa: S607 - whichever tesseract reads the pictures
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_SECONDS,
    )
    return next(iter((said.stdout or said.stderr).splitlines()), "")


def read_pictures(content: bytes, numbers: Sequence[int]) -> dict[int, Page]:
    """Return pages of a PDF, by number, read from their picture. A page that cannot be read or has no words is left
    out.

    A file with more pictures than a letter has pages, or with giant pictures, is not read.
    """
    pages: dict[int, Page] = {}
    if len(numbers) > MOST_PICTURES:
        return pages
    try:
        with pdfium.PdfDocument(content) as pdf:
            for number in numbers:
                page = pdf[number - 1]
                width, height = page.get_size()
                if width * height > MOST_SQUARE_POINTS:
                    continue
                first, second = (list(_words(page, number, dots)) for dots in DOTS_PER_INCH)
                words = [word for word in first if not _is_number(word.text) or _is_seen_again(word, second)]
                if words:
                    pages[number] = Page(number, width, height, segments_of(words), has_picture=True)
    except (pdfium.PdfiumError, subprocess.SubprocessError, UnicodeDecodeError):
        return {}
    return pages


def _words(page: pdfium.PdfPage, number: int, dots_per_inch: int) -> Iterator[Word]:
    scale = dots_per_inch / POINTS_PER_INCH
    picture = io.BytesIO()
    page.render(scale=scale, grayscale=True).to_pil().save(picture, format="PNG")
    command = ["tesseract", "stdin", "stdout", "--dpi", str(dots_per_inch), "--psm", "3", "tsv"]
    rows = csv.DictReader(
        io.StringIO(_output(command, picture.getvalue()).decode()), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    for row in rows:
        text = plain(row["text"] or "").strip()
        if not text or float(row["conf"]) < LEAST_CONFIDENCE:
            continue
        left, top = int(row["left"]) / scale, int(row["top"]) / scale
        right, bottom = left + int(row["width"]) / scale, top + int(row["height"]) / scale
        box = (round(left, 2), round(top, 2), round(right, 2), round(bottom, 2))
        yield Word(text, number, left, top, right, bottom, size=10.0, box=box, is_ocr=True)


def _output(command: Sequence[str], picture: bytes) -> bytes:
    """Return what tesseract says of a picture. Raise SubprocessError if it fails, or takes more than its time.

    The time is processor time, which the system counts, with a generous limit by the clock behind it. So a picture
    is read on a busy machine as on a quiet machine.
    """
    with subprocess.Popen(  # noqa: S603 - the command is fixed; the picture goes in as bytes
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},  # letters are read side by side already
    ) as process:
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (TIME_LIMIT_SECONDS, TIME_LIMIT_SECONDS))
        try:
            output, _ = process.communicate(picture, timeout=CLOCK_LIMIT_SECONDS)
        except BaseException:
            process.kill()
            raise
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
    return output


def _is_number(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _is_seen_again(word: Word, others: Sequence[Word]) -> bool:
    return any(
        other.text == word.text and abs(other.x0 - word.x0) < 3 and abs(other.top - word.top) < 3
        for other in others
    )
