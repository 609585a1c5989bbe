"""Three statistics (2019 to 2024): three blocks on pages after the letter, each a heading and a few fixed
sentences.

    Complaints upheld
    Compliance with Ombudsman recommendations
    Satisfactory remedy provided by the authority

A block gives a rate, the average of similar authorities, a count, and the number that the statistics are based on.
The words below are those of the letters; words that differ from season to season are in brackets.
"""

from dataclasses import dataclass

from redress.model.measures import Absence
from redress.read.layouts.layout import Statistics
from redress.read.page.document import Document
from redress.read.page.headings import heading_pattern
from redress.read.page.sentences import Sentence
from redress.read.statistics import BlockDescription, read_statistics, sentences_of, with_absences

FIRST_SEASON_PER_100K = 2024
"""The first season with letters that give upheld decisions for each 100,000 residents."""

_PERIOD = "[for the period between {period_start:date} (to|and) {period_end:date}]"
_SIMILAR = "in similar (authorities|councils|organisations)"

_UPHOLD_RATE = Sentence("{uphold_rate_pct:percent} of complaints we investigated were upheld")
_PER_100K = Sentence(
    "Adjusted for {population_of:words} population, this is {upheld_per_100k:rate} upheld (decisions|decision) "
    "per 100,000 residents"
)
_PER_100K_AVERAGE = Sentence(
    "The average for authorities of this type is {upheld_per_100k_type_average:rate} upheld (decisions|decision) "
    "per 100,000 residents"
)
UPHOLD = BlockDescription(
    name="uphold",
    heading=heading_pattern(r"complaints upheld"),
    sentences=(
        _UPHOLD_RATE,
        Sentence(f"This compares to an average of {{uphold_rate_type_average_pct:percent}} {_SIMILAR}"),
        Sentence("{upheld_count:count} upheld (decisions|decision)"),
        Sentence(
            "Statistics are based on a total of {investigations_count:count} [detailed] "
            f"(investigations|investigation) {_PERIOD}"
        ),
        _PER_100K,
        _PER_100K_AVERAGE,
    ),
    own=(_UPHOLD_RATE, _PER_100K, _PER_100K_AVERAGE),
)

_COMPLIANCE_RATE = Sentence(
    "[In] {compliance_rate_pct:percent} of cases we were satisfied the (authority|council|organisation) had "
    "successfully implemented our recommendations"
)
_COMPLIANCE_BASE = Sentence(
    "Statistics are based on a total of {compliance_outcomes_count:count} compliance (outcomes|outcome) " + _PERIOD
)
_NONE_DUE = Sentence("No recommendations were due for compliance in this period")
COMPLIANCE = BlockDescription(
    name="compliance",
    heading=heading_pattern(r"compliance with (?:the )?(?:ombudsman(?:'s)? )?recommendations"),
    sentences=(
        _COMPLIANCE_RATE,
        Sentence(f"This compares to an average of {{compliance_rate_type_average_pct:percent}} {_SIMILAR}"),
        _COMPLIANCE_BASE,
    ),
    own=(_COMPLIANCE_RATE, _COMPLIANCE_BASE, _NONE_DUE),
    excuse=(_NONE_DUE, Absence.NONE_DUE),
)

_REMEDY_RATE = Sentence(
    "[In] {satisfactory_remedy_rate_pct:percent} of upheld cases we found the (authority|council|organisation) had "
    "provided a satisfactory remedy before the complaint reached the Ombudsman"
)
_REMEDIES = Sentence("{satisfactory_remedies_count:count} satisfactory remedy (decisions|decision)")
_NONE_UPHELD = Sentence(
    "The Ombudsman did not uphold any [detailed] (investigations|investigation) during this period"
)
REMEDY = BlockDescription(
    name="remedy",
    # "satisfactory remedy" alone is the label under a number, not a heading
    heading=heading_pattern(r"satisfactory remed(?:y|ies) provided by the (?:authority|council|organisation)"),
    sentences=(
        _REMEDY_RATE,
        Sentence(
            f"This compares to an average of {{satisfactory_remedy_rate_type_average_pct:percent}} {_SIMILAR}"
        ),
        _REMEDIES,
        Sentence(
            "Statistics are based on a total of {satisfactory_remedy_printed_base_count:count} "
            "(detailed investigations|detailed investigation|investigations|investigation|upheld decisions"
            f"|upheld decision) {_PERIOD}"
        ),
    ),
    own=(_REMEDY_RATE, _REMEDIES, _NONE_UPHELD),
    excuse=(_NONE_UPHELD, Absence.NONE_UPHELD),
)

BLOCKS = (UPHOLD, COMPLIANCE, REMEDY)
_PER_100K_MEASURES = ("upheld_per_100k", "upheld_per_100k_type_average")


_LANDMARKS = (
    r"complaints we investigated were upheld|statistics are based on|were due for compliance|did not uphold any"
    r"|in similar (?:authorities|councils|organisations)|per 100,000"
    r"|^\s*(?:complaints upheld|compliance with (?:the )?(?:ombudsman(?:'?s)?)?(?: recommendations)?"
    r"|satisfactory remed(?:y|ies) provided by the(?: authority| council| organisation)?)\s*:?\s*$"
)


@dataclass(frozen=True)
class ThreeStatistics:
    """The layout of 2019 to 2024."""

    name: str = "three_statistics"
    landmarks: str = _LANDMARKS
    blocks: tuple[BlockDescription, ...] = BLOCKS

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences of the layout's blocks."""
        return sentences_of(self.blocks)

    def read(self, document: Document, season: int | None) -> Statistics | None:
        """Return what the three blocks state. Return None if a document has none of the blocks."""
        statistics = read_statistics(document, self.blocks)
        if statistics is None:
            return None
        measures = [
            measure
            for block in self.blocks
            for measure in block.measures
            if measure not in _PER_100K_MEASURES or (season is not None and season >= FIRST_SEASON_PER_100K)
        ]
        return with_absences(statistics, measures)


LAYOUT = ThreeStatistics()
