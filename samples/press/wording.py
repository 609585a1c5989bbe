"""The words of each season: turn a layout's figures into the sentences in which the season's letters state them."""

import datetime as dt
from dataclasses import dataclass

from redress.model.season import Season
from samples.press.content import (
    Block,
    ComplaintOverview,
    Count,
    LetterContent,
    StatisticsPage,
    ThreeStatistics,
    counted,
    long_date,
    rate_pct,
)
from samples.press.places import SAMPLES

# --- The letter itself ------------------------------------------------------------------------------

LETTER_DATES = {
    2010: dt.date(2010, 6, 23),
    2011: dt.date(2011, 6, 22),
    2012: dt.date(2012, 6, 20),
    2013: dt.date(2013, 7, 16),
    2014: dt.date(2014, 7, 7),
    2015: dt.date(2015, 6, 18),
    2016: dt.date(2016, 7, 21),
    2017: dt.date(2017, 7, 20),
    2018: dt.date(2018, 7, 18),
    2019: dt.date(2019, 7, 24),
    2020: dt.date(2020, 7, 22),
    2021: dt.date(2021, 7, 21),
    2022: dt.date(2022, 7, 20),
    2023: dt.date(2023, 7, 19),
    2024: dt.date(2024, 7, 17),
    2025: dt.date(2025, 5, 21),
}
DAYS_TO_PUBLICATION = 7


def letter_title(season: Season) -> str:
    """Return the title of a letter. Letters up to 2022 name the season, and later letters the period."""
    return f"Annual Review letter {season if season.year <= 2022 else season.label}"


def ombudsman(season: Season) -> str:
    """Return the Ombudsman's name, which includes social care from 2017 on."""
    return "Local Government and Social Care Ombudsman" if season.year >= 2017 else "Local Government Ombudsman"


def letter_prose(content: LetterContent) -> list[str]:
    """Return the season's paragraphs, with the council's name and the dates filled in, and the letter's own
    paragraphs among them. A heading starts with "# ".
    """
    publication = LETTER_DATES[content.season.year] + dt.timedelta(days=DAYS_TO_PUBLICATION)
    prose = (
        (SAMPLES / "prose" / f"{content.season}.txt")
        .read_text(encoding="utf-8")
        .format(
            authority_name=content.authority_name,
            period_end=long_date(content.season.period_end),
            publication_date=long_date(publication),
        )
    )
    paragraphs = prose.strip().split("\n\n")
    for place, own in enumerate(content.own_prose):
        paragraphs.insert(min(2 * place + 1, len(paragraphs)), own)
    return paragraphs


# --- The statistics ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wording:
    """How a season words the three statistics, in all points in which seasons differ."""

    body: str
    investigation: str
    remedy_heading: str
    compliance_begins: str
    remedy_base: str
    is_remedy_base_upheld: bool
    has_per_100k: bool


def wording_of(season: Season) -> Wording:
    """Return how letters of a season word the three statistics."""
    year = season.year
    body = "Council" if year >= 2024 else "authority"
    return Wording(
        body=body,
        investigation="investigation" if year >= 2024 else "detailed investigation",
        remedy_heading=f"Satisfactory {'remedy' if 2021 <= year <= 2023 else 'remedies'} provided by the {body}",
        compliance_begins="" if year >= 2024 else "In ",
        # Letters of 2023 print the upheld count, and still call this number detailed investigations.
        remedy_base="upheld decision" if year >= 2024 else "detailed investigation",
        is_remedy_base_upheld=year >= 2023,
        has_per_100k=year >= 2024,
    )


PAGE_OF_2023 = Wording(
    body="Council",
    investigation="detailed investigation",
    remedy_heading="Satisfactory remedy provided by the Council",
    compliance_begins="",
    remedy_base="detailed investigation",
    is_remedy_base_upheld=True,
    has_per_100k=True,
)
"""How the statistics pages of 2023 on the site word the three statistics. They already have some of the words that
letters have from 2024 on."""


def statistics_page(content: LetterContent) -> StatisticsPage:
    """Return the statistics page of a letter of 2019 or later. Raise TypeError for a letter of another layout."""
    match content.statistics:
        case ThreeStatistics() as figures:
            return three_statistics(content.season, figures, content.authority_name)
        case ComplaintOverview() as overview:
            return complaint_overview(content.season, overview, content.authority_name)
        case other:
            raise TypeError(f"{type(other).__name__} of {content.season} is not printed as blocks")


def three_statistics(
    season: Season, figures: ThreeStatistics, authority_name: str, wording: Wording | None = None
) -> StatisticsPage:
    """Return the statistics page of 2019 to 2024: complaints upheld, compliance, satisfactory remedy."""
    words = wording or wording_of(season)
    return StatisticsPage(
        blocks=(
            _upheld(season, figures, authority_name, words),
            _compliance(season, figures, words),
            _remedy(season, figures, words),
        ),
        note=_PAUSE_NOTE if season.year == 2021 else None,
    )


