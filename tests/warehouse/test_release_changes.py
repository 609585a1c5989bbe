"""A release says in notes and as data which letters, figures, corrections, trust and comparisons changed."""

import json
from pathlib import Path

import duckdb
import pytest

from redress.warehouse.releases.changes import DataChanges, read_changes
from redress.warehouse.releases.checksums import damage
from redress.warehouse.releases.listing import known_releases
from redress.warehouse.releases.notes import release_notes
from redress.warehouse.releases.releases import Releases
from tests.warehouse.small_warehouse import FIRST, SECOND, THIRD, build


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    return Releases(tmp_path / "warehouse")


def data_changes(releases: Releases, identity: str) -> DataChanges:
    """Return what changed in the data with a release, which must have been compared with the release before."""
    changes = read_changes(releases.release_folder(identity))
    assert changes is not None
    assert changes.data is not None
    return changes.data


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
