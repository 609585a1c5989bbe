"""A season stops if most of its files are refused, and does not stop for a few refused files."""

import pytest

from redress.check.rule import Check, Severity
from redress.check.source_doubt import doubt
from redress.model.landed import Disposition, Fate
from redress.model.season import Season
from redress.settings import Settings

SEASON = Season(2021)


def disposed(**counts: int) -> list[Disposition]:
    """Return dispositions: as many of each kind as `counts` says."""
    return [
        Disposition(f"{name} {number}", Fate(name), f"why it is {name}")
        for name, count in counts.items()
        for number in range(count)
    ]


def told(
    dispositions: list[Disposition], checks: tuple[tuple[str | None, Check], ...] = (), **more: float
) -> str | None:
    return doubt(SEASON, checks, dispositions, Settings.model_validate(more))


@pytest.mark.parametrize("refused", ["quarantined", "not_a_letter", "unreadable"])
def test_a_season_stops_where_more_than_half_of_its_files_are_refused(refused: str) -> None:
    assert told(disposed(accepted=5, **{refused: 5})) is None
    why = told(disposed(accepted=4, **{refused: 6}))
    assert why is not None
    assert why.startswith(f"season 2021: 6 of 10 files are refused (6 {refused})")
    assert f"why it is {refused}" in why


@pytest.mark.parametrize("kept", ["unknown_layout", "no_statistics", "superseded"])
def test_a_letter_of_the_ombudsman_without_figures_does_not_speak_against_the_source(kept: str) -> None:
    assert told(disposed(**{kept: 20})) is None


def test_few_files_can_be_refused_by_chance() -> None:
    assert told(disposed(quarantined=9)) is None
    assert told(disposed(quarantined=10)) is not None


def test_the_bounds_can_be_set() -> None:
    assert told(disposed(quarantined=3), stop_from_files_count=3) is not None
    assert told(disposed(quarantined=20), stop_above_refused_pct=100) is None


def test_what_a_person_decided_does_not_speak_against_the_source() -> None:
    rejected = [
        Disposition(f"r{number}", Fate.QUARANTINED, "rejected", decided_by="A. Reader") for number in range(9)
    ]
    assert told([*rejected, *disposed(accepted=6, quarantined=5)]) is None


def test_the_rules_that_failed_most_are_named_and_what_to_do() -> None:
    failed = Check("season_is_the_one_fetched", Severity.CRITICAL, False, "of season 2020")
    warned = Check("blocks_complete", Severity.WARNING, False, "")
    checks: tuple[tuple[str | None, Check], ...] = (
        ("quarantined 0", failed),
        ("quarantined 1", failed),
        ("a letter that a person decided about", failed),
        ("quarantined 0", warned),
        (None, warned),
    )
    why = told(disposed(quarantined=10), checks)
    assert why is not None
    assert "critical rules that failed most: season_is_the_one_fetched 2)" in why
    assert "REDRESS_STOP_ABOVE_REFUSED_PCT=100" in why
    assert "blocks_complete" not in why
