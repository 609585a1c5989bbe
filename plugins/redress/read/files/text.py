"""Turn a text file (.txt, .md) into a document. Each line becomes a segment, or several if it has wide gaps; the
place of a segment is the line's number.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from redress.read.files.markdown import MARK, SIGN, shown_parts, without_marks
from redress.read.files.markdown_html import PICTURE, hidden_lines, with_pictures_marked
from redress.read.page.document import Document, Page, Segment, Word, plain

LINE_HEIGHT_POINTS = 12.0
CHARACTER_WIDTH_POINTS = 6.0
PAGE_WIDTH_POINTS = 80 * CHARACTER_WIDTH_POINTS

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before the mark of UTF-16, which it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LETTERS_OF_A_NUMBER = 8
"""How many characters at the end of a word are looked at, to see whether the word and the three digits after it are
one number with spaces between its thousands."""
MOST_OVERSTRUCK = 4
"""The most letters in a row that are underlined together: the letters, as many backspaces, and as many "_"."""
BYTES_OF_A_GUESS = 512
"""How many of the first bytes of a text are looked at. If no byte at an even place is zero there, and more than 70
in 100 at odd places are (or the other way round), the text counts as UTF-16 without a byte order mark."""

_STRUCK_LETTERS = re.compile("(?:[^\n\u0335\u0336][\u0335\u0336]+)+")
"""Letters that combining strokes strike through."""
_OVERSTRUCK = re.compile(r"([^\n\x08\d])\x08(?=\1)|_\x08|\x08_")
"""What is removed if a letter is printed over itself to look bold (the first letter and the backspace), or if a
sign is underlined (the "_" and the backspace).

A digit printed over a digit is in doubt, because a terminal shows one digit and an editor shows two."""
_ODD_BREAK = re.compile(
    "(?<=[\\d.,%])(?=[\v\f\x1c-\x1e\x85\u2028\u2029]\\S)|(?<=\\S[\v\f\x1c-\x1e\x85\u2028\u2029])(?=[\\d.,%])"
)
"""The place between a number and a character that some programs show as the end of a line, and that others show as
a sign or not at all."""
_BROKEN = "\x00"
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_HARMLESS_FORMATS = frozenset("\u00ad\u200b\u200c\u200d\u200e\u2060\ufeff")
"""Characters without width. No program shows them within a number."""

_PIECE = re.compile("[^\\S\x1c-\x1f]+|[\\S\x1c-\x1f]+")
"""A word, or the space between two words; information separators (U+001C to U+001F) do not count as spaces here."""
_THOUSANDS_SPACE = re.compile("[\u00a0\u2007\u2009\u202f]")
"""The spaces that printers set between thousands, and never between two numbers."""
_BEFORE_THOUSANDS = re.compile(r"(?:^|[^\d.,])\d{1,3}(?:[\u00a0\u2007\u2009\u202f]\d{3})?$", re.ASCII)
_THOUSANDS = re.compile(r"\d{3}(?![\d%]|[.,]\d)", re.ASCII)
_TURNING = re.compile("[\u061c\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of print. The left-to-right mark (U+200E) is not among them, because it
never turns digits."""
_OPENS_TURN = re.compile("[\u202a\u202b\u202d\u202e\u2066-\u2068]")
_CLOSES_TURN = re.compile("[\u202c\u2069]")
_RAISED_DIGITS = re.compile("[⁰¹²³⁴-⁹]+")
_RAISED_BETWEEN = re.compile(r"\d[.,]?[⁰¹²³⁴-⁹]+[.,]?\d")
_NOTE = re.compile("^\\s*([⁰¹²³⁴-⁹]+)\\s*\\S")
_LOWERED = re.compile("[₀-₉]")
_FRACTION = re.compile("[¼-¾⅐-⅞↉⁄]")


