"""Authorities: who exists when, what a name means on a day, who followed whom, and how many live there."""

import csv
import datetime as dt
import re
import shutil
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.model.authorities import Authority, Population, normalised_name
from redress.model.reference import AUTHORITY_COLUMNS, SEEDS_FOLDER, SeedError, load_authorities
from redress.model.season import Season

COUNCILS = load_authorities()
LAST_DAY_OF_CORBY = dt.date(2021, 3, 31)
ONE_DAY = dt.timedelta(days=1)
HEADER = ",".join(AUTHORITY_COLUMNS)


@cache
def rows_of(name: str) -> list[dict[str, str]]:
    with (SEEDS_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def name_in_force(authority: Authority, on: dt.date) -> tuple[str, str]:
    """Return the official names of an authority on a day, in full and in short, by the rows of the seed."""
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


@pytest.fixture
def additional(tmp_path: Path) -> Path:
    return tmp_path / "additional.csv"


def id_of(name: str, on: dt.date) -> str | None:
    authority = COUNCILS.resolve(name, on).authority
    return None if authority is None else authority.authority_id


# Who exists when


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (dt.date(2009, 4, 1), 353),
        (dt.date(2019, 3, 31), 353),
        (dt.date(2019, 4, 1), 343),
        (dt.date(2020, 3, 31), 343),
        (dt.date(2020, 4, 1), 339),
        (dt.date(2021, 3, 31), 339),
        (dt.date(2021, 4, 1), 333),
        (dt.date(2023, 3, 31), 333),
        (dt.date(2023, 4, 1), 317),
        (dt.date(2025, 12, 31), 317),
    ],
)
def test_the_number_of_councils_changes_only_with_reorganisations(day: dt.date, count: int) -> None:
    assert sum(authority.council_type_id != "other" for authority in COUNCILS.alive_on(day)) == count


def test_each_type_has_as_many_councils_as_it_has_today() -> None:
    counts: dict[str, int] = defaultdict(int)
    for council in COUNCILS.expected_in(Season(2025)):
        counts[council.council_type_id] += 1
    assert counts == {
        "county": 21,
        "district": 164,
        "metropolitan": 36,
        "unitary": 63,
        "london_borough": 33,
    }


def test_a_letter_is_expected_of_every_council_and_of_no_other_body() -> None:
    expected = {authority.authority_id for authority in COUNCILS.expected_in(Season(2020))}
    alive = {authority.authority_id for authority in COUNCILS.alive_on(dt.date(2020, 3, 31))}
    assert {"COR", "BKM", "LND", "IOS"} <= expected
    assert alive - expected >= {"TRANSPORT-LONDON", "PARK-PEAK-DISTRICT", "FIRE-AVON", "GMCA"}
    assert "BUC" not in alive


# What a name means


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


# Who followed whom


@pytest.mark.parametrize(
    ("successor", "predecessors"),
    [
        ("BUC", {"AYL", "BKM", "CHN", "SBU", "WYO"}),
        ("SWT", {"TAU", "WSO"}),
        ("ESK", {"SUF", "WAV"}),
        ("WSK", {"FOR", "SED"}),
        ("DST", {"DOR", "EDO", "NDO", "PUR", "WDO", "WEY"}),
        ("BPC", {"BMH", "CHC", "POL", "DOR"}),
        ("NNT", {"COR", "ENO", "KET", "WEL", "NTH"}),
        ("WNT", {"DAV", "NOR", "SNR", "NTH"}),
        ("CBD", {"ALL", "CAR", "COP", "CMA"}),
        ("WAF", {"BAR", "EDN", "SLA", "CMA"}),
        ("NYE", {"CRA", "HAE", "HAG", "RIH", "RYE", "SCE", "SEL", "NYK"}),
        ("SMT", {"MEN", "SEG", "SSO", "SWT", "SOM"}),
        ("BLA", set()),
    ],
)
def test_a_council_knows_whom_it_took_over_from(successor: str, predecessors: set[str]) -> None:
    assert {one.authority_id for one in COUNCILS.predecessors(successor)} == predecessors
    for predecessor in predecessors:
        assert successor in {one.authority_id for one in COUNCILS.successors(predecessor)}


def test_every_council_that_ended_has_a_successor_that_begins_on_the_day_after() -> None:
    ended = [
        row for row in rows_of("authorities.csv") if row["valid_to_date"] and row["council_type_id"] != "other"
    ]
    assert len(ended) == 48
    for row in ended:
        next_day = dt.date.fromisoformat(row["valid_to_date"]) + ONE_DAY
        assert next_day in {one.valid_from for one in COUNCILS.successors(row["authority_id"])}, row


def test_an_id_that_nobody_has_is_an_error() -> None:
    for ask in (COUNCILS.predecessors, COUNCILS.successors, lambda one: COUNCILS.population(one, Season(2024))):
        with pytest.raises(KeyError, match="no authority has the id 'NOBODY'"):
            ask("NOBODY")


