"""Recognise the kind of a file by its first bytes or by the ending of its name, and whether the file is complete.

This module imports no reader of files, so that code that only fetches files can use it.
"""

import re

PDF_MARK_BYTES = 1024
"""A PDF says "%PDF-" within its first 1,024 bytes (ISO 32000-1, annex H)."""
PDF_END_BYTES = 1024
"""A PDF says "%%EOF" within its last 1,024 bytes (PDF Reference 1.7, implementation note 18)."""
PAGE_MARK_BYTES = 1024
"""A web page begins its element `html` within this many bytes; comments can stand before the element."""
TEXT_ENDINGS = frozenset({".txt", ".md"})
HTML_ENDINGS = frozenset({".html", ".htm"})
_LINEARIZED = re.compile(rb"/Linearized\b.*?/L\s+(\d{1,12})", re.DOTALL)
"""If a PDF is prepared for viewing on the web, it states its own length in bytes in this form. Such a PDF also
has an end mark near its start."""
_ZIP_MARK, _ZIP_END = b"PK\x03\x04", b"PK\x05\x06"
_FILL = b"\0\t\n\f\r "


def is_pdf(content: bytes) -> bool:
    """Return whether bytes are marked as a PDF, whatever the file's name; the PDF may still be damaged."""
    return b"%PDF-" in content[:PDF_MARK_BYTES]


def is_whole_pdf(content: bytes) -> bool:
    """Return whether a PDF is complete: it has its end mark and, if it states its own length, is not shorter than
    the stated length.
    """
    stated = _LINEARIZED.search(content[:PDF_MARK_BYTES])
    if stated is not None and len(content) < int(stated[1]):
        return False
    return b"%%EOF" in content.rstrip(_FILL)[-PDF_END_BYTES:]


def is_cut_page(content: bytes) -> bool:
    """Return whether bytes begin as a web page but lack the page's end. The page was probably cut off on its way.

    Zero bytes are ignored, because a page in UTF-16 has a zero in every other byte.
    """
    text = content.replace(b"\0", b"").lower()
    begins = text.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip()
    is_page = begins[:1] == b"<" and (begins.startswith(b"<!doctype html") or b"<html" in begins[:PAGE_MARK_BYTES])
    return is_page and b"</html" not in text


def has_end(content: bytes) -> bool:
    """Return whether content has the end mark of its kind: of a PDF, of a ZIP file such as a spreadsheet, or of a
    web page. Content of any other kind must end with a line feed.
    """
    if is_pdf(content):
        return is_whole_pdf(content)
    if content.startswith(_ZIP_MARK):
        return _ZIP_END in content
    if content.lstrip()[:1] == b"<":
        return b"</html" in content.lower()
    return content.endswith(b"\n")
