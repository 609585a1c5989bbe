"""An average is read for its own block or for no block, whatever the design of a season's letters."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest

from redress.check.decisions import NO_DECISIONS
from redress.check.judge import judge
from redress.check.letter_rules import check_letter
from redress.model.authorities import Authorities, Authority
from redress.model.landed import Fate
from redress.model.letter import Letter
from redress.model.season import Season
from tests.paper import Ink, pdf
from tests.read.invented import COMPLIANCE, FIGURES, LETTER, REMEDY, UPHOLD, figures, read

BLOCKS = (UPHOLD, COMPLIANCE, REMEDY)
AVERAGES = {name: value for name, value in FIGURES.items() if name.endswith("_type_average_pct")}
Design = Callable[[], list[Ink]]
Paragraph = str | tuple[str, float]


def heading(block: Sequence[str]) -> str:
    return block[0]


def average(block: Sequence[str]) -> str:
    return block[2]


def others(block: Sequence[str]) -> list[str]:
    """Return the sentences of a block without its heading and its average."""
    return [block[1], *block[3:]]


def apart(text: str, gap: float) -> Paragraph:
    """Return a paragraph together with the room above it, `gap` points."""
    return text, gap


def down(
    paragraphs: Sequence[Paragraph], top: float = 60, x: float = 72, size: float = 10, gap: float = 5
) -> list[Ink]:
    """Return the ink of paragraphs below each other. Above a paragraph is the room that comes with it, or `gap`."""
    inks: list[Ink] = []
    for paragraph in paragraphs:
        text, above = paragraph if isinstance(paragraph, tuple) else (paragraph, gap)
        top += above
        for line in text.split("\n"):
            inks.append(Ink(line, x, top, size))
            top += 1.2 * size
    return inks


def narrow(text: str, letters: int) -> str:
    """Return a text with line breaks, so that each line has at most `letters` characters."""
    lines = [""]
    for word in text.split():
        fits = len(lines[-1]) + len(word) < letters
        lines[-1:] = [f"{lines[-1]} {word}".strip()] if fits else [lines[-1], word]
    return "\n".join(lines)


def ordinary() -> list[Ink]:
    return down([one for block in BLOCKS for one in (apart(heading(block), 18), *block[1:])])


def in_one_paragraph() -> list[Ink]:
    return down(
        [one for block in BLOCKS for one in (apart(heading(block), 18), f"{block[1]} {block[2]}", *block[3:])]
    )


def side_headings(size: float = 16) -> list[Ink]:
    inks: list[Ink] = []
    for place, block in enumerate(BLOCKS):
        top = 60 + 160 * place
        inks += down([narrow(heading(block), 16)], top, 40, size)
        inks += down([narrow(one, 60) for one in block[1:]], top, 230)
    return inks


def side_by_side(gutter_points: float = 6) -> list[Ink]:
    """Return the ink of three columns; each column's longest line ends `gutter_points` before the next column."""
    inks: list[Ink] = []
    x = 30.0
    for block in BLOCKS:
        column = [*down([narrow(heading(block), 28)], x=x, size=11)]
        column += down([narrow(one, 32) for one in block[1:]], top=100, x=x, size=8)
        inks += column
        x = max(ink.x + ink.width for ink in column) + gutter_points
    return inks


READ = (ordinary, in_one_paragraph, side_headings, side_by_side)


def above_its_heading() -> list[Ink]:
    return down(
        [one for block in BLOCKS for one in (apart(average(block), 18), apart(heading(block), 3), *others(block))]
    )


def above_its_heading_behind_a_rate() -> list[Ink]:
    return down(
        [
            one
            for block in BLOCKS
            for one in (apart(average(block), 6), apart(heading(block), 3), *block[3:], block[1])
        ]
    )


def on_a_band_before_its_block() -> list[Ink]:
    return down(
        [one for block in BLOCKS for one in (apart(average(block), 18), apart(heading(block), 18), *others(block))]
    )


def on_a_band_between_two_blocks_nearer_to_the_upper() -> list[Ink]:
    upper, middle, lower = BLOCKS
    words = [heading(upper), *others(upper), average(middle), apart(heading(middle), 18), *others(middle)]
    return down([*words, average(lower), apart(heading(lower), 18), *others(lower)])


def beside_the_heading_in_larger_type() -> list[Ink]:
    inks: list[Ink] = []
    for place, block in enumerate(BLOCKS):
        top = 60 + 180 * place
        inks += down([narrow(heading(block), 20)], top, size=14)
        inks += down([narrow(average(block), 30)], top, 260, size=14)
        inks += down(others(block), top + 60)
    return inks


