"""The manifest source: a table in which a person lists letters, each with its season, authority and address.

The table is CSV with the headings season, authority and address, or a JSON list of objects with these keys.
`authority` is an authority_id or a name. `address` is an http(s) address, a file, or an object in an object store;
a relative address counts from the manifest. Two more columns are optional: `kind` (letter, statistics_page or
data_table; empty means letter) and `mapping` (for a data table, the address of the YAML that says what the table's
columns mean).
"""

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import fsspec

from redress.acquire.source import (
    DataTableReference,
    FailureCause,
    Fetched,
    FetchError,
    Known,
    NotPublishedError,
    Reference,
    ReferenceKind,
    SourceError,
    Validators,
    check_is_pdf,
    check_is_whole_page,
    unusable,
)
from redress.acquire.web.addresses import joined
from redress.acquire.web.client import HttpClient
from redress.files.store import OBJECT_STORES
from redress.model.authorities import Authorities
from redress.model.printable import secret_in, shortened
from redress.model.season import Season, season_from_name

REQUIRED_COLUMNS = ("season", "authority", "address")
OPTIONAL_COLUMNS = ("kind", "mapping")
KINDS = (ReferenceKind.LETTER, ReferenceKind.STATISTICS_PAGE, ReferenceKind.DATA_TABLE)
MOST_BYTES = 10_000_000
"""The largest size of a manifest, in bytes. A row has about 150 bytes, so the letters of a hundred years fit."""
MOST_ADDRESS_CHARACTERS = 4096
_FROM_SERVERS = ("http", "https")
_SERVERS_ALONE = "an address of http(s): the manifest came from a server"
_SHOWN = (
    "would stand in records and in the release for everybody to read: leave it out; an object store's client takes "
    "its keys from the environment"
)