@dataclass(frozen=True)
class Doubt:
    """The reason why a person may not see the characters from `start` to `end` of a line as they are."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class Line:
    """One line of text: its number in the file (from 1), and its row on the page. A row without a line is a gap."""

    text: str
    number: int
    row: int
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class _Token:
    """A word as it is written in a file, or the space between two words."""

    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def decoded(content: bytes) -> str:
    """Decode a file's text by its byte order mark. Without a mark, decode it as UTF-16 if the bytes look like
    UTF-16; otherwise as UTF-8 if possible, or else as Windows-1252. Zeros that pad the end are left out.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace").rstrip("\0")
    start = content[:BYTES_OF_A_GUESS]
    if len(start) >= 4 and start[1::2].count(0) > 0.7 * len(start[1::2]) and start[::2].count(0) == 0:
        return content.decode("utf-16-le", errors="replace").rstrip("\0")
    if len(start) >= 4 and start[::2].count(0) > 0.7 * len(start[::2]) and start[1::2].count(0) == 0:
        return content.decode("utf-16-be", errors="replace").rstrip("\0")
    try:
        return content.decode("utf-8-sig").rstrip("\0")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace").rstrip("\0")


def document_from_text(content: str) -> Document:
    """Return the lines of a text file as one page of segments.

    Markdown's marks are removed. Text that Markdown strikes through, raises or comments out is left out. Text that
    HTML in the file may hide is in doubt.
    """
    shown = unstruck("\n".join(_ODD_BREAK.sub(_BROKEN, content).splitlines()))
    for _ in range(MOST_OVERSTRUCK):
        shown = _OVERSTRUCK.sub("", shown)
    shown = with_pictures_marked(without_marks(shown))
    hidden = hidden_lines(shown)
    parts = ((part, number) for number, raw in enumerate(shown.split("\n"), start=1) for part in shown_parts(raw))
    return document_from_lines(
        _line(part, number, row, hidden.get(number)) for row, (part, number) in enumerate(parts, start=1)
    )


def _line(text: str, number: int, row: int, doubt: str | None) -> Line:
    return Line(text, number, row, () if doubt is None else (Doubt(0, len(text), doubt),))


def unstruck(text: str) -> str:
    """Return a text without the letters that combining strokes strike through. A struck digit directly beside
    another digit stays, because the stroke may be a part of the digit's shape.
    """

    def kept(found: re.Match[str]) -> str:
        before, behind = text[: found.start()][-1:], text[found.end() : found.end() + 1]
        return found.group() if before.isdigit() or behind.isdigit() else ""

    return _STRUCK_LETTERS.sub(kept, text)


def document_from_lines(lines: Iterable[Line], heading: str | None = None) -> Document:
    """Return lines as one page of segments.

    The place of a word on the page comes from its row and its columns, so that a text is read like a printed page.
    The evidence of a figure is its line's number. `heading` is the heading of a web page.
    """
    lines = tuple(lines)
    footnotes = _footnotes(lines)
    segments: list[Segment] = []
    last_row = 0
    for line in lines:
        last_row = line.row
        words: list[Word] = []
        for word in _words(line, footnotes):
            if words and word.x0 - words[-1].x1 > 2 * CHARACTER_WIDTH_POINTS:
                segments.append(Segment(tuple(words)))
                words = []
            words.append(word)
        if words:
            segments.append(Segment(tuple(words)))
    height = LINE_HEIGHT_POINTS * (last_row + 2)
    return Document(pages=(Page(1, PAGE_WIDTH_POINTS, height, tuple(segments)),), heading=heading)


def _words(line: Line, footnotes: frozenset[str]) -> Iterator[Word]:
    column = 0
    turns = 0
    for token in _tokens(line.text):
        doubt = _doubt(token, line.doubts, footnotes, is_turned=turns > 0)
        turns = max(0, turns + len(_OPENS_TURN.findall(token.text)) - len(_CLOSES_TURN.findall(token.text)))
        text = _THOUSANDS_SPACE.sub("", token.text) if token.text.strip() else token.text
        text = plain(text.replace(MARK, "").replace(SIGN, ""))
        for match in re.finditer(r"\S+", text):
            yield _word(match.group(), line, column + match.start(), doubt)
        column += len(text)


