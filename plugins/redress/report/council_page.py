"""Show a council's seasons in the terminal: tables of rates and counts, notes, and passages. If only one season is
asked about, show also the season's letters, the evidence of their figures, and the second witnesses.
"""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from redress.model.landed import Fate
from redress.model.measures import Absence
from redress.report.council import CouncilYears, Row
from redress.report.council_words import (
    ABSENT,
    SAID_OF_FEW,
    SAMPLE,
    SOURCE,
    WHY_ABSENT,
    notes,
    number,
    place_in_the_file,
)
from redress.report.passages import marks_of, place_of

_COMPLAINT_COUNTS = {
    "received_count": "received",
    "decided_count": "decided",
    "dealt_with_count": "dealt with",
    "not_for_us_count": "not for the Ombudsman",
    "assessed_and_closed_count": "closed",
}
_WORDS = frozenset({"season", "measure", "trust", "letter", "state", "why"})
"""The columns of tables that hold words, not numbers."""


def page(found: CouncilYears) -> Iterator[RenderableType]:
    """Yield the parts of the page about a council. The first part is the council's name. If the release has a
    season of the council, the last part is the source of the figures or, for an invented council, a note that the
    council is invented.
    """
    authority = found.authority
    yield Text(f"{authority.name} ({authority.authority_id})", style="bold")
    if authority.valid_to is not None:
        yield f"ended on {authority.valid_to:%-d %B %Y}"
    if found.predecessors:
        yield escape(f"took over from: {found.predecessors}")
    if found.successors:
        yield escape(f"followed by: {found.successors}")
    if not found.years:
        yield "No season in this release is about it."
        return
    last = found.years[-1]
    yield escape(f"{last['council_type_name'] or 'of no council type'}, {last['region_name'] or 'no region'}")
    yield _headed("Complaints upheld", _uphold_table(found.years))
    yield _headed("Compliance with recommendations, and satisfactory remedies", _other_rates_table(found.years))
    if any(_has_per_100k(row) for row in found.years):
        yield _headed("Upheld for each 100,000 residents", _per_100k_table(found.years))
    if any(row[name] is not None for row in found.years for name in _COMPLAINT_COUNTS):
        yield _headed("Complaints: each column is a count of its own", _complaints_table(found.years))
    known = [(str(row["season"]), note) for row, note in notes(found.years)]
    if known:
        yield ""
        yield from _noted(known)
    if found.passages:
        yield ""
        yield Text(SAID_OF_FEW, style="bold")
        for passage in found.passages:
            yield Group(*_passage(passage))
    if found.season is not None:
        yield from _season_page(found)
    yield ""
    yield Text(SAMPLE if authority.is_sample else SOURCE, style="dim")


def _table(**columns: str) -> Table:
    """Return a table without lines. `columns` has the heading of each column. Words are aligned left, and numbers
    right.
    """
    table = Table(box=None, header_style="dim", pad_edge=False)
    for key, heading in columns.items():
        table.add_column(heading, justify="left" if key in _WORDS else "right", overflow="fold")
    return table


def _headed(heading: str, table: Table) -> Group:
    return Group("", Text(heading, style="bold"), table)


def _uphold_table(years: Sequence[Row]) -> Table:
    table = _table(
        season="season",
        upheld="upheld",
        base="of",
        rate="rate",
        average="average",
        gap="gap",
        rank="rank",
        trust="trust",
        letter="letter",
    )
    for row in years:
        rank = ABSENT
        if row["uphold_rate_rank"] is not None:
            rank = f"{row['uphold_rate_rank']} of {row['uphold_rate_ranked_count']}"
        table.add_row(
            str(row["season"]),
            number(row["upheld_count"]),
            number(row["uphold_rate_base_count"], "*" if row["is_uphold_rate_base_derived"] else ""),
            _rate(row, "uphold_rate"),
            number(row["uphold_rate_type_average_pct"], "%"),
            number(row["uphold_rate_gap_points"], is_signed=True),
            rank,
            Text(row["trust"] or ABSENT, style="red" if row["trust"] == "flagged" else ""),
            Text(row["coverage_state"], style="" if row["coverage_state"] == Fate.ACCEPTED else "yellow"),
        )
    return table


def _other_rates_table(years: Sequence[Row]) -> Table:
    table = _table(
        season="season",
        outcomes="outcomes",
        complied="complied",
        compliance_average="average",
        remedies="remedies",
        remedied="remedied",
        remedy_average="average",
    )
    for row in years:
        table.add_row(
            str(row["season"]),
            number(row["compliance_outcomes_count"]),
            _rate(row, "compliance_rate"),
            number(row["compliance_rate_type_average_pct"], "%"),
            number(row["satisfactory_remedies_count"]),
            _rate(row, "satisfactory_remedy_rate"),
            number(row["satisfactory_remedy_rate_type_average_pct"], "%"),
        )
    return table


