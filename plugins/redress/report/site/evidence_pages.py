"""The pages of evidence, each for one council and season. A page shows each figure of the letter: its value, a
picture of the letter with a box around the figure, and the sentence that has the figure.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from redress.model.measures import UNIT_OF, Unit
from redress.report.council import Row
from redress.report.council_words import number, place_in_the_file
from redress.report.site.contents import CouncilContents, SiteContents
from redress.report.site.cuts import Cut, Cuts, has_box
from redress.report.site.jobs import Job, Kind
from redress.report.site.words import STATES, anchor, measure_name, readable, season_label

_AROUND_POINTS = 34.0
"""How much of the page is shown above and below a figure, in points: one or two lines."""
_ACROSS_POINTS = 400.0
"""How much of the page's width is shown, in points: a column, so that the text is readable on a telephone."""
_PAD_POINTS = 3.0
"""The space between a figure and the box that is drawn around it, in points."""
_UNITS = {Unit.PER_CENT: "%"}
_AGREEMENT = {
    "agrees": "gives the same number",
    "differs": "gives another number",
    "differs_by_definition": "counts something else",
    "only_witness": "alone has a number",
    "only_ours": "has no number",
}


def evidence_jobs(contents: SiteContents, council: CouncilContents, cuts: Cuts) -> Iterator[Job]:
    """Yield the jobs for a council's pages of evidence: one page for each season that has a letter."""
    rows = {row["season"]: row for row in council.years}
    for season in sorted(council.letters):
        row = rows.get(season)
        if row is None:
            continue
        letters = council.letters[season]
        sha256s = {letter["letter_key"]: letter["letter_sha256"] for letter in letters}
        figures = council.figures.get(season, ())
        short, why = STATES[row["coverage_state"]]
        yield Job(
            council.evidence_address(season),
            Kind.PAGE,
            {
                "template": "evidence.html",
                "title": f"{row['authority_name']}, {season_label(season)}: evidence",
                "is_sample": council.is_sample,
                "name": row["authority_name"],
                "season_label": season_label(season),
                "season": season,
                "council_address": council.address,
                "state": short,
                "why": row["coverage_reason"] or why,
                "trust": row["trust"],
                "trust_reason": readable(row["trust_reason"]),
                "letters": [_letter(letter) for letter in letters],
                "figures": [_figure(contents, figure, sha256s, cuts) for figure in figures],
                "witnesses": [_witness(contents, one) for one in council.witnesses.get(season, ())],
            },
        )


def _letter(letter: Row) -> Mapping[str, Any]:
    return {
        "address": letter["source_address"],
        "is_on_web": letter["source_address"].startswith(("https://", "http://")),
        "date": None if letter["letter_date"] is None else f"{letter['letter_date']:%-d %B %Y}",
        "sha256": letter["letter_sha256"],
        "disposition": letter["disposition"].replace("_", " "),
        "reason": letter["reason"],
        "pages": letter["page_count"],
        "place": place_in_the_file(letter),
        "layout": letter["layout"],
    }


def _figure(contents: SiteContents, figure: Row, sha256s: Mapping[str, str], cuts: Cuts) -> Mapping[str, Any]:
    cut: Cut | str | None = None
    if has_box(figure):
        cut = cuts.get((sha256s[figure["letter_key"]], figure["page"]))
    return {
        "anchor": anchor(figure["measure"], figure["category"]),
        "name": measure_name(figure["measure"], figure["category"], contents.category_names),
        "value": with_unit(figure["measure"], figure["value"]),
        "printed": figure["printed_text"],
        "sentence": figure["sentence_text"],
        "place": _place(figure),
        "is_ocr": figure["is_ocr"],
        "correction": _correction(figure),
        "cut": cut_part(cut, figure) if isinstance(cut, Cut) else None,
        "no_cut": cut if isinstance(cut, str) else None,
    }


def _place(figure: Row) -> str:
    if figure["page"] is None:
        return f"line {figure['line']}"
    if not has_box(figure):
        return f"page {figure['page']}"
    left, top, right, bottom = (f"{figure[f'box_{side}_points']:.0f}" for side in ("x0", "top", "x1", "bottom"))
    return f"page {figure['page']}, box {left},{top} to {right},{bottom}"


def _correction(figure: Row) -> str | None:
    if not figure["is_corrected"]:
        return None
    return (
        f"The letter prints {figure['printed_text']}; {with_unit(figure['measure'], figure['value'])} stands "
        f"instead: {figure['correction_reason']} ({figure['correction_source']})"
    )


def cut_part(cut: Cut, figure: Row) -> Mapping[str, Any]:
    """Return the part of a cut that is shown for a figure, and the box to draw around the figure. Both are in
    points of the page.
    """
    around, pad = _AROUND_POINTS * cut.unit, _PAD_POINTS * cut.unit
    upper, lower = figure["box_top_points"], figure["box_bottom_points"]
    top, bottom = max(cut.top, upper - around), min(cut.bottom, lower + around)
    left, right = figure["box_x0_points"], figure["box_x1_points"]
    across = min(cut.page_width, max(_ACROSS_POINTS * cut.unit, right - left))
    start = min(max(0.0, (left + right - across) / 2), cut.page_width - across)
    return {
        "address": cut.address,
        "view": " ".join(map(_points, (start, top, across, bottom - top))),
        "width": _points(cut.page_width),
        "top": _points(cut.top),
        "height": _points(cut.bottom - cut.top),
        "frame": {
            "x": _points(left - pad),
            "y": _points(upper - pad),
            "width": _points(right - left + 2 * pad),
            "height": _points(lower - upper + 2 * pad),
        },
    }


def _points(value: float) -> str:
    """Return a length in points as text with five significant digits, because a page can be a hundred times smaller
    than other pages.
    """
    return f"{value:.5g}"


def _witness(contents: SiteContents, row: Row) -> Mapping[str, Any]:
    return {
        "name": measure_name(row["measure"], row["category"], contents.category_names),
        "ours": with_unit(row["measure"], row["our_value"]),
        "theirs": with_unit(row["measure"], row["witness_value"]),
        "kind": row["witness_kind"].replace("_", " "),
        "state": _AGREEMENT[row["reconciliation_state"]],
        "reason": row["reason"],
        "source": row["witness_source"],
        "row": row["row_number"],
        "column": row["column_name"],
    }


def with_unit(measure: str, value: Decimal | None) -> str:
    """Return a value of a measure with its unit; an absent value is a dash."""
    unit = UNIT_OF.get(measure)
    return "–" if value is None else number(value, "" if unit is None else _UNITS.get(unit, ""))
