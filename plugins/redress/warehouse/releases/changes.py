"""RELEASE.md: what a release changed in the data, against the release that was current before it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb

from redress.model.landed import Fate
from redress.model.markdown import as_markdown, table
from redress.warehouse.releases.checksums import damage

FIRST_LINE = "The first release of this warehouse."
LETTERS_SECTION = "Letters that changed"
FIGURES_SECTION = "Figures that changed"
TRUST_SECTION = "Trust that changed"
WITNESSES_SECTION = "Comparisons with second witnesses that changed"
NOT_THERE = "not there"
"""What stands for what a release does not have."""


def release_notes(identity: str, connection: duckdb.DuckDBPyConnection, previous: Path | None) -> str:
    """What changed in the data since the last release: letters, figures, trust, and what second witnesses say."""
    lines = [f"# Release {identity}", ""]
    if previous is None:
        lines += [FIRST_LINE, ""]
    elif found := damage(previous):
        why = "; ".join(found)
        lines += [f"The release before this one, {previous.name}, cannot be compared with this one: {why}.", ""]
    else:
        lines += [f"The release before this one: {previous.name}.", ""]
        connection.execute(f"attach '{quoted(previous / 'warehouse.duckdb')}' as previous (read_only)")
        try:
            lines += _changes(connection)
        finally:
            connection.execute("detach previous")
    counts = connection.execute(
        "select season, disposition, count(*) from marts.dim_letter group by all order by all"
    ).fetchall()
    lines += ["## Letters", "", *_table(("season", "disposition", "letters"), counts)]
    return "\n".join(lines) + "\n"


def _changes(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What differs from the release that is attached as `previous`, one section for each kind of fact."""
    return [
        *_letters_changed(connection),
        *_figures_changed(connection),
        *_trust_changed(connection),
        *_witnesses_changed(connection),
    ]


