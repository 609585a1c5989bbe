"""The changes of a release: how it differs from the release that was current before it.

`compared` finds the changes while a release is published, and they are kept in the release's `changes.json`.
RELEASE.md and the report of the run are written from the result of `compared` too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from pydantic import TypeAdapter

from redress.warehouse.releases.checksums import CHANGES_NAME, damage

NOT_THERE = "not there"
"""What tables show in place of a disposition, a value or a result if a release does not have the letter or figure.
Comparisons are sorted by the words that are shown, so by these words too."""


@dataclass(frozen=True)
class ChangedLetter:
    """A letter file with another disposition in this release than in the release before.

    `was` is the disposition in the release before, and `now` is the disposition in this release. None means that
    the release does not have the file. `name` is the name of the authority, or the file's address if the authority
    is unknown.
    """

    season: int
    name: str
    letter_key: str
    was: str | None
    now: str | None


@dataclass(frozen=True)
class FigureValue:
    """A figure of a release; `is_corrected` is True if the value differs from the printed value."""

    value: Decimal
    is_corrected: bool


@dataclass(frozen=True)
class ChangedFigure:
    """A figure that changed, of an authority and season that both releases have.

    `was` or `now` is None if its release lacks the figure. If `now` is None because the figure could not be read
    from the letter, `is_not_read` is True.
    """

    season: int
    authority_key: str
    authority_name: str
    measure: str
    category: str | None
    was: FigureValue | None
    now: FigureValue | None
    is_not_read: bool = False


@dataclass(frozen=True)
class Trust:
    """How far a letter is trusted, and why. A field is None if the release does not say it."""

    trust: str | None
    reason: str | None


@dataclass(frozen=True)
class ChangedTrust:
    """A letter that is trusted more or less than in the release before, or for another reason."""

    season: int
    authority_name: str
    was: Trust
    now: Trust


@dataclass(frozen=True)
class ChangedComparisons:
    """How many figures of a season changed from one result to another in the comparison with second witnesses of
    one kind.

    `was` is the result in the release before, such as "agrees" or "differs", and `now` is the result in this
    release. None means that the release does not compare these figures. If `was` and `now` are equal, the result
    stayed, but a compared value changed.
    """

    season: int
    witness_kind: str
    was: str | None
    now: str | None
    figures_count: int


@dataclass(frozen=True)
class DispositionCount:
    """How many letters of a season have a disposition in the release."""

    season: int
    disposition: str
    letters_count: int


@dataclass(frozen=True)
class DataChanges:
    """What changed from one release to the next.

    `figures_only_now_count` and `figures_only_before_count` count the figures of authorities and seasons that only
    one release has. `trust` and `comparisons` are None if an earlier version of Redress made one of the releases
    without them.
    """

    letters: tuple[ChangedLetter, ...]
    figures: tuple[ChangedFigure, ...]
    figures_only_now_count: int
    figures_only_before_count: int
    trust: tuple[ChangedTrust, ...] | None
    comparisons: tuple[ChangedComparisons, ...] | None

    @property
    def added_letters_count(self) -> int:
        """The number of letter files that only this release has."""
        return sum(letter.was is None for letter in self.letters)

    @property
    def removed_letters_count(self) -> int:
        """The number of letter files that only the release before has."""
        return sum(letter.now is None for letter in self.letters)

    @property
    def redisposed_letters_count(self) -> int:
        """The number of letter files with different dispositions in the two releases."""
        return len(self.letters) - self.added_letters_count - self.removed_letters_count

    @property
    def trust_count(self) -> int:
        """The number of letters that are trusted more or less than in the release before, or for another reason."""
        return len(self.trust or ())

    @property
    def compared_figures_count(self) -> int:
        """The number of figures that changed in the comparison with a second witness: the result or a compared
        value.
        """
        return sum(comparison.figures_count for comparison in self.comparisons or ())


@dataclass(frozen=True)
class ReleaseChanges:
    """What a release holds, and how it differs from the release before.

    `before` is the identity of the release that was current before, or None for the first release of a warehouse.
    `data` is None for the first release, and also if the release before is damaged. If the release before is
    damaged, `why_not_compared` has a sentence for each fault; otherwise it is empty.
    """

    release: str
    before: str | None
    why_not_compared: tuple[str, ...]
    data: DataChanges | None
    letter_counts: tuple[DispositionCount, ...]


_JSON = TypeAdapter(ReleaseChanges)


def compared(identity: str, connection: duckdb.DuckDBPyConnection, previous: Path | None) -> ReleaseChanges:
    """Compare the built warehouse to which `connection` is open with the release before it. Return the changes.

    `identity` is the identity of the built warehouse. `previous` is the folder of the release before; None for the
    first release of a warehouse.
    """
    why_not = () if previous is None else damage(previous)
    data = None
    if previous is not None and not why_not:
        with _attached(connection, previous / "warehouse.duckdb"):
            data = DataChanges(
                _letters(connection),
                _figures(connection),
                *_figures_of_one_release_counts(connection),
                _trust(connection),
                _comparisons(connection),
            )
    counts = connection.execute(
        "select season, disposition, count(*) from marts.dim_letter group by all order by all"
    ).fetchall()
    before = None if previous is None else previous.name
    return ReleaseChanges(identity, before, why_not, data, tuple(DispositionCount(*row) for row in counts))


def write_changes(changes: ReleaseChanges, folder: Path) -> None:
    """Write the changes of a release into its folder; the same changes give the same bytes."""
    (folder / CHANGES_NAME).write_bytes(_JSON.dump_json(changes, indent=1) + b"\n")


def read_changes(folder: Path) -> ReleaseChanges | None:
    """Return the changes that the changes.json of a release states. Return None if there is no such file, because
    an earlier version of Redress made the release, or because the release was removed.
    """
    try:
        return _JSON.validate_json((folder / CHANGES_NAME).read_bytes())
    except FileNotFoundError:
        return None


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, file: Path) -> Iterator[None]:
    """Attach the DuckDB file of a release under the name `previous` during the block."""
    connection.execute(f"attach '{quoted(file)}' as previous (read_only)")
    try:
        yield
    finally:
        connection.execute("detach previous")


def _letters(connection: duckdb.DuckDBPyConnection) -> tuple[ChangedLetter, ...]:
    """Return the letter files with another disposition than in the release before."""
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
    return tuple(ChangedLetter(*row) for row in letters)


def _figures(connection: duckdb.DuckDBPyConnection) -> tuple[ChangedFigure, ...]:
    """Return the figures that changed, of authorities and seasons that both releases have."""
    # a release of an earlier version has no column for corrections
    old_is_corrected = "old.is_corrected" if _is_in_both(connection, "fct_figure", "is_corrected") else "false"
    figures = connection.execute(
        f"""
        with changed as (
            select coalesce(new.season, old.season) as season,
                   coalesce(new.authority_key, old.authority_key) as authority_key,
                   coalesce(new.measure, old.measure) as measure,
                   coalesce(new.category, old.category) as category,
                   old.value as old_value, {old_is_corrected} as old_is_corrected,
                   new.value as new_value, new.is_corrected as new_is_corrected
            from marts.fct_figure as new
            full join previous.marts.fct_figure as old
                on new.authority_key = old.authority_key
                and new.season = old.season
                and new.measure = old.measure
                and new.category is not distinct from old.category
            where new.value is distinct from old.value
                and (coalesce(new.season, old.season), coalesce(new.authority_key, old.authority_key)) in (
                    -- the letter of an authority that only one release has is among the letters
                    select (season, authority_key) from marts.fct_figure
                    intersect
                    select (season, authority_key) from previous.marts.fct_figure
                )
        )
        select changed.season, changed.authority_key, coalesce(authority_name, changed.authority_key),
               measure, category,
               old_value, old_is_corrected, new_value, new_is_corrected,
               new_value is null and coalesce(list_contains(string_split(not_read_measures, ', '), measure), false)
        from changed
        left join marts.dim_authority as authorities on changed.authority_key = authorities.authority_key
        left join marts.fct_annual_review as reviews
            on changed.authority_key = reviews.authority_key and changed.season = reviews.season
        order by changed.season, changed.authority_key, measure, category nulls first, old_value, new_value
        """  # noqa: S608 - the name of the column is ours  # nosec B608
    ).fetchall()
    return tuple(
        ChangedFigure(
            season,
            key,
            name,
            measure,
            category,
            _figure_value(was, was_corrected),
            _figure_value(now, is_corrected),
            is_not_read,
        )
        for season, key, name, measure, category, was, was_corrected, now, is_corrected, is_not_read in figures
    )


def _figure_value(value: Decimal | None, is_corrected: bool | None) -> FigureValue | None:
    """Return the value of a figure without the trailing zeros of its column; None if there is no value."""
    return None if value is None else FigureValue(Decimal(f"{value.normalize():f}"), bool(is_corrected))


def _figures_of_one_release_counts(connection: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Count the figures of authorities and seasons of which only one release has figures. Return the number of
    these figures in this release, and their number in the release before.
    """
    [(only_now_count, only_before_count)] = connection.execute(
        """
        select
            (select count(*) from marts.fct_figure
             anti join previous.marts.fct_figure as old using (season, authority_key)),
            (select count(*) from previous.marts.fct_figure
             anti join marts.fct_figure as new using (season, authority_key))
        """
    ).fetchall()
    return only_now_count, only_before_count


