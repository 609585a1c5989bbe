"""Authorities: the councils that letters are about, and which of them a name means on a day."""

import csv
import datetime as dt
import difflib
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).parents[2]
SEEDS_FOLDER = PROJECT_ROOT / "dbt_project" / "seeds"

AUTHORITY_COLUMNS = (
    "authority_id",
    "authority_name",
    "short_name",
    "council_type_id",
    "region_name",
    "valid_from_date",
    "valid_to_date",
)
COUNCIL_TYPE_COLUMNS = ("council_type_id", "council_type_name", "has_type_average")

_SIMILAR_NAMES_COUNT = 3
_SIMILARITY_CUTOFF = 0.8  # Blabby is like Blaby, Colchester is not like Worcester
_COMMON_WORDS = frozenset(
    [
        "council",
        "corporation",
        "borough",
        "city",
        "county",
        "district",
        "metropolitan",
        "london",
        "royal",
        "of",
    ]
)
"""What most full names have; compared with them, Corby District Council is most like Selby's."""
_APOSTROPHES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'"})


class SeedError(ValueError):
    """A reference file is not what it should be: which file and line, what was found, what is expected."""


@dataclass(frozen=True)
class Authority:
    """A body that receives letters, with its official name and the days on which it exists.

    `valid_from` is None where it began before 1 April 2009, `valid_to` (its last day) where it still exists.
    """

    authority_id: str
    name: str
    short_name: str
    council_type_id: str
    region_name: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    is_sample: bool

    def is_alive_on(self, day: dt.date) -> bool:
        """Whether it exists on a day; its first and its last day count."""
        has_begun = self.valid_from is None or self.valid_from <= day
        has_ended = self.valid_to is not None and self.valid_to < day
        return has_begun and not has_ended


@dataclass(frozen=True)
class Resolution:
    """What a name means on a day: one authority, or none and who might have been meant.

    `candidates` are for a person to choose from; where `authority` is set it is the only one of them.
    """

    authority: Authority | None
    candidates: tuple[Authority, ...]
    reason: str


class Authorities:
    """All authorities that are known, and the names they go by."""

    def __init__(self, authorities: tuple[Authority, ...]) -> None:
        self._authorities = authorities
        self._by_name = _index_by_name(authorities)
        self._by_proper_name = _index_by_proper_name(self._by_name)

    @classmethod
    def load(cls, seeds_folder: Path = SEEDS_FOLDER, additional: Path | None = None) -> "Authorities":
        """Read the seeds that dbt loads too and, where given, a file of sample councils with their columns.

        Raises SeedError where a file is not what it should be, or where an id stands in it twice or in both.
        """
        type_ids = tuple(
            row.text("council_type_id")
            for row in _read_rows(seeds_folder / "council_types.csv", COUNCIL_TYPE_COLUMNS)
        )
        files = [(seeds_folder / "authorities.csv", False)]
        if additional is not None:
            files.append((additional, True))

        authorities: list[Authority] = []
        place_of: dict[str, str] = {}
        for path, is_sample in files:
            for row in _read_rows(path, AUTHORITY_COLUMNS):
                authority = _authority(row, type_ids, is_sample=is_sample)
                earlier = place_of.setdefault(authority.authority_id, row.place)
                if earlier != row.place:
                    raise SeedError(
                        f"{row.place}: authority_id {authority.authority_id!r} stands already in {earlier}; "
                        f"each authority has an id of its own"
                    )
                authorities.append(authority)
        return cls(tuple(authorities))

    def alive_on(self, day: dt.date) -> tuple[Authority, ...]:
        """The authorities that exist on a day, in the order of the files."""
        return tuple(authority for authority in self._authorities if authority.is_alive_on(day))

    def resolve(self, name: str, on: dt.date) -> Resolution:
        """The one authority that goes by a name on a day; a name that is merely similar is never taken."""
        named = self._by_name.get(normalised_name(name), ())
        alive = tuple(authority for authority in named if authority.is_alive_on(on))
        said = " ".join(name.split())
        if len(alive) == 1:
            return Resolution(alive[0], alive, f"“{said}” is a name of {_described(alive[0], on)}")
        if alive:
            return Resolution(
                None, alive, f"“{said}” fits {len(alive)} authorities on {_day(on)}: {_listed(alive, on)}"
            )
        if named:
            return Resolution(
                None, named, f"no authority has the name “{said}” on {_day(on)}: {_listed(named, on)}"
            )
        similar = self._similar(name)
        hint = f"; similar names: {_listed(similar, on)}" if similar else ", nor a similar one"
        return Resolution(None, similar, f"no authority has the name “{said}” on {_day(on)}{hint}")

    def _similar(self, name: str) -> tuple[Authority, ...]:
        proper = _without_common_words(normalised_name(name))
        similar = difflib.get_close_matches(
            proper, self._by_proper_name, n=_SIMILAR_NAMES_COUNT, cutoff=_SIMILARITY_CUTOFF
        )
        return tuple(dict.fromkeys(authority for key in similar for authority in self._by_proper_name[key]))


