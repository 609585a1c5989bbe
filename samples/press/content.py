"""The content of a letter: its council, its figures, and the blocks of sentences that state the figures."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from redress.model.season import Season

SAMPLE_MARK = "SAMPLE - invented council, invented figures. Not a letter of the Ombudsman."


@dataclass(frozen=True)
class Council:
    """An invented council, as a row of authorities.csv."""

    authority_id: str
    authority_name: str
    short_name: str
    council_type_id: str
    region_name: str
    valid_from_date: str = ""
    valid_to_date: str = ""


@dataclass(frozen=True)
class TableRow:
    """A letter, as a row of letters.csv. If all its counts are None, it is printed without a statistics page."""

    season: int
    authority_id: str
    addressee_name: str
    look: str
    upheld_count: int | None = None
    investigations_count: int | None = None
    misprinted_uphold_rate_pct: int | None = None
    compliance_satisfied_count: int | None = None
    compliance_outcomes_count: int | None = None
    satisfactory_remedies_count: int | None = None
    why_it_is_here: str = ""
    own_prose: str = ""
    """A paragraph that only this letter has; an empty text if there is none."""


@dataclass(frozen=True)
class TypeAverages:
    """The averages "in similar authorities" that all letters of one season print for one council type."""

    uphold_rate_pct: int
    compliance_rate_pct: int
    satisfactory_remedy_rate_pct: int


@dataclass(frozen=True)
class ThreeStatistics:
    """The figures of a letter of 2019 to 2024. Rates follow from the counts, but the uphold rate may be misprinted.

    The figures for each 100,000 residents are texts, because letters print "8" and, once, "0.8%".
    """

    upheld_count: int
    investigations_count: int
    compliance_satisfied_count: int
    compliance_outcomes_count: int
    satisfactory_remedies_count: int
    averages: TypeAverages
    misprinted_uphold_rate_pct: int | None = None
    upheld_per_100k: str | None = None
    upheld_per_100k_type_average: str | None = None


@dataclass(frozen=True)
class ComplaintOverview:
    """The figures of a letter of 2025 on; complaints investigated and upheld stand in `statistics`."""

    not_for_us_count: int
    assessed_and_closed_count: int
    statistics: ThreeStatistics
    misprinted_dealt_with_count: int | None = None

    @property
    def dealt_with_count(self) -> int:
        """The printed number of complaints dealt with: the sum of the parts, unless the number is misprinted."""
        if self.misprinted_dealt_with_count is not None:
            return self.misprinted_dealt_with_count
        return self.not_for_us_count + self.assessed_and_closed_count + self.statistics.investigations_count


@dataclass(frozen=True)
class LocalAuthorityReport:
    """The figures of a letter of 2014 to 2018: complaints received by service, decisions by outcome, and (from
    2016) complaints remedied.

    The keys are names of `redress.model.measures`. Totals are sums of their parts, but the total of the complaints
    received may be misprinted.
    """

    received: Mapping[str, int]
    decisions: Mapping[str, int]
    remedied: Mapping[str, int] | None = None
    misprinted_received_total: int | None = None

    @property
    def received_total(self) -> int:
        """The total that the letter prints below or behind the counts of the services."""
        printed = self.misprinted_received_total
        return sum(self.received.values()) if printed is None else printed

    @property
    def uphold_rate_pct(self) -> int:
        """The share of upheld complaints among all detailed investigations (upheld and not upheld), in per cent."""
        return rate_pct(self.decisions["upheld"], self.decisions["upheld"] + self.decisions["not_upheld"])


@dataclass(frozen=True)
class ReceivedOnly:
    """The figure of a letter of 2013, complaints received, and the averages of all council types beside it."""

    received_count: int
    averages: Mapping[str, int]


@dataclass(frozen=True)
class OlderTables:
    """The figures of a letter of 2010 to 2012: enquiries, decisions in the words of that time, days to respond."""

    enquiries: Mapping[str, int]
    decisions: Mapping[str, int]
    response_days: int


Statistics = ThreeStatistics | ComplaintOverview | LocalAuthorityReport | ReceivedOnly | OlderTables


@dataclass(frozen=True)
class LetterContent:
    """Everything that decides a letter's pages."""

    season: Season
    authority_name: str
    addressee_name: str
    look: str
    statistics: Statistics | None
    own_prose: tuple[str, ...] = ()
    """Paragraphs that only this letter has. The first is printed after the first paragraph of the season's prose,
    the second after the second paragraph, and so on."""


@dataclass(frozen=True)
class Count:
    """A count that is printed large, with the words beneath or beside it."""

    number: int
    caption: str


@dataclass(frozen=True)
class Block:
    """A heading of a statistics page, and what is printed under it. In the texts, figures are marked `**so**`."""

    heading: str
    sentences: tuple[str, ...]
    rate_pct: int | None = None  # what the picture shows; a block that only says why there is no rate has none
    count: Count | None = None
    base: str | None = None
    remark: str | None = None


@dataclass(frozen=True)
class StatisticsPage:
    """The page after the letter: blocks in the order in which they are printed."""

    blocks: tuple[Block, ...]
    note: str | None = None


def rate_pct(part: int, whole: int) -> int:
    """Return a share in whole per cent, rounded half up: 33 of 40 is 82.5 and gives 83."""
    return (200 * part + whole) // (2 * whole)


def counted(number: int, singular: str) -> str:
    """Return the form of a noun that fits a number: "decision" for 1, "decisions" for 0 and for 2."""
    return singular if number == 1 else f"{singular}s"


def long_date(day: dt.date) -> str:
    """Return a date as letters write dates: "31 March 2021"."""
    return f"{day.day} {day:%B %Y}"
