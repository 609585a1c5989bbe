"""A small warehouse, made without dbt, with the tables in which a warehouse is compared with landing."""

import csv
from pathlib import Path

import duckdb

from redress.model.reference import SEEDS_FOLDER
from redress.settings import Settings
from redress.warehouse.build import warehouse_identity
from redress.warehouse.releases.releases import Releases

TABLES = """
    create schema marts; create schema audit; create schema seeds;
    create view landed as select * from read_parquet('{landing}/dispositions/season=*/part.parquet');
    create view figures as select * from read_parquet('{landing}/figures/season=*/part.parquet');
    create table marts.dim_letter as
        select
            season, letter_sha256, season || '-' || letter_sha256 as letter_key, disposition,
            'unknown' as authority_key, 'letter.pdf' as source_address
        from landed;
    create table marts.dim_authority as
        select 'a' || id as authority_id, 'a' || id as authority_key, 'Council ' || id as authority_name
        from range({authorities_count}) as ids (id);
    create table marts.fct_figure as
        select
            season, 'unknown' as authority_key, measure, category, value, value as printed_value, printed_text,
            false as is_corrected
        from figures
        semi join (from landed where disposition = 'accepted') using (season, letter_sha256)
        where value is not null;
    create table marts.fct_annual_review as
        select season, 'unknown' as authority_key, null::varchar as not_read_measures
        from landed where disposition = 'accepted';
    create table marts.fct_reconciliation as
        select season, null as witness_sha256, null as witness_value from landed where false;
    create table marts.fct_passage as select season, 1 as shared_by_count from landed where false;
    create table audit.check_results as
        select season, is_passed from read_parquet('{landing}/checks/season=*/part.parquet');
    create table audit.witness_reports as select season from landed where false;
    drop view landed; drop view figures;
"""


def publish_holding(settings: Settings) -> str:
    """Publish a small warehouse of what is landed in a home, and return the identity of the release.

    The home must have no second witnesses.
    """
    releases, identity = Releases(settings.warehouse_folder), warehouse_identity(settings)
    assert settings.additional_authorities is not None
    councils_count = _rows_count(settings.additional_authorities)
    releases.clear()
    file = releases.incoming_file(identity)
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file)) as warehouse:
        seeds = {path.stem: _rows_count(path) for path in SEEDS_FOLDER.glob("*.csv")}
        warehouse.execute(
            TABLES.format(landing=settings.landing_folder, authorities_count=seeds["authorities"] + councils_count)
        )
        for name, count in seeds.items():
            warehouse.execute(f"create table seeds.{name} as from range({count})")
    releases.publish(identity)
    return identity


def _rows_count(file: Path) -> int:
    with file.open(encoding="utf-8", newline="") as opened:
        return len(list(csv.DictReader(opened)))
