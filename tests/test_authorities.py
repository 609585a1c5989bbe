"""Authorities: who exists when, and what a name means on a day."""

import csv
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.authorities import AUTHORITY_COLUMNS, SEEDS_FOLDER, Authorities, Authority, SeedError

COUNCILS = Authorities.load()
LAST_DAY_OF_CORBY = dt.date(2021, 3, 31)
ONE_DAY = dt.timedelta(days=1)
HEADER = ",".join(AUTHORITY_COLUMNS)


def rows_of(name: str) -> list[dict[str, str]]:
    with (SEEDS_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


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
    assert len(COUNCILS.alive_on(day)) == count


def test_each_type_has_as_many_councils_as_it_has_today() -> None:
    counts: dict[str, int] = defaultdict(int)
    for council in COUNCILS.alive_on(dt.date(2025, 3, 31)):
        counts[council.council_type_id] += 1
    assert counts == {
        "county": 21,
        "district": 164,
        "metropolitan": 36,
        "unitary": 63,
        "london_borough": 33,
    }


# What a name means


def test_a_council_has_its_name_until_its_last_day_inclusive() -> None:
    assert id_of("Corby Borough Council", LAST_DAY_OF_CORBY) == "COR"
    assert id_of("Corby Borough Council", LAST_DAY_OF_CORBY + ONE_DAY) is None


def test_a_council_has_its_name_from_its_first_day_inclusive() -> None:
    assert id_of("Buckinghamshire Council", dt.date(2020, 4, 1)) == "BUC"
    assert id_of("Buckinghamshire Council", dt.date(2020, 3, 31)) is None


def test_a_name_of_another_time_is_explained_and_not_taken() -> None:
    after = COUNCILS.resolve("Corby Borough Council", LAST_DAY_OF_CORBY + ONE_DAY)
    assert after.authority is None
    assert [council.authority_id for council in after.candidates] == ["COR"]
    assert "Corby Borough Council (COR) ended on 31 March 2021" in after.reason

    before = COUNCILS.resolve("Buckinghamshire Council", dt.date(2020, 3, 31))
    assert before.authority is None
    assert "Buckinghamshire Council (BUC) began on 1 April 2020" in before.reason


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
def test_every_council_is_found_by_both_its_names_at_each_period_s_end(day: dt.date) -> None:
    for council in COUNCILS.alive_on(day):
        assert COUNCILS.resolve(council.name, day).authority == council
        assert COUNCILS.resolve(council.short_name, day).authority == council


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Blabby District Council", "Blaby District Council (BLA)"),
        ("Westminster City Council", "City of Westminster (WSM)"),
        ("Corby District Council", "Corby Borough Council (COR) ended on 31 March 2021"),
    ],
)
def test_a_name_that_is_merely_similar_gives_candidates_and_no_authority(name: str, meant: str) -> None:
    resolution = COUNCILS.resolve(name, LAST_DAY_OF_CORBY + ONE_DAY)
    assert resolution.authority is None
    assert f"similar names: {meant}" in resolution.reason
    assert resolution.candidates[0].name in meant


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
    councils = Authorities.load(additional=additional)
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
    """A council of 2021, and one of the ways in which a letter might print its name."""
    council = draw(st.sampled_from(COUNCILS.alive_on(dt.date(2021, 3, 31))))
    name = draw(st.sampled_from([council.name, council.short_name]))
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


# Reading the files


def test_only_councils_of_the_additional_file_are_samples(additional: Path) -> None:
    additional.write_text(f"{HEADER}\nXX1,Sampleton Council,Sampleton,unitary,South East,,\n", encoding="utf-8")
    day = dt.date(2021, 3, 31)
    samples = [c.authority_id for c in Authorities.load(additional=additional).alive_on(day) if c.is_sample]
    assert samples == ["XX1"]


def test_an_id_in_both_files_is_an_error_that_names_both_places(additional: Path) -> None:
    additional.write_text(f"{HEADER}\nBLA,Sampleton Council,Sampleton,unitary,South East,,\n", encoding="utf-8")
    with pytest.raises(
        SeedError,
        match=r"additional\.csv, line 2: authority_id 'BLA' stands already in .*authorities\.csv, line \d+",
    ):
        Authorities.load(additional=additional)


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
        Authorities.load(additional=additional)


def test_a_file_that_is_missing_or_not_utf_8_is_named(additional: Path) -> None:
    with pytest.raises(SeedError, match=r"additional\.csv: cannot be read .*No such file"):
        Authorities.load(additional=additional)
    additional.write_bytes(f"{HEADER}\nX1,Sampl\xe9ton Council".encode("latin-1"))
    with pytest.raises(SeedError, match=r"additional\.csv: cannot be read .*expected a CSV file in UTF-8"):
        Authorities.load(additional=additional)


# What the seeds hold


@pytest.mark.parametrize("seed", ["authorities", "authority_gss_codes", "council_types", "seasons"])
def test_no_cell_of_a_seed_has_stray_spaces(seed: str) -> None:
    cells = [cell for row in rows_of(f"{seed}.csv") for cell in row.values()]
    assert [cell for cell in cells if cell != " ".join(cell.split())] == []


def test_every_gss_code_belongs_to_a_known_authority_and_every_authority_has_one() -> None:
    known = {row["authority_id"] for row in rows_of("authorities.csv")}
    assert {row["authority_id"] for row in rows_of("authority_gss_codes.csv")} == known


def test_an_authority_has_exactly_one_gss_code_on_each_day_of_its_life() -> None:
    spans: dict[str, list[tuple[dt.date, dt.date]]] = defaultdict(list)
    for row in rows_of("authority_gss_codes.csv"):
        first = dt.date.fromisoformat(row["valid_from_date"] or "2009-04-01")
        last = dt.date.fromisoformat(row["valid_to_date"] or "2099-12-31")
        spans[row["authority_id"]].append((first, last))
    for row in rows_of("authorities.csv"):
        of_this = sorted(spans[row["authority_id"]])
        for (_, last), (next_first, _) in pairwise(of_this):
            assert next_first == last + ONE_DAY, row["authority_id"]
        assert of_this[0][0] == dt.date.fromisoformat(row["valid_from_date"] or "2009-04-01")
        assert of_this[-1][1] == dt.date.fromisoformat(row["valid_to_date"] or "2099-12-31")


def test_barnsley_and_sheffield_changed_their_boundary_in_2025() -> None:
    changed = {row["gss_code"]: row for row in rows_of("authority_gss_codes.csv")}
    for old, new in (("E08000016", "E08000038"), ("E08000019", "E08000039")):
        assert changed[old]["valid_to_date"] == "2025-03-31"
        assert changed[new]["valid_from_date"] == "2025-04-01"
        assert changed[old]["authority_id"] == changed[new]["authority_id"]


def test_only_other_bodies_have_no_type_average() -> None:
    without = [row["council_type_id"] for row in rows_of("council_types.csv") if row["has_type_average"] == "false"]
    assert without == ["other"]
