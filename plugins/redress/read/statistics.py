"""Read statistics that are made of blocks. Each block has a heading and a few fixed sentences below the heading.

The layouts from 2019 on are made of such blocks. A layout describes its blocks. This module finds the blocks, takes
their figures, and withholds figures that can be read in two ways.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from redress.model.letter import Conflict, Figure
from redress.model.measures import HEADLINE_NAMES, Absence
from redress.read.layouts.layout import Period, Statistics, absences, agreed
from redress.read.ownership import BlockReading, doubtful_averages
from redress.read.page.blocks import Block, blocks_of, passages_of
from redress.read.page.document import Document, Segment
from redress.read.page.headings import Heading, headings_of, with_gutters
from redress.read.page.sentences import Found, Sentence, find
from redress.read.page.templates import ruled
from redress.read.signatory import is_signature
from redress.read.unread import unread_measures

_PART_OF_A_SENTENCE = (
    # If a line break or a picture divides such a sentence, its rest must not count as a sentence with a count.
    Sentence("{ignored:rate} upheld (decisions|decision) per 100,000"),
)
_NO_AVERAGE = Sentence(
    "This compares to an average of (n/a|n.a.|not applicable|not available) in similar "
    "(authorities|councils|organisations)"
)
"""The sentence that the page of a council that has ended prints in the place of the sentence with an average."""


@dataclass(frozen=True)
class BlockDescription:
    """The description of one block, as letters print it.

    `sentences` are all sentences that the block may hold. `own` are the sentences that no other block can hold. If
    one of these stands under the heading of another block, the heading of this block is missing. `excuse` has the
    sentence with which the block says that it has no figures, and the reason for which they are absent.
    """

    name: str
    heading: re.Pattern[str]
    sentences: tuple[Sentence, ...]
    own: tuple[Sentence, ...]
    excuse: tuple[Sentence, Absence] | None = None

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The measures that the block states, in the order of print."""
        names = (name for sentence in self.sentences for name in sentence.names)
        return tuple(dict.fromkeys(name for name in names if name in HEADLINE_NAMES))


def sentences_of(descriptions: Sequence[BlockDescription]) -> tuple[Sentence, ...]:
    """Return all sentences of some blocks, each once. They include the sentences that say why a block has no
    figures.
    """
    excuses = (description.excuse[0] for description in descriptions if description.excuse is not None)
    return tuple(dict.fromkeys((*(one for block in descriptions for one in block.sentences), *excuses)))


def read_statistics(document: Document, descriptions: Sequence[BlockDescription]) -> Statistics | None:
    """Return what the blocks of a document state. Return None if no block with statistics is found.

    The result gives only two reasons for an absent figure: the block says that there is none, or the figure could
    not be read. `with_absences` adds all other reasons.
    """
    described = {description.name: description for description in descriptions}
    blocks, silent = _blocks(document, described)
    if not blocks:
        return None
    figures: list[Figure] = []
    conflicts: list[Conflict] = []
    excused: dict[str, Absence] = {}
    unread = {
        measure for block in silent for measure in unread_measures(block, described[block.name].sentences, ())
    }
    periods: list[Period] = []
    readings = [
        BlockReading(
            block,
            described[block.name].sentences,
            described[block.name].own,
            _found(block, described[block.name].sentences),
        )
        for block in blocks
    ]
    doubts = tuple(doubtful_averages(document, readings))
    doubtful = {id(average) for average, _ in doubts}
    conflicts += [conflict for _, conflict in doubts]
    for reading in readings:
        block, found = reading.block, reading.found
        description = described[block.name]
        figures += [
            sentence.figure(name)
            for sentence in found
            for name in sentence.sentence.names
            if name in HEADLINE_NAMES and sentence.stated(name) is not None and id(sentence) not in doubtful
        ]
        periods += _periods(found)
        unread.update(unread_measures(block, description.sentences, found))
        conflicts += _foreign_words(block, descriptions)
        if description.excuse is not None and _found(block, description.excuse[:1]):
            excused |= dict.fromkeys(description.measures, description.excuse[1])
        if _found(block, (_NO_AVERAGE,)):
            averages = (name for name in description.measures if name.endswith("_type_average_pct"))
            excused |= dict.fromkeys(averages, Absence.NOT_AVAILABLE)
    kept, disagreements = agreed(figures)
    conflicts += [
        Conflict(
            figure.measure,
            f'{figure.measure} is stated as {figure.text} in "{figure.sentence}", although the same block says '
            f"that there is none ({excused[figure.measure]})",
        )
        for figure in kept
        if figure.measure in excused
    ]
    reasons = dict.fromkeys(unread, Absence.NOT_READ) | excused
    return Statistics(kept, tuple(reasons.items()), (*conflicts, *disagreements), tuple(periods))


def with_absences(statistics: Statistics, measures_of_layout: Sequence[str]) -> Statistics:
    """Return the statistics with a reason for each measure that has no figure.

    A measure of the layout without any other reason is `not_stated`. A measure that the layout does not have is
    `not_in_layout`.
    """
    known = {
        measure: reason
        for measure, reason in statistics.absences
        if measure in measures_of_layout or reason is not Absence.NOT_READ
    }
    reasons = absences(statistics.figures, statistics.conflicts, measures_of_layout, known)
    return replace(statistics, absences=reasons)


