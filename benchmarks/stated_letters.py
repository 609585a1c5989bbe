"""Invented letters in the form that reading gives, to measure the warehouse without reading files.

The letters are of the seasons 2014 to 2025, each season in its layout. The numbers of a letter fit each other, so
that no rule is broken. The same seed gives the same letters.
"""

import csv
import datetime as dt
import hashlib
import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from redress.model.landed import LandedLetter
from redress.model.letter import Figure, Header, Letter, StatedYear, Verdict
from redress.model.measures import DECISIONS, HEADLINE_NAMES, REMEDIES, SERVICES, Absence, half_up_pct
from redress.model.reference import AUTHORITY_COLUMNS
from redress.model.season import Season
from redress.model.witness import WitnessFigure

SEASONS = tuple(Season(year) for year in range(2014, 2026))
COUNCIL_TYPES = ("county", "district", "district", "district", "metropolitan", "unitary", "london_borough")
"""The types that the invented councils get by turns. Three of seven are districts, because there are more districts
than councils of any other type."""
UPHOLD_RATE_TYPE_AVERAGE_PCT = 63
COMPLIANCE_RATE_TYPE_AVERAGE_PCT = 99
SATISFACTORY_REMEDY_RATE_TYPE_AVERAGE_PCT = 12
UPHELD_PER_100K_TYPE_AVERAGE = Decimal("4.5")

Stated = dict[tuple[str, str | None], int | Decimal]
"""The values that a letter states, by measure and category. The category of a headline measure is None."""


def council_name(number: int) -> str:
    """Return the name of an invented council."""
    return f"Invented Council {number:06d}"


def authority_id(number: int) -> str:
    """Return the authority_id of an invented council."""
    return f"INVENTED-{number:06d}"


def write_councils(path: Path, count: int) -> None:
    """Write invented councils to a CSV file of further authorities, in the columns of authorities.csv."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(AUTHORITY_COLUMNS)
        for number in range(count):
            council_type = COUNCIL_TYPES[number % len(COUNCIL_TYPES)]
            name, short_name = council_name(number), f"Invented {number}"
            writer.writerow((authority_id(number), name, short_name, council_type, "South East", "", ""))


def season_letters(season: Season, count: int, seed: int = 1) -> list[LandedLetter]:
    """Return a season's letters to the first `count` invented councils."""
    return [
        LandedLetter(season, f"{season}/{authority_id(number)}.pdf", _letter(season, number, seed))
        for number in range(count)
    ]


def witness_figures(letters: Sequence[LandedLetter], source_address: str) -> Iterator[WitnessFigure]:
    """Yield a data table's figures: the number of upheld complaints that each letter of a season states."""
    sha256 = hashlib.sha256(source_address.encode()).hexdigest()
    for number, landed in enumerate(letters):
        upheld = landed.letter.figure("upheld_count")
        if upheld is not None:
            yield WitnessFigure(
                witness_sha256=sha256,
                source_address=source_address,
                authority_id=authority_id(number),
                printed_authority_name=council_name(number),
                measure=upheld.measure,
                category=None,
                value=upheld.value,
                printed_text=upheld.text,
                row_number=number + 2,
                column_name="Upheld",
            )


def _letter(season: Season, number: int, seed: int) -> Letter:
    chance = random.Random(f"{seed} {season} {number}")  # noqa: S311 - repeatable, and nothing is secret
    layout, stated = _stated(season, chance)
    absent = [name for name in HEADLINE_NAMES if (name, None) not in stated]
    return Letter(
        sha256=hashlib.sha256(f"{seed} {season} {number}".encode()).hexdigest(),
        verdict=Verdict.EXTRACTED,
        reason=f"read as {layout}",
        header=Header(
            season=season.year,
            authority_name=council_name(number),
            addressee_name="Ms Invented",
            addressee_title="Chief Executive",
            letter_date=dt.date(season.year, 7, 21),
            period_start=dt.date(season.year - 1, 4, 1),
            period_end=dt.date(season.year, 3, 31),
            layout=layout,
            page_count=2,
            stated_years=(StatedYear("the title", season.year, f"Annual Review letter {season}"),),
        ),
        figures=tuple(
            _figure(place, measure, category, value)
            for place, ((measure, category), value) in enumerate(stated.items())
        ),
        absences=tuple((name, Absence.NOT_IN_LAYOUT) for name in absent),
    )


def _stated(season: Season, chance: random.Random) -> tuple[str, Stated]:
    """Return a season's layout, and the values of a letter to an ordinary council (5 to 60 investigations)."""
    investigations = chance.randint(5, 60)
    upheld = chance.randint(1, investigations)
    rate = half_up_pct(Decimal(upheld), Decimal(investigations))
    if season.year <= 2018:
        received = [chance.randint(0, 40) for _ in SERVICES[:-1]]
        others = [chance.randint(0, 30) for _ in range(4)]
        decided = [*others, investigations - upheld, upheld, sum(others) + investigations]
        stated: Stated = {
            **{
                ("received_count", name): value
                for name, value in zip(SERVICES, [*received, sum(received)], strict=True)
            },
            **{("decided_count", name): value for name, value in zip(DECISIONS, decided, strict=True)},
            ("upheld_count", None): upheld,
            ("uphold_rate_pct", None): rate,
        }
        if season.year >= 2016:
            stated |= {("remedied_count", name): chance.randint(0, upheld) for name in REMEDIES}
        return "local_authority_report", stated
    outcomes, remedies = chance.randint(1, upheld), chance.randint(0, upheld)
    stated = {
        ("upheld_count", None): upheld,
        ("investigations_count", None): investigations,
        ("uphold_rate_pct", None): rate,
        ("uphold_rate_type_average_pct", None): UPHOLD_RATE_TYPE_AVERAGE_PCT,
        ("compliance_outcomes_count", None): outcomes,
        ("compliance_rate_pct", None): 100,
        ("compliance_rate_type_average_pct", None): COMPLIANCE_RATE_TYPE_AVERAGE_PCT,
        ("satisfactory_remedies_count", None): remedies,
        ("satisfactory_remedy_rate_pct", None): half_up_pct(Decimal(remedies), Decimal(upheld)),
        ("satisfactory_remedy_rate_type_average_pct", None): SATISFACTORY_REMEDY_RATE_TYPE_AVERAGE_PCT,
        ("satisfactory_remedy_printed_base_count", None): upheld,
    }
    if season.year >= 2024:
        stated |= {
            ("upheld_per_100k", None): Decimal(chance.randint(1, 200)) / 10,
            ("upheld_per_100k_type_average", None): UPHELD_PER_100K_TYPE_AVERAGE,
        }
    if season.year < 2025:
        return "three_statistics", stated
    not_for_us, closed = chance.randint(0, 40), chance.randint(0, 40)
    stated |= {
        ("dealt_with_count", None): not_for_us + closed + investigations,
        ("not_for_us_count", None): not_for_us,
        ("assessed_and_closed_count", None): closed,
    }
    return "complaint_overview", stated


def _figure(place: int, measure: str, category: str | None, value: int | Decimal) -> Figure:
    """Return a figure of the second page. Each `place` (0, 1, ...) is a line of its own on the page."""
    top = 80.0 + 14 * place
    return Figure(
        measure=measure,
        category=category,
        value=Decimal(value),
        text=str(value),
        sentence=f"An invented sentence that states {value}.",
        page=2,
        box=(72.0, top, 90.0, top + 12),
    )
