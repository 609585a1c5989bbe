"""Documents of PDFs for tests, by the quick way and by the thorough way."""

from redress.read.files.opened import opened
from redress.read.files.pdf import document_from_pdf
from redress.read.files.pdf_quick import quick_document
from redress.read.page.document import Document


def quick_look(content: bytes) -> Document | None:
    """Return the document by the quick way; None where the quick way gives up."""
    with opened(content) as pdf:
        return None if pdf is None else quick_document(pdf)


def measured(content: bytes) -> Document:
    """Return the document by the thorough way."""
    with opened(content) as pdf:
        return document_from_pdf(content, pdf)