def signature_of(document: Document) -> Segment | None:
    """Return the line with the document's last signature. Return None if the document has no signature."""
    return next((segment for segment in reversed(document.segments) if is_signature(segment.text)), None)


def is_behind(segment: Segment, signature: Segment | None) -> bool:
    """Return whether a line follows the signature. If there is no signature, every line counts as following it."""
    return signature is None or (segment.page, segment.top) > (signature.page, signature.top)


def _blocks(
    document: Document, described: dict[str, BlockDescription]
) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Return the blocks that hold statistics, and the blocks after the signature in which no known sentence is
    found. If no heading has statistics below it, `_unheaded_blocks` finds the blocks that hold statistics.

    Some prose explains the statistics under similar headings, and is left out. Statistics follow the signature. So
    a block before the signature counts only if it has a sentence that names the period of the statistics, as prose
    never does, and has no line with the word "national".
    """
    patterns = {name: description.heading for name, description in described.items()}
    document = with_gutters(document, patterns)
    headings = headings_of(document, patterns)
    signature = signature_of(document)
    blocks, silent = [], []
    for block in blocks_of(document, headings):
        description = described[block.name]
        excuse = description.excuse[:1] if description.excuse else ()
        found = _found(block, (*description.sentences, *excuse))
        is_dated = any(sentence.stated("period_end") is not None for sentence in found)
        is_national = any("national" in line.squeezed.casefold() for run in block.runs for line in run)
        if found and (is_behind(block.heading.segments[0], signature) or (is_dated and not is_national)):
            blocks.append(block)
        elif not found and is_behind(block.heading.segments[0], signature):
            silent.append(block)
    return tuple(blocks) or _unheaded_blocks(document, described), tuple(silent)


def _unheaded_blocks(document: Document, described: dict[str, BlockDescription]) -> tuple[Block, ...]:
    """Return blocks without a heading in words, such as blocks with pictures as headings.

    A block begins with the first of its own sentences on a page after the signature, and ends where an own sentence
    of another block begins. Lines before the first own sentence belong to no block. Prose may quote a sentence. So
    blocks are returned only if there are at least two, none of them occurs twice, and a sentence names the period
    of the statistics.
    """
    signature = signature_of(document)
    if signature is None:
        return ()
    blocks: list[Block] = []
    for page in document.pages:
        lines = [line for line in page.segments if is_behind(line, signature)]
        letters = ruled(lines)
        likely = {
            name: description
            for name, description in described.items()
            if any(sentence.may_stand_in(letters) for sentence in description.own)
        }
        owner = _owners(lines, likely)
        for line in lines:
            name = owner.get(id(line))
            if name is not None and (not blocks or blocks[-1].name != name):
                blocks.append(Block(Heading(name, (line,), is_printed=False), [[]]))
            if blocks and blocks[-1].heading.page == page.number:
                blocks[-1].runs[0].append(line)
    names = [block.name for block in blocks]
    is_dated = any(
        found.stated("period_end") is not None
        for block in blocks
        for found in _found(block, described[block.name].sentences)
    )
    return tuple(blocks) if len(names) == len(set(names)) > 1 and is_dated else ()


def _owners(lines: Sequence[Segment], described: dict[str, BlockDescription]) -> dict[int, str]:
    """Find the lines with a sentence that only one block can hold. For the id of each such line, return the name of
    the block.
    """
    owners: dict[int, str] = {}
    passages = passages_of([lines])
    for name, description in described.items():
        words = {
            id(word)
            for passage in passages
            for found in find((*description.own, *_PART_OF_A_SENTENCE), passage)
            if found.sentence in description.own
            for word in found.words
        }
        owners |= {id(line): name for line in lines if any(id(word) in words for word in line.words)}
    return owners


def _found(block: Block, sentences: Sequence[Sentence]) -> tuple[Found, ...]:
    """Return the sentences that are found in a block. Passages can overlap: a sentence that is printed once, and
    found in two passages, counts once.
    """
    unique: dict[tuple[str, tuple[int, ...]], Found] = {}
    for passage in block.passages:
        for found in find((*sentences, *_PART_OF_A_SENTENCE), passage):
            if found.sentence not in _PART_OF_A_SENTENCE:
                unique.setdefault((found.sentence.template, tuple(map(id, found.words))), found)
    return tuple(unique.values())


def _foreign_words(block: Block, descriptions: Sequence[BlockDescription]) -> Iterator[Conflict]:
    for other in descriptions:
        if other.name == block.name:
            continue
        for found in _found(block, other.own):
            for name in found.sentence.names or other.measures[:1]:
                if name in HEADLINE_NAMES:
                    heading = block.heading.segments[0].text
                    yield Conflict(name, f'"{found.text}" stands under the heading "{heading}"')


def _periods(found: Sequence[Found]) -> list[Period]:
    return [
        Period(sentence.date("period_start"), sentence.date("period_end"), sentence.text)
        for sentence in found
        if sentence.stated("period_end") is not None
    ]
