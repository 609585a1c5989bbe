"""The seeds of authorities as they stand, read by the code and read as rows."""

import csv
import datetime as dt
from functools import cache

from redress.model.reference import AUTHORITY_COLUMNS, SEEDS_FOLDER, load_authorities

COUNCILS = load_authorities()
HEADER = ",".join(AUTHORITY_COLUMNS)
ONE_DAY = dt.timedelta(days=1)


@cache
def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a seed by the name of its file."""
    with (SEEDS_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
