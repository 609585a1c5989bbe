"""A fault in a file of authorities is named by file and line, and the seeds agree with each other."""

import datetime as dt
import re
import shutil
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from redress.model.authorities import normalised_name
from redress.model.reference import SEEDS_FOLDER, SeedError, load_authorities
from tests.model.seeds import HEADER, ONE_DAY, rows_of

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
            f"{HEADER}\nX\u202e1,Sampleton Council,Sampleton,unitary,South East,,\n",
            r"line 2: authority_id X\\u202e1 holds a character that cannot be printed",
        ),
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
