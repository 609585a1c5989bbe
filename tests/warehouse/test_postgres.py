"""PostgreSQL as the serving warehouse: the same tables as the file's, swapped whole, and readers who only read."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from redress.cli import app
from redress.runs import RunRecord
from redress.seasons import Season
from redress.settings import Settings
from redress.steps import SeasonRun, serve
from redress.warehouse.keys import Keys, Reference
from redress.warehouse.postgres import Postgres, serve_current
from redress.warehouse.releases import Releases
from redress.warehouse.served_tables import ServeError
from tests.warehouse.postgres_server import BI_TOOL, PUBLISHER, Database, Server, running_server, write_release

READERS_COUNT = 4
SWAPS_COUNT = 10
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
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as one:
        yield one


_names = count()


@pytest.fixture
def database(server: Server) -> Database:
    return server.new_database(f"it's_test_{next(_names)}")


KEYS = {
    "dim_council": Keys(primary=("council_key",)),
    "fct_rate": Keys(
        primary=("council_key", "season"),
        unique=(("rate_key",),),
        references=(Reference(("council_key",), "dim_council", ("council_key",)),),
    ),
}


def small_release(folder: Path, number: int = 1, councils_count: int = 3, keys: Mapping[str, Keys] = KEYS) -> Path:
    """A release of two tables and one check, each row of which says which release it is of."""
    return write_release(
        folder / f"{number:016x}",
        [
            f"create table dim_council as select 'C' || range as council_key, "  # noqa: S608 - numbers of ours
            f"{number}::integer as release_number from range({councils_count})",
            "alter table dim_council alter council_key set not null",
            "create table fct_rate as select council_key, season::integer as season, "  # noqa: S608 - as above
            "council_key || season as rate_key, 53.50::decimal(9, 2) as rate_pct, "
            f"{number}::integer as release_number from dim_council, range(2020, 2024) as seasons (season)",
            "alter table fct_rate alter council_key set not null",
            "alter table fct_rate alter season set not null",
            "comment on table fct_rate is 'Rates, 100% of them; it''s \\ {all} :there.'",
            "comment on column fct_rate.rate_pct is 'A rate in per cent (%).'",
        ],
        keys,
        audit=[f"create table check_results as select true as is_passed, {number}::integer as release_number"],
    )


def served_number(database: Database) -> int:
    """Which release a reader sees, by each table."""
    found = database.ask(
        "select a.release_number, b.release_number, c.release_number, r.release_id "
        "from (select distinct release_number from marts.fct_rate) as a "
        "cross join (select distinct release_number from marts.dim_council) as b "
        "cross join marts.check_results as c cross join marts.release as r",
        BI_TOOL,
    )
    [(number, *others, release_id)] = found
    assert others == [number, number]
    assert int(release_id, 16) == number
    return int(number)


# What is served


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
        {name: Keys(primary=(), unique=((name,),), references=(Reference((name,), name, (name,)),))},
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


# Nothing is swapped that differs


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("return null", "fct_rate has 12 rows in the file and 11 in PostgreSQL"),
        (
            "new.rate_pct := new.rate_pct + 0.01; return new",
            "fct_rate has 12 rows on both sides, and their checksums",
        ),
        ("new.rate_key := null; return new", "fct_rate has 12 rows on both sides, and their checksums"),
    ],
)
def test_a_table_that_arrives_otherwise_is_named_and_nothing_is_swapped(
    database: Database, tmp_path: Path, change: str, told: str
) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    database.do(  # a server that spoils one row of a table on its way in
        "create function public.spoil() returns trigger language plpgsql as "
        f"$$ begin if new.rate_key = 'C12021' then {change}; end if; return new; end $$",
        "create function public.lay_in_wait() returns event_trigger language plpgsql as $$ begin "
        "if to_regclass('redress_incoming.fct_rate') is not null and not exists (select from pg_trigger "
        "where tgrelid = to_regclass('redress_incoming.fct_rate')) then "
        "create trigger spoil before insert on redress_incoming.fct_rate "
        "for each row execute function public.spoil(); end if; end $$",
        "create event trigger waiting on ddl_command_end when tag in ('CREATE TABLE') "
        "execute function public.lay_in_wait()",
    )
    with pytest.raises(ServeError, match=told):
        database.postgres.serve(small_release(tmp_path, 2, keys={}))
    assert served_number(database) == 1
    assert database.schemas() == {"marts"}


def test_a_release_that_breaks_its_keys_is_not_served(database: Database, tmp_path: Path) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    doubled = small_release(tmp_path, 2)
    with duckdb.connect(str(doubled / "warehouse.duckdb")) as warehouse:
        warehouse.execute("insert into marts.dim_council values ('C1', 2)")
    with pytest.raises(ServeError, match="dim_council breaks one of its keys"):
        database.postgres.serve(doubled)
    stray = small_release(tmp_path, 3)
    with duckdb.connect(str(stray / "warehouse.duckdb")) as warehouse:
        warehouse.execute("insert into marts.fct_rate values ('NOBODY', 2020, 'x', 1, 3)")
    with pytest.raises(ServeError, match="fct_rate breaks one of its keys"):
        database.postgres.serve(stray)
    assert served_number(database) == 1


def test_a_text_that_postgres_cannot_hold_is_named(database: Database, tmp_path: Path) -> None:
    release = write_release(tmp_path / "nul", ["create table sentences as select 'a' || chr(0) || 'b' as sentence"])
    with pytest.raises(ServeError, match="sentences cannot be copied"):
        database.postgres.serve(release)
    assert database.schemas() == set()


def test_a_schema_of_somebody_else_is_left_alone(database: Database, tmp_path: Path) -> None:
    database.do("create schema marts", "create table marts.theirs (one integer)")
    with pytest.raises(ServeError, match="that Redress has not made"):
        database.postgres.serve(small_release(tmp_path))
    assert database.ask("select * from marts.theirs", "postgres") == []


def test_a_database_of_another_encoding_is_refused(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ServeError, match="encoding SQL_ASCII"):
        server.new_database("ascii", encoding="SQL_ASCII").postgres.serve(small_release(tmp_path))


# Who may read


REFUSED = (
    "insert into marts.dim_council values ('X', 1)",
    "update marts.dim_council set release_number = 0",
    "update marts.release set release_id = 'x'",
    "delete from marts.fct_rate",
    "truncate marts.fct_rate",
    "merge into marts.dim_council using (select 1) as one on false when not matched then insert values ('X', 1)",
    "copy marts.dim_council from stdin",
    "select * from marts.dim_council for update",
    "lock table marts.dim_council in access exclusive mode",
    "create table marts.mine (one integer)",
    "create view marts.mine as select 1 as one",
    "create table public.mine (one integer)",
    "create temporary table mine (one integer)",
    "select * into temporary mine from marts.dim_council",
    "create schema mine",
    "create function marts.mine() returns integer language sql as 'select 1'",
    "create index on marts.fct_rate (rate_pct)",
    "alter table marts.fct_rate add one integer",
    "alter schema marts rename to mine",
    "alter table marts.fct_rate owner to bi_tool",
    "drop table marts.fct_rate",
    "drop schema marts cascade",
    "select lo_create(0)",
    "select lo_from_bytea(0, 'x')",
    "select lo_creat(-1)",
    "create role mine",
    "copy (select 1) to '/tmp/mine'",
    "copy (select 1) to program 'true'",
    "select pg_read_file('/etc/hostname')",
    "set role redress_publisher",
    "select * from public.secret",
    "select * from elsewhere.secret",
    "select * from elsewhere.its_view",
    "insert into elsewhere.secret values (1)",
    "select rolpassword from pg_authid",
)


@pytest.fixture(scope="session")
def guarded(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A database that an administrator serves from, with tables beside the release."""
    database = server.new_database("guarded")
    database.do(
        "create table public.secret (one integer)",
        "create schema elsewhere",
        "create table elsewhere.secret (one integer)",
        "create view elsewhere.its_view as select * from elsewhere.secret",
    )
    Postgres(database.address("postgres")).serve(small_release(tmp_path_factory.mktemp("guarded")))
    return database