def normalised_name(name: str) -> str:
    """A name as it is compared: whatever its case, spacing, apostrophes, "&" or "and", with "The" or not."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_APOSTROPHES).replace("&", " and ")
    return " ".join(folded.split()).removeprefix("the ")


def _index_by_name(authorities: tuple[Authority, ...]) -> dict[str, tuple[Authority, ...]]:
    """The authorities that each normalised name belongs to, at whatever time."""
    index: dict[str, tuple[Authority, ...]] = {}
    for authority in authorities:
        for key in {normalised_name(name) for name in _names_of(authority)}:
            index[key] = (*index.get(key, ()), authority)
    return index


def _index_by_proper_name(
    by_name: dict[str, tuple[Authority, ...]],
) -> dict[str, tuple[Authority, ...]]:
    """The same with what is left of each name without common words, for finding similar names only."""
    index: dict[str, tuple[Authority, ...]] = {}
    for name, authorities in by_name.items():
        proper = _without_common_words(name)
        index[proper] = (*index.get(proper, ()), *authorities)
    return index


def _without_common_words(normalised: str) -> str:
    """What is left of a name; all of it where nothing is left ("City of London")."""
    return " ".join(word for word in normalised.split() if word not in _COMMON_WORDS) or normalised


def _names_of(authority: Authority) -> Iterator[str]:
    """Every name that an authority goes by: the place for further ones."""
    yield authority.name
    yield authority.short_name


def _listed(authorities: tuple[Authority, ...], on: dt.date) -> str:
    return "; ".join(_described(authority, on) for authority in authorities)


def _described(authority: Authority, on: dt.date) -> str:
    """An authority for a person to read and, where it does not exist on the day, why."""
    who = f"{authority.name} ({authority.authority_id})"
    if authority.valid_from is not None and authority.valid_from > on:
        return f"{who} began on {_day(authority.valid_from)}"
    if authority.valid_to is not None and authority.valid_to < on:
        return f"{who} ended on {_day(authority.valid_to)}"
    return who


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


@dataclass(frozen=True)
class _Row:
    """One row of a reference file, and where it stands."""

    place: str
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """A cell that may not be empty."""
        if not self.cells[column]:
            raise SeedError(f"{self.place}: {column} is empty; every row needs one")
        return self.cells[column]

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


def _authority(row: _Row, type_ids: tuple[str, ...], *, is_sample: bool) -> Authority:
    type_id = row.text("council_type_id")
    if type_id not in type_ids:
        raise SeedError(
            f"{row.place}: council_type_id is {type_id!r}; expected one of {', '.join(type_ids)} "
            f"(council_types.csv)"
        )
    valid_from, valid_to = row.date("valid_from_date"), row.date("valid_to_date")
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise SeedError(
            f"{row.place}: valid_to_date {valid_to} lies before valid_from_date {valid_from}; "
            f"expected the last day, not earlier than the first"
        )
    return Authority(
        authority_id=row.text("authority_id"),
        name=row.text("authority_name"),
        short_name=row.text("short_name"),
        council_type_id=type_id,
        region_name=row.text("region_name"),
        valid_from=valid_from,
        valid_to=valid_to,
        is_sample=is_sample,
    )


def _read_rows(path: Path, columns: tuple[str, ...]) -> Iterator[_Row]:
    """The rows of a CSV file with a header, cells stripped; its columns may stand in any order."""
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
        yield _Row(place, {name: cell.strip() for name, cell in zip(header, cells, strict=True)})
