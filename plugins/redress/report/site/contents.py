"""Read what the site shows from the DuckDB file of a release: rows of tables, arranged for pages."""

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from redress.model.landed import Fate
from redress.report.council import Row, has_passages

_NO_LETTER = frozenset({"not_published", "not_fetched"})
"""The states of coverage (what a season has of an authority) in which no letter came."""
_HELD_BACK = frozenset({"quarantined", "unidentified", "not_expected"})
"""The states of coverage, and the dispositions of letters, in which a letter has come and its figures must not be
shown."""
_DEVICE = re.compile(r"CON|PRN|AUX|NUL|(COM|LPT)[0-9]")
_LONGEST_NAME = 100
UNKNOWN = "unknown"
"""What letters that fit no authority have in place of an authority's id."""


@dataclass(frozen=True)
class CouncilContents:
    """What the site shows of one authority: the authority's rows of the release's tables. In `letters`, `figures`
    and `witnesses` the rows are grouped by season.
    """

    authority_id: str
    name: str
    short_name: str
    is_sample: bool
    valid_to: dt.date | None
    predecessor_ids: Sequence[str]
    successor_ids: Sequence[str]
    years: Sequence[Row]
    letters: Mapping[int, Sequence[Row]]
    figures: Mapping[int, Sequence[Row]]
    complaints: Sequence[Row]
    witnesses: Mapping[int, Sequence[Row]]
    passages: Sequence[Row] = ()

    @property
    def address(self) -> str:
        """The address of the council's page, relative to the site's folder."""
        return f"council/{slug(self.authority_id)}.html"

    def evidence_address(self, season: int) -> str:
        """Return the address of the page with the evidence of a season's figures."""
        return f"council/{slug(self.authority_id)}/{season}.html"

    @property
    def last(self) -> Row:
        """The row of the newest season with figures. If no season has figures, the row of the newest season."""
        accepted = [row for row in self.years if row["coverage_state"] == Fate.ACCEPTED]
        return (accepted or list(self.years))[-1]

    @property
    def has_figures(self) -> bool:
        return any(row["coverage_state"] == Fate.ACCEPTED for row in self.years)


@dataclass(frozen=True)
class SiteContents:
    """What the site shows of a release: rows of the release's tables, arranged for pages. `councils` has, by
    authority_id, each authority to which a letter came. Only these authorities have pages of their own.
    """

    release: str
    years: Mapping[int, Row]
    """For each landed season, its row of dim_year."""
    results: Mapping[int, Row]
    """For each season, its row of audit.season_results."""
    types: Sequence[Row]
    performance: Sequence[Row]
    averages: Sequence[Row]
    councils: Mapping[str, CouncilContents]
    letters: Sequence[Row]
    reconciliations: Sequence[Row]
    """The figures of witnesses about a council type or about the Ombudsman's whole office, each beside the same
    figure as computed from the letters."""
    agreements: Sequence[Row]
    category_names: Mapping[tuple[str, str], str]
    hexagons: Mapping[str, tuple[int, int]]
    """The column and row of each council on the map of hexagons, by authority_id."""
    names: Mapping[str, str]
    """The latest name of each authority, by authority_id."""
    rules: Sequence[Row]

    @cached_property
    def seasons(self) -> tuple[int, ...]:
        """The seasons that are landed, the oldest first."""
        return tuple(sorted(self.years))

    @cached_property
    def _by_season(self) -> Mapping[tuple[int, bool], list[Row]]:
        rows: dict[tuple[int, bool], list[Row]] = defaultdict(list)
        for row in self.performance:
            rows[row["season"], row["is_sample"]].append(row)
        return rows

    def of_season(self, season: int, is_sample: bool) -> list[Row]:
        """Return a season's rows of council_performance: of the invented authorities if `is_sample` is set, else of
        the real authorities.
        """
        return self._by_season.get((season, is_sample), [])

    def groups(self, season: int) -> tuple[bool, ...]:
        """Return which groups have accepted letters in a season: False stands for real authorities, True for
        invented authorities.
        """
        return tuple(
            is_sample
            for is_sample in (False, True)
            if any(row["coverage_state"] == Fate.ACCEPTED for row in self.of_season(season, is_sample))
        )

    @cached_property
    def is_of_samples(self) -> bool:
        """Whether all letters of the release are to invented councils."""
        return bool(self.councils) and all(council.is_sample for council in self.councils.values())

    def address_of(self, authority_id: str) -> str | None:
        """Return the address of a council's page. If the council has no letter, it has no page, and the result is
        None.
        """
        council = self.councils.get(authority_id)
        return None if council is None else council.address