def complaint_overview(season: Season, overview: ComplaintOverview, authority_name: str) -> StatisticsPage:
    """Return the statistics page of 2025: what became of all complaints, then the three statistics."""
    words = wording_of(season)
    figures = overview.statistics
    not_for_us, closed = overview.not_for_us_count, overview.assessed_and_closed_count
    investigated = f"{figures.investigations_count} {counted(figures.investigations_count, 'complaint')}"
    first = Block(
        "Complaint overview",
        (
            f"Between {long_date(season.period_start)} to {long_date(season.period_end)}, we dealt with "
            f"{overview.dealt_with_count} {counted(overview.dealt_with_count, 'complaint')}. Of these, "
            f"{not_for_us} {'was' if not_for_us == 1 else 'were'} not for us or not ready for us to investigate. "
            f"We assessed and closed {closed} {counted(closed, 'complaint')}. We investigated {investigated}.",
        ),
    )
    upheld = Block(
        "Complaints upheld",
        (
            f"We investigated **{figures.investigations_count}** "
            f"{counted(figures.investigations_count, 'complaint')} and upheld **{figures.upheld_count}**.",
            *_upheld(season, figures, authority_name, words).sentences,
        ),
        rate_pct=_printed_uphold_rate(figures),
    )
    return StatisticsPage((first, upheld, _compliance(season, figures, words), _remedy(season, figures, words)))


_PAUSE_NOTE = (
    "NOTE: Between March and June 2020 we accepted no new complaints and put open cases aside, so that "
    "councils could respond to Covid-19. Fewer complaints were received and decided in the 20-21 year for "
    "that reason. Please keep this in mind beside data from other years."
)


def _printed_uphold_rate(figures: ThreeStatistics) -> int:
    if figures.misprinted_uphold_rate_pct is not None:
        return figures.misprinted_uphold_rate_pct
    return rate_pct(figures.upheld_count, figures.investigations_count)


def _upheld(season: Season, figures: ThreeStatistics, authority_name: str, words: Wording) -> Block:
    heading = "Complaints upheld"
    if figures.investigations_count == 0:
        # How a real letter says this has not been seen; the sentence follows the one for nothing upheld.
        return Block(heading, (f"The Ombudsman did not carry out any {words.investigation}s during this period",))
    printed_rate = _printed_uphold_rate(figures)
    return Block(
        heading,
        (
            f"**{printed_rate}%** of complaints we investigated were upheld.",
            _average(figures.averages.uphold_rate_pct),
            *_per_100k(figures, authority_name, words),
        ),
        rate_pct=printed_rate,
        count=Count(figures.upheld_count, f"upheld {counted(figures.upheld_count, 'decision')}"),
        base=_base(season, figures.investigations_count, words.investigation),
    )


def _per_100k(figures: ThreeStatistics, authority_name: str, words: Wording) -> tuple[str, ...]:
    if not words.has_per_100k or figures.upheld_per_100k is None:
        return ()
    return (
        f"Adjusted for {authority_name}'s population, this is **{figures.upheld_per_100k}** upheld decisions "
        "per 100,000 residents.",
        f"The average for authorities of this type is **{figures.upheld_per_100k_type_average}** upheld "
        "decisions per 100,000 residents.",
    )


def _compliance(season: Season, figures: ThreeStatistics, words: Wording) -> Block:
    heading = "Compliance with Ombudsman recommendations"
    if figures.compliance_outcomes_count == 0:
        return Block(heading, ("No recommendations were due for compliance in this period",))
    rate = rate_pct(figures.compliance_satisfied_count, figures.compliance_outcomes_count)
    return Block(
        heading,
        (
            f"{words.compliance_begins}**{rate}%** of cases we were satisfied the {words.body} had successfully "
            "implemented our recommendations.",
            _average(figures.averages.compliance_rate_pct),
        ),
        rate_pct=rate,
        base=_base(season, figures.compliance_outcomes_count, "compliance outcome"),
        remark="It is rare that a council does not do what it agreed. One whose result is below 100% should "
        "look again at the cases concerned and say what it will change.",
    )


def _remedy(season: Season, figures: ThreeStatistics, words: Wording) -> Block:
    if figures.upheld_count == 0:
        return Block(
            words.remedy_heading,
            (f"The Ombudsman did not uphold any {words.investigation}s during this period",),
        )
    rate = rate_pct(figures.satisfactory_remedies_count, figures.upheld_count)
    printed_base = figures.upheld_count if words.is_remedy_base_upheld else figures.investigations_count
    remedies = figures.satisfactory_remedies_count
    return Block(
        words.remedy_heading,
        (
            f"In **{rate}%** of upheld cases we found the {words.body} had provided a satisfactory remedy "
            "before the complaint reached the Ombudsman.",
            _average(figures.averages.satisfactory_remedy_rate_pct),
        ),
        rate_pct=rate,
        count=Count(remedies, f"satisfactory remedy {counted(remedies, 'decision')}"),
        base=_base(season, printed_base, words.remedy_base),
    )


def _average(average_pct: int) -> str:
    return f"This compares to an average of **{average_pct}%** in similar authorities."


def _base(season: Season, number: int, singular: str) -> str:
    return (
        f"Statistics are based on a total of **{number:,}** {counted(number, singular)} for the period between "
        f"{long_date(season.period_start)} to {long_date(season.period_end)}"
    )
