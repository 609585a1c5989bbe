"""Find figures of a block that could not be read: the words of a sentence without their number, and numbers without
a sentence.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import zip_longest

from redress.model.measures import HEADLINE_NAMES
from redress.read.page.blocks import Block
from redress.read.page.dates import MONTHS
from redress.read.page.document import Segment, Word
from redress.read.page.numbers import A_NUMBER
from redress.read.page.sentences import Found, Passage, Sentence
from redress.read.page.templates import pattern_without_numbers

LONGEST_NUMBER = 12
"""The most characters that stand in the place of a number that cannot be read."""
PARAGRAPH_GAP_EMS = 4.0
"""If the gap between two lines is larger than this, in units of type size, the lines do not belong to one block."""
NOTE_SIZE_SHARE = 0.95
"""If type is smaller than this share of the smallest type of the block's sentences, it is the type of notes."""
_UNREADABLE = rf"[^A-Za-z]{{0,{LONGEST_NUMBER}}}|[A-Za-z0-9.,%]{{1,2}}%?|[IlOoSB0-9.,]{{1,5}}%?"
"""Text in the place of an unreadable number: signs, digits of another script, letters in place of digits, or
nothing."""
_ANYTHING = ".{0,24}?"

_YEAR = re.compile(r"(?:19|20)[0-9]{2}\b")
_END = re.compile(r"[.!?]\s?")


def unread_measures(block: Block, sentences: Sequence[Sentence], found: Sequence[Found]) -> Iterator[str]:
    """Yield each measure that no sentence of a block gives although the block seems to hold its figure.

    There are two such cases. The block may have the words of the measure's sentence without a readable number among
    them. Or the block may have numbers that belong to no found sentence; then each of these numbers may be any of
    the missing measures.
    """
    given = {name for one in found for name in one.sentence.names if one.stated(name) is not None}
    missing = [
        (sentence, [name for name in sentence.names if name in HEADLINE_NAMES and name not in given])
        for sentence in sentences
    ]
    if not any(names for _, names in missing):
        return
    if any(_numbers_left_over(block, found)):
        yield from (name for _, names in missing for name in names)
        return
    for sentence, names in missing:
        if names and any(_stands_in(sentence, passage, found) for passage in block.passages):
            yield from names


def _stands_in(sentence: Sentence, passage: Passage, found: Sequence[Found]) -> bool:
    """Return whether a passage has the words of a sentence, with a short text or nothing in place of each number.
    These words must stand between places where a sentence can begin and end.

    Words of the sentences in `found` do not count.
    """
    words_found = {id(word) for one in found for word in one.words}
    text = passage.text
    starts = passage.line_starts | {match.end() for match in _END.finditer(text)}
    for match in filter(None, (_with_a_hole(sentence).match(text, start) for start in starts)):
        ends = text[match.end() :].startswith((".", " ")) or match.end() in passage.line_starts | {len(text)}
        if ends and not any(id(word) in words_found for word in passage.words(match.start(), match.end())):
            return True
    return False


@cache
def _with_a_hole(sentence: Sentence) -> re.Pattern[str]:
    return re.compile(pattern_without_numbers(sentence.template, f"(?:{_UNREADABLE})", _ANYTHING), re.IGNORECASE)


def _numbers_left_over(block: Block, found: Sequence[Found]) -> Iterator[Word]:
    """Yield the numbers of a block that belong to no found sentence, down to the first large gap between two lines.
    Years, days and notes in small type do not count.
    """
    words_found = {id(word) for one in found for word in one.words}
    size = min((word.size for one in found for word in one.words), default=0.0)
    above: Segment | None = None
    for segment in (segment for run in block.runs for segment in run):
        is_on_one_page = above is not None and above.page == segment.page
        if is_on_one_page and above is not None and segment.top - above.bottom > PARAGRAPH_GAP_EMS * segment.size:
            return
        above = segment
        for word, following in zip_longest(segment.words, segment.words[1:]):
            is_day = following is not None and following.text.strip(",.").casefold() in MONTHS
            is_number = A_NUMBER.fullmatch(word.text.rstrip(".,;:)")) is not None
            is_note = word.size < NOTE_SIZE_SHARE * size
            is_taken = id(word) in words_found
            if is_number and not (is_taken or is_day or is_note or _YEAR.match(word.text)):
                yield word
