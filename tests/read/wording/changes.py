"""Changes of the words of a season's letters, each with the figures that the new sentences state."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from samples.press.content import (
    Block,
    ComplaintOverview,
    LetterContent,
    StatisticsPage,
    ThreeStatistics,
    long_date,
    rate_pct,
)
from samples.press.report_words import EARLY_WORDS
from samples.press.setting import Arrangement, TableWords, in_columns
from tests.read.wording.printed import ALL_PARAGRAPHS, SEED, Edit, Printed, as_it_is, printed, printed_reports

NEW = "new"
"""Stands in place of a measure's name, for a number of which Redress has no measure."""
Stated = dict[str, tuple[str, ...]]
"""For each new sentence, by some of its words, the measures that its numbers state, in the order of print."""

UPHELD, INVESTIGATED, RATE = "upheld_count", "investigations_count", "uphold_rate_pct"
AVERAGE = "uphold_rate_type_average_pct"
OUTCOMES, COMPLIANCE = "compliance_outcomes_count", "compliance_rate_pct"
REMEDIES, REMEDY_RATE = "satisfactory_remedies_count", "satisfactory_remedy_rate_pct"
COMPLIANCE_AVERAGE, REMEDY_AVERAGE = "compliance_rate_type_average_pct", "satisfactory_remedy_rate_type_average_pct"
BASE = "satisfactory_remedy_printed_base_count"
DEALT, NOT_FOR_US, ASSESSED = "dealt_with_count", "not_for_us_count", "assessed_and_closed_count"


@dataclass(frozen=True)
class Change:
    """A change of a season's words: the season, the number of letters, the change, and the new words' figures.

    `proven` names the figures that arithmetic must prove.
    """

    name: str
    edit: Edit
    states: Stated
    proven: tuple[str, ...] = ()
    year: int = 2023
    count: int = 150
    arrange: Arrangement | None = None
    table: TableWords | None = None

    def letters(self, count: int | None = None, seed: int = SEED) -> list[Printed]:
        """Print the season's letters: `count` of them, or as many as the change says."""
        if self.table is not None:
            return printed_reports(self.year, count or self.count, self.table, seed=seed)
        wanted = count or self.count
        return printed(self.year, wanted, self.edit, seed=seed, arrange=self.arrange, paragraphs=ALL_PARAGRAPHS)


def three(content: LetterContent) -> ThreeStatistics:
    """Return the three statistics of a letter, with or without the overview of 2025."""
    statistics = content.statistics
    if isinstance(statistics, ComplaintOverview):
        return statistics.statistics
    assert isinstance(statistics, ThreeStatistics)
    return statistics


def words(*pairs: tuple[str, str]) -> Edit:
    """Return an edit that replaces the old words of each pair by the new words wherever they stand."""

    def other(text: str) -> str:
        for old, new in pairs:
            text = text.replace(old, new)
        return text

    def edit(page: StatisticsPage, content: LetterContent) -> StatisticsPage:
        blocks = (
            replace(
                block,
                heading=other(block.heading),
                sentences=tuple(map(other, block.sentences)),
                count=block.count and replace(block.count, caption=other(block.count.caption)),
                base=block.base and other(block.base),
            )
            for block in page.blocks
        )
        return replace(page, blocks=tuple(blocks))

    return edit


def block(name: str, change: Callable[[Block, ThreeStatistics, LetterContent], Block]) -> Edit:
    """Return an edit that applies `change` to each block with a heading that begins with `name`."""

    def edit(page: StatisticsPage, content: LetterContent) -> StatisticsPage:
        blocks = (
            change(one, three(content), content) if one.heading.startswith(name) else one for one in page.blocks
        )
        return replace(page, blocks=tuple(blocks))

    return edit


def both(first: Edit, second: Edit) -> Edit:
    """Return an edit that makes two edits, one after the other."""
    return lambda page, content: second(first(page, content), content)


def _merged(one: Block, figures: ThreeStatistics, content: LetterContent) -> Block:
    if one.rate_pct is None:
        return one
    sentence = (
        f"Of the {figures.investigations_count} cases that we looked into we found fault in "
        f"{figures.upheld_count}, or {one.rate_pct}%."
    )
    return replace(one, sentences=(sentence, *one.sentences[1:]), count=None, base=None)


def _split(one: Block, figures: ThreeStatistics, content: LetterContent) -> Block:
    if one.rate_pct is None:
        return one
    sentences = (
        *one.sentences,
        f"We looked in depth at {figures.investigations_count} cases about you.",
        f"You were at fault in {figures.upheld_count} of them.",
    )
    return replace(one, sentences=sentences, count=None, base=None)


