"""Read the seeds: the reference tables (CSV) that dbt also loads. Errors name the file and the line."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from redress.model.authorities import Alias, Authorities, Authority, Population, Succession
from redress.model.printable import printable

SEEDS_FOLDER = Path(__file__).parents[3] / "dbt_project" / "seeds"


class SeedError(ValueError):
    """A reference table is wrong. The message names the file and the line, what was found, and what is expected."""


@dataclass(frozen=True)
class Row:
    """One row of a reference table. `place` is its file and line.

    Each method raises SeedError if the cell does not hold what the method returns.
    """

    place: str
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """Return a cell that must not be empty."""
        if not self.cells[column]:
            raise SeedError(f"{self.place}: {column} is empty; every row needs one")
        return self.cells[column]

    def one_of(self, column: str, values: tuple[str, ...], known_from: str) -> str:
        """Return a cell that must hold one of some values. `known_from` says in the message of the error what the
        values are.
        """
        cell = self.text(column)
        if cell not in values:
            raise SeedError(f"{self.place}: {column} is {cell!r}; expected one of {known_from}")
        return cell

    def truth(self, column: str) -> bool:
        """Return a cell that must hold true or false."""
        return self.one_of(column, ("true", "false"), "true, false") == "true"

    def count(self, column: str) -> int:
        """Return a cell that must hold a whole number, without sign or separators."""
        cell = self.text(column)
        if not re.fullmatch(r"\d{1,15}", cell, re.ASCII):
            raise SeedError(f"{self.place}: {column} is {cell!r}; expected a whole number such as 561180")
        return int(cell)

    def day(self, column: str) -> dt.date:
        """Return a cell that must hold a date."""
        day = self.date(column)
        if day is None:
            raise SeedError(f"{self.place}: {column} is empty; every row needs one")
        return day

    def date(self, column: str) -> dt.date | None:
        """Return a cell that must hold a date or be empty; None if it is empty."""
        cell = self.cells[column]
        if not cell:
            return None
        # fromisoformat also accepts 20210331 and week dates, and dbt does not
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell, re.ASCII):
            try:
                return dt.date.fromisoformat(cell)
            except ValueError:
                pass
        raise SeedError(f"{self.place}: {column} is {cell!r}; expected a date such as 2021-03-31, or nothing")

    def validity(self) -> tuple[dt.date | None, dt.date | None]:
        """Return the first and the last day on which the row is valid; None for a day that the row leaves empty."""
        first, last = self.date("valid_from_date"), self.date("valid_to_date")
        if first is not None and last is not None and last < first:
            raise SeedError(
                f"{self.place}: valid_to_date {last} lies before valid_from_date {first}; "
                f"expected the last day, not earlier than the first"
            )
        return first, last


def read_rows(path: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """Return the rows of a CSV file with a header. Spaces around cells are removed. Columns may stand in any order.

    Raises SeedError if the file cannot be read, lacks a column, or has a row with more or fewer cells than the
    header.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SeedError(f"{path}: cannot be read ({error}); expected a CSV file in UTF-8") from error
    lines = _lines(text, path)
    header = [cell.strip() for cell in next(lines, (1, []))[1]]
    missing = [column for column in columns if column not in header]
    if missing:
        raise SeedError(
            f"{path}, line 1: no column {', '.join(missing)}; "
            f"found {', '.join(header) or 'an empty line'}, expected {', '.join(columns)}"
        )
    for number, cells in lines:
        place = f"{path}, line {number}"
        if not cells:
            continue  # dbt passes over empty lines too
        if len(cells) != len(header):
            raise SeedError(
                f"{place}: {len(cells)} cells; expected {len(header)}, one for each column of the header"
            )
        yield Row(place, {name: cell.strip() for name, cell in zip(header, cells, strict=True)})


