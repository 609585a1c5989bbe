"""Words about a council's numbers: why a number is absent, what to know before numbers are compared, and how a
number is shown.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from redress.model.landed import Fate
from redress.model.measures import Absence
from redress.report.council import Row

ABSENT = "-"
SOURCE = (
    "Source: Local Government and Social Care Ombudsman, annual review letters; re-used with attribution, "
    "see www.lgo.org.uk/copyright."
)
SAMPLE = "An invented council of the sample letters: these figures say nothing about a real one."
SAID_OF_FEW = "What the letters say about this council and not about most others"
WHY_ABSENT: dict[str, tuple[str, str]] = {
    Absence.NOT_IN_LAYOUT: ("not in layout", "letters of this layout do not state it"),
    Absence.NOT_STATED: ("not stated", "its layout has it, this letter does not, and no sentence says why"),
    Absence.NOT_READ: ("not read", "the letter states it, and it could not be read for certain"),
    Absence.NONE_DUE: ("none due", "the letter says that no recommendations were due"),
    Absence.NONE_UPHELD: ("none upheld", "the letter says that nothing was upheld"),
    Absence.NONE_INVESTIGATED: ("none investigated", "the letter says that nothing was investigated"),
    Absence.NOT_AVAILABLE: ("n/a", 'the letter prints "n/a"'),
    Absence.NO_STATISTICS: ("no statistics", "the letter came without its statistics page"),
}
"""For each reason why a letter has no rate: the words for a cell of a table, and the words for a sentence."""
RATE_NAMES = {
    "uphold_rate": "uphold rate",
    "compliance_rate": "compliance rate",
    "satisfactory_remedy_rate": "satisfactory remedy rate",
}
WHY_NO_FIGURES = {
    "not_published": "no letter came in",
    "not_fetched": "the letter could not be fetched",
    "not_expected": "a letter came, although the authority did not exist at the end of the period",
    Fate.NO_STATISTICS: "the letter came without its statistics page",
    Fate.QUARANTINED: "the letter is held back until a person decides",
}


def notes(years: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Yield notes on seasons, each with the season's row. A note says why a number is absent, or what to know
    before comparing the season with others.
    """
    comparable_since = years[0]["comparable_since_season"]
    for row in years:
        state = row["coverage_state"]
        if state != Fate.ACCEPTED:
            why = WHY_NO_FIGURES.get(state, state.replace("_", " "))
            yield row, f"no figures: {why}" + (f": {row['coverage_reason']}" if row["coverage_reason"] else "")
        else:
            yield from ((row, note) for note in _review_notes(row))
        if row["comparable_since_season"] != comparable_since:
            comparable_since = row["comparable_since_season"]
            yield (
                row,
                f"its rates can be compared with those since season {comparable_since}, not with earlier ones",
            )
        if row["comparability_note"]:
            yield row, row["comparability_note"]


def _review_notes(row: Row) -> Iterator[str]:
    if row["trust"] == "flagged":
        yield f"flagged: {row['trust_reason']}"
    if row["is_small_number"]:
        yield "fewer than ten investigations: one case moves the rate by more than ten points, and it has no rank"
    if row["is_uphold_rate_base_derived"]:
        yield "* upheld and not upheld decisions together, because the letter states no number of investigations"
    for rate, name in RATE_NAMES.items():
        code = row[f"{rate}_absence_code"]
        if code is not None:
            yield f"no {name}: {WHY_ABSENT[code][1]}"
        elif row[f"{rate}_type_average_pct"] is None:
            unread = (row.get("not_read_measures") or "").split(", ")
            why = "could not be read" if f"{rate}_type_average_pct" in unread else "is not stated"
            yield f"no gap to an average of the {name}: the average {why}"


def why_no_uphold_rate(row: Row) -> str:
    """Return, in words, why the row of an accepted letter has no uphold rate."""
    return WHY_ABSENT[row["uphold_rate_absence_code"]][1]


def place_in_the_file(letter: Row) -> str | None:
    """If a letter is only a part of a file, return in words which pages it is on. Return None if the letter is the
    whole file, or if its pages are not known, as in a release of an earlier version.
    """
    first, last, count = letter.get("letter_first_page"), letter.get("letter_last_page"), letter["page_count"]
    if first is None or (first, last) == (1, count):
        return None
    pages = f"page {first}" if first == last else f"pages {first} to {last}"
    return f"the letter is on {pages} of {count}"


def number(value: Decimal | int | None, unit: str = "", *, is_signed: bool = False) -> str:
    """Return a number as text, without trailing zeros. An absent number is a dash, never 0."""
    if value is None:
        return ABSENT
    number = Decimal(value)
    whole = number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
    return f"{whole:+,f}{unit}" if is_signed else f"{whole:,f}{unit}"
