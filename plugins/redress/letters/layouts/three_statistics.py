"""Three statistics (2019 to 2024): three blocks behind the letter, each a heading and a few fixed sentences.

    Complaints upheld
    Compliance with Ombudsman recommendations
    Satisfactory remedy provided by the authority

A block gives a rate, the average of similar authorities, a count, and the number that the statistics are based
on. The words below are the letters' own; what differs from season to season stands in brackets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from redress.letters.blocks import Block, Heading, blocks_of, headings_of
from redress.letters.document import Document, Segment
from redress.letters.layouts.layout import Period, Reading, agreed
from redress.letters.records import Conflict, Figure
from redress.letters.sentences import Found, Sentence, find
from redress.measures import HEADLINE_NAMES, TABLE_MEASURES, Absence

FIRST_SEASON_PER_100K = 2024
"""Letters give upheld decisions for each 100,000 residents from this season on."""

_PERIOD = "[for the period between {period_start:date} (to|and) {period_end:date}]"

HEADINGS = {
    "uphold": re.compile(r"complaints upheld", re.IGNORECASE),
    "compliance": re.compile(r"compliance with (?:the )?(?:ombudsman(?:'s)? )?recommendations", re.IGNORECASE),
    "remedy": re.compile(
        # "satisfactory remedy" alone is the label under a number, not a heading
        r"satisfactory remed(?:y|ies) provided by the (?:authority|council|organisation)",
        re.IGNORECASE,
    ),
}

UPHOLD = (
    Sentence("{uphold_rate_pct:percent} of complaints we investigated were upheld"),
    Sentence(
        "This compares to an average of {uphold_rate_type_average_pct:percent} "
        "in similar (authorities|councils|organisations)"
    ),
    Sentence("{upheld_count:count} upheld (decision|decisions)"),
    Sentence(
        "Statistics are based on a total of {investigations_count:count} [detailed] "
        f"(investigation|investigations) {_PERIOD}"
    ),
    Sentence(
        "Adjusted for {population_of:words} population, this is {upheld_per_100k:rate} upheld "
        "(decision|decisions) per 100,000 residents"
    ),
    Sentence(
        "The average for authorities of this type is {upheld_per_100k_type_average:rate} upheld "
        "(decision|decisions) per 100,000 residents"
    ),
)
PART_OF_A_SENTENCE = (
    # Where a line break or a picture parts such a sentence, what is left of it must not pass for a count.
    Sentence("{ignored:rate} upheld (decision|decisions) per 100,000"),
)
COMPLIANCE = (
    Sentence(
        "[In] {compliance_rate_pct:percent} of cases we were satisfied the "
        "(authority|council|organisation) had successfully implemented our recommendations"
    ),
    Sentence(
        "This compares to an average of {compliance_rate_type_average_pct:percent} "
        "in similar (authorities|councils|organisations)"
    ),
    Sentence(
        "Statistics are based on a total of {compliance_outcomes_count:count} compliance "
        f"(outcome|outcomes) {_PERIOD}"
    ),
)
REMEDY = (
    Sentence(
        "[In] {satisfactory_remedy_rate_pct:percent} of upheld cases we found the "
        "(authority|council|organisation) had provided a satisfactory remedy before the complaint reached "
        "the Ombudsman"
    ),
    Sentence(
        "This compares to an average of {satisfactory_remedy_rate_type_average_pct:percent} "
        "in similar (authorities|councils|organisations)"
    ),
    Sentence("{satisfactory_remedies_count:count} satisfactory remedy (decision|decisions)"),
    Sentence(
        "Statistics are based on a total of {satisfactory_remedy_printed_base_count:count} "
        "(detailed investigation|detailed investigations|investigation|investigations|upheld decision"
        f"|upheld decisions) {_PERIOD}"
    ),
)
NONE_DUE = Sentence("No recommendations were due for compliance in this period")
NONE_UPHELD = Sentence(
    "The Ombudsman did not uphold any [detailed] (investigation|investigations) during this period"
)
"""Two sentences that say why a block has no figures: its rate does not exist, which is not nought."""

SENTENCES: dict[str, tuple[Sentence, ...]] = {"uphold": UPHOLD, "compliance": COMPLIANCE, "remedy": REMEDY}
EXCUSES: dict[str, tuple[Sentence, Absence]] = {
    "compliance": (NONE_DUE, Absence.NONE_DUE),
    "remedy": (NONE_UPHELD, Absence.NONE_UPHELD),
}
MEASURES: dict[str, tuple[str, ...]] = {
    block: tuple(name for s in sentences for name in s.names if name in HEADLINE_NAMES)
    for block, sentences in SENTENCES.items()
}
"""The measures that each block states."""

_OWN_WORDS = {
    # The sentences that only one block can hold; found under another heading they say that a heading is missing.
    "uphold": (UPHOLD[0], UPHOLD[4], UPHOLD[5]),
    "compliance": (COMPLIANCE[0], COMPLIANCE[2], NONE_DUE),
    "remedy": (REMEDY[0], REMEDY[2], NONE_UPHELD),
}
_SIGNATURE = re.compile(r"yours (?:sincerely|faithfully)\b.*", re.IGNORECASE)


@dataclass(frozen=True)
class ThreeStatistics:
    """The layout of 2019 to 2024."""

    name: str = "three_statistics"

    def read(self, document: Document, season: int | None) -> Reading | None:
        """What the three blocks state, or None where no heading has one of its sentences below it."""
        blocks = statistics_blocks(document, headings_of(document, HEADINGS))
        if not blocks:
            return None
        reading = read_blocks(blocks)
        excuses = dict(reading.absences)
        stated = {figure.measure for figure in reading.figures}
        absences = {
            measure: excuses.get(measure) or self._absence(measure, season)
            for measure in (*HEADLINE_NAMES, *TABLE_MEASURES)
            if measure not in stated
        }
        return Reading(reading.figures, tuple(absences.items()), reading.conflicts, reading.periods)

    @staticmethod
    def _absence(measure: str, season: int | None) -> Absence:
        if "per_100k" in measure and (season is None or season < FIRST_SEASON_PER_100K):
            return Absence.NOT_IN_LAYOUT
        is_a_blocks = any(measure in measures for measures in MEASURES.values())
        return Absence.NOT_STATED if is_a_blocks else Absence.NOT_IN_LAYOUT


def statistics_blocks(document: Document, headings: tuple[Heading, ...]) -> tuple[Block, ...]:
    """The blocks that hold the letter's statistics, and not the prose that explains them under like headings.

    The statistics stand behind the signature. A block before it counts only with the sentence that says what
    the statistics are based on, which the prose never has.
    """
    signature = _signature(document)
    return tuple(
        block
        for block in blocks_of(document, headings)
        if _is_confirmed(block)
        and (
            signature is None
            or (block.heading.page, block.heading.top) > (signature.page, signature.top)
            or any(found.stated("period_end") is not None for found in _found(block, SENTENCES[block.name]))
        )
    )


def read_blocks(blocks: tuple[Block, ...]) -> Reading:
    """The figures of the three blocks, why a block has none, the periods named, and what contradicts itself."""
    figures: list[Figure] = []
    conflicts: list[Conflict] = []
    absences: dict[str, Absence] = {}
    periods: list[Period] = []
    for block in blocks:
        found = _found(block, SENTENCES[block.name])
        figures += [
            sentence.figure(name)
            for sentence in found
            for name in sentence.sentence.names
            if name in HEADLINE_NAMES and sentence.stated(name) is not None
        ]
        periods += _periods(found)
        conflicts += _foreign_words(block)
        if block.name in EXCUSES:
            excuse, code = EXCUSES[block.name]
            if _found(block, (excuse,)):
                absences |= dict.fromkeys(MEASURES[block.name], code)
    kept, disagreements = agreed(figures)
    for figure in kept:
        if figure.measure in absences:
            conflicts.append(
                Conflict(
                    figure.measure,
                    f'{figure.measure} is stated as {figure.text} in "{figure.sentence}", although the same '
                    f"block says that there is none ({absences[figure.measure]})",
                )
            )
    return Reading(kept, tuple(absences.items()), (*conflicts, *disagreements), tuple(periods))


def _found(block: Block, sentences: tuple[Sentence, ...]) -> tuple[Found, ...]:
    """The sentences of a block, each once where two ways of reading the block find it in the same words."""
    unique: dict[tuple[str, tuple[int, ...]], Found] = {}
    for passage in block.passages():
        for found in find((*sentences, *PART_OF_A_SENTENCE), passage):
            if found.sentence not in PART_OF_A_SENTENCE:
                unique.setdefault((found.sentence.template, tuple(map(id, found.words))), found)
    return tuple(unique.values())


def _is_confirmed(block: Block) -> bool:
    excuses = (EXCUSES[block.name][0],) if block.name in EXCUSES else ()
    return bool(_found(block, (*SENTENCES[block.name], *excuses)))


def _foreign_words(block: Block) -> Iterator[Conflict]:
    for other, sentences in _OWN_WORDS.items():
        if other == block.name:
            continue
        for found in _found(block, sentences):
            for name in found.sentence.names or (MEASURES[other][0],):
                if name in HEADLINE_NAMES:
                    yield Conflict(
                        name, f'"{found.text}" stands under the heading "{block.heading.segments[0].text}"'
                    )


def _periods(found: tuple[Found, ...]) -> list[Period]:
    return [
        Period(sentence.date("period_start"), sentence.date("period_end"), sentence.text)
        for sentence in found
        if sentence.stated("period_end") is not None
    ]


def _signature(document: Document) -> Segment | None:
    signatures = [segment for segment in document.segments if _SIGNATURE.fullmatch(segment.text)]
    return signatures[-1] if signatures else None
