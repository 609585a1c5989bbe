"""Charts as SVG, drawn by Vega-Lite: a council's rates over the seasons beside the average of its type, and how the
rates of a type are spread.

A line ends before a season without a figure, and before a season with rates that cannot be compared with earlier
rates. If a council's uphold rate rests on fewer than ten investigations, its point is hollow.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

VEGA_LITE = "6.1"
OURS, AVERAGE, INK, SOFT, GRID = "#1d4f91", "#b35806", "#1b1f24", "#57606a", "#e3e7eb"
"""Colours that can be told apart by people who cannot tell red from green, and in print without colour."""
_CONFIG = {
    "background": "white",
    "font": "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif",
    "view": {"stroke": None},
    "axis": {
        "domainColor": SOFT,
        "gridColor": GRID,
        "labelColor": INK,
        "labelFontSize": 12,
        "tickColor": SOFT,
        "titleColor": SOFT,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    },
}


def rate_points(years: Sequence[Mapping[str, Any]], rate: str, average: str) -> list[dict[str, Any]]:
    """Return the points of a rate's chart: for each season the council's rate and the average of the council's
    type, where the season has them. `rate` and `average` are the names of their columns.

    `stretch` names the line that a point belongs to. A new line begins after a season without a figure, and at a
    season that cannot be compared with the season before.
    """
    points = []
    for who, column in (("council", rate), ("average", average)):
        stretch = 0
        before: Mapping[str, Any] | None = None
        for row in years:
            value = row[column]
            if value is None:
                continue
            if before is None or not _continues(before, row):
                stretch += 1
            is_small = who == "council" and rate == "uphold_rate_pct" and bool(row["is_small_number"])
            points.append(
                {
                    "season": row["season"],
                    "rate": float(value),
                    "who": who,
                    "stretch": f"{who} {stretch}",
                    "small": is_small,
                }
            )
            before = row
    return points


def _continues(before: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Return whether a line may connect two seasons: one follows the other, and their rates can be compared."""
    is_next: bool = row["season"] == before["season"] + 1
    return is_next and row["comparable_since_season"] == before["comparable_since_season"]


def rates_over_seasons(
    points: Sequence[Mapping[str, Any]], seasons: Sequence[int], breaks: Sequence[int]
) -> dict[str, Any]:
    """Return a chart of the points that `rate_points` made, over `seasons`. The rates of a season in `breaks`
    cannot be compared with earlier rates, so a vertical line stands before the season.
    """
    season = {
        "field": "season",
        "type": "quantitative",
        "scale": {"domain": [min(seasons) - 0.5, max(seasons) + 0.5], "nice": False},
        "axis": {
            "format": "d",
            "title": None,
            "grid": False,
            "values": [*range(min(seasons), max(seasons) + 1)],
            "labelOverlap": "greedy",
        },
    }
    rate = {
        "field": "rate",
        "type": "quantitative",
        "scale": {"domain": [0, 100]},
        "axis": {"title": None, "tickCount": 5, "labelExpr": "datum.value + '%'", "domain": False, "ticks": False},
    }
    who = {
        "field": "who",
        "type": "nominal",
        "scale": {"domain": ["council", "average"], "range": [OURS, AVERAGE]},
        "legend": None,
    }
    lines = {
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {
            "x": season,
            "y": rate,
            "color": who,
            "detail": {"field": "stretch"},
            "strokeDash": {"condition": {"test": "datum.who === 'average'", "value": [5, 3]}, "value": [1, 0]},
        },
    }
    marks = {
        "mark": {"type": "point", "size": 45, "strokeWidth": 2, "opacity": 1},
        "encoding": {
            "x": season,
            "y": rate,
            "stroke": who,
            "fill": {"condition": {"test": "datum.small", "value": "white"}, **who},
            "shape": {
                "field": "who",
                "type": "nominal",
                "scale": {"domain": ["council", "average"], "range": ["circle", "diamond"]},
                "legend": None,
            },
        },
    }
    between = {
        "data": {"values": [{"at": first - 0.5} for first in breaks if min(seasons) < first <= max(seasons)]},
        "mark": {"type": "rule", "stroke": SOFT, "strokeDash": [2, 3]},
        "encoding": {"x": {"field": "at", "type": "quantitative", "scale": season["scale"]}},
    }
    return _chart([between, lines, marks], points, width=330, height=170)


def distribution(rates: Sequence[Decimal], average: Decimal | None) -> dict[str, Any]:
    """Return a chart of how many authorities have a rate in each interval of five percentage points. A mark shows
    the average.
    """
    values = [{"rate": float(rate)} for rate in rates]
    bars = {
        "mark": {"type": "bar", "color": OURS, "binSpacing": 2},
        "encoding": {
            "x": {
                "field": "rate",
                "type": "quantitative",
                "bin": {"extent": [0, 105], "step": 5},
                "axis": {"title": "uphold rate", "labelExpr": "datum.value + '%'", "values": [*range(0, 101, 20)]},
            },
            "y": {"aggregate": "count", "axis": {"title": "authorities", "tickMinStep": 1}},
        },
    }
    layers: list[dict[str, Any]] = [bars]
    if average is not None:
        layers.append(
            {
                "data": {"values": [{"rate": float(average)}]},
                "mark": {"type": "rule", "stroke": AVERAGE, "strokeWidth": 2, "strokeDash": [5, 3]},
                "encoding": {"x": {"field": "rate", "type": "quantitative"}},
            }
        )
    return _chart(layers, values, width=520, height=180)


def _chart(
    layers: Sequence[Mapping[str, Any]], values: Sequence[Mapping[str, Any]], width: int, height: int
) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": list(values)},
        "width": width,
        "height": height,
        "config": _CONFIG,
        "layer": list(layers),
    }


def drawn(specification: Mapping[str, Any]) -> bytes:
    """Return a chart as SVG. Drawing loads nothing, because the specification holds all data."""
    import vl_convert  # starts an engine for scripts, which takes a second

    svg: str = vl_convert.vegalite_to_svg(dict(specification), vl_version=VEGA_LITE, allowed_base_urls=[])
    return svg.encode("utf-8")


def scripts() -> bytes:
    """Return Vega's scripts as one file. The file defines the function `vegaEmbed`, which draws charts in a
    browser.
    """
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    return bundle.encode("utf-8")
