"""The page of a season, with the national picture from the season's letters and the authorities without figures.
Also the pages that rank the councils of one type.
"""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from redress.model.landed import Fate
from redress.report.council import Row
from redress.report.council_words import RATE_NAMES, number
from redress.report.site.charts import distribution
from redress.report.site.contents import UNKNOWN, SiteContents, slug
from redress.report.site.evidence_pages import with_unit
from redress.report.site.jobs import Job, Kind, chart_job
from redress.report.site.maps import legend, season_map, small_hexagon
from redress.report.site.words import (
    MEASURES,
    STATES,
    cell,
    is_council,
    readable,
    season_label,
    stated_cell,
    type_address,
)

_FEWEST_BARS = 3
"""A chart of how rates are spread needs at least this many rates."""
GROUP_NAMES = {False: "Councils", True: "Invented councils of the sample letters"}
_WITNESSES = {"data_table": "the Ombudsman's tables", "statistics_page": "pages of statistics"}


def season_jobs(contents: SiteContents, season: int, *, has_pdfs: bool) -> Iterator[Job]:
    """Yield the jobs for a season's page, and for the season's pages of council types."""
    yield Job(season_address(season), Kind.PAGE, season_values(contents, season, has_pdf=has_pdfs))
    for is_sample in contents.groups(season):
        for council_type in contents.types:
            yield from _type_jobs(contents, season, council_type, is_sample)


def season_address(season: int) -> str:
    return f"season/{season}.html"


def season_values(contents: SiteContents, season: int, *, has_pdf: bool) -> dict[str, Any]:
    """Return the values for the template of a season's page. The home page uses the values of the newest season."""
    year = contents.years[season]
    return {
        "template": "season.html",
        "title": f"{season_label(season)}: all councils",
        "is_sample": contents.is_of_samples,
        "season": season,
        "season_label": season_label(season),
        "period": f"{year['period_start_date']:%-d %B %Y} to {year['period_end_date']:%-d %B %Y}",
        "note": year["comparability_note"],
        "seasons": season_links(contents),
        "pdf": season_address(season).replace(".html", ".pdf") if has_pdf else None,
        "groups": [_group(contents, season, is_sample) for is_sample in contents.groups(season)],
        "legend": legend(),
        "hexagon": small_hexagon(),
        "states": _states(contents, season),
        "reissued": _reissued(contents, season),
        "unidentified": [row["source_address"] for row in contents.letters if _is_unidentified(row, season)],
        "reconciliations": _reconciliations(contents, season),
        "agreements": _agreements(contents, season),
    }


def season_links(contents: SiteContents) -> list[dict[str, Any]]:
    return [{"label": season_label(season), "address": season_address(season)} for season in contents.seasons]


def pooled(rows: Sequence[Row], part: str, whole: str) -> dict[str, Any] | None:
    """Add up two counts, `part` and `whole`, over the rows that have both counts. Return the two sums, the first
    sum as a percentage of the second, and the number of these rows. If the second sum is zero, return None.
    """
    both = [row for row in rows if row[part] is not None and row[whole] is not None]
    total = sum(row[whole] for row in both)
    if not total:
        return None
    parts = sum(row[part] for row in both)
    return {
        "part": f"{parts:,}",
        "whole": f"{total:,}",
        "rate": _one_place(Decimal(100 * parts) / Decimal(total)),
        "letters": len(both),
    }


def headline(contents: SiteContents, season: int, is_sample: bool) -> str:
    """Return a sentence with a season's figures about councils. Bodies that are no councils are left out."""
    councils = [row for row in contents.of_season(season, is_sample) if is_council(row)]
    accepted = [row for row in councils if row["coverage_state"] == Fate.ACCEPTED]
    expected = sum(row["coverage_state"] != "not_expected" for row in councils)
    who = "invented councils" if is_sample else "councils"
    said = f"In {season_label(season)}, the figures of {len(accepted)} of {expected} {who} are here"
    upheld = pooled(accepted, "upheld_count", "uphold_rate_base_count")
    if upheld is not None:
        said += f": {upheld['part']} of {upheld['whole']} investigations were upheld, {upheld['rate']}%"
    return f"{said}."


def _group(contents: SiteContents, season: int, is_sample: bool) -> dict[str, Any]:
    rows = contents.of_season(season, is_sample)
    accepted = [row for row in rows if row["coverage_state"] == Fate.ACCEPTED]
    councils = [row for row in accepted if is_council(row)]
    before = [row for row in contents.of_season(season - 1, is_sample) if is_council(row)]
    return {
        "name": GROUP_NAMES[is_sample],
        "is_sample": is_sample,
        "headline": headline(contents, season, is_sample),
        "map": season_map(contents, season, is_sample),
        "upheld": pooled(councils, "upheld_count", "uphold_rate_base_count"),
        "upheld_before": _upheld_before(contents, season, before),
        "remedied": pooled(councils, "satisfactory_remedies_count", "upheld_count"),
        "averages": list(_averages(contents, season, is_sample)),
        "below": _below_full_compliance(contents, accepted),
        "compliance_stated": sum(row["compliance_rate_pct"] is not None for row in accepted),
        "missing": _missing(contents, rows),
    }


