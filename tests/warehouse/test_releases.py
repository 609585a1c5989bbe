"""Releases: each is published whole or not at all, one is current, and readers of an old release keep it."""

import csv
import hashlib
import json
import subprocess
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from redress.warehouse.releases.changes import DataChanges, read_changes
from redress.warehouse.releases.checksums import damage
from redress.warehouse.releases.listing import known_releases
from redress.warehouse.releases.notes import release_notes
from redress.warehouse.releases.releases import ReleaseError, Releases

FIRST, SECOND, THIRD = "aaaa000000000001", "aaaa000000000002", "aaaa000000000003"


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(tmp_path / "warehouse")


def build_place(releases: Releases, identity: str) -> Path:
    """A file where a built warehouse lies until it is published, in an empty folder."""
    releases.clear()
    file = releases.incoming_file(identity)
    file.parent.mkdir(parents=True)
    return file


def build(
    releases: Releases,
    identity: str,
    rate: int = 53,
    disposition: str = "accepted",
    *,
    printed: int | None = None,
    has_corrections: bool = True,
    review: str = "1 as one",
) -> Path:
    """A small warehouse of one invented letter and one figure, in the place where a build puts one.

    `review` are other columns of the letter's review.
    """
    file = build_place(releases, identity)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts; create schema audit; create schema staging")
        connection.execute(
            "create table marts.dim_letter as "
            f"select 2021::smallint as season, '2021-a' as letter_key, '{disposition}' as disposition, "
            "'PEL' as authority_key, '2021/pellonshire.pdf' as source_address"
        )
        connection.execute(
            "create table marts.dim_authority as select * from (values ('PEL', 'Pellonshire County Council'), "
            "('unknown', 'Unknown authority')) as named (authority_key, authority_name)"
        )
        connection.execute(
            "create table marts.fct_figure as select 2021::smallint as season, 'PEL' as authority_key, "
            f"'uphold_rate_pct' as measure, null::varchar as category, {rate}::decimal(12, 3) as value, "
            f"'{printed or rate}%' as printed_text, {printed is not None} as is_corrected"
        )
        if not has_corrections:
            connection.execute("alter table marts.fct_figure drop column is_corrected")
        connection.execute(
            "create table marts.fct_annual_review as select 2021::smallint as season, 'PEL' as authority_key, "
            f"null::varchar as not_read_measures, {review}"
        )
        connection.execute("comment on table marts.fct_figure is 'One figure of an accepted letter.'")
        connection.execute("comment on column marts.fct_figure.value is 'The number.'")
        connection.execute("create table audit.check_results as select true as is_passed")
        connection.execute("create view staging.stg_letters as select 1 as one")
    return file


def rate(file: Path) -> int:
    with duckdb.connect(str(file), read_only=True) as connection:
        (value,) = connection.execute("select value from marts.fct_figure").fetchall()[0]
    return int(value)


def data_changes(releases: Releases, identity: str) -> DataChanges:
    """What changed in the data with a release that was compared with the one before it."""
    changes = read_changes(releases.release_folder(identity))
    assert changes is not None
    assert changes.data is not None
    return changes.data


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


def test_the_first_release_says_that_it_is_the_first(releases: Releases) -> None:
    build(releases, FIRST)
    notes = (releases.publish(FIRST) / "RELEASE.md").read_text()
    assert "first release" in notes
    assert "| 2021 | accepted | 1 |" in notes


def test_a_release_says_which_letters_and_figures_changed(releases: Releases) -> None:
    build(releases, FIRST)
    releases.publish(FIRST)
    build(releases, SECOND, rate=54, disposition="superseded")
    notes = (releases.publish(SECOND) / "RELEASE.md").read_text()
    assert FIRST in notes
    assert "| 2021 | Pellonshire County Council | 2021-a | accepted | superseded |" in notes
    assert "| 2021 | PEL | uphold_rate_pct | 53 | 54 |" in notes


