"""The page of a council. It shows the council's rates over the seasons, each beside the average of the council's
type, the council's counts, and why a season has no figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from redress.model.landed import Fate
from redress.report.council import Row
from redress.report.council_words import RATE_NAMES, SAID_OF_FEW, notes, number, why_no_uphold_rate
from redress.report.passages import marks_of, place_of
from redress.report.site.charts import rate_points, rates_over_seasons
from redress.report.site.contents import CouncilContents, SiteContents, slug
from redress.report.site.jobs import Job, Kind, chart_job
from redress.report.site.season_pages import has_type_page
from redress.report.site.words import (
    STATES,
    Cell,
    Evidence,
    cell,
    csv_text,
    readable,
    season_label,
    stated_cell,
    type_address,
)

_COUNTS = (
    ("received_count", "received", ("received_count-total",)),
    ("decided_count", "decided", ("decided_count-total",)),
    ("dealt_with_count", "dealt with", ("dealt_with_count",)),
    ("not_for_us_count", "not for the Ombudsman", ("not_for_us_count",)),
    ("assessed_and_closed_count", "closed", ("assessed_and_closed_count",)),
)
_KINDS = {
    "received": "Complaints and enquiries received, by service",
    "decided": "Decisions made",
    "remedied": "Complaints remedied",
    "overview": "What became of the complaints dealt with",
}
_NEIGHBOURS = 5


def council_jobs(contents: SiteContents, council: CouncilContents) -> Iterator[Job]:
    """Yield the jobs for a council's page, and for the page's charts and CSV files."""
    charts = list(_charts(council)) if council.has_figures else []
    yield from (chart for _, chart, _ in charts)
    years_path, figures_path = (council.address.replace(".html", f"-{what}.csv") for what in ("years", "figures"))
    figures = [figure for season in sorted(council.figures) for figure in council.figures[season]]
    yield Job(years_path, Kind.TEXT, {"text": csv_text(council.years, list(council.years[0]))})
    if figures:
        yield Job(figures_path, Kind.TEXT, {"text": csv_text(figures, list(figures[0]))})
    evidence = Evidence(council)
    last = council.last
    yield Job(
        council.address,
        Kind.PAGE,
        {
            "template": "council.html",
            "title": council.name,
            "is_sample": council.is_sample,
            "authority_id": council.authority_id,
            "type_name": last["council_type_name"],
            "region_name": last["region_name"],
            "type_link": _type_link(contents, last),
            "ended": None if council.valid_to is None else f"{council.valid_to:%-d %B %Y}",
            "predecessors": [_other(contents, one) for one in council.predecessor_ids],
            "successors": [_other(contents, one) for one in council.successor_ids],
            "sentence": sentence(last) if council.has_figures else None,
            "sentence_link": council.evidence_address(last["season"]),
            "charts": [{"title": title, "address": chart.path, "alt": alt} for title, chart, alt in charts],
            "uphold": [_uphold_row(council, row, evidence) for row in council.years],
            "has_derived": any(row["is_uphold_rate_base_derived"] for row in council.years),
            "others": [
                _others_row(row, evidence) for row in council.years if row["coverage_state"] == Fate.ACCEPTED
            ],
            "per_100k": [_per_100k_row(row, evidence) for row in council.years if _has_per_100k(row)],
            "counts": _counts(council, evidence),
            "count_names": [name for _, name, _ in _COUNTS],
            "services": list(_services(council, evidence)),
            "said_of_few": SAID_OF_FEW,
            "passages": [_passage(council, passage) for passage in council.passages],
            "notes": _noted(council),
            "years_csv": years_path,
            "figures_csv": figures_path if figures else None,
            "neighbours": [
                {"name": other.name, "address": other.address, "id": other.authority_id}
                for other in nearest(contents, council)[:_NEIGHBOURS]
            ],
        },
    )


def _passage(council: CouncilContents, passage: Row) -> dict[str, Any]:
    """Return what the page shows for one passage from a council's letter.

    `link` is the address of the evidence for the passage's season, or None if that season has no figures.
    """
    season = passage["season"]
    return {
        "season": season_label(season),
        "place": place_of(passage),
        "link": council.evidence_address(season) if council.figures.get(season) else None,
        "text": passage["passage_text"],
        "marks": list(marks_of(passage)),
    }


def _type_link(contents: SiteContents, row: Row) -> str | None:
    """Return the address of the page about an authority's type in the row's season; None if there is no page."""
    key, season, is_sample = row["council_type_key"], row["season"], row["is_sample"]
    return type_address(key, season, is_sample) if has_type_page(contents, season, key, is_sample) else None


def nearest(contents: SiteContents, council: CouncilContents) -> list[CouncilContents]:
    """Return the other councils that have figures and are of the same type as a council: first the councils of the
    same region, then the rest, both in the order of names.
    """
    last = council.last
    alike = [
        other
        for other in contents.councils.values()
        if other.authority_id != council.authority_id
        and other.is_sample == council.is_sample
        and other.last["council_type_key"] == last["council_type_key"]
        and other.has_figures
    ]
    return sorted(alike, key=lambda other: (other.last["region_name"] != last["region_name"], other.name))


def sentence(row: Row) -> str:
    """Return a sentence with a council's uphold rate in a season and the two counts behind it. If a count is
    absent, the sentence has the rate alone. If the rate is absent, the sentence says why.
    """
    label = season_label(row["season"])
    rate = number(row["uphold_rate_pct"], "%")
    if row["uphold_rate_pct"] is None:
        return f"In {label}, there is no uphold rate: {why_no_uphold_rate(row)}."
    if row["upheld_count"] is None or row["uphold_rate_base_count"] is None:
        said = f"In {label}, the Ombudsman upheld {rate} of investigations"
    else:
        counts = f"{row['upheld_count']} of {row['uphold_rate_base_count']} investigations"
        said = f"In {label}, the Ombudsman upheld {counts}, {rate}"
    if row["uphold_rate_type_average_pct"] is not None:
        said += f"; the average of similar authorities was {number(row['uphold_rate_type_average_pct'], '%')}"
    return f"{said}."


def _charts(council: CouncilContents) -> Iterator[tuple[str, Job, str]]:
    """Yield the charts of a council, one for each rate that the council's letters state. A chart is given by its
    title, the job that draws it, and the words for readers who cannot see it.
    """
    seasons = [row["season"] for row in council.years]
    breaks = sorted({row["comparable_since_season"] for row in council.years})
    for rate, name in RATE_NAMES.items():
        title = name.capitalize()
        points = rate_points(council.years, f"{rate}_pct", f"{rate}_type_average_pct")
        stated = [point for point in points if point["who"] == "council"]
        if stated:
            said = ", ".join(f"{point['season']}: {point['rate']:g}%" for point in stated)
            chart = chart_job(rates_over_seasons(points, seasons, breaks))
            yield title, chart, f"{title} of {council.name} by the year of the letter, beside its type's: {said}"


def _uphold_row(council: CouncilContents, row: Row, evidence: Evidence) -> dict[str, Any]:
    season = row["season"]
    head = {"text": season_label(season)}
    if row["coverage_state"] != Fate.ACCEPTED:
        state, why = STATES[row["coverage_state"]]
        return {"head": head, "missing": state, "note": row["coverage_reason"] or why, "cells": []}
    rank = {"text": "–"}
    if row["uphold_rate_rank"] is not None:
        address = type_address(row["council_type_key"], season, council.is_sample)
        text = f"{row['uphold_rate_rank']} of {row['uphold_rate_ranked_count']}"
        rank = {"text": text, "link": f"{address}#{slug(council.authority_id)}"}
    base = cell(
        row["uphold_rate_base_count"],
        "*" if row["is_uphold_rate_base_derived"] else "",
        link=evidence.link(season, "investigations_count", "decided_count-not_upheld"),
    )
    rate = stated_cell(row, "uphold_rate", "uphold_rate_pct", "%", evidence.link(season, "uphold_rate_pct"))
    if row["is_small_number"]:
        rate |= {"kind": "small", "note": "fewer than ten investigations"}
    cells: list[Cell] = [
        cell(row["upheld_count"], link=evidence.link(season, "upheld_count", "decided_count-upheld")),
        base,
        rate,
        cell(row["uphold_rate_type_average_pct"], "%", link=evidence.link(season, "uphold_rate_type_average_pct")),
        cell(row["uphold_rate_gap_points"], is_signed=True),
        rank,
        {"text": row["trust"], "kind": row["trust"], "note": readable(row["trust_reason"])},
        {"text": "evidence", "link": council.evidence_address(season)},
    ]
    return {"head": head, "missing": None, "cells": cells}


def _others_row(row: Row, evidence: Evidence) -> dict[str, Any]:
    season = row["season"]
    cells = []
    for rate, base in (
        ("compliance_rate", "compliance_outcomes_count"),
        ("satisfactory_remedy_rate", "satisfactory_remedies_count"),
    ):
        average = f"{rate}_type_average_pct"
        cells += [
            cell(row[base], link=evidence.link(season, base)),
            stated_cell(row, rate, f"{rate}_pct", "%", evidence.link(season, f"{rate}_pct")),
            cell(row[average], "%", link=evidence.link(season, average)),
        ]
    return {"head": {"text": season_label(season)}, "missing": None, "cells": cells}


def _has_per_100k(row: Row) -> bool:
    return row["upheld_per_100k"] is not None


def _per_100k_row(row: Row, evidence: Evidence) -> dict[str, Any]:
    season = row["season"]
    residents = cell(row["population_count"])
    if row["population_mid_year"] is not None:
        residents["note"] = f"estimate of the middle of {row['population_mid_year']}"
    cells = [
        cell(row["upheld_per_100k"], link=evidence.link(season, "upheld_per_100k")),
        cell(row["upheld_per_100k_type_average"], link=evidence.link(season, "upheld_per_100k_type_average")),
        cell(row["upheld_per_100k_gap"], is_signed=True),
        cell(row["recomputed_upheld_per_100k"]),
        residents,
    ]
    return {"head": {"text": season_label(season)}, "missing": None, "cells": cells}


def _counts(council: CouncilContents, evidence: Evidence) -> list[dict[str, Any]]:
    return [
        {
            "head": {"text": season_label(row["season"])},
            "missing": None,
            "cells": [cell(row[name], link=evidence.link(row["season"], *places)) for name, _, places in _COUNTS],
        }
        for row in council.years
        if any(row[name] is not None for name, _, _ in _COUNTS)
    ]


def _services(council: CouncilContents, evidence: Evidence) -> Iterator[dict[str, Any]]:
    """Yield a table for each kind of complaints count (by service, by outcome) that has at least two categories.
    The table has a row for each category and a column for each season.
    """
    for kind, title in _KINDS.items():
        rows = [row for row in council.complaints if row["complaint_kind"] == kind]
        categories = {row["complaint_category"]: row for row in sorted(rows, key=_position)}
        if len(categories) < 2:
            continue
        seasons = sorted({row["season"] for row in rows})
        counts = {(row["complaint_category"], row["season"]): row for row in rows}
        yield {
            "title": title,
            "seasons": [season_label(season) for season in seasons],
            "rows": [
                {
                    "head": {"text": one["complaint_category_name"]},
                    "missing": None,
                    "is_total": one["is_total"],
                    "cells": [_count(counts.get((category, season)), kind, season, evidence) for season in seasons],
                }
                for category, one in categories.items()
            ],
        }


def _position(row: Row) -> int:
    position: int = row["category_position"]
    return position


def _count(row: Row | None, kind: str, season: int, evidence: Evidence) -> Cell:
    if row is None:
        return cell(None)
    category = row["complaint_category"]
    places = (f"{kind}_count-{category}", *_OVERVIEW.get(category, ()))
    return cell(row["complaints_count"], link=evidence.link(season, *places))


_OVERVIEW = {
    "not_for_us": ("not_for_us_count",),
    "assessed_and_closed": ("assessed_and_closed_count",),
    "investigated": ("investigations_count",),
    "total": ("dealt_with_count",),
}
"""The letters of 2025 print some counts in an overview of prose or tiles, not in a table. For each of these counts:
its category in the tables of other seasons, and its measure in the overview."""


def _noted(council: CouncilContents) -> list[dict[str, Any]]:
    """Return the notes on seasons. Seasons with the same note share one entry."""
    gathered: dict[str, list[int]] = {}
    for row, note in notes(council.years):
        gathered.setdefault(readable(note) or "", []).append(row["season"])
    by_first = sorted(gathered.items(), key=lambda item: item[1][0])
    return [{"seasons": stretches(seasons), "note": f"{note[0].upper()}{note[1:]}"} for note, seasons in by_first]


def stretches(seasons: Sequence[int]) -> str:
    """Return seasons in words. Consecutive seasons are a range: "2014-15 to 2017-18, 2020-21"."""
    found: list[list[int]] = []
    for season in seasons:
        if found and season == found[-1][-1] + 1:
            found[-1].append(season)
        else:
            found.append([season])
    return ", ".join(
        season_label(one[0]) if len(one) == 1 else f"{season_label(one[0])} to {season_label(one[-1])}"
        for one in found
    )


def _other(contents: SiteContents, authority_id: str) -> Mapping[str, Any]:
    """Return the name of a predecessor or successor, and the address of that authority's page (None if the
    authority has no page).
    """
    return {"name": contents.names.get(authority_id, authority_id), "address": contents.address_of(authority_id)}
