"""Draw the values of form fields into their pages, so that the values are read and confirmed like any other text.

The value of a field is not part of a page's text; viewers draw it over the page. A letter can state its figures in
fields, and a field can cover a printed figure.
"""

import io
import math

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

PIXELS_OF_A_PAGE = 595 * 842
"""How many pixels a page has in the drawings that are compared: before and after its fields are drawn into it."""
LEAST_CHANGE = 64
"""Pixels that differ by fewer than this of 256 shades count as equal."""
MOST_PAGES = 300


class FieldsError(Exception):
    """The fields of a file cannot be drawn into its pages; the message says what was found."""


def with_fields_drawn(content: bytes) -> bytes:
    """Return a PDF with its form fields and other annotations drawn into its pages.

    A file without form fields is returned unchanged, and so is a file that pdfium cannot open. Fields that viewers
    do not show are left out. Raise FieldsError if the file has form fields and too many pages, or if the pages look
    different afterwards.
    """
    try:
        with pdfium.PdfDocument(content) as pdf:
            if pdf.get_formtype() == pdfium_c.FORMTYPE_NONE:
                return content
            if len(pdf) > MOST_PAGES:
                raise FieldsError(f"the file has form fields and {len(pdf)} pages: its fields are not read")
            pdf.init_forms()
            looks = [_look(pdf[index]) for index in range(len(pdf))]
            return _flattened(pdf, looks)
    except pdfium.PdfiumError:
        return content


def _flattened(pdf: pdfium.PdfDocument, looks: list[npt.NDArray[np.uint8]]) -> bytes:
    """Return a copy of a file with the fields and annotations of its pages drawn into the pages.

    pdfium loses fonts that a page inherits. So the file is copied first, because in a copy each page has its own
    fonts.
    """
    with pdfium.PdfDocument.new() as copy:
        copy.import_pages(pdf)
        for index in range(len(copy)):
            page = copy[index]
            pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY)
            page.close()
        out = io.BytesIO()
        copy.save(out)
    flattened = out.getvalue()
    with pdfium.PdfDocument(flattened) as copy:
        for number, look in enumerate(looks, start=1):
            change = np.abs(_look(copy[number - 1]).astype(np.int16) - look)
            if int(change.max()) >= LEAST_CHANGE:
                raise FieldsError(
                    f"the file has form fields, and page {number} looks different with their values as its text: "
                    "what the fields show is not read"
                )
    return flattened


def _look(page: pdfium.PdfPage) -> npt.NDArray[np.uint8]:
    """Draw a page as a person sees it, in grey, with its fields and annotations."""
    width, height = page.get_size()
    scale = math.sqrt(PIXELS_OF_A_PAGE / max(width * height, 0.01))
    drawn: npt.NDArray[np.uint8] = page.render(scale=scale, grayscale=True).to_numpy().copy()
    page.close()
    return drawn
