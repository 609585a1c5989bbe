"""A season of good letters, and for every rule a planted letter that breaks the rule."""

import dataclasses
from dataclasses import dataclass
from decimal import Decimal

from redress.check.all_rules import RULES
from redress.model.authorities import Authorities, Authority, Population
from redress.model.landed import LandedLetter
from redress.model.letter import Conflict, Letter, StatedYear
from redress.model.measures import Absence
from redress.model.season import Season
from redress.model.witness import WitnessFigure
from tests.made import FIGURES, landed, letter, sha256

SEASON = Season(2024)
COUNTIES = ("Pellonshire", "Marlshire", "Dunshire", "Harrowshire", "Quillshire")
DISTRICTS = ("Wexmarsh", "Crindlebury")
PLANTED_IN = "Quillshire County Council"
SEVERITIES = {rule.name: rule.severity for rules in RULES.values() for rule in rules}
PER_100K: dict[str, str | Absence] = {"upheld_per_100k": "4.5", "upheld_per_100k_type_average": "4.4"}


def council(name: str, council_type_id: str) -> Authority:
    full = f"{name} {'County' if council_type_id == 'county' else 'District'} Council"
    return Authority(name.upper(), full, name, council_type_id, "South West", None, None, is_sample=False)


COUNCILS = (*(council(name, "county") for name in COUNTIES), *(council(name, "district") for name in DISTRICTS))
AUTHORITIES = Authorities(
    COUNCILS,
    # 33 upheld of 733,000 residents are 4.5 per 100,000
    populations=[
        (one.authority_id, Population(733_000, mid_year)) for one in COUNCILS for mid_year in (2021, 2022)
    ],
)


def made(
    name: str, authority: str | None, changes: dict[str, str | Absence] | None = None, **more: object
) -> Letter:
    """Return a good letter of the season with some changes."""
    return letter(name, authority=authority, season=SEASON.year, changes=PER_100K | (changes or {}), **more)  # type: ignore[arg-type]


def planted(changes: dict[str, str | Absence] | None = None, **more: object) -> tuple[Letter, ...]:
    return (made("planted", PLANTED_IN, changes, **more),)


GOOD = {one.name: made(f"good {one.name}", one.name) for one in COUNCILS}


@dataclass(frozen=True)
class Plant:
    """Planted letters that break a rule, and what the test of that rule expects.

    `letters` take the place of the good letters to the councils of `instead_of`. `words` must occur in what the
    rule says. `also` are further rules that these letters always break. `witnesses` are the figures that second
    witnesses of the season print.
    """

    letters: tuple[Letter, ...]
    words: tuple[str, ...]
    instead_of: tuple[str, ...] = (PLANTED_IN,)
    also: frozenset[str] = frozenset()
    witnesses: tuple[WitnessFigure, ...] = ()


def witness(figures: dict[str, str]) -> tuple[WitnessFigure, ...]:
    """Return figures as a statistics page prints them about Quillshire, the council of most planted letters."""
    return tuple(
        WitnessFigure(
            sha256("page"), "page.html", "QUILLSHIRE", PLANTED_IN, measure, None, Decimal(value), value, 1
        )
        for measure, value in figures.items()
    )


def as_picture(made_letter: Letter, measure: str) -> Letter:
    figures = (dataclasses.replace(one, is_ocr=one.measure == measure) for one in made_letter.figures)
    return dataclasses.replace(made_letter, figures=tuple(figures))


