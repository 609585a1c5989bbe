"""Read what a release says about a council. `council_page` shows what was read."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from redress.model.authorities import Alias, Authorities, Authority, Succession
from redress.model.season import Season

Row = Mapping[str, Any]


class ShowError(ValueError):
    """A council cannot be shown. The message says what was found, and what to do."""


@dataclass(frozen=True)
class CouncilYears:
    """What a release says about one authority. `years` are the authority's rows of council_performance, one for
    each season.

    If only one season is asked about, `season` is set, and all rows are of that season. Otherwise `letters`,
    `figures` and `witnesses` are empty.
    """

    authority: Authority
    predecessors: str | None
    successors: str | None
    years: Sequence[Row]
    season: Season | None = None
    letters: Sequence[Row] = ()
    figures: Sequence[Row] = ()
    witnesses: Sequence[Row] = ()
    passages: Sequence[Row] = ()
    """The passages of the council's letters, of `season` if it is set, otherwise of all seasons."""


def council_years(file: Path, name: str, season: Season | None, today: dt.date) -> CouncilYears:
    """Return what the DuckDB file of a release says about an authority, in all seasons or in one season.

    `name` is an id, a name, a short name or another name that the authority has or had.

    Raises ShowError if the name belongs to no authority or to several, or if the release has nothing about the
    authority in the season.
    """
    with duckdb.connect(str(file), read_only=True) as release:
        authority = authority_named(release, name, season, today)
        return replace(_years_of(release, authority, season), passages=_passages(release, authority, season))


def authority_named(
    release: duckdb.DuckDBPyConnection, name: str, season: Season | None, today: dt.date
) -> Authority:
    """Return the authority that an id or a name means in a release. A name is looked up as of the last day of the
    season's period. If no season is given, it is looked up as of today, then among all names that authorities had.

    Raises ShowError if the name belongs to no authority or to several.
    """
    return _named(_authorities(release), name, season, today)


def has_passages(release: duckdb.DuckDBPyConnection) -> bool:
    """Return whether a release has passages. A release of an earlier version has none."""
    query = "select 1 from information_schema.tables where table_schema = 'marts' and table_name = 'fct_passage'"
    return bool(release.execute(query).fetchone())


def _passages(
    release: duckdb.DuckDBPyConnection, authority: Authority, season: Season | None
) -> list[dict[str, Any]]:
    """Return an authority's passages of a season, or of all seasons. A release of an earlier version has none."""
    if not has_passages(release):
        return []
    return rows_of(
        release,
        """
        select passages.*
        from marts.fct_passage as passages
        inner join marts.dim_authority as authorities using (authority_key)
        where authorities.authority_id = ? and passages.season = coalesce(?, passages.season)
        order by passages.season, passages.letter_key, passages.paragraph_number
        """,
        authority.authority_id,
        None if season is None else season.year,
    )


def _authorities(release: duckdb.DuckDBPyConnection) -> Authorities:
    """Return the authorities and names with which the release was built."""
    authorities = rows_of(
        release,
        """
        select
            authority_id,
            arg_max(authority_name, coalesce(valid_from_date, date '0001-01-01')) as name,
            arg_max(short_name, coalesce(valid_from_date, date '0001-01-01')) as short_name,
            arg_max(council_type_key, coalesce(valid_from_date, date '0001-01-01')) as council_type_id,
            coalesce(arg_max(region_name, coalesce(valid_from_date, date '0001-01-01')), '') as region_name,
            case when bool_and(valid_from_date is not null) then min(valid_from_date) end as valid_from,
            case when bool_and(valid_to_date is not null) then max(valid_to_date) end as valid_to,
            bool_or(is_sample) as is_sample
        from marts.dim_authority
        where authority_key <> 'unknown'
        group by authority_id
        order by authority_id
        """,
    )
    aliases = rows_of(
        release,
        """
        select authority_id, alias_name, short_name, valid_from_date, valid_to_date, is_official
        from seeds.authority_aliases
        order by all
        """,
    )
    successions = rows_of(
        release,
        """
        select predecessor_id, successor_id, succession_date
        from seeds.authority_successions
        order by all
        """,
    )
    return Authorities(
        [Authority(**row) for row in authorities],
        [Alias(*row.values()) for row in aliases],
        [Succession(*row.values()) for row in successions],
    )


def _named(authorities: Authorities, name: str, season: Season | None, today: dt.date) -> Authority:
    """Return the authority with an id or a name.

    First look for the id. Then look for the name on the season's last day, or today if there is no season. Then, if
    there is no season, look whether only one authority ever had the name.

    Raises ShowError if this does not find exactly one authority.
    """
    with_id = authorities.with_id(name.strip())
    if with_id is not None:
        return with_id
    resolution = authorities.resolve(name, today if season is None else season.period_end)
    if resolution.authority is not None:
        return resolution.authority
    bearers = authorities.ever_named(name)
    if season is None and len(bearers) == 1:
        return bearers[0]
    candidates = "; ".join(
        f"redress show {candidate.authority_id} is {candidate.name}" for candidate in resolution.candidates
    )
    raise ShowError(resolution.reason + (f". By their ids: {candidates}" if candidates else ""))


def _end(authority: Authority, season: Season, successors: str | None) -> str:
    """Return words for the end of a sentence: when an authority ended, and which authorities took it over. Return
    "" if the authority still existed at the end of the season's period.
    """
    if authority.valid_to is None or authority.valid_to >= season.period_end:
        return ""
    taken_over = f", and was taken over by {successors}" if successors else ""
    return f"; it ended on {authority.valid_to:%-d %B %Y}{taken_over}"


def _years_of(release: duckdb.DuckDBPyConnection, authority: Authority, season: Season | None) -> CouncilYears:
    years = rows_of(
        release,
        "select * from marts.council_performance where authority_id = ? order by season, authority_key",
        authority.authority_id,
    )
    relations = rows_of(
        release,
        """
        select max(predecessor_names) as predecessors, max(successor_names) as successors
        from marts.dim_authority
        where authority_id = ?
        """,
        authority.authority_id,
    )
    if season is None:
        return CouncilYears(authority, **relations[0], years=years)
    of_season = [row for row in years if row["season"] == season.year]
    if not of_season:
        held = ", ".join(str(row["season"]) for row in years)
        raise ShowError(
            f"the release has nothing about {authority.name} in season {season}; "
            + (f"it has seasons {held}" if held else "nor about it in any other season")
            + _end(authority, season, relations[0]["successors"])
        )
    about = ([row["authority_key"] for row in of_season], season.year)
    return CouncilYears(
        authority,
        **relations[0],
        years=of_season,
        season=season,
        letters=rows_of(
            release,
            """
            select *
            from marts.dim_letter
            where list_contains(?, authority_key) and season = ?
            order by letter_date desc nulls last, letter_key
            """,
            *about,
        ),
        figures=rows_of(
            release,
            """
            select *
            from marts.fct_figure
            where list_contains(?, authority_key) and season = ?
            order by page, box_top_points, box_x0_points, line, measure, category
            """,
            *about,
        ),
        witnesses=rows_of(
            release,
            """
            select *
            from marts.fct_reconciliation
            where list_contains(?, authority_key) and season = ?
            order by witness_kind, witness_source, measure, category
            """,
            *about,
        ),
    )


def rows_of(release: duckdb.DuckDBPyConnection, query: str, *values: object) -> list[dict[str, Any]]:
    """Return the rows that a query over a release gives, each as a dictionary by column."""
    found = release.execute(query, values)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