def _letters_changed(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Letter files with another disposition, each with its authority, or its address where that is not known."""
    named = """
        select letters.letter_key, letters.season, letters.disposition,
               coalesce(authorities.authority_name, letters.source_address) as name
        from {release}marts.dim_letter as letters
        left join {release}marts.dim_authority as authorities
            on letters.authority_key = authorities.authority_key and authorities.authority_key <> 'unknown'
    """
    letters = connection.execute(
        f"""
        with new as ({named.format(release="")}), old as ({named.format(release="previous.")})
        select coalesce(new.season, old.season), coalesce(new.name, old.name),
               coalesce(new.letter_key, old.letter_key), old.disposition, new.disposition
        from new
        full join old on new.letter_key = old.letter_key
        where old.disposition is distinct from new.disposition
        order by all
        """  # noqa: S608 - both are ours  # nosec B608
    ).fetchall()
    return _section(
        LETTERS_SECTION,
        [_letters_told([(was, now) for *_, was, now in letters])] if letters else [],
        ("season", "authority or file", "letter", "was", "is"),
        (
            (season, as_markdown(name), key, was or NOT_THERE, now or NOT_THERE)
            for season, name, key, was, now in letters
        ),
    )


def _figures_changed(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Figures old and new of authorities and seasons that both releases have; those of the others are counted."""
    # a release made before there were corrections has no column for them
    old_is_corrected = "old.is_corrected" if _is_in_both(connection, "fct_figure", "is_corrected") else "false"
    figures = connection.execute(
        f"""
        select coalesce(new.season, old.season), coalesce(new.authority_key, old.authority_key),
               concat_ws(' ', coalesce(new.measure, old.measure), coalesce(new.category, old.category)),
               old.value, {old_is_corrected}, new.value, new.is_corrected
        from marts.fct_figure as new
        full join previous.marts.fct_figure as old
            on new.authority_key = old.authority_key
            and new.season = old.season
            and new.measure = old.measure
            and new.category is not distinct from old.category
        where new.value is distinct from old.value
            and (coalesce(new.season, old.season), coalesce(new.authority_key, old.authority_key)) in (
                -- of a letter that is added or gone, its line above says all
                select (season, authority_key) from marts.fct_figure
                intersect
                select (season, authority_key) from previous.marts.fct_figure
            )
        order by all
        """  # noqa: S608 - the name of the column is ours  # nosec B608
    ).fetchall()
    others = connection.execute(
        """
        select
            (select count(*) from marts.fct_figure
             anti join previous.marts.fct_figure as old using (season, authority_key)),
            (select count(*) from previous.marts.fct_figure
             anti join marts.fct_figure as new using (season, authority_key))
        """
    ).fetchall()
    [(only_new_count, only_old_count)] = others
    told = [
        _figures_told([(was, now) for *_, was, _, now, _ in figures]),
        f"Figures of authorities and seasons that only one of them has: {only_new_count} in this release, "
        f"{only_old_count} in the one before.",
    ]
    return _section(
        FIGURES_SECTION,
        told if figures or only_new_count or only_old_count else [],
        ("season", "authority", "measure", "was", "is"),
        (
            (season, authority, measure, _told(was, was_corrected), _told(now, is_corrected))
            for season, authority, measure, was, was_corrected, now, is_corrected in figures
        ),
    )


def _trust_changed(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Accepted letters of both releases that are trusted otherwise, or for another reason."""
    if not _is_in_both(connection, "fct_annual_review", "trust_reason"):
        return []
    reviews = connection.execute(
        """
        select new.season, authorities.authority_name,
               concat_ws(': ', old.trust, old.trust_reason), concat_ws(': ', new.trust, new.trust_reason)
        from marts.fct_annual_review as new
        inner join previous.marts.fct_annual_review as old
            on new.season = old.season and new.authority_key = old.authority_key
        inner join marts.dim_authority as authorities on new.authority_key = authorities.authority_key
        where old.trust is distinct from new.trust or old.trust_reason is distinct from new.trust_reason
        order by all
        """
    ).fetchall()
    return _section(
        TRUST_SECTION,
        [f"Of authorities and seasons that both releases review: {len(reviews)}."] if reviews else [],
        ("season", "authority", "was", "is"),
        ((season, *map(as_markdown, cells)) for season, *cells in reviews),
    )


def _witnesses_changed(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """How many figures compare otherwise with a second witness than before, by season and kind of witness.

    Several figures of one witness about the same are taken in the order in which the witness has them.
    """
    if not _is_in_both(connection, "fct_reconciliation", "reconciliation_state"):
        return []
    placed = """
        select season, witness_kind, authority_key, council_type_key, measure, category,
               our_value, witness_value, reconciliation_state as state,
               row_number() over (
                   partition by season, witness_kind, authority_key, council_type_key, measure, category
                   order by witness_source, row_number, reconciliation_key
               ) as place
        from {release}marts.fct_reconciliation
    """
    comparisons = connection.execute(
        f"""
        with new as ({placed.format(release="")}), old as ({placed.format(release="previous.")})
        select coalesce(new.season, old.season), coalesce(new.witness_kind, old.witness_kind),
               coalesce(old.state, '{NOT_THERE}') as was,
               case
                   when new.state = old.state then new.state || ', other values'
                   else coalesce(new.state, '{NOT_THERE}')
               end as now,
               count(*)
        from new
        full join old
            on new.season = old.season
            and new.witness_kind = old.witness_kind
            and new.authority_key is not distinct from old.authority_key
            and new.council_type_key is not distinct from old.council_type_key
            and new.measure = old.measure
            and new.category is not distinct from old.category
            and new.place = old.place
        where old.state is distinct from new.state
            or old.our_value is distinct from new.our_value
            or old.witness_value is distinct from new.witness_value
        group by all
        order by all
        """  # noqa: S608 - both are ours  # nosec B608
    ).fetchall()
    count = sum(count for *_, count in comparisons)
    return _section(
        WITNESSES_SECTION,
        [f"Figures that are beside a witness's, or were: {count}."] if comparisons else [],
        ("season", "witness", "was", "is", "figures"),
        comparisons,
    )


def _section(
    title: str, told: Sequence[str], columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> list[str]:
    """A section: what is told of it in sentences, or "None." where that is nothing, and a table of its rows."""
    lines = [f"## {title}", ""]
    for sentence in told or ["None."]:
        lines += [sentence, ""]
    found = list(rows)
    return [*lines, *_table(columns, found), ""] if found else lines


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    return table(columns, (tuple(map(str, row)) for row in rows))


def _is_in_both(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    """Whether this release and the one before have a column of a mart: that one may have been made before it."""
    found = connection.execute(
        "select count(*) from duckdb_columns() where schema_name = 'marts' and table_name = ? and column_name = ? "
        "and database_name in (current_database(), 'previous')",
        [table, column],
    ).fetchall()
    return found == [(2,)]


def _letters_told(changes: list[tuple[str | None, str | None]]) -> str:
    """How many letters changed in which way, of pairs of what became of each before and now."""
    counts = {
        "added": sum(was is None for was, _ in changes),
        "re-issued": sum(now == Fate.SUPERSEDED for _, now in changes),
        "quarantined": sum(now == Fate.QUARANTINED for _, now in changes),
        "no longer there": sum(now is None for _, now in changes),
    }
    return f"Letters: {', '.join(f'{count} {what}' for what, count in counts.items())}."


def _figures_told(changes: list[tuple[Decimal | None, Decimal | None]]) -> str:
    """How many figures changed in which way, of pairs of the value of each before and now."""
    appeared = sum(was is None for was, _ in changes)
    vanished = sum(now is None for _, now in changes)
    changed = len(changes) - appeared - vanished
    return (
        f"Figures of authorities and seasons that both releases have: {changed} with another value, "
        f"{appeared} added, {vanished} no longer there."
    )


def _told(value: Decimal | None, is_corrected: bool | None) -> str:
    """A value as a table of people has it, without the noughts of its column, and marked where it is no print."""
    if value is None:
        return NOT_THERE
    number = f"{value.normalize():f}"
    return f"{number} (corrected)" if is_corrected else number


def quoted(path: Path) -> str:
    """A path for a text in single quotes within a statement."""
    return str(path).replace("'", "''")
