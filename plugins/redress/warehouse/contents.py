"""Compare counts and sums in a built warehouse with the same counts and sums in landing and the seeds."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from redress.model.reference import SEEDS_FOLDER
from redress.settings import Settings
from redress.warehouse.landing import Landing
from redress.warehouse.landing_tables import TABLES, WITNESS_TABLES, read_table

SHOWN_COUNT = 8
_COMPARED = (
    (
        "select 'letters of season ' || season || ' that are ' || disposition, count(*) from {of} group by all",
        "landed_dispositions",
        "marts.dim_letter",
    ),
    (
        "select 'letters of season ' || season || ' with the files of landing', count(*) from {of} group by season",
        "landed_dispositions",
        "marts.dim_letter semi join landed_dispositions using (season, letter_sha256)",
    ),
    (
        "select 'reviews of season ' || season, count(*) from {of} group by season",
        "landed_dispositions where disposition = 'accepted'",
        "marts.fct_annual_review",
    ),
    (
        "select 'figures of season ' || season, count(*) from {of} group by season",
        "accepted_figures",
        "marts.fct_figure",
    ),
    (
        "select 'sum of the printed figures of season ' || season, sum(printed_value) from {of} group by season",
        "accepted_figures",
        "marts.fct_figure",
    ),
    (
        "select 'own passages of season ' || season, count(*) from {of} group by season",
        "own_paragraphs",
        "marts.fct_passage where shared_by_count = 1",
    ),
    (
        "select 'checks of season ' || season || if(is_passed, ' that passed', ' that failed'), count(*) "
        "from {of} group by all",
        "landed_checks",
        "audit.check_results",
    ),
    (
        "select 'figures of second witnesses of season ' || season, count(*) from {of} group by season",
        "witnessed_figures",
        "marts.fct_reconciliation where witness_sha256 is not null and witness_value is not null",
    ),
    (
        "select 'reports about data tables of season ' || season, count(*) from {of} group by season",
        "landed_witness_reports",
        "audit.witness_reports",
    ),
)
"""Each entry has a query and two texts. With the first text in the place of {of}, the query counts or sums rows of
landing; with the second text, it counts or sums rows of the warehouse. Both results must be equal. Each row of a
result has two values: what is counted or summed, and the number."""
_VIEWS = """
    create temp view accepted_figures as
    select season, value as printed_value
    from landed_figures
    semi join (from landed_dispositions where disposition = 'accepted') using (season, letter_sha256)
    where value is not null;

    create temp view own_paragraphs as
    select season
    from landed_paragraphs
    semi join (
        from marts.dim_letter
        where disposition in ('accepted', 'no_statistics') and authority_key <> 'unknown'
    ) using (season, letter_sha256)
    where shared_by_count = 1 and compared_count >= 3;

    create temp view witnessed_figures as
    select distinct season, witness_kind, witness_sha256, authority_id, measure, category, row_number
    from landed_witness_figures
    semi join marts.dim_authority using (authority_id)
    where value is not null;
"""


def not_held(settings: Settings, file: Path) -> tuple[str, ...]:
    """Return a sentence for each count or sum that differs between the warehouse and landing or the seeds.

    `file` is the DuckDB file of the warehouse. If the file lacks a table or is not a database, return one sentence
    that says so.
    """
    try:
        with duckdb.connect(str(file), read_only=True) as warehouse:
            _register(warehouse, Landing(settings.landing_folder))
            return tuple(_differences(warehouse, settings.additional_authorities))
    except duckdb.Error as error:
        return (f"its contents cannot be counted: {str(error).splitlines()[0]}",)


def shown(sentences: tuple[str, ...]) -> str:
    """Return the first few sentences on one line. If there are more sentences, add how many."""
    others_count = len(sentences) - SHOWN_COUNT
    return "; ".join([*sentences[:SHOWN_COUNT], *([f"and {others_count} more"] if others_count > 0 else [])])


def _register(warehouse: duckdb.DuckDBPyConnection, landing: Landing) -> None:
    """Let the connection's queries read the tables of landing under the names `landed_<table>`, and the views of
    `_VIEWS`.
    """
    for name, schema in (TABLES | WITNESS_TABLES).items():
        parts = [read_table(path, schema) for path in landing.parts(name)]
        warehouse.register(f"landed_{name}", pa.concat_tables(parts) if parts else schema.empty_table())
    warehouse.execute(_VIEWS)


def _differences(warehouse: duckdb.DuckDBPyConnection, additional_authorities: Path | None) -> Iterator[str]:
    authorities_count = 0 if additional_authorities is None else _rows_count(additional_authorities)
    seeds = {path.stem: _rows_count(path) for path in sorted(SEEDS_FOLDER.glob("*.csv"))}
    loaded = {name: warehouse.execute(f"select count(*) from seeds.{name}").fetchall()[0][0] for name in seeds}  # noqa: S608 - ours
    yield from _unequal(
        {f"rows of the seed {name}": count for name, count in seeds.items()},
        {f"rows of the seed {name}": count for name, count in loaded.items()},
    )
    [(named_count,)] = warehouse.execute(
        "select count(distinct authority_id) from marts.dim_authority where authority_key <> 'unknown'"
    ).fetchall()
    yield from _unequal({"authorities": seeds["authorities"] + authorities_count}, {"authorities": named_count})
    for query, landed, built in _COMPARED:
        yield from _unequal(
            dict(warehouse.execute(query.format(of=landed)).fetchall()),
            dict(warehouse.execute(query.format(of=built)).fetchall()),
        )


def _unequal(expected: Mapping[str, object], found: Mapping[str, object]) -> Iterator[str]:
    for name in sorted(expected.keys() | found.keys()):
        wanted, there = expected.get(name, 0), found.get(name, 0)
        if wanted != there:
            yield f"{name}: {wanted} expected, {there} found"


def _rows_count(file: Path) -> int:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return sum(1 for row in csv.DictReader(opened) if any(row.values()))