@pytest.mark.parametrize("statement", REFUSED)
def test_a_reader_is_refused(guarded: Database, statement: str) -> None:
    with (
        guarded.session(BI_TOOL) as session,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        session.transaction(),
    ):
        session.execute(statement)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("grant all on marts.fct_rate to public", "no privileges were granted"),
        ("vacuum marts.fct_rate", "permission denied to vacuum"),
        ("analyze marts.fct_rate", "permission denied to analyze"),
    ],
)
def test_what_postgres_only_warns_of_is_not_done_for_a_reader(guarded: Database, statement: str, told: str) -> None:
    warnings: list[str] = []
    with guarded.session(BI_TOOL) as session:
        session.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
        session.execute(statement)
    assert any(told in warning for warning in warnings)


def test_a_reader_reads_every_table_of_the_release(guarded: Database) -> None:
    assert served_number(guarded) == 1
    tables = guarded.ask("select tablename from pg_tables where schemaname = 'marts'")
    assert {table for (table,) in tables} == {"check_results", "dim_council", "fct_rate", "release"}


def test_nobody_else_reads_the_release(guarded: Database) -> None:
    guarded.do("create role stranger login")
    for query in ("select * from marts.dim_council", "select * from marts.release"):
        with guarded.session("stranger") as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(query)