def _tiles(one: Block, figures: ThreeStatistics, content: LetterContent) -> Block:
    if one.rate_pct is None:
        return one
    tiles = (
        f"{figures.investigations_count}\n\ncases looked into",
        f"{figures.upheld_count}\n\nfindings of fault",
        f"{one.rate_pct}%\n\nshare with fault",
    )
    return replace(one, sentences=(*tiles, *one.sentences[1:]), count=None, base=None)


def _decimals(one: Block, figures: ThreeStatistics, content: LetterContent) -> Block:
    if one.rate_pct is None:
        return one
    thousandths = (2000 * figures.upheld_count + figures.investigations_count) // (2 * figures.investigations_count)
    sentence = f"We found fault in {thousandths / 10:.1f}% of the cases that we looked into."
    return replace(one, sentences=(sentence, *one.sentences[1:]))


def _late(content: LetterContent) -> int:
    chance = random.Random(content.authority_name)  # noqa: S311 - repeatable
    return chance.randint(0, three(content).investigations_count)


def _new_measure(one: Block, figures: ThreeStatistics, content: LetterContent) -> Block:
    if one.rate_pct is None:
        return one
    late = _late(content)
    rate = rate_pct(late, figures.investigations_count)
    return replace(
        one, sentences=(*one.sentences, f"You sent {late} replies late, {rate}% of our cases about you.")
    )


def new_block(page: StatisticsPage, content: LetterContent) -> StatisticsPage:
    chance = random.Random(f"times {content.authority_name}")  # noqa: S311 - repeatable
    asked = chance.randint(3, 60)
    answered = chance.randint(0, asked)
    sentence = f"You answered {answered} of our {asked} enquiries in time, a share of {rate_pct(answered, asked)}%."
    return replace(page, blocks=(*page.blocks, Block("Replies in time", (sentence,))))


def _reversed(page: StatisticsPage, content: LetterContent) -> StatisticsPage:
    blocks = (replace(one, sentences=tuple(reversed(one.sentences))) for one in reversed(page.blocks))
    return replace(page, blocks=tuple(blocks))


def _overview(page: StatisticsPage, content: LetterContent) -> StatisticsPage:
    figures = content.statistics
    assert isinstance(figures, ComplaintOverview)
    season = content.season
    sentence = (
        f"From {long_date(season.period_start)} to {long_date(season.period_end)} people brought us "
        f"{figures.dealt_with_count} complaints about you. We had no power to look at "
        f"{figures.not_for_us_count} of them, ended {figures.assessed_and_closed_count} after a first look, and "
        f"went into {figures.statistics.investigations_count}."
    )
    return replace(page, blocks=(replace(page.blocks[0], sentences=(sentence,)), *page.blocks[1:]))


_BASE_WORDS = ("Statistics are based on a total of", "All of this rests on")
_AVERAGE_WORDS = ("This compares to an average of", "Councils such as yours have a mean of")
RATE_WORDS = ("of complaints we investigated were upheld", "of the cases that we looked into showed fault")
_COMPLIANCE_WORDS = (
    ("cases we were satisfied the authority had successfully implemented our recommendations"),
    ("our suggestions the council did in time what it had agreed to do"),
)
_REMEDY_WORDS = (
    "of upheld cases we found the authority had provided a satisfactory remedy before the complaint reached the "
    "Ombudsman",
    "of the faults that we found you had put things right already",
)
EVERYTHING = (
    RATE_WORDS,
    _AVERAGE_WORDS,
    _BASE_WORDS,
    _COMPLIANCE_WORDS,
    _REMEDY_WORDS,
    ("upheld decision", "finding of fault"),
    ("satisfactory remedy decision", "early settlement"),
    ("similar authorities", "the same part of local government"),
    ("compliance outcome", "agreed action"),
    ("detailed investigation", "case file"),
)

