"""The pages about the whole release: home, coverage, comparison, method and data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from redress.model.landed import Fate
from redress.report.council_words import SAMPLE, SOURCE
from redress.report.markdown_page import titled_html
from redress.report.site.contents import CouncilContents, SiteContents, slug
from redress.report.site.council_pages import nearest
from redress.report.site.jobs import HERE, Job, Kind
from redress.report.site.season_pages import season_address, season_links, season_values
from redress.report.site.words import STATES, season_label
from redress.warehouse.releases.checksums import NOTES_NAME

ASSETS = ("site.css", "site.js", "compare.js")
SCRIPTS_PATH = "assets/vega.js"
_SIGNS = {
    Fate.ACCEPTED: "●",
    Fate.QUARANTINED: "◐",
    Fate.NO_STATISTICS: "○",
    "not_expected": "◌",
    "not_published": "–",
    "not_fetched": "?",
}
_COMPARED = (
    "season",
    "uphold_rate_pct",
    "uphold_rate_type_average_pct",
    "compliance_rate_pct",
    "satisfactory_remedy_rate_pct",
    "upheld_count",
    "uphold_rate_base_count",
    "is_small_number",
    "comparable_since_season",
)


def whole_jobs(contents: SiteContents, release: Path, *, has_pdfs: bool) -> Iterator[Job]:
    """Yield the jobs for the pages about the whole release, and for the styles and scripts of all pages."""
    for name in ASSETS:
        yield Job(f"assets/{name}", Kind.TEXT, {"text": (HERE / "assets" / name).read_text(encoding="utf-8")})
    yield Job(SCRIPTS_PATH, Kind.SCRIPTS)
    yield _home(contents, has_pdfs=has_pdfs)
    yield Job("coverage.html", Kind.PAGE, {**_page(contents, "coverage.html", "Coverage"), **_coverage(contents)})
    yield from _comparison(contents)
    yield Job("method.html", Kind.PAGE, {**_page(contents, "method.html", "Method"), **_method(contents)})
    yield Job("data.html", Kind.PAGE, {**_page(contents, "data.html", "Data"), **_data(contents, release)})
    notes = (release / NOTES_NAME).read_text(encoding="utf-8")
    title, body = titled_html(notes)
    yield Job("release.html", Kind.PAGE, {**_page(contents, "release.html", title), "notes": body})


def _page(contents: SiteContents, template: str, title: str) -> dict[str, Any]:
    return {
        "template": template,
        "title": title,
        "is_sample": contents.is_of_samples,
    }


def _home(contents: SiteContents, *, has_pdfs: bool) -> Job:
    councils = sorted(contents.councils.values(), key=lambda council: council.name)
    with_figures = [season for season in contents.seasons if contents.groups(season)]
    newest = with_figures[-1] if with_figures else None
    values = {} if newest is None else season_values(contents, newest, has_pdf=has_pdfs)
    return Job(
        "index.html",
        Kind.PAGE,
        {
            **values,
            **_page(contents, "home.html", "The Ombudsman's letters to councils"),
            "newest": None if newest is None else season_label(newest),
            "newest_address": None if newest is None else season_address(newest),
            "headlines": [group["headline"] for group in values.get("groups", [])],
            "groups": values.get("groups", []),
            "seasons": season_links(contents),
            "councils": [
                {
                    "name": council.name,
                    "address": council.address,
                    "words": _words(council),
                    "is_marked": council.is_sample and not contents.is_of_samples,
                }
                for council in councils
            ],
        },
    )


def _words(council: CouncilContents) -> str:
    """Return the other words by which a person may look for a council: its other names, short name and id."""
    names = {row["authority_name"] for row in council.years} | {council.short_name, council.authority_id}
    return " ".join(sorted(names - {council.name}))


def _coverage(contents: SiteContents) -> dict[str, Any]:
    """Return the values for the coverage page. `types` has a grid for each council type that has authorities, and a
    grid for its invented authorities. A grid has a row for each authority and a column for each season. `states`
    has the signs of _SIGNS, each with its meaning. `counts` has the numbers of letters for each season.
    """
    years = {(row["authority_id"], row["season"]): row for row in contents.performance}
    newest = {row["authority_id"]: row for row in contents.performance}
    types = []
    for is_sample in (False, True):
        for council_type in contents.types:
            rows = sorted(
                (
                    row
                    for row in newest.values()
                    if row["council_type_key"] == council_type["council_type_key"] and row["is_sample"] == is_sample
                ),
                key=lambda row: (row["short_name"], row["authority_id"]),
            )
            if rows:
                name = council_type["council_type_name"]
                types.append(
                    {
                        "title": f"{name}, invented" if is_sample else name,
                        "rows": [_coverage_row(contents, row, years) for row in rows],
                    }
                )
    return {
        "types": types,
        "labels": [season_label(season) for season in contents.seasons],
        "states": [
            {"sign": _SIGNS[state], "words": words} for state, (_, words) in STATES.items() if state in _SIGNS
        ],
        "counts": [
            {
                "label": season_label(season),
                "address": season_address(season),
                "found": contents.results[season]["letters_found_count"],
                "expected": contents.results[season]["letters_expected_count"],
                "accepted": contents.results[season]["accepted_count"],
                "quarantined": contents.results[season]["quarantined_count"],
            }
            for season in contents.seasons
        ],
    }


def _coverage_row(contents: SiteContents, about: Any, years: Any) -> dict[str, Any]:
    cells = []
    council = contents.councils.get(about["authority_id"])
    for season in contents.seasons:
        row = years.get((about["authority_id"], season))
        if row is None:
            cells.append({"sign": "", "words": "did not exist", "link": None})
            continue
        has_letter = council is not None and season in council.letters
        cells.append(
            {
                "sign": _SIGNS.get(row["coverage_state"], "×"),
                "words": STATES[row["coverage_state"]][0],
                "link": council.evidence_address(season) if council is not None and has_letter else None,
            }
        )
    return {"name": about["authority_name"], "link": contents.address_of(about["authority_id"]), "cells": cells}


def _comparison(contents: SiteContents) -> Iterator[Job]:
    """Yield the jobs for the page that compares councils, and for a script for each council with figures. The
    script holds the council's seasons with figures.

    The data are in scripts, because a page that is opened from a folder may load scripts but no data.
    """
    councils = sorted(
        (council for council in contents.councils.values() if council.has_figures), key=lambda one: one.name
    )
    places = {council.authority_id: place for place, council in enumerate(councils)}
    for council in councils:
        accepted = [row for row in council.years if row["coverage_state"] == Fate.ACCEPTED]
        stated = {
            "name": council.name,
            "years": [{name: _plain(row[name]) for name in _COMPARED} for row in accepted],
            "near": [places[other.authority_id] for other in nearest(contents, council)],
        }
        text = f"redressCompared({json.dumps(council.authority_id)}, {json.dumps(stated)});\n"
        yield Job(f"compare/{slug(council.authority_id)}.js", Kind.TEXT, {"text": text})
    yield Job(
        "compare.html",
        Kind.PAGE,
        {
            **_page(contents, "compare.html", "Councils side by side"),
            "seasons_first": contents.seasons[0] if contents.seasons else 0,
            "seasons_last": contents.seasons[-1] if contents.seasons else 0,
            "councils": [
                {
                    "id": council.authority_id,
                    "name": council.name,
                    "data": f"compare/{slug(council.authority_id)}.js",
                    "address": council.address,
                    "about": _about(council),
                }
                for council in councils
            ],
        },
    )


def _about(council: CouncilContents) -> str:
    last = council.last
    about = f"{last['council_type_name'] or 'no council type'}, {last['region_name'] or 'no region'}"
    return f"{about}, invented" if council.is_sample else about


def _plain(value: Any) -> Any:
    """Return a value in a form that JSON can hold. A decimal becomes a float."""
    return value if value is None or isinstance(value, bool | int) else float(value)


def _method(contents: SiteContents) -> dict[str, Any]:
    return {
        "notes": [
            {"label": season_label(season), "note": contents.years[season]["comparability_note"]}
            for season in contents.seasons
            if contents.years[season]["comparability_note"]
        ],
        "rules": [{"sentence": row["sentence"], "severity": row["severity"]} for row in contents.rules],
        "source": SOURCE,
        "sample": SAMPLE,
    }


def _data(contents: SiteContents, release: Path) -> dict[str, Any]:
    package = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    tables = [
        {
            "name": Path(resource["path"]).stem,
            "description": resource["description"],
            "csv": resource["path"],
            "csv_size": _size(resource["bytes"]),
            "parquet": resource["parquet"]["path"],
            "parquet_size": _size(resource["parquet"]["bytes"]),
        }
        for resource in package["resources"]
        if "parquet" in resource
    ]
    return {
        "release": contents.release,
        "tables": tables,
        "duckdb_size": _size((release / "warehouse.duckdb").stat().st_size),
        "sources": package["sources"],
        "licences": package["licenses"],
        "first": season_label(contents.seasons[0]) if contents.seasons else "",
        "last": season_label(contents.seasons[-1]) if contents.seasons else "",
    }


def _size(count_bytes: int) -> str:
    return f"{count_bytes / 1e6:.1f} MB" if count_bytes >= 1e6 else f"{max(1, round(count_bytes / 1e3))} kB"