def test_a_table_that_the_publisher_adds_later_is_read_too(database: Database, tmp_path: Path) -> None:
    database.postgres.serve(small_release(tmp_path))
    database.do("create table marts.note as select 'added by hand' as told", user=PUBLISHER)
    assert database.ask("select told from marts.note", BI_TOOL) == [("added by hand",)]


@pytest.mark.parametrize(
    ("granted", "told"),
    [
        ("grant select on public.other to public", "read public.other"),
        ("grant update (one) on public.other to redress_reader", "change public.other"),
        ("grant create on schema public to redress_reader", "make tables in schema public"),
        ("grant create on database {} to redress_reader", "make schemas"),
        ("grant temporary on database {} to redress_reader", "make temporary tables"),
    ],
)
def test_a_reader_who_could_do_more_keeps_a_release_from_being_served(
    database: Database, tmp_path: Path, granted: str, told: str
) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    database.do("create table public.other (one integer)", granted.format(f'"{database.name}"'))
    with pytest.raises(ServeError, match=rf"may do more than read schema marts.*{told}"):
        database.postgres.serve(small_release(tmp_path, 2))
    assert served_number(database) == 1


def test_without_the_role_and_the_right_to_make_it_an_administrator_is_asked_for(
    server: Server, database: Database, tmp_path: Path
) -> None:
    release = small_release(tmp_path)
    database.do("alter role redress_reader rename to set_aside", f"alter role {PUBLISHER} nocreaterole")
    try:
        with pytest.raises(ServeError, match="create role redress_reader nologin"):
            database.postgres.serve(release)
        database.do(f"alter role {PUBLISHER} createrole")
        database.postgres.serve(release)
        assert database.ask("select rolcanlogin from pg_roles where rolname = 'redress_reader'") == [(False,)]
        database.do("drop owned by redress_reader", "drop role redress_reader")
    finally:
        database.do("alter role set_aside rename to redress_reader", f"alter role {PUBLISHER} createrole")


# Readers while releases change


