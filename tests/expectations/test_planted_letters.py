"""For each rule, a letter that breaks the rule is planted in a season of good letters, and the gate finds it.

The planted letter is quarantined or accepted as the rule's severity says, the check says what is wrong, and all
other letters are accepted. Quarantine judges such a season as the gate does.
"""

from functools import cache
from pathlib import Path

import pytest

from expectations.gate import Gated, gate
from redress.check.decisions import read_decisions
from redress.check.judge import judge
from redress.check.rule import Check, Severity
from redress.model.authorities import Authorities
from redress.model.landed import Fate, LandedLetter
from redress.model.measures import Absence
from redress.model.season import Season
from redress.read.reader import read_letter
from redress.settings import Settings
from redress.steps import quarantine as quarantine_module
from redress.steps.quarantine import Quarantine
from redress.warehouse.landing import Landing
from tests.made import PROJECT, landed
from tests.planted import AUTHORITIES, GOOD, PLANTS, SEASON, SEVERITIES, Plant, council, planted, season_with

pytestmark = pytest.mark.needs("great_expectations")


def broken(gated: Gated, sha256: str | None) -> dict[str, str]:
    """Return the rules that a letter breaks, each with its detail; for None, the rules that the season breaks."""
    return {check.rule: check.detail for key, check in gated.checks if key == sha256 and not check.is_passed}


@cache
def gated_season(rule: str) -> Gated:
    """Return what the gate finds in the season with the letter that is planted to break a rule."""
    plant = PLANTS[rule]
    return gate(SEASON, season_with(plant), AUTHORITIES, witnesses=plant.witnesses)


def test_every_rule_has_a_planted_letter() -> None:
    assert set(PLANTS) == set(SEVERITIES)


def test_a_season_of_good_letters_breaks_no_rule() -> None:
    gated = gate(SEASON, [landed(one, SEASON.year) for one in GOOD.values()], AUTHORITIES)
    assert [check for _, check in gated.checks if not check.is_passed] == []
    assert {one.disposition for one in gated.dispositions} == {Fate.ACCEPTED}


@pytest.mark.parametrize("rule", SEVERITIES)
def test_a_planted_letter_breaks_its_rule_alone_and_ends_as_its_severity_says(rule: str) -> None:
    plant = PLANTS[rule]
    gated = gated_season(rule)
    disposition = {one.letter_sha256: one for one in gated.dispositions}
    keys: list[str | None] = [one.sha256 for one in plant.letters] or [None]
    for key in keys:
        found = broken(gated, key)
        assert set(found) == {rule} | plant.also
        for words in plant.words:
            assert words in found[rule]
        if key is not None and SEVERITIES[rule] is Severity.CRITICAL:
            assert disposition[key].disposition is Fate.QUARANTINED
            assert rule in disposition[key].reason
        elif key is not None:
            assert disposition[key].disposition is Fate.ACCEPTED
    harmed = [key for key, check in gated.checks if not check.is_passed and key not in keys]
    assert harmed == []
    assert all(one.disposition is Fate.ACCEPTED for key, one in disposition.items() if key not in keys)


def by_letter(checks: tuple[tuple[str | None, Check], ...]) -> dict[str | None, tuple[Check, ...]]:
    found: dict[str | None, tuple[Check, ...]] = {}
    for sha256, check in checks:
        found[sha256] = (*found.get(sha256, ()), check)
    return found


@pytest.mark.parametrize("rule", SEVERITIES)
def test_a_season_is_judged_alike_by_the_gate_and_after_each_decision(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rule: str
) -> None:
    monkeypatch.setattr(quarantine_module, "load_authorities", lambda **_: AUTHORITIES)
    settings = Settings(home=tmp_path)
    desk, landing = Quarantine(settings), Landing(settings.landing_folder)
    letters = season_with(PLANTS[rule])
    # no figures of a second witness are landed here, so the gate is asked without them too
    gated = gate(SEASON, letters, AUTHORITIES) if PLANTS[rule].witnesses else gated_season(rule)
    landing.replace_season(SEASON, letters, gated.checks, gated.dispositions)
    last = letters[-1].letter.sha256

    desk.reject(last, reason="a draft", by="A. Person")
    decisions = read_decisions(settings.landing_folder)
    rejected = judge(SEASON, [landed.letter for landed in letters], AUTHORITIES, decisions)
    assert landing.checks(SEASON) == by_letter(rejected.checks)
    assert tuple(landing.dispositions(SEASON).values()) == rejected.dispositions
    assert rejected.dispositions != gated.dispositions

    desk.withdraw(last, reason="a draft", by="A. Person")
    assert landing.checks(SEASON) == by_letter(gated.checks)
    assert tuple(landing.dispositions(SEASON).values()) == gated.dispositions


