"""Golden letters with an oddity in their figures: marks, slips, sums and words that do not fit."""

from collections.abc import Callable
from dataclasses import replace

from samples.press.content import Block, ComplaintOverview, StatisticsPage
from samples.press.golden_letter import GoldenLetter, Odd, content_of, quarantined, three
from samples.press.golden_oddities import OF_2020, OF_2021, OF_2022, OF_2023, OF_2025, WIDE
from samples.press.oddities import with_footnote_mark
from samples.press.setting import Manner, in_columns

Edit = Callable[[StatisticsPage], StatisticsPage]


def _with_block(index: int, change: Callable[[Block], Block]) -> Edit:
    def edit(page: StatisticsPage) -> StatisticsPage:
        blocks = list(page.blocks)
        blocks[index] = change(blocks[index])
        return replace(page, blocks=tuple(blocks))

    return edit


def _without_sentence(index: int, sentence: int) -> Edit:
    def without(block: Block) -> Block:
        return replace(block, sentences=block.sentences[:sentence] + block.sentences[sentence + 1 :])

    return _with_block(index, without)


def _with_words(index: int, old: str, new: str) -> Edit:
    def changed(block: Block) -> Block:
        return replace(
            block,
            sentences=tuple(sentence.replace(old, new) for sentence in block.sentences),
            base=None if block.base is None else block.base.replace(old, new),
        )

    return _with_block(index, changed)


def _with_period_of(year: int, other: int) -> Edit:
    def edit(page: StatisticsPage) -> StatisticsPage:
        for index in range(len(page.blocks)):
            page = _with_words(
                index, f"April {year - 1} to 31 March {year}", f"April {other - 1} to 31 March {other}"
            )(page)
        return page

    return edit


def _with_second_uphold_block(page: StatisticsPage) -> StatisticsPage:
    first = page.blocks[0]
    second = _with_words(0, "**67%**", "**71%**")(StatisticsPage((first,))).blocks[0]
    base = (second.base or "").replace("**21**", "**24**")
    count = None if second.count is None else replace(second.count, number=17)
    return replace(page, blocks=(*page.blocks, replace(second, base=base, count=count)))


_BIG = content_of(
    2024,
    "Noddleshire County Council",
    three(1_106, 1_234, 1_019, 1_020, 101, (85, 100, 7), ("98.3", "4.5")),
    "Mr Munroe-Thorne",
)
_SLIP = replace(
    OF_2025,
    authority_name="Ombelton District Council",
    statistics=ComplaintOverview(8, 12, three(1, 3, 1, 1, 0, (66, 99, 15), ("0.8%", "2.4"))),
)
_MISPRINTED = replace(
    OF_2022, statistics=replace(three(12, 19, 9, 10, 1, (64, 99, 12)), misprinted_uphold_rate_pct=73)
)
_OVERVIEW_OFF = replace(
    OF_2025,
    statistics=ComplaintOverview(8, 12, three(1, 3, 1, 1, 0, (66, 99, 15), ("0.8", "2.4")), 24),
)
_ODD_FIGURES = (
    Odd(
        "footnote-mark",
        "2022",
        "A small raised 1 behind the number of upheld decisions: 12, not 121.",
        OF_2022,
        on_statistics=lambda leaf: with_footnote_mark(leaf, "12"),
    ),
    Odd("large-numbers", "2024", "Counts over a thousand, printed with a comma.", _BIG),
    Odd("rate-with-a-slip", "2025", 'The Ombudsman\'s slip: "0.8% upheld decisions per 100,000 residents".', _SLIP),
    Odd(
        "missing-sentence",
        "2021-average-of-compliance",
        "The average of compliance is not printed; the next average is that of the remedies.",
        OF_2021,
        edit=_without_sentence(1, 1),
        changes={
            "compliance_rate_type_average_pct": None,
            "absent": {"compliance_rate_type_average_pct": "not_stated"},
            "failed_rules": ["blocks_complete"],
        },
    ),
    Odd(
        "missing-sentence",
        "2022-rate-of-remedies",
        "The rate of the remedies is not printed.",
        OF_2022,
        edit=_without_sentence(2, 0),
        changes={
            "satisfactory_remedy_rate_pct": None,
            "absent": {"satisfactory_remedy_rate_pct": "not_stated"},
            "failed_rules": ["blocks_complete"],
        },
    ),
    Odd(
        "missing-sentence",
        "2023-rate-in-columns",
        "The rate of compliance is not printed, and blocks with rates stand on both sides of it.",
        replace(OF_2023, authority_name="London Borough of Pipkinwick"),
        edit=_without_sentence(1, 0),
        leaf=WIDE,
        arrange=in_columns(3),
        changes={
            "compliance_rate_pct": None,
            "absent": {"compliance_rate_pct": "not_stated"},
            "failed_rules": ["blocks_complete"],
        },
    ),
    Odd(
        "years-disagree",
        "2021-period",
        "The statistics are of the year before the one that the letter is about.",
        OF_2021,
        edit=_with_period_of(2021, 2020),
        changes=quarantined("years_agree", season=2020, period_start="2019-04-01", period_end="2020-03-31"),
    ),
    Odd(
        "years-disagree",
        "2021-date",
        "The letter is dated a year after the one that its title and its statistics name.",
        OF_2021,
        manner=Manner(date_words="21 July 2022"),
        changes=quarantined("years_agree", letter_date="2022-07-21"),
    ),
    Odd(
        "years-disagree",
        "2022-title",
        "The title names another year.",
        OF_2022,
        manner=Manner(title="Annual Review letter 2021"),
        changes=quarantined("years_agree"),
    ),
    Odd(
        "figures-contradict",
        "2022-uphold-rate",
        "12 of 19 is 63%, and 73% is printed.",
        _MISPRINTED,
        changes=quarantined("uphold_rate_is_upheld_over_investigations"),
    ),
    Odd(
        "figures-contradict",
        "2020-remedy-rate",
        "2 of 14 is 14%, and 10% is printed, as if the base were the number of investigations.",
        OF_2020,
        edit=_with_words(2, "**14%**", "**10%**"),
        changes=quarantined("remedy_rate_is_remedies_over_upheld", satisfactory_remedy_rate_pct=10),
    ),
    Odd(
        "figures-contradict",
        "2021-compliance-rate",
        "No whole number of 28 cases is 97%.",
        OF_2021,
        edit=_with_words(1, "**96%**", "**97%**"),
        changes=quarantined("compliance_rate_is_possible", compliance_rate_pct=97),
    ),
    Odd(
        "two-blocks-that-differ",
        "2020",
        "Two blocks of complaints upheld with other figures: none of the two is taken.",
        OF_2020,
        edit=_with_second_uphold_block,
        changes=quarantined(
            "blocks_complete",
            "readings_agree",
            "uphold_figures_complete",
            upheld_count=None,
            investigations_count=None,
            uphold_rate_pct=None,
        ),
    ),
    Odd(
        "overview-does-not-add-up",
        "2025",
        "8 + 12 + 3 is 23, and 24 complaints dealt with are printed.",
        _OVERVIEW_OFF,
        changes=quarantined("tables_add_up"),
    ),
)

FIGURE_LETTERS: tuple[GoldenLetter, ...] = tuple(odd.golden() for odd in _ODD_FIGURES)
