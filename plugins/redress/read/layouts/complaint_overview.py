"""Complaint overview (2025 on): what became of all complaints dealt with, then the three statistics.

Complaint overview
  Between 1 April 2024 to 31 March 2025, we dealt with 23 complaints. Of these, 8 were not for us or not
  ready for us to investigate. We assessed and closed 12 complaints. We investigated 3 complaints.
Complaints upheld
  We investigated 3 complaints and upheld 1.
Compliance with Ombudsman recommendations, and satisfactory remedies: as in three_statistics
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from redress.model.letter import Conflict, Figure
from redress.read.layouts.layout import Statistics
from redress.read.layouts.three_statistics import COMPLIANCE, REMEDY, UPHOLD
from redress.read.page.document import Document, squeezed
from redress.read.page.headings import heading_pattern
from redress.read.page.sentences import Sentence
from redress.read.page.templates import ruled
from redress.read.statistics import BlockDescription, read_statistics, sentences_of, with_absences

_DEALT_WITH = Sentence(
    "Between {period_start:date} (to|and) {period_end:date}, we dealt with {dealt_with_count:count} "
    "(complaints|complaint)"
)
_NOT_FOR_US = Sentence(
    "Of these, {not_for_us_count:count} (was|were) not for us or not ready for us to investigate"
)
_TILES = (
    Sentence("{dealt_with_count:count} (complaints|complaint) dealt with"),
    Sentence("{not_for_us_count:count} not for us [or not ready for us to investigate]"),
    Sentence("{assessed_and_closed_count:count} [complaints] assessed and closed"),
    Sentence("{investigations_count:count} [complaints] investigated"),
)
"""The sentences of an overview that is printed as tiles: each tile has a number in large type above its label."""
_ASSESSED = Sentence("We assessed and closed {assessed_and_closed_count:count} (complaints|complaint)")
OVERVIEW = BlockDescription(
    name="overview",
    heading=heading_pattern(r"complaints? overview|overview of complaints?"),
    sentences=(
        _DEALT_WITH,
        _NOT_FOR_US,
        _ASSESSED,
        Sentence("We investigated {investigations_count:count} (complaints|complaint)"),
        *_TILES,
    ),
    own=(_DEALT_WITH, _NOT_FOR_US, _ASSESSED, *_TILES[:3]),
)
_INVESTIGATED_AND_UPHELD = Sentence(
    "We investigated {investigations_count:count} (complaints|complaint) and upheld {upheld_count:count}"
)
UPHOLD_WITH_COUNTS = replace(
    UPHOLD,
    sentences=(_INVESTIGATED_AND_UPHELD, *UPHOLD.sentences),
    own=(_INVESTIGATED_AND_UPHELD, *UPHOLD.own),
)
BLOCKS = (OVERVIEW, UPHOLD_WITH_COUNTS, COMPLIANCE, REMEDY)


@dataclass(frozen=True)
class ComplaintOverview:
    """The layout of 2025 and later."""

    name: str = "complaint_overview"
    landmarks: str = r"we dealt with [\d,]+ complaints?|and upheld \d|^\s*complaints? overview\s*:?\s*$"
    blocks: tuple[BlockDescription, ...] = BLOCKS

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of the layout's blocks."""
        return sentences_of(self.blocks)

    @property
    def marks(self) -> tuple[Sentence, ...]:
        """The sentences that no other layout has. If a document has none of them, it has another layout."""
        return (*self.blocks[0].own, _INVESTIGATED_AND_UPHELD)

    def read(self, document: Document, season: int | None) -> Statistics | None:
        """Return what the four blocks state. Return None if a document has no overview."""
        if not _may_have_an_overview(document, self.marks):
            return None
        statistics = read_statistics(document, self.blocks)
        if statistics is None:
            return None
        has_silent_overview = any(measure in self.blocks[0].own[0].names for measure, _ in statistics.absences)
        if not has_silent_overview and not any(_is_one_of(self.marks, figure) for figure in statistics.figures):
            return None
        statistics = _without_doubtful_tiles(statistics)
        return with_absences(statistics, [measure for block in self.blocks for measure in block.measures])


LAYOUT = ComplaintOverview()


def _without_doubtful_tiles(statistics: Statistics) -> Statistics:
    """Return the statistics without the figures of the tiles, unless each tile has its number and the numbers add
    up. Conflicts name the figures that are left out.

    If labels stand above their numbers in several rows, a number also stands above the label of the next row, and
    could belong to either label.
    """
    tiles = [figure for figure in statistics.figures if _is_one_of(_TILES, figure)]
    values = {figure.measure: figure.value for figure in statistics.figures}
    counts = [values.get(sentence.names[0]) for sentence in _TILES]
    stated = [count for count in counts if count is not None]
    if not tiles or (len(stated) == len(counts) and stated[0] == sum(stated[1:])):
        return statistics
    conflicts = (
        Conflict(
            figure.measure,
            f'"{figure.sentence}" is a tile, and the tiles of the overview are not whole or do not add up',
        )
        for figure in tiles
    )
    kept = tuple(figure for figure in statistics.figures if figure not in tiles)
    return replace(statistics, figures=kept, conflicts=(*statistics.conflicts, *conflicts))


def _may_have_an_overview(document: Document, marks: Sequence[Sentence]) -> bool:
    """Return whether a document has the words of the overview's heading, or the words of a sentence that no other
    layout has.
    """
    text = ruled(document.segments)
    return "overview" in text or any(mark.may_stand_in(text) for mark in marks)


def _is_one_of(sentences: Sequence[Sentence], figure: Figure) -> bool:
    return any(sentence.pattern.fullmatch(squeezed(figure.sentence)) for sentence in sentences)