def in_a_column_beside(shift: int) -> list[Ink]:
    """Return the ink of a page on which each average stands in a column two millimetres to the right of a block:
    the average's own block if `shift` is 0, and another block otherwise.
    """
    inks: list[Ink] = []
    for place, block in enumerate(BLOCKS):
        top = 60 + 180 * place
        column = down([heading(block), *(narrow(one, 45) for one in others(block))], top)
        edge = max(ink.x + ink.width for ink in column)
        inks += column
        inks += down([narrow(average(BLOCKS[(place + shift) % 3]), 26)], top + 40, edge + 5.7)
    return inks


def headings_below_their_blocks() -> list[Ink]:
    return down([one for block in BLOCKS for one in (apart(block[1], 18), *block[2:], apart(heading(block), 3))])


def below_the_columns() -> list[Ink]:
    inks = side_by_side(20)
    averages = [average(block) for block in BLOCKS]
    inks = [
        ink for ink in inks if not ink.text.startswith(("This compares", "similar authorities", "of 53", "of 99"))
    ]
    inks = [ink for ink in inks if "average" not in ink.text and "similar" not in ink.text]
    return [*inks, *(ink for place in range(3) for ink in down([averages[(place + 1) % 3]], 420 + 30 * place, 30))]


WITHHELD: dict[str, Design] = {
    "above its heading": above_its_heading,
    "above its heading, behind the rate of another": above_its_heading_behind_a_rate,
    "on a band before its block": on_a_band_before_its_block,
    "on a band between two blocks": on_a_band_between_two_blocks_nearer_to_the_upper,
    "beside its heading in larger type": beside_the_heading_in_larger_type,
    "two millimetres beside its block": lambda: in_a_column_beside(0),
    "two millimetres beside another block": lambda: in_a_column_beside(1),
    "above headings that stand below their blocks": headings_below_their_blocks,
    "below three columns": below_the_columns,
}


@pytest.mark.parametrize("design", READ, ids=lambda design: design.__name__)
def test_an_average_behind_its_rate_is_read(design: Design) -> None:
    letter = read(pdf(LETTER, design()))
    assert figures(letter) == FIGURES
    assert letter.conflicts == ()


@pytest.mark.parametrize("design", WITHHELD)
def test_an_average_that_could_be_another_blocks_is_withheld_with_a_reason(design: str) -> None:
    letter = read(pdf(LETTER, WITHHELD[design]()))
    assert not AVERAGES.keys() & figures(letter).keys()
    assert {name: FIGURES[name] for name in figures(letter)} == figures(letter)
    assert list(_rules(letter)).count("readings_agree") == 1
    assert AVERAGES.keys() & set(letter.not_read)


def test_other_figures_of_a_design_that_hides_its_averages_are_read() -> None:
    letter = read(pdf(LETTER, above_its_heading()))
    assert figures(letter) == {name: value for name, value in FIGURES.items() if name not in AVERAGES}
    assert set(letter.not_read) == set(AVERAGES)
    assert "may belong to" in letter.conflicts[0].detail


def test_a_season_that_has_one_design_throughout_is_held_back() -> None:
    names = ("Wexmarsh", "Fotherley", "Muddleford", "Oldwick", "Nethermoor")
    letters = []
    for name in names:
        lines = [replace(ink, text=ink.text.replace("Wexmarsh", name)) for ink in LETTER]
        letters.append(read(pdf(lines, on_a_band_before_its_block())))
    known = (Authority(name, f"{name} District Council", name, "district", "", None, None, True) for name in names)
    authorities = Authorities(list(known))
    judgement = judge(Season(2021), letters, authorities, NO_DECISIONS)
    assert {one.disposition for one in judgement.dispositions} == {Fate.QUARANTINED}
    assert all(one.reason.startswith("readings_agree: ") for one in judgement.dispositions)


def _rules(letter: Letter) -> Iterator[str]:
    return (check.rule for check in check_letter(letter) if not check.is_passed)


# --- Headings that are pictures ---------------------------------------------------------------------


def test_blocks_that_are_headed_by_pictures_are_known_by_their_own_sentences() -> None:
    page = down([one for block in BLOCKS for one in (apart(block[1], 50), *block[2:])])
    assert figures(read(pdf(LETTER, page))) == FIGURES


def test_an_average_does_not_say_which_block_it_stands_in() -> None:
    page = down([one for block in BLOCKS for one in (apart(average(block), 12), apart(block[1], 40), *block[3:])])
    letter = read(pdf(LETTER, page))
    assert figures(letter) == {name: value for name, value in FIGURES.items() if name not in AVERAGES}
    assert set(letter.not_read) == set(AVERAGES)