def slug(authority_id: str) -> str:
    """Return a name for a file, made from an id, that every operating system accepts.

    Capital letters, digits and hyphens stay. Any other character becomes its code point; so does a small letter,
    because some systems do not distinguish `a` from `A`. A name that Windows reserves for a device, such as CON,
    gets a `_` at its end. A name that is too long is cut, and a digest of the id is added.
    """
    name = re.sub(r"[^A-Z0-9-]", lambda found: f"_{ord(found[0]):x}_", authority_id)
    if _DEVICE.fullmatch(name):
        return f"{name}_"
    if len(name) > _LONGEST_NAME:
        return f"{name[:_LONGEST_NAME]}_{hashlib.sha256(authority_id.encode()).hexdigest()[:20]}"
    return name


def _without_its_figures(reason: str, rules: Sequence[Row]) -> str:
    """Return why a letter is held back, without the letter's numbers: only the sentences of the rules that the
    letter breaks.

    If the reason names no rule, a person wrote it, and it is published unchanged.
    """
    broken = [one["sentence"].rstrip(".") for one in rules if re.search(rf"\b{one['rule']}: ", reason)]
    return f"it breaks {'rules' if len(broken) > 1 else 'a rule'}: {'; '.join(broken)}" if broken else reason


def read_contents(release: Path) -> SiteContents:
    """Return what the site shows, read from the tables of a release. `release` is the folder of the release, and
    the folder's name is the release's identity.
    """
    with duckdb.connect(str(release / "warehouse.duckdb"), read_only=True) as warehouse:
        performance = _rows(warehouse, "select * from marts.council_performance order by season, authority_key")
        results = _by(_rows(warehouse, "select * from audit.season_results order by season"), "season")
        years = _by(_rows(warehouse, "select * from marts.dim_year order by season"), "season")
        letters = _rows(warehouse, "select * from marts.dim_letter order by season, letter_key")
        names = _rows(
            warehouse, "select measure, category, complaint_category_name from seeds.complaint_categories"
        )
        relations = _rows(warehouse, _RELATIONS)
        rules = _rows(warehouse, "select * from audit.dim_rule order by rule")
        for row in performance:
            if row["coverage_state"] in _HELD_BACK and row["coverage_reason"]:
                row["coverage_reason"] = _without_its_figures(row["coverage_reason"], rules)
        for letter in letters:
            if letter["disposition"] in _HELD_BACK:
                letter["reason"] = _without_its_figures(letter["reason"], rules)
        return SiteContents(
            release=release.name,
            years={season: row for season, row in years.items() if season in results},
            results=results,
            types=_rows(warehouse, "select * from marts.dim_council_type order by council_type_name"),
            performance=performance,
            averages=_rows(warehouse, "select * from marts.fct_type_average order by all"),
            councils=_councils(warehouse, performance, letters, relations),
            letters=letters,
            reconciliations=_rows(warehouse, _OF_MANY),
            agreements=_rows(warehouse, _AGREEMENTS),
            category_names={(row["measure"], row["category"]): row["complaint_category_name"] for row in names},
            hexagons=_hexagons(warehouse),
            names={row["authority_id"]: row["authority_name"] for row in relations},
            rules=rules,
        )


