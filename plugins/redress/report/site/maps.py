"""The map of a season, with a hexagon for each council. The colour of a hexagon says how far the council's uphold
rate is from the average of the council's type.

District, unitary, metropolitan and London borough councils have the places that they have on a map of 2023. County
councils, invented councils, and councils that had ended by 2023 have no place on the map, and are shown in rows
beside it.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import ceil, sqrt
from typing import Any

from redress.model.landed import Fate
from redress.report.council import Row
from redress.report.council_words import number, why_no_uphold_rate
from redress.report.site.contents import SiteContents
from redress.report.site.words import STATES, is_council

STEPS = (
    "20 points or more below",
    "10 to 20 points below",
    "3 to 10 points below",
    "within 3 points of the average",
    "3 to 10 points above",
    "10 to 20 points above",
    "20 points or more above",
)
"""The steps of the scale in words, from far below the type's average to far above it."""
COLOURS = ("#542788", "#8073ac", "#c5bfe0", "#e8e6e1", "#fdc98a", "#e08214", "#a04b03")
"""The colours of the steps. People who cannot tell red from green can distinguish purple and orange."""
_WIDTH, _RISE = 20.0, 20.0 * sqrt(3) / 2
_FEWEST_COLUMNS, _WIDTH_TO_HEIGHT = 9, 1.5
"""For the rows of councils without a place on the map: the fewest columns, and the ratio of width to height. No
part of the map is narrower than these columns, so that few hexagons are not drawn larger than many."""


def season_map(contents: SiteContents, season: int, is_sample: bool) -> list[dict[str, Any]]:
    """Return the parts of a season's map: first the councils with a place on the map, then the parts for councils
    without a place.
    """
    rows = [row for row in contents.of_season(season, is_sample) if is_council(row)]
    placed = [row for row in rows if row["authority_id"] in contents.hexagons]
    counties = [row for row in rows if row["council_type_key"] == "county" and not is_sample]
    beside = {row["authority_id"] for row in (*placed, *counties)}
    rest = [row for row in rows if row["authority_id"] not in beside]
    parts = []
    if placed:
        parts.append(
            _part("Districts, unitary, metropolitan and London borough councils", contents, placed, is_placed=True)
        )
    if counties:
        parts.append(_part("County councils", contents, counties, is_placed=False))
    if rest and not is_sample:
        # a release of an earlier version has no places of councils
        title = "Councils that have ended since" if contents.hexagons else "Other councils, by type and name"
        parts.append(_part(title, contents, rest, is_placed=False))
    elif rest:
        for title in dict.fromkeys(row["council_type_name"] for row in sorted(rest, key=_by_type_and_name)):
            of_type = [row for row in rest if row["council_type_name"] == title]
            parts.append(_part(f"{title}, invented", contents, of_type, is_placed=False))
    return parts


def legend() -> list[dict[str, str]]:
    """Return the legend: for each step of the scale, its style class and its words."""
    return [{"kind": f"gap{step}", "words": words} for step, words in enumerate(STEPS)]


def _part(title: str, contents: SiteContents, rows: Sequence[Row], *, is_placed: bool) -> dict[str, Any]:
    if is_placed:
        places = _on_map([contents.hexagons[row["authority_id"]] for row in rows])
    else:
        rows = sorted(rows, key=_by_type_and_name)
        columns = max(_FEWEST_COLUMNS, ceil(sqrt(len(rows) * _WIDTH_TO_HEIGHT)))
        places = [_in_row(number, columns) for number in range(len(rows))]
    hexagons = [_hexagon(contents, row, x, y) for row, (x, y) in zip(rows, places, strict=True)]
    width = max(max(x for x, _ in places) + _WIDTH, _FEWEST_COLUMNS * _WIDTH)
    height = max(y for _, y in places) + _RISE * 4 / 3
    return {
        "title": title,
        "view": f"0 0 {width:.1f} {height:.1f}",
        "width": "wide" if width > 250 else "narrow",
        "hexagons": hexagons,
    }


def _on_map(places: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """Return the upper left corners of hexagons. `places` has the column and the row of each hexagon. Rows count
    from south to north, and odd rows are shifted east.
    """
    west, north = min(column for column, _ in places), max(row for _, row in places)
    return [((column - west + row % 2 / 2) * _WIDTH, (north - row) * _RISE) for column, row in places]


def _by_type_and_name(row: Row) -> tuple[str, str, str]:
    return row["council_type_name"], row["short_name"], row["authority_id"]


def _in_row(place: int, columns: int) -> tuple[float, float]:
    row, column = divmod(place, columns)
    return (column + row % 2 / 2) * _WIDTH, row * _RISE


def _hexagon(contents: SiteContents, row: Row, x: float, y: float) -> dict[str, Any]:
    kind, words = _kind(row)
    return {
        "x": f"{x:.4g}",
        "y": f"{y:.4g}",
        "kind": kind,
        "colour": COLOURS[int(kind.removeprefix("gap"))] if kind.startswith("gap") else None,
        "words": f"{row['authority_name']}: {words}",
        "link": contents.address_of(row["authority_id"]),
    }


def _kind(row: Row) -> tuple[str, str]:
    """Return the style class of a council's hexagon, and the words that are shown with the hexagon."""
    if row["coverage_state"] != Fate.ACCEPTED:
        return "none", f"no figures, {STATES[row['coverage_state']][1]}"
    gap = row["uphold_rate_gap_points"]
    if row["uphold_rate_pct"] is None:
        return "none", f"no uphold rate: {why_no_uphold_rate(row)}"
    rate = number(row["uphold_rate_pct"], "%")
    if row["is_small_number"]:
        return "few", f"{rate} of fewer than ten investigations"
    if gap is None:
        return "none", f"{rate}, and no average to compare with"
    points = number(gap, is_signed=True).replace("-", "−")
    return f"gap{_step(gap)}", f"{rate}, {points} points from the average of its type"


def _step(gap: Decimal) -> int:
    """Return the number of the step of the scale for a gap in percentage points. A gap of up to 3 points belongs to
    the middle step.
    """
    size = abs(gap)
    away = 0 if size <= 3 else 1 if size < 10 else 2 if size < 20 else 3
    return 3 + (away if gap > 0 else -away)


def small_hexagon() -> str:
    """Return the corners of a hexagon, as the points of an SVG polygon. The hexagon is a little smaller than its
    cell of the map, and the cell's upper left corner is at 0, 0.
    """
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in _corners())


def _corners() -> Iterator[tuple[float, float]]:
    middle, radius = _WIDTH / 2, _WIDTH / sqrt(3) * 0.95
    for x, y in (
        (0, -1),
        (sqrt(3) / 2, -0.5),
        (sqrt(3) / 2, 0.5),
        (0, 1),
        (-sqrt(3) / 2, 0.5),
        (-sqrt(3) / 2, -0.5),
    ):
        yield middle + radius * x, _WIDTH / sqrt(3) + radius * y