def _tokens(text: str) -> list[_Token]:
    """Return the words of a line and the spaces between them. A number keeps the spaces between its thousands."""
    tokens: list[_Token] = []
    for match in _PIECE.finditer(text):
        piece = match.group()
        is_thousands = (
            len(tokens) > 1
            and _THOUSANDS_SPACE.fullmatch(tokens[-1].text)
            and _THOUSANDS.match(piece)
            and _BEFORE_THOUSANDS.search(tokens[-2].text[-LETTERS_OF_A_NUMBER:])
        )
        if is_thousands:
            space, number = tokens.pop(), tokens.pop()
            tokens.append(_Token(number.text + space.text + piece, number.start))
        else:
            tokens.append(_Token(piece, match.start()))
    return tokens


def _footnotes(lines: Sequence[Line]) -> frozenset[str]:
    """Return the raised numbers that are marks of footnotes: they count up from 1, or stand at the beginning of a
    line with a note.
    """
    known: set[str] = set()
    following = 1
    for line in lines:
        if note := _NOTE.match(line.text):
            known.add(note[1])
        for mark in _RAISED_DIGITS.findall(line.text):
            number = int(unicodedata.normalize("NFKC", mark)) if len(mark) < 4 else 0
            if 1 <= number <= following:
                known.add(mark)
                following = max(following, number + 1)
    return frozenset(known)


def _doubt(token: _Token, doubts: Sequence[Doubt], footnotes: frozenset[str], *, is_turned: bool) -> str | None:
    """Return in words why a person may see another text or number than the file has; None if there is no such
    reason.

    `is_turned` says whether a character earlier in the line turned the direction of print.
    """
    for doubt in doubts:
        if doubt.start < token.end and token.start < doubt.end:
            return doubt.reason
    text = token.text
    if not any(character.isdigit() for character in text):
        return None
    if _CONTROL.search(text):
        return "a control character stands in it or beside it, and programs show it in different ways"
    if MARK in text or SIGN in text:
        return "a mark of Markdown or HTML stands between its digits, or writes one of them"
    if any(_is_laid_over(character) for character in text):
        return "a character without width stands in it or is laid over it"
    if PICTURE in text:
        return "a picture stands right beside it, and may be a digit"
    if is_turned or _TURNING.search(text):
        return "characters beside it turn the direction of print"
    if _RAISED_BETWEEN.search(text):
        return "a raised number stands between its digits"
    for mark in _RAISED_DIGITS.findall(text):
        if mark not in footnotes and text != mark:
            return f'"{mark}" is raised beside it, and is the mark of no footnote'
    if _LOWERED.search(text):
        return "a lowered number stands beside it"
    if _FRACTION.search(text):
        return "a fraction stands beside it"
    if any(map(_is_framed, text)) and sum(map(str.isdigit, unicodedata.normalize("NFKC", text))) > 1:
        return "a number in a ring or with a sign stands beside it, as one character"
    return None


def _is_framed(character: str) -> bool:
    """Return whether a character is a number with something around or behind it, such as a ring or a comma."""
    if character.isascii() or character.isdecimal() or _RAISED_DIGITS.match(character):
        return False
    return any(map(str.isdigit, unicodedata.normalize("NFKC", character)))


def _is_laid_over(character: str) -> bool:
    """Return whether a character has no width of its own and may change how its neighbours look."""
    if character.isascii() or character in _HARMLESS_FORMATS or _TURNING.match(character):
        return False
    return unicodedata.category(character) in ("Cf", "Cn", "Me", "Mn")


def _word(text: str, line: Line, column: int, doubt: str | None) -> Word:
    top = line.row * LINE_HEIGHT_POINTS
    return Word(
        text=text,
        page=1,
        x0=column * CHARACTER_WIDTH_POINTS,
        top=top,
        x1=(column + len(text)) * CHARACTER_WIDTH_POINTS,
        bottom=top + 0.8 * LINE_HEIGHT_POINTS,
        size=10.0,
        line=line.number,
        doubt=doubt,
    )
