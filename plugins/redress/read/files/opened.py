"""A PDF that pdfium has opened, with its pages, each loaded once."""

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2 as pdfium

from redress.read.files.page_text import PageText
from redress.read.files.pdf_sheet import PdfSheet


class OpenedPdf:
    """The pages of a file that pdfium has opened, each loaded when it is first asked for."""

    def __init__(self, pdf: pdfium.PdfDocument) -> None:
        self._pdf = pdf
        self._sheets: dict[int, PdfSheet] = {}

    def __len__(self) -> int:
        return len(self._pdf)

    def sheet(self, number: int) -> PdfSheet:
        """Return the page with a number, counted from one. Raise PdfiumError if pdfium cannot load the page."""
        if number not in self._sheets:
            self._sheets[number] = PdfSheet(self._pdf[number - 1], number)
        return self._sheets[number]

    @property
    def sheets(self) -> Iterator[PdfSheet]:
        """Yield all pages in their order."""
        return map(self.sheet, range(1, len(self) + 1))

    def texts(self) -> list[PageText] | None:
        """Return the text of every page, or None if pdfium cannot load a page."""
        try:
            return [sheet.text for sheet in self.sheets]
        except pdfium.PdfiumError:
            return None


@contextmanager
def opened(content: bytes) -> Iterator[OpenedPdf | None]:
    """Open a PDF for a `with` block, and close it at the end of the block. Yield None if pdfium cannot open the
    PDF.
    """
    try:
        pdf = pdfium.PdfDocument(content)
    except pdfium.PdfiumError:
        yield None
        return
    with pdf:
        yield OpenedPdf(pdf)