def test_a_release_counts_letters_that_are_new_re_issued_or_quarantined(releases: Releases) -> None:
    build(releases, FIRST)
    releases.publish(FIRST)
    with duckdb.connect(str(build(releases, SECOND, disposition="superseded"))) as connection:
        connection.execute(
            "insert into marts.dim_letter values (2021, '2021-b', 'accepted', 'PEL', '2021/b.pdf'), "
            "(2021, '2021-c', 'quarantined', 'unknown', '2021/minutes | <b>.pdf')"
        )
    notes = (releases.publish(SECOND) / "RELEASE.md").read_text()
    assert "Letters: 2 added, 1 re-issued, 1 quarantined, 0 no longer there." in notes
    assert "| 2021 | Pellonshire County Council | 2021-b | not there | accepted |" in notes
    assert r"| 2021 | 2021/minutes \| &lt;b>.pdf | 2021-c | not there | quarantined |" in notes
    data = data_changes(releases, SECOND)
    assert [one.letter_key for one in data.letters] == ["2021-c", "2021-a", "2021-b"]  # by name
    assert (data.added_letters_count, data.removed_letters_count, data.redisposed_letters_count) == (2, 0, 1)
    build(releases, THIRD)
    assert "1 re-issued" not in (releases.publish(THIRD) / "RELEASE.md").read_text()


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


def test_a_build_that_did_not_end_well_is_never_taken_for_a_built_warehouse(releases: Releases) -> None:
    def fail() -> None:
        with releases.building(FIRST) as file:
            file.write_bytes(b"half a build")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not releases.incoming_file(FIRST).exists()
    with releases.building(FIRST) as file:
        file.write_bytes(b"a build")
    assert releases.incoming_file(FIRST).read_bytes() == b"a build"


def test_a_release_says_which_of_the_changed_figures_are_corrected(releases: Releases) -> None:
    build(releases, FIRST)
    releases.publish(FIRST)
    build(releases, SECOND, rate=54, printed=53)
    assert "| uphold_rate_pct | 53 | 54 (corrected) |" in (releases.publish(SECOND) / "RELEASE.md").read_text()
    build(releases, THIRD)
    assert "| uphold_rate_pct | 54 (corrected) | 53 |" in (releases.publish(THIRD) / "RELEASE.md").read_text()


def test_a_release_made_before_there_were_corrections_can_be_compared_with(releases: Releases) -> None:
    build(releases, FIRST, has_corrections=False)
    releases.publish(FIRST)
    build(releases, SECOND, rate=54, printed=53)
    assert "| uphold_rate_pct | 53 | 54 (corrected) |" in (releases.publish(SECOND) / "RELEASE.md").read_text()


def test_a_release_without_changes_says_none(releases: Releases) -> None:
    for identity in (FIRST, SECOND):
        build(releases, identity)
        releases.publish(identity)
    notes = (releases.release_folder(SECOND) / "RELEASE.md").read_text()
    assert notes.count("None.") == 2


def test_a_folder_with_a_quote_in_its_name_can_be_published(tmp_path: Path) -> None:
    releases = Releases(tmp_path / "the council's warehouse")
    for identity in (FIRST, SECOND):
        build(releases, identity)
        releases.publish(identity)
    assert releases.current() == releases.release_folder(SECOND)


def test_a_release_says_which_figures_are_new_and_which_are_no_longer_there(releases: Releases) -> None:
    build(releases, FIRST)
    releases.publish(FIRST)
    with duckdb.connect(str(build(releases, SECOND))) as connection:
        connection.execute("update marts.fct_figure set category = 'Housing', value = 7")
        connection.execute(
            "insert into marts.fct_figure select * replace ('NEW' as authority_key) from marts.fct_figure"
        )
    notes = (releases.publish(SECOND) / "RELEASE.md").read_text()
    assert (
        "Figures of authorities and seasons that both releases have: 0 with another value, 1 added, "
        "1 no longer there." in notes
    )
    assert (
        "Figures of authorities and seasons that only one of them has: 1 in this release, 0 in the one before."
        in notes
    )
    assert "| 2021 | PEL | uphold_rate_pct | 53 | not there |" in notes
    assert "| 2021 | PEL | uphold_rate_pct Housing | not there | 7 |" in notes
    assert "| NEW |" not in notes  # a council whose letter is new: the letter's line says it


def test_a_figure_that_can_no_longer_be_read_is_told_from_one_that_is_no_longer_there(releases: Releases) -> None:
    build(releases, FIRST)
    releases.publish(FIRST)
    with duckdb.connect(str(build(releases, SECOND))) as connection:
        connection.execute("update marts.fct_figure set measure = 'upheld_count'")
        connection.execute(
            "update marts.fct_annual_review set not_read_measures = 'dealt_with_count, uphold_rate_pct'"
        )
    assert "| uphold_rate_pct | 53 | not read |" in (releases.publish(SECOND) / "RELEASE.md").read_text()
    assert [one.is_not_read for one in data_changes(releases, SECOND).figures] == [False, True]


