"""Markdown in a text file: take out its marks, and find the lines that only an editor shows.

A person sees a text file either in an editor, with all its marks, or as the page that a program makes of its
Markdown. If the two may show different numbers, the number is in doubt.
"""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape

MARK = "\ufdd0"
"""The character that stands for a mark between two digits. Unicode has no such character, so no file prints it."""
SIGN = "\ufdd1"
"""The character that stands beside a digit that is written as a sign of HTML, such as "&#55;"."""
NOT_ON_THE_PAGE = "Markdown may leave its line out of the page"
MAY_BE_STRUCK = "a mark of Markdown may strike it through"

_PART_BEFORE = re.compile(r"\d[.,]?$")
_PART_BEHIND = re.compile(r"[.,]?\d")
_WITHIN = r"(?:[^\n]|\n(?![ \t]*(?:\n|[-+*•]\s|[#>|=<:]|---|```|~~~|\d{1,9}[.)]\s)))"
"""A character within a paragraph. A mark that opens in one paragraph never closes in the next one."""
_VALUE = r"=(?:\"[^\"<>]{0,200}\"|'[^'<>]{0,200}'|[\w:/.-]{1,200})"
_COMMENTS = re.compile(
    r"(?P<start>^ {0,3})?<!--(?:(?P<short>-?>)|.*?(?:(?P<end>--!?>)|\Z))", re.DOTALL | re.MULTILINE
)
_STRUCK = re.compile(
    rf"(?:(?<!~)~~(?=\w)|(?<![\w~])~~(?=[^\s~]))(?:(?!~){_WITHIN}){{1,500}}?(?:(?<=\w)~~(?!~)|(?<=[^\s~])~~(?![\w~]))"
    rf"|(?<![\w~])~(?=[^\s~])(?:(?!~){_WITHIN}){{1,500}}?(?<=[^\s~])~(?![\w~])"
    rf"|<(?P<tag>del|s|strike)(?:\s{{1,9}}(?:cite|class|datetime|id|title){_VALUE})*\s{{0,9}}>"
    r"(?:(?!<(?P=tag)\b).){0,500}?</(?P=tag)\s*>",
    re.IGNORECASE | re.DOTALL,
)
"""Struck text. Its marks obey the rules of GitHub's Markdown: an opening mark stands before a word and no space, a
closing mark behind one. One single "~" counts only outside of words, because others lower the text within."""
_ONE_LINE = re.compile(r"[\s>]*[#|]")
"""The beginning of a block that is only one line: a heading, or a row of a table."""
_RAISED = re.compile(
    rf"<(?P<tag>sup|sub)(?:\s{{1,9}}(?:class|id){_VALUE})*\s{{0,9}}>(?P<text>[^<>\n]{{0,100}})</(?P=tag)\s{{0,9}}>",
    re.IGNORECASE,
)
_PART_RAISED = re.compile(r"\s*(?:%|per\s?cent|[.,]\d+\s?%?)\s*", re.IGNORECASE)
"""Raised text that belongs to a number: "%", or decimal places."""
_NOTE_RAISED = re.compile(r"\s*[\[(]?(?:\d{1,3}(?:\s?,\s?\d{1,3})*|[a-z]|[*†‡§¶#]{0,3})[\])]?\s*", re.IGNORECASE)
"""Raised text that is the mark of a note."""
_RAISED_DIGITS = {"sup": "⁰¹²³⁴⁵⁶⁷⁸⁹", "sub": "₀₁₂₃₄₅₆₇₈₉"}
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,50}\](?!:)")
_STRONG = re.compile(
    rf"(\*\*)(?=[^\s*])((?:(?!\*\*){_WITHIN}){{1,1000}}?)(?<=\S)\*\*"
    rf"|(?<!\w)(__)(?=[^\s_])((?:(?!__){_WITHIN}){{1,1000}}?)(?<=\S)__(?!\w)"
)
_TAGS = re.compile(
    r"</?(?:abbr|b|big|cite|code|dfn|em|i|ins|kbd|mark|samp|small|span|strong|tt|u|var|wbr)\s*/?>", re.IGNORECASE
)
_LINK = re.compile(r"(?<!!)\[([^\[\]]{0,500})\]\([^()]{0,500}\)|!\[([^\[\]\d]{0,500})\]\([^()]{0,500}\)", re.ASCII)
"""A link, or a picture with its description. If the description has a digit, the picture is not matched and stays
unchanged, because the picture may show another number."""
_LEADING = re.compile(r"^(\s*)(?:#{1,6}\s+|(?:>\s+)+|[-*•]\s+(?:\[[ xX]\]\s+)?)")
_WRITTEN = re.compile(
    r"(?P<sign>&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{1,30});)|\\(?P<escaped>[!-/:-@\[-`{-~]|$)", re.I
)
"""A sign of HTML, or a character behind a backslash."""

