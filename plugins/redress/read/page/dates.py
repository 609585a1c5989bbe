"""Dates as letters print them: regular expressions that recognise dates, and the dates' values."""

import datetime as dt
import re

from redress.model.season import FIRST_SEASON, LAST_SEASON

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
DAY_MONTH_YEAR = r"[0-9]{1,2}(?:st|nd|rd|th)?\s*(?:of\s*)?[A-Za-z]{3,9}\.?,?\s*[0-9]{4}"
NUMERIC_DATE = r"[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{4}"
MONTH_DAY_YEAR = r"[A-Za-z]{3,9}\s*[0-9]{1,2}(?:st|nd|rd|th)?,?\s+[0-9]{4}"
A_DATE = rf"(?:{DAY_MONTH_YEAR}|{NUMERIC_DATE}|{MONTH_DAY_YEAR})"


def read_date(text: str) -> dt.date | None:
    """Return the date that a text prints, such as "21 July 2021", "21st July, 2021", "July 21, 2021" or
    "31/03/2016" (day first).

    Return None if the words do not name a day of the calendar, or if the year is one that no letter can name.
    """
    words = re.findall(r"\d+|[a-z]+", re.sub(r"(?<=\d)(?:st|nd|rd|th)?\s*(?:of)?(?=[^\d]|$)", " ", text.casefold()))
    if len(words) != 3:
        return None
    day, month, year = words
    if month.isdigit() and not day.isdigit():
        day, month = month, day
    month_number = int(month) if month.isdigit() else _month(month)
    if month_number is None or not FIRST_SEASON - 2 <= int(year) <= LAST_SEASON:
        return None
    try:
        return dt.date(int(year), month_number, int(day))
    except ValueError:
        return None


def _month(name: str) -> int | None:
    fits = [number for number, month in enumerate(MONTHS, start=1) if month.startswith(name)]
    return fits[0] if len(fits) == 1 and len(name) >= 3 else None
