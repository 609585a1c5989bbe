"""Random letters to invented councils, for benchmarks and soak tests: the same seed gives the same letters."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from samples.press.content import Council, TableRow, TypeAverages
from samples.press.looks import LOOKS
from samples.press.tables import read_averages


@dataclass(frozen=True)
class TypeOfCouncil:
    """How random councils of one type are named, in which regions they lie, and how many investigations they have
    (the least and the most). `weight` is about the type's share of England's councils.
    """

    weight: int
    name_patterns: tuple[str, ...]
    region_names: tuple[str, ...]
    investigations: tuple[int, int]


RANDOM_TYPES: Mapping[str, TypeOfCouncil] = {
    "county": TypeOfCouncil(
        8,
        ("{}shire County Council",),
        ("East of England", "South East", "South West", "West Midlands"),
        (20, 95),
    ),
    "district": TypeOfCouncil(
        50,
        ("{} District Council", "{} Borough Council"),
        ("East Midlands", "East of England", "South East"),
        (1, 12),
    ),
    "metropolitan": TypeOfCouncil(
        11,
        ("{} Metropolitan Borough Council", "{} City Council"),
        ("North East", "North West", "West Midlands", "Yorkshire and The Humber"),
        (8, 60),
    ),
    "unitary": TypeOfCouncil(
        19,
        ("{} Council", "{} City Council"),
        ("East Midlands", "North East", "South East", "South West"),
        (5, 60),
    ),
    "london_borough": TypeOfCouncil(11, ("London Borough of {}",), ("London",), (15, 80)),
}
NAME_BEGINNINGS = (
    "Brackle", "Crindle", "Dapple", "Emmer", "Fother", "Gimble", "Hobnel", "Inkle", "Jorrock", "Lorrim",
    "Muddle", "Noddle", "Ombel", "Pipkin", "Quillet", "Rundle", "Snaffle", "Thrimble", "Umbel",
    "Vetchel", "Wimple", "Yaffle", "Zither", "Oxlip", "Tansel",
)  # fmt: skip
NAME_ENDINGS = (
    "bury", "combe", "dale", "field", "ford", "ham", "hurst", "ley", "mere", "ness", "stead", "thorpe",
    "ton", "water", "wick", "worth",
)  # fmt: skip
ADDRESSEES = (
    "Mrs Addlestrop", "Mr Bartlemy", "Ms Corvane", "Dr Dunmallow", "Mr Eskerby", "Mrs Fennimore-Oke",
    "Ms Gosforde", "Mx Hallowby", "Mr Iddesley", "Ms Jessamy", "Mrs Kirkaldo", "Dr Lanyard",
    "Mr Munroe-Thorne", "Ms Novakson", "Mrs Pennyquick", "Mr Sallowfield",
)  # fmt: skip
RECOMMENDED_SHARE = 0.9
KEPT_SHARE = 0.985


def random_councils(count: int, seed: int) -> list[Council]:
    """Return `count` invented councils, each with a name of its own. If the count grows, the first councils stay
    the same. Raise ValueError if there are fewer names than councils.
    """
    chance = random.Random(f"councils {seed}")  # noqa: S311 - repeatable, and nothing is secret
    stems = ["".join(parts) for parts in product(NAME_BEGINNINGS, NAME_ENDINGS)]
    if count > len(stems):
        raise ValueError(f"{count} councils asked for, and there are names for {len(stems)}")
    chance.shuffle(stems)
    types = list(RANDOM_TYPES)
    weights = [RANDOM_TYPES[name].weight for name in types]
    councils = []
    for number, stem in enumerate(stems[:count], start=1):
        council_type_id = chance.choices(types, weights)[0]
        kind = RANDOM_TYPES[council_type_id]
        councils.append(
            Council(
                authority_id=f"SAMPLE-R{seed}-{number:03d}",
                authority_name=chance.choice(kind.name_patterns).format(stem),
                short_name=f"{stem}shire" if council_type_id == "county" else stem,
                council_type_id=council_type_id,
                region_name=chance.choice(kind.region_names),
            )
        )
    return councils


def random_row(season: int, council: Council, averages: TypeAverages, seed: int) -> TableRow:
    """Return the row of a letter to a council, with counts that fit each other, and with nothing misprinted."""
    chance = random.Random(f"letter {seed} {season} {council.authority_id}")  # noqa: S311 - as above

    def how_many(trials: int, share: float) -> int:
        return sum(chance.random() < share for _ in range(trials))

    investigations = chance.randint(*RANDOM_TYPES[council.council_type_id].investigations)
    upheld = how_many(investigations, averages.uphold_rate_pct / 100)
    outcomes = how_many(upheld, RECOMMENDED_SHARE)
    return TableRow(
        season=season,
        authority_id=council.authority_id,
        addressee_name=chance.choice(ADDRESSEES),
        look=chance.choice(sorted(LOOKS)),
        upheld_count=upheld,
        investigations_count=investigations,
        compliance_satisfied_count=how_many(outcomes, KEPT_SHARE),
        compliance_outcomes_count=outcomes,
        satisfactory_remedies_count=how_many(upheld, averages.satisfactory_remedy_rate_pct / 100),
    )


def random_table(count: int, seasons: Sequence[int], seed: int) -> tuple[list[TableRow], list[Council]]:
    """Return the rows of `count` letters for each season, and their councils, which are the same in each season."""
    councils = random_councils(count, seed)
    averages = read_averages()
    rows = [
        random_row(season, council, averages[season, council.council_type_id], seed)
        for season in seasons
        for council in councils
    ]
    return rows, councils
