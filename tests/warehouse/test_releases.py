"""A release is published whole or not at all, one release is current, and readers of an old release keep it."""

import csv
import hashlib
import json
import subprocess
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from redress.warehouse.releases.releases import ReleaseError, Releases
from tests.warehouse.small_warehouse import FIRST, SECOND, build, build_place, rate


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(tmp_path / "warehouse")


def test_before_the_first_release_there_is_none(releases: Releases) -> None:
    assert releases.current() is None


def test_a_published_release_is_current_and_whole(releases: Releases) -> None:
    build(releases, FIRST)
    folder = releases.publish(FIRST)
    assert releases.current() == folder == releases.release_folder(FIRST)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "RELEASE.md",
        "SHA256SUMS",
        "changes.json",
        "csv/check_results.csv",
        "csv/dim_authority.csv",
        "csv/dim_letter.csv",
        "csv/fct_annual_review.csv",
        "csv/fct_figure.csv",
        "datapackage.json",
        "parquet/check_results.parquet",
        "parquet/dim_authority.parquet",
        "parquet/dim_letter.parquet",
        "parquet/fct_annual_review.parquet",
        "parquet/fct_figure.parquet",
        "warehouse.duckdb",
    ]


def test_the_next_release_takes_its_place_and_the_first_stays(releases: Releases) -> None:
    build(releases, FIRST)
    first = releases.publish(FIRST)
    build(releases, SECOND, rate=54)
    second = releases.publish(SECOND)
    assert releases.current() == second
    assert rate(releases.current_link / "warehouse.duckdb") == 54
    assert rate(first / "warehouse.duckdb") == 53
    assert [path.name for path in releases.folder.iterdir() if path.name.startswith(".")] == []


def test_a_reader_with_the_old_release_open_keeps_its_data(releases: Releases) -> None:
    build(releases, FIRST)
    releases.publish(FIRST)
    with duckdb.connect(str(releases.current_link / "warehouse.duckdb"), read_only=True) as reader:
        build(releases, SECOND, rate=54)
        releases.publish(SECOND)
        assert reader.execute("select value::int from marts.fct_figure").fetchone() == (53,)


def test_an_older_release_can_be_made_current_again(releases: Releases) -> None:
    for identity, number in ((FIRST, 53), (SECOND, 54)):
        build(releases, identity, rate=number)
        releases.publish(identity)
    releases.point_at(FIRST)
    assert rate(releases.current_link / "warehouse.duckdb") == 53


def test_publishing_what_was_not_built_is_said_in_words_and_changes_nothing(releases: Releases) -> None:
    build(releases, FIRST)
    first = releases.publish(FIRST)
    with pytest.raises(ReleaseError, match=r"no built warehouse .*run the build step again"):
        releases.publish(SECOND)
    assert releases.current() == first


def test_pointing_at_a_release_that_is_not_there_is_refused(releases: Releases) -> None:
    with pytest.raises(ReleaseError, match=f"no release {FIRST}"):
        releases.point_at(FIRST)
    assert releases.current() is None


def test_what_a_crash_left_in_incoming_is_cleared_by_the_next_build(releases: Releases) -> None:
    left = build(releases, FIRST).with_suffix(".duckdb.wal")
    left.write_bytes(b"half a build")
    with releases.building(SECOND) as file:
        assert not left.exists()
        assert not releases.incoming_file(FIRST).exists()
        assert file.parent.is_dir()
        assert not file.exists()
        file.write_bytes(b"a build")


def test_a_warehouse_that_breaks_while_it_is_published_is_not_current(releases: Releases) -> None:
    build(releases, FIRST)
    first = releases.publish(FIRST)
    build_place(releases, SECOND).write_bytes(b"this is no warehouse")
    with pytest.raises(duckdb.Error):
        releases.publish(SECOND)
    assert releases.current() == first
    assert not releases.release_folder(SECOND).exists()


def test_the_data_package_describes_every_file_and_its_columns(releases: Releases) -> None:
    build(releases, FIRST)
    folder = releases.publish(FIRST)
    package = json.loads((folder / "datapackage.json").read_text())
    assert package["id"] == FIRST
    resources = {resource["name"]: resource for resource in package["resources"]}
    assert set(resources) == {"check-results", "dim-authority", "dim-letter", "fct-annual-review", "fct-figure"}
    for file in (file for resource in resources.values() for file in (resource, resource["parquet"])):
        content = (folder / file["path"]).read_bytes()
        assert file["bytes"] == len(content)
        assert file["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    figures = resources["fct-figure"]
    assert figures["description"] == "One figure of an accepted letter."
    fields = {field["name"]: field for field in figures["schema"]["fields"]}
    assert fields["value"] == {"name": "value", "type": "number", "description": "The number."}
    assert fields["season"]["type"] == "integer"


def test_the_parquet_files_hold_what_the_warehouse_holds(releases: Releases) -> None:
    build(releases, FIRST)
    folder = releases.publish(FIRST)
    found = duckdb.execute(f"select measure, value::int from '{folder}/parquet/fct_figure.parquet'").fetchall()  # noqa: S608
    assert found == [("uphold_rate_pct", 53)]


def test_no_text_of_others_is_a_formula_in_csv_and_none_is_changed_elsewhere(releases: Releases) -> None:
    told = [
        "=1+1",
        "+1+cmd|'a'!b",
        "-2+3",
        "@a",
        "\t=1",
        "＝1",
        "-5%",
        "+12.5",
        "- 53% of",
        "53%",
        "a = b",
        "",
        None,
    ]
    with duckdb.connect(str(build(releases, FIRST))) as connection:
        connection.execute(
            "create table marts.told as select 1 as one, unnest($told::varchar[]) as printed", {"told": told}
        )
    folder = releases.publish(FIRST)
    with (folder / "csv" / "told.csv").open(encoding="utf-8", newline="") as file:
        found = [row["printed"] for row in csv.DictReader(file)]
    changed = [
        "'=1+1",
        "'+1+cmd|'a'!b",
        "'-2+3",
        "'@a",
        "'\t=1",
        "'＝1",
        "-5%",
        "+12.5",
        "'- 53% of",
        "53%",
        "a = b",
    ]
    assert found == [*changed, "", ""]
    assert pq.read_table(folder / "parquet" / "told.parquet")["printed"].to_pylist() == told


def test_a_release_has_a_checksum_of_every_file_and_no_client_can_write_to_one(releases: Releases) -> None:
    build(releases, FIRST)
    folder = releases.publish(FIRST)
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    files = {path for path in folder.rglob("*") if path.is_file()}
    assert len(done.stdout.splitlines()) == len(files) - 1
    assert {path.stat().st_mode & 0o777 for path in files} == {0o444}


def test_a_build_that_did_not_end_well_leaves_nothing_and_is_never_taken_for_a_built_warehouse(
    releases: Releases,
) -> None:
    def fail() -> None:
        with releases.building(FIRST) as file:
            file.write_bytes(b"half a build")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(releases.incoming_file(FIRST).parent.parent.iterdir()) == []
    with releases.building(FIRST) as file:
        file.write_bytes(b"a build")
    assert releases.incoming_file(FIRST).read_bytes() == b"a build"


def test_a_folder_with_a_quote_in_its_name_can_be_published(tmp_path: Path) -> None:
    releases = Releases(tmp_path / "the council's warehouse")
    for identity in (FIRST, SECOND):
        build(releases, identity)
        releases.publish(identity)
    assert releases.current() == releases.release_folder(SECOND)