@dataclass(frozen=True)
class ManifestSource:
    """The letters, statistics pages and data tables that a manifest names, each fetched from its address.

    A manifest from a server may name only addresses of servers, so that a stranger's table never leads to a file of
    this machine. `new_client` is called when the first http(s) address is fetched.
    """

    address: str
    authorities: Authorities
    new_client: Callable[[], HttpClient]
    fetches_at_a_time: int = 1
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)
    _stores: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        secret = secret_in(self.address)
        if secret is not None:
            raise SourceError(f"the address of the manifest holds {secret}, which {_SHOWN}")

    @property
    def name(self) -> str:
        return f"manifest:{self._place}"

    def references(self, season: Season) -> tuple[Reference, ...]:
        """Return a reference to each letter and statistics page of a season, in the manifest's order."""
        return tuple(
            row.reference
            for row in self._rows
            if row.reference.season == season and row.reference.kind is not ReferenceKind.DATA_TABLE
        )

    def data_tables(self, season: Season) -> tuple[DataTableReference, ...]:
        """Return the data tables of a season in the manifest's order. If a row has no `mapping`, `has_mapping` is
        False.
        """
        return tuple(
            DataTableReference(
                season, row.reference.address, row.mapping or _beside(row.reference.address), bool(row.mapping)
            )
            for row in self._rows
            if row.reference.season == season and row.reference.kind is ReferenceKind.DATA_TABLE
        )

    def fetch(self, reference: Reference, known: Known | None = None) -> Fetched:
        """Return the bytes at an address of the manifest. Raise FetchError if a letter from a server is no PDF, or
        a page from a server is not whole.
        """
        scheme = _scheme(reference.address)
        if scheme in OBJECT_STORES:
            return self._from_store(reference.address, known)
        if scheme not in _FROM_SERVERS:
            return _from_file(reference.address)
        answer = self._client.get(reference.address, known)
        if answer.content is not None and reference.kind is ReferenceKind.LETTER:
            check_is_pdf(answer.content, answer.address)
        if answer.content is not None and reference.kind is ReferenceKind.STATISTICS_PAGE:
            check_is_whole_page(answer.content, answer.address)
        return Fetched(answer.content, answer.address, answer.status, answer.validators)

    def _from_store(self, address: str, known: Known | None) -> Fetched:
        """Return an object of an object store, with its bytes. If the object has the same tag (ETag) as in `known`,
        do not read the bytes, and return the object without them.
        """
        scheme, _, path = address.partition("://")
        try:
            with self._lock:
                if scheme not in self._stores:
                    self._stores[scheme] = fsspec.filesystem(
                        scheme, use_listings_cache=False, skip_instance_cache=True
                    )
                store = self._stores[scheme]
            tag = store.info(path).get("ETag")
            validators = Validators(etag=None if tag is None else str(tag))
            if tag is not None and known == Known(address, validators):
                return Fetched(None, address, validators=validators)
            return Fetched(store.cat_file(path), address, validators=validators)
        except FileNotFoundError as error:
            raise NotPublishedError(f"there is nothing at {address}") from error
        except ImportError as error:
            raise SourceError(f"{address} cannot be had: {error}") from error
        except Exception as error:  # each store's client has errors of its own
            raise FetchError(FailureCause.CONNECTION, f"{address} cannot be had: {error}") from error

    @property
    def _client(self) -> HttpClient:
        with self._lock:
            return self._made_client

    @cached_property
    def _made_client(self) -> HttpClient:
        return self.new_client()

    @cached_property
    def _place(self) -> str:
        return self.address if _scheme(self.address) else str(Path(self.address).absolute())

    @cached_property
    def _rows(self) -> tuple["_ManifestRow", ...]:
        rows: list[_ManifestRow] = []
        place_of: dict[Reference, str] = {}
        content = self._content()
        if len(content) > MOST_BYTES:
            raise SourceError(
                f"the manifest {self._place} has {len(content):,} bytes, and a list of letters has at most "
                f"{MOST_BYTES:,}; name the file that lists the letters"
            )
        for cells in _cells(content, self._place):
            row = self._row(cells)
            earlier = place_of.setdefault(row.reference, cells.place)
            if earlier != cells.place:
                raise SourceError(f"{cells.place}: the same as {earlier}; take one of them out")
            rows.append(row)
        if not rows:
            raise SourceError(f"the manifest {self._place} names no letter")
        return tuple(rows)

    def _content(self) -> bytes:
        try:
            scheme = _scheme(self._place)
            if scheme in _FROM_SERVERS:
                return self._client.get(self._place).content or b""
            fetched = self._from_store(self._place, None) if scheme in OBJECT_STORES else _from_file(self._place)
            return fetched.content or b""
        except FetchError as error:
            raise unusable(error.cause, f"the manifest {self._place} cannot be had: {error}") from error
        except (NotPublishedError, OSError) as error:
            raise SourceError(f"the manifest {self._place} cannot be had: {error}") from error

    def _row(self, cells: "_Cells") -> "_ManifestRow":
        season = season_from_name(cells.text("season"))
        if season is None:
            raise cells.wrong("season", "a year of letters such as 2021")
        kind_name = cells.optional("kind") or str(ReferenceKind.LETTER)
        if kind_name not in KINDS:
            raise cells.wrong("kind", f"one of {', '.join(KINDS)}, or nothing for a letter")
        kind = ReferenceKind(kind_name)
        address = self._absolute(cells, "address")
        mapping = self._absolute(cells, "mapping") if cells.optional("mapping") else ""
        if kind is ReferenceKind.DATA_TABLE:
            return _ManifestRow(Reference(season, address, None, kind), mapping)
        if mapping:
            raise cells.wrong("mapping", f"nothing, because the kind is {kind}: only a data_table has one")
        return _ManifestRow(Reference(season, address, self._authority_id(cells, season), kind), "")

    def _authority_id(self, cells: "_Cells", season: Season) -> str:
        stated = cells.text("authority")
        with_id = self.authorities.with_id(stated)
        if with_id is not None and with_id.has_begun_by(season.period_end):
            return stated
        resolution = self.authorities.resolve(stated, season.period_end)
        if resolution.authority is None:
            raise cells.wrong(
                "authority", f"an authority_id, or a name of season {season}: {shortened(resolution.reason, 1000)}"
            )
        return resolution.authority.authority_id

    def _absolute(self, cells: "_Cells", column: str) -> str:
        stated = cells.text(column)
        if len(stated) > MOST_ADDRESS_CHARACTERS:
            raise cells.wrong(column, f"an address of at most {MOST_ADDRESS_CHARACTERS:,} characters")
        secret = secret_in(stated)
        if secret is not None:
            raise SourceError(f"{cells.place}, column {column}: the address holds {secret}, which {_SHOWN}")
        if any("\ud800" <= character <= "\udfff" for character in stated):
            raise cells.wrong(column, "whole characters: half of a character is no part of an address")
        is_from_server = _scheme(self._place) in _FROM_SERVERS
        scheme = _scheme(stated)
        if not scheme and is_from_server:
            return self._beside_manifest(cells, column)
        if not scheme:
            start, _, _ = self._place.rpartition("/")
            return stated if stated.startswith("/") else f"{start}/{stated}"
        if is_from_server and scheme not in _FROM_SERVERS:
            raise cells.wrong(column, _SERVERS_ALONE)
        if scheme not in (*_FROM_SERVERS, "file", *OBJECT_STORES):
            raise cells.wrong(column, "an address of http(s), a file, or an object store's")
        return stated

    def _beside_manifest(self, cells: "_Cells", column: str) -> str:
        """Make an absolute address from a cell's address, which is relative to a manifest from a server.

        Raise SourceError if the result does not lead to a server: "file:/x" looks relative, and leads to a file.
        """
        try:
            address = joined(self._place, cells.text(column))
        except FetchError as error:
            raise cells.wrong(column, f"an address ({error})") from error
        if urlsplit(address).scheme not in _FROM_SERVERS:
            raise cells.wrong(column, _SERVERS_ALONE)
        return address