CHANGES = (
    Change("a rate reworded", words(RATE_WORDS), {"showed fault": (RATE,)}, (RATE,)),
    Change("a count reworded", words(("upheld decision", "finding of fault")), {"finding": (UPHELD,)}, (UPHELD,)),
    Change(
        "three sentences merged into one",
        block("Complaints upheld", _merged),
        {"we found fault in": (INVESTIGATED, UPHELD, RATE)},
        (INVESTIGATED, UPHELD, RATE),
    ),
    Change(
        "one sentence split into two",
        block("Complaints upheld", _split),
        {"looked in depth": (INVESTIGATED,), "at fault in": (UPHELD,)},
        (INVESTIGATED, UPHELD),
    ),
    Change("blocks and sentences in another order", _reversed, {}),
    Change(
        "another order, and a rate reworded",
        both(_reversed, words(RATE_WORDS)),
        {"showed fault": (RATE,)},
        (RATE,),
    ),
    Change(
        "the averages reworded",
        words(_AVERAGE_WORDS, ("similar authorities", "the same part of local government")),
        {
            "Complaints upheld | Councils such": (AVERAGE,),
            "recommendations | Councils such": (COMPLIANCE_AVERAGE,),
            "Satisfactory remedy provided by the authority | Councils such": (REMEDY_AVERAGE,),
        },
        (AVERAGE, COMPLIANCE_AVERAGE, REMEDY_AVERAGE),
        count=330,
    ),
    Change(
        "the rate of compliance reworded", words(_COMPLIANCE_WORDS), {"our suggestions": (COMPLIANCE,)}, count=330
    ),
    Change(
        "the number of outcomes reworded",
        words(("compliance outcome", "agreed action")),
        {"agreed": (OUTCOMES,)},
        count=330,
    ),
    Change(
        "the rate of remedies reworded", words(_REMEDY_WORDS), {"put things right": (REMEDY_RATE,)}, (REMEDY_RATE,)
    ),
    Change(
        "the number of remedies reworded",
        words(("satisfactory remedy decision", "early settlement")),
        {"early": (REMEDIES,)},
        (REMEDIES,),
    ),
    Change(
        "a heading renamed",
        words(("Complaints upheld", "What we found about you")),
        {"of complaints we investigated were upheld": (RATE,), "upheld": (UPHELD,)},
        (RATE, UPHELD),
    ),
    Change(
        "a heading renamed, and its rate reworded",
        words(("Complaints upheld", "What we found about you"), RATE_WORDS),
        {"showed fault": (RATE,)},
        (RATE,),
    ),
    Change(
        "tiles: numbers above their labels",
        block("Complaints upheld", _tiles),
        {"cases looked into": (INVESTIGATED,), "findings of fault": (UPHELD,), "share with fault": (RATE,)},
        (INVESTIGATED, UPHELD, RATE),
    ),
    Change(
        "a rate with decimals, reworded",
        block("Complaints upheld", _decimals),
        {"We found fault in": (RATE,)},
        (RATE,),
    ),
    Change("a new measure", block("Complaints upheld", _new_measure), {"replies late": (NEW, NEW)}, (NEW,)),
    Change("a new block", new_block, {"enquiries in time": (NEW, NEW, NEW)}, (NEW,)),
    Change(
        "the overview reworded",
        _overview,
        {"people brought us": (DEALT,), "had no power": (NOT_FOR_US, ASSESSED, INVESTIGATED)},
        (DEALT,),
        year=2025,
    ),
    Change(
        "every sentence reworded",
        words(*EVERYTHING),
        {
            "showed fault": (RATE,),
            "put things right": (REMEDY_RATE,),
            "early": (REMEDIES,),
            "Complaints upheld | All of this": (INVESTIGATED,),
        },
        (RATE,),
        count=330,
    ),
    Change(
        "a rate and a count reworded, blocks in two columns",
        words(RATE_WORDS, ("upheld decision", "finding of fault")),
        {"showed fault": (RATE,), "finding": (UPHELD,)},
        (RATE, UPHELD),
        count=100,
        arrange=in_columns(2),
    ),
    Change(
        "a rate for each 100,000 residents reworded",
        words(("The average for authorities of this type is", "Councils of your kind had")),
        {"of your kind had": ("upheld_per_100k_type_average",)},
        year=2024,
    ),
    Change(
        "a row of a table with another label",
        as_it_is,
        {"older and disabled": ("received_count:adult_social_care",)},
        ("received_count:adult_social_care",),
        year=2017,
        count=100,
        table=replace(
            EARLY_WORDS,
            services={**EARLY_WORDS.services, "adult_social_care": "Care for older and disabled people"},
        ),
    ),
    Change(
        "two rows of a table with other labels",
        as_it_is,
        {"with fault": ("decided_count:upheld",), "without blame": ("decided_count:not_upheld",)},
        ("decided_count:upheld", "decided_count:not_upheld"),
        year=2017,
        count=100,
        table=replace(
            EARLY_WORDS,
            outcomes={
                **EARLY_WORDS.outcomes,
                "not_upheld": "Looked into, without blame",
                "upheld": "Looked into, with fault",
            },
        ),
    ),
    Change("a season of five letters", words(RATE_WORDS), {"showed fault": (RATE,)}, count=5),
)
