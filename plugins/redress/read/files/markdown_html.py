"""HTML in a Markdown file: find the lines that the HTML may hide or change, and the pictures beside numbers."""

import re
from bisect import bisect_right

IN_HTML = 'the HTML "{}" around it may hide it'
PICTURE = "\ufffc"
"""The character that stands for a picture directly beside a number or between its digits."""
LETTERS_OF_A_TAG = 30

_TAG = re.compile(r"<(?P<close>/)?(?P<name>[a-z][\w-]*)(?P<attributes>(?:\s[^<>]*)?)>", re.IGNORECASE)
_PICTURE = re.compile(
    r"!\[[^\[\]\d]{0,500}\]\([^()]{0,500}\)|<(?:img|svg|canvas|object|embed|iframe)\b[^<>]*>(?:</\w+>)?"
    r"|<(?P<icon>b|em|i|span)\s[^<>]*></(?P=icon)\s*>",
    re.IGNORECASE,
)
_HARMLESS_TAGS = re.compile(
    r"a|abbr|address|article|aside|b|big|blockquote|body|br|caption|center|cite|code|col|colgroup|d[dlt]|del|div|em"
    r"|fig(?:caption|ure)|footer|h[1-6r]|header|html|i|img|ins|kbd|li|main|mark|nav|ol|p|pre|q|s|samp|section|small"
    r"|span|strike|strong|sub|summary|sup|t(?:able|body|d|foot|h|head|r)|tt|u|ul|var|wbr",
    re.IGNORECASE,
)
_HARMLESS_ATTRIBUTES = re.compile(
    r"(?:\s+(?:align|alt|cite|cols(?:pan)?|dir=[\"']?ltr|href|id|lang|name|rel|rowspan|src|target|title|valign|width"
    r"|height)(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?)*\s*/?\s*",
    re.IGNORECASE,
)
_VOID = frozenset({"br", "hr", "img", "col", "wbr", "input", "meta", "link", "source"})


def with_pictures_marked(text: str) -> str:
    """Return a text in which PICTURE replaces each picture directly beside a digit."""

    def marked(found: re.Match[str]) -> str:
        before, behind = found.string[: found.start()][-1:], found.string[found.end() : found.end() + 1]
        return PICTURE if before.isdigit() or behind.isdigit() else found.group()

    return _PICTURE.sub(marked, text)


def hidden_lines(text: str) -> dict[int, str]:
    """Find the lines that HTML around them may hide. Return the reason for each line, by line number."""
    breaks = [found.start() for found in re.finditer("\n", text)]
    reasons: dict[int, str] = {}
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
                _note(reasons, breaks, begin, found.start(), opening)
    if depth:
        _note(reasons, breaks, begin, len(text), opening)
    return reasons


def _note(reasons: dict[int, str], breaks: list[int], begin: int, end: int, opening: str) -> None:
    for number in range(bisect_right(breaks, begin), bisect_right(breaks, end) + 1):
        reasons.setdefault(number + 1, IN_HTML.format(opening[:LETTERS_OF_A_TAG]))


def _is_harmless(found: re.Match[str]) -> bool:
    return (
        _HARMLESS_TAGS.fullmatch(found["name"]) is not None
        and _HARMLESS_ATTRIBUTES.fullmatch(found["attributes"]) is not None
    )
