"""PDF files to a document: words where the eye sees them, whichever way the page or its content is turned."""

import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pdfplumber
from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage, LTLine, LTRect
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.utils import dedupe_chars, extract_words
from pdfplumber.utils.exceptions import PdfminerException

from redress.letters import ocr
from redress.letters.document import Document, Page, Word, plain, segments_of, without_running_lines
from redress.letters.ink import only_what_shows
from redress.letters.pdf_scout import scout
from redress.letters.records import Box

WORD_GAP_EMS = 0.2
"""Letters further apart than this, in units of their size, belong to two words."""
OUTLINED_CURVES = 300
"""Text drawn as outlines has a curve or two for each letter; no drawing beside text has as many."""
_SOFT_HYPHEN_AT_END = re.compile("\u00ad$")
DOUBLE_POINTS = 1.0
"""One letter drawn again within this distance is the same letter, made to look bold."""
PICTURE_SHARE = 0.25
"""Pictures that cover at least this share of a page can be what the page has to say."""


class UnreadableError(Exception):
    """Nothing can be had from a file's bytes. `cause` is its first word, `detail` says what was found."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


@dataclass(frozen=True)
class _Turn:
    """How content is turned on its page: quarter turns against the clock, and the page's size in points."""

    quarter_turns: int
    width: float
    height: float

    def to_reading(self, box: Box) -> Box:
        """A box on the page as shown to the same box with the text upright."""
        x0, top, x1, bottom = box
        match self.quarter_turns:
            case 1:
                return (self.height - bottom, x0, self.height - top, x1)
            case 2:
                return (self.width - x1, self.height - bottom, self.width - x0, self.height - top)
            case 3:
                return (top, self.width - x1, bottom, self.width - x0)
            case _:
                return box

    def to_shown(self, box: Box) -> Box:
        """The way back: a box of upright text to where the page shows it."""
        x0, top, x1, bottom = box
        match self.quarter_turns:
            case 1:
                return (top, self.height - x1, bottom, self.height - x0)
            case 2:
                return (self.width - x1, self.height - bottom, self.width - x0, self.height - top)
            case 3:
                return (self.width - bottom, x0, self.width - top, x1)
            case _:
                return box


def document_from_pdf(content: bytes, with_pictures: bool = True) -> Document:
    """All pages of a PDF as words with places, in points from the upper left corner of the page as shown.

    `with_pictures` says whether pages that are pictures of text are read too, where that can be done.
    Raises UnreadableError with its cause: encrypted, damaged, or scanned (no text on any page).
    """
    by_number = {page.number: page for page in _measured(content)}
    if with_pictures:
        by_number |= only_what_shows(content, by_number.values())
    pictures = [page.number for page in by_number.values() if page.is_picture]
    if pictures and with_pictures and ocr.is_installed():
        by_number |= ocr.read_pictures(content, pictures)
    return _document(by_number)


def scouted_document(content: bytes) -> Document | None:
    """The same document with only the pages measured on which figures can stand, or None where all have to be.

    What it leaves out is the places of words that give no figure; see `pdf_scout`.
    """
    scouted = scout(content)
    if scouted is None:
        return None
    try:
        measured = _measured(content, scouted.to_measure)
    except UnreadableError:
        return None
    return _document(scouted.light | only_what_shows(content, measured))


def _document(by_number: dict[int, Page]) -> Document:
    pages = tuple(by_number[number] for number in sorted(by_number))
    if not pages:
        raise UnreadableError("damaged", "the PDF has no pages")
    if not any(page.segments for page in pages):
        if any(page.has_picture for page in pages):
            raise UnreadableError("scanned", f"{len(pages)} page(s) of pictures and no text")
        raise UnreadableError("empty", f"{len(pages)} page(s) with no text and no picture")
    return Document(pages=without_running_lines(pages), page_count=len(pages))


def _measured(content: bytes, numbers: Sequence[int] | None = None) -> tuple[Page, ...]:
    """Some pages of a PDF, or all, with every word's place. Raises UnreadableError."""
    try:
        with pdfplumber.open(io.BytesIO(content), pages=numbers) as pdf:
            return tuple(_page(page) for page in pdf.pages)
    except MemoryError:
        raise
    except PdfminerException as error:
        raise _unreadable(error.args[0] if error.args else error) from error
    except (PDFPasswordIncorrect, PDFEncryptionError) as error:
        raise _unreadable(error) from error
    except RecursionError as error:
        raise UnreadableError("damaged", "its objects are nested without end") from error
    except Exception as error:  # a damaged file can make a parser raise anything; each is the file's, not ours
        raise _unreadable(error) from error


def _unreadable(error: object) -> UnreadableError:
    if isinstance(error, MemoryError):
        raise error
    if isinstance(error, PDFPasswordIncorrect):
        return UnreadableError("encrypted", "the PDF opens only with a password")
    if isinstance(error, PDFEncryptionError):
        return UnreadableError("encrypted", f"the PDF is encrypted in a way that is not known ({error})")
    name = type(error).__name__
    return UnreadableError("damaged", f"the PDF cannot be taken apart ({name}: {str(error)[:160]})")


