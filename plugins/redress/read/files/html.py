"""HTML files, such as a council's statistics page, to a document: every block of text is a line."""

import re
from collections.abc import Iterator

from lxml import html

from redress.read.files.text import Line, document_from_lines
from redress.read.page.document import Document, plain

_BLOCKS = re.compile(
    r"address|article|aside|blockquote|body|br|d[dlt]|div|fieldset|fig(?:caption|ure)|footer|form|h[1-6]|header|hr"
    r"|li|main|nav|ol|p|section|summary|t(?:able|body|d|foot|h|head|r)|ul"
)
"""The elements that begin a line of their own, and end it."""
_UNSEEN = re.compile(r"head|iframe|noscript|object|script|style|svg|template|title")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
MOST_NESTED = 500
"""Elements nested deeper than this are not a page that a person wrote."""


class NotHtmlError(Exception):
    """The bytes are no HTML page that can be read; the message says why."""


def document_from_html(content: bytes) -> Document:
    """Return the text that a page shows: one line for each block, with its line number in the file.

    Raise NotHtmlError if there is nothing to read.
    """
    try:
        root = html.document_fromstring(content)
    except (ValueError, html.etree.LxmlError) as error:
        raise NotHtmlError(f"the page cannot be taken apart ({error})") from error
    lines: list[Line] = []
    row = 0
    for text, number in _blocks(root):
        row += 2  # a row left free between two blocks, as a page leaves a gap
        lines.append(Line(text, number, row))
    if not lines:
        raise NotHtmlError("the page shows no text")
    heading = next((" ".join(plain(h1.text_content()).split()) for h1 in root.iter("h1")), None)
    return document_from_lines(lines, heading=heading)


def _blocks(root: html.HtmlElement) -> Iterator[tuple[str, int]]:
    """Yield the text of each block, with the line of the element in which the text begins."""
    pieces: list[str] = []
    begins = 0

    def taken() -> Iterator[tuple[str, int]]:
        text = " ".join("".join(pieces).split())
        pieces.clear()
        if text:
            yield text, begins

    # a walk with a stack of its own, because a page may nest deeper than calls can
    stack: list[tuple[html.HtmlElement, bool, int]] = [(root, False, 0)]
    while stack:
        element, is_leaving, depth = stack.pop()
        is_block = isinstance(element.tag, str) and _BLOCKS.fullmatch(element.tag) is not None
        if is_leaving:
            if is_block:
                yield from taken()
            if element.tail:
                begins = begins if "".join(pieces).strip() else element.sourceline or 0
                pieces.append(element.tail)
            continue
        if depth > MOST_NESTED:
            raise NotHtmlError(f"its elements are nested more than {MOST_NESTED} deep")
        if is_block:
            yield from taken()
        stack.append((element, True, depth))
        if _is_shown(element):
            if element.text:
                begins = begins if "".join(pieces).strip() else element.sourceline or 0
                pieces.append(element.text)
            stack += [(child, False, depth + 1) for child in reversed(element)]
    yield from taken()


def _is_shown(element: html.HtmlElement) -> bool:
    return (
        isinstance(element.tag, str)
        and not _UNSEEN.fullmatch(element.tag)
        and "hidden" not in element.attrib
        and not _HIDDEN_STYLE.search(element.get("style", ""))
    )
