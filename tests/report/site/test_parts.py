"""Without a release, the site's charts, map, cells, CSV and file names are right, and hostile texts stay text."""

from decimal import Decimal
from typing import Any

import pytest
from lxml import html

from redress.model.printable import printable
from redress.report.site.charts import drawn, rate_points, rates_over_seasons
from redress.report.site.contents import slug
from redress.report.site.council_pages import sentence, stretches
from redress.report.site.jobs import Job, Kind, chart_job
from redress.report.site.maps import season_map
from redress.report.site.templates import page
from redress.report.site.words import cell, csv_text, readable

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "Blaby' onmouseover='x",
    "{{ 7 * 7 }}{% raw %}",
    "\u202eycnuoC ybalB",
    "مجلس المدينة",
    "&amp;lt;b&amp;gt;",
)


def year(season: int, rate: int | None, since: int = 2015, *, is_small: bool = False) -> dict[str, Any]:
    return {
        "season": season,
        "uphold_rate_pct": None if rate is None else Decimal(rate),
        "average": Decimal(60),
        "comparable_since_season": since,
        "is_small_number": is_small,
    }


def stretches_of(years: list[dict[str, Any]]) -> list[tuple[int, str]]:
    points = rate_points(years, "uphold_rate_pct", "average")
    return [(point["season"], point["stretch"]) for point in points if point["who"] == "council"]


def test_no_line_is_drawn_over_a_season_without_a_figure() -> None:
    years = [year(2019, 50), year(2020, None), year(2021, 60), year(2022, 70)]
    assert stretches_of(years) == [(2019, "council 1"), (2021, "council 2"), (2022, "council 2")]


def test_no_line_is_drawn_over_a_break_of_comparability() -> None:
    years = [year(2022, 50), year(2023, 60, 2023), year(2024, 60, 2023)]
    assert stretches_of(years) == [(2022, "council 1"), (2023, "council 2"), (2024, "council 2")]


def test_a_rate_of_few_investigations_is_marked_and_its_average_is_not() -> None:
    points = rate_points([year(2024, 50, is_small=True)], "uphold_rate_pct", "average")
    assert [(point["who"], point["small"]) for point in points] == [("council", True), ("average", False)]