_RELATIONS = """
    select
        authority_id,
        bool_or(is_sample) as is_sample,
        arg_max(authority_name, coalesce(valid_from_date, date '0001-01-01')) as authority_name,
        arg_max(short_name, coalesce(valid_from_date, date '0001-01-01')) as short_name,
        case when bool_and(valid_to_date is not null) then max(valid_to_date) end as valid_to_date,
        max(predecessor_ids) as predecessor_ids,
        max(successor_ids) as successor_ids
    from marts.dim_authority
    where authority_key <> 'unknown'
    group by authority_id
    order by authority_id
"""
_OF_MANY = """
    select *
    from marts.fct_reconciliation
    where authority_key is null
    order by season, witness_kind, council_type_key, measure, witness_source
"""
_AGREEMENTS = """
    select season, witness_kind, reconciliation_state, count(*) as figures_count
    from marts.fct_reconciliation
    where authority_key is not null
    group by all
    order by all
"""


def _councils(
    warehouse: duckdb.DuckDBPyConnection,
    performance: Sequence[Row],
    letters: Sequence[Row],
    relations: Sequence[Row],
) -> dict[str, CouncilContents]:
    ids = {row["authority_key"]: row["authority_id"] for row in performance}
    years: dict[str, list[Row]] = defaultdict(list)
    for row in performance:
        years[row["authority_id"]].append(row)
    figures = _grouped(
        _rows(
            warehouse,
            "select * from marts.fct_figure "
            "order by season, page, box_top_points, box_x0_points, line, measure, category",
        ),
        ids,
    )
    complaints = _grouped(
        _rows(
            warehouse,
            "select * from marts.fct_complaints order by season, complaint_kind, category_position, figure_key",
        ),
        ids,
    )
    witnesses = _grouped(
        _rows(
            warehouse,
            "select * from marts.fct_reconciliation where authority_key is not null "
            "order by season, measure, category, witness_kind, witness_source",
        ),
        ids,
    )
    passages = _grouped(_passages(warehouse), ids)
    of_letters = _grouped(letters, ids)
    councils = {}
    for about in relations:
        authority_id = about["authority_id"]
        if all(row["coverage_state"] in _NO_LETTER for row in years[authority_id]):
            continue
        councils[authority_id] = CouncilContents(
            authority_id=authority_id,
            name=about["authority_name"],
            short_name=about["short_name"],
            is_sample=about["is_sample"],
            valid_to=about["valid_to_date"],
            predecessor_ids=about["predecessor_ids"] or (),
            successor_ids=about["successor_ids"] or (),
            years=years[authority_id],
            letters=_by_season(of_letters[authority_id]),
            figures=_by_season(figures[authority_id]),
            complaints=complaints[authority_id],
            witnesses=_by_season(witnesses[authority_id]),
            passages=passages[authority_id],
        )
    return councils


def _passages(warehouse: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return all passages, the newest season first. A release of an earlier version has none."""
    if not has_passages(warehouse):
        return []
    return _rows(warehouse, "select * from marts.fct_passage order by season desc, letter_key, paragraph_number")


def _hexagons(warehouse: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Return the column and row of each council on the map, by authority_id. A release of an earlier version has
    none.
    """
    known = warehouse.execute(
        "select 1 from information_schema.tables where table_schema = 'seeds' and table_name = 'map_hexagons'"
    ).fetchone()
    if known is None:
        return {}
    rows = warehouse.execute("select authority_id, hexagon_column, hexagon_row from seeds.map_hexagons").fetchall()
    return {authority_id: (column, row) for authority_id, column, row in rows}


def _rows(warehouse: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = warehouse.execute(query)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _by(rows: Sequence[Row], name: str) -> dict[int, Row]:
    return {row[name]: row for row in rows}


def _grouped(rows: Sequence[Row], ids: Mapping[str, str]) -> dict[str, list[Row]]:
    """Return rows by the id of their authority. `ids` has the id for each authority_key. The rows with any other
    key are under UNKNOWN.
    """
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[ids.get(row["authority_key"], UNKNOWN)].append(row)
    return grouped


def _by_season(rows: Sequence[Row]) -> dict[int, list[Row]]:
    grouped: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["season"]].append(row)
    return dict(grouped)