@dataclass(frozen=True)
class _ManifestRow:
    reference: Reference
    mapping: str


@dataclass(frozen=True)
class _Cells:
    """The cells of one row of a manifest, by column. `place` names the manifest, and the row's line or entry."""

    place: str
    values: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return the text of a cell. Raise SourceError if the cell is empty."""
        if not self.optional(column):
            raise SourceError(f"{self.place}, column {column}: empty; each row has {', '.join(REQUIRED_COLUMNS)}")
        return self.optional(column)

    def optional(self, column: str) -> str:
        return self.values.get(column, "").strip()

    def wrong(self, column: str, expected: str) -> SourceError:
        """Return the error for a cell that does not hold what is expected."""
        return SourceError(
            f'{self.place}, column {column}: "{shortened(self.optional(column))}"; expected {expected}'
        )


def _cells(content: bytes, place: str) -> Iterator[_Cells]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"the manifest {place} is not text in UTF-8 ({error}); save it so") from error
    is_json = PurePosixPath(urlsplit(place).path).suffix.lower() == ".json" or text.lstrip()[:1] in ("[", "{")
    return _json_cells(text, place) if is_json else _csv_cells(text, place)


def _csv_cells(text: str, place: str) -> Iterator[_Cells]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    headings: list[str] | None = None
    try:
        for values in lines:
            where = f"{place}, line {lines.line_num}"
            if headings is None:
                headings = [value.strip().lower() for value in values]
                _check_columns(headings, where)
            elif len(values) > len(headings):
                raise SourceError(
                    f"{where}: {len(values)} cells under {len(headings)} headings; put quotes around a comma"
                )
            elif any(value.strip() for value in values):
                yield _Cells(where, dict(zip(headings, values, strict=False)))
    except csv.Error as error:
        raise SourceError(f"{place}, line {lines.line_num}: no CSV ({error})") from error


def _json_cells(text: str, place: str) -> Iterator[_Cells]:
    try:
        found: Any = json.loads(text, parse_int=str)  # a number of thousands of digits is no int
    except json.JSONDecodeError as error:
        raise SourceError(f"{place}, line {error.lineno}, column {error.colno}: no JSON ({error.msg})") from error
    except RecursionError as error:
        raise SourceError(
            f"the manifest {place} has brackets that are nested too deep to be read; it is a list of objects with "
            f"{', '.join(REQUIRED_COLUMNS)}"
        ) from error
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise SourceError(f"the manifest {place} is not a list of objects with {', '.join(REQUIRED_COLUMNS)}")
    for number, one in enumerate(found, start=1):
        where = f"{place}, entry {number}"
        _check_columns(list(one), where)
        for key, value in one.items():
            if isinstance(value, bool) or not isinstance(value, str | None):
                raise SourceError(f"{where}, column {key}: {shortened(json.dumps(value))}; expected a text")
        yield _Cells(where, {key: "" if value is None else str(value) for key, value in one.items()})


def _check_columns(found: list[str], where: str) -> None:
    missing = [column for column in REQUIRED_COLUMNS if column not in found]
    unknown = [column for column in found if column not in (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)]
    twice = sorted({column for column in found if found.count(column) > 1})
    for problem, columns in (("missing", missing), ("unknown", unknown), ("there twice", twice)):
        if columns:
            raise SourceError(
                f"{where}: columns {problem}: {shortened(', '.join(columns)) or 'one without a name'}; expected "
                f"{', '.join(REQUIRED_COLUMNS)}, and maybe {', '.join(OPTIONAL_COLUMNS)}"
            )


def _from_file(address: str) -> Fetched:
    path = unquote(urlsplit(address).path) if _scheme(address) else address
    return Fetched(Path(path).read_bytes(), path)


def _scheme(address: str) -> str:
    """Return the scheme of an address in lower case; empty for a path."""
    scheme, separator, _ = address.partition("://")
    return scheme.lower() if separator else ""


def _beside(address: str) -> str:
    """Return where a person should write the mapping of a table, if the manifest names no mapping."""
    return str(PurePosixPath(urlsplit(address).path).with_suffix(".yml"))
