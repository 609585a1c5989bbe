"""The analysis says what a season's new words state, and with its proposals the reader reads the figures."""

from pathlib import Path

import pytest

from redress.model.letter import Verdict
from redress.read.page.sentences import Sentence
from redress.read.wording.analysis import Analysis
from redress.read.wording.pasting import line_of, place_of
from redress.read.wording.proposals import Strength
from redress.read.wording.tokens import SlotKind, tokens_of
from redress.read.wording.trial import Trial, compared, read_with
from samples.press.truth import truth_of
from tests.read.wording.changes import CHANGES, Change, words
from tests.read.wording.judged import judged
from tests.read.wording.printed import Printed, analysis, printed

COUNT = 30
SHORT = {change.name: change for change in CHANGES}
IN_A_MOMENT = (
    "three sentences merged into one",
    "tiles: numbers above their labels",
    "a heading renamed, and its rate reworded",
    "a new measure",
)


def few(change: Change, count: int = COUNT) -> list[Printed]:
    """Print a short season with a change, in letters with one paragraph of prose."""
    return printed(change.year, count, change.edit)


def trial_of(found: Analysis) -> Trial:
    return compared(
        [one.letter for one in found.seen], [read_with(one.document, found.to_try) for one in found.seen]
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("councils")


@pytest.mark.parametrize("name", IN_A_MOMENT)
def test_the_right_proposal_comes_first_and_no_wrong_one_is_called_proven(name: str, folder: Path) -> None:
    letters = few(SHORT[name])
    result = judged(SHORT[name], letters, analysis(folder, letters))
    assert result.is_right, (result.not_first, result.not_found, result.wrongly_proven)
    assert set(SHORT[name].proven) <= result.proven


@pytest.mark.long
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_whole_season_that_is_changed_has_the_right_proposal_first(change: Change, folder: Path) -> None:
    letters = change.letters()
    result = judged(change, letters, analysis(folder, letters))
    assert result.is_right, (result.not_first, result.not_found, result.wrongly_proven)
    assert set(change.proven) <= result.proven


def test_the_sentence_to_paste_makes_the_reader_read_the_figure_of_each_letter(folder: Path) -> None:
    letters = few(SHORT["a count reworded"])
    found = analysis(folder, letters)
    assert {one.letter.value("upheld_count") for one in found.seen} == {None}
    (addition,) = found.additions
    assert place_of(addition) == "plugins/redress/read/layouts/three_statistics.py, UPHOLD"
    assert line_of(addition) == 'Sentence("{upheld_count:count} finding of faults"),'
    trial = trial_of(found)
    assert [letter.value("upheld_count") for letter in trial.letters] == [
        truth_of(one.content)["upheld_count"] for one in letters
    ]
    assert (trial.figures["upheld_count"].before, trial.figures["upheld_count"].after) == (0, COUNT)
    assert trial.failed_rules["blocks_complete"].after == 0


def test_a_season_in_words_that_are_known_has_nothing_to_propose(folder: Path) -> None:
    found = analysis(folder, printed(2022, COUNT))
    assert found.additions == ()
    assert found.incomplete_count == 0


def test_five_letters_give_the_right_proposal_unproven(folder: Path) -> None:
    found = analysis(folder, few(SHORT["a season of five letters"], 5))
    (addition,) = found.additions
    assert addition.strength is Strength.UNPROVEN
    assert addition.sentence == Sentence("{uphold_rate_pct:percent} of the cases that we looked into showed fault")


def test_the_nearest_known_sentence_is_shown_with_what_changed(folder: Path) -> None:
    found = analysis(folder, few(SHORT["a rate reworded"]))
    nearest = next(one.nearest for one in found.findings if one.strength is Strength.PROVEN)
    assert nearest is not None
    assert nearest.template == "{uphold_rate_pct:percent} of complaints we investigated were upheld"
    assert '"investigated were upheld" is now "looked into showed fault"' in nearest.changes


def test_a_letter_in_words_that_no_layout_knows_is_explained_and_then_read(folder: Path) -> None:
    change = SHORT["every sentence reworded"]
    found = analysis(folder, few(change))
    unknown = sum(one.letter.verdict is Verdict.UNKNOWN_LAYOUT for one in found.seen)
    assert unknown > COUNT / 2
    trial = trial_of(found)
    assert trial.extracted.after == COUNT
    assert trial.figures["uphold_rate_pct"].after == COUNT


def test_numbers_dates_and_the_authoritys_name_become_slots() -> None:
    printed_words = "On 3 May 2026 Oxlip's Council paid £7,500, or 12.5 per cent, in 2025-26 to two people (3%)."
    tokens = tokens_of(printed_words.replace("Oxlip's Council", "Oxlip Council's staff").split(), "Oxlip Council")
    assert [(slot.kind, slot.text) for slot in tokens.slots] == [
        (SlotKind.DATE, "3 May 2026"),
        (SlotKind.NAME, "(the authority)"),
        (SlotKind.MONEY, "7,500"),
        (SlotKind.PER_CENT, "12.5%"),
        (SlotKind.YEARS, "2025-26"),
        (SlotKind.NUMBER, "two"),
        (SlotKind.PER_CENT, "3%"),
    ]


def test_signs_that_templates_have_for_themselves_are_left_open_in_the_line_to_paste(folder: Path) -> None:
    odd = words(("of complaints we investigated were upheld", "(or {so}) of [all] cases | files showed fault"))
    found = analysis(folder, printed(2022, COUNT, odd))
    (addition,) = found.additions
    assert addition.sentence is not None
    assert addition.sentence.template == (
        "{uphold_rate_pct:percent} {gap_1:words} {gap_2:words} of {gap_3:words} cases {gap_4:words} files "
        "showed fault"
    )
    assert trial_of(found).figures["uphold_rate_pct"].after == COUNT
