"""The report of a season: what became of each letter, for the terminal and as Markdown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from rich.markup import escape
from rich.table import Table

from redress.acquire.outcomes import AcquisitionState, Summary
from redress.letters.records import Letter
from redress.printable import as_markdown, printable
from redress.rules import Severity, half_up_pct
from redress.seasons import Season
from redress.settings import Settings
from redress.steps import SeasonRun
from redress.warehouse.landing import Landing
from redress.warehouse.releases import Releases

_COLUMNS = (
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
_NUMBERS = frozenset(_COLUMNS[2:8])


@dataclass(frozen=True)
class LetterLine:
    """One letter in a report, as text; what is absent is a dash."""

    cells: tuple[str, ...]
    disposition: str
    why: str
    address: str


def letter_lines(settings: Settings, seasons: Iterable[Season]) -> tuple[LetterLine, ...]:
    """All landed letters of some seasons: accepted ones from the current release, the others as they were read."""
    landing = Landing(settings.landing_folder)
    current = Releases(settings.warehouse_folder).current()
    reviewed = {} if current is None else _reviews(current / "warehouse.duckdb")
    lines: list[LetterLine] = []
    for season in sorted(set(seasons) & set(landing.seasons())):
        dispositions = landing.dispositions(season)
        for landed in landing.letters(season):
            disposition = dispositions[landed.letter.sha256]
            name = landed.letter.header.authority_name or landed.source_address
            review = reviewed.get(f"{season}-{landed.letter.sha256}")
            if review is None:
                review = _as_read(landed.letter)
            cells = (
                name,
                str(season),
                _number(review["upheld_count"]),
                _number(review["investigations_count"]),
                _number(review["uphold_rate_pct"], "%"),
                _number(review["recomputed_uphold_rate_pct"], "%"),
                _number(review["uphold_rate_type_average_pct"], "%"),
                _number(review["uphold_rate_gap_points"], signed=True),
                disposition.disposition,
            )
            lines.append(LetterLine(cells, disposition.disposition, disposition.reason, landed.source_address))
    return tuple(lines)


def letters_table(lines: Sequence[LetterLine]) -> Table:
    """The letters as a table for the terminal."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, justify="right" if column in _NUMBERS else "left", overflow="fold")
    styles = {"accepted": "", "quarantined": "red", "superseded": "dim"}
    for line in lines:
        table.add_row(
            *(escape(printable(cell)) for cell in line.cells), style=styles.get(line.disposition, "yellow")
        )
    return table


def write_report(run: SeasonRun) -> Path:
    """The run's report as Markdown beside its record; the path."""
    with run.record.step("report") as note:
        lines = letter_lines(run.settings, [run.season])
        steps = [event for event in run.record.events() if event["state"] == "done"]
        text = [
            f"# Season {run.season}",
            "",
            f"{len(lines)} letters. Run {run.run_id}.",
            "",
            f"| {' | '.join(_COLUMNS)} |",
            "|" + "---|" * len(_COLUMNS),
            *(f"| {' | '.join(as_markdown(cell) for cell in line.cells)} |" for line in lines),
            "",
            "## Not accepted",
            "",
            *(
                f"- {as_markdown(line.cells[0])} ({as_markdown(line.address)}): {line.disposition}. "
                f"{as_markdown(line.why)}"
                for line in lines
                if line.disposition != "accepted"
            ),
            "",
            "## Warnings",
            "",
            *warning_lines(run.settings, run.season),
            "",
            "## From the source",
            "",
            *acquired_lines(run),
            "",
            "## Steps",
            "",
            "| step | seconds | |",
            "|---|---|---|",
            *(f"| {event['step']} | {event['seconds']:.1f} | {as_markdown(event['told'])} |" for event in steps),
            "",
        ]
        path = run.record.path.with_suffix(".md")
        path.write_text("\n".join(text))
        note.told = str(path)
    return path


def acquired_lines(run: SeasonRun) -> tuple[str, ...]:
    """What became of the season's letters at their source: how many of each, then those that did not come."""
    if not run.summary_path.exists():
        return ("Nothing was asked of a source.",)
    summary = Summary.read(run.summary_path)
    came = (AcquisitionState.FETCHED, AcquisitionState.UNCHANGED)
    others = [one for one in summary.outcomes if one.state not in came]
    told = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in summary.counts.items())
    lines = [f"{as_markdown(summary.source)}: {told}."]
    if summary.failed:
        lines += [
            "",
            f"To ask for what failed alone: `redress run {run.season} --retry-failed`",
        ]
    if others:
        lines += ["", "| authority | state | cause | |", "|---|---|---|---|"]
    for one in sorted(others, key=lambda one: (one.state, one.reference.authority_id or "", one.reference.address)):
        who = one.reference.authority_id or one.reference.address
        cells = (who, one.state.replace("_", " "), str(one.cause or ""), one.detail)
        lines.append(f"| {' | '.join(as_markdown(cell) for cell in cells)} |")
    return tuple(lines)


def warning_lines(settings: Settings, season: Season) -> tuple[str, ...]:
    """The warnings of a season as items of a list: those of the season as a whole, then those of its letters."""
    landing = Landing(settings.landing_folder)
    names: dict[str | None, str] = {None: f"season {season}"} | {
        landed.letter.sha256: f"{landed.letter.header.authority_name or landed.source_address}"
        for landed in landing.letters(season)
    }
    found = sorted(landing.checks(season).items(), key=lambda item: (item[0] is not None, names[item[0]]))
    lines = [
        f"- {as_markdown(names[sha256])}: {check.rule}. {as_markdown(check.detail)}"
        for sha256, checks in found
        for check in checks
        if check.severity is Severity.WARNING and not check.is_passed
    ]
    return tuple(lines) or ("None.",)


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
    """The same numbers of a letter that is not in the warehouse, as it states them."""
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
