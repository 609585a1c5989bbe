"""The seeds say which authority exists on a day, which authority followed which, and how many people live there."""

import datetime as dt
from collections import defaultdict

import pytest

from redress.model.authorities import Population
from redress.model.season import Season
from tests.model.seeds import COUNCILS, ONE_DAY, rows_of

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