@dataclass(frozen=True)
class _Content:
    """What one page draws: its characters as plain records, how much of it pictures cover, and its curves."""

    chars: list[dict[str, Any]]
    picture_area: float
    curve_count: int


def _page(page: Any) -> Page:
    """One page of pdfplumber's as words; its caches are dropped, so that a long file needs no more memory."""
    width, height = _shown_size(page)
    content = _content(page, width, height)
    chars = _printed_once(content.chars)
    turn = _Turn(_main_quarter_turns(chars), width, height)
    upright = [_turned(char, turn) for char in chars if char["quarter_turns"] == turn.quarter_turns]
    words = extract_words(upright, x_tolerance_ratio=WORD_GAP_EMS, y_tolerance=2, extra_attrs=["size"])
    is_turned = turn.quarter_turns % 2 == 1
    result = Page(
        number=page.page_number,
        width=height if is_turned else width,
        height=width if is_turned else height,
        segments=segments_of(_words(words, turn, page.page_number)),
        has_picture=content.picture_area >= PICTURE_SHARE * width * height or content.curve_count > OUTLINED_CURVES,
    )
    page.close()
    return result


def _shown_size(page: Any) -> tuple[float, float]:
    left, upper, right, lower = page.cropbox
    return float(right - left), float(lower - upper)


def _content(page: Any, width: float, height: float) -> _Content:
    """What the page draws within the part of it that is shown, in points from that part's upper left corner.

    The layout is pdfminer's, whose origin is the media box's lower left corner after the page has been turned.
    Making pdfplumber's own record of each character would take as long again as finding the characters.
    """
    media, crop = page.mediabox, page.cropbox
    left, upper = float(crop[0] - media[0]), float(crop[1] - media[1])
    media_height = float(media[3] - media[1])
    chars: list[dict[str, Any]] = []
    picture_area, curve_count = 0.0, 0
    waiting: list[Any] = [page.layout]
    while waiting:
        item = waiting.pop()
        if isinstance(item, LTChar):
            x0, x1 = item.x0 - left, item.x1 - left
            top, bottom = media_height - item.y1 - upper, media_height - item.y0 - upper
            if -1 <= (x0 + x1) / 2 <= width + 1 and -1 <= (top + bottom) / 2 <= height + 1:
                chars.append(
                    {
                        "text": item.get_text(),
                        "x0": x0,
                        "x1": x1,
                        "top": top,
                        "bottom": bottom,
                        "doctop": top,
                        "upright": True,
                        "quarter_turns": round(math.atan2(item.matrix[1], item.matrix[0]) / (math.pi / 2)) % 4,
                    }
                )
        elif isinstance(item, LTImage):
            picture_area += item.width * item.height
        elif isinstance(item, LTContainer):
            waiting += reversed(list(item))
        elif isinstance(item, LTCurve) and not isinstance(item, LTRect | LTLine):
            curve_count += 1
    return _Content(chars, picture_area, curve_count)


def _printed_once(chars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Characters without those drawn twice in one place, as some printers do to make type look bold."""
    ordered = sorted(chars, key=lambda char: (char["text"], round(char["top"]), char["x0"]))
    is_double = any(
        left["text"] == right["text"]
        and not left["text"].isspace()
        and abs(left["x0"] - right["x0"]) <= DOUBLE_POINTS
        and abs(left["top"] - right["top"]) <= DOUBLE_POINTS
        for left, right in pairwise(ordered)
    )
    return dedupe_chars(chars, tolerance=DOUBLE_POINTS, extra_attrs=()) if is_double else chars


def _main_quarter_turns(chars: list[dict[str, Any]]) -> int:
    """The turn that most characters have; the others are stamps and marks along an edge."""
    turns = Counter(char["quarter_turns"] for char in chars if not char["text"].isspace())
    return turns.most_common(1)[0][0] if turns else 0


def _turned(char: dict[str, Any], turn: _Turn) -> dict[str, Any]:
    x0, top, x1, bottom = turn.to_reading((char["x0"], char["top"], char["x1"], char["bottom"]))
    return {
        "text": char["text"],
        "x0": x0,
        "top": top,
        "x1": x1,
        "bottom": bottom,
        "doctop": top,
        "upright": True,
        "size": round(bottom - top, 1),
    }


def _words(words: list[dict[str, Any]], turn: _Turn, page: int) -> Iterator[Word]:
    for word in words:
        x0, top, x1, bottom = word["x0"], word["top"], word["x1"], word["bottom"]
        shown = turn.to_shown((x0, top, x1, bottom))
        box = (round(shown[0], 2), round(shown[1], 2), round(shown[2], 2), round(shown[3], 2))
        for text in plain(_SOFT_HYPHEN_AT_END.sub("-", word["text"])).split():
            yield Word(text, page, x0, top, x1, bottom, float(word["size"]), box)
