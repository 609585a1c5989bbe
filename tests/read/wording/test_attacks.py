"""In seasons in which numbers coincide, no proposal that could be wrong is called proven."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from redress.read.wording.analysis import Analysis
from redress.read.wording.findings import SlotFinding
from redress.read.wording.proposals import Strength
from samples.press.content import Block, LetterContent, StatisticsPage, ThreeStatistics, rate_pct
from tests.read.wording.changes import RATE_WORDS, block, both, new_block, three, words
from tests.read.wording.printed import Edit, analysis, printed

COUNT = 30


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("councils")


def slots_of(found: Analysis, fragment: str) -> tuple[SlotFinding, ...]:
    """Return the slots of the one sentence that contains the words `fragment`."""
    (finding,) = (one for one in found.findings if fragment in one.pattern.text(["{}"] * len(one.pattern.slots)))
    return finding.slots


def proven(found: Analysis) -> list[str | None]:
    """Return the figures of all proposals that are called proven."""
    return [
        one.figure
        for finding in found.findings
        for slot in finding.slots
        for one in slot.proposals
        if one.strength is Strength.PROVEN
    ]


def of_figures(sentence: Callable[[ThreeStatistics, LetterContent], str]) -> Edit:
    """Return an edit that replaces all sentences and counts of the block "Complaints upheld" by one sentence."""

    def change(one: Block, figures: ThreeStatistics, content: LetterContent) -> Block:
        return replace(one, sentences=(sentence(figures, content),), count=None, base=None)

    return block("Complaints upheld", change)


def test_a_count_that_equals_another_figure_in_all_letters_is_not_proven(folder: Path) -> None:
    def all_remedied(figures: ThreeStatistics, chance: random.Random) -> ThreeStatistics:
        return replace(figures, satisfactory_remedies_count=figures.upheld_count)

    letters = printed(2022, COUNT, words(("upheld decision", "case put right")), alter=all_remedied)
    found = analysis(folder, letters)
    (slot,) = slots_of(found, "put")
    assert {one.figure for one in slot.proposals} == {"upheld_count", "satisfactory_remedies_count"}
    assert {one.strength for one in slot.proposals} == {Strength.EQUAL}


def test_two_new_numbers_that_are_equal_in_all_letters_are_both_shown_and_neither_is_proven(folder: Path) -> None:
    def twice(figures: ThreeStatistics, _: LetterContent) -> str:
        rate = rate_pct(figures.upheld_count, figures.investigations_count)
        return (
            f"Of {figures.investigations_count} cases, {figures.upheld_count} led to fault, {figures.upheld_count} "
            f"to an apology, {rate}% in all."
        )

    whole, fault, apology, rate = slots_of(
        analysis(folder, printed(2022, COUNT, of_figures(twice))), "led to fault"
    )
    for slot in (fault, apology):
        assert "upheld_count" in {one.figure for one in slot.proposals}
        assert {one.strength for one in slot.proposals} == {Strength.EQUAL}
    assert [one.figure for one in (*whole.proposals, *rate.proposals)] == [
        "investigations_count",
        "uphold_rate_pct",
    ]


def test_a_number_that_is_the_same_in_all_letters_is_no_figure(folder: Path) -> None:
    def constant(figures: ThreeStatistics, chance: random.Random) -> ThreeStatistics:
        return replace(
            figures, upheld_count=3, investigations_count=4, compliance_outcomes_count=2,
            compliance_satisfied_count=2, satisfactory_remedies_count=1,
        )  # fmt: skip

    letters = printed(2022, COUNT, words(RATE_WORDS), alter=constant)
    assert proven(analysis(folder, letters)) == []


def test_letters_to_two_councils_prove_nothing(folder: Path) -> None:
    found = analysis(folder, printed(2022, 2, words(RATE_WORDS)))
    assert slots_of(found, "showed fault")
    assert proven(found) == []


def test_a_rate_of_the_year_before_is_not_taken_for_the_rate(folder: Path) -> None:
    def before(figures: ThreeStatistics, _: LetterContent) -> str:
        rate = rate_pct(figures.upheld_count, figures.investigations_count)
        return f"Last year the share with fault was {rate}%."

    found = analysis(folder, printed(2022, COUNT, of_figures(before)))
    assert proven(found) == []
    assert "Last year" in slots_of(found, "share with fault")[0].note


def test_counts_that_look_like_years_are_counts(folder: Path) -> None:
    def many(figures: ThreeStatistics, chance: random.Random) -> ThreeStatistics:
        upheld = chance.randint(2005, 2035)
        return replace(figures, upheld_count=upheld, investigations_count=upheld + chance.randint(300, 2500))

    edit = of_figures(
        lambda figures, _: (
            f"You were at fault in {figures.upheld_count} of {figures.investigations_count} cases, a share of "
            f"{rate_pct(figures.upheld_count, figures.investigations_count)}%."
        )
    )
    slots = slots_of(analysis(folder, printed(2022, COUNT, edit, alter=many)), "at fault in")
    firsts = [slot.first for slot in slots]
    assert [None if one is None else one.figure for one in firsts] == [
        "upheld_count",
        "investigations_count",
        "uphold_rate_pct",
    ]


def test_a_letter_of_another_kind_changes_nothing(folder: Path) -> None:
    letters = printed(2022, COUNT, words(RATE_WORDS))
    other = printed(2025, COUNT + 1)[-1]
    alone, among = analysis(folder, letters), analysis(folder, [*letters, other])

    def said(found: Analysis) -> list[tuple[str, list[object]]]:
        return [
            (one.pattern.text(["{}"] * len(one.pattern.slots)), [(slot.kind, slot.proposals) for slot in one.slots])
            for one in found.findings
            if one.strength is Strength.PROVEN
        ]

    assert [name for name, _ in said(among)] == [name for name, _ in said(alone)] != []
    assert proven(among) == proven(alone)


def test_a_rate_that_fails_in_a_tenth_of_the_letters_is_not_proven(folder: Path) -> None:
    def wrong(page: StatisticsPage, content: LetterContent) -> StatisticsPage:
        if three(content).investigations_count % 10:
            return page
        return block("Complaints upheld", lambda one, *_: replace(one, sentences=("7% of it showed fault.",)))(
            page, content
        )

    edit = both(words(("of complaints we investigated were upheld", "of it showed fault")), wrong)
    assert proven(analysis(folder, printed(2022, COUNT, edit))) == []


def test_two_shares_of_which_either_may_be_the_uphold_rate_are_both_shown(folder: Path) -> None:
    def merged(figures: ThreeStatistics, _: LetterContent) -> str:
        rate = rate_pct(figures.upheld_count, figures.investigations_count)
        return f"Of {figures.investigations_count} cases, {figures.upheld_count} showed fault, or {rate}%."

    def alone(page: StatisticsPage, content: LetterContent) -> StatisticsPage:
        return replace(
            page, blocks=(of_figures(merged)(page, content).blocks[0], new_block(page, content).blocks[-1])
        )

    found = analysis(folder, printed(2022, COUNT, alone))
    for fragment in ("showed fault", "enquiries in time"):
        for slot in slots_of(found, fragment):
            assert {one.strength for one in slot.proposals} <= {Strength.EQUAL}
    assert proven(found) == []


def test_a_target_for_each_type_of_council_is_not_told_from_its_average(folder: Path) -> None:
    def with_target(one: Block, figures: ThreeStatistics, _: LetterContent) -> Block:
        target = f"We ask councils such as yours for {figures.averages.uphold_rate_pct + 2}% at most."
        return replace(one, sentences=(*one.sentences, target))

    edit = both(block("Complaints upheld", with_target), words(("This compares to an average of", "Others have")))
    found = analysis(folder, printed(2022, 2 * COUNT, edit))
    assert "uphold_rate_type_average_pct" in {one.figure for one in slots_of(found, "We ask councils")[0].proposals}
    assert "uphold_rate_type_average_pct" not in proven(found)


def test_a_chain_of_shares_below_a_known_heading_is_not_taken_for_upheld_decisions(folder: Path) -> None:
    def received(figures: ThreeStatistics, content: LetterContent) -> str:
        chance = random.Random(content.authority_name)  # noqa: S311 - repeatable
        count, whole, upheld = figures.investigations_count, chance.randint(1, 60), figures.upheld_count
        return (
            f"Of {count + whole} complaints we looked into {count}, or {rate_pct(count, count + whole)}%, and "
            f"found fault in {upheld}, or {rate_pct(upheld, count)}%."
        )

    def alone(page: StatisticsPage, content: LetterContent) -> StatisticsPage:
        return replace(page, blocks=of_figures(received)(page, content).blocks[:2])

    assert proven(analysis(folder, printed(2022, COUNT, alone))) == []