def test_readers_never_fail_and_never_see_two_releases(database: Database, tmp_path: Path) -> None:
    releases = [small_release(tmp_path, number, councils_count=50) for number in range(SWAPS_COUNT + 1)]
    database.postgres.serve(releases[0])
    stop = threading.Event()
    failures: list[str] = []
    queries_counts = [0] * READERS_COUNT
    longest_seconds = [0.0] * READERS_COUNT
    last_seen = [-1] * READERS_COUNT

    def read(reader: int) -> None:
        try:
            with database.session(BI_TOOL) as session:
                # one prepares its statement and has its plan renewed; the others look all names up each time
                session.prepare_threshold = 0 if reader == 0 else None
                while not stop.is_set():
                    started = time.perf_counter()
                    seen = session.execute(
                        "select a.release_number, b.release_number, c.release_number, r.release_id, count(*) "
                        "from marts.fct_rate as a join marts.dim_council as b using (council_key) "
                        "cross join marts.check_results as c cross join marts.release as r group by 1, 2, 3, 4"
                    ).fetchall()
                    longest_seconds[reader] = max(longest_seconds[reader], time.perf_counter() - started)
                    queries_counts[reader] += 1
                    [(one, two, three, release_id, rows_count)] = seen
                    if (
                        not one == two == three == int(release_id, 16)
                        or rows_count != 200
                        or one < last_seen[reader]
                    ):
                        failures.append(f"reader {reader} after {last_seen[reader]} saw {seen}")
                    last_seen[reader] = one
        except Exception as error:
            failures.append(f"reader {reader}: {type(error).__name__}: {error}")

    readers = [threading.Thread(target=read, args=(number,)) for number in range(READERS_COUNT)]
    for one in readers:
        one.start()
    notes = [note for release in releases[1:] for note in database.postgres.serve(release).notes]
    time.sleep(0.2)
    stop.set()
    for one in readers:
        one.join()
    print(
        f"\n{SWAPS_COUNT} swaps, {sum(queries_counts)} queries of {READERS_COUNT} readers, {len(failures)} failed "
        f"or mixed; the slowest took {max(longest_seconds):.2f} s; notes: {notes}"
    )
    assert failures == []
    assert min(queries_counts) > 2 * SWAPS_COUNT
    assert last_seen == [SWAPS_COUNT] * READERS_COUNT
    assert max(longest_seconds) < 5


def test_a_swap_never_comes_between_two_tables_of_one_statement(database: Database, tmp_path: Path) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    release = small_release(tmp_path, 2)
    seen: list[tuple[Any, ...]] = []
    query = (
        "select a.release_number, b.release_number "
        "from marts.dim_council as a join marts.fct_rate as b using (council_key)"
    )
    reader = threading.Thread(target=lambda: seen.extend(database.ask(query, BI_TOOL)))
    publisher = threading.Thread(target=lambda: database.postgres.serve(release))
    with psycopg.connect(database.address("postgres")) as holder:
        holder.execute("lock table marts.fct_rate in access exclusive mode")
        reader.start()  # it has dim_council, and waits for fct_rate
        time.sleep(0.5)
        publisher.start()
        time.sleep(1.5)
    reader.join()
    publisher.join()
    assert len(seen) == 12
    assert set(seen) <= {(1, 1), (2, 2)}
    assert served_number(database) == 2


def test_a_reader_who_holds_a_table_for_long_does_not_stop_a_swap(database: Database, tmp_path: Path) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    impatient = replace(database.postgres, patience_seconds=0.5)
    with psycopg.connect(database.address(BI_TOOL)) as reader:
        cursor = reader.cursor("slow")
        cursor.execute("select release_number from marts.fct_rate")
        assert cursor.fetchmany(2) == [(1,), (1,)]
        started = time.monotonic()
        served = impatient.serve(small_release(tmp_path, 2))
        assert time.monotonic() - started < 10
        assert served_number(database) == 2
        assert len(served.notes) == 2
        assert "still being read" in served.notes[1]
        assert cursor.fetchall() == 10 * [(1,)]
        assert any(name.startswith("redress_retired_") for name in database.schemas())
    again = impatient.serve(tmp_path / f"{2:016x}")
    assert not again.is_new
    assert again.notes == ()
    assert database.schemas() == {"marts"}


def test_a_snapshot_older_than_the_swap_finds_whole_tables(database: Database, tmp_path: Path) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    with psycopg.connect(database.address(BI_TOOL)) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("select 1")
        database.postgres.serve(small_release(tmp_path, 2))
        assert reader.execute("select count(*), max(release_number) from marts.fct_rate").fetchall() == [(12, 2)]


def test_a_retired_release_that_somebody_has_built_on_is_kept_and_said(database: Database, tmp_path: Path) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    database.do("create schema reports", "create view reports.rates as select * from marts.fct_rate")
    served = database.postgres.serve(small_release(tmp_path, 2))
    assert len(served.notes) == 1
    assert "reports.rates" in served.notes[0]
    assert len(database.ask("select * from reports.rates", "postgres")) == 12
    with database.session(BI_TOOL) as reader:
        [retired] = [name for name in database.schemas() if name.startswith("redress_retired_")]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute(f"select * from {retired}.fct_rate")  # noqa: S608 - the name is ours