_MARKS_BEHIND_A_NUMBER = re.compile(r"(?<=[\d.,-])(?:</?[a-z][^<>]{0,200}>|`)+\s*$", re.IGNORECASE)
"""Marks between a number that ends a line and a number that begins the next line."""
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_FRONT_MATTER = re.compile(
    r"\A(?:---|\+\+\+)[ \t]*\n.*?(?:^(?:---|\.\.\.|\+\+\+)[ \t]*$|\Z)", re.DOTALL | re.MULTILINE
)
_DEFINITION = re.compile(r"^[ >]{0,9}\[[^\[\]\n]{1,500}\]:", re.MULTILINE)
_DIALECT = re.compile(r"^[ \t]*(?:%%|:::|\{|(?:```|~~~)[ \t]*\{)", re.MULTILINE)
"""A line that means nothing in plain Markdown, and may hide other lines in one of its dialects."""
_LONE_STRIKE = re.compile(r"(?<!~)~~(?!~)")
_PARAGRAPH = re.compile(r"(?:^.*\S.*\n?)+", re.MULTILINE)


def without_marks(text: str) -> str:
    """Return a text with MARK in place of Markdown's and HTML's marks, and of text that is struck through or
    commented out. Raised digits become digits of Unicode. Every line keeps its number.
    """
    text = _COMMENTS.sub(_without_comment, text)
    text = _STRUCK.sub(_without_struck, text)
    text = _FOOTNOTE.sub(MARK, _RAISED.sub(_raised, text))
    text = _STRONG.sub(lambda found: f"{MARK}{found[2] or found[4]}{MARK}", text)
    return _TAGS.sub(MARK, text)


def shown_parts(line: str) -> list[str]:
    """Return a line, as `without_marks` leaves it, as the lines that a page shows. MARK stands only between two
    digits.
    """
    return [_shown_part(part) for part in _LINE_BREAK.split(line)]


def _shown_part(part: str) -> str:
    part = _MARKS_BEHIND_A_NUMBER.sub("", part)
    text = _LINK.sub(lambda found: f"{MARK}{found[1] or found[2] or ''}{MARK}", _LEADING.sub(r"\1", part))
    return re.sub(f"{MARK}+", _between_digits, _WRITTEN.sub(_written, text))


def _between_digits(found: re.Match[str]) -> str:
    text = found.string
    before, behind = text[max(0, found.start() - 2) : found.start()], text[found.end() : found.end() + 2]
    return MARK if _PART_BEFORE.search(before) and _PART_BEHIND.match(behind) else ""


def _written(found: re.Match[str]) -> str:
    text = found["escaped"] if found["sign"] is None else unescape(found["sign"])
    is_unsure = (
        any(map(str.isdigit, unicodedata.normalize("NFKC", text))) or unicodedata.category(text[:1] or " ") == "Cf"
    )
    return f"{SIGN}{text}" if is_unsure else f"{MARK}{text}{MARK}"


def _without_comment(found: re.Match[str]) -> str:
    """Return what stays of a comment. A comment that never ends, and one that begins within a line and has an empty
    line, stay whole, because a page shows them.
    """
    is_ended = found["short"] or found["end"]
    if not is_ended or (found["start"] is None and re.search(r"\n\s*\n", found.group())):
        return found.group()
    return (found["start"] or "") + _line_breaks(found)


def _without_struck(found: re.Match[str]) -> str:
    """Return what stays of struck text: all of it, if it begins in a heading or a row and ends in a later line."""
    line = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.start()]
    is_cut = found["tag"] is None and "\n" in found.group() and _ONE_LINE.match(line) is not None
    return found.group() if is_cut else _line_breaks(found)


def _raised(found: re.Match[str]) -> str:
    text = found["text"]
    if _PART_RAISED.fullmatch(text):
        return text
    if _NOTE_RAISED.fullmatch(text) is None:
        return found.group()
    digits = str.maketrans("0123456789", _RAISED_DIGITS[found["tag"].lower()])
    return MARK + MARK.join(re.findall(r"[0-9]+", text)).translate(digits) + MARK


def _line_breaks(match: re.Match[str]) -> str:
    """Return MARK and the line breaks of a matched text, to put them in its place: so later lines keep their
    numbers.
    """
    return MARK + "\n" * match.group().count("\n")


def unsure_parts(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the parts of a text that only an editor shows, and the paragraphs that an unpaired mark may strike
    through: where the part begins and ends, and the reason for the doubt.
    """
    if front := _FRONT_MATTER.match(text):
        yield front.start(), front.end(), NOT_ON_THE_PAGE
    if _DIALECT.search(text):
        yield 0, len(text), NOT_ON_THE_PAGE
    for paragraph in _PARAGRAPH.finditer(text):
        end = paragraph.start() + len(paragraph.group().rstrip("\n"))
        if definition := _DEFINITION.search(paragraph.group()):
            yield paragraph.start() + definition.start(), end, NOT_ON_THE_PAGE
        if _LONE_STRIKE.search(paragraph.group()):
            yield paragraph.start(), end, MAY_BE_STRUCK
