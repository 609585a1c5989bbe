"""Seeds: the reference tables that dbt loads too, read row by row, each fault named by file and line."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SEEDS_FOLDER = Path(__file__).parents[2] / "dbt_project" / "seeds"


class SeedError(ValueError):
    """A reference file is not what it should be: which file and line, what was found, what is expected."""


@dataclass(frozen=True)
class Row:
    """One row of a reference file, and where it stands."""

    place: str
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """A cell that may not be empty."""
        if not self.cells[column]:
            raise SeedError(f"{self.place}: {column} is empty; every row needs one")
        return self.cells[column]

    def one_of(self, column: str, values: tuple[str, ...], known_from: str) -> str:
        """A cell that holds one of some values; `known_from` says where the values are listed."""
        cell = self.text(column)
        if cell not in values:
            raise SeedError(f"{self.place}: {column} is {cell!r}; expected one of {known_from}")
        return cell

    def truth(self, column: str) -> bool:
        """A cell with true or false."""
        return self.one_of(column, ("true", "false"), "true, false") == "true"

    def count(self, column: str) -> int:
        """A cell with a whole number, without sign or separators."""
        cell = self.text(column)
        if not re.fullmatch(r"\d+", cell, re.ASCII):
            raise SeedError(f"{self.place}: {column} is {cell!r}; expected a whole number such as 561180")
        return int(cell)

    def day(self, column: str) -> dt.date:
        """A cell with a date, which may not be empty."""
        day = self.date(column)
        if day is None:
            raise SeedError(f"{self.place}: {column} is empty; every row needs one")
        return day

    def date(self, column: str) -> dt.date | None:
        """A cell with a date, or None where it is empty."""
        cell = self.cells[column]
        if not cell:
            return None
        # fromisoformat also takes 20210331 and week dates, which dbt would not
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell, re.ASCII):
            try:
                return dt.date.fromisoformat(cell)
            except ValueError:
                pass
        raise SeedError(f"{self.place}: {column} is {cell!r}; expected a date such as 2021-03-31, or nothing")

    def validity(self) -> tuple[dt.date | None, dt.date | None]:
        """The first and the last day that the row is about; None where that end is open."""
        first, last = self.date("valid_from_date"), self.date("valid_to_date")
        if first is not None and last is not None and last < first:
            raise SeedError(
                f"{self.place}: valid_to_date {last} lies before valid_from_date {first}; "
                f"expected the last day, not earlier than the first"
            )
        return first, last


def read_rows(path: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a CSV file with a header, cells stripped; its columns may stand in any order.

    Raises SeedError where the file cannot be read, lacks a column, or has a row with more or fewer cells.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SeedError(f"{path}: cannot be read ({error}); expected a CSV file in UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    missing = [column for column in columns if column not in header]
    if missing:
        raise SeedError(
            f"{path}, line 1: no column {', '.join(missing)}; "
            f"found {', '.join(header) or 'an empty line'}, expected {', '.join(columns)}"
        )
    for cells in reader:
        place = f"{path}, line {reader.line_num}"
        if not cells:
            continue  # dbt passes over empty lines too
        if len(cells) != len(header):
            raise SeedError(
                f"{place}: {len(cells)} cells; expected {len(header)}, one for each column of the header"
            )
        yield Row(place, {name: cell.strip() for name, cell in zip(header, cells, strict=True)})