class Contents:
    """A stand-in for the contents of a site, with only the parts that the map asks for."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = rows
        self.hexagons = {"ADU": (8, -2), "BLA": (9, 3)}

    def of_season(self, season: int, is_sample: bool) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["is_sample"] == is_sample]

    def address_of(self, authority_id: str) -> str | None:
        return f"council/{authority_id}.html"


def council(gap: str | None, **more: Any) -> dict[str, Any]:
    return {
        "authority_id": "ADU",
        "authority_name": "A council",
        "short_name": "A",
        "council_type_key": "district",
        "council_type_name": "District Councils",
        "is_sample": False,
        "coverage_state": "accepted",
        "uphold_rate_pct": Decimal(60),
        "uphold_rate_gap_points": None if gap is None else Decimal(gap),
        "is_small_number": False,
        **more,
    }


def kind(row: dict[str, Any]) -> str:
    (part,) = season_map(Contents(row), 2024, False)  # type: ignore[arg-type]
    return str(part["hexagons"][0]["kind"])


@pytest.mark.parametrize(
    ("gap", "expected"),
    [
        ("-20", "gap0"),
        ("-19.9", "gap1"),
        ("-10", "gap1"),
        ("-9", "gap2"),
        ("-3", "gap3"),
        ("0", "gap3"),
        ("3", "gap3"),
        ("3.1", "gap4"),
        ("9", "gap4"),
        ("10", "gap5"),
        ("19", "gap5"),
        ("20", "gap6"),
    ],
)
def test_the_scale_of_the_map_is_the_same_on_both_sides(gap: str, expected: str) -> None:
    assert kind(council(gap)) == expected


def test_missing_and_small_numbers_have_a_pattern_and_no_colour() -> None:
    assert kind(council("12", is_small_number=True)) == "few"
    assert kind(council(None)) == "none"
    assert kind(council("12", coverage_state="quarantined")) == "none"


def test_councils_without_a_place_stand_beside_the_map() -> None:
    county = council("0", authority_id="CTY", council_type_key="county", council_type_name="County Councils")
    ended = council("0", authority_id="OLD")
    parts = season_map(Contents(council("0"), county, ended), 2020, False)  # type: ignore[arg-type]
    assert [part["title"] for part in parts] == [
        "Districts, unitary, metropolitan and London borough councils",
        "County councils",
        "Councils that have ended since",
    ]


def test_a_release_that_knows_no_places_calls_no_council_ended() -> None:
    contents = Contents(council("0"))
    contents.hexagons = {}
    (part,) = season_map(contents, 2024, False)  # type: ignore[arg-type]
    assert part["title"] == "Other councils, by type and name"


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("not_read", "the letter states it, and it could not be read for certain"),
        ("none_investigated", "the letter says that nothing was investigated"),
    ],
)
def test_a_council_without_a_rate_is_told_the_true_reason(code: str, why: str) -> None:
    row = council("0") | {"season": 2021, "uphold_rate_pct": None, "uphold_rate_absence_code": code}
    assert sentence(row) == f"In 2020-21, there is no uphold rate: {why}."
    (part,) = season_map(Contents(row), 2024, False)  # type: ignore[arg-type]
    assert part["hexagons"][0]["words"].endswith(f"no uphold rate: {why}")


def test_a_rate_whose_counts_are_absent_is_told_without_them() -> None:
    row = {
        "season": 2021,
        "uphold_rate_pct": Decimal(83),
        "uphold_rate_type_average_pct": Decimal(71),
        "upheld_count": 33,
        "uphold_rate_base_count": 40,
    }
    average = "the average of similar authorities was 71%."
    assert sentence(row) == f"In 2020-21, the Ombudsman upheld 33 of 40 investigations, 83%; {average}"
    for count in ("upheld_count", "uphold_rate_base_count"):
        assert sentence(row | {count: None}) == f"In 2020-21, the Ombudsman upheld 83% of investigations; {average}"


def test_a_number_has_a_true_minus_and_zero_no_sign() -> None:
    assert cell(Decimal("-3.5"), is_signed=True)["text"] == "−3.5"
    assert cell(Decimal("0.000"), is_signed=True)["text"] == "0"
    assert cell(Decimal("12.000"), is_signed=True)["text"] == "+12"
    assert cell(None)["text"] == "–"


def test_no_text_of_a_csv_is_a_formula() -> None:
    rows = [{"a": "=1+1", "b": "-3.5", "c": True, "d": None}, {"a": "@SUM(A1)", "b": "+44", "c": False, "d": 0}]
    assert csv_text(rows, ["a", "b", "c", "d"]) == "a,b,c,d\r\n'=1+1,-3.5,TRUE,\r\n'@SUM(A1),+44,FALSE,0\r\n"


def test_seasons_are_told_as_stretches() -> None:
    assert stretches([2014, 2015, 2016, 2021]) == "2013-14 to 2015-16, 2020-21"


def test_an_id_with_other_characters_is_a_name_for_a_file() -> None:
    assert slug("SAMPLE-01") == "SAMPLE-01"
    assert slug("../X Y") == "_2e__2e__2f_X_20_Y"
    assert slug("A_B") != slug("A-B")


def test_two_ids_are_two_files_on_a_disk_that_takes_small_letters_for_capitals() -> None:
    names = [slug(one) for one in ("SAMPLE", "sample", "Sample", "S_41_", "S_61_")]
    assert len({name.lower() for name in names}) == len(names)


def test_an_id_that_is_a_device_of_windows_or_very_long_can_be_a_file() -> None:
    assert slug("CON") == "CON_"  # Cornwall's id
    assert slug("COM-1") == "COM-1"
    assert max(len(slug("L" * 300)), len(slug("é" * 300))) < 200
    assert slug("L" * 300) != slug("L" * 301)


def test_an_axis_names_each_season_once() -> None:
    points = rate_points([year(2021, 50)], "uphold_rate_pct", "average")
    drawing = drawn(rates_over_seasons(points, [2021], [])).decode()
    assert html.fromstring(drawing).xpath("//*[text()='2021' or text()='2020' or text()='2022']/text()") == ["2021"]


def test_equal_charts_are_one_file() -> None:
    assert chart_job({"a": 1}).path == chart_job({"a": 1}).path != chart_job({"a": 2}).path


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_shown_and_never_run(text: str) -> None:
    job = Job(
        "council/x.html",
        Kind.PAGE,
        {
            "template": "council.html",
            "title": text,
            "is_sample": True,
            "authority_id": text,
            "type_name": text,
            "region_name": text,
            "type_link": "type/district/2024.html",
            "ended": None,
            "predecessors": [{"name": text, "address": None}],
            "successors": [],
            "sentence": text,
            "sentence_link": "council/x/2024.html",
            "charts": [{"title": text, "address": "charts/x.svg", "alt": text}],
            "uphold": [{"head": {"text": text}, "missing": text, "note": text, "cells": []}],
            "has_derived": False,
            "others": [],
            "per_100k": [],
            "counts": [],
            "count_names": [],
            "services": [],
            "passages": [{"season": text, "place": text, "link": None, "text": text, "marks": [text]}],
            "said_of_few": text,
            "notes": [{"seasons": "2023-24", "note": text}],
            "years_csv": "council/x-years.csv",
            "figures_csv": None,
            "neighbours": [{"name": text, "address": "council/y.html", "id": text}],
        },
    )
    document = html.document_fromstring(page(job.path, job.inputs).decode())
    assert document.findtext(".//h1") == printable(text)
    assert document.xpath("//script") == []
    assert [name for element in document.iter() for name in element.attrib if name.startswith("on")] == []
    (image,) = document.xpath("//img")
    assert image.get("alt") == printable(text)


def test_reasons_name_measures_in_words() -> None:
    said = "unusual change since an earlier season: upheld_count, uphold_rate_type_average_pct"
    assert readable(said) == (
        "unusual change since an earlier season: complaints upheld, uphold rate, average of similar authorities"
    )
    assert readable(None) is None