def _upheld_before(contents: SiteContents, season: int, before: Sequence[Row]) -> dict[str, Any]:
    """Return the uphold rate of all councils together in the season before, or the reason why there is no rate to
    compare with.
    """
    if season - 1 not in contents.years:
        return {"why": f"the letters of {season_label(season - 1)} are not here"}
    since = contents.years[season]["comparable_since_season"]
    if season - 1 < since:
        return {"why": f"rates can be compared with those since {season_label(since)} alone"}
    accepted = [row for row in before if row["coverage_state"] == Fate.ACCEPTED]
    found = pooled(accepted, "upheld_count", "uphold_rate_base_count")
    if found is None:
        return {"why": f"no letter of {season_label(season - 1)} states both counts"}
    return {"why": None, "label": season_label(season - 1), **found}


def _averages(contents: SiteContents, season: int, is_sample: bool) -> Iterator[dict[str, Any]]:
    """Yield a row for each council type with accepted letters: the averages as the type's letters state them, and
    the averages as computed from the figures.
    """
    names = {row["council_type_key"]: row for row in contents.types}
    for row in contents.averages:
        if row["season"] != season or row["is_sample"] != is_sample or not row["letters_accepted_count"]:
            continue
        cells = []
        for rate in RATE_NAMES:
            stated = row[f"{rate}_stated_average_pct"]
            stating, agreeing = row[f"{rate}_stating_letters_count"], row[f"{rate}_agreeing_letters_count"]
            note = None if stated is None else f"{agreeing} of {stating}"
            pooled_name = f"{rate}_pooled_pct"
            recomputed = row[pooled_name] if row.get(pooled_name) is not None else row[f"{rate}_mean_pct"]
            cells += [cell(stated, "%", note=note), cell(recomputed, "%")]
        yield {
            "head": {
                "text": names[row["council_type_key"]]["council_type_name"],
                "link": type_address(row["council_type_key"], season, is_sample),
            },
            "missing": None,
            "cells": [
                {"text": _of_expected(row["letters_accepted_count"], row["authorities_expected_count"])},
                *cells,
            ],
        }


def _of_expected(count: int, expected: int) -> str:
    """Return how many letters there are and how many are expected, as text. If none are expected, return only the
    first number.
    """
    return f"{count} of {expected}" if expected else f"{count}"


def _below_full_compliance(contents: SiteContents, accepted: Sequence[Row]) -> list[dict[str, Any]]:
    below = [row for row in accepted if row["compliance_rate_pct"] is not None and row["compliance_rate_pct"] < 100]
    return [
        {
            "head": {"text": row["authority_name"], "link": contents.address_of(row["authority_id"])},
            "missing": None,
            "cells": [cell(row["compliance_rate_pct"], "%"), cell(row["compliance_outcomes_count"])],
        }
        for row in sorted(below, key=lambda row: (row["compliance_rate_pct"], row["authority_name"]))
    ]


