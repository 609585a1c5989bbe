"""While releases change, no reader's query fails or sees two releases, and no reader stops a new release."""

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.warehouse.postgres_server import BI_TOOL, PUBLISHER, Database
from tests.warehouse.served_releases import served_number, small_release

pytestmark = pytest.mark.needs("postgresql")

READERS_COUNT = 4
SWAPS_COUNT = 10


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
                # the first reader prepares its statement and gets new plans; the others look up all names each time
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


def test_a_snapshot_older_than_the_swap_is_told_the_release_of_the_tables_it_finds(
    database: Database, tmp_path: Path
) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    query = "select (select release_id from marts.release), max(release_number), count(*) from marts.fct_rate"
    with psycopg.connect(database.address(BI_TOOL)) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("select 1")
        database.postgres.serve(small_release(tmp_path, 2))
        assert reader.execute(query).fetchall() == [(f"{2:016x}", 2, 12)]


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


def test_what_somebody_puts_into_a_retired_release_is_kept_and_said(database: Database, tmp_path: Path) -> None:
    database.postgres.serve(small_release(tmp_path, 1))
    with psycopg.connect(database.address(BI_TOOL)) as reader:
        reader.execute("select * from marts.fct_rate")
        replace(database.postgres, patience_seconds=0.1).serve(small_release(tmp_path, 2))
    [retired] = [name for name in database.schemas() if name.startswith("redress_retired_")]
    database.do(f"create table {retired}.my_targets as select 95 as target_pct", user=PUBLISHER)
    [note] = database.postgres.serve(tmp_path / f"{2:016x}").notes
    assert f"could not be dropped ({retired})" in note
    assert f"table {retired}.my_targets of {PUBLISHER}" in note
    assert database.ask(f"select target_pct from {retired}.my_targets") == [(95,)]  # noqa: S608 - the name is ours
    database.do(f"drop table {retired}.my_targets")
    assert database.postgres.serve(tmp_path / f"{2:016x}").notes == ()
    assert database.schemas() == {"marts"}


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
