"""A small warehouse of one invented letter, made where a build leaves its warehouse, for tests to publish."""

from pathlib import Path

import duckdb

from redress.warehouse.releases.releases import Releases

FIRST, SECOND, THIRD = "aaaa000000000001", "aaaa000000000002", "aaaa000000000003"


def build_place(releases: Releases, identity: str) -> Path:
    """Clear what earlier builds left, and return the file in which a built warehouse lies until it is published."""
    releases.clear()
    file = releases.incoming_file(identity)
    file.parent.mkdir(parents=True)
    return file


def build(
    releases: Releases,
    identity: str,
    rate: int = 53,
    disposition: str = "accepted",
    *,
    printed: int | None = None,
    has_corrections: bool = True,
    review: str = "1 as one",
) -> Path:
    """Make a small warehouse of one invented letter and one figure where a build leaves its warehouse.

    With `printed`, the figure is corrected from `printed` to `rate`. `review` is the SQL of further columns of the
    letter's review. Return the warehouse's file.
    """
    file = build_place(releases, identity)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create schema audit; create schema staging")
        connection.execute(
            "create table marts.dim_letter as "
            f"select 2021::smallint as season, '2021-a' as letter_key, '{disposition}' as disposition, "
            "'PEL' as authority_key, '2021/pellonshire.pdf' as source_address"
        )
        connection.execute(
            "create table marts.dim_authority as select * from (values ('PEL', 'Pellonshire County Council'), "
            "('unknown', 'Unknown authority')) as named (authority_key, authority_name)"
        )
        connection.execute(
            "create table marts.fct_figure as select 2021::smallint as season, 'PEL' as authority_key, "
            f"'uphold_rate_pct' as measure, null::varchar as category, {rate}::decimal(12, 3) as value, "
            f"'{printed or rate}%' as printed_text, {printed is not None} as is_corrected"
        )
        if not has_corrections:
            connection.execute("alter table marts.fct_figure drop column is_corrected")
        connection.execute(
            "create table marts.fct_annual_review as select 2021::smallint as season, 'PEL' as authority_key, "
            f"null::varchar as not_read_measures, {review}"
        )
        connection.execute("comment on table marts.fct_figure is 'One figure of an accepted letter.'")
        connection.execute("comment on column marts.fct_figure.value is 'The number.'")
        connection.execute("create table audit.check_results as select true as is_passed")
        connection.execute("create view staging.stg_letters as select 1 as one")
    return file


def rate(file: Path) -> int:
    with duckdb.connect(str(file), read_only=True) as connection:
        (value,) = connection.execute("select value from marts.fct_figure").fetchall()[0]
    return int(value)