ZEROS: dict[str, dict[str, str | Absence]] = {
    "nothing due": {
        "compliance_outcomes_count": "0",
        "compliance_rate_pct": "0",
        "compliance_rate_type_average_pct": Absence.NOT_AVAILABLE,
    },
    "nothing investigated": {
        "upheld_count": "0",
        "investigations_count": "0",
        "uphold_rate_pct": Absence.NONE_INVESTIGATED,
        "upheld_per_100k": "0",
        "satisfactory_remedies_count": "0",
        "satisfactory_remedy_rate_pct": "0",
        "satisfactory_remedy_printed_base_count": "0",
        "not_for_us_count": "6",
        "assessed_and_closed_count": "9",
        "dealt_with_count": "15",
    },
}


@pytest.mark.parametrize("changes", ZEROS.values(), ids=ZEROS)
def test_a_letter_of_zeros_is_good(changes: dict[str, str | Absence]) -> None:
    gated = gate(SEASON, season_with(Plant(planted(changes), ())), AUTHORITIES)
    assert [check for _, check in gated.checks if not check.is_passed] == []
    assert {one.disposition for one in gated.dispositions} == {Fate.ACCEPTED}


# --- Through the reader: misprinted letters as they come -------------------------------------------------

PRINTED = (PROJECT / "tests/read/golden/three_statistics/2021-text.txt").read_text(encoding="utf-8")
PRINTED_TO = "Crindlebury District Council"
READ_SEASON = Season(2021)
DISTRICT_NAMES = ("Crindlebury", "Oxlipham", "Yaffleton", "Zitherwick")
READ_AUTHORITIES = Authorities([council(name, "district") for name in DISTRICT_NAMES])
MISPRINTS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # rule: what is printed, what the planted letter has instead, what has to be said of it
    "uphold_rate_is_upheld_over_investigations": ("50% of complaints we", "25% of complaints we", ("50%", "25%")),
    "remedy_rate_is_remedies_over_upheld": ("In 50% of upheld", "In 25% of upheld", ("50%", "25%")),
    "years_agree": ("21 July 2021", "21 July 2020", ("2020", "2021")),
    "authority_is_known": (PRINTED_TO, "Nowhere District Council", ("Nowhere District Council",)),
    "type_average_agrees": ("average of 53%", "average of 35%", ("35", "53 in 3 of 4 letters")),
}


def read(name: str, text: str) -> LandedLetter:
    return LandedLetter(READ_SEASON, f"2021/{name}.txt", read_letter(text.encode(), f"{name}.txt"))


@pytest.mark.parametrize("rule", MISPRINTS)
def test_a_misprint_is_read_and_found_by_its_rule_alone(rule: str) -> None:
    right, wrong, told = MISPRINTS[rule]
    assert right in PRINTED
    others = [read(name, PRINTED.replace("Crindlebury", name)) for name in DISTRICT_NAMES[1:]]
    misprinted = read("misprinted", PRINTED.replace(right, wrong))
    gated = gate(READ_SEASON, [*others, misprinted], READ_AUTHORITIES)
    sha256 = misprinted.letter.sha256
    found = broken(gated, sha256)
    assert set(found) == {rule}
    assert all(words in found[rule] for words in told)
    assert {one.letter_sha256: one.disposition for one in gated.dispositions} == {
        **{one.letter.sha256: Fate.ACCEPTED for one in others},
        sha256: Fate.QUARANTINED,
    }