# How many live there


@pytest.mark.parametrize(
    ("authority_id", "season", "population"),
    [
        ("BUC", 2024, Population(561180, 2022)),  # the published 5.5 per 100,000 fits no other year around
        ("BUC", 2021, Population(545859, 2019)),
        ("COR", 2021, Population(72218, 2019)),
        ("COR", 2020, Population(69540, 2017)),  # mid-2018 is not known
        ("COR", 2018, None),
        ("BUC", 2013, None),
        ("BUC", 2027, Population(578772, 2024)),  # the latest estimate that there is
        ("TRANSPORT-LONDON", 2024, None),
    ],
)
def test_a_season_has_the_population_of_two_years_before_or_the_latest_known_before_that(
    authority_id: str, season: int, population: Population | None
) -> None:
    assert COUNCILS.population(authority_id, Season(season)) == population


def test_every_council_of_a_season_with_rates_per_100_000_has_a_population() -> None:
    for season in (Season(2023), Season(2024), Season(2025), Season(2026)):
        for council in COUNCILS.expected_in(season):
            assert COUNCILS.population(council.authority_id, season) is not None, (council, season)


def test_every_population_is_used_by_some_season() -> None:
    used = {
        (council.authority_id, population.mid_year)
        for season in map(Season, range(2010, 2027))
        for council in COUNCILS.expected_in(season)
        if (population := COUNCILS.population(council.authority_id, season)) is not None
    }
    assert used == {(row["authority_id"], int(row["mid_year"])) for row in rows_of("authority_populations.csv")}


# Reading the files


def test_only_councils_of_the_additional_file_are_samples(additional: Path) -> None:
    additional.write_text(f"{HEADER}\nXX1,Sampleton Council,Sampleton,unitary,South East,,\n", encoding="utf-8")
    day = dt.date(2021, 3, 31)
    samples = [c.authority_id for c in load_authorities(additional=additional).alive_on(day) if c.is_sample]
    assert samples == ["XX1"]


def test_an_id_in_both_files_is_an_error_that_names_both_places(additional: Path) -> None:
    additional.write_text(f"{HEADER}\nBLA,Sampleton Council,Sampleton,unitary,South East,,\n", encoding="utf-8")
    with pytest.raises(
        SeedError,
        match=r"additional\.csv, line 2: authority_id 'BLA' stands already in .*authorities\.csv, line \d+",
    ):
        load_authorities(additional=additional)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no column authority_id, .*found an empty line"),
        ("authority_id,name\n", r"line 1: no column authority_name, .*found authority_id, name, expected"),
        (f"{HEADER}\nX1,Sampleton Council\n", r"line 2: 2 cells; expected 7"),
        (f"{HEADER}\nX1,,Sampleton,unitary,South East,,\n", r"line 2: authority_name is empty"),
        (
            f"{HEADER}\nX1,Sampleton Council,Sampleton,parish,South East,,\n",
            r"line 2: council_type_id is 'parish'; expected one of county, district, ",
        ),
        (
            f"{HEADER}\nX1,Sampleton Council,Sampleton,unitary,South East,,31/03/2021\n",
            r"line 2: valid_to_date is '31/03/2021'; expected a date such as 2021-03-31",
        ),
        (
            f"{HEADER}\nX1,Sampleton Council,Sampleton,unitary,South East,2021-02-29,\n",
            r"line 2: valid_from_date is '2021-02-29'; expected a date",
        ),
        (
            f"{HEADER}\nX1,Sampleton Council,Sampleton,unitary,South East,2021-04-01,2021-03-31\n",
            r"line 2: valid_to_date 2021-03-31 lies before valid_from_date 2021-04-01",
        ),
        (
            f"{HEADER}\n"
            "X1,Sampleton Council,Sampleton,unitary,South East,,\n"
            "X1,Mockbury Council,Mockbury,unitary,South East,,\n",
            r"line 3: authority_id 'X1' stands already in .*additional\.csv, line 2",
        ),
    ],
)
def test_a_fault_in_a_file_is_named_by_file_and_line(additional: Path, text: str, message: str) -> None:
    additional.write_text(text, encoding="utf-8")
    with pytest.raises(SeedError, match=rf"additional\.csv, {message}"):
        load_authorities(additional=additional)


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("authority_aliases.csv", "NOBODY,A Council,,,,false,x", "authority_id is 'NOBODY'; expected the id of an"),
        ("authority_aliases.csv", "BLA,A Council,,,,yes,x", "is_official is 'yes'; expected one of true, false"),
        ("authority_aliases.csv", "BLA,A Council,A,,,true,x", "an official name without valid_to_date"),
        ("authority_aliases.csv", "BLA,A Council,,,2018-03-31,true,x", "short_name is empty"),
        ("authority_aliases.csv", "BLA,A Council,,2018-04-01,2018-03-31,false,x", "valid_to_date 2018-03-31 lies"),
        ("authority_successions.csv", "BLA,NOBODY,2018-04-01,x", "successor_id is 'NOBODY'"),
        ("authority_successions.csv", "BLA,COR,,x", "succession_date is empty"),
        ("authority_populations.csv", "NOBODY,2022,10,x", "authority_id is 'NOBODY'"),
        ("authority_populations.csv", "BLA,2011,10.5,x", "population_count is '10.5'; expected a whole number"),
        ("authority_populations.csv", "BLA,2022,10,x", "the population of 'BLA' in mid-2022 stands already in"),
    ],
)
def test_a_fault_in_a_further_seed_is_named_by_file_and_line(
    tmp_path: Path, file: str, line: str, message: str
) -> None:
    seeds = shutil.copytree(SEEDS_FOLDER, tmp_path / "seeds")
    rows = len(rows_of(file))
    with (seeds / file).open("a", encoding="utf-8") as seed:
        seed.write(f"{line}\n")
    with pytest.raises(SeedError, match=rf"{re.escape(file)}, line {rows + 2}: {re.escape(message)}"):
        load_authorities(seeds)


