"""What became of each letter of a season, in one line for each letter. The terminal and the report's table show
these lines.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from rich.markup import escape
from rich.table import Table

from redress.check.source_doubt import REFUSED
from redress.model.landed import Disposition, Fate, LandedLetter
from redress.model.letter import Letter
from redress.model.measures import half_up_pct
from redress.model.printable import printable
from redress.model.season import Season
from redress.settings import Settings
from redress.steps import Run
from redress.warehouse.landing import Landing
from redress.warehouse.releases.shared import releases_of

COLUMNS = (
    "authority",
    "season",
    "upheld",
    "investigations",
    "stated rate",
    "recomputed",
    "type average",
    "gap, points",
    "verdict",
)
NUMBERS = COLUMNS[2:8]


@dataclass(frozen=True)
class LetterLine:
    """One letter in a report, as text.

    `cells` are the letter's cells in a table with the columns COLUMNS; a dash stands for a missing number.
    `authority` is the name as the letter prints it, or None if the letter names no authority. `why` is the reason
    for the disposition. `not_read` names the measures that the letter states, but that could not be read.
    """

    cells: tuple[str, ...]
    authority: str | None
    disposition: Fate
    why: str
    address: str
    sha256: str
    not_read: tuple[str, ...] = ()


def letter_lines(settings: Settings, seasons: Iterable[Season]) -> tuple[LetterLine, ...]:
    """Return a line for each landed letter of some seasons. If the current release has the letter, the numbers come
    from the release; otherwise they come from the reading of the letter.
    """
    landing = Landing(settings.landing_folder)
    current = releases_of(settings).current()
    reviewed = {} if current is None else _reviews(current / "warehouse.duckdb")
    lines: list[LetterLine] = []
    for season in sorted(set(seasons) & set(landing.seasons())):
        dispositions = landing.dispositions(season)
        for landed in landing.letters(season):
            review = reviewed.get(f"{season}-{landed.letter.sha256}")
            lines.append(letter_line(landed, dispositions[landed.letter.sha256], review))
    return tuple(lines)


def letter_line(
    landed: LandedLetter, disposition: Disposition, review: Mapping[str, Any] | None = None
) -> LetterLine:
    """Return one letter as a line. `review` is the letter's row in the warehouse: the numbers come from it. If the
    warehouse has no such row, `review` is None, and the numbers come from the reading of the letter.
    """
    numbers = _as_read(landed.letter) if review is None else review
    authority = landed.letter.header.authority_name
    cells = (
        authority or landed.source_address,
        str(landed.season),
        _number(numbers["upheld_count"]),
        _number(numbers["investigations_count"]),
        _number(numbers["uphold_rate_pct"], "%"),
        _number(numbers["recomputed_uphold_rate_pct"], "%"),
        _number(numbers["uphold_rate_type_average_pct"], "%"),
        _number(numbers["uphold_rate_gap_points"], signed=True),
        disposition.disposition,
    )
    return LetterLine(
        cells,
        authority,
        disposition.disposition,
        disposition.reason,
        landed.source_address,
        landed.letter.sha256,
        landed.letter.not_read,
    )


def letters_table(lines: Sequence[LetterLine]) -> Table:
    """Return the letters as a table for the terminal."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, justify="right" if column in NUMBERS else "left", overflow="fold")
    styles = {Fate.ACCEPTED: "", Fate.QUARANTINED: "red", Fate.SUPERSEDED: "dim"}
    for line in lines:
        table.add_row(
            *(escape(printable(cell)) for cell in line.cells), style=styles.get(line.disposition, "yellow")
        )
    return table


def _reviews(file: Path) -> dict[str, dict[str, Any]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(
            "select letter_key, upheld_count, investigations_count, uphold_rate_pct, recomputed_uphold_rate_pct, "
            "uphold_rate_type_average_pct, uphold_rate_gap_points from marts.fct_annual_review"
        )
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row["letter_key"]: row for row in rows}


def _as_read(letter: Letter) -> dict[str, Any]:
    """Return the numbers that were read in a letter, or computed from these, by the names of the warehouse's
    columns. Used if the warehouse does not have the letter.
    """
    upheld, investigations = letter.value("upheld_count"), letter.value("investigations_count")
    rate, average = letter.value("uphold_rate_pct"), letter.value("uphold_rate_type_average_pct")
    return {
        "upheld_count": upheld,
        "investigations_count": investigations,
        "uphold_rate_pct": rate,
        "recomputed_uphold_rate_pct": half_up_pct(upheld, investigations)
        if upheld is not None and investigations
        else None,
        "uphold_rate_type_average_pct": average,
        "uphold_rate_gap_points": rate - average if rate is not None and average is not None else None,
    }


def _number(value: Decimal | int | None, unit: str = "", *, signed: bool = False) -> str:
    if value is None:
        return "-"
    number = Decimal(value)
    whole = int(number) if number == int(number) else number.normalize()
    return f"{whole:+}{unit}" if signed else f"{whole}{unit}"


@dataclass(frozen=True)
class RefusedSeason:
    """A season that `check` refused to land: how many of its files have each disposition, and the files that make
    the source look wrong.
    """

    disposition_counts: Counter[Fate]
    lines: tuple[LetterLine, ...]


def refused_season(run: Run) -> RefusedSeason | None:
    """Return what a run's `check` refused to land, or None if `check` did not refuse the season."""
    if run.season not in run.refused.seasons():
        return None
    dispositions = run.refused.dispositions(run.season)
    lines = (
        letter_line(landed, dispositions[landed.letter.sha256])
        for landed in run.refused.letters(run.season)
        if dispositions[landed.letter.sha256].disposition in REFUSED
        and dispositions[landed.letter.sha256].decided_by is None
    )
    return RefusedSeason(Counter(disposed.disposition for disposed in dispositions.values()), tuple(lines))
