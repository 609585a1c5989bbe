"""A letter that contradicts itself is held back, or loaded with a warning if a second witness prints the same."""

from dataclasses import replace
from decimal import Decimal

import pytest

from redress.check.judge import Judgement, judge
from redress.model.authorities import Authorities
from redress.model.landed import Fate
from redress.model.letter import Letter
from redress.model.season import Season
from redress.model.witness import WitnessFigure
from tests.made import letter

SEASON = Season(2021)
RULE = "uphold_rate_is_upheld_over_investigations"
PRINTED = {"upheld_count": "22", "investigations_count": "24", "uphold_rate_pct": "93"}
CONTRADICTION = letter(
    changes=PRINTED | {"satisfactory_remedy_rate_pct": "14", "satisfactory_remedy_printed_base_count": "24"}
)


def witnesses(authority_id: str = "SAMPLE-01", address: str = "page.html", **changes: str) -> list[WitnessFigure]:
    """Return the uphold rate and its counts as a second witness prints them: like the letter but for `changes`."""
    return [
        WitnessFigure("0" * 64, address, authority_id, "", measure, None, Decimal(value), value, 7)
        for measure, value in (PRINTED | changes).items()
    ]


def judged(authorities: Authorities, made: Letter, *said: WitnessFigure) -> Judgement:
    return judge(SEASON, [made], authorities, witnesses=said)


def test_a_letter_that_contradicts_itself_waits_for_a_person(authorities: Authorities) -> None:
    [disposed] = judged(authorities, CONTRADICTION).dispositions
    assert disposed.disposition == Fate.QUARANTINED
    found = "the letter contradicts itself: upheld 22 of investigations 24 is 92%, and 93% is printed"
    assert found in disposed.reason


def test_it_is_loaded_with_a_warning_where_a_second_witness_prints_the_same(authorities: Authorities) -> None:
    judgement = judged(authorities, CONTRADICTION, *witnesses())
    [disposed] = judgement.dispositions
    assert disposed.disposition == Fate.ACCEPTED
    assert "contradicts itself" in disposed.reason
    failed = [check for _, check in judgement.checks if not check.is_passed and check.rule != "letters_as_expected"]
    assert [check.rule for check in failed] == ["source_agrees_with_itself"]
    assert not failed[0].holds_back
    assert "is 92%, and 93% is printed; so does a second witness, page.html" in failed[0].detail


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(witnesses(uphold_rate_pct="92"), id="it prints the right rate"),
        pytest.param(witnesses(upheld_count="23"), id="it counts otherwise"),
        pytest.param(witnesses(authority_id="SAMPLE-02"), id="it is about another council"),
        pytest.param(witnesses()[:2], id="it has no rate"),
        pytest.param([*witnesses()[:2], *witnesses(address="other.csv")[2:]], id="two witnesses say a part each"),
    ],
)
def test_a_witness_that_does_not_print_all_of_it_changes_nothing(
    authorities: Authorities, said: list[WitnessFigure]
) -> None:
    [disposed] = judged(authorities, CONTRADICTION, *said).dispositions
    assert disposed.disposition == Fate.QUARANTINED


def test_a_figure_that_was_read_off_a_picture_is_not_borne_out(authorities: Authorities) -> None:
    made = replace(CONTRADICTION, figures=tuple(replace(one, is_ocr=True) for one in CONTRADICTION.figures))
    [disposed] = judged(authorities, made, *witnesses()).dispositions
    assert disposed.disposition == Fate.QUARANTINED
