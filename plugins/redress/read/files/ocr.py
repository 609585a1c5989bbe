"""Read pictures of text with tesseract if it is installed: words with places, each marked as read from a picture.

A picture is made straight (`scan.py`) and read at two sizes. A number on which the two readings disagree is left
out, so that its figure is absent and not wrong.
"""

import csv
import io
import os
import re
import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pypdfium2 as pdfium
from PIL import Image

from redress.model.letter import Box
from redress.model.printable import printable, shortened
from redress.read.files.drawn import share_place
from redress.read.files.scan import EDGE_OF_A_SKETCH, Scan, shows_lines, straightened
from redress.read.page.document import Page, Word, plain, segments_of

DOTS_PER_INCH = 300
SECOND_SIZE = 4 / 3
"""The factor by which the picture is enlarged for the second reading."""
POINTS_PER_INCH = 72.0
LEAST_CONFIDENCE = 60.0
"""A word to which tesseract gives a lower confidence, from 0 to 100, is a guess."""
LEAST_CONFIDENT_SHARE = 0.5
"""If tesseract is sure of a smaller share of a page's words, the page is upside down or unreadable. On readable
pages the share is nine tenths."""
MOST_SHARE = 0.6
"""If the boxes of two words from two readings overlap by more than this share of the smaller width and of the
smaller height, both are the same word on the page."""
LEAST_LETTERS = 3
"""A word with fewer letters than this may be a speck."""
TIME_LIMIT_SECONDS = 20
"""The limit of processor time for one picture at one size."""
CLOCK_LIMIT_SECONDS = 10 * TIME_LIMIT_SECONDS
MOST_PICTURES = 6
LONGER_EDGES = (500.0, 1300.0)
"""The range of a page's longer edge, in points: from about A5 to about A3. A page outside this range is treated as
a picture of an A4 page in another unit."""
LONGER_EDGE_OF_A4 = 842.0
_SIGN = re.compile("ombuds|lgsco|lgo|upheld|uphold|remed|complian", re.IGNORECASE)
"""Words, or beginnings of words, that the Ombudsman's letters have and most other papers do not have."""
COLUMNS = frozenset({"left", "top", "width", "height", "conf", "text"})
"""The columns of tesseract's table of words that are used."""
VARIABLE_OF_ITS_DATA = "TESSDATA_PREFIX"
"""The environment variable that names the folder of tesseract's languages. Tesseract is started without this
variable, because it may have been set for another program."""


class TesseractError(Exception):
    """Tesseract failed on a picture, or ended without a table of words; the message says what was found."""


def is_installed() -> bool:
    """Return whether tesseract is installed (Debian: tesseract-ocr)."""
    return shutil.which("tesseract") is not None


def installed_version() -> str | None:
    """Return the first line in which tesseract names its version; None if tesseract is not installed."""
    if not is_installed():
        return None
    said = subprocess.run(
        ["tesseract", "--version"],  # noqa: S607 - whichever tesseract reads the pictures
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=TIME_LIMIT_SECONDS,
    )
    return next(iter((said.stdout or said.stderr).splitlines()), "")


def may_be_read(sheet: pdfium.PdfPage) -> bool:
    """Return whether a page that is a picture may show lines of text. Also return True if pdfium cannot draw the
    page.
    """
    try:
        picture = sheet.render(scale=EDGE_OF_A_SKETCH / max(*sheet.get_size(), 0.01), grayscale=True)
    except pdfium.PdfiumError:
        return True
    return shows_lines(picture.to_pil().convert("L"))


def read_pictures(content: bytes, numbers: Sequence[int]) -> dict[int, Page]:
    """Read pages of a PDF from their pictures. Return the pages by number, without those that cannot be read.

    A page may lie askew, on its side or upside down. Its words are placed as if the page lay straight, but their
    boxes are where the page shows them. If there are more than MOST_PICTURES pages to read, no picture is read. If
    no picture has a word that is typical of the Ombudsman's letters, no picture is read a second time, and numbers
    are left out. Raise TesseractError if tesseract fails, because nobody then knows what the pictures say.
    """
    if len(numbers) > MOST_PICTURES:
        return {}
    try:
        with pdfium.PdfDocument(content) as pdf:
            return _pages(pdf, numbers)
    except pdfium.PdfiumError:
        return {}