def test_a_file_that_is_missing_or_not_utf_8_is_named(additional: Path) -> None:
    with pytest.raises(SeedError, match=r"additional\.csv: cannot be read .*No such file"):
        load_authorities(additional=additional)
    additional.write_bytes(f"{HEADER}\nX1,Sampl\xe9ton Council".encode("latin-1"))
    with pytest.raises(SeedError, match=r"additional\.csv: cannot be read .*expected a CSV file in UTF-8"):
        load_authorities(additional=additional)


# What the seeds hold


@pytest.mark.parametrize(
    "seed",
    [
        "authorities",
        "authority_aliases",
        "authority_gss_codes",
        "authority_populations",
        "authority_successions",
        "council_types",
        "seasons",
    ],
)
def test_no_cell_of_a_seed_has_stray_spaces(seed: str) -> None:
    cells = [cell for row in rows_of(f"{seed}.csv") for cell in row.values()]
    assert [cell for cell in cells if cell != " ".join(cell.split())] == []


def test_every_gss_code_belongs_to_a_known_authority_and_every_council_has_one() -> None:
    councils = {row["authority_id"] for row in rows_of("authorities.csv") if row["council_type_id"] != "other"}
    known = {row["authority_id"] for row in rows_of("authorities.csv")}
    coded = {row["authority_id"] for row in rows_of("authority_gss_codes.csv")}
    assert councils <= coded <= known


def test_no_authority_has_two_gss_codes_on_one_day_and_a_council_has_one_on_each_day_of_its_life() -> None:
    spans: dict[str, list[tuple[dt.date, dt.date]]] = defaultdict(list)
    for row in rows_of("authority_gss_codes.csv"):
        first = dt.date.fromisoformat(row["valid_from_date"] or "2009-04-01")
        last = dt.date.fromisoformat(row["valid_to_date"] or "2099-12-31")
        spans[row["authority_id"]].append((first, last))
    for row in rows_of("authorities.csv"):
        of_this = sorted(spans[row["authority_id"]])
        gaps = [next_first - last for (_, last), (next_first, _) in pairwise(of_this)]
        assert all(gap >= ONE_DAY for gap in gaps), row["authority_id"]
        life = (
            dt.date.fromisoformat(row["valid_from_date"] or "2009-04-01"),
            dt.date.fromisoformat(row["valid_to_date"] or "2099-12-31"),
        )
        assert all(life[0] <= first and last <= life[1] for first, last in of_this), row["authority_id"]
        if row["council_type_id"] != "other":
            assert all(gap == ONE_DAY for gap in gaps), row["authority_id"]
            assert (of_this[0][0], of_this[-1][1]) == life, row["authority_id"]


def test_an_alias_is_not_another_way_of_writing_a_name_that_is_known_anyway() -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for row in rows_of("authorities.csv"):
        seen[row["authority_id"]] |= {normalised_name(row["authority_name"]), normalised_name(row["short_name"])}
    for row in rows_of("authority_aliases.csv"):
        name = normalised_name(row["alias_name"])
        assert name not in seen[row["authority_id"]], row
        seen[row["authority_id"]].add(name)


def test_barnsley_and_sheffield_changed_their_boundary_in_2025() -> None:
    changed = {row["gss_code"]: row for row in rows_of("authority_gss_codes.csv")}
    for old, new in (("E08000016", "E08000038"), ("E08000019", "E08000039")):
        assert changed[old]["valid_to_date"] == "2025-03-31"
        assert changed[new]["valid_from_date"] == "2025-04-01"
        assert changed[old]["authority_id"] == changed[new]["authority_id"]


def test_only_other_bodies_have_no_type_average() -> None:
    without = [row["council_type_id"] for row in rows_of("council_types.csv") if row["has_type_average"] == "false"]
    assert without == ["other"]