def test_two_runs_at_once_serve_one_after_the_other(database: Database, tmp_path: Path) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    release = small_release(tmp_path, 2)
    outcomes: list[object] = []

    def run() -> None:
        try:
            outcomes.append(database.postgres.serve(release).is_new)
        except Exception as error:
            outcomes.append(error)

    runs = [threading.Thread(target=run) for _ in range(3)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert sorted(map(str, outcomes)) == ["False", "False", "True"]
    assert served_number(database) == 2


def test_a_run_that_is_killed_leaves_the_release_that_was_served(database: Database, tmp_path: Path) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    large = small_release(tmp_path, 2, councils_count=30_000)
    serving = (
        "import sys; from pathlib import Path; from redress.warehouse.postgres import Postgres; "
        "print('begins', flush=True); Postgres(sys.argv[1]).serve(Path(sys.argv[2]))"
    )
    killed = 0
    for after_seconds in (0.05, 0.4, 0.8, 1.2):
        process = subprocess.Popen(
            [sys.executable, "-c", serving, database.address(), str(large)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": "plugins"},
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(after_seconds)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.stdout.close()
        if served_number(database) == 1:
            assert "redress_incoming" not in database.schemas()
    assert killed >= 2, "the runs ended before they were killed: make the release larger"
    assert database.postgres.serve(large).release_id == f"{2:016x}"
    assert served_number(database) == 2
    assert database.schemas() == {"marts"}


# How it is reached


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "mysql://u:s3cret@h/db", "postgresql://u:s3cret@h", "postgresql://u:s3cret@h:port/db"],
)
def test_an_address_that_is_none_is_not_repeated(tmp_path: Path, address: str) -> None:
    with pytest.raises(ServeError, match="REDRESS_SERVE_URL is no address of a PostgreSQL") as raised:
        Postgres(address).serve(small_release(tmp_path))
    assert "s3cret" not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("query", ["", "?password=s3cret", "?sslmode=s3cret"])
def test_a_password_is_in_no_error_and_no_repr(tmp_path: Path, query: str) -> None:
    postgres = Postgres(f"postgresql://someone:s3cret@127.0.0.1:1/db{query}")
    with pytest.raises(ServeError, match=r"127\.0\.0\.1/db") as raised:
        postgres.serve(small_release(tmp_path))
    assert "s3cret" not in str(raised.value)
    assert raised.value.__suppress_context__
    settings = Settings(serve_url=postgres.address)  # type: ignore[arg-type]
    assert "s3cret" not in f"{postgres!r} {settings!r} {settings.model_dump_json()}"


def test_the_current_release_is_served_by_a_step_and_a_command(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(home=tmp_path / "home", serve_url=database.address())  # type: ignore[arg-type]
    with pytest.raises(ServeError, match="no release in"):
        serve_current(settings)
    releases = Releases(settings.warehouse_folder)
    small_release(releases.folder / "releases", 1)
    releases.point_at(f"{1:016x}")
    run = SeasonRun(Season(2021), "run", settings)
    told = serve(run)
    assert told is not None
    assert "5 tables" not in told
    assert "3 tables" in told
    assert [event["step"] for event in RunRecord(run.record.path).events()] == ["serve", "serve"]
    assert served_number(database) == 1
    monkeypatch.setenv("REDRESS_HOME", str(settings.home))
    monkeypatch.setenv("REDRESS_SERVE_URL", database.address())
    assert app(["serve"], standalone_mode=False) in (None, 0)
    assert "already" in capsys.readouterr().out


def test_without_a_database_the_step_does_nothing_and_the_command_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = SeasonRun(Season(2021), "run", Settings(home=tmp_path, serve_url=None))
    assert serve(run) is None
    assert not run.record.path.exists()
    monkeypatch.setenv("REDRESS_HOME", str(tmp_path))
    monkeypatch.setenv("REDRESS_SERVE_URL", "")
    assert app(["serve"], standalone_mode=False) == 1
    assert "REDRESS_SERVE_URL names no database" in capsys.readouterr().err