def test_figures_of_letters_that_came_or_went_are_counted_where_no_other_changed(releases: Releases) -> None:
    build(releases, FIRST)
    releases.publish(FIRST)
    with duckdb.connect(str(build(releases, SECOND))) as connection:
        connection.execute("update marts.fct_figure set season = 2022")
    notes = (releases.publish(SECOND) / "RELEASE.md").read_text()
    assert "both releases have: 0 with another value, 0 added, 0 no longer there." in notes
    assert "that only one of them has: 1 in this release, 1 in the one before." in notes
    assert data_changes(releases, SECOND).figures == ()


COMPARISONS = (
    "create table marts.fct_reconciliation as select 2021::smallint as season, 'data_table' as witness_kind, "
    "'PEL' as authority_key, null::varchar as council_type_key, 'upheld_count' as measure, "
    "null::varchar as category, 33 as our_value, witness_value, reconciliation_state, 'complaints.csv' as "
    "witness_source, row_number, concat_ws('-', 'PEL', row_number) as reconciliation_key from "
)


def test_a_release_says_whose_trust_changed_although_no_figure_did(releases: Releases) -> None:
    for identity, trust in (
        (FIRST, "'verified' as trust, null"),
        (SECOND, "'flagged' as trust, 'warnings: a_rule'"),
    ):
        build(releases, identity, review=f"{trust}::varchar as trust_reason")
        releases.publish(identity)
    notes = (releases.release_folder(SECOND) / "RELEASE.md").read_text()
    assert "## Trust that changed\n\nOf authorities and seasons that both releases review: 1.\n" in notes
    assert "| 2021 | Pellonshire County Council | verified | flagged: warnings: a_rule |" in notes
    data = data_changes(releases, SECOND)
    assert (data.trust_count, data.figures) == (1, ())


def test_a_release_counts_the_comparisons_with_second_witnesses_that_changed(releases: Releases) -> None:
    rows = {
        FIRST: "(33, 'agrees', 1), (33, 'agrees', 2), (30, 'differs', 3), (33, 'agrees', 4)",
        SECOND: "(33, 'agrees', 1), (31, 'differs', 2), (29, 'differs', 3)",
    }
    for identity, values in rows.items():
        with duckdb.connect(str(build(releases, identity))) as connection:
            named = "as compared (witness_value, reconciliation_state, row_number)"
            connection.execute(f"{COMPARISONS} (values {values}) {named}")
        releases.publish(identity)
    notes = (releases.release_folder(SECOND) / "RELEASE.md").read_text()
    _, _, section = notes.partition("## Comparisons with second witnesses that changed\n")
    assert [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("| 2021")] == [
        "| 2021 | data_table | agrees | differs | 1 |",
        "| 2021 | data_table | agrees | not there | 1 |",
        "| 2021 | data_table | differs | differs, other values | 1 |",
    ]
    data = data_changes(releases, SECOND)
    assert (data.compared_figures_count, data.trust_count) == (3, 0)


