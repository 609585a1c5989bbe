"""A release is not served if a table arrives changed, or if something of others stands in the release's place."""

import re
from pathlib import Path

import duckdb
import pytest

from redress.warehouse.serving.tables import ServeError
from tests.warehouse.postgres_server import PUBLISHER, Database, Server
from tests.warehouse.served_releases import served_number, small_release, write_release

pytestmark = pytest.mark.needs("postgresql")


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


@pytest.mark.parametrize("owner", ["postgres", PUBLISHER])
@pytest.mark.parametrize(
    ("made", "called"),
    [
        ('create table marts."My targets" (target_pct integer)', 'table marts."My targets"'),
        ("create view marts.rates as select * from marts.fct_rate", "view marts.rates"),
        ("create materialized view marts.one as select 1 as one", "materialized view marts.one"),
        ("create sequence marts.counter", "sequence marts.counter"),
        (
            "create function marts.half(integer) returns integer language sql as 'select $1 / 2'",
            "function marts.half(integer)",
        ),
        ("create type marts.mood as enum ('calm')", "type marts.mood"),
    ],
)
def test_what_came_with_no_release_is_named_and_kept_until_its_owner_moves_it(
    database: Database, tmp_path: Path, owner: str, made: str, called: str
) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    release = small_release(tmp_path, 2)
    database.do(made, user=owner)
    with pytest.raises(ServeError, match=re.escape(f"holds what came with no release: {called} of {owner}. ")):
        database.postgres.serve(release)
    assert served_number(database) == 1
    assert database.schemas() == {"marts"}
    database.do(f"drop {called}", user=owner)  # fails if it is gone
    assert database.postgres.serve(release).notes == ()
    assert served_number(database) == 2


def test_rows_of_somebody_elses_table_are_moved_away_whole(database: Database, tmp_path: Path) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    release = small_release(tmp_path, 2)
    database.do("create table marts.my_targets as select 95 as target_pct", "create schema mine")
    with pytest.raises(ServeError, match=r"table marts\.my_targets of postgres"):
        database.postgres.serve(release)
    database.do("alter table marts.my_targets set schema mine")
    assert database.postgres.serve(release).notes == ()
    assert database.ask("select target_pct from mine.my_targets", "postgres") == [(95,)]


@pytest.mark.parametrize(
    "spoilt",
    [
        "delete from marts.release",
        "drop table marts.release",
        "alter table marts.release drop column table_names",
    ],
)
def test_where_the_schema_does_not_say_what_is_its_own_nothing_is_dropped(
    database: Database, tmp_path: Path, spoilt: str
) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    release = small_release(tmp_path, 2)
    database.do(spoilt, user=PUBLISHER)
    with pytest.raises(ServeError, match=r"marts\.release does not say .*drop schema marts cascade"):
        database.postgres.serve(release)
    assert len(database.ask("select * from marts.fct_rate")) == 12
    database.do("drop schema marts cascade", user=PUBLISHER)
    assert database.postgres.serve(release).is_new


def test_rows_that_were_deleted_by_hand_come_back_as_the_runbook_says(database: Database, tmp_path: Path) -> None:
    release = small_release(tmp_path, 1)
    database.postgres.serve(release)
    database.do("delete from marts.fct_rate", user=PUBLISHER)
    assert not database.postgres.serve(release).is_new
    database.do("drop schema marts cascade", user=PUBLISHER)
    assert database.postgres.serve(release).is_new
    assert served_number(database) == 1


def test_an_incoming_schema_of_somebody_is_named_and_kept(database: Database, tmp_path: Path) -> None:
    release = small_release(tmp_path)
    database.do("create schema redress_incoming", "create table redress_incoming.theirs (one integer)")
    with pytest.raises(
        ServeError, match=r"there is a schema redress_incoming, .*drop schema redress_incoming cascade"
    ):
        database.postgres.serve(release)
    assert database.ask("select * from redress_incoming.theirs", "postgres") == []
    database.do("drop schema redress_incoming cascade")
    assert database.postgres.serve(release).is_new


def test_a_database_of_another_encoding_is_refused(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ServeError, match="encoding SQL_ASCII"):
        server.new_database("ascii", encoding="SQL_ASCII").postgres.serve(small_release(tmp_path))
