"""The reader: turn the bytes of one file into a letter, with a verdict on every file, whatever it holds."""

import hashlib
import re
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import PurePath

from redress.check.letter_rules import check_letter
from redress.model.file_kinds import HTML_ENDINGS, TEXT_ENDINGS, is_cut_page, is_pdf
from redress.model.letter import Conflict, Header, Letter, Verdict
from redress.model.measures import HEADLINE_NAMES, TABLE_MEASURES, Absence
from redress.read.files.endless import EndlessError, refuse_endless_forms
from redress.read.files.file_index import doubt_of_the_index
from redress.read.files.form_fields import FieldsError, with_fields_drawn
from redress.read.files.html import NotHtmlError, document_from_html
from redress.read.files.opened import OpenedPdf, opened
from redress.read.files.page_text import PageText
from redress.read.files.pdf import NotReadError, UnreadableError, document_from_pdf
from redress.read.files.pdf_quick import quick_document
from redress.read.files.seen import confirmed
from redress.read.files.text import decoded, document_from_text
from redress.read.header import read_header, with_periods
from redress.read.layouts.known import LAYOUTS, landmark_count
from redress.read.layouts.layout import Layout
from redress.read.layouts.local_authority_report import has_older_tables, report_pages
from redress.read.own_council import doubts_of_council, with_its_council
from redress.read.pack import (
    ANNUAL_LETTER,
    NO_SENDER,
    NOT_ANNUAL,
    OMBUDSMAN,
    SENDER,
    NoLetterError,
    letter_pages,
    pages_of_the_one_letter,
    statistics_apart,
)
from redress.read.page.document import Document, Page
from redress.read.paragraphs import paragraphs_of
from redress.read.scope import doubts_of_scope, years_of_headings
from redress.read.signatory import (
    SALUTATION,
    first_signature,
    is_signed_by_the_ombudsman,
    other_ombudsman,
    signatory,
)
from redress.read.statistics import is_behind, signature_of

MOST_BYTES = {**dict.fromkeys(TEXT_ENDINGS, 256 * 1024), **dict.fromkeys(HTML_ENDINGS, 2 * 1024 * 1024)}
"""The most bytes of a file, by its name's ending. A letter as text has ten kilobytes; a web page, a few hundred."""
MOST_LINES, MOST_CHARACTERS = 2_000, 200_000
"""The most lines and characters that a text file or a web page may show. A letter has 200 lines, and comparing all
lines takes time."""
CUT_PAGE = (
    "the page ends without </html>: it may have been cut on its way, and a number at its end too; fetch or save "
    "the page again"
)

_PROVIDER = re.compile(
    r"\b(?:ltd|limited|plc|llp|nhs|healthcare|(?:care|nursing|residential|rest)\s+homes?)\b\.?", re.IGNORECASE
)
"""Words in names of companies that run care homes and similar services; the Ombudsman writes to them too."""


