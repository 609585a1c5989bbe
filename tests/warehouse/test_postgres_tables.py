"""PostgreSQL serves the same tables, values, comments and keys as the release's file has."""

import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from redress.warehouse.releases.keys import ForeignKey, Keys
from redress.warehouse.serving.tables import ServeError
from tests.warehouse.postgres_server import BI_TOOL, Database
from tests.warehouse.served_releases import served_number, small_release, write_release

pytestmark = pytest.mark.needs("postgresql")

NASTY_TEXTS = (
    "",
    " ",
    "\\",
    "\\N",
    "\\.",
    "\t",
    "\n",
    "\r\n",
    "a\\tb",
    "NULL",
    "null",
    "{}",
    '{"a",NULL}',
    '"',
    "'",
    ",",
    ":",
    "1:a,",
    "%s %(a)s {} {0}",
    "'); drop schema marts cascade; --",
    "£7,500 – “quoted”",
    "e\u0301\u200d👩‍👩‍👧",
    "\x01\x1f\x7f",
)


def test_a_release_of_the_whole_project_is_served_as_it_is_in_the_file(
    database: Database, cookbook_release: Path
) -> None:
    served = database.postgres.serve(cookbook_release)
    with duckdb.connect(str(cookbook_release / "warehouse.duckdb"), read_only=True) as warehouse:
        tables = warehouse.execute(
            "select schema_name, table_name, comment from duckdb_tables() where schema_name in ('marts', 'audit')"
        ).fetchall()
        assert served.tables_count == len(tables) >= 15
        rows_count = 0
        for schema, table, _ in tables:
            theirs = warehouse.execute(f"select * from {schema}.{table}").fetchall()  # noqa: S608 - models' names
            ours = database.ask(f"select * from marts.{table}", BI_TOOL)  # noqa: S608 - models' names
            rows_count += len(ours)
            assert sorted(ours, key=repr) == sorted(theirs, key=repr), table
        columns = warehouse.execute(
            "select table_name, column_name, comment from duckdb_columns() where schema_name in ('marts', 'audit')"
        ).fetchall()
    assert served.rows_count == rows_count
    told = database.ask(
        "select relname, attname, col_description(attrelid, attnum) from pg_attribute "
        "join pg_class on attrelid = pg_class.oid where relnamespace = 'marts'::regnamespace "
        "and relkind = 'r' and attnum > 0 and relname <> 'release'"
    )
    assert sorted(told) == sorted(columns)
    told = database.ask(
        "select relname, obj_description(oid) from pg_class "
        "where relnamespace = 'marts'::regnamespace and relkind = 'r' and relname <> 'release'"
    )
    assert sorted(told) == sorted((table, comment) for _, table, comment in tables)


def test_the_tables_of_the_whole_project_have_their_keys_and_indexes(
    database: Database, cookbook_release: Path
) -> None:
    database.postgres.serve(cookbook_release)
    keys = {
        (table, definition)
        for table, definition in database.ask(
            "select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint "
            "where connamespace = 'marts'::regnamespace"
        )
    }
    assert ("marts.dim_authority", "PRIMARY KEY (authority_key)") in keys
    assert ("marts.fct_annual_review", "PRIMARY KEY (authority_key, season)") in keys
    assert ("marts.fct_annual_review", "UNIQUE (letter_key)") in keys
    for table in ("fct_annual_review", "fct_coverage", "council_performance", "fct_reconciliation"):
        assert (f"marts.{table}", "FOREIGN KEY (season) REFERENCES marts.dim_year(season)") in keys
    assert (
        "marts.dim_letter",
        "FOREIGN KEY (superseded_by_letter_key) REFERENCES marts.dim_letter(letter_key)",
    ) in keys
    found = database.ask("select tablename, indexdef from pg_indexes where schemaname = 'marts'")
    indexed = {(table, definition.rpartition("(")[2].rstrip(")").split(", ")[0]) for table, definition in found}
    filtered = database.ask(
        "select table_name, column_name from information_schema.columns where table_schema = 'marts' "
        "and column_name in ('season', 'authority_key', 'council_type_key', 'measure')"
    )
    assert len(filtered) >= 20
    assert set(filtered) <= indexed
    [(default,)] = database.ask(
        "select column_default from information_schema.columns where table_schema = 'marts' "
        "and table_name = 'dim_year' and column_name = 'season'"
    )
    assert default is None, "a season is no serial number"


def test_passages_are_found_by_words_with_an_index(database: Database, cookbook_release: Path) -> None:
    database.postgres.serve(cookbook_release)
    asked = """websearch_to_tsquery('english', '"early education" complied')"""
    words = f"to_tsvector('english', passage_text) @@ {asked}"
    found = database.ask(f"select season, page from marts.fct_passage where {words}", BI_TOOL)  # noqa: S608 - ours
    assert found == [(2021, 1)]
    indexes = database.ask("select indexdef from pg_indexes where tablename = 'fct_passage'")
    assert any("USING gin (to_tsvector('english'::regconfig, passage_text))" in one for (one,) in indexes)