PLANTS: dict[str, Plant] = {
    "uphold_figures_complete": Plant(
        planted({"uphold_rate_pct": Absence.NOT_STATED}),
        ("missing: uphold_rate_pct",),
        also=frozenset({"blocks_complete"}),
    ),
    "authority_is_named": Plant(
        (made("planted", None),), ("names an authority",), instead_of=(), also=frozenset({"authority_is_known"})
    ),
    "tables_add_up": Plant(
        planted({"not_for_us_count": "10", "assessed_and_closed_count": "19", "dealt_with_count": "70"}),
        ("10 + 19 + 40 is 69", "70 dealt with"),
    ),
    "uphold_rate_is_upheld_over_investigations": Plant(
        planted({"uphold_rate_pct": "82"}), ("33", "40", "83%", "82%")
    ),
    "remedy_rate_is_remedies_over_upheld": Plant(planted({"satisfactory_remedy_rate_pct": "8"}), ("9%", "8%")),
    "compliance_rate_is_possible": Plant(planted({"compliance_rate_pct": "99"}), ("30", "99%")),
    "numbers_are_possible": Plant(
        planted({"not_for_us_count": "10.5", "assessed_and_closed_count": "18.5", "dealt_with_count": "69"}),
        ("not_for_us_count is 10.5", "whole number"),
    ),
    "readings_agree": Plant(
        planted(conflicts=(Conflict("upheld_count", "read as 3 and as 33"),)), ("read as 3 and as 33",)
    ),
    "absences_fit_counts": Plant(
        planted({name: Absence.NONE_UPHELD for name in FIGURES if name.startswith("satisfactory_")}),
        ("nothing was upheld", "33"),
    ),
    "ocr_is_confirmed": Plant(
        (as_picture(planted({"compliance_outcomes_count": Absence.NONE_DUE})[0], "compliance_rate_pct"),),
        ("compliance_rate_pct cannot be confirmed", "compliance_outcomes_count"),
    ),
    "years_agree": Plant(
        planted(
            stated_years=(
                StatedYear("the title", 2024, "Annual Review letter 2024"),
                StatedYear("the letter's date", 2023, "21 July 2023"),
            )
        ),
        ("the title says season 2024", "the letter's date says season 2023"),
    ),
    "blocks_complete": Plant(
        planted({"compliance_rate_type_average_pct": Absence.NOT_STATED}), ("compliance_rate_type_average_pct",)
    ),
    "remedy_base_is_known": Plant(planted({"satisfactory_remedy_printed_base_count": "39"}), ("39", "40", "33")),
    "season_is_the_one_fetched": Plant(
        (
            letter(
                "planted",
                authority=PLANTED_IN,
                season=2023,
                changes=PER_100K | {"uphold_rate_type_average_pct": "65"},
            ),
        ),
        ("season 2023", "season 2024"),
        instead_of=(),
    ),
    "authority_is_known": Plant(
        (made("planted", "Nowhere County Council"),), ("Nowhere County Council",), instead_of=()
    ),
    "one_letter_per_authority": Plant(
        (made("planted", PLANTED_IN), made("planted too", PLANTED_IN, {"compliance_outcomes_count": "29"})),
        ("says something else under the same date", "a person has to choose"),
    ),
    "type_average_agrees": Plant(
        planted({"uphold_rate_type_average_pct": "72"}),
        ("uphold_rate_type_average_pct 72 is printed, and 71 in 4 of 5 letters", "county"),
    ),
    "type_average_is_settled": Plant(
        (
            made("planted", "Wexmarsh District Council", {"uphold_rate_type_average_pct": "53"}),
            made("planted too", "Crindlebury District Council", {"uphold_rate_type_average_pct": "54"}),
        ),
        ("53 (1 of 2), 54 (1 of 2)", "district", "too few letters"),
        instead_of=("Wexmarsh District Council", "Crindlebury District Council"),
    ),
    "source_agrees_with_itself": Plant(
        planted({"uphold_rate_pct": "82"}),
        ("the letter contradicts itself", "33 of investigations 40 is 83%, and 82% is printed", "page.html"),
        witnesses=witness({"upheld_count": "33", "investigations_count": "40", "uphold_rate_pct": "82"}),
    ),
    "per_100k_fits_population": Plant(
        planted({"upheld_per_100k": "5.4"}),
        ("33 upheld decisions of 733,000 (mid-2021) residents", "5.4 is printed"),
    ),
    "letters_as_expected": Plant((), ("6 of 7 councils", PLANTED_IN)),
}


def season_with(plant: Plant) -> list[LandedLetter]:
    others = [one for name, one in GOOD.items() if name not in plant.instead_of]
    return [landed(one, SEASON.year) for one in (*others, *plant.letters)]