def read_letter(content: bytes, file_name: str, with_pdfium: bool = True) -> Letter:
    """Return what a file states. Every file gets a verdict, and no file raises an error, even if it is damaged or
    no letter.

    A PDF is recognised by its bytes, a text or a web page by the ending of `file_name`. Without pdfium a PDF is
    read by the thorough way (`pdf.py`) only, and pictures of text are not read.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        content, doubts = _with_all_drawn(content, with_pdfium)
        if is_pdf(content):
            with opened(content) if with_pdfium else nullcontext() as pdf:
                letter = _pdf_letter(content, pdf)
                letter = confirmed(pdf, letter) if with_pdfium else letter
        else:
            letter = _too_long(content, file_name) or _shown_letter(_document(content, file_name))
        if letter.verdict is Verdict.EXTRACTED:
            letter = replace(letter, conflicts=(*letter.conflicts, *doubts))
    except NoLetterError as error:
        letter = Letter("", error.verdict, error.reason, Header(page_count=error.page_count))
    except UnreadableError as error:
        letter = Letter("", Verdict.UNREADABLE, str(error))
    except EndlessError as error:
        letter = Letter("", Verdict.UNREADABLE, f"damaged: {error}")
    except MemoryError:
        letter = Letter("", Verdict.UNREADABLE, "out of memory: reading it needs more than a reader may use")
    return replace(letter, sha256=sha256)


def _with_all_drawn(content: bytes, with_pdfium: bool) -> tuple[bytes, tuple[Conflict, ...]]:
    """Return a file's bytes, with a PDF's form fields drawn into its pages, and the conflicts about the file."""
    doubts = [doubt_of_the_index(content) if is_pdf(content) else CUT_PAGE if is_cut_page(content) else None]
    if is_pdf(content) and with_pdfium:
        refuse_endless_forms(content)
        try:
            content = with_fields_drawn(content)
        except FieldsError as error:
            doubts.append(str(error))
    return content, tuple(Conflict("upheld_count", doubt) for doubt in doubts if doubt is not None)


def _pdf_letter(content: bytes, pdf: OpenedPdf | None) -> Letter:
    """Return a PDF's letter by the quick way, or by the thorough way if the quick way gives no whole letter.

    A letter is whole if it has figures, a season, an authority, a date and an addressee, and passes every rule
    about one letter. Before a verdict says that something is missing, all pages of the letter have to be measured.
    `pdf` is the file as pdfium opened it; None if pdfium cannot open the file or must not be used.
    """
    document = quick_document(pdf, lambda texts: letter_pages(texts).numbers) if pdf is not None else None
    letter = None if document is None else _letter(document)
    return letter if letter is not None and _is_whole(letter) else _measured_letter(content, pdf)


def _measured_letter(content: bytes, pdf: OpenedPdf | None) -> Letter:
    """Return the letter that a PDF's pages give by the thorough way."""
    texts = pdf.texts() if pdf is not None else None
    if texts is None:
        return _letter(_own_pages(document_from_pdf(content, pdf), ()))
    wanted = letter_pages(texts)
    try:
        document = document_from_pdf(content, pdf, wanted.numbers)
    except NotReadError:
        raise  # without its pictures nobody knows what the file is
    except UnreadableError as error:
        raise wanted.otherwise or error from error
    own = _own_pages(replace(document, page_count=len(texts)), texts)
    letter = _letter(own)
    if letter.verdict is Verdict.NOT_A_LETTER and wanted.otherwise is not None:
        raise wanted.otherwise
    apart = statistics_apart(texts, [page.number for page in own.pages])
    if letter.verdict is Verdict.NO_STATISTICS and apart is not None:
        reason = f"the letter ends with its signature; statistics stand apart from it, on page {apart}"
        return replace(letter, verdict=Verdict.UNKNOWN_LAYOUT, reason=reason, absences=())
    return letter


def _is_whole(letter: Letter) -> bool:
    header = letter.header
    return (
        letter.verdict is Verdict.EXTRACTED
        and None not in (header.season, header.authority_name, header.letter_date, header.addressee_name)
        and all(check.is_passed for check in check_letter(letter))
    )


def _own_pages(document: Document, texts: Sequence[PageText]) -> Document:
    """Return a measured document with only the letter's pages, or with all pages if no letter begins in it.

    `texts` has the text of each page of the file, because the text of the pages after the letter helps to find the
    letter's last page.
    """
    measured = {
        page.number: PageText(page.number, "\n".join(line.text for line in page.segments))
        for page in document.pages
    }
    own = pages_of_the_one_letter(list(({text.number: text for text in texts} | measured).values()))
    kept = tuple(page for page in document.pages if page.number in own)
    return replace(document, pages=kept) if kept else document


def _too_long(content: bytes, file_name: str) -> Letter | None:
    """Return the verdict not_a_letter for a text or web page with more bytes than any letter, otherwise None."""
    most = MOST_BYTES.get(PurePath(file_name).suffix.lower(), max(MOST_BYTES.values()))
    if len(content) <= most or "\0" in decoded(content[:4096]):
        return None
    reason = f"it has {len(content):,} bytes of text, and no letter of the Ombudsman has more than {most:,}"
    return Letter("", Verdict.NOT_A_LETTER, reason)


def _shown_letter(document: Document) -> Letter:
    """Return the letter in a text or web page; the verdict not_a_letter if the page shows more than any letter."""
    lines, characters = len(document.segments), sum(len(segment.text) for segment in document.segments)
    if lines <= MOST_LINES and characters <= MOST_CHARACTERS:
        return _letter(document)
    reason = (
        f"it shows {lines:,} pieces of lines with {characters:,} characters, and no letter of the Ombudsman has "
        f"more than {MOST_LINES:,} and {MOST_CHARACTERS:,}"
    )
    return Letter("", Verdict.NOT_A_LETTER, reason)


