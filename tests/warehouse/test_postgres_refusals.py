"""What differs from the release's file, or stands where it should go, keeps a release from being served."""

from pathlib import Path

import duckdb
import pytest

from redress.warehouse.served_tables import ServeError
from tests.warehouse.postgres_server import Database, Server
from tests.warehouse.served_releases import served_number, small_release, write_release


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
