"""The seeds of authorities, as the code reads them and as plain rows, for the tests of authorities."""

import csv
import datetime as dt
from functools import cache

from redress.model.reference import AUTHORITY_COLUMNS, SEEDS_FOLDER, load_authorities

COUNCILS = load_authorities()
HEADER = ",".join(AUTHORITY_COLUMNS)
ONE_DAY = dt.timedelta(days=1)


@cache
def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of the seed file with this name."""
    with (SEEDS_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