def _document(content: bytes, file_name: str) -> Document:
    if not content:
        raise UnreadableError("empty", "the file has no bytes")
    ending = PurePath(file_name).suffix.lower()
    if ending in HTML_ENDINGS:
        try:
            return document_from_html(content)
        except NotHtmlError as error:
            raise UnreadableError("damaged", str(error)) from error
    if ending not in TEXT_ENDINGS:
        raise UnreadableError(
            "not a PDF", f"the file is {_kind(content)}, although a PDF, a text or a page is expected"
        )
    text = decoded(content)
    if "\0" in text:
        raise UnreadableError("not a PDF", "the file is named as a text, but holds bytes that no text has")
    document = document_from_text(text)
    if not document.segments:
        raise UnreadableError("empty", "the text has no words")
    return document


def _kind(content: bytes) -> str:
    start = content[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start:
        return "an HTML page"
    if start.startswith(b"pk\x03\x04"):
        return "a ZIP archive or an office document"
    if b"\0" not in content[:4096]:
        return "text"
    return f"of another kind (it starts with the bytes {content[:8].hex(' ')})"


def _letter(document: Document) -> Letter:
    """Return the letter that the words of a document state, with the paragraphs of its prose."""
    letter = letter_of(document)
    if letter.verdict is Verdict.NOT_A_LETTER:
        return letter
    return replace(letter, paragraphs=paragraphs_of(document, letter.header.addressee_name))


def words_of(content: bytes, file_name: str) -> Document | None:
    """Return all words of the letter in a file, with their places, whether a layout knows the words or not.

    The result is None if the file cannot be read, is too long, or is a PDF with no letter or with several letters.
    """
    try:
        content, _ = _with_all_drawn(content, True)
        if not is_pdf(content):
            return None if _too_long(content, file_name) else _document(content, file_name)
        with opened(content) as pdf:
            texts = pdf.texts() if pdf is not None else None
            if pdf is None or texts is None:
                return None
            wanted = letter_pages(texts)
            quick = quick_document(pdf, lambda _: wanted.numbers, places_all=True)
            return quick or _own_pages(document_from_pdf(content, pdf, wanted.numbers), texts)
    except (NoLetterError, UnreadableError, EndlessError):
        return None


def letter_of(document: Document, layouts: Sequence[Layout] = LAYOUTS) -> Letter:
    """Return the letter that the words of a document state, as the first layout that fits reads it. If the words do
    not show a letter of the Ombudsman, and the pages are mostly pictures, raise UnreadableError.
    """
    header = read_header(document)
    if document.heading is None and not SENDER.search(document.squeezed):
        return _foreign(document, NO_SENDER)
    stranger = _of_others(document, header)
    if stranger is not None:
        return Letter("", Verdict.NOT_A_LETTER, stranger, Header(page_count=document.page_count))
    for layout in layouts:
        reading = layout.read(document, header.season)
        if reading is None:
            continue
        dated = with_periods(header, reading.periods, years_of_headings(document))
        if dated.season != header.season:  # a page of the web has no date or title, only its periods
            reading = layout.read(document, dated.season) or reading
        dated = with_its_council(document, dated, reading.figures)
        return Letter(
            sha256="",
            verdict=Verdict.EXTRACTED,
            reason=f"read as {layout.name}{_place_in_the_file(document)}",
            header=replace(dated, layout=layout.name),
            figures=reading.figures,
            absences=_true_absences(document, reading.absences),
            conflicts=(
                *reading.conflicts,
                *_doubts_of_the_signature(document),
                *doubts_of_council(document, dated),
                *doubts_of_scope(document, dated, reading.figures),
            ),
        )
    return _without_figures(document, header)


def _true_absences(
    document: Document, absences: tuple[tuple[str, Absence], ...]
) -> tuple[tuple[str, Absence], ...]:
    """Return the absent measures with reasons. If a page hides a number, `not_stated` becomes `not_read`."""
    if not any(page.hides_a_number for page in document.pages):
        return absences
    return tuple((name, Absence.NOT_READ if code is Absence.NOT_STATED else code) for name, code in absences)


def _place_in_the_file(document: Document) -> str:
    """Return in words which pages of a longer file are the letter; an empty text if all pages are."""
    numbers = [page.number for page in document.pages]
    if document.page_count is None or len(numbers) == document.page_count:
        return ""
    return f" from pages {numbers[0]} to {numbers[-1]} of {document.page_count}"


def _foreign(document: Document, reason: str) -> Letter:
    """Return the verdict not_a_letter on a document whose words do not show a letter of the Ombudsman.

    If its pages are mostly pictures, raise UnreadableError instead, because the pictures may show such a letter.
    """
    pictures = [page for page in document.pages if page.is_picture or page.is_read_from_a_picture]
    if 2 * len(pictures) > len(document.pages):
        detail = f"{len(pictures)} page(s) are pictures, and as far as they can be read {reason}"
        raise UnreadableError("scanned", detail)
    return Letter("", Verdict.NOT_A_LETTER, reason, Header(page_count=document.page_count))


def _of_others(document: Document, header: Header) -> str | None:
    """If a letter is signed by another ombudsman, or is to a provider of services, return words that say so: the
    reason why the letter is not read. Otherwise return None.
    """
    if other := other_ombudsman(signatory(document)):
        return f'the letter is signed as by another ombudsman ("{other}")'
    name = header.authority_name
    if name is not None and _PROVIDER.search(name):
        return f"the letter is to a provider of services ({name}), and not to an authority"
    return None


def _doubts_of_the_signature(document: Document) -> tuple[Conflict, ...]:
    """Return the conflicts that follow from the lines after the first signature.

    Either somebody else signed the letter, such as a council that quotes the figures. Or another letter begins
    after the signature, and nobody can say which letter the figures belong to.
    """
    signed = first_signature(document)
    if signed is None:
        return ()
    doubts = [
        Conflict("upheld_count", f'the file holds a second letter, which begins "{line.text}"')
        for line in document.segments[signed + 1 :]
        if SALUTATION.fullmatch(line.text)
    ]
    if is_signed_by_the_ombudsman(signatory(document)) is False:
        doubts.append(Conflict("upheld_count", "the letter is not signed as by the Ombudsman"))
    return tuple(doubts)


def _without_figures(document: Document, header: Header) -> Letter:
    if not (OMBUDSMAN.search(document.text) and ANNUAL_LETTER.search(document.text)):
        return _foreign(document, NOT_ANNUAL)
    if has_older_tables(report_pages(document)):
        reason = "the tables of 2010 to 2012, which count other things under like names, are not read"
        return Letter("", Verdict.UNKNOWN_LAYOUT, reason, header)
    numbers = _lines_with_numbers_behind_the_signature(document)
    if numbers is None:
        reason = "a letter of the Ombudsman without a signature, and with no statistics in a layout that is known"
        return Letter("", Verdict.UNKNOWN_LAYOUT, reason, header)
    if numbers:
        reason = f'behind the signature stand figures in no layout that is known, for instance "{numbers[0]}"'
        return Letter("", Verdict.UNKNOWN_LAYOUT, reason, header)
    if (words := _words_of_statistics_behind_the_signature(document)) is not None:
        reason = f'behind the signature stand words of statistics with no number that can be read: "{words}"'
        return Letter("", Verdict.UNKNOWN_LAYOUT, reason, header)
    hidden = [page.number for page in document.pages if page.hides_a_number]
    if hidden:
        reason = f"behind the signature stand no figures that are seen, and page {hidden[-1]} has covered numbers"
        return Letter("", Verdict.UNKNOWN_LAYOUT, reason, header)
    pictures = [page.number for page in document.pages if page.is_picture]
    drawings = [page.number for page in document.pages if _has_picture_behind(page, document)]
    blanks = [page.number for page in document.pages if not page.segments and not page.has_picture]
    if pictures:
        reason = f"scanned: page {pictures[-1]}, where the statistics would be, is a picture"
    elif drawings:
        reason = f"the letter ends with its signature; page {drawings[-1]} has a picture that may hold statistics"
    elif blanks:
        reason = f"the letter ends with its signature; page {blanks[-1]} is blank, or its content is damaged"
    else:
        reason = "the letter ends with its signature; there is no statistics page"
    absences = tuple((measure, Absence.NO_STATISTICS) for measure in (*HEADLINE_NAMES, *TABLE_MEASURES))
    return Letter("", Verdict.NO_STATISTICS, reason, header, absences=absences)


def _words_of_statistics_behind_the_signature(document: Document) -> str | None:
    """Return the first line after the signature with a landmark of statistics; None if no line has a landmark."""
    signature = signature_of(document)
    behind = (segment for segment in document.segments if is_behind(segment, signature))
    return next((segment.text for segment in behind if landmark_count(segment.text)), None)


def _has_picture_behind(page: Page, document: Document) -> bool:
    """Return whether this page comes after the page with the signature and has a large picture."""
    signature = signature_of(document)
    return page.has_picture and signature is not None and page.number > signature.page


def _lines_with_numbers_behind_the_signature(document: Document) -> list[str] | None:
    """Return the lines with digits that follow the signature; None if the letter has no signature."""
    signature = signature_of(document)
    if signature is None:
        return None
    behind = (segment for segment in document.segments if is_behind(segment, signature))
    return [segment.text for segment in behind if re.search(r"\d", segment.text)]