def test_every_kind_of_value_arrives_as_it_was(database: Database, tmp_path: Path) -> None:
    chance = random.Random(6)  # noqa: S311 - repeatable
    alphabet = "ab\\\t\n\r\"'{},:;%N0-é👩\x01"
    texts = [*NASTY_TEXTS, *("".join(chance.choices(alphabet, k=chance.randint(1, 12))) for _ in range(500))]
    doubles = [0.1, 72.0, -0.0, 1e15, 123456789012345680.0, 5e-324, 1.7976931348623157e308, float("inf")]
    rows: list[tuple[Any, ...]] = [
        (
            number,
            text,
            None if number % 3 == 0 else [*chance.sample(texts, chance.randint(0, 3)), None],
            None if number % 5 == 0 else [number, None],
            number % 2 == 0,
            Decimal(chance.randint(-(10**11), 10**11)).scaleb(-3),
            doubles[number % len(doubles)] if number % 2 else chance.uniform(-900, 900),
            (date(1, 1, 1), date(9999, 12, 31), date(2020, 2, 29), None)[number % 4],
            datetime(2021, 3, 31, 23, 59, 59, chance.choice((0, 1, 120000, 999999))),
            chance.randint(-(2**63), 2**63 - 1),
            chance.randint(-(2**126), 2**126),
            chance.randint(-(2**15), 2**15 - 1),
            chance.randint(-128, 127),
        )
        for number, text in enumerate(texts)
    ]
    rows.append((len(rows), *(12 * [None])))
    release = write_release(
        tmp_path / "kinds",
        [
            "create table kinds (number integer, text varchar, texts varchar[], numbers integer[], is_so boolean, "
            "value decimal(12, 3), points double, on_date date, seen_at timestamp, big bigint, huge hugeint, "
            "small smallint, tiny tinyint)"
        ],
    )
    with duckdb.connect(str(release / "warehouse.duckdb")) as warehouse:
        warehouse.executemany(f"insert into marts.kinds values ({', '.join(13 * '?')})", rows)  # noqa: S608
    database.postgres.serve(release)
    arrived = database.ask("select * from marts.kinds order by number", BI_TOOL)
    arrived = [(*row[:10], None if row[10] is None else int(row[10]), *row[11:]) for row in arrived]
    assert [tuple(map(repr, row)) for row in arrived] == [tuple(map(repr, row)) for row in rows]
    types = database.ask(
        "select attname, format_type(atttypid, atttypmod) from pg_attribute "
        "where attrelid = 'marts.kinds'::regclass and attnum > 0 order by attnum"
    )
    assert dict(types) == {
        "number": "integer",
        "text": "text",
        "texts": "text[]",
        "numbers": "integer[]",
        "is_so": "boolean",
        "value": "numeric(12,3)",
        "points": "double precision",
        "on_date": "date",
        "seen_at": "timestamp without time zone",
        "big": "bigint",
        "huge": "numeric(39,0)",
        "small": "smallint",
        "tiny": "smallint",
    }


def test_names_are_quoted_wherever_they_stand(database: Database, tmp_path: Path) -> None:
    name = '%"s); drop schema marts; /* {}:a'
    quoted = '"' + name.replace('"', '""') + '"'
    release = write_release(
        tmp_path / "names",
        [f"create table {quoted} as select 7 as {quoted}, ['x'] as \"item\""],
        {name: Keys(primary=(), unique=((name,),), foreign_keys=(ForeignKey((name,), name, (name,)),))},
    )
    database.postgres.serve(release)
    found = database.ask(f"select {quoted}, item from marts.{quoted}", BI_TOOL)  # noqa: S608 - quoted
    assert found == [(7, ["x"])]


def test_a_type_without_a_like_is_refused_by_name(database: Database, tmp_path: Path) -> None:
    release = write_release(
        tmp_path / "odd", ["create table odd as select interval 1 day as span, 1.5::float as f"]
    )
    with pytest.raises(ServeError, match=r"marts\.odd\.span \(INTERVAL\), marts\.odd\.f \(FLOAT\)"):
        database.postgres.serve(release)
    assert database.schemas() == set()


def test_the_same_release_again_does_nothing(database: Database, tmp_path: Path) -> None:
    release = small_release(tmp_path)
    assert database.postgres.serve(release).is_new
    before = database.ask("select *, xmin::text from marts.release")
    again = database.postgres.serve(release)
    assert not again.is_new
    assert "already" in str(again)
    assert database.ask("select *, xmin::text from marts.release") == before
    assert database.schemas() == {"marts"}


def test_an_earlier_release_can_be_served_again(database: Database, tmp_path: Path) -> None:
    first, second = small_release(tmp_path, 1), small_release(tmp_path, 2)
    for release, number in ((first, 1), (second, 2), (first, 1)):
        database.postgres.serve(release)
        assert served_number(database) == number
    assert database.schemas() == {"marts"}