@dataclass(frozen=True)
class _Seen:
    """A word as tesseract sees it. Its edges are those on the straight picture, in points of A4.

    `box` is the word's box on the page, in points.
    """

    text: str
    confidence: float
    box: Box
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def is_number(self) -> bool:
        return any(character.isdigit() for character in self.text)

    @property
    def is_sure(self) -> bool:
        return self.confidence >= LEAST_CONFIDENCE

    @property
    def letters(self) -> int:
        return sum(character.isalpha() for character in self.text)


@dataclass(frozen=True)
class _FirstReading:
    """The words that tesseract sees on a page at its original size."""

    number: int
    dots_to_a_point: float
    scan: Scan
    words: tuple[_Seen, ...]


def _pages(pdf: pdfium.PdfDocument, numbers: Sequence[int]) -> dict[int, Page]:
    """Return the pages that could be read, by page number. If no page has a word that is typical of the Ombudsman's
    letters (`_SIGN`), the pages' words that are numbers are left out.
    """
    readings = []
    for number in numbers:
        with _naming(number):
            readings.append(_first_reading(pdf[number - 1], number))
    readable = [reading for reading in readings if reading is not None]
    is_read_again = any(_SIGN.search(word.text) for reading in readable for word in reading.words)
    pages = {}
    for reading in readable:
        with _naming(reading.number):
            pages[reading.number] = _page(reading, is_read_again)
    return pages


@contextmanager
def _naming(number: int) -> Iterator[None]:
    """If the `with` block raises a TesseractError, add the page's number to the message."""
    try:
        yield
    except TesseractError as error:
        raise TesseractError(f"tesseract failed on the picture of page {number}: {error}") from error


def _first_reading(sheet: pdfium.PdfPage, number: int) -> _FirstReading | None:
    """Return the first reading of a page from its picture; None if the page cannot be read."""
    dots_to_a_point = _dots_to_a_point(*sheet.get_size())
    scan = straightened(sheet.render(scale=dots_to_a_point, grayscale=True).to_pil().convert("L"))
    words = tuple(_seen(scan, dots_to_a_point))
    if _sure_share(words) < LEAST_CONFIDENT_SHARE:
        scan = scan.upside_down()
        words = tuple(_seen(scan, dots_to_a_point))
    return (
        None if _sure_share(words) < LEAST_CONFIDENT_SHARE else _FirstReading(number, dots_to_a_point, scan, words)
    )


def _page(first: _FirstReading, is_read_again: bool) -> Page:
    """Return a page from two readings of its picture. If `is_read_again` is False, there is no second reading, and
    the words of the page that are numbers are left out.
    """
    second = list(_seen(first.scan, first.dots_to_a_point, enlarged=SECOND_SIZE)) if is_read_again else []
    words = [
        Word(seen.text, first.number, seen.x0, seen.top, seen.x1, seen.bottom, size=10.0, box=seen.box, is_ocr=True)
        for seen in _agreed(first.words, second)
    ]
    width, height = (edge * POINTS_PER_INCH / DOTS_PER_INCH for edge in first.scan.picture.size)
    return Page(first.number, width, height, segments_of(words), has_picture=True, hides_a_number=True)


def _sure_share(words: Sequence[_Seen]) -> float:
    """Return the share of words that tesseract is sure of; words of one or two letters do not count."""
    whole = [word for word in words if word.letters >= LEAST_LETTERS]
    return sum(word.is_sure for word in whole) / len(whole) if whole else 0.0


def _agreed(first: Sequence[_Seen], second: Sequence[_Seen]) -> Iterator[_Seen]:
    """Yield the words that count.

    A number counts only if both readings are sure of it and agree. Any other word counts if the first reading is
    sure of it. If the first reading is not sure, but both readings have a word in this place, the word of the surer
    reading counts. So a council's name does not lose a word: without "East", "North East" would be another council.
    """
    for word in first:
        again = next((other for other in second if _is_in_one_place(word, other)), None)
        if word.is_number or (again is not None and again.is_number):
            if word.is_sure and again is not None and again.is_sure and word.text == again.text:
                yield word
        elif word.is_sure:
            yield word
        elif again is not None and max(word.letters, again.letters) >= LEAST_LETTERS:
            yield replace(word, text=again.text) if again.confidence > word.confidence else word