def _trust(connection: duckdb.DuckDBPyConnection) -> tuple[ChangedTrust, ...] | None:
    """Compare how far the letter of each authority and season is trusted, if both releases have accepted a letter.
    Return the letters of which the trust or its reason differs; None if one release does not state trust.
    """
    if not _is_in_both(connection, "fct_annual_review", "trust_reason"):
        return None
    reviews = connection.execute(
        """
        select new.season, authorities.authority_name, old.trust, old.trust_reason, new.trust, new.trust_reason
        from marts.fct_annual_review as new
        inner join previous.marts.fct_annual_review as old
            on new.season = old.season and new.authority_key = old.authority_key
        inner join marts.dim_authority as authorities on new.authority_key = authorities.authority_key
        where old.trust is distinct from new.trust or old.trust_reason is distinct from new.trust_reason
        order by all
        """
    ).fetchall()
    return tuple(
        ChangedTrust(season, name, Trust(old_trust, old_reason), Trust(new_trust, new_reason))
        for season, name, old_trust, old_reason, new_trust, new_reason in reviews
    )


def _comparisons(connection: duckdb.DuckDBPyConnection) -> tuple[ChangedComparisons, ...] | None:
    """Return how many figures changed in the comparison with second witnesses, by season, kind of witness, and the
    results before and now. Return None if one of the releases has no comparison with second witnesses.

    If witnesses have several figures of one measure, the first figure is compared with the first figure in the
    release before, the second with the second, and so on.
    """
    if not _is_in_both(connection, "fct_reconciliation", "reconciliation_state"):
        return None
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
               old.state, new.state, count(*)
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
        group by 1, 2, 3, 4
        order by 1, 2, coalesce(old.state, '{NOT_THERE}'), coalesce(new.state, '{NOT_THERE}')
        """  # noqa: S608 - both are ours  # nosec B608
    ).fetchall()
    return tuple(ChangedComparisons(*row) for row in comparisons)


def _is_in_both(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    """Return whether the tables named `table` in the schema `marts` of both releases have a column. The release
    before may lack a new column.
    """
    found: list[Any] = connection.execute(
        "select count(*) from duckdb_columns() where schema_name = 'marts' and table_name = ? and column_name = ? "
        "and database_name in (current_database(), 'previous')",
        [table, column],
    ).fetchall()
    return found == [(2,)]


def quoted(path: Path) -> str:
    """Return a path with its single quotes doubled, to be put between single quotes in a statement of SQL."""
    return str(path).replace("'", "''")
