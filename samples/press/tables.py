"""Read the tables of letters, councils and averages, and print a letter for each row of letters."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

from redress.model.season import Season
from samples.press.content import Council, LetterContent, TableRow, ThreeStatistics, TypeAverages
from samples.press.places import SAMPLES
from samples.press.printing import print_letter


def read_councils(path: Path) -> list[Council]:
    """Return the invented councils of an authorities.csv."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [Council(**row) for row in csv.DictReader(lines)]


def read_rows(path: Path) -> list[TableRow]:
    """Return the rows of a letters.csv. An empty cell of a number gives None."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            TableRow(
                season=int(row["season"]),
                authority_id=row["authority_id"],
                addressee_name=row["addressee_name"],
                look=row["look"],
                upheld_count=_number(row["upheld_count"]),
                investigations_count=_number(row["investigations_count"]),
                misprinted_uphold_rate_pct=_number(row["misprinted_uphold_rate_pct"]),
                compliance_satisfied_count=_number(row["compliance_satisfied_count"]),
                compliance_outcomes_count=_number(row["compliance_outcomes_count"]),
                satisfactory_remedies_count=_number(row["satisfactory_remedies_count"]),
                why_it_is_here=row["why_it_is_here"],
                own_prose=row.get("own_prose") or "",
            )
            for row in csv.DictReader(lines)
        ]


def _number(cell: str) -> int | None:
    return int(cell) if cell else None


def read_averages(path: Path = SAMPLES / "type_averages.csv") -> dict[tuple[int, str], TypeAverages]:
    """Return the averages by season and council type."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            (int(row["season"]), row["council_type_id"]): TypeAverages(
                int(row["uphold_rate_pct"]),
                int(row["compliance_rate_pct"]),
                int(row["satisfactory_remedy_rate_pct"]),
            )
            for row in csv.DictReader(lines)
        }


def letter_content(row: TableRow, council: Council, averages: TypeAverages) -> LetterContent:
    """Return the content of the letter that a row of the table describes."""
    return LetterContent(
        Season(row.season),
        council.authority_name,
        row.addressee_name,
        row.look,
        _statistics(row, averages),
        (row.own_prose,) if row.own_prose else (),
    )


def _statistics(row: TableRow, averages: TypeAverages) -> ThreeStatistics | None:
    counts = {
        "upheld_count": row.upheld_count,
        "investigations_count": row.investigations_count,
        "compliance_satisfied_count": row.compliance_satisfied_count,
        "compliance_outcomes_count": row.compliance_outcomes_count,
        "satisfactory_remedies_count": row.satisfactory_remedies_count,
    }
    stated = {name: count for name, count in counts.items() if count is not None}
    if not stated:
        return None
    if missing := sorted(counts.keys() - stated.keys()):
        raise ValueError(
            f"letters.csv, {row.authority_id} {row.season}: {', '.join(missing)} not given; "
            "give every count, or none for a letter without its statistics page"
        )
    return ThreeStatistics(
        upheld_count=stated["upheld_count"],
        investigations_count=stated["investigations_count"],
        compliance_satisfied_count=stated["compliance_satisfied_count"],
        compliance_outcomes_count=stated["compliance_outcomes_count"],
        satisfactory_remedies_count=stated["satisfactory_remedies_count"],
        averages=averages,
        misprinted_uphold_rate_pct=row.misprinted_uphold_rate_pct,
    )


def print_table(rows: Iterable[TableRow], councils: Iterable[Council], folder: Path) -> list[Path]:
    """Print each row as a letter `<folder>/<season>/<slug>.pdf`. Return the paths in the order of the rows."""
    council_by_id = {council.authority_id: council for council in councils}
    averages = read_averages()
    paths = []
    for row in rows:
        council = council_by_id[row.authority_id]
        slug = re.sub(r"[^a-z0-9]+", "-", council.authority_name.lower()).strip("-")
        path = folder / str(row.season) / f"{slug}.pdf"
        print_letter(letter_content(row, council, averages[row.season, council.council_type_id]), path)
        paths.append(path)
    return paths