def _per_100k_table(years: Sequence[Row]) -> Table:
    table = _table(
        season="season",
        stated="stated",
        average="average",
        gap="gap",
        recomputed="recomputed",
        residents="residents",
        mid_year="of mid",
    )
    for row in years:
        table.add_row(
            str(row["season"]),
            _stated(row, "upheld_per_100k", "upheld_per_100k"),
            number(row["upheld_per_100k_type_average"]),
            number(row["upheld_per_100k_gap"], is_signed=True),
            number(row["recomputed_upheld_per_100k"]),
            number(row["population_count"]),
            ABSENT if row["population_mid_year"] is None else str(row["population_mid_year"]),
        )
    return table


def _has_per_100k(row: Row) -> bool:
    """Return whether a season's row has the number of upheld complaints per 100,000 residents, or the season's
    letter should state this number but does not. Letters before 2024 need not state it.
    """
    is_to_be_stated = row["upheld_per_100k_absence_code"] not in (None, Absence.NOT_IN_LAYOUT)
    has_number = row["upheld_per_100k"] is not None or row["recomputed_upheld_per_100k"] is not None
    return is_to_be_stated or has_number


def _complaints_table(years: Sequence[Row]) -> Table:
    table = _table(season="season", **_COMPLAINT_COUNTS)
    for row in years:
        table.add_row(str(row["season"]), *(number(row[name]) for name in _COMPLAINT_COUNTS))
    return table


def _season_page(found: CouncilYears) -> Iterator[RenderableType]:
    yield ""
    yield Text("Letters" if len(found.letters) != 1 else "The letter", style="bold")
    if not found.letters:
        yield "none came in"
    for letter in found.letters:
        date = "no date" if letter["letter_date"] is None else f"{letter['letter_date']:%-d %B %Y}"
        yield escape(f"{letter['source_address']}, {date}: {letter['disposition']}: {letter['reason']}")
        if (place := place_in_the_file(letter)) is not None:
            yield place
        yield f"sha256 {letter['letter_sha256']}"
    if found.figures:
        yield ""
        yield Text("Evidence", style="bold")
        for figure in found.figures:
            yield Group(*_evidence(figure))
    if found.witnesses:
        yield _headed("Second witnesses: their figures, never the letter's", _witnesses_table(found.witnesses))
        for source in dict.fromkeys(row["witness_source"] for row in found.witnesses):
            yield escape(f"from {source}")


def _evidence(figure: Row) -> Iterator[RenderableType]:
    name = figure["measure"] + (f" {figure['category']}" if figure["category"] else "")
    where = f"line {figure['line']}"
    if figure["page"] is not None:
        left, top, right, bottom = (f"{figure[f'box_{side}_points']:.0f}" for side in ("x0", "top", "x1", "bottom"))
        where = f"page {figure['page']}, box {left},{top} to {right},{bottom}"
    yield Text.assemble((name, "bold"), f"  {figure['printed_text']}  {where}")
    marks = ["read from a picture"] if figure["is_ocr"] else []
    if figure["is_corrected"]:
        corrected = f"corrected to {number(figure['value'])}: {figure['correction_reason']}"
        marks.append(f"{corrected} ({figure['correction_source']})")
    yield Padding(Text(f"“{figure['sentence_text']}”", style="dim"), (0, 0, 0, 2))
    for mark in marks:
        yield Padding(Text(mark, style="yellow"), (0, 0, 0, 2))


def _passage(passage: Row) -> Iterator[RenderableType]:
    marks = "; ".join(marks_of(passage))
    yield Text.assemble((str(passage["season"]), "bold"), f"  {place_of(passage)}", f"  {marks}" if marks else "")
    yield Padding(Text(f"“{passage['passage_text']}”", style="dim"), (0, 0, 0, 2))


def _witnesses_table(witnesses: Sequence[Row]) -> Table:
    table = _table(
        measure="measure",
        ours="ours",
        theirs="theirs",
        state="they",
        why="why",
    )
    for row in witnesses:
        table.add_row(
            row["measure"] + (f" {row['category']}" if row["category"] else ""),
            number(row["our_value"]),
            number(row["witness_value"]),
            row["reconciliation_state"].replace("_", " "),
            escape(row["reason"] or ""),
        )
    return table


def _noted(notes: Sequence[tuple[str, str]]) -> Iterator[RenderableType]:
    yield Text("What to know", style="bold")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    before = ""
    for season, note in notes:
        table.add_row("" if season == before else season, escape(note))
        before = season
    yield table


def _rate(row: Row, rate: str) -> str:
    return _stated(row, rate, f"{rate}_pct", "%")


def _stated(row: Row, measure: str, column: str, unit: str = "") -> str:
    """Return, as text, the number that a letter states. If the letter states none, return a word for the reason. If
    there is no accepted letter, return a dash.
    """
    code = row[f"{measure}_absence_code"]
    return number(row[column], unit) if code is None else WHY_ABSENT[code][0]
