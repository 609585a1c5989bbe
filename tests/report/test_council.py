"""`redress show` prints a council's years in the terminal, with a reason for each missing figure."""

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from redress.cli import app
from redress.model.season import Season
from redress.report.council import CouncilYears, ShowError, council_years
from redress.report.council_page import page

pytestmark = pytest.mark.needs("dbt")

TODAY = dt.date(2026, 1, 1)


@pytest.fixture(scope="module")
def file(cookbook_release: Path) -> Path:
    return cookbook_release / "warehouse.duckdb"


def asked(file: Path, name: str, season: int | None = None) -> CouncilYears:
    return council_years(file, name, None if season is None else Season(season), TODAY)


def printed(found: CouncilYears, width: int = 80) -> str:
    """Return the page as a terminal of a width shows the page, without spaces at the ends of lines."""
    terminal = io.StringIO()
    console = Console(file=terminal, width=width, highlight=False, color_system=None)
    for part in page(found):
        console.print(part)
    return "\n".join(line.rstrip() for line in terminal.getvalue().splitlines())


def changed(found: CouncilYears, **values: Any) -> CouncilYears:
    """Return a council's years with other values in every season."""
    return replace(found, years=[{**row, **values} for row in found.years])


def test_the_years_of_a_council_stand_beside_its_types_average(file: Path) -> None:
    text = printed(asked(file, "Pellonshire"))
    assert text.startswith("Pellonshire County Council (SAMPLE-01)\nCounty Councils, South West\n")
    assert (
        "season  upheld   of  rate  average  gap    rank  trust     letter\n"
        "2018        25  41*   61%        -    -  1 of 2  stated    accepted\n"
        "2021        33   40   83%      71%  +12  1 of 3  verified  accepted\n"
        "2022        41   59   69%      71%   -2  2 of 4  stated    accepted\n"
        "2023        52   63   83%      80%   +3  1 of 3  stated    accepted\n"
    ) in text
    assert "2018         112      119           -                      -       -\n" in text
    assert "An invented council" in text


def test_what_a_letter_does_not_state_has_a_reason_and_is_not_zero(file: Path) -> None:
    text = printed(asked(file, "Wexmarsh"))
    assert "2021           2      100%      99%         -  none upheld        -\n" in text
    assert "2022           -  none due        -         1         100%      20%\n" in text
    assert (
        "2023           -  none due        -         0           0%      15%\n" in text
    )  # a stated zero stays zero
    assert "no satisfactory remedy rate: the letter says that nothing was upheld" in text
    assert "no compliance rate: the letter says that no recommendations were due" in text


@pytest.mark.parametrize(
    ("name", "season", "state", "why"),
    [
        ("Ostlebridge", 2021, "no_statistics", "no figures: the letter came without its statistics page"),
        ("Ostlebridge", 2023, "not_published", "no figures: no letter came in"),
        ("Tarnbeck", 2021, "quarantined", "upheld 14 of investigations 21 is 67%, and 76% is printed"),
    ],
)
def test_a_season_without_figures_has_its_state_and_its_reason(
    file: Path, name: str, season: int, state: str, why: str
) -> None:
    text = printed(asked(file, name, season), width=160)
    (row,) = [line for line in text.splitlines() if line.startswith(str(season)) and line.endswith(state)]
    assert row.split() == [str(season), "-", "-", "-", "-", "-", "-", "-", state]
    assert why in " ".join(text.split())


def test_small_numbers_and_seasons_that_cannot_be_compared_are_warned_of(file: Path) -> None:
    text = " ".join(printed(asked(file, "Linfell")).split())
    assert "fewer than ten investigations: one case moves the rate by more than ten points" in text
    assert "2023 8 9 89% 80% +9 - stated accepted" in text
    assert "its rates can be compared with those since season 2023, not with earlier ones" in text
    assert "The Ombudsman paused its casework" in text


def test_a_flag_says_why(file: Path) -> None:
    text = printed(changed(asked(file, "Vennery"), trust="flagged", trust_reason="blocks_complete"))
    assert "flagged: blocks_complete" in text


def test_a_figure_that_could_not_be_read_is_not_said_to_be_unstated(file: Path) -> None:
    found = changed(
        asked(file, "Vennery", 2023),
        compliance_rate_absence_code="not_read",
        uphold_rate_type_average_pct=None,
        not_read_measures="compliance_rate_pct, uphold_rate_type_average_pct",
    )
    text = " ".join(printed(found, width=200).split())
    assert "no compliance rate: the letter states it, and it could not be read for certain" in text
    assert "no gap to an average of the uphold rate: the average could not be read" in text


def test_numbers_for_each_100_000_residents_are_shown_where_there_are_any(file: Path) -> None:
    found = asked(file, "Vennery", 2023)
    assert "100,000" not in printed(found)
    text = printed(
        changed(
            found,
            upheld_per_100k=Decimal("11.000"),
            upheld_per_100k_absence_code=None,
            upheld_per_100k_type_average=Decimal("8.300"),
            upheld_per_100k_gap=Decimal("2.700"),
            recomputed_upheld_per_100k=Decimal("11.1"),
            population_count=387_000,
            population_mid_year=2021,
        )
    )
    assert "2023        11      8.3  +2.7        11.1    387,000    2021" in text
    assert "not stated" in printed(changed(found, upheld_per_100k_absence_code="not_stated"))


def test_a_season_has_its_letter_and_the_evidence_of_each_figure(file: Path) -> None:
    found = asked(file, "Pellonshire", 2021)
    text = printed(found, width=160)
    assert "2021/pellonshire-county-council.pdf, 21 July 2021: accepted" in text
    assert f"sha256 {found.letters[0]['letter_sha256']}\n" in text
    assert len(found.figures) == 11
    assert "uphold_rate_pct  83%  page 2, box 189,92 to 210,102\n" in text
    assert "“83% of complaints we investigated were upheld”" in text
    assert "2022" not in text.replace("31 March 2022", "")


