"""A run says of each letter of its season whether it is new, re-issued, changed, superseded, unchanged or gone."""

from pathlib import Path

from redress.model.landed import Disposition, Fate, LandedLetter
from redress.settings import Settings
from redress.steps import Run
from redress.steps.letter_changes import (
    Change,
    LetterState,
    keep_before,
    kept_before,
    landed_states,
    letter_changes,
)
from redress.warehouse.landing import Landing
from tests.made import GOOD, SEASON, WEXMARSH, WRONG_RATE, landed, letter


def state(
    name: str, disposition: Fate = Fate.ACCEPTED, *, authority: str | None = "A", address: str = "", says: str = "1"
) -> LetterState:
    return LetterState(name, address or f"{name}.pdf", authority, disposition, says)


def found(before: list[LetterState], now: list[LetterState]) -> dict[str, Change]:
    changes = letter_changes(before, now)
    return {
        one.sha256: change.change for change in changes for one in [change.now or change.was] if one is not None
    }


def test_a_letter_to_an_authority_that_had_none_is_new() -> None:
    assert found([state("old")], [state("old"), state("new", authority="B")]) == {
        "old": Change.UNCHANGED,
        "new": Change.NEW,
    }


def test_another_file_from_the_same_address_is_reissued_and_the_old_one_is_not_missed() -> None:
    before = [state("old", address="a.pdf")]
    assert found(before, [state("new", address="a.pdf", authority=None)]) == {"new": Change.REISSUED}


def test_a_later_letter_beside_the_old_one_is_reissued_and_the_old_one_superseded() -> None:
    now = [state("old", Fate.SUPERSEDED), state("new")]
    assert found([state("old")], now) == {"old": Change.SUPERSEDED, "new": Change.REISSUED}


def test_a_file_that_takes_no_ones_place_is_no_reissue() -> None:
    assert (
        found([state("old")], [state("old"), state("wrong season", Fate.QUARANTINED)])["wrong season"] is Change.NEW
    )
    assert found([state("old")], [state("old"), state("copy", Fate.SUPERSEDED)])["copy"] is Change.NEW


def test_the_same_file_that_is_read_or_judged_otherwise_has_changed() -> None:
    assert found([state("one")], [state("one", says="2")]) == {"one": Change.CHANGED}
    assert found([state("one", Fate.QUARANTINED)], [state("one")]) == {"one": Change.CHANGED}


def test_a_letter_in_whose_place_there_is_none_is_gone() -> None:
    assert found([state("one")], [state("other", authority="B")]) == {"other": Change.NEW, "one": Change.GONE}


def test_files_whose_authority_nobody_knows_are_not_taken_for_one_another() -> None:
    before = [state("one", Fate.UNREADABLE, authority=None)]
    assert found(before, [state("two", Fate.UNREADABLE, authority=None)]) == {"two": Change.NEW, "one": Change.GONE}


# --- What is kept of before ---------------------------------------------------------------------------------


def land(landing: Landing, *letters: LandedLetter) -> None:
    dispositions = [Disposition(one.letter.sha256, Fate.ACCEPTED, "", "A") for one in letters]
    landing.replace_season(SEASON, letters, [], dispositions)


def test_what_is_kept_is_what_was_landed_before_the_run(tmp_path: Path) -> None:
    run = Run.of_season(SEASON, "run", Settings(home=tmp_path))
    landing = Landing(run.settings.landing_folder)
    land(landing, landed(GOOD))
    before = landed_states(landing, SEASON)
    assert [one.sha256 for one in before] == [GOOD.sha256]
    keep_before(run)
    land(landing, landed(WRONG_RATE))
    keep_before(run)  # the step again, in the same run
    assert kept_before(run) == before


def test_a_season_that_was_never_landed_had_nothing(tmp_path: Path) -> None:
    run = Run.of_season(SEASON, "run", Settings(home=tmp_path))
    assert kept_before(run) is None
    keep_before(run)
    assert kept_before(run) == ()


def test_a_landing_that_is_damaged_does_not_stop_the_run_that_replaces_it(tmp_path: Path) -> None:
    run = Run.of_season(SEASON, "run", Settings(home=tmp_path))
    landing = Landing(run.settings.landing_folder)
    land(landing, landed(GOOD))
    (landing.folder / "letters" / f"season={SEASON}" / "part.parquet").write_bytes(b"torn")
    keep_before(run)
    assert kept_before(run) is None


def test_another_figure_is_another_statement(tmp_path: Path) -> None:
    landing = Landing(tmp_path)
    land(landing, landed(letter("one", authority=WEXMARSH)))
    before = landed_states(landing, SEASON)
    land(landing, landed(letter("one", authority=WEXMARSH, changes={"upheld_count": "32"})))
    assert [one.change for one in letter_changes(before, landed_states(landing, SEASON))] == [Change.CHANGED]
