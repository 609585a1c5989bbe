"""Pieces: the sentences and labelled numbers of one letter that the reader does not know, each with the heading
above it.

Words are joined by their places, as in the reader, and divided at paragraphs and at the ends of sentences.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from redress.model.letter import Box, Letter
from redress.model.measures import HEADLINE_NAMES
from redress.read.layouts.known import SENTENCES
from redress.read.layouts.local_authority_report import named_row
from redress.read.page.blocks import passages_of
from redress.read.page.document import Document, Page, Segment, Word, are_of_one_size
from redress.read.page.numbers import A_NUMBER
from redress.read.page.sentences import Passage, find
from redress.read.page.tables import labelled_numbers
from redress.read.reader import letter_of, words_of
from redress.read.statistics import is_behind, signature_of
from redress.read.wording.blocks import block_of_heading
from redress.read.wording.tokens import Tokens, may_hold_a_number, tokens_of

NO_TOKENS = Tokens((), ())
MOST_HEADING_WORDS = 9
MOST_LABEL_WORDS = 12
MOST_UNIT_WORDS = 60
TITLES_KEPT = 3
_HEADING = re.compile(r"[A-Z][^0-9%£]*[^0-9%£.,;]|[A-Z]")
_SENTENCE_END = re.compile(r".*[.!?]['\")]*")


@dataclass(frozen=True)
class Piece:
    """A sentence, or a number with its label.

    If the piece is a known sentence, `known` is its template. If the piece is a row of a table, `row` is its label.
    `numbers` has the index of each of the piece's numbers among the document's words. `titles` are the lines above
    that may be the piece's heading, the nearest first.

    If `is_read` is set, the piece is a known sentence that the reader has read. The piece then has no tokens, and
    is kept because the sentence shows what its heading is about.
    """

    tokens: Tokens
    titles: tuple[str, ...]
    is_statistic: bool
    page: int
    numbers: frozenset[int]
    known: str | None = None
    row: str | None = None
    is_read: bool = False


@dataclass(frozen=True)
class SeenLetter:
    """The words of one letter, the letter as the reader reads it, and the letter's pieces, as `unknown_pieces`
    yields them.
    """

    document: Document
    letter: Letter
    pieces: tuple[Piece, ...]


def seen_letter(content: bytes, file_name: str) -> SeenLetter | None:
    """Return the words and the unknown pieces of a file's letter. Return None if the file does not hold exactly one
    letter.
    """
    document = words_of(content, file_name)
    if document is None:
        return None
    letter = letter_of(document)
    return SeenLetter(document, letter, tuple(unknown_pieces(document, letter)))


def unknown_pieces(document: Document, letter: Letter) -> Iterator[Piece]:
    """Yield each piece with a number that the reader did not read. Also yield each known sentence that the reader
    has read, as a piece without tokens.
    """
    number_of = {id(word): place for place, word in enumerate(w for line in document.segments for w in line.words)}
    read = {(figure.page, figure.box) for figure in letter.figures if figure.box is not None}
    lines_read = {(figure.line, figure.text.rstrip("%")) for figure in letter.figures if figure.line is not None}
    signature = signature_of(document)
    name = letter.header.authority_name
    seen: set[tuple[frozenset[int], tuple[str, ...]]] = set()
    for page in document.pages:
        titles = _Titles(page)
        taken = {
            id(word)
            for line in page.segments
            for word in line.words
            if _is_read(word, read) or (word.line, word.text.strip("%.,;:()")) in lines_read
        }
        for words, known, row in _pieces(page, taken):
            if known is not None and any(id(word) in taken for word in words):
                yield Piece(NO_TOKENS, titles.above(words[0]), True, page.number, frozenset(), known, is_read=True)
                continue
            if not any(may_hold_a_number(word.text) for word in words):
                continue
            tokens = tokens_of([part for word in words for part in word.text.split()], name)
            digits = (word for word in words if any(map(str.isdigit, word.text)))
            numbers = frozenset(number_of[id(word)] for word in digits if id(word) in number_of)
            is_numeric = tokens.has_number or (known is not None and bool(tokens.slots))
            key = (numbers, tokens.words)
            if not is_numeric or len(words) > MOST_UNIT_WORDS or key in seen:
                continue
            seen.add(key)
            behind = is_behind(Segment(tuple(words[:1])), signature)
            yield Piece(tokens, titles.above(words[0]), behind, page.number, numbers, known, row)


def _is_read(word: Word, boxes: set[tuple[int | None, Box]]) -> bool:
    """Return whether a word belongs to the number of a figure that was read."""
    if word.box is None or not any(map(str.isdigit, word.text)):
        return False
    return any(page == word.page and _holds(box, word.box) for page, box in boxes)


def _holds(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def _pieces(page: Page, taken: set[int]) -> Iterator[tuple[list[Word], str | None, str | None]]:
    """Yield words that belong together, with two texts. The first text is the template if the words are a known
    sentence, otherwise None. The second text is the label if the words are a row, otherwise None.

    `taken` has the ids (as `id` returns them) of the words that are numbers of figures that the reader has read.
    """
    known_words: set[int] = set()
    passages = passages_of([list(page.segments)])
    for passage in passages:
        for found in find(SENTENCES, passage):
            known_words.update(map(id, found.words))
            names = [name for name in found.sentence.names if name in HEADLINE_NAMES]
            figures = {
                id(w) for name in names if found.stated(name) for w in passage.words(*found.match.span(name))
            }
            if figures:
                yield list(found.words), found.sentence.template, None
    for row in labelled_numbers(page.segments):
        number = row.words[0]
        if id(number) not in taken | known_words:
            if named_row(row.labels):
                known_words.add(id(number))
                continue
            label = row.labels[0]
            yield [*_words_of_label(label, number), *row.words], None, label
    for passage in passages:
        pieces = list(_joined(list(_pieces_of(passage))))
        for words in [*pieces, *_labelled(pieces)]:
            numbers = [word for word in words if any(map(str.isdigit, word.text))]
            is_known = any(id(word) in taken or id(word) in known_words for word in numbers)
            if not is_known:
                yield words, None, None


def _words_of_label(label: str, number: Word) -> list[Word]:
    return [replace(number, text=text) for text in label.split()]


def _pieces_of(passage: Passage) -> Iterator[list[Word]]:
    """Yield the sentences of a passage. The end of a paragraph also ends a sentence."""
    piece: list[Word] = []
    for start, _, word in passage.placed_words:
        begins = start in passage.paragraph_starts
        last = piece[-1].text if piece else ""
        is_ended = _SENTENCE_END.fullmatch(last) is not None and (
            word.text[:1].isupper() or word.text[:1].isdigit()
        )
        if piece and (is_ended or begins):
            yield piece
            piece = []
        piece.append(word)
    if piece:
        yield piece


def _joined(pieces: Iterable[list[Word]]) -> Iterator[list[Word]]:
    """Join the pieces of a sentence that a line break divides. A piece continues the piece before it if it begins
    with a small letter and has the same type size. The piece before must also have several words, and must not end
    a sentence.
    """
    before: list[Word] = []
    for piece in pieces:
        goes_on = (
            bool(before)
            and not _SENTENCE_END.fullmatch(before[-1].text)
            and piece[0].text[:1].islower()
            and are_of_one_size(before[-1], piece[0])
            and len(before) > 1
        )
        if goes_on:
            before = [*before, *piece]
            continue
        if before:
            yield before
        before = piece
    if before:
        yield before


def _labelled(pieces: Sequence[list[Word]]) -> Iterator[list[Word]]:
    """Yield each number that stands alone, together with its label. The label before and the label after the number
    are compared, and the nearer label is taken.
    """
    for index, piece in enumerate(pieces):
        number = piece[0]
        if len(piece) > 1 or not A_NUMBER.fullmatch(number.text):
            continue
        behind = pieces[index + 1] if index + 1 < len(pieces) and _is_label(pieces[index + 1]) else None
        before = pieces[index - 1] if index and _is_label(pieces[index - 1]) else None
        is_before_nearer = (
            behind is not None
            and before is not None
            and number.top - before[-1].bottom < behind[0].top - number.bottom
        )
        if behind is not None and not is_before_nearer:
            yield [number, *behind]
        elif before is not None:
            yield [*before, number]


def _is_label(piece: Sequence[Word]) -> bool:
    return len(piece) <= MOST_LABEL_WORDS and not any(any(map(str.isdigit, word.text)) for word in piece)


class _Titles:
    """The lines of a page that may be headings. They are short, have no number, and begin with a capital letter."""

    def __init__(self, page: Page) -> None:
        self._titles: list[tuple[Segment, str]] = []
        lines = list(page.segments)
        used: set[int] = set()
        for index, line in enumerate(lines):
            if id(line) in used or not _may_be_title(line.text) or _has_number_beside(line, lines):
                continue
            text, last = line.text, line
            for below in lines[index + 1 : index + 6]:
                is_next = 0 <= below.top - last.bottom + 0.3 * line.size <= 0.8 * line.size
                is_same = is_next and are_of_one_size(below, line) and below.overlap(line) > 0
                if (
                    is_same
                    and block_of_heading(f"{text} {below.text}") is not None
                    and block_of_heading(text) is None
                ):
                    text, last = f"{text} {below.text}", below
                    used.add(id(below))
            self._titles.append((line, text))

    def above(self, word: Word) -> tuple[str, ...]:
        """Return the nearest lines above a word that may be its heading, the nearest first. If some lines are in
        the word's column or further left, only these lines count.
        """
        place = Segment((word,))
        over = [
            (line, text)
            for line, text in self._titles
            if line.bottom <= word.top + 0.2 * word.size and line.page == word.page
        ]
        column = [(line, text) for line, text in over if line.overlap(place) > 0 or line.x0 <= word.x0] or over
        nearest = sorted(column, key=lambda title: -title[0].bottom)
        return tuple(text for _, text in nearest[:TITLES_KEPT])


def _has_number_beside(line: Segment, lines: Sequence[Segment]) -> bool:
    """Return whether a number stands to the right of a line. The line is then the label of a row."""
    return any(
        other.x0 >= line.x1 and other.top < (line.top + line.bottom) / 2 < other.bottom
        for other in lines
        if A_NUMBER.fullmatch(other.text)
    )


def _may_be_title(text: str) -> bool:
    return len(text.split()) <= MOST_HEADING_WORDS and _HEADING.fullmatch(text) is not None
