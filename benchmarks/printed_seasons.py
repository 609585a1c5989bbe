"""Print a corpus of whole seasons, 2014 to 2025, to invented councils, each season in its own layout.

The numbers of a letter fit each other, and all letters of one season and council type print the same averages, so
that no rule is broken. Every call prints the same letters. The letters are `<folder>/<season>/<authority>.pdf`, and
`<folder>/authorities.csv` has the councils.

    python -m benchmarks.printed_seasons FOLDER [--councils 333] [--seasons 2014-2025]
"""

import argparse
import csv
import os
import random
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

from redress.model.measures import DECISIONS, REMEDIES, SERVICES
from redress.model.reference import AUTHORITY_COLUMNS
from redress.model.season import Season
from samples.press.content import (
    ComplaintOverview,
    Council,
    LetterContent,
    LocalAuthorityReport,
    ThreeStatistics,
    TypeAverages,
)
from samples.press.galley import pdf
from samples.press.printing import letter_pdf
from samples.press.random_letters import ADDRESSEES, RANDOM_TYPES, random_councils, random_row
from samples.press.report_words import EARLY_WORDS
from samples.press.setting import letter_leaves, report_leaves
from samples.press.tables import letter_content
from samples.press.wording import letter_title

SEED = 1
COUNCILS = 333
FIRST_YEAR, LAST_YEAR = 2014, 2025
LAST_REPORT_YEAR = 2018
"""The last season whose letters have tables of services and outcomes. Letters of 2014 and 2015 have no table of
complaints remedied."""
FIRST_REMEDIED_YEAR, FIRST_PER_100K_YEAR, FIRST_OVERVIEW_YEAR = 2016, 2024, 2025
CORES = len(os.sched_getaffinity(0))


def print_seasons(folder: Path, years: Iterable[int], councils_count: int) -> Path:
    """Print the letters of some years to `councils_count` councils, and return the CSV file of the councils.

    Letters that are there already are not printed again.
    """
    councils = random_councils(councils_count, SEED)
    file = folder / "authorities.csv"
    folder.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(AUTHORITY_COLUMNS)
        writer.writerows(tuple(asdict(council).values()) for council in councils)
    with ProcessPoolExecutor(CORES) as processes:
        for year in years:
            (folder / str(year)).mkdir(exist_ok=True)
            list(processes.map(partial(_print_letter, folder, year), councils, chunksize=16))
    return file


def _print_letter(folder: Path, year: int, council: Council) -> None:
    path = folder / str(year) / f"{council.authority_id.lower()}.pdf"
    if not path.exists():
        path.write_bytes(_letter(year, council))


def _letter(year: int, council: Council) -> bytes:
    chance = random.Random(f"{SEED} {year} {council.authority_id}")  # noqa: S311 - repeatable, nothing is secret
    if year <= LAST_REPORT_YEAR:
        content = LetterContent(
            Season(year), council.authority_name, chance.choice(ADDRESSEES), "plain", _report(year, council, chance)
        )
        leaves = [*letter_leaves(content), *report_leaves(content, EARLY_WORDS, is_across=False, is_ruled=True)]
        return pdf(leaves, f"{letter_title(content.season)}, {content.authority_name} (invented)")
    averages = _averages(year, council.council_type_id)
    content = letter_content(random_row(year, council, averages, SEED), council, averages)
    figures = content.statistics
    if not isinstance(figures, ThreeStatistics):
        raise TypeError(f"a letter of {year} has no three statistics")
    if year >= FIRST_PER_100K_YEAR:
        figures = ThreeStatistics(
            **{
                **asdict(figures),
                "averages": averages,
                "upheld_per_100k": f"{chance.randint(1, 200) / 10:g}",
                "upheld_per_100k_type_average": f"{_of_type(year, council.council_type_id).randint(20, 90) / 10:g}",
            }
        )
    statistics = (
        ComplaintOverview(chance.randint(0, 40), chance.randint(0, 40), figures)
        if year >= FIRST_OVERVIEW_YEAR
        else figures
    )
    return letter_pdf(
        LetterContent(content.season, content.authority_name, content.addressee_name, content.look, statistics)
    )


def _report(year: int, council: Council, chance: random.Random) -> LocalAuthorityReport:
    investigations = chance.randint(*RANDOM_TYPES[council.council_type_id].investigations)
    upheld = chance.randint(0, investigations)
    remedied = chance.randint(0, upheld)
    outcomes = dict.fromkeys(DECISIONS[:-1], 0) | {
        name: chance.randint(0, 30) for name in DECISIONS[:-1] if name not in ("upheld", "not_upheld")
    }
    return LocalAuthorityReport(
        {name: chance.randint(0, 40) for name in SERVICES[:-1]},
        outcomes | {"not_upheld": investigations - upheld, "upheld": upheld},
        dict(zip(REMEDIES, (remedied, upheld - remedied), strict=True)) if year >= FIRST_REMEDIED_YEAR else None,
    )


def _averages(year: int, council_type_id: str) -> TypeAverages:
    chance = _of_type(year, council_type_id)
    return TypeAverages(chance.randint(45, 80), chance.randint(97, 100), chance.randint(5, 20))


def _of_type(year: int, council_type_id: str) -> random.Random:
    """Return random numbers that are the same for all letters of one season and council type."""
    return random.Random(f"{SEED} {year} {council_type_id}")  # noqa: S311 - repeatable, and nothing is secret


def main() -> None:
    """Print the corpus, and say what it holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--councils", type=int, default=COUNCILS)
    parser.add_argument("--seasons", default=f"{FIRST_YEAR}-{LAST_YEAR}", help="the first and the last year")
    arguments = parser.parse_args()
    first, last = (int(year) for year in arguments.seasons.split("-"))
    file = print_seasons(arguments.folder, range(first, last + 1), arguments.councils)
    count = len(list(arguments.folder.glob("*/*.pdf")))
    print(f"{count} letters of {last - first + 1} seasons in {arguments.folder}, councils in {file}")


if __name__ == "__main__":
    main()
