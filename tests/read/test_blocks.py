"""Each word of a page goes to the block under its own heading, and a block's lines are joined in reading order."""

from collections.abc import Sequence

from redress.read.page.blocks import Block, blocks_of
from redress.read.page.document import Document
from redress.read.page.headings import heading_pattern, headings_of
from tests.paper import Ink, pdf, stack
from tests.read.documents import measured

HEADINGS = {
    "apples": heading_pattern("all about apples"),
    "pears": heading_pattern("pears and their trees"),
}


def blocks(*pages: Sequence[Ink]) -> dict[str, Block]:
    document = measured(pdf(*pages))
    return {block.name: block for block in blocks_of(document, headings_of(document, HEADINGS))}


def words(block: Block) -> list[str]:
    return [segment.text for run in block.runs for segment in run]


def read(block: Block) -> list[str]:
    return [
        " ".join(word.text for segment in passage.segments for word in segment.words) for passage in block.passages
    ]


def found_headings(page: Sequence[Ink]) -> list[str]:
    document: Document = measured(pdf(page))
    return [heading.name for heading in headings_of(document, HEADINGS)]


def test_a_heading_is_a_line_that_says_nothing_else() -> None:
    assert found_headings(stack(["All about apples", "More all about apples", "PEARS AND THEIR TREES:"])) == [
        "apples",
        "pears",
    ]


def test_a_heading_may_run_over_the_lines_of_a_narrow_column() -> None:
    assert found_headings(stack(["Pears and\ntheir\ntrees"])) == ["pears"]


def test_lines_far_apart_are_no_heading_together() -> None:
    assert found_headings([Ink("Pears and", 72, 100), Ink("their trees", 72, 200)]) == []


def test_a_heading_is_not_put_together_from_two_columns() -> None:
    assert found_headings([Ink("Pears and", 72, 100), Ink("their trees", 330, 114)]) == []


def test_a_block_goes_down_to_the_next_heading() -> None:
    found = blocks(stack(["Before", "All about apples", "One", "Two", "Pears and their trees", "Three"]))
    assert words(found["apples"]) == ["One", "Two"]
    assert words(found["pears"]) == ["Three"]


def test_blocks_side_by_side_keep_their_own_words() -> None:
    left, right = stack(["All about apples", "One", "Two"], x=60), stack(["Pears and their trees", "Three"], x=330)
    found = blocks([left[0], right[0], left[1], right[1], left[2]])
    assert words(found["apples"]) == ["One", "Two"]
    assert words(found["pears"]) == ["Three"]


def test_a_block_goes_on_at_the_top_of_the_next_page() -> None:
    found = blocks(stack(["All about apples", "One"], top=700), stack(["Two", "Pears and their trees", "Three"]))
    assert words(found["apples"]) == ["One", "Two"]
    assert words(found["pears"]) == ["Three"]


def test_a_sentence_that_a_page_break_parts_is_one_text() -> None:
    found = blocks(
        stack(["All about apples", "There are many more of them than one"], top=700), stack(["would think."])
    )
    assert "There are many more of them than one would think." in read(found["apples"])


def test_a_label_beside_a_sentence_does_not_come_between_its_lines() -> None:
    page = [
        *stack(["All about apples"]),
        Ink("There are many", 72, 120),
        Ink("LABEL", 330, 127),
        Ink("of them.", 72, 134),
    ]
    texts = read(blocks(page)["apples"])
    assert "There are many of them." in texts
    assert "LABEL" in texts


def test_a_caption_in_small_type_does_not_part_a_sentence() -> None:
    page = [*stack(["All about apples"]), Ink("There are many", 72, 120, 12), Ink("caption", 72, 133, 6)]
    page.append(Ink("of them.", 72, 140, 12))
    assert "There are many of them." in read(blocks(page)["apples"])


def test_a_number_set_large_above_its_words_belongs_to_them() -> None:
    page = [*stack(["All about apples"]), Ink("12", 72, 110, 26), Ink("ripe apples", 72, 140, 10)]
    assert "12 ripe apples" in read(blocks(page)["apples"])


def test_a_page_without_headings_has_no_blocks() -> None:
    assert blocks(stack(["One", "Two"])) == {}
