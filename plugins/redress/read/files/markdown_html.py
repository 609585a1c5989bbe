"""HTML in a Markdown file: find the lines that the HTML may hide or change, and the pictures beside numbers."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from redress.read.files.markdown import MARK, unsure_parts

IN_HTML = 'the HTML "{}" around it may hide it'
PICTURE = "\ufffc"
"""The character that stands for a picture directly beside a number or between its digits."""
IN_SHEET = "a style sheet or a script in the file may hide it"
LETTERS_OF_A_TAG = 30
MOST_MARKS = 20
"""How many letters are looked at on each side of a picture, to find a digit behind marks."""

_TAG = re.compile(r"<(?P<close>/)?(?P<name>[a-z][\w-]*)(?P<attributes>(?:\s[^<>]*)?)>", re.IGNORECASE)
_PICTURE = re.compile(
    r"!\[[^\[\]\d]{0,500}\]\([^()]{0,500}\)|<(?:img|svg|canvas|object|embed|iframe)\b[^<>]*>(?:</\w+>)?"
    r"|<(?P<icon>b|em|i|span)\s[^<>]*></(?P=icon)\s*>",
    re.IGNORECASE,
)
_HARMLESS_TAGS = re.compile(
    r"a|abbr|address|article|aside|b|big|blockquote|body|br|caption|center|cite|code|col|colgroup|d[dlt]|div|em"
    r"|fig(?:caption|ure)|footer|h[1-6r]|header|html|i|img|ins|kbd|li|main|mark|nav|ol|p|pre|q|samp|section|small"
    r"|span|strong|sub|summary|sup|t(?:able|body|d|foot|h|head|r)|tt|u|ul|var|wbr",
    re.IGNORECASE,
)
_HARMLESS_ATTRIBUTES = re.compile(
    r"(?:\s+(?:align|alt|cite|cols(?:pan)?|dir=[\"']?ltr|href|id|lang|name|rel|rowspan|src|target|title|valign|width"
    r"|height)(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?)*\s*/?\s*",
    re.IGNORECASE,
)
_CHANGES_ALL = re.compile(
    r"<style\b[^<>]*>[^<]*[{@]|<script\b(?:[^<>]*\bsrc\b|[^<>]*>[^<]*[=({])|<link\b[^<>]*stylesheet"
    r"|<meta\b[^<>]*refresh|<base\b",
    re.IGNORECASE,
)
"""What may change how all of a page looks. A style sheet without a brace, and a script that neither calls nor sets
anything, do nothing."""
_OPENS = re.compile(r"<(?=[a-z/!?])", re.IGNORECASE)
_AUTOLINK = re.compile(r"<[a-z][a-z\d+.-]{1,31}:[^\s<>]{0,500}>|<[\w.+-]{1,100}@[\w.-]{1,100}>", re.IGNORECASE)
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
_VOID = frozenset({"br", "hr", "img", "col", "wbr", "input", "meta", "link", "source"})


def with_pictures_marked(text: str) -> str:
    """Return a text in which PICTURE replaces each picture directly beside a digit."""

    def marked(found: re.Match[str]) -> str:
        before = found.string[max(0, found.start() - MOST_MARKS) : found.start()].rstrip(MARK)
        behind = found.string[found.end() : found.end() + MOST_MARKS].lstrip(MARK)
        return PICTURE if before[-1:].isdigit() or behind[:1].isdigit() else found.group()

    return _PICTURE.sub(marked, text)


def hidden_lines(text: str) -> dict[int, str]:
    """Find the lines that HTML around them may hide, or that Markdown may leave out. Return the reason for each
    line, by line number.
    """
    breaks = [found.start() for found in re.finditer("\n", text)]
    reasons: dict[int, str] = {}
    for start, end, reason in unsure_parts(text):
        _note(reasons, breaks, start, end, reason)
    for start, end in _unfinished(text):
        _note(reasons, breaks, start, end, IN_HTML.format(text[start : start + LETTERS_OF_A_TAG]))
    if _CHANGES_ALL.search(text):
        _note(reasons, breaks, 0, len(text), IN_SHEET)
    begin = depth = 0
    name = opening = ""
    for found in _TAG.finditer(text):
        if depth == 0:
            if not found["close"] and not _is_harmless(found):
                name, opening, begin, depth = found["name"].lower(), found.group(), found.start(), 1
                if name in _VOID or found["attributes"].endswith("/"):
                    depth = 0
        elif found["name"].lower() == name:
            depth += -1 if found["close"] else 1
            if depth == 0:
                _note(reasons, breaks, begin, found.start(), IN_HTML.format(opening[:LETTERS_OF_A_TAG]))
    if depth:
        _note(reasons, breaks, begin, len(text), IN_HTML.format(opening[:LETTERS_OF_A_TAG]))
    return reasons


def _unfinished(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts of a text that a browser may take for the inside of a tag or a comment: from a "<" that
    begins no whole tag, to the next empty line; and the whole text from a comment that never ends.
    """
    end = 0
    for found in _OPENS.finditer(text):
        start = found.start()
        tag = _TAG.match(text, start)
        is_whole = tag is not None and not (tag["close"] and tag["attributes"].strip())
        if start < end or is_whole or _AUTOLINK.match(text, start):
            continue
        empty = None if text.startswith("<!--", start) else _EMPTY_LINE.search(text, start)
        end = len(text) if empty is None else empty.start()
        yield start, end


def _note(reasons: dict[int, str], breaks: list[int], begin: int, end: int, reason: str) -> None:
    for number in range(bisect_right(breaks, begin), bisect_left(breaks, end) + 1):
        reasons.setdefault(number + 1, reason)


def _is_harmless(found: re.Match[str]) -> bool:
    return (
        _HARMLESS_TAGS.fullmatch(found["name"]) is not None
        and _HARMLESS_ATTRIBUTES.fullmatch(found["attributes"]) is not None
    )
