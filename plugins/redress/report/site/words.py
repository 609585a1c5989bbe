"""The site's words for measures, seasons and states of coverage, and its links from numbers to their evidence."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from redress.model.season import Season
from redress.report.council import Row
from redress.report.council_words import WHY_ABSENT, WHY_NO_FIGURES, number
from redress.report.site.contents import CouncilContents
from redress.warehouse.releases.package import FORMULA, NUMBER

Cell = dict[str, Any]
"""A cell of a table: `text`, `link` (the address of the evidence for the number), `kind` (a style class), and
`note`."""

MEASURES = {
    "upheld_count": "Complaints upheld",
    "investigations_count": "Investigations",
    "uphold_rate_pct": "Uphold rate",
    "uphold_rate_type_average_pct": "Uphold rate, average of similar authorities",
    "compliance_outcomes_count": "Compliance outcomes",
    "compliance_rate_pct": "Compliance rate",
    "compliance_rate_type_average_pct": "Compliance rate, average of similar authorities",
    "satisfactory_remedies_count": "Satisfactory remedies",
    "satisfactory_remedy_rate_pct": "Satisfactory remedy rate",
    "satisfactory_remedy_rate_type_average_pct": "Satisfactory remedy rate, average of similar authorities",
    "satisfactory_remedy_printed_base_count": "Upheld cases that the remedies are of",
    "upheld_per_100k": "Upheld for each 100,000 residents",
    "upheld_per_100k_type_average": "Upheld for each 100,000 residents, average of similar authorities",
    "dealt_with_count": "Complaints dealt with",
    "not_for_us_count": "Not for the Ombudsman or not ready for it",
    "assessed_and_closed_count": "Assessed and closed",
    "received_count": "Complaints and enquiries received",
    "decided_count": "Decisions made",
    "remedied_count": "Complaints remedied",
}
"""The name that people see for each measure."""
STATES = {
    "accepted": ("figures", "the letter's figures are here"),
    "quarantined": ("held back", WHY_NO_FIGURES["quarantined"]),
    "no_statistics": ("no statistics", WHY_NO_FIGURES["no_statistics"]),
    "unknown_layout": ("unknown layout", "a letter came whose layout is not known"),
    "not_a_letter": ("no letter", "what came is no annual letter"),
    "unreadable": ("unreadable", "what came cannot be read"),
    "not_published": ("none came", WHY_NO_FIGURES["not_published"]),
    "not_fetched": ("not fetched", WHY_NO_FIGURES["not_fetched"]),
    "not_expected": ("not expected", "a letter came, although the authority had ended"),
    "unidentified": ("unidentified", "letters that match no authority"),
}
"""For each state of coverage (what a season has of an authority): the words for a cell of a table, and the words
for a sentence."""
_MEASURE = re.compile(rf"\b({'|'.join(sorted(MEASURES, key=len, reverse=True))})\b")
_SEASON = re.compile(r"\bseason (20\d\d)\b")


def season_label(season: int) -> str:
    """Return a season as the Ombudsman writes it: "2020-21" for the season 2021."""
    return Season(season).label


def is_council(row: Row) -> bool:
    """Return whether a row is about an authority of one of the five types of council."""
    return row["council_type_key"] not in (None, "other")


def type_address(council_type_key: str, season: int, is_sample: bool) -> str:
    """Return the address of the page about a council type in a season."""
    return f"type/{council_type_key}/{season}{'-invented' if is_sample else ''}.html"


def anchor(measure: str, category: str | None = None) -> str:
    """Return the anchor that a figure has on its page of evidence."""
    return measure if category is None else f"{measure}-{category}"


def cell(value: Decimal | int | None, unit: str = "", *, is_signed: bool = False, **more: Any) -> Cell:
    """Return a cell with a number. If the number is absent, the cell has a dash."""
    if value is None:
        return {"text": "–", **more}
    return {"text": number(value, unit, is_signed=is_signed and value != 0).replace("-", "−"), **more}


def stated_cell(row: Row, measure: str, column: str, unit: str, link: str | None) -> Cell:
    """Return a cell with the number that a letter states. If the letter states no number, return a cell with the
    reason.
    """
    code = row[f"{measure}_absence_code"]
    if code is None or row[column] is not None:
        return cell(row[column], unit, link=link)
    return {"text": WHY_ABSENT[code][0], "kind": "absent"}


class Evidence:
    """The links from a council's figures to the council's pages of evidence."""

    def __init__(self, council: CouncilContents) -> None:
        self._council = council
        self._anchors = {
            season: frozenset(anchor(figure["measure"], figure["category"]) for figure in figures)
            for season, figures in council.figures.items()
        }

    def link(self, season: int, *names: str) -> str | None:
        """Return the address of the evidence for a figure of the season's letter. `names` are the anchors of
        figures: the first figure that the letter has is taken. Return None if the letter has none of these figures.
        """
        known = self._anchors.get(season, frozenset())
        found = next((name for name in names if name in known), None)
        return None if found is None else f"{self._council.evidence_address(season)}#{found}"


def measure_name(measure: str, category: str | None, category_names: Mapping[tuple[str, str], str]) -> str:
    """Return a figure's name for people: the measure's name and, for a measure that is counted by category, the
    category's name.
    """
    name = MEASURES.get(measure, measure)
    if category is None:
        return name
    return f"{name}: {category_names.get((measure, category), category.replace('_', ' '))}"


def readable(reason: str | None) -> str | None:
    """Return a reason in which names of measures and seasons are replaced by the words that the site uses. Without
    a reason, return None.
    """
    if reason is None:
        return None
    named = _MEASURE.sub(lambda found: MEASURES[found[0]][0].lower() + MEASURES[found[0]][1:], reason)
    return _SEASON.sub(lambda found: season_label(int(found[1])), named)


def csv_text(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """Return rows as CSV with CRLF line ends (RFC 4180). A spreadsheet can run no text of the CSV as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_in_csv(row[name]) for name in columns] for row in rows)
    return out.getvalue()


def _in_csv(value: object) -> object:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str) and re.match(FORMULA, value) and not re.fullmatch(NUMBER, value):
        return f"'{value}"
    return value