def _lines(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and the cells of each row of a CSV text. A row of several lines has the number of its
    last line. Raise SeedError, which names the file `path`, if a quotation mark is out of place.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise SeedError(
            f"{path}, line {reader.line_num}: a quotation mark is never closed, or stands inside a cell ({error}); "
            "correct the line"
        ) from error


AUTHORITY_COLUMNS = (
    "authority_id",
    "authority_name",
    "short_name",
    "council_type_id",
    "region_name",
    "valid_from_date",
    "valid_to_date",
)


ALIAS_COLUMNS = ("authority_id", "alias_name", "short_name", "valid_from_date", "valid_to_date", "is_official")


SUCCESSION_COLUMNS = ("predecessor_id", "successor_id", "succession_date")


POPULATION_COLUMNS = ("authority_id", "mid_year", "population_count")


COUNCIL_TYPE_COLUMNS = ("council_type_id", "council_type_name", "has_type_average")


def _read_authorities(seeds_folder: Path, additional: Path | None) -> tuple[Authority, ...]:
    type_ids = tuple(
        row.text("council_type_id") for row in read_rows(seeds_folder / "council_types.csv", COUNCIL_TYPE_COLUMNS)
    )
    files = [(seeds_folder / "authorities.csv", False)]
    if additional is not None:
        files.append((additional, True))
    authorities: list[Authority] = []
    place_of: dict[str, str] = {}
    for path, is_sample in files:
        for row in read_rows(path, AUTHORITY_COLUMNS):
            authority = _authority(row, type_ids, is_sample=is_sample)
            earlier = place_of.setdefault(authority.authority_id, row.place)
            if earlier != row.place:
                raise SeedError(
                    f"{row.place}: authority_id {authority.authority_id!r} stands already in {earlier}; "
                    f"each authority has an id of its own"
                )
            authorities.append(authority)
    return tuple(authorities)


def _authority(row: Row, type_ids: tuple[str, ...], *, is_sample: bool) -> Authority:
    type_id = row.one_of("council_type_id", type_ids, f"{', '.join(type_ids)} (council_types.csv)")
    valid_from, valid_to = row.validity()
    authority_id = row.text("authority_id")
    if not authority_id.isprintable():
        raise SeedError(
            f"{row.place}: authority_id {printable(authority_id)} holds a character that cannot be printed; "
            "expected letters, digits and signs"
        )
    return Authority(
        authority_id=authority_id,
        name=row.text("authority_name"),
        short_name=row.text("short_name"),
        council_type_id=type_id,
        region_name=row.text("region_name"),
        valid_from=valid_from,
        valid_to=valid_to,
        is_sample=is_sample,
    )


def _read_aliases(path: Path, ids: frozenset[str]) -> Iterator[Alias]:
    for row in read_rows(path, ALIAS_COLUMNS):
        is_official = row.truth("is_official")
        valid_from, valid_to = row.validity()
        if is_official and valid_to is None:
            raise SeedError(
                f"{row.place}: an official name without valid_to_date; expected the last day of a former name "
                f"(the latest name stands in authorities.csv)"
            )
        yield Alias(
            authority_id=_known(row, "authority_id", ids),
            name=row.text("alias_name"),
            short_name=row.text("short_name") if is_official else None,
            valid_from=valid_from,
            valid_to=valid_to,
            is_official=is_official,
        )


def _read_successions(path: Path, ids: frozenset[str]) -> Iterator[Succession]:
    for row in read_rows(path, SUCCESSION_COLUMNS):
        yield Succession(
            predecessor_id=_known(row, "predecessor_id", ids),
            successor_id=_known(row, "successor_id", ids),
            day=row.day("succession_date"),
        )


def _read_populations(path: Path, ids: frozenset[str]) -> Iterator[tuple[str, Population]]:
    place_of: dict[tuple[str, int], str] = {}
    for row in read_rows(path, POPULATION_COLUMNS):
        authority_id, mid_year = _known(row, "authority_id", ids), row.count("mid_year")
        earlier = place_of.setdefault((authority_id, mid_year), row.place)
        if earlier != row.place:
            raise SeedError(
                f"{row.place}: the population of {authority_id!r} in mid-{mid_year} stands already in {earlier}; "
                f"each authority has one a year"
            )
        yield authority_id, Population(row.count("population_count"), mid_year)


def _known(row: Row, column: str, ids: frozenset[str]) -> str:
    authority_id = row.text(column)
    if authority_id not in ids:
        raise SeedError(
            f"{row.place}: {column} is {authority_id!r}; expected the id of an authority in authorities.csv"
        )
    return authority_id


def load_authorities(seeds_folder: Path = SEEDS_FOLDER, additional: Path | None = None) -> Authorities:
    """Read the seeds about authorities. If `additional` is given, also read this file of further councils, which
    has the columns of authorities.csv.

    Raise SeedError if a file is wrong, if an id stands in the files twice, or if another seed names an unknown
    authority.
    """
    authorities = _read_authorities(seeds_folder, additional)
    ids = frozenset(authority.authority_id for authority in authorities)
    return Authorities(
        authorities,
        _read_aliases(seeds_folder / "authority_aliases.csv", ids),
        _read_successions(seeds_folder / "authority_successions.csv", ids),
        _read_populations(seeds_folder / "authority_populations.csv", ids),
    )
