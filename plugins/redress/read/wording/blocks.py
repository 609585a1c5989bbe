"""Some layouts consist of blocks. This module has all blocks of these layouts, with their known sentences."""

import re
from dataclasses import dataclass, replace
from functools import cache

from redress.model.measures import HEADLINE_NAMES
from redress.read.layouts.complaint_overview import ComplaintOverview
from redress.read.layouts.known import LAYOUTS
from redress.read.layouts.layout import Layout
from redress.read.layouts.local_authority_report import HEADINGS, LocalAuthorityReport
from redress.read.layouts.three_statistics import ThreeStatistics
from redress.read.page.document import squeezed
from redress.read.page.headings import heading_pattern
from redress.read.page.sentences import Sentence
from redress.read.statistics import BlockDescription

BlockLayout = ThreeStatistics | ComplaintOverview


@cache
def known_blocks() -> dict[str, BlockDescription]:
    """Return the blocks of all layouts by name. Of several blocks with one name, return the block with the most
    sentences.
    """
    blocks: dict[str, BlockDescription] = {}
    for layout in LAYOUTS:
        for block in layout.blocks if isinstance(layout, BlockLayout) else ():
            if block.name not in blocks or len(block.sentences) > len(blocks[block.name].sentences):
                blocks[block.name] = block
    return blocks


@cache
def block_of_heading(text: str) -> str | None:
    """Return the name of the block or table that a heading begins. Return None if the heading is unknown."""
    words = squeezed(text).rstrip(":.")
    named = [(block.name, block.heading) for block in known_blocks().values()] + list(HEADINGS.items())
    return next((name for name, pattern in named if pattern.fullmatch(words)), None)


@cache
def block_of_sentence(template: str) -> str | None:
    """Return the name of the block that a known sentence with a figure belongs to. Return None if several blocks
    may have the sentence.

    Sentences with averages, and sentences that say how many cases a rate is based on, are worded alike in several
    blocks.
    """
    sentence = Sentence(template)
    names = [block.name for block in known_blocks().values() if sentence in block.sentences]
    is_alike = any(name == "investigations_count" for name in sentence.names) or not is_own(sentence)
    return names[0] if len(names) == 1 and not is_alike else None


def states(block: str | None, figure: str) -> bool:
    """Return whether the sentences of a block state a figure. Return False if the block is unknown."""
    return block in known_blocks() and figure in known_blocks()[block].measures


def home_of(measure: str) -> str | None:
    """Return the name of the block with sentences that state a measure. Return None if there is no such block."""
    first = ("overview",) if measure.endswith(("dealt_with_count", "not_for_us_count", "closed_count")) else ()
    names = (*first, "uphold", "compliance", "remedy", "overview")
    return next((name for name in names if measure in known_blocks()[name].measures), None)


def sentences_stating(measure: str) -> list[Sentence]:
    """Return the known sentences, of all blocks, that state a measure."""
    found = (one for block in known_blocks().values() for one in block.sentences if measure in one.names)
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Additions:
    """What to add to the layouts: sentences and headings, each with the name of its block, and rows of tables.

    A sentence is given as its template. A row is given as the table's measure, the category, and the label.
    """

    sentences: tuple[tuple[str, str], ...] = ()
    headings: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, str, str], ...] = ()


@cache
def layouts_with(additions: Additions) -> tuple[Layout, ...]:
    """Return all layouts, each with those of the additions that belong to it."""
    return tuple(_with(layout, additions) for layout in LAYOUTS)


def _with(layout: Layout, additions: Additions) -> Layout:
    if isinstance(layout, BlockLayout):
        return replace(layout, blocks=tuple(_extended(block, additions) for block in layout.blocks))
    if isinstance(layout, LocalAuthorityReport):
        labels = {measure: dict(patterns) for measure, patterns in layout.labels.items()}
        for measure, category, label in additions.rows:
            if category != "total":
                known = labels[measure][category].pattern
                labels[measure][category] = re.compile(f"{known}|{row_pattern(label)}")
        return replace(layout, labels=labels)
    return layout


def row_pattern(label: str) -> str:
    """Return a row's label as a regular expression for a layout's LABELS: in small letters, without spaces and
    hyphens.
    """
    return re_escaped(re.sub(r"[\s-]+", "", label))


def _extended(block: BlockDescription, additions: Additions) -> BlockDescription:
    more = tuple(Sentence(template) for name, template in additions.sentences if name == block.name)
    named = [re_escaped(text) for name, text in additions.headings if name == block.name]
    pattern = heading_pattern("|".join([f"(?:{block.heading.pattern})", *named])) if named else block.heading
    own = tuple(one for one in more if is_own(one))
    return replace(block, heading=pattern, sentences=(*more, *block.sentences), own=(*block.own, *own))


def is_own(sentence: Sentence) -> bool:
    """Return whether only one block can hold a sentence. This is so if the sentence states a headline measure, and
    states neither an average of a rate nor a printed base (how many cases a rate is based on).
    """
    names = [name for name in sentence.names if name in HEADLINE_NAMES]
    return bool(names) and not any(name.endswith(("_average_pct", "_printed_base_count")) for name in names)


def re_escaped(text: str) -> str:
    """Return a text as a regular expression for a layout: in small letters, with special characters escaped. The
    expression can stand in a raw string between double quotes.
    """
    return "".join(rf"\{sign}" if sign in '()[]{}.?*+|^$\\"' else sign for sign in text.casefold())
