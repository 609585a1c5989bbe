"""The thorough way: turn every page of a PDF into words with pdfminer, however the page or its text is turned.

`pdf_quick.py` is tried first, and hands unusual files over to this module. Both use the constants for distances in
`pdf_words.py`, and both drop hidden words with `visible_ink.py`.
"""

import io
import math
from collections.abc import Collection, Sequence
from typing import Any

import pdfplumber
import pypdfium2 as pdfium
from pdfminer.layout import LTChar, LTContainer, LTCurve, LTImage, LTLine, LTRect
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from redress.model.letter import NOT_READ, Box
from redress.read.files import ocr
from redress.read.files.drawn import DrawnPage
from redress.read.files.endless import refuse_endless_references
from redress.read.files.opened import OpenedPdf
from redress.read.files.overprints import without_unseen
from redress.read.files.pdf_sheet import OUTLINED_CURVES, PICTURE_SHARE
from redress.read.files.pdf_words import Char, char, is_on_page, page_of
from redress.read.files.visible_ink import only_what_shows
from redress.read.page.document import Document, Page
from redress.read.running_lines import without_running_lines

US_LETTER = (0.0, 0.0, 612.0, 792.0)
"""The box of a page, in points, if the file gives no size."""
MOST_SLANT_DEGREES = 10.0
"""The largest slope of a line in a letter that was scanned askew. A watermark across the page slopes more."""
LEVEL_SHARE = 0.2
"""If level characters number at least this share of a page's sloping characters, the sloping text is a
watermark."""


class UnreadableError(Exception):
    """Nothing can be read from a file. The message begins with `cause`, such as "damaged"; `detail` says what was
    found.
    """

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


class NotReadError(UnreadableError):
    """Tesseract failed on a picture of a file, so nobody knows what the file says. Another attempt may succeed."""

    def __init__(self, detail: str) -> None:
        super().__init__(NOT_READ, f"{detail}; what it shows is not known: try tesseract by hand, then read again")


def document_from_pdf(content: bytes, opened: OpenedPdf | None, numbers: Collection[int] = ()) -> Document:
    """Return pages of a PDF as words with places, in points from the upper left corner of the page as shown.

    `numbers` are the page numbers of the pages to return; if it is empty, all pages are returned. `opened` is the
    file as pdfium opened it. If it is None, hidden words are not dropped, and no pictures are read. Otherwise pages
    that are pictures of text are read with tesseract if it is installed; a picture without lines of text is not
    read. Raise UnreadableError with the cause: encrypted, damaged, empty (no text and no picture) or scanned
    (pictures and no text). Raise NotReadError if tesseract fails, and EndlessError if references never end.
    """
    by_number = {page.number: page for page in _measured(content, numbers, opened)}
    if opened is not None:
        by_number = _shown(opened, by_number)
    pictures = [page.number for page in by_number.values() if page.is_picture]
    lineless = _without_lines(opened, pictures) if opened is not None else frozenset()
    if pictures and opened is not None and ocr.is_installed():
        try:
            by_number |= ocr.read_pictures(content, [number for number in pictures if number not in lineless])
        except ocr.TesseractError as error:
            raise NotReadError(str(error)) from error
    return _document(by_number, lineless)


def _without_lines(opened: OpenedPdf, numbers: Sequence[int]) -> frozenset[int]:
    """Return the numbers of the pictures that show no lines of text. If a file has many pictures, none is looked
    at.
    """
    if len(numbers) > ocr.MOST_PICTURES:
        return frozenset()
    return frozenset(number for number in numbers if not ocr.may_be_read(opened.sheet(number).page))


def _document(by_number: dict[int, Page], lineless: Collection[int]) -> Document:
    pages = tuple(by_number[number] for number in sorted(by_number))
    if not pages:
        raise UnreadableError("damaged", "the PDF has no pages")
    if not any(page.segments for page in pages):
        if lineless and all(page.number in lineless for page in pages if page.has_picture):
            raise UnreadableError("scanned", f"{len(lineless)} page(s) of pictures without lines of text")
        if any(page.has_picture for page in pages):
            raise UnreadableError("scanned", f"{len(pages)} page(s) of pictures and no text")
        raise UnreadableError("empty", f"{len(pages)} page(s) with no text and no picture")
    return Document(pages=without_running_lines(pages), page_count=len(pages))


