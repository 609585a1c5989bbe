"""The reading role reads the served release, and can do nothing else."""

import re
import time
from pathlib import Path

import psycopg
import pytest

from redress.warehouse.serving.postgres import Postgres
from redress.warehouse.serving.tables import ServeError
from tests.made import PROJECT
from tests.warehouse.postgres_server import BI_TOOL, PUBLISHER, Database, Server
from tests.warehouse.served_releases import served_number, small_release

pytestmark = pytest.mark.needs("postgresql")

RUNBOOK = (PROJECT / "docs" / "runbooks" / "serving.md").read_text(encoding="utf-8")
LARGE_SORT = """
set work_mem = '64kB';
select max(one) from (select repeat('x', 100) || n from generate_series(1, 40000) as n order by 1) as sorted (one);
"""
"""A sort of about 4 MB. With so little `work_mem`, PostgreSQL sorts in files on the disk."""
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
    """A database in which an administrator serves a release, with tables of others beside the release."""
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


def test_large_objects_are_the_readers_until_a_superuser_takes_them_away(
    database: Database, tmp_path: Path
) -> None:
    database.postgres.serve(small_release(tmp_path))
    with database.session(BI_TOOL) as session:
        session.execute("select lo_from_bytea(0, 'x')")
        database.do(
            "revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public"
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("select lo_from_bytea(0, 'x')")


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


@pytest.fixture(scope="session")
def limited(server: Server) -> Database:
    """A database with the limits of the runbook, each made so small that a test reaches the limit soon."""
    database = server.new_database("limited")
    statements = re.findall(r"^alter (?:database|role \w+ in database) redress set .*;$", RUNBOOK, re.MULTILINE)
    assert len(statements) == 8
    short = {"2GB": "1MB", "5min": "300ms", "12h": "300ms"}
    database.do(
        *(
            re.sub("'(.*)'", lambda limit: f"'{short[limit[1]]}'", statement).replace(
                "database redress", f"database {database.name}"
            )
            for statement in statements
        )
    )
    return database


def test_a_reader_cannot_fill_the_disk_with_a_sort_and_cannot_lift_that_limit(limited: Database) -> None:
    with limited.session(BI_TOOL) as session:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("set temp_file_limit = -1")
        session.execute("set statement_timeout = 0")
        with pytest.raises(psycopg.errors.ConfigurationLimitExceeded, match="temp_file_limit"):
            session.execute(LARGE_SORT)


def test_a_readers_query_does_not_run_for_ever(limited: Database) -> None:
    with (
        limited.session(BI_TOOL) as session,
        pytest.raises(psycopg.errors.QueryCanceled, match="statement timeout"),
    ):
        session.execute("select pg_sleep(30)")


@pytest.mark.parametrize("last", ["begin", "select 1"])
def test_a_readers_session_does_not_stay_idle_for_ever(limited: Database, last: str) -> None:
    with limited.session(BI_TOOL) as session:
        session.execute(last)
        time.sleep(0.6)
        with pytest.raises(psycopg.Error, match="terminating connection due to idle"):
            session.execute("select 1")


def test_the_publisher_has_none_of_the_readers_limits(limited: Database) -> None:
    with limited.session(PUBLISHER) as session:
        session.execute("select pg_sleep(0.6)")
        session.execute(LARGE_SORT)
        session.execute("begin")
        time.sleep(0.6)
        assert session.execute("select 1").fetchall() == [(1,)]