def test_the_changes_as_data_say_what_the_notes_say(releases: Releases) -> None:
    for identity, trust, compared, printed in ((FIRST, "verified", 33, None), (SECOND, "flagged", 31, 53)):
        with duckdb.connect(
            str(
                build(
                    releases,
                    identity,
                    rate=53 if printed is None else 54,
                    printed=printed,
                    review=f"'{trust}' as trust, null::varchar as trust_reason",
                )
            )
        ) as connection:
            named = "as compared (witness_value, reconciliation_state, row_number)"
            connection.execute(f"{COMPARISONS} (values ({compared}, 'differs', 1)) {named}")
            if identity == SECOND:
                connection.execute("insert into marts.dim_letter values (2021, '2021-b', 'superseded', 'PEL', 'b')")
        releases.publish(identity)
    folder = releases.release_folder(SECOND)
    assert json.loads((folder / "changes.json").read_text()) == {
        "release": SECOND,
        "before": FIRST,
        "why_not_compared": [],
        "data": {
            "letters": [
                {
                    "season": 2021,
                    "name": "Pellonshire County Council",
                    "letter_key": "2021-b",
                    "was": None,
                    "now": "superseded",
                }
            ],
            "figures": [
                {
                    "season": 2021,
                    "authority_key": "PEL",
                    "authority_name": "Pellonshire County Council",
                    "measure": "uphold_rate_pct",
                    "category": None,
                    "was": {"value": "53", "is_corrected": False},
                    "now": {"value": "54", "is_corrected": True},
                    "is_not_read": False,
                }
            ],
            "figures_only_now_count": 0,
            "figures_only_before_count": 0,
            "trust": [
                {
                    "season": 2021,
                    "authority_name": "Pellonshire County Council",
                    "was": {"trust": "verified", "reason": None},
                    "now": {"trust": "flagged", "reason": None},
                }
            ],
            "comparisons": [
                {
                    "season": 2021,
                    "witness_kind": "data_table",
                    "was": "differs",
                    "now": "differs",
                    "figures_count": 1,
                }
            ],
        },
        "letter_counts": [
            {"season": 2021, "disposition": "accepted", "letters_count": 1},
            {"season": 2021, "disposition": "superseded", "letters_count": 1},
        ],
    }
    changes = read_changes(folder)
    assert changes is not None
    notes = (folder / "RELEASE.md").read_text()
    assert notes == release_notes(changes)
    rows = [line for line in notes.splitlines() if line.startswith("| 2021")]
    assert rows == [
        "| 2021 | Pellonshire County Council | 2021-b | not there | superseded |",
        "| 2021 | PEL | uphold_rate_pct | 53 | 54 (corrected) |",
        "| 2021 | Pellonshire County Council | verified | flagged |",
        "| 2021 | data_table | differs | differs, other values | 1 |",
        "| 2021 | accepted | 1 |",
        "| 2021 | superseded | 1 |",
    ]


def test_changes_are_kept_of_a_first_release_and_of_one_that_could_not_be_compared(releases: Releases) -> None:
    build(releases, FIRST)
    first = releases.publish(FIRST)
    changes = read_changes(first)
    assert changes is not None
    assert (changes.before, changes.data) == (None, None)
    (first / "RELEASE.md").unlink()
    build(releases, SECOND)
    changes = read_changes(releases.publish(SECOND))
    assert changes is not None
    assert (changes.before, changes.data, changes.why_not_compared) == (FIRST, None, ("RELEASE.md is not there",))


def test_the_same_release_has_the_same_changes_byte_by_byte(tmp_path: Path) -> None:
    contents = set()
    for name in ("one", "other"):
        releases = Releases(tmp_path / name)
        for identity, number in ((FIRST, 53), (SECOND, 54)):
            build(releases, identity, rate=number)
            contents.add((identity, (releases.publish(identity) / "changes.json").read_bytes()))
    assert len(contents) == 2


def test_a_release_made_before_changes_were_kept_as_data_is_whole_and_can_be_compared_with(
    releases: Releases,
) -> None:
    build(releases, FIRST)
    first = releases.publish(FIRST)
    (first / "changes.json").unlink()
    assert damage(first) == ("changes.json is not there",)
    sums = first / "SHA256SUMS"
    sums.chmod(0o644)
    sums.write_text("".join(line for line in sums.open() if "changes.json" not in line))
    assert damage(first) == ()
    assert read_changes(first) is None
    build(releases, SECOND, rate=54)
    releases.publish(SECOND)
    assert len(data_changes(releases, SECOND).figures) == 1
    assert [(one.identity, one.has_changes, one.damage) for one in known_releases(releases)] == [
        (SECOND, True, ()),
        (FIRST, False, ()),
    ]


def test_changes_that_the_checksums_do_not_name_are_damage(releases: Releases) -> None:
    build(releases, FIRST)
    folder = releases.publish(FIRST)
    sums = folder / "SHA256SUMS"
    sums.chmod(0o644)
    sums.write_text("".join(line for line in sums.open() if "changes.json" not in line))
    assert damage(folder) == ("changes.json has no line in SHA256SUMS",)


def test_a_release_made_before_there_was_trust_can_be_compared_with(releases: Releases) -> None:
    build(releases, FIRST, review="33 as upheld_count")
    releases.publish(FIRST)
    build(releases, SECOND, review="'verified' as trust, null::varchar as trust_reason")
    assert "Trust" not in (releases.publish(SECOND) / "RELEASE.md").read_text()