def _shown(opened: OpenedPdf, by_number: dict[int, Page]) -> dict[int, Page]:
    """Drop the words that cannot be seen. If pdfium cannot draw the pages, return them unchanged."""
    try:
        return only_what_shows(opened, by_number.values())
    except pdfium.PdfiumError:
        return by_number


def _measured(content: bytes, numbers: Collection[int], opened: OpenedPdf | None) -> tuple[Page, ...]:
    """Return the pages of a PDF with the place of every word. Raise UnreadableError or EndlessError if pdfminer
    cannot read the PDF.
    """
    refuse_endless_references(content)
    try:
        with pdfplumber.open(io.BytesIO(content), pages=sorted(numbers) or None) as pdf:
            return tuple(_page(page, opened) for page in pdf.pages)
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


def _page(page: Any, opened: OpenedPdf | None) -> Page:
    """Return the words of a page that pdfplumber has read. Drop the page's caches, so that a long file needs little
    memory.
    """
    # pdfminer's coordinates start at the corner of this box, after the page has been turned.
    page.page_obj.mediabox = shown_part(page.page_obj.mediabox, page.page_obj.cropbox)
    width, height = float(page.layout.width), float(page.layout.height)
    chars, picture_area, curve_count = _content(page.layout, width, height)
    if opened is not None and page.page_number <= len(opened):
        chars = without_unseen(chars, DrawnPage(opened.sheet(page.page_number)))
    has_picture = picture_area >= PICTURE_SHARE * width * height or curve_count > OUTLINED_CURVES
    result = page_of(chars, page.page_number, width, height, has_picture=has_picture)
    page.close()
    return result


def shown_part(media_box: Sequence[float], crop_box: Sequence[float]) -> Box:
    """Return the part of a page that viewers show: left, lower, right, upper, in the page's own units.

    A box may name any two opposite corners. Only the part of a crop box within the media box counts.
    """
    media, crop = _left_to_right(media_box), _left_to_right(crop_box)
    if _is_flat(media):
        media = US_LETTER
    if _is_flat(crop):
        return media
    return max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])


def _left_to_right(box: Sequence[float]) -> Box:
    x0, y0, x1, y1 = map(float, box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _is_flat(box: Box) -> bool:
    return box[0] >= box[2] or box[1] >= box[3]


def _content(layout: Any, width: float, height: float) -> tuple[list[Char], float, int]:
    """Return what a page draws: its characters, the area of its pictures, and the number of its curves.

    Only characters within the shown part of the page count; characters of a watermark across the page do not.
    `layout` comes from pdfminer, and its origin is the lower left corner of the page as shown. pdfplumber's own
    list of the characters is not used, because making it would double the time.
    """
    chars: list[Char] = []
    sloping: list[Char] = []
    picture_area, curve_count = 0.0, 0
    waiting: list[Any] = [layout]
    while waiting:
        item = waiting.pop()
        if isinstance(item, LTChar):
            top, bottom = height - item.y1, height - item.y0
            if is_on_page(item.x0, item.x1, top, bottom, width, height):
                turns = math.atan2(item.matrix[1], item.matrix[0]) / (math.pi / 2)
                is_sloping = 90 * abs(turns - round(turns)) > MOST_SLANT_DEGREES
                one = char(item.get_text(), item.x0, item.x1, top, bottom, round(turns) % 4)
                (sloping if is_sloping else chars).append(one)
        elif isinstance(item, LTImage):
            picture_area += item.width * item.height
        elif isinstance(item, LTContainer):
            waiting += reversed(list(item))
        elif isinstance(item, LTCurve) and not isinstance(item, LTRect | LTLine):
            curve_count += 1
    is_watermark = len(chars) >= LEVEL_SHARE * len(sloping)
    return chars if is_watermark else chars + sloping, picture_area, curve_count
