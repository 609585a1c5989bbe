"""Letters of the layout three_statistics to invented councils: their figures agree, unless a test changes some."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from redress.model.landed import LandedLetter
from redress.model.letter import Conflict, Figure, Header, Letter, StatedYear, Verdict
from redress.model.measures import HEADLINE_NAMES, Absence
from redress.model.season import Season

PROJECT = Path(__file__).resolve().parents[1]
SAMPLES = PROJECT / "samples"
SAMPLE_AUTHORITIES = SAMPLES / "authorities.csv"
PELLONSHIRE = "Pellonshire County Council"
WEXMARSH = "Wexmarsh District Council"
SEASON = Season(2021)

FIGURES: dict[str, str] = {
    "upheld_count": "33",
    "investigations_count": "40",
    "uphold_rate_pct": "83",
    "uphold_rate_type_average_pct": "71",
    "compliance_outcomes_count": "30",
    "compliance_rate_pct": "97",
    "compliance_rate_type_average_pct": "100",
    "satisfactory_remedies_count": "3",
    "satisfactory_remedy_rate_pct": "9",
    "satisfactory_remedy_rate_type_average_pct": "8",
    "satisfactory_remedy_printed_base_count": "40",
}
NOT_IN_LAYOUT = tuple(name for name in HEADLINE_NAMES if name not in FIGURES)


def letter(
    name: str = "a letter",
    *,
    authority: str | None = PELLONSHIRE,
    season: int = 2021,
    letter_date: dt.date | None = None,
    changes: Mapping[str, str | Absence] | None = None,
    stated_years: tuple[StatedYear, ...] | None = None,
    period_start: dt.date | None = None,
    period_end: dt.date | None = None,
    conflicts: tuple[Conflict, ...] = (),
    is_text: bool = False,
) -> Letter:
    """Return a letter with numbers and years that agree, except for what the arguments change.

    `name` stands for the letter's bytes: letters of two names are two files. An absence in `changes` removes the
    figure.
    """
    stated: dict[str, str | Absence] = {**FIGURES, **dict.fromkeys(NOT_IN_LAYOUT, Absence.NOT_IN_LAYOUT)}
    stated |= changes or {}
    years = (
        StatedYear("the letter's date", season, f"21 July {season}"),
        StatedYear("the title", season, f"Annual Review letter {season}"),
    )
    return Letter(
        sha256=sha256(name),
        verdict=Verdict.EXTRACTED,
        reason="read as three_statistics",
        header=Header(
            season=season,
            authority_name=authority,
            addressee_name="Ms Larkhall",
            addressee_title="Chief Executive",
            letter_date=letter_date or dt.date(season, 7, 21),
            period_start=period_start or dt.date(season - 1, 4, 1),
            period_end=period_end or dt.date(season, 3, 31),
            layout="three_statistics",
            page_count=None if is_text else 2,
            letter_pages=None if is_text else (1, 2),
            stated_years=years if stated_years is None else stated_years,
        ),
        figures=tuple(
            figure(measure, value, is_text=is_text)
            for measure, value in stated.items()
            if not isinstance(value, Absence)
        ),
        absences=tuple((measure, code) for measure, code in stated.items() if isinstance(code, Absence)),
        conflicts=conflicts,
    )


def figure(measure: str, value: str, *, is_text: bool = False) -> Figure:
    """Return a figure with its evidence: a page and a box, or a line if the letter is text."""
    return Figure(
        measure=measure,
        value=Decimal(value),
        text=value,
        sentence=f"A sentence with {value}.",
        page=None if is_text else 2,
        box=None if is_text else (72.0, 100.5, 90.25, 112.0),
        line=14 if is_text else None,
    )


def without_statistics(name: str, authority: str | None = PELLONSHIRE, season: int = 2021) -> Letter:
    """Return a letter that came without its statistics page."""
    return Letter(
        sha256=sha256(name),
        verdict=Verdict.NO_STATISTICS,
        reason="the letter ends with its signature; there is no statistics page",
        header=Header(
            season=season,
            authority_name=authority,
            stated_years=(StatedYear("the title", season, f"Annual Review letter {season}"),),
        ),
        absences=tuple((measure, Absence.NO_STATISTICS) for measure in HEADLINE_NAMES),
    )


def landed(one: Letter, season: int = 2021, address: str | None = None) -> LandedLetter:
    """Return a letter with the season for which it was fetched, and the address from which it came."""
    return LandedLetter(Season(season), address or f"{season}/{one.sha256[:8]}.pdf", one)


def sha256(name: str) -> str:
    """Return a hash for a name that stands for a file's bytes."""
    return hashlib.sha256(name.encode()).hexdigest()


GOOD = letter("good")
WRONG_RATE = letter("wrong rate", authority=WEXMARSH, changes={"uphold_rate_pct": "82"})
"""A letter that breaks one critical rule: it states 82%, and 33 of 40 are 83%."""
