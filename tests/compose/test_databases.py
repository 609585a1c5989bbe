"""The service `databases` sets up roles, rights and limits in a real PostgreSQL that asks for passwords."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from redress.settings import PROJECT_FOLDER, Settings
from redress.warehouse.serving.postgres import Postgres
from tests.compose.composition import SECRETS, command, composition, health_check
from tests.compose.password_server import PROGRAMS, PasswordServer, password_server, run
from tests.warehouse.served_releases import write_release

pytestmark = pytest.mark.needs("postgresql")

AIRFLOW = ("airflow", SECRETS["AIRFLOW_DB_PASSWORD"])
PUBLISHER = ("redress_publisher", SECRETS["PUBLISHER_DB_PASSWORD"])
SUPERSET = ("redress_bi", SECRETS["BI_DB_PASSWORD"])
SUPERUSER = ("postgres", SECRETS["POSTGRES_PASSWORD"])
SERVING = PROJECT_FOLDER / "docs" / "runbooks" / "serving.md"


@pytest.fixture(scope="module")
def server() -> Iterator[PasswordServer]:
    with password_server() as running:
        ended = running.make_databases()
        assert ended.returncode == 0, ended.stderr
        yield running


def test_each_role_reaches_its_own_database_and_no_other(server: PasswordServer) -> None:
    allowed = {("airflow", "airflow"), ("redress_bi", "redress"), ("redress_publisher", "redress")}
    for user, password in (AIRFLOW, PUBLISHER, SUPERSET):
        for database in ("airflow", "redress", "postgres", "template1"):
            if (user, database) in allowed:
                server.connect(user, password, database).close()
            else:
                with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                    server.connect(user, password, database)


def test_no_login_reaches_a_database_of_another_or_one_that_is_copied(server: PasswordServer) -> None:
    with server.connect(*SUPERUSER, "postgres") as connection:
        connection.execute("create role a_reader login in role redress_reader")
        reached = connection.execute(
            "select rolname, datname from pg_roles, pg_database where rolcanlogin and not rolsuper "
            "and datallowconn and has_database_privilege(pg_roles.oid, pg_database.oid, 'connect') order by 1, 2"
        ).fetchall()
        connection.execute("drop role a_reader")
    own = [("airflow", "airflow"), ("redress_bi", "redress"), ("redress_publisher", "redress")]
    assert reached == [("a_reader", "redress"), *own]


@pytest.mark.parametrize("database", ["redress", "template1"])
def test_no_large_object_can_be_made_where_a_reader_or_a_copy_has_it(server: PasswordServer, database: str) -> None:
    with server.connect(*SUPERUSER, database) as connection:
        allowed = connection.execute(
            "select proname from pg_proc where proname ~ '^lo_(creat|create|from_bytea|import)$' "
            "and has_function_privilege('redress_reader', oid, 'execute')"
        ).fetchall()
    assert allowed == []


def test_limits_are_those_of_the_runbook_for_readers_and_none_for_the_publisher(server: PasswordServer) -> None:
    stated = re.findall(r"^alter database redress set (\w+) = '(.*)';$", SERVING.read_text(), re.MULTILINE)
    assert len(stated) == 4
    with server.connect(*SUPERUSER, "redress") as connection:
        connection.execute("create role a_reader login password 'of a reader' in role redress_reader")
    try:
        with server.connect("a_reader", "of a reader", "redress") as connection:
            assert {name: _shown(connection, name) for name, _ in stated} == dict(stated)
        with server.connect(*PUBLISHER, "redress") as connection:
            assert {_shown(connection, name) for name, _ in stated} == {"-1", "0"}
    finally:
        with server.connect(*SUPERUSER, "redress") as connection:
            connection.execute("drop role a_reader")


def test_a_scheduler_that_is_cut_off_keeps_no_lock_of_the_metadata(server: PasswordServer) -> None:
    with server.connect(*AIRFLOW, "airflow") as connection:
        assert _shown(connection, "idle_in_transaction_session_timeout") == "5min"


def _shown(connection: psycopg.Connection[tuple[object, ...]], setting: str) -> object:
    ((value,),) = connection.execute(sql.SQL("show {}").format(sql.Identifier(setting))).fetchall()
    return value


def test_no_role_is_more_than_a_login(server: PasswordServer) -> None:
    with server.connect(*SUPERUSER, "postgres") as connection:
        rights = connection.execute(
            "select rolname, rolcanlogin, rolsuper or rolcreaterole or rolcreatedb or rolbypassrls"
            " from pg_roles where rolname <> 'postgres' and rolname !~ '^pg_' order by rolname"
        ).fetchall()
    assert rights == [
        ("airflow", True, False),
        ("redress_bi", True, False),
        ("redress_publisher", True, False),
        ("redress_reader", False, False),
    ]


def test_a_wrong_password_is_refused(server: PasswordServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        server.connect(AIRFLOW[0], PUBLISHER[1], "airflow")


def test_the_publisher_serves_a_release_by_the_address_that_the_worker_has(
    server: PasswordServer, tmp_path: Path
) -> None:
    release = write_release(
        tmp_path / "release", ["create table dim_council_type as select 'county' as council_type"]
    )
    worker = command(composition()["services"], "worker").here(server.places, {}, [])
    address = Settings.model_validate({"serve_url": worker.environment["REDRESS_SERVE_URL"]}).serve_url
    assert address is not None
    Postgres(address.get_secret_value()).serve(release)
    with server.connect(*PUBLISHER, "redress") as connection:
        assert connection.execute("select council_type from marts.dim_council_type").fetchall() == [("county",)]
    with server.connect(*SUPERSET, "redress") as connection:
        assert connection.execute("select council_type from marts.dim_council_type").fetchall() == [("county",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from marts.dim_council_type")


def test_running_it_again_changes_passwords_and_keeps_what_is_there(server: PasswordServer) -> None:
    with server.connect(*AIRFLOW, "airflow") as connection:
        connection.execute("create table kept as select 1 as one")
    changed = "changed0000000000"
    ended = server.make_databases({"AIRFLOW_DB_PASSWORD": changed})
    try:
        assert ended.returncode == 0, ended.stderr
        with server.connect("airflow", changed, "airflow") as connection:
            assert connection.execute("select one from kept").fetchall() == [(1,)]
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            server.connect(*AIRFLOW, "airflow")
    finally:
        server.make_databases()


@pytest.mark.parametrize("password", ["p@ss:word/with-signs", "short"])
def test_a_password_that_does_not_fit_an_address_is_refused_in_words(server: PasswordServer, password: str) -> None:
    ended = server.make_databases({"PUBLISHER_DB_PASSWORD": password})
    assert ended.returncode != 0
    assert "PUBLISHER_DB_PASSWORD has to be 16 or more letters and digits" in ended.stderr
    assert password not in ended.stderr


def test_a_short_password_of_the_superuser_is_refused_in_words_and_not_shown(server: PasswordServer) -> None:
    short = "sh0rtXq"
    with server.connect(*SUPERUSER, "postgres") as connection:
        connection.execute(f"alter role postgres password '{short}'")
        try:
            ended = server.make_databases({"POSTGRES_PASSWORD": short})
        finally:
            connection.execute(f"alter role postgres password '{SECRETS['POSTGRES_PASSWORD']}'")
    assert ended.returncode != 0
    assert "POSTGRES_PASSWORD has to be 16 or more letters and digits" in ended.stderr
    assert short not in ended.stdout + ended.stderr


def test_a_restore_as_the_runbook_has_it_brings_metadata_and_the_logins_of_bi_tools_back(
    server: PasswordServer,
) -> None:
    login = ("bi_tool", "a long password of a person")
    with server.connect(*SUPERUSER, "redress") as connection:
        connection.execute(f"create role {login[0]} login password '{login[1]}' in role redress_reader")
    with server.connect(*AIRFLOW, "airflow") as connection:
        connection.execute("create table restored as select 1 as one")
    logins = server.program("pg_dumpall", "--username=postgres", "--globals-only")
    metadata = server.program("pg_dump", "--username=postgres", "airflow")
    with server.connect(*AIRFLOW, "airflow") as connection:
        connection.execute("drop table restored")
    with server.connect(*SUPERUSER, "postgres") as connection:
        connection.execute(f"drop role {login[0]}")
    with password_server() as new:
        assert new.make_databases().returncode == 0
        new.program("psql", "--username=postgres", "--quiet", given=logins)
        new.program("psql", "--username=postgres", "--quiet", "airflow", given=metadata)
        assert new.make_databases().returncode == 0, "the next `up`"
        with new.connect(*login, "redress") as connection:
            assert connection.execute("select current_user").fetchall() == [("bi_tool",)]
        with new.connect(*AIRFLOW, "airflow") as connection:
            assert connection.execute("select one from restored").fetchall() == [(1,)]


def test_the_health_check_tells_a_running_server_from_none(server: PasswordServer, tmp_path: Path) -> None:
    check = health_check(composition()["services"], "postgres")
    assert run(check.here(server.places, {}, [PROGRAMS])).returncode == 0
    assert run(check.here({"--host=127.0.0.1": f"--host={tmp_path}"}, {}, [PROGRAMS])).returncode != 0
