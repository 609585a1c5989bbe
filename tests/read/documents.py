"""The documents that the quick way and the thorough way read from a PDF, for tests that compare the two ways."""

from redress.read.files.opened import opened
from redress.read.files.pdf import document_from_pdf
from redress.read.files.pdf_quick import quick_document
from redress.read.page.document import Document


def quick_look(content: bytes) -> Document | None:
    """Return the document that the quick way reads. Return None if the quick way gives up, or if pdfium cannot open
    the PDF.
    """
    with opened(content) as pdf:
        return None if pdf is None else quick_document(pdf)


def measured(content: bytes) -> Document:
    """Return the document that the thorough way reads."""
    with opened(content) as pdf:
        return document_from_pdf(content, pdf)