def test_prose_behind_the_letter_that_quotes_a_rate_is_no_block() -> None:
    quoted = "Members will note the following.\n67% of complaints we investigated were upheld. We welcome this."
    assert figures(read(pdf(LETTER, down([quoted, "In 50% of cases the report was late."])))) == {}


# --- How a number is set ----------------------------------------------------------------------------


def test_a_percentage_set_large_with_a_small_raised_sign_is_read() -> None:
    inks: list[Ink] = []
    for place, block in enumerate(BLOCKS):
        top = 60 + 200 * place
        words = narrow(block[1].replace("\n", " ").removeprefix("In "), 60)
        number, rest = words.split("% ", maxsplit=1)
        large = Ink(number, 72, top + 24, 30)
        sign = Ink("%", large.x + large.width + 1, top + 26, 12)
        beside = down([rest], top + 34, sign.x + sign.width + 4, gap=0)
        inks += [*down([block[0]], top), large, sign, *beside, *down(block[2:], top + 66)]
    assert figures(read(pdf(LETTER, inks))) == FIGURES


def test_counts_in_words_are_read_as_they_are_printed() -> None:
    said = {
        "2\n": "Two\n",
        "total of 3 ": "total of three ",
        "total of 30 ": "total of a hundred\nand twelve ",
        "1\n": "One\n",
    }
    page = []
    for text in (one for block in BLOCKS for one in block):
        for number, words in said.items():
            text = text.replace(number, words) if not text.endswith("2021") or number != "1\n" else text
        page.append(text)
    letter = read(pdf(LETTER, down(page)))
    assert figures(letter) == FIGURES | {"compliance_outcomes_count": 112}
    outcomes = letter.figure("compliance_outcomes_count")
    assert outcomes is not None
    assert outcomes.text == "a hundred and twelve"


@pytest.mark.parametrize("number", ["6 0 %", "6O%", "sixty-some per cent"])
def test_a_number_that_a_person_has_to_guess_is_held_back(number: str) -> None:
    page = [one.replace("67%", number) for block in BLOCKS for one in block]
    letter = read(pdf(LETTER, down(page)))
    assert "uphold_rate_pct" not in figures(letter)
    assert "uphold_figures_complete" in set(_rules(letter))


# --- The overview of 2025 as tiles ------------------------------------------------------------------

TILES = {
    "complaints dealt with": 23,
    "not for us or not ready for us to investigate": 8,
    "assessed and closed": 12,
    "investigated": 3,
}
OVERVIEW = {"dealt_with_count": 23, "not_for_us_count": 8, "assessed_and_closed_count": 12}


def of_2025(overview: Sequence[Ink]) -> bytes:
    """Return a letter of 2025 with an overview, drawn as tiles, above its blocks."""
    letter = [replace(ink, text=ink.text.replace("2021", "2025")) for ink in LETTER]
    words = [one for block in BLOCKS for one in (apart(heading(block), 18), *block[1:])]
    words.insert(1, "We investigated 3 complaints and upheld 2.")
    page = down(words, top=300)
    years = (replace(ink, text=ink.text.replace("2021", "2025").replace("2020", "2024")) for ink in page)
    return pdf(letter, [*down(["Complaint overview"], 60), *overview, *years])


def tiles(labels: Sequence[str], across: int, *, label_first: bool = False) -> list[Ink]:
    inks: list[Ink] = []
    for place, label in enumerate(labels):
        x, top = 72 + 120 * (place % across), 90 + 80 * (place // across)
        number = [Ink(str(list(TILES.values())[place]), x, top + (30 if label_first else 0), 26)]
        inks += [*number, *down([narrow(label, 20)], top + (0 if label_first else 30), x, gap=0)]
    return inks


def test_tiles_without_the_sentence_of_the_overview_are_read() -> None:
    assert OVERVIEW.items() <= figures(read(of_2025(tiles(list(TILES), 4)))).items()


@pytest.mark.parametrize("across", [1, 2, 4])
def test_a_number_below_its_label_is_not_the_number_of_the_label_below(across: int) -> None:
    letter = read(of_2025(tiles(list(TILES), across, label_first=True)))
    assert not OVERVIEW.keys() & figures(letter).keys()
    assert OVERVIEW.keys() <= set(letter.not_read)


def test_tiles_with_other_labels_are_not_read_and_not_unstated() -> None:
    letter = read(of_2025(tiles(["Total cases", "Out of remit", "Closed early", "Looked into"], 4)))
    assert letter.header.layout == "complaint_overview"
    assert set(letter.not_read) == set(OVERVIEW)
