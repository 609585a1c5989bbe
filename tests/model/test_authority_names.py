"""A name is resolved to the authority that the name means on a day, however the name is printed."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.model.authorities import Authority
from redress.model.reference import load_authorities
from redress.model.season import Season
from tests.model.seeds import COUNCILS, HEADER, ONE_DAY, rows_of

LAST_DAY_OF_CORBY = dt.date(2021, 3, 31)


def name_in_force(authority: Authority, on: dt.date) -> tuple[str, str]:
    """Return the full and the short official name of an authority on a day, as the rows of the seed give them."""
    former = [
        row
        for row in rows_of("authority_aliases.csv")
        if row["authority_id"] == authority.authority_id
        and row["is_official"] == "true"
        and dt.date.fromisoformat(row["valid_to_date"]) >= on
    ]
    if not former:
        return authority.name, authority.short_name
    row = min(former, key=lambda row: row["valid_to_date"])
    return row["alias_name"], row["short_name"]


def id_of(name: str, on: dt.date) -> str | None:
    authority = COUNCILS.resolve(name, on).authority
    return None if authority is None else authority.authority_id


def test_a_council_keeps_its_name_after_its_end_because_cases_about_it_are_decided_later() -> None:
    assert id_of("Corby Borough Council", LAST_DAY_OF_CORBY) == "COR"
    assert id_of("Corby Borough Council", LAST_DAY_OF_CORBY + ONE_DAY) == "COR"
    assert id_of("Corby Borough Council", dt.date(2024, 3, 31)) == "COR"


def test_a_council_has_its_name_from_its_first_day_inclusive() -> None:
    assert id_of("Buckinghamshire Council", dt.date(2020, 4, 1)) == "BUC"
    assert id_of("Buckinghamshire Council", dt.date(2020, 3, 31)) is None


def test_a_name_of_another_time_is_explained_with_who_was_there_instead() -> None:
    after = COUNCILS.resolve("Corby Borough Council", LAST_DAY_OF_CORBY + ONE_DAY)
    assert [council.authority_id for council in after.candidates] == ["COR"]
    assert (
        "Corby Borough Council (COR) ended on 31 March 2021; its successor is North Northamptonshire Council (NNT)"
    ) in after.reason

    before = COUNCILS.resolve("Buckinghamshire Council", dt.date(2020, 3, 31))
    assert before.authority is None
    assert before.reason.endswith(
        "Buckinghamshire Council (BUC) began on 1 April 2020; its predecessors are Aylesbury Vale District Council "
        "(AYL), Buckinghamshire County Council (BKM), Chiltern District Council (CHN), "
        "South Bucks District Council (SBU) and Wycombe District Council (WYO)"
    )


@pytest.mark.parametrize(
    ("short_name", "last_day", "before", "after"),
    [
        ("Buckinghamshire", dt.date(2020, 3, 31), "BKM", "BUC"),
        ("Dorset", dt.date(2019, 3, 31), "DOR", "DST"),
        ("North Yorkshire", dt.date(2023, 3, 31), "NYK", "NYE"),
        ("Somerset", dt.date(2023, 3, 31), "SOM", "SMT"),
    ],
)
def test_a_short_name_passes_from_a_county_to_the_unitary_after_it(
    short_name: str, last_day: dt.date, before: str, after: str
) -> None:
    assert id_of(short_name, last_day) == before
    assert id_of(short_name, last_day + ONE_DAY) == after


@pytest.mark.parametrize("day", [dt.date(year, 3, 31) for year in range(2010, 2027)])
def test_every_authority_is_found_by_both_its_names_at_each_period_s_end(day: dt.date) -> None:
    for authority in COUNCILS.alive_on(day):
        for name in name_in_force(authority, day):
            assert COUNCILS.resolve(name, day).authority == authority


@pytest.mark.parametrize("day", [dt.date(year, 3, 31) for year in range(2010, 2027)])
def test_every_alias_means_its_authority_at_each_period_s_end_on_which_it_counts(day: dt.date) -> None:
    alive = {authority.authority_id for authority in COUNCILS.alive_on(day)}
    for row in rows_of("authority_aliases.csv"):
        counts = (row["valid_from_date"] or "0001") <= day.isoformat() <= (row["valid_to_date"] or "9999")
        if counts and row["authority_id"] in alive:
            assert id_of(row["alias_name"], day) == row["authority_id"], row


@pytest.mark.parametrize(
    ("name", "season", "authority_id"),
    [
        ("Buckinghamshire", 2020, "BKM"),
        ("Buckinghamshire", 2021, "BUC"),
        ("Corby Borough Council", 2020, "COR"),
        ("Taunton Deane Borough Council", 2019, "TAU"),
        ("Somerset West and Taunton Council", 2020, "SWT"),
        ("City of London", 2021, "LND"),
        ("Corporation of London", 2012, "LND"),
        ("Croydon Council", 2018, "CRY"),
        ("Wirral Metropolitan Borough Council", 2020, "WRL"),
        ("City of Bristol", 2015, "BST"),
        ("London Borough of Greenwich", 2011, "GRE"),
        ("Milton Keynes Council", 2021, "MIK"),
        ("Westminster City Council", 2020, "WSM"),
        ("Peak District National Park Authority", 2021, "PARK-PEAK-DISTRICT"),
        ("The Broads Authority", 2021, "PARK-BROADS"),
        ("Transport for London", 2021, "TRANSPORT-LONDON"),
        ("Kent Fire & Rescue Authority", 2020, "FIRE-KENT"),
        ("Essex Fire and Rescue Authority", 2017, "FIRE-ESSEX"),
        ("Essex Fire and Rescue Authority", 2018, "FIRE-ESSEX-COMMISSIONER"),
        ("Greater Manchester Combined Authority", 2024, "GMCA"),
        ("North East Combined Authority", 2024, "NECA"),
        ("North East Combined Authority", 2025, "NEMCA"),
        ("Sheffield City Region Combined Authority", 2021, "SCR"),
    ],
)
def test_a_name_means_who_bore_it_at_the_end_of_the_season_s_period(
    name: str, season: int, authority_id: str
) -> None:
    assert id_of(name, Season(season).period_end) == authority_id


@pytest.mark.parametrize(
    ("season", "name_then", "name_of_another_time", "why"),
    [
        (2019, "Folkestone & Hythe District Council", "Shepway District Council", "until 31 March 2018"),
        (2022, "Southend-on-Sea City Council", "Southend-on-Sea Borough Council", "until 28 February 2022"),
        (2021, "Colchester Borough Council", "Colchester City Council", "before 23 November 2022"),
        (2016, "Shepway", "Folkestone and Hythe", "before 1 April 2018"),
    ],
)
def test_a_renamed_council_goes_by_the_name_of_the_time(
    season: int, name_then: str, name_of_another_time: str, why: str
) -> None:
    period_end = Season(season).period_end
    meant = COUNCILS.resolve(name_then, period_end).authority
    assert meant is not None
    refused = COUNCILS.resolve(name_of_another_time, period_end)
    assert refused.authority is None
    assert refused.candidates == (meant,)
    assert f"called “{name_of_another_time}” {why}" in refused.reason


def test_a_letter_written_after_a_renaming_may_use_the_new_name_for_the_period_before() -> None:
    # The letters of July 2018 are about a period that ended on the last day of Shepway's name.
    for name in ("Shepway District Council", "Folkestone and Hythe District Council"):
        assert id_of(name, Season(2018).period_end) == "SHE"
    assert id_of("Folkestone and Hythe District Council", Season(2017).period_end) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Blabby District Council", "Blaby District Council (BLA)"),
        ("Peak Distric National Park Authority", "Peak District National Park Authority (PARK-PEAK-DISTRICT)"),
        ("Corby District Council", "Corby Borough Council (COR) ended on 31 March 2021"),
    ],
)
def test_a_name_that_is_merely_similar_gives_candidates_and_no_authority(name: str, meant: str) -> None:
    resolution = COUNCILS.resolve(name, LAST_DAY_OF_CORBY + ONE_DAY)
    assert resolution.authority is None
    assert f"similar names: {meant}" in resolution.reason
    assert resolution.candidates[0].name in meant


@pytest.mark.parametrize(
    ("name", "season", "authority_id"),
    [
        ("Northampton Borough Council", 2022, "NOR"),
        ("Scarborough Borough Council", 2024, "SCE"),
        ("Allerdale Borough Council", 2024, "ALL"),
        ("South Lakeland District Council", 2024, "SLA"),
        ("Cumbria County Council", 2025, "CMA"),
        ("Dorset County Council", 2021, "DOR"),
        ("Dorset", 2021, "DST"),
        ("Buckinghamshire", 2021, "BUC"),
        ("Buckinghamshire County Council", 2021, "BKM"),
    ],
)
def test_an_ended_council_keeps_its_name_and_a_living_council_of_one_name_goes_first(
    name: str, season: int, authority_id: str
) -> None:
    assert id_of(name, Season(season).period_end) == authority_id


def test_two_ended_councils_of_one_name_are_left_to_a_person(additional: Path) -> None:
    additional.write_text(
        f"{HEADER}\n"
        "T1,Twinbury Borough Council,Twinbury,district,South East,,2012-03-31\n"
        "T2,Twinbury Council,Twinbury,unitary,South East,2012-04-01,2019-03-31\n",
        encoding="utf-8",
    )
    resolution = load_authorities(additional=additional).resolve("Twinbury", dt.date(2021, 3, 31))
    assert resolution.authority is None
    assert [council.authority_id for council in resolution.candidates] == ["T1", "T2"]


@pytest.mark.parametrize("name", ["", "   ", "Borough Council", "Transport for Ruritania"])
def test_a_name_like_no_other_has_no_candidates(name: str) -> None:
    resolution = COUNCILS.resolve(name, dt.date(2021, 3, 31))
    assert resolution.authority is None
    assert resolution.candidates == ()
    assert "31 March 2021" in resolution.reason


def test_two_of_a_name_are_left_to_a_person(additional: Path) -> None:
    additional.write_text(
        f"{HEADER}\n"
        "T1,Twinbury Borough Council,Twinbury,district,South East,,\n"
        "T2,Twinbury Council,Twinbury,unitary,South East,2015-04-01,\n",
        encoding="utf-8",
    )
    councils = load_authorities(additional=additional)
    resolution = councils.resolve("Twinbury", dt.date(2021, 3, 31))
    assert resolution.authority is None
    assert [council.authority_id for council in resolution.candidates] == ["T1", "T2"]
    assert "fits 2 authorities on 31 March 2021" in resolution.reason
    assert "Twinbury Borough Council (T1); Twinbury Council (T2)" in resolution.reason
    earlier = councils.resolve("Twinbury", dt.date(2015, 3, 31)).authority
    assert earlier is not None
    assert earlier.authority_id == "T1"


@st.composite
def printed_names(draw: st.DrawFn) -> tuple[Authority, str]:
    """Draw a council of 2021, and one way in which a letter might print its name."""
    council = draw(st.sampled_from(COUNCILS.alive_on(dt.date(2021, 3, 31))))
    name = draw(st.sampled_from(name_in_force(council, dt.date(2021, 3, 31))))
    cases: list[Callable[[str], str]] = [str, str.upper, str.lower, str.title]
    name = draw(st.sampled_from(cases))(name)
    with_sign = re.sub(r"\band\b", "&", name, flags=re.IGNORECASE)
    name = with_sign if draw(st.booleans()) else name.replace("&", "and")
    name = name.replace("'", draw(st.sampled_from(["'", "‘", "’"])))
    spaces = st.text(st.sampled_from(" \t\n\u00a0\u2009"), min_size=1, max_size=3)
    printed = draw(st.sampled_from(["", "The ", "the  ", " "]))
    for part in re.split(r"(\s+)", name):
        printed += draw(spaces) if part.isspace() else part
    return council, printed


@given(printed_names())
def test_case_spacing_ampersands_and_apostrophes_do_not_change_who_is_meant(
    council_and_name: tuple[Authority, str],
) -> None:
    council, printed = council_and_name
    assert COUNCILS.resolve(printed, dt.date(2021, 3, 31)).authority == council


@pytest.mark.parametrize(
    ("printed", "authority_id"),
    [
        ("Telford&Wrekin Council", "TFW"),
        ("Borough Council of King’s Lynn & West Norfolk", "KIN"),
        ("Shefﬁeld City Council", "SHF"),  # with a ligature
        ("Brighton ＆ Hove City Council", "BNH"),  # with a full-width sign
    ],
)
def test_a_name_may_be_printed_in_other_characters(printed: str, authority_id: str) -> None:
    assert id_of(printed, dt.date(2021, 3, 31)) == authority_id