def _is_in_one_place(word: _Seen, other: _Seen) -> bool:
    """Return whether two words that tesseract saw are in one place: their boxes overlap in most of the narrower
    box. The boxes need not be equal, because tesseract can cut off a digit's edge.
    """
    place, again = ((one.x0, one.top, one.x1, one.bottom) for one in (word, other))
    return share_place(place, again, MOST_SHARE)


def _dots_to_a_point(width: float, height: float) -> float:
    """Return the scale, in pixels to a point, that draws a page with 300 pixels to an inch. A page of an unusual
    size counts as A4.
    """
    longer = max(width, height)
    unit = 1.0 if LONGER_EDGES[0] <= longer <= LONGER_EDGES[1] else LONGER_EDGE_OF_A4 / max(longer, 0.01)
    return unit * DOTS_PER_INCH / POINTS_PER_INCH


def _seen(scan: Scan, dots_to_a_point: float, enlarged: float = 1.0) -> Iterator[_Seen]:
    """Yield the words that tesseract sees on a straight picture, at its original size or enlarged."""
    points_of_a_dot = POINTS_PER_INCH / DOTS_PER_INCH
    for row in _rows(scan.picture, enlarged):
        text = plain(row["text"] or "").strip()
        if not text or float(row["conf"]) < 0:
            continue
        left, top, width, height = (int(row[edge]) / enlarged for edge in ("left", "top", "width", "height"))
        edges = (left, top, left + width, top + height)
        x0, upper, x1, lower = (round(edge / dots_to_a_point, 2) for edge in scan.on_page(edges))
        place = (x0, upper, x1, lower)
        yield _Seen(text, float(row["conf"]), place, *(edge * points_of_a_dot for edge in edges))


def _rows(picture: Image.Image, enlarged: float) -> list[dict[str, str]]:
    """Return the rows of the table that tesseract makes of a picture: one row for each word, and others for lines
    and blocks. Raise TesseractError if tesseract fails.
    """
    if enlarged != 1.0:
        picture = picture.resize((round(picture.width * enlarged), round(picture.height * enlarged)))
    content = io.BytesIO()
    picture.save(content, format="PNG", compress_level=1)
    dots = str(round(DOTS_PER_INCH * enlarged))
    command = ["tesseract", "stdin", "stdout", "--dpi", dots, "--psm", "3", "tsv"]
    try:
        output = _output(command, content.getvalue()).decode()
    except UnicodeDecodeError as error:
        raise TesseractError("what it printed is no text") from error
    table = csv.DictReader(io.StringIO(output), delimiter="\t", quoting=csv.QUOTE_NONE)
    if not set(table.fieldnames or ()) >= COLUMNS:
        raise TesseractError("it printed no table of words")
    return list(table)


def _output(command: Sequence[str], picture: bytes) -> bytes:
    """Return tesseract's output about a picture. Raise TesseractError if tesseract fails or exceeds its time.

    The system counts the processor time of tesseract, and limits it. So the result does not depend on how busy the
    machine is. There is also a generous limit by the clock.
    """
    own = {name: value for name, value in os.environ.items() if name != VARIABLE_OF_ITS_DATA}
    try:
        with subprocess.Popen(  # noqa: S603 - the command is fixed; the picture goes in as bytes
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=own | {"OMP_THREAD_LIMIT": "1"},  # letters are read side by side already
        ) as process:
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (TIME_LIMIT_SECONDS, TIME_LIMIT_SECONDS))
            try:
                output, said = process.communicate(picture, timeout=CLOCK_LIMIT_SECONDS)
            except BaseException:
                process.kill()
                raise
    except subprocess.TimeoutExpired as error:
        raise TesseractError(f"it did not end in {CLOCK_LIMIT_SECONDS} seconds") from error
    except OSError as error:
        raise TesseractError(f"it cannot be started ({error.strerror})") from error
    if process.returncode:
        words = " ".join(said.decode(errors="replace").split()) or "it said nothing"
        raise TesseractError(f"{_ending(process.returncode)} ({shortened(printable(words))})")
    return output


def _ending(code: int) -> str:
    """Return in words how a failed program ended; a negative code is a signal."""
    if code == -signal.SIGXCPU or code == -signal.SIGKILL:
        return f"it took more than {TIME_LIMIT_SECONDS} seconds of the processor, or was killed"
    return f"it ended with signal {-code}" if code < 0 else f"it ended with code {code}"
