"""A document as a reader sees it: words with places, lines, and pages. All kinds of files become such documents."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from redress.model.letter import Box

SEGMENT_GAP_EMS = 0.9
"""Words further apart than this, in units of their type size, belong to different columns or labels."""
SAME_LINE_SHARE = 0.7
"""Two words share a line if they overlap vertically by at least this share of the smaller height."""
LINES_AT_ONE_HEIGHT = 12
"""The most lines that stand beside each other on a page, in several columns and type sizes."""
SAME_SIZE_SHARE = 0.12
"""If the sizes of two words differ by at most this share, the words have one type size."""
SIGN_GAP_EMS = 0.35
"""The largest gap between a number and its percentage sign in smaller type, in units of the number's type size."""
RAISED_SIZE_SHARE = 0.78
"""If a raised word's size is at most this share of its neighbour's size, the word is a footnote's mark and not
text."""
WORDS_BESIDE_A_PICTURE = 20
"""If a page with a large picture has fewer words than this (as many as a running header has), the page is only a
picture."""

_CONTROLS = (range(0x09), range(0x0E, 0x20), range(0x7F, 0x85), range(0x86, 0xA0))
"""All control characters of Unicode, except spaces and line ends."""
_DIRECTIONS = ((0x061C, 0x200E, 0x200F), range(0x202A, 0x202F), range(0x2066, 0x206A))
_UNSEEN = dict.fromkeys((code for codes in (*_CONTROLS, *_DIRECTIONS) for code in codes), "")
"""Characters that do not print but have effects: they change a terminal's colours or the direction of text."""
_SUPERSCRIPTS = dict.fromkeys(map(ord, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾₀₁₂₃₄₅₆₇₈₉†‡\u00ad\u200b\u200c\u200d\u2060\ufeff"), "")
_DROPPED = _UNSEEN | _SUPERSCRIPTS
_PLAIN = str.maketrans({"‘": "'", "’": "'", "‛": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-"})
_SPACES_WITHIN_TEXT = re.compile(r"(?<![\d.,])\s+|\s+(?!\d)")
"""All spaces except those between two numbers."""
_DIGITS = re.compile(r"[0-9]{1,3}(?:\.[0-9])?")
_BULLETS = re.compile("[•◦‣∙·●○■□▪▫◆◇❖►▶➢➤✓✔\uf000-\uf0ff]+")
"""Marks before the items of a list, including marks in symbol fonts (private use characters)."""


def plain(text: str) -> str:
    """Return text in a uniform spelling: ligatures are resolved, quotes and dashes are straight, and spaces are
    plain.

    Footnote marks (superscript digits) are removed before compatibility characters are resolved, because "14²" must
    not become 142. Characters that do not print are removed.
    """
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFKC", text.translate(_DROPPED)).translate(_PLAIN)


def squeezed(text: str) -> str:
    """Return text without spaces, except those that separate two numbers.

    Spaces in print are not reliable: a word can be divided in an odd place (kerning: "satisfactor y"; narrow
    columns: "Corpor ate") or have wide gaps between its letters. So lines are compared by their letters alone.
    """
    words = text.split()
    if any(word[0].isdigit() for word in words[1:]):
        return _SPACES_WITHIN_TEXT.sub("", text)
    return "".join(words)


@dataclass(frozen=True)
class Word:
    """One printed word. Its edges x0, top, x1 and bottom are in points, in reading direction: on the page turned so
    that its text is upright. `box` is the word's place on the page as shown.
    """

    text: str
    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    box: Box | None = None
    line: int | None = None
    is_ocr: bool = False
    doubt: str | None = None
    """The reason why a person may not see the word as it was read. A figure with such a word is withheld."""

    @property
    def height(self) -> float:
        return self.bottom - self.top


def first_doubt(words: Iterable[Word]) -> str | None:
    """Return the first doubt that one of the words has. Return None if no word has a doubt."""
    return next((word.doubt for word in words if word.doubt is not None), None)


@dataclass(frozen=True)
class Segment:
    """Words of one line that belong together: a line of a column, a label, or a heading."""

    words: tuple[Word, ...]
    rows: tuple[tuple[str, Box], ...] = ()
    """If the words of the line were not measured one by one: the text of each printed row, and its place on the
    page as shown."""

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def squeezed(self) -> str:
        """The segment's text without spaces; see `squeezed`."""
        return squeezed(self.text)

    @cached_property
    def x0(self) -> float:
        return min(word.x0 for word in self.words)

    @cached_property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)

    @cached_property
    def top(self) -> float:
        return min(word.top for word in self.words)

    @cached_property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words)

    @cached_property
    def size(self) -> float:
        """The type size of most characters of the segment, in points."""
        weight: dict[float, int] = {}
        for word in self.words:
            weight[word.size] = weight.get(word.size, 0) + len(word.text)
        return max(weight, key=lambda size: weight[size])

    @cached_property
    def page(self) -> int:
        return self.words[0].page

    def overlap(self, other: "Segment") -> float:
        """Return how many points of width two segments share. The number is negative if they stand apart."""
        return min(self.x1, other.x1) - max(self.x0, other.x0)


@dataclass(frozen=True)
class Page:
    """One page: its segments from top to bottom, its size in points, and whether pictures cover most of it."""

    number: int
    width: float
    height: float
    segments: tuple[Segment, ...]
    has_picture: bool = False
    hides_a_number: bool = False
    """Whether the page's text has a number that the page does not show, or the page's picture may have a number
    that was not read."""

    @cached_property
    def text_size(self) -> float:
        """The type size of most words of the page, in points; zero if the page has no words."""
        sizes = Counter(word.size for segment in self.segments for word in segment.words)
        return max(sizes, key=lambda size: sizes[size], default=0.0)

    @property
    def is_picture(self) -> bool:
        """Whether the page is only a picture: a picture fills much of the page, which has hardly any text."""
        return self.has_picture and sum(len(s.words) for s in self.segments) < WORDS_BESIDE_A_PICTURE

    @property
    def is_read_from_a_picture(self) -> bool:
        """Whether words of the page were read from its picture."""
        return any(word.is_ocr for segment in self.segments for word in segment.words)


@dataclass(frozen=True)
class Document:
    """All pages of one file, without running headers and page numbers."""

    pages: tuple[Page, ...]
    page_count: int | None = None
    heading: str | None = None
    """The heading of a web page; None for a letter."""

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        return tuple(segment for page in self.pages for segment in page.segments)

    @cached_property
    def squeezed(self) -> str:
        """The whole text in reading order, without spaces; see `squeezed`."""
        return "".join(segment.squeezed for segment in self.segments)

    @cached_property
    def text(self) -> str:
        """The words of the whole document in reading order, with spaces between them."""
        return " ".join(segment.text for segment in self.segments)


def segments_of(words: Iterable[Word]) -> tuple[Segment, ...]:
    """Return the words of one page as segments, from top to bottom and from left to right.

    First, words of one type size make lines. Then a number in larger type joins the words directly beside it on its
    base line. So a large number never joins two lines of small type, even if these are together as high as the
    number.
    """
    printed = _with_small_signs([word for word in words if not _BULLETS.fullmatch(word.text)])
    pieces = [piece for line in _lines(printed) for piece in _pieces(line)]
    joined = _joined_across_sizes(_without_raised_marks(pieces))
    return tuple(sorted(map(Segment, map(tuple, joined)), key=lambda segment: (segment.top, segment.x0)))


def _with_small_signs(words: list[Word]) -> list[Word]:
    """Join each percentage sign in smaller type, raised or not, to the large number before it."""
    joined = {id(word): word for word in words}
    for sign in (word for word in words if word.text == "%"):
        number = next((word for word in words if _is_sign_of(sign, word)), None)
        if number is not None and id(number) in joined:
            joined[id(number)] = _joined(joined[id(number)], sign)
            del joined[id(sign)]
    return list(joined.values())


def _is_sign_of(sign: Word, number: Word) -> bool:
    """Return whether a percentage sign follows a number in larger type directly, within the number's height."""
    return (
        _DIGITS.fullmatch(number.text) is not None
        and number.page == sign.page
        and sign.size < (1 - SAME_SIZE_SHARE) * number.size
        and -0.1 * number.size <= sign.x0 - number.x1 <= SIGN_GAP_EMS * number.size
        and number.top - 0.3 * number.height <= (sign.top + sign.bottom) / 2 <= number.bottom
    )


def _joined(left: Word, right: Word) -> Word:
    box = left.box
    if box is not None and right.box is not None:
        (x0, top, x1, bottom), (other_x0, other_top, other_x1, other_bottom) = box, right.box
        box = min(x0, other_x0), min(top, other_top), max(x1, other_x1), max(bottom, other_bottom)
    return replace(
        left,
        text=left.text + right.text,
        x1=right.x1,
        box=box,
        is_ocr=left.is_ocr or right.is_ocr,
        doubt=first_doubt((left, right)),
    )


def _lines(words: Iterable[Word]) -> list[list[Word]]:
    """Group words of about one type size into lines, each from left to right.

    A word joins a line if it is level with the line's first word. If the lines of two columns are offset by half a
    line, they stay two lines. A word never joins a line that already has a word in its place.
    """
    lines: list[list[Word]] = []
    ends: list[float] = []
    for word in sorted(words, key=lambda word: (word.top + word.bottom, word.x0)):
        best: int | None = None
        best_share = SAME_LINE_SHARE
        for index in range(max(len(lines) - LINES_AT_ONE_HEIGHT, 0), len(lines)):
            line = lines[index]
            if line[0].bottom <= word.top:
                continue
            share = _level(word, line[0])
            if share >= best_share and (
                ends[index] <= word.x0 or not any(_overprints(word, other) for other in line)
            ):
                best, best_share = index, share
        if best is None:
            lines.append([word])
            ends.append(word.x1)
        else:
            lines[best].append(word)
            ends[best] = max(ends[best], word.x1)
    for line in lines:
        line.sort(key=lambda word: word.x0)
    return lines


def _level(word: Word, other: Word) -> float:
    """Return the vertical overlap of two words as a share of the smaller height. Return zero if their type sizes
    differ.
    """
    if not are_of_one_size(word, other):
        return 0.0
    shared = min(word.bottom, other.bottom) - max(word.top, other.top)
    return shared / max(min(word.height, other.height), 0.1)


def _overprints(word: Word, other: Word) -> bool:
    if other.x1 <= word.x0:
        return False
    shared = min(word.x1, other.x1) - max(word.x0, other.x0)
    return shared > 0.3 * min(word.x1 - word.x0, other.x1 - other.x0)


def _pieces(line: list[Word]) -> Iterator[list[Word]]:
    """Divide a line at each gap that is too wide to lie between two words of one text."""
    piece: list[Word] = []
    for word in line:
        if piece and word.x0 - piece[-1].x1 > SEGMENT_GAP_EMS * min(piece[-1].size, word.size):
            yield piece
            piece = []
        piece.append(word)
    if piece:
        yield piece


def _joined_across_sizes(pieces: list[list[Word]]) -> list[list[Word]]:
    joined: list[list[Word]] = []
    for piece in sorted(pieces, key=lambda piece: piece[0].x0):
        neighbours = [left for left in joined if _follows(left[-1], piece[0])]
        if neighbours:
            max(neighbours, key=lambda left: left[-1].x1).extend(piece)
        else:
            joined.append(list(piece))
    return joined


def _follows(left: Word, right: Word) -> bool:
    """Return whether two words of different type sizes stand side by side on one base line."""
    gap = right.x0 - left.x1
    return (
        -0.2 * left.size <= gap <= SEGMENT_GAP_EMS * min(left.size, right.size)
        and not are_of_one_size(left, right)
        and abs(_base_line(left) - _base_line(right)) <= 0.25 * min(left.height, right.height)
    )


def _without_raised_marks(pieces: list[list[Word]]) -> list[list[Word]]:
    """Return the pieces of lines without footnote marks: small raised numbers that follow a word directly."""
    return [piece for piece in pieces if not (len(piece) == 1 and _is_raised_mark(piece[0], pieces))]


def _is_raised_mark(mark: Word, pieces: list[list[Word]]) -> bool:
    if not mark.text.isdigit() or len(mark.text) > 2:
        return False
    return any(
        mark.size < RAISED_SIZE_SHARE * word.size
        and word.top - 0.5 * word.height < mark.top < word.bottom
        and _base_line(mark) < _base_line(word) - 0.15 * word.height
        and -0.2 * word.size <= mark.x0 - word.x1 < 0.3 * word.size
        for piece in pieces
        for word in piece
        if word is not mark
    )


def are_of_one_size(one: Word | Segment, other: Word | Segment) -> bool:
    """Return whether two words or lines have one type size, apart from rounding."""
    return abs(one.size - other.size) <= SAME_SIZE_SHARE * max(one.size, other.size)


def _base_line(word: Word) -> float:
    """Estimate the base line of a word. A fifth of the word's box is below the base line."""
    return word.bottom - 0.21 * word.height