def test_a_letter_in_a_pack_has_its_pages_and_a_letter_alone_has_none(file: Path) -> None:
    found = asked(file, "Pellonshire", 2021)
    assert "the letter is on" not in printed(found)
    (letter,) = found.letters
    in_a_pack = replace(found, letters=[{**letter, "letter_first_page": 3, "letter_last_page": 4, "page_count": 6}])
    assert "the letter is on pages 3 to 4 of 6\n" in printed(in_a_pack)
    of_an_older_version = {name: value for name, value in letter.items() if not name.endswith("_page")}
    assert "the letter is on" not in printed(replace(found, letters=[of_an_older_version]))


def test_a_second_witness_stands_beside_a_letter_without_figures(file: Path) -> None:
    text = printed(asked(file, "Ostlebridge", 2021), width=160)
    assert "upheld_count             -      11  only witness  the letter came without its statistics page" in text
    assert "from 2021/data-tables/complaints-decided.csv" in text


def test_a_corrected_figure_and_one_read_from_a_picture_say_so(file: Path) -> None:
    found = asked(file, "Pellonshire", 2021)
    figure = {
        **found.figures[0],
        "is_ocr": True,
        "is_corrected": True,
        "value": Decimal("82.000"),
        "correction_reason": "misprinted",
        "correction_source": "a letter of apology",
    }
    text = printed(replace(found, figures=[figure]))
    assert "  read from a picture\n" in text
    assert "  corrected to 82: misprinted (a letter of apology)\n" in text


@pytest.mark.parametrize(
    "name", ["Pellonshire", "Wexmarsh", "Tarnbeck", "Ostlebridge", "Vennery", "Buckinghamshire"]
)
def test_nothing_is_wider_than_a_narrow_terminal(file: Path, name: str) -> None:
    assert max(map(len, printed(asked(file, name)).splitlines())) <= 80
    assert max(map(len, printed(asked(file, name, 2021)).splitlines())) <= 80


@pytest.mark.parametrize(
    ("name", "authority_id"),
    [
        ("SAMPLE-01", "SAMPLE-01"),
        ("pellonshire county council", "SAMPLE-01"),
        ("BKM", "BKM"),
        ("Buckinghamshire", "BUC"),  # today's, not the county council that had the short name until 2020
        ("Shepway", "SHE"),  # a former name
        ("Corby Borough Council", "COR"),  # it is no more
        ("Bedford Council", "BDF"),  # an alias
    ],
)
def test_a_council_is_found_by_its_id_or_by_a_name_it_goes_or_went_by(
    file: Path, name: str, authority_id: str
) -> None:
    assert asked(file, name).authority.authority_id == authority_id


def test_a_name_is_that_of_the_season_where_one_is_given(file: Path) -> None:
    assert asked(file, "Buckinghamshire", 2018).authority.authority_id == "BKM"


def test_predecessors_and_successors_are_named(file: Path) -> None:
    corby = printed(asked(file, "Corby"))
    assert "ended on 31 March 2021\nfollowed by: North Northamptonshire Council\n" in corby
    buckinghamshire = " ".join(printed(asked(file, "Buckinghamshire")).split())
    assert "took over from: Aylesbury Vale District Council; Buckinghamshire County Council;" in buckinghamshire
    assert "Source: Local Government and Social Care Ombudsman" in buckinghamshire


@pytest.mark.parametrize(
    ("name", "season", "told"),
    [
        ("North Yorkshire Fire", None, "show FIRE-NORTH-YORKSHIRE is .*show FIRE-NORTH-YORKSHIRE-COMMISSIONER is"),
        ("Worcster", None, "similar names: Worcester City Council.*show WOC is Worcester City Council"),
        ("Xyzzy", None, "no authority has the name “Xyzzy”.*nor a similar one$"),
        ("Corby", 2022, "ended on 31 March 2021, and was taken over by North Northamptonshire Council"),
        ("Pellonshire", 2015, "nothing about Pellonshire County Council in season 2015; it has seasons 2018, 2021"),
    ],
)
def test_a_name_or_season_that_cannot_be_shown_is_explained(
    file: Path, name: str, season: int | None, told: str
) -> None:
    with pytest.raises(ShowError, match=told):
        asked(file, name, season)


def redress(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"REDRESS_HOME": str(home)})


def test_the_command_shows_the_current_release(cookbook_release: Path) -> None:
    done = redress(cookbook_release.parents[2], "show", "harrowmere", "--season", "2023")
    assert done.exit_code == 0, done.stderr
    assert "Harrowmere County Council (SAMPLE-51)" in done.stdout
    assert "“40 upheld decisions”" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["show", "Kent"], "there is no release in"), (["show", "Kent", "--season", "21"], "21 is not a season")],
)
def test_the_command_says_what_is_wrong_without_a_traceback(
    tmp_path: Path, arguments: list[str], told: str
) -> None:
    done = redress(tmp_path, *arguments)
    assert done.exit_code == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_what_letters_say_about_the_council_alone_is_quoted_by_season(file: Path) -> None:
    shown = printed(asked(file, "Oxgarth"), width=300)
    assert "What the letters say about this council and not about most others" in shown
    assert "2021  page 1  public report; payment; housing" in shown
    assert "“During the year I published a public interest report about your Council," in shown
    assert "public interest report" in printed(asked(file, "Oxgarth", 2021), width=300)
    assert "public interest report" not in printed(asked(file, "Oxgarth", 2022), width=300)
