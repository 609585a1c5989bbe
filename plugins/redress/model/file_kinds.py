"""The kinds of file that letters and statistics pages come as, told by a file's first bytes or its name's ending.

It imports nothing that reads a file, so that those who only fetch files can ask it.
"""

PDF_MARK_BYTES = 1024
"""A PDF says "%PDF-" within its first 1,024 bytes (ISO 32000-1, annex H)."""
TEXT_ENDINGS = frozenset({".txt", ".md"})
HTML_ENDINGS = frozenset({".html", ".htm"})


def is_pdf(content: bytes) -> bool:
    """Whether bytes are marked as a PDF, whatever the file is called; it may still be damaged."""
    return b"%PDF-" in content[:PDF_MARK_BYTES]
