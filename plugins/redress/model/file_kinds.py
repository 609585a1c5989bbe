"""The kinds of file of letters and statistics pages, known by a file's first bytes or by its ending.

This module imports no reader of files, so that code that only fetches files can use it.
"""

PDF_MARK_BYTES = 1024
"""A PDF says "%PDF-" within its first 1,024 bytes (ISO 32000-1, annex H)."""
TEXT_ENDINGS = frozenset({".txt", ".md"})
HTML_ENDINGS = frozenset({".html", ".htm"})


def is_pdf(content: bytes) -> bool:
    """Return whether bytes are marked as a PDF, whatever the file's name; the PDF may still be damaged."""
    return b"%PDF-" in content[:PDF_MARK_BYTES]