def _missing(contents: SiteContents, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the authorities without figures, grouped by their state of coverage. If a letter came, the authority
    has the reason why its figures are missing.
    """
    states: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["authority_name"]):
        if row["coverage_state"] != Fate.ACCEPTED:
            one = {"name": row["authority_name"], "link": contents.address_of(row["authority_id"])}
            if row["coverage_state"] not in ("not_published", "not_fetched"):
                one["why"] = row["coverage_reason"]
            states.setdefault(row["coverage_state"], []).append(one)
    return [
        {"title": STATES[state][1], "authorities": found}
        for state, found in sorted(states.items(), key=lambda one: one[0])
    ]


def _states(contents: SiteContents, season: int) -> dict[str, Any]:
    found = contents.results[season]
    return {
        "found": found["letters_found_count"],
        "expected": found["letters_expected_count"],
        "accepted": found["accepted_count"],
        "quarantined": found["quarantined_count"],
        "is_far_fewer": found["is_far_fewer_than_most"],
    }


def _reissued(contents: SiteContents, season: int) -> list[dict[str, Any]]:
    """Return the letters of a season that another letter to the same authority replaces."""
    ids = {row["authority_key"]: row for row in contents.performance if row["season"] == season}
    return [
        {
            "name": about["authority_name"]
            if (about := ids.get(row["authority_key"]))
            else row["printed_authority_name"],
            "link": contents.address_of(about["authority_id"]) if about else None,
            "address": row["source_address"],
            "reason": row["reason"],
        }
        for row in contents.letters
        if row["season"] == season and row["disposition"] == Fate.SUPERSEDED
    ]


def _is_unidentified(row: Row, season: int) -> bool:
    return bool(row["season"] == season and row["authority_key"] == UNKNOWN)


def _reconciliations(contents: SiteContents, season: int) -> list[dict[str, Any]]:
    """Return the figures that witnesses publish about council types and the Ombudsman's whole office in the season,
    each beside the figure from the letters.
    """
    names = {row["council_type_key"]: row["council_type_name"] for row in contents.types}
    return [
        {
            "head": {"text": names.get(row["council_type_key"], "The whole office")},
            "missing": None,
            "cells": [
                {"text": MEASURES.get(row["measure"], row["measure"]), "kind": "words"},
                {"text": with_unit(row["measure"], row["our_value"])},
                {"text": with_unit(row["measure"], row["witness_value"])},
                {"text": row["reconciliation_state"].replace("_", " "), "kind": "words", "note": row["reason"]},
                {"text": row["witness_source"], "kind": "words"},
            ],
        }
        for row in contents.reconciliations
        if row["season"] == season and row["our_value"] is not None and row["witness_value"] is not None
    ]


def _agreements(contents: SiteContents, season: int) -> list[dict[str, Any]]:
    return [
        {
            "witness": _WITNESSES.get(row["witness_kind"], row["witness_kind"].replace("_", " ")),
            "state": row["reconciliation_state"].replace("_", " "),
            "count": f"{row['figures_count']:,}",
        }
        for row in contents.agreements
        if row["season"] == season
    ]


def _type_jobs(contents: SiteContents, season: int, council_type: Row, is_sample: bool) -> Iterator[Job]:
    key = council_type["council_type_key"]
    rows = [
        row
        for row in contents.of_season(season, is_sample)
        if row["council_type_key"] == key and row["coverage_state"] == Fate.ACCEPTED
    ]
    if not rows:
        return
    rates = [
        row["uphold_rate_pct"] for row in rows if row["uphold_rate_pct"] is not None and not row["is_small_number"]
    ]
    average = next((row["type_uphold_rate_stated_average_pct"] for row in rows), None)
    chart = chart_job(distribution(rates, average)) if len(rates) >= _FEWEST_BARS else None
    if chart is not None:
        yield chart
    ranked = [row for row in rows if row["uphold_rate_rank"] is not None]
    few = [row for row in rows if row["is_small_number"]]
    others = [row for row in rows if row["uphold_rate_rank"] is None and not row["is_small_number"]]
    seasons = [year for year in contents.seasons if has_type_page(contents, year, key, is_sample)]
    yield Job(
        type_address(key, season, is_sample),
        Kind.PAGE,
        {
            "template": "type.html",
            "title": f"{council_type['council_type_name']}, {season_label(season)}",
            "is_sample": is_sample,
            "season_label": season_label(season),
            "season_address": season_address(season),
            "note": contents.years[season]["comparability_note"],
            "seasons": [
                {"label": season_label(year), "address": type_address(key, year, is_sample)} for year in seasons
            ],
            "average": None if average is None else number(average, "%"),
            "pooled": cell(rows[0]["type_uphold_rate_pooled_pct"], "%")["text"],
            "chart": None if chart is None else chart.path,
            "rates_count": len(rates),
            "ranked": [_ranked(contents, row) for row in sorted(ranked, key=_by_rank)],
            "few": [_ranked(contents, row) for row in sorted(few, key=_by_name)],
            "others": [_ranked(contents, row) for row in sorted(others, key=_by_name)],
        },
    )


def has_type_page(contents: SiteContents, season: int, key: str, is_sample: bool) -> bool:
    """Return whether there is a page about a council type in a season. There is, if the season has an accepted
    letter to a council of the type: to an invented council if `is_sample` is set, else to a real council.
    """
    return any(
        row["council_type_key"] == key and row["coverage_state"] == Fate.ACCEPTED
        for row in contents.of_season(season, is_sample)
    )


def _by_rank(row: Row) -> tuple[int, str]:
    return row["uphold_rate_rank"], row["authority_name"]


def _by_name(row: Row) -> str:
    name: str = row["authority_name"]
    return name


def _ranked(contents: SiteContents, row: Row) -> dict[str, Any]:
    council = contents.councils[row["authority_id"]]
    evidence = council.evidence_address(row["season"])
    return {
        "id": slug(row["authority_id"]),
        "head": {"text": row["authority_name"], "link": council.address},
        "missing": None,
        "rank": row["uphold_rate_rank"],
        "cells": [
            cell(row["uphold_rate_rank"]),
            cell(row["upheld_count"]),
            cell(row["uphold_rate_base_count"], "*" if row["is_uphold_rate_base_derived"] else ""),
            stated_cell(row, "uphold_rate", "uphold_rate_pct", "%", f"{evidence}#uphold_rate_pct"),
            cell(row["uphold_rate_gap_points"], is_signed=True),
            {"text": row["trust"], "kind": row["trust"], "note": readable(row["trust_reason"])},
        ],
    }


def _one_place(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP)}"
