"""Seasons: the year of the letters, and the twelve months that the letters cover."""

import datetime as dt
import re
from dataclasses import dataclass

FIRST_SEASON = 2010
"""The season of the oldest known letters."""
LAST_SEASON = 2099

_SEASON_NAME = re.compile(r"20\d\d")


@dataclass(frozen=True, order=True)
class Season:
    """The year of the letters: season 2021 is about 1 April 2020 to 31 March 2021."""

    year: int

    def __post_init__(self) -> None:
        if not FIRST_SEASON <= self.year <= LAST_SEASON:
            raise ValueError(
                f"{self.year} is not a season: a season is the year of the letters, "
                f"from {FIRST_SEASON} on, written with four digits"
            )

    @property
    def period_start(self) -> dt.date:
        """The first day that the season's letters are about: 1 April of the year before."""
        return dt.date(self.year - 1, 4, 1)

    @property
    def period_end(self) -> dt.date:
        """The last day that the season's letters are about: 31 March of the letters' year."""
        return dt.date(self.year, 3, 31)

    @property
    def label(self) -> str:
        """The name of the season's period as the Ombudsman writes it: "2020-21" for season 2021."""
        return f"{self.year - 1}-{self.year % 100:02d}"

    def __str__(self) -> str:
        return str(self.year)


def season_of_period_end(day: dt.date) -> int:
    """Return the season, as a year, that a day belongs to: the year of the first 31 March on or after the day."""
    return day.year if (day.month, day.day) <= (3, 31) else day.year + 1


def season_of_run(logical_date: dt.datetime | None, stated_year: int | None) -> Season:
    """Return the season of a dag's run.

    `logical_date` is the date of a scheduled or backfill run; it is None for any other run. The letters of a year
    are published in that year, so the season is the year of the date. A run without a date must state its season,
    as `stated_year`; a run with a date may state it. Raises ValueError if no season is known, or if the date and
    the stated season differ.
    """
    if logical_date is None:
        if stated_year is None:
            raise ValueError(
                'a run that is started by hand has to say its season, the year of the letters: {"season": 2021}'
            )
        return Season(stated_year)
    if stated_year not in (None, logical_date.year):
        raise ValueError(
            f"the run is dated {logical_date:%Y-%m-%d}, which is season {logical_date.year}, and it states "
            f"season {stated_year}: leave the season out of a backfill, or start a run by hand"
        )
    return Season(logical_date.year)


def season_from_name(name: str) -> Season | None:
    """Return the season that a folder's name states, such as "2021"; None if the name states no season."""
    if not _SEASON_NAME.fullmatch(name) or not FIRST_SEASON <= int(name) <= LAST_SEASON:
        return None
    return Season(int(name))
